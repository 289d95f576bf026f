"""Answers as they come become observations, each with its path among the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from jobstate.errors import ObservationError, Problem
from jobstate.model.kinds import Kinds
from jobstate.model.observation import Observation

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

_T = TypeVar("_T")


def read(lifecycle: Lifecycle, answer: object) -> Observation:
    """Return what one answer says that is no observation yet.

    Raises:
        ObservationError: It can't be read; the error lists every problem.
    """
    if lifecycle.reader is None:
        raise _no_reader(lifecycle, answer)
    return lifecycle.reader.read(answer)


def observations(lifecycle: Lifecycle, answers: object) -> Iterator[tuple[str, Observation]]:
    """Yield what each answer says, with its path among the answers.

    Raises:
        ObservationError: An answer can't be read; those before it were yielded.
    """
    for path, found in _readings(lifecycle, answers, partial(read, lifecycle)):
        if isinstance(found, ObservationError):
            raise found
        yield path, found


def whose(
    judged: Lifecycle | Kinds, answers: object
) -> Iterator[tuple[str, Lifecycle, Observation]]:
    """Yield what each answer says, with its path among the answers and whose kind it is.

    Raises:
        ObservationError: An answer can't be read, or nobody can tell whose it is; those before it
            were yielded.
    """
    if not isinstance(judged, Kinds):
        for path, found in observations(judged, answers):
            yield path, judged, found
        return
    for path, lifecycle, item in judged.items(answers):
        if lifecycle is None:
            raise ObservationError([cast("Problem", item)])
        try:
            yield path, lifecycle, read(lifecycle, item)
        except ObservationError as error:
            raise error.under(path) from None


def all_observations(lifecycle: Lifecycle, answers: object) -> list[Observation]:
    """Return what all answers say.

    Raises:
        ObservationError: Some can't be read; it lists every problem of all of them.
    """
    found, errors = readable(lifecycle, answers, partial(read, lifecycle))
    if errors:
        raise together(errors)
    return found


def readable(
    lifecycle: Lifecycle, answers: object, read_one: Callable[[object], _T]
) -> tuple[list[Observation | _T], list[tuple[int, ObservationError]]]:
    """Return the answers that can be read, and why the others can't, by their index.

    Args:
        lifecycle: Whose reader splits them.
        answers: The answers; those that are observations are returned as they are.
        read_one: Returns one that is none as it is wanted.
    """
    found: list[Observation | _T] = []
    errors: list[tuple[int, ObservationError]] = []
    for index, (_, each) in enumerate(_readings(lifecycle, answers, read_one)):
        if isinstance(each, ObservationError):
            errors.append((index, each))
        else:
            found.append(each)
    return found, errors


def together(errors: Iterable[tuple[int, ObservationError]]) -> ObservationError:
    """Return one error with the problems of all."""
    return ObservationError(problem for _, error in errors for problem in error.problems)


def _readings(
    lifecycle: Lifecycle, answers: object, read_one: Callable[[object], _T]
) -> Iterator[tuple[str, Observation | _T | ObservationError]]:
    """Yield what each answer says or why it can't be read, with its path among the answers."""
    if isinstance(answers, Iterable) and not isinstance(answers, (Mapping, str, bytes)):
        for position, answer in enumerate(answers):
            place = f"[{position}]"
            for path, found in _read(lifecycle, answer, read_one):
                where = Problem(path, "").under(place).path
                yield where, found.under(place) if isinstance(found, ObservationError) else found
    else:
        yield from _read(lifecycle, answers, read_one)


def _read(
    lifecycle: Lifecycle, answers: object, read_one: Callable[[object], _T]
) -> Iterator[tuple[str, Observation | _T | ObservationError]]:
    """Yield what a document says; lists within it are the reader's, which bounds their depth."""
    if isinstance(answers, Observation):
        yield "", answers
        return
    if lifecycle.reader is None:
        yield "", _no_reader(lifecycle, answers)
        return
    for path, item in lifecycle.reader.items(answers):
        if isinstance(item, Problem):
            yield path, ObservationError([item])
            continue
        try:
            yield path, read_one(item)
        except ObservationError as error:
            yield path, error.under(path)


def _no_reader(lifecycle: Lifecycle, answer: object) -> ObservationError:
    expected = f"an Observation, for {lifecycle.name} brings no reader"
    return ObservationError([Problem("", expected, type(answer).__name__)])
