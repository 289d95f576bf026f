"""The journal: what a tracker knew, said and had not delivered is there, however it ended."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import (
    Event,
    JobKey,
    Retention,
    Retry,
    StatusChanged,
    StatusEntered,
    Subscription,
    Tracker,
    Violation,
)
from jobstate.errors import (
    JournalDamagedError,
    JournalError,
    JournalInUseError,
    TrackerClosedError,
    UnknownNameError,
)
from jobstate.journal import Durability, Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS
from tests.support.gates import LIMIT, Gate, wait_until
from tests.support.series import ARN, SERIES, answers, renamed, whole
from tests.support.small import PARCEL, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


def crash(tracker: Tracker) -> None:
    """Let go of a tracker's file as the end of its process would: nothing is written any more."""
    tracker.finish()
    journal = tracker._store.journal  # noqa: SLF001 - no public way to crash
    assert isinstance(journal, Journal)
    assert journal._writer is not None  # noqa: SLF001
    journal._writer.stop()  # noqa: SLF001
    journal._reader.close()  # noqa: SLF001
    journal._file.let_go()  # noqa: SLF001


def kept(path: Path, **more: Any) -> Journal:
    """Return a journal that does not wait for the disk, which most tests need not."""
    return Journal(path, durability="normal", **more)


def told(path: Path, *polls: object, name: str = "books", **more: Any) -> list[Event]:
    """Return what a listener hears of answers, and of what an earlier tracker left for it."""
    heard: list[Event] = []
    listener = Subscription(name=name, listener=heard.append)
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[listener], **more) as tracker:
        for poll in polls:
            tracker.observe(poll)
    return heard


def rows(path: Path, sql: str) -> list[Any]:
    """Return what a query finds in a journal."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


# --- Going on -----------------------------------------------------------------------------------


def test_a_tracker_goes_on_where_the_last_one_was(path: Path) -> None:
    """Whatever is split between how many trackers, the same is told, once, under the same keys."""
    all_of_it: list[Event] = []
    one = Tracker(TRAINING_JOB, listeners=[all_of_it.append])
    for answer in SERIES:
        one.observe(answer)
    parts = [told(path, answer) for answer in SERIES]
    assert [event for part in parts for event in part] == all_of_it
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert again.snapshot() == one.snapshot()
        assert again[ARN].entries == one[ARN].entries


@pytest.mark.parametrize("name", sorted(each.name for each in ANSWERS.rglob("*.json*")))
def test_all_that_is_known_of_any_job_comes_back(path: Path, name: str) -> None:
    """Legal or not: a snapshot says the same before and after."""
    file = next(ANSWERS.rglob(name))
    documents = (
        [json.loads(line) for line in file.read_text().splitlines()]
        if ".jsonl" in name
        else [json.loads(file.read_text())]
    )
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        for document in documents:
            if name != "unreadable.json":
                tracker.observe_all(document)
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert again.snapshot() == tracker.snapshot()


def test_after_a_crash_too(path: Path) -> None:
    """What `observe` returned for is there, and the file says that it was checked."""
    tracker = Tracker(TRAINING_JOB, journal=kept(path))
    for answer in SERIES:
        tracker.observe(answer)
    crash(tracker)
    journal = kept(path)
    assert journal.recovered
    with Tracker(TRAINING_JOB, journal=journal) as again:
        assert again.snapshot() == tracker.snapshot()
    with closing(kept(path)) as closed:
        assert not closed.recovered


def test_facts_are_told_once_whatever_comes_again(path: Path) -> None:
    """After a restart the same answers, older ones and duplicates bring nothing."""
    told(path, *SERIES)
    assert told(path, *SERIES, *reversed(SERIES)) == []


def test_any_life_cycle_can_be_kept(path: Path) -> None:
    """The journal knows nothing of SageMaker."""
    with Tracker(PARCELS, journal=kept(path)) as tracker:
        tracker.observe(parcel("sent", "packed", "sent", at=61))
    with Tracker(PARCELS, journal=kept(path)) as again:
        assert again[PARCEL].status == "sent"


def test_a_page_is_written_at_once(path: Path) -> None:
    """All answers of `observe_all` share one transaction."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        before = rows(path, "SELECT batch FROM journal")[0][0]
        tracker.observe_all(answers("list.json")[0])
        assert rows(path, "SELECT batch FROM journal")[0][0] == before + 1
        assert rows(path, "SELECT count(*) FROM job")[0][0] == len(tracker)


def test_what_brings_nothing_is_not_written(path: Path) -> None:
    """The same answer again, or an older one that adds nothing, costs no transaction."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        for answer in SERIES:
            tracker.observe(answer)
        before = rows(path, "SELECT batch FROM journal")
        for answer in SERIES:
            tracker.observe(answer)
        assert rows(path, "SELECT batch FROM journal") == before


def test_what_is_told_of_a_job_stays_told(path: Path) -> None:
    """A violation is told once, restart or not."""
    (answer,) = answers("broken/illegal-step.json")
    assert [type(event) for event in told(path, answer)].count(Violation) == 1
    changed = {**answer, "LastModifiedTime": "2026-10-20T08:00:00Z"}
    assert not any(isinstance(event, Violation) for event in told(path, changed))


def test_a_snapshot_can_be_restored_into_a_journal(path: Path) -> None:
    """From then on the journal has it."""
    memory = Tracker(TRAINING_JOB)
    memory.observe(SERIES[-1])
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        tracker.restore(memory.snapshot())
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert again.snapshot() == memory.snapshot()


def test_a_history_that_became_shorter(path: Path) -> None:
    """A rewritten history is kept as it is now, no entry of the old one beside it."""
    (first, second) = answers("broken/history-rewritten.jsonl")
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        tracker.observe(first)
        shorter = {**second, "SecondaryStatusTransitions": second["SecondaryStatusTransitions"][:1]}
        shorter["SecondaryStatusTransitions"][0]["StartTime"] = "2026-10-01T00:00:00Z"
        tracker.observe({**shorter, "LastModifiedTime": "2027-01-01T00:00:00Z"})
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert again.snapshot() == tracker.snapshot()


def test_a_history_that_became_shorter_within_a_page(path: Path) -> None:
    """What is put down together with the longer one leaves no entry of that one either."""
    (first, second) = answers("broken/history-rewritten.jsonl")
    shorter = {**second, "SecondaryStatusTransitions": second["SecondaryStatusTransitions"][:1]}
    shorter["SecondaryStatusTransitions"][0]["StartTime"] = "2026-10-01T00:00:00Z"
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        tracker.observe_all([first, {**shorter, "LastModifiedTime": "2027-01-01T00:00:00Z"}])
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert again.snapshot() == tracker.snapshot()


def test_text_that_no_file_can_hold_is_written_as_its_escape(path: Path) -> None:
    """Whoever makes observations by hand can't stop the journal."""
    seen = parcel("sent \ud800", at=1)
    with Tracker(PARCELS, journal=kept(path)) as tracker:
        tracker.observe(seen)
        tracker.observe(parcel("sent", "packed", "sent \ud800", at=2))
    with Tracker(PARCELS, journal=kept(path)) as again:
        assert again[PARCEL].entries[1].status == "sent \\ud800"


def test_a_job_whose_arn_no_file_can_hold_is_refused(path: Path) -> None:
    """It could not be found again: nothing of it is taken, and the others go on."""
    other = attrs.evolve(parcel("sent"), job=JobKey("parcel", "parcel/\ud800", PARCEL.created))
    with Tracker(PARCELS, journal=kept(path)) as tracker:
        with pytest.raises(JournalError, match=r"can't keep 'parcel/\\ud800', which is no whole"):
            tracker.observe(other)
        assert len(tracker) == 0
        tracker.observe(parcel("sent"))
    with Tracker(PARCELS, journal=kept(path)) as again:
        assert [each.key for each in again] == [PARCEL]


def test_no_answers_are_written_at_once(path: Path) -> None:
    """There is nothing to wait for."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        assert tracker.observe_all([]) == []


def test_what_stays_in_the_journal_at_the_end_is_said(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """How much waits in memory, that there is more, how many jobs are held."""
    gate = Gate()

    def fail(event: Event) -> None:
        raise ValueError(event.key)

    def said() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return [text for text in texts if "has not heard all" in text]

    def ended(tracker: Tracker, number: int, timeout: timedelta) -> list[str]:
        def settled() -> bool:  # later events of the held jobs have been put by as well
            status = tracker.progress()[number]
            return status.failed >= len(tracker) and not status.waiting

        wait_until(settled)
        tracker.close(timeout)
        return said()

    hanging = Subscription(name="hangs", listener=gate, capacity=3)
    failing = Subscription(name="fails", listener=fail, retry=Retry(attempts=1))
    tracker = Tracker(TRAINING_JOB, journal=kept(path), listeners=[hanging, failing])
    tracker.observe_all([renamed(SERIES[-1], number) for number in range(3)])
    assert gate.begun.wait(LIMIT)
    (text,) = ended(tracker, 1, timedelta(0))
    assert text == (
        "listener 'hangs' has not heard all and has not returned: 3 events in memory and more in"
        " the journal, 0 jobs held; what it has not heard stays in the journal"
    )
    gate.open.set()
    later = path.with_name("later.db")
    tracker = Tracker(TRAINING_JOB, journal=kept(later), listeners=[failing])
    tracker.observe(renamed(SERIES[-1], 0))
    assert ended(tracker, 0, timedelta(seconds=30)) == []  # it has heard all that it can hear
    patient = attrs.evolve(failing, retry=Retry(first=timedelta(hours=1)))
    tracker = Tracker(TRAINING_JOB, journal=kept(later), listeners=[patient])
    tracker.observe(renamed(SERIES[-1], 1))
    tracker.forget(f"{ARN}-0")
    (text,) = ended(tracker, 0, timedelta(seconds=30))
    assert text == (
        "listener 'fails' has not heard all: 0 events in memory, 2 jobs held; what it has not heard"
        " stays in the journal"
    )


# --- Listeners ----------------------------------------------------------------------------------


def failing(fails: Callable[[Event], bool], heard: list[Event]) -> Callable[[Event], None]:
    """Return a listener that raises at some events."""

    def listen(event: Event) -> None:
        if fails(event):
            raise RuntimeError("no")
        heard.append(event)

    return listen


def test_a_listener_hears_after_a_restart_what_it_had_not(path: Path) -> None:
    """In order, from the event on that it failed at."""
    heard: list[Event] = []
    listener = failing(lambda _: len(heard) >= 3, heard)
    subscription = Subscription(name="books", listener=listener)
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription]) as tracker:
        for answer in SERIES:
            tracker.observe(answer)
    assert heard == whole()[:3]
    assert heard + told(path) == whole()
    assert told(path) == []


def test_parked_jobs_stay_parked(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A restart is no reason to try again what nobody has mended; `unpark` is."""
    heard: list[Event] = []
    subscription = Subscription(
        name="books", listener=failing(lambda _: True, heard), retry=Retry(attempts=1)
    )
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription]) as tracker:
        for answer in SERIES:
            tracker.observe(answer)
    assert "hears no more of" in caplog.text
    again = Subscription(name="books", listener=heard.append)
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[again]) as tracker:
        (progress,) = tracker.progress()
        (parked,) = progress.parked
        assert (parked.job.id, parked.attempts, parked.error) == (ARN, 1, "RuntimeError: 'no'")
        assert heard == []
        assert tracker.unpark("books") == [parked.job]
    assert heard == whole()


def test_a_new_listener_hears_what_comes_from_now_on(path: Path) -> None:
    """What was before is in the tracker, and in the file."""
    told(path, *SERIES[:2])
    heard = told(path, *SERIES, name="late")
    assert {event.ordinal for event in heard if isinstance(event, StatusEntered)} == {2, 3, 4, 5}


def test_each_listener_has_its_own_place(path: Path) -> None:
    """One that was away hears what it missed, the other does not hear it again."""
    for name in ("books", "pager"):
        told(path, name=name)
    first = told(path, *SERIES[:3], name="books")
    second = told(path, *SERIES[3:], name="pager")
    assert second == whole()
    assert first + told(path, name="books") == whole()


def test_a_listener_that_is_removed_is_forgotten(path: Path) -> None:
    """Nothing is kept for it any more; under the same name it begins anew."""
    told(path, SERIES[0])
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        with pytest.raises(UnknownNameError, match="no listener 'page'; there is: books"):
            tracker.remove_listener("page")
        tracker.observe(SERIES[1])
        tracker.remove_listener("books")
    assert told(path) == []
    with Tracker(
        TRAINING_JOB,
        journal=kept(path),
        listeners=[Subscription(name="books", listener=print)],
    ) as tracker:
        tracker.remove_listener("books")
        assert tracker.progress() == ()
    assert rows(path, "SELECT * FROM listener") == []


def test_a_plain_listener_needs_a_name(path: Path) -> None:
    """With a journal there is nobody without a cursor."""
    expected = r"expected a Subscription, for with a journal each listener needs a name, got '?<"
    with pytest.raises(TypeError, match=expected):
        Tracker(TRAINING_JOB, journal=kept(path), listeners=[print])
    assert told(path) == []  # and the file is free


def test_a_tracker_that_can_not_begin_leaves_nothing(path: Path) -> None:
    """No thread tells anybody anything, and the file can be used at once."""
    heard: list[Event] = []
    twice = [Subscription(name="books", listener=heard.append)] * 2
    with pytest.raises(ValueError, match="there is a listener 'books' already"):
        Tracker(TRAINING_JOB, journal=kept(path), listeners=twice)
    assert len(told(path, *SERIES)) == 9
    assert heard == []


def test_a_listener_may_observe(path: Path) -> None:
    """From its own thread, into the same journal."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, StatusChanged) and not event.final:
            tracker.observe(SERIES[-1])

    subscription = Subscription(name="books", listener=listen)
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription]) as tracker:
        tracker.observe(SERIES[0])
        while not tracker[ARN].final:
            threading.Event().wait(0.001)
    assert [event.key for event in heard] == list(dict.fromkeys(event.key for event in heard))
    assert isinstance(last := heard[-1], StatusChanged)
    assert last.final


def test_many_lanes_keep_the_order_of_each_job(path: Path) -> None:
    """Eight at once, and after the restart five: each event once, each job's in order."""
    jobs = 40
    heard: list[Event] = []
    for polls, lanes in ((SERIES[:3], 8), (SERIES[3:], 5)):
        subscription = Subscription(name="books", listener=heard.append, lanes=lanes)
        with Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription]) as tracker:
            for poll in polls:
                tracker.observe_all([renamed(poll, number) for number in range(jobs)])
    each = [event.details() for event in whole()]
    assert len(heard) == jobs * len(each)
    for number in range(jobs):
        assert [each.details() for each in heard if each.job.id == f"{ARN}-{number}"] == each


# --- Forgetting ---------------------------------------------------------------------------------


def test_a_forgotten_job_goes_when_everybody_has_heard(path: Path) -> None:
    """Until then its events stay; then the file has nothing of it."""
    told(path, *SERIES, name="books")
    told(path, name="slow")
    subscription = Subscription(name="slow", listener=failing(lambda _: True, []))
    later = answers("completed.json")[0]
    with Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription]) as tracker:
        tracker.observe(later)
        tracker.forget(ARN)
        tracker.forget(later["TrainingJobArn"])
        assert len(tracker) == 0
    assert rows(path, "SELECT id FROM job WHERE forgotten > 0") != []
    assert told(path, name="slow") == whole(later)
    told(path, name="books")
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        assert len(tracker) == 0
    for table in ("job", "entry", "event"):
        assert rows(path, f"SELECT * FROM {table}") == []  # noqa: S608 - three of ours


def test_a_forgotten_job_that_is_heard_of_again_is_new(path: Path) -> None:
    """Everything is told again, though the file still has the old one."""
    with Tracker(TRAINING_JOB, journal=kept(path, keep=timedelta(days=1))) as tracker:
        tracker.observe(SERIES[-1])
        tracker.forget(ARN)
        tracker.forget(tracker.observe(SERIES[-1]).job)
        assert len(tracker.observe(SERIES[-1]).events) == 6
    with Tracker(TRAINING_JOB, journal=kept(path)) as again:
        assert len(again) == 1
        assert len(again[ARN].entries) == 5


def test_the_file_may_keep_a_job_for_longer_than_the_tracker(path: Path) -> None:
    """For so long after it was forgotten, by the journal's clock."""
    now = [NOON]
    for days, left in ((0, 1), (2, 0)):
        now[0] = NOON + timedelta(days=days)
        journal = kept(path, keep=timedelta(days=1), clock=lambda: now[0])
        with Tracker(TRAINING_JOB, journal=journal) as tracker:
            if not days:
                tracker.observe(SERIES[-1])
                tracker.forget(ARN)
            assert len(tracker) == 0
        assert rows(path, "SELECT count(*) FROM job") == [(left,)]


def test_retention_forgets_in_the_file_too(path: Path) -> None:
    """The two finished jobs modified last are kept, here and after a restart."""
    names = ("completed.json", "failed.json", "stopped.json", "timed-out.json")
    with Tracker(TRAINING_JOB, journal=kept(path), retention=Retention(count=2)) as tracker:
        for name in names:
            tracker.observe(answers(name)[0])
        left = {job.id for job in tracker}
    assert len(left) == 2
    with Tracker(TRAINING_JOB, journal=kept(path), retention=Retention(count=1)) as again:
        assert {job.id for job in again} < left
    assert rows(path, "SELECT count(*) FROM job") == [(1,)]


def test_numbers_are_never_used_again(path: Path) -> None:
    """Not even where the newest events are gone: somebody's cursor may stand there."""
    told(path, *SERIES, name="books")
    newest = rows(path, "SELECT max(number) FROM event")
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        tracker.forget(ARN)
    assert rows(path, "SELECT count(*) FROM event") == [(0,)]
    (answer,) = answers("completed.json")
    assert told(path, answer, name="books") == whole(answer)
    assert rows(path, "SELECT min(number) FROM event") > newest


def test_the_room_of_forgotten_jobs_is_given_back(path: Path) -> None:
    """The file shrinks without anybody's doing."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        jobs = [renamed(SERIES[-1], number) for number in range(1000)]
        tracker.observe_all(jobs)
    large = path.stat().st_size
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        for job in list(tracker):
            tracker.forget(job.key)
    told(path)
    assert rows(path, "SELECT count(*) FROM job") == [(0,)]
    assert path.stat().st_size < large / 2


# --- What is refused ----------------------------------------------------------------------------


def test_one_writer_at_a_time(path: Path) -> None:
    """Neither twice in a process, nor one journal for two trackers."""
    journal = kept(path)
    with Tracker(TRAINING_JOB, journal=journal) as tracker:
        with pytest.raises(JournalInUseError, match="is written to by another tracker"):
            Journal(path)
        with pytest.raises(JournalInUseError, match="has been used by a tracker already"):
            Tracker(TRAINING_JOB, journal=journal)
        assert tracker.observe(SERIES[0]).events  # the one that has it goes on
        assert tracker.observe(SERIES[0]).duplicate
    with pytest.raises(JournalInUseError, match="has been used by a tracker already"):
        Tracker(TRAINING_JOB, journal=journal)


def test_a_forked_process_is_refused(path: Path) -> None:
    """SQLite's connections don't survive a fork: the child is told, the parent goes on."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        journal = tracker._store.journal  # noqa: SLF001 - as if this were another process
        assert isinstance(journal, Journal)
        journal._file._process = -1  # noqa: SLF001
        with pytest.raises(JournalError, match="was opened by process -1, from which this one"):
            tracker.observe(SERIES[0])
        journal._file._process = os.getpid()  # noqa: SLF001
        tracker.observe(SERIES[0])


def test_another_life_cycle_is_refused(path: Path) -> None:
    """A journal is of jobs that live by one."""
    told(path, SERIES[0])
    with closing(kept(path)) as journal, pytest.raises(JournalError, match="not 'parcel'"):
        Tracker(PARCELS, journal=journal)


def test_knowledge_that_a_life_cycle_has_no_words_for_is_told_of(path: Path) -> None:
    """Every problem with its place; nothing was changed."""
    told(path, *SERIES)
    smaller = TRAINING_JOB.evolve(drop_states=["Completed/Completed", "Deleting/Completed"])
    with closing(kept(path)) as journal, pytest.raises(JournalDamagedError) as caught:
        Tracker(smaller, journal=journal)
    assert any("expected a state of" in problem for problem in caught.value.problems)
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        assert tracker[ARN].final


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"hello, this is no database at all, however long it is", "file is not a database"),
        (None, "is no file"),
    ],
    ids=["another file", "a folder"],
)
def test_what_is_no_journal_is_refused(path: Path, content: bytes | None, text: str) -> None:
    """With the path and what to do."""
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(JournalError, match=text):
        Journal(path)
    if content is not None:
        assert path.read_bytes() == content


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It is not made: it may be a typing error."""
    with pytest.raises(JournalError, match="see that its folder can be written"):
        Journal(tmp_path / "nowhere" / "jobs.db")


def test_a_journal_without_a_tracker_keeps_nothing(path: Path) -> None:
    """It says so, and can be closed, twice."""
    journal = kept(path)
    with pytest.raises(JournalError, match="belongs to no tracker yet"):
        journal.commit(1)
    journal.close()
    journal.close()
    assert repr(journal) == f"<Journal {str(path)!r} closed>"


def test_a_closed_tracker_takes_nothing(path: Path) -> None:
    """What is known can still be asked; closing twice does no harm."""
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        tracker.observe(SERIES[0])
    tracker.close()
    with pytest.raises(TrackerClosedError, match="this tracker is closed"):
        tracker.observe(SERIES[1])
    assert tracker[ARN].status == "InProgress/Starting"


def test_there_is_no_such_durability(path: Path) -> None:
    """FULL or NORMAL."""
    with pytest.raises(ValueError, match="'off' is not a valid Durability"):
        Journal(path, durability="off")


@pytest.mark.parametrize(("durability", "level"), [("full", 2), ("normal", 1)])
def test_durability_is_what_sqlite_is_told(path: Path, durability: str, level: int) -> None:
    """2 is FULL and 1 is NORMAL, says SQLite's documentation of the pragma."""
    with closing(Journal(path, durability=durability)) as journal:
        assert journal.durability is Durability(durability)
        assert journal._file.write.execute("PRAGMA synchronous").fetchone() == (level,)  # noqa: SLF001


# --- Acknowledgements ---------------------------------------------------------------------------


@pytest.fixture
def heard(path: Path) -> list[Event]:
    """Leave a journal after a crash, whose cursors stand before all that a listener has heard."""
    told(path, name="books")
    heard: list[Event] = []
    subscription = Subscription(name="books", listener=heard.append)
    tracker = Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription])
    tracker.observe_all(SERIES)
    while not tracker.progress()[0].idle:
        threading.Event().wait(0.001)
    crash(tracker)
    return heard


def test_a_crash_repeats_nothing_that_was_acknowledged(path: Path, heard: list[Event]) -> None:
    """Though the cursor in the file stands before it."""
    assert rows(path, "SELECT cursor FROM listener") == [(0,)]
    assert heard == whole()
    assert told(path) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 5000, b"short", bytes(5000)],
    ids=["empty", "nonsense", "short", "zeroes"],
)
def test_what_can_not_be_believed_is_not(path: Path, heard: list[Event], content: bytes) -> None:
    """Then events are told again: nothing is lost."""
    path.with_name("jobs.db-acks").write_bytes(content)
    assert told(path) == heard


@pytest.mark.usefixtures("heard")
def test_acknowledgements_of_what_a_power_cut_took_are_taken_back(path: Path) -> None:
    """Else events that get the numbers of lost ones would pass for heard, whenever that is."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DELETE FROM event; DELETE FROM entry; DELETE FROM job;")
        connection.executescript("UPDATE journal SET newest = 0; UPDATE listener SET cursor = 0;")
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:  # nobody listens this time
        tracker.observe_all(SERIES)
    assert told(path) == whole()


def test_a_held_job_that_a_power_cut_took_is_told(path: Path) -> None:
    """It was passed because it was held, which the file says no more; nor does a later cut."""
    written = threading.Event()

    def fail(_: Event) -> None:
        assert written.wait(10)
        raise ValueError("no")

    told(path, name="books")
    subscription = Subscription(name="books", listener=fail, retry=Retry(attempts=1))
    tracker = Tracker(TRAINING_JOB, journal=kept(path), listeners=[subscription])
    tracker.observe(SERIES[0])
    before = rows(path, "SELECT batch FROM journal")[0][0]
    written.set()
    while not tracker.progress()[0].parked:
        threading.Event().wait(0.001)
    assert rows(path, "SELECT batch FROM journal")[0][0] > before
    crash(tracker)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM held")
        connection.execute("UPDATE journal SET batch = ?", (before,))
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:  # nobody listens this time
        tracker.observe_all(SERIES)
    assert told(path, name="books") == whole()


def test_acknowledgements_of_another_file_are_not_believed(path: Path, heard: list[Event]) -> None:
    """A journal that was made anew under the name of an old one begins with nothing heard."""
    path.unlink()
    assert len(heard) == 9
    assert told(path, name="books") == []
    assert len(told(path, *SERIES)) == 9


def test_acknowledgements_that_can_not_be_written_are_said_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything goes on; only a crash would repeat more."""
    path.with_name("jobs.db-acks").mkdir()
    with caplog.at_level(logging.WARNING, logger="jobstate"):
        assert len(told(path, *SERIES)) == 9
    assert caplog.text.count("more than one event again") == 1
    assert told(path) == []


def test_a_job_key_is_found_again(path: Path) -> None:
    """A job whose arn was used again has its own past."""
    again = {**SERIES[0], "CreationTime": "2026-10-18T06:00:11.908000Z"}
    again["SecondaryStatusTransitions"] = [
        {"Status": "Starting", "StartTime": again["CreationTime"]}
    ]
    again["LastModifiedTime"] = again["CreationTime"]
    told(path, SERIES[-1], again)
    with Tracker(TRAINING_JOB, journal=kept(path)) as tracker:
        assert len(tracker) == 2
        assert not tracker[ARN].final
        assert tracker[
            JobKey("sagemaker-training-job", ARN, datetime(2026, 10, 16, 6, 0, 11, tzinfo=UTC))
        ].final
