"""Whose an answer is: by the fields with status and id, in whatever spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jobstate.errors import Problem
from jobstate.finding.spelling import at, by_folded, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.model.answer_schema import AnswerSchema, Envelope, Path
    from jobstate.model.lifecycle import Lifecycle

#: What the names of a status and of an id end with, where a kind is not known.
STATUS: Final = "status"
IDS: Final = ("arn", "id", "name")
#: What the status of no job is called.
NO_KINDS: Final = frozenset({"", "http", "secondary", "response", "objective", "warmpool"})
#: What something lacks whose fields are all there.
AS_TEXTS: Final = "these as texts"
#: Where names written together go apart: ``TrainingJobArn``, ``createdAt``.
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: Whether something has a text at a path.
_HasText: TypeAlias = Callable[["Path"], bool]


class Recogniser:
    """Tells whose answers are, among some kinds."""

    def __init__(self, kinds: Iterable[Lifecycle]) -> None:
        """Take the kinds; each has an `AnswerSchema`."""
        self._schemas: list[tuple[Lifecycle, AnswerSchema]] = [
            (each, each.schema) for each in kinds if each.schema is not None
        ]
        #: By the first name of the way to the id, as few mappings have one: what it tells.
        self._by_id: dict[str, list[tuple[Lifecycle, tuple[Path, ...]]]] = {}
        for each, schema in self._schemas:
            self._by_id.setdefault(schema.tells[1][0], []).append((each, schema.tells))
        self._ids = self._by_id.keys()
        #: Those whose answers have no others in them.
        self.leaves = {each for each, schema in self._schemas if not schema.nested}
        self.lists = {name: each for each, schema in self._schemas for name in schema.lists}
        expected = self._schemas[0][1].expected
        #: What a document, a list and what is not too deep are, in words.
        self.a_document, self.a_list, self.at_most = (
            expected[each] for each in ("document", "list", "depth")
        )
        statuses = ", ".join(".".join(schema.tells[0]) for _, schema in self._schemas)
        #: What an answer is, where there is nothing of one.
        self.nothing = f"an answer about a job, which has its id and one of {statuses}"
        #: How the statuses of these kinds are called, in all spellings.
        self.known = {folded(schema.tells[0][-1]) for _, schema in self._schemas}
        names = {path[-1] for _, schema in self._schemas for path in schema.tells[1:]}
        spellings = sorted({each for name in names for each in _spellings(name)})
        #: Whether a text may have an answer in it.
        either = "|".join(map(re.escape, spellings))
        self.may_tell = re.compile(f"(?<![A-Za-z_])(?:{either})(?![A-Za-z_])").search

    def exactly(self, answer: Mapping[Any, object]) -> Sequence[Lifecycle]:
        """Return whose an answer in the schema's spelling is; several where nobody can tell."""
        found = []
        for name in self._ids & answer.keys():
            for lifecycle, paths in self._by_id[name]:
                for path in paths:
                    value = answer.get(path[0]) if len(path) == 1 else at(answer, path)
                    if type(value) is not str:
                        break
                else:
                    found.append(lifecycle)
        return self._best(found, answer) if len(found) > 1 else found

    def anyhow(self, answer: Mapping[Any, object]) -> Sequence[Lifecycle]:
        """Return whose an answer is that may be spelt in any way."""
        return self._best(
            self._telling(self._schemas, lambda path: type(at(answer, path, spelt=False)) is str),
            answer,
        )

    @staticmethod
    def _telling(
        schemas: Iterable[tuple[Lifecycle, AnswerSchema]], has_text: _HasText
    ) -> list[Lifecycle]:
        return [each for each, schema in schemas if all(map(has_text, schema.tells))]

    def _best(self, found: list[Lifecycle], answer: Mapping[Any, object]) -> list[Lifecycle]:
        """Return those of several whose name is there too, if only some are."""
        if len(found) <= 1:
            return found
        named = [
            each
            for each, schema in self._schemas
            if each in found and at(answer, schema.name, spelt=False)
        ]
        return named or found

    def nearly(self, answer: Mapping[Any, object]) -> Lifecycle | None:
        """Return whose something must be that lacks but one of status, id and name."""
        told = self._told(answer)
        most = max(told.values(), default=0)
        best = [each for each, count in told.items() if count == most]
        return best[0] if most > 1 and len(best) == 1 else None

    def _told(self, answer: Mapping[Any, object]) -> dict[Lifecycle, int]:
        return {
            each: sum(
                at(answer, path, spelt=False) is not None
                for path in (*schema.tells[:2], schema.name)
            )
            for each, schema in self._schemas
        }

    # --- Events ---------------------------------------------------------------------------------

    def wrapped_by(self, event: Mapping[Any, object]) -> tuple[Lifecycle, Envelope] | None:
        """Return whose events are of this type, and how they hold an answer; None of no event."""
        for lifecycle, schema in self._schemas:
            for each in schema.envelopes:
                name, value = each.marks[0]
                if event.get(name) == value:
                    return lifecycle, each
        return None

    # --- What is no answer of these kinds ---------------------------------------------------------

    def stranger(self, answer: Mapping[Any, object]) -> str | None:
        """Return what something is, or is about, that looks like an event or like an answer."""
        names = by_folded(answer)
        kind = answer.get(names.get("detailtype"))
        if type(kind) is str and "detail" in names:
            return kind
        for name, spelt in names.items():
            noun = name.removesuffix(STATUS)
            if noun == name or noun in NO_KINDS or name in self.known:
                continue
            ids = [answer.get(names.get(f"{noun}{each}")) for each in IDS]
            if type(answer[spelt]) is str and any(type(each) is str for each in ids):
                return str(spelt)[: -len(STATUS)].rstrip("_")
        return None

    def expected(self, answer: Mapping[Any, object]) -> str:
        """Return what something lacks to be an answer, in words."""
        for lifecycle, schema in self._schemas:
            lacking = [".".join(path) for path in schema.tells if at(answer, path) is None]
            if len(lacking) < len(schema.tells):
                lacks = " and ".join(lacking) or AS_TEXTS
                return self.lacking(lifecycle).format(lacks=lacks)
        return self.nothing

    @staticmethod
    def lacking(lifecycle: Lifecycle) -> str:
        """Return what an answer has that lacks something, with a field ``{lacks}`` for that."""
        return f"an answer about {a(lifecycle.title)}, which has {{lacks}} too"

    def ambiguous(self, found: Sequence[Lifecycle], path: str) -> Problem:
        """Return what is said where nobody can tell whose an answer is."""
        names = " and ".join(each.name for each in found)
        return Problem(path, "an answer about one kind of job", f"one that is of {names}")


def a(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[:1].upper() in 'AEIOU' else 'a'} {noun}"


def _spellings(name: str) -> set[str]:
    words = [each.lower() for each in _WORD.split(name)]
    pascal = "".join(each[:1].upper() + each[1:] for each in words)
    return {name, pascal, pascal[:1].lower() + pascal[1:], "_".join(words)}
