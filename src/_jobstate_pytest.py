"""What pytest loads of jobstate in every run: an option, a fixture, and nothing that takes time.

It stands beside the package and not in it, for whatever imports a module of a package imports the
package first: that would cost every test run some 60 ms, and hide jobstate's own imports from
whoever measures coverage. The work is done in `jobstate.testing.plugin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from jobstate import Lifecycle
    from jobstate.kinds import Kinds
    from jobstate.testing.plugin import Conformance

_OPTION = "--lifecycle-coverage"
_PLUGIN = "jobstate-lifecycle-coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("jobstate").addoption(
        _OPTION,
        action="store_true",
        help="Print which states and edges of each life cycle the `conformance` fixture has seen.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, where that was asked for."""
    if config.getoption(_OPTION):
        from jobstate.errors import MissingExtraError  # noqa: PLC0415 - only where asked for

        try:
            from jobstate.testing.plugin import CoverageOfRun  # noqa: PLC0415 - likewise
        except MissingExtraError as error:
            raise pytest.UsageError(f"{_OPTION}: {error}") from error
        config.pluginmanager.register(CoverageOfRun(), _PLUGIN)


@pytest.fixture
def conformance_lifecycle() -> Lifecycle | Kinds:
    """Return the life cycle that judges: that of training jobs. Override it; kinds may, too."""
    from jobstate.sagemaker import TRAINING_JOB  # noqa: PLC0415 - only where asked for

    return TRAINING_JOB


@pytest.fixture
def conformance(
    request: pytest.FixtureRequest, conformance_lifecycle: Lifecycle | Kinds
) -> Iterator[Conformance]:
    """Watch what services answer in a test, which fails if that can't be true."""
    from jobstate.errors import MissingExtraError  # noqa: PLC0415 - only where asked for

    try:
        from jobstate.testing.plugin import watching  # noqa: PLC0415 - likewise
    except MissingExtraError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with watching(request.node, conformance_lifecycle) as found:
        yield found
        counted = request.config.pluginmanager.get_plugin(_PLUGIN)
        if counted is not None:
            counted.add(found)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test fail that saw what can't be true, in the test itself and not after it."""
    __tracebackhide__ = True
    try:
        result = yield
    except BaseException:
        for found in _conformance_of(item):
            found.add_to_report(item)
        raise
    for found in _conformance_of(item):
        found.verify()
    return result


def _conformance_of(item: pytest.Item) -> list[Conformance]:
    """Return what watches in a test, if anything: only the fixture puts it there."""
    found = getattr(item, "jobstate_conformance", None)
    return [] if found is None else [found]
