"""Events as they stand in a journal, and back.

A body is what the event's `to_dict` says of it, without the job, and the ordinal of a change.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.times import iso
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
from jobstate.model.outcome import Result
from jobstate.model.specification import Severity
from jobstate.model.states import Basis, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

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
        reason = json.dumps(event.failure_reason)  # they differ, so none is remembered
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


def event_of(kind: str, job: JobKey, body: str) -> Event:
    """Return the event of a body.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    return _READERS[kind](job, json.loads(body))


def _entered(job: JobKey, body: dict[str, Any]) -> StatusEntered:
    return StatusEntered(
        job=job,
        ordinal=body["ordinal"],
        status=body["status"],
        start=datetime.fromisoformat(body["start"]),
        end=_time(body["end"]),
        message=body["message"],
        late=body["late"],
    )


def _changed(job: JobKey, body: dict[str, Any]) -> StatusChanged:
    basis = body["basis"]
    move = Move(
        region=body["region"],
        origin=body["origin"],
        target=body["target"],
        path=tuple(body["path"]),
        path_kind=PathKind(body["path_kind"]),
        possible=tuple(body["possible"]),
        cause=body["cause"],
        result=_result(body["result"]),
        basis=None if basis is None else Basis(basis),
    )
    return StatusChanged(
        job=job,
        move=move,
        at=_time(body["at"]),
        ordinal=body["ordinal"],
        failure_reason=body["failure_reason"],
    )


def _refined(job: JobKey, body: dict[str, Any]) -> OutcomeRefined:
    return OutcomeRefined(
        job=job,
        end_key=body["end_key"],
        result=_result(body["result"]),
        failure_reason=body["failure_reason"],
        at=_time(body["at"]),
    )


def _result(body: dict[str, Any]) -> Result:
    return Result(
        outcome=Outcome(body["outcome"]),
        final=body["final"],
        gone=body["gone"],
        cause=body["cause"],
    )


def _broken(job: JobKey, body: dict[str, Any]) -> Violation:
    return Violation(
        job=job,
        rule=body["rule"],
        severity=Severity(body["severity"]),
        message=body["message"],
        basis=Basis(body["basis"]),
        source=body["source"],
        path=body["path"],
        seen=body["seen"],
        allowed=tuple(body["allowed"]),
        at=_time(body["at"]),
        lifecycle=body["lifecycle"],
    )


def _unmodelled(job: JobKey, body: dict[str, Any]) -> Unmodelled:
    return Unmodelled(job=job, field=body["field"], value=body["value"], at=_time(body["at"]))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_READERS: dict[str, Callable[[JobKey, dict[str, Any]], Event]] = {
    StatusEntered.kind: _entered,
    StatusChanged.kind: _changed,
    OutcomeRefined.kind: _refined,
    Violation.kind: _broken,
    Unmodelled.kind: _unmodelled,
}
