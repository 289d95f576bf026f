"""What was measured, what it is compared with, and the tables of it; imports nothing of jobstate.

Figures come in laps: in each lap everything of a group is measured once, one after the other. A
ratio is the median of the laps' ratios, so what slows a whole lap down does not show in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from attrs import Factory, define, frozen

_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


@frozen
class Aim:
    """What a figure should be at most: absolutely, or as a multiple of another one's.

    Attributes:
        limit: The most that it may be.
        text: The same in words.
        of: Whose multiple `limit` is; None where it is absolute.
        faster: People read the ratio the other way round: how many times less it is.
    """

    limit: float
    text: str
    of: str | None = None
    faster: bool = False

    @classmethod
    def at_most(cls, limit: float, *, of: str) -> Aim:
        """At most a multiple of another figure."""
        return cls(limit, f"≤ {limit:g}× {of}", of)

    @classmethod
    def faster_than(cls, times: float, than: str) -> Aim:
        """At least so many times faster than another figure."""
        return cls(1 / times, f"≥ {times:g}× faster than {than}", than, faster=True)

    @classmethod
    def below(cls, limit: float, text: str) -> Aim:
        """At most so much, in the unit of its group."""
        return cls(limit, f"≤ {text}")


@frozen
class Group:
    """Figures that are compared with each other.

    Attributes:
        title: What is measured.
        floor: The name of what all are compared with; None where nothing is.
        unit: ``s`` (printed as fits), or whatever stands behind the number.
        note: What a reader must know to trust the figures.
    """

    title: str
    floor: str | None = None
    unit: str = "s"
    note: str = ""


@define
class _Row:
    laps: dict[int, float]
    aims: Sequence[Aim]


@define
class Figures:
    """Everything that one run measured, in the order in which it came."""

    _groups: dict[Group, dict[str, _Row]] = Factory(dict)

    def add(
        self, group: Group, name: str, lap: int, value: float, aims: Sequence[Aim] = ()
    ) -> None:
        """Take what one lap measured."""
        rows = self._groups.setdefault(group, {})
        rows.setdefault(name, _Row({}, aims)).laps[lap] = value

    def lines(self) -> Iterator[str]:
        """Yield the tables, in Markdown that can be read as it is."""
        for group, rows in self._groups.items():
            yield f"### {group.title}"
            yield ""
            if group.note:
                yield group.note
                yield ""
            yield from _table(list(_cells(group, rows)))
            yield ""


def _cells(group: Group, rows: dict[str, _Row]) -> Iterator[list[str]]:
    floor = rows.get(group.floor) if group.floor else None
    yield ["", "measured", *(["ratio to the floor"] if floor else []), "aim", ""]
    for name, row in rows.items():
        ratio = [f"{_shortened(_ratio(row, floor))}×"] if floor else []
        aims = [(aim, _reached(aim, row, rows)) for aim in row.aims]
        yield [
            f"**{name}**" if aims else name,
            _value(median(row.laps.values()), group.unit),
            *ratio,
            "; ".join(aim.text for aim, _ in aims),
            "; ".join(told for _, told in aims),
        ]


def _reached(aim: Aim, row: _Row, rows: dict[str, _Row]) -> str:
    if aim.of is None:
        return "reached" if median(row.laps.values()) <= aim.limit else "missed"
    if aim.of not in rows:
        return f"not measured: {aim.of}"
    ratio = _ratio(row, rows[aim.of])
    shown = 1 / ratio if aim.faster and ratio else ratio
    return f"{_shortened(shown)}×, {'reached' if ratio <= aim.limit else 'missed'}"


def _ratio(row: _Row, other: _Row) -> float:
    both = row.laps.keys() & other.laps.keys()
    return median(row.laps[lap] / other.laps[lap] for lap in both)


def _shortened(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}" if number >= 2 else f"{number:.2f}"  # noqa: PLR2004 - three digits


def _value(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:,.0f} {unit}".strip()
    scale, name = next((each for each in _SECONDS if value >= each[0]), _SECONDS[-1])
    return f"{value / scale:.3g} {name}"


def _table(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for place, row in enumerate(cells):
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(padded)} |"
        if place == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"
