"""Plain data from a file, read with care: each value checked, every problem with its path."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from jobstate.errors import Problem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_T = TypeVar("_T")


class DamagedError(Exception):
    """Carries problems from where they show to where the next part can be read."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(problems)


def damaged_at(path: str, expected: str, got: object) -> DamagedError:
    """Return the error that says what stands at a path instead of what is expected there."""
    return DamagedError(Problem(path, expected, shown(got)))


def read_all(reads: Iterable[tuple[Callable[[Any, str], _T], object, str]]) -> list[_T]:
    """Return what each reader makes of its value at its path; raise all their problems at once."""
    found: list[_T] = []
    problems: list[Problem] = []
    for read, value, path in reads:
        try:
            found.append(read(value, path))
        except DamagedError as damaged:
            problems += damaged.problems
    if problems:
        raise DamagedError(*problems)
    return found


# --- Values ---------------------------------------------------------------------------------------


def mapping(data: object, path: str) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(data, dict):
        raise damaged_at(path, "an object", data)
    return data


def listing(data: object, path: str, length: int | None = None) -> list[Any]:
    """Return a list, of a certain length if one is given."""
    if not isinstance(data, list) or length not in (None, len(data)):
        raise damaged_at(path, f"a list{'' if length is None else f' of {length}'}", data)
    return data


def count(value: object, path: str) -> int:
    """Return a whole number, 0 or more."""
    if type(value) is not int or value < 0:
        raise damaged_at(path, "a whole number, 0 or more", value)
    return value


def text(value: object, path: str) -> str | None:
    """Return a text or None."""
    if value is not None and not isinstance(value, str):
        raise damaged_at(path, "a text or null", value)
    return value


def required_text(value: object, path: str) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise damaged_at(path, "a text", value)
    return value


def texts(data: object, path: str) -> list[str]:
    """Return a list of texts."""
    found = listing(data, path)
    if not all(isinstance(each, str) for each in found):
        raise damaged_at(path, "a list of texts", data)
    return found


def truths(data: object, path: str) -> dict[str, bool]:
    """Return what is true and what is not, by name."""
    found = dict(mapping(data, path))
    if not all(isinstance(each, bool) for each in found.values()):
        raise damaged_at(path, "true or false for each name", data)
    return found


def time(value: object, path: str) -> datetime | None:
    """Return a time in UTC, or None."""
    return None if value is None else required_time(value, path)


def required_time(value: object, path: str) -> datetime:
    """Return a time in UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or in UTC one before the year 1 or after 9999
        pass
    raise damaged_at(path, "a time as ISO 8601 with its zone", value)
