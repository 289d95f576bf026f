"""Whether what is told of a crafted journal is an error as it should be, or the truth.

The truth is what the rows say, read once more here, by table scans and with no code of the
library's: no checksum covers a journal, so a value that could stand in its column, and a whole row
that is gone or added without a trace, are facts like others, and told as the file has them. What
must not be: a row passed over in silence, a value that no row has, a job's rows told of another,
anything of a file that has other tables; and whatever a file defines must never run.

One thing is excused: where an index has lost an entry, a question about one job may miss a row, for
to see that takes looking through the whole file. A tracker does that when it begins, a reader
does not; all its other questions take no index.
"""

from __future__ import annotations

import io
import json
import logging
import shutil
import sqlite3
from collections import Counter
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import typer
from attrs import Factory, define

from jobstate import Event, Tracker
from jobstate.cli.commands.history import HistoryFormat, history_command
from jobstate.errors import JournalDamagedError, JournalError, UnknownJobError
from jobstate.journal import JournalReader
from jobstate.journal.schema import MIGRATIONS, NO_TIME
from jobstate.model.events import StatusChanged, Unmodelled
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import crafted_files
from tests.campaigns.crafted_files import COLUMNS
from tests.support.command import item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from jobstate.journal import JournalJob
    from jobstate.model.observation import JobKey

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEW: Final = "crafted-new"
#: What is asked of the command.
_WAYS: Final[dict[str, dict[str, Any]]] = {
    "history": {},
    "history --format json": {"chosen": HistoryFormat.JSON},
    "history --listeners": {"listeners": True},
    "history --job": {"jobs": ["lighthouse-2026-10-16-1", "odd"]},
}
TABLES: Final = ("journal", "kind", "estimate", "job", "entry", "event", "listener", "held")


def columns_of(job: JobKey) -> tuple[str, str, int | None]:
    """Return what identifies a job, as its row should have it."""
    return job.kind, job.id, micros(job.created)


def micros(time: datetime | None) -> int | None:
    """Return a time in microseconds since 1970."""
    return None if time is None else (time - _EPOCH) // timedelta(microseconds=1)


# --- What the rows say ----------------------------------------------------------------------------


@define
class Content:
    """What a file says to whoever reads it as any database.

    Attributes:
        rows: Table → its rows, as far as they can be read.
        broken: The tables that can't be read to their end.
        foreign: It can't be opened, or has other tables than a journal.
        blank: It has nothing in it, and is a new journal to a tracker.
        sound: SQLite finds nothing wrong with its pages and indexes.
    """

    rows: dict[str, list[tuple[Any, ...]]] = Factory(dict)
    broken: set[str] = Factory(set)
    foreign: bool = False
    blank: bool = False
    sound: bool = False


def _schema(connection: sqlite3.Connection) -> set[tuple[Any, ...]]:
    sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    return {row for row in connection.execute(sql) if not str(row[1]).startswith("sqlite_stat")}


def content_of(path: Path, scratch: Path) -> Content:
    """Read a copy of a file, with its log."""
    found = Content()
    scratch.mkdir()
    for each in path.parent.glob("jobs.db*"):
        if each.is_file():
            shutil.copy(each, scratch / each.name)
    try:
        with closing(sqlite3.connect(scratch / path.name, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
            with closing(sqlite3.connect(":memory:")) as expected:
                expected.executescript("".join(MIGRATIONS))
                found.foreign = _schema(connection) != _schema(expected)
            header = [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version", "encoding")
            ]
            found.foreign |= header != [0x6A6F6273, 1, "UTF-8"]
            found.blank = not _schema(connection) and header[0] == 0
            if not found.foreign:
                _read(connection, found)
    except (sqlite3.Error, UnicodeDecodeError):  # also where SQLite's own words are no text
        found.foreign = True
    shutil.rmtree(scratch)
    return found


def _read(connection: sqlite3.Connection, found: Content) -> None:
    for table in TABLES:
        rows = found.rows[table] = []
        try:
            rows += connection.execute(f"SELECT * FROM {table} NOT INDEXED LIMIT 100000")
        except (sqlite3.Error, MemoryError):  # a row may say that it is huge
            found.broken.add(table)
    try:
        check = connection.execute("PRAGMA integrity_check(1)").fetchall()
        found.sound = check == [("ok",)]
    except (sqlite3.Error, MemoryError):
        found.sound = False


# --- Faults ---------------------------------------------------------------------------------------


@define
class Verdict:
    """What came of one file.

    Attributes:
        faults: What was wrong, with where.
        outcomes: How its ways ended.
    """

    faults: list[str] = Factory(list)
    outcomes: Counter[str] = Factory(Counter)

    def check(self, true: object, what: str) -> None:
        """Note a fault unless something is true."""
        if not true:
            self.faults.append(what)


class Judge:
    """Opens one file in every way, and holds what is told to what its rows say."""

    def __init__(self, path: Path, begin: Callable[[str], object]) -> None:
        """Prepare.

        Args:
            path: The file.
            begin: Called with the name of each way before it is gone.
        """
        self.verdict = Verdict()
        self._path = path
        self._begin = begin
        self._content = content_of(path, path.parent / "scratch")
        self._jobs = {row[0]: row for row in self._content.rows.get("job", ())}
        self._words = {row[0]: row[1] for row in self._content.rows.get("estimate", ())}
        self._by_key = _grouped(self._content.rows.get("job", ()), lambda row: row[1:4])
        self._by_id = _grouped(self._content.rows.get("job", ()), lambda row: row[0])
        self._events = _grouped(self._content.rows.get("event", ()), lambda row: row[0])
        self._entries = _grouped(self._content.rows.get("entry", ()), lambda row: row[0])

    def run(self) -> Verdict:
        """Go all ways, those that change nothing first."""
        logging.getLogger("jobstate").handlers = [logging.NullHandler()]
        before = self._files()
        for lifecycle in (None, TRAINING_JOB):
            self._way(f"reader {'with' if lifecycle else 'without'}", self._reads, lifecycle)
        self._way("history", self._prints)
        self.verdict.check(self._files() == before, "a reader has changed the file")
        self._way("tracker", self._tracks)
        return self.verdict

    def _files(self) -> list[tuple[str, bytes]]:
        names = [self._path, self._path.with_name("jobs.db-wal")]
        found = [(each.name, each.read_bytes()) for each in names if each.exists()]
        return [each for each in found if each[1]]

    def _way(self, name: str, go: Callable[..., object], *arguments: object) -> None:
        self._begin(name)
        try:
            ended = self._expecting(name, lambda: go(*arguments))
        except Exception as error:  # noqa: BLE001 - any that escapes is what we are looking for
            ended = f"{type(error).__name__}: {str(error)[:200]!r}"
            self.verdict.faults.append(f"{name}: {ended}")
        self.verdict.outcomes[f"{name.split(maxsplit=1)[0]}: {ended}"] += 1

    def _expecting(self, name: str, ask: Callable[[], object]) -> str:
        """Ask something; return how that ended."""
        try:
            ask()
        except JournalError as error:
            if isinstance(error, JournalDamagedError):
                self.verdict.check(error.problems, f"{name}: damaged, and no problem")
                self.verdict.check(len(error.problems) <= 100, f"{name}: too many problems")
                lines = [line for each in error.problems for line in each.split("\n")]
                fine = all(line.isprintable() for line in lines)
                self.verdict.check(fine, f"{name}: a problem that is not plain: {lines!r:.200}")
                return "damaged"
            return "refused"
        return "told"

    # --- Readers ----------------------------------------------------------------------------------

    def _reads(self, lifecycle: Any) -> None:
        with JournalReader(self._path, lifecycle=lifecycle) as reader:
            self.verdict.check(not self._content.foreign, "reader: a stranger's file is read")
            keys: list[JobKey] = []
            self._expecting("job_keys", lambda: keys.extend(reader.job_keys()))
            if not self._missing("job"):  # else it may read more: it takes three columns only
                self._complete("job_keys", reader.job_keys(), [], "job")
            self._complete("jobs", map(self._told_job, reader.jobs()), [], "job", "entry")
            events: list[Any] = []
            self._complete("events", map(self._told_event, reader.events()), events, "event")
            for key in dict.fromkeys(keys[:8]):
                self._ask_of(reader, key)
            if not any(self._missing(table) for table in ("listener", "held")):
                self._expecting("listeners", lambda: self._told_listeners(reader))

    def _missing(self, table: str) -> bool:
        return table in self._content.broken

    def _complete(self, name: str, told: Iterable[Any], to: list[Any], *tables: str) -> None:
        """Hear all; where no error comes, there is all."""
        ended = self._expecting(name, lambda: to.extend(told))
        if ended == "told":
            broken = [each for each in tables if self._missing(each)]
            self.verdict.check(not broken, f"{name}: ends in peace where {broken} can't be read")
            count = len(self._content.rows[tables[0]])
            self.verdict.check(len(to) == count, f"{name}: {len(to)} of {count} rows told")

    def _told_job(self, kept: JournalJob, *, by_index: bool = False) -> JournalJob:
        rows = self._by_key.get(columns_of(kept.job), ())
        told = (kept.modified, kept.since, kept.forgotten)
        fine = any(_tried(self._fits, row, kept, told, by_index) for row in rows)
        # Beyond what could be read here: a table that is broken in the middle can be read by keys.
        fine |= self._missing("entry") or self._missing("estimate")
        fine |= not rows and self._missing("job")
        self.verdict.check(fine, f"jobs: {kept.id!r:.80} is told as no row has it")
        return kept

    def _fits(
        self,
        row: Sequence[Any],
        kept: JournalJob,
        told: Sequence[datetime | None],
        by_index: bool,  # noqa: FBT001 - one of two ways
    ) -> bool:
        may_miss = by_index and not self._content.sound
        value = dict(zip(COLUMNS["job"].split(), row, strict=True))
        number, modified, since = (value[name] for name in ("row_id", "modified", "since"))
        cause, reason, reported = (value[name] for name in ("cause", "failure_reason", "reported"))
        suppressed, forgotten = value["suppressed"], value["forgotten"]
        words = json.loads(self._words[value["estimates"]])
        states = {region: {one[0] for one in each} for region, each in words["regions"]}
        broken = {k: len({*v}) for k, v in json.loads(reported or "{}").items()}
        broken.pop(Unmodelled.kind, None)
        entries = sorted(each[1:] for each in self._entries.get(number, ()))
        mine = [
            (place, each.status, micros(each.start), micros(each.end), each.message)
            for place, each in enumerate(kept.entries, start=1)
        ]
        return (
            [*map(micros, told)] == [modified, since, forgotten or None]
            and (kept.cause, (kept.failure_reason or "")[:100]) == (cause, (reason or "")[:100])
            and (kept.suppressed, dict(kept.broken)) == (suppressed, broken)
            and {region: {*names} for region, names in kept.states.items()} == states
            and (mine == entries or (may_miss and {*mine} <= {*entries}))
        )

    def _told_event(self, posted: Any) -> Any:
        found = self._events.get(posted.number, ())
        fine = any(_tried(self._is_event, row, posted.event) for row in found)
        fine |= not found and self._missing("event")  # beyond what could be read here
        self.verdict.check(fine, f"event {posted.number} is told as no row has it")
        return posted

    def _is_event(self, row: Sequence[Any], event: Event) -> bool:
        _, job, kind, body = row
        said = event.details()
        if isinstance(event, StatusChanged):
            said["ordinal"] = event.ordinal
        read = json.loads(body)
        mine = {name: read[name] for name in said}
        times = [name for name in ("at", "start", "end") if name in said]
        same_times = all(_time(said.pop(name)) == _time(mine.pop(name)) for name in times)
        key = columns_of(event.job)
        rows = self._by_id.get(job, ())
        same_job = any(one[1:4] == key for one in rows) or (not rows and self._missing("job"))
        return same_job and kind == event.kind and same_times and said == mine

    def _ask_of(self, reader: JournalReader, key: JobKey) -> None:
        """Ask for one job: this takes an index."""
        numbers: list[int] = []
        try:
            self._expecting("job", lambda: self._told_job(reader.job(key), by_index=True))
        except UnknownJobError:
            self.verdict.check(not self._content.sound, f"job: {key} is there and not found")
            return
        ended = self._expecting(
            "events of a job",
            lambda: numbers.extend(
                self._told_event(each).number for each in reader.events(job=key)
            ),
        )
        mine = {row[0] for row in self._by_key.get(columns_of(key), ())}
        wanted = [row[0] for row in self._content.rows["event"] if row[1] in mine]
        if ended == "told" and numbers != wanted and self._content.sound:
            self.verdict.faults.append(f"events of {key}: {numbers} told of {wanted}")
        fine = {*numbers} <= {*wanted} or self._missing("event") or self._missing("job")
        self.verdict.check(fine, f"events of {key}: {numbers} of {wanted}")

    def _told_listeners(self, reader: JournalReader) -> None:
        rows = self._content.rows
        told = [(each.name, each.cursor) for each in reader.listeners()]
        wanted = sorted((name, cursor) for _, name, cursor in rows["listener"])
        self.verdict.check(sorted(told) == wanted, f"listeners: {told} of {wanted}")
        ids = {row[0]: row[1] for row in rows["listener"]}
        held = sorted(
            (ids[each[0]], *each[1:3], None if each[3] == NO_TIME else each[3], *each[4:])
            for each in rows["held"]
            if each[0] in ids
        )
        mine = sorted(
            (
                position.name,
                *columns_of(each.job),
                each.first,
                each.attempts,
                each.error,
                micros(each.parked),
            )
            for position in reader.listeners()
            for each in position.held
        )
        self.verdict.check(mine == held, f"held: {mine} of {held}")

    # --- The command ------------------------------------------------------------------------------

    def _prints(self) -> None:
        for name, options in _WAYS.items():
            code, out, err = _history(self._path, **options)
            self.verdict.check(code in {0, 1, 2}, f"{name}: exit code {code}")
            self.verdict.check(code == 2 or not self._content.foreign, f"{name}: a stranger's file")
            self.verdict.check(code != 2 or err, f"{name}: fails without a word")
            odd = [line for line in f"{out}\n{err}".split("\n") if not line.isprintable()]
            self.verdict.check(not odd, f"{name}: prints {odd[:1]!r:.200}")
            if name == "history --format json" and code == 0:
                told = [json.loads(line)["number"] for line in out.splitlines()]
                wanted = [row[0] for row in self._content.rows["event"]]
                self.verdict.check(told == wanted, f"{name}: {told} of {wanted}")

    # --- Trackers ---------------------------------------------------------------------------------

    def _tracks(self) -> None:
        before, heard = self._content, list[Event]()
        begun = False
        try:
            subscriptions = crafted_files.listeners(lambda _, event: heard.append(event))
            tracker = crafted_files.tracker_on(self._path, subscriptions)
            begun = True
            taken = not before.foreign or (before.blank and not len(tracker))
            self.verdict.check(taken, "tracker: begins with a stranger's file")
            self._told_states(tracker)
            try:
                tracker.observe(item(_NEW, "InProgress", "Starting"))
            finally:
                tracker.close(timedelta(seconds=2))
        finally:
            self._after(heard, begun=begun)

    def _told_states(self, tracker: Tracker) -> None:
        if self._content.foreign:
            return
        wanted = sorted((row[1:4] for row in self._jobs.values() if row[-1] == 0), key=repr)
        told = sorted((columns_of(each.key) for each in tracker), key=repr)
        self.verdict.check(told == wanted, f"tracker: {told} of {wanted}"[:500])
        by_key = {row[1:4]: row for row in self._jobs.values() if row[-1] == 0}
        for each in tracker:
            number = by_key.get(columns_of(each.key), (None,))[0]
            entries = sorted(row[1:] for row in self._entries.get(number, ()))
            mine = [
                (place, one.status, micros(one.start), micros(one.end), one.message)
                for place, one in enumerate(each.entries, start=1)
            ]
            self.verdict.check(mine == entries, f"tracker: the history of {each.id!r:.80}")

    def _after(self, heard: list[Event], *, begun: bool) -> None:
        """See that nothing was told or written that is not so, and nothing lost."""
        if self._content.foreign:
            fine = all(event.job.name == _NEW for event in heard)
            self.verdict.check(fine, "tracker: tells what a stranger's file says")
            return
        events = self._content.rows["event"]
        for event in heard:
            if event.job.name != _NEW:
                fine = any(_tried(self._is_event, row, event) for row in events)
                fine |= self._missing("event")
                self.verdict.check(fine, f"tracker: {event!r:.200} is told as no row has it")
        after = content_of(self._path, self._path.parent / "scratch")
        for table in ("job", "entry", "event", "estimate"):
            gone = {*self._content.rows[table]} - {*after.rows.get(table, ())}
            broken = self._missing(table) or not self._content.sound
            self.verdict.check(not gone or broken, f"tracker: {table} has lost {list(gone)!r:.300}")
        new = {*after.rows.get("event", ())} - {*self._content.rows["event"]}
        others = [row for row in new if row[1] in self._jobs]
        self.verdict.check(begun or not new, f"tracker: has written {list(new)!r:.200}")
        self.verdict.check(not others, f"tracker: has written {others!r:.200}")


def _tried(fits: Callable[..., bool], *arguments: object) -> bool:
    """Return whether something fits a row; it does not where that can't be read."""
    try:
        return fits(*arguments)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def _grouped(
    rows: Iterable[tuple[Any, ...]], key: Callable[[tuple[Any, ...]], Any]
) -> dict[Any, list[tuple[Any, ...]]]:
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _history(path: Path, **options: Any) -> tuple[int, str, str]:
    """Run ``jobstate history``; return its exit code, and what it prints."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            history_command(str(path), **options)
        except typer.Exit as ended:
            return ended.exit_code, out.getvalue(), err.getvalue()
    raise AssertionError("it has no exit code")


def _time(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
