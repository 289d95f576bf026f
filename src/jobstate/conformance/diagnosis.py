"""Why no legal run explains what was seen, in words: which rule, what was allowed, what it needs.

It runs only once something is wrong, so it may be slow: it tries again with one kind of requirement
lifted at a time and sees what helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from attrs import frozen

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.paths import a_shortest_way, next_states
from jobstate.model.choices import choice_text
from jobstate.model.lifecycle import assumed_text
from jobstate.model.specification import Finding
from jobstate.model.states import Needs, alternatives, needs_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
    from jobstate.automaton.history import Followed
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation
    from jobstate.model.states import Edge, Region, State

#: The requirement of features.
NEEDS = "needs"

#: What is said of what the automata refuse; the page's judge fills the same in.
SENTENCES: Final = {
    "assumed_otherwise": "the job shows {shows}, but it is judged given {given}",
    "seen_otherwise": "the job shows {shows}, but what was seen before rules that out",
    "illegal_pair": "{primary} does not go with {secondary}, only with {partners}",
    "illegal_start": "the history begins with {status}; a job begins with {begin}",
    "sample_refused": "{shown} can't come after {origin}",
    "creation": "the creation of a job",
    "entry_refused": "entry {number} ({status}) can't come after entry {before} ({previous})",
    "left_out": "the history leads to {last} by a way that earlier answers rule out",
    "no_run": "the answer says {shown}, but no legal run with this history is there",
    "without": "{refused} without {passed} before it",
    "because": "{refused}: {why}",
    "ruled_out": "no job given {given} gets there",
    "final": "{label} is final",
    "no_move": "no legal move leads there",
    "needs": "the way there is only for jobs with: {needs}",
    "other_features": "other features",
}


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
        self, estimate: StateEstimate, region_view: RegionView, observation: Observation
    ) -> Refusal | None:
        """Return how features contradict what is known; None where they do not."""
        if estimate.mask & region_view.features:
            return None
        given = assumed_text(self._lifecycle.assumed)
        shows = needs_text(tuple(sorted(observation.features.items())))
        kept = _agreed(estimate, observation.features)
        said = SENTENCES["assumed_otherwise" if given else "seen_otherwise"]
        allowed = (needs_text(kept),) if kept else ()
        message = said.format(shows=shows, given=given)
        found = Finding(message, "features", shows, allowed, observation.modified)
        return Refusal("feature-changed", found)

    def sample(
        self,
        before: StateEstimate | None,
        estimate: StateEstimate,
        region_view: RegionView,
        observation: Observation,
    ) -> Refusal:
        """Return why an answer can't come after what is known."""
        automaton = estimate.automaton
        if region_view.illegal_pair:
            return _illegal_pair(automaton, observation)
        if region_view.came_from:  # whatever else is known
            before = estimate = automaton.estimate(region_view.came_from)
        shown = observation.shown[automaton.region.name]
        origin = SENTENCES["creation"] if before is None else before.label
        message = SENTENCES["sample_refused"].format(shown=shown, origin=origin)
        reached = automaton.states_of(automaton.successors.reach(estimate.mask))
        return self._refused(
            estimate,
            target=lambda other: (
                other.view(shown.primary, shown.secondary, observation.features).mask
            ),
            step=lambda other, mask: other.successors.reach(mask),
            finding=_found(automaton, observation, message, reached),
            ruled_out=region_view.ruled_out,
        )

    def history(
        self,
        automaton: Automaton,
        followed: Followed,
        region_view: RegionView,
        observation: Observation,
        skipped: int,
    ) -> Refusal | None:
        """Return what is wrong with a history; None where a legal run shows it."""
        if region_view.illegal_pair:
            return _illegal_pair(automaton, observation)
        if region_view.came_from:
            return self.sample(None, automaton.start, region_view, observation)
        if followed.trouble is not None:
            index = skipped + followed.trouble
            return self._entry(automaton, followed, region_view, observation, index)
        last = observation.entries[-1].status
        if followed.left_out:
            message = SENTENCES["left_out"].format(last=last)
            return Refusal(_transition(automaton), _found(automaton, observation, message))
        if followed.estimate is None and region_view.visible in (None, last):
            message = SENTENCES["no_run"].format(shown=observation.shown[automaton.region.name])
            found = _found(automaton, observation, message, followed.history.states)
            return Refusal(_transition(automaton), found)
        return None

    def order(self, automaton: Automaton, observation: Observation, count: int) -> Refusal:
        """Return why an answer fits nowhere among others: there is no legal order of them."""
        message = f"no order of the {count} answers around that time is legal"
        return Refusal(_transition(automaton), _found(automaton, observation, message))

    # --- Each kind ------------------------------------------------------------------------------

    def _entry(
        self,
        automaton: Automaton,
        followed: Followed,
        region_view: RegionView,
        observation: Observation,
        index: int,
    ) -> Refusal:
        entry = observation.entries[index]
        path = f"{automaton.region.history}[{index}]"
        if followed.before is None:
            new = automaton.states_of(automaton.start.mask & region_view.features)
            begin = tuple(state.visible for state in new)
            said = SENTENCES["illegal_start"].format(status=entry.status, begin=" or ".join(begin))
            found = Finding(said, path, entry.status, begin, entry.start)
            return Refusal(f"{automaton.region.prefix}illegal-start", found)
        before = followed.before
        previous = observation.entries[index - 1].status
        allowed = dict.fromkeys(
            state.visible
            for state in next_states(automaton, before.mask)
            if state.visible != previous
        )
        message = SENTENCES["entry_refused"].format(
            number=index + 1, status=entry.status, before=index, previous=previous
        )
        return self._refused(
            before,
            target=lambda other: other.of_visible.get(entry.status, 0),
            step=lambda other, mask: other.successors.loud(other.successors.silent(mask)),
            finding=Finding(message, path, entry.status, tuple(allowed), entry.start),
            ruled_out=not automaton.of_visible.get(entry.status),
        )

    def _refused(
        self,
        estimate: StateEstimate,
        *,
        target: Callable[[Automaton], int],
        step: Callable[[Automaton, int], int],
        finding: Finding,
        ruled_out: bool,
    ) -> Refusal:
        """Say which requirement a step fails on, by lifting one at a time."""
        for memory in self._lifecycle.memories:
            other, mask = self._lifted(estimate, _after(memory.name))
            if step(other, mask) & target(other):
                message = SENTENCES["without"].format(
                    refused=finding.message,
                    passed=visible_text(estimate.automaton.region, memory.states),
                )
                return Refusal(memory.rule, attrs.evolve(finding, message=message))
        why = self._why(estimate, step, target, ruled_out=ruled_out)
        message = SENTENCES["because"].format(refused=finding.message, why=why)
        return Refusal(_transition(estimate.automaton), attrs.evolve(finding, message=message))

    def _why(
        self,
        estimate: StateEstimate,
        step: Callable[[Automaton, int], int],
        target: Callable[[Automaton], int],
        *,
        ruled_out: bool,
    ) -> str:
        if ruled_out:
            return SENTENCES["ruled_out"].format(given=assumed_text(self._lifecycle.assumed))
        if estimate.result.for_good:
            return SENTENCES["final"].format(label=estimate.label)
        other, mask = self._lifted(estimate, NEEDS)
        end = step(other, mask) & _everywhere(other, target(other))
        if end:
            needs = self._needs_on_the_way(estimate.automaton, other, mask, end)
            return SENTENCES["needs"].format(needs=needs or SENTENCES["other_features"])
        return SENTENCES["no_move"]

    # --- Lifting requirements -------------------------------------------------------------------

    def without(self, requirement: str) -> Mapping[str, Automaton]:
        """Return the automata without one of the `requirements`; compiled once."""
        if requirement not in self._relaxed:
            lift = requirements(self._lifecycle)[requirement]
            regions = tuple(
                attrs.evolve(region, edges=tuple(_distinct(map(lift, region.edges))))
                for region in self._lifecycle.regions
            )
            relaxed = attrs.evolve(self._lifecycle, regions=regions)
            self._relaxed.setdefault(requirement, compile_lifecycle(relaxed))
        return self._relaxed[requirement]

    def _lifted(self, estimate: StateEstimate, requirement: str) -> tuple[Automaton, int]:
        """Return the automaton without a requirement, and what is known in its terms."""
        other = self.without(requirement)[estimate.automaton.region.name]
        there = {
            (one.state, one.features)
            for position, one in enumerate(estimate.automaton.hidden)
            if estimate.mask >> position & 1
        }
        mask = sum(
            1 << position
            for position, one in enumerate(other.hidden)
            if (one.state, one.features) in there
        )
        return other, mask

    def _needs_on_the_way(self, automaton: Automaton, other: Automaton, mask: int, end: int) -> str:
        wanted: dict[str, None] = {}
        for edge in a_shortest_way(other, mask, end):
            wanted.update(dict.fromkeys(needs_of(automaton.region, edge)))
        return ", ".join(wanted)


def needs_of(region: Region, moved: Edge) -> tuple[str, ...]:
    """Return what a region's edges need that make the move of an edge without needs."""
    move = (moved.origin, moved.target, moved.cause)
    found: dict[str, None] = {}
    for same in alternatives(region.edges):
        edge = same.firmest
        if (edge.origin, edge.target, edge.cause) == move:
            found.update(dict.fromkeys(choice_text(same.needs)))
    return tuple(found)


def _illegal_pair(automaton: Automaton, observation: Observation) -> Refusal:
    region = automaton.region
    shown = observation.shown[region.name]
    fitting = [state for state in region.states if state.primary == shown.primary]
    partners = ", ".join(state.visible for state in fitting)
    message = SENTENCES["illegal_pair"].format(
        primary=shown.primary, secondary=shown.secondary, partners=partners
    )
    found = _found(automaton, observation, message, fitting)
    return Refusal(f"{region.prefix}illegal-pair", found)


def _transition(automaton: Automaton) -> str:
    return f"{automaton.region.prefix}illegal-transition"


def _found(
    automaton: Automaton, observation: Observation, message: str, states: Iterable[State] = ()
) -> Finding:
    """Return a finding about the status that an answer shows, with the states allowed."""
    region = automaton.region
    return Finding(
        message=message,
        path=region.field,
        seen=str(observation.shown[region.name]),
        allowed=tuple(state.name for state in states),
        at=observation.modified,
    )


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


def _distinct(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Yield edges that still differ in what they require: of the same ones the firmest."""
    for same in alternatives(edges):
        yield from {edge.needs: edge for edge in reversed(same.edges)}.values()


def _everywhere(automaton: Automaton, mask: int) -> int:
    """Return every hidden state that shows what some of a set show, whatever the features."""
    union = 0
    for state in automaton.states_of(mask):
        union |= automaton.of_state[state.name]
    return union


def visible_text(region: Region, names: frozenset[str]) -> str:
    """Return what histories print of some states of a region."""
    here = (state.visible for state in region.states if state.name in names)
    return " or ".join(dict.fromkeys(here))


def _agreed(estimate: StateEstimate, names: Iterable[str]) -> Needs:
    """Return those of some features that every hidden state of a set agrees on."""
    wanted = set(names)
    return tuple(
        sorted(each for each in estimate.automaton.agreed(estimate.mask) if each[0] in wanted)
    )
