"""W3C SCXML 1.0, which statechart engines run and editors draw.

A region is a `<parallel>`'s child where there are several, a frame a compound `<state>`, a state a
`<state>` inside; one that is final and has no way out is a `<final>` (a final state from which a
job can be removed, or reopened, is none to SCXML). Each edge is a `<transition>` that two events
fire:

- its cause, such as ``spot_reclaimed``; where the same cause leads from the same state to several,
  the target's id follows: ``data_ready.s_InProgress_Training``.
- ``seen.`` and the target's id: a program that feeds in what it sees of a job finds a move illegal
  if no transition takes it.

What a job must be is a `<data>` that may be set to true or false (1 or 0) before the start; while
it is undefined, every move that some job can make is possible. What a job must have passed is a
`<data>` that the states set to 1 on entry. A region that not every job has, or that can begin in
several states, waits in a state of its own (``w_…``) until one is seen. Names, meanings, bases and
sources are attributes in a namespace of jobstate's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.diagrams.graph.graph import Arrow, Cause, Diagram, Group, Node, Part, Start

#: The namespace of what SCXML has no word for.
NAMESPACE = "urn:jobstate:scxml:1"

_NAMESPACES = {"xmlns": "http://www.w3.org/2005/07/scxml", "xmlns:jobstate": NAMESPACE}
_PARALLEL = "regions"
#: Events that mean something else: to engines, and in here.
_RESERVED = frozenset({"", "done", "error", "seen"})


def scxml(diagram: Diagram) -> str:
    """Return a diagram as an SCXML document."""
    return "\n".join(_Writer(diagram).document()) + "\n"


class _Writer:
    """Writes one document; holds what each state needs to know of the others."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        # What `given` rules out altogether leaves a region without states.
        inhabited = {group.region for group in diagram.groups}
        self._parts = [part for part in diagram.parts if part.name in inhabited]
        self._leaving: dict[str, list[Arrow]] = {node.id: [] for node in diagram.nodes}
        for arrow in diagram.arrows:
            self._leaving[arrow.origin].append(arrow)

    def document(self) -> Iterator[str]:
        """Yield the lines of the document."""
        parts = self._parts
        initial = _PARALLEL if len(parts) > 1 else self._first(parts[0])
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield from _element(
            "scxml",
            {**_NAMESPACES, "version": "1.0", "datamodel": "ecmascript", "initial": initial}
            | _own(title=self._diagram.title),
            [*self._data(), *(self._regions() if len(parts) > 1 else self._states(parts[0]))],
        )

    def _data(self) -> Iterator[str]:
        lines = []
        for choice in self._diagram.choices:
            fixed = {} if choice.value is None else {"expr": str(int(choice.value))}
            more = _own(name=choice.name, meaning=choice.meaning)
            lines += _element("data", {"id": choice.id, **fixed, **more})
        for passing in self._diagram.passings:
            more = _own(name=f"after {passing.name}")
            lines += _element("data", {"id": passing.id, "expr": "0", **more})
        if lines:
            yield from _element("datamodel", {}, lines)

    # --- Regions and frames ---------------------------------------------------------------------

    def _regions(self) -> Iterator[str]:
        lines = [line for part in self._parts for line in self._region(part)]
        yield from _element("parallel", {"id": _PARALLEL}, lines)

    def _region(self, part: Part) -> Iterator[str]:
        groups = self._groups(part)
        begin = _element("initial", {}, _element("transition", {"target": self._first(part)}))
        if len(groups) == 1:
            yield from self._frame(groups[0], [*begin, *self._waiting(part)])
        else:
            named = {"id": part.id} | _own(label=part.label)
            yield from _element("state", named, [*begin, *self._states(part)])

    def _states(self, part: Part) -> Iterator[str]:
        yield from self._waiting(part)
        for group in self._groups(part):
            yield from self._frame(group)

    def _frame(self, group: Group, before: Iterable[str] = ()) -> Iterator[str]:
        lines = [line for node in self._diagram.nodes_in(group) for line in self._state(node)]
        yield from _element("state", {"id": group.id} | _own(label=group.label), [*before, *lines])

    def _groups(self, part: Part) -> list[Group]:
        return [group for group in self._diagram.groups if group.region == part.name]

    # --- Beginnings -----------------------------------------------------------------------------

    def _starts(self, part: Part) -> list[Start]:
        groups = {group.id for group in self._groups(part)}
        inside = {node.id for node in self._diagram.nodes if node.group in groups}
        return [start for start in self._diagram.starts if start.target in inside]

    def _first(self, part: Part) -> str:
        """Return the id of the state that a region begins in."""
        starts = self._starts(part)
        certain = len(starts) == 1 and not starts[0].needs
        return starts[0].target if certain else f"w{part.id[1:]}"

    def _waiting(self, part: Part) -> Iterator[str]:
        """Yield a state to wait in where it depends on the job how the region begins."""
        starts = self._starts(part)
        if self._first(part) == starts[0].target:
            return
        lines = []
        for start in starts:
            events = {"event": f"seen.{start.target}", "target": start.target}
            guard = _own(guard=start.label[1:-1])
            lines += _element("transition", events | _condition([start.needs], ()) | guard)
        yield from _element("state", {"id": self._first(part)} | _own(role="not begun"), lines)

    # --- States and moves -----------------------------------------------------------------------

    def _state(self, node: Node) -> Iterator[str]:
        arrows = self._leaving[node.id]
        lines = list(self._entry(node))
        for arrow in arrows:
            for cause in arrow.causes:
                lines += self._transition(arrow, cause)
        name = "final" if node.final and not arrows else "state"
        yield from _element(name, {"id": node.id} | _facts(node), lines)

    def _entry(self, node: Node) -> Iterator[str]:
        lines = []
        for passing in self._diagram.passings:
            if node.id in passing.nodes:
                lines += _element("assign", {"location": passing.id, "expr": "1"})
        if lines:
            yield from _element("onentry", {}, lines)

    def _transition(self, arrow: Arrow, cause: Cause) -> Iterator[str]:
        yield from _element(
            "transition",
            {"event": f"{self._event(arrow, cause)} seen.{arrow.target}"}
            | _condition(cause.needs, cause.after)
            | {"target": arrow.target}
            | _own(
                cause=cause.name,
                guard=cause.guard,
                kind=self._diagram.kind_of(arrow).title,
                basis=str(cause.basis),
                source=cause.source,
            ),
        )

    def _event(self, arrow: Arrow, cause: Cause) -> str:
        event = _event(cause.id)
        several = any(
            other.target != arrow.target and any(each.id == cause.id for each in other.causes)
            for other in self._leaving[arrow.origin]
        )
        return f"{event}.{arrow.target}" if several else event


def _event(identity: str) -> str:
    """Return a cause's id without its prefix, unless that could be taken for something else."""
    bare = identity.removeprefix("c_")
    return identity if bare in _RESERVED or bare.startswith("c_") else bare


def _condition(
    choices: Sequence[Iterable[tuple[str, bool]]], after: Iterable[str]
) -> dict[str, str]:
    # What is undefined is neither 0 nor 1: then both kinds of job are possible. Numbers, since the
    # words for true and false differ between the languages of engines; either compares with them.
    ways = [
        " && ".join(f"{name} != {int(not wanted)}" for name, wanted in needs) for needs in choices
    ]
    terms = [f"({' || '.join(ways)})"] if len(ways) > 1 else list(filter(None, ways))
    terms += [f"{name} == 1" for name in after]
    return {"cond": " && ".join(terms)} if terms else {}


def _facts(node: Node) -> dict[str, str]:
    said = {"jobstate:name": node.name, "jobstate:label": node.label} | _own(
        meaning=node.meaning,
        outcome=str(node.outcome),
        basis=str(node.basis),
        source=node.source,
    )
    marks = ("final", "reopens", "steady", "gone", "retired")
    return said | _own(**{name: "true" for name in marks if getattr(node, name)})


# --- XML ----------------------------------------------------------------------------------------


def _own(**values: str) -> dict[str, str]:
    """Return attributes in jobstate's namespace; empty ones say nothing."""
    return {f"jobstate:{name}": value for name, value in values.items() if value}


def _element(name: str, attributes: dict[str, str], lines: Iterable[str] = ()) -> list[str]:
    opened = " ".join([name, *(f"{key}={quoteattr(text)}" for key, text in attributes.items())])
    inside = [f"  {line}" for line in lines]
    return [f"<{opened}>", *inside, f"</{name}>"] if inside else [f"<{opened}/>"]
