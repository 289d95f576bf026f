"""What a job has passed as a strip: a cell for each stay, coloured by its stage.

A stage follows from the life cycle: on the way to work, at work, off the usual way, ended so or so.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.states import Outcome
from jobstate.world.scripts import ordinary_way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstate.cli.terminal import Paint


class Stage(Enum):
    """How far a job is; its value is the colour, as terminals number them."""

    BEFORE = "34"
    AT_WORK = "36"
    ASIDE = "33"
    SUCCEEDED = "32"
    FAILED = "31"
    STRANGE = "35"


_ENDS: Final = {
    Outcome.SUCCEEDED: Stage.SUCCEEDED,
    Outcome.FAILED: Stage.FAILED,
    Outcome.UNKNOWN: Stage.STRANGE,
}


@derived
def stages_of(lifecycle: Lifecycle) -> Mapping[str, Stage]:
    """Return the stage of each status that histories of a kind print.

    The second half of the usual way to success is work, the first half the way there; what is not
    on it is aside.
    """
    found: dict[str, Stage] = {}
    for state in lifecycle.main_region.states:
        stage = _ENDS.get(state.outcome, Stage.ASIDE) if state.final else Stage.ASIDE
        found.setdefault(state.visible, stage)
    region = lifecycle.main_region
    way = [state for name in ordinary_way(lifecycle, ()) if not (state := region.state(name)).final]
    for number, state in enumerate(way, 1):
        found[state.visible] = Stage.BEFORE if 2 * number <= len(way) else Stage.AT_WORK
    return found


def strip(lifecycle: Lifecycle, passed: Sequence[str], most: int, paint: Paint) -> str:
    """Return the statuses that a job has passed: their initials, each on its colour.

    Args:
        lifecycle: The life cycle.
        passed: The statuses, in order.
        most: How many cells there may be; of more the newest are there, behind a mark.
        paint: The colours.
    """
    stages = stages_of(lifecycle)
    shown, mark = (passed, "") if len(passed) <= most else (passed[-(most - 1) :], "…")
    cells = (
        paint.cell(_initial(status), stages.get(status, Stage.STRANGE).value) for status in shown
    )
    return mark + "".join(cells)


def _initial(status: str) -> str:
    first = status[:1].upper()
    return first if first.isascii() and first.isprintable() and first.strip() else "?"
