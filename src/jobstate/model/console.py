"""Where people look at jobs: `Console` has the address of a job's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.model.links import _names

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey

#: Partition → the domain of its console (AWS General Reference, November 2026).
DOMAINS: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_ARN: Final = re.compile(r"arn:(?P<partition>[a-z-]+):[a-z0-9-]+:(?P<region>[a-z0-9-]+):")

#: What stands in an address as it is.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    from urllib.parse import quote  # noqa: PLC0415 - few need it

    return quote(text, safe="", errors="replace")


def _validate(_: object, __: object, url: str) -> None:
    try:
        url.format(id="", name="", domain="", region="")
    except (LookupError, ValueError, AttributeError):
        text = f"expected an address with {{id}}, {{name}}, {{domain}}, {{region}}, got {url!r}"
        raise ValueError(text) from None


@frozen(kw_only=True)
class Console:
    """Where people look at jobs of a kind.

    Attributes:
        url: The address of a job's page, with ``{id}`` or ``{name}`` in it; of AWS's jobs also
            ``{domain}`` and ``{region}``, as the job's arn has them.
        arn: The field with that; with dots where it lies in others; empty where it is the id.

    Raises:
        ValueError: The address has something else in braces.
    """

    url: str = field(validator=_validate)
    arn: tuple[str, ...] = field(default=(), converter=_names)

    def page(self, job: JobKey, arn: object = None) -> str | None:
        """Return the address of a job's page; None where nothing tells it.

        Args:
            job: The job.
            arn: What stands in the field `arn`; None where nothing does.
        """
        of_job = (("id", job.id), ("name", job.name))
        parts = {name: _quoted(text) for name, text in of_job if f"{{{name}}}" in self.url}
        found = _ARN.match(str(arn) if self.arn else job.id)
        if found and found["partition"] in DOMAINS:
            parts |= {"domain": DOMAINS[found["partition"]], "region": found["region"]}
        try:
            return self.url.format_map(parts)
        except KeyError:
            return None
