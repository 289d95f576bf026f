"""`Life`: all that a job goes through, and what is true of it at any moment.

The one projection from a life to what is seen of it: generated lives, polls, examples and replays
all use it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import Factory, evolve, field, frozen

from jobstate.errors import UnknownNameError
from jobstate.model.answer_schema import within
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Entry, JobKey, Moment, Observation, Shown
from jobstate.model.operations import Verb
from jobstate.model.outcome import Result, finer, reason_of, result_of, with_cause
from jobstate.model.states import UNKNOWN_CAUSE, Outcome
from jobstate.model.walks import forced_beside, way_of_a_deletion, way_of_a_stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.observation import Writer
    from jobstate.model.operations import Action
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


@frozen
class Said:
    """What a request about a job has said, which answers repeat from then on.

    Attributes:
        at: When it was made; aware, UTC.
        fields: The fields, as answers have them.
    """

    at: datetime = field(repr=str)
    fields: Mapping[str, object]


#: What a stop is caused by, where no operation of the service says it.
_STOPPING: Final = frozenset({"stop_requested"})


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
        said: What requests have said, in order: what it was created with, say.
        vanishes: When the service forgets it, though no state shows that; None for never.
    """

    lifecycle: Lifecycle = field(repr=str)
    job: JobKey = field(repr=str)
    stays: tuple[Stay, ...]
    beside: Mapping[str, tuple[Stay, ...]] = Factory(dict)
    features: Mapping[str, bool] = Factory(dict)
    failure: str | None = None
    messages: Mapping[str, str] = Factory(dict)
    said: tuple[Said, ...] = ()
    vanishes: datetime | None = field(default=None, repr=str)

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
        """What it comes to, with what its answers say more of the end than its status does."""
        result = result_of([])
        for stay in self.stays:
            now = result_of([self._state(self.region, stay.state)])
            # What is being removed may tell of no end any more.
            result = finer(result, now) if now.gone and result.final else now
        status, said = self._state(self.region, self.stays[-1].state).primary, self._said(self.said)
        ends = self.lifecycle.schema.ends if said and self.lifecycle.schema else ()
        for end in ends:
            if end.status == status and end.holds(within(said, end.path)):
                return evolve(result, outcome=end.outcome, cause=end.cause)
        if result.outcome is not Outcome.FAILED or result.cause != UNKNOWN_CAUSE:
            return result
        return with_cause(result, self._told_cause())

    def valid_until(self, time: datetime) -> datetime | None:
        """Return until when it stays as it is at a time: the next time at which anything changes.

        Returns:
            None where nothing changes any more.
        """
        said = (each.at for each in self.said)
        every = (*self.changes, *said, *filter(None, [self.vanishes]))
        return min((each for each in every if each > time), default=None)

    def standing(self, time: datetime) -> dict[str, str]:
        """Return where it is at a time: region name → its state; not before its start."""
        every = {self.region.name: self.stays, **self.beside}
        begun = {region: _until(each, max(time, self.start)) for region, each in every.items()}
        return {region: each[-1].state for region, each in begun.items() if each}

    # --- What callers do to it --------------------------------------------------------------------

    def stopped(
        self,
        at: datetime,
        action: Action | None = None,
        said: Mapping[str, object] | None = None,
        seconds: float = 30.0,
    ) -> Life:
        """Return the life that it becomes if it is stopped at a time.

        Its rest is a legal way in the life cycle from where it stands to the end of a stopped job,
        over moves that are documented or observed as far as there are any. A job that has ended, or
        is being stopped, lives on as it is.

        Args:
            at: When; aware. Not before its creation.
            action: By which operation; by default the first of the service that stops jobs.
            said: What answers repeat of the request.
            seconds: How long each stay on the way lasts.
        """
        schema = self.lifecycle.schema
        action = action or (schema.action(Verb.STOP) if schema else None)
        causes = action.causes if action else _STOPPING
        at = max(at, self.start)
        names = [stay.state for stay in _until(self.stays, at)]
        way = way_of_a_stop(self.lifecycle, names, self.features, causes)
        if not way:
            return self
        fields = {**(action.says if action else {}), **(said or {})}
        return self._redirected(at, way, seconds).updated(at, fields)

    def deleted(self, at: datetime) -> Life:
        """Return the life that it becomes if it is deleted at a time.

        Where the life cycle has no state of being deleted, the service forgets it at once.

        Args:
            at: When; aware.

        Raises:
            ValueError: It has not ended by then.
        """
        names = [stay.state for stay in _until(self.stays, max(at, self.start))]
        now = self._state(self.region, names[-1])
        if now.gone:
            return self
        if not now.final:
            raise ValueError(f"only a job that has ended can be deleted, this one is {now.name}")
        way = way_of_a_deletion(self.lifecycle, names, self.features)
        life = self._redirected(at, way, 0.0)
        return life if way else evolve(life, vanishes=at)

    def updated(self, at: datetime, fields: Mapping[str, object]) -> Life:
        """Return the life of which answers say some fields from a time on, besides their own."""
        return evolve(self, said=(*self.said, Said(at, fields))) if fields else self

    def _redirected(self, at: datetime, way: Sequence[State], seconds: float) -> Life:
        """Return it up to a time, and then another way; other regions move where they must."""
        times = [at + timedelta(seconds=seconds * place) for place in range(len(way))]
        kept = _until(self.stays, at)
        beside = {}
        for name, each in self.beside.items():
            before, region = _until(each, at), self.lifecycle.region(name)
            if before:
                now = before[-1].state
                moves = forced_beside(self.lifecycle, region, now, way, self.features)
                later = (Stay(state, times[place]) for place, state in moves)
                beside[name] = (*before, *later)
        stays = (*kept, *map(Stay, (state.name for state in way), times))
        said = tuple(each for each in self.said if each.at <= at)
        return evolve(self, stays=stays, beside=beside, said=said, vanishes=None)

    @staticmethod
    def _said(said: Sequence[Said]) -> dict[str, object]:
        """Return what is repeated of some requests: of parts the newest fields."""
        found: dict[str, object] = {}
        for each in said:
            for name, value in each.fields.items():
                had = found.get(name)
                if isinstance(had, Mapping) and isinstance(value, Mapping):
                    found[name] = {**had, **value}
                else:
                    found[name] = value
        return found

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
        said = [each for each in self.said if each.at <= time]
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
            modified=max(
                *(each[-1].start for each in (stays, *begun.values())),
                *(each.at for each in said),
                self.start,
            ),
            ended=ended,
            failure=reason_of(result_of([now]), self.failure) if ended else None,
            asked=self._said(said),
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
