"""What a fleet did, laid over the picture of its life cycle: `fleet`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from jobstate.common.text import counted
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays.census import Census
from jobstate.diagrams.overlays.fleet_tables import tables_of
from jobstate.diagrams.overlays.overlay import Chip, Mark, Overlay, OverlaySign
from jobstate.diagrams.overlays.words import cut, duration, part_of, weight
from jobstate.diagrams.stages import stages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.ids import Ids
    from jobstate.diagrams.overlays.census import Passage, Place
    from jobstate.model.lifecycle import Lifecycle

__all__ = ["Census", "fleet"]

#: Of more moves that no arrow allows only the most frequent are told, and how many there are more.
MOST_FINDINGS: Final = 20


def fleet(lifecycle: Lifecycle, census: Census) -> Overlay:
    """Return what a fleet did, to be laid over the picture of its life cycle.

    Arrows are as wide as the logarithm of how often they were taken: counts span decades, and by
    their root nearly all arrows of a large fleet would look alike. An arrow that was never taken
    is left out. Median and 95th percentile are less than 0.25 % off (`Spans`), and of the stays
    that have ended; the share of time has those that go on, too. At its corner a final state has
    how many jobs ended so, of how many that ended; another one how many are there now. Under the
    picture stands from where jobs failed, and why.

    Where no job has a history, nothing is known of moves: then a table of where jobs are and how
    they ended stands instead of the picture.

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
    instead = 0 < census.jobs == census.without_history
    return Overlay(
        title=counted(census.jobs, "job"),
        subtitle=_subtitle(lifecycle, census),
        arrows=arrows,
        starts=starts,
        nodes=dict(_chips(lifecycle, ids, census)),
        findings=tuple(_findings(census)),
        tables=tuple(tables_of(lifecycle, census, everything=instead)),
        instead=instead,
        signs=dict(_signs(census)),
        footer=_NO_HISTORY if instead else _footer(ids, census, arrows, starts),
    )


#: What stands under a table that is there instead of the picture.
_NO_HISTORY: Final = (
    "No job has a history: where they came from is not known. Answers that describe a job have one."
)


def _subtitle(lifecycle: Lifecycle, census: Census) -> str:
    """Return how many have ended, and how many have not."""
    region = lifecycle.main_region.name
    ended, still = census.ended[region], census.open[region]
    return f"{ended:,} ended · {still:,} still open" if ended or still else ""


def _chips(lifecycle: Lifecycle, ids: Ids, census: Census) -> Iterator[tuple[str, Chip]]:
    """Yield the chip of every state that a job was in, in the order of the diagram."""
    entered = {(region, target) for region, _, target in (*census.moves, *census.broken)}
    there = {*entered, *census.time, *census.ends, *census.now}
    whole: Counter[str] = Counter()
    for (region, _), time in census.time.items():
        whole[region] += time
    main, stages = lifecycle.main_region, stages_of(lifecycle)
    stage = {(main.name, state.name): stages.get(state.visible) for state in main.states}
    for place, node in ids.nodes.items():
        if place in there:
            whole_time = whole[place[0]]
            yield (
                node,
                Chip(
                    text=_lengths(census, place),
                    corner=_corner(census, place),
                    share=census.time[place] / whole_time if whole_time else 0.0,
                    stage=stage.get(place),
                ),
            )


def _lengths(census: Census, place: Place) -> str:
    spans = census.lengths.get(place)
    if spans is None:
        return ""
    median, late = (duration(round(spans.quantile(share))) for share in (0.5, 0.95))
    return f"{median} · p95 {late}"


def _corner(census: Census, place: Place) -> str:
    if count := census.ends[place]:
        return part_of(count, census.ended[place[0]])
    return f"now {census.now[place]:,}" if census.now[place] else ""


def _signs(census: Census) -> Iterator[tuple[OverlaySign, str]]:
    """Yield what signs mean, those that a fleet has."""
    if census.moves:
        yield OverlaySign.PILL, "how often jobs moved so"
    if census.lengths:
        yield OverlaySign.CHIP, "stays: median, 95th percentile"
    if any(census.time.values()):
        yield OverlaySign.SHARE, "deeper: more of all jobs' time"
    if any(census.ends.values()):
        yield OverlaySign.CORNER, "ended so, of all that ended"
    if any(census.now.values()):
        yield OverlaySign.NOW, "how many are there now"
    yield OverlaySign.REST, "legal, never seen here"


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
