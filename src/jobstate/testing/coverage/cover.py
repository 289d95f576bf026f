"""`cover`: a decorator that makes a `@given` test see every edge of a life cycle."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hypothesis import example

from jobstate.errors import JobstateError, shown
from jobstate.model.lifecycle import Lifecycle
from jobstate.testing.coverage.tours import What, tours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Test = TypeVar("_Test", bound="Callable[..., object]")


class CoverError(JobstateError, TypeError):
    """`cover` was used where it can't be.

    Attributes:
        test: What it was to decorate.
        problem: What is wrong, and what to do.
    """

    def __init__(self, test: str, problem: str) -> None:
        self.test = test
        self.problem = problem
        super().__init__(test, problem)

    def __str__(self) -> str:
        return f"cover can't decorate {self.test}: {self.problem}"


class Decorator(Protocol):
    """Returns the test that it was given, with examples added."""

    def __call__(self, test: _Test, /) -> _Test:
        """Add the examples."""
        raise NotImplementedError


def cover(
    lifecycle: Lifecycle,
    what: What = "edges",
    *,
    region: str | None = None,
    argument: str = "life",
    **others: object,
) -> Decorator:
    """Return a decorator that adds every tour to a `@given` test, as an explicit example.

    So each run of the test sees every edge, or every pair of consecutive edges, however few
    examples Hypothesis draws besides::

        @cover(TRAINING_JOB, "edges")
        @given(life=lives(TRAINING_JOB))
        def test_my_orchestrator(life: Life) -> None: ...

    It may stand over or under `given` and `settings`. Settings whose phases leave `explicit` out
    leave the tours out too.

    Args:
        lifecycle: The life cycle.
        what: ``edges`` or ``pairs``, as for `tours`.
        region: The region to walk through; by default the one with the history, or the first.
        argument: The argument of the test that takes the life.
        **others: Values for the other arguments that `given` provides, if there are any.

    Raises:
        CoverError: `lifecycle` is none (the brackets are missing?), or what is decorated is no
            test function with these arguments.
        UnknownNameError: There is no such region, or `what` is something else.
        NoLifeError: The tours of the region can't be part of a life.
    """
    if not isinstance(lifecycle, Lifecycle):
        raise CoverError(
            shown(lifecycle), "it needs a life cycle first: @cover(lifecycle), not @cover"
        )
    lives = [tour.life() for tour in tours(lifecycle, what, region=region)]

    def decorate(test: _Test, /) -> _Test:
        _validate(test, [argument, *others])
        for life in reversed(lives):  # the topmost example runs first
            values: dict[str, Any] = {argument: life, **others}
            test = example(**values)(test)
        return test

    return decorate


def _validate(test: object, wanted: Sequence[str]) -> None:
    """Refuse what takes no such arguments: Hypothesis would say so for every tour, or not at all.

    Raises:
        CoverError: It takes none of that name, or is no function.
    """
    inner = getattr(getattr(test, "hypothesis", None), "inner_test", test)
    if inspect.isclass(inner) or not callable(inner):
        raise CoverError(shown(test), "it is no function")
    name = getattr(inner, "__name__", shown(inner))
    taken = inspect.signature(inner).parameters
    missing = [each for each in wanted if each not in taken]
    if missing:
        there = ", ".join(taken) or "nothing"
        raise CoverError(
            f"{name}({', '.join(taken)})",
            f"it takes no {' and no '.join(missing)}, but {there}; say which argument takes the"
            " life: argument=…",
        )
