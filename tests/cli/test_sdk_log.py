"""The SDK's progress log is read as polls: statuses in order, with the times that it printed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from jobstate import Observation, check
from jobstate.cli.json_stream import Document, documents
from jobstate.sagemaker import TRAINING_JOB
from tests.support import corpus_series
from tests.support.command import jobstate, settled

LOG = """\
2026-03-04 05:06:07 Starting - Starting the training job...
2026-03-04 05:06:37 Starting - Preparing the instances for training.........
2026-03-04 05:08:02 Downloading - Downloading input data
2026-03-04 05:08:30 Training - Training image download completed. Training in progress.
2026-03-04 05:18:44 Uploading - Uploading generated training model
2026-03-04 05:19:01 Completed - Training job completed
"""
STATUSES = ["Starting", "Starting", "Downloading", "Training", "Uploading", "Completed"]
#: What stands between the lines of a notebook, or a terminal.
NOISE = """\
INFO:botocore.credentials:Found credentials in shared credentials file: ~/.aws/credentials
\x1b[34m2026-03-04 05:09:00,123 sagemaker-training-toolkit INFO     Invoking user script\x1b[0m
\x1b[34m2026-03-04 05:09:00 Trainer - epoch 1 of 3\x1b[0m
\x1b[35m[03/04/2026 05:09:01 INFO 140231] #quality_metric: host=algo-1, epoch=0\x1b[0m
{"loss": 0.5}
..........
  0%|          | 0/100 [00:00<?, ?it/s]\r 50%|#####     | 50/100 [00:10<00:10,  4.9it/s]
"""


def observed(text: str) -> list[tuple[int | None, Observation]]:
    """Return what a log says, with the line of each."""
    found = []
    for each in documents(io.BytesIO(text.encode()), "fit.log"):
        assert isinstance(each, Document)
        assert isinstance(each.value, Observation)
        found.append((each.location.line, each.value))
    return found


def shown(text: str) -> list[str]:
    """Return the statuses that a log shows."""
    return [str(each.shown["job"]) for _, each in observed(text)]


def jobs(text: str) -> list[tuple[str, str]]:
    """Return the name and the outcome of each job of a log."""
    found = settled("-", stdin=text)
    return [(each["job"]["id"], each["result"]["outcome"]) for each in found]


def test_statuses_and_times() -> None:
    """Each with its line and its poll's time, which is in UTC; nothing but these is claimed."""
    found = observed(LOG)
    assert [line for line, _ in found] == [1, 2, 3, 4, 5, 6]
    assert shown(LOG) == STATUSES
    assert [f"{each.modified:%H:%M:%S%z}" for _, each in found] == [
        *("05:06:07+0000", "05:06:37+0000", "05:08:02+0000"),
        *("05:08:30+0000", "05:18:44+0000", "05:19:01+0000"),
    ]
    assert {each.job.id for _, each in found} == {"partial fit.log"}
    assert all(each.entries == () and each.features == {} for _, each in found)


def test_the_verdict() -> None:
    """It is one job, and what it came to is told."""
    ran = jobstate("check", "-", stdin=LOG)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("partial <stdin>  Completed: succeeded\n")
    assert ran.stdout.endswith("\n1 job, 6 answers: all legal\n")
    (found,) = settled("--partial", "-", stdin=LOG)
    assert found["result"]["outcome"] == "succeeded"


@pytest.mark.parametrize("before", ["", NOISE, "\n\n", "....\n", "\x1b[2K\x1b[1G"])
def test_whatever_stands_between(before: str) -> None:
    """Containers' lines, colours, dots and bars: no line of them passes for a status."""
    lines = LOG.splitlines(keepends=True)
    text = before + "".join(
        line + (NOISE if place > 2 else "...\n") for place, line in enumerate(lines)
    )
    for each in (text, text.replace("\n", "\r\n")):
        assert shown(each) == STATUSES


@pytest.mark.parametrize(
    "prefix",
    [
        "[2026-03-04, 05:06:09 UTC] {sagemaker.py:421} INFO - ",
        "2026-03-04T05:06:09.1234567Z ",
        "INFO:airflow.task.hooks:",
        "\x1b[34m",
        "    ",
        "12: ",
    ],
)
def test_lines_behind_what_others_print(prefix: str) -> None:
    """Orchestrators and runners put their own time and level before each line."""
    text = "".join(f"{prefix}{line}" for line in LOG.splitlines(keepends=True))
    assert shown(text) == STATUSES
    assert observed(text)[-1][1].modified == observed(LOG)[-1][1].modified


def test_a_part_of_a_log() -> None:
    """Wherever it begins or is cut off, nothing is held against the job."""
    lines = LOG.splitlines(keepends=True)
    for first in range(len(lines)):
        for last in range(first, len(lines)):
            (found,) = settled("-", stdin="".join(lines[first : last + 1]))
            assert found["legal"], (first, last)


def test_published_logs() -> None:
    """Each real one is legal, and ends as its last line says."""
    count = 0
    for trace in corpus_series.traces():
        rows: Any = trace["observations"]
        naive = any("Z" not in (each["time"] or "Z") for each in rows)
        if trace["kind"] != "log" or naive or not all(each["time"] for each in rows):
            continue
        lines = [
            f"{re.sub('[TZ]', ' ', each['time']).strip()} {each['secondary']} - {each['message']}\n"
            for each in rows
        ]
        found = [each for _, each in observed("".join(lines))]
        if len({each.job for each in found}) > 1:
            continue  # of which two were printed one after the other
        verdict = check(TRAINING_JOB, found)
        count += 1
        assert verdict.legal, trace["job"]
        assert verdict.shown["job"].secondary == rows[-1]["secondary"]
        assert verdict.result.final is trace["complete"]
    assert count > 100


def test_what_cant_be() -> None:
    """Is told with the line: an end that goes on."""
    ran = jobstate(
        "check", "-", stdin=LOG + "2026-03-04 05:20:00 Training - Training in progress.\n"
    )
    assert ran.exit_code == 1
    assert "error illegal-transition" in ran.stdout
    assert "at: <stdin>:7" in ran.stdout


# --- Whose it is ----------------------------------------------------------------------------------


def test_the_name() -> None:
    """Is taken from where the SDK prints it."""
    named = "INFO:sagemaker:Creating training-job with name: tide-2026-03-04-05-06-05-123\n"
    assert jobs(named + LOG) == [("partial tide-2026-03-04-05-06-05-123", "succeeded")]


def test_several_jobs() -> None:
    """By their names, or where one begins after another's end."""
    names = [
        f"INFO:sagemaker:Creating training-job with name: {name}\n" for name in ("tide", "ebb")
    ]
    half = "".join(LOG.splitlines(keepends=True)[:4])
    assert jobs(names[0] + LOG + names[1] + half) == [
        ("partial tide", "succeeded"),
        ("partial ebb", "running"),
    ]
    assert jobs(names[0] + half + names[1] + LOG) == [
        ("partial ebb", "succeeded"),  # it has ended
        ("partial tide", "running"),
    ]
    assert jobs(LOG + half) == [
        ("partial <stdin>", "succeeded"),
        ("partial <stdin>:7", "running"),
    ]


FAILED = """\
Traceback (most recent call last):
  File "train.py", line 12, in <module>
sagemaker.exceptions.UnexpectedStatusException: Error for Training job tide: Failed. Reason: \
AlgorithmError: ExecuteUserScriptError:
ExitCode 1
ErrorMessage "ValueError: no such column"
Command "/usr/bin/python3 train.py --epochs 3", exit code: 1. \
Check troubleshooting guide for common errors: https://docs.aws.amazon.com/x

Another cell.
"""


@pytest.mark.parametrize("before", ["", "2026-03-04 05:18:44 Failed - Training job failed\n"])
def test_why_it_failed(before: str) -> None:
    """The SDK's error has name, status and reason, with or without the lines before it."""
    (found,) = settled("-", stdin=before + FAILED)
    assert found["job"]["id"] == "partial tide"
    assert (found["result"]["outcome"], found["result"]["cause"]) == ("failed", "algorithm")
    assert found["failure_reason"].startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1")
    assert found["failure_reason"].endswith("exit code: 1")
    assert found["legal"]


def test_a_stopped_job() -> None:
    """Is none that failed, however the SDK takes it."""
    text = "2026-03-04 05:06:07 Stopping - Stopping the training job\n"
    text += "2026-03-04 05:07:07 MaxRuntimeExceeded - Training job runtime exceeded\n"
    text += "UnexpectedStatusException: Error for Training job ebb: Stopped. Reason: None\n"
    assert jobs(text) == [("partial ebb", "timed_out")]
    assert jobstate("check", "-", stdin=text).exit_code == 0


def test_a_log_between_lines_of_json() -> None:
    """Is one job all the same, wherever it begins."""
    for first in ('{"loss": 0.5}\n', LOG.splitlines(keepends=True)[0] + '{"loss": 0.5}\n'):
        found = settled("-", stdin=first + LOG)
        assert [each["job"]["id"] for each in found] == ["partial <stdin>"]


# --- Version 3 ------------------------------------------------------------------------------------


def test_version_3() -> None:
    """Prints the primary status, in a panel and in the end."""
    text = """\
[03/04/26 05:06:07] INFO     Creating training_job resource.                 resources.py:28
╭────────────────────────── Wait Log Panel ──────────────────────────╮
│ [=   ] Waiting for TrainingJob... 0:10:00                           │
│ ⠋ Current status: InProgress                                       │
╰────────────────────────────────────────────────────────────────────╯
[03/04/26 05:19:01] INFO     \x1b[1mFinal Resource Status: \x1b[0mCompleted  resources.py:30
"""
    assert shown(text) == ["InProgress", "Completed"]
    assert jobs(text) == [("partial <stdin>", "succeeded")]
    text = (
        "FailedStatusError: Encountered unexpected failed state while waiting for TrainingJob."
        " Final Resource State: Failed. Failure Reason: AlgorithmError: exit code 1\n"
    )
    (found,) = settled("-", stdin=text)
    assert (found["result"]["cause"], found["failure_reason"]) == (
        "algorithm",
        "AlgorithmError: exit code 1",
    )


def test_of_other_resources() -> None:
    """Nothing is said of training jobs by what waits for another."""
    text = "Waiting for ProcessingJob...\nFinal Resource Status: Completed\n"
    ran = jobstate("check", "-", stdin=text)
    assert "0 answers judged" in ran.stdout


# --- What only looks like one ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04 05:06:07 root - begun\n2026-03-04 05:06:08 root - done\n",
        "2026-03-04 05:06:07,123 INFO Training - step\n",
        "Creating training-job with name: tide\n",
        "2026-03-04 05:06:07 Training\n",
    ],
)
def test_other_logs(text: str) -> None:
    """Are refused in one line, and never taken for the number that they begin with."""
    ran = jobstate("check", "-", stdin=text)
    assert len(ran.stderr.splitlines()) == 1
    assert "got 2026" not in ran.stderr
    assert ran.exit_code == 2


def test_times_that_are_none() -> None:
    """The status counts all the same."""
    ((_, found),) = observed("2026-13-41 25:61:61 Starting - Starting the training job\n")
    assert found.modified is None
    assert found.shown["job"].secondary == "Starting"


def test_under_another_kind() -> None:
    """A log is about training jobs, and passed over as they are."""
    ran = jobstate("check", "--kind", "processing-job", "-", stdin=LOG.splitlines()[0])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"passed over: 1 {TRAINING_JOB.name}\n0 answers judged\n"
