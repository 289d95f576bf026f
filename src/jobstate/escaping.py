"""Text from outside, made safe to show to people; imports nothing of jobstate.

What a format needs besides (quotes, brackets …) each renderer adds.
"""

from __future__ import annotations


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
