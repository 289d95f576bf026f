"""Why no legal run explains what was seen, in words: which rule, what was allowed, what it needs.

It runs only once something is wrong, so it may be slow: it tries again with one kind of requirement
lifted at a time and sees what helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.paths import between, next_states
from jobstate.model.lifecycle import assumed_text
from jobstate.model.specification import Finding
from jobstate.model.states import Needs, needs_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
    from jobstate.automaton.history import Followed
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation, Shown
    from jobstate.model.states import Edge, Region

#: The requirement of features.
NEEDS = "needs"


@frozen(eq=False)
class Refusal:
    """Which rule was broken, and how."""

    rule: str
    finding: Finding


class Diagnosis:
    """Finds the words for what the automata of a life cycle refuse."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._relaxed: dict[str, Mapping[str, Automaton]] = {}

    # --- The three occasions --------------------------------------------------------------------

    def features(
        self, known: StateEstimate, sight: RegionView, observation: Observation
    ) -> Refusal | None:
        """Return how features contradict what is known; None where they do not."""
        if known.mask & sight.features:
            return None
        given = assumed_text(self._lifecycle.assumed)
        shows = needs_text(tuple(sorted(observation.features.items())))
        kept = _agreed(known, observation.features)
        ground = f"it is judged given {given}" if given else "what was seen before rules that out"
        return Refusal(
            "feature-changed",
            Finding(
                message=f"the job shows {shows}, but {ground}",
                path="features",
                seen=shows,
                allowed=(needs_text(kept),) if kept else (),
                at=observation.modified,
            ),
        )

    def sample(
        self,
        before: StateEstimate | None,
        known: StateEstimate,
        sight: RegionView,
        observation: Observation,
    ) -> Refusal:
        """Return why an answer can't come after what is known."""
        automaton = known.automaton
        shown = observation.shown[automaton.region.name]
        if sight.illegal_pair:
            return self._illegal_pair(automaton, shown, observation)
        origin = "the creation of a job" if before is None else before.label
        reached = automaton.states_of(automaton.successors.reach(known.mask))
        return self._refused(
            known,
            target=lambda other: (
                other.sight(shown.primary, shown.secondary, observation.features).mask
            ),
            step=lambda other, mask: other.successors.reach(mask),
            finding=Finding(
                message=f"{shown} can't come after {origin}",
                path=automaton.region.field,
                seen=str(shown),
                allowed=tuple(state.name for state in reached),
                at=observation.modified,
            ),
            ruled_out=sight.ruled_out,
        )

    def history(
        self,
        automaton: Automaton,
        followed: Followed,
        sight: RegionView,
        observation: Observation,
        skipped: int,
    ) -> Refusal | None:
        """Return what is wrong with a history; None where a legal run shows it."""
        if sight.illegal_pair:
            return self._illegal_pair(
                automaton, observation.shown[automaton.region.name], observation
            )
        if followed.trouble is not None:
            return self._entry(automaton, followed, observation, skipped + followed.trouble)
        last = observation.entries[-1].status
        if followed.left_out:
            return self._transition(
                automaton,
                observation,
                f"the history leads to {last} by a way that earlier answers rule out",
            )
        if followed.known is None and sight.visible in (None, last):
            shown = observation.shown[automaton.region.name]
            return self._transition(
                automaton,
                observation,
                f"the answer says {shown}, but no legal run with this history is there",
                allowed=tuple(state.name for state in followed.history.states),
            )
        return None

    # --- Each kind ------------------------------------------------------------------------------

    def _illegal_pair(
        self, automaton: Automaton, shown: Shown, observation: Observation
    ) -> Refusal:
        partners = [state for state in automaton.region.states if state.primary == shown.primary]
        with_it = ", ".join(state.visible for state in partners)
        return Refusal(
            f"{automaton.region.prefix}illegal-pair",
            Finding(
                message=f"{shown.primary} does not go with {shown.secondary}, only with {with_it}",
                path=automaton.region.field,
                seen=str(shown),
                allowed=tuple(state.name for state in partners),
                at=observation.modified,
            ),
        )

    def _entry(
        self, automaton: Automaton, followed: Followed, observation: Observation, index: int
    ) -> Refusal:
        entry = observation.entries[index]
        path = f"{automaton.region.history}[{index}]"
        if followed.before is None:
            begin = tuple(state.visible for state in automaton.start.states)
            return Refusal(
                f"{automaton.region.prefix}illegal-start",
                Finding(
                    message=f"the history begins with {entry.status}; a job begins with"
                    f" {' or '.join(begin)}",
                    path=path,
                    seen=entry.status,
                    allowed=begin,
                    at=entry.start,
                ),
            )
        before = followed.before
        previous = observation.entries[index - 1].status
        allowed = dict.fromkeys(
            state.visible
            for state in next_states(automaton, before.mask)
            if state.visible != previous
        )
        return self._refused(
            before,
            target=lambda other: other.of_visible.get(entry.status, 0),
            step=lambda other, mask: other.successors.loud(other.successors.silent(mask)),
            finding=Finding(
                message=f"entry {index + 1} ({entry.status}) can't come after entry {index}"
                f" ({previous})",
                path=path,
                seen=entry.status,
                allowed=tuple(allowed),
                at=entry.start,
            ),
            ruled_out=not automaton.of_visible.get(entry.status),
        )

    def _transition(
        self,
        automaton: Automaton,
        observation: Observation,
        message: str,
        allowed: tuple[str, ...] = (),
    ) -> Refusal:
        return Refusal(
            f"{automaton.region.prefix}illegal-transition",
            Finding(
                message=message,
                path=automaton.region.field,
                seen=str(observation.shown[automaton.region.name]),
                allowed=allowed,
                at=observation.modified,
            ),
        )

    def _refused(
        self,
        known: StateEstimate,
        *,
        target: Callable[[Automaton], int],
        step: Callable[[Automaton, int], int],
        finding: Finding,
        ruled_out: bool,
    ) -> Refusal:
        """Say which requirement a step fails on, by lifting one at a time."""
        region = known.automaton.region
        for memory in self._lifecycle.memories:
            other, mask = self._lifted(known, _after(memory.name))
            if step(other, mask) & target(other):
                passed = _visible(region, memory.states)
                return Refusal(
                    memory.rule,
                    attrs.evolve(finding, message=f"{finding.message} without {passed} before it"),
                )
        rule = f"{region.prefix}illegal-transition"
        return Refusal(
            rule,
            attrs.evolve(
                finding,
                message=f"{finding.message}: {self._why(known, step, target, ruled_out=ruled_out)}",
            ),
        )

    def _why(
        self,
        known: StateEstimate,
        step: Callable[[Automaton, int], int],
        target: Callable[[Automaton], int],
        *,
        ruled_out: bool,
    ) -> str:
        if ruled_out:
            return f"no job given {assumed_text(self._lifecycle.assumed)} gets there"
        if all(state.final for state in known.states):
            return f"{known.label} is final"
        other, mask = self._lifted(known, NEEDS)
        end = step(other, mask) & _everywhere(other, target(other))
        if end:
            needs = self._needs_on_the_way(known.automaton, other, mask, end)
            return f"the way there is only for jobs with: {needs}"
        return "no legal move leads there"

    # --- Lifting requirements -------------------------------------------------------------------

    def without(self, requirement: str) -> Mapping[str, Automaton]:
        """Return the automata without one of the `requirements`; compiled once."""
        if requirement not in self._relaxed:
            lift = requirements(self._lifecycle)[requirement]
            regions = tuple(
                attrs.evolve(region, edges=tuple(dict.fromkeys(map(lift, region.edges))))
                for region in self._lifecycle.regions
            )
            relaxed = attrs.evolve(self._lifecycle, regions=regions)
            self._relaxed.setdefault(requirement, compile_lifecycle(relaxed))
        return self._relaxed[requirement]

    def _lifted(self, known: StateEstimate, requirement: str) -> tuple[Automaton, int]:
        """Return the automaton without a requirement, and what is known in its terms."""
        other = self.without(requirement)[known.automaton.region.name]
        there = {
            (one.state, one.features)
            for position, one in enumerate(known.automaton.hidden)
            if known.mask >> position & 1
        }
        mask = sum(
            1 << position
            for position, one in enumerate(other.hidden)
            if (one.state, one.features) in there
        )
        return other, mask

    def _needs_on_the_way(self, automaton: Automaton, other: Automaton, mask: int, end: int) -> str:
        way = between(other, mask, end).ways[0]
        wanted: dict[tuple[str, bool], None] = {}
        for step in way:
            for edge in automaton.region.edges:
                if (edge.origin, edge.target, edge.cause) == (step.origin, step.target, step.cause):
                    wanted.update(dict.fromkeys(edge.needs))
        return needs_text(tuple(wanted)) or "other features"


def requirements(lifecycle: Lifecycle) -> dict[str, Callable[[Edge], Edge]]:
    """Return what edges can require, with what lifts it from an edge."""
    after = {_after(each.name): _without_memory(each.name) for each in lifecycle.memories}
    return {**after, NEEDS: _without_needs}


def _after(memory: str) -> str:
    return f"after {memory}"


def _without_memory(name: str) -> Callable[[Edge], Edge]:
    return lambda edge: attrs.evolve(edge, after=tuple(each for each in edge.after if each != name))


def _without_needs(edge: Edge) -> Edge:
    return attrs.evolve(edge, needs=())


def _everywhere(automaton: Automaton, mask: int) -> int:
    """Return every hidden state that shows what some of a set show, whatever the features."""
    union = 0
    for state in automaton.states_of(mask):
        union |= automaton.of_state[state.name]
    return union


def _visible(region: Region, names: frozenset[str]) -> str:
    here = (state.visible for state in region.states if state.name in names)
    return " or ".join(dict.fromkeys(here))


def _agreed(known: StateEstimate, names: Iterable[str]) -> Needs:
    """Return those of some features that every hidden state of a set agrees on."""
    wanted = set(names)
    return tuple(sorted(each for each in known.automaton.agreed(known.mask) if each[0] in wanted))
