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
        arrows: (id, id) → label; an end may be a frame.
        final: Ids of the nodes drawn as final.
        inferred: Ids of nodes, and pairs of ids of arrows, drawn as inferred.
        retired: Ids of the nodes drawn as retired.
        inside: Id of a frame → the ids of the nodes inside, however deep, in order.
    """

    title: str = ""
    nodes: dict[str, Place] = field(factory=dict)
    starts: dict[str, str] = field(factory=dict)
    arrows: dict[tuple[str, str], str] = field(factory=dict)
    final: set[str] = field(factory=set)
    inferred: set[str | tuple[str, str]] = field(factory=set)
    retired: set[str] = field(factory=set)
    inside: dict[str, list[str]] = field(factory=dict)

    def moves(self, origin: str, target: str) -> list[tuple[Place, Place]]:
        """Return the moves that an arrow stands for.

        From a frame it is from all inside; to a frame to the one inside that has the same name.
        """
        found = []
        for one in self.inside.get(origin, [origin]):
            places = [self.nodes[each] for each in self.inside.get(target, [target])]
            if target in self.inside:
                places = [each for each in places if each[1] == self.nodes[one][1]]
            (other,) = places
            found.append((self.nodes[one], other))
        return found

    def ends(self) -> list[Place]:
        """Return the places drawn as final; a frame is if all inside are."""
        found = [one for each in self.final for one in self.inside.get(each, [each])]
        return sorted(self.nodes[each] for each in found)


@define
class Nesting:
    """The frames that a line of a text stands in, from the outermost."""

    picture: Picture
    frames: list[str] = field(factory=list)

    def enter(self, frame: str) -> None:
        """A frame begins, inside of the others."""
        assert frame not in self.picture.inside
        self.picture.inside[frame] = []
        self.frames.append(frame)

    def leave(self) -> None:
        """The innermost frame ends."""
        self.frames.pop()

    def add(self, node: str, place: Place) -> None:
        """A node stands in all of the frames."""
        assert node not in self.picture.nodes
        self.picture.nodes[node] = place
        for frame in self.frames:
            self.picture.inside[frame].append(node)


# --- Mermaid ------------------------------------------------------------------------------------

_TITLE = re.compile(r'title: "((?:[^"\\]|\\.)*)"')
_FRAME = re.compile(r' +state "([^"]+)" as (\w+) \{')
_BOX = re.compile(r' +state "([^"]+)" as (\w+)')
_MOVE = re.compile(r" {2}(\w+|\[\*\]) --> (\w+|\[\*\])(?: : ([^:;]+))?")
_CLASS = re.compile(r" {2}class ([\w,]+) (inferred|retired|green|red|orange)")
_PASSED_OVER = re.compile(r" *direction (LR|TB)| {2}classDef \w+ [\w:# ,-]+")


def read_mermaid(text: str) -> Picture:
    """Return what a Mermaid text shows."""
    first, title, second, kind, *lines = text.split("\n")
    assert (first, second, kind, lines.pop()) == ("---", "---", "stateDiagram-v2", "")
    found = _TITLE.fullmatch(title)
    assert found
    picture = Picture(title=re.sub(r"\\(.)", r"\1", found[1]))
    nesting, label = Nesting(picture), ""
    for line in _coded(_without_note(lines)):
        if match := _FRAME.fullmatch(line):
            label = label if nesting.frames else _decoded(match[1])
            nesting.enter(match[2])
        elif line.strip() == "}":
            nesting.leave()
        elif match := _BOX.fullmatch(line):
            nesting.add(match[2], (label, _decoded(match[1])))
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
_CLUSTER = re.compile(r" +subgraph cluster_(\w+) \{")
_CLUSTER_LABEL = re.compile(rf" +label={_STRING};")
_NODE = re.compile(r" {4,}(\w+) \[(label=.*)\];")
_EDGE = re.compile(r" {2}(\w+) -> (\w+) \[(label=.*)\];")
_GRAPH = re.compile(rf" {{2}}graph \[label={_STRING}, .*")
_ATTRIBUTE = re.compile(rf"(\w+)={_STRING}(?:, |$)")
_REST = re.compile(
    r'digraph \w+ \{|\}|| +style="[\w,]+"; color=.*| {4}compound=true\];'
    r"| {2}legend \[shape=plain, label=<<table.*>\];"
    r"| {2}node \[.*,| {2}edge \[.*\];| {4}fontname=.*| {2}start_\d+ \[.*\];"
    r"| {2}\w+ -> \w+ \[style=invis\];"
)


def read_dot(text: str) -> Picture:
    """Return what a DOT text shows."""
    picture = Picture()
    nesting, label = Nesting(picture), ""
    for line in text.split("\n"):
        if match := _GRAPH.fullmatch(line):
            picture.title = _unquoted(match[1])
        elif match := _CLUSTER.fullmatch(line):
            nesting.enter(match[1])
        elif match := _CLUSTER_LABEL.fullmatch(line):
            label = _unquoted(match[1]) if len(nesting.frames) == 1 else label
        elif nesting.frames and line.strip() == "}":
            nesting.leave()
        elif match := _NODE.fullmatch(line):
            _node(nesting, match[1], label, _attributes(match[2]))
        elif match := _EDGE.fullmatch(line):
            _edge(picture, match[1], match[2], _attributes(match[3]))
        else:
            assert _REST.fullmatch(line), line
    return picture


def _node(nesting: Nesting, node: str, frame: str, look: dict[str, str]) -> None:
    picture = nesting.picture
    nesting.add(node, (frame, look["label"]))
    if look.get("peripheries") == "2":
        picture.final.add(node)
    if "dashed" in look.get("style", ""):
        picture.inferred.add(node)
    if "fontcolor" in look:
        picture.retired.add(node)


def _edge(picture: Picture, tail: str, head: str, look: dict[str, str]) -> None:
    if tail.startswith("start_"):
        picture.starts[head] = look["label"]
        return
    origin = _cut_at(picture, tail, look.get("ltail"), head)
    target = _cut_at(picture, head, look.get("lhead"), tail)
    assert (origin, target) not in picture.arrows
    picture.arrows[origin, target] = look["label"].replace("\n", ", ")
    if look.get("style") == "dashed":
        picture.inferred.add((origin, target))


def _cut_at(picture: Picture, node: str, cluster: str | None, other: str) -> str:
    """Return where a line ends to see: at a frame around one end and not around the other."""
    if cluster is None:
        return node
    frame = cluster.removeprefix("cluster_")
    assert node in picture.inside[frame]
    assert other not in picture.inside[frame]
    return frame


def _attributes(text: str) -> dict[str, str]:
    found = list(_ATTRIBUTE.finditer(text))
    assert "".join(each[0] for each in found) == text
    return {each[1]: _unquoted(each[2]) for each in found}


def _unquoted(text: str) -> str:
    plain = re.sub(r"\\(.)", lambda code: "\n" if code[1] == "n" else code[1], text)
    assert not re.search("&(?!amp;)", plain)
    return plain.replace("&amp;", "&")
