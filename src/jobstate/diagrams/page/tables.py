"""The tables of a compiled life cycle as JSON-able data, for the page's judge.

What `jobstate.automaton.automaton` has compiled is written down, nothing is worked out again: the
hidden states and their moves, also those with one requirement lifted (which tell why something is
refused), the statuses known, the rules that are data, the sentences that say what is wrong.
"""

from __future__ import annotations

import re
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from jobstate import errors
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.bitsets import bits
from jobstate.common.text import printable
from jobstate.conformance import between, diagnosis, histories, modified_times, rules
from jobstate.conformance.answers import NO_ANSWER, of_kind
from jobstate.conformance.between import LONGEST_VALUE
from jobstate.conformance.diagnosis import NEEDS, needs_of, requirements, visible_text
from jobstate.conformance.judge import judge_of
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.conformance.report import SCHEMA_VERSION
from jobstate.conformance.rules import exclusion_text, sum_path
from jobstate.conformance.violations import MOST_TOLD
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.finding.finder import CLOSED, MOST_LAYERS, MOST_VALUES, TOO_MANY
from jobstate.finding.recognition import AS_TEXTS, IDS, NO_KINDS, STATUS, Recogniser
from jobstate.model import states
from jobstate.model.answer_schema import DEEPEST
from jobstate.model.choices import choice_text
from jobstate.model.failure_causes import LeadingKind
from jobstate.model.fields import Field, FieldKind
from jobstate.model.lifecycle import assumed_text
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.model.schema_reader import own_fields
from jobstate.model.states import alternatives
from jobstate.model.values import A_MAPPING, A_SEGMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.diagrams.graph.graph import Arrow, Diagram, Node
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.rule_tests import Where
    from jobstate.model.specification import Rule
    from jobstate.model.states import Exclusion, Needs, Region, State

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
        "sentences": dict(chain.from_iterable(map(dict.items, SENTENCES))),
        "nothing": attrs.asdict(NO_ANSWER),
        "most": {"samples": MOST_SAMPLES, "told": MOST_TOLD, "value": LONGEST_VALUE},
        "features": [each.name for each in lifecycle.features],
        "exclusions": [_exclusion(each) for each in lifecycle.exclusions],
        "judge": _judge(lifecycle),
        "memories": [
            {"name": each.name, "rule": each.rule, "states": sorted(each.states)}
            for each in lifecycle.memories
        ],
        "rules": [_rule(each) for each in lifecycle.rules],
        "requires": list(_requires(lifecycle)),
        "orders": [
            {"rule": rule.id, "other": low, "field": high}
            for rule, test in _tests(lifecycle, InOrder)
            for low, high in combinations(test.fields, 2)
        ],
        "exactly": [
            {"rule": rule.id, "field": test.field, "when": _where(lifecycle, test.when)}
            for rule, test in _tests(lifecycle, ExactlyWhen)
        ],
        "sums": [
            {
                "rule": rule.id,
                "sides": [list(test.fields), list(test.others)],
                "fields": " + ".join(test.fields),
                "others": " + ".join(test.others),
                "path": sum_path(test),
            }
            for rule, test in _tests(lifecycle, Sums)
        ],
        "between": [
            {"rule": rule.id, "field": name, "grows": isinstance(test, Grows)}
            for rule in lifecycle.rules
            for test in rule.tests
            if isinstance(test, (Grows, Fixed))
            for name in test.fields
        ],
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
        "finding": _finding(lifecycle) if lifecycle.schema else None,
    }


# --- Sentences ----------------------------------------------------------------------------------

#: What is said, by keys that differ: each sentence stands next to what it is about.
SENTENCES: Final = tuple(
    module.SENTENCES
    for module in (states, errors, diagnosis, rules, between, histories, modified_times)
)


def _judge(lifecycle: Lifecycle) -> Table:
    """Return which region tells what, and what answers call the times that order them."""
    judge = judge_of(lifecycle)
    return {
        "mainRegion": judge.main,
        "moveRules": _move_rules(lifecycle),
        "historyRegion": judge.history or None,
        "historyField": judge.history_field,
        "modifiedField": judge.modified_field,
    }


def _move_rules(lifecycle: Lifecycle) -> list[str]:
    """Return the rules that moves break, rather than what stands beside a status."""
    kinds = ("illegal-pair", "illegal-start", "illegal-transition")
    own = [f"{region.prefix}{kind}" for region in lifecycle.regions for kind in kinds]
    return ["feature-changed", *own, *(each.rule for each in lifecycle.memories)]


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


def _exclusion(exclusion: Exclusion) -> Table:
    """Return features that exclude each other, with what is said of a job that shows them all."""
    message, seen, allowed = exclusion_text(exclusion)
    said = {"message": message, "seen": seen, "allowed": allowed}
    return {"features": list(exclusion.features), "rule": exclusion.rule, **said}


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


_Test = TypeVar("_Test")


def _tests(lifecycle: Lifecycle, kind: type[_Test]) -> Iterator[tuple[Rule, _Test]]:
    for rule in lifecycle.rules:
        yield from ((rule, test) for test in _chosen(rule.tests, kind))


def _chosen(tests: Iterable[object], kind: type[_Test]) -> Iterator[_Test]:
    return (each for each in tests if isinstance(each, kind))


def _where(lifecycle: Lifecycle, where: Where) -> Table:
    region = lifecycle.region(where.region)
    there = [place for place, state in enumerate(region.states) if where.holds(state)]
    names = [region.states[place].name for place in there]
    return {"region": where.region, "states": there, "names": names, "path": region.field}


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


# --- Answers ------------------------------------------------------------------------------------


#: What of a schema only those need who make answers.
_UNREAD: Final = frozenset(
    {"write", "actions", "codes", "listing", "asked", "at_creation", "offspring"}
)
#: What of it is said in the fields that it is of.
_IN_FIELDS: Final = frozenset({"mapping", "segment"})


def _schema(lifecycle: Lifecycle) -> Table | None:
    """Return what answers look like without what is empty; None where nobody has written it."""
    schema = lifecycle.schema
    if schema is None:
        return None
    said = attrs.asdict(schema, filter=lambda each, value: bool(value) and each.name not in _UNREAD)
    shapes = [
        {
            "fields": _fields(shape.fields),
            "own": sorted(own_fields(schema, place)),
            "possible": sorted(schema.possible(shape)),
        }
        for place, shape in enumerate(schema.shapes)
    ]
    told = lifecycle.failure_cause
    causes = attrs.asdict(told) if isinstance(told, LeadingKind) else None
    expected = {key: each for key, each in schema.expected.items() if key not in _IN_FIELDS}
    return said | {
        "shapes": shapes,
        "expected": expected,
        "causes": causes,
        "lists": schema.lists,
        "examples": [attrs.asdict(each) for each in schema.examples()],
    }


def _fields(fields: Mapping[str, Field]) -> Table:
    return {name: _field(each) for name, each in fields.items()}


def _field(each: Field) -> Table:
    """Return a field as the page reads it: lists are of one kind, whatever they hold."""
    said: Table = {
        "kind": str(each.kind),
        "expected": each.expected,
        "required": each.required,
        "shortest": each.shortest,
        "longest": each.longest,
        "pattern": each.pattern,
        "segments": list(_segments(each)),
        "fields": _fields(each.fields),
    }
    inner = each.each
    if each.kind is FieldKind.PARTS:
        inner = Field(kind=FieldKind.PART, expected=A_MAPPING, fields=each.fields)
    if inner is not None:
        said |= {"kind": "list", "fields": {}, "each": _field(inner)}
    return {name: value for name, value in said.items() if value}


def _segments(each: Field) -> Iterator[Table]:
    """Yield what a text has to begin with so that each of its segments is right, in their order."""
    begin = ""
    for segment in each.segments:
        end = f"(?:{re.escape(segment.end)}|$)" if segment.end else "$"
        said = {"expected": each.expected, "segment": segment.name, "right": segment.expected}
        yield {
            "pattern": f"{begin}(?:{segment.pattern}){end}",
            "expected": A_SEGMENT.format(**said) if segment.name else each.expected,
        }
        begin += f"(?:{segment.pattern}){end}"


#: What is right of a line that the check did not print so.
A_REPORT: Final = f"a line of jobstate check --format json, schema version {SCHEMA_VERSION}"


def _finding(lifecycle: Lifecycle) -> Table:
    """Return how answers are looked for, and what is said of what is none."""
    recogniser = Recogniser([lifecycle])
    known = recogniser.known | {f"{each}{STATUS}" for each in NO_KINDS}
    return {
        "deepest": DEEPEST,
        "layers": MOST_LAYERS,
        "values": MOST_VALUES,
        "too_many": TOO_MANY,
        "closed": sorted(CLOSED),
        "stranger": f"^(?!(?:{'|'.join(sorted(known))})$)(.*){STATUS}$",
        "ids": IDS,
        "lacking": recogniser.lacking(lifecycle),
        "texts": AS_TEXTS,
        "nothing": recogniser.nothing,
        "of_kind": of_kind(lifecycle.name),
        "report": A_REPORT,
        "report_version": SCHEMA_VERSION,
    }
