"""`Census`: what many jobs did, counted: moves, stays with their lengths, ends.

Memory is bounded by the life cycle, whatever is counted: nothing is kept of a job.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.conformance.answers import Reading, in_sequence, readings
from jobstate.diagrams.overlays.course import course_of
from jobstate.diagrams.overlays.durations import Spans
from jobstate.errors import ObservationError, Problem
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobstate.diagrams.overlays.course import CourseStep, Track, Visit
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation
    from jobstate.model.states import Region

#: A state by its region and name.
Place: TypeAlias = tuple[str, str]
#: From where and why a job failed: its region, the state that it left and the cause, where known.
Failure: TypeAlias = tuple[str, str | None, str | None]
#: What is shown of a job that is in no known state: its region, a status, whether it has ended.
Shown: TypeAlias = tuple[str, str, bool]
#: A move by its region, origin and target; where a job began, the origin is None.
Passage: TypeAlias = tuple[str, str | None, str]


class Census:
    """What many jobs did.

    It is the same whatever the order in which jobs are added, and whether they are added to one
    census or to several that are merged.

    Attributes:
        lifecycle: The life cycle of the jobs.
        jobs: How many jobs were counted.
        without_history: Of how many of them no answer had a history: only what is certain of
            their way was counted, and no lengths.
        moves: How often each move was made, and each state begun in.
        guessed: How many of those moves are of a primary status that a history does not print,
            and so are on the shortest way that explains it, not on the only one.
        broken: How often each move was made that the life cycle does not allow.
        lengths: How long jobs stayed in each state, of the stays that have both ends.
        time: How long all jobs together were in each state, in microseconds, stays that go on
            included, up to the newest time that the job's answers show.
        ends: How many jobs ended in each state; not how many are gone since.
        ended: Region → how many jobs ended in it, be it known in which state or not.
        now: How many jobs are in each state now that have not ended.
        open: Region → how many jobs have not ended in it, be it known where they are or not.
        labels: Of how many jobs only a status is known, and no state.
        failures: From where jobs failed, and why.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.jobs = 0
        self.without_history = 0
        self.moves: Counter[Passage] = Counter()
        self.guessed = 0
        self.broken: Counter[Passage] = Counter()
        self.lengths: defaultdict[Place, Spans] = defaultdict(Spans)
        self.time: Counter[Place] = Counter()
        self.ends: Counter[Place] = Counter()
        self.ended: Counter[str] = Counter()
        self.now: Counter[Place] = Counter()
        self.open: Counter[str] = Counter()
        self.labels: Counter[Shown] = Counter()
        self.failures: Counter[Failure] = Counter()
        self._edges = {
            (region.name, edge.origin, edge.target)
            for region in lifecycle.regions
            for edge in region.edges
        } | {(region.name, None, name) for region in lifecycle.regions for name in region.initial}

    def add(self, answers: object) -> None:
        """Count one job.

        What is known of its way is what `jobstate.diagrams.overlays.job` draws.

        Args:
            answers: Everything that the service said about the job, in any form that
                `jobstate.check` takes.

        Raises:
            ObservationError: An answer can't be read, there is none, or they are about several
                jobs; nothing is counted then.
        """
        seen = in_sequence(readings(self.lifecycle, answers))
        jobs = len({each.job for each in seen})
        if jobs != 1:
            expected = "answers about one job (add_jobs takes several jobs)"
            raise ObservationError([Problem("", expected, f"{jobs} jobs")])
        self._add(seen)

    def add_jobs(self, answers: object) -> None:
        """Count every job that answers speak of; the answers are held until all are read.

        Raises:
            ObservationError: An answer can't be read; nothing is counted then.
        """
        jobs: dict[JobKey, list[Reading[Observation]]] = {}
        for each in readings(self.lifecycle, answers):
            jobs.setdefault(each.observation.job, []).append(each)
        for found in jobs.values():
            self._add(in_sequence(found))

    def add_counts(  # noqa: PLR0913 - each is one thing that is counted, by keyword
        self,
        region: str,
        *,
        jobs: int = 0,
        starts: Mapping[str, int] | None = None,
        moves: Mapping[tuple[str, str], int] | None = None,
        stays: Mapping[str, Iterable[float]] | None = None,
        ends: Mapping[str, int] | None = None,
        now: Mapping[str, int] | None = None,
        failures: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """Count what somebody else has counted, of one region.

        Args:
            region: The region's name.
            jobs: How many jobs more; give it for one region only.
            starts: State → how many jobs began in it.
            moves: (Origin, target) → how often jobs moved so. What the life cycle does not have
                is counted as broken, be it a move or a beginning.
            stays: State → how long jobs stayed in it, in seconds.
            ends: State → how many jobs ended in it.
            now: State → how many jobs are in it now, of those that have not ended.
            failures: (State, cause) → how many jobs failed so that left it.

        Raises:
            UnknownNameError: There is no such region or state; nothing is counted then.
            ValueError: A count or a length is less than 0; nothing is counted then.
        """
        found = self.lifecycle.region(region)
        lengths = {name: list(map(_microseconds, each)) for name, each in (stays or {}).items()}
        begun, moved, ended, here = starts or {}, moves or {}, ends or {}, now or {}
        failed = failures or {}
        left = [name for name, _ in failed]
        for name in [*lengths, *begun, *ended, *here, *left, *chain(*moved)]:
            found.state(name)
        counts = chain(
            *(each.values() for each in (begun, moved, ended, here, failed)), *lengths.values()
        )
        least = min(counts, default=0)
        if min(jobs, least) < 0:
            raise ValueError(f"expected counts and lengths of 0 or more, got {min(jobs, least)}")
        self.jobs += jobs
        for name, count in begun.items():
            self._count_move((region, None, name), count)
        for (origin, target), count in moved.items():
            self._count_move((region, origin, target), count)
        for name, each in lengths.items():
            for length in each:
                self.lengths[region, name].add(length)
                self.time[region, name] += length
        for name, count in ended.items():
            self.ends[region, name] += count
            self.ended[region] += count
        for name, count in here.items():
            self.now[region, name] += count
            self.open[region] += count
        for (name, cause), count in failed.items():
            self.failures[region, name, cause] += count

    def merge(self, other: Census) -> None:
        """Add all that another census has counted.

        Raises:
            ValueError: It is one of another life cycle.
        """
        if str(other.lifecycle) != str(self.lifecycle):
            raise ValueError(f"a census of {self.lifecycle} can't take one of {other.lifecycle}")
        self.jobs += other.jobs
        self.without_history += other.without_history
        self.guessed += other.guessed
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for place, spans in other.lengths.items():
            self.lengths[place].merge(spans)

    # --- One job --------------------------------------------------------------------------------

    def _add(self, seen: Sequence[Observation]) -> None:
        tracks = course_of(self.lifecycle, seen)
        self.jobs += 1
        self.without_history += not any(track.entries for track in tracks)
        for track in tracks:
            for step in track.steps:
                self._count_step(step, track.region)
            for visit in track.visits:
                self._count_visit(visit, track)
            self._count_end(track)
            self._count_failure(track, seen)

    def _count_step(self, step: CourseStep, region: Region) -> None:
        self.guessed += step.silent and not step.certain
        passage = (region.name, step.origin, step.target)
        if not step.broken:
            self.moves[passage] += 1
        elif step.origin != step.target:
            self.broken[passage] += 1

    def _count_move(self, passage: Passage, count: int) -> None:
        where = self.moves if passage in self._edges else self.broken
        where[passage] += count

    def _count_visit(self, visit: Visit, track: Track) -> None:
        length = visit.microseconds
        if visit.state is None or length is None or visit.final or not track.entries:
            return
        self.time[track.region.name, visit.state] += length
        if visit.exact:
            self.lengths[track.region.name, visit.state].add(length)

    def _count_end(self, track: Track) -> None:
        end, region = track.ended, track.region.name
        last = track.visits[-1] if end is None else end
        (self.open if end is None else self.ended)[region] += 1
        if last.state is None:
            self.labels[region, last.label, end is not None] += 1
        else:
            (self.now if end is None else self.ends)[region, last.state] += 1

    def _count_failure(self, track: Track, seen: Sequence[Observation]) -> None:
        """Count from where a job failed, as far as its history tells, and why."""
        end = track.ended
        state = track.region.state(end.state) if end is not None and end.state else None
        if end is not None and state is not None and state.outcome is Outcome.FAILED:
            place = track.visits.index(end)
            left = track.visits[place - 1].state if place and track.entries else None
            said = (each.cause for each in reversed(seen) if each.cause is not None)
            self.failures[track.region.name, left, next(said, state.cause)] += 1


#: What is added up when censuses are merged.
_COUNTERS: Final = (
    *("moves", "broken", "time", "ends", "ended"),
    *("now", "open", "labels", "failures"),
)


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
