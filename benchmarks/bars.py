"""A progress bar for programs that take long, where somebody looks at a terminal; imports rich."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Told how much more was done.
Progress: TypeAlias = "Callable[[int], object]"


@contextmanager
def bar(total: int, what: str) -> Iterator[Progress]:
    """Show a bar, or nothing.

    Args:
        total: How much there is to do.
        what: What is counted.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.advance(task, count)
