"""Text as people read it in a terminal: cut, coloured, as wide as there is room.

Everything that comes from outside goes through that before it is printed, so that no status, name
or message can move the cursor, change colours or turn the direction of reading.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Final, TextIO

from attrs import evolve, frozen

from jobstate.cli.width import folded
from jobstate.diagrams.render.palette import DARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from jobstate.diagrams.stages import Stage

#: How strong red, green and blue may be in those colours.
_LEVELS: Final = ("00", "5f", "87", "af", "d7", "ff")
#: What is narrower is taken to be so wide.
_NARROWEST: Final = 20

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


#: What terminals take for commands: colours, links, where to write.
_ESCAPE: Final = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\^_])"
)


def without_escapes(text: str) -> str:
    """Return a text without what colours it in a terminal; it has as many lines."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


def _number(colour: str) -> int:
    """Return the number that terminals have for a colour, one of the 216 that all of them have."""
    red, green, blue = (_LEVELS.index(colour[place : place + 2]) for place in (1, 3, 5))
    return 16 + 36 * red + 6 * green + blue


def moment(time: datetime) -> str:
    """Return a UTC time to the second, without its zone."""
    return f"{time:%Y-%m-%d %H:%M:%S}"


def duration(length: timedelta) -> str:
    """Return a length of time in its two largest units."""
    seconds = abs(length).total_seconds()
    if 0 < seconds < 1:
        return "< 1 s"
    rest, sign = round(seconds), "-" if length.total_seconds() < 0 else ""
    for place, (size, unit) in enumerate(_UNITS[:-1]):
        if rest >= size:
            finer, finer_unit = _UNITS[place + 1]
            more = rest % size // finer
            return f"{sign}{rest // size} {unit}" + (f" {more} {finer_unit}" if more else "")
    return f"{sign}{rest} s"


def width_of(stream: TextIO) -> int | None:
    """Return how many columns a stream has; None where it is no terminal: lines stay whole."""
    return max(shutil.get_terminal_size().columns, _NARROWEST) if stream.isatty() else None


@frozen
class Paint:
    """What lines are made for: colours, where they are wanted, and so many columns.

    Attributes:
        wanted: Whether to colour at all.
        width: How many columns there are; None where lines stay whole.
    """

    wanted: bool = False
    width: int | None = None

    @classmethod
    def on(cls, stream: TextIO) -> Paint:
        """Return what a stream is like: colours only on a terminal, and not if NO_COLOR is set."""
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return cls(wanted=stream.isatty() and not plain, width=width_of(stream))

    def narrower(self, columns: int) -> Paint:
        """Return the same with fewer columns."""
        if self.width is None:
            return self
        return evolve(self, width=max(self.width - columns, _NARROWEST // 2))

    def folded(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield lines that fit."""
        for line in lines:
            yield from folded(line, self.width)

    def bold(self, text: str) -> str:
        """Return a heading."""
        return self._in("1", text)

    def good(self, text: str) -> str:
        """Return what is as it should be."""
        return self._in("32", text)

    def bad(self, text: str) -> str:
        """Return what is wrong."""
        return self._in("31", text)

    def odd(self, text: str) -> str:
        """Return what deserves a look."""
        return self._in("33", text)

    def faint(self, text: str) -> str:
        """Return what stands in the background."""
        return self._in("2", text)

    def cell(self, text: str, stage: Stage) -> str:
        """Return a text on the ground of a stage."""
        ground = DARK.stages[stage]
        return self._in(f"38;5;{_number(ground.ink)};48;5;{_number(ground.fill)}", text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.wanted else text
