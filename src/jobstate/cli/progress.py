"""A progress bar for long work, on standard error if that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

#: Less is read before a person could look.
SHORT_BYTES: Final = 1_000_000


@frozen
class Unit:
    """What work is counted in.

    Attributes:
        verb: What is being done.
        short: Less is done before a person could look.
        step: How much is done between two looks at the bar.
    """

    verb: str
    short: int
    step: int


BYTES: Final = Unit("judging", SHORT_BYTES, 256 * 1024)
EVENTS: Final = Unit("exporting", 50_000, 5_000)


@contextmanager
def progress(total: int | None, unit: Unit = BYTES) -> Iterator[Callable[[int], None]]:
    """Yield what to tell how much has been done; it draws a bar, or nothing.

    Args:
        total: How much there is to do; None where nobody knows.
        unit: What that is counted in.
    """
    if not sys.stderr.isatty() or (total is not None and total <= unit.short):
        yield _nothing
        return
    bar = _Bar(total, unit)
    try:
        yield bar.told
    finally:
        bar.close()


def _nothing(done: int) -> None:
    del done


class _Bar:
    """A bar that appears when there is something to show, and goes without a trace."""

    def __init__(self, total: int | None, unit: Unit) -> None:
        self._total = total
        self._unit = unit
        self._next = unit.short if total is None else unit.step
        self._shown: tuple[Progress, TaskID] | None = None

    def told(self, done: int) -> None:
        if done < self._next:
            return
        self._next = done + self._unit.step
        if self._shown is None:
            self._shown = _started(self._total, self._unit)
        bar, task = self._shown
        bar.update(task, completed=done)

    def close(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()


def _started(total: int | None, unit: Unit) -> tuple[Progress, TaskID]:
    from rich.console import Console  # noqa: PLC0415 - slower to import than most input to read
    from rich.progress import (  # noqa: PLC0415 - likewise
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    count = DownloadColumn() if unit is BYTES else MofNCompleteColumn()
    columns = (TextColumn(unit.verb), BarColumn(), count, TimeRemainingColumn())
    bar = Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # else what is exported meanwhile would go to the terminal
    )
    task = bar.add_task(unit.verb, total=total)
    bar.start()
    return bar, task
