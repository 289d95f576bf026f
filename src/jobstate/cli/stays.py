"""A history as people read it: a line for each stay, with its part of the time as a bar.

Pure: entries in, lines out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.cli.terminal import duration, moment
from jobstate.cli.width import columns_of, padded, shortened
from jobstate.common.text import cut, printable
from jobstate.diagrams.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from jobstate.cli.terminal import Paint
    from jobstate.model.observation import Entry

#: How wide the bars are, all together; where there is less room than for the shortest, none.
_BAR, _SHORTEST_BAR = 32, 8
#: How much of a status is printed; where there is little room less, but so much.
_STATUS, _SHORTEST_STATUS = 40, 8
#: Of a longer history only so many entries at each end are printed.
_ENTRIES_AT_AN_END: Final = 20
#: How much of a service's words is printed.
_LONGEST_MESSAGE: Final = 400
#: A moment with its date, and without; what stands between two columns.
_STAMP, _TIME, _GAP = len("2026-01-01 00:00:00"), len("00:00:00"), "  "


def timeline(
    entries: Sequence[Entry],
    stages: Mapping[str, Stage],
    modified: datetime | None,
    paint: Paint,
    *,
    running: bool,
) -> Iterator[str]:
    """Yield a history, each stay with its part of the time, in the colour of its stage.

    Args:
        entries: The history; nothing is yielded of an empty one.
        stages: A status → its stage.
        modified: When the record was last changed: what runs, runs at least until then.
        paint: Its colours, and how wide it may be.
        running: The last stay goes on.
    """
    if not entries:
        return
    stays = [_stay(number, entries, running=running) for number in range(len(entries))]
    sizes = _Sizes.of(stays, paint.width)
    scale = _Scale(entries, modified, sizes.bar, running=running)
    left_out = len(stays) - 2 * _ENTRIES_AT_AN_END
    for number, stay in enumerate(stays):
        if left_out <= 1 or not 0 <= number - _ENTRIES_AT_AN_END < left_out:
            stage = stages.get(entries[number].status, Stage.STRANGE)
            bar = _on_ground(scale.bar(number, entries), stage, paint) if sizes.bar else ""
            yield from sizes.lines(stay, bar)
        elif number == _ENTRIES_AT_AN_END:
            yield f"… {left_out:,} more …"
    if message := entries[-1].message:
        yield paint.faint(f"“{cut(printable(message), _LONGEST_MESSAGE)}”")


def _on_ground(bar: str, stage: Stage, paint: Paint) -> str:
    drawn = bar.lstrip(" ")
    return bar[: len(bar) - len(drawn)] + paint.cell(drawn, stage)


@frozen
class _Stay:
    """A stay in words; the date is empty where it is that of the one before."""

    status: str
    date: str
    time: str
    length: str


def _stay(number: int, entries: Sequence[Entry], *, running: bool) -> _Stay:
    entry = entries[number]
    date, _, time = moment(entry.start).partition(" ")
    if number and entries[number - 1].start.date() == entry.start.date():
        date = ""
    last = number == len(entries) - 1
    end = _end(number, entries)
    if last and running:
        length = "running"
    else:
        length = "" if end is None or (last and end == entry.start) else duration(end - entry.start)
    return _Stay(cut(printable(entry.status), _STATUS), date, time, length)


def _end(number: int, entries: Sequence[Entry]) -> datetime | None:
    """Return when a stay ended: where that is left out, when the next one began."""
    following = entries[number + 1].start if number + 1 < len(entries) else None
    return entries[number].end or following


@frozen
class _Sizes:
    """How wide the columns are.

    Attributes:
        status: The statuses.
        start: When stays began: without its date where dates have lines of their own.
        length: How long they were.
        bar: The bars; 0 for none.
    """

    status: int
    start: int
    length: int
    bar: int

    @classmethod
    def of(cls, stays: Sequence[_Stay], width: int | None) -> _Sizes:
        """Return the columns for a width: bars get shorter first, then go, then dates do."""
        status = max(columns_of(each.status) for each in stays)
        length = max(len(each.length) for each in stays)
        if width is None:
            return cls(status, _STAMP, length, _BAR)
        room = width - status - length - 2 * len(_GAP)  # beside these
        if room < _STAMP:
            status = min(status, max(status + room - _TIME, _SHORTEST_STATUS))
            return cls(status, _TIME, length, 0)
        bar = min(room - _STAMP - len(_GAP), _BAR)
        return cls(status, _STAMP, length, bar if bar >= _SHORTEST_BAR else 0)

    def lines(self, stay: _Stay, bar: str) -> Iterator[str]:
        """Yield a stay, after the line of its date if there is one."""
        start = stay.time
        if self.start == _STAMP:
            start = f"{stay.date} {stay.time}"
        elif stay.date:
            yield stay.date
        status = padded(shortened(stay.status, self.status), self.status)
        cells = (status, start.rjust(self.start), stay.length.rjust(self.length), bar)
        yield _GAP.join(cells).rstrip()


class _Scale:
    """Where a moment lies on the bars."""

    def __init__(
        self, entries: Sequence[Entry], modified: datetime | None, width: int, *, running: bool
    ) -> None:
        times = [time for each in entries for time in (each.start, each.end) if time]
        self._running = running
        self._width = width
        self._first = min(times)
        self._last = max([*times, modified]) if modified and running else max(times)

    def bar(self, number: int, entries: Sequence[Entry]) -> str:
        """Return a stay's part of the whole, at its place: ``|`` ended there, ``>`` goes on."""
        start, end = entries[number].start, _end(number, entries)
        running = self._running and number == len(entries) - 1
        begin = min(self._place(start), self._width - 1)
        until = self._last if running else end
        length = 0 if until is None else self._place(until) - begin
        if running:
            drawn = "=" * (length - 1) + ">"
        elif end is None or end == start:
            drawn = "|"
        else:
            drawn = "=" * max(length, 1)
        return " " * begin + drawn

    def _place(self, time: datetime) -> int:
        whole = (self._last - self._first) or timedelta(1)
        return round(self._width * ((time - self._first) / whole))
