"""What a fleet did, laid over the picture of its life cycle: `fleet`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from jobstate.common.text import counted
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays.census import Census
from jobstate.diagrams.overlays.overlay import Chip, Mark, Overlay
from jobstate.diagrams.overlays.words import cut, duration, weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.ids import Ids
    from jobstate.diagrams.overlays.census import Passage, Place
    from jobstate.model.lifecycle import Lifecycle

__all__ = ["Census", "fleet"]

#: Of more moves that no arrow allows only the most frequent are told, and how many there are more.
MOST_FINDINGS: Final = 20

_SUBTITLE: Final = (
    "line width and number: transitions seen · below a state: median and p95 of the time in it"
    " · fill: share of the fleet's time · dotted grey: legal, never seen here"
)


def fleet(lifecycle: Lifecycle, census: Census) -> Overlay:
    """Return what a fleet did, to be laid over the picture of its life cycle.

    Arrows are as wide as the logarithm of how often they were taken: counts span decades, and by
    their root nearly all arrows of a large fleet would look alike. An arrow that was never taken
    is left out. Median and 95th percentile are less than 0.25 % off (`Spans`), and of the stays
    that have ended; the share of time has those that go on, too. At its corner a final state has
    the share of the jobs that have ended so.

    Cost: as many steps as the life cycle has states and edges, however many jobs were counted.

    Args:
        lifecycle: The life cycle; that of the picture.
        census: What was counted. What the picture does not have is told in the footer.
    """
    ids = ids_of(lifecycle)
    moves = {passage: count for passage, count in census.moves.items() if count}
    most = max(moves.values(), default=0)
    marks = {
        passage: Mark(text=f"{count:,}", weight=weight(count, most), count=count)
        for passage, count in moves.items()
    }
    arrows = {name: marks[move] for move, name in ids.arrows.items() if move in marks}
    starts = {
        name: marks[region, None, state]
        for (region, state), name in ids.starts.items()
        if (region, None, state) in marks
    }
    return Overlay(
        title=counted(census.jobs, "job"),
        subtitle=_SUBTITLE,
        arrows=arrows,
        starts=starts,
        nodes=dict(_chips(ids, census)),
        findings=tuple(_findings(census)),
        footer=_footer(ids, census, arrows, starts),
    )


def _chips(ids: Ids, census: Census) -> Iterator[tuple[str, Chip]]:
    """Yield the chip of every state that a job was in, in the order of the diagram."""
    entered = {(region, target) for region, _, target in (*census.moves, *census.broken)}
    whole: Counter[str] = Counter()
    for (region, _), time in census.time.items():
        whole[region] += time
    for place, node in ids.nodes.items():
        if place in entered or place in census.time or place in census.ends:
            region = place[0]
            yield (
                node,
                Chip(
                    text=_lengths(census, place),
                    corner=_share_of_ends(census, place),
                    share=census.time[place] / whole[region] if whole[region] else 0.0,
                ),
            )


def _lengths(census: Census, place: Place) -> str:
    spans = census.lengths.get(place)
    if spans is None:
        return ""
    median, late = (duration(round(spans.quantile(share))) for share in (0.5, 0.95))
    return f"{median} · p95 {late}"


def _share_of_ends(census: Census, place: Place) -> str:
    count = census.ends[place]
    return f"{count / census.ended[place[0]]:.1%}" if count else ""


def _findings(census: Census) -> Iterator[str]:
    """Yield the moves that no arrow allows, the most frequent first."""
    found = sorted(census.broken.items(), key=_by_count)
    for (_, origin, target), count in found[:MOST_FINDINGS]:
        move = f"begun in {cut(target)}" if origin is None else f"{cut(origin)} → {cut(target)}"
        yield f"{move}, {counted(count, 'time')}: no arrow allows that"
    if len(found) > MOST_FINDINGS:
        yield f"and {counted(len(found) - MOST_FINDINGS, 'move')} more"


def _by_count(found: tuple[Passage, int]) -> tuple[int, str, str, str]:
    (region, origin, target), count = found
    return -count, region, origin or "", target


def _footer(
    ids: Ids, census: Census, arrows: Mapping[str, Mark], starts: Mapping[str, Mark]
) -> str:
    drawn = sum(mark.count for mark in (*arrows.values(), *starts.values()))
    parts = [
        counted(drawn, "transition"),
        f"{len(arrows):,} of {counted(len(ids.arrows), 'edge')} seen",
    ]
    if missing := sum(census.moves.values()) - drawn:
        parts.append(f"{missing:,} more on edges that the picture does not have")
    if census.guessed:
        parts.append(f"{census.guessed:,} of the primary status alone, on the shortest way")
    if census.without_history:
        parts.append(f"{counted(census.without_history, 'job')} without a history")
    return "; ".join(parts)
