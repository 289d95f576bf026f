"""What pytest loads of jobstate in every run: options, a fixture, and nothing that takes time.

It stands beside the package and not in it, for whatever imports a module of a package imports the
package first: that would cost every test run some 60 ms, and hide jobstate's own imports from
whoever measures coverage. The work is done in `jobstate.testing.plugin`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from jobstate import Lifecycle
    from jobstate.kinds import Kinds
    from jobstate.testing.plugin.conformance import Conformance
    from jobstate.testing.plugin.watching import Watch

_EVERYWHERE, _FILES = "--conformance", "--conformance-files"
_COVERAGE = "--lifecycle-coverage"
_JSON, _PICTURE = f"{_COVERAGE}-json", f"{_COVERAGE}-picture"
_COVERAGE_PLUGIN, _EVERYWHERE_PLUGIN = "jobstate-lifecycle-coverage", "jobstate-conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("jobstate")
    group.addoption(
        _EVERYWHERE,
        action="store_true",
        help="Watch every client that botocore makes: each test has the fixture `conformance`.",
    )
    group.addoption(
        _FILES,
        metavar="DIR",
        help="Where to write the answers of a test that saw what can't be true, as JSON Lines;"
        " by default in pytest's own temporary folder.",
    )
    group.addoption(
        _COVERAGE,
        action="store_true",
        help="Print how much of each life cycle the `conformance` fixture has seen.",
    )
    group.addoption(
        _JSON, metavar="FILE", help="Write which states, edges and pairs of edges it has seen."
    )
    group.addoption(_PICTURE, metavar="FILE", help="Draw what it has seen, as SVG.")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin to watch every client, where that was asked for: a conftest may make one already."""
    if early_config.known_args_namespace.conformance:
        with _extra(_EVERYWHERE):
            from jobstate.testing.plugin.everywhere import EveryClient  # noqa: PLC0415 - if asked

            early_config.pluginmanager.register(EveryClient(), _EVERYWHERE_PLUGIN)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, where that was asked for."""
    json_file, picture_file = config.getoption(_JSON), config.getoption(_PICTURE)
    if config.getoption(_COVERAGE) or json_file or picture_file:
        with _extra(_COVERAGE):
            from jobstate.testing.plugin.coverage import CoverageOfRun  # noqa: PLC0415 - if asked

            counting = CoverageOfRun(json_file, picture_file, _drawn)
            config.pluginmanager.register(counting, _COVERAGE_PLUGIN)


@pytest.fixture
def conformance_lifecycle() -> Lifecycle | Kinds:
    """Return what judges: every kind of job of the library. Override it with one, or others."""
    from jobstate.kinds import KINDS  # noqa: PLC0415 - only where asked for

    return KINDS


@pytest.fixture
def conformance(
    request: pytest.FixtureRequest, conformance_lifecycle: Lifecycle | Kinds
) -> Iterator[Conformance]:
    """Watch what services answer in a test, which fails if that can't be true."""
    from jobstate.errors import MissingExtraError  # noqa: PLC0415 - only where asked for

    try:
        from jobstate.testing.plugin.watching import watching  # noqa: PLC0415 - likewise
    except MissingExtraError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None

    def folder() -> Path:
        chosen = request.config.getoption(_FILES)
        if chosen:
            return Path(chosen)
        made: Path = request.getfixturevalue("tmp_path_factory").mktemp("conformance")
        return made

    plugins = request.config.pluginmanager
    everywhere: Any = plugins.get_plugin(_EVERYWHERE_PLUGIN)
    with watching(request.node, conformance_lifecycle, folder, everywhere) as found:
        yield found
        counted: Any = plugins.get_plugin(_COVERAGE_PLUGIN)
        if counted is not None:
            counted.add(found)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test fail that saw what can't be true, in the test itself and not after it."""
    __tracebackhide__ = True
    try:
        result = yield
    except BaseException:
        for watch in _watch_of(item):
            watch.finish(item, failed=True)
        raise
    for watch in _watch_of(item):
        watch.finish(item, failed=False)
    return result


def _watch_of(item: pytest.Item) -> list[Watch]:
    """Return what watches in a test, if anything: only the fixture puts it there."""
    found = getattr(item, "jobstate_conformance", None)
    return [] if found is None else [found]


class _extra:  # noqa: N801 - a context, called like a function
    """Says which extra is missing, as pytest says what is wrong with its arguments."""

    def __init__(self, option: str) -> None:
        self._option = option

    def __enter__(self) -> None:
        """Let what needs the extra be done."""

    def __exit__(self, kind: type[BaseException] | None, error: object, *_: object) -> None:
        """Say what is missing."""
        if kind is not None and kind.__name__ == "MissingExtraError":
            raise pytest.UsageError(f"{self._option}: {error}")


def _drawn(lifecycle: Lifecycle, record: dict[str, Any]) -> str:
    """Return the picture of what was seen of a life cycle."""
    from jobstate.diagrams import picture, seen  # noqa: PLC0415 - only where asked for

    regions = record["regions"].items()
    states = {
        name: {each["state"] for each in has["states"] if each["seen"]} for name, has in regions
    }
    edges = {
        name: {(each["origin"], each["target"]) for each in has["edges"] if each["seen"]}
        for name, has in regions
    }
    return picture(lifecycle, overlay=seen(lifecycle, states, edges))
