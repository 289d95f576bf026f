"""Lists: pages cover every job once, whatever comes and goes; filters before and after the cut."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate.batch import BATCH_JOB
from jobstate.errors import UnknownNameError
from jobstate.sagemaker import TRAINING_JOB, TRANSFORM_JOB
from jobstate.world import RefusedRequestError, World
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.requests import CREATING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.life import Life


def fleet(size: int, **settings: Any) -> World:
    """Return a world with many training jobs, ten of a story, created a second after each other."""
    names = list(STORIES)
    lives = (
        told(names[number % len(names)], job=f"job-{number:03}", after=number // 2)
        for number in range(size)
    )
    return World([TRAINING_JOB], lambda: BEGIN + timedelta(seconds=2_000), lives=lives, **settings)


def pages(world: World, **request: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list, following its tokens."""
    while True:
        answer = world.answer("ListTrainingJobs", request)
        yield answer["TrainingJobSummaries"]
        if "NextToken" not in answer:
            return
        request["NextToken"] = answer["NextToken"]


def names(world: World, **request: Any) -> list[str]:
    """Return the names in all pages of a list, in order."""
    return [item["TrainingJobName"] for page in pages(world, **request) for item in page]


@given(
    size=st.integers(0, 30),
    page=st.integers(1, 100),
    order=st.sampled_from(["Ascending", "Descending"]),
    by=st.sampled_from(["CreationTime", "Name", "Status"]),
    filters=st.sampled_from(["before", "after"]),
)
@settings(max_examples=60, deadline=None, database=None)
def test_pages_cover_every_job_once(
    size: int, page: int, order: str, by: str, filters: str
) -> None:
    """Whatever their size, the order, what is sorted by, and when filters are applied."""
    world = fleet(size, filters=filters, gone_after=1e9)
    request = {"MaxResults": page, "SortOrder": order, "SortBy": by}
    every = [f"job-{number:03}" for number in range(size)]
    assert sorted(names(world, **request)) == every
    if by == "Name":
        assert names(world, **request) == (every if order == "Ascending" else every[::-1])
    place = list(STORIES).index("failed")
    failed = [name for number, name in enumerate(every) if number % len(STORIES) == place]
    assert sorted(names(world, **request, StatusEquals="Failed")) == failed
    found = list(pages(world, **request, NameContains="JOB-00"))
    assert sorted(each["TrainingJobName"] for one in found for each in one) == every[:10]
    if filters == "before":
        assert [len(one) for one in found[:-1]] == [page] * (len(found) - 1)
    else:
        assert len(found) == max(1, -(-size // page))


def test_filters_after_the_cut_leave_short_pages() -> None:
    """AWS's own words: first 100 jobs of any status are selected, then those are returned."""
    after = [len(page) for page in pages(fleet(24), MaxResults=8, StatusEquals="Failed")]
    before = fleet(24, filters="before")
    assert after == [2, 1, 1]
    assert [len(page) for page in pages(before, MaxResults=8, StatusEquals="Failed")] == [4]


def test_jobs_that_come_and_go_make_nothing_come_twice() -> None:
    """Nor is anything left out: a page goes on where the one before ended."""
    now = [BEGIN + timedelta(seconds=1_000)]
    world = World([TRANSFORM_JOB, TRAINING_JOB], lambda: now[0])
    operation, called, rest = CREATING["sagemaker-training-job"]
    for number in range(9):
        now[0] += timedelta(seconds=1)
        world.answer(operation, {called: f"old-{number}", **rest})
    now[0] += timedelta(seconds=1_000)
    request: dict[str, Any] = {"MaxResults": 2, "SortOrder": "Descending"}
    seen: list[str] = []
    for number in range(9):
        answer = world.answer("ListTrainingJobs", request)
        seen += [item["TrainingJobName"] for item in answer["TrainingJobSummaries"]]
        if "NextToken" not in answer:
            break
        request["NextToken"] = answer["NextToken"]
        world.answer(operation, {called: f"new-{number}", **rest})
        world.answer("DeleteTrainingJob", {called: f"old-{8 - 2 * number}"})
        now[0] += timedelta(seconds=100)
    assert seen == [f"old-{number}" for number in range(8, -1, -1)]


def test_filters_by_time() -> None:
    """After and before are strict; of creation and of modification (API, ListTrainingJobs)."""
    world = fleet(6, gone_after=1e9)
    assert names(world, CreationTimeAfter=BEGIN) == [f"job-00{each}" for each in (2, 3, 4, 5)]
    assert names(world, CreationTimeBefore=(BEGIN + timedelta(seconds=1)).timestamp()) == [
        *("job-000", "job-001")
    ]
    # What was modified last when it ended: FACTS §4.
    moments = {life.job.name: life.end for life in world.lives}
    limit = sorted(moments.values())[3]
    later = sorted(name for name, end in moments.items() if end > limit)
    assert names(world, LastModifiedTimeAfter=limit.isoformat()) == later
    earlier = sorted(name for name, end in moments.items() if end < limit)
    assert names(world, LastModifiedTimeBefore=limit) == earlier


def test_filters_by_fields_that_few_items_have() -> None:
    """An item without one is not among those that were asked for."""
    assert names(fleet(6), WarmPoolStatusEquals="InUse") == []
    operation, called, rest = CREATING["sagemaker-training-job"]
    pool = {**rest["ResourceConfig"], "KeepAlivePeriodInSeconds": 60}
    world = World([TRAINING_JOB], lambda: BEGIN)
    world.answer(operation, {called: "kept", **rest, "ResourceConfig": pool})
    world.answer(operation, {called: "plain", **rest})
    assert names(world, WarmPoolStatusEquals="InUse") == ["kept"]


def test_lists_of_batch_jobs() -> None:
    """BAPI: those that run where nobody says, the newest first; of the queue that is asked for."""
    now = [BEGIN]
    world = World([BATCH_JOB], lambda: now[0])
    operation, called, rest = CREATING["aws-batch-job"]
    for number in range(4):
        queue = "spring" if number % 2 else "neap"
        world.answer(operation, {**rest, called: f"tide-{number}", "jobQueue": queue})
        now[0] += timedelta(seconds=1)

    def listed(**request: Any) -> list[str]:
        return [each["jobName"] for each in world.answer("ListJobs", request)["jobSummaryList"]]

    assert listed(jobQueue="neap") == []
    assert listed(jobQueue="neap", jobStatus="SUBMITTED") == ["tide-2", "tide-0"]
    now[0] = next(s.start for s in world.lives[1].stays if s.state == "RUNNING")
    assert "tide-1" in listed(jobQueue="spring")


def test_batch_jobs_by_named_filters() -> None:
    """BAPI, ListJobs: with one, jobs of any status; names in any case, whole or up to a star."""
    now = [BEGIN]
    world = World([BATCH_JOB], lambda: now[0])
    operation, called, rest = CREATING["aws-batch-job"]
    for name in ("test1", "Test10", "other"):
        world.answer(operation, {**rest, called: name, "shareIdentifier": name[:2]})
        now[0] += timedelta(seconds=1)

    def listed(name: str, *values: str, **more: str) -> list[str]:
        request = {"filters": [{"name": name, "values": list(values)}], **more}
        items = world.answer("ListJobs", request)["jobSummaryList"]
        return [each["jobName"] for each in items]

    assert world.answer("ListJobs", {})["jobSummaryList"] == []
    assert listed("JOB_NAME", "TEST1") == ["test1"]
    assert listed("JOB_NAME", "test1*") == ["Test10", "test1"]
    assert listed("JOB_NAME", "none", "other") == ["other"]
    assert listed("SHARE_IDENTIFIER", "te") == ["test1"]
    assert listed("SHARE_IDENTIFIER", "te", jobStatus="RUNNING") == []
    middle = str(int(BEGIN.timestamp() * 1_000) + 1_000)
    assert listed("AFTER_CREATED_AT", middle) == ["other"]
    assert listed("BEFORE_CREATED_AT", middle) == ["test1"]
    with pytest.raises(UnknownNameError, match="no filter of ListJobs 'JOB_DEFINITION'"):
        listed("JOB_DEFINITION", "x")


def test_late_lists_and_descriptions() -> None:
    """Each says what was true so many seconds ago: a young job is in lists before it is known."""
    now = [BEGIN]
    world = World([TRAINING_JOB], lambda: now[0], behind={"describe": 5.0})
    operation, called, rest = CREATING["sagemaker-training-job"]
    world.answer(operation, {called: "tides", **rest})
    (life,) = world.lives

    def described() -> str:
        return str(world.answer("DescribeTrainingJob", {called: "tides"})["SecondaryStatus"])

    def listed() -> list[str]:
        items = world.answer("ListTrainingJobs", {})["TrainingJobSummaries"]
        return [item["SecondaryStatus"] for item in items]

    assert listed() == ["Starting"]
    with pytest.raises(RefusedRequestError, match="Requested resource not found"):
        described()
    for stay in life.stays[1:]:
        now[0] = stay.start
        assert described() == _before(life, stay.start)
        assert [f"{each}" for each in listed()] == [stay.state.partition("/")[2]]
        now[0] += timedelta(seconds=5)
        assert described() == stay.state.partition("/")[2]
        assert listed() == [described()]
    world.behind = {"list": 7.0}
    now[0] += timedelta(seconds=2)
    world.answer("DeleteTrainingJob", {called: "tides"})
    assert world.answer("DescribeTrainingJob", {called: "tides"})["TrainingJobStatus"] == "Deleting"
    statuses = [x["TrainingJobStatus"] for x in world.answer("ListTrainingJobs", {})[_ITEMS]]
    assert statuses == ["Completed"]


_ITEMS = "TrainingJobSummaries"


def _before(life: Life, time: datetime) -> str:
    return life.standing(time - timedelta(milliseconds=1))["job"].partition("/")[2]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"MaxResults": 0}, "Value '0' at 'MaxResults' failed to satisfy constraint: Member must"),
        ({"MaxResults": 101}, "value from 1 to 100"),
        ({"NextToken": "what"}, "at 'NextToken' failed"),
        ({"SortBy": "Size"}, r"enum value set: \[CreationTime, Name, Status\]"),
    ],
)
def test_what_lists_refuse(request_: dict[str, Any], said: str) -> None:
    """With AWS's code and the sense of its words; bounds are the API's."""
    with pytest.raises(RefusedRequestError, match=said) as found:
        fleet(3).answer("ListTrainingJobs", request_)
    assert (found.value.code, found.value.status) == ("ValidationException", 400)


@pytest.mark.parametrize("token", ["?", "NQ==", "WzEsMl0=", "WzEsIngiLDFd", "bnVsbA=="])
def test_a_token_that_no_page_has(token: str) -> None:
    """Is refused, whatever it is: no token, a number, too little, no time, nothing."""
    with pytest.raises(RefusedRequestError, match="must be a token that this operation"):
        fleet(3).answer("ListTrainingJobs", {"NextToken": token})


def test_a_filter_without_a_name() -> None:
    """Is none that there is."""
    world = World([BATCH_JOB], lambda: BEGIN)
    operation, name, rest = CREATING["aws-batch-job"]
    world.answer(operation, {name: "ebb", **rest})
    with pytest.raises(UnknownNameError, match="no filter of ListJobs None; there is: "):
        world.answer("ListJobs", {"jobQueue": "spring", "filters": [{"values": ["x"]}]})
