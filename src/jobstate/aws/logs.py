"""What a job writes to CloudWatch Logs: `JobLogs` reads on, `wait_with_logs` waits meanwhile."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from jobstate.aws.follow import follow
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.common.log import log
from jobstate.common.text import printable
from jobstate.common.times import from_microseconds
from jobstate.model.operations import ErrorCodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Unpack

    from jobstate.aws.following import Options
    from jobstate.model.outcome import Result

#: Where training jobs write, by themselves.
TRAINING_LOGS: Final = "/aws/sagemaker/TrainingJobs"
#: How many seconds after a job's end its logs are read once more: lines come late.
REST: Final = 10.0
_CODES: Final = ErrorCodes()


@frozen
class LogLine:
    """A line that a job has written.

    Attributes:
        stream: The stream, one for each instance: ``churn-42/algo-1-1772600767``.
        at: When it was written, by the instance's clock; aware, UTC.
        message: What it says.
    """

    stream: str
    at: datetime
    message: str

    def __str__(self) -> str:
        return f"{self.stream.rpartition('/')[2]} {self.message}"


class JobLogs:
    """What a job has written, read on from where the last reading ended.

    Each stream is read by the service's own tokens, so no line is read twice and none is left out,
    also where several have the same time.
    """

    def __init__(self, client: Any, name: str, group: str = TRAINING_LOGS) -> None:  # noqa: ANN401 - boto3 makes its clients' classes when it runs
        """Begin before the first line.

        Args:
            client: A client of boto3 for ``logs``.
            name: The job's name, with which the names of its streams begin.
            group: Where jobs of its kind write: ``/aws/sagemaker/ProcessingJobs`` …
        """
        self._client = client
        self._name = name
        self._group = group
        self._tokens: dict[str, str] = {}

    def read(self) -> Iterator[LogLine]:
        """Yield the lines that have come since the last reading, stream by stream.

        A call that comes to nothing ends the reading: the log of ``jobstate`` says why, and the
        next reading goes on from there. Before the job has written there is nothing to read.
        """
        try:
            for stream in self._streams():
                yield from self._lines(stream)
        except Exception as error:
            failure = failure_of(error, _CODES)
            if failure is None:
                raise
            if failure.trouble is not Trouble.MISSING:  # a group begins with its first line
                name, said = printable(self._name), printable(str(failure))
                log().warning("the logs of %s can't be read: %s", name, said)

    def _streams(self) -> Iterator[str]:
        asked = {"logGroupName": self._group, "logStreamNamePrefix": f"{self._name}/"}
        while True:
            answer = self._client.describe_log_streams(**asked)
            for each in answer["logStreams"]:
                yield each["logStreamName"]
            if "nextToken" not in answer:
                return
            asked["nextToken"] = answer["nextToken"]

    def _lines(self, stream: str) -> Iterator[LogLine]:
        while True:
            token = self._tokens.get(stream)
            more = {} if token is None else {"nextToken": token}
            answer = self._client.get_log_events(
                logGroupName=self._group, logStreamName=stream, startFromHead=True, **more
            )
            for each in answer["events"]:
                yield _line(stream, each)
            self._tokens[stream] = answer["nextForwardToken"]
            if token == answer["nextForwardToken"]:  # the service's way to say that it is the end
                return


def _line(stream: str, event: Mapping[str, Any]) -> LogLine:
    at = from_microseconds(int(event["timestamp"]) * 1_000)
    return LogLine(stream, at, event["message"].rstrip("\n"))


def wait_with_logs(  # noqa: PLR0913 - all but three by keyword
    client: Any,  # noqa: ANN401 - as above
    name: str,
    logs: Any,  # noqa: ANN401 - as above
    *,
    write: Callable[[LogLine], object] = print,
    group: str = TRAINING_LOGS,
    sleep: Callable[[float], object] | None = None,
    **options: Unpack[Options],
) -> Result:
    """Wait until a job has ended, as `wait` does, and write what it writes meanwhile.

    The logs are read with each look at the job, and once more some seconds after its end. That
    they can't be read ends no wait. In place of the waits of the SageMaker SDK::

        estimator.fit(wait=False)
        session, name = estimator.sagemaker_session, estimator.latest_training_job.name
        logs = session.boto_session.client("logs")
        result = wait_with_logs(session.sagemaker_client, name, logs)

    Args:
        client: A client of boto3 for the service of the kind.
        name: The job's name.
        logs: A client of boto3 for ``logs``.
        write: Takes each line.
        group: Where jobs of its kind write.
        sleep: Waits for so many seconds; `time.sleep` by default.
        **options: The `Options`.

    Raises:
        JobMissingError, WaitTimeoutError, ServiceError, UnknownStatusError, ObservationError,
        UnknownNameError, LifecycleError: As of `follow`.
    """
    written = JobLogs(logs, name, group)
    steps = follow(client, name, sleep=sleep, **options)
    while True:
        step = next(steps)
        for line in written.read():
            write(line)
        if step.final:
            break
    (sleep or time.sleep)(REST)
    for line in written.read():
        write(line)
    return step.result
