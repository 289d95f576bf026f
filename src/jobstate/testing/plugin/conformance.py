"""`Conformance`: what watches the clients of a test, and lets it fail where they can't be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.forks import renewed_in_forked_child
from jobstate.conformance.answers import Reading, read_found, readings
from jobstate.errors import ObservationError, UnknownNameError
from jobstate.model.kinds import by_name
from jobstate.testing.oracle.story import Judged, NotConformingError
from jobstate.testing.plugin.clients import ANSWERED, is_watched
from jobstate.testing.plugin.operations import Operations
from jobstate.testing.plugin.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jobstate.conformance.report import Report
    from jobstate.finding import Found
    from jobstate.model.events import Unmodelled, Violation
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation

#: HTTP: from here on an answer is no answer but an error or a way elsewhere.
_NO_ANSWER: Final = 300


class Conformance:
    """Judges every answer that a test's clients get, and lets the test fail at its end.

    No call ever fails because of what it answers: code under test sees what it would see.

    Attributes:
        lifecycle: The life cycle that judges, or the kinds, each job by its own.
        left_out: Kind → how many answers about it came that nobody judges.
    """

    def __init__(self, lifecycle: Lifecycle | Kinds) -> None:
        self.lifecycle = lifecycle
        self.judged = Judged(lifecycle)
        self._lifecycles = by_name(lifecycle)
        self.left_out: Counter[str] = Counter()
        self._operations = Operations(lifecycle)
        self._lock = Lock()  # clients are shared between threads
        renewed_in_forked_child(self, "_lock")
        self._expected: dict[str, None] = {}
        self._unreadable: list[str] = []
        self._watched: list[Any] = []
        self._answers = 0
        self._kept = Replay()

    # --- What it judges -------------------------------------------------------------------------

    def watch(self, client: Any) -> None:  # noqa: ANN401 - botocore's clients have no type
        """Judge what a client of the job's service answers from now on, to the end of the test.

        Of the calls that are about jobs alone every answer must be one; in those of others, such as
        Search, the answers are looked for.

        Args:
            client: A client of boto3 or botocore, stubbed or not; watching it twice is watching
                it once.

        Raises:
            TypeError: It is no such client, or nothing says which of its calls are about jobs.
        """
        events = getattr(getattr(client, "meta", None), "events", None)
        service = getattr(getattr(client, "meta", None), "service_model", None)
        services = self._operations.services
        if not services:
            names = " or ".join(self._lifecycles)
            raise TypeError(f"no operation is known that answers about a {names}")
        if events is None or getattr(service, "service_name", None) not in services:
            expected = " or ".join(services)
            raise TypeError(f"expected a boto3 client of {expected}, got {client!r:.200}")
        if is_watched(client, self) or any(each is events for each in self._watched):
            return
        self._watched.append(events)
        events.register(ANSWERED, self.answered)

    def feed(self, answer: object, where: str = "") -> None:
        """Judge an answer that came some other way, or several in order.

        Args:
            answer: What `jobstate.check_jobs` takes.
            where: Where it came from, for the story.
        """
        if isinstance(answer, Iterator):
            answer = list(answer)
        self._judge(answer, where, readings(self.lifecycle, answer))

    def answered(
        self,
        http_response: Any,  # noqa: ANN401 - botocore's own types
        parsed: dict[str, Any],
        model: Any,  # noqa: ANN401
        **_: object,
    ) -> None:
        """Take what botocore says of an answer; errors tell nothing of a job."""
        service, operation = model.service_model.service_name, model.name
        if http_response.status_code >= _NO_ANSWER:
            return
        if service in self._operations.services:
            # The operation says whose an answer is, also of one that looks like nobody's.
            whose = self._operations.whose(service, operation)
            if whose is not None:
                self._judge(parsed, operation, readings(whose, parsed))
            elif found := self._operations.found_in(parsed):
                self._judge(parsed, operation, map(_reading, found))
        self.left_out.update(self._operations.left_out(service, parsed))

    def _judge(self, answer: object, where: str, said: Iterable[Reading[Observation]]) -> None:
        with self._lock:
            self._answers += 1
            place = f"answer {self._answers}{f' ({where})' if where else ''}"
            jobs: list[JobKey] = []
            try:
                for each in said:
                    at = f"{place} {each.path}" if each.path else place
                    jobs.append(self.judged.add(at, each.observation, in_order=each.in_order))
            except ObservationError as error:
                self._unreadable.append(f"{place}: {error}")
                jobs.clear()
            self._kept.add(answer, jobs)

    # --- What came of it ------------------------------------------------------------------------

    @property
    def reports(self) -> dict[JobKey, Report]:
        """The verdict on each job so far, in the order first seen."""
        return self.judged.reports()

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that broke a rule so far, notes and what is expected included."""
        return tuple(each for report in self.reports.values() for each in report.violations)

    @property
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """The statuses so far that no life cycle knows: they prove nothing, and break no rule."""
        return tuple(each for report in self.reports.values() for each in report.unmodelled)

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
        if error := self.error():
            raise error

    def write(self, folder: Path, name: str) -> Path:
        """Write the answers about each job that did what is forbidden, as JSON Lines.

        Args:
            folder: Where; it is made where it is missing.
            name: The name of the test; the file's, as far as a file can have it.
        """
        reports = [each.report for each in self.judged.stories(known=self._expected)]
        jobs = {job for report in reports for job in (report.job, *report.children)}
        return self._kept.write(folder, name, jobs)

    def error(self) -> NotConformingError | None:
        """Return what `verify` raises; None where it raises nothing."""
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
            events.unregister(ANSWERED, self.answered)
        self._watched.clear()


def _reading(found: Found) -> Reading[Observation]:
    observation = read_found(found)
    return Reading(found.path, found.lifecycle, observation, found.bare, found.nested)
