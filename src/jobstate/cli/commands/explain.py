"""``jobstate explain``: can a job seen in one status be seen in another later, and by which way?"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.automaton.explanation import explain
from jobstate.automaton.paths import MOST_WAYS
from jobstate.cli.lifecycles import (
    CREATION,
    Given,
    Kind,
    Own,
    lifecycle_of,
    offered_statuses,
    tightened,
)
from jobstate.cli.shell import VIOLATIONS, emit, run, wrong_option
from jobstate.cli.terminal import Paint
from jobstate.common.text import counted, listed, printable
from jobstate.errors import UnknownNameError
from jobstate.model.states import Basis, needs_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.automaton.explanation import Explanation
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, State

#: More ways than this are only counted in text.
_WAYS: Final = 3

IN_SHORT: Final = "Say whether a job in FROM can be seen in TO later, and why."
HELP: Final = f"""\b
Examples:
  jobstate explain Starting Completed
  jobstate explain InProgress/Training Starting --given spot=no
  jobstate explain Stopping Completed --kind transform-job
  jobstate explain Placed Delivered --lifecycle order:ORDER

{IN_SHORT}

A status is a pair (InProgress/Training), a secondary status (Training), a primary one
(InProgress: any state that shows it) or that of a warm pool (Available). FROM may also be
creation. Prints the shortest ways with cause, basis and source of each move, what every way
passes, and what some way may pass.

\b
Exit codes:
  0  there is a legal way
  1  there is none
  2  no such status, or a wrong option
"""


class ExplainFormat(StrEnum):
    """How explanations are printed."""

    TEXT = "text"
    JSON = "json"


Origin = Annotated[
    str, typer.Argument(metavar="FROM", autocompletion=offered_statuses, help="Where the job was.")
]
Target = Annotated[
    str,
    typer.Argument(metavar="TO", autocompletion=offered_statuses, help="Where it is seen later."),
]
Chosen = Annotated[ExplainFormat, typer.Option("--format", help="For people, or for programs.")]


def explain_command(  # noqa: PLR0913 - the options of a command
    origin: Origin,
    target: Target,
    *,
    kind: Kind = None,
    own: Own = None,
    given: Given = None,
    chosen: Chosen = ExplainFormat.TEXT,
) -> None:
    """Print what lies between two statuses, end with an exit code."""
    found = _explained(tightened(lifecycle_of(kind, own), given), origin, target)

    def work() -> int:
        if chosen is ExplainFormat.JSON:
            emit(json.dumps(found.to_dict()))
        else:
            for line in Paint.on(sys.stdout).folded(_text(found)):
                emit(line)
        return 0 if found.legal else VIOLATIONS

    run(work)


def _explained(lifecycle: Lifecycle, origin: str, target: str) -> Explanation:
    try:
        return explain(lifecycle, None if origin == CREATION else origin, target)
    except UnknownNameError as error:
        raise wrong_option(str(error), "FROM TO") from None


def _text(found: Explanation) -> Iterator[str]:
    verdict = "legal" if found.legal else "illegal"
    yield f"{printable(found.origin)} → {printable(found.target)}: {verdict}"
    yield f"  by {found.lifecycle}"
    if not found.legal:
        yield f"  because {printable(found.reason)}"
        yield from _named(f"one move from {printable(found.origin)} leads to", found.allowed)
        return
    yield from _ways(found)
    yield from _named("certainly passed", found.between.certain)
    yield from _named("possibly passed", found.between.possible)


def _ways(found: Explanation) -> Iterator[str]:
    ways = found.between.ways
    if not ways[0]:
        yield "  no move is needed"
        return
    moves = counted(len(ways[0]), "move")
    number = f"{MOST_WAYS} or more" if len(ways) == MOST_WAYS else f"{len(ways)}"
    kind = "the shortest way" if len(ways) == 1 else f"{number} shortest ways"
    yield f"  {kind}, {moves}; the weakest basis on the first: {_weakest(ways[0])}"
    for way in ways[:_WAYS]:
        yield ""
        yield from _way(way)
    yield ""
    if len(ways) > _WAYS:
        yield f"  and {len(ways) - _WAYS} more as short (--format json has them)"
    firmest = found.between.firmest
    if _weakest(firmest) is not _weakest(ways[0]):
        moves = counted(len(firmest), "move")
        yield f"  a longer way is firmer, {moves}; the weakest basis on it: {_weakest(firmest)}"
        yield ""
        yield from _way(firmest)
        yield ""


def _weakest(way: Sequence[Edge]) -> Basis | None:
    return Basis.weakest(edge.basis for edge in way)


def _way(way: Sequence[Edge]) -> Iterator[str]:
    yield f"    {way[0].origin}"
    width = max(len(edge.target) for edge in way)
    for edge in way:
        needs = f" [{needs_text(edge.needs)}]" if edge.needs else ""
        because = f"{edge.cause}{needs} ({edge.basis}; {edge.source})"
        yield f"    → {edge.target.ljust(width)}  {because}"


def _named(what: str, states: Sequence[State]) -> Iterator[str]:
    names = listed([state.name for state in states]) or "nothing"
    yield f"  {what}: {names}"
