"""Text as wide as a terminal is: folded, and in columns. Without a width lines stay whole."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What is folded goes on so much further in.
_HANGING: Final = 4
#: Of a word that is broken no shorter part stands at the end of a line.
_SHORTEST_PART: Final = 8
#: A last column that is narrower reads worse than what `_blocks` makes of a table.
_NARROWEST_TEXT: Final = 30
_GAP: Final = "  "
_COLOUR: Final = re.compile(r"\x1b\[[\d;]*m")
#: Colours, blanks and words, one after the other.
_PIECE: Final = re.compile(r"(?P<colour>\x1b\[[\d;]*m)|(?P<blank> +)|[^ \x1b]+")


def columns_of(text: str) -> int:
    """Return how many columns a terminal needs for a text; it needs none for colours."""
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text that fills so many columns, at their left or at their right."""
    blank = " " * (width - columns_of(text))
    return blank + text if right else text + blank


def shortened(text: str, width: int) -> str:
    """Return a text that needs at most so many columns."""
    return text if columns_of(text) <= width else f"{_head(text, width - 1)}…"


def folded(line: str, width: int | None) -> list[str]:
    """Return a line as lines that are no wider; broken at blanks and, where need be, in words.

    Args:
        line: The line; what it begins with, blanks, the others have too, and some more.
        width: How wide they may be, at least 4; None for any width.
    """
    if width is None or columns_of(line) <= width:
        return [line]
    margin = min(len(line) - len(line.lstrip(" ")) + _HANGING, width // 2)
    lines: list[str] = []
    here, used, gap, begun = "", 0, 0, False
    for piece in _PIECE.finditer(line):
        word = piece[0]
        if piece["colour"]:
            here += word
            continue
        if piece["blank"]:
            gap = len(word)
            continue
        needed, room = columns_of(word), width - used - gap
        # What is too long for any line is broken where it stands.
        if begun and needed > room and (needed <= width - margin or room < _SHORTEST_PART):
            lines.append(here)
            here, used = " " * margin, margin
        else:
            here, used = here + " " * gap, used + gap
        while (needed := columns_of(word)) > width - used:
            head = _head(word, width - used)
            lines.append(here + head)
            here, used, word = " " * margin, margin, word[len(head) :]
        here, used, gap, begun = here + word, used + needed, 0, True
    return [*lines, here]


def _head(text: str, width: int) -> str:
    """Return as much of a text as so many columns hold."""
    return text[: sum(used <= width for used in accumulate(map(_columns, text)))]


def table(
    rows: Sequence[Sequence[str]],
    width: int | None = None,
    *,
    head: bool = True,
    numbers: bool = False,
) -> Iterator[str]:
    """Yield rows in columns; where those are too wide, each row as a block.

    Args:
        rows: The cells.
        width: How wide it may be.
        head: The first row is the columns' names.
        numbers: All but the first column stand at the right.
    """
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    rest = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    room = widths[-1] if width is None else min(widths[-1], width - rest)
    if room < min(widths[-1], _NARROWEST_TEXT):
        yield from _blocks(rows[1:], rows[0], width) if head else _blocks(rows, (), width)
        return
    for row in rows:
        *cells, text = (
            padded(cell, size, right=numbers and place > 0)
            for place, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        first, *more = folded(text.rstrip(), None if width is None else room)
        yield _GAP.join([*cells, first]).rstrip()
        yield from (f"{' ' * rest}{line.strip()}" for line in more)


def _blocks(
    rows: Sequence[Sequence[str]], names: Sequence[str], width: int | None
) -> Iterator[str]:
    for first, *cells in rows:
        yield from folded(first, width)
        before = [f"{name.lower()}: " for name in names[1:]] or [""] * len(cells)
        said = zip(before, map(str.strip, cells), strict=True)
        told = (", " if names else ": ").join(f"{name}{cell}" for name, cell in said if cell)
        if told:
            yield from folded(f"{' ' * _HANGING}{told}", width)
