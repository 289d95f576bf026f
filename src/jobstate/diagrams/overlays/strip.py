"""A job's time line, as the strip under its picture: `strip_of`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.diagrams.overlays.overlay import Strip, StripPiece
from jobstate.diagrams.overlays.words import cut
from jobstate.diagrams.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from jobstate.diagrams.overlays.course import Track, Visit

#: Of more of them only so many are kept, half of them from each end.
MOST_STAYS: Final = 1_000
#: What stands for stays that are left out.
_LEFT_OUT: Final = "…"
#: What stands where only the job's creation is known.
_NOT_SEEN: Final = "not seen"


def strip_of(
    track: Track,
    nodes: Mapping[tuple[str, str], str],
    stages: Mapping[str, Stage],
    alarm: Callable[[int], str],
) -> Strip | None:
    """Return a track's time line up to the job's end; None where nothing tells a time.

    Args:
        track: The track.
        nodes: (Region, state) → the id of the node.
        stages: A status → its stage.
        alarm: Returns the rule that was broken when the job came to a visit, by its index.
    """
    gone = {state.name for state in track.region.states if state.gone}
    timed = [
        (place, each.begin, each.end)
        for place, each in enumerate(track.visits)
        if each.begin is not None and each.end is not None and each.state not in gone
    ]
    if not timed:
        return None
    origin = timed[0][1]

    def piece(place: int, begin: datetime, end: datetime) -> StripPiece:
        visit = track.visits[place]
        known = visit.seen and visit.state is not None
        return StripPiece(
            node=nodes[track.region.name, str(visit.state)] if known else None,
            label=cut(visit.label) if visit.seen else _NOT_SEEN,
            begin=(begin - origin).total_seconds(),
            end=(end - origin).total_seconds(),
            open=visit.open,
            number=visit.number,
            alarm=alarm(place),
            stage=_stage(visit, stages),
        )

    stays = [piece(*each) for each in timed]
    return Strip(begin=origin, seconds=stays[-1].end, stays=_bounded(stays))


def _stage(visit: Visit, stages: Mapping[str, Stage]) -> Stage:
    if visit.strange:
        return Stage.STRANGE
    if not visit.seen or visit.state is None:
        return Stage.NOT_SEEN
    return stages.get(visit.label, Stage.STRANGE)


def _bounded(stays: Sequence[StripPiece]) -> tuple[StripPiece, ...]:
    """Return the stays; of too many those at both ends, with one piece for those between."""
    if len(stays) <= MOST_STAYS:
        return tuple(stays)
    half = MOST_STAYS // 2
    first, last = stays[:half], stays[-half:]
    rest = StripPiece(node=None, label=_LEFT_OUT, begin=first[-1].end, end=last[0].begin)
    return (*first, rest, *last)
