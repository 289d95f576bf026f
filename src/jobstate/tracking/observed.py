"""What one answer brought to a tracker."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import define, field

from jobstate.conformance.job_state import Judgement
from jobstate.errors import ObservationError
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from jobstate.model.events import Event


class Arrival(StrEnum):
    """How an answer came.

    NEW: it was judged. DUPLICATE: it says what an answer said that is kept. STALE: it is not taken
    for the newest, and could only add to the history or to an end that was told. QUEUED: a listener
    observed it, and it is judged when the listeners have heard what was told before.
    """

    NEW = "new"
    DUPLICATE = "duplicate"
    STALE = "stale"
    QUEUED = "queued"


@define
class Observed:
    """What one answer brought.

    Attributes:
        job: The job that it is about.
        arrival: How it came.
    """

    job: JobKey
    arrival: Arrival
    _judgement: Judgement | None = field(default=None, repr=False)

    @property
    def events(self) -> tuple[Event, ...]:
        """What listeners are told, in that order."""
        return () if self._judgement is None else self._judgement.events

    @property
    def duplicate(self) -> bool:
        """It says what an answer said that is kept: it brought nothing."""
        return self.arrival is Arrival.DUPLICATE

    @property
    def stale(self) -> bool:
        """It is not taken for the newest: where the job stands did not move."""
        return self.arrival is Arrival.STALE

    @property
    def queued(self) -> bool:
        """A listener observed it: it will be judged, and has brought nothing yet."""
        return self.arrival is Arrival.QUEUED


#: What becomes of answers that can't be read: nothing is taken, or all the others are.
OnError: TypeAlias = Literal["raise", "collect"]

#: What the answers brought that could be read, and why the others can't be, each with its index.
Collected: TypeAlias = tuple[list[Observed], list[tuple[int, ObservationError]]]
