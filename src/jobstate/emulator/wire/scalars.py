"""Strings, numbers, booleans, times and blobs of a request: what they become, what they may be."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jobstate.common.log import log
from jobstate.emulator.wire.faults import not_converted
from jobstate.emulator.wire.patterns import PatternError, compiled

if TYPE_CHECKING:
    from jobstate.emulator.wire.models import ModelShape

#: Returns the value as the shape's type, or raises `WrongTypeError`.
Convert: TypeAlias = Callable[[Any], Any]

#: How many characters of a text that is longer than it may be a pattern is tested on at most: some
#: take time that grows with the square.
PATIENCE: Final = 1_024


class ScalarCheck:
    """Checks values that have no parts.

    Attributes:
        convert: As above.
        constraints: All that a value has to satisfy, as AWS says it.
        sensitive: A value is not to be repeated.
    """

    def __init__(self, shape: ModelShape, time_format: str) -> None:
        known = shape.metadata
        self.convert = _converter(shape, time_format)
        self.sensitive = bool(known.get("sensitive"))
        self._counted = shape.type_name in {"string", "blob"}  # others are compared themselves
        self._low, self._high = known.get("min", -inf), known.get("max", inf)
        self._longest = max(self._high, PATIENCE)
        self._bounds = bounds(known, "length" if self._counted else "value")
        self._pattern = known.get("pattern")
        self._enum = known.get("enum", ())
        self._sentences = {
            "pattern": f"Member must satisfy regular expression pattern: {self._pattern}",
            "enum": f"Member must satisfy enum value set: [{', '.join(self._enum)}]",
        }
        said = {"pattern": self._pattern, "enum": self._enum}
        others = (sentence for name, sentence in self._sentences.items() if said[name])
        self.constraints = (*self._bounds.values(), *others)

    def unsatisfied(self, value: Any) -> list[str]:  # noqa: ANN401 - what `convert` returned
        """Return the constraints that a value does not satisfy."""
        size = len(value) if self._counted else value
        broken = []
        if size > self._high:
            broken.append(self._bounds["max"])
        if size < self._low:
            broken.append(self._bounds["min"])
        if self._pattern and size <= self._longest and not matches(self._pattern, value):
            broken.append(self._sentences["pattern"])
        if self._enum and value not in self._enum:
            broken.append(self._sentences["enum"])
        return broken


def bounds(known: Mapping[str, Any], what: str) -> dict[str, str]:
    """Return how the bounds of a shape are said: ``max`` and ``min``, as far as it has them.

    Args:
        known: What the model says of the shape.
        what: What is bounded: its length or its value.
    """
    words = {"max": "less than or equal to", "min": "greater than or equal to"}
    return {
        name: f"Member must have {what} {words[name]} {known[name]}"
        for name in words
        if name in known
    }


def matches(pattern: str, text: str) -> bool:
    """Return whether a text is as a pattern wants it; of one that can't be tested, whether or not.

    Patterns are compiled when they are first needed, for a service has many that nobody needs.
    """
    match = _match(pattern)
    return match is None or match(text) is not None


@cache
def _match(pattern: str) -> Callable[[str], object] | None:
    try:
        return compiled(pattern).fullmatch
    except PatternError as error:  # of a model that is newer than this library
        log().warning("%s; requests are not held to it", error)
        return None


# --- Types ----------------------------------------------------------------------------------------


def _converter(shape: ModelShape, time_format: str) -> Convert:
    name = shape.type_name
    if name == "timestamp":
        return _TIMES[shape.serialization.get("timestampFormat", time_format)]
    if name == "float":
        return _CONVERTERS["double"]
    return _CONVERTERS[name]


def _string(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if type(value) is str:
        return value
    raise not_converted(value, "a String")


def _boolean(value: Any) -> bool:  # noqa: ANN401
    if type(value) is bool:
        return value
    raise not_converted(value, "a Boolean")


def _integers(bits: int, wanted: str) -> Convert:
    most = 1 << bits

    def integer(value: Any) -> int:  # noqa: ANN401
        # Fractions are cut off, as Athena was seen to do it.
        if type(value) is int or type(value) is float:
            whole = int(value)
            if -most <= whole < most:
                return whole
        raise not_converted(value, wanted)

    return integer


def _double(value: Any) -> float:  # noqa: ANN401
    if type(value) is float or type(value) is int:
        try:
            return float(value)
        except OverflowError:
            pass
    raise not_converted(value, "a Double")


def _blob(value: Any) -> bytes:  # noqa: ANN401
    try:
        return b64decode(_string(value), validate=True)
    except ValueError:
        raise not_converted(value, "a Blob") from None


def _since_epoch(value: Any) -> datetime:  # noqa: ANN401
    if type(value) is int or type(value) is float:
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise not_converted(value, _MILLISECONDS)


def _written(read: Callable[[str], datetime]) -> Convert:
    def written(value: Any) -> datetime:  # noqa: ANN401
        try:
            moment = read(_string(value))
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            raise not_converted(value, _MILLISECONDS) from None

    return written


_MILLISECONDS: Final = "milliseconds since epoch"
_CONVERTERS: Final[dict[str, Convert]] = {
    "string": _string,
    "boolean": _boolean,
    "integer": _integers(31, "an Integer"),
    "long": _integers(63, "a Long"),
    "double": _double,
    "blob": _blob,
}
#: The types of shapes whose values have no parts.
SCALARS: Final = frozenset({*_CONVERTERS, "float", "timestamp"})
#: By the names that models have for how times are written.
_TIMES: Final[dict[str, Convert]] = {
    "unixTimestamp": _since_epoch,
    "iso8601": _written(datetime.fromisoformat),
    "rfc822": _written(parsedate_to_datetime),
}
