"""Answers as they come become observations, each with its path among the answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from jobstate.errors import ObservationError, Problem
from jobstate.model.observation import Observation

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle


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
    for path, found in _readings(lifecycle, answers):
        if isinstance(found, ObservationError):
            raise found
        yield path, found


def all_observations(lifecycle: Lifecycle, answers: object) -> list[Observation]:
    """Return what all answers say.

    Raises:
        ObservationError: Some can't be read; it lists every problem of all of them.
    """
    found, errors = readable(lifecycle, answers)
    if errors:
        raise ObservationError(problem for _, error in errors for problem in error.problems)
    return found


def readable(
    lifecycle: Lifecycle, answers: object
) -> tuple[list[Observation], list[tuple[int, ObservationError]]]:
    """Return what the answers say that can be read, and why the others can't, by their index."""
    found: list[Observation] = []
    errors: list[tuple[int, ObservationError]] = []
    for index, (_, each) in enumerate(_readings(lifecycle, answers)):
        if isinstance(each, ObservationError):
            errors.append((index, each))
        else:
            found.append(each)
    return found, errors


def _readings(
    lifecycle: Lifecycle, answers: object
) -> Iterator[tuple[str, Observation | ObservationError]]:
    """Yield what each answer says or why it can't be read, with its path among the answers."""
    if isinstance(answers, Iterable) and not isinstance(answers, (Mapping, str, bytes)):
        for position, answer in enumerate(answers):
            place = f"[{position}]"
            for path, found in _read(lifecycle, answer):
                where = Problem(path, "").under(place).path
                yield where, found.under(place) if isinstance(found, ObservationError) else found
    else:
        yield from _read(lifecycle, answers)


def _read(
    lifecycle: Lifecycle, answers: object
) -> Iterator[tuple[str, Observation | ObservationError]]:
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
            yield path, lifecycle.reader.read(item)
        except ObservationError as error:
            yield path, error.under(path)


def _no_reader(lifecycle: Lifecycle, answer: object) -> ObservationError:
    expected = f"an Observation, for {lifecycle.name} brings no reader"
    return ObservationError([Problem("", expected, type(answer).__name__)])
