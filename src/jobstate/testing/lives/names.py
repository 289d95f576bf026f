"""Names of jobs, numbered: each that a job can have has one, the shortest the lowest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

#: AWS's names: letters and digits, and hyphens between them.
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_LONGEST_NAME: Final = 63


def job_name(lifecycle: Lifecycle, number: int) -> str:
    """Return the name of a number, cut where the kind of job has shorter ones."""
    most = _LONGEST_NAME if lifecycle.writer is None else lifecycle.writer.longest_name
    return name_of(number)[:most].rstrip("-")


def name_of(number: int) -> str:
    """Return the job name of a number: each name has one, the shortest the lowest."""
    number, first = divmod(number, len(_LETTERS))
    if not number:
        return _LETTERS[first]
    number, last = divmod(number - 1, len(_LETTERS))
    inner = []
    while number:
        number, place = divmod(number - 1, len(_INNER))
        inner.append(_INNER[place])
    return "".join([_LETTERS[first], *inner, _LETTERS[last]])


_INNER: Final = _LETTERS + "-"
_INNERS: Final = sum(len(_INNER) ** length for length in range(_LONGEST_NAME - 1))
#: The number of the last name.
LAST_NAME: Final = len(_LETTERS) * (1 + len(_LETTERS) * _INNERS) - 1
