"""Where jobs stand, as rows of a journal, and back.

What is known of a job stands in words in a table of its own, each set once, for a fleet shares a
few; so a journal can be read under a newer version of the life cycle that has the words.
"""

from __future__ import annotations

import json
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias, overload

from attrs import Factory, define

from jobstate.automaton.automaton import StateEstimate
from jobstate.common.times import from_microseconds, to_microseconds
from jobstate.conformance.job_state import JobState
from jobstate.errors import Problem, shown
from jobstate.journal.validation import UNREADABLE
from jobstate.model.observation import Entry, JobKey
from jobstate.model.packed_history import Entries, Row
from jobstate.tracking import decoding as plain
from jobstate.tracking.encoding import Words, in_words, memories_of, view_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates
    from jobstate.journal.connection import Connection

#: How many sets are looked up without a word.
_REMEMBERED: Final = 1 << 14

KEEP_KNOWLEDGE: Final = "INSERT INTO knowledge VALUES (?, ?)"
KEEP_JOB: Final = """
INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (id) DO UPDATE SET
    known = excluded.known, base = excluded.base, read = excluded.read, samples = excluded.samples,
    modified = excluded.modified, since = excluded.since, reason = excluded.reason,
    entered = excluded.entered, changes = excluded.changes, said = excluded.said,
    untold = excluded.untold
"""
KEEP_ENTRY: Final = """
INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (job, ordinal) DO UPDATE SET
    status = excluded.status, start = excluded.start, "end" = excluded."end",
    message = excluded.message
"""
DROP_ENTRIES: Final = "DELETE FROM entry WHERE job = ? AND ordinal > ?"

#: What `Loaded.job_state` reads of a job.
JOB_COLUMNS: Final = (
    "id, arn, created, known, base, read, samples, modified, since, reason, entered, changes, said,"
    " untold"
)
_JOBS: Final = f"SELECT {JOB_COLUMNS} FROM job WHERE forgotten = 0 ORDER BY id"  # noqa: S608 - a constant
_ENTRIES: Final = 'SELECT job, status, start, "end", message FROM entry ORDER BY job, ordinal'

#: A row of the table of entries: job, ordinal, status, start, end, message.
_Entry: TypeAlias = tuple[int, int, str, int, int | None, str | None]


@define(eq=False)
class Rows:
    """Rows to be put down together; made once, put down as often as that fails.

    Attributes:
        knowledge: Of the table of that name.
        jobs: Likewise.
        entries: Likewise.
        shorter: Jobs whose histories have become shorter, with how many entries they have.
    """

    knowledge: list[tuple[int, str]] = Factory(list)
    jobs: list[tuple[object, ...]] = Factory(list)
    entries: list[_Entry] = Factory(list)
    shorter: list[tuple[int, int]] = Factory(list)

    def shorten(self, place: int, count: int) -> None:
        """Let a job have only so many entries, also where more were to be put down."""
        self.shorter.append((place, count))
        self.entries = [each for each in self.entries if each[0] != place or each[1] <= count]

    def put_down(self, connection: Connection) -> None:
        """Write them, within a transaction."""
        if self.knowledge:
            connection.executemany(KEEP_KNOWLEDGE, self.knowledge)
        if self.jobs:
            connection.executemany(KEEP_JOB, self.jobs)
        if self.shorter:
            connection.executemany(DROP_ENTRIES, self.shorter)
        if self.entries:
            connection.executemany(KEEP_ENTRY, self.entries)


class Composer:
    """Makes rows of standings. For one thread at a time."""

    def __init__(self, judge: Judge, sets: dict[str, int]) -> None:
        """Prepare to make rows.

        Args:
            judge: The life cycle's judge.
            sets: The words of the sets that the file has, and their ids.
        """
        self._memories = memories_of(judge)
        self._sets = sets
        self._next = max(sets.values(), default=0) + 1
        #: By identity, of which there is one for equal sets: the set, which must stay, and its id.
        self._ids: dict[int, tuple[object, int]] = {}
        #: Sets that the file has not got yet: id → words.
        self._fresh: dict[int, str] = {}

    def add(self, rows: Rows, before: JobState | None, after: JobState) -> None:
        """Add what has changed between two standings of a job."""
        rows.jobs.append(self._job(after))
        if before is None or before.entries is not after.entries:
            _add_entries(rows, before, after)

    def fresh(self) -> list[tuple[int, str]]:
        """Return the sets that the file has not got yet."""
        return list(self._fresh.items())

    def keep(self, sets: Iterable[tuple[int, str]]) -> None:
        """Take note that the file has got some sets."""
        for number, _ in sets:
            self._fresh.pop(number, None)

    def _job(self, job_state: JobState) -> tuple[object, ...]:
        return (
            job_state.row_id,
            job_state.job.arn,
            to_microseconds(job_state.job.created),
            self._set(job_state.estimates),
            None if job_state.base is None else self._set(job_state.base),
            job_state.read,
            _text([view_in_words(each) for each in job_state.samples]),
            _moment(job_state.modified),
            _moment(job_state.since),
            _utf8(job_state.reason),
            job_state.entered,
            job_state.changes,
            _text({topic: sorted(keys) for topic, keys in job_state.reported.items()}),
            job_state.suppressed,
        )

    def _set(self, known: Estimates | StateEstimate) -> int:
        found = self._ids.get(id(known))
        if found is None:
            if len(self._ids) >= _REMEMBERED:
                self._ids.clear()
            found = self._ids[id(known)] = (known, self._written(known))
        return found[1]

    def _written(self, known: Estimates | StateEstimate) -> int:
        regions = [known] if isinstance(known, StateEstimate) else list(known.values())
        words = json.dumps({"memories": self._memories, "known": list(map(in_words, regions))})
        found = self._sets.get(words)
        if found is None:
            # In an order in which an interrupt does no harm: no id is ever given twice.
            found = self._next
            self._next = found + 1
            self._fresh[found] = words
            self._sets[words] = found
        return found


def _add_entries(rows: Rows, before: JobState | None, after: JobState) -> None:
    old, new = _columns(before), _columns(after)
    place = after.row_id
    for ordinal, (was, now) in enumerate(zip_longest(old, new), start=1):
        if now is None:
            rows.shorten(place, len(new))
            return
        if was != now:
            status, start, end, message = now
            rows.entries.append((place, ordinal, _utf8(status), start, end, _utf8(message)))


def _columns(job_state: JobState | None) -> list[Row]:
    entries = Entries.of(job_state.entries) if job_state else ()
    return list(entries.rows()) if isinstance(entries, Entries) else []


@overload
def _utf8(text: str) -> str: ...
@overload
def _utf8(text: str | None) -> str | None: ...
def _utf8(text: str | None) -> str | None:
    """Return a text with whatever UTF-8 can't hold (half of a surrogate pair) as its escape."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _text(data: list[Any] | dict[str, Any]) -> str | None:
    return json.dumps(data) if data else None


def _moment(time: datetime | None) -> int | None:
    return None if time is None else to_microseconds(time)


# --- And back -------------------------------------------------------------------------------------


class Loaded:
    """What a journal's file says of where jobs stand.

    Attributes:
        sets: The words of the sets that it has, and their ids.
        problems: What can't be read.
    """

    def __init__(self, judge: Judge, connection: Connection) -> None:
        self.sets: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._judge = judge
        self._connection = connection
        self._known: dict[int, Estimates] = {}
        self._words = Words(judge, memories_of(judge))

    def job_states(self) -> Iterator[JobState]:
        """Yield where each job stood, the one first heard of first; note what can't be read."""
        self.read_sets()
        histories = _histories(self._connection)
        history = next(histories, None)
        for row in self._connection.execute(_JOBS):
            while history is not None and history[0] < row[0]:
                history = next(histories, None)
            entries = history[1] if history is not None and history[0] == row[0] else ()
            job_state = self.job_state(row, entries)
            if job_state is not None:
                yield job_state

    def read_sets(self) -> None:
        """Read what may be known of a job; note what can't be read."""
        for number, words in self._connection.execute("SELECT id, words FROM knowledge"):
            self.sets[words] = number
            self._note(self._read_set, number, words)

    def job_state(self, row: tuple[Any, ...], entries: Sequence[Entry]) -> JobState | None:
        """Return where a job stood, of its `JOB_COLUMNS`; None, noted, where it can't be read."""
        found: JobState | None = self._note(self._job_state, row, entries)
        return found

    def _note(self, read: Any, *of: Any) -> Any:  # noqa: ANN401 - whatever it reads
        try:
            return read(*of)
        except plain.DamagedError as damaged:
            self.problems += damaged.problems
        except UNREADABLE as error:
            self.problems.append(
                Problem(f"job {shown(of[0])}", "what a journal writes", str(error))
            )
        return None

    def _read_set(self, number: int, words: str) -> None:
        path = f"knowledge[{number}]"
        data = plain.mapping(json.loads(words), path)
        reader = Words(self._judge, plain.texts(data.get("memories"), f"{path}.memories"))
        regions = plain.listing(data.get("known"), f"{path}.known")
        known = [reader.known(each, f"{path}.known[{n}]") for n, each in enumerate(regions)]
        self._known[number] = self._judge.memo.estimates(
            {each.automaton.region.name: each for each in known}
        )

    def _job_state(self, row: tuple[Any, ...], entries: Sequence[Entry]) -> JobState | None:
        place, arn, created, known, base, read, samples, modified, since, *rest = row
        reason, entered, changes, said, untold = rest
        if known not in self._known or (base is not None and base not in self._known):
            return None  # which is noted already
        last = _time(modified)
        found = JobState(
            JobKey(arn, from_microseconds(created)),
            self._known[known],
            None if base is None else self._known[base][self._judge.history or ""],
            read,
            self._words.region_views(json.loads(samples), f"job[{place}].samples")
            if samples
            else (),
            entries,
            last,
            last if since == modified else _time(since),  # mostly, and kept once then
            reason,
            entered,
            changes,
        )
        if said:
            found.reported = {topic: frozenset(keys) for topic, keys in json.loads(said).items()}
        found.suppressed, found.row_id = untold, place
        return found


def _time(moment: int | None) -> datetime | None:
    return None if moment is None else from_microseconds(moment)


def _histories(connection: Connection) -> Iterator[tuple[int, Entries]]:
    """Yield the history of each job that has one, by job."""
    for job, rows in groupby(connection.execute(_ENTRIES), itemgetter(0)):
        _, statuses, starts, ends, messages = zip(*rows, strict=True)
        yield job, Entries.from_columns(statuses, starts, ends, messages)
