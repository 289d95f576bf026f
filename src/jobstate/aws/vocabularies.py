"""What others call what a job has come to: Airflow, Flyte, Step Functions, OpenTelemetry.

Each `Vocabulary` has a word for every outcome, so nothing that uses one waits for ever or takes a
stop for success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.errors import LifecycleError
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from jobstate.model.outcome import Result


def _words(words: Mapping[Outcome, str | None]) -> Mapping[Outcome, str | None]:
    return dict(words)


def _causes(causes: Mapping[str, str]) -> Mapping[str, str]:
    return dict(causes)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen(kw_only=True)
class Vocabulary:
    """The words of a program for what a job has come to.

    Attributes:
        name: What has these words.
        source: Where they are listed.
        words: Outcome → its word; None where there is none, as before the end.
        causes: Cause → the word for a failure for it, where that is another one.
        others: The words that no outcome has.

    Raises:
        LifecycleError: An outcome is missing.
    """

    name: str
    source: str
    words: Mapping[Outcome, str | None] = field(converter=_words)
    causes: Mapping[str, str] = field(factory=dict, converter=_causes)
    others: frozenset[str] = field(default=frozenset(), converter=_names)

    def __attrs_post_init__(self) -> None:
        """Refuse one that is at a loss for words."""
        missing = [f"no word for {each}" for each in Outcome if each not in self.words]
        if missing:
            raise LifecycleError(self.name, missing)

    @property
    def all_words(self) -> frozenset[str]:
        """Every word that there is."""
        said = (each for each in self.words.values() if each is not None)
        return frozenset({*said, *self.causes.values(), *self.others})

    def word(self, result: Result) -> str | None:
        """Return what a job is called that has come to this; None where there is no word for it.

        A job that has not ended is running, whatever else is unknown of it.
        """
        if not result.final:
            return self.words[Outcome.RUNNING]
        word = self.words[result.outcome]
        if result.outcome is Outcome.FAILED and result.cause is not None:
            return self.causes.get(result.cause, word)
        return word


#: The status of the event with which a trigger for SageMaker jobs ends. Airflow's own says
#: ``timeout`` when it has waited for long enough, and of a job that met its limit ``stopped``.
AIRFLOW: Final = Vocabulary(
    name="Airflow",
    source="apache/airflow#71653; #69042 for error",
    words={
        Outcome.RUNNING: None,
        Outcome.SUCCEEDED: "success",
        Outcome.PARTIAL: "failed",
        Outcome.FAILED: "failed",
        Outcome.STOPPED: "stopped",
        Outcome.TIMED_OUT: "timeout",
        Outcome.UNKNOWN: "error",
    },
)

#: The phase of a task, and of what it has running elsewhere (ExternalResourceInfo). A time-out is
#: none of them. Connectors of version 1 don't know RETRYABLE_FAILED
#: (flyteplugins/go/tasks/plugins/webapi), so it is for those to say who have a `RetryPolicy`.
FLYTE: Final = Vocabulary(
    name="Flyte",
    source="flyteorg/flyte, flyteidl/core/execution.proto, TaskExecution.Phase; event/event.proto",
    words={
        Outcome.RUNNING: "RUNNING",
        Outcome.SUCCEEDED: "SUCCEEDED",
        Outcome.PARTIAL: "FAILED",
        Outcome.FAILED: "FAILED",
        Outcome.STOPPED: "ABORTED",
        Outcome.TIMED_OUT: "FAILED",
        Outcome.UNKNOWN: "FAILED",
    },
    others={
        *("UNDEFINED", "QUEUED", "INITIALIZING", "WAITING_FOR_RESOURCES"),
        "RETRYABLE_FAILED",
    },
)

#: The status of an execution.
STEP_FUNCTIONS: Final = Vocabulary(
    name="Step Functions",
    source="Step Functions API reference, DescribeExecution, status",
    words={
        Outcome.RUNNING: "RUNNING",
        Outcome.SUCCEEDED: "SUCCEEDED",
        Outcome.PARTIAL: "FAILED",
        Outcome.FAILED: "FAILED",
        Outcome.STOPPED: "ABORTED",
        Outcome.TIMED_OUT: "TIMED_OUT",
        Outcome.UNKNOWN: "FAILED",
    },
    others={"PENDING_REDRIVE"},
)

#: The error with which a task that waits for a token fails (SendTaskFailure), for ``Retry`` and
#: ``Catch`` to tell ends apart. Names that begin with ``States.`` are the service's own, which it
#: says of its own limits; ``States.TaskFailed`` catches all of these.
STEP_FUNCTIONS_ERRORS: Final = Vocabulary(
    name="Step Functions' errors",
    source="Step Functions developer guide, Handling errors: error names; these are jobstate's",
    words={
        Outcome.RUNNING: None,
        Outcome.SUCCEEDED: None,
        Outcome.PARTIAL: "Job.Partial",
        Outcome.FAILED: "Job.Failed",
        Outcome.STOPPED: "Job.Stopped",
        Outcome.TIMED_OUT: "Job.TimedOut",
        Outcome.UNKNOWN: "Job.Unknown",
    },
)

#: `cicd.pipeline.result` and `cicd.pipeline.task.run.result`, which have the same values: a failure
#: is the work's own, an error that of the system it ran on.
OPENTELEMETRY: Final = Vocabulary(
    name="OpenTelemetry",
    source="OpenTelemetry semantic conventions, CICD attributes (in development)",
    words={
        Outcome.RUNNING: None,
        Outcome.SUCCEEDED: "success",
        Outcome.PARTIAL: "failure",
        Outcome.FAILED: "failure",
        Outcome.STOPPED: "cancellation",
        Outcome.TIMED_OUT: "timeout",
        Outcome.UNKNOWN: "failure",
    },
    causes=dict.fromkeys(("internal", "no_capacity", "host_lost", "not_started"), "error"),
    others={"skip"},
)

#: All of them.
VOCABULARIES: Final = (AIRFLOW, FLYTE, STEP_FUNCTIONS, STEP_FUNCTIONS_ERRORS, OPENTELEMETRY)
