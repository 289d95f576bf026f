"""A life cycle as people read it: what fits a screen first, or all of it in tables.

Pure: a life cycle in, lines out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.cli.width import table
from jobstate.common.text import counted, printable
from jobstate.model.specification import Severity
from jobstate.model.states import Outcome, alternatives
from jobstate.model.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.cli.terminal import Paint
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Region, State


def overview(lifecycle: Lifecycle, paint: Paint) -> Iterator[str]:
    """Yield what there is in a life cycle: its statuses, what they come to, features, numbers."""
    yield _title(lifecycle, paint)
    regions = lifecycle.regions
    for region in regions:
        yield from _section(region.title, list(_statuses(region)), paint, head=False)
    features = [(each.name, each.meaning) for each in lifecycle.features]
    yield from _section("Features, for --given FEATURE=yes|no", features, paint, head=False)
    moves = sum(len(alternatives(region.edges)) for region in regions)
    states = sum(len(region.states) for region in regions)
    notes = sum(rule.severity is Severity.NOTE for rule in lifecycle.rules)
    rules = counted(len(lifecycle.rules), "rule") + (f" ({notes} of them notes)" if notes else "")
    yield ""
    yield f"{counted(moves, 'move')} between {counted(states, 'state')}, {rules}"
    yield "--all: each of them, with how and from where it is known"
    yield "jobstate explain FROM TO: what lies between two statuses"


def in_full(lifecycle: Lifecycle, paint: Paint) -> Iterator[str]:
    """Yield every table of a life cycle."""
    yield _title(lifecycle, paint)
    for each in tables_of(lifecycle):
        if each.rows:
            head = tuple(column.upper() for column in each.columns)
            yield from _section(each.title, [head, *each.rows], paint)


def _title(lifecycle: Lifecycle, paint: Paint) -> str:
    return paint.bold(printable(f"{lifecycle.title} ({lifecycle})"))


def _section(
    title: str, rows: Sequence[Sequence[str]], paint: Paint, *, head: bool = True
) -> Iterator[str]:
    if rows:
        yield from ("", paint.bold(printable(title)))
        cells = [tuple(map(printable, row)) for row in rows]
        yield from (f"  {line}" for line in table(cells, paint.narrower(2).width, head=head))


def _statuses(region: Region) -> Iterator[tuple[str, str, str]]:
    """Yield the primary statuses, what they come to, and their secondary ones or what they mean."""
    of: dict[str, list[State]] = {}
    for state in region.states:
        of.setdefault(state.primary, []).append(state)
    for primary, states in of.items():
        supported = [state for state in states if not state.retired]
        more = ", ".join(state.secondary or state.meaning for state in supported)
        retired = len(states) - len(supported)
        yield primary, _came_to(states), f"{more}; {retired} retired" if retired else more


def _came_to(states: Sequence[State]) -> str:
    if all(state.gone for state in states):
        return "as before"
    # Regions beside the job's own have no outcomes: what has ended there is not still running.
    outcomes = (
        str(state.outcome).replace("_", " ")
        for state in states
        if not state.final or state.outcome is not Outcome.RUNNING
    )
    return ", ".join(dict.fromkeys(outcomes))
