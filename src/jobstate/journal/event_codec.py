"""Events as they stand in a journal, and back.

A body is what the event's `to_dict` says of it, without the job, and the ordinal of a change.
"""

from __future__ import annotations

import json
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.times import iso
from jobstate.delivery.outbox import Posted
from jobstate.journal.job_rows import key_of
from jobstate.model.events import (
    Event,
    Move,
    OutcomeRefined,
    PathKind,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.model.specification import Severity
from jobstate.model.states import Basis
from jobstate.tracking import plain_data as plain
from jobstate.tracking.job_codec import result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from jobstate.model.observation import JobKey

#: The longest text that is remembered as JSON.
_SHORT: Final = 1_024


def body_of(event: Event) -> str:
    """Return what a journal writes of an event."""
    if isinstance(event, StatusEntered):
        return (
            f'{{"ordinal": {event.ordinal}, "status": {_text(event.status)},'
            f' "start": {_moment(event.start)}, "end": {_moment(event.end)},'
            f' "message": {_text(event.message)}, "late": {"true" if event.late else "false"}}}'
        )
    if isinstance(event, StatusChanged):
        reason = "null" if event.failure_reason is None else json.dumps(event.failure_reason)
        return (
            f'{{"ordinal": {event.ordinal}, "at": {_moment(event.at)},'
            f' "failure_reason": {reason}, {_move_text(event.move)}'
        )
    return json.dumps(event.details(), allow_nan=False)


def _text(text: str | None) -> str:
    # Statuses and messages come over and over, too; long ones are not worth the memory.
    return _short_text(text) if text is None or len(text) <= _SHORT else json.dumps(text)


@lru_cache(maxsize=1 << 12)
def _short_text(text: str | None) -> str:
    return json.dumps(text)


def _moment(time: datetime | None) -> str:
    return "null" if time is None else f'"{iso(time)}"'


@lru_cache(maxsize=1 << 14)  # a fleet makes the same few moves over and over
def _move_text(move: Move) -> str:
    """Return the rest of a body, from the move on."""
    return json.dumps(move.to_dict())[1:]


def event_of(kind: object, job: JobKey, body: object) -> Event:
    """Return the event of a body.

    Raises:
        DamagedError: It is none.
    """
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise plain.damaged(" or ".join(_READERS), kind, ".kind")
    try:
        return read(job, plain.nested(body))
    except plain.DamagedError as error:
        raise plain.DamagedError(*error.under(".body")) from None


def posted_of(row: Sequence[Any]) -> Posted:
    """Return an event of its row: number, kind, body, its job's number and what identifies that.

    Raises:
        DamagedError: It is none, or its job is not there.
    """
    number, kind, body, row_id, *key = row
    try:
        job = key_of(key)
    except plain.DamagedError as error:
        if key == [None] * len(key):
            place = f"event[{number}].job"
            raise plain.damaged("the number of a job", row_id, place) from None
        raise plain.DamagedError(*error.under(f"job[{row_id}]")) from None
    try:
        return Posted(number, event_of(kind, job, body))
    except plain.DamagedError as error:
        raise plain.DamagedError(*error.under(f"event[{number}]")) from None


def _optional(read: Callable[[Any], Any], value: object) -> Any:  # noqa: ANN401 - as that reads
    return None if value is None else read(value)


def _texts(data: object) -> tuple[str, ...]:
    return tuple(plain.texts(data))


_basis = partial(plain.member_of, Basis)
#: What a body says of a move, in its order, and how that is read …
_MOVE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "region": plain.required_text,
    "origin": plain.text,
    "target": plain.required_text,
    "path": _texts,
    "path_kind": partial(plain.member_of, PathKind),
    "possible": _texts,
    "cause": plain.text,
    "result": result_of,
    "basis": partial(_optional, _basis),
    "reopened": plain.truth,
}
#: … and of events beside it.
_ENTERED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "ordinal": plain.count,
    "status": plain.required_text,
    "start": plain.required_moment,
    "end": plain.moment,
    "message": plain.text,
    "late": plain.truth,
}
_CHANGED: Final[Mapping[str, Callable[[Any], Any]]] = {
    **_MOVE,
    "at": plain.moment,
    "ordinal": plain.count,
    "failure_reason": plain.text,
}
_REFINED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "end_key": plain.required_text,
    "result": result_of,
    "failure_reason": plain.text,
    "at": plain.moment,
}
_BROKEN: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(
        ("rule", "message", "source", "path", "seen", "lifecycle"), plain.required_text
    ),
    "severity": partial(plain.member_of, Severity),
    "basis": _basis,
    "allowed": _texts,
    "at": plain.moment,
}
_UNMODELLED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "field": plain.required_text,
    "value": plain.required_text,
    "at": plain.moment,
}


def _read(
    kind: Callable[..., Event],
    readers: Mapping[str, Callable[[Any], Any]],
    job: JobKey,
    data: object,
) -> Event:
    return kind(job=job, **dict(zip(readers, plain.fields_of(readers, data), strict=True)))


def _changed(job: JobKey, data: object) -> StatusChanged:
    *moved, at, ordinal, reason = plain.fields_of(_CHANGED, data)
    move = Move(**dict(zip(_MOVE, moved, strict=True)))
    return StatusChanged(job=job, move=move, at=at, ordinal=ordinal, failure_reason=reason)


_READERS: Final[Mapping[str, Callable[[JobKey, object], Event]]] = {
    StatusEntered.kind: partial(_read, StatusEntered, _ENTERED),
    StatusChanged.kind: _changed,
    OutcomeRefined.kind: partial(_read, OutcomeRefined, _REFINED),
    Violation.kind: partial(_read, Violation, _BROKEN),
    Unmodelled.kind: partial(_read, Unmodelled, _UNMODELLED),
}
