"""A fleet polled: each fact once, no end missed, within the budget, whatever goes wrong."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from botocore.exceptions import ClientError
from hypothesis import given, settings

from jobstate import Outcome, Retention, StatusChanged, StatusEntered, Subscription, Tracker
from jobstate.aws import Budget, Poller
from jobstate.aws.errors import ServiceError
from jobstate.aws.polling.due import Due, Why
from jobstate.aws.polling.health import Tally
from jobstate.batch import BATCH_JOB
from jobstate.errors import (
    JournalInUseError,
    JournalWriteError,
    LifecycleError,
    TrackerClosedError,
    UnknownNameError,
)
from jobstate.journal import Journal, JournalReader
from jobstate.kinds import KINDS
from jobstate.model import Edge
from jobstate.model.life import Said, Stay
from jobstate.model.operations import NOWHERE
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing import Life, lives
from jobstate.world import RefusedRequestError
from jobstate.world.scripts import Birth, ordinary
from tests.support.asked import Asked
from tests.support.lives_for_tests import BEGIN, told
from tests.support.polled import PLENTY, Polled, fleet, wrong
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MINUTE = timedelta(minutes=1)


def endure(polled: Polled, passes: int, every: float = 30.0) -> None:
    """Make so many passes."""
    for _ in range(passes):
        began = polled.asked.seconds
        polled.poll()
        polled.asked.clock.advance(max(began + every - polled.asked.seconds, 0))


# --- One job, a few -------------------------------------------------------------------------------


def test_a_job_is_seen_through() -> None:
    """Ends are known from the list at once; one description brings the history."""
    life = told("completed")
    polled = Polled(life)
    endure(polled, 26)
    assert polled.tracker[life.job].outcome is Outcome.SUCCEEDED
    assert polled.tracker[life.job].entries == life.entries
    assert polled.described() == ["completed"]
    assert wrong([life], polled.events, polled.gone) == {}


def test_ends_come_first() -> None:
    """Then hints, what the walk did not show, new jobs, mere changes."""
    due = Due()
    for job, why in enumerate(reversed(Why)):
        due.add(str(job), why, 0.0, 0.0)
    assert [each.why for each in due.take(0.0, 10)] == [*Why]


def test_changes_where_they_are_wanted() -> None:
    """New jobs and mere changes are described too: histories are known while jobs run."""
    life = told("completed")
    polled = Polled(life, changes=True)
    endure(polled, 10)
    running = polled.tracker[life.job]
    assert running.status == "InProgress/Training"
    assert [each.status for each in running.entries] == ["Starting", "Downloading", "Training"]
    endure(polled, 16)
    assert wrong([life], polled.events, polled.gone) == {}
    assert len(polled.described()) == 5


def test_changes_are_dropped_under_pressure() -> None:
    """An end is described all the same, and brings what was dropped."""
    many = [told("completed", job=f"job-{number}") for number in range(60)]
    rates = {"List": 1.0, "Describe": 0.5}
    polled = Polled(many, changes=True, rates=rates)
    report = polled.poll()
    assert report.dropped == 45
    assert report.described == 15
    assert polled.poller.health.due == dict.fromkeys(
        ("ended", "hint", "unseen", "new", "changed"), 0
    )
    endure(polled, 30)
    assert wrong(many, polled.events, polled.gone) == {}


def test_a_page_after_the_other() -> None:
    """By creation, newest first, without filters, down to the oldest that is alive."""
    old = [told("failed", job=f"old-{number}", after=float(number)) for number in range(250)]
    alive = told("timed out", job="alive", after=1_200.0)
    new = [told("failed", job=f"new-{number}", after=1_300.0 + number) for number in range(120)]
    polled = Polled([*old, alive, *new])
    polled.asked.clock.advance(1_500.0)
    first = polled.poll()
    assert (first.complete, first.pages, first.items) == (True, 4, 371)
    second = polled.poll(30)
    assert (second.complete, second.pages) == (True, 2)  # five minutes below the newest
    assert polled.asked_for("List")[0] == {
        "MaxResults": 100,
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
    }


def test_one_old_job_is_described_instead() -> None:
    """It lies under hundreds of others: a request a pass, and not one for each page."""
    old = evolve(told("completed", job="old"), stays=told("completed").stays[:3])
    new = [told("stopped early", job=f"new-{n}", after=600.0 + n) for n in range(600)]
    polled = Polled([old, *new])
    polled.asked.clock.advance(2_000)
    polled.poll()
    endure(polled, 3)
    pages = len(polled.asked_for("List"))
    before = len(polled.described())
    endure(polled, 10)
    assert len(polled.asked_for("List")) - pages == 10 * 4  # down to five minutes
    assert polled.described()[before:] == ["old"] * 10
    assert not polled.tracker[old.job].final


def test_what_is_due() -> None:
    """Each job once, for the most urgent; what was described in vain waits for its time."""
    due = Due()
    due.add("a", Why.CHANGED, 5.0, 0.0)
    due.add("a", Why.NEW, 7.0, 0.0)
    due.add("a", Why.CHANGED, 1.0, 0.0)
    assert due.wait(0.0) == 7.0
    due.add("a", Why.NEW, 3.0, 0.0)
    assert due.wait(0.0) == 3.0
    assert due.take(2.0, 9) == []
    (taken,) = due.take(3.0, 9)
    assert (taken.job, taken.why, taken.since) == ("a", Why.NEW, 0.0)
    due.again(taken, 20.0)
    due.again(taken, 30.0)  # it is wanted anyway
    due.add("a", Why.NEW, 4.0, 4.0)
    assert due.wait(4.0) == 16.0
    due.add("a", Why.ENDED, 4.0, 4.0)
    assert due.longest(Why.ENDED, 6.0) == 2.0
    assert [each.why for each in due.take(4.0, 9)] == [Why.ENDED]
    assert due.wait(4.0) is None
    due.add("b", Why.HINT, 9.0, 0.0)
    due.drop("b")
    due.drop("b")
    due.add("c", Why.HINT, 60.0, 0.0)
    assert due.take(40.0, 9) == []
    assert due.wait(40.0) == 20.0
    assert sum(due.counts().values()) == 1


# --- A fleet, and everything that goes wrong ------------------------------------------------------


@pytest.mark.parametrize("behind", [0.0, 20.0])
@pytest.mark.parametrize("heard", [None, 0.7])
def test_everything_goes_wrong(behind: float, heard: float | None) -> None:
    """Pages short, empty and twice, late descriptions, refusals, lost events."""
    many = fleet(100, seed=5, over=3_000.0, vanishing=0.05)
    polled = Polled(
        many,
        rates={"List": 1.5, "Describe": 4.0},
        interval=timedelta(seconds=30 if heard is None else 300),
        settings={"behind": {"describe": behind}, "rates": {"*": 3.0}},
    )
    disturb(polled, seed=int(behind))
    if heard is not None:
        listen(polled, many, heard)
    while polled.asked.seconds < 6_000:
        polled.poller.run(Until(polled.asked, 6_000))
    assert wrong(many, polled.events, polled.gone) == {}
    health = polled.poller.health
    assert health.alive == 0
    assert health.throttled or heard is not None
    assert health.behind <= 2.2 * behind
    for verb, rate in (("List", 1.5), ("Describe", 4.0)):
        times = [c.at for c in polled.asked.service.calls if c.operation.startswith(verb)]
        gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert min(gaps) >= 1 / rate - 1e-5


class Until:
    """Says when to stop."""

    def __init__(self, asked: Asked, seconds: float) -> None:
        self.asked, self.seconds = asked, seconds

    def is_set(self) -> bool:
        """Return whether it is time."""
        return self.asked.seconds >= self.seconds


def disturb(polled: Polled, seed: int) -> None:
    """Let a service refuse some requests; others' pages are short, empty or come twice."""
    chance, world = Random(seed), polled.asked.service.world
    plainly = world.answer

    def fault(operation: str, _: Mapping[str, Any]) -> RefusedRequestError | None:
        kind = chance.random()
        if kind < 0.02:
            return RefusedRequestError("ThrottlingException", "Rate exceeded")
        if kind < 0.03:
            return RefusedRequestError("AccessDeniedException", "no")
        return (
            RefusedRequestError("ValidationException", "x")
            if 0.03 < kind < 0.035 and (operation.startswith("Describe"))
            else None
        )

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        plain = dict(request)
        token = str(plain.pop("NextToken", "") or "").removeprefix("~")
        if token:
            plain["NextToken"] = token
        if "MaxResults" in plain:
            plain["MaxResults"] = 20
        found = plainly(operation, plain)
        if not operation.startswith("List") or chance.random() < 0.7:
            return found
        items = found["TrainingJobSummaries"]
        if token and chance.random() < 0.5:
            again = chance.choice([items, []])
            return {"TrainingJobSummaries": again, "NextToken": f"~{token}"}
        return {**found, "TrainingJobSummaries": [*items[:2], *items, {"no": "item"}]}

    world.fault = fault
    world.answer = answer  # type: ignore[method-assign]


def listen(polled: Polled, many: list[Life], heard: float) -> None:
    """Let most events arrive, two seconds late: each is told, and hints where a job has ended."""
    chance = Random(1)
    there = {life.job.id: life.vanishes or datetime.max.replace(tzinfo=UTC) for life in many}
    last = max(life.end for life in many) + MINUTE
    coming = [
        (time + timedelta(seconds=2), event)
        for time, event in polled.asked.service.world.events(BEGIN - MINUTE, last)
        if chance.random() < heard and time < there[event["detail"]["TrainingJobArn"]]
    ]

    def passed(_: float) -> None:
        while coming and coming[0][0] <= polled.asked.clock.now():
            observed = polled.tracker.observe(coming.pop(0)[1])
            if polled.tracker[observed.job].final:
                polled.poller.hint(observed.job)

    polled.asked.clock.slept = passed


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_every_kind(kind: Any) -> None:
    """How its jobs are listed and described stands in the schema."""

    @settings(max_examples=5, deadline=None)
    @given(life=lives(kind, complete=True))
    def check(life: Life) -> None:
        arguments: dict[str, Any] = {}
        if kind is BATCH_JOB:
            arguments["filters"] = [{"name": "JOB_NAME", "values": ["*"]}]
        polled = Polled(life, kind=kind, arguments=arguments)
        while polled.asked.clock.now() < life.end + 5 * MINUTE:
            polled.poll(60)
        known = [each for each in polled.tracker if each.key.id == life.job.id]
        if known and life.vanishes is None and life.result.final and not life.result.gone:
            assert known[0].outcome is life.result.outcome
            assert polled.poller.health.alive == 0

    check()


def test_many_at_once() -> None:
    """Batch describes a hundred jobs in one call; lists of those that run don't show the others."""
    polled = Polled(kind=BATCH_JOB, arguments={"jobQueue": "nightly"})
    client = polled.asked.client(BATCH_JOB.name)
    for number in range(130):
        client.submit_job(jobName=f"job-{number}", jobQueue="nightly", jobDefinition="d")
    client.submit_job(jobName="other", jobQueue="another", jobDefinition="d")
    for _ in range(60):
        polled.poll(20)
    asked = [len(each["jobs"]) for each in polled.asked_for("DescribeJobs")]
    assert sum(asked) == pytest.approx(130, abs=30)
    assert len(asked) <= 25
    assert len(polled.tracker) == 130
    assert all(job.outcome is Outcome.SUCCEEDED for job in polled.tracker)
    assert polled.gone == []


# --- Ends, and descriptions that are late ---------------------------------------------------------


def test_due_until_a_description_shows_the_end() -> None:
    """Descriptions are twenty seconds late: after the first few jobs they are made in time."""
    many = [told("failed", job=f"job-{number}", after=20.0 * number) for number in range(60)]
    polled = Polled(many, settings={"behind": {"describe": 20.0}}, interval=timedelta(seconds=10))
    endure(polled, 210, every=10)
    assert wrong(many, polled.events, polled.gone) == {}
    assert 10 <= polled.poller.health.behind <= 45
    assert len(polled.described()) <= 60 + 10


def test_an_end_that_a_description_never_shows() -> None:
    """It is asked for ever more seldom, and others don't wait for it."""
    stuck, fine = told("failed", job="stuck"), told("failed", job="fine", after=5_000.0)
    polled = Polled([stuck, fine])
    plainly = polled.asked.service.world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        if request.get("TrainingJobName") == "stuck":
            return stuck.at(stuck.start + 2 * MINUTE)
        return plainly(operation, request)

    polled.asked.service.world.answer = answer  # type: ignore[method-assign]
    endure(polled, 240)
    assert 14 <= polled.described().count("stuck") <= 25
    assert polled.described().count("fine") <= 2
    assert polled.poller.health.lag > 6_000
    assert polled.tracker[fine.job].entries == fine.entries


def test_an_end_that_is_deleted_before_it_is_described() -> None:
    """It is known from the list, and nobody asks for ever."""
    life = told("failed")
    polled = Polled(evolve(life, vanishes=life.end + timedelta(seconds=20)), interval=MINUTE)
    polled.asked.service.world.behind["describe"] = 60.0
    polled.asked.clock.advance(life.end.timestamp() - life.start.timestamp() + 1)
    polled.poll()
    endure(polled, 10, every=60)
    assert polled.tracker[life.job].outcome is Outcome.FAILED
    assert polled.gone == []
    health = polled.poller.health
    assert (health.alive, sum(health.due.values())) == (0, 0)
    asked = len(polled.described())
    assert asked <= 8
    endure(polled, 15, every=60)  # also where it looks again at what the tracker knows
    assert len(polled.described()) == asked


def test_ends_that_may_reopen() -> None:
    """Watched for a day more, so that a job that goes on is seen to; then no longer."""
    failed = next(each for each in TRAINING_JOB.main_region.states if each.name == "Failed/Failed")
    again = Edge("Failed/Failed", "InProgress/Starting", "retried", "documented", "a test")
    kind = TRAINING_JOB.evolve(
        drop_states=["Failed/Failed"],
        add_states=[evolve(failed, reopens=True)],
        add_edges=[
            again,
            *(e for e in TRAINING_JOB.main_region.edges if "Failed/Failed" in (e.origin, e.target)),
        ],
    )
    life = evolve(told("failed"), lifecycle=kind)
    start = timedelta(hours=20)
    more = [Stay(stay.state, stay.start + start) for stay in told("completed").stays]
    reopened = evolve(life, stays=(*life.stays, *more))
    other = evolve(told("failed", job="other", after=1.0), lifecycle=kind)
    polled = Polled([reopened, other], kind=kind, interval=timedelta(minutes=10))
    endure(polled, 10, every=600)
    assert polled.described() == ["failed", "other"] or polled.described() == ["other", "failed"]
    assert len(polled.poller._watch.reopening) == 2  # noqa: SLF001 - what else tells?
    endure(polled, 120, every=600)
    assert polled.tracker[life.job].outcome is Outcome.SUCCEEDED
    assert polled.tracker[life.job].entries == reopened.entries
    assert [each.reopened for each in polled.events if isinstance(each, StatusChanged)].count(True)
    endure(polled, 60, every=600)
    assert polled.poller._watch.reopening == {}  # noqa: SLF001 - likewise


# --- What is gone ---------------------------------------------------------------------------------


def test_a_job_that_vanishes() -> None:
    """Told within two walks, once, with what was known; the tracker forgets it."""
    life = evolve(told("completed"), vanishes=told("completed").start + 5 * MINUTE)
    polled = Polled([life, told("failed", after=1.0)])
    endure(polled, 10)
    assert polled.gone == []
    reports = [polled.poll(), polled.poll(30)]
    (gone,) = polled.gone
    assert (gone.key, gone.job.status) == (life.job, "InProgress/Training")
    assert (gone.result.outcome, gone.result.final, gone.result.gone) == (
        Outcome.UNKNOWN,
        True,
        True,
    )
    assert [each.gone for each in reports].count((gone,)) == 1
    assert life.job not in polled.tracker
    endure(polled, 30)
    assert len(polled.gone) == 1


def test_a_name_that_is_used_again() -> None:
    """The job that had it is gone, and the other one is polled."""
    vanishes = told("completed").start + timedelta(seconds=95)
    first = evolve(told("completed", job="tides"), vanishes=vanishes)
    second = told("failed", job="tides", after=100.0)
    polled = Polled([first, second])
    endure(polled, 40)
    assert [each.key for each in polled.gone] == [first.job]
    assert polled.tracker[second.job].entries == second.entries


def test_a_young_job_is_not_said_to_be_gone(caplog: pytest.LogCaptureFixture) -> None:
    """An event was faster than list and description, and what listens to the news fails."""
    life = told("completed")
    late = {"list": 55.0, "describe": 55.0}

    def fail(_: object) -> None:
        raise RuntimeError("no")

    polled = Polled(life, settings={"behind": late}, on_gone=fail)
    polled.asked.clock.advance(5)
    polled.tracker.observe(life.at(polled.asked.clock.now(), "event"))
    polled.poller.hint(life.job)
    endure(polled, 30)
    assert "is gone" not in caplog.text
    assert wrong([life], polled.events, []) == {}


def test_a_job_that_ended_and_vanished() -> None:
    """An event told its end in time: it is not said to be gone. Nobody needs to be told."""
    life = evolve(told("failed"), vanishes=told("failed").end + timedelta(seconds=5))
    other = evolve(told("completed"), vanishes=told("completed").start + 2 * MINUTE)
    polled = Polled([life, other], on_gone=None)
    polled.asked.clock.advance(715)
    polled.poll()
    polled.tracker.observe(life.at(life.end, "event"))
    report = polled.poll(30)
    assert report.gone == ()
    assert polled.tracker[life.job].outcome is Outcome.FAILED
    second = Polled(other, on_gone=None)
    endure(second, 8)
    assert other.job not in second.tracker


def test_one_of_several_that_vanishes() -> None:
    """Batch leaves it out of its answer."""
    polled = Polled(kind=BATCH_JOB, arguments={"jobQueue": "nightly"})
    client = polled.asked.client(BATCH_JOB.name)
    for name in ("one", "two"):
        client.submit_job(jobName=name, jobQueue="nightly", jobDefinition="d")
    while len(polled.poller._watch.alive) < 2:  # noqa: SLF001 - what else tells?
        polled.poll(10)
    plainly = polled.asked.service.world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        found = plainly(operation, request)
        name = "jobs" if operation == "DescribeJobs" else "jobSummaryList"
        return {**found, name: [each for each in found[name] if each["jobName"] != "one"]}

    polled.asked.service.world.answer = answer  # type: ignore[method-assign]
    for _ in range(60):
        polled.poll(10)
    assert [gone.job.status for gone in polled.gone] == ["RUNNING"]


@pytest.mark.parametrize("late", [0.0, 40.0])
def test_known_before_lists_and_descriptions_know_it(late: float) -> None:
    """A job is not said to be gone in its first minute, nor one that the list shows ever."""
    life = told("completed")
    tracker = Tracker(TRAINING_JOB)
    asked = Asked(life, behind={"list": late, "describe": 50.0})
    asked.clock.advance(1)
    tracker.observe(life.at(asked.clock.now(), "event"))
    polled = Polled(asked=asked, tracker=tracker, changes=True)
    endure(polled, 30)
    assert polled.gone == []
    assert tracker[life.job].entries == life.entries


def test_who_is_told_of_the_gone_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    """It is in the log, and polling goes on."""
    life = evolve(told("completed"), vanishes=told("completed").start + 2 * MINUTE)

    def fail(_: object) -> None:
        raise RuntimeError("no")

    polled = Polled(life, on_gone=fail)
    endure(polled, 8)
    assert "on_gone raised for arn:aws:sagemaker" in caplog.text
    assert life.job not in polled.tracker


def test_known_from_events_alone() -> None:
    """A job between two walks, of which only an event told, is gone as any other."""
    life = evolve(told("completed", after=30.0), vanishes=told("completed").start + 2 * MINUTE)
    polled = Polled([life, told("timed out")], interval=timedelta(seconds=900))
    polled.poll()
    polled.asked.clock.advance(60)
    polled.tracker.observe(life.at(polled.asked.clock.now(), "event"))
    endure(polled, 2, every=900)
    assert [each.key for each in polled.gone] == [life.job]


# --- Beginning ------------------------------------------------------------------------------------


def test_a_cold_start() -> None:
    """All that is alive, however old; what ended more than a day ago is passed over."""
    ancient = evolve(told("completed", job="ancient"), stays=told("completed").stays[:3])
    over = [told("failed", job=f"over-{n}", after=3_600.0 + n) for n in range(150)]
    alive = told("timed out", job="alive", after=26 * 86_400.0)
    polled = Polled([ancient, *over, alive], rates={"List": 1.0, "Describe": 4.0})
    polled.asked.clock.advance(26 * 86_400.0 + 60)
    first = polled.poll()
    assert first.complete
    assert {job.name for job in polled.tracker} == {"ancient", "alive"}
    assert not polled.poller.health.looking_back
    assert polled.described() == []


def test_no_farther_than_the_horizon() -> None:
    """By the service's clock; and a bit by bit, between walks."""
    begun = (told("completed", job=f"old-{n}", after=-86_400.0 * n) for n in range(40))
    old = [evolve(life, stays=life.stays[:3]) for life in begun]
    many = [told("failed", job=f"over-{n}", after=-2 * 86_400.0 + n) for n in range(1_000)]
    polled = Polled(
        [*old, *many], rates={"List": 0.2, "Describe": 4.0}, horizon=timedelta(days=9.5)
    )
    polled.asked.clock.advance(41 * 86_400.0)
    polled.poll()
    assert {job.name for job in polled.tracker} == {"old-0", "old-1"}
    before = polled.poller.health
    assert before.looking_back
    endure(polled, 10)
    after = polled.poller.health
    assert not after.looking_back
    found = {job.name for job in polled.tracker}
    assert {f"old-{n}" for n in range(8)} <= found
    assert not any(name.startswith("over") for name in found)


def test_a_tracker_that_knows_old_jobs() -> None:
    """It has been told of all that can be alive: nothing to look back for."""
    old = [told("failed", job=f"old-{n}", after=float(n)) for n in range(150)]
    many = [told("failed", job=f"over-{n}", after=29 * 86_400.0 + n) for n in range(150)]
    polled = Polled([*old, *many])
    for life in (old[0], many[0]):
        polled.tracker.observe(life.at(life.end))
    polled.asked.clock.advance(40 * 86_400.0)
    again = Polled(asked=polled.asked, tracker=polled.tracker)
    assert again.poll().pages == 2
    assert not again.poller.health.looking_back


def test_looking_back_begins_anew() -> None:
    """Where the service does not take the token any more; pages are as bad there as anywhere."""
    many = [told("timed out", job=f"job-{n}", after=-86_400.0 * n) for n in range(8)]
    over = [told("failed", job=f"over-{n}", after=-3 * 86_400.0 + n) for n in range(350)]
    polled = Polled([*many, *over])
    polled.asked.clock.advance(9 * 86_400.0)
    world, left = polled.asked.service.world, [1]
    plainly = world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        found = plainly(operation, request)
        if operation == "ListTrainingJobs":
            return {**found, "TrainingJobSummaries": [{"no": 1}, *found["TrainingJobSummaries"]]}
        return found

    def fault(_: str, request: Mapping[str, Any]) -> RefusedRequestError | None:
        if "NextToken" in request and left:
            left.pop()
            return RefusedRequestError("ValidationException", "no")
        return None

    world.fault, world.answer = fault, answer  # type: ignore[method-assign]
    assert polled.poll().trouble is not None
    endure(polled, 3)
    health = polled.poller.health
    assert not health.looking_back
    assert health.unread >= 4


def test_a_list_without_an_order() -> None:
    """It is walked to its end, pass by pass."""
    schema = TRAINING_JOB.schema
    assert schema is not None
    describe, items = schema.shapes
    assert items.listing is not None
    unordered = evolve(items, listing=evolve(items.listing, by="", order=""))
    kind = evolve(TRAINING_JOB, reader=SchemaReader(evolve(schema, shapes=(describe, unordered))))
    many = [told("failed", job=f"job-{n}", after=float(n)) for n in range(150)]
    polled = Polled(many, kind=kind)
    polled.asked.clock.advance(900)
    polled.poll()
    endure(polled, 5)
    assert len(polled.asked_for("List")) == 12
    assert wrong(many, polled.events, polled.gone) == {}


def test_nothing_at_all() -> None:
    """No job, and nobody tells the time; then one comes."""
    life = told("completed")
    polled = Polled(life, settings={"behind": {"list": 60.0}})
    polled.poller.client = Unparsed(polled.asked)
    endure(polled, 2)
    assert polled.poller.health.last_complete is None
    endure(polled, 30)
    assert wrong([life], polled.events, polled.gone) == {}


def test_an_old_job_that_ends_during_a_walk() -> None:
    """A hint was faster than the walk, which does not come by it: nothing more is asked."""
    old = told("completed", job="old")
    new = [told("stopped early", job=f"new-{n}", after=20.0 + n / 10) for n in range(900)]
    top = [told("timed out", job=f"top-{n}", after=400.0 + n) for n in range(150)]
    polled = Polled([old, *new, *top], rates={"List": 1.0, "Describe": 50.0})
    polled.asked.clock.advance(560)
    endure(polled, 4)
    before = polled.described().count("old")
    polled.asked.clock.advance(200)
    polled.poller.hint(old.job)
    report = polled.poll()
    assert 1 < report.pages < 10
    assert polled.tracker[old.job].final
    assert polled.described().count("old") == before + 1


def test_a_service_that_does_not_tell_the_time() -> None:
    """What its jobs show says that it is at least so late."""
    life = told("completed")
    polled = Polled(life)
    strip = {"date": None}

    def silent(parsed: dict[str, Any], **_: object) -> None:
        parsed["ResponseMetadata"]["HTTPHeaders"].update(strip)

    polled.poller.client.meta.events.register("after-call.sagemaker", silent)
    endure(polled, 30)
    assert wrong([life], polled.events, polled.gone) == {}


def test_it_resumes(tmp_path: Path) -> None:
    """With a journal, killed at any call: each fact once, no end missed, and the gone told."""
    many = fleet(30, seed=3, over=600.0, vanishing=0.1)
    file = tmp_path / "jobs.db"
    asked = Asked(many, behind={"describe": 20.0})
    events, gone = dict[int, Any](), list[Any]()
    begun = 0
    while asked.seconds < 2_600:
        begun += 1
        journal = Journal(file, durability="normal")
        listener = Subscription(name="all", listener=list[Any]().append)
        tracker = Tracker(TRAINING_JOB, journal=journal, listeners=[listener])
        polled = Polled(asked=asked, tracker=tracker, on_gone=gone.append)
        stop = Killed(asked, 7 * begun)
        asked.service.called = stop
        with pytest.raises(KilledError):
            polled.poller.run()
        asked.service.called = None
        tracker.close()
    with JournalReader(file, lifecycle=TRAINING_JOB) as reader:
        for posted in reader.events():
            events[posted.number] = posted.event
    assert begun > 5
    assert wrong(many, events.values(), gone) == {}


class KilledError(BaseException):
    """The process is no more."""


class Killed:
    """Ends a process at its n-th call."""

    def __init__(self, asked: Asked, calls: int) -> None:
        self.asked, self.left = asked, calls

    def __call__(self, _: str) -> None:
        """Count a call."""
        self.left -= 1
        if self.left < 0 or self.asked.seconds > 2_600:
            raise KilledError


def test_what_was_described_is_not_described_again(tmp_path: Path) -> None:
    """The journal tells; of kinds without a history it does so once more, for a day."""
    for kind, again in ((TRAINING_JOB, 0), (PROCESSING_JOB, 1)):
        life = ended_life(kind)
        asked = Asked(life)
        asked.clock.advance(7_200)
        with Tracker(kind, journal=Journal(tmp_path / kind.name)) as tracker:
            polled = Polled(asked=asked, tracker=tracker, kind=kind)
            polled.poll()
            assert len(polled.asked_for("Describe")) == 1
        with Tracker(kind, journal=Journal(tmp_path / kind.name)) as tracker:
            polled = Polled(asked=asked, tracker=tracker, kind=kind)
            polled.poll(30)
            assert len(polled.asked_for("Describe")) == 1 + again


def ended_life(kind: Any) -> Life:
    """Return the life of a job that has ended within two hours."""
    key = kind.writer.key("one", BEGIN, NOWHERE)
    said = Said(BEGIN, {kind.schema.name[0]: "one"})
    return ordinary(Birth(lifecycle=kind, job=key, said=said, features={}, random=Random(1)))


# --- Hints ----------------------------------------------------------------------------------------


def test_hints() -> None:
    """Described at once, by name or arn; an end that an event told, when it can be expected."""
    life = told("completed")
    polled = Polled([life, told("failed")], interval=timedelta(seconds=900))
    polled.poll()
    polled.asked.clock.advance(100)
    polled.poller.hint("failed")
    polled.poller.hint(life.job)
    polled.poller.hint("nobody")
    stop = Until(polled.asked, polled.asked.seconds + 700)
    polled.poller.run(stop)
    assert polled.described()[:2] == ["failed", "completed"]
    assert polled.described().count("nobody") == 6
    polled.tracker.observe(life.at(life.end, "event"))
    polled.poller.hint(life.job.id)
    polled.poller.run(Until(polled.asked, polled.asked.seconds + 5))
    assert polled.described().count("completed") == 2
    polled.poller.hint(life.job.id)  # what was described as ended is not described again
    polled.poller.run(Until(polled.asked, polled.asked.seconds + 5))
    assert polled.described().count("completed") == 2


# --- Trouble --------------------------------------------------------------------------------------


def refuse(polled: Polled, code: str, operation: str = "", message: str = "no") -> None:
    """Let a service refuse an operation from now on."""

    def fault(asked: str, _: Mapping[str, Any]) -> RefusedRequestError | None:
        return RefusedRequestError(code, message) if asked.startswith(operation) else None

    polled.asked.service.world.fault = fault


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "InternalFailure", "ThrottlingException"]
)
def test_trouble_that_passes(code: str) -> None:
    """The pass ends early, health says why, and the next one goes on."""
    life = told("completed")
    polled = Polled(life)
    polled.poll()
    refuse(polled, code)
    with polled.asked.clock.patched():  # botocore tries once more itself
        report = polled.poll(30)
    assert not report.complete
    assert report.trouble is not None
    assert code in polled.poller.health.trouble
    assert polled.poller.health.age >= 30
    polled.asked.service.world.fault = None
    endure(polled, 30)
    assert polled.poller.health.trouble == ""
    assert wrong([life], polled.events, polled.gone) == {}


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "InternalFailure", "ThrottlingException"]
)
def test_descriptions_that_are_refused(code: str) -> None:
    """Lists go on; ends are due until they are described."""
    many = [told("failed", job=f"job-{number}") for number in range(10)]
    polled = Polled(many)
    polled.poll()
    refuse(polled, code, "Describe")
    with polled.asked.clock.patched():
        polled.asked.clock.advance(800)
        report = polled.poll()
        assert report.complete
        assert report.trouble is not None
        assert polled.poller.health.due["ended"] == 10
        assert all(polled.tracker[life.job].final for life in many)
        polled.poll(30)
    polled.asked.service.world.fault = None
    endure(polled, 20)
    assert wrong(many, polled.events, polled.gone) == {}


@pytest.mark.parametrize(
    ("code", "operation", "trouble"),
    [
        ("ExpiredTokenException", "List", "expired"),
        ("ExpiredTokenException", "Describe", "expired"),
        ("ValidationException", "List", "other"),
    ],
)
def test_trouble_that_does_not_pass(code: str, operation: str, trouble: str) -> None:
    """An error, whose cause is the client's; who goes on after it has lost nothing."""
    life = told("failed")
    polled = Polled(life)
    polled.asked.clock.advance(800)
    refuse(polled, code, operation)
    with pytest.raises(ServiceError) as found:
        polled.poll()
    assert isinstance(found.value.__cause__, ClientError)
    assert found.value.trouble == trouble
    assert str(found.value).startswith("'jobs of kind sagemaker-training-job' can't be asked about")
    polled.asked.service.world.fault = None
    endure(polled, 3)
    assert wrong([life], polled.events, polled.gone) == {}


def test_a_token_that_the_service_does_not_take_any_more() -> None:
    """The walk ends early, and the next one begins anew."""
    many = [told("completed", job=f"job-{number}", after=number) for number in range(150)]
    polled = Polled(many)
    world = polled.asked.service.world

    def fault(_: str, request: Mapping[str, Any]) -> RefusedRequestError | None:
        return RefusedRequestError("ValidationException", "no") if "NextToken" in request else None

    world.fault = fault
    polled.asked.clock.advance(160)
    report = polled.poll()
    assert not report.complete
    assert len(polled.tracker) == 0  # the first walk tells of new jobs when it is complete
    world.fault = None
    assert polled.poll(30).complete
    assert len(polled.tracker) == 150


def test_a_mistake_of_the_client_is_no_trouble() -> None:
    """It comes out as it is."""
    polled = Polled(told("completed"))
    polled.poller.client = object()
    with pytest.raises(AttributeError, match="list_training_jobs"):
        polled.poll()


def test_answers_that_can_not_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Counted, named once in the log, and nothing else is lost."""
    many = [told("failed", job=f"job-{number}") for number in range(3)]
    polled = Polled(many)
    plainly = polled.asked.service.world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        found = plainly(operation, request)
        if operation == "ListTrainingJobs":
            items = found["TrainingJobSummaries"]
            return {**found, "TrainingJobSummaries": [{**items[0], "CreationTime": 1e300}, *items]}
        if request["TrainingJobName"] == "job-1" and polled.asked.seconds < 1_000:
            return {**found, "TrainingJobStatus": ""}
        return found

    polled.asked.service.world.answer = answer  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patched, caplog.at_level(logging.WARNING, "jobstate"):
        patched.setattr(polled.poller, "client", Unparsed(polled.asked))
        endure(polled, 60)
    assert wrong(many, polled.events, polled.gone) == {}
    assert polled.poller.health.unread >= 60
    assert len([each for each in caplog.messages if "passed over" in each]) <= 5


def test_one_of_several_that_can_not_be_read() -> None:
    """Nobody says that a job is gone whose description can't be read."""
    polled = Polled(kind=BATCH_JOB, arguments={"jobQueue": "nightly"})
    client = polled.asked.client(BATCH_JOB.name)
    for name in ("one", "two"):
        client.submit_job(jobName=name, jobQueue="nightly", jobDefinition="d")
    plainly = polled.asked.service.world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        found = plainly(operation, request)
        if operation == "DescribeJobs" and polled.asked.seconds < 900:
            return {"jobs": [{**each, "status": ""} for each in found["jobs"]]}
        return found

    polled.asked.service.world.answer = answer  # type: ignore[method-assign]
    for _ in range(60):
        polled.poll(20)
    assert polled.gone == []
    assert polled.poller.health.unread
    assert all(job.outcome is Outcome.SUCCEEDED for job in polled.tracker)


def test_a_client_that_tries_again_by_itself() -> None:
    """What it makes unasked is counted, and taken off the budget."""
    polled = Polled(told("completed"), rates={"List": 1.0, "Describe": 4.0})
    plain = Unparsed(polled.asked)

    class Stubborn:
        def list_training_jobs(self, **request: Any) -> Any:
            """List."""
            again = {"ResponseMetadata": {"RetryAttempts": 3}}
            return {**plain.list_training_jobs(**request), **again}

    polled.poller.client = Stubborn()
    polled.poll()
    assert polled.poller.health.requests == {"ListTrainingJobs": 4}
    assert polled.poller.budget.take("ListTrainingJobs") == 4.0


class Unparsed:
    """A client without botocore, which would refuse what no service says."""

    def __init__(self, asked: Asked) -> None:
        self.world = asked.service.world

    def list_training_jobs(self, **request: Any) -> Any:
        """List."""
        return self.world.answer("ListTrainingJobs", request)

    def describe_training_job(self, **request: Any) -> Any:
        """Describe."""
        return self.world.answer("DescribeTrainingJob", request)


@pytest.mark.parametrize("endless", ["the same page", "empty pages"])
def test_a_list_that_never_ends(endless: str, caplog: pytest.LogCaptureFixture) -> None:
    """The walk ends after a hundred pages in vain; what it showed is told, the rest described."""
    many = [told("completed", job=f"job-{number}") for number in range(3)]
    polled = Polled(many, interval=timedelta(seconds=60))
    polled.poll()
    plainly = polled.asked.service.world.answer

    def answer(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        if operation != "ListTrainingJobs":
            return plainly(operation, request)
        plain = {name: value for name, value in request.items() if name != "NextToken"}
        items = plainly(operation, plain)["TrainingJobSummaries"][:2]
        shown = items if endless == "the same page" or "NextToken" not in request else []
        return {"TrainingJobSummaries": shown, "NextToken": "x" * (polled.asked.seconds > 0)}

    polled.asked.service.world.answer = answer  # type: ignore[method-assign]
    endure(polled, 20, every=60)
    assert wrong(many, polled.events, polled.gone) == {}
    assert "ListTrainingJobs goes on and shows nothing new" in caplog.text
    assert not polled.poll().complete


# --- The tracker ----------------------------------------------------------------------------------


def test_what_could_not_be_written_is_told_again(tmp_path: Path) -> None:
    """The error comes out; the next pass tells it again."""
    life = told("completed")
    tracker = Tracker(TRAINING_JOB, journal=Journal(tmp_path / "jobs.db"))
    polled = Polled(life, tracker=tracker)
    commit = tracker._store.journal.commit  # type: ignore[union-attr] # noqa: SLF001

    def fail(_: int) -> None:
        raise JournalWriteError("jobs.db", "disk full", "make room")

    tracker._store.journal.commit = fail  # type: ignore[union-attr, method-assign] # noqa: SLF001
    with pytest.raises(JournalWriteError):
        polled.poll()
    tracker._store.journal.commit = commit  # type: ignore[union-attr, method-assign] # noqa: SLF001
    assert polled.poll(30).changed == 1
    tracker.close()
    with pytest.raises(TrackerClosedError):
        polled.poll(60)


def test_a_tracker_that_forgets_at_once() -> None:
    """What is forgotten is not described, nor told again while the list shows it unchanged."""
    life = told("failed")
    events: list[Any] = []
    tracker = Tracker(TRAINING_JOB, retention=Retention(count=0), listeners=[events.append])
    polled = Polled(life, tracker=tracker)
    polled.asked.clock.advance(800)
    endure(polled, 5)
    assert len([each for each in events if isinstance(each, StatusChanged)]) == 1


def test_one_writes_and_others_follow(tmp_path: Path) -> None:
    """Of several workers one has the journal; another can't poll, and follows what is told."""
    life, file = told("completed"), tmp_path / "jobs.db"
    asked = Asked(life)
    with Tracker(TRAINING_JOB, journal=Journal(file)) as tracker:
        polled = Polled(asked=asked, tracker=tracker)
        with pytest.raises(JournalInUseError):
            Journal(file)
        heard: list[Any] = []

        def follow() -> None:
            with JournalReader(file) as reader:
                heard.extend(posted.event for posted in reader.follow(0, timeout=2.0))

        follower = threading.Thread(target=follow)
        follower.start()
        endure(polled, 28)
        follower.join()
    stays = [each for each in heard if isinstance(each, StatusEntered)]
    assert [each.status for each in stays] == [each.status for each in life.entries]


def test_several_pollers_with_one_budget() -> None:
    """Of several kinds, in one tracker: each operation has a rate of its own."""
    asked = Asked([told("completed"), ended_life(PROCESSING_JOB)])
    tracker = Tracker(KINDS)
    budget = Budget(PLENTY, clock=asked.clock.monotonic)
    both = [
        Polled(asked=asked, tracker=tracker, budget=budget, kind=kind)
        for kind in (TRAINING_JOB, PROCESSING_JOB)
    ]
    for _ in range(30):
        for each in both:
            each.poll()
        asked.clock.advance(30)
    assert {job.kind: job.outcome for job in tracker} == dict.fromkeys(
        (TRAINING_JOB.name, PROCESSING_JOB.name), Outcome.SUCCEEDED
    )
    assert set(budget.spent()) == {
        *("ListTrainingJobs", "DescribeTrainingJob"),
        *("ListProcessingJobs", "DescribeProcessingJob"),
    }


# --- Health ---------------------------------------------------------------------------------------


def test_health() -> None:
    """All of it as data, and as plain data."""
    polled = Polled([told("completed"), told("timed out", after=50.0)])
    new = polled.poller.health
    assert (new.last_complete, new.age, new.alive, new.used) == (None, 0.0, 0, {})
    assert new.looking_back
    endure(polled, 10)
    health = polled.poller.health
    assert health.last_complete == BEGIN + timedelta(seconds=270)
    assert health.age == pytest.approx(30)
    assert health.alive == 2
    assert health.requests == {"ListTrainingJobs": 10}
    assert health.used == {"ListTrainingJobs": pytest.approx(2 / 60 / 50)}
    assert health.oldest["InProgress/Training"] == pytest.approx(
        timedelta(seconds=195), abs=timedelta(seconds=31)
    )
    plain = health.to_dict()
    assert plain["last_complete"] == "2026-03-04T05:10:37.250000Z"
    assert set(plain) == {each for each in dir(health) if not each.startswith("_")} - {"to_dict"}


def test_who_has_forgotten_a_job() -> None:
    """Nobody says how old it is."""
    polled = Polled(told("completed"))
    polled.poll()
    polled.tracker.forget(told("completed").job)
    assert polled.poller.health.oldest == {}


def test_a_tally_without_time() -> None:
    """No time, no share."""
    assert Tally().used(5.0, {}) == {}


# --- What can't be --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: Poller(None, Tracker(TRAINING_JOB), interval=timedelta(0)),
            ValueError,
            "interval",
        ),
        (lambda: Poller(None, Tracker(TRAINING_JOB), kind=BATCH_JOB), UnknownNameError, "batch"),
        (lambda: Poller(None, Tracker(PARCELS), kind=PARCELS), LifecycleError, "no schema"),
        (
            lambda: Poller(None, Tracker(TRAINING_JOB), arguments={"x": 1}),
            UnknownNameError,
            "argument of ListTrainingJobs 'x'",
        ),
    ],
)
def test_what_can_not_be(make: Callable[[], object], error: type[Exception], text: str) -> None:
    """Found before anything is asked."""
    with pytest.raises(error, match=text):
        make()
