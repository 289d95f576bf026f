"""A history in little memory, for whoever keeps those of many jobs; imports only the records.

Jobs pass the same statuses with the same messages over and over, and an entry ends where the next
one begins. So the statuses and messages are kept once for all jobs, and each time once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar, overload

from attrs import frozen

from jobstate.observation import Entry

_Words = TypeVar("_Words")


@frozen(eq=False)
class Entries(Sequence[Entry]):
    """A history: a sequence of entries that makes them when it is asked. Build it with `of`."""

    _statuses: tuple[str, ...]
    _messages: tuple[str | None, ...]
    _starts: tuple[datetime, ...]
    _last_end: datetime | None
    #: None where every entry but the last ends where the next one begins.
    _ends: tuple[datetime | None, ...] | None

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the same history, compact."""
        if not entries or isinstance(entries, Entries):
            return entries
        starts = tuple(entry.start for entry in entries)
        ends = tuple(entry.end for entry in entries)
        return cls(
            _shared(tuple(entry.status for entry in entries)),
            _shared(tuple(entry.message for entry in entries)),
            starts,
            starts[-1] if ends[-1] == starts[-1] else ends[-1],  # kept once too
            None if ends[:-1] == starts[1:] else ends,
        )

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entry, range(len(self._starts)))

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        if isinstance(index, slice):
            return tuple(self._entry(place) for place in range(*index.indices(len(self))))
        return self._entry(range(len(self))[index])

    def _entry(self, place: int) -> Entry:
        if self._ends is not None:
            end = self._ends[place]
        else:
            end = self._starts[place + 1] if place + 1 < len(self) else self._last_end
        return Entry(self._statuses[place], self._starts[place], end, self._messages[place])


@lru_cache(maxsize=1 << 14)  # bounded, for messages and unknown statuses come from outside
def _shared(words: tuple[_Words, ...]) -> tuple[_Words, ...]:
    return words
