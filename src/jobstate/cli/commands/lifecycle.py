"""``jobstate lifecycle``: the life cycle itself, what is doubtful about one, or a new one."""

from __future__ import annotations

import json
import sys
import textwrap
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.cli.doubts import Doubt, doubts, doubts_when_tried
from jobstate.cli.importing import imported
from jobstate.cli.lifecycle_text import in_full, overview
from jobstate.cli.lifecycles import Given, Kind, Own, lifecycle_of, tightened
from jobstate.cli.new_lifecycle import new_lifecycle
from jobstate.cli.shell import VIOLATIONS, complain, emit, run, wrong_option
from jobstate.cli.terminal import Paint
from jobstate.common.text import counted, printable
from jobstate.errors import MissingExtraError
from jobstate.model.states import alternatives
from jobstate.model.tables import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.model.lifecycle import Lifecycle

IN_SHORT: Final = "Print the life cycle of a kind of job, or check one of yours."
HELP: Final = f"""\b
Examples:
  jobstate lifecycle
  jobstate lifecycle --all --given spot=no
  jobstate lifecycle --format csv > moves.csv
  jobstate lifecycle --new order > order.py
  jobstate lifecycle --check order:ORDER

{IN_SHORT}

A life cycle of your own begins with --new, which prints a Python file that works. --check says what
is doubtful about one that is valid: states, moves and rules without a source or only inferred,
states that nothing leads out of, fields that no answer has, rules that never fire, legal lives that
break a rule.

\b
Exit codes:
  0  printed; with --check, nothing is doubtful
  1  with --check, something is doubtful
  2  a life cycle of your own that can't be used, or a wrong option
"""

_WIDTH: Final = 100
_INDENT: Final = " " * 6
_JOINED: Final = "\xa0"


class LifecycleFormat(StrEnum):
    """How the life cycle is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"


#: The formats of doubts.
_DOUBTS_AS: Final = (LifecycleFormat.TEXT, LifecycleFormat.JSON)

Chosen = Annotated[LifecycleFormat, typer.Option("--format", help="For people, or for programs.")]
Doubtful = Annotated[
    str | None,
    typer.Option(
        "--check", metavar="MODULE:NAME", help="Say what is doubtful about a life cycle of yours."
    ),
]
New = Annotated[
    str | None,
    typer.Option(
        "--new", metavar="NAME", help="Print a Python file with a life cycle to begin with."
    ),
]
Every = Annotated[
    bool, typer.Option("--all", help="Every state, move and rule, not only what fits a screen.")
]


def lifecycle(  # noqa: PLR0913 - the options of a command
    *,
    kind: Kind = None,
    own: Own = None,
    given: Given = None,
    chosen: Chosen = LifecycleFormat.TEXT,
    doubtful: Doubtful = None,
    new: New = None,
    every: Every = False,
) -> None:
    """Print the life cycle, the doubts about one, or a new one."""
    _ensure_alone({"--check": doubtful, "--new": new}, (kind, own, given, every))
    if new is not None:
        lines: Iterable[str] = [new_lifecycle(new)]
    elif doubtful is not None:
        if chosen not in _DOUBTS_AS:
            text = f"doubts are printed as text or json, not as {chosen}"
            raise wrong_option(text, "--format")
        looked_at = imported(doubtful)
        run(lambda: _check(looked_at, chosen))
    else:
        printed = tightened(lifecycle_of(kind, own), given)
        if chosen is LifecycleFormat.TEXT:
            paint = Paint.on(sys.stdout)
            lines = paint.folded((in_full if every else overview)(printed, paint))
        else:
            lines = [render(printed, chosen.value)]

    def work() -> int:
        for line in lines:
            emit(line)
        return 0

    run(work)


def _ensure_alone(asked: dict[str, str | None], others: tuple[object, ...]) -> None:
    """Refuse what says twice which life cycle is meant.

    Raises:
        typer.BadParameter: It does.
    """
    there = [name for name, value in asked.items() if value is not None]
    if there and (len(there) > 1 or any(others)):
        text = "it goes with --format alone" if there == ["--check"] else "it goes alone"
        raise wrong_option(text, there[-1])


def _check(lifecycle: Lifecycle, chosen: LifecycleFormat) -> int:
    found = list(doubts(lifecycle))
    try:
        found += doubts_when_tried(lifecycle)
    except MissingExtraError as error:
        complain(f"no life was told and no rule tried: {error}")
    if chosen is LifecycleFormat.JSON:
        said = [each.to_dict() for each in found]
        emit(json.dumps({"name": lifecycle.name, "version": lifecycle.version, "doubts": said}))
    else:
        paint = Paint.on(sys.stdout)
        for line in paint.folded(_text(lifecycle, found, paint)):
            emit(line)
    return VIOLATIONS if found else 0


def _text(lifecycle: Lifecycle, found: Sequence[Doubt], paint: Paint) -> Iterator[str]:
    counts = [
        counted(sum(len(region.states) for region in lifecycle.regions), "state"),
        counted(sum(len(alternatives(region.edges)) for region in lifecycle.regions), "move"),
        counted(len(lifecycle.declared_rules), "rule"),
    ]
    yield f"{printable(str(lifecycle))}: {', '.join(counts)} of its own"
    for doubt in found:
        yield f"  {paint.odd(printable(doubt.text))}"
        # What belongs together stays on one line: a no-break space is none to textwrap.
        rows = ", ".join(printable(row).replace(" ", _JOINED) for row in doubt.rows)
        width = min(_WIDTH, paint.width or _WIDTH) - len(_INDENT)
        for line in textwrap.wrap(rows, width, break_on_hyphens=False):
            yield f"{_INDENT}{line.replace(_JOINED, ' ')}"
    yield paint.odd(counted(len(found), "doubt")) if found else paint.good("nothing is doubtful")
