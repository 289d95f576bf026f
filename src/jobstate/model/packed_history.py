"""A history in little memory, for whoever keeps those of many jobs.

Jobs pass the same statuses with the same messages over and over, and an entry ends where the next
one begins. So the statuses and messages are kept once for all jobs, and each time once, as a
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from struct import Struct
from sys import getsizeof
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, overload

from attrs import frozen

from jobstate.common.times import EARLIEST, LATEST, from_microseconds, to_microseconds
from jobstate.model.observation import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

_Words = TypeVar("_Words")
_Time = TypeVar("_Time")

#: An entry in plain values: status, start and end in microseconds since 1970, message.
Row: TypeAlias = tuple[str, int, int | None, str | None]

#: Ends that need not be kept: every entry ends where the next begins, and the last is open …
_OPEN: Final = None
#: … or ended when it began.
_CLOSED: Final = b""
#: The earliest and the latest time that there is.
FIRST: Final = to_microseconds(EARLIEST)
LAST: Final = to_microseconds(LATEST)
_WHOLE: Final = {int}
_TEXT: Final = {str, type(None)}
#: Stands for no end among ends that are kept; no time is that long ago.
_NO_END: Final = -(1 << 63)


@frozen(weakref_slot=False)
class Entries(Sequence[Entry]):
    """A history: a sequence of entries that makes them when it is asked. Build it with `of`."""

    _statuses: tuple[str, ...]
    _messages: tuple[str | None, ...]
    _starts: bytes
    _ends: bytes | None

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the same history, compact."""
        if isinstance(entries, Entries) or not entries:
            return entries
        starts = [entry.start for entry in entries]
        return cls(
            shared(tuple([entry.status for entry in entries])),
            shared(tuple([entry.message for entry in entries])),
            _packed([to_microseconds(start) for start in starts]),
            _packed_ends(starts, [entry.end for entry in entries], to_microseconds),
        )

    @classmethod
    def from_columns(
        cls,
        statuses: tuple[str, ...],
        starts: Sequence[int],
        ends: Sequence[int | None],
        messages: tuple[str | None, ...],
    ) -> Entries:
        """Return a history from its columns, all of the same length; one entry at least.

        Args:
            statuses: The status of each entry.
            starts: When each began, in microseconds since 1970-01-01T00:00:00Z.
            ends: When each ended, likewise; None where it is open.
            messages: The message of each.

        Raises:
            ValueError: Some can't be that.
        """
        if None in statuses:
            raise ValueError("each entry has a status")
        _require_times(starts)
        return cls(
            shared(statuses, _require_texts),
            shared(messages, _require_texts),
            _packed(starts),
            _packed_ends(starts, ends, _required_time),
        )

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status of each entry."""
        return self._statuses

    def rows(self) -> Iterator[Row]:
        """Return the entries in plain values."""
        starts = self._times()
        ends = self._end_times(starts, int)
        return zip(self._statuses, starts, ends, self._messages, strict=True)

    def continues(self, other: Sequence[Entry]) -> bool:
        """Tell at a glance whether this history has all that another has, to the microsecond.

        It has the same entries in the same order and all their ends; its messages may be others,
        and there may be more entries. False may also mean that it takes a closer look.
        """
        if not isinstance(other, Entries):
            return not other
        count = len(other._statuses)  # noqa: SLF001 - of the same class
        plain = self._ends in (_OPEN, _CLOSED) and other._ends in (_OPEN, _CLOSED)  # noqa: SLF001
        longer = len(self._statuses) > count
        return (
            plain
            and self._starts.startswith(other._starts)  # noqa: SLF001
            and self._statuses[:count] == other._statuses  # noqa: SLF001
            # An end that the other has is where the next entry begins, or there is none.
            and (other._ends is _OPEN or (not longer and self._ends == _CLOSED))  # noqa: SLF001
        )

    def __len__(self) -> int:
        return len(self._statuses)

    def __iter__(self) -> Iterator[Entry]:
        starts = tuple(map(from_microseconds, self._times()))
        ends = self._end_times(starts, from_microseconds)
        return map(Entry, self._statuses, starts, ends, self._messages)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        rows = list(self.rows())
        if isinstance(index, slice):
            return tuple([entry_of(*row) for row in rows[index]])
        return entry_of(*rows[index])

    def _times(self) -> tuple[int, ...]:
        times: tuple[int, ...] = _form(len(self._statuses)).unpack(self._starts)
        return times

    def _end_times(
        self, starts: tuple[_Time, ...], made: Callable[[int], _Time]
    ) -> Sequence[_Time | None]:
        """Return the ends as what the starts are made of."""
        if self._ends is None:  # which is `_OPEN`; type checkers follow only the word itself
            return (*starts[1:], None)
        if self._ends == _CLOSED:
            return (*starts[1:], starts[-1])
        ends = _form(len(starts)).unpack(self._ends)
        return [None if end == _NO_END else made(end) for end in ends]


def entry_of(status: str, start: int, end: int | None, message: str | None) -> Entry:
    """Return an entry of its row."""
    return Entry(
        status,
        from_microseconds(start),
        from_microseconds(end),
        message,
    )


def _packed(times: Sequence[int]) -> bytes:
    return _form(len(times)).pack(*times)


def _packed_ends(
    starts: Sequence[_Time], ends: Sequence[_Time | None], counted: Callable[[_Time], int]
) -> bytes | None:
    if ends[:-1] == starts[1:]:
        if ends[-1] is None:
            return _OPEN
        if ends[-1] == starts[-1]:
            return _CLOSED
    return _packed([_NO_END if end is None else counted(end) for end in ends])


@lru_cache(maxsize=256)
def _form(count: int) -> Struct:
    return Struct(f"<{count}q")


def _require_times(counts: Sequence[int]) -> None:
    """Refuse what are no times in microseconds, the types of the numbers included."""
    if {*map(type, counts)} != _WHOLE or min(counts) < FIRST or max(counts) > LAST:
        raise ValueError("each is a time in microseconds since 1970")


def _required_time(count: int) -> int:
    _require_times((count,))
    return count


def _require_texts(words: tuple[object, ...]) -> None:
    if not {*map(type, words)} <= _TEXT:
        raise ValueError("each is a text or None")


class _Shared:
    """One object for equal tuples. Bounded in bytes, for messages come from outside."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: dict[Any, Any] = {}

    def __call__(
        self, words: tuple[_Words, ...], check: Callable[[tuple[object, ...]], object] = len
    ) -> tuple[_Words, ...]:
        """Return one object for equal tuples.

        Args:
            words: One of them.
            check: Refuses what none may be; called with the first of equal ones alone.
        """
        found: tuple[_Words, ...] | None = self._kept.get(words)
        if found is not None:
            return found
        check(words)
        size = sum(map(getsizeof, (words, *words)))
        if self._bytes + size > self._most_bytes:
            self._kept.clear()
            self._bytes = 0
        self._bytes += size
        return self._kept.setdefault(words, words) if size <= self._most_bytes else words


#: Returns one object for equal tuples.
shared: Final = _Shared(1 << 24)
