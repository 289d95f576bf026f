"""`JobReader`: the jobs of a journal, one after the other or by what identifies them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jobstate.conformance.judge import judges_of
from jobstate.errors import Problem, UnknownJobError, shown
from jobstate.journal.job_rows import (
    JOB_COLUMNS,
    ROWS_OF_JOB,
    Histories,
    Loaded,
    columns_of,
    entries_of,
    forgotten_at,
    key_of,
    plain_state,
)
from jobstate.journal.records import JournalJob, broken_of
from jobstate.tracking import plain_data as plain
from jobstate.tracking.estimate_codec import state_names
from jobstate.tracking.estimate_sets import A_SET
from jobstate.tracking.job_codec import COLUMNS, KEY
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.journal.snapshot_read import ReadTransaction
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Entry, JobKey

#: How many sets of what may be known are kept in memory, in words.
_REMEMBERED: Final = 1 << 14

_ESTIMATES: Final = COLUMNS.index("estimates")
_KEY_PLACES: Final = slice(1, 1 + len(KEY))
_JOBS: Final = f"SELECT {JOB_COLUMNS}, forgotten FROM job"  # noqa: S608 - a constant
#: What an index finds is read from the table: only that is believed.
_JOB: Final = f"{_JOBS} WHERE row_id IN ({ROWS_OF_JOB}) ORDER BY row_id DESC"
_KEYS: Final = f"SELECT row_id, {', '.join(KEY)} FROM job NOT INDEXED ORDER BY row_id"  # noqa: S608
_ENTRIES: Final = """
SELECT job, ordinal, status, start, "end", message FROM entry WHERE job = ? ORDER BY ordinal
"""


class JobReader:
    """Reads jobs at the moment of a `ReadTransaction`."""

    def __init__(self, reading: ReadTransaction, lifecycles: Mapping[str, Lifecycle]) -> None:
        """Begin.

        Args:
            reading: Of the file, within its `translated`.
            lifecycles: Those of the jobs that are at hand, by name.
        """
        self._reading = reading
        self._lifecycles = lifecycles
        self._loaded: Loaded | None = None
        if lifecycles:
            self._loaded = Loaded(judges_of(lifecycles), reading.connection, [])
            self._loaded.read_sets()
        self._is_sorted = False
        self._words = lru_cache(maxsize=_REMEMBERED, typed=True)(self._states_of)

    def count(self) -> int:
        """Return how many jobs there are."""
        ((found,),) = self._reading.rows("SELECT count(*) FROM job NOT INDEXED")
        return int(found)

    def keys(self) -> Iterator[JobKey]:
        """Yield what identifies each job, the one first heard of first."""
        for row_id, *columns in self._reading.in_order("job", _KEYS):
            with self._reading.damage_told(f"job[{row_id}]"):
                key = key_of(columns)
            yield key

    def jobs(self) -> Iterator[JournalJob]:
        """Yield each job, the one first heard of first; no index is asked."""
        self._require_sorted()
        problems: list[object] = []
        histories = Histories(self._reading.rows, problems, every=True)
        for row in self._reading.in_order("job", f"{_JOBS} ORDER BY row_id"):
            entries = histories.of(row[0])
            self._reading.refuse(*problems)
            yield self._job_of(row, tuple(entries))
        histories.finish()
        self._reading.refuse(*problems)

    def _require_sorted(self) -> None:
        """Look at the keys of all entries: out of order, histories would end too early.

        Raises:
            JournalDamagedError: It is not in the order of its key.
        """
        if self._is_sorted:
            return
        last: tuple[Any, Any] = (0, 0)
        for key in self._reading.rows("SELECT job, ordinal FROM entry"):
            if not (type(key[0]) is type(key[1]) is int and key > last):
                place = f"entry[{shown(key[0])}, {shown(key[1])}]"
                self._reading.refuse(Problem(place, f"one after [{last[0]}, {last[1]}]"))
            last = key
        self._is_sorted = True

    def job(self, job: JobKey) -> JournalJob:
        """Return a job; the one heard of last, if it was forgotten and heard of again.

        Raises:
            UnknownJobError: It is not there.
        """
        columns = columns_of(job)
        for row in self._reading.rows(_JOB, columns):
            if row[_KEY_PLACES] == columns:
                return self._job_of(row, self._entries(row[0]))
        self._require_unknown(columns)
        raise UnknownJobError(str(job), self.count())

    def _entries(self, row_id: int) -> tuple[Entry, ...]:
        rows = list(self._reading.rows(_ENTRIES, (row_id,)))
        strange = [
            Problem(f"entry[{shown(row[0])}]", "a later place") for row in rows if row[0] != row_id
        ]
        self._reading.refuse(*strange)
        with self._reading.damage_told():
            return tuple(entries_of(row_id, rows))

    def _require_unknown(self, wanted: tuple[str, str, int | None]) -> None:
        """Look at every job for one that an index does not find.

        Raises:
            JournalDamagedError: It is there.
        """
        for row_id, *columns in self._reading.rows(_KEYS):
            if tuple(columns) == wanted:
                self._reading.refuse(Problem("index job_by_id", f"job[{row_id}]", "nothing"))

    def _job_of(self, row: Sequence[Any], entries: tuple[Entry, ...]) -> JournalJob:
        row_id, *columns, forgotten = row
        with self._reading.damage_told(f"job[{row_id}]"):
            state, tracked = self._state_of(columns)
            state.entries, state.row_id = entries, row_id
            return JournalJob(
                job=state.job,
                created=state.created,
                states=plain.read_at(".estimates", self._words, columns[_ESTIMATES]),
                entries=entries,
                modified=state.modified,
                since=state.since,
                cause=state.cause,
                failure_reason=state.failure_reason,
                broken=broken_of(state.reported),
                suppressed=state.suppressed,
                forgotten=plain.read_at(".forgotten", forgotten_at, forgotten),
                tracked=tracked,
            )

    def _state_of(self, columns: list[Any]) -> tuple[JobState, TrackedJob | None]:
        """Return where a job stood, and all that a tracker knows of it, given its life cycle."""
        lifecycle = self._lifecycles.get(columns[0])
        if self._loaded is not None and lifecycle is not None:
            try:
                state = self._loaded.codec.state(columns)
                return state, TrackedJob(lifecycle, state)
            except plain.DamagedError as error:
                if error.problems:
                    raise
        return plain_state(columns), None  # the life cycle has no words for it

    def _states_of(self, number: object) -> Mapping[str, tuple[str, ...]]:
        """Return the states that words name, region by region."""
        if type(number) is not int:
            raise plain.damaged(A_SET, number)
        found = list(self._reading.rows("SELECT words FROM estimate WHERE id = ?", (number,)))
        if not found:
            raise plain.damaged(A_SET, number)
        return state_names(plain.nested(found[0][0]))
