"""Patterns of strings as AWS's models have them, Java's, as patterns of `re`."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby
from typing import Final

#: What stands in a pattern that one of the two reads otherwise: what is escaped, the brackets of
#: classes, and an end that is to come several times.
_TOKEN: Final = re.compile(
    r"\\[pP]\{(?P<name>\w+)\}"
    r"|\\u(?P<high>[dD][89abAB]..)\\u(?P<low>[dD][c-fC-F]..)"
    r"|\\.|(?P<end>\$)\{\d+,?\d*\}|\[\^?|\]|&&",
    re.DOTALL,
)
#: Classes that Java has by name and that are no categories of Unicode.
_POSIX: Final = {
    "ASCII": r"\x00-\x7f",
    "Alnum": "0-9A-Za-z",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Lower": "a-z",
    "Upper": "A-Z",
    "XDigit": "0-9A-Fa-f",
}


class PatternError(ValueError):
    """A pattern that has no counterpart in `re`.

    Attributes:
        pattern: The pattern.
        reason: Why.
    """

    def __init__(self, pattern: str, reason: str) -> None:
        self.pattern = pattern
        self.reason = reason
        super().__init__(pattern, reason)

    def __str__(self) -> str:
        return f"the pattern {self.pattern!r} can't be tested: {self.reason}"


def compiled(pattern: str) -> re.Pattern[str]:
    r"""Return a pattern of Java's for `re`, to match a whole string.

    ``\w``, ``\d``, ``\s`` and ``\b`` are of ASCII, as in Java. A dot leaves out fewer ends of lines
    than there: ``\n`` alone.

    Raises:
        PatternError: It has no counterpart.
    """
    try:
        return re.compile(_translated(pattern), re.ASCII)
    except (re.error, LookupError) as error:
        raise PatternError(pattern, str(error)) from None


def _translated(pattern: str) -> str:
    within = False

    def translated(token: re.Match[str]) -> str:
        nonlocal within
        text = token[0]
        if token["name"]:
            return _class(token["name"], negated=text[1] == "P", within=within)
        if token["high"]:  # two halves that are one character
            return _character(int(token["high"], 16) - 0xD7C0 << 10 | int(token["low"], 16) & 0x3FF)
        if text == "&&" or (text[0] == "[" and within):
            raise PatternError(pattern, "it has classes within classes")
        within = text[0] == "[" or (within and text != "]")
        return token["end"] or text

    return _TOKEN.sub(translated, pattern)


def _class(name: str, *, negated: bool, within: bool) -> str:
    """Return what stands for a class that has a name: within another one, or by itself."""
    if not negated:
        members = _POSIX.get(name) or _ranges(name, negated=False)
    elif name in _POSIX:
        raise LookupError(f"what is not {name} is not spelt out")
    else:
        members = _ranges(name, negated=True)
    return members if within else f"[{members}]"


@cache
def _ranges(category: str, *, negated: bool) -> str:
    """Return the characters whose general category begins so; a tenth of a second at first."""
    found = [
        f"{_character(start)}-{_character(end)}"
        for start, end, known in _runs()
        if known.startswith(category) is not negated
    ]
    if len(found) in (0, len(_runs())):
        raise LookupError(f"no characters are of category {category}")
    return "".join(found)


@cache
def _runs() -> tuple[tuple[int, int, str], ...]:
    """Return all characters in runs of one category: the first, the last, the category."""
    runs = []
    start = 0
    for known, run in groupby(map(unicodedata.category, map(chr, range(sys.maxunicode + 1)))):
        end = start + sum(1 for _ in run)
        runs.append((start, end - 1, known))
        start = end
    return tuple(runs)


def _character(code: int) -> str:
    return f"\\U{code:08x}"
