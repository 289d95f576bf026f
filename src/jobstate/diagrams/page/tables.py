"""The tables of a compiled life cycle as JSON-able data, for the page's judge.

What `jobstate.automaton.automaton` has compiled is written down, nothing is worked out again: the
hidden states and their moves, also those with one requirement lifted (which tell why something is
refused), the statuses known, the rules that are data, the sentences that say what is wrong.
"""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

import attrs

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.bitsets import bits
from jobstate.common.text import printable
from jobstate.conformance.answers import NO_ANSWER
from jobstate.conformance.between import LONGEST_VALUE
from jobstate.conformance.diagnosis import NEEDS, needs_of, requirements, visible_text
from jobstate.conformance.judge import judge_of
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.conformance.violations import MOST_TOLD
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.page.answer_tables import finding_table, schema_table
from jobstate.diagrams.page.rule_tables import (
    findings_in,
    findings_of,
    rule_tables,
    sentences,
)
from jobstate.model.choices import choice_text
from jobstate.model.lifecycle import assumed_text
from jobstate.model.outcome import Result, finer, same_end
from jobstate.model.states import UNKNOWN_CAUSE, Outcome, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.diagrams.graph.graph import Arrow, Diagram, Node
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.diagrams.page.rule_tables import Table
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Needs, Region, State


def tables(lifecycle: Lifecycle, layout: Layout | None = None) -> Table:
    """Return what a reader needs to show a life cycle and to judge answers by it.

    Args:
        lifecycle: Any life cycle.
        layout: Where its picture stands, for which labels belong to which arrows.
    """
    automata = compile_lifecycle(lifecycle)
    diagram = diagram_of(lifecycle)
    arrows = {arrow.id: place for place, arrow in enumerate(diagram.arrows)}
    nodes = iter(diagram.nodes)  # in the order of regions and states
    return {
        "lifecycle": {
            "name": printable(lifecycle.name),
            "version": printable(lifecycle.version),
            "title": diagram.title,
            "text": printable(str(lifecycle)),
            "assumed": assumed_text(lifecycle.assumed),
        },
        "sentences": sentences(),
        "nothing": attrs.asdict(NO_ANSWER),
        "most": {"samples": MOST_SAMPLES, "told": MOST_TOLD, "value": LONGEST_VALUE},
        "features": [each.name for each in lifecycle.features],
        "judge": _judge(lifecycle),
        "ends": dict(_ends()),
        "memories": [
            {"name": each.name, "rule": each.rule, "states": sorted(each.states)}
            for each in lifecycle.memories
        ],
        **rule_tables(lifecycle),
        "findings": findings_of(lifecycle),
        "regions": [
            _region(lifecycle, automata[region.name], diagram, [next(nodes) for _ in region.states])
            for region in lifecycle.regions
        ],
        "arrows": list(arrows),
        # In the order in which the SVG has the labels.
        "labels": [
            [arrows[arrow.id] for arrow in line.arrows]
            for line in (layout.lines if layout else ())
            if line.label is not None
        ],
        "starts": [attrs.asdict(each) for each in diagram.starts],
        "schema": schema_table(lifecycle),
        "finding": finding_table(lifecycle),
    }


def _judge(lifecycle: Lifecycle) -> Table:
    """Return which region tells what, and what answers call the times that order them."""
    judge = judge_of(lifecycle)
    return {
        "mainRegion": judge.main,
        "moveRules": _move_rules(lifecycle),
        "historyRegion": judge.history or None,
        "historyField": judge.history_field,
    }


def _ends() -> Iterator[tuple[str, str]]:
    """Yield which results can be one end, known more or less well, and its outcome then.

    Each two are named by their outcomes and by whether the cause of the second is unknown.
    """
    for was, now, cause in product(Outcome, Outcome, (None, UNKNOWN_CAUSE)):
        one, other = (Result(each, final=True, gone=False, cause=cause) for each in (was, now))
        if same_end(one, other):
            said = "true" if cause else "false"
            yield f"{was},{now},{said}", str(finer(one, other).outcome)


def _move_rules(lifecycle: Lifecycle) -> list[str]:
    """Return the rules that moves break, rather than what stands beside a status."""
    kinds = ("illegal-pair", "illegal-start", "illegal-transition")
    own = [f"{region.prefix}{kind}" for region in lifecycle.regions for kind in kinds]
    return ["feature-changed", *own, *(each.rule for each in lifecycle.memories)]


# --- Regions ------------------------------------------------------------------------------------


def _region(
    lifecycle: Lifecycle, automaton: Automaton, diagram: Diagram, nodes: list[Node]
) -> Table:
    region = automaton.region
    places = {state.name: place for place, state in enumerate(region.states)}
    arrows = {
        (arrow.origin, arrow.target): (place, arrow) for place, arrow in enumerate(diagram.arrows)
    }
    without = judge_of(lifecycle).diagnosis.without
    lifted = {name: without(name)[region.name] for name in requirements(lifecycle)}
    # The same numbers everywhere, so that a hidden state is found again where something is lifted.
    hidden = chain(automaton.hidden, *(each.hidden for each in lifted.values()))
    sets = {
        features: place
        for place, features in enumerate(dict.fromkeys(one.features for one in hidden))
    }
    return {
        "name": region.name,
        "title": printable(region.title),
        "field": region.field,
        "history": region.history,
        "prefix": region.prefix,
        "needs": dict(region.needs),
        "states": _columns(_state(*each) for each in zip(region.states, nodes, strict=True)),
        # What `given` has ruled out may be shown all the same, and is what the job has come to.
        "excluded": [
            {"primary": state.primary, **_end(state)}
            for name, state in lifecycle.ruled_out
            if name == region.name
        ],
        "edges": _columns(_edges(region, places, nodes, arrows)),
        "words": {name: sorted(words) for name, words in _words(automaton).items()},
        "anything": automaton.estimate(automaton.everything).label,
        "start": list(bits(automaton.start.mask)),
        "passed": {each.name: visible_text(region, each.states) for each in lifecycle.memories},
        "features": [dict(each) for each in sets],
        "findings": findings_in(region),
        "automaton": _automaton(automaton, places, sets),
        "lifted": {
            name: _automaton(each, places, sets, needs=region if name == NEEDS else None)
            for name, each in lifted.items()
        },
    }


def _words(automaton: Automaton) -> dict[str, set[str]]:
    words = automaton.words
    return {
        "states": set(words.states),
        "primaries": words.primaries,
        "secondaries": words.secondaries,
        "visible": words.visible,
    }


def _state(state: State, node: Node) -> Table:
    return {
        "id": node.id,
        "group": node.group,
        "primary": state.primary,
        "secondary": state.secondary,
        "visible": state.visible,
        **_end(state),
        "retired": state.retired,
        "meaning": node.meaning,
        "basis": str(state.basis),
        "source": node.source,
    }


def _end(state: State) -> Table:
    return {
        "name": state.name,
        "outcome": str(state.outcome),
        "final": state.final,
        "reopens": state.reopens,
        "steady": state.steady,
        "gone": state.gone,
        "cause": state.cause,
        "finer": sorted(map(str, state.finer)),
    }


def _edges(
    region: Region,
    places: dict[str, int],
    nodes: list[Node],
    arrows: dict[tuple[str, str], tuple[int, Arrow]],
) -> list[Table]:
    found = []
    seen: dict[str, int] = {}
    for same in alternatives(region.edges):
        edge = same.firmest
        origin, target = places[edge.origin], places[edge.target]
        number, arrow = arrows[nodes[origin].id, nodes[target].id]
        cause = arrow.causes[seen.setdefault(arrow.id, 0)]  # both are in the life cycle's order
        seen[arrow.id] += 1
        found.append(
            {
                "origin": origin,
                "target": target,
                "arrow": number,
                "cause": edge.cause,
                "guard": cause.guard,
                "needs": choice_text(same.needs),
                "basis": str(edge.basis),
                "source": cause.source,
            }
        )
    return found


def _automaton(
    automaton: Automaton,
    places: dict[str, int],
    sets: Mapping[Needs, int],
    needs: Region | None = None,
) -> Table:
    """Return hidden states, each as (state, set of features), and the targets of their moves.

    Where a region's needs are lifted, each target is followed by the edge that leads there, and
    of each edge there is what those of the region need.
    """
    table: Table = {"hidden": [[places[one.state], sets[one.features]] for one in automaton.hidden]}
    if needs is None:
        targets = ({target for _, target in leaving} for leaving in automaton.moves)
        moves = [[(target - here,) for target in sorted(own)] for here, own in enumerate(targets)]
        return table | _rows(moves)
    edges = list(dict.fromkeys(automaton.region.edges))
    index = {edge: place for place, edge in enumerate(edges)}
    by_edge = [
        [(target - here, index[edge]) for edge, target in leaving]
        for here, leaving in enumerate(automaton.moves)
    ]
    return table | {"edges": [needs_of(needs, edge) for edge in edges]} | _rows(by_edge)


def _columns(rows: Iterable[Table]) -> Table:
    """Return rows that have the same fields as a column for each, which says each name once."""
    columns: Table = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns


def _rows(moves: Sequence[Sequence[tuple[int, ...]]]) -> Table:
    """Return moves as few different rows: those of jobs with other features mostly look alike.

    A row holds how far each target is from here; ``by`` has the edge to each, where that is told.
    """
    rows = list(dict.fromkeys(map(tuple, moves)))
    number = {row: place for place, row in enumerate(rows)}
    return {
        "rows": [[far for far, *_ in row] for row in rows],
        "by": [[edge for _, *by in row for edge in by] for row in rows],
        "row": [number[tuple(row)] for row in moves],
    }
