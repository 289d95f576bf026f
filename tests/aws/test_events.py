"""Events told to a tracker: whatever wraps them, in whatever order, and what they lack is asked."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from datetime import timedelta
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from jobstate import Lifecycle, Tracker
from jobstate.aws import Handled, handle, jobs_in, sqs_batch
from jobstate.aws.trouble import Trouble
from jobstate.errors import LifecycleError, ObservationError
from jobstate.kinds import KINDS
from jobstate.model import AnswerSchema, Basis, Field, Shape, State, StatusFields
from jobstate.model.events import StatusChanged, StatusEntered
from jobstate.model.states import Outcome
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, Service, VirtualClock, fleet, lives
from jobstate.tracking.retention import Retention
from jobstate.world import RefusedRequestError
from tests.support.lives_for_tests import BEGIN, told
from tests.support.small import edge, state
from tests.support.wrappings import WRAPPINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COMPLETED = told("completed")
BATCH = KINDS.named("aws-batch-job")
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
LATER = timedelta(days=1)
#: From Amazon's documents and recordings: what else comes over the same bus.
STRANGERS = (
    {"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
    {
        "detail-type": "SageMaker Model State Change",
        "source": "aws.sagemaker",
        "detail": {"ModelName": "m", "ModelArn": "arn:aws:sagemaker:eu-west-1:1:model/m"},
    },
)


def event(life: Life = COMPLETED, *, seconds: float | None = None) -> dict[str, Any]:
    """Return the event of a life so many seconds after its beginning; by default at its end."""
    return life.at(
        life.end if seconds is None else life.start + timedelta(seconds=seconds), "event"
    )


def thin(life: Life = COMPLETED, *, seconds: float | None = None) -> dict[str, Any]:
    """Return an event without a history, as in AWS' own example."""
    return event_without(event(life, seconds=seconds), "SecondaryStatusTransitions")


def event_without(whole: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return an event whose answer lacks some fields."""
    detail = {name: each for name, each in whole["detail"].items() if name not in names}
    return {**whole, "detail": detail}


def service(*given: Life, **settings: Any) -> Service:
    """Return a service after all of some lives."""
    return Service(given, VirtualClock(max(life.end for life in given)), **settings)


def record(body: object, number: int = 1, **more: Any) -> dict[str, Any]:
    """Return a record as Lambda gets it from SQS."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "messageId": f"m-{number}",
        "receiptHandle": "x",
        "body": text,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE,
        "awsRegion": "eu-west-1",
        **more,
    }


def grouped(body: object, number: int, group: str, queue: str = f"{QUEUE}.fifo") -> dict[str, Any]:
    """Return a record of a message group."""
    return record(body, number, attributes={"MessageGroupId": group}, eventSourceARN=queue)


def failed(answer: Mapping[str, list[dict[str, str]]]) -> list[str]:
    """Return which messages failed, of just what Lambda reads."""
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def stays(found: Any) -> list[int]:
    """Return which stays some events are about."""
    return [each.ordinal for each in found if isinstance(each, StatusEntered)]


# --- handle ---------------------------------------------------------------------------------------


def test_an_event_is_told() -> None:
    """As an answer is: to the tracker, and in what comes back; with a history it lacks nothing."""
    heard: list[Any] = []
    tracker = Tracker(KINDS, listeners=[heard.append])
    handled = handle(event(), tracker)
    assert handled.events == tuple(heard)
    assert stays(heard) == [1, 2, 3, 4, 5]
    assert tracker[COMPLETED.job].outcome is Outcome.SUCCEEDED
    assert (handled.to_describe, dict(handled.failures), handled.incomplete) == ((), {}, False)
    assert handle(event(), tracker).events == ()


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=lambda each: each.name)
def test_whatever_wraps_it(wrapping: Any) -> None:
    """SNS, SQS, Pipes, Kinesis, a destination of Lambda: an event in it is found."""
    tracker = Tracker(KINDS)
    whole = json.loads(json.dumps(event()))
    assert len(handle(wrapping.wrap(whole), tracker).observed) == 1
    assert jobs_in(wrapping.wrap(whole)) == (COMPLETED.job,)


def test_other_events_are_counted() -> None:
    """By their type; they are nobody's trouble."""
    tracker = Tracker(KINDS)
    handled = handle([*STRANGERS, event(), STRANGERS[0]], tracker)
    assert handled.passed_over == {"Scheduled Event": 2, "SageMaker Model State Change": 1}
    assert len(handled.observed) == 1
    assert jobs_in(STRANGERS[0]) == ()


def test_an_event_is_about_one_job() -> None:
    """What an answer has in it of a child is not told: that has events of its own."""
    life = life_of(KINDS.named("sagemaker-hyper-parameter-tuning-job"))
    whole = event(life)
    child = COMPLETED.at(COMPLETED.end, "list") | {"TrainingJobStatus": "Completed"}
    whole["detail"]["BestTrainingJob"] = {
        name: value for name, value in child.items() if name != "SecondaryStatus"
    }
    assert jobs_in(whole) == (life.job,)
    assert [each.job for each in handle(whole, Tracker(KINDS)).observed] == [life.job]


def test_what_can_not_be_read_is_refused_whole() -> None:
    """With every problem, and nothing was taken."""
    broken = deepcopy(event())
    broken["detail"] |= {"CreationTime": "soon", "LastModifiedTime": "late"}
    tracker = Tracker(KINDS)
    with pytest.raises(ObservationError, match=r"(?s)CreationTime.*LastModifiedTime.*expected"):
        handle([event(), broken, {"hello": "world"}], tracker)
    assert len(tracker) == 0
    with pytest.raises(ObservationError, match="expected an answer"):
        jobs_in("hello")


# --- What it lacks --------------------------------------------------------------------------------


def test_without_a_history_it_asks() -> None:
    """Whoever has no client is told which jobs; with one, the tracker hears what it answers."""
    tracker = Tracker(KINDS)
    handled = handle(thin(), tracker)
    assert handled.to_describe == (COMPLETED.job,)
    assert not handled.incomplete
    asked = service(COMPLETED)
    client = asked.client()
    handled = handle(thin(), tracker, client=client)
    assert handled.to_describe == ()
    assert [each.operation for each in asked.calls] == ["DescribeTrainingJob"]
    assert stays(handled.events) == [1, 2, 3, 4, 5]
    handle(thin(), tracker, client=client)
    handle(thin(seconds=70), tracker, client=client)  # an old one, and all of it is known
    assert len(asked.calls) == 1


def test_a_history_that_lags() -> None:
    """One that ends before the status that stands beside it lacks something too."""
    lagging = event()
    earlier = event(seconds=110)["detail"]["SecondaryStatusTransitions"]
    lagging = {**lagging, "detail": lagging["detail"] | {"SecondaryStatusTransitions": earlier}}
    assert handle(lagging, Tracker(KINDS)).to_describe == (COMPLETED.job,)


def test_descriptions_that_lag() -> None:
    """What they don't know yet is wanted still; but that is no reason to come again at once."""
    behind = service(COMPLETED, behind={"describe": 5.0})
    handled = handle(thin(), Tracker(KINDS), client=behind.client())
    assert (handled.to_describe, handled.incomplete) == ((COMPLETED.job,), False)
    assert stays(handled.events) == [1, 2, 3, 4]


def test_a_failure_without_a_reason() -> None:
    """Why a job failed is asked for, also of kinds without a history."""
    life = told("failed")
    whole = event_without(event(life), "FailureReason")
    tracker = Tracker(TRAINING_JOB)
    assert handle(whole, tracker).to_describe == (life.job,)
    handled = handle(whole, tracker, client=service(life).client())
    assert handled.to_describe == ()
    assert tracker[life.job].result.cause == "algorithm"


def life_of(kind: Lifecycle, steps: int = 2) -> Life:
    """Return a life of a kind that succeeds after some steps, the simplest that there is."""
    found = lives(kind, outcome=Outcome.SUCCEEDED, start=BEGIN)
    return find(found, lambda life: len(life.stays) >= steps)


@pytest.mark.parametrize("kind", tuple(KINDS), ids=lambda kind: kind.name)
def test_every_kind(kind: Lifecycle) -> None:
    """Each has events, which no description is needed beside as long as none is lost."""
    life = life_of(kind)
    tracker = Tracker(KINDS)
    stands_for = service(life)
    for _, each in stands_for.world.events(BEGIN - LATER, life.end):
        assert handle(each, tracker).to_describe == ()
    assert tracker[life.job].outcome is Outcome.SUCCEEDED


def test_skipped_statuses_of_kinds_without_a_history() -> None:
    """Something was lost, so where the job is now is asked: by its id, of its own service."""
    life = life_of(BATCH, 4)
    stands_for = service(life)
    first, *_, last = (each for _, each in stands_for.world.events(BEGIN - LATER, life.end))
    tracker = Tracker(KINDS)
    handle(first, tracker)
    clients = {"sagemaker": object(), "batch": stands_for.client("batch")}
    assert handle(last, tracker, client=clients).to_describe == ()
    (call,) = stands_for.calls
    assert (call.operation, call.request) == ("DescribeJobs", {"jobs": [life.job.id]})
    again = Tracker(KINDS)
    handle(first, again)
    assert handle(last, again).to_describe == (life.job,)


def test_the_client_of_another_service() -> None:
    """It is not asked for what it does not know; nor is a service without a client."""
    life = told("completed")
    batch = service(life).client("batch")
    for client in (batch, {"batch": batch}):
        assert handle(thin(), Tracker(KINDS), client=client).to_describe == (life.job,)


# --- Descriptions that don't come -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "trouble"),
    [
        ({"rates": {"DescribeTrainingJob": 0.0}}, Trouble.THROTTLED),
        ({"denied": {"DescribeTrainingJob"}}, Trouble.DENIED),
        ({"fault": lambda *_: RefusedRequestError("X", "x", 500)}, Trouble.UNAVAILABLE),
    ],
)
def test_for_now(settings: dict[str, Any], trouble: Trouble) -> None:
    """The event is taken, the job still to be described; the service is asked once."""
    other = told("completed", job="other")
    stands_for = service(COMPLETED, other, **settings)
    client, tracker = stands_for.client(), Tracker(KINDS)
    with stands_for.clock.patched():  # botocore waits before it asks again
        if trouble is Trouble.THROTTLED:  # an empty bucket takes one request to begin with
            client.describe_training_job(TrainingJobName="other")
            stands_for.calls.clear()
        handled = handle([thin(), thin(other)], tracker, client=client)
    assert {each.trouble for each in handled.failures.values()} == {trouble}
    assert handled.incomplete
    assert handled.to_describe == (COMPLETED.job, other.job)
    assert tracker[other.job].final
    assert {each.request["TrainingJobName"] for each in stands_for.calls} == {"completed"}


def test_for_good() -> None:
    """A job that is not there any more can't be described, now or later."""
    known = told("completed", job="known")
    handled = handle(thin(), Tracker(KINDS), client=service(known).client())
    (failure,) = handled.failures.values()
    assert failure.trouble is Trouble.MISSING
    assert (handled.to_describe, handled.incomplete) == ((), False)


def test_a_job_that_was_created_anew() -> None:
    """Another job of the same name is not taken for it, nor told of."""
    anew = told("completed", after=86_400)
    tracker = Tracker(KINDS)
    handled = handle(thin(), tracker, client=service(anew).client())
    assert {each.trouble for each in handled.failures.values()} == {Trouble.MISSING}
    assert [job.key for job in tracker] == [COMPLETED.job]


def test_a_job_that_batch_does_not_know() -> None:
    """Batch answers with an empty list."""
    life = life_of(BATCH, 4)
    first, *_, last = (each for _, each in service(life).world.events(BEGIN - LATER, life.end))
    tracker = Tracker(KINDS)
    handle(first, tracker)
    handled = handle(last, tracker, client=service(COMPLETED).client("batch"))
    assert [each.trouble for each in handled.failures.values()] == [Trouble.MISSING]


def test_what_a_client_raises_else() -> None:
    """A mistake is a mistake: of no service and no way to it."""

    class Wrong:
        def describe_training_job(self, **_: object) -> None:
            raise TypeError("no such argument")

    with pytest.raises(TypeError, match="no such argument"):
        handle(thin(), Tracker(KINDS), client=Wrong())


FIELDS = {
    "parcelId": Field.text(64, required=True),
    "status": Field.status(required=True),
    "at": Field.time(),
}
PARCEL = Lifecycle.from_schema(
    AnswerSchema(
        kind="parcel",
        service="post",
        shapes=(Shape("list", FIELDS),),
        id="parcelId",
        modified="at",
        places=(StatusFields(primary="status"),),
    ),
    version="1",
    title="Parcel",
    states=[
        state("packed"),
        state("sent"),
        State("there", "", Basis.OBSERVED, "made up", outcome="succeeded"),
    ],
    edges=[edge("packed", "sent"), edge("sent", "there")],
    initial=["packed"],
)


def test_a_kind_that_nothing_describes() -> None:
    """It can be tracked; asking about it is a mistake."""
    answers = [
        {"parcelId": "p-1", "status": "packed", "at": 1_780_000_000},
        {"parcelId": "p-1", "status": "there", "at": 1_780_000_009},
    ]
    tracker = Tracker(PARCEL)
    handled = handle(answers, tracker)
    assert handled.to_describe == (handled.observed[0].job,)
    with pytest.raises(LifecycleError, match="no operation"):
        handle(answers, Tracker(PARCEL), client=object())


def test_a_tracker_that_forgets_at_once() -> None:
    """There is nothing more to ask about a job that it does not keep."""
    forgetful = Tracker(KINDS, retention=Retention(count=0))
    handled = handle(thin(), forgetful)
    assert (len(handled.observed), handled.to_describe) == (1, ())


# --- sqs_batch ------------------------------------------------------------------------------------


def in_sns(whole: object) -> str:
    """Return the body of a message that SNS put into the queue."""
    notification = {"Type": "Notification", "MessageId": "n", "TopicArn": "arn:aws:sns:x"}
    return json.dumps(notification | {"Message": json.dumps(whole)})


@pytest.mark.parametrize("body", [event(), in_sns(event())], ids=["event", "SNS"])
@pytest.mark.parametrize("pipe", [False, True], ids=["Lambda", "Pipes"])
def test_a_batch(body: object, *, pipe: bool) -> None:
    """Of SQS or of Pipes, with the events or with SNS' notifications of them."""
    tracker = Tracker(KINDS)
    records = [record(body), record(STRANGERS[0], 2), record(body, 3)]
    answer = sqs_batch(records if pipe else {"Records": records}, tracker)
    assert answer == {"batchItemFailures": []}
    assert tracker[COMPLETED.job].final


def test_bad_messages(caplog: pytest.LogCaptureFixture) -> None:
    """They come again, the others are taken; the log says which, and why."""
    broken = deepcopy(event())
    broken["detail"]["CreationTime"] = "soon\x1b[2J"
    bare = record("", 4)
    del bare["body"]
    records = [record(broken, 1), record("{", 2), record(event(), 3), bare, record("hi", 5)]
    tracker = Tracker(KINDS)
    assert failed(sqs_batch({"Records": records}, tracker)) == ["m-1", "m-2", "m-4", "m-5"]
    assert tracker[COMPLETED.job].final
    first, *others = (each.getMessage() for each in caplog.records)
    assert first.startswith("message m-1 can't be read: detail.CreationTime: expected")
    assert "\x1b" not in first
    assert [each.split()[1] for each in others] == ["m-2", "m-4", "m-5"]


@pytest.mark.parametrize(
    "wrong",
    [None, {}, {"Records": {}}, {"Records": [1]}, [{"body": "{}"}], event()],
    ids=str,
)
def test_what_is_no_batch(wrong: object) -> None:
    """It is an error, by which Lambda makes all of it come again."""
    with pytest.raises(ObservationError, match="of SQS"):
        sqs_batch(wrong, Tracker(KINDS))


def test_a_description_that_does_not_come(caplog: pytest.LogCaptureFixture) -> None:
    """Its message comes again, until it does; the event is taken once."""
    stands_for = service(COMPLETED, denied={"DescribeTrainingJob"})
    client, tracker = stands_for.client(), Tracker(KINDS)
    batch = {"Records": [record(thin()), record(event(told("stopped")), 2)]}
    assert failed(sqs_batch(batch, tracker, client=client)) == ["m-1"]
    assert "message m-1 has to come again" in caplog.text
    stands_for.world.denied.clear()
    assert failed(sqs_batch(batch, tracker, client=client)) == []
    assert len(tracker[COMPLETED.job].entries) == 5


def test_a_job_that_has_gone_is_no_failure() -> None:
    """It would not come back for any number of tries."""
    client = service(told("completed", job="known")).client()
    assert failed(sqs_batch([record(thin())], Tracker(KINDS), client=client)) == []


def test_fifo() -> None:
    """What follows a failure in its message group fails too, unseen; other groups go on."""
    stopped = told("stopped")
    records = [
        grouped(event(seconds=10), 1, "a"),
        grouped("?", 2, "a"),
        grouped(event(), 3, "a"),
        grouped(event(stopped), 4, "b"),
        grouped(event(), 5, "a", f"{QUEUE}2.fifo"),
    ]
    heard: list[Any] = []
    tracker = Tracker(KINDS, listeners=[heard.append])
    assert failed(sqs_batch({"Records": records[:4]}, tracker)) == ["m-2", "m-3"]
    assert tracker[COMPLETED.job].status == "InProgress/Starting"
    assert tracker[stopped.job].final
    # A group of the same name in another queue is another one.
    assert failed(sqs_batch({"Records": records}, Tracker(KINDS))) == ["m-2", "m-3"]


def test_groups_of_standard_queues() -> None:
    """They are there to be fair, and keep no order."""
    records = [grouped("?", 1, "a", QUEUE), grouped(event(), 2, "a", QUEUE)]
    records.append(record("?", 3, attributes=None, eventSourceARN=f"{QUEUE}.fifo"))
    records.append(record(event(), 4, attributes=None, eventSourceARN=None))
    assert failed(sqs_batch(records, Tracker(KINDS))) == ["m-1", "m-3"]


def test_a_function_of_one_s_own(caplog: pytest.LogCaptureFixture) -> None:
    """It gets what each message says; what it raises is a failure of that message."""
    bodies: list[object] = []

    def take(body: object) -> Handled:
        bodies.append(body)
        if len(bodies) == 1:
            raise ConnectionError("the table is not there")
        return handle(body, Tracker(KINDS))

    caplog.set_level(logging.DEBUG, "jobstate")
    records = [record(event(), 1), record(event(), 2), record(STRANGERS[0], 3)]
    assert failed(sqs_batch(records, take)) == ["m-1"]
    assert bodies == [each["body"] for each in records]
    assert "the table is not there" in caplog.text
    assert "message m-3: 1 of Scheduled Event passed over" in caplog.text


# --- Whatever arrives -----------------------------------------------------------------------------


def arrivals(sent: list[dict[str, Any]], chance: Random) -> list[dict[str, Any]]:
    """Return events as they may arrive: lost, twice, in any order, without a history."""
    found = []
    for each in sent:
        for _ in range(chance.choice((0, 1, 1, 2))):
            stripped = chance.random() < 0.3
            found.append(event_without(each, "SecondaryStatusTransitions") if stripped else each)
    chance.shuffle(found)
    return found


def batches(messages: list[dict[str, Any]], chance: Random) -> list[list[dict[str, Any]]]:
    """Return messages in batches, some of them from SNS."""
    bodies = [chance.choice((json.dumps, in_sns))(each) for each in messages]
    records = [record(body, number) for number, body in enumerate(bodies)]
    size = chance.randint(1, 5)
    return [records[place : place + size] for place in range(0, len(records), size)]


@given(st.data(), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_every_fact_is_told_once(data: st.DataObject, seed: int) -> None:
    """Whatever is lost, doubled, mixed up or refused, and once a sweep has come by."""
    chance = Random(seed)
    jobs = data.draw(fleet(chance.randint(1, 4), start=BEGIN, over=timedelta(hours=1)))
    stands_for = service(*jobs, fault=refusing(chance), gone_after=inf)
    client = stands_for.client()
    heard: list[Any] = []
    tracker = Tracker(TRAINING_JOB, listeners=[heard.append])
    end = stands_for.clock.now()
    sent = [each for _, each in stands_for.world.events(BEGIN - LATER, end)]
    waiting = batches(arrivals(sent, chance), chance)
    for batch in waiting:
        again = set(failed(sqs_batch({"Records": batch}, tracker, client=client)))
        if again:
            waiting.append([each for each in batch if each["messageId"] in again])
    stands_for.world.fault = None
    for life in jobs:
        tracker.observe(client.describe_training_job(TrainingJobName=life.job.name))
    keys = [each.key for each in heard]
    assert len(keys) == len(set(keys))
    facts = {(each.job, each.ordinal, each.status) for each in heard if is_stay(each)}
    expected = {
        (life.job, place, entry.status)
        for life in jobs
        for place, entry in enumerate(life.moment(end).entries, 1)
    }
    assert facts == expected
    ends = [each.job for each in heard if is_end(each)]
    final = [life.job for life in jobs if tracker[life.job].final]
    assert sorted(set(ends)) == sorted(final)


def refusing(chance: Random) -> Callable[[str, Mapping[str, Any]], RefusedRequestError | None]:
    """Return what refuses a third of all requests."""

    def fault(*_: object) -> RefusedRequestError | None:
        # Nothing that botocore would wait for.
        return RefusedRequestError("AccessDeniedException", "x") if chance.random() < 0.3 else None

    return fault


def is_stay(found: Any) -> bool:
    """Return whether an event is a fact of a history."""
    return isinstance(found, StatusEntered)


def is_end(found: Any) -> bool:
    """Return whether an event is the end of a job."""
    return isinstance(found, StatusChanged) and found.region == "job" and found.final
