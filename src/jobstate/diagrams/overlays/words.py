"""The words of overlays: lengths of time, shares, counts of steps; bounded and printable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from jobstate.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: The longest name of a job or a status that is shown: AWS's names have at most 63 characters.
LONGEST_NAME: Final = 63
#: The longest sentence that is shown.
LONGEST_SENTENCE: Final = 400
#: How many numbers of steps stand in a pill: more are wider than the arrow is long.
MOST_NUMBERS: Final = 5

_MICROSECONDS: Final = 1_000_000
_UNITS: Final = ((86_400, "d", "h", 3_600), (3_600, "h", "m", 60), (60, "m", "s", 1))
#: A share below half a per cent is printed as less than one.
_HALF_A_PERCENT: Final = 0.005


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text made printable, and at most so many characters long."""
    # Whatever is beyond the bound would be thrown away: a hostile text may be very long.
    shown = printable(text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def duration(microseconds: int) -> str:
    """Return a length of time in its two largest units: ``3h 28m``, ``21m 00s``, ``29s``."""
    if 0 < microseconds < _MICROSECONDS:
        return "< 1s"
    seconds = (microseconds + _MICROSECONDS // 2) // _MICROSECONDS
    for size, unit, finer_unit, finer in _UNITS:
        if seconds >= size:
            return f"{seconds // size}{unit} {seconds % size // finer:02}{finer_unit}"
    return f"{seconds}s"


def percent(share: float) -> str:
    """Return a share, 0 to 1, as a whole percentage; what is not nothing never looks so."""
    return "< 1%" if 0 < share < _HALF_A_PERCENT else f"{share:.0%}"


def part_of(count: int, whole: int) -> str:
    """Return a number, of how many, and as a percentage: ``412 of 1,076 · 38%``."""
    return f"{count:,} of {whole:,} · {percent(count / whole)}"


def numbered(numbers: Sequence[int], count: int) -> str:
    """Return the numbers of steps: ``3 7``; of many the first, the last and how many there are.

    Args:
        numbers: Some of them in order, the first and the last among them.
        count: How many there are.
    """
    if count <= MOST_NUMBERS:
        return " ".join(map(str, numbers))
    return f"{' '.join(map(str, numbers[:2]))} … {numbers[-1]} ({count:,}×)"  # noqa: RUF001


def weight(count: int, most: int) -> float:
    """Return how wide an arrow is drawn, 0 to 1.

    It grows with the logarithm: counts span six decades, and each factor of ten adds the same.
    By the root, all that was taken by less than one job in a hundred would look alike.

    Args:
        count: How often it was taken.
        most: How often the most often taken one was.
    """
    return math.log1p(count) / math.log1p(most) if most > 0 else 0.0


def clock(time: datetime) -> str:
    """Return a UTC time to the second, with its zone."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
