"""The table on a terminal: drawn again when something changes, and once a second.

Another thread asks meanwhile, so that keys are answered while a call is under way.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve

from jobstate.cli.shell import emit
from jobstate.cli.terminal import Paint
from jobstate.cli.watch.drawing import Scene, help_lines, keys_of_table, table_lines
from jobstate.cli.watch.keyboard import keyboard, nothing_typed
from jobstate.cli.watch.opened import job_screen
from jobstate.cli.watch.view import TableView, keys_of, pressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.cli.watch.watching import Watching

#: Draws what there is to see as somebody wants to see it.
_Draw: TypeAlias = Callable[[Scene, TableView], None]

#: For how many seconds it waits for a key before it looks at the jobs again.
_SOON: Final = 0.2
#: How many jobs are printed in the end; of more those that need a look.
_LAST: Final = 20
#: What is narrower is drawn as if it were so wide, and cut.
_NARROWEST: Final = 20
_TERMINATED: Final = 128 + signal.SIGTERM


def screen_lines(scene: Scene, view: TableView, paint: Paint, height: int) -> list[str]:
    """Return the lines of what a person has chosen to see.

    Args:
        scene: What there is to see.
        view: What was chosen.
        paint: The colours and the columns.
        height: How many lines there are.
    """
    if view.helped:
        return help_lines(paint, height)
    opened = next((job for job in scene.jobs if job.key == view.selected), None)
    if view.opened and opened is not None:
        return job_screen(opened, scene, paint, height, view.scrolled)
    return table_lines(scene, view, paint, height)


class _Asking(Thread):
    """Asks, in a thread of its own that nobody waits for."""

    def __init__(self, watching: Watching) -> None:
        super().__init__(daemon=True)
        self._watching = watching
        self.changed = Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in self._watching.steps():
                self.changed.set()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever draws
            self.error = error


def show(watching: Watching, scene: Callable[[], Scene], stop: Event) -> None:
    """Show the table until all is over or somebody leaves; then print what is known.

    Args:
        watching: What is watched.
        scene: Returns what there is to see.
        stop: Set when nobody has to ask any more.

    Raises:
        ServiceError, NoClientError: As of `Watching.steps`.
    """
    asking = _Asking(watching)
    try:
        with _terminated(), keyboard() as typed, _screen() as draw:
            asking.start()
            _attend(asking, scene, draw, typed)
    finally:
        stop.set()
    for line in table_lines(scene(), TableView(), Paint.on(sys.stdout), _LAST):
        emit(line)
    if asking.error is not None:
        raise asking.error


def _attend(
    asking: _Asking, scene: Callable[[], Scene], draw: _Draw, typed: Callable[[float], str] | None
) -> None:
    """Draw what changes and do what the keys say, until there is nothing to do."""
    view, drawn = TableView(), float("-inf")
    while asking.is_alive() and not view.left:
        if asking.changed.is_set() or time.monotonic() - drawn >= 1:
            asking.changed.clear()
            drawn = time.monotonic()
            draw(evolve(scene(), keys=typed is not None), view)
        for key in keys_of((typed or nothing_typed)(_SOON)):
            view = pressed(view, key, keys_of_table(scene(), view))
            drawn = float("-inf")


@contextmanager
def _screen() -> Iterator[_Draw]:
    """Yield what draws on the whole terminal, which is as it was in the end."""
    from rich.console import Console  # noqa: PLC0415 - slower to import than most commands take
    from rich.live import Live  # noqa: PLC0415 - likewise
    from rich.text import Text  # noqa: PLC0415 - likewise

    console = Console(file=sys.stdout, highlight=False)
    with Live(
        console=console,
        screen=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:

        def draw(scene: Scene, view: TableView) -> None:
            width, height = console.size
            paint = evolve(Paint.on(sys.stdout), width=max(width, _NARROWEST))
            lines = screen_lines(scene, view, paint, height)
            text = Text.from_ansi("\n".join(lines), no_wrap=True, overflow="crop", end="")
            live.update(text, refresh=True)

        yield draw


@contextmanager
def _terminated() -> Iterator[None]:
    """Let a SIGTERM end this as an exception does, so that the terminal is as it was."""

    def end(_: int, __: object) -> None:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
