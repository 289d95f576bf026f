"""A job's time line under its picture: a piece for each stay, round ticks in UTC.

A stay that would be too short to be seen is drawn wider, and that is said; ticks stand where they
belong between the stays all the same, so the line is not to scale there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.overlays.words import duration
from jobstate.diagrams.render.svg.elements import classes, element, rectangle, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.diagrams.overlays.overlay import Strip, StripPiece

#: How high it is: its bar, and all of it.
_BAR, _HEIGHT = 30, 72
#: How wide a stay is at least, if there is room; between two is a gap.
_NARROWEST, _GAP = 18.0, 1.0
#: At most so many ticks, this far apart.
_MOST_TICKS, _TICK_GAP = 12, 14.0
_DAY: Final = 86_400
#: How far ticks may be apart, in seconds: what people call round.
_STEPS: Final = (
    *(1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200),
    *(
        _DAY * days
        for days in (1, 2, 5, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000, 1_000_000)
    ),
)
_SIZE, _LEADING = 12, 16


class Scale:
    """Where a moment stands on the strip.

    Attributes:
        widened: How many stays are drawn wider than they were.
    """

    def __init__(self, strip: Strip, left: float, width: float) -> None:
        """Share the width out: to each stay what it needs to be seen, the rest by its length."""
        ends = [(stay.begin, stay.end) for stay in strip.stays]
        # Where nothing was between two stays, nothing need be seen of it.
        spans = [((0.0, ends[0][0]), 0.0)]
        for place, (begin, end) in enumerate(ends):
            after = ends[place + 1][0] if place + 1 < len(ends) else end
            spans += [((begin, end), _NARROWEST), ((end, after), 0.0)]
        least = min(1.0, width / (_NARROWEST * len(ends)))
        needs = [need * least for _, need in spans]
        widths = _shared([end - begin for (begin, end), _ in spans], needs, width)
        self.widened = sum(
            wide == need and end - begin < strip.seconds
            for wide, need, ((begin, end), _) in zip(widths, needs, spans, strict=True)
            if need
        )
        self._knots: list[tuple[float, float]] = [(0.0, left)]
        for ((_, end), _), wide in zip(spans, widths, strict=True):
            self._knots.append((end, self._knots[-1][1] + wide))
        self._stays = [
            (self._knots[2 * place + 1][1], self._knots[2 * place + 2][1])
            for place in range(len(ends))
        ]

    def stay(self, place: int) -> tuple[float, float]:
        """Return where a stay begins and ends."""
        return self._stays[place]

    def of(self, seconds: float) -> float:
        """Return where a moment stands, so many seconds after the beginning."""
        for (begin, left), (end, right) in pairwise(self._knots):
            if begin <= seconds <= end and end > begin:
                return left + (right - left) * (seconds - begin) / (end - begin)
        return self._knots[-1][1]


def _shared(lengths: Sequence[float], needs: Sequence[float], width: float) -> list[float]:
    """Return widths in proportion to lengths, none less than it needs, all together a width."""
    short: set[int] = set()
    while True:
        whole = sum(length for place, length in enumerate(lengths) if place not in short)
        room = width - sum(needs[place] for place in short)
        each = room / whole if whole else 0.0
        fixed = {place for place, length in enumerate(lengths) if length * each < needs[place]}
        if fixed <= short:
            break
        short |= fixed
    return [
        needs[place] if place in short else length * each for place, length in enumerate(lengths)
    ]


def drawn(strip: Strip, left: float, top: float, width: float) -> Iterator[str]:
    """Yield a strip's elements."""
    scale = Scale(strip, left, width)
    yield '<g class="strip">'
    for place, stay in enumerate(strip.stays):
        yield from _stay(stay, top, scale.stay(place))
    yield from _ticks(strip, scale, left, top + _BAR)
    for number, said in enumerate(_notes(strip, scale, width), 1):
        yield text(said, left, top + _BAR + 22 + _LEADING * number, "tick-text")
    yield "</g>"


def height(strip: Strip, left: float, width: float) -> float:
    """Return how high a strip is with what stands under it."""
    return _HEIGHT + _LEADING * len(_notes(strip, Scale(strip, left, width), width))


def _notes(strip: Strip, scale: Scale, width: float) -> list[str]:
    """Return what stands under a strip, in rows."""
    note = f"in UTC, from {_moment(strip.begin)} to {_moment(_after(strip, strip.seconds))}"
    if scale.widened:
        many = scale.widened > 1
        note += f"; {scale.widened} short {'stays are' if many else 'stay is'} drawn wider than"
        note += " to scale"
    return metrics.rows(note, _SIZE, width)


def _stay(stay: StripPiece, top: float, ends: tuple[float, float]) -> Iterator[str]:
    left, right = ends
    area = Rectangle(left, top, max(right - left - _GAP, 1.0), _BAR)
    lasted = f"{duration(round((stay.end - stay.begin) * 1_000_000))}"
    title = f"{stay.number}: {stay.label}, {lasted}{' so far' if stay.open else ''}"
    yield f'<g class="{classes("stay", bad=bool(stay.alarm))}" data-step="{stay.number}">'
    yield element("title", f"{title}; {stay.alarm}" if stay.alarm else title)
    yield rectangle(area, 3, classes("piece", f"stage-{stay.stage}"))
    mark = "✗ " if stay.alarm else ""
    number = str(stay.number) if stay.number else ""
    for said in (f"{mark}{number} {stay.label}".strip(), f"{mark}{number}".strip(), number):
        if said and metrics.width(said, _SIZE, bold=True) + 4 < area.width:
            x, y = area.middle
            yield text(said, x, y + 4, f"chip on-stage-{stay.stage}")
            break
    yield "</g>"


def _ticks(strip: Strip, scale: Scale, left: float, top: float) -> Iterator[str]:
    """Yield the ticks; of texts that would meet, the first."""
    free = left
    for seconds, said in ticks(strip.begin, strip.seconds):
        x = scale.of(seconds)
        yield element("path", class_="tick", d=f"M{shapes.number(x)},{shapes.number(top + 3)} v5")
        half = metrics.width(said, _SIZE) / 2
        if x - half >= free:
            across, down = shapes.number(x), shapes.number(top + 22)
            yield element("text", said, class_="tick-text", text_anchor="middle", x=across, y=down)
            free = x + half + _TICK_GAP


def ticks(begin: datetime, seconds: float) -> Iterator[tuple[float, str]]:
    """Yield round moments, by seconds from the beginning, each with what is said of it.

    Args:
        begin: When the line begins; aware.
        seconds: How long it is.
    """
    step = next((each for each in _STEPS if seconds / each < _MOST_TICKS), _STEPS[-1])
    start = begin.astimezone(UTC)
    epoch = (start - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    at = -epoch % step
    while at <= seconds:
        try:
            moment = start + timedelta(seconds=at)
        except OverflowError:
            return
        yield at, _tick(moment, step)
        at += step


def _tick(moment: datetime, step: int) -> str:
    if step % _DAY == 0 or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%H:%M}" if step % 60 == 0 else f"{moment:%H:%M:%S}"


def _after(strip: Strip, seconds: float) -> datetime:
    try:
        return strip.begin + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"
