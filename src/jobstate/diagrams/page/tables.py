"""The tables of a compiled life cycle as JSON-able data, for the page's judge.

What `jobstate.automaton.automaton` has compiled is written down, nothing is worked out again: the
hidden states and their moves, also those with one requirement lifted (which tell why something is
refused), the statuses known, the rules that are data, the sentences that say what is wrong.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from jobstate import errors
from jobstate.automaton.automaton import UNKNOWN, compile_lifecycle
from jobstate.automaton.bitsets import bits
from jobstate.common.text import printable
from jobstate.conformance import between, diagnosis, histories, modified_times, rules
from jobstate.conformance.answers import NO_ANSWER
from jobstate.conformance.between import LONGEST_VALUE
from jobstate.conformance.diagnosis import NEEDS, requirements
from jobstate.conformance.judge import judge_of
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.conformance.violations import MOST_TOLD
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.finding.recognition import Recogniser
from jobstate.model import states
from jobstate.model.answer_schema import DEEPEST
from jobstate.model.choices import choice_text
from jobstate.model.lifecycle import assumed_text
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.model.states import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.automaton.automaton import Automaton
    from jobstate.diagrams.graph.graph import Arrow, Diagram, Node
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.rule_tests import Where
    from jobstate.model.specification import Rule
    from jobstate.model.states import Region, State

#: What JSON can hold.
Table: TypeAlias = dict[str, Any]


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
        "unknown": UNKNOWN,
        "sentences": dict(chain.from_iterable(map(dict.items, SENTENCES))),
        "nothing": attrs.asdict(NO_ANSWER),
        "most": {"samples": MOST_SAMPLES, "told": MOST_TOLD, "value": LONGEST_VALUE},
        "features": [each.name for each in lifecycle.features],
        "exclusions": [
            {"features": list(each.features), "rule": each.rule} for each in lifecycle.exclusions
        ],
        "memories": [
            {"name": each.name, "rule": each.rule, "states": sorted(each.states)}
            for each in lifecycle.memories
        ],
        "rules": [_rule(each) for each in lifecycle.rules],
        "requires": list(_requires(lifecycle)),
        "orders": [
            {"rule": rule.id, "fields": list(test.fields)}
            for rule, test in _tests(lifecycle, InOrder)
        ],
        "exactly": [
            {"rule": rule.id, "field": test.field, "when": _where(lifecycle, test.when)}
            for rule, test in _tests(lifecycle, ExactlyWhen)
        ],
        "sums": [
            {"rule": rule.id, "fields": list(test.fields), "others": list(test.others)}
            for rule, test in _tests(lifecycle, Sums)
        ],
        "between": list(_between(lifecycle)),
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
        "schema": _schema(lifecycle),
    }


# --- Sentences ----------------------------------------------------------------------------------

#: What is said, by keys that differ: each sentence stands next to what it is about.
SENTENCES: Final = tuple(
    module.SENTENCES
    for module in (states, errors, diagnosis, rules, between, histories, modified_times)
)


# --- Rules --------------------------------------------------------------------------------------


#: The tests that are data.
_DATA: Final = (Requires, ExactlyWhen, InOrder, Sums, Grows, Fixed)


def _rule(rule: Rule) -> Table:
    return {
        "id": rule.id,
        "summary": printable(rule.summary),
        "basis": str(rule.basis),
        "source": printable(rule.source),
        "severity": str(rule.severity),
        # A function can't be written down: the page says that it does not judge by these.
        "judged": all(isinstance(test, _DATA) for test in rule.tests),
    }


def _requires(lifecycle: Lifecycle) -> list[Table]:
    return [
        {
            "rule": rule.id,
            "field": test.field,
            "when": None if test.when is None else _where(lifecycle, test.when),
            "then": _where(lifecycle, test.then),
        }
        for rule, test in _tests(lifecycle, Requires)
    ] + [
        {
            "rule": rule.id,
            "field": test.field,
            "when": None,
            "then": _where(lifecycle, test.when),
        }
        for rule, test in _tests(lifecycle, ExactlyWhen)
    ]


def _between(lifecycle: Lifecycle) -> Iterator[Table]:
    """Yield the tests of two answers in the order of their rules."""
    for rule in lifecycle.rules:
        for test in rule.tests:
            if isinstance(test, (Grows, Fixed)):
                grows = isinstance(test, Grows)
                yield {"rule": rule.id, "fields": list(test.fields), "grows": grows}


_Test = TypeVar("_Test")


def _tests(lifecycle: Lifecycle, kind: type[_Test]) -> Iterator[tuple[Rule, _Test]]:
    for rule in lifecycle.rules:
        yield from ((rule, test) for test in _chosen(rule.tests, kind))


def _chosen(tests: Iterable[object], kind: type[_Test]) -> Iterator[_Test]:
    return (each for each in tests if isinstance(each, kind))


def _where(lifecycle: Lifecycle, where: Where) -> Table:
    states = lifecycle.region(where.region).states
    return {
        "region": where.region,
        "states": [place for place, state in enumerate(states) if where.holds(state)],
    }


# --- Regions ------------------------------------------------------------------------------------


def _region(
    lifecycle: Lifecycle, automaton: Automaton, diagram: Diagram, nodes: list[Node]
) -> Table:
    region = automaton.region
    places = {state.name: place for place, state in enumerate(region.states)}
    arrows = {
        (arrow.origin, arrow.target): (place, arrow) for place, arrow in enumerate(diagram.arrows)
    }
    refusal = judge_of(lifecycle).diagnosis
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
        "automaton": _automaton(automaton, places),
        "lifted": {
            name: _automaton(refusal.without(name)[region.name], places, with_edges=name == NEEDS)
            for name in requirements(lifecycle)
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


def _automaton(automaton: Automaton, places: dict[str, int], *, with_edges: bool = False) -> Table:
    """Return hidden states, each as (state, set of features), and the targets of their moves.

    With edges, each target is followed by the edge that leads there.
    """
    sets = list(dict.fromkeys(one.features for one in automaton.hidden))
    number = {features: place for place, features in enumerate(sets)}
    edges = list(dict.fromkeys(automaton.region.edges))
    index = {edge: place for place, edge in enumerate(edges)}
    table: Table = {
        "features": [dict(features) for features in sets],
        "hidden": [[places[one.state], number[one.features]] for one in automaton.hidden],
    }
    moves: list[list[tuple[int, ...]]]
    if with_edges:
        moves = [
            [(target - here, index[edge]) for edge, target in leaving]
            for here, leaving in enumerate(automaton.moves)
        ]
        table["edges"] = [
            [places[edge.origin], places[edge.target], edge.cause, edge.basis.weakness]
            for edge in edges
        ]
    else:
        moves = [
            [(each,) for each in sorted({target - here for _, target in leaving})]
            for here, leaving in enumerate(automaton.moves)
        ]
    return table | _rows(moves)


def _columns(rows: Iterable[Table]) -> Table:
    """Return rows that have the same fields as a column for each, which says each name once."""
    columns: Table = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns


def _rows(moves: list[list[tuple[int, ...]]]) -> Table:
    """Return moves as few different rows: those of jobs with other features mostly look alike.

    A row holds what it takes to each target, one after the other: how far it is from here.
    """
    flat = [tuple(chain.from_iterable(row)) for row in moves]
    rows = list(dict.fromkeys(flat))
    number = {row: place for place, row in enumerate(rows)}
    return {"rows": [list(row) for row in rows], "row": [number[row] for row in flat]}


# --- Answers ------------------------------------------------------------------------------------


#: What of a schema only those need who make answers.
_UNREAD: Final = frozenset(
    {"write", "actions", "codes", "listing", "asked", "at_creation", "offspring"}
)


def _schema(lifecycle: Lifecycle) -> Table | None:
    """Return what answers look like without what is empty; None where nobody has written it."""
    schema = lifecycle.schema
    if schema is None:
        return None
    possible = [sorted(schema.possible(shape)) for shape in schema.shapes]
    said = attrs.asdict(schema, filter=lambda each, value: bool(value) and each.name not in _UNREAD)
    examples = [attrs.asdict(each) for each in schema.examples()]
    recogniser = Recogniser([lifecycle])
    return said | {
        "no_answer": {"lacking": recogniser.lacking(lifecycle), "nothing": recogniser.nothing},
        "possible": possible,
        "lists": schema.lists,
        "deepest": DEEPEST,
        "examples": examples,
    }
