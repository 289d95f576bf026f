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

    known: StateEstimate
    refused: Refusal | None = None
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
            diagnosis: Says why something is refused.
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
        sight: RegionView,
        *,
        fresh: bool = False,
    ) -> Moved:
        """Return how a region moved.

        Args:
            region: Its name.
            before: What was known of the job.
            observation: What came.
            sight: What that shows of the region.
            fresh: Read the history from its beginning.
        """
        automaton = self._automata[region]
        known = before.known.get(region, automaton.start)
        contradicted = self._diagnosis.features(known, sight, observation)
        if contradicted is not None:
            return _as_shown(automaton, sight, before, observation, contradicted)
        if region == self._history and observation.entries:
            return self._read_history(automaton, before, observation, sight, fresh=fresh)
        return self._read_sample(automaton, before, known, observation, sight)

    def _read_sample(
        self,
        automaton: Automaton,
        before: JobState,
        known: StateEstimate,
        observation: Observation,
        sight: RegionView,
    ) -> Moved:
        after = automaton.step(known, sight)
        if not sight.primary_unknown and (after is None or sight.illegal_pair):
            was = before.known.get(automaton.region.name)
            refused = self._diagnosis.sample(was, known, sight, observation)
            return _as_shown(automaton, sight, before, observation, refused)
        if after is None or sight.unknown:
            # The primary status has been judged where it is known; the rest could be anything.
            return _as_shown(automaton, sight, before, observation)
        samples = before.samples
        if not samples or samples[-1] is not sight:
            samples = (*samples[1 - MOST_SAMPLES :], sight)
        return Moved(after, None, before.base, before.read, samples)

    def _read_history(
        self,
        automaton: Automaton,
        before: JobState,
        observation: Observation,
        sight: RegionView,
        *,
        fresh: bool,
    ) -> Moved:
        base, samples, read = before.base, before.samples, before.read
        if fresh or not read:
            base, samples, read = (None, () if fresh else samples, 0)
        entries = observation.entries
        statuses = tuple(entry.status for entry in entries[read:])
        followed = follow(automaton, base, samples, statuses, sight)
        refused = self._diagnosis.history(automaton, followed, sight, observation, read)
        known, explained = followed.known, followed.known is not None
        if known is None or sight.unknown:
            # Reality wins; of what the history leaves possible, keep what agrees with it.
            reached = automaton.successors.reach(followed.history.mask) & sight.mask
            known = automaton.known(sight.real if sight.unknown else reached or sight.real)
        reading = HistoryReading(base, samples, statuses, sight)
        return Moved(known, refused, known, len(entries), (), reading, explained)


def _as_shown(
    automaton: Automaton,
    sight: RegionView,
    before: JobState,
    observation: Observation,
    refused: Refusal | None = None,
) -> Moved:
    """Reality wins: what is shown is known, and the next step starts from there."""
    known = automaton.known(sight.real)
    read = len(observation.entries or before.entries)
    return Moved(known, refused, base=known, read=read)
