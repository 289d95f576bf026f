"""What stands behind the pytest plugin: `Conformance`, which watches clients, and coverage."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.forks import renewed_in_forked_child
from jobstate.conformance.answers import observations
from jobstate.errors import ObservationError, UnknownNameError
from jobstate.model.kinds import by_name
from jobstate.testing.coverage.coverage import LifecycleCoverage
from jobstate.testing.oracle.story import Judged, NotConformingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest

    from jobstate.conformance.report import Report
    from jobstate.model.events import Violation
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey

#: HTTP: from here on an answer is no answer but an error or a way elsewhere.
_NO_ANSWER: Final = 300


class Conformance:
    """Judges every answer that a test's clients get, and lets the test fail at its end.

    No call ever fails because of what it answers: code under test sees what it would see.

    Attributes:
        lifecycle: The life cycle that judges, or the kinds, each job by its own.
    """

    def __init__(self, lifecycle: Lifecycle | Kinds) -> None:
        self.lifecycle = lifecycle
        self.judged = Judged(lifecycle)
        self._lifecycles = by_name(lifecycle)
        self._operations = _operations(self._lifecycles.values())
        self._lock = Lock()  # clients are shared between threads
        renewed_in_forked_child(self, "_lock")
        self._expected: dict[str, None] = {}
        self._unreadable: list[str] = []
        self._watched: list[Any] = []
        self._answers = 0

    # --- What it judges -------------------------------------------------------------------------

    def watch(self, client: Any) -> None:  # noqa: ANN401 - botocore's clients have no type
        """Judge what a client of the job's service answers from now on, to the end of the test.

        Args:
            client: A client of boto3 or botocore, stubbed or not; watching it twice is watching
                it once.

        Raises:
            TypeError: It is no such client, or nothing says which of its calls are about jobs.
        """
        events = getattr(getattr(client, "meta", None), "events", None)
        service = getattr(getattr(client, "meta", None), "service_model", None)
        if not self._operations:
            names = " or ".join(self._lifecycles)
            raise TypeError(f"no operation is known that answers about a {names}")
        services = dict.fromkeys(service for service, _ in self._operations)
        if events is None or getattr(service, "service_name", None) not in services:
            expected = " or ".join(services)
            raise TypeError(f"expected a boto3 client of {expected}, got {client!r:.200}")
        if any(each is events for each in self._watched):
            return
        self._watched.append(events)
        for event in self._events():
            events.register(event, self._answered)

    def feed(self, answer: object, where: str = "") -> None:
        """Judge an answer that came some other way, or several in order.

        Args:
            answer: What `jobstate.check_jobs` takes.
            where: Where it came from, for the story.
        """
        self._judge(self.lifecycle, answer, where)

    def _judge(self, lifecycle: Lifecycle | Kinds, answer: object, where: str) -> None:
        with self._lock:
            self._answers += 1
            place = f"answer {self._answers}{f' ({where})' if where else ''}"
            try:
                for path, observation in observations(lifecycle, answer):
                    self.judged.add(f"{place} {path}" if path else place, observation)
            except ObservationError as error:
                self._unreadable.append(f"{place}: {error}")

    def _answered(
        self,
        http_response: Any,  # noqa: ANN401 - botocore's own types
        parsed: dict[str, Any],
        model: Any,  # noqa: ANN401
        **_: object,
    ) -> None:
        """Take what botocore says of an answer; errors tell nothing of a job."""
        if http_response.status_code < _NO_ANSWER:
            # The operation says whose an answer is, also of one that looks like nobody's.
            of_it = self._operations[model.service_model.service_name, model.name]
            self._judge(of_it[0] if len(of_it) == 1 else self.lifecycle, parsed, model.name)

    def _events(self) -> Iterator[str]:
        """Yield what botocore says when an answer has come, be it one that a `Stubber` gave."""
        for service, operation in self._operations:
            yield f"after-call.{service}.{operation}"

    # --- What came of it ------------------------------------------------------------------------

    @property
    def reports(self) -> dict[JobKey, Report]:
        """The verdict on each job so far, in the order first seen."""
        return self.judged.reports()

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that broke a rule so far, notes and what is expected included."""
        return tuple(each for report in self.reports.values() for each in report.violations)

    def expect(self, *rules: str) -> None:
        """Expect that rules are broken in this test, known as they are: it fails if they are not.

        Raises:
            UnknownNameError: No life cycle has such a rule; it lists those there are.
        """
        known = {rule.id: None for each in self._lifecycles.values() for rule in each.rules}
        for rule in rules:
            if rule not in known:
                raise UnknownNameError("rule", rule, known)
        self._expected.update(dict.fromkeys(rules))

    def verify(self) -> None:
        """Do nothing where all answers can be true, but for what is expected.

        Raises:
            NotConformingError: They can't, or can't be read, or nothing broke a rule that was
                expected to be broken.
        """
        __tracebackhide__ = True
        if error := self._error():
            raise error

    def add_to_report(self, item: pytest.Item) -> None:
        """Tell the story beside that of a test that has failed by itself."""
        if error := self._error():
            item.add_report_section("call", "conformance", str(error))

    def _error(self) -> NotConformingError | None:
        broken = {each.rule for each in self.violations}
        others = [
            *self._unreadable,
            *(
                f"{rule} was expected to be broken, but nothing broke it"
                for rule in self._expected
                if rule not in broken
            ),
        ]
        stories = self.judged.stories(known=self._expected)
        return NotConformingError(stories, others) if stories or others else None

    def close(self) -> None:
        """Watch nothing any more."""
        for events in self._watched:
            for event in self._events():
                events.unregister(event, self._answered)
        self._watched.clear()


def _operations(lifecycles: Iterable[Lifecycle]) -> dict[tuple[str, str], list[Lifecycle]]:
    """Return whose each operation's answers may be, by the names of service and operation."""
    found: dict[tuple[str, str], list[Lifecycle]] = {}
    for lifecycle in lifecycles:
        if schema := lifecycle.schema:
            for operation in schema.operations:
                found.setdefault((schema.service, operation), []).append(lifecycle)
    return found


@contextmanager
def watching(
    item: Any,  # noqa: ANN401 - an item
    lifecycle: Lifecycle | Kinds,
) -> Iterator[Conformance]:
    """Give what watches in one test, known to the test's item as long as that lasts."""
    found = Conformance(lifecycle)
    item.jobstate_conformance = found
    try:
        yield found
    finally:
        del item.jobstate_conformance
        found.close()


class CoverageOfRun:
    """A plugin: what the answers of a whole run have shown, for each life cycle by its name."""

    def __init__(self) -> None:
        self._found: dict[str, LifecycleCoverage] = {}

    def add(self, conformance: Conformance) -> None:
        """Count what was seen in one test; of the kinds that judged it those that were seen."""
        seen = conformance.judged.observations()
        for kind, lifecycle in by_name(conformance.lifecycle).items():
            if own := [each for each in seen if each.job.kind == kind]:
                if kind not in self._found:
                    self._found[kind] = LifecycleCoverage(lifecycle)
                self._found[kind].add_answers(own)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was seen, and what is missing."""
        terminalreporter.section("lifecycle coverage")
        for found in self._found.values():
            terminalreporter.write_line(found.report())
        if not self._found:
            said = "nothing was seen: no answer came to the fixture `conformance`"
            terminalreporter.write_line(said)
