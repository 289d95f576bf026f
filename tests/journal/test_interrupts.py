"""A journal and Ctrl-C: wherever it comes, nothing is lost, nothing told twice, and it goes on."""

from __future__ import annotations

import faulthandler
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Event, Retention, Subscription, Tracker
from jobstate.delivery import dispatcher, lane, workers
from jobstate.errors import JournalWriteError
from jobstate.journal import Journal, writer
from jobstate.journal import job_rows as rows
from jobstate.journal import journal as journals
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking import job_codec, retention, store
from tests.support.apsw_connection import ApswConnection, unsynced
from tests.support.interrupts import After, Before, Interrupter
from tests.support.series import SERIES, renamed, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from tests.support.apsw_connection import Rows

#: After so many seconds it hangs.
_LIMIT = 120
BEGIN = datetime(2026, 11, 29, tzinfo=UTC)
_JOBS = range(2)
#: In whose code it comes: where Python handles signals, after calls, in that of the lanes too.
_MODULES: dict[type[Interrupter], list[ModuleType]] = {
    After: [writer, rows, job_codec, dispatcher, lane, workers],
    Before: [writer, rows, job_codec],
}


@pytest.fixture(autouse=True)
def _watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def page(poll: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an answer about each job."""
    return [renamed(poll, job) for job in _JOBS]


def interrupted(path: Path, how: type[Interrupter], number: int) -> str | None:
    """Interrupt the second of three pages, go on, and judge; return where it came."""
    heard: list[Event] = []
    listener = Subscription(name="books", listener=heard.append)
    interrupter = how(_MODULES[how], number)
    journal = Journal(path, connect=unsynced)
    with Tracker(TRAINING_JOB, journal=journal, listeners=[listener]) as tracker:
        tracker.observe_all(page(SERIES[0]))
        try:
            with interrupter:
                tracker.observe_all(page(SERIES[1]))
        except KeyboardInterrupt:
            tracker.observe_all(page(SERIES[1]))
        for poll in SERIES[2:]:
            tracker.observe_all(page(poll))
    # A lane that waited to read the file again when all was closed goes on here, as promised.
    again = Subscription(name="books", listener=heard.append)
    with Tracker(TRAINING_JOB, journal=Journal(path, connect=unsynced), listeners=[again]):
        pass
    judge(path, heard, str(interrupter.where))
    return interrupter.where


def judge(path: Path, heard: list[Event], where: str) -> None:
    """See that everything was kept and told once."""
    polls = [answer for poll in SERIES for answer in page(poll)]
    expected = whole(*polls)
    assert [each.to_dict() for each in heard] == [each.to_dict() for each in expected], where
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        numbers = [number for (number,) in connection.execute("SELECT number FROM event")]
    assert sorted(numbers) == list(range(1, len(expected) + 1)), where
    one = Tracker(TRAINING_JOB)
    one.observe_all(polls)
    with Tracker(TRAINING_JOB, journal=Journal(path, connect=unsynced)) as again:
        assert again.snapshot() == one.snapshot(), where


@pytest.mark.once
@pytest.mark.parametrize("how", [After, Before])
def test_an_interrupt_anywhere_in_a_commit(tmp_path: Path, how: type[Interrupter]) -> None:
    """After any call and before any line: 0 lost, 0 told twice, and it goes on."""
    opportunities = count(1)
    while interrupted(tmp_path / f"{(number := next(opportunities))}.db", how, number):
        pass
    assert next(opportunities) > 80


def forgetting(path: Path, how: type[Interrupter], number: int, *, due: bool) -> str | None:
    """Interrupt the forgetting of a job, and judge; return where it came.

    Args:
        path: Where the journal is.
        how: Where interrupts come.
        number: At which opportunity.
        due: By its age, while another one is observed; else as it is asked for.
    """
    now = [BEGIN]
    interrupter = how([store, retention, journals, writer], number)
    journal = Journal(path, connect=unsynced, keep=timedelta(days=1), clock=lambda: now[0])
    keep = Retention(age=timedelta(days=100_000)) if due else None
    with Tracker(TRAINING_JOB, journal=journal, retention=keep, clock=lambda: now[0]) as tracker:
        finished = tracker.observe(renamed(SERIES[-1], 1)).job
        now[0] += timedelta(days=200_000)
        with suppress(KeyboardInterrupt), interrupter:
            if due:
                tracker.observe(renamed(SERIES[0], 2))
            else:
                tracker.forget(finished)
        tracker.observe(renamed(SERIES[1], 2))
        gone = finished not in tracker
        assert gone or not due, interrupter.where
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT forgotten > 0 FROM job WHERE id = ?"
        assert connection.execute(sql, (finished.id,)).fetchall() == [(gone,)], interrupter.where
    return interrupter.where


@pytest.mark.once
@pytest.mark.parametrize("due", [False, True], ids=["asked for", "due"])
@pytest.mark.parametrize("how", [After, Before])
def test_an_interrupt_anywhere_in_forgetting(
    tmp_path: Path, how: type[Interrupter], *, due: bool
) -> None:
    """A job is forgotten here and in the file, or in neither; one that is due is, in the end."""
    opportunities = count(1)
    while forgetting(tmp_path / f"{(number := next(opportunities))}.db", how, number, due=due):
        pass
    assert next(opportunities) > 20


class Doubtful(ApswConnection):
    """One whose next commit takes place and raises."""

    doubtful = False

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""
        found = super().execute(sql, parameters)
        if sql == "COMMIT" and Doubtful.doubtful:
            Doubtful.doubtful = False
            raise sqlite3.OperationalError("disk I/O error")
        return found


def doubtful(path: str, read_only: bool) -> ApswConnection:  # noqa: FBT001 - as journals call it
    """Open a file."""
    opened = unsynced(path, read_only)
    opened.__class__ = Doubtful
    return opened


def test_what_took_place_in_doubt_is_not_acknowledged_before_it_is_on_the_disk(
    tmp_path: Path,
) -> None:
    """Whoever reads may keep the log from being put into the file; then `observe` raises."""
    path = tmp_path / "jobs.db"
    with Tracker(TRAINING_JOB, journal=Journal(path, connect=doubtful)) as tracker:
        tracker.observe(SERIES[0])
        # The same SQLite as the writer's: within a process, two of them don't see their locks.
        with closing(unsynced(str(path), read_only=True)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM event").fetchone() == (2,)
            Doubtful.doubtful = True
            with pytest.raises(JournalWriteError, match="somebody reads what may not be on the"):
                tracker.observe(SERIES[1])
        assert tracker.observe(SERIES[1]).events == ()
        assert tracker._store.journal._writer.newest > 2  # type: ignore[union-attr]  # noqa: SLF001 - no public way
