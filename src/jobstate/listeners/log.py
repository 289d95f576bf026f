"""`LogListener`: a record of standard logging per event.

A job's name, statuses and reasons come from outside, so everything is escaped before it becomes
part of a line: no status can break a line in two or turn the direction of reading.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from jobstate.common.text import printable
from jobstate.listeners.fields import fields
from jobstate.listeners.levels import Levels
from jobstate.model.events import OutcomeRefined, StatusChanged, StatusEntered, Violation

if TYPE_CHECKING:
    from typing import Unpack

    from jobstate.listeners.levels import Chosen
    from jobstate.model.events import Event

#: How much of one text stands in a line; the record's attributes have all of it.
_LONGEST: Final = 300


class LogListener:
    """Logs each event: a line that a person can read at night, with the event's fields beside it.

    The line says which job, from what to what, why, and what the job has come to, with the reason
    if it has failed. The record carries what the event's ``to_dict`` has, each field as an
    attribute with ``jobstate_`` in front (``jobstate_kind``, ``jobstate_key``, ``jobstate_target``
    …), the job as ``jobstate_job_id``, ``jobstate_job_name`` …, for formatters and
    handlers that write fields. Their texts are escaped too. An event whose level is off costs
    nothing more than asking for it.

    Attributes:
        logger: Where to.
    """

    def __init__(self, logger: logging.Logger | None = None, **levels: Unpack[Chosen]) -> None:
        """Log to some logger, at a level for each kind of event.

        Args:
            logger: By default ``jobstate.events``.
            levels: The level of each kind of event, by the names that `Levels` has, which says
                what they are by default: ``changed``, ``entered``, ``unmodelled``, ``error``,
                ``note``.
        """
        self.logger = logging.getLogger("jobstate.events") if logger is None else logger
        self._levels = Levels(**levels)

    def __repr__(self) -> str:
        return f"<LogListener {self.logger.name}>"

    def __call__(self, event: Event, /) -> None:
        """Log one event."""
        level = self._levels.of(event)
        if self.logger.isEnabledFor(level):
            name = _text(event.job.name)
            self.logger.log(level, "%s: %s", name, _line(event), extra=fields(event))


def _line(event: Event) -> str:
    if isinstance(event, StatusChanged):
        return _change(event)
    if isinstance(event, OutcomeRefined):
        return f"known more exactly{_outcome(event)}"
    if isinstance(event, StatusEntered):
        late = ", told late" if event.late else ""
        return f"entered {_text(event.status)} at {event.start:%Y-%m-%dT%H:%M:%SZ}{late}"
    if isinstance(event, Violation):
        return f"{event.severity} {_text(event.rule)}: {_text(event.message)}"
    return f"unmodelled: {_text(event.field)} is {_text(event.value)}"


def _change(event: StatusChanged) -> str:
    origin = "first seen as " if event.origin is None else f"{_text(event.origin)} -> "
    cause = "" if event.origin is None or event.cause is None else f" by {_text(event.cause)}"
    again = ", reopened" if event.reopened else ""
    return f"{event.region} {origin}{_text(event.target)}{cause}{again}{_outcome(event)}"


def _outcome(event: StatusChanged | OutcomeRefined) -> str:
    """Return what the job has come to, where it has come to something."""
    result = event.result
    if not result.final:
        return ""
    cause = "" if result.cause is None else f" ({_text(result.cause)})"
    reason = "" if event.failure_reason is None else f": {_text(event.failure_reason)}"
    return f"; {result.outcome}{cause}{', being deleted' if result.gone else ''}{reason}"


def _text(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 3]}..."
