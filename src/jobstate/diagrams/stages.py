"""How far a job is, in a few words that every kind has: its stage.

The strip under a picture, the time line and the board of the command line, and the page show the
same stages in the same colours (`jobstate.diagrams.render.palette`). A stage follows from the life
cycle alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from jobstate.errors import UnknownNameError
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.states import Outcome
from jobstate.world.scripts import ordinary_way

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(StrEnum):
    """How far a job is."""

    BEFORE = "before"
    AT_WORK = "at-work"
    ASIDE = "aside"
    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    FAILED = "failed"
    STRANGE = "strange"
    NOT_SEEN = "not-seen"


#: What a legend says of each.
TITLES: Final[Mapping[Stage, str]] = {
    Stage.BEFORE: "on the way to work",
    Stage.AT_WORK: "at work",
    Stage.ASIDE: "off the usual road",
    Stage.SUCCEEDED: "succeeded",
    Stage.STOPPED: "stopped, timed out, in part",
    Stage.FAILED: "failed",
    Stage.STRANGE: "no state: unknown, or impossible",
    Stage.NOT_SEEN: "nothing tells where it was",
}
_ENDS: Final = {
    Outcome.SUCCEEDED: Stage.SUCCEEDED,
    Outcome.FAILED: Stage.FAILED,
    Outcome.UNKNOWN: Stage.STRANGE,
}


@derived
def stages_of(lifecycle: Lifecycle) -> Mapping[str, Stage]:
    """Return the stage of each status that histories of a kind print.

    The second half of the usual way to success is work, the first half the way there; what is not
    on it is aside. Of a status that is none of these the stage is `Stage.STRANGE`.
    """
    region = lifecycle.main_region
    found: dict[str, Stage] = {}
    for state in region.states:
        stage = _ENDS.get(state.outcome, Stage.STOPPED) if state.final else Stage.ASIDE
        found.setdefault(state.visible, stage)
    try:
        names = ordinary_way(lifecycle, ())
    except UnknownNameError:
        names = ()  # no job of this kind succeeds
    way = [state for name in names if not (state := region.state(name)).final]
    for number, state in enumerate(way, 1):
        found[state.visible] = Stage.BEFORE if 2 * number <= len(way) else Stage.AT_WORK
    return found
