"""The engine of runs against a list of all runs, on small life cycles drawn at random."""

from __future__ import annotations

from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobstate import Lifecycle
from jobstate.automaton.automaton import Automaton, compile_lifecycle
from jobstate.automaton.paths import between
from jobstate.automaton.runs import Passage, after, certain, narrowed
from jobstate.automaton.shortest_run import RunPoint, _advance, legs_of
from jobstate.errors import LifecycleError
from jobstate.model import Edge, Memory, Region
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import edge, feature, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.automaton.runs import Item

pytestmark = pytest.mark.apart

#: Passages, each with the hidden states in which a run may be then, as a mask.
Steps: TypeAlias = tuple[tuple[Passage, int], ...]

STATES = [f"{primary}/{secondary}" for primary, secondary in product("PQ", "xyz")]
#: What life cycles are drawn of, made once: making a strategy takes as long as drawing from it.
NAMES = st.lists(st.sampled_from(STATES), min_size=2, max_size=4, unique=True)
MORE = st.builds(
    edge,
    *(st.just(""), st.just(""), st.sampled_from(["one", "two"])),
    needs=st.sampled_from([{}, {}, {"loud": True}]),
    after=st.sampled_from([(), (), ("seen",)]),
)
#: Who has more runs than this is not asked.
MOST_RUNS = 3_000


class Run(NamedTuple):
    """One run, step by step.

    Attributes:
        moments: The hidden state at the beginning and after each passage.
        taken: For each passage, the edges that were taken and the hidden states that they reached.
    """

    moments: tuple[int, ...]
    taken: tuple[tuple[tuple[Edge, int], ...], ...]


@st.composite
def automata(draw: st.DrawFn) -> Automaton:
    """Draw a life cycle of a few states with silent moves, a feature and a memory."""
    names = draw(NAMES)
    edges = {
        (draw(st.sampled_from(names[:number])), name): edge("", "")
        for number, name in enumerate(names)
        if number
    }
    moves = [(*key, each) for key, each in edges.items()]
    ends = st.sampled_from(names)
    moves += draw(st.lists(st.tuples(ends, ends, MORE), max_size=4))
    try:
        lifecycle = Lifecycle(
            name="small",
            version="1",
            title="Small",
            regions=(
                Region(
                    name="way",
                    title="Status",
                    initial=(names[0],),
                    states=tuple(attrs.evolve(state(name[0]), secondary=name[2]) for name in names),
                    edges=tuple(
                        attrs.evolve(each, origin=origin, target=target)
                        for origin, target, each in moves
                    ),
                ),
            ),
            features=(feature("loud"),),
            memories=(
                Memory(name="seen", region="way", states=frozenset(names[1:2]), rule="unseen"),
            ),
        )
    except LifecycleError:  # an edge that is there twice, or that no job can take
        assume(False)  # noqa: FBT003 - Hypothesis's way to draw another
        raise
    return compile_lifecycle(lifecycle)["way"]


def every_run(automaton: Automaton, start: int, steps: Steps) -> list[Run]:
    """Return every run along some passages that takes no move twice in a passage.

    A run that avoids something, or that is somewhere at a moment, can do so without taking a move
    twice, for what it did between can be left out.
    """
    found = list(islice(_runs(automaton, start, steps), MOST_RUNS))
    assume(len(found) < MOST_RUNS)
    return found


def _runs(automaton: Automaton, start: int, steps: Steps) -> Iterator[Run]:
    for index in range(len(automaton.hidden)):
        if start >> index & 1:
            yield from _onwards(automaton, Run((index,), ()), steps)


def _onwards(automaton: Automaton, run: Run, steps: Steps) -> Iterator[Run]:
    if not steps:
        yield run
        return
    (passage, mask), *rest = steps
    for taken in _walks(automaton, run.moments[-1], passage, ()):
        there = taken[-1][1] if taken else run.moments[-1]
        if mask >> there & 1:
            longer = Run((*run.moments, there), (*run.taken, taken))
            yield from _onwards(automaton, longer, tuple(rest))


def _walks(
    automaton: Automaton, index: int, passage: Passage, taken: tuple[tuple[Edge, int], ...]
) -> Iterator[tuple[tuple[Edge, int], ...]]:
    """Yield what can be taken between two moments."""
    done = passage in {Passage.ONE, Passage.ENTRY} and bool(taken)
    if done and (passage is Passage.ONE or _is_loud(automaton, taken[-1][0])):
        yield taken
        return
    if passage in {Passage.NOTHING, Passage.SILENT, Passage.ANY}:
        yield taken
    if passage is Passage.NOTHING:
        return
    for each, target in automaton.moves[index]:
        allowed = passage is not Passage.SILENT or not _is_loud(automaton, each)
        if allowed and (each, target) not in taken:
            yield from _walks(automaton, target, passage, (*taken, (each, target)))


def _is_loud(automaton: Automaton, each: Edge) -> bool:
    region = automaton.region
    return region.state(each.origin).secondary != region.state(each.target).secondary


def items_of(automaton: Automaton, run: Run) -> set[Item]:
    """Return all that a run does."""
    taken = [each for leg in run.taken for each in leg]
    edges = [each for each, _ in taken]
    names = {automaton.hidden[index].state for index in (*run.moments, *(at for _, at in taken))}
    states = {automaton.region.state(name) for name in names}
    return {
        *states,
        *(str(each.secondary) for each in states),
        *edges,
        *((each.origin, each.target) for each in edges),
        *pairwise(edges),
    }


def masks(automaton: Automaton) -> st.SearchStrategy[int]:
    """Return sets of hidden states, none of them empty."""
    return st.integers(1, automaton.everything)


def steps_of(automaton: Automaton, most: int) -> st.SearchStrategy[Steps]:
    """Return passages, each with some hidden states."""
    one = st.tuples(st.sampled_from(Passage), masks(automaton))
    return st.lists(one, min_size=1, max_size=most).map(tuple)


MANY = settings(max_examples=200)


@pytest.mark.once
@MANY
@given(st.data())
def test_certain_is_what_all_runs_do(data: st.DataObject) -> None:
    """States, statuses, moves, edges; and pairs of edges where they are asked for."""
    automaton = data.draw(automata())
    start, steps = data.draw(masks(automaton)), data.draw(steps_of(automaton, 3))
    found = every_run(automaton, start, steps)
    assume(found)
    items = set.intersection(*(items_of(automaton, run) for run in found))
    assert certain(automaton, start, steps, pairs=True) == items
    pairs = {each for each in items if isinstance(each, tuple) and isinstance(each[0], Edge)}
    assert certain(automaton, start, steps) == items - pairs


@pytest.mark.once
@MANY
@given(st.data())
def test_where_runs_are(data: st.DataObject) -> None:
    """Forward and backward together leave what some run passes at each moment, and all of it."""
    automaton = data.draw(automata())
    start, steps = data.draw(masks(automaton)), data.draw(steps_of(automaton, 3))
    found = every_run(automaton, start, steps)
    assume(found)
    forward = [start]
    for passage, mask in steps:
        forward.append(after(automaton, passage, forward[-1]) & mask)
    passages = [None, *(passage for passage, _ in steps)]
    assert list(narrowed(automaton, passages, forward)) == _moments(found)


def _moments(found: Sequence[Run]) -> list[int]:
    moments = zip(*(run.moments for run in found), strict=True)
    return [sum(1 << index for index in set(each)) for each in moments]


@MANY
@given(st.data())
def test_nothing_is_narrowed_where_no_run_leads_on(data: st.DataObject) -> None:
    """What begins anew tells nothing of what was before."""
    automaton = data.draw(automata())
    one, other = data.draw(masks(automaton)), data.draw(masks(automaton))
    assert list(narrowed(automaton, [None, None], [one, other])) == [one, other]


@pytest.mark.once
@MANY
@given(st.data())
def test_what_lies_between_two_sets(data: st.DataObject) -> None:
    """Certain and possible states, and statuses, are those of the runs that join the two."""
    automaton = data.draw(automata())
    start, end = data.draw(masks(automaton)), data.draw(masks(automaton))
    found = every_run(automaton, start, ((Passage.ANY, end),))
    lies = between(automaton, start, end)
    assert bool(found) is bool(lies.ways)
    assume(found)
    items = set.intersection(*(items_of(automaton, run) for run in found))
    ends = {automaton.hidden[index].state for run in found for index in run.moments}
    names = {each.name for each in automaton.region.states} - ends
    possible = {
        name
        for name in names
        if every_run(
            automaton, start, ((Passage.ANY, automaton.of_state[name]), (Passage.ANY, end))
        )
    }
    assert {each.name for each in lies.possible} == possible
    assert set(lies.certain) == {each for each in items if getattr(each, "name", None) in names}
    shown = {name[2] for name in ends}
    assert set(lies.certain_statuses) == {each for each in items if isinstance(each, str)} - shown


@pytest.mark.once
@MANY
@given(st.data())
def test_the_shortest_run(data: st.DataObject) -> None:
    """It is one of those with the fewest moves; certain of them are those that every run makes."""
    automaton = data.draw(automata())
    passages = data.draw(
        st.lists(st.sampled_from([Passage.ENTRY, Passage.SILENT]), min_size=1, max_size=3)
    )
    steps = tuple((passage, data.draw(masks(automaton))) for passage in passages)
    start = automaton.start.mask
    found = every_run(automaton, start, steps)
    assume(found)
    points = (RunPoint(start, Passage.ANY), *(RunPoint(mask, passage) for passage, mask in steps))
    _, *legs = legs_of(automaton, points)
    made = [[(each.origin, each.target) for each in leg.moves] for leg in legs]
    all_made = [
        [[(each.origin, each.target) for each, _ in taken] for taken in run.taken] for run in found
    ]
    assert made in all_made
    assert sum(map(len, made)) == min(sum(map(len, each)) for each in all_made)
    for number, leg in enumerate(legs):
        for move in leg.moves:
            by_all = all((move.origin, move.target) in each[number] for each in all_made)
            assert move.certain is by_all
        there = {automaton.hidden[run.moments[number + 1]].state for run in found}
        assert leg.possible == there


def test_steps_that_are_alike_are_worked_out_once() -> None:
    """A spot job that is interrupted again and again costs no more than one that is so twice."""
    automaton = compile_lifecycle(TRAINING_JOB)["job"]
    rounds = ["Starting", "Downloading", "Training", "Interrupted"]

    def way(times: int) -> tuple[RunPoint, ...]:
        shown = [automaton.of_visible[status] for status in rounds * times]
        return tuple(RunPoint(mask, Passage.ENTRY) for mask in shown)

    assert not any(leg.broken for leg in legs_of(automaton, way(3)))
    before = _advance.cache_info().misses
    assert not any(leg.broken for leg in legs_of(automaton, way(30)))
    assert _advance.cache_info().misses == before
