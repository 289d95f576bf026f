"""Readers of Mermaid and DOT, for tests: they share no code with what writes them.

They understand just what a state diagram needs, and refuse every line that they don't.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from attrs import define, field

#: What a node is: the text on its frame, the text in its box.
Place: TypeAlias = tuple[str, str]


@define
class Picture:
    """What a picture shows.

    Attributes:
        title: Its title.
        nodes: Id → what stands on its frame and in its box.
        starts: Id → the label of the arrow from the start.
        arrows: (id, id) → label.
        final: Ids of the nodes drawn as final.
        inferred: Ids of nodes, and pairs of ids of arrows, drawn as inferred.
        retired: Ids of the nodes drawn as retired.
    """

    title: str = ""
    nodes: dict[str, Place] = field(factory=dict)
    starts: dict[str, str] = field(factory=dict)
    arrows: dict[tuple[str, str], str] = field(factory=dict)
    final: set[str] = field(factory=set)
    inferred: set[str | tuple[str, str]] = field(factory=set)
    retired: set[str] = field(factory=set)

    def named(self) -> dict[tuple[Place, Place], str]:
        """Return the arrows by what is seen of their ends."""
        return {(self.nodes[a], self.nodes[b]): label for (a, b), label in self.arrows.items()}


# --- Mermaid ------------------------------------------------------------------------------------

_TITLE = re.compile(r'title: "((?:[^"\\]|\\.)*)"')
_FRAME = re.compile(r' {2}state "([^"]+)" as (\w+) \{')
_BOX = re.compile(r' {4}state "([^"]+)" as (\w+)')
_MOVE = re.compile(r" {2}(\w+|\[\*\]) --> (\w+|\[\*\])(?: : ([^:;]+))?")
_CLASS = re.compile(r" {2}class ([\w,]+) (inferred|retired|green|red|orange)")
_PASSED_OVER = re.compile(r" *direction (LR|TB)| {2}\}| {2}classDef \w+ [\w:# ,-]+")


def read_mermaid(text: str) -> Picture:
    """Return what a Mermaid text shows."""
    first, title, second, kind, *lines = text.split("\n")
    assert (first, second, kind, lines.pop()) == ("---", "---", "stateDiagram-v2", "")
    found = _TITLE.fullmatch(title)
    assert found
    picture = Picture(title=re.sub(r"\\(.)", r"\1", found[1]))
    frame = ""
    for line in _coded(_without_note(lines)):
        if match := _FRAME.fullmatch(line):
            frame = _decoded(match[1])
        elif match := _BOX.fullmatch(line):
            assert match[2] not in picture.nodes
            picture.nodes[match[2]] = frame, _decoded(match[1])
        elif match := _MOVE.fullmatch(line):
            _move(picture, *match.groups(default=""))
        elif match := _CLASS.fullmatch(line):
            picture.inferred |= set(match[1].split(",")) if match[2] == "inferred" else set()
            picture.retired |= set(match[1].split(",")) if match[2] == "retired" else set()
        else:
            assert _PASSED_OVER.fullmatch(line), line
    return picture


def _without_note(lines: list[str]) -> list[str]:
    """Return lines without the note that is the legend: what must be known to read the rest."""
    begin = next((at for at, line in enumerate(lines) if line.startswith("  note ")), None)
    if begin is None:
        return lines
    end = lines.index("  end note")
    assert all(re.fullmatch(r" {4}[^;\"{}<>]+", line) for line in lines[begin + 1 : end])
    return lines[:begin] + lines[end + 1 :]


def _coded(lines: list[str]) -> list[str]:
    """Return lines with Mermaid's codes put aside, as Mermaid itself does before it parses."""
    return [re.sub(r"#(\d+);", "\x00\\1\x01", line) for line in lines]


def _decoded(text: str) -> str:
    plain = re.sub("\x00(\\d+)\x01", lambda code: chr(int(code[1])), text.strip(" "))
    # Mermaid would show a semicolon for these two, were there nothing between them.
    assert "¶ß" not in plain
    return plain.replace("¶\u2060ß", "¶ß")


def _move(picture: Picture, origin: str, target: str, label: str) -> None:
    if origin == "[*]":
        picture.starts[target] = _decoded(label)
    elif target == "[*]":
        picture.final.add(origin)
    else:
        assert (origin, target) not in picture.arrows
        picture.arrows[origin, target] = _decoded(label.removesuffix("?"))
        if label.endswith("?"):
            picture.inferred.add((origin, target))


# --- DOT ----------------------------------------------------------------------------------------

_STRING = r'"((?:[^"\\]|\\.)*)"'
_CLUSTER = re.compile(rf" {{4}}label={_STRING};")
_NODE = re.compile(r" {4}(\w+) \[(label=.*)\];")
_EDGE = re.compile(r" {2}(\w+) -> (\w+) \[(label=.*)\];")
_GRAPH = re.compile(rf" {{2}}graph \[label={_STRING}, .*")
_ATTRIBUTE = re.compile(rf"(\w+)={_STRING}(?:, |$)")
_REST = re.compile(
    r'digraph \w+ \{| *\}|| {2}subgraph cluster_\w+ \{| {4}style="[\w,]+"; .*'
    r"| {2}legend \[shape=plain, label=<<table.*>\];"
    r"| {2}node \[.*,| {2}edge \[.*\];| {4}fontname=.*\];| {2}start_\d+ \[.*\];"
)


def read_dot(text: str) -> Picture:
    """Return what a DOT text shows."""
    picture = Picture()
    frame = ""
    for line in text.split("\n"):
        if match := _GRAPH.fullmatch(line):
            picture.title = _unquoted(match[1])
        elif match := _CLUSTER.fullmatch(line):
            frame = _unquoted(match[1])
        elif match := _NODE.fullmatch(line):
            assert match[1] not in picture.nodes
            _node(picture, match[1], frame, _attributes(match[2]))
        elif match := _EDGE.fullmatch(line):
            _edge(picture, match[1], match[2], _attributes(match[3]))
        else:
            assert _REST.fullmatch(line), line
    return picture


def _node(picture: Picture, node: str, frame: str, look: dict[str, str]) -> None:
    picture.nodes[node] = frame, look["label"]
    if look.get("peripheries") == "2":
        picture.final.add(node)
    if "dashed" in look.get("style", ""):
        picture.inferred.add(node)
    if "fontcolor" in look:
        picture.retired.add(node)


def _edge(picture: Picture, origin: str, target: str, look: dict[str, str]) -> None:
    if origin.startswith("start_"):
        picture.starts[target] = look["label"]
        return
    assert (origin, target) not in picture.arrows
    picture.arrows[origin, target] = look["label"].replace("\n", ", ")
    if look.get("style") == "dashed":
        picture.inferred.add((origin, target))


def _attributes(text: str) -> dict[str, str]:
    found = list(_ATTRIBUTE.finditer(text))
    assert "".join(each[0] for each in found) == text
    return {each[1]: _unquoted(each[2]) for each in found}


def _unquoted(text: str) -> str:
    plain = re.sub(r"\\(.)", lambda code: "\n" if code[1] == "n" else code[1], text)
    assert not re.search("&(?!amp;)", plain)
    return plain.replace("&amp;", "&")
