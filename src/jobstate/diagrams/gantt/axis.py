"""A time axis in UTC over what happened: idle gaps folded, ticks at round moments."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import frozen

from jobstate.common.times import from_microseconds, to_microseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_DAY: Final = 86_400
#: How far ticks are apart, in seconds: what clocks show as round; of days 1, 2, 5, 10 …
_STEPS: Final = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200),
    *(_DAY * size * 10**power for power in range(5) for size in (1, 2, 5)),
)
_SECOND: Final = 1_000_000
#: A gap is folded if it is longer than so much of all that is not idle; what it then takes of the
#: axis, and what all take together at most.
_LONG, _FOLD, _FOLDS = 0.1, 0.03, 0.3
#: What a piece takes at least, as a part of all pieces.
_SHORTEST: Final = 0.02


class Tick(NamedTuple):
    """A round moment, or where the axis goes on behind a fold.

    Attributes:
        at: When it is; aware, UTC.
        share: Where it lies: 0 at the beginning of the axis, 1 at its end.
        label: What stands at it.
    """

    at: datetime
    share: float
    label: str


@frozen
class _Piece:
    """A piece without a gap: from when to when, in microseconds, and from where to where."""

    begin: int
    end: int
    left: float
    right: float


@frozen
class Axis:
    """Where moments lie.

    Attributes:
        pieces: What lies between two folds, in order; one at least.
    """

    pieces: tuple[_Piece, ...]

    @classmethod
    def over(cls, spans: Iterable[tuple[datetime, datetime]]) -> Axis:
        """Return the axis of what happened, each from when to when; of one thing at least."""
        busy = _merged(
            sorted((to_microseconds(begin), to_microseconds(end)) for begin, end in spans)
        )
        lengths = [max(end - begin, _SECOND) for begin, end in busy]
        parts = [max(length / sum(lengths), _SHORTEST) for length in lengths]
        fold = min(_FOLD, _FOLDS / max(len(busy) - 1, 1))
        scale = (1 - fold * (len(busy) - 1)) / sum(parts)
        pieces = []
        left = 0.0
        for (begin, end), part in zip(busy, parts, strict=True):
            right = left + part * scale
            pieces.append(_Piece(begin, end, left, right))
            left = right + fold
        return cls(tuple(pieces))

    @property
    def title(self) -> str:
        """From when to when it is."""
        begin, end = (
            f"{from_microseconds(each):%Y-%m-%d %H:%M:%S}"
            for each in (self.pieces[0].begin, self.pieces[-1].end)
        )
        return f"{begin} to {end[11:] if begin[:10] == end[:10] else end} UTC"

    def share(self, moment: datetime) -> float:
        """Return where a moment lies: 0 at the beginning, 1 at the end."""
        at = to_microseconds(moment)
        place = bisect_right(self.pieces, at, key=lambda each: each.begin) - 1
        piece = self.pieces[max(place, 0)]
        part = (at - piece.begin) / max(piece.end - piece.begin, _SECOND)
        return piece.left + (piece.right - piece.left) * min(max(part, 0.0), 1.0)

    def has(self, moment: datetime) -> bool:
        """Return whether a moment lies on it: not before or behind it, nor in a fold."""
        at = to_microseconds(moment)
        return any(piece.begin <= at <= piece.end for piece in self.pieces)

    @property
    def folds(self) -> list[float]:
        """Where gaps are folded: the middles."""
        return [
            (one.right + other.left) / 2
            for one, other in zip(self.pieces, self.pieces[1:], strict=False)
        ]

    def ticks(self, most: int) -> list[Tick]:
        """Return the ticks, as many as can be but not more than there is room for.

        Behind a fold the axis goes on with a date; the first tick of each day has one too.

        Args:
            most: How many there may be, if they lie evenly, 2 or more.
        """
        longest = max(self.pieces, key=lambda each: each.end - each.begin)
        seconds = next(
            each
            for each in _STEPS
            if (longest.end - longest.begin) // (each * _SECOND)
            < max(most * (longest.right - longest.left), 1)
            or each == _STEPS[-1]
        )
        found: list[Tick] = []
        for piece in self.pieces:
            day = None  # no tick of the piece has told it yet
            for at, begins in self._moments(piece, seconds):
                share = self.share(at)
                while begins and len(found) > 1 and share - found[-1].share < 1 / most:
                    found.pop()  # where it goes on is more than one tick more
                if not found or share - found[-1].share >= 1 / most:
                    new_day = at.date() != day
                    label = f"{at:%Y-%m-%d}" if begins else _label(at, seconds, new_day=new_day)
                    found.append(Tick(at, share, label))
                    day = at.date()
        return found

    def _moments(self, piece: _Piece, seconds: int) -> Iterator[tuple[datetime, bool]]:
        """Yield where ticks may be, and whether the axis goes on there behind a fold."""
        if len(self.pieces) > 1:
            yield from_microseconds(piece.begin), True
        step = seconds * _SECOND
        for each in range(-(-piece.begin // step) * step, piece.end + 1, step):
            yield from_microseconds(each), False


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches that nothing idle of any length is in."""
    touching = _joined(spans, 0)
    busy = sum(end - begin for begin, end in touching)
    return _joined(touching, max(busy * _LONG, _SECOND))


def _joined(spans: Iterable[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _label(at: datetime, step: int, *, new_day: bool) -> str:
    date, time = f"{at:%Y-%m-%d}", f"{at:%H:%M}" if step % 60 == 0 else f"{at:%H:%M:%S}"
    if step >= _DAY or (new_day and time.strip("0:") == ""):
        return date
    return f"{date[5:]} {time}" if new_day else time
