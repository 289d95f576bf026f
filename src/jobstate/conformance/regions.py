"""`Regions`: how one region moved, by an answer's sample of it or by the history that it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.automaton.automaton import RegionView, StateEstimate
from jobstate.automaton.history import follow
from jobstate.conformance.diagnosis import Refusal
from jobstate.conformance.moves import HistoryReading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.automaton.automaton import Automaton
    from jobstate.conformance.diagnosis import Diagnosis
    from jobstate.conformance.job_state import JobState
    from jobstate.model.observation import Observation

#: How many thin answers are kept until a history comes that they must agree with. Forgetting the
#: oldest proves less, never something false.
MOST_SAMPLES = 256


@frozen
class Moved:
    """How one region moved: what is known after, and what could not be explained."""

    estimate: StateEstimate
    refusal: Refusal | None = None
    base: StateEstimate | None = None
    read: int = 0
    samples: tuple[RegionView, ...] = ()
    reading: HistoryReading | None = None
    explained: bool = True


class Regions:
    """The regions of one life cycle."""

    def __init__(
        self, automata: Mapping[str, Automaton], diagnosis: Diagnosis, history: str | None
    ) -> None:
        """Prepare to judge.

        Args:
            automata: Region name → its automaton.
            diagnosis: Says why something is refusal.
            history: The region whose statuses histories list; None where there is none.
        """
        self._automata = automata
        self._diagnosis = diagnosis
        self._history = history

    def moved(
        self,
        region: str,
        before: JobState,
        observation: Observation,
        region_view: RegionView,
        *,
        fresh: bool = False,
    ) -> Moved:
        """Return how a region moved.

        Args:
            region: Its name.
            before: What was known of the job.
            observation: What came.
            region_view: What that shows of the region.
            fresh: Read the history from its beginning.
        """
        automaton = self._automata[region]
        estimate = before.estimates.get(region, automaton.start)
        contradicted = self._diagnosis.features(estimate, region_view, observation)
        if contradicted is not None:
            return _as_shown(automaton, region_view, before, observation, contradicted)
        if region == self._history and observation.entries:
            return self._read_history(automaton, before, observation, region_view, fresh=fresh)
        return self._read_sample(automaton, before, estimate, observation, region_view)

    def _read_sample(
        self,
        automaton: Automaton,
        before: JobState,
        estimate: StateEstimate,
        observation: Observation,
        region_view: RegionView,
    ) -> Moved:
        after = automaton.step(estimate, region_view)
        if not region_view.primary_unknown and (after is None or region_view.illegal_pair):
            was = before.estimates.get(automaton.region.name)
            refusal = self._diagnosis.sample(was, estimate, region_view, observation)
            return _as_shown(automaton, region_view, before, observation, refusal)
        if after is None or region_view.unknown:
            # The primary status has been judged where it is known; the rest could be anything.
            return _as_shown(automaton, region_view, before, observation)
        samples = before.samples
        if not samples or samples[-1] is not region_view:
            samples = (*samples[1 - MOST_SAMPLES :], region_view)
        return Moved(after, None, before.base, before.read, samples)

    def _read_history(
        self,
        automaton: Automaton,
        before: JobState,
        observation: Observation,
        region_view: RegionView,
        *,
        fresh: bool,
    ) -> Moved:
        base, samples, read = before.base, before.samples, before.read
        if fresh or not read:
            base, samples, read = (None, () if fresh else samples, 0)
        entries = observation.entries
        statuses = tuple(entry.status for entry in entries[read:])
        followed = follow(automaton, base, samples, statuses, region_view)
        refusal = self._diagnosis.history(automaton, followed, region_view, observation, read)
        estimate, explained = followed.estimate, followed.estimate is not None
        if estimate is None or region_view.unknown:
            # Reality wins; of what the history leaves possible, keep what agrees with it.
            reached = automaton.successors.reach(followed.history.mask) & region_view.mask
            estimate = automaton.estimate(
                region_view.real if region_view.unknown else reached or region_view.real
            )
        reading = HistoryReading(base, samples, statuses, region_view)
        return Moved(estimate, refusal, estimate, len(entries), (), reading, explained)


def _as_shown(
    automaton: Automaton,
    region_view: RegionView,
    before: JobState,
    observation: Observation,
    refusal: Refusal | None = None,
) -> Moved:
    """Reality wins: what is shown is known, and the next step starts from there."""
    estimate = automaton.estimate(region_view.real)
    read = len(observation.entries or before.entries)
    return Moved(estimate, refusal, base=estimate, read=read)
