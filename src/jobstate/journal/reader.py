"""`JournalReader`: what a journal's file says, for whoever reads along; never writes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jobstate.common.closing import Closing
from jobstate.delivery.shards import shard_of
from jobstate.errors import Problem
from jobstate.journal.acknowledgements import Acknowledgements
from jobstate.journal.event_codec import posted_of
from jobstate.journal.following import Following
from jobstate.journal.header import header_of, kinds_of, listeners_of
from jobstate.journal.job_reader import JobReader
from jobstate.journal.job_rows import columns_of
from jobstate.journal.outbox import EVENT_COLUMNS, HELD_COLUMNS, held_row
from jobstate.journal.place import resolved
from jobstate.journal.reconstruction import retold
from jobstate.journal.records import HeldJob, ListenerPosition
from jobstate.journal.schema import NO_TIME
from jobstate.journal.snapshot_read import ReadTransaction
from jobstate.journal.validation import require_kind
from jobstate.model.kinds import by_name

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from jobstate.delivery.outbox import Posted
    from jobstate.journal.header import ListenerRow
    from jobstate.journal.records import JournalJob
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Entry, JobKey, Observation

_EVENTS: Final = f"""
SELECT {EVENT_COLUMNS} FROM event LEFT JOIN job ON job.row_id = event.job
WHERE number > ? ORDER BY number
"""  # noqa: S608 - a constant
#: What indexes find is read from the tables: only that is believed.
_EVENTS_OF_JOB: Final = f"""
SELECT {EVENT_COLUMNS}, found.row_id
FROM job AS found JOIN event AS told ON told.job = found.row_id
JOIN job ON job.row_id = found.row_id JOIN event ON event.number = told.number
WHERE found.kind = ? AND found.id = ? AND found.created IS ? AND told.number > ?
ORDER BY told.number
"""  # noqa: S608 - a constant
_HELD: Final = f"""
SELECT {HELD_COLUMNS}, (
    SELECT count(*) FROM event WHERE number >= first AND event.job IN (
        SELECT row_id FROM job WHERE job.kind = held.kind AND job.id = held.id
            AND job.created IS nullif(held.created, {NO_TIME})))
FROM held WHERE listener = ? ORDER BY first
"""  # noqa: S608 - constants
_COUNT: Final = "SELECT count(*) FROM event WHERE number > ?"
_BETWEEN: Final = """
SELECT number, job.id FROM event LEFT JOIN job ON job.row_id = event.job
WHERE number > ? AND number <= ?
"""


class JournalReader(Closing):
    """What a journal's file says at one moment: its jobs, what was said of them, who has heard it.

    It reads along while a tracker writes, or while none does, and takes no lock, so it can be
    opened at any time, any number of times. All that it gives is what was there when it was opened;
    open another one to see more, or `follow` what comes. Close it, or use it as a context manager:
    while it is open beside a tracker, the journal's log (``-wal``) can't become shorter. For one
    thread at a time.

    Of a file that is not whole it gives what can be read, and then raises.

    Attributes:
        path: The file, by the one path that all others lead to.
        newest: The largest number that an event ever had.
        kinds: The kinds of its jobs: name of the life cycle → the version that judged them last.
        judged_by: Those life cycles that are at hand, by name.
        clean: Whether its tracker has closed it: if not, one has it, or it ended otherwise.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, lifecycle: Lifecycle | Kinds | None = None
    ) -> None:
        """Open a file.

        Args:
            path: The file.
            lifecycle: The life cycle of its jobs, if it is at hand, or the kinds that they may be
                of: tells what they came to, and not only where they stand.

        Raises:
            JournalDamagedError: It is not whole.
            JournalError: It is not there, something else, of another version, has several names
                (hard links), or can't be read.
        """
        self.path = resolved(path)
        self._lifecycles = {} if lifecycle is None else by_name(lifecycle)
        self._following: list[Following] = []
        self._reading = ReadTransaction(self.path)
        try:
            with self._reading.translated():
                header = header_of(self._reading.connection, self.path)
                self._identity = header.file
                self.newest = header.newest
                self.clean = header.clean
                with self._reading.damage_told():
                    self.kinds: Mapping[str, str] = kinds_of(self._reading.connection)
                self.judged_by = {
                    kind: self._lifecycles[kind] for kind in self.kinds if kind in self._lifecycles
                }
                self._jobs = JobReader(self._reading, self.judged_by)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<JournalReader {str(self.path)!r}>"

    def close(self) -> None:
        """Let go of the file, and end whoever follows. Twice does no harm."""
        for following in list(self._following):
            following.closed = True
        self._reading.close()

    # --- Jobs -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return how many jobs there are, those that the tracker has forgotten included."""
        return self._jobs.count()

    def job_keys(self) -> Iterator[JobKey]:
        """Yield what identifies each job, the one first heard of first; memory is bounded.

        Raises:
            JournalDamagedError: The file is not whole.
        """
        yield from self._jobs.keys()

    def jobs(self) -> Iterator[JournalJob]:
        """Yield each job, the one first heard of first; memory is bounded.

        Those are included that the tracker has forgotten and the file still has.

        Raises:
            JournalDamagedError: The file is not whole; the jobs before the damage were yielded.
            JournalError: It was written to by a tracker that began after this was opened.
        """
        yield from self._jobs.jobs()

    def job(self, job: JobKey) -> JournalJob:
        """Return a job; the one heard of last, if it was forgotten and heard of again.

        Raises:
            UnknownJobError: It is not there; a `KeyError`. To see that takes a look at every job.
            JournalDamagedError: The file is not whole.
        """
        return self._jobs.job(job)

    def entries(self, job: JobKey) -> tuple[Entry, ...]:
        """Return a job's history, as far as answers gave it.

        Raises:
            UnknownJobError: It is not there; a `KeyError`.
            JournalDamagedError: The file is not whole.
        """
        return self.job(job).entries

    def observations(self) -> Iterator[list[Observation]]:
        """Yield, job by job, answers that say what is kept of it; memory is bounded.

        They are what `jobstate.diagrams` counts and draws. A journal keeps what was found, not what
        was read: an answer that brought nothing new is not among them, nor is any field that only
        rules speak of.

        Raises:
            ValueError: This was opened without a life cycle.
            JournalDamagedError: The file is not whole; the jobs before the damage were yielded.
            JournalError: A job's life cycle is not at hand.
        """
        return map(self.observations_of, self.jobs())

    def observations_of(self, kept: JournalJob) -> list[Observation]:
        """Return answers that say what is kept of a job, as `observations` does.

        Raises:
            ValueError: This was opened without a life cycle.
            JournalDamagedError: The file is not whole.
            JournalError: The job's life cycle is not at hand.
        """
        if not self._lifecycles:
            raise ValueError(
                "what answers say takes a life cycle: JournalReader(path, lifecycle=…)"
            )
        require_kind(self.path, kept.kind, self._lifecycles)
        events = (posted.event for posted in self.events(job=kept.job))
        return retold(self._lifecycles[kept.kind], kept, events)

    # --- Events ---------------------------------------------------------------------------------

    def events(self, after: int = 0, job: JobKey | None = None) -> Iterator[Posted]:
        """Yield what was said, in order, each with its number; memory is bounded.

        Events of jobs that the file has no more are not there: numbers may be missing.

        Args:
            after: Only events with larger numbers.
            job: Only those of this job.

        Raises:
            JournalDamagedError: The file is not whole; the events before the damage were yielded.
            JournalError: It was written to by a tracker that began after this was opened.
        """
        if job is None:
            yield from map(self._posted, self._reading.in_order("event", _EVENTS, after))
            return
        columns = columns_of(job)
        for *row, found in self._reading.in_order("event", _EVENTS_OF_JOB, *columns, after):
            if row[3:] != [found, *columns]:
                problem = Problem(
                    "index event_of_job", f"event[{row[0]}] of job[{found}]", "another"
                )
                self._reading.refuse(problem)
            yield self._posted(row)

    def follow(
        self, after: int | None = None, *, timeout: float | None = None
    ) -> Generator[Posted, None, None]:
        """Yield what is said from now on, as soon as it is written; in order, each with its number.

        It takes no lock, and some microseconds every 4 ms while nothing is said. Whoever keeps the
        number of the last event misses none. It goes on beside a tracker that ends and begins
        again. What was there when this reader was opened it gives no more: to keep that would make
        the journal's log longer and longer.

        Args:
            after: Only events with larger numbers; by default those that this reader has not seen.
            timeout: After how many seconds without an event it ends; by default when this reader
                is closed.

        Raises:
            JournalDamagedError: The file is not whole; the events before the damage were yielded.
            JournalError: It is gone, or another one stands in its place.
        """
        following = Following(self.path, _EVENTS)
        self._following.append(following)
        try:
            self._reading.close()
            rows = following.rows(self.newest if after is None else after, timeout)
            yield from map(self._posted, rows)
        finally:
            following.close()
            self._following.remove(following)

    def _posted(self, row: Sequence[Any]) -> Posted:
        with self._reading.damage_told():
            return posted_of(row)

    # --- Listeners ------------------------------------------------------------------------------

    def listeners(self) -> list[ListenerPosition]:
        """Return how far each listener is, by name.

        Linear in the events that a listener has heard out of their order, at most.

        Raises:
            JournalDamagedError: The file is not whole.
        """
        beside = self.path.with_name(f"{self.path.name}-acks")
        acknowledged = Acknowledgements(beside, self._identity, read_only=True)
        try:
            with self._reading.translated(), self._reading.damage_told():
                rows = listeners_of(self._reading.connection, self.newest)
            return [self._position(each, acknowledged.read(each.id, self.newest)) for each in rows]
        finally:
            acknowledged.close()

    def unheard(self, position: ListenerPosition, job: JobKey) -> list[Posted]:
        """Return the events of a job that a listener has not heard, in order.

        Raises:
            JournalDamagedError: The file is not whole.
        """
        first = min((each.first for each in position.held if each.job == job), default=None)
        heard = max(position.cursor, position.heard[shard_of(job.id)])
        heard = heard if first is None else min(heard, first - 1)
        return list(self.events(heard, job))

    def _position(self, row: ListenerRow, heard: list[int]) -> ListenerPosition:
        latest = max(row.cursor, *heard)
        behind = int(self._one(_COUNT, latest))
        if latest > row.cursor:
            between = self._reading.in_order("event", _BETWEEN, row.cursor, latest)
            behind += sum(at > heard[shard_of(str(its_id))] for at, its_id in between)
        held = tuple(self._held(row.id))
        return ListenerPosition(
            name=row.name, cursor=row.cursor, heard=tuple(heard), behind=behind, held=held
        )

    def _held(self, listener: int) -> Iterator[HeldJob]:
        for *row, waiting in self._reading.rows(_HELD, (listener,)):
            with self._reading.damage_told():
                held = held_row(listener, self.newest, row)
            yield HeldJob(waiting=waiting, **held._asdict())

    # --- Rows -----------------------------------------------------------------------------------

    def _one(self, sql: str, *parameters: object) -> Any:  # noqa: ANN401 - whatever was asked for
        ((found,),) = self._reading.rows(sql, parameters)
        return found
