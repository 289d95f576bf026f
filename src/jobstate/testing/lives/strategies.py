"""Hypothesis strategies for any life cycle: lives, what is said of them, and polls.

Everything is drawn so that it is legal: nothing is filtered, so no health check has to be
suppressed. `life_by` draws by any chooser, for those who do without Hypothesis.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hypothesis import strategies as st

from jobstate.errors import UnknownNameError
from jobstate.model.hidden_states import met
from jobstate.model.life import Life, Stay
from jobstate.model.observation import JobKey, Observation
from jobstate.model.states import Outcome
from jobstate.model.walks import beside
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.lives.lengths import LONGEST, Lengths
from jobstate.testing.lives.names import LAST_NAME, job_name
from jobstate.testing.lives.plans import Plan, plan
from jobstate.testing.lives.weighted import DIGIT
from jobstate.testing.lives.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import State
    from jobstate.model.walks import Chooser

_Choice = TypeVar("_Choice")

#: When the simplest job is created, and how far from that others are, in milliseconds.
CREATED: Final = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
_FAR: Final = 8 * 365 * 86_400_000
_MILLISECOND: Final = timedelta(milliseconds=1)
#: How a life goes: as the simplest one that was seen to end so, as one of those that were
#: seen, each as often as it was, or by turns.
_SIMPLEST, _AS_SEEN, _BY_TURNS = "simplest", "as seen", "by turns"
_MANNERS: Final = (_SIMPLEST, *[_AS_SEEN] * 22, *[_BY_TURNS] * 77)
#: For how many stays lengths are drawn at least: as many as the longest life has that is usual.
_STAYS: Final = 7
#: How many turns a life takes after the first, as far as they can be taken.
_TURNS: Final = 2
#: Whether another region is there: the simplest is without, three of four are with it.
_OTHERS: Final = (False, True, True, True)
#: What services say of failures: nothing, by some known kinds, and in words of no kind.
_FAILURES: Final = (
    None,
    "AlgorithmError: exit code 1",
    "ClientError: the data can't be read",
    "InternalServerError: We encountered an internal error. Please try again.",
    "CapacityError: no instances are available now",
    "it failed",
)


# --- Lives --------------------------------------------------------------------------------------


def lives(  # noqa: PLR0913 - each is one wish, by keyword
    lifecycle: Lifecycle = TRAINING_JOB,
    *,
    complete: bool | None = None,
    via: str | Sequence[str] = (),
    features: Mapping[str, bool] | None = None,
    outcome: Outcome | None = None,
    max_stays: int | None = None,
    prefer: str | Sequence[str] = (),
    longest: timedelta = LONGEST,
    name: str | None = None,
    start: datetime | None = None,
) -> SearchStrategy[Life]:
    """Return legal lives, which shrink to the simplest one that jobs were seen to live.

    Where the life cycle has a `Profile`, a quarter of them are such as were seen, each as often as
    it was; all others take turns that are drawn evenly, but those by retired statuses seldom. Where
    none was seen that is as wished for, they shrink to the shortest that there is.

    Stays last from a second to `longest`: of four, one up to the median that was seen of its
    status, two up to the longest that was seen, one up to `longest`; without anything seen, up to
    a minute and up to an hour. What goes on beside (the warm pool) is there where the features
    allow it, and sometimes left out all the same; words of failure and messages are there or not,
    messages equal or not.

    Args:
        lifecycle: Whose jobs they are.
        complete: They end in a final state; False for in progress, None for either.
        via: What they pass, in this order: states (``"Stopping/Starting"``) or statuses
            (``"Interrupted"``).
        features: Features that the jobs have, or lack: ``{"spot": True}``. One that answers can't
            show can be assumed too: ``{"stop": False}``.
        outcome: What they come to.
        max_stays: How many stays they have at most; by default 12, or as many as the rest takes.
        prefer: Causes of moves (``"spot_reclaimed"``), states or statuses that three of four turns
            are to be about. Nothing is refused for it: what must be passed is for `via`.
        longest: How long a stay lasts at most; a second or more.
        name: What the job is called; by default by any name that a job can have.
        start: When it is created; aware. By default within eight years of the beginning of 2026.

    Raises:
        UnknownNameError: There is no such feature, state, status or cause.
        LifecycleError: No job has these features together.
        ImpossibleLifeError: No life is like this; it names what contradicts each other.
        ObservationError: No job can be called so.
        ValueError: `longest` is less than a second, or `start` is not aware.
    """
    wishes = Wishes(
        complete=complete,
        via=(via,) if isinstance(via, str) else tuple(via),
        features=tuple(sorted((features or {}).items())),
        outcome=None if outcome is None else Outcome(outcome),
        max_stays=max_stays,
        prefer=(prefer,) if isinstance(prefer, str) else tuple(prefer),
    )
    if start is not None and start.tzinfo is None:
        raise ValueError(f"a life begins at an aware time, got {start!r}")
    if name is not None:
        _key(lifecycle, name, start or CREATED)
    return _lives(plan(lifecycle, wishes), Lengths.of(lifecycle, longest), name, start)


@st.composite
def _lives(
    draw: DrawFn,
    ways: Plan,
    lengths: Lengths,
    name: str | None = None,
    start: datetime | None = None,
) -> Life:
    number = draw(_RANDOMS).randint
    called = job_name(ways.lifecycle, number(0, LAST_NAME)) if name is None else name
    if start is None:
        start = CREATED + number(-_FAR, _FAR) * _MILLISECOND
    return _life(ways, lengths, (called, start.astimezone(UTC)), _OTHERS, _chooser(draw))


def life_by(ways: Plan, choose: Chooser) -> Life:
    """Return a legal life that meets the wishes of a plan, of a job that is always the same.

    What can go on beside it does.

    Args:
        ways: The plan.
        choose: Returns one of several; the first ones make the simplest life.
    """
    lengths = Lengths.of(ways.lifecycle, LONGEST)
    return _life(ways, lengths, ("job-1", CREATED), (True,), choose)


def _life(
    ways: Plan,
    lengths: Lengths,
    job: tuple[str, datetime],
    others: Sequence[bool],
    choose: Chooser,
) -> Life:
    """Return a life; `others`: whether another region is there, to draw from."""
    start, places = _walked(ways, choose)
    states = ways.states(places)
    lifecycle, features = ways.lifecycle, ways.features(start)
    messages = _messages(choose(range(_WORDS + 1)), states)
    failed = any(state.outcome is Outcome.FAILED for state in states)
    failure = choose(_FAILURES) if failed else None
    begun = dict(_beside(lifecycle, states, features, choose, others))
    name, created = job
    starts = [created]
    for state in states[:-1]:
        starts.append(starts[-1] + lengths.drawn(choose, state.visible))
    for _ in range(len(states), _STAYS):
        lengths.drawn(choose)
    return Life(
        lifecycle=lifecycle,
        job=_key(lifecycle, name, created),
        stays=tuple(Stay(state.name, time) for state, time in zip(states, starts, strict=True)),
        beside={region: _timed(found, starts, lengths, choose) for region, found in begun.items()},
        features=features,
        failure=failure,
        messages=messages,
    )


def _walked(ways: Plan, choose: Chooser) -> tuple[int, Sequence[int]]:
    """Return where a life begins, and all places that it passes."""
    # What is not needed is drawn all the same: so what comes after it stays where it is when the
    # manner shrinks, and the simplest life is that of the simplest manner.
    manner = choose(_MANNERS if ways.seen.items else (_BY_TURNS,))
    opening = choose(ways.seen) if manner == _AS_SEEN else choose(ways.turns)
    turns = [choose(ways.turns) for _ in range(_TURNS)]
    end = choose(ways.ends)
    start = choose(ways.starts_for(opening))
    way = ways.way(start, end, [opening, *turns])
    return ways.simplest(start, way) if manner == _SIMPLEST else (start, way)


def _key(lifecycle: Lifecycle, name: str, created: datetime) -> JobKey:
    if lifecycle.writer is None:
        return JobKey(lifecycle.name, f"{lifecycle.name}/{name}", created)
    return lifecycle.writer.key(name, created)


_WORDS: Final = 4


def _messages(manner: int, states: Sequence[State]) -> dict[str, str]:
    """Return no messages, one for each status, the same for all, or one for every other status."""
    if not manner:
        return {}
    statuses = list(dict.fromkeys(str(state.visible) for state in states))
    if manner == 1:
        return {status: f"{status}, as planned" for status in statuses}
    if manner == _WORDS:
        return dict.fromkeys(statuses, "Please wait …")
    return {status: f"now {status}" for status in statuses[manner % 2 :: 2]}


def _beside(
    lifecycle: Lifecycle,
    states: Sequence[State],
    features: Mapping[str, bool],
    choose: Chooser,
    others: Sequence[bool],
) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield other regions, and what they go through: (place among the states, state)."""
    here = lifecycle.main_region
    for region in lifecycle.regions:
        if region is not here and met(region.needs, features) and choose(others):
            begun = beside(lifecycle, region, states, features, choose)
            if begun:
                yield region.name, begun


def _timed(
    begun: Sequence[tuple[int, str]],
    starts: Sequence[datetime],
    lengths: Lengths,
    choose: Chooser,
) -> tuple[Stay, ...]:
    """Return stays beside others: they begin with these, and go on after the last of them."""
    stays: list[Stay] = []
    for place, name in begun:
        time = starts[place]
        if stays and stays[-1].start >= time:
            time = stays[-1].start + lengths.drawn(choose)
        stays.append(Stay(name, time))
    return tuple(stays)


# --- What is said of them -----------------------------------------------------------------------


def observations(of: SearchStrategy[Life] | None = None) -> SearchStrategy[Observation]:
    """Return what is said of lives at some moment, as observations: for any life cycle.

    Args:
        of: The lives; by default those of training jobs.
    """
    return _observations(lives() if of is None else of)


@st.composite
def _observations(draw: DrawFn, of: SearchStrategy[Life]) -> Observation:
    life = draw(of)
    return life.observation(moment_of(draw, life))


def answers(
    of: SearchStrategy[Life] | None = None, *, form: str | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Return what the service answers about lives at some moment, as its client returns it.

    Args:
        of: The lives; by default those of training jobs.
        form: The form of the answers, one of the writer of the lives' life cycle (``describe``,
            ``list``, ``event``); by default the one that says most.
    """
    return _answers(lives() if of is None else of, form)


@st.composite
def _answers(draw: DrawFn, of: SearchStrategy[Life], form: str | None) -> dict[str, Any]:
    life = draw(of)
    return life.at(moment_of(draw, life), form)


def moment_of(draw: DrawFn, life: Life) -> datetime:
    """Return a time from a life's creation on: when something happens, or some time after that."""
    choose = _chooser(draw)
    time = choose(life.changes)
    later = Lengths.of(life.lifecycle)
    return time + later.drawn(choose) if choose((False, True)) else time


# --- Polls --------------------------------------------------------------------------------------


def polls(  # noqa: PLR0913 - each is one thing that can go wrong, by keyword
    life: Life,
    *,
    forms: Sequence[str] | None = None,
    lost: bool = True,
    repeated: bool = True,
    late: bool = True,
    last: bool = True,
) -> SearchStrategy[list[tuple[datetime, Any]]]:
    """Return what somebody who polls hears of a life: (when, answer), in the order of arrival.

    They shrink to one answer at every moment at which something happens, all in order. An answer
    says what was true when it was asked for, which for a late one is before it arrives.

    Args:
        life: The life.
        forms: The forms of answers to mix; by default all that there are. Without a writer the
            answers are observations.
        lost: Answers may get lost, so there are gaps.
        repeated: Answers may arrive twice.
        late: Answers may arrive late, and so after newer ones.
        last: The state in which the life ends is heard of, if late.

    Raises:
        UnknownNameError: There is no such form.
    """
    writer = life.lifecycle.writer
    there = () if writer is None else writer.forms
    for form in forms or ():
        if form not in there:
            raise UnknownNameError("form of answers", form, there)
    fates = [_IN_TIME] * 3 + [_TWICE] * repeated + [_LATE] * late
    lossy = fates + [_LOST] * lost
    return _polls(life, tuple(forms or there), lossy, fates if last else lossy)


_IN_TIME, _TWICE, _LATE, _LOST = "in time", "twice", "late", "lost"
#: How many polls there are besides those at which there is something new.
_MOST_BESIDES: Final = 3


@st.composite
def _polls(
    draw: DrawFn, life: Life, forms: Sequence[str], fates: Sequence[str], at_last: Sequence[str]
) -> list[tuple[datetime, Any]]:
    choose = _chooser(draw)
    span = (life.end - life.start) // _MILLISECOND
    besides = draw(st.lists(st.integers(0, 2 * span + 1_000), max_size=_MOST_BESIDES))
    delays = Lengths.of(life.lifecycle)
    asked = sorted({*life.changes, *(life.start + each * _MILLISECOND for each in besides)})
    arrived: list[tuple[datetime, Any]] = []
    for time in asked:
        form = choose(forms) if forms else None
        fate = choose(at_last if time is asked[-1] else fates)
        if fate in {_IN_TIME, _TWICE}:
            arrived.append((time, _said(life, time, form)))
        if fate in {_LATE, _TWICE}:
            arrived.append((time + delays.drawn(choose), _said(life, time, form)))
    return sorted(arrived, key=itemgetter(0))


def _said(life: Life, time: datetime, form: str | None) -> Any:  # noqa: ANN401 - an answer
    return life.observation(time) if form is None else life.at(time, form)


# --- Draws --------------------------------------------------------------------------------------


def _chooser(draw: DrawFn) -> Chooser:
    # Through a Random of Hypothesis no draw is a copy of another one: with draws of `integers` five
    # of six examples repeat parts of one before.
    below = draw(_RANDOMS).randrange

    def choose(choices: Sequence[_Choice], /) -> _Choice:
        count = len(choices)
        if count <= DIGIT:
            return choices[below(count)]
        high = below(-(-count // DIGIT))
        return choices[min(high * DIGIT + below(DIGIT), count - 1)]

    return choose


_RANDOMS: Final = st.randoms(use_true_random=False)


st.register_type_strategy(Life, lambda _: lives())
