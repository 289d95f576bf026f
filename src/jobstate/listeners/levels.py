"""How loud each kind of event is, for every listener that logs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypedDict

from attrs import frozen

from jobstate.model.events import OutcomeRefined, StatusChanged, StatusEntered, Violation
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from jobstate.model.events import Event


class Chosen(TypedDict, total=False):
    """The levels that somebody has chosen, by the names that `Levels` has."""

    changed: int
    entered: int
    unmodelled: int
    error: int
    note: int


@frozen(kw_only=True)
class Levels:
    """A level of standard logging for each kind of event.

    Attributes:
        changed: The level of a `StatusChanged`, and of an `OutcomeRefined`.
        entered: That of a `StatusEntered`; a first describe answer brings several at once.
        unmodelled: That of an `Unmodelled`.
        error: That of a `Violation` of severity error.
        note: That of a `Violation` of severity note.
    """

    changed: int = logging.INFO
    entered: int = logging.DEBUG
    unmodelled: int = logging.WARNING
    error: int = logging.ERROR
    note: int = logging.INFO

    def of(self, event: Event) -> int:
        """Return the level of an event."""
        if isinstance(event, (StatusChanged, OutcomeRefined)):
            return self.changed
        if isinstance(event, StatusEntered):
            return self.entered
        if isinstance(event, Violation):
            return self.note if event.severity is Severity.NOTE else self.error
        return self.unmodelled
