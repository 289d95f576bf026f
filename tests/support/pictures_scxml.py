"""A reader of SCXML, for tests: it shares no code with what writes it, and refuses what is new."""

from __future__ import annotations

import re
from typing import TypeAlias
from xml.etree import ElementTree as ET

from attrs import field, frozen

from tests.support.pictures import Picture

_SCXML = "{http://www.w3.org/2005/07/scxml}"
_OWN = "{urn:jobstate:scxml:1}"
_NAME = f"{_OWN}name"
_STATES = {f"{_SCXML}{name}" for name in ("state", "final", "parallel")}
_TERM = re.compile(r"(\w+) (!=|==) ([01])")
_EITHER = re.compile(r"(?:\(([^()]*)\))?(?: && )?([^()]*)")

#: What an edge asks for: feature → wanted, and what must have been passed.
#: What a condition asks for: the ways of having features of which one is enough, and memories.
Guard: TypeAlias = tuple[frozenset[frozenset[tuple[str, bool]]], frozenset[str]]


@frozen(kw_only=True)
class Move:
    """A transition.

    Attributes:
        origin, target: Ids.
        events: What fires it.
        guard: What its condition asks for, by the names that the document gives its data.
        cause, said, basis, source: What stands in attributes; `said` is the guard for people.
    """

    origin: str
    target: str
    events: tuple[str, ...]
    guard: Guard
    cause: str
    said: str
    basis: str
    source: str


@frozen
class Chart:
    """A document, read.

    Attributes:
        root: Its element.
        parents: Child → parent.
        data: Id → name and expression.
    """

    root: ET.Element
    parents: dict[ET.Element, ET.Element] = field()
    data: dict[str, tuple[str, str | None]] = field()

    def states(self) -> list[ET.Element]:
        """Return the states that are states of the life cycle."""
        return [each for each in self.root.iter() if each.tag in _STATES and _NAME in each.attrib]

    def moves(self) -> list[Move]:
        """Return the transitions between them."""
        return [
            self._move(state, each)
            for state in self.states()
            for each in state.findall(f"{_SCXML}transition")
        ]

    def beginnings(self) -> dict[str, str]:
        """Return the ids of the states that begin, with what is asked for in brackets."""
        names = {each.attrib["id"]: each for each in self.root.iter() if each.tag in _STATES}
        regions = [names[self.root.attrib["initial"]]]
        if regions[0].tag == f"{_SCXML}parallel":
            regions = [names[_initial(each)] for each in regions[0]]
        found = {}
        for first in regions:
            if own(first, "role") == "not begun":
                for each in first:
                    assert each.attrib["event"] == f"seen.{each.attrib['target']}"
                    said = own(each, "guard")
                    found[each.attrib["target"]] = f"[{said}]" if said else ""
            else:
                found[first.attrib["id"]] = ""
        return found

    def _move(self, state: ET.Element, element: ET.Element) -> Move:
        return Move(
            origin=state.attrib["id"],
            target=element.attrib["target"],
            events=tuple(element.attrib["event"].split(" ")),
            guard=self.guard(element),
            cause=own(element, "cause"),
            said=own(element, "guard"),
            basis=own(element, "basis"),
            source=own(element, "source"),
        )

    def guard(self, element: ET.Element) -> Guard:
        """Return what a condition asks for."""
        either, rest = _EITHER.fullmatch(element.get("cond", "")).groups()  # type: ignore[union-attr]
        ways = {self._terms(each)[0] for each in (either or "").split(" || ")}
        wanted, passed = self._terms(rest)
        return frozenset(way | wanted for way in ways), passed

    def _terms(self, text: str) -> tuple[frozenset[tuple[str, bool]], frozenset[str]]:
        wanted, passed = set(), set()
        for term in filter(None, text.split(" && ")):
            match = _TERM.fullmatch(term)
            assert match, term
            name, initial = self.data[match[1]]
            if match[2] == "==":
                assert (match[3], initial) == ("1", "0")
                passed.add(name.removeprefix("after "))
            else:
                assert initial is None
                wanted.add((name, match[3] == "0"))
        return frozenset(wanted), frozenset(passed)


def own(element: ET.Element, name: str) -> str:
    """Return an attribute of jobstate's own; empty where there is none."""
    return element.get(f"{_OWN}{name}", "")


def chart(text: str) -> Chart:
    """Return an SCXML document, read."""
    root = ET.fromstring(text)  # noqa: S314 - what was just written
    assert (root.tag, root.attrib["version"]) == (f"{_SCXML}scxml", "1.0")
    known = {f"{_SCXML}{name}" for name in _KNOWN}
    assert {each.tag for each in root.iter()} <= known
    assert all((each.text or "").strip() == (each.tail or "").strip() == "" for each in root.iter())
    data = {
        each.attrib["id"]: (own(each, "name"), each.get("expr"))
        for each in root.iter(f"{_SCXML}data")
    }
    return Chart(root, {child: each for each in root.iter() for child in each}, data)


_KNOWN = (
    *("scxml", "datamodel", "data", "parallel", "state", "final"),
    *("initial", "transition", "onentry", "assign"),
)


def read_scxml(text: str) -> Picture:
    """Return what an SCXML document shows."""
    read = chart(text)
    picture = Picture(title=own(read.root, "title"), starts=read.beginnings())
    for state in read.states():
        identity = state.attrib["id"]
        assert identity not in picture.nodes
        picture.nodes[identity] = own(read.parents[state], "label"), own(state, "label")
        picture.final |= {identity} if own(state, "final") == "true" else set()
        picture.retired |= {identity} if own(state, "retired") == "true" else set()
        picture.inferred |= {identity} if own(state, "basis") == "inferred" else set()
    _moves(picture, read.moves())
    return picture


def _moves(picture: Picture, moves: list[Move]) -> None:
    firm = {(each.origin, each.target) for each in moves if each.basis != "inferred"}
    for each in moves:
        ends = each.origin, each.target
        label = f"{each.cause} [{each.said}]" if each.said else each.cause
        before = picture.arrows.get(ends)
        picture.arrows[ends] = label if before is None else f"{before}, {label}"
        picture.inferred |= set() if ends in firm else {ends}


def _initial(region: ET.Element) -> str:
    transition = region.find(f"{_SCXML}initial/{_SCXML}transition")
    assert transition is not None
    return transition.attrib["target"]
