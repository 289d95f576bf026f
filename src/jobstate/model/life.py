"""`Life`: all that a job goes through, and what is true of it at any moment.

The one projection from a life to what is seen of it: generated lives, polls, examples and replays
all use it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from attrs import Factory, field, frozen

from jobstate.errors import UnknownNameError
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Entry, JobKey, Moment, Observation, Shown
from jobstate.model.outcome import Result, finer, reason_of, result_of, with_cause
from jobstate.model.states import UNKNOWN_CAUSE, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.observation import Writer
    from jobstate.model.states import Region, State


@frozen
class Stay:
    """A stay of a job in one state.

    Attributes:
        state: The state's name.
        start: When it begins; aware, UTC. It lasts until the next one begins.
    """

    state: str
    start: datetime = field(repr=str)


class Printer(Protocol):
    """What IPython and Hypothesis print with."""

    def text(self, text: str, /) -> None:
        """Print a text."""
        raise NotImplementedError


@frozen(kw_only=True)
class Life:
    """A job's life, from its creation to the last thing that happens to it.

    It need not be legal: a life that nobody should see is a `Life` too.

    Attributes:
        lifecycle: The life cycle whose states it goes through.
        job: The job.
        stays: What it goes through in the region that has the history, or in the first one.
        beside: Region name → what it goes through there; a region that is absent is never shown.
        features: Feature name → whether the job has it.
        failure: What the service says of a failure; None where it says nothing.
        messages: Status → the service's words at its entries; None of the others.
    """

    lifecycle: Lifecycle = field(repr=str)
    job: JobKey = field(repr=str)
    stays: tuple[Stay, ...]
    beside: Mapping[str, tuple[Stay, ...]] = Factory(dict)
    features: Mapping[str, bool] = Factory(dict)
    failure: str | None = None
    messages: Mapping[str, str] = Factory(dict)

    def __str__(self) -> str:
        """Return the story in one line: statuses, and how long each lasts."""
        lasting = [
            f"{stay.state} {(after.start - stay.start).total_seconds():g} s"
            for stay, after in zip(self.stays, self.stays[1:], strict=False)
        ]
        return " → ".join([*lasting, self.stays[-1].state])

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001 - as called
        """Print it as `repr` does: Hypothesis would print the whole life cycle."""
        printer.text(repr(self))

    @property
    def region(self) -> Region:
        """The region of `stays`."""
        return self.lifecycle.main_region

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.stays[0].start

    @property
    def end(self) -> datetime:
        """When the last thing happens: the last stay of any region begins."""
        return max(each[-1].start for each in (self.stays, *self.beside.values()))

    @property
    def changes(self) -> tuple[datetime, ...]:
        """Every time at which something happens, in order."""
        every = (stay.start for each in (self.stays, *self.beside.values()) for stay in each)
        return tuple(sorted(set(every)))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its whole history."""
        return self._entries(self.stays)

    @property
    def result(self) -> Result:
        """What it comes to, with the cause that its answers give for a failure."""
        result = result_of([])
        for stay in self.stays:
            now = result_of([self._state(self.region, stay.state)])
            # What is being removed may tell of no end any more.
            result = finer(result, now) if now.gone and result.final else now
        if result.outcome is not Outcome.FAILED or result.cause != UNKNOWN_CAUSE:
            return result
        return with_cause(result, self._told_cause())

    # --- A moment of it -------------------------------------------------------------------------

    def moment(self, time: datetime) -> Moment:
        """Return what is true at a time; before the creation, at the creation.

        Args:
            time: The time; aware.

        Raises:
            UnknownNameError: It goes through a state that the life cycle does not have.
        """
        time = max(time, self.start)
        stays = _until(self.stays, time)
        begun = {region: had for region, each in self.beside.items() if (had := _until(each, time))}
        ended, now = self._ended(stays), self._state(self.region, stays[-1].state)
        return Moment(
            job=self.job,
            shown={
                self.region.name: self._shown(self.region, stays[-1].state),
                **{
                    region: self._shown(self.lifecycle.region(region), now[-1].state)
                    for region, now in begun.items()
                },
            },
            entries=self._entries(stays),
            features=self.features,
            modified=max(each[-1].start for each in (stays, *begun.values())),
            ended=ended,
            failure=reason_of(result_of([now]), self.failure) if ended else None,
        )

    def at(self, time: datetime, form: str | None = None) -> dict[str, Any]:
        """Return what the service answers at a time.

        Args:
            time: The time; aware.
            form: The form of the answer, one of the life cycle's writer (mostly
                ``describe``, ``list`` or ``event``); by default the one that says most.

        Raises:
            UnknownNameError: The life cycle has no writer, or that has no such form; or the life
                goes through a state that the life cycle does not have.
        """
        writer = self._writer(form)
        return writer.write(self.moment(time), form or writer.forms[0])

    def observation(self, time: datetime, form: str | None = None) -> Observation:
        """Return what an answer at a time says.

        Without a reader and a writer all that is true is said, in the life cycle's own words.

        Raises:
            UnknownNameError: As `at` does.
        """
        reader = self.lifecycle.reader
        if form is not None:
            self._writer(form)
        if reader is not None and self.lifecycle.writer is not None:
            return reader.read(self.at(time, form))
        now = self.moment(time)
        shown = {feature.name for feature in self.lifecycle.features if feature.shown}
        return Observation(
            job=now.job,
            shown=now.shown,
            features={name: has for name, has in now.features.items() if name in shown},
            entries=now.entries,
            modified=now.modified,
        )

    def _told_cause(self) -> str | None:
        """Return the cause that is told at its end, before it is gone."""
        if self.lifecycle.reader is not None and self.lifecycle.writer is not None:
            return self.observation(self._ended(self.stays) or self.end).cause
        told = self.lifecycle.failure_cause
        return told(self.failure) if self.failure and told is not None else None

    def _writer(self, form: str | None) -> Writer:
        writer = self.lifecycle.writer
        forms = () if writer is None else writer.forms
        if writer is None or (form is not None and form not in forms):
            raise UnknownNameError("form of answers", form, forms)
        return writer

    def _shown(self, region: Region, name: str) -> Shown:
        state = self._state(region, name)
        return Shown(str(state.primary), None if state.secondary is None else str(state.secondary))

    def _state(self, region: Region, name: str) -> State:
        for state in region.states:
            if state.name == name:
                return state
        raise UnknownNameError("state", name, (state.name for state in region.states))

    def _ended(self, stays: Sequence[Stay]) -> datetime | None:
        ended, reopens = None, False
        for stay in stays:
            state = self._state(self.region, stay.state)
            if state.final:
                ended = ended or stay.start
            elif reopens:
                ended = None
            reopens = state.reopens
        return ended

    def _entries(self, stays: Sequence[Stay]) -> tuple[Entry, ...]:
        """Return the history of some stays: one entry where only the primary status moves."""
        begun: list[tuple[State, datetime]] = []
        for stay in stays:
            state = self._state(self.region, stay.state)
            if not begun or begun[-1][0].visible != state.visible:
                begun.append((state, stay.start))
        entries = []
        for (state, start), (after, left) in zip(begun, [*begun[1:], (None, None)], strict=True):
            # What is final is over as it begins, and stays so when the job is gone or goes on.
            over = state.final and (after is None or after.gone or state.reopens)
            message = self.messages.get(state.visible)
            entries.append(Entry(state.visible, start, start if over else left, message))
        return tuple(entries)


def _until(stays: Sequence[Stay], time: datetime) -> Sequence[Stay]:
    """Return the stays that have begun at a time."""
    return stays[: bisect_right(stays, time, key=lambda stay: stay.start)]
