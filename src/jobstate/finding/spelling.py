"""Answers as clients, dumps and recordings spell them become answers as the service spells them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jobstate.model.answer_schema import within
from jobstate.model.fields import FieldKind

if TYPE_CHECKING:
    from jobstate.model.answer_schema import AnswerSchema, Path
    from jobstate.model.fields import Field

#: Longer names are of no field.
_LONGEST_NAME: Final = 64


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def folded(name: object) -> str:
    """Return what all spellings of a name have in common: ``training_job_arn``, ``trainingJobArn``.

    Empty of what is no name of a field.
    """
    return _folded(name) if type(name) is str and len(name) <= _LONGEST_NAME else ""


def by_folded(answer: Mapping[Any, object]) -> dict[str, object]:
    """Return a mapping's names by what their spellings have in common; the first one counts."""
    return {folded(name): name for name in reversed(list(answer))}


def at(answer: Mapping[str, object], path: Path, *, spelt: bool = True) -> object:
    """Return what stands at a path.

    Args:
        answer: The answer.
        path: The names, from the outside in.
        spelt: They are spelt as they are in the answer; else in any way.
    """
    if spelt:
        return within(answer, path)
    found: Any = answer
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(by_folded(found).get(folded(name), name))
    return found


def respelt(schema: AnswerSchema, answer: Mapping[str, object]) -> Mapping[str, object]:
    """Return an answer with its fields, and theirs, named as the schema names them."""
    return _respelt(schema.fields, answer)


def _respelt(fields: Mapping[str, Field], answer: Mapping[str, object]) -> Mapping[str, object]:
    names = by_folded(answer)
    changed: dict[str, object] = {}
    gone: set[object] = set()
    for name, field in fields.items():
        given = name if name in answer else names.get(folded(name))
        if given is None:
            continue
        value = answer[given]  # type: ignore[index]
        found = _value(field, value)
        if given != name:
            gone.add(given)
        if given != name or found is not value:
            changed[name] = found
    if not changed:
        return answer
    return {name: value for name, value in answer.items() if name not in gone} | changed


def _value(field: Field, value: object) -> object:
    if field.kind is FieldKind.PART and isinstance(value, Mapping):
        return _respelt(field.fields, value)
    if field.kind is FieldKind.PARTS and isinstance(value, (list, tuple)):
        return [
            _respelt(field.fields, each) if isinstance(each, Mapping) else each for each in value
        ]
    return value
