"""A judge under many threads: each judges as if it were alone, and equal things are one object.

What threads may share is the judge with all that it remembers; each has standings of its own.
"""

from __future__ import annotations

import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pytest

from jobstate import Observation
from jobstate.automaton import automaton
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.conformance import diagnosis as refusal
from jobstate.conformance import judge as judgement
from jobstate.conformance import memo as knowledge
from jobstate.conformance.judge import Judge, judge_of
from jobstate.model import walks
from jobstate.model.lifecycle import derived
from jobstate.model.walks import walks_of
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking.snapshot import dumped
from tests.support.legal_answers import corpus_histories, generated
from tests.support.mutants import KINDS, mutants
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate import Lifecycle
    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.memo import AnswerView, Estimates

_Found = TypeVar("_Found")
#: The answers about one job, in the order in which they come.
Series = tuple[Observation, ...]

THREADS = 4
ROUNDS = 2
SEED = 2026


@pytest.fixture
def _quick_switches() -> Iterator[None]:
    """Let threads change places as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(work: Callable[[], _Found]) -> list[_Found]:
    """Let many threads do the same at once, and return what each finds; what one raises, too."""
    barrier = threading.Barrier(THREADS)
    found: list[_Found] = []
    errors: list[BaseException] = []

    def run() -> None:
        barrier.wait()
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return found


# --- Judging ------------------------------------------------------------------------------------


class Account(NamedTuple):
    """What one thread found.

    Attributes:
        events: Everything that is told, as plain data.
        standings: Where the jobs stand in the end, as a snapshot says it.
        views: What each answer shows.
        known: What was known after each answer.
    """

    events: list[dict[str, Any]]
    job_states: str
    views: list[AnswerView]
    known: list[Estimates]


@cache
def lives() -> tuple[Series, ...]:
    """Return the answers about some jobs: in order and not, new and wrong in many ways."""
    of_all_kinds = generated(80, SEED)
    wrong = [mutants(kind, of_all_kinds, 1, SEED) for kind in [*KINDS.values()][::3]]
    bases = [*corpus_histories()[::40], *of_all_kinds[:16]]
    every = [each.answers for each in bases]
    every += [each.answers[::-1] for each in bases]
    every += [[{**each, "SecondaryStatus": "Thinking"} for each in bases[-1].answers]]
    every += [mutant.answers for found in wrong for mutant in found]
    reader = TRAINING_JOB.reader
    assert reader is not None
    return tuple(tuple(map(reader.read, answers)) for answers in every)


def account(judge: Judge) -> Account:
    """Return what comes of judging all of them, one answer after the other."""
    found = Account([], "", [], [])
    job_states = [_judged(judge, series, found) for series in lives()]
    return found._replace(job_states=dumped({judge.lifecycle.name: judge}, job_states))


def _judged(judge: Judge, series: Series, found: Account) -> JobState:
    job_state = None
    for observation in series:
        view = judge.memo.view(observation)
        judged = judge.judge(job_state, observation, view, in_order=False)
        job_state = judged.job_state
        found.events.extend(event.to_dict() for event in judged.events)
        found.views.append(view)
        found.known.append(job_state.estimates)
    assert job_state is not None
    return job_state


@pytest.mark.usefixtures("_quick_switches")
@pytest.mark.parametrize("assumed", [{}, {"spot": True}], ids=["whole", "given"])
def test_many_threads_judge_as_one_does(assumed: dict[str, bool]) -> None:
    """From the first answer on, when nothing is remembered yet."""
    alone = account(judge_of(TRAINING_JOB.evolve().given(**assumed)))
    kinds = {event["kind"] for event in alone.events}
    assert kinds == {"status-entered", "status-changed", "violation", "unmodelled"}
    for _ in range(ROUNDS):
        fresh = TRAINING_JOB.evolve().given(**assumed)
        found = at_once(lambda fresh=fresh: account(judge_of(fresh)))  # type: ignore[misc]
        for each in found:
            assert each.events == alone.events
            assert each.job_states == alone.job_states
        _check_views(judge_of(fresh), [each.views for each in found])
        _check_knowledge([each.known for each in found])


def _check_views(judge: Judge, found: list[list[AnswerView]]) -> None:
    """Check that all threads saw the same views, each with a number that no other has."""
    assert all(list(map(id, views)) == list(map(id, found[0])) for views in found)
    shown = {id(judge.memo.view(each)) for series in lives() for each in series}
    assert {id(view) for view in found[0]} == shown
    views = {id(view): view.number for view in found[0]}
    assert len(set(views.values())) == len(views)


def _check_knowledge(found: list[list[Estimates]]) -> None:
    """Check that what is equal is one object, whichever thread found it."""
    known = {id(each): each for thread in found for each in thread}
    content = {tuple((name, one.mask) for name, one in each.items()) for each in known.values()}
    assert len(content) == len(known)
    sets = {id(one): one for each in known.values() for one in each.values()}
    masks = {(one.automaton.region.name, one.mask) for one in sets.values()}
    assert len(masks) == len(sets)


# --- One object for equal ones ------------------------------------------------------------------


def overtaken(
    patch: pytest.MonkeyPatch, place: object, name: str, meanwhile: Callable[[], object]
) -> None:
    """Let something happen between a look-up that finds nothing and what is made then."""
    make = getattr(place, name)

    def late(*arguments: object, **more: object) -> object:
        patch.setattr(place, name, make)
        meanwhile()
        return make(*arguments, **more)

    patch.setattr(place, name, late)


#: What there is one object of: who makes it, and how it is asked for.
ASKED: dict[str, tuple[object, str, Callable[[Judge], object]]] = {
    "view": (knowledge, "AnswerView", lambda judge: judge.memo.view(parcel("sent"))),
    "knowledge": (
        knowledge,
        "Estimates",
        lambda judge: judge.memo.estimates({"way": judge.automata["way"].start}),
    ),
    "known": (automaton, "StateEstimate", lambda judge: judge.automata["way"].estimate(6)),
    "sight": (
        automaton,
        "RegionView",
        lambda judge: judge.automata["way"].view("sent", None, {"cheap": True}),
    ),
    "lifted": (refusal, "compile_lifecycle", lambda judge: judge.diagnosis.without("needs")),
}


@pytest.mark.parametrize("what", ASKED)
def test_two_that_miss_at_once_get_the_same(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another thread has made meanwhile is what both have from then on."""
    place, name, ask = ASKED[what]
    judge = judge_of(PARCELS.evolve())
    others: list[object] = []
    overtaken(monkeypatch, place, name, lambda: others.append(ask(judge)))
    found = ask(judge)
    assert len(others) == 1
    assert found is others[0]
    assert found is ask(judge)


def test_views_made_at_once_have_numbers_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number tells answers apart, so it is never given twice."""
    judge = judge_of(PARCELS.evolve())
    others: list[AnswerView] = []
    overtaken(
        monkeypatch,
        knowledge,
        "AnswerView",
        lambda: others.append(judge.memo.view(parcel("packed"))),
    )
    views = [judge.memo.view(parcel("sent")), *others, judge.memo.view(parcel("returned"))]
    assert len({view.number for view in views}) == len(views)


# --- Compiling ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("_quick_switches")
@pytest.mark.parametrize(
    ("place", "name", "compiled"),
    [
        (judgement, "Judge", judge_of),
        (automaton, "Automaton", compile_lifecycle),
        (walks, "Walks", walks_of),
    ],
    ids=["judge", "automata", "walks"],
)
def test_it_is_compiled_once(
    place: object,
    name: str,
    compiled: Callable[[Lifecycle], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many threads ask at once, and all of them get the same."""
    lifecycle = PARCELS.evolve()
    make = getattr(place, name)
    made: list[None] = []

    def counted(*arguments: object) -> object:
        made.append(None)
        return make(*arguments)

    monkeypatch.setattr(place, name, counted)
    found = at_once(lambda: compiled(lifecycle))
    assert all(each is found[0] for each in found)
    assert len(made) == 1


def test_what_was_compiled_meanwhile_is_taken() -> None:
    """Who had to wait for another thread compiles nothing, and what is compiled may need more."""

    @derived
    def one(lifecycle: Lifecycle) -> list[object]:
        del lifecycle
        return []

    @derived
    def two(lifecycle: Lifecycle, *more: object) -> list[object]:
        return [one(lifecycle), *more]

    lifecycle = PARCELS.evolve()
    first = two(lifecycle, 7)
    assert two(lifecycle, 7) is first == [one(lifecycle), 7]
    assert one(lifecycle) is first[0]
    assert two(lifecycle) == two(PARCELS.evolve()) == [[]]
    assert one(PARCELS.evolve()) is not first[0]
