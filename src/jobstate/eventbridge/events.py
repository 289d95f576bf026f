"""What EventBridge's events look like, whatever service's jobs they are about."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from jobstate.common.times import iso
from jobstate.model.answer_schema import Envelope
from jobstate.model.schema_writer import id_of, with_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.model.observation import Moment

_IDS: Final = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def envelope(
    detail_type: str,
    source: str,
    *,
    arn: Callable[[Moment], str] = id_of,
    besides: Mapping[str, object] | None = None,
    at_creation: bool = True,
) -> Envelope:
    """Return the events of a type, for an `AnswerSchema`. Times in them are whole milliseconds.

    Args:
        detail_type: What they say that they are: ``Batch Job State Change``.
        source: The service that sends them: ``aws.batch``.
        arn: Returns the arn of the job of a moment: its id, if that is one.
        besides: What answers have in events only.
        at_creation: One is sent when a job is created too.
    """
    return Envelope(
        inside="detail",
        marks=(("detail-type", detail_type), ("source", source)),
        write=partial(_event, arn, {} if besides is None else besides),
        at_creation=at_creation,
    )


def _event(
    arn: Callable[[Moment], str],
    besides: Mapping[str, object],
    answer: Mapping[str, Any],
    moment: Moment,
) -> dict[str, Any]:
    resource = arn(moment)
    _, _, _, region, account, _ = resource.split(":", 5)
    return {
        "version": "0",
        "id": str(uuid5(_IDS, f"{moment.job.id} {moment.modified.isoformat()}")),
        "account": account,
        "time": iso(moment.modified.astimezone(UTC).replace(microsecond=0)),
        "region": region,
        "resources": [resource],
        "detail": {**with_milliseconds(answer), **besides},
    }
