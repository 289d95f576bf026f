"""The incident view as data: what jobs came to, in which order, their stays, what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings

from jobstate import ObservationError, check
from jobstate.conformance.answers import read
from jobstate.diagrams import Census, UsualTime, incident, usual_times
from jobstate.diagrams.gantt.record import rows
from jobstate.diagrams.stages import Stage
from jobstate.kinds import KINDS
from jobstate.model.observation import Entry
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing import lives
from tests.support import corpus_series
from tests.support.command import ANSWERS, described, item

if TYPE_CHECKING:
    from jobstate.diagrams.gantt.record import ShownJob
    from jobstate.model.life import Life

NAME = TRAINING_JOB.name


def answer(name: str) -> Any:
    """Return an example."""
    return json.loads((ANSWERS / name).read_text(encoding="utf-8"))


def shown(answers: object, **options: Any) -> ShownJob:
    """Return the one job that answers speak of."""
    (job,) = incident(TRAINING_JOB, answers, **options).jobs
    return job


def test_a_failed_job() -> None:
    """What it came to and why, first; then each entry, with when, how long, and what for."""
    job = shown(answer("failed.json"))
    assert job.headline == "FAILED (algorithm) after 6m 11s, last in Uploading"
    assert job.reason.startswith("AlgorithmError: ")
    assert "\n" not in job.reason
    assert job.console is not None
    assert [(each.number, each.status, each.stage) for each in job.stays] == [
        (1, "Starting", Stage.BEFORE),
        (2, "Downloading", Stage.BEFORE),
        (3, "Training", Stage.AT_WORK),
        (4, "Uploading", Stage.AT_WORK),
        (5, "Failed", Stage.FAILED),
    ]
    training = job.stays[2]
    assert training.begin == datetime(2026, 10, 6, 6, 2, 39, 642000, tzinfo=UTC)
    assert training.length == timedelta(seconds=212.6)
    assert (training.waits, training.cause) == ("your container runs", "data ready")
    assert [each.is_end for each in job.stays] == [*[False] * 4, True]


def test_what_is_wrong_is_said_where_it_is() -> None:
    """A finding has the number of its stay, which has the rule."""
    job = shown(answer("broken/illegal-step.json"))
    (finding,) = job.findings
    assert (finding.number, finding.is_note) == (4, False)
    assert "illegal-transition" in finding.text
    assert [each.number for each in job.stays if each.alarm == "illegal-transition"] == [4]
    assert job.stays[3].cause == ""


def test_a_note_is_no_alarm() -> None:
    """What proves nothing wrong is told and marks nothing."""
    job = shown(answer("broken/time-that-does-not-add-up.json"))
    assert [each.is_note for each in job.findings] == [True]
    assert not any(each.alarm for each in job.stays)


def test_who_needs_a_look_comes_first() -> None:
    """What failed, then what was stopped, what runs, what succeeded; of each what is illegal."""
    names = ("completed", "broken/illegal-step", "waiting", "stopped", "failed", "timed-out")
    found = incident(TRAINING_JOB, [answer(f"{name}.json") for name in names])
    assert [job.outcome for job in found.jobs] == [
        *("failed", "timed_out", "stopped", "running", "succeeded", "succeeded")
    ]
    assert found.jobs[-2].findings
    assert found.title.startswith("6 jobs, 2026-10-")
    assert not found.opens


def test_usual_times() -> None:
    """Beside each stay, and the one that is over it by most is named."""
    usual = {
        (NAME, "InProgress/Starting"): UsualTime(timedelta(minutes=1), timedelta(minutes=4)),
        (NAME, "InProgress/Training"): UsualTime(timedelta(hours=2), timedelta(hours=9)),
    }
    job = shown(answer("spot-interrupted.json"), usual=usual)
    assert job.slowest is job.stays[4]
    assert [each.number for each in job.stays if each.over] == [1, 5]
    assert job.stays[4].length == timedelta(minutes=45, seconds=11.9)
    assert job.stays[4].over == timedelta(minutes=41, seconds=11.9)
    assert job.stays[1].usual is None
    assert shown(answer("failed.json"), usual=usual).slowest is None


def test_a_census_knows_usual_times() -> None:
    """Half of all stays are no longer than the one, of twenty nineteen than the other."""
    census = Census(TRAINING_JOB)
    stays = {"InProgress/Training": [float(each) for each in range(101)]}
    census.add_counts("job", jobs=1, stays=stays)
    census.add_counts("warm_pool", stays={"Available": [60.0]})
    ((place, found),) = usual_times(census).items()
    assert place == (NAME, "InProgress/Training")
    assert found.half.total_seconds() == pytest.approx(50, rel=0.01)
    assert found.most.total_seconds() == pytest.approx(95, rel=0.01)


# --- Without a history ----------------------------------------------------------------------------


def items(*statuses: tuple[str, str | None]) -> list[dict[str, Any]]:
    """Return list items of one job, a minute apart."""
    begin = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
    made = []
    for number, (primary, secondary) in enumerate(statuses, start=1):
        made.append(item("thin") | {"TrainingJobStatus": primary, "CreationTime": begin})
        made[-1]["LastModifiedTime"] = begin + timedelta(minutes=number, seconds=1)
        made[-1].pop("SecondaryStatus", None)
        if secondary is not None:
            made[-1]["SecondaryStatus"] = secondary
    return made


def test_thin_answers() -> None:
    """A stay lasts as long as the same status is shown; nothing is told of what lies between."""
    job = shown(
        items(
            ("InProgress", "Starting"),
            ("InProgress", "Starting"),
            ("InProgress", None),
            ("InProgress", "Training"),
            ("Stopping", "Training"),
            ("Stopped", None),
        )
    )
    assert [(each.number, each.status) for each in job.stays] == [
        (1, "InProgress/Starting"),
        (2, "InProgress/Training"),
        (3, "Stopping/Training"),
        (4, "Stopped"),
    ]
    assert [each.length for each in job.stays[:2]] == [timedelta(minutes=3), timedelta(minutes=1)]
    assert job.stays[3].stage is Stage.STOPPED
    assert job.headline == "STOPPED after 5m 00s, last in Stopping/Training"


def test_a_status_that_leaves_several() -> None:
    """Of InProgress alone nobody can tell how far the job is; of a pair that is none either."""
    (stay,) = shown(items(("InProgress", None))).stays
    assert (stay.stage, stay.waits, stay.open) == (Stage.NOT_SEEN, "", True)
    (stay,) = shown(items(("InProgress", "Completed"))).stays
    assert (stay.stage, stay.waits) == (Stage.STRANGE, "")


def test_a_status_that_nobody_knows() -> None:
    """It is told, and is strange."""
    job = shown(items(("Hibernating", None)))
    assert job.stays[0].stage is Stage.STRANGE
    assert "Hibernating" in job.findings[0].text
    assert job.findings[0].is_note


def test_list_items_after_a_history() -> None:
    """They go on with the stay that they show, and add those that are new."""
    first = described(("Starting", 5.0), ("Training", 1.0), name="one")
    later = item("one", "InProgress", "Training") | {"LastModifiedTime": "2026-03-04T06:00:00Z"}
    assert [each.number for each in shown([first, later]).stays] == [1, 2]
    later["SecondaryStatus"] = "Uploading"
    job = shown([first, later])
    assert [each.status for each in job.stays] == ["Starting", "Training", "InProgress/Uploading"]
    assert job.headline.endswith("in InProgress/Uploading")


def test_no_time() -> None:
    """Nothing tells when: there is no axis, and the rest is told."""
    found = incident(TRAINING_JOB, attrs.evolve(_read(item("one")), modified=None))
    assert found.axis is None
    assert found.title == "1 job"
    assert found.jobs[0].stays[0].length is None


def _read(one: dict[str, Any]) -> Any:
    return read(TRAINING_JOB, one)


def test_a_region_that_is_not_shown() -> None:
    """A job of which nothing but its pool is shown has no stays."""
    seen = _read(item("one"))
    (job,) = incident(TRAINING_JOB, attrs.evolve(seen, shown={})).jobs
    assert job.stays == ()
    assert job.headline


def test_now() -> None:
    """What has not ended lasts until then."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    running = described(("Starting", 5.0), ("Training", 1.0), name="one")
    job = shown(running, now=now)
    assert (job.stays[-1].end, job.stays[-1].open) == (now, True)
    with pytest.raises(ValueError, match="which has no zone"):
        incident(TRAINING_JOB, running, now=now.replace(tzinfo=None))


def test_nothing_to_show() -> None:
    """An incident without a job is an error."""
    with pytest.raises(ObservationError):
        incident(TRAINING_JOB, [])


def test_jobs_of_several_kinds() -> None:
    """Each is told by its own life cycle."""
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/clean"
    clean = {
        "ProcessingJobName": "clean",
        "ProcessingJobArn": arn,
        "ProcessingJobStatus": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
    }
    found = incident(KINDS, [answer("failed.json"), clean])
    assert [job.kind for job in found.jobs] == [TRAINING_JOB.title, PROCESSING_JOB.title]


def test_too_much_is_counted() -> None:
    """Of many findings the first are told; of a long history both ends have rows."""
    given = answer("completed.json")
    stays = [
        {"Status": name, "StartTime": given["CreationTime"]}
        for name in ["Training", "Downloading"] * 50
    ]
    job = shown(given | {"SecondaryStatusTransitions": stays})
    assert len(job.stays) == 100
    shown_rows = rows(job)
    assert [each for each in shown_rows if isinstance(each, int)] == [60]
    assert len(shown_rows) == 41
    many = [
        given | {"LastModifiedTime": 1_800_000_000 - number, "TrainingJobStatus": "InProgress"}
        for number in range(40)
    ]
    findings = shown(many).findings
    assert len(findings) == 21
    assert findings[-1].text.startswith("and ")


# --- Any job --------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(lives())
def test_any_life(life: Life) -> None:
    """The stays are the entries of the history: in order, as long, the last one the end."""
    last = life.at(life.changes[-1])
    job = shown(last)
    report = check(TRAINING_JOB, last)
    assert [each.status for each in job.stays] == [each.status for each in report.entries]
    assert [each.begin for each in job.stays] == [each.start for each in report.entries]
    for stay, entry in zip(job.stays, report.entries, strict=True):
        assert isinstance(entry, Entry)
        if entry.end is not None and not stay.is_end:
            assert stay.end == max(entry.start, entry.end)
    assert job.outcome is report.result.outcome
    assert not any(each.alarm for each in job.stays)


def test_the_corpus() -> None:
    """Real jobs: stays are numbered through, none ends before it begins, causes are the edges'."""
    causes = {each.cause.replace("_", " ") for each in TRAINING_JOB.region("job").edges}
    told = 0
    for _, answers in corpus_series.usable_series():
        job = shown(answers)
        assert [each.number for each in job.stays] == [*range(1, len(job.stays) + 1)]
        assert all(each.length is None or each.length >= timedelta(0) for each in job.stays)
        parts = [
            one for each in job.stays for one in each.cause.replace("; ", " or ").split(" or ")
        ]
        told += sum(bool(each) for each in parts)
        assert {*filter(None, parts)} <= causes
    assert told > 50
