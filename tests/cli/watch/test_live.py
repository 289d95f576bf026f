"""The table on a real terminal: keys, Ctrl-C, and the terminal as it was before."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TextIO

import pytest

from jobstate.cli.watch.drawing import Scene
from jobstate.cli.watch.keyboard import LEAVING, _read, keyboard
from jobstate.cli.watch.live import show
from jobstate.cli.watch.watching import Watching, Wish
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Service, VirtualClock
from tests.support.lives_for_tests import BEGIN, told
from tests.support.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
AWAY, BACK = "\x1b[?1049h", "\x1b[?1049l"


@pytest.fixture(name="terminal")
def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[PseudoTerminal]:
    """Return a terminal, and have programs take it for one with colours."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with PseudoTerminal() as terminal:
        yield terminal


class Fleet:
    """Two jobs that are watched in real time, on a service whose time stands still."""

    def __init__(self, *stories: str, clients: Callable[[str], Any] | None = None) -> None:
        """Have these jobs, ten minutes after the first was created."""
        self.clock = VirtualClock(BEGIN)
        self.clock.advance(600)
        lives = [told(story, job=f"{story}-{n}", after=n) for n, story in enumerate(stories)]
        self.service = Service(lives, self.clock)
        self.stop = Event()
        client = self.service.client()
        wish = Wish(names=[life.job.name for life in lives], kinds=[TRAINING_JOB], interval=0.7)
        self.watching = Watching(
            wish, clients or (lambda _: client), sleep=self.stop.wait, stopped=self.stop.is_set
        )

    def scene(self) -> Scene:
        """Return what there is to see."""
        return Scene(jobs=self.watching.board.jobs, now=self.clock.now(), usual={})

    def show(self, terminal: PseudoTerminal, stdin: TextIO | None = None) -> None:
        """Show it on a terminal until it ends."""
        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            stdout = stack.enter_context(os.fdopen(os.dup(terminal.device), "w"))
            keys = stack.enter_context(os.fdopen(os.dup(terminal.device), "r"))
            patch.setattr(sys, "stdout", stdout)
            patch.setattr(sys, "stdin", stdin or keys)
            show(self.watching, self.scene, self.stop)


class Meanwhile:
    """Something that is done in another thread; where it fails, nothing is shown any more."""

    def __init__(self, fleet: Fleet, work: Callable[[], object]) -> None:
        """Begin it."""
        self._fleet, self._work = fleet, work
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for it
            self._error = error
            self._fleet.stop.set()

    def join(self) -> None:
        """Wait until it is done.

        Raises:
            BaseException: What it has raised.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error


def assert_as_before(terminal: PseudoTerminal, modes: list[Any]) -> None:
    """Its modes are what they were, its cursor is shown, its text is back."""
    assert terminal.modes == modes
    terminal.wait_for(BACK)
    terminal.wait_for(SHOWN)
    assert terminal.shown.rindex(SHOWN) > terminal.shown.rindex(HIDDEN)
    assert terminal.shown.rindex(BACK) > terminal.shown.rindex(AWAY)


def test_keys(terminal: PseudoTerminal) -> None:
    """Jobs are gone to, opened, filtered; q leaves, and what is known is printed."""
    fleet, modes = Fleet("completed", "failed"), terminal.modes

    def typing() -> None:
        terminal.wait_for("s sort: look")
        terminal.wait_for("Training")
        terminal.type("s")
        terminal.wait_for("s sort: name")
        terminal.type("\x1b[B\r")
        terminal.wait_for("Esc goes back")
        terminal.type("\x1b")
        time.sleep(0.3)
        terminal.type("?")
        terminal.wait_for("any key goes back")
        terminal.type("x/compl\r")
        terminal.wait_for("only those with: compl")
        terminal.type("q")

    typed = Meanwhile(fleet, typing)
    fleet.show(terminal)
    typed.join()
    assert not fleet.watching.over
    assert fleet.stop.is_set()
    assert_as_before(terminal, modes)
    terminal.wait_for("\r\n  failed-1", after=BACK)
    last = terminal.shown.rpartition(BACK)[2]
    assert "2 jobs: 2 still running" in last
    assert "q leave" not in last


def test_to_the_end(terminal: PseudoTerminal) -> None:
    """It ends by itself."""
    fleet, modes = Fleet("completed", "failed"), terminal.modes

    def passing() -> None:
        terminal.wait_for("Training")
        fleet.clock.advance(3600)

    passed = Meanwhile(fleet, passing)
    fleet.show(terminal)
    passed.join()
    assert fleet.watching.over
    assert_as_before(terminal, modes)
    terminal.wait_for("failed (algorithm)")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_signals(terminal: PseudoTerminal, sent: signal.Signals) -> None:
    """Ctrl-C and a request to terminate leave the terminal as it was."""
    fleet, modes = Fleet("completed"), terminal.modes
    before = signal.getsignal(signal.SIGTERM)

    def sending() -> None:
        terminal.wait_for("Training")
        os.kill(os.getpid(), sent)

    sender = Meanwhile(fleet, sending)
    expected = KeyboardInterrupt if sent == signal.SIGINT else SystemExit
    with pytest.raises(expected) as raised:
        fleet.show(terminal)
    sender.join()
    if isinstance(raised.value, SystemExit):
        assert raised.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
    assert fleet.stop.is_set()
    assert_as_before(terminal, modes)


def test_an_error(terminal: PseudoTerminal) -> None:
    """What nobody expects is raised when the terminal is as it was."""

    def fail(_: str) -> None:
        raise RuntimeError("what nobody expects")

    fleet, modes = Fleet("completed", clients=fail), terminal.modes
    with pytest.raises(RuntimeError, match="what nobody expects"):
        fleet.show(terminal)
    assert_as_before(terminal, modes)


def test_nobody_at_the_keys(terminal: PseudoTerminal, tmp_path: Path) -> None:
    """Standard input is a file: the table is shown all the same."""
    fleet = Fleet("completed")

    def passing() -> None:
        terminal.wait_for("Training")
        fleet.clock.advance(3600)

    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open() as stdin:
        passed = Meanwhile(fleet, passing)
        fleet.show(terminal, stdin)
    passed.join()
    assert "q leave" not in terminal.shown
    terminal.wait_for("succeeded")


def test_no_keys_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no termios."""
    monkeypatch.setitem(sys.modules, "termios", None)
    with keyboard() as typed:
        assert typed is None


def test_a_terminal_that_is_gone() -> None:
    """Whoever sat there has left: nothing spins."""
    reading, writing = os.pipe()
    os.close(writing)
    assert _read(reading) == LEAVING
    os.close(reading)
    assert _read(reading) == LEAVING
