"""The incident view as text: what an on-call person pastes into a ticket."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
from hypothesis import given, settings

from jobstate.conformance.answers import read
from jobstate.diagrams import UsualTime, incident, incident_text
from jobstate.diagrams.gantt.words import folded
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import lives
from tests.diagrams.test_formats import HOSTILE
from tests.support.command import ANSWERS, item

FAILED = """\
1 job, 2026-10-06 06:00:10 to 06:06:21 UTC

lighthouse-2026-10-06: FAILED (algorithm) after 6m 11s, last in Uploading
  "AlgorithmError: ExecuteUserScriptError:\\nExitCode 1\\nErrorMessage "ValueError: found 3 rows
  without a label"\\nCommand "/usr/bin/python3.11 train.py --epochs 20 --learning-rate 0.0003""
  ! Starting took 1m 38s, usually 20s, at most 1m 00s
  Amazon SageMaker training job,
  arn:aws:sagemaker:eu-west-1:111122223333:training-job/lighthouse-2026-10-06
  https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/lighthouse-2026-10-06

   #  status              from, UTC                length              10-06 06:02 06:04
   1  Starting            2026-10-06 06:00:10      1m 38s  |==========                            |
      launching instances; ! usually 20s, at most 1m 00s
   2  Downloading         2026-10-06 06:01:48         51s  |          =====                       |
      input data to disk (instances ready)
   3  Training            2026-10-06 06:02:39      3m 33s  |               ====================== |
      your container runs (data ready)
   4  Uploading           2026-10-06 06:06:12          9s  |                                     =|
      model artifacts to S3 (container ended)
   5  Failed              2026-10-06 06:06:21              |                                     ||
      FailureReason says why (failure)
"""


def answer(name: str) -> Any:
    """Return an example."""
    return json.loads((ANSWERS / name).read_text(encoding="utf-8"))


def test_a_failed_job() -> None:
    """Outcome, cause and reason first; then each stay beside the usual time, over one axis."""
    usual = UsualTime(timedelta(seconds=20), timedelta(minutes=1))
    found = incident(
        TRAINING_JOB,
        answer("failed.json"),
        usual={(TRAINING_JOB.name, "InProgress/Starting"): usual},
    )
    assert incident_text(found) == FAILED


def test_many_jobs() -> None:
    """Each has a strip of letters; those of two statuses are never the same."""
    names = ("stopped", "failed", "waiting", "completed")
    text = incident_text(incident(TRAINING_JOB, [answer(f"{name}.json") for name in names]))
    assert text.startswith("4 jobs, 2026-10-")
    for line in text.splitlines():
        if line.startswith("  S Starting, "):
            letters = [each.split(" ")[0] for each in line.strip().split(", ")]
            assert len({*letters}) == len(letters)
    strips = [line for line in text.splitlines() if line.startswith("  |")]
    assert [len(line) for line in strips] == [100] * 4
    assert any("T" * 20 in line for line in strips)


def test_what_is_wrong() -> None:
    """It stands before the stays, and at the one where it happens."""
    text = incident_text(incident(TRAINING_JOB, answer("broken/illegal-step.json")))
    head, _, table = text.partition("   #  ")
    assert "  ! entry 4 (Downloading) can't come after entry 3" in head
    assert "! illegal-transition" in table.split("   4  ")[1].split("   5  ")[0]


def test_no_time() -> None:
    """Without a time there is no bar."""
    seen = attrs.evolve(read(TRAINING_JOB, item("one")), modified=None)
    text = incident_text(incident(TRAINING_JOB, seen))
    assert text.startswith("1 job\n\none: ")
    assert "|" not in text
    timed = read(TRAINING_JOB, item("two") | {"LastModifiedTime": "2026-03-04T05:06:09Z"})
    both = incident_text(incident(TRAINING_JOB, [seen, timed]))
    assert f"  unknown{' ' * 26}|{' ' * 38}|" in both
    more = [attrs.evolve(timed, job=attrs.evolve(timed.job, id=f"job-{n}")) for n in range(4)]
    many = incident_text(incident(TRAINING_JOB, [seen, *more]))
    assert many.count("\n  |") == 4


def test_a_long_history() -> None:
    """Both ends have rows."""
    given = answer("completed.json")
    stays = [
        {"Status": name, "StartTime": given["CreationTime"]}
        for name in ["Starting", "Pending"] * 50
    ]
    text = incident_text(incident(TRAINING_JOB, given | {"SecondaryStatusTransitions": stays}))
    assert "\n      ... 60 more ...\n" in text


def test_texts_from_outside() -> None:
    """Whatever a job is told to be, nothing in it moves the cursor or breaks a line."""
    given = answer("failed.json")
    for evil in (each for each in HOSTILE if each and "\udc80" not in each):
        given["SecondaryStatusTransitions"][1]["Status"] = evil[:60]
        text = incident_text(incident(TRAINING_JOB, given | {"FailureReason": evil}))
        assert text.replace("\n", "").isprintable()


@settings(max_examples=20)
@given(lives())
def test_lines_are_short(life: Any) -> None:
    """No line is longer than a hundred characters, whatever happened."""
    found = incident(TRAINING_JOB, [life.at(when) for when in life.changes])
    assert max(map(len, incident_text(found).splitlines())) <= 100


def test_folding() -> None:
    """Between words, unless one alone is too long; nothing is lost."""
    assert [*folded("one two three", 7)] == ["one two", "three"]
    assert [*folded("x" * 17, 7)] == ["x" * 7, "x" * 7, "xxx"]
    assert [*folded("a " + "x" * 8, 7)] == ["a", "x" * 7, "x"]
    assert [*folded("", 7)] == []
