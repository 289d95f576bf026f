"""`EveryClient`: every client that botocore makes in a test run is watched, without a conftest."""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest

from jobstate.errors import MissingExtraError
from jobstate.kinds import KINDS
from jobstate.testing.plugin.clients import ANSWERED, LEFT_OUT, WATCHED
from jobstate.testing.plugin.conformance import Conformance
from jobstate.testing.plugin.workers import output_of, say_to_controller

_OUTSIDE: Final = "jobstate_outside_of_tests"


class EveryClient:
    """A plugin: what any client answers goes to the test that runs at the time.

    What is answered while none does, by fixtures of a session say, is judged by itself at the end.
    """

    def __init__(self) -> None:
        """Begin to watch.

        Raises:
            MissingExtraError: botocore is not installed.
        """
        try:
            import botocore  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError("--conformance", "boto3", "aws") from error
        self._botocore = botocore
        self._watching: list[Conformance] = []
        self._outside = Conformance(KINDS)
        self._broken: list[str] = []
        botocore.register_initializer(self._begin)
        # One that boto3 has made before: most clients are made by it.
        made = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
        if made is not None:
            self._begin(made.events)

    # --- Clients --------------------------------------------------------------------------------

    def _begin(self, session: Any) -> None:  # noqa: ANN401 - botocore's own types, or events
        session.register(ANSWERED, self._answered)
        session.register(WATCHED, self._is_watched)
        session.register(LEFT_OUT, self._leave_out)

    def _answered(self, **said: Any) -> None:  # noqa: ANN401 - botocore's own types
        found = self._watching[-1] if self._watching else self._outside
        found.answered(**said)

    def _is_watched(self, conformance: Conformance, **_: object) -> bool:
        return self._watching[-1:] == [conformance]

    def _leave_out(self, events: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own types
        events.unregister(ANSWERED, self._answered)
        events.unregister(WATCHED, self._is_watched)

    # --- Tests ----------------------------------------------------------------------------------

    def begin(self, conformance: Conformance) -> None:
        """Let a test's own judge have what is answered from now on."""
        self._watching.append(conformance)

    def end(self, conformance: Conformance) -> None:
        """Let it have no more."""
        self._watching.remove(conformance)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let a test have the fixture, before all others."""
        names = getattr(item, "fixturenames", None)
        if isinstance(names, list):
            if "conformance" in names:
                names.remove("conformance")
            names.insert(0, "conformance")

    # --- The run --------------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take what a worker of pytest-xdist has seen outside of its tests."""
        self._broken += output_of(node, _OUTSIDE) or []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the run fail if what was answered outside of tests can't be true."""
        if error := self._outside.error():
            self._broken.append(str(error))
        if self._broken:
            say_to_controller(session.config, _OUTSIDE, self._broken)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print it."""
        for story in self._broken:
            terminalreporter.section("conformance outside of tests")
            terminalreporter.write_line(story)

    def pytest_unconfigure(self) -> None:
        """Watch no client any more that is made from now on."""
        self._botocore.unregister_initializer(self._begin)
