"""Hypothesis strategies for any life cycle: lives, what is said of them, and polls.

Everything is drawn so that it is legal: nothing is filtered, so no health check has to be
suppressed. `life_by` draws by any chooser, for those who do without Hypothesis.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
from jobstate.testing.lives.plans import Plan, Wishes, plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import State
    from jobstate.model.walks import Chooser

_Choice = TypeVar("_Choice")

#: When the simplest job is created, and how far from that others are, in milliseconds.
_CREATED: Final = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
_FAR: Final = 8 * 365 * 86_400_000
_MILLISECOND: Final = timedelta(milliseconds=1)
#: The longest stay, in seconds: five days, SageMaker's limit of a run unless raised.
_LONGEST: Final = 5 * 86_400
_MOST_DETOURS: Final = 4
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
#: AWS's names: letters and digits, and hyphens between them.
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_LONGEST_NAME: Final = 63


# --- Lives --------------------------------------------------------------------------------------


def lives(  # noqa: PLR0913 - each is one wish, by keyword
    lifecycle: Lifecycle = TRAINING_JOB,
    *,
    complete: bool | None = None,
    via: str | Sequence[str] = (),
    features: Mapping[str, bool] | None = None,
    outcome: Outcome | None = None,
    max_stays: int | None = None,
) -> SearchStrategy[Life]:
    """Return legal lives, which shrink to the shortest way that there is.

    Stays last from a second to five days, to the millisecond. What goes on beside (the warm pool)
    is there where the features allow it, and sometimes left out all the same; words of failure
    and messages are there or not, messages equal or not.

    Args:
        lifecycle: Whose jobs they are.
        complete: They end in a final state; False for in progress, None for either.
        via: What they pass, in this order: states (``"Stopping/Starting"``) or statuses
            (``"Interrupted"``).
        features: Features that the jobs have, or lack: ``{"spot": True}``. One that answers can't
            show can be assumed too: ``{"stop": False}``.
        outcome: What they come to.
        max_stays: How many stays they have at most; by default 12, or as many as the rest takes.

    Raises:
        UnknownNameError: There is no such feature, state or status.
        LifecycleError: No job has these features together.
        ImpossibleLifeError: No life is like this; it names what contradicts each other.
    """
    wishes = Wishes(
        complete=complete,
        via=(via,) if isinstance(via, str) else tuple(via),
        features=tuple(sorted((features or {}).items())),
        outcome=None if outcome is None else Outcome(outcome),
        max_stays=max_stays,
    )
    return _lives(plan(lifecycle, wishes))


@st.composite
def _lives(draw: DrawFn, ways: Plan) -> Life:
    detours = draw(_detours(len(ways.stops), ways.entries))
    job = name_of(draw(_NAMES)), _CREATED + draw(_AGES) * _MILLISECOND
    return _life(ways, detours, job, _OTHERS, _chooser(draw))


def life_by(ways: Plan, choose: Chooser) -> Life:
    """Return a legal life that meets the wishes of a plan, of a job that is always the same.

    What can go on beside it does.

    Args:
        ways: The plan.
        choose: Returns one of several; the first ones make the shortest life.
    """
    detours = [
        (choose(range(len(ways.stops))), choose(range(ways.entries + 1)))
        for _ in range(_MOST_DETOURS)
    ]
    return _life(ways, detours, ("job-1", _CREATED), (True,), choose)


def _life(
    ways: Plan,
    detours: Sequence[tuple[int, int]],
    job: tuple[str, datetime],
    others: Sequence[bool],
    choose: Chooser,
) -> Life:
    """Return a life over some detours; `others`: whether another region is there, to draw from."""
    # How many stays there are depends on what comes first, and with it how many lengths are drawn:
    # they come last, so that a shorter way leaves all else as it was.
    start = choose(ways.starts)
    states = ways.way(start, choose(range(len(ways.ends))), detours)
    lifecycle, features = ways.lifecycle, ways.features(start)
    messages = _messages(choose(range(_MANNERS + 1)), states)
    failed = any(state.outcome is Outcome.FAILED for state in states)
    failure = choose(_FAILURES) if failed else None
    begun = dict(_beside(lifecycle, states, features, choose, others))
    name, created = job
    starts = [created]
    for _ in states[1:]:
        starts.append(starts[-1] + _length(choose))
    return Life(
        lifecycle=lifecycle,
        job=_key(lifecycle, name, created),
        stays=tuple(Stay(state.name, time) for state, time in zip(states, starts, strict=True)),
        beside={region: _timed(found, starts, choose) for region, found in begun.items()},
        features=features,
        failure=failure,
        messages=messages,
    )


def _key(lifecycle: Lifecycle, name: str, created: datetime) -> JobKey:
    if lifecycle.writer is None:
        return JobKey(lifecycle.name, f"{lifecycle.name}/{name}", created)
    return lifecycle.writer.key(name[: lifecycle.writer.longest_name].rstrip("-"), created)


_MANNERS: Final = 4


def _messages(manner: int, states: Sequence[State]) -> dict[str, str]:
    """Return no messages, one for each status, the same for all, or one for every other status."""
    if not manner:
        return {}
    statuses = list(dict.fromkeys(str(state.visible) for state in states))
    if manner == 1:
        return {status: f"{status}, as planned" for status in statuses}
    if manner == _MANNERS:
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
    begun: Sequence[tuple[int, str]], starts: Sequence[datetime], choose: Chooser
) -> tuple[Stay, ...]:
    """Return stays beside others: they begin with these, and go on after the last of them."""
    stays: list[Stay] = []
    for place, name in begun:
        time = starts[place]
        if stays and stays[-1].start >= time:
            time = stays[-1].start + _length(choose)
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
    return time + _length(choose) if choose((False, True)) else time


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
    asked = sorted({*life.changes, *(life.start + each * _MILLISECOND for each in besides)})
    arrived: list[tuple[datetime, Any]] = []
    for time in asked:
        form = choose(forms) if forms else None
        fate = choose(at_last if time is asked[-1] else fates)
        if fate in {_IN_TIME, _TWICE}:
            arrived.append((time, _said(life, time, form)))
        if fate in {_LATE, _TWICE}:
            arrived.append((time + _length(choose), _said(life, time, form)))
    return sorted(arrived, key=itemgetter(0))


def _said(life: Life, time: datetime, form: str | None) -> Any:  # noqa: ANN401 - an answer
    return life.observation(time) if form is None else life.at(time, form)


# --- Draws --------------------------------------------------------------------------------------


@lru_cache(maxsize=1_024)
def _upto(most: int) -> SearchStrategy[int]:
    return st.integers(0, most)


@lru_cache(maxsize=256)
def _detours(stops: int, entries: int) -> SearchStrategy[list[tuple[int, int]]]:
    detour = st.tuples(st.integers(0, stops - 1), st.integers(0, entries))
    return st.lists(detour, max_size=_MOST_DETOURS)


def _chooser(draw: DrawFn) -> Chooser:
    def choose(choices: Sequence[_Choice], /) -> _Choice:
        return choices[draw(_upto(len(choices) - 1)) if len(choices) > 1 else 0]

    return choose


_AGES: Final = st.integers(-_FAR, _FAR)
#: Whole seconds are the simpler lengths, so they come first; then milliseconds from a second on.
_LENGTHS: Final = range(_LONGEST + (_LONGEST - 1) * 1_000 + 1)


def _length(choose: Chooser) -> timedelta:
    number = choose(_LENGTHS)
    if number < _LONGEST:
        return timedelta(seconds=number + 1)
    return timedelta(milliseconds=number - _LONGEST + 1_000)


def name_of(number: int) -> str:
    """Return the job name of a number: each name has one, the shortest the lowest."""
    number, first = divmod(number, len(_LETTERS))
    if not number:
        return _LETTERS[first]
    number, last = divmod(number - 1, len(_LETTERS))
    inner = []
    while number:
        number, place = divmod(number - 1, len(_INNER))
        inner.append(_INNER[place])
    return "".join([_LETTERS[first], *inner, _LETTERS[last]])


_INNER: Final = _LETTERS + "-"
_INNERS: Final = sum(len(_INNER) ** length for length in range(_LONGEST_NAME - 1))
_NAMES: Final = st.integers(0, len(_LETTERS) * (1 + len(_LETTERS) * _INNERS) - 1)

st.register_type_strategy(Life, lambda _: lives())
