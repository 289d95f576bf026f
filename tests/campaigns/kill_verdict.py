"""What a tracker that was killed has left, compared with what is true.

It reads the journal with SQL of its own, and what listeners wrote line by line. True is what the
lives say; what a listener may hear again is what it heard last when it was killed, and no more.
What the journal has let go of was there after an earlier run, or was handed on before it was
forgotten.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from attrs import Factory, define

from jobstate import JobKey
from jobstate.journal.event_codec import event_of
from jobstate.model.events import job_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jobstate.model.life import Life

#: What a parent writes between what two children have written: this, and the number of the run.
RUN: Final = "#"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENTRIES: Final = (
    "SELECT id, status, start FROM entry JOIN job ON row_id = entry.job ORDER BY id, ordinal"
)
_PARKED: Final = "SELECT count(*) FROM held WHERE parked IS NOT NULL"
_JOBS: Final = "SELECT id, forgotten FROM job"
_EVENTS: Final = (
    "SELECT number, event.kind, body, id, created FROM event JOIN job ON row_id = event.job"
    " ORDER BY number"
)
#: An entry as it is compared: its status and when it began.
_Fact = tuple[str, datetime]


class Told(NamedTuple):
    """An event of the journal: its number and its job's id."""

    number: int
    id: str


@define
class Kept:
    """What a journal has.

    Attributes:
        facts: Arn → its history.
        events: Key → what is kept of that event.
        jobs: The arns of all jobs.
        forgotten: Of those that the tracker has forgotten.
        parked: How many jobs are parked.
        problems: What is wrong with the file itself.
    """

    facts: dict[str, list[_Fact]] = Factory(lambda: defaultdict(list))
    events: dict[str, Told] = Factory(dict)
    jobs: set[str] = Factory(set)
    forgotten: set[str] = Factory(set)
    parked: int = 0
    problems: list[str] = Factory(list)

    @classmethod
    def read(cls, path: Path, mode: str = "rw") -> Kept:
        """Read a journal that nobody writes to; one that was never finished has nothing."""
        kept = cls()
        if not path.exists():
            return kept
        with closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True)) as connection:
            checked = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            kept.problems += [f"damaged: {each}" for each in checked if each != "ok"]
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'event'").fetchone():
                kept._take(connection)
        return kept

    def _take(self, connection: sqlite3.Connection) -> None:
        (self.parked,) = connection.execute(_PARKED).fetchone()
        for arn, forgotten in connection.execute(_JOBS):
            if arn in self.jobs:
                self.problems.append(f"job kept twice: {arn}")
            self.jobs.add(arn)
            self.forgotten |= {arn} if forgotten else set()
        for arn, status, start in connection.execute(_ENTRIES):
            self.facts[arn].append((status, _time(start)))
        for number, kind, body, arn, created in connection.execute(_EVENTS):
            key = event_of(kind, JobKey("sagemaker-training-job", arn, _time(created)), body).key
            if key in self.events:
                self.problems.append(f"event kept twice: {key}")
            self.events[key] = Told(number, arn)


@define
class Ever:
    """What a journal ever had.

    Attributes:
        events: Key → what it had of that event.
        gone: The arns of the jobs that it was told to forget, and did.
    """

    events: dict[str, Told] = Factory(dict)
    gone: set[str] = Factory(set)

    def take(self, kept: Kept, forgetting: Iterable[str], posted: Iterable[str]) -> list[str]:
        """Take what the journal has after a run; return what is wrong with it.

        Args:
            kept: What it has.
            forgetting: The arns of the jobs that were about to be forgotten by then.
            posted: The events that were handed on by then: number and key.
        """
        faults = [
            f"number used twice: {key}: {told.number}"
            for key, told in kept.events.items()
            if self.events.setdefault(key, told) != told
        ]
        swept = set(forgetting) - kept.jobs
        for line in posted if swept else ():
            number, _, key = line.partition(" ")
            if (arn := key.split(":", 2)[2].rpartition("@")[0]) in swept:
                self.events.setdefault(key, Told(int(number), arn))
        seen = {each.id for each in self.events.values()}
        self.gone |= kept.forgotten | (swept & seen)
        faults += [f"forgotten and there: {arn}" for arn in self.gone & kept.jobs - kept.forgotten]
        faults += [
            f"told and not kept: {key}"
            for key, told in self.events.items()
            if key not in kept.events and told.id not in self.gone
        ]
        return faults


@define
class Heard:
    """What one listener has heard, compared with what a journal has.

    Attributes:
        lines: How often it was told.
        repeats: How often of that it had heard the event before.
        faults: What must not be.
    """

    lines: int = 0
    repeats: int = 0
    faults: list[str] = Factory(list)


def judge_heard(lines: Iterable[str], ever: Ever, lanes: int, killed: Mapping[int, bool]) -> Heard:
    """Compare what a listener has heard.

    Args:
        lines: The keys in order, and what stands between two runs.
        ever: What the journal ever had.
        lanes: How many lanes the listener has.
        killed: Run → whether it was killed.
    """
    heard = Heard()
    seen: set[str] = set()
    newest: Counter[str] = Counter()
    again = _Again(killed)
    for line in lines:
        if line.startswith(RUN):
            again.begin(int(line.removeprefix(RUN)))
            continue
        heard.lines += 1
        told = ever.events.get(line)
        if told is None:
            heard.faults.append(f"told and not kept: {line}")
            continue
        lane = (crc32(told.id.encode()) & 63) % lanes
        is_repeat = line in seen
        if is_repeat:
            heard.repeats += 1
        if is_repeat and not (told.number == newest[told.id] and again.may_come(lane, line)):
            heard.faults.append(f"told again: {line}")
        elif not is_repeat and told.number <= newest[told.id]:
            heard.faults.append(f"out of order: {line}")
        seen.add(line)
        newest[told.id] = max(newest[told.id], told.number)
        again.note(lane, line)
    heard.faults += [f"lost: {key}" for key in sorted(ever.events.keys() - seen)]
    return heard


def judge_followed(lines: Iterable[str], ever: Ever) -> list[str]:
    """Return what is wrong with what followers have read, one after the other.

    Args:
        lines: The events in order: number and key.
        ever: What the journal ever had. Of jobs that are gone, events may be missing.
    """
    faults = []
    seen: set[str] = set()
    newest = 0
    for line in lines:
        number, _, key = line.partition(" ")
        told = ever.events.get(key)
        if told is None or told.number != int(number):
            faults.append(f"told and not kept: {line}")
        elif key in seen:
            faults.append(f"told again: {line}")
        elif told.number <= newest:
            faults.append(f"out of order: {line}")
        seen.add(key)
        newest = max(newest, int(number))
    missed = (key for key, told in ever.events.items() if told.id not in ever.gone)
    return faults + [f"lost: {key}" for key in missed if key not in seen]


@define
class _Again:
    """What a listener may hear again: of each lane, after each kill, what it had heard last.

    If it raises then, that may be another run later.

    Attributes:
        killed: Run → whether it was killed.
        run: Which one goes on.
        last: Lane → what it has heard last, and in which run.
        owed: What may come again: (lane, key).
    """

    killed: Mapping[int, bool]
    run: int = -1
    last: dict[int, tuple[str, int]] = Factory(dict)
    owed: set[tuple[int, str]] = Factory(set)

    def begin(self, run: int) -> None:
        """Begin with another run."""
        self.run = run
        self.owed |= {(lane, key) for lane, (key, when) in self.last.items() if self.killed[when]}

    def may_come(self, lane: int, key: str) -> bool:
        """Return whether an event may come again; it may once."""
        may = (lane, key) in self.owed
        self.owed.discard((lane, key))
        return may

    def note(self, lane: int, key: str) -> None:
        """Take note of what a lane hears."""
        self.last[lane] = (key, self.run)


# --- What is true ---------------------------------------------------------------------------------


def judge_facts(lives: Mapping[str, Life], kept: Kept, ever: Ever) -> list[str]:
    """Return what is wrong in the end: every entry of every life is kept, said, and true."""
    faults = []
    for arn, life in lives.items():
        if arn in ever.gone:
            continue
        true = facts_of(life)
        if kept.facts[arn] != true:
            faults.append(f"history: {arn}: {kept.facts[arn]}, not {true}")
        for ordinal in range(1, len(true) + 1):
            key = f"status-entered:{job_text(life.job)}:{ordinal}"
            if key not in kept.events:
                faults.append(f"never said: {key}")
    faults += [f"no job: {arn}" for arn in kept.jobs - lives.keys()]
    faults += [f"false: {key}" for key in ever.events if not _may_be_said(key)]
    return faults


def _may_be_said(key: str) -> bool:
    """Return whether an event can be true of lives that are legal."""
    return key.startswith(("status-entered:", "status-changed:"))


def judge_acknowledged(
    lives: Mapping[str, Life], seen: Mapping[str, datetime], kept: Kept
) -> list[str]:
    """Return what was acknowledged and is not kept.

    Args:
        lives: By arn.
        seen: Arn → of when the latest answer is whose `observe` has returned.
        kept: What the journal has.
    """
    faults = []
    for arn, time in seen.items():
        true = [(each.status, each.start) for each in lives[arn].moment(time).entries]
        if kept.facts[arn][: len(true)] != true:
            faults.append(f"acknowledged and not kept: {arn} at {time}")
    return faults


def judge_numbers(lines: Sequence[str], ever: Ever) -> list[str]:
    """Return the numbers that two events have had, or another one than the journal says."""
    events: dict[str, set[str]] = defaultdict(set)
    for key, told in ever.events.items():
        events[str(told.number)].add(key)
    for line in lines:
        number, _, key = line.partition(" ")
        events[number].add(key)
    return [
        f"number used twice: {number}: {keys}" for number, keys in events.items() if len(keys) > 1
    ]


def facts_of(life: Life) -> list[_Fact]:
    """Return the history of a job that has ended."""
    return [(entry.status, entry.start) for entry in life.entries]


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file; none where there is none."""
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8").splitlines()
    return []


def rows_of(path: Path) -> list[str]:
    """Return the keys in the table of an idempotent sink."""
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM heard")]
