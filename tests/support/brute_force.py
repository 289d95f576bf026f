"""A slow search over runs, to hold the automaton and the checks against.

It reads nothing but the data of a `Specification`, and shares no code with
`jobstate.model.hidden_states`, `jobstate.automaton.automaton` or `jobstate.conformance.check`: no
bit masks, no tables, no set of what is known. A *run* is a path of concrete situations: a state,
the memories set so far, the job's features. Every question is answered by looking for a run, so an
answer is right if the search is.

How observations are read:
- a primary or secondary status that is None was not shown, so anything agrees with it;
- a feature that is not shown may be either. One that answers can't show (an assumption) may be
  either too, unless the specification fixes it;
- features are fixed at creation: one run has one set of them, and all its observations agree;
- between two observations a job makes any number of moves, none included.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import random
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from jobstate.model.specification import Specification
    from jobstate.model.states import Edge, Region, State

#: The features of one job, sorted by name.
Features: TypeAlias = tuple[tuple[str, bool], ...]

#: A random life is led to its end after so many moves at random; retries could go on for ever.
LONG_LIFE = 60


class Seen(NamedTuple):
    """What one observation shows of a region at one moment.

    Attributes:
        primary: The primary status; None if it is not shown.
        secondary: The secondary status; None if it is not shown.
        features: The features that it shows.
        entries: The visible statuses since creation; None (or none) if it has no history.
    """

    primary: str | None = None
    secondary: str | None = None
    features: Mapping[str, bool] = {}
    entries: tuple[str, ...] | None = None


class Situation(NamedTuple):
    """Where a run is: everything that decides what may come next."""

    state: str
    passed: frozenset[str]
    features: Features


class _Progress(NamedTuple):
    """A run so far, and how much of a series it has explained."""

    now: Situation
    explained: int
    visible: tuple[str, ...] | None


def possible_after(
    spec: Specification, region_name: str, observations: Sequence[Seen]
) -> frozenset[str]:
    """Return the states that a job may be in when it shows the last of some observations.

    This is the sampled reading: histories, if any, are overlooked. Empty if no run of the region
    shows all of them in order; all that a job may ever be in if there are no observations.
    """
    return explains_series(
        spec, region_name, [each._replace(entries=None) for each in observations]
    )


def explains_history(
    spec: Specification,
    region_name: str,
    entries: Sequence[str],
    now: tuple[str | None, str | None] = (None, None),
    features: Mapping[str, bool] | None = None,
) -> frozenset[str]:
    """Return the states in which a run may end that shows exactly these entries.

    This is the complete reading. Consecutive states that show the same secondary status are one
    entry: between them only the primary moves. The run ends in a state that agrees with `now`, a
    primary and a secondary status. Empty if there is no such run. No entries at all are no
    history: services leave it out.
    """
    return explains_series(spec, region_name, [Seen(*now, features or {}, tuple(entries))])


def explains_series(
    spec: Specification, region_name: str, answers: Sequence[Seen]
) -> frozenset[str]:
    """Return the states that a job may be in when it gives the last of some answers.

    At the moment of an answer with entries, the run has shown exactly these since creation; at
    every answer its state agrees with what is shown. Empty if no run does all this.
    """
    region = spec.region(region_name)
    if not answers:
        return frozenset(situation.state for situation in _situations(spec, region))
    ends: set[str] = set()
    for features in job_features(spec, region_name):
        if all(_features_agree(each.features, features) for each in answers):
            ends |= _ends_of_runs(spec, region, features, answers)
    return frozenset(ends)


def all_paths_pass(
    spec: Specification,
    region_name: str,
    a: str,
    b: str,
    features: Mapping[str, bool] | None = None,
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the states that lie certainly, and possibly, between two moments of one job.

    It was in state `a` at the first and in `b` at the second. A path is any walk, so it may come
    back to where it was, and through `a` or `b` again; the two are left out of the result.
    Certain: on every path there is from an `a` that some job reaches (with whatever memory and
    features) to a `b`. Possible: on at least one. Both are empty where there is no path.
    """
    region = spec.region(region_name)
    graph = {
        situation: _moves(spec, region, situation)
        for situation in _situations(spec, region)
        if _features_agree(features or {}, situation.features)
    }
    starts = {situation for situation in graph if situation.state == a}

    def b_is_reached(without: str | None) -> bool:
        reached = _walk(graph, starts, without)
        return any(situation.state == b for situation in reached)

    if not b_is_reached(without=None):
        return frozenset(), frozenset()
    between = {state.name for state in region.states} - {a, b}
    certain = frozenset(state for state in between if not b_is_reached(without=state))
    possible = frozenset(
        passed.state
        for passed in _walk(graph, starts, None)
        if passed.state in between and any(end.state == b for end in _walk(graph, {passed}, None))
    )
    return certain, possible


def random_life(
    spec: Specification,
    region_name: str,
    rng: random.Random,
    complete: bool = True,  # noqa: FBT001, FBT002 - reads well where it is used, by keyword
    features: Mapping[str, bool] | None = None,
) -> list[str]:
    """Return the names of the states of one job's life, in order, drawn at random.

    Consecutive ones are joined by an edge that the job can take, and the first is initial. A
    complete life ends in a final state, or where there is no way on if it can't reach one; an
    incomplete one ends anywhere. Draw the features first (`random_features`) if you need them.
    """
    region = spec.region(region_name)
    chosen = random_features(spec, region_name, rng, features)
    now = rng.choice(sorted(beginnings(spec, region, tuple(sorted(chosen.items())))))
    life = [now.state]
    final = {state.name for state in region.states if state.final}
    while moves := _moves(spec, region, now):
        if now.state in final and rng.random() < 0.5:
            break
        if not complete and rng.random() < 0.15:
            break
        if len(life) > LONG_LIFE and now.state not in final:
            moves = _moves_towards(spec, region, now, final) or moves
        if len(life) > 2 * LONG_LIFE + len(region.states):
            break
        # Almost everything may fail or be stopped, so endings are drawn less often than the rest.
        (now,) = rng.choices(moves, [1 if move.state in final else 4 for move in moves])
        life.append(now.state)
    return life


def random_features(
    spec: Specification,
    region_name: str,
    rng: random.Random,
    features: Mapping[str, bool] | None = None,
) -> dict[str, bool]:
    """Return the features of a job that has the region, drawn at random; some may be given.

    Raises:
        IndexError: No job has the region and these features.
    """
    return dict(
        rng.choice(
            [
                each
                for each in job_features(spec, region_name)
                if _features_agree(features or {}, each)
            ]
        )
    )


def visible(spec: Specification, region_name: str, states: Sequence[str]) -> list[str]:
    """Return the entries that a history prints of a run through these states."""
    printed = _visible(spec.region(region_name))
    statuses = [printed[name] for name in states]
    return [
        status
        for position, status in enumerate(statuses)
        if position == 0 or statuses[position - 1] != status
    ]


def shown(spec: Specification, region_name: str, name: str) -> tuple[str, str | None]:
    """Return what an answer shows of a job that is in this state."""
    (state,) = (state for state in spec.region(region_name).states if state.name == name)
    return state.primary, state.secondary


@lru_cache(maxsize=1_000)  # only to be bearably quick; a specification never changes
def job_features(spec: Specification, region_name: str) -> tuple[Features, ...]:
    """Return every set of features that a job with this region can have."""
    names = [feature.name for feature in spec.features]
    return tuple(
        tuple(sorted(chosen.items()))
        for values in product([False, True], repeat=len(names))
        if _can_be(spec, spec.region(region_name), chosen := dict(zip(names, values, strict=True)))
    )


def _can_be(spec: Specification, region: Region, features: Mapping[str, bool]) -> bool:
    return (
        all(features[name] is value for name, value in spec.assumed)
        and all(features[name] is value for name, value in region.needs)
        and not any(all(features[name] for name in each.features) for each in spec.exclusions)
    )


def _features_agree(shown_features: Mapping[str, bool], features: Features) -> bool:
    job = dict(features)
    return all(job[name] is value for name, value in shown_features.items())


def _visible(region: Region) -> dict[str, str]:
    """Return what a history prints of each state, by its name."""
    return {
        state.name: state.primary if state.secondary is None else state.secondary
        for state in region.states
    }


def _agrees(state: State, seen: Seen) -> bool:
    return seen.primary in {None, state.primary} and seen.secondary in {None, state.secondary}


def _set_by(spec: Specification, region: Region, name: str) -> frozenset[str]:
    return frozenset(
        memory.name
        for memory in spec.memories
        if memory.region == region.name and name in memory.states
    )


def beginnings(spec: Specification, region: Region, features: Features) -> list[Situation]:
    """Return where runs of jobs with these features begin."""
    has = dict(features)
    return [
        Situation(name, _set_by(spec, region, name), features)
        for name, needs in region.initial.items()
        if all(has[each] is value for each, value in needs)
    ]


def _can_take(edge: Edge, situation: Situation) -> bool:
    features = dict(situation.features)
    return (
        edge.origin == situation.state
        and all(features[name] is value for name, value in edge.needs)
        and all(memory in situation.passed for memory in edge.after)
    )


def _moves(spec: Specification, region: Region, now: Situation) -> tuple[Situation, ...]:
    return moves_of(spec, region.name, now)


@lru_cache(maxsize=200_000)  # only to be bearably quick; a specification never changes
def moves_of(spec: Specification, region_name: str, now: Situation) -> tuple[Situation, ...]:
    """Return where one move of a run leads to."""
    region = spec.region(region_name)
    return tuple(
        Situation(edge.target, now.passed | _set_by(spec, region, edge.target), now.features)
        for edge in region.edges
        if _can_take(edge, now)
    )


def _situations(spec: Specification, region: Region) -> set[Situation]:
    """Return every situation that some job can be in."""
    found: set[Situation] = set()
    for features in job_features(spec, region.name):
        queue = beginnings(spec, region, features)
        while queue:
            now = queue.pop()
            if now not in found:
                found.add(now)
                queue += _moves(spec, region, now)
    return found


def _walk(
    graph: Mapping[Situation, Collection[Situation]],
    starts: Collection[Situation],
    without: str | None,
) -> set[Situation]:
    """Return what is reached from some situations without being in one state."""
    found: set[Situation] = set()
    queue = list(starts)
    while queue:
        now = queue.pop()
        if now not in found and now.state != without:
            found.add(now)
            queue += graph[now]
    return found


def _moves_towards(
    spec: Specification, region: Region, now: Situation, ends: Collection[str]
) -> tuple[Situation, ...]:
    """Return the first moves of the shortest ways to one of some states."""
    first_moves = _moves(spec, region, now)
    distances = {move: _distance(spec, region, move, ends) for move in first_moves}
    shortest = min((each for each in distances.values() if each is not None), default=-1)
    return tuple(move for move in first_moves if distances[move] == shortest)


def _distance(
    spec: Specification, region: Region, start: Situation, ends: Collection[str]
) -> int | None:
    found = {start}
    queue = deque([(start, 0)])
    while queue:
        now, moves = queue.popleft()
        if now.state in ends:
            return moves
        fresh = set(_moves(spec, region, now)) - found
        found |= fresh
        queue.extend((each, moves + 1) for each in fresh)
    return None


def _ends_of_runs(
    spec: Specification, region: Region, features: Features, answers: Sequence[Seen]
) -> set[str]:
    """Return where the runs of jobs with these features are when they give the last answer."""
    states = {state.name: state for state in region.states}
    printed = _visible(region)
    ends: set[str] = set()
    found: set[_Progress] = set()
    queue = [
        _Progress(start, 0, (printed[start.state],)) for start in beginnings(spec, region, features)
    ]
    while queue:
        progress = _bounded(queue.pop(), answers)
        if progress is None or progress in found:
            continue
        found.add(progress)
        answer = answers[progress.explained]
        if _agrees(states[progress.now.state], answer) and _shows(progress, answer):
            if progress.explained + 1 == len(answers):
                ends.add(progress.now.state)
            else:
                queue.append(progress._replace(explained=progress.explained + 1))
        onwards = _onwards(_moves(spec, region, progress.now), progress, printed)
        queue += (each for each in onwards if each not in found)
    return ends


def _shows(progress: _Progress, answer: Seen) -> bool:
    """Return whether a run has shown exactly an answer's entries; true of one without any."""
    return not answer.entries or progress.visible == tuple(answer.entries)


def _bounded(progress: _Progress, answers: Sequence[Seen]) -> _Progress | None:
    """Return a run if some continuation can still show the next history, else None.

    After the last history nothing asks any more what a run has shown, so it is forgotten.
    """
    to_come = next((each.entries for each in answers[progress.explained :] if each.entries), None)
    if to_come is None or progress.visible is None:
        return _Progress(progress.now, progress.explained, None)
    if progress.visible != tuple(to_come[: len(progress.visible)]):
        return None
    return progress


def _onwards(
    moves: Sequence[Situation], progress: _Progress, printed: Mapping[str, str]
) -> Iterator[_Progress]:
    for move in moves:
        seen = progress.visible
        if seen is not None:
            status = printed[move.state]
            seen = seen if seen[-1] == status else (*seen, status)
        yield _Progress(move, progress.explained, seen)
