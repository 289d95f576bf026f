"""`StructlogListener`: a record of structlog per event.

structlog's JSON renderer escapes, its console and its key-value renderer do not, so every text is
escaped here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import attrs

from jobstate.errors import MissingExtraError
from jobstate.listeners.fields import PREFIX, fields
from jobstate.listeners.levels import Levels

try:
    import structlog
except ImportError as error:
    raise MissingExtraError("StructlogListener", "structlog", "structlog") from error

if TYPE_CHECKING:
    from typing import Unpack

    from structlog.typing import FilteringBoundLogger

    from jobstate.listeners.levels import Chosen
    from jobstate.model.events import Event

#: The methods that every logger of structlog has, whatever it wraps.
_METHODS: Final = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}


class StructlogListener:
    """Logs each event as one record: fields, no sentence.

    The record's event is the kind of event (``status-changed``, ``status-entered``,
    ``outcome-refined``, ``violation``, ``unmodelled``), a constant to search for. Its fields are
    what the event's ``to_dict`` has, with ``jobstate_`` in front (``jobstate_key``,
    ``jobstate_target`` …), the job as ``jobstate_job_id``, ``jobstate_job_name`` ….
    Any thread may call it.

    Attributes:
        logger: Where to.
    """

    def __init__(
        self,
        logger: FilteringBoundLogger | None = None,
        *,
        prefix: str = PREFIX,
        **levels: Unpack[Chosen],
    ) -> None:
        """Log to some logger, at a level for each kind of event.

        Args:
            logger: By default ``structlog.get_logger("jobstate.events")``; a bound one keeps what
                it is bound to.
            prefix: What the fields' names begin with. Without one there is a ``message``, which
                standard logging refuses where structlog hands it fields.
            levels: As `LogListener` has them: ``changed``, ``entered``, ``unmodelled``, ``error``,
                ``note``; each a level of standard logging from DEBUG to CRITICAL.

        Raises:
            ValueError: A level is none for which structlog has a method.
        """
        self.logger: FilteringBoundLogger = (
            structlog.get_logger("jobstate.events") if logger is None else logger
        )
        self._prefix = prefix
        self._levels = Levels(**levels)
        _check(self._levels)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self.logger).__name__}>"

    def __call__(self, event: Event, /) -> None:
        """Log one event."""
        log = getattr(self.logger, _METHODS[self._levels.of(event)])
        said = fields(event, self._prefix)
        del said[f"{self._prefix}kind"]
        log(event.kind, **said)


def _check(levels: Levels) -> None:
    """Raise where a level has no method."""
    wrong = {name: each for name, each in attrs.asdict(levels).items() if each not in _METHODS}
    if wrong:
        allowed = ", ".join(map(logging.getLevelName, _METHODS))
        came = ", ".join(f"{name}={each!r}" for name, each in wrong.items())
        raise ValueError(f"expected levels among {allowed}, got {came}")
