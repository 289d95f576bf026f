"""`CoverageOfRun`: what the answers of a whole test run have shown, of all its processes as one."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from jobstate.common.text import counted
from jobstate.errors import JobstateError
from jobstate.model.kinds import by_name
from jobstate.testing.coverage.coverage import LifecycleCoverage
from jobstate.testing.coverage.record import Record, is_missing, lines, merged_record
from jobstate.testing.plugin.workers import output_of, say_to_controller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.testing.plugin.conformance import Conformance

_KEY: Final = "jobstate_coverage"


class CoverageOfRun:
    """A plugin: what was seen of each life cycle by its name, and what came that nobody judged."""

    def __init__(
        self,
        json_file: str | None = None,
        picture_file: str | None = None,
        draw: Callable[[Lifecycle, Record], str] | None = None,
    ) -> None:
        """Begin to count.

        Args:
            json_file: Where to write what was seen, as JSON; None for nowhere.
            picture_file: Where to draw it, as SVG; of several life cycles each has its name in the
                file's.
            draw: Returns the picture of a life cycle and a record.
        """
        self._json_file = json_file
        self._picture_file = picture_file
        self._draw = draw
        self._found: dict[str, LifecycleCoverage] = {}
        self._records: dict[str, Record] = {}
        self._lifecycles: dict[str, Lifecycle] = {}
        self._left_out: Counter[str] = Counter()
        self._unmodelled: Counter[str] = Counter()
        self._said: list[str] = []

    def add(self, conformance: Conformance) -> None:
        """Count what was seen in one test; of the kinds that judged it those that were seen."""
        self._left_out.update(conformance.left_out)
        self._unmodelled.update(
            f"{each.job.kind} {each.field}={each.value}" for each in conformance.unmodelled
        )
        seen = conformance.judged.observations()
        for kind, lifecycle in by_name(conformance.lifecycle).items():
            if own := [each for each in seen if each.job.kind == kind]:
                if kind not in self._found:
                    self._found[kind] = LifecycleCoverage(lifecycle)
                self._found[kind].add_answers(own)

    # --- Of all processes -----------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take what a worker of pytest-xdist has seen."""
        said = output_of(node, _KEY)
        if said is not None:
            self._left_out.update(said["left_out"])
            self._unmodelled.update(said["unmodelled"])
            for kind, record in said["records"].items():
                self._take(kind, record, _unpickled(said["lifecycles"][kind]))

    def _take(self, kind: str, record: Record, lifecycle: Lifecycle | None) -> None:
        known = self._records.get(kind)
        self._records[kind] = record if known is None else merged_record(known, record)
        if lifecycle is not None:
            self._lifecycles.setdefault(kind, lifecycle)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Say what was seen to the controller, or write it where that was asked for."""
        for kind, found in self._found.items():
            self._take(kind, found.to_dict(), found.lifecycle)
        said = {
            "records": self._records,
            "lifecycles": {kind: _pickled(each) for kind, each in self._lifecycles.items()},
            "left_out": dict(self._left_out),
            "unmodelled": dict(self._unmodelled),
        }
        if not say_to_controller(session.config, _KEY, said):
            self._said += self._written()

    # --- What is told ---------------------------------------------------------------------------

    def _written(self) -> Iterator[str]:
        """Write the files, and yield a line about each."""
        if self._json_file:
            found = {
                "lifecycles": list(self._records.values()),
                "left_out": dict(self._left_out),
                "unmodelled": dict(self._unmodelled),
            }
            text = json.dumps(found, indent=1, ensure_ascii=False)
            yield _write(Path(self._json_file), f"{text}\n")
        if self._picture_file and self._draw:
            path = Path(self._picture_file)
            for kind, record in self._records.items():
                own = path if len(self._records) == 1 else path.with_stem(f"{path.stem}-{kind}")
                yield self._drawn(kind, record, own)

    def _drawn(self, kind: str, record: Record, path: Path) -> str:
        assert self._draw is not None  # noqa: S101 - it was asked for
        if kind not in self._lifecycles:
            return f"no picture of {kind}: another process than that of its tests can't import it"
        try:
            picture = self._draw(self._lifecycles[kind], record)
        except JobstateError as error:
            return f"no picture of {kind}: {error}"
        return _write(path, picture)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how much was seen, what was passed over and what was written."""
        terminalreporter.section("lifecycle coverage")
        for record in self._records.values():
            for line in lines(record):
                terminalreporter.write_line(line)
        if not self._records:
            said = "nothing was seen: no answer came to the fixture `conformance`"
            terminalreporter.write_line(said)
        for kind, count in sorted(self._left_out.items()):
            answers = counted(count, "answer")
            said = f"not judged: {answers} about {kind}, which `conformance_lifecycle` lacks"
            terminalreporter.write_line(said)
        for status, count in sorted(self._unmodelled.items()):
            said = (
                f"inconclusive: {status}, of {counted(count, 'job')}, is a status that nobody knows"
            )
            terminalreporter.write_line(said)
        if not self._json_file and any(map(is_missing, self._records.values())):
            terminalreporter.write_line("what is missing: --lifecycle-coverage-json FILE")
        for line in self._said:
            terminalreporter.write_line(line)


def _write(path: Path, text: str) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"{path} can't be written: {error}"
    return f"written: {path}"


def _pickled(lifecycle: Lifecycle) -> bytes | None:
    """Return by what another process finds a life cycle; None where it can't."""
    try:
        return pickle.dumps(lifecycle)
    except Exception:  # noqa: BLE001 - what can go wrong is up to what it consists of
        return None


def _unpickled(pickled: bytes | None) -> Lifecycle | None:
    try:
        found: Any = None if pickled is None else pickle.loads(pickled)  # noqa: S301 - our worker's
    except Exception:  # noqa: BLE001 - likewise
        return None
    else:
        return found  # type: ignore[no-any-return]
