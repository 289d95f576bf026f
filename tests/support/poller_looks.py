"""How a small program asks for a training job: by description, by list, by both; and throttled.

Each is a generator that yields how many seconds it wants to sleep, so that the same program runs on
`time.sleep`, in an event loop and in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final, TypeAlias, TypeVar

from attrs import field, frozen
from botocore.exceptions import ClientError

from tests.support.poller_readings import RUNNING, Answer, Reading

_T = TypeVar("_T")
#: Yields how many seconds it wants to sleep, and returns what it has found.
Steps: TypeAlias = Generator[float, None, _T]

#: By which codes AWS's services refuse what is too much.
THROTTLES: Final = {
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
}
#: In what it differs how a throttled call is tried again.
BACKS_OFF, NEXT_TIME, DIES = "backs off at once", "asks the next time", "dies of it"


class NoAnswerError(Exception):
    """There is no answer this time."""


@frozen
class Asker:
    """Asks the service.

    Attributes:
        client: A botocore client of SageMaker.
        reading: What it makes of an answer.
        throttled: What it does when it is throttled.
        memory: The last descriptions, by name.
        ends: Ends that the list has shown, by name: the job may be gone before it is described.
    """

    client: Any
    reading: Reading
    throttled: str
    memory: dict[str, Answer] = field(factory=dict)
    ends: dict[str, Answer] = field(factory=dict)

    def ask(self, operation: str, **request: object) -> Steps[Any]:
        """Return the answer; None where there is no such job, or nothing can be done to it.

        Raises:
            NoAnswerError: It was throttled, and leaves it at that.
        """
        pause = 1.0
        while True:
            try:
                return getattr(self.client, operation)(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ValidationException":  # as FACTS §5 has it
                    return None
                if code not in THROTTLES or self.throttled == DIES:
                    raise
                if self.throttled == NEXT_TIME:
                    raise NoAnswerError from error
            yield pause
            pause = min(2 * pause, 16.0)


#: Returns an answer about a job; None where it is not there.
Look: TypeAlias = Callable[[Asker, str], Steps[Answer | None]]


def described(asker: Asker, name: str) -> Steps[Answer | None]:
    """Describe it."""
    answer: Answer | None = yield from asker.ask("describe_training_job", TrainingJobName=name)
    return answer


def listed(asker: Asker, name: str) -> Steps[Answer | None]:
    """List it alone: names that contain its name are others' too, and a page may be empty."""
    request: dict[str, object] = {"NameContains": name, "SortBy": "CreationTime"}
    while True:
        page = yield from asker.ask("list_training_jobs", **request)
        for item in page["TrainingJobSummaries"]:
            if item["TrainingJobName"] == name:
                found: Answer = item
                return found
        if "NextToken" not in page:
            return None
        request["NextToken"] = page["NextToken"]


def listed_then_described(asker: Asker, name: str) -> Steps[Answer | None]:
    """List it, and describe it once the list shows an end, or does not have it."""
    item = yield from listed(asker, name)
    if item is not None and asker.reading(item) == RUNNING:
        return item
    return (yield from _described_at_last(asker, name, item))


def described_where_changed(asker: Asker, name: str) -> Steps[Answer | None]:
    """List it, and describe it if the list has it newer than the last description."""
    item = yield from listed(asker, name)
    last = asker.memory.get(name)
    if item and last and last["LastModifiedTime"] >= item["LastModifiedTime"]:
        return last
    job = yield from _described_at_last(asker, name, item)
    if job is not None:
        asker.memory[name] = job
    return job


def _described_at_last(asker: Asker, name: str, item: Answer | None) -> Steps[Answer | None]:
    """Describe what the list shows so; where it is gone, the end that the list has shown."""
    if item is not None and asker.reading(item) != RUNNING:
        asker.ends[name] = item
    return (yield from described(asker, name)) or asker.ends.get(name)


LOOKS: Final[tuple[Look, ...]] = (
    described,
    listed_then_described,
    listed,
    described_where_changed,
)
