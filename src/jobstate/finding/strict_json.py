"""One value of JSON out of a text, or every reason why there is none."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from jobstate.common.text import cut, printable
from jobstate.errors import LISTED, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: How deep objects and arrays may stand in one another. DescribeTrainingJob's answer needs 5.
MAX_DEPTH = 64

#: How many characters an integer may have: what CPython converts unless told otherwise, since the
#: time grows with the square.
MAX_DIGITS = 4300

#: How much of where something stands is told: each key on the way may be of any length.
_LONGEST_PATH = 200

_BLANK = re.compile(r"[ \t\r\n]*")


class DefectError(Exception):
    """Why some text is no document.

    Attributes:
        reasons: In words.
        mendable: What comes after could make it one, or more than one.
        position: Where the text stops being JSON; None where it is JSON as far as that goes.
    """

    def __init__(self, *reasons: str, mendable: bool = False, position: int | None = None) -> None:
        super().__init__(*reasons)
        self.reasons = reasons
        self.mendable = mendable
        self.position = position


def value_at(text: str, start: int, number: int) -> tuple[object, int]:
    """Return the value that begins somewhere in a text, and where it ends."""
    unfit = False
    try:
        try:
            value, end = _STRICT.raw_decode(text, start)
        except _UnfitError:
            unfit = True
            value, end = _LENIENT.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _syntax(text, error, number) from None
    except RecursionError:
        raise _too_deep() from None
    containers = text.count("{", start, end) + text.count("[", start, end)
    if containers > MAX_DEPTH and _is_deep(value):  # counting is much cheaper than looking
        raise _too_deep()
    if unfit:
        raise DefectError(*_told(value))
    return value, end


def _syntax(text: str, error: json.JSONDecodeError, number: int) -> DefectError:
    place = place_of(text, error.pos, number)
    cut_off = skip_blank(text, error.pos) == len(text) or error.msg.startswith("Unterminated")
    if cut_off:
        text_ends = f"ends in the middle of a value at {place}"
        return DefectError(text_ends, mendable=True, position=error.pos)
    words = error.msg.removesuffix(" at").rstrip(": ")
    return DefectError(f"is no JSON at {place}: {words}", position=error.pos)


def _too_deep() -> DefectError:
    return DefectError(f"is nested more than {MAX_DEPTH} levels deep")


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def skip_blank(text: str, position: int) -> int:
    """Return where something stands from a position on that JSON does not skip, or the end."""
    match = _BLANK.match(text, position)
    return match.end() if match else position


def place_of(text: str, position: int, number: int) -> str:
    """Return in words where a position is in a text whose first line has some number."""
    position = min(position, len(text.rstrip()))  # a text that is cut off ends where it is cut
    line = number + text.count("\n", 0, position)
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


# --- What `json` would let pass -----------------------------------------------------------------


class _UnfitError(Exception):
    """Something is met that is no JSON, or can't be held."""


def _told(value: object) -> Iterator[str]:
    """Yield what is wrong in a document that has problems in the places of values."""
    problems = _problems(value, "")
    yield from (str(problem) for problem in islice(problems, LISTED))
    if any(True for _ in problems):
        yield "… and more of the like"


def _problems(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, Problem):
        yield value.under(printable(cut(path, _LONGEST_PATH)))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _problems(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _problems(each, f"{path}[{place}]")


def _decoder(unfit: Callable[[Problem], Problem]) -> json.JSONDecoder:
    """Return what decodes JSON; in the place of what is unfit it puts what is returned for it."""

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            for key, count in Counter(key for key, _ in pairs).items():
                if count > 1:
                    found[key] = unfit(
                        Problem("", "each key once in an object", f"it {count} times")
                    )
        return found

    def constant(name: str) -> object:
        expected = "a value, or null where there is none"
        return unfit(Problem("", expected, f"{name}, which is no JSON"))

    def integer(text: str) -> object:
        if len(text) <= MAX_DIGITS:
            return int(text)
        return unfit(Problem("", f"at most {MAX_DIGITS:,} digits", f"{len(text):,}"))

    def fraction(text: str) -> object:
        number = float(text)
        return (
            unfit(Problem("", "a number below 1.8e308", shown(text)[1:-1]))
            if math.isinf(number)
            else number
        )

    return json.JSONDecoder(
        object_pairs_hook=members, parse_constant=constant, parse_int=integer, parse_float=fraction
    )


def _refuse(_: Problem) -> Problem:
    raise _UnfitError


#: The first decodes nearly all that comes; the second tells what is wrong with the rest.
_STRICT, _LENIENT = _decoder(_refuse), _decoder(lambda problem: problem)
