"""Airflow: `JobTrigger` waits in a triggerer, `JobSensor` in a worker or through the trigger.

What a job has come to is said with the words of `jobstate.aws.AIRFLOW`. A time-out of the job, and
of the wait, is ``timeout``; what can't be told is ``error``. Needs the extra ``airflow``.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from jobstate.aws.asynchronous import follow
from jobstate.aws.errors import WaitTimeoutError
from jobstate.aws.follow import follow as follow_in_worker
from jobstate.aws.operations import schema_of
from jobstate.aws.snapshots import JobSnapshot
from jobstate.aws.vocabularies import AIRFLOW
from jobstate.common.text import printable
from jobstate.errors import JobstateError, MissingExtraError
from jobstate.kinds import KINDS
from jobstate.model.states import Outcome
from jobstate.sagemaker import TRAINING_JOB

try:
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
    from airflow.providers.common.compat.sdk import (
        AirflowFailException,
        BaseSensorOperator,
        PokeReturnValue,
        conf,
    )
    from airflow.triggers.base import BaseTrigger, TriggerEvent
except ImportError as error:
    what = "apache-airflow-providers-amazon"
    raise MissingExtraError("jobstate.aws.bridges.airflow", what, "airflow") from error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from jobstate.aws.following import FollowStep

#: How much longer than its trigger a task is deferred, in seconds: the trigger says where the job
#: stands, Airflow's own time-out says nothing.
_GRACE: Final = 300.0


class NoSuccessError(JobstateError, AirflowFailException):  # type: ignore[misc]
    """A job did not succeed. Airflow does not try its task again: the job would be the same.

    Attributes:
        event: What `JobTrigger` says of it.
    """

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.event = dict(event)
        super().__init__(event)

    def __str__(self) -> str:
        name, message = (printable(self.event[each]) for each in ("job_name", "message"))
        return f"{name} came to {self.event['status']}: {message}"


class JobTrigger(BaseTrigger):  # type: ignore[misc]
    """Waits until a job has ended, and fires one event; at the latest when its time is up.

    The event is a dictionary: ``status`` (``success``, ``failed``, ``stopped``, ``timeout``,
    ``error``), ``job_name``, ``message`` (the job's failure reason, or why nothing more is known),
    ``outcome`` (an `Outcome`) and ``cause``. It is ``timeout`` where the job met a limit of its
    own, and, with the outcome ``running``, where the trigger's time was up first.

    Needs no aiobotocore: it makes the calls of a client of boto3 in threads.
    """

    def __init__(  # noqa: PLR0913 - by keyword but for the first; Airflow's hooks have as many
        self,
        job_name: str,
        *,
        deadline: float,
        kind: str = TRAINING_JOB.name,
        snapshot: str = "",
        aws_conn_id: str | None = "aws_default",
        region_name: str | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
    ) -> None:
        """Say what to wait for; every argument is plain JSON.

        Args:
            job_name: Its name or id.
            deadline: Until when to wait, in seconds since 1970: no restart of a triggerer makes it
                later.
            kind: The name of its life cycle, of `jobstate.kinds.KINDS`.
            snapshot: The text of a `JobSnapshot`: what is known of the job. It pins it, so that
                another job of its name is not taken for it.
            aws_conn_id: As Airflow's hooks take it, as they do the others.
            region_name: Likewise.
            verify: Likewise.
            botocore_config: Likewise.

        Raises:
            UnknownNameError: There is no such kind; a `LookupError`.
        """
        super().__init__()
        self.kind = KINDS.named(kind)
        self.job_name = job_name
        self.deadline = deadline
        self.snapshot = snapshot
        self.connection = {
            "aws_conn_id": aws_conn_id,
            "region_name": region_name,
            "verify": verify,
            "botocore_config": botocore_config,
        }

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return its class and the arguments that make it anew."""
        arguments = {
            "job_name": self.job_name,
            "deadline": self.deadline,
            "kind": self.kind.name,
            "snapshot": self.snapshot,
        }
        return f"{__name__}.JobTrigger", arguments | self.connection

    async def run(self) -> AsyncGenerator[TriggerEvent, None]:
        """Wait, and yield the event."""
        try:
            said = _event(self.job_name, await self._last_step())
        except JobstateError as error:
            said = _event_of_error(self.job_name, error)
        yield TriggerEvent(said)

    async def _last_step(self) -> FollowStep:
        """Return what the last look at the job brought."""
        client = await asyncio.to_thread(self.client)  # it may ask a database
        tracker = JobSnapshot(self.snapshot).tracker(self.kind)
        job = next((each.key for each in tracker), self.job_name)
        left = timedelta(seconds=max(self.deadline - time.time(), 0.0))
        looks = follow(client, job, kind=self.kind, tracker=tracker, timeout=left)
        async with aclosing(looks) as steps:
            while True:
                step = await anext(steps)
                self.log.info("%s: %s", self.job_name, step.job.status)
                if step.final:
                    return step

    def client(self) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes when it runs
        """Return a client of boto3."""
        arguments = dict(self.connection)
        service = schema_of(self.kind).service
        config = arguments.pop("botocore_config")
        return AwsBaseHook(client_type=service, config=config, **arguments).get_conn()


class JobSensor(BaseSensorOperator):  # type: ignore[misc]
    """Waits until a job has succeeded; else a `NoSuccessError` says what it has come to.

    Returns the event of `JobTrigger`. ``timeout`` is that of every sensor, a week by default.
    Deferred, it knows the job by its id and time of creation; otherwise each poke begins anew.
    """

    template_fields: Sequence[str] = ("job_name", "aws_conn_id", "region_name")

    def __init__(  # noqa: PLR0913 - as above
        self,
        *,
        job_name: str,
        kind: str = TRAINING_JOB.name,
        aws_conn_id: str | None = "aws_default",
        region_name: str | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **options: Any,  # noqa: ANN401 - as every operator takes them
    ) -> None:
        """Say what to wait for.

        Args:
            job_name: As `JobTrigger` takes it, as it does the others.
            kind: Likewise.
            aws_conn_id: Likewise.
            region_name: Likewise.
            verify: Likewise.
            botocore_config: Likewise.
            deferrable: Wait in a triggerer, and keep no worker busy.
            **options: Those of every sensor.
        """
        super().__init__(**options)
        self.job_name = job_name
        self.kind = kind
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.verify = verify
        self.botocore_config = botocore_config
        self.deferrable = deferrable

    def execute(self, context: Any) -> Any:  # noqa: ANN401 - Airflow's context
        """Wait: in a triggerer if that is wanted, and there is anything to wait for."""
        if self.deferrable:
            with suppress(NoSuccessError):  # the poke below meets it too, and minds `soft_fail`
                step = self._look()
                if not step.final:
                    self.defer(
                        trigger=self._trigger(step.job.snapshot()),
                        method_name="execute_complete",
                        timeout=timedelta(seconds=self.timeout + _GRACE),
                    )
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's context; it calls this so
        """Return what the trigger says, if that is success.

        Raises:
            NoSuccessError: It is not.
        """
        return _success(event)

    def poke(self, context: Any) -> PokeReturnValue:  # noqa: ANN401, ARG002 - likewise
        """Look at the job once.

        Raises:
            NoSuccessError: It has ended, and not with success.
        """
        step = self._look()
        self.log.info("%s: %s", self.job_name, step.job.status)
        if not step.final:
            return PokeReturnValue(is_done=False)
        said = _success(_event(self.job_name, step))
        return PokeReturnValue(is_done=True, xcom_value=said)

    def _look(self) -> FollowStep:
        trigger = self._trigger()
        left = timedelta(seconds=self.timeout)
        try:
            looks = follow_in_worker(
                trigger.client(), self.job_name, kind=trigger.kind, timeout=left
            )
            return next(looks)
        except JobstateError as error:
            raise NoSuccessError(_event_of_error(self.job_name, error)) from error

    def _trigger(self, snapshot: str = "") -> JobTrigger:
        return JobTrigger(
            self.job_name,
            deadline=time.time() + self.timeout,
            kind=self.kind,
            snapshot=snapshot,
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            verify=self.verify,
            botocore_config=self.botocore_config,
        )


def _event(job_name: str, step: FollowStep) -> dict[str, Any]:
    result, reason = step.result, step.job.failure_reason
    status = AIRFLOW.word(result)
    gone = "it is gone" if result.gone and result.outcome is Outcome.UNKNOWN else None
    return {
        "status": status,
        "job_name": job_name,
        "message": reason or gone or step.job.status,
        "outcome": str(result.outcome),
        "cause": result.cause,
    }


def _event_of_error(job_name: str, error: JobstateError) -> dict[str, Any]:
    late = isinstance(error, WaitTimeoutError)
    return {
        "status": AIRFLOW.words[Outcome.TIMED_OUT if late else Outcome.UNKNOWN],
        "job_name": job_name,
        "message": str(error),
        "outcome": str(Outcome.RUNNING if late else Outcome.UNKNOWN),
        "cause": None,
    }


def _success(event: dict[str, Any]) -> dict[str, Any]:
    if event["status"] != AIRFLOW.words[Outcome.SUCCEEDED]:
        raise NoSuccessError(event)
    return event
