"""`fleet`: many jobs at once, each with its own name, created over some time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.lives.strategies import CREATED, lives

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hypothesis.strategies import DrawFn, SearchStrategy

    from jobstate.model.life import Life
    from jobstate.model.lifecycle import Lifecycle

#: Over how long the jobs of a fleet are created, unless the caller says otherwise.
PERIOD: Final = timedelta(hours=8)
_MILLISECOND: Final = timedelta(milliseconds=1)


def fleet(
    size: int,
    lifecycle: Lifecycle = TRAINING_JOB,
    *,
    name: str = "job",
    start: datetime = CREATED,
    over: timedelta = PERIOD,
    **wishes: Any,  # noqa: ANN401 - those of `lives`
) -> SearchStrategy[tuple[Life, ...]]:
    """Return the lives of several jobs with different names, in the order of their creation.

    They shrink to jobs that are all created at once, each with the simplest life.

    Args:
        size: How many there are.
        lifecycle: Whose jobs they are.
        name: What all names begin with; a hyphen and a number follow: ``job-01`` to ``job-50``.
        start: When the first can be created; aware.
        over: After how long the last is created at most.
        **wishes: What each of the lives is like: arguments of `lives`.

    Raises:
        ValueError: `size` or `over` is negative, or `start` is not aware.
        ObservationError: No job can be called so.
        Exception: Whatever `lives` raises for the wishes.
    """
    if size < 0 or over < timedelta(0):
        raise ValueError(f"there is no fleet of {size} jobs within {over}: neither is negative")
    names = [f"{name}-{number:0{len(str(size))}}" for number in range(1, size + 1)]
    one = partial(lives, lifecycle, **wishes)
    for each in names[-1:]:
        one(name=each, start=start)  # refuses what can't be, at once
    return _fleets(one, names, start, over // _MILLISECOND)


@st.composite
def _fleets(
    draw: DrawFn,
    one: Callable[..., SearchStrategy[Life]],
    names: Sequence[str],
    start: datetime,
    span: int,
) -> tuple[Life, ...]:
    age = draw(st.randoms(use_true_random=False)).randint
    starts = [start + each * _MILLISECOND for each in sorted(age(0, span) for _ in names)]
    return tuple(draw(one(name=name, start=time)) for name, time in zip(names, starts, strict=True))
