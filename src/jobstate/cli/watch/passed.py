"""What a job has passed as a strip: a cell for each stay, on the ground of its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.stages import Stage, stages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.cli.terminal import Paint
    from jobstate.model.lifecycle import Lifecycle


def strip(lifecycle: Lifecycle, passed: Sequence[str], most: int, paint: Paint) -> str:
    """Return the statuses that a job has passed: their initials, each on its ground.

    Args:
        lifecycle: The life cycle.
        passed: The statuses, in order.
        most: How many cells there may be; of more the newest are there, behind a mark.
        paint: The colours.
    """
    stages = stages_of(lifecycle)
    shown, mark = (passed, "") if len(passed) <= most else (passed[-(most - 1) :], "…")
    cells = (paint.cell(_initial(status), stages.get(status, Stage.STRANGE)) for status in shown)
    return mark + "".join(cells)


def _initial(status: str) -> str:
    first = status[:1].upper()
    return first if first.isascii() and first.isprintable() and first.strip() else "?"
