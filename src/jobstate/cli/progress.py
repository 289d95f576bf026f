"""A progress bar for long input, on standard error if that is a terminal; imports rich lazily."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

#: Less is read before a person could look.
SHORT_BYTES: Final = 1_000_000
#: How much is read between two looks at the bar.
_STEP_BYTES = 256 * 1024


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """Yield what to tell how many bytes have been read; it draws a bar, or nothing.

    Args:
        total: How many bytes there are; None where nobody knows.
    """
    if not sys.stderr.isatty() or (total is not None and total <= SHORT_BYTES):
        yield _nothing
        return
    bar = _Bar(total)
    try:
        yield bar.told
    finally:
        bar.close()


def _nothing(read: int) -> None:
    del read


class _Bar:
    """A bar that appears when there is something to show, and goes without a trace."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._next = SHORT_BYTES if total is None else _STEP_BYTES
        self._shown: tuple[Progress, TaskID] | None = None

    def told(self, read: int) -> None:
        if read < self._next:
            return
        self._next = read + _STEP_BYTES
        if self._shown is None:
            self._shown = _started(self._total)
        bar, task = self._shown
        bar.update(task, completed=read)

    def close(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()


def _started(total: int | None) -> tuple[Progress, TaskID]:
    from rich.console import Console  # noqa: PLC0415 - slower to import than most input to read
    from rich.progress import (  # noqa: PLC0415 - likewise
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("judging"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("judging", total=total)
    bar.start()
    return bar, task
