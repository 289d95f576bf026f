"""Where legal orders end, against a search that takes every run step by step."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.history import LONGEST_REMEMBERED
from jobstate.automaton.legal_orders import MANY, _ends, _Walk, walk
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.automaton.automaton import Automaton

#: Few hidden states, with and without moves that no history prints.
AUTOMATA = [
    compile_lifecycle(PARCELS)["way"],
    compile_lifecycle(TRAINING_JOB.given(spot=False, retry=False, warm_pool=False))["job"],
]


#: What histories should not say: a status that nobody knows; one that the second of them knows,
#: but that no job of it shows; and some that may be wrong there.
ODD = ["Hibernating", "Interrupted", "Training", "sent"]


class Case(NamedTuple):
    """What `walk` is asked; what it calls a mask is a set here."""

    origin: tuple[frozenset[int], int, int] | None
    statuses: tuple[str, ...]
    answers: tuple[tuple[frozenset[int], int, int], ...]
    older: tuple[frozenset[int], ...]


class Point(NamedTuple):
    """A run so far: its hidden state, its entries, the answers given.

    More entries than the history has: it has ended, and there may be any number.
    """

    state: int
    entries: int
    given: frozenset[int]


def _mask(places: frozenset[int]) -> int:
    return sum(1 << place for place in places)


def _shows(automaton: Automaton, status: str) -> frozenset[int]:
    """Return the hidden states that an entry may mean: any, of a status that nobody knows."""
    states = range(len(automaton.hidden))
    if not automaton.knows(status):
        return frozenset(states)
    return frozenset(each for each in states if automaton.visible[each] == status)


def _begin(automaton: Automaton, case: Case) -> Iterator[Point]:
    """Yield where runs may begin: with the job, or in the course of any entry it may have had."""
    start = frozenset(
        each for each in range(len(automaton.hidden)) if automaton.start.mask >> each & 1
    )
    mask, fewest, most = case.origin or (start, 1, 1)
    had_it = case.origin is not None and fewest == most  # so it is not asked again what it shows
    nothing: frozenset[int] = frozenset()
    for entry, status in enumerate(case.statuses, 1):
        if max(fewest, 1) <= entry <= most:
            shows = _shows(automaton, status)
            known = automaton.knows(status)
            states = mask if had_it and known else mask & shows if known else shows
            yield from (Point(state, entry, nothing) for state in states)
    if most == MANY or not case.statuses:
        yield from (Point(state, len(case.statuses) + 1, nothing) for state in mask)


def _next(automaton: Automaton, case: Case, point: Point) -> Iterator[Point]:
    """Yield what may follow: an answer, a move, or the end of the history."""
    state, entries, given = point
    ended = entries > len(case.statuses)
    for place, (mask, fewest, most) in enumerate(case.answers):
        fits = most == MANY if ended else fewest <= entries <= most
        if fits and state in mask and place not in given and case.older[place] <= given:
            yield point._replace(given=given | {place})
    moves = {target for _, target in automaton.moves[state]}
    if ended:
        yield from (point._replace(state=target) for target in moves)
        return
    shown = automaton.visible[state]
    yield from (
        point._replace(state=target) for target in moves if automaton.visible[target] == shown
    )
    if entries == len(case.statuses):
        yield point._replace(entries=entries + 1)
        return
    follow = _shows(automaton, case.statuses[entries])
    if all(automaton.knows(status) for status in case.statuses[entries - 1 : entries + 1]):
        follow &= {target for target in moves if automaton.visible[target] != shown}
    yield from (Point(target, entries + 1, given) for target in follow)


def _searched(automaton: Automaton, case: Case) -> dict[int, int]:
    found: dict[int, int] = {}
    whole = frozenset(range(len(case.answers)))
    waiting = list(_begin(automaton, case))
    seen = set(waiting)
    while waiting:
        point = waiting.pop()
        for more in _next(automaton, case, point):
            if more.given == whole and point.given != whole:
                (last,) = whole - point.given
                found[last] = found.get(last, 0) | 1 << more.state
            if more not in seen:
                seen.add(more)
                waiting.append(more)
    return found


def _case(automaton: Automaton, rng: random.Random) -> Case:
    """Draw a run, what some answers said in its course, and now and then something wrong."""
    states = range(len(automaton.hidden))
    start = [each for each in states if automaton.start.mask >> each & 1]
    here = rng.choice(start)
    statuses = [automaton.visible[here]]
    answers: list[tuple[frozenset[int], int, int]] = []
    times: list[int] = []
    origin = None
    listed = rng.random() < 0.8
    for moment in range(rng.randint(1, 9)):
        alike = automaton.of_state[automaton.hidden[here].state]
        mask = frozenset(each for each in states if alike >> each & 1)
        if rng.random() < 0.1:
            mask |= set(rng.sample(states, min(3, len(states))))
        count = len(statuses) if listed and rng.random() < 0.5 else 0
        fewest, most = count, count or MANY
        if count and rng.random() < 0.3:  # one that was made of two
            fewest, most = rng.choice([(max(count - 1, 1), count), (0, count), (count, MANY)])
        if moment == 1 and rng.random() < 0.4:
            origin, answers, times = (mask, fewest, most), [], []
        elif len(answers) < 3 and rng.random() < 0.7:
            answers.append((mask, fewest, most))
            times.append(rng.choice([moment, moment, rng.randint(0, 6)]))
        targets = [target for _, target in automaton.moves[here]]
        if not targets:
            break
        there = rng.choice(targets)
        if automaton.visible[here] != automaton.visible[there]:
            statuses.append(automaton.visible[there])
        here = there
    if rng.random() < 0.5:
        statuses[rng.randrange(len(statuses))] = rng.choice(ODD)
    older = tuple(
        frozenset(place for place, other in enumerate(times) if other < time)
        if rng.random() < 0.7
        else frozenset()
        for time in times
    )
    return Case(origin, tuple(statuses) if listed else (), tuple(answers), older)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("automaton", AUTOMATA, ids=lambda each: each.region.name)
def test_where_legal_orders_end(automaton: Automaton, seed: int) -> None:
    """Where the last answer finds the runs that all answers fit, in an order that is allowed."""
    rng = random.Random(seed)
    for _ in range(100):
        case = _case(automaton, rng)
        origin = case.origin and (_mask(case.origin[0]), *case.origin[1:])
        answers = tuple((_mask(mask), low, high) for mask, low, high in case.answers)
        older = tuple(map(_mask, case.older))
        found = walk(automaton, origin, case.statuses, answers, older)
        assert found == _searched(automaton, case), case


def test_entries_that_lead_nowhere_new_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a job went there and back."""
    entries: list[str] = []
    after = _Walk._after  # noqa: SLF001

    def counted(self: Any, layers: Any, status: str, *more: Any, **named: Any) -> Any:
        entries.append(status)
        return after(self, layers, status, *more, **named)

    monkeypatch.setattr(_Walk, "_after", counted)
    automaton = AUTOMATA[0]
    history = ("packed", "sent") * LONGEST_REMEMBERED
    sent = automaton.of_visible["sent"]
    assert walk(automaton, None, history, ((sent, len(history), MANY),), (0,))
    assert len(entries) < 10


def test_long_histories_are_not_remembered() -> None:
    """They come from outside, and there is room for those that jobs have."""
    automaton = AUTOMATA[0]
    for more, remembered in ((0, 1), (1, 0)):
        history = ("packed", "sent") * (LONGEST_REMEMBERED // 2) + ("packed",) * more
        before = _ends.cache_info()
        for _ in range(2):
            walk(automaton, None, history, ((1, 1, 1),), (0,))
        after = _ends.cache_info()
        assert (after.misses - before.misses, after.hits - before.hits) == (remembered, remembered)
