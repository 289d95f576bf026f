"""How the triggers and states of a life cycle are called in Python: one name, one meaning."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from jobstate.errors import shown
from jobstate.machine.errors import NameClashError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jobstate.model.states import Edge, Region


def identifier(text: str) -> str:
    """Return a text as a Python identifier: ``_`` for what none may hold, or begin with."""
    word = "".join(each if f"_{each}".isidentifier() else "_" for each in text)
    return word if word.isidentifier() else f"_{word}"


def state_identifiers(lifecycle: str, region: Region) -> dict[str, str]:
    """Return the states' names as identifiers: ``InProgress/Starting``, InProgress_Starting.

    Raises:
        NameClashError: Two states would have one.
    """
    found = {state.name: identifier(state.name) for state in region.states}
    _refuse_clashes(lifecycle, "state", {name: (word, name) for name, word in found.items()})
    return found


def trigger_names(
    lifecycle: str, region: Region, is_taken: Callable[[str], bool]
) -> dict[Edge, str]:
    """Return the name of the trigger of each edge, in the life cycle's order.

    It is the cause alone where, from every state, the cause leads to one state at the most. Where
    it leads from one state to several, all triggers of this cause say where to:
    ``cause_to_target``. What is no identifier is made one (`identifier`); keywords and names that
    are taken get a ``_`` at the end.

    Args:
        lifecycle: The life cycle's name, for the error.
        region: The region.
        is_taken: Tells which names mean something else already.

    Raises:
        NameClashError: One name would have several meanings.
    """
    forked = _forked(region)
    found: dict[Edge, str] = {}
    meanings: dict[str, tuple[str, str]] = {}
    for edge in region.edges:
        name, meaning = identifier(edge.cause), edge.cause
        if edge.cause in forked:
            name = f"{name}_to_{identifier(edge.target)}"
            meaning = f"{edge.cause} to {edge.target}"
        found[edge] = f"{name}_" if keyword.iskeyword(name) or is_taken(name) else name
        meanings[meaning] = found[edge], meaning
    _refuse_clashes(lifecycle, "trigger", meanings)
    return found


def _forked(region: Region) -> set[str]:
    """Return the causes that lead from some state to more than one."""
    targets: dict[tuple[str, str], set[str]] = {}
    for edge in region.edges:
        targets.setdefault((edge.cause, edge.origin), set()).add(edge.target)
    return {cause for (cause, _), reached in targets.items() if len(reached) > 1}


def _refuse_clashes(lifecycle: str, kind: str, meant: Mapping[str, tuple[str, str]]) -> None:
    meanings: dict[str, set[str]] = {}
    for name, meaning in meant.values():
        meanings.setdefault(name, set()).add(meaning)
    if clashes := list(_clashes(kind, meanings)):
        raise NameClashError(lifecycle, clashes)


def _clashes(kind: str, meanings: Mapping[str, set[str]]) -> Iterator[str]:
    for name, several in meanings.items():
        if len(several) > 1:
            yield f"the {kind} {name} would mean {' and '.join(map(shown, sorted(several)))}"
