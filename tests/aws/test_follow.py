"""One job followed to its end: whatever it comes to, whenever one begins, whatever goes wrong."""

from __future__ import annotations

import logging
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve, fields
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from hypothesis import given, settings

from jobstate import Event, Outcome, StatusChanged, Tracker, Violation
from jobstate.aws import FollowStep, Options, Pace, follow, wait
from jobstate.aws.errors import JobMissingError, ServiceError, UnknownStatusError, WaitTimeoutError
from jobstate.aws.following import FollowedJob
from jobstate.batch import BATCH_JOB
from jobstate.errors import LifecycleError, ObservationError, UnknownNameError
from jobstate.kinds import KINDS
from jobstate.model import State
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, assert_waiter, lives
from jobstate.world import RefusedRequestError
from tests.support.asked import Asked
from tests.support.lives_for_tests import told
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.model.outcome import Result

HOUR = timedelta(hours=1)


def outcome_of(outcome: Outcome) -> Outcome | None:
    """Return which outcome a verdict stands for; unknown says nothing."""
    return None if outcome is Outcome.UNKNOWN else outcome


@settings(max_examples=25, deadline=None)
@given(life=lives(complete=True))
def test_it_keeps_the_laws_of_waiters(life: Life) -> None:
    """Of every legal life, whenever one begins to wait."""
    assert_waiter(wait, life, verdict=lambda result: result.outcome, outcome_of=outcome_of)


@pytest.mark.parametrize("pace", [Pace.every(1), Pace.every(timedelta(hours=1))], ids=str)
@pytest.mark.parametrize("story", ["completed", "failed", "stopped", "timed out", "deleted"])
def test_at_any_pace(story: str, pace: Pace) -> None:
    """Seconds or an hour: the same is said."""

    def paced(client: Any, name: str) -> Result:
        return wait(client, name, pace=pace)

    assert_waiter(paced, told(story), verdict=lambda result: result.outcome, outcome_of=outcome_of)


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_every_kind(kind: Any) -> None:
    """The name of the operation, and how it is asked, stand in the schema."""

    @settings(max_examples=8, deadline=None)
    @given(life=lives(kind, complete=True))
    def check(life: Life) -> None:
        asked = Asked(life)
        name = life.job.id if kind is BATCH_JOB else life.job.name
        result = wait(asked.client(kind.name), name, kind=kind, **asked.time)
        assert result.final
        assert result.outcome in {life.result.outcome, Outcome.UNKNOWN}
        assert result.gone or result.outcome is life.result.outcome

    check()


def test_each_step() -> None:
    """What came, what it changed, and what it has come to; the last one is final."""
    asked, told_to, progress = Asked(told("completed")), list[Event](), list[FollowStep]()
    tracker = Tracker(TRAINING_JOB, listeners=[told_to.append])
    result = wait(
        asked.client(), "completed", tracker=tracker, progress=progress.append, **asked.time
    )
    assert result.outcome is Outcome.SUCCEEDED
    assert [step.final for step in progress] == [*[False] * (len(progress) - 1), True]
    assert [event for step in progress for event in step.events] == told_to
    last = progress[-1]
    assert last.answer is not None
    assert last.answer["TrainingJobStatus"] == "Completed"
    assert last.job == tracker[last.job.key]
    assert len(progress) == len(asked.service.calls)


def test_soon_after_changes_and_seldom_in_between() -> None:
    """A tenth of the time since the last change, from 5 to 60 s: an end is known within that."""
    asked = Asked(told("completed"))
    wait(asked.client(), "completed", random=Random(1), **asked.time)
    assert min(asked.waited) >= 5 * 0.9
    assert max(asked.waited) <= 60 * 1.1
    assert 725 <= asked.seconds <= 725 + 60 * 1.1
    assert len(asked.waited) < 60


# --- Which job ------------------------------------------------------------------------------------


def test_an_arn_and_a_key() -> None:
    """SageMaker takes names; a key pins the job before the first answer does."""
    life = told("completed")
    for job in (life.job.id, life.job):
        asked = Asked(life)
        assert wait(asked.client(), job, **asked.time).outcome is Outcome.SUCCEEDED
        assert asked.service.calls[0].request == {"TrainingJobName": "completed"}
    other = evolve(life.job, created=life.start - HOUR)
    asked = Asked(life)
    with pytest.raises(JobMissingError, match="what is called so now is arn"):
        wait(asked.client(), other, **asked.time)


def test_a_key_that_fits() -> None:
    """A key without a time of creation is any job's of that id; of another region it is none's."""
    life = told("completed")
    asked = Asked(life)
    any_time = evolve(life.job, created=None)
    assert wait(asked.client(), any_time, **asked.time).outcome is Outcome.SUCCEEDED
    elsewhere = evolve(life.job, id=life.job.id.replace("eu-west-1", "us-east-1"))
    with pytest.raises(JobMissingError):
        wait(asked.client(), elsewhere, **asked.time)


def test_a_name_that_is_used_again() -> None:
    """The job that is followed is gone; what is called so now is another one."""
    first = evolve(told("completed", job="tides"), vanishes=told("completed").start + HOUR / 60)
    second = told("failed", job="tides", after=70.0)
    asked = Asked([first, second])
    (*_, last) = follow(asked.client(), "tides", pace=Pace.every(50), **asked.time)
    assert last.answer is None
    assert last.result.gone
    assert last.result.final
    assert last.result.outcome is Outcome.UNKNOWN
    assert last.job.key == first.job


def test_a_job_that_is_deleted() -> None:
    """Gone while somebody waits: nobody knows what it came to."""
    asked = Asked(evolve(told("completed"), vanishes=told("completed").start + HOUR / 60))
    result = wait(asked.client(), "completed", **asked.time)
    assert (result.outcome, result.final, result.gone) == (Outcome.UNKNOWN, True, True)


def test_a_job_that_never_was() -> None:
    """An error at once, which says what to look at."""
    asked = Asked()
    with pytest.raises(JobMissingError) as found:
        wait(asked.client(), "tides", **asked.time)
    assert str(found.value) == (
        "there is no sagemaker-training-job 'tides' ('Requested resource not found.'):"
        " look at its name, the account and the region"
    )
    assert len(asked.service.calls) == 1
    with pytest.raises(JobMissingError, match="not among those"):
        wait(asked.client("aws-batch-job"), "tides", kind=BATCH_JOB, **asked.time)


def test_a_job_that_appears() -> None:
    """`on_missing="wait"`: until it is there, or until the time is over."""
    asked = Asked([told("stopped"), told("completed", after=100.0)])
    client = asked.client()
    assert wait(client, "completed", on_missing="wait", **asked.time).outcome is Outcome.SUCCEEDED
    with pytest.raises(WaitTimeoutError, match=r"was never seen after 60 s.*not found"):
        wait(client, "x", on_missing="wait", timeout=timedelta(minutes=1), **asked.time)


# --- Until when -----------------------------------------------------------------------------------


def test_time_is_over() -> None:
    """It says where the job stands, which goes on; the last look is at the very end."""
    asked = Asked(told("completed"))
    with pytest.raises(WaitTimeoutError) as found:
        wait(asked.client(), "completed", timeout=timedelta(seconds=300), **asked.time)
    assert str(found.value) == (
        "'completed' stands at InProgress/Training after 300 s, and was waited for until final"
    )
    assert isinstance(found.value, TimeoutError)
    assert asked.seconds == pytest.approx(300)
    assert asked.service.calls[-1].at == asked.clock.now()


def test_time_is_over_between_two_ticks() -> None:
    """A clock that tells microseconds comes to the end of what is shorter."""
    asked = Asked(told("completed"))
    with pytest.raises(WaitTimeoutError):
        wait(asked.client(), "completed", timeout=timedelta(seconds=60), **ticking(asked))
    assert len(asked.service.calls) < 20


def ticking(asked: Asked) -> dict[str, Any]:
    """Return a clock that loses what is shorter than a microsecond, which is at each look."""
    began = asked.clock.monotonic()
    return asked.time | {"clock": lambda: began + (asked.clock.monotonic() - began) * (1 - 1e-9)}


def test_no_time_at_all() -> None:
    """One look."""
    asked = Asked(told("completed"))
    with pytest.raises(WaitTimeoutError, match="stands at InProgress/Starting after 0 s"):
        wait(asked.client(), "completed", timeout=timedelta(0), **asked.time)
    assert len(asked.service.calls) == 1


@pytest.mark.parametrize(
    ("until", "least", "most"),
    [
        ("Training", 105, 120),
        ("InProgress/Training", 105, 120),
        ("InProgress", 0, 0),
        ("Stopping", 725, 800),
        ("Completed", 725, 800),
        ("steady", 725, 800),
    ],
)
def test_until_a_status(until: str, least: float, most: float) -> None:
    """It has come when the job shows it, has passed it, or has ended."""
    asked = Asked(told("completed"))
    wait(asked.client(), "completed", until=until, **asked.time)
    assert least <= asked.seconds <= most


def test_a_status_that_was_passed() -> None:
    """Between two looks: the history has it."""
    asked = Asked(told("completed"))
    wait(asked.client(), "completed", until="Downloading", pace=Pace.every(300), **asked.time)
    assert asked.seconds == 300


def test_no_such_status() -> None:
    """Found before anything is asked."""
    asked = Asked(told("completed"))
    with pytest.raises(UnknownNameError, match=r"status to wait for 'Trainng' .did you mean Train"):
        wait(asked.client(), "completed", until="Trainng", **asked.time)
    assert asked.service.calls == []


def test_a_kind_that_nothing_describes() -> None:
    """A life cycle without a schema, and one whose schema has no such operation."""
    assert TRAINING_JOB.schema is not None
    silent = tuple(evolve(shape, operation="") for shape in TRAINING_JOB.schema.shapes)
    unasked = SchemaReader(evolve(TRAINING_JOB.schema, shapes=silent))
    for kind, defect in (
        (PARCELS, "it has no schema"),
        (evolve(TRAINING_JOB, reader=unasked), "no operation of its schema describes a job"),
    ):
        with pytest.raises(LifecycleError, match=defect):
            next(follow(None, "x", kind=kind))


# --- Trouble --------------------------------------------------------------------------------------


def refuse(asked: Asked, code: str, until: float = 1e9, message: str = "no", **more: Any) -> None:
    """Let a service refuse everything until some seconds have passed."""

    def fault(_: str, __: Mapping[str, Any]) -> RefusedRequestError | None:
        return RefusedRequestError(code, message, **more) if asked.seconds < until else None

    asked.service.world.fault = fault


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("ThrottlingException", 3_000),
        ("TooManyRequestsException", 3_000),
        ("InternalFailure", 3_000),
        ("AccessDeniedException", 280),
    ],
)
def test_what_passes(code: str, seconds: float, caplog: pytest.LogCaptureFixture) -> None:
    """It asks again, later each time, up to the longest of its pauses; the log has it."""
    asked = Asked(told("completed"))
    refuse(asked, code, seconds)
    # botocore tries once more itself, and sleeps in between.
    with caplog.at_level(logging.INFO, "jobstate"), asked.clock.patched():
        assert wait(asked.client(), "completed", **asked.time).outcome is Outcome.SUCCEEDED
    refused = [call for call in asked.service.calls if call.refused]
    assert len(refused) <= 2 * (seconds / 54 + 5)
    assert caplog.messages[0] == f"asking about completed came to nothing: {code}: no"
    waited = [each for each in asked.waited if each > 4]
    assert waited[:4] == [pytest.approx(each, rel=0.101) for each in (5, 10, 20, 40)]


@pytest.mark.parametrize(
    ("code", "trouble", "seconds"),
    [
        ("ThrottlingException", "throttled", 3_600),
        ("InternalFailure", "unavailable", 3_600),
        ("AccessDeniedException", "denied", 300),
        ("ExpiredTokenException", "expired", 0),
        ("ValidationException", "other", 0),
    ],
)
def test_what_does_not_pass(code: str, trouble: str, seconds: float) -> None:
    """An error in the end, which says what was said, for how long, and where the job stood."""
    asked = Asked(told("completed"))
    asked.clock.advance(200)
    began = asked.seconds
    client = asked.client()
    steps = follow(client, "completed", **asked.time)
    next(steps)
    refuse(asked, code)
    with pytest.raises(ServiceError) as found, asked.clock.patched():
        next(steps)
    error = found.value
    assert isinstance(error.__cause__, ClientError)
    assert (error.trouble, error.status) == (trouble, "InProgress/Training")
    assert seconds <= error.seconds <= seconds + 70 + began * 0.1
    assert f"{code}: no" in str(error)
    assert str(error).endswith("it stood at InProgress/Training")


def test_the_service_says_when() -> None:
    """Retry-After counts where it is longer than one's own pause."""
    asked = Asked(told("completed"))
    client = asked.client()
    given = iter([("retry-after", "77"), ("x-amz-retry-after", "50"), ("retry-after", "Mon, x")])

    def later(parsed: dict[str, Any], **_: object) -> None:
        about = parsed["ResponseMetadata"]
        if about["HTTPStatusCode"] != 200:
            about["HTTPHeaders"].update([next(given)])

    client.meta.events.register("after-call.sagemaker", later)
    refuse(asked, "SlowDown", 90)  # which botocore does not try again
    wait(client, "completed", random=Random(1), **asked.time)
    assert asked.waited[0] == 77
    assert 9 <= asked.waited[1] <= 11
    assert asked.waited[2] <= 22


class Raising:
    """A client whose calls raise, a number of times."""

    def __init__(self, client: Any, *errors: Exception) -> None:
        self._client = client
        self._errors = list(errors)

    def describe_training_job(self, **arguments: Any) -> Any:
        """Raise, or ask."""
        if self._errors:
            raise self._errors.pop(0)
        return self._client.describe_training_job(**arguments)


def test_a_way_that_is_broken() -> None:
    """No connection: again; no credentials: an error at once; anything else is none of AWS's."""
    asked = Asked(told("completed"))
    broken = EndpointConnectionError(endpoint_url="x")
    client = Raising(asked.client(), broken, TimeoutError("x"), broken)
    assert wait(client, "completed", **asked.time).outcome is Outcome.SUCCEEDED
    with pytest.raises(ServiceError, match=r"'completed' can't be asked about .expired.: 'NoCrede"):
        wait(Raising(None, NoCredentialsError()), "completed", **asked.time)
    with pytest.raises(KeyError, match="its own fault"):
        wait(Raising(None, KeyError("its own fault")), "completed", **asked.time)


def changed(change: Callable[[dict[str, Any]], object], asked: Asked) -> Any:
    """Return a client whose answers are changed."""
    client = asked.client()
    client.meta.events.register(
        "after-call.sagemaker.DescribeTrainingJob", lambda parsed, **_: change(parsed)
    )
    return client


@pytest.mark.parametrize(
    "change",
    [
        lambda parsed: parsed.pop("TrainingJobStatus"),
        lambda parsed: parsed.pop("TrainingJobArn"),
        lambda parsed: parsed.pop("CreationTime"),
        lambda parsed: parsed.update(TrainingJobStatus=7),
        lambda parsed: parsed.update(CreationTime="yesterday"),
    ],
)
def test_an_answer_that_can_not_be_read(change: Callable[[dict[str, Any]], object]) -> None:
    """A clear error at once, not a wait for ever."""
    asked = Asked(told("completed"))
    with pytest.raises(ObservationError):
        wait(changed(change, asked), "completed", **asked.time)


def test_an_answer_that_can_not_be_true() -> None:
    """It is told as a violation, and what was seen counts."""
    asked = Asked(told("completed"))

    def change(parsed: dict[str, Any]) -> None:
        if asked.seconds > 300:
            parsed.update(TrainingJobStatus="Failed", SecondaryStatus="Completed")

    steps = list(follow(changed(change, asked), "completed", **asked.time))
    assert any(isinstance(event, Violation) for step in steps for event in step.events)
    assert steps[-1].result.outcome is Outcome.FAILED


# --- A status of tomorrow -------------------------------------------------------------------------


def test_a_status_that_nobody_knows() -> None:
    """A time of end tells that the job has ended; without one it is an error after an hour."""
    asked = Asked(told("completed"))
    client = changed(lambda parsed: parsed.update(TrainingJobStatus="Hibernated"), asked)
    result = wait(client, "completed", **asked.time)
    assert (result.outcome, result.final, result.cause) == (Outcome.UNKNOWN, True, "unknown")
    assert 725 <= asked.seconds <= 800

    asked = Asked(told("completed"))

    def change(parsed: dict[str, Any]) -> None:
        parsed.update(TrainingJobStatus="Hibernating")
        parsed.pop("TrainingEndTime", None)

    with pytest.raises(UnknownStatusError) as found:
        wait(changed(change, asked), "completed", **asked.time)
    assert "has shown 'Hibernating' for 3,6" in str(found.value)
    assert "which no sagemaker-training-job is known to do" in str(found.value)


def test_a_status_that_is_unknown_for_a_while() -> None:
    """Or a secondary one, which says nothing of an end, for as long as it likes."""
    asked = Asked(told("completed"))

    def change(parsed: dict[str, Any]) -> None:
        if parsed["TrainingJobStatus"] == "InProgress" and asked.seconds < 300:
            parsed.update(TrainingJobStatus="Warming")

    result = wait(changed(change, asked), "completed", **asked.time)
    assert result.outcome is Outcome.SUCCEEDED

    def other(parsed: dict[str, Any]) -> None:
        parsed.update(SecondaryStatus="Sideways", SecondaryStatusTransitions=[])

    result = wait(changed(other, asked), "completed", **asked.time)
    assert result.outcome is Outcome.SUCCEEDED


# --- Other ----------------------------------------------------------------------------------------


def test_a_resource_that_is_steady() -> None:
    """What one waits for of a resource is no end."""
    region = evolve(
        TRAINING_JOB.main_region,
        states=tuple(
            evolve(state, steady=True) if state.name == "InProgress/Training" else state
            for state in TRAINING_JOB.main_region.states
        ),
    )
    assert isinstance(region.states[0], State)
    kind = evolve(TRAINING_JOB, regions=(region, *TRAINING_JOB.regions[1:]))
    asked = Asked(told("completed"))
    result = wait(asked.client(), "completed", kind=kind, until="steady", **asked.time)
    assert (result.steady, result.final) == (True, False)
    assert 105 <= asked.seconds <= 120


def test_whoever_looks_away() -> None:
    """A generator that is closed asks nothing more."""
    asked = Asked(told("completed"))
    steps = follow(asked.client(), "completed", **asked.time)
    first = next(steps)
    assert [type(event) for event in first.events][-1] is StatusChanged
    steps.close()
    assert len(asked.service.calls) == 1


def test_every_option_is_said_once() -> None:
    """What callers may say is what `FollowedJob` takes, but for the job."""
    names = {each.name for each in fields(FollowedJob)}
    assert names - {"job", "patience"} == set(Options.__annotations__)


@pytest.mark.parametrize(
    "wrong",
    [{"shortest": 0.0}, {"share": -1.0}, {"longest": 1.0}, {"jitter": 1.0}, {"jitter": -0.1}],
    ids=str,
)
def test_no_pace(wrong: dict[str, float]) -> None:
    """Lengths are positive, and a pause is never none."""
    with pytest.raises(ValueError, match="expected"):
        Pace(**wrong)
