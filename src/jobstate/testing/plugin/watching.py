"""One test that is watched: its judge while it runs, and what its end leaves behind."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobstate.testing.plugin.conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.testing.oracle.story import NotConformingError
    from jobstate.testing.plugin.everywhere import EveryClient

#: What violations, statuses that nobody knows, and the file with the answers are called among a
#: test's properties.
VIOLATION, INCONCLUSIVE = "conformance.violation", "conformance.inconclusive"
ANSWERS = "conformance.answers"


class Watch:
    """What watches one test.

    Attributes:
        conformance: The judge.
        folder: Returns where the answers of a failure are written.
    """

    def __init__(self, conformance: Conformance, folder: Callable[[], Path]) -> None:
        self.conformance = conformance
        self.folder = folder

    def finish(self, item: pytest.Item, *, failed: bool) -> None:
        """Say what was seen in a test that is over.

        Args:
            item: The test, which gets the violations as properties, and sections of its report.
            failed: It has failed by itself already.

        Raises:
            NotConformingError: It has not, and something can't be true.
        """
        __tracebackhide__ = True
        found = self.conformance
        told = (f"{each.rule}: {each.message}" for each in found.violations)
        news = (f"{each.field}={each.value}" for each in found.unmodelled)
        item.user_properties += [(VIOLATION, each) for each in dict.fromkeys(told)]
        item.user_properties += [(INCONCLUSIVE, each) for each in dict.fromkeys(news)]
        error = found.error()
        if error is not None:
            self._report(item, error, failed=failed)
            if not failed:
                raise error

    def _report(self, item: pytest.Item, error: NotConformingError, *, failed: bool) -> None:
        path = self.conformance.write(self.folder(), item.nodeid)
        item.user_properties.append((ANSWERS, str(path)))
        said = f"jobstate check {path}"
        if failed:
            said = f"{error}\n\n{said}"
        item.add_report_section("call", "conformance", said)


@contextmanager
def watching(
    item: pytest.Item,
    lifecycle: Lifecycle | Kinds,
    folder: Callable[[], Path],
    everywhere: EveryClient | None = None,
) -> Iterator[Conformance]:
    """Give what watches in one test, known to the test's item as long as that lasts.

    Args:
        item: The test.
        lifecycle: What judges.
        folder: Returns where the answers of a failure are written.
        everywhere: What watches all clients, if anything.
    """
    found = Conformance(lifecycle)
    item.jobstate_conformance = Watch(found, folder)  # type: ignore[attr-defined]
    if everywhere is not None:
        everywhere.begin(found)
    try:
        yield found
    finally:
        if everywhere is not None:
            everywhere.end(found)
        del item.jobstate_conformance  # type: ignore[attr-defined]
        found.close()
