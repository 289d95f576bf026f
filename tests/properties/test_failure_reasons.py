"""Why a job failed, in the service's words: wherever the outcome goes, and harmless there."""

from __future__ import annotations

import io
import json
import logging
import pickle
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest
from structlog.testing import capture_logs

from jobstate import JobKey, Observation, StatusChanged, TrackedJob, Tracker, check
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import job_lines
from jobstate.diagrams import picture
from jobstate.diagrams.notebook import picture_of_job
from jobstate.diagrams.overlays.job import way
from jobstate.journal import Journal, JournalReader
from jobstate.listeners import JsonLines, LogListener
from jobstate.listeners.opentelemetry import OpenTelemetryTraces
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.listeners.structlog import StructlogListener
from jobstate.model import Shown
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, item, jobstate, verdicts
from tests.support.listening import HOSTILE, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

REASON = "AlgorithmError: found 3 rows without a label"
ARN = item("tide")["TrainingJobArn"]
JOB = JobKey("sagemaker-training-job", ARN, BEGIN)
LONGEST = 1024


def failed(reason: str | None = REASON, *, hour: int = 1, cause: str | None = None) -> Observation:
    """Return what an answer says of a job that failed, whoever has read it."""
    return Observation(
        job=JOB,
        shown={"job": Shown("Failed", "Failed")},
        modified=BEGIN.replace(hour=BEGIN.hour + hour),
        cause=cause,
        failure_reason=reason,
    )


def thin(*, hour: int = 1, primary: str = "Failed") -> Observation:
    """Return what an item of a list says."""
    return attrs.evolve(failed(None, hour=hour), shown={"job": Shown(primary)})


def tracked(*answers: object, **more: Any) -> TrackedJob:
    """Return what a tracker knows of the job after some answers."""
    tracker = Tracker(TRAINING_JOB, **more)
    for answer in answers:
        tracker.observe(answer)
    return tracker[ARN]


# --- Which words ----------------------------------------------------------------------------------


def test_words_of_an_answer_are_those_of_the_job() -> None:
    """Of the report, the tracked job and the change that tells the end, as data too."""
    answer = item("tide", "Failed", "Failed") | {"FailureReason": REASON}
    report, told = check(TRAINING_JOB, answer), list[Any]()
    job = tracked(answer, listeners=[told.append])
    assert {report.failure_reason, job.failure_reason, told[-1].failure_reason} == {REASON}
    assert report.to_dict()["failure_reason"] == told[-1].to_dict()["failure_reason"] == REASON
    assert (job.name, told[-1].job.name, told[-1].to_dict()["job"]["name"]) == ("tide",) * 3


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ([failed("a", hour=1), failed("b", hour=2)], "b"),
        ([failed("b", hour=2), failed("a", hour=1)], "b"),  # the late one says less
        ([failed("a", hour=1), thin(hour=2)], "a"),
        ([thin(hour=2), failed("a", hour=1)], "a"),
        ([failed("", hour=1)], None),
        ([failed("a", hour=1), thin(hour=2, primary="Completed")], None),
    ],
)
def test_the_last_answer_that_has_words_counts(
    answers: list[Observation], wanted: str | None, tmp_path: Path, *, lasting: bool
) -> None:
    """As it does for the cause; a job that has succeeded has none, whatever was said before."""
    journal = Journal(tmp_path / "jobs.db") if lasting else None
    with Tracker(TRAINING_JOB, journal=journal) as tracker:
        tracker.observe_all(answers)
        assert tracker[ARN].failure_reason == wanted


def test_a_job_that_runs_has_failed_for_no_reason() -> None:
    """What an answer says beside InProgress breaks a rule, and is no reason."""
    answer = item("tide", "InProgress", "Training") | {"FailureReason": REASON}
    report = check(TRAINING_JOB, answer)
    assert [each.rule for each in report.violations] == ["failure-reason-only-when-failed"]
    assert report.failure_reason is None
    assert report.changes[-1].failure_reason is None


@pytest.mark.parametrize("length", [1, LONGEST, LONGEST + 1, 1 << 20])
def test_words_are_bounded(length: int) -> None:
    """To 1,024 characters, the last of which tells that there were more."""
    kept = tracked(failed("é" * length)).failure_reason
    whole = "é" * length if length <= LONGEST else "é" * (LONGEST - 1) + "…"
    assert kept == whole


def pickled(value: Any) -> Any:
    """Return what comes back of a pickle."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def test_words_outlive_their_tracker(tmp_path: Path) -> None:
    """In a snapshot, a journal and a pickle; so do those of the events."""
    with Tracker(TRAINING_JOB, journal=Journal(tmp_path / "jobs.db")) as tracker:
        tracker.observe(failed())
        text, event = tracker.snapshot(), check(TRAINING_JOB, failed()).changes[0]
        assert pickled(tracker[ARN]).failure_reason == REASON
    assert pickled(event).failure_reason == REASON
    with Tracker(TRAINING_JOB, journal=Journal(tmp_path / "jobs.db")) as tracker:
        assert tracker[ARN].failure_reason == REASON
    other = Tracker(TRAINING_JOB)
    other.restore(text)
    assert other[ARN].failure_reason == REASON
    with JournalReader(tmp_path / "jobs.db", lifecycle=TRAINING_JOB) as history:
        assert history.job(JOB).failure_reason == REASON
        (posted,) = history.events()
        assert isinstance(posted.event, StatusChanged)
        assert posted.event.failure_reason == REASON
        (answer,) = [each for answers in history.observations() for each in answers][-1:]
        assert answer.failure_reason == REASON


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (ARN, "tide"),
        ("arn:aws:states:eu-west-1:111122223333:execution:machine:tide", "tide"),
        ("arn:", "arn:"),
        ("arn:aws:sagemaker:eu-west-1:111122223333:training-job/", None),
        ("arn:a\nb/c\nd", "c\nd"),
        ("parcel/1", "parcel/1"),
        ("tide", "tide"),
        ("", ""),
    ],
)
def test_names(key: str, name: str | None) -> None:
    """The last part of an arn; of what is none, or has none, all of it."""
    assert JobKey("kind", key, BEGIN).name == (key if name is None else name)


# --- Where they are shown -------------------------------------------------------------------------

LIVE = failed(f"{HOSTILE}</text><script>alert(1)</script>&{'x' * 2_000}", cause="algorithm")


def test_people_read_it_first() -> None:
    """Behind what the job came to, in the first line of all, spelled."""
    lines = list(job_lines(check(TRAINING_JOB, LIVE), Paint()))
    assert lines[0].startswith(f"tide  Failed/Failed: failed (algorithm): “{PLAIN}</text>")
    assert lines[0].endswith("…”")
    assert all(each.isprintable() for each in lines)


def test_the_command_line_prints_it() -> None:
    """To people escaped, to programs as JSON, which has it as it came."""
    reason = "AlgorithmError: \x1b[2J\n\u202etxt.exe"
    answer = json.dumps(item("tide", "Failed", "Failed") | {"FailureReason": reason})
    text = jobstate("check", "-", stdin=answer).stdout
    assert r": “AlgorithmError: \x1b[2J\n\u202etxt.exe”" + "\n" in text
    assert verdicts("-", stdin=answer)[0]["failure_reason"] == reason


def test_the_history_of_a_journal_prints_it(tmp_path: Path) -> None:
    """In the job's story, and in the events."""
    path = tmp_path / "jobs.db"
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(LIVE)
        kept = tracker[ARN].failure_reason
    text = jobstate("history", path, "--job", "tide").stdout
    assert f": “{PLAIN}</text>" in text.replace(r"\\ud800", r"\ud800")
    (event,) = map(json.loads, jobstate("history", path, "--format", "json").stdout.splitlines())
    assert event["failure_reason"] == kept
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:  # as a file can hold it
        reason = tracker[ARN].failure_reason
        assert reason is not None
        assert len(reason) <= LONGEST
        assert reason.startswith(HOSTILE.replace("\ud800", r"\ud800"))


def test_records_and_lines_have_it(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """Standard logging and structlog escaped, JSON Lines in ASCII, traces as why they failed."""
    logger, exporter, path = logging.getLogger("tide"), InMemorySpanExporter(), tmp_path / "lines"
    logger.setLevel(logging.DEBUG)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = OpenTelemetryTraces(TRAINING_JOB, provider=provider)
    with JsonLines(path) as file, capture_logs() as records:
        tracked(LIVE, listeners=[LogListener(logger), StructlogListener(), file, traces])
    (record,) = caplog.records
    assert f"failed (algorithm): {PLAIN}" in record.getMessage()
    assert vars(record)["jobstate_job_name"] == "tide"
    (line,) = path.read_text(encoding="ascii").splitlines()
    assert json.loads(line)["failure_reason"] == LIVE.failure_reason
    (span,) = exporter.get_finished_spans()
    assert span.status.description is not None
    assert span.attributes is not None
    shown = [
        record.getMessage(),
        vars(record)["jobstate_failure_reason"],
        records[0]["jobstate_failure_reason"],
        span.status.description,
        str(span.attributes["jobstate.failure_reason"]),
    ]
    assert all(each.isprintable() for each in shown)
    assert all(each.startswith(PLAIN) for each in shown[1:])


def test_no_metric_has_it() -> None:
    """A label that says why would be a series of its own for every failure."""
    registry = CollectorRegistry()
    tracked(LIVE, listeners=[PrometheusListener(TRAINING_JOB, registry=registry)])
    text = generate_latest(registry).decode()
    assert 'outcome="failed"' in text
    assert "script" not in text
    assert "reason" not in text


def test_the_picture_of_its_way_has_it() -> None:
    """Under the title, as text: no markup, no control; in rows of its own, so breaks are spaces."""
    text = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, LIVE))
    texts = [each.text or "" for each in parsed(text).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[2].startswith(PLAIN.replace(r"\n", " "))
    assert texts[5].endswith("…")
    assert "<script" not in text
    assert all(each.isprintable() for each in texts)
    short = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, failed()))
    assert REASON in short
    assert REASON in picture_of_job(tracked(failed()))
    plain = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, thin()))
    heights = [int(parsed(each).attrib["height"]) for each in (plain, short)]
    assert heights[1] - heights[0] == 18


def parsed(text: str) -> ET.Element:
    """Return a picture as elements."""
    return ET.fromstring(text)  # noqa: S314 - our own


def test_a_stream_that_takes_bytes_only() -> None:
    """Whatever is written stays ASCII where it is JSON."""
    stream = io.StringIO()
    tracked(LIVE, listeners=[JsonLines(stream)])
    assert stream.getvalue().isascii()
