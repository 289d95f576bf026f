"""What the plans share: names of states, and a line of a table for a line of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.model.drawing import Box, Line, Text
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_PROGRESS, STOPPING = TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING
_S = SecondaryStatus


def at(primary: TrainingJobStatus, *works: SecondaryStatus) -> tuple[str, ...]:
    """Return the names of states with the same primary status."""
    return tuple(f"{primary}/{work}" for work in works)


(COMPLETED,) = at(TrainingJobStatus.COMPLETED, _S.COMPLETED)
(FAILED,) = at(TrainingJobStatus.FAILED, _S.FAILED)
STOPPED, MAX_RUNTIME, MAX_WAIT = STOPS = at(
    TrainingJobStatus.STOPPED, _S.STOPPED, _S.MAX_RUNTIME_EXCEEDED, _S.MAX_WAIT_TIME_EXCEEDED
)
(ASKED,) = at(STOPPING, _S.STOPPING)
#: The usual road.
USUAL = (
    *at(IN_PROGRESS, _S.STARTING, _S.DOWNLOADING, _S.TRAINING, _S.UPLOADING),
    COMPLETED,
)


def boxes(
    states: tuple[str, ...], *places: tuple[float, float, float, float], small: bool = False
) -> Iterator[Box]:
    """Yield boxes: of each state its x and y, width and height."""
    for state, (x, y, width, height) in zip(states, places, strict=True):
        yield Box(state=state, x=x, y=y, width=width, height=height, small=small)


def text(x: float, y: float, words: str = "", *, anchor: str = "start", columns: int = 99) -> Text:
    """Return a label."""
    return Text(x=x, y=y, words=words, anchor=anchor, columns=columns)


def line(  # noqa: PLR0913 - the columns of a table
    origins: tuple[str, ...] | str,
    targets: tuple[str, ...] | str,
    notation: str,
    label: Text | None = None,
    *,
    same: bool = False,
    head: bool = True,
) -> Line:
    """Return a line from some states to others."""
    return Line(
        origins=(origins,) if isinstance(origins, str) else origins,
        targets=(targets,) if isinstance(targets, str) else targets,
        points=notation,
        text=label,
        same=same,
        head=head,
    )


def work_line(  # noqa: PLR0913 - the columns of a table
    origins: SecondaryStatus | tuple[SecondaryStatus, ...],
    targets: SecondaryStatus | tuple[SecondaryStatus, ...],
    notation: str,
    label: Text | None = None,
    *,
    under: TrainingJobStatus = IN_PROGRESS,
    head: bool = True,
) -> Line:
    """Return a line between states with the same primary status."""
    return line(_states(under, origins), _states(under, targets), notation, label, head=head)


def _states(
    primary: TrainingJobStatus, works: SecondaryStatus | tuple[SecondaryStatus, ...]
) -> tuple[str, ...]:
    return at(primary, *((works,) if isinstance(works, SecondaryStatus) else works))
