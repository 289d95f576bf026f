"""Answers as they come become observations, each with its path among the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from jobstate.errors import ObservationError, Problem, shown
from jobstate.model.kinds import Kinds, by_name
from jobstate.model.observation import Observation

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

_T = TypeVar("_T")
#: Makes of an answer about a kind of job what is wanted.
_ReadOne: TypeAlias = "Callable[[Lifecycle, object], _T]"


def read(judged: Lifecycle | Kinds, answer: object) -> Observation:
    """Return what one answer says; an observation is one.

    Raises:
        ObservationError: It can't be read, or is of another kind; it lists every problem.
    """
    if isinstance(answer, Observation):
        kind = answer.job.kind
        if not (kind in judged.by_name if isinstance(judged, Kinds) else kind == judged.name):
            raise _of_another_kind(judged, answer)
        return answer
    return read_by(judged.of(answer) if isinstance(judged, Kinds) else judged, answer)


def read_by(lifecycle: Lifecycle, answer: object) -> Observation:
    """Return what one answer about a kind of job says that is no observation yet.

    Raises:
        ObservationError: It can't be read; the error lists every problem.
    """
    if lifecycle.reader is None:
        raise _no_reader(lifecycle, answer)
    observation = lifecycle.reader.read(answer)
    if observation.job.kind != lifecycle.name:
        raise _of_another_kind(lifecycle, observation)
    return observation


def whose(
    judged: Lifecycle | Kinds, answers: object
) -> Iterator[tuple[str, Lifecycle, Observation]]:
    """Yield what each answer says, with its path among the answers and whose kind it is.

    Raises:
        ObservationError: An answer can't be read, or nobody can tell whose it is; those before it
            were yielded.
    """
    lifecycles = by_name(judged)
    for path, observation in observations(judged, answers):
        yield path, lifecycles[observation.job.kind], observation


def observations(judged: Lifecycle | Kinds, answers: object) -> Iterator[tuple[str, Observation]]:
    """Yield what each answer says, with its path among the answers.

    Raises:
        ObservationError: As of `whose`.
    """
    for path, found in _readings(judged, answers, read_by):
        if isinstance(found, ObservationError):
            raise found
        yield path, found


def readings(
    judged: Lifecycle | Kinds, document: object
) -> Iterator[tuple[str, Observation | ObservationError]]:
    """Yield what each answer of a document says, or why it can't be read, with its path in it.

    Args:
        judged: Whose readers split and read it.
        document: An answer, or whatever a reader finds answers in; it bounds how deep lists lie.
    """
    return _read(judged, document, read_by)


def all_observations(judged: Lifecycle | Kinds, answers: object) -> list[Observation]:
    """Return what all answers say.

    Raises:
        ObservationError: Some can't be read; it lists every problem of all of them.
    """
    found, errors = readable(judged, answers, read_by)
    if errors:
        raise together(errors)
    return found


def readable(
    judged: Lifecycle | Kinds, answers: object, read_one: _ReadOne[_T]
) -> tuple[list[Observation | _T], list[tuple[int, ObservationError]]]:
    """Return the answers that can be read, and why the others can't, by their index.

    Args:
        judged: Whose readers split them.
        answers: The answers; those that are observations are returned as they are.
        read_one: Returns one that is none as it is wanted.
    """
    found: list[Observation | _T] = []
    errors: list[tuple[int, ObservationError]] = []
    for index, (_, each) in enumerate(_readings(judged, answers, read_one)):
        if isinstance(each, ObservationError):
            errors.append((index, each))
        else:
            found.append(each)
    return found, errors


def together(errors: Iterable[tuple[int, ObservationError]]) -> ObservationError:
    """Return one error with the problems of all."""
    return ObservationError(problem for _, error in errors for problem in error.problems)


def _readings(
    judged: Lifecycle | Kinds, answers: object, read_one: _ReadOne[_T]
) -> Iterator[tuple[str, Observation | _T | ObservationError]]:
    """Yield what each answer says or why it can't be read, with its path among the answers."""
    if isinstance(answers, Iterable) and not isinstance(answers, (Mapping, str, bytes)):
        for position, answer in enumerate(answers):
            place = f"[{position}]"
            for path, found in _read(judged, answer, read_one):
                where = Problem(path, "").under(place).path
                yield where, found.under(place) if isinstance(found, ObservationError) else found
    else:
        yield from _read(judged, answers, read_one)


def _read(
    judged: Lifecycle | Kinds, answers: object, read_one: _ReadOne[_T]
) -> Iterator[tuple[str, Observation | _T | ObservationError]]:
    """Yield what a document says; lists within it are the reader's, which bounds their depth."""
    if isinstance(answers, Observation):
        try:
            yield "", read(judged, answers)
        except ObservationError as error:
            yield "", error
        return
    if isinstance(judged, Kinds):
        for path, kind, item in judged.items(answers):
            yield path, _made(kind, path, item, read_one)
    elif judged.reader is None:
        yield "", _no_reader(judged, answers)
    else:
        for path, item in judged.reader.items(answers):
            yield path, _made(judged, path, item, read_one)


def _made(
    lifecycle: Lifecycle | None, path: str, item: object, read_one: _ReadOne[_T]
) -> _T | ObservationError:
    if lifecycle is None or isinstance(item, Problem):
        return ObservationError([cast("Problem", item)])
    try:
        return read_one(lifecycle, item)
    except ObservationError as error:
        return error.under(path)


def _no_reader(lifecycle: Lifecycle, answer: object) -> ObservationError:
    expected = f"an Observation, for {lifecycle.name} brings no reader"
    return ObservationError([Problem("", expected, type(answer).__name__)])


def _of_another_kind(judged: Lifecycle | Kinds, observation: Observation) -> ObservationError:
    """Return the error that says that an observation is of another kind than is judged."""
    expected = " or ".join(map(repr, by_name(judged)))
    return ObservationError([Problem("job.kind", expected, shown(observation.job.kind))])
