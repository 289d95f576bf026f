"""`Kinds`: several life cycles, and which of them an answer is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from jobstate.errors import ObservationError, Problem, shown
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.states import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.lifecycle import Lifecycle


def by_name(kinds: Lifecycle | Kinds) -> dict[str, Lifecycle]:
    """Return a life cycle, or several, by name."""
    return dict(kinds.by_name) if isinstance(kinds, Kinds) else {kinds.name: kinds}


class Kinds:
    """The life cycles that answers may be about. Nothing ever changes it.

    An answer is about the kind whose status, id and name it has; an event about the kind that its
    type names; the answer of an operation that lists jobs about the kind whose list it has.

    Attributes:
        by_name: The life cycles by name.

    Raises:
        TypeError: A life cycle has no `SchemaReader`, by which its answers could be recognised.
        ValueError: Two have the same name.
    """

    def __init__(self, *lifecycles: Lifecycle) -> None:
        """Take the life cycles, in the order in which people read them."""
        self._readers = {each: _reader_of(each) for each in lifecycles}
        self.by_name: Mapping[str, Lifecycle] = {each.name: each for each in self._readers}
        names = Counter(each.name for each in self._readers)
        if twice := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"expected kinds of different names, got several {', '.join(twice)}")

    def __iter__(self) -> Iterator[Lifecycle]:
        """Go over the life cycles."""
        return iter(self._readers)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._readers)

    def named(self, name: str) -> Lifecycle:
        """Return the life cycle of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return named(self, "kind of job", name)

    def items(self, document: object) -> list[tuple[str, Lifecycle | None, object]]:
        """Split a document into answers about one job each, with path and life cycle of each.

        What is no answer of one of these kinds comes as the `Problem` that says so, with None.
        """
        return list(self._pieces(document, "", 0))

    def _pieces(
        self, document: object, path: str, depth: int
    ) -> Iterator[tuple[str, Lifecycle | None, object]]:
        if isinstance(document, (list, tuple)):
            if depth >= min(each.schema.deepest for each in self._readers.values()):
                yield path, None, Problem(path, self._expected("depth"))
                return
            for place, each in enumerate(document):
                yield from self._pieces(each, f"{path}[{place}]", depth + 1)
            return
        fitting = self.fitting(document)
        if len(fitting) != 1:
            yield path, None, self._problem(document, fitting).under(path)
            return
        (lifecycle,) = fitting
        for inner, item in self._readers[lifecycle].items(document):
            where = Problem(inner, "").under(path).path
            if isinstance(item, Problem):
                yield where, None, item.under(path)
            else:
                yield where, lifecycle, item

    def of(self, answer: object) -> Lifecycle:
        """Return the life cycle that one answer, or an event, is about.

        Raises:
            ObservationError: It is about none, or nobody can tell about which.
        """
        fitting = self.fitting(answer)
        if len(fitting) != 1:
            raise ObservationError([self._problem(answer, fitting)])
        return fitting[0]

    def fitting(self, answer: object) -> Sequence[Lifecycle]:
        """Return the life cycles that an answer may be about: one, but for what can't be told.

        Of one kind alone every answer is, so that its reader says what is wrong.
        """
        if len(self) == 1:
            return list(self)
        if not isinstance(answer, Mapping):
            return [each for each, reader in self._readers.items() if _takes(reader, answer)]
        schemas = [(each, reader.schema) for each, reader in self._readers.items()]
        found = [each for each, schema in schemas if _wraps(schema, answer)]
        if found:
            return found
        # Another kind's id may be there as a link; one that lacks a field is read, to say so.
        told = {each: _tells(schema, answer) for each, schema in schemas}
        most = max(told.values())
        return [each for each, count in told.items() if most and count == most]

    def _problem(self, answer: object, fitting: Sequence[Lifecycle]) -> Problem:
        if fitting:
            names = " and ".join(each.name for each in fitting)
            return Problem("", "an answer about one kind of job", f"one that is of {names}")
        if not isinstance(answer, Mapping):
            return Problem("", self._expected("document"), shown(answer))
        fields = ", ".join(each.schema.places[0].primary[0] for each in self._readers.values())
        return Problem("", f"an answer about a job, which has one of {fields}", shown(answer))

    def _expected(self, what: str) -> str:
        return next(iter(self._readers.values())).schema.expected[what]


def _reader_of(lifecycle: Lifecycle) -> SchemaReader:
    if not isinstance(lifecycle.reader, SchemaReader):
        raise TypeError(f"expected a life cycle with a SchemaReader, got {lifecycle}")
    return lifecycle.reader


def _takes(reader: SchemaReader, answer: object) -> bool:
    """Return whether a reader takes something that is no mapping, as records are."""
    return not any(isinstance(item, Problem) for _, item in reader.items(answer))


def _wraps(schema: AnswerSchema, answer: Mapping[str, object]) -> bool:
    """Return whether something is an event about a kind, or lists answers about it."""
    if any(answer.get(each.marks[0][0]) == each.marks[0][1] for each in schema.envelopes):
        return True
    return schema.id[0] not in answer and any(name in answer for name in schema.lists)


def _tells(schema: AnswerSchema, answer: Mapping[str, object]) -> int:
    """Return by how many fields an answer tells that it is about a kind: status, id and name."""
    return sum(path[0] in answer for path in (schema.places[0].primary, schema.id, schema.name))
