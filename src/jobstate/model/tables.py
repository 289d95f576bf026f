"""A life cycle as tables: states, edges, rules and features, as text, JSON, Markdown or CSV.

Pure, with nothing but the standard library beside the life cycle: no terminal, no colours. What
comes from outside is made safe for each format.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.common.text import printable
from jobstate.errors import UnknownNameError
from jobstate.model.choices import choice_text
from jobstate.model.states import Outcome, alternatives, edge_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.links import Link
    from jobstate.model.specification import Rule
    from jobstate.model.states import Alternatives, Exclusion, Feature, Memory, Region, State

#: The version of the JSON document's shape; it rises when something in it changes or goes.
SCHEMA_VERSION = 2

#: What spreadsheets take for a formula when it begins a cell.
_FORMULA = ("=", "+", "-", "@")
#: What Markdown takes for its own, anywhere in a cell.
_MARKDOWN = re.compile(r"[\\`*\[\]<>|&~]|(?<![^\W_])_|_(?![^\W_])")
_GAP = "  "
_EDGE_COLUMNS = ("origin", "target", "cause", "needs", "after", "basis", "source")


@frozen
class Table:
    """Rows of cells under a heading.

    Attributes:
        title: The heading.
        columns: The columns' names.
        rows: The cells, as plain text.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def render(lifecycle: Lifecycle, format: str) -> str:  # noqa: A002 - what everybody calls it
    """Return the tables of a life cycle as text; CSV holds the edges alone.

    Args:
        lifecycle: Any life cycle; show a smaller one with `Lifecycle.given`.
        format: One of `FORMATS`.

    Raises:
        UnknownNameError: There is no such format; it lists those there are.
    """
    if format not in _RENDERERS:
        raise UnknownNameError("format", format, FORMATS)
    return _RENDERERS[format](lifecycle)


# --- The tables ---------------------------------------------------------------------------------


def tables_of(lifecycle: Lifecycle) -> Iterator[Table]:
    """Yield the states and edges of each region, then the rules, the features and the links."""
    for region in lifecycle.regions:
        yield _states(region)
        yield _edges(region)
    yield _rules(lifecycle.rules)
    yield _features(lifecycle.features)
    yield _links(_links_of(lifecycle))


def _states(region: Region) -> Table:
    return Table(
        title=f"{region.title}: states",
        columns=("state", "outcome", "final", "cause", "meaning", "basis", "source"),
        rows=tuple(_state(state) for state in region.states),
    )


def _state(state: State) -> tuple[str, ...]:
    name = f"{state.name} (retired)" if state.retired else state.name
    # Regions beside the job's own have no outcomes: what has ended there is not still running.
    outcome = "" if state.final and state.outcome is Outcome.RUNNING else str(state.outcome)
    # What is gone, and what reopens, is final too: the stronger word is enough.
    marks = {"gone": state.gone, "reopens": state.reopens, "yes": state.final}
    marks["steady"] = state.steady
    final = next((mark for mark, holds in marks.items() if holds), "")
    cause, basis = state.cause or "", str(state.basis)
    return (name, outcome, final, cause, state.meaning, basis, state.source)


def _edges(region: Region) -> Table:
    return Table(
        title=f"{region.title}: edges",
        columns=_EDGE_COLUMNS,
        rows=tuple(map(_edge, alternatives(region.edges))),
    )


def _edge(same: Alternatives) -> tuple[str, ...]:
    edge = same.firmest
    needs, after = ", ".join(choice_text(same.needs)), ", ".join(edge.after)
    return (edge.origin, edge.target, edge.cause, needs, after, str(edge.basis), same.source)


def _rules(rules: Iterable[Rule]) -> Table:
    return Table(
        title="Rules",
        columns=("rule", "severity", "basis", "what must be true", "source"),
        rows=tuple(
            (rule.id, str(rule.severity), str(rule.basis), rule.summary, rule.source)
            for rule in rules
        ),
    )


def _features(features: Iterable[Feature]) -> Table:
    return Table(
        title="Features",
        columns=("feature", "meaning", "shown by", "source"),
        rows=tuple(
            (each.name, each.meaning, "answers" if each.shown else "nothing", each.source)
            for each in features
        ),
    )


def _links_of(lifecycle: Lifecycle) -> tuple[Link, ...]:
    return () if lifecycle.schema is None else lifecycle.schema.links


def _links(links: Iterable[Link]) -> Table:
    return Table(
        title="Links",
        columns=("field", "what it has of the id", "leads to its", "a job of"),
        rows=tuple(
            (
                ".".join(link.path),
                f"before the last {link.before}" if link.before else "all",
                "child" if link.child else "parent",
                link.to,
            )
            for link in links
        ),
    )


# --- Text ---------------------------------------------------------------------------------------


def _text(lifecycle: Lifecycle) -> str:
    blocks = [printable(f"{lifecycle.title} ({lifecycle})")]
    blocks += [_aligned(table) for table in tables_of(lifecycle) if table.rows]
    return "\n\n".join(blocks) + "\n"


def _aligned(table: Table) -> str:
    head = tuple(column.upper() for column in table.columns)
    cells = [tuple(map(printable, row)) for row in (head, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([printable(table.title), *(f"{_GAP}{line}" for line in lines)])


# --- Markdown -----------------------------------------------------------------------------------


def _markdown(lifecycle: Lifecycle) -> str:
    blocks = [f"# {cell(lifecycle.title)}", f"The life cycle {cell(str(lifecycle))}."]
    for table in tables_of(lifecycle):
        if table.rows:
            blocks += [f"## {cell(table.title)}", markdown_table(table.columns, table.rows)]
    return "\n\n".join(blocks) + "\n"


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as GitHub's Markdown; the cells are plain text and get escaped."""
    lines = [columns, ["---"] * len(columns), *([cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Return plain text as Markdown shows it in a cell: on one line, nothing in it special."""
    return _MARKDOWN.sub(r"\\\g<0>", printable(text))


# --- CSV ----------------------------------------------------------------------------------------


def _csv(lifecycle: Lifecycle) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("region", *_EDGE_COLUMNS))
    for region in lifecycle.regions:
        for row in _edges(region).rows:
            writer.writerow([_defused(each) for each in (region.name, *row)])
    return file.getvalue()


def _defused(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe marks it as text."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


# --- JSON ---------------------------------------------------------------------------------------


def _json(lifecycle: Lifecycle) -> str:
    return json.dumps(to_dict(lifecycle), indent=2) + "\n"


def to_dict(lifecycle: Lifecycle) -> dict[str, object]:
    """Return all of a life cycle that is data; of a rule's tests only what they are for."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": lifecycle.name,
        "version": lifecycle.version,
        "title": lifecycle.title,
        "given": dict(lifecycle.assumed),
        "regions": [_region_dict(region) for region in lifecycle.regions],
        "features": [_feature_dict(each) for each in lifecycle.features],
        "exclusions": [_exclusion_dict(each) for each in lifecycle.exclusions],
        "memories": [_memory_dict(each) for each in lifecycle.memories],
        "rules": [_rule_dict(each) for each in lifecycle.rules],
        "links": [_link_dict(each) for each in _links_of(lifecycle)],
    }


def _region_dict(region: Region) -> dict[str, object]:
    return {
        "name": region.name,
        "title": region.title,
        "initial": {name: dict(needs) for name, needs in region.initial.items()},
        "needs": dict(region.needs),
        "field": region.field,
        "history": region.history,
        "prefix": region.prefix,
        "states": [_state_dict(state) for state in region.states],
        "edges": [edge_dict(edge) for edge in region.edges],
    }


def _state_dict(state: State) -> dict[str, object]:
    return {
        "name": state.name,
        "primary": state.primary,
        "secondary": state.secondary,
        "outcome": str(state.outcome),
        "cause": state.cause,
        "final": state.final,
        "reopens": state.reopens,
        "steady": state.steady,
        "gone": state.gone,
        "retired": state.retired,
        "meaning": state.meaning,
        "basis": str(state.basis),
        "source": state.source,
    }


def _feature_dict(feature: Feature) -> dict[str, object]:
    return {
        "name": feature.name,
        "meaning": feature.meaning,
        "source": feature.source,
        "shown": feature.shown,
    }


def _exclusion_dict(exclusion: Exclusion) -> dict[str, object]:
    return {
        "features": list(exclusion.features),
        "rule": exclusion.rule,
        "basis": str(exclusion.basis),
        "source": exclusion.source,
    }


def _memory_dict(memory: Memory) -> dict[str, object]:
    return {
        "name": memory.name,
        "region": memory.region,
        "states": sorted(memory.states),
        "rule": memory.rule,
    }


def _rule_dict(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "severity": str(rule.severity),
        "basis": str(rule.basis),
        "summary": rule.summary,
        "source": rule.source,
    }


def _link_dict(link: Link) -> dict[str, object]:
    return {
        "field": ".".join(link.path),
        "to": link.to,
        "before": link.before,
        "child": link.child,
    }


_RENDERERS: Mapping[str, Callable[[Lifecycle], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
}

#: The formats that `render` knows.
FORMATS = tuple(_RENDERERS)
