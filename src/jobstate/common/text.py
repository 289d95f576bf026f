"""Text from outside, made safe to show to people.

What a format needs besides (quotes, brackets …) each renderer adds.
"""

from __future__ import annotations

from enum import Enum


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


def plain(text: object) -> str:
    """Return a text, or a member of an enumeration that stands for one, as a bare string."""
    return str(text.value if isinstance(text, Enum) else text)


def counted(number: int, noun: str) -> str:
    """Return ``1 job``, ``2,000 jobs``, ``3 statuses``, ``4 breaches``."""
    plural = f"{noun}es" if noun.endswith(("s", "ch")) else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
