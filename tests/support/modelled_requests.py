"""Requests made at random from botocore's model of a service: right ones, and a fault in one place.

It shares nothing with the emulator: texts come from `re`'s own reading of a pattern, and where a
fault is told to stand is worked out here.
"""

from __future__ import annotations

import re
import string
from functools import cache
from random import Random
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.loaders import Loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Texts for patterns that `re` does not read, or that a random walk through them never meets.
BY_HAND: Final = {
    r"arn:[\p{Alnum}\-]+:lambda:[\p{Alnum}\-]+:[0-9]{12}:function:.*": (
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
    ),
    r"((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}": ("10.0.0.1",),
    r"ip-((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)-?\b){4}\..*": ("ip-10-0-0-1.x",),
}
#: What suits all the others of them: they are about letters, and what is written between them.
_LETTERS: Final = ("tides", "Ebbe Flut", "\u6f6e\u6c50", "x")
#: Numbers of jobs that are made at once.
MULTIPLYING: Final = ("maxNumberOfTrainingJobs", "arrayProperties.size")
#: How deep a request is, and how many parts a list or a map gets that may have any number.
_DEEPEST, _PARTS = 6, 3
_TRIES: Final = 200
_DIGITS, _WORD = string.digits, string.ascii_letters + string.digits + "_"
_CATEGORIES: Final = {
    sre.CATEGORY_DIGIT: _DIGITS,
    sre.CATEGORY_WORD: _WORD,
    sre.CATEGORY_SPACE: " \t",
    sre.CATEGORY_NOT_SPACE: _WORD,
}


@cache
def model(service: str) -> Any:
    """Return botocore's model of a service."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


class Site(NamedTuple):
    """A place in a request.

    Attributes:
        holder: The object or array that it is in.
        key: Its key or index there.
        shape: The shape of what stands there.
        path: How AWS calls the place.
        told: How it calls it where a constraint is broken: of parts that have none, the whole's.
        required: It must be there.
    """

    holder: Any
    key: Any
    shape: Any
    path: str
    told: str
    required: bool = False


# --- Right ones -----------------------------------------------------------------------------------


class Maker:
    """Makes one request."""

    def __init__(self, rng: Random, names: tuple[str, ...] = ()) -> None:
        self.rng = rng
        self.names = names
        self.sites: list[Site] = []

    def made(self, shape: Any, path: str = "", depth: int = 0) -> Any:
        """Return a value of a shape, with all of its places noted."""
        maker = getattr(self, f"_{shape.type_name}", self._number)
        return maker(shape, path, depth)

    def _structure(self, shape: Any, path: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        members = list(shape.members.items())
        if shape.is_tagged_union:
            members = [self.rng.choice(members)]
        few = 0.6 if depth < 2 else 0.15
        for name, member in members:
            required = name in shape.required_members
            wanted = required or shape.is_tagged_union
            if wanted or (depth < _DEEPEST and self.rng.random() < few):
                spelt = member.serialization.get("name", name)
                within = _joined(path, name[0].lower() + name[1:])
                self.sites.append(Site(made, spelt, member, within, within, required))
                made[spelt] = self.made(member, within, depth + 1)
        return made

    def _list(self, shape: Any, path: str, depth: int) -> list[Any]:
        made: list[Any] = []
        for place in range(self._size(shape.metadata, depth)):
            within = f"{path}.{place + 1}.member"
            made.append(None)
            self.sites.append(
                Site(made, place, shape.member, within, _told(shape.member, path, within))
            )
            made[place] = self.made(shape.member, within, depth + 1)
        return made

    def _map(self, shape: Any, path: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        least = self._size(shape.metadata, depth)
        for _ in range(_TRIES):
            if len(made) >= least:
                break
            key = self.made(shape.key)
            within = f"{path}.{key}.member"
            if key not in made:
                self.sites.append(
                    Site(made, key, shape.value, within, _told(shape.value, path, within))
                )
                made[key] = self.made(shape.value, within, depth + 1)
        return made

    def _size(self, known: Any, depth: int) -> int:
        least = known.get("min", 0)
        most = min(known.get("max", _PARTS), least + (_PARTS if depth < _DEEPEST else 0))
        return self.rng.randint(least, most)

    def _string(self, shape: Any, *_: Any) -> str:
        known = shape.metadata
        if "enum" in known:
            return str(self.rng.choice(known["enum"]))
        if self.names and shape.name.endswith("JobName") and self.rng.random() < 0.7:
            return self.rng.choice(self.names)
        return self.rng.choice(texts(known.get("pattern"), known.get("min", 0), known.get("max")))

    def _boolean(self, *_: Any) -> bool:
        return self.rng.random() < 0.5

    def _timestamp(self, *_: Any) -> float:
        return self.rng.choice((0, 1_700_000_000, 1_700_000_000.123, 253_370_764_800))

    def _number(self, shape: Any, path: str, *_: Any) -> float:
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1)
        if path.endswith(MULTIPLYING):
            low, high = 1, 20
        return self.rng.choice((low, high, self.rng.randint(int(low), int(high))))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _told(shape: Any, whole: str, part: str) -> str:
    return part if shape.type_name in {"structure", "list", "map"} else whole


# --- Texts ----------------------------------------------------------------------------------------


@cache
def texts(pattern: str | None, least: int, most: int | None) -> tuple[str, ...]:
    """Return some texts that a pattern and bounds allow."""
    longest = 10_000 if most is None else most
    if pattern is None:
        return ("x" * max(least, 1), "y" * min(max(least, 20), longest))
    if "\\p" in pattern or "\\uD800" in pattern:
        blanks = "\\p{Z}" in pattern or "\\u0020" in pattern
        fitting = [
            each
            for each in BY_HAND.get(pattern, _LETTERS)
            if least <= len(each) <= longest and (blanks or " " not in each)
        ]
        return tuple(fitting)
    rng, found = Random(pattern), set(BY_HAND.get(pattern, ()))
    for _ in range(_TRIES):
        text = _walked(parser.parse(pattern), rng)
        text = text or "x" * least
        if least <= len(text) <= longest and re.fullmatch(pattern, text, re.ASCII):
            found.add(text)
        if len(found) > 4:
            break
    return tuple(sorted(found))


def _walked(parsed: Any, rng: Random) -> str:
    return "".join(_part(kind, value, rng) for kind, value in parsed)


def _part(kind: Any, value: Any, rng: Random) -> str:  # noqa: PLR0911 - a case each
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.ANY:
        return rng.choice(_WORD)
    if kind is sre.IN:
        return _one_of(value, rng)
    if kind is sre.NOT_LITERAL:
        return rng.choice([each for each in _WORD if ord(each) != value])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, parsed = value
        times = rng.randint(low, min(high, low + rng.choice((0, 1, 3, 20))))
        return "".join(_walked(parsed, rng) for _ in range(times))
    if kind is sre.BRANCH:
        return _walked(rng.choice(value[1]), rng)
    if kind is sre.SUBPATTERN:
        return _walked(value[-1], rng)
    return ""  # what has no width: ends, what must or must not be around


def _one_of(choices: Any, rng: Random) -> str:
    if choices[0][0] is sre.NEGATE:
        allowed = [each for each in _WORD + "-./" if not _is_among(each, choices[1:])]
        return rng.choice(allowed)
    kind, value = rng.choice(choices)
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(rng.randint(value[0], max(value[0], min(value[1], 0xD7FF))))
    return rng.choice(_CATEGORIES[value])


def _is_among(text: str, choices: Any) -> bool:
    return any(
        (kind is sre.LITERAL and ord(text) == value)
        or (kind is sre.RANGE and value[0] <= ord(text) <= value[1])
        or (kind is sre.CATEGORY and text in _CATEGORIES[value])
        for kind, value in choices
    )


def shapes_of(service: str, operations: Iterable[str]) -> dict[str, Any]:
    """Return every shape that requests of some operations have, by name."""
    found: dict[str, Any] = {}
    left = [model(service).operation_model(name).input_shape for name in operations]
    while left:
        shape = left.pop()
        if shape is not None and shape.name not in found:
            found[shape.name] = shape
            names = {"list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
            left += (getattr(shape, each) for each in names)
            left += getattr(shape, "members", {}).values()
    return found
