"""Plain data from a file, read with care: each value checked, every problem with its place."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from operator import call
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from attrs import evolve

from jobstate.common.times import from_microseconds
from jobstate.errors import Problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_T = TypeVar("_T")
_Choice = TypeVar("_Choice", bound=StrEnum)
#: `operator.call`, for type checkers that can't follow it through `map`.
CALL: Final = cast("Callable[..., Any]", call)
_TEXT: Final = {str}
_ZERO: Final = timedelta(0)


class _Nothing:
    """Stands for a value that is not there, which is no null."""

    def __repr__(self) -> str:
        return "nothing"


_NOTHING: Final = _Nothing()


class DamagedError(Exception):
    """Carries problems from where they show to where the next part can be read.

    Their paths begin at what was read; `under` puts before them what leads there. It carries none
    where what can't be read is a problem of another place, which has it already.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(problems)

    def under(self, path: str) -> list[Problem]:
        """Return the problems with what leads to where they were found."""
        return [evolve(each, path=path + each.path) for each in self.problems]


def damaged(expected: str, got: object, path: str = "") -> DamagedError:
    """Return the error that says what there is instead of what is expected."""
    return DamagedError(Problem(path, expected, shown(got)))


def read_at(path: str, read: Callable[[Any], _T], value: object) -> _T:
    """Return what a reader makes of a value that stands somewhere.

    Raises:
        DamagedError: It can't be read.
    """
    try:
        return read(value)
    except DamagedError as error:
        raise DamagedError(*error.under(path)) from None


def read_all(path: str, reads: Iterable[tuple[object, Callable[[Any], _T], object]]) -> list[_T]:
    """Return what each reader makes of its value; raise all their problems at once.

    Args:
        path: Where a value stands, with ``{}`` for its key; written out only where it is damaged.
        reads: The key of each value, its reader, and itself.

    Raises:
        DamagedError: Some can't be read.
    """
    found: list[_T] = []
    problems: list[Problem] | None = None
    for key, read, value in reads:
        try:
            found.append(read(value))
        except DamagedError as error:
            problems = (problems or []) + error.under(path.format(key))
    if problems is not None:
        raise DamagedError(*problems)
    return found


def each_of(read: Callable[[Any], _T], data: object) -> list[_T]:
    """Return what a reader makes of each value in a list."""
    return read_all("[{}]", ((place, read, value) for place, value in enumerate(listing(data))))


def row_of(readers: Sequence[Callable[[Any], Any]], data: object) -> list[Any]:
    """Return what readers make of the values in a list, each of its own."""
    values = listing(data, len(readers))
    return read_all("[{}]", zip(range(len(values)), readers, values, strict=True))


def fields_of(readers: Mapping[str, Callable[[Any], Any]], data: object) -> list[Any]:
    """Return what readers make of the values of an object, each of the one that it is named for."""
    found = mapping(data)
    try:
        return list(map(CALL, readers.values(), map(found.__getitem__, readers)))
    except (KeyError, DamagedError):  # again, which takes longer, with every problem and its place
        pass
    return read_all(
        ".{}", [(name, read, found.get(name, _NOTHING)) for name, read in readers.items()]
    )


# --- Writing --------------------------------------------------------------------------------------


@overload
def whole_text(text: str) -> str: ...
@overload
def whole_text(text: str | None) -> str | None: ...
def whole_text(text: str | None) -> str | None:
    """Return a text with whatever UTF-8 can't hold (half of a surrogate pair) as its escape."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


# --- JSON -----------------------------------------------------------------------------------------


def line(data: object) -> str:
    """Return data as JSON, in one line of ASCII."""
    return _encode()(data)


@cache
def _encode() -> Callable[[object], str]:
    import json  # noqa: PLC0415 - whoever keeps nothing need not wait for it

    return json.JSONEncoder(allow_nan=False).encode  # one for all: to make one takes longer


def parsed(text: str) -> Any:  # noqa: ANN401 - whatever it says
    """Return what JSON says."""
    import json  # noqa: PLC0415 - as above

    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(Problem("", "JSON", str(error))) from None


def nested(data: object) -> object:
    """Return what JSON says, of a text that is JSON; anything else as it is."""
    try:
        return parsed(data) if isinstance(data, str) else data
    except DamagedError:  # whoever reads it says what should be there
        return data


# --- Values ---------------------------------------------------------------------------------------


def mapping(data: object) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(data, dict):
        raise damaged("an object", data)
    return data


def listing(data: object, length: int | None = None) -> list[Any]:
    """Return a list, of a certain length if one is given."""
    if not isinstance(data, list) or length not in (None, len(data)):
        raise damaged(f"a list{'' if length is None else f' of {length}'}", data)
    return data


def count(value: object) -> int:
    """Return a whole number, 0 or more, with room for what is counted on."""
    if type(value) is not int or value < 0:
        raise damaged("a whole number, 0 or more", value)
    if value >> 62:
        raise damaged("a whole number of 62 bits", value)
    return value


def up_to(most: int, value: object) -> int:
    """Return a whole number from 0 to the most that there can be."""
    found = count(value)
    if found > most:
        raise damaged(f"a whole number up to {most}", value)
    return found


def flag(value: object) -> bool:
    """Return whether something is true, of 0 or 1."""
    if type(value) is not int or value not in (0, 1):
        raise damaged("0 or 1", value)
    return value == 1


def small_count(value: object) -> int:
    """Return a whole number, 0 or more, of 31 bits."""
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise damaged("a whole number, 0 or more, of 31 bits", value)
    return value


def whole(value: object) -> int:
    """Return a whole number of 64 bits."""
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise damaged("a whole number of 64 bits", value)
    return value


def text(value: object) -> str | None:
    """Return a text or None."""
    if value is not None and not isinstance(value, str):
        raise damaged("a text or null", value)
    return value


def required_text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise damaged("a text", value)
    return value


def texts(data: object) -> list[str]:
    """Return a list of texts."""
    found = listing(data)
    if not {*map(type, found)} <= _TEXT:
        raise damaged("a list of texts", data)
    return found


def truth(value: object) -> bool:
    """Return whether something is true."""
    if not isinstance(value, bool):
        raise damaged("true or false", value)
    return value


def truths(data: object) -> dict[str, bool]:
    """Return what is true and what is not, by name."""
    found = dict(mapping(data))
    if not all(isinstance(each, bool) for each in found.values()):
        raise damaged("true or false for each name", data)
    return found


def time(value: object) -> datetime | None:
    """Return a time in UTC, or None."""
    return None if value is None else required_time(value)


def required_time(value: object) -> datetime:
    """Return a time in UTC."""
    try:
        if type(value) is int:
            return from_microseconds(value)
    except OverflowError:  # before the year 1 or after 9999
        pass
    raise damaged("a time in microseconds since 1970", value)


def second(value: object) -> datetime | None:
    """Return a time in UTC, of a whole number of seconds, or None."""
    if value is None:
        return None
    found = required_time(value)
    if found.microsecond:
        raise damaged("a time of a whole second, in microseconds since 1970", value)
    return found


def moment(value: object) -> datetime | None:
    """Return a time in UTC, of its ISO 8601, or None."""
    return None if value is None else required_moment(value)


def required_moment(value: object) -> datetime:
    """Return a time in UTC, of its ISO 8601."""
    try:
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]  # raises a TypeError
    except (TypeError, ValueError):
        found = None
    if found is None or found.utcoffset() != _ZERO:
        raise damaged("a time in UTC", value)
    return found


def member_of(choices: type[_Choice], value: object) -> _Choice:
    """Return a member of an enumeration of texts."""
    try:
        return choices(value)  # type: ignore[arg-type]  # raises a ValueError
    except ValueError:
        raise damaged(" or ".join(choices), value) from None
