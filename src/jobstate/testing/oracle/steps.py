"""What a program did, a line each, in few lines: what it did again and again is told once."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLEPT: Final = "slept "


def shortened(steps: Sequence[str], most: int) -> list[str]:
    """Return the last steps: ``+0 s to +90 s: DescribeTrainingJob → Stopping/Stopping (4 times)``.

    Sleeps are told by the times of what comes between them, where anything does.

    Args:
        steps: The steps, each ``+30 s: what was done``.
        most: How many lines to return at most, with one that says how many steps are left out.
    """
    told = [step for step in steps if not _what(step).startswith(_SLEPT)] or list(steps)
    groups = [list(group) for _, group in groupby(told, key=_what)]
    if len(groups) <= most:
        return [_line(group) for group in groups]
    shown = groups[len(groups) - most + 1 :]
    left = sum(map(len, groups)) - sum(map(len, shown))
    return [f"… {left:,} before", *map(_line, shown)]


def _what(step: str) -> str:
    return step.partition(": ")[2]


def _line(group: Sequence[str]) -> str:
    if len(group) == 1:
        return group[0]
    first, last = (step.partition(": ")[0] for step in (group[0], group[-1]))
    when = first if first == last else f"{first} to {last}"
    return f"{when}: {_what(group[0])} ({len(group):,} times)"
