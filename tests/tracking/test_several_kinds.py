"""One tracker, one journal and one snapshot for jobs of several kinds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import Event, JobKey, Outcome, Retention, Retry, Subscription, Tracker
from jobstate.batch import BATCH_JOB
from jobstate.errors import JournalError, ObservationError, SnapshotError, UnknownNameError
from jobstate.finding import Found, finder_of
from jobstate.journal import Journal, JournalReader
from jobstate.kinds import KINDS, Kinds
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB
from tests.support.command import jobstate
from tests.support.series import SERIES
from tests.support.several_kinds import ARN, ENDED, MIXED, NOON, batch, processing
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from pathlib import Path


def tracker_on(path: Path, *listeners: Subscription, **options: Any) -> Tracker:
    """Return a tracker of every kind of the library that begins with a file."""
    journal = Journal(path, durability="normal")
    return Tracker(KINDS, journal=journal, listeners=listeners, **options)


def stands(tracker: Tracker) -> set[tuple[str, str, Outcome]]:
    """Return where each job of a tracker stands."""
    return {(each.kind, each.status, each.outcome) for each in tracker}


ALL = {
    ("sagemaker-processing-job", "Failed", Outcome.FAILED),
    ("sagemaker-training-job", "Completed/Completed", Outcome.SUCCEEDED),
    ("aws-batch-job", "SUCCEEDED", Outcome.SUCCEEDED),
}


@pytest.mark.parametrize("one_by_one", [True, False])
def test_each_job_is_judged_by_its_kind(*, one_by_one: bool) -> None:
    """Whatever the mixture, singly or all at once."""
    heard: list[Event] = []
    tracker = Tracker(KINDS, listeners=[heard.append])
    if one_by_one:
        flat = [each.get("ProcessingJobSummaries", [each])[0] for each in MIXED]
        for each in flat:
            tracker.observe(each)
    else:
        tracker.observe_all(MIXED)
    assert stands(tracker) == ALL
    for each in tracker:
        assert each.lifecycle is KINDS.named(each.kind)
        alone = Tracker(each.lifecycle, listeners=[])
        mine: list[Event] = []
        alone.add_listener(mine.append)
        alone.observe_all(
            one.answer
            for one in finder_of(KINDS).find(MIXED)
            if isinstance(one, Found) and one.lifecycle is each.lifecycle
        )
        assert mine == [event for event in heard if event.job.kind == each.kind]
    again = tracker.observe_all([*MIXED[-1:], ENDED])
    assert {str(each.arrival) for each in again} == {"duplicate"}


def test_nobody_s_answer() -> None:
    """It is said whose it could have been, and nothing is taken."""
    tracker = Tracker(Kinds(PROCESSING_JOB, TRANSFORM_JOB))
    with pytest.raises(ObservationError, match="and one of ProcessingJobStatus, Transform"):
        tracker.observe({"status": "RUNNING"})
    with pytest.raises(ObservationError, match=r"\[1\]: expected an answer about a job"):
        tracker.observe_all([ENDED, {"status": "RUNNING"}])
    assert len(tracker) == 0
    _, errors = tracker.observe_all([ENDED, {"status": "RUNNING"}], on_error="collect")
    assert [index for index, _ in errors] == [1]
    assert len(tracker) == 1


def test_an_id_that_two_kinds_have() -> None:
    """They are two jobs."""
    tracker = Tracker(Kinds(PROCESSING_JOB, BATCH_JOB))
    tracker.observe_all([processing("InProgress", at=1), batch("RUNNING", at=1, jobId="7")])
    created = tracker["7"].key.created
    other = tracker[ARN]
    same = attrs.evolve(other.key, id="7", created=created)
    assert same not in tracker
    assert PROCESSING_JOB.reader is not None
    tracker.observe(attrs.evolve(PROCESSING_JOB.reader.read(processing("Stopping")), job=same))
    assert {each.kind for each in tracker if each.id == "7"} == {other.kind, "aws-batch-job"}
    assert tracker[same].status == "Stopping"
    assert tracker[JobKey("aws-batch-job", "7", created)].status == "RUNNING"
    assert tracker.forget(same).key == same
    assert tracker["7"].status == "RUNNING"


def test_limits_of_every_kind() -> None:
    """A limit names a status of any of them; one of none is refused with those there are."""
    tracker = Tracker(KINDS)
    tracker.observe_all([processing("InProgress", at=1), batch("RUNNABLE")])
    late = tracker.overdue({"RUNNABLE": timedelta(hours=1)}, now=NOON + timedelta(days=1))
    assert late == []  # nothing tells since when it is
    late = tracker.overdue({"InProgress": timedelta(hours=1)}, now=NOON + timedelta(days=1))
    assert [each.job.kind for each in late] == ["sagemaker-processing-job"]
    with pytest.raises(UnknownNameError, match="RUNNABLE"):
        tracker.overdue({"Runable": timedelta(hours=1)})


# --- What is kept ---------------------------------------------------------------------------------


def test_a_journal_has_them_all(tmp_path: Path) -> None:
    """A tracker goes on with them; a reader tells each by its life cycle, as far as those go."""
    path = tmp_path / "jobs.db"
    with tracker_on(path) as tracker:
        tracker.observe_all(MIXED)
        before = tracker.snapshot()
    with tracker_on(path) as tracker:
        assert stands(tracker) == ALL
        assert tracker.snapshot() == before
        assert str(tracker.observe(ENDED).arrival) == "duplicate"
    with JournalReader(path, lifecycle=KINDS) as reader:
        assert set(reader.kinds) == {each for each, _, _ in ALL} == set(reader.judged_by)
        assert {(each.kind, each.status, each.outcome) for each in reader.jobs()} == ALL
        assert sum(1 for _ in reader.observations()) == 3
    with JournalReader(path, lifecycle=BATCH_JOB) as reader:
        assert set(reader.judged_by) == {"aws-batch-job"}
        outcomes = {each.kind: each.outcome for each in reader.jobs()}
        assert outcomes == dict.fromkeys(reader.kinds, None) | {"aws-batch-job": Outcome.SUCCEEDED}
        with pytest.raises(JournalError, match="has jobs that live by 'sagemaker-processing-job'"):
            list(reader.observations())
    ran = jobstate("history", path)
    assert ran.exit_code == 0
    assert "Failed" in ran.stdout
    assert "SUCCEEDED" in ran.stdout
    assert "judged by aws-batch-job 2026.11, sagemaker-processing-job" in ran.stdout
    rows = [line.split() for line in ran.stdout.splitlines()]
    assert ["0-1-2", "aws-batch-job", "SUCCEEDED", "succeeded"] in [row[:4] for row in rows]


def test_a_tracker_of_fewer_kinds(tmp_path: Path) -> None:
    """It does not begin where jobs are that it can't judge, and does where there are none."""
    path = tmp_path / "jobs.db"
    with tracker_on(path) as tracker:
        tracker.observe_all(MIXED)
    said = "has jobs that live by 'aws-batch-job', not 'sagemaker-training-job'; give that life"
    with pytest.raises(JournalError, match=said):
        Tracker(TRAINING_JOB, journal=Journal(path))
    with tracker_on(path, retention=Retention(count=0)) as tracker:
        assert len(tracker) == 0
    for _ in range(3):
        tracker_on(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (0,)
    Tracker(TRAINING_JOB, journal=Journal(path)).close()


def test_a_snapshot_has_them_all() -> None:
    """It names the kinds of its jobs, and is refused where one of them is not known."""
    tracker = Tracker(KINDS)
    tracker.observe_all(MIXED)
    other = Tracker(KINDS)
    other.restore(tracker.snapshot())
    assert stands(other) == ALL
    assert other.snapshot() == tracker.snapshot()
    with pytest.raises(SnapshotError) as caught:
        Tracker(Kinds(TRAINING_JOB, BATCH_JOB)).restore(tracker.snapshot())
    assert {each.path for each in caught.value.problems} == {"kinds['sagemaker-processing-job']"}
    only = Tracker(KINDS)
    only.observe_all(SERIES)
    Tracker(TRAINING_JOB).restore(only.snapshot())


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE job SET kind = 'aws-batch-job' WHERE kind LIKE '%processing%'", ".estimates: exp"),
        ("UPDATE job SET kind = 'x'", ".kind: expected "),
        (
            "UPDATE estimate SET words = replace(words, 'aws-batch', 'x')",
            ".estimates: expected the number",
        ),
        ("UPDATE kind SET name = 'x' WHERE name LIKE 'aws%'; UPDATE job SET kind = 'x'", "live by"),
    ],
)
def test_kinds_that_can_not_be(tmp_path: Path, sql: str, problem: str) -> None:
    """A job of one kind is not read as one of another."""
    path = tmp_path / "jobs.db"
    with tracker_on(path) as tracker:
        tracker.observe_all(MIXED)
    with closing(sqlite3.connect(path)) as connection:
        for each in sql.split("; "):
            connection.execute(each)
        connection.commit()
    with pytest.raises(JournalError, match=problem.replace("]", r"\]").replace(".", r"\.")):
        tracker_on(path)


# --- Without a time of creation -------------------------------------------------------------------


def test_a_job_without_a_time_of_creation_is_kept(tmp_path: Path) -> None:
    """Told, held for a listener that fails, told again after a restart, forgotten and swept."""
    path = tmp_path / "jobs.db"
    key = JobKey("parcel", "parcel/1")
    fails, heard = [True], list[Event]()

    def listen(event: Event) -> None:
        if fails[0]:
            raise RuntimeError("down")
        heard.append(event)

    def begin() -> Tracker:
        pager = Subscription(name="pager", listener=listen, retry=Retry(attempts=1))
        return Tracker(PARCELS, journal=Journal(path, durability="normal"), listeners=[pager])

    with begin() as tracker:
        tracker.observe(attrs.evolve(parcel("packed", at=1), job=key))
        tracker.observe(parcel("sent", at=60))
    with JournalReader(path, lifecycle=PARCELS) as reader:
        (job,) = reader.jobs()
        assert (job.job, job.created) == (key, parcel("packed").job.created)
        assert reader.job(key) == job
        (position,) = reader.listeners()
        assert [each.job for each in position.held] == [key]
        assert len(list(reader.events(job=key))) == len(reader.unheard(position, key)) > 0
    fails[0] = False
    with begin() as tracker:
        (known,) = tracker
        assert (known.key, known.created) == (key, parcel("packed").job.created)
        assert tracker.unpark("pager") == [key]
    assert {event.job for event in heard} == {key}
    with begin() as tracker:
        tracker.forget(key)
    begin().close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM held").fetchone() == (0,)
