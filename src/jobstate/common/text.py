"""Text from outside, made safe to show to people.

What a format needs besides (quotes, brackets …) each renderer adds.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: No name is longer that somebody has misspelt.
_LONGEST_NAME: Final = 200
#: Fewer characters than these are in too many names.
_SHORTEST_PART: Final = 3

#: More names than this in a row are not read.
MOST_NAMES: Final = 8


def printable(text: str) -> str:
    r"""Return a text in which all that can't be seen is spelled: ``\n``, ``\x1b``, ``\u202e``.

    Controls, line ends, lone surrogates and the marks that turn the direction of writing would
    otherwise clear a terminal, break a line of a file, or show a name as another.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def cut(text: str, longest: int) -> str:
    """Return a text that is at most so many characters long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def nearest(name: str, names: Iterable[str], most: int = 1) -> list[str]:
    """Return which of some names may be meant by one that is none of them, the nearest first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    wanted = name[:_LONGEST_NAME].casefold()
    there = {each.casefold(): each for each in sorted(names, reverse=True)}
    near = get_close_matches(wanted, there, n=most)
    if not near and len(wanted) >= _SHORTEST_PART:
        near = sorted((each for each in there if wanted in each), key=len)[:most]
    return [there[each] for each in near]


def listed(names: Sequence[str]) -> str:
    """Return names in a row, escaped; those beyond a bearable number are counted."""
    shown = ", ".join(map(printable, names[:MOST_NAMES]))
    rest = len(names) - MOST_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def plain(text: object) -> str:
    """Return a text, or a member of an enumeration that stands for one, as a bare string."""
    return str(text.value if isinstance(text, Enum) else text)


def counted(number: int, noun: str) -> str:
    """Return ``1 job``, ``2,000 jobs``, ``3 statuses``, ``4 breaches``."""
    plural = f"{noun}es" if noun.endswith(("s", "ch")) else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
