"""The progress log that SageMaker's Python SDK prints of training jobs, read as polls of them.

Version 2 prints a line for each secondary status or message that is new, with the LastModifiedTime
of that poll, in UTC without saying so (`secondary_training_status_message`); version 3 prints the
primary status, without a time. Between these stands whatever containers and notebooks print.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from jobstate.cli.terminal import without_escapes
from jobstate.common.text import cut
from jobstate.conformance.partial import partial_observations
from jobstate.kinds import Kinds
from jobstate.model.observation import LONGEST_REASON
from jobstate.model.values import read_time
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIND: Final = Kinds(TRAINING_JOB)
_REGION: Final = TRAINING_JOB.main_region
_STARTS: Final = {_REGION.state(name).visible for name in _REGION.initial}
_ENDS: Final = {state.visible for state in _REGION.states if state.final}


_SECONDARY, _PRIMARY = (
    "|".join(sorted({getattr(state, axis) for state in _REGION.states}))
    for axis in ("visible", "primary")
)
# Other words than statuses are not taken, for programs log alike: "2026-03-01 10:03:00 root - x".
_EVENT: Final = re.compile(
    rf"(?P<time>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<secondary>{_SECONDARY}) - "
    r"|training-job with name: (?P<name>[A-Za-z0-9-]{1,63})"
    r"|Error for Training job (?P<failed>[A-Za-z0-9-]{1,63}): "
    r"(?P<end>\w{1,64})\. Reason: (?P<reason>[^\n]*(?:\n[^\n]+){0,9})"
    r"|Waiting for (?P<resource>\w+)\.\.\."
    rf"|(?:Current status|Final Resource Status): (?P<primary>{_PRIMARY})\b"
    r"|Final Resource State: (?P<last>\w{1,64})\. Failure Reason: (?P<why>[^\n]*)",
    re.ASCII,
)
#: What the SDK adds to a reason.
_ADVICE: Final = re.compile(r"\. Check troubleshooting guide.*", re.DOTALL)


@define
class _Job:
    """What a log says of one job.

    Attributes:
        name: What it is called; empty where nothing says so.
        rows: The line of each thing said, and what that is as a dictionary.
    """

    name: str = ""
    rows: list[tuple[int, dict[str, Any]]] = field(factory=list)

    @property
    def ended(self) -> bool:
        """The last thing said is an end."""
        return bool(self.rows) and self.rows[-1][1].get("Secondary") in _ENDS


def is_log(text: str) -> bool:
    """Return whether a text has such a line."""
    found = (each.lastgroup for each in _EVENT.finditer(without_escapes(text)))
    return any(kind not in {"name", "resource"} for kind in found)


def documents(text: str, source: str, number: int) -> list[tuple[int, object]]:
    """Return what each line says of a job, with its number; the first line's is given.

    Args:
        text: The log.
        source: What the file is called: so is a job of which no line has the name.
        number: The number of the first line.
    """
    found: list[tuple[int, object]] = []
    for job in _jobs(without_escapes(text), number):
        name = job.name or (f"{source}:{job.rows[0][0]}" if found and job.rows else source)
        for line, row in job.rows:
            ((_, _, observation),) = partial_observations(_KIND, {"Name": name, **row})
            found.append((line, observation))
    return found


def _jobs(text: str, number: int) -> Iterator[_Job]:
    """Yield the jobs that a log tells of, one after the other."""
    job, line, before, resource = _Job(), number, 0, ""
    for event in _EVENT.finditer(text):
        said = event.groupdict()
        line += text.count("\n", before, event.start())
        before = event.start()
        resource = said["resource"] or resource
        name = said["name"] or said["failed"] or job.name
        other = said["name"] and job.rows
        if other or (job.name and name != job.name) or (job.ended and said["secondary"] in _STARTS):
            yield job
            job = _Job()
        job.name = name
        row = _row(said)
        if row and resource in {"", "TrainingJob"}:
            job.rows.append((line, row))
    yield job


def _row(said: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says; nothing where it tells no status."""
    reason = _ADVICE.sub("", said["reason"] or said["why"] or "").strip().removeprefix("None")
    row = {
        "Secondary": said["secondary"],
        "Status": said["end"] or said["primary"] or said["last"],
        "LastModifiedTime": _time(said["time"]),
        "FailureReason": cut(reason, LONGEST_REASON) or None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _time(text: str | None) -> datetime | None:
    """Return a time in UTC; None of what only looks like one."""
    found = None if text is None else read_time(f"{text}Z")
    return found if isinstance(found, datetime) else None
