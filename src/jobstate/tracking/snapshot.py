"""All that a tracker knows, as JSON, and back.

What is known is written in words (states, what was passed, features), so a snapshot can be read
under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.times import iso
from jobstate.conformance.job_state import JobState
from jobstate.errors import Problem, SnapshotError, shown
from jobstate.model.observation import Entry, JobKey
from jobstate.model.packed_history import Entries
from jobstate.tracking import decoding as plain
from jobstate.tracking.encoding import Words, in_words, memories_of, view_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jobstate.automaton.automaton import StateEstimate
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates

#: The version of what `dumped` gives; it grows when something changes its meaning or goes.
SNAPSHOT_VERSION: Final = 1

# --- To JSON ------------------------------------------------------------------------------------


def dumped(judge: Judge, job_states: Iterable[JobState]) -> str:
    """Return where jobs stand as JSON, one line a job."""
    known = _Known()
    jobs = [_line(_job(job_state, known)) for job_state in job_states]
    head = {
        "snapshot": SNAPSHOT_VERSION,
        "lifecycle": {"name": judge.lifecycle.name, "version": judge.lifecycle.version},
        "memories": memories_of(judge),
        "known": list(known.words),
    }
    lines = ",\n".join(jobs)
    return f'{_line(head)[:-1]}, "jobs": [\n{lines}\n]}}\n'


def _line(data: object) -> str:
    import json  # noqa: PLC0415 - whoever takes no snapshot need not wait for it

    return json.dumps(data, ensure_ascii=True, allow_nan=False)


class _Known:
    """What is known of jobs, each set once, for a fleet shares a few."""

    def __init__(self) -> None:
        self._places: dict[StateEstimate, int] = {}

    def place(self, known: StateEstimate) -> int:
        """Return where a set stands in the list."""
        return self._places.setdefault(known, len(self._places))

    @property
    def words(self) -> Iterator[list[object]]:
        """The sets in words, in order."""
        return map(in_words, self._places)


def _job(job_state: JobState, known: _Known) -> dict[str, object]:
    return {
        "arn": job_state.job.arn,
        "created": iso(job_state.job.created),
        "estimates": {region: known.place(each) for region, each in job_state.estimates.items()},
        "base": None if job_state.base is None else known.place(job_state.base),
        "read": job_state.read,
        "samples": [view_in_words(region_view) for region_view in job_state.samples],
        "entries": [
            [entry.status, iso(entry.start), iso(entry.end), entry.message]
            for entry in job_state.entries
        ],
        "modified": iso(job_state.modified),
        "since": iso(job_state.since),
        "reason": job_state.reason,
        "entered": job_state.entered,
        "changes": job_state.changes,
        "reported": {topic: sorted(keys) for topic, keys in job_state.reported.items()},
        "suppressed": job_state.suppressed,
    }


# --- And back -----------------------------------------------------------------------------------


def loaded(judge: Judge, text: str) -> list[JobState]:
    """Return where jobs stood.

    Raises:
        SnapshotError: It is no snapshot, one of a newer version or of another life cycle, or it is
            damaged; the error lists every problem.
    """
    import json  # noqa: PLC0415 - as above

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SnapshotError([Problem("snapshot", "JSON", str(error))]) from None
    try:
        return _Reading(judge).job_states(data)
    except plain.DamagedError as damaged:
        raise SnapshotError(damaged.problems) from None


class _Reading:
    """One reading of a snapshot."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._history = judge.history or ""
        self._sets: list[StateEstimate | None] = []
        self._words = Words(judge, ())
        self._jobs: set[JobKey] = set()

    def job_states(self, data: object) -> list[JobState]:
        """Return where jobs stood.

        Raises:
            DamagedError: Something can't be read.
        """
        top = plain.mapping(data, "snapshot")
        self._check_head(top)
        self._words = Words(self._judge, plain.texts(top.get("memories"), "memories"))
        known, jobs = plain.read_all(
            (plain.listing, top.get(name), name) for name in ("known", "jobs")
        )
        _sets, job_states = plain.read_all(
            ((self._read_sets, known, "known"), (self._read_jobs, jobs, "jobs"))
        )
        return job_states

    def _check_head(self, top: Mapping[str, Any]) -> None:
        """Refuse what would be misunderstood."""
        version = plain.count(top.get("snapshot"), "snapshot")
        if version != SNAPSHOT_VERSION:
            raise plain.damaged_at("snapshot", f"version {SNAPSHOT_VERSION}", version)
        name = plain.mapping(top.get("lifecycle"), "lifecycle").get("name")
        if name != self._judge.lifecycle.name:
            raise plain.damaged_at("lifecycle.name", repr(self._judge.lifecycle.name), name)

    def _read_sets(self, sets: list[Any], path: str) -> list[JobState]:
        """Keep what is known of jobs, None where that can't be read, so that places stay."""
        problems: list[Problem] = []
        for place, known in enumerate(sets):
            try:
                self._sets.append(self._words.known(known, f"{path}[{place}]"))
            except plain.DamagedError as damaged:
                self._sets.append(None)
                problems += damaged.problems
        if problems:
            raise plain.DamagedError(*problems)
        return []

    def _read_jobs(self, jobs: list[Any], path: str) -> list[JobState]:
        return plain.read_all(
            (self._job_state, job, f"{path}[{place}]") for place, job in enumerate(jobs)
        )

    def _job_state(self, data: object, path: str) -> JobState:
        job = plain.mapping(data, path)
        readers: dict[str, Callable[[Any, str], Any]] = {
            "arn": plain.required_text,
            "created": plain.required_time,
            "estimates": self._estimates,
            "base": self._base,
            "read": plain.count,
            "samples": self._words.region_views,
            "entries": _entries,
            "modified": plain.time,
            "since": plain.time,
            "reason": plain.text,
            "entered": plain.count,
            "changes": plain.count,
            "reported": _said,
            "suppressed": plain.count,
        }
        values = plain.read_all(
            (read, job.get(name), f"{path}.{name}") for name, read in readers.items()
        )
        fields = dict(zip(readers, values, strict=True))
        key = JobKey(fields.pop("arn"), fields.pop("created"))
        if key in self._jobs:
            raise plain.damaged_at(f"{path}.arn", "each job once", key.arn)
        self._jobs.add(key)
        return JobState(job=key, **fields)

    # --- What is known --------------------------------------------------------------------------

    def _estimates(self, data: object, path: str) -> Estimates:
        regions = plain.mapping(data, path)
        known = plain.read_all(
            (partial(self._known, region), place, f"{path}[{shown(region)}]")
            for region, place in regions.items()
        )
        return self._judge.memo.estimates(
            {region: each for region, each in zip(regions, known, strict=True) if each is not None}
        )

    def _base(self, place: object, path: str) -> StateEstimate | None:
        return None if place is None else self._known(self._history, place, path)

    def _known(self, region: str, place: object, path: str) -> StateEstimate | None:
        """Return a set of the list; None where it could not be read, which is noted already."""
        if type(place) is not int or not 0 <= place < len(self._sets):
            raise plain.damaged_at(path, "a place in the list of what is known", place)
        known = self._sets[place]
        if known is not None and known.automaton.region.name != region:
            raise plain.damaged_at(
                path, f"what is known of {shown(region)}", known.automaton.region.name
            )
        return known


def _entries(data: object, path: str) -> Sequence[Entry]:
    entries = plain.listing(data, path)
    return Entries.of(
        plain.read_all((_entry, each, f"{path}[{place}]") for place, each in enumerate(entries))
    )


def _entry(data: object, path: str) -> Entry:
    readers: tuple[Callable[[Any, str], object], ...]
    readers = (plain.required_text, plain.required_time, plain.time, plain.text)
    values = plain.listing(data, path, len(readers))
    places = enumerate(zip(readers, values, strict=True))
    read: list[Any] = plain.read_all(
        (reader, value, f"{path}[{place}]") for place, (reader, value) in places
    )
    return Entry(*read)


def _said(data: object, path: str) -> dict[str, frozenset[str]]:
    said = plain.mapping(data, path)
    keys = plain.read_all(
        (plain.texts, each, f"{path}[{shown(topic)}]") for topic, each in said.items()
    )
    return dict(zip(said, map(frozenset, keys), strict=True))
