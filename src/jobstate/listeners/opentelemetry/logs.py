"""`OpenTelemetryLogs`: a log event per event, through OpenTelemetry's logs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opentelemetry._logs import LogRecord, SeverityNumber, get_logger_provider

from jobstate.listeners.levels import Levels
from jobstate.listeners.opentelemetry.ids import SCOPE, attributes, context_of, nanoseconds
from jobstate.model.events import time_of

if TYPE_CHECKING:
    from typing import Unpack

    from opentelemetry._logs import LoggerProvider

    from jobstate.listeners.levels import Chosen
    from jobstate.model.events import Event


class OpenTelemetryLogs:
    """Tells each event as one log event: attributes, no sentence. Any thread may call it.

    The event's name is ``jobstate.status-changed``, ``jobstate.status-entered``,
    ``jobstate.outcome-refined``, ``jobstate.violation`` or ``jobstate.unmodelled``; its attributes
    are what the event's ``to_dict`` has, with ``jobstate.`` in front. ``jobstate.key`` is what an
    event that is told twice is known by. Its time is the service's, and it belongs to the trace of
    its job, whether that is told or not.
    """

    def __init__(self, *, provider: LoggerProvider | None = None, **levels: Unpack[Chosen]) -> None:
        """Tell it to a provider, at a severity for each kind of event.

        Args:
            provider: By default the global one.
            levels: As `LogListener` has them: ``changed``, ``entered``, ``unmodelled``, ``error``,
                ``note``; levels of standard logging.
        """
        self._logger = (provider or get_logger_provider()).get_logger(SCOPE)
        self._levels = Levels(**levels)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __call__(self, event: Event, /) -> None:
        """Tell one event."""
        at = time_of(event)
        level = self._levels.of(event)
        self._logger.emit(
            LogRecord(
                timestamp=None if at is None else nanoseconds(at),
                context=context_of(event.job),
                severity_number=_severity(level),
                severity_text=logging.getLevelName(level),
                event_name=f"{SCOPE}.{event.kind}",
                attributes=attributes(event),
            )
        )


def _severity(level: int) -> SeverityNumber:
    """Return a level of logging on OpenTelemetry's scale, which has four steps for each."""
    return SeverityNumber(min(max(1 + level * 4 // 10, 1), 24))
