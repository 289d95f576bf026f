"""What a fleet's picture says in tables: where jobs are, how they ended, from where they failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from jobstate.diagrams.overlays.overlay import OverlayTable
from jobstate.diagrams.overlays.words import cut, part_of
from jobstate.model.states import UNKNOWN_CAUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.overlays.census import Census
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Region

#: Of more only the most frequent have a column, or a row, of their own.
MOST_CAUSES, MOST_ROWS = 5, 20
_NOT_TOLD: Final = "not told"
_OTHERS: Final = "others"


def tables_of(lifecycle: Lifecycle, census: Census, *, everything: bool) -> Iterator[OverlayTable]:
    """Yield the tables of a fleet.

    Args:
        lifecycle: The life cycle.
        census: What was counted.
        everything: There is no picture: all that is known stands in tables.
    """
    for region in lifecycle.regions:
        if everything:
            yield from _statuses(region, census)
        else:
            yield from _labels(region, census)
        yield from _failures(region, census)


def _statuses(region: Region, census: Census) -> Iterator[OverlayTable]:
    """Yield where all jobs are, and how they ended."""
    places = ((state.name, (region.name, state.name)) for state in region.states)
    rows = [
        _row(cut(name), census.now[place], census.ends[place], region, census)
        for name, place in places
        if census.now[place] or census.ends[place]
    ]
    rows += _label_rows(region, census)
    if rows:
        rows.append(("all", f"{census.open[region.name]:,}", f"{census.ended[region.name]:,}"))
        yield OverlayTable(
            title=f"{cut(region.title)}: where jobs are, and how they ended",
            head=("status", "there now, of those still open", "ended so, of those that ended"),
            rows=tuple(rows),
        )


def _labels(region: Region, census: Census) -> Iterator[OverlayTable]:
    """Yield where jobs are that stand nowhere in the picture, for only a status is known."""
    if rows := _label_rows(region, census):
        yield OverlayTable(
            title=f"{cut(region.title)}: a status alone, which is no state of the picture",
            head=("status", "there now, of those still open", "ended so, of those that ended"),
            rows=tuple(rows),
        )


def _label_rows(region: Region, census: Census) -> list[tuple[str, str, str]]:
    now: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for (name, label, final), count in census.labels.items():
        if name == region.name:
            (ended if final else now)[label] += count
    both = now + ended
    names = sorted(both, key=lambda label: (-both[label], label))
    rows = [_row(cut(each), now[each], ended[each], region, census) for each in names[:MOST_ROWS]]
    if rest := names[MOST_ROWS:]:
        some, others = (sum(counts[each] for each in rest) for counts in (now, ended))
        rows.append(_row(_OTHERS, some, others, region, census))
    return rows


def _row(name: str, now: int, ended: int, region: Region, census: Census) -> tuple[str, str, str]:
    there = part_of(now, census.open[region.name]) if now else ""
    return name, there, part_of(ended, census.ended[region.name]) if ended else ""


def _failures(region: Region, census: Census) -> Iterator[OverlayTable]:
    """Yield from where jobs failed, each with how often for which cause."""
    found: Counter[tuple[str, str]] = Counter()
    for (name, left, cause), count in census.failures.items():
        if name == region.name:
            why = _NOT_TOLD if cause in {None, UNKNOWN_CAUSE} else cut(str(cause).replace("_", " "))
            found[cut(left or _NOT_TOLD), why] += count
    if not {*found} - {(_NOT_TOLD, _NOT_TOLD)}:
        return
    states, causes = (_summed(found, place) for place in (0, 1))
    own = [*causes][:MOST_CAUSES]
    others = len(causes) > len(own)
    rows = []
    for left, count in states.items():
        counts = [found[left, cause] for cause in own]
        counts += [count - sum(counts)] if others else []
        told = (f"{each:,}" if each else "" for each in counts)
        rows.append((left, part_of(count, found.total()), *told))
    yield OverlayTable(
        title=f"{found.total():,} failed: the status that they left, and why",
        head=("left", "failed", *own, *([_OTHERS] if others else [])),
        rows=tuple(rows),
    )


def _summed(found: Counter[tuple[str, str]], place: int) -> Counter[str]:
    """Return counts by one of two names, the largest first."""
    sums: Counter[str] = Counter()
    for names, count in found.items():
        sums[names[place]] += count
    return Counter(dict(sorted(sums.items(), key=lambda each: (-each[1], each[0]))))
