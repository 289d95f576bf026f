"""Answers as they come become observations, each with its path among the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeAlias, TypeVar

from jobstate.errors import ObservationError, Problem, shown
from jobstate.finding import Finder, Found, PassedOver, Unsearched, finder_of
from jobstate.model.kinds import Kinds, by_name
from jobstate.model.observation import Observation

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

_T = TypeVar("_T")
#: Makes of an answer about a kind of job what is wanted.
ReadOne: TypeAlias = "Callable[[Lifecycle, object], _T]"

#: What is wrong where there is nothing to judge.
NO_ANSWER: Final = Problem("", "an answer about a job", "none")


class Reading(NamedTuple, Generic[_T]):
    """What one answer says.

    Attributes:
        path: Where it is among the answers.
        lifecycle: Whose kind it is.
        observation: What it says.
        in_order: It comes after those before it; else nothing but its time says when it was true.
        nested: It is part of an answer about another job, to which its own belongs.
    """

    path: str
    lifecycle: Lifecycle
    observation: _T
    in_order: bool = True
    nested: bool = False


def read(judged: Lifecycle | Kinds, answer: object) -> Observation:
    """Return what one answer says, whatever wraps it; an observation is one.

    Raises:
        ObservationError: It can't be read, is none, or several, or is of another kind; it lists
            every problem.
    """
    if isinstance(answer, Observation):
        kind = answer.job.kind
        if not (kind in judged.by_name if isinstance(judged, Kinds) else kind == judged.name):
            raise _of_another_kind(judged, answer)
        return answer
    lifecycle = finder_of(judged).at_once(answer)
    if lifecycle is not None:
        return read_by(lifecycle, answer)
    found = [each for each in readings(judged, answer) if not each.nested]
    if len(found) > 1:
        raise ObservationError([Problem("", "one answer about a job", f"{len(found):,} of them")])
    if not found:
        raise ObservationError([NO_ANSWER])
    return found[0].observation


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


def read_found(found: Found) -> Observation:
    """Return what an answer says that was found.

    Raises:
        ObservationError: It can't be read; it lists every problem.
    """
    if isinstance(found.answer, Observation):
        return found.answer
    try:
        return read_by(found.lifecycle, found.answer)
    except ObservationError as error:
        raise error.under(found.path) from None


def readings(
    judged: Lifecycle | Kinds, answers: object, *, in_order: bool | None = None
) -> Iterator[Reading[Observation]]:
    """Yield what each answer says that answers have in them, whatever wraps them.

    What is of other kinds is passed over, unless there is nothing else.

    Args:
        judged: Whose answers they are.
        answers: The answers.
        in_order: They stand in order, or in none; None: those do that nothing wraps.

    Raises:
        ObservationError: An answer can't be read, nobody can tell whose it is, or there is
            something that is none; those before it were yielded.
    """
    for each in _read_all(judged, answers, read_by):
        if isinstance(each, ObservationError):
            raise each
        yield each if in_order is None else each._replace(in_order=in_order)


def observations(judged: Lifecycle | Kinds, answers: object) -> Iterator[tuple[str, Observation]]:
    """Yield what each answer says, with its path among the answers.

    Raises:
        ObservationError: As of `readings`.
    """
    return ((each.path, each.observation) for each in readings(judged, answers))


def in_sequence(found: Iterable[Reading[Observation]]) -> list[Observation]:
    """Return what answers say, one after the other: by their times, where they come in no order.

    Copies count once then; where one has no time, all stay where they are.
    """
    every = [each for each in found if not each.nested]
    seen = [each.observation for each in every]
    if all(each.in_order for each in every):
        return seen
    times = [each.modified or each.modified_not_before for each in seen]
    if None not in times:
        ordered = zip(times, [len(each.entries) for each in seen], range(len(seen)), strict=True)
        seen = [seen[place] for _, _, place in sorted(ordered)]
    return [each for each, before in zip(seen, [None, *seen[:-1]], strict=True) if each != before]


def readable(
    judged: Lifecycle | Kinds, answers: object, read_one: ReadOne[_T]
) -> tuple[list[Observation | _T], list[tuple[int, ObservationError]]]:
    """Return the answers that can be read, and why the others can't, by their index.

    Args:
        judged: Whose answers they are.
        answers: The answers; those that are observations are returned as they are.
        read_one: Returns one that is none as it is wanted.
    """
    found: list[Observation | _T] = []
    errors: list[tuple[int, ObservationError]] = []
    for index, each in enumerate(_read_all(judged, answers, read_one)):
        if isinstance(each, ObservationError):
            errors.append((index, each))
        else:
            found.append(each.observation)
    return found, errors


def together(errors: Iterable[tuple[int, ObservationError]]) -> ObservationError:
    """Return one error with the problems of all."""
    return ObservationError(problem for _, error in errors for problem in error.problems)


def _read_all(
    judged: Lifecycle | Kinds, answers: object, read_one: ReadOne[_T]
) -> Iterator[Reading[Observation | _T] | ObservationError]:
    """Yield what each answer says, or why it can't be read; at last that there was none."""
    passed_over: dict[str, int] = {}
    nothing = True
    finder = finder_of(judged)
    for path, document in _documents(answers):
        for each in _read_document(judged, finder, document, path, read_one):
            if isinstance(each, PassedOver):
                passed_over[each.what] = passed_over.get(each.what, 0) + 1
            else:
                nothing = False
                yield each
    if nothing and passed_over:
        said = ", ".join(f"{number:,} {what}" for what, number in passed_over.items())
        yield ObservationError([Problem("", of_kind(_names(judged)), said)])


def _documents(answers: object) -> Iterator[tuple[str, object]]:
    """Yield what somebody gives, one by one if it is several."""
    if isinstance(answers, Iterable) and not isinstance(answers, (Mapping, str, bytes, bytearray)):
        for place, each in enumerate(answers):
            yield f"[{place}]", each
    else:
        yield "", answers


def _read_document(
    judged: Lifecycle | Kinds,
    finder: Finder | Unsearched,
    document: object,
    path: str,
    read_one: ReadOne[_T],
) -> Iterator[Reading[Observation | _T] | ObservationError | PassedOver]:
    if isinstance(document, Observation):
        try:
            observation = read(judged, document)
        except ObservationError as error:
            yield error.under(path)
        else:
            yield Reading(path, by_name(judged)[observation.job.kind], observation)
        return
    for each in finder.find(document, path, depth=1 if path else 0):
        if isinstance(each, Problem):
            yield ObservationError([each])
        elif isinstance(each, PassedOver):
            yield each
        else:
            try:
                made = read_one(each.lifecycle, each.answer)
                yield Reading(each.path, each.lifecycle, made, each.bare, each.nested)
            except ObservationError as error:
                yield error.under(each.path)


def of_kind(names: str) -> str:
    """Return what is right where there are only answers of other kinds."""
    return f"an answer about a {names}"


def _names(judged: Lifecycle | Kinds) -> str:
    return " or ".join(by_name(judged))


def _no_reader(lifecycle: Lifecycle, answer: object) -> ObservationError:
    expected = f"an Observation, for {lifecycle.name} brings no reader"
    return ObservationError([Problem("", expected, type(answer).__name__)])


def _of_another_kind(judged: Lifecycle | Kinds, observation: Observation) -> ObservationError:
    """Return the error that says that an observation is of another kind than is judged."""
    expected = " or ".join(map(repr, by_name(judged)))
    return ObservationError([Problem("job.kind", expected, shown(observation.job.kind))])
