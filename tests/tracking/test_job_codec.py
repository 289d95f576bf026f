"""What is kept of a job as columns: nothing is forgotten, and what can't be read is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import JobKey, Tracker
from jobstate.conformance.job_state import JobState
from jobstate.errors import JournalDamagedError
from jobstate.journal import Journal
from jobstate.tracking import answers_codec
from jobstate.tracking.job_codec import COLUMNS, KEY
from tests.support.small import BEGIN, PARCELS, parcel

if TYPE_CHECKING:
    from pathlib import Path


ONLY_HERE = ("fingerprint", "other_fingerprint", "row_id", "sameness")


def test_whatever_is_kept_of_a_job_is_a_column() -> None:
    """In the same order; but for its history, and for what is true in one process only."""
    fields = [each.name for each in attrs.fields(JobState)]
    for elsewhere in ("job", "entries", *ONLY_HERE):
        fields.remove(elsewhere)
    assert (*KEY, *fields) == COLUMNS
    assert tuple(each.name for each in attrs.fields(JobKey)) == KEY


def written(path: Path) -> Path:
    """Return a journal of one job."""
    with Tracker(PARCELS, journal=Journal(path)) as tracker:
        tracker.observe(parcel("sent", "packed", "sent", at=61, insured=True))
        tracker.observe(parcel("at the door", at=122, insured=True, cheap=True))
    return path


def test_the_table_of_jobs_has_them_all(tmp_path: Path) -> None:
    """By their names, beside the number of a job and when it was forgotten."""
    with closing(sqlite3.connect(written(tmp_path / "jobs.db"))) as connection:
        found = [row[1] for row in connection.execute("PRAGMA table_info(job)")]
    assert sorted(found) == sorted(["row_id", *COLUMNS, "forgotten"])


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "UPDATE job SET estimates = 7",
            "job[1].estimates: expected the number of something that is kn",
        ),
        (
            "UPDATE job SET patterns = '{\"way\": [7, 0, null, [], [], true]}'",
            "job[1].patterns['way'][0]: expected the number of something that is known, got 7",
        ),
        (
            "UPDATE job SET suppressed = -1",
            "job[1].suppressed: expected a whole number, 0 or more, got -1",
        ),
        (
            "UPDATE job SET times = 7",
            "job[1].times: expected the times of as many answers, got '7'",
        ),
        ("UPDATE job SET patterns = '[1'", "job[1].patterns: expected an object, got '[1'"),
        ("UPDATE job SET reported = '[1]'", "job[1].reported: expected an object, got [1]"),
        ("UPDATE job SET since = 1000000000000000000", "job[1].since: expected a time in micro"),
        ("UPDATE estimate SET words = '{' WHERE id = 0", "estimate[0]: expected an object, got "),
        ("UPDATE estimate SET words = '{}' WHERE id = 0", "estimate[0].kind: expected a text"),
    ],
)
def test_a_journal_that_is_damaged(tmp_path: Path, sql: str, problem: str) -> None:
    """A tracker refuses it, and says where the damage is; one cause is one problem."""
    path = written(tmp_path / "jobs.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()
    with closing(Journal(path)) as journal, pytest.raises(JournalDamagedError) as caught:
        Tracker(PARCELS, journal=journal)
    (found,) = caught.value.problems
    assert found.startswith(problem)


def test_what_answers_say_is_put_into_words_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more different ones come than are remembered; what is read is the same."""
    monkeypatch.setattr(answers_codec, "_REMEMBERED", 1)
    path = tmp_path / "jobs.db"
    with Tracker(PARCELS, journal=Journal(path)) as tracker:
        for at, name in enumerate(["packed", "sent", "packed", "sent"]):
            job = JobKey("parcel", f"parcel/{at}", BEGIN)
            tracker.observe(attrs.evolve(parcel(name, at=61 + at), job=job))
        before = tracker.snapshot()
    with Tracker(PARCELS, journal=Journal(path)) as again:
        assert again.snapshot() == before
