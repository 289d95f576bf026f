"""A reader of PlantUML, for tests: it shares no code with what writes it.

It understands just what a state diagram needs, and refuses every line that it doesn't.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.pictures import Nesting, Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAME = re.compile(r' *state "([^"]+)" as (\w+) <<(?:frame|zone)>> \{')
_BOX = re.compile(
    r' {2,}state "([^"]+)" as (\w+)( <<inferred>>)?( <<retired>>)?( ##(?:\[dashed\])?[0-9a-f]{6})?'
)
_MOVE = re.compile(r"(\w+|\[\*\]) -(?:up)?\[(#[^\]]+)\]-> (\w+|\[\*\])(?: : (.+))?")
_COLOURED = re.compile(r"<color:#[0-9a-f]{6}>([^<>]|<U\+[0-9A-F]{4,5}>)*</color>")
_CODE = re.compile(r"<U\+([0-9A-F]{4,5})>")
_HIDDEN = {"hide empty description", "hide stereotype", "skinparam shadowing false"}
_HIDDEN |= {"scale max 4000*4000"}
#: What the preprocessor, the grammar or Creole would take for theirs.
_DANGEROUS = re.compile(r"[%!\"<>{}|~*/\\$&#@`'^+=]|--|__|\[\[|\]\]|^[-=_.]|[-=_]$")


def read_plantuml(text: str) -> Picture:
    """Return what a PlantUML text shows."""
    first, title, *lines, last, end = text.split("\n")
    assert (first, title[:6], last, end) == ("@startuml", "title ", "@enduml", "")
    picture = Picture(title=_shown(title[6:]))
    nesting, frame = Nesting(picture), ""
    for line in _drawn(lines):
        if match := _FRAME.fullmatch(line):
            frame = frame if nesting.frames else _shown(match[1])
            nesting.enter(match[2])
        elif line.strip() == "}":
            nesting.leave()
        elif match := _BOX.fullmatch(line):
            nesting.add(match[2], (frame, _shown(match[1])))
            picture.inferred |= {match[2]} if match[3] else set()
            picture.retired |= {match[2]} if match[4] else set()
        elif match := _MOVE.fullmatch(line):
            _move(picture, *match.groups(default=""))
        else:
            assert line in _HIDDEN, line
    return picture


def _drawn(lines: list[str]) -> Iterator[str]:
    """Yield the lines but those of the skin and of the legend, which draw no state and no arrow."""
    skipped = ""
    for line in lines:
        if skipped:
            skipped = "" if line == skipped else skipped
        elif line == "skinparam state {":
            skipped = "}"
        elif line == "legend right":
            skipped = "endlegend"
        else:
            yield line


def _move(picture: Picture, origin: str, style: str, target: str, label: str) -> None:
    if origin == "[*]":
        picture.starts[target] = _label(label)
    elif target == "[*]":
        picture.final.add(origin)
    else:
        assert (origin, target) not in picture.arrows
        picture.arrows[origin, target] = _label(label)
        if style.endswith(",dashed"):
            picture.inferred.add((origin, target))


def _label(text: str) -> str:
    lines = text.split(r"\n") if text else []
    assert all(_COLOURED.fullmatch(line) for line in lines), text
    return ", ".join(_shown(line[15:-8]) for line in lines)


def _shown(text: str) -> str:
    assert not _DANGEROUS.search(_CODE.sub("x", text)), text
    return _CODE.sub(lambda code: chr(int(code[1], 16)), text).strip("\xa0")
