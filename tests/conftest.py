"""How the tests use Hypothesis, what a run leaves out, and how it prints figures."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from xdist.workermanage import WorkerController

# Every example is the same in every run, so no test fails by chance. Whoever looks for more runs
# the tests with `--hypothesis-profile=random`, or a campaign.
settings.register_profile("tests", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("tests")

_AT_A_TERMINAL: Final[dict[signal.Signals, Any]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGQUIT: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
_FIGURES = pytest.StashKey[list[str]]()
#: Under which name a process of pytest-xdist hands its figures over.
_HANDED_OVER = "figures"


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no figures, and with signals as they are at a terminal.

    What a shell has sent to the background ignores Ctrl-C, and so does all that it starts: tests
    that interrupt would wait for ever.
    """
    config.stash[_FIGURES] = []
    for each, handler in _AT_A_TERMINAL.items():
        if signal.getsignal(each) is signal.SIG_IGN:
            signal.signal(each, handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand figures over, where one of several processes has run these tests."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_HANDED_OVER] = session.config.stash[_FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """Take over the figures of another process; one that crashed has none."""
    node.config.stash[_FIGURES] += getattr(node, "workeroutput", {}).get(_HANDED_OVER, [])


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what a run leaves out."""
    if config.option.markexpr != "not once":
        return None
    return (
        "left out: what is long or needs programs from outside (browsers, Graphviz, Java ...);"
        " python -m pytest -m once runs it, as CI does"
    )


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Return what takes a line to print at the end of the run, whatever pytest captures."""
    return pytestconfig.stash[_FIGURES].append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the figures."""
    if lines := config.stash[_FIGURES]:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
