"""All that a tracker knows, as JSON, and back; imports what is kept of a job.

What is known is written in words (states, what was passed, features), so a snapshot can be read
under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from jobstate.compact import Entries
from jobstate.errors import Problem, SnapshotError, shown
from jobstate.events import iso
from jobstate.masks import bits
from jobstate.observation import Entry, JobKey
from jobstate.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobstate.automaton import Automaton, Known, Sight
    from jobstate.judgement import Judge

#: The version of what `dumped` gives; it grows when something changes its meaning or goes.
SNAPSHOT_VERSION: Final = 1

# --- To JSON ------------------------------------------------------------------------------------


def dumped(judge: Judge, standings: Iterable[Standing]) -> str:
    """Return where jobs stand as JSON, one line a job."""
    known = _Known()
    jobs = [_line(_job(standing, known)) for standing in standings]
    head = {
        "snapshot": SNAPSHOT_VERSION,
        "lifecycle": {"name": judge.lifecycle.name, "version": judge.lifecycle.version},
        "known": list(known.words),
    }
    lines = ",\n".join(jobs)
    return f'{_line(head)[:-1]}, "jobs": [\n{lines}\n]}}\n'


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=True, allow_nan=False)


class _Known:
    """What is known of jobs, each set once, for a fleet shares a few."""

    def __init__(self) -> None:
        self._places: dict[Known, int] = {}

    def place(self, known: Known) -> int:
        """Return where a set stands in the list."""
        return self._places.setdefault(known, len(self._places))

    @property
    def words(self) -> Iterator[list[object]]:
        """The sets in words, in order."""
        return map(_in_words, self._places)


def _job(standing: Standing, known: _Known) -> dict[str, object]:
    return {
        "arn": standing.job.arn,
        "created": iso(standing.job.created),
        "known": {region: known.place(each) for region, each in standing.known.items()},
        "base": None if standing.base is None else known.place(standing.base),
        "read": standing.read,
        "samples": [_sight(sight) for sight in standing.samples],
        "entries": [
            [entry.status, iso(entry.start), iso(entry.end), entry.message]
            for entry in standing.entries
        ],
        "modified": iso(standing.modified),
        "since": iso(standing.since),
        "reason": standing.reason,
        "entered": standing.entered,
        "changes": standing.changes,
        "said": {topic: sorted(keys) for topic, keys in standing.said.items()},
        "untold": standing.untold,
    }


def _in_words(known: Known) -> list[object]:
    """Return a region and its hidden states: those that differ in features only, together."""
    hidden = [known.automaton.hidden[place] for place in bits(known.mask)]
    groups: dict[tuple[str, tuple[str, ...]], list[dict[str, bool]]] = {}
    for one in hidden:
        passed = tuple(sorted(one.passed))
        groups.setdefault((one.state, passed), []).append(dict(one.features))
    return [
        known.automaton.region.name,
        [[state, list(passed), sets] for (state, passed), sets in groups.items()],
    ]


def _sight(sight: Sight) -> list[object]:
    primary, secondary, features = sight.key
    return [primary, secondary, dict(features)]


# --- And back -----------------------------------------------------------------------------------


def loaded(judge: Judge, text: str) -> list[Standing]:
    """Return where jobs stood.

    Raises:
        SnapshotError: It is no snapshot, one of a newer version or of another life cycle, or it is
            damaged; the error lists every problem.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SnapshotError([Problem("snapshot", "JSON", str(error))]) from None
    reading = _Reading(judge)
    standings = reading.standings(data)
    if reading.problems:
        raise SnapshotError(reading.problems)
    return standings


class _DamagedError(Exception):
    """Carries a problem from where it shows to where the next job can be read."""

    def __init__(self, path: str, expected: str, got: object) -> None:
        self.problem = Problem(path, expected, shown(got))
        super().__init__(path)


class _Reading:
    """One reading of a snapshot, which goes on after a job that can't be read."""

    def __init__(self, judge: Judge) -> None:
        self.problems: list[Problem] = []
        self._judge = judge
        self._sets: list[Known | None] = []

    def standings(self, data: object) -> list[Standing]:
        """Return what can be read, and note what can't."""
        try:
            jobs = self._jobs(_mapping("snapshot", data))
        except _DamagedError as damaged:
            self.problems.append(damaged.problem)
            return []
        found: dict[JobKey, Standing] = {}
        for place, job in enumerate(jobs):
            try:
                standing = self._standing(_mapping("", job))
                if standing.job in found:
                    raise _DamagedError("arn", "each job once", standing.job.arn)  # noqa: TRY301
                found[standing.job] = standing
            except _DamagedError as damaged:
                self.problems.append(damaged.problem.under(f"jobs[{place}]"))
        return list(found.values())

    def _jobs(self, data: Mapping[str, Any]) -> list[Any]:
        version = _of(data, "snapshot", int)
        if version != SNAPSHOT_VERSION:
            raise _DamagedError("snapshot", f"version {SNAPSHOT_VERSION}", version)
        name = _of(_mapping("lifecycle", data.get("lifecycle")), "name", str)
        if name != self._judge.lifecycle.name:
            raise _DamagedError("lifecycle.name", repr(self._judge.lifecycle.name), name)
        for place, known in enumerate(_of(data, "known", list)):
            try:
                self._sets.append(self._read_known(known))
            except _DamagedError as damaged:
                self._sets.append(None)
                self.problems.append(damaged.problem.under(f"known[{place}]"))
        jobs: list[Any] = _of(data, "jobs", list)
        return jobs

    def _standing(self, job: Mapping[str, Any]) -> Standing:
        known = {
            region: self._known(region, f"known.{region}", place)
            for region, place in _mapping("known", job.get("known")).items()
        }
        base = job.get("base")
        history = self._judge.history or ""
        return Standing(
            job=JobKey(_of(job, "arn", str), _required_time(job.get("created"), "created")),
            known=self._judge.memory.knowledge(
                {region: each for region, each in known.items() if each is not None}
            ),
            base=None if base is None else self._known(history, "base", base),
            read=_count(job, "read"),
            samples=tuple(self._sight(each) for each in _of(job, "samples", list)),
            entries=Entries.of(
                [_entry(place, each) for place, each in enumerate(_of(job, "entries", list))]
            ),
            modified=_time(job.get("modified"), "modified"),
            since=_time(job.get("since"), "since"),
            reason=_text(job.get("reason"), "reason"),
            entered=_count(job, "entered"),
            changes=_count(job, "changes"),
            said={
                topic: frozenset(_texts(f"said.{topic}", keys))
                for topic, keys in _mapping("said", job.get("said")).items()
            },
            untold=_count(job, "untold"),
        )

    def _read_known(self, data: object) -> Known:
        region, groups = _list("", data, 2)
        automaton = self._automaton(region, "[0]")
        mask = 0
        for place, group in enumerate(_list("[1]", groups)):
            mask |= _mask(automaton, f"[1][{place}]", group)
        if not mask:
            expected = f"states of {self._judge.lifecycle} that a job can be in"
            raise _DamagedError("[1]", expected, groups)
        return automaton.known(mask)

    def _known(self, region: str, path: str, place: object) -> Known | None:
        """Return a set of the list; None where it could not be read, which is noted already."""
        if type(place) is not int or not 0 <= place < len(self._sets):
            raise _DamagedError(path, "a place in the list of what is known", place)
        known = self._sets[place]
        if known is not None and known.automaton.region.name != region:
            raise _DamagedError(path, f"what is known of {region}", known.automaton.region.name)
        return known

    def _sight(self, data: object) -> Sight:
        primary, secondary, features = _list("samples", data, 3)
        automaton = self._automaton(self._judge.history or "", "samples")
        return automaton.sight(
            _text(primary, "samples"),
            _text(secondary, "samples"),
            _features("samples", features),
        )

    def _automaton(self, region: object, path: str) -> Automaton:
        if not isinstance(region, str) or region not in self._judge.automata:
            raise _DamagedError(path, " or ".join(sorted(self._judge.automata)), region)
        return self._judge.automata[region]


def _mask(automaton: Automaton, path: str, group: object) -> int:
    """Return the hidden states that agree with what is said, in whatever both have words for."""
    state, passed, sets = _list(path, group, 3)
    if not isinstance(state, str) or state not in automaton.of_state:
        expected = f"a state of {automaton.lifecycle}: {', '.join(sorted(automaton.of_state))}"
        raise _DamagedError(path, expected, state)
    been = set(_texts(path, passed))
    features = [set(_features(path, each).items()) for each in _list(path, sets)]
    mask = 0
    for place in bits(automaton.of_state[state]):
        one = automaton.hidden[place]
        own = dict(one.features)
        if one.passed == been and any(
            all(own.get(name, wanted) is wanted for name, wanted in each) for each in features
        ):
            mask |= 1 << place
    return mask


def _entry(place: int, data: object) -> Entry:
    path = f"entries[{place}]"
    status, start, end, message = _list(path, data, 4)
    if not isinstance(status, str):
        raise _DamagedError(path, "a status", status)
    return Entry(status, _required_time(start, path), _time(end, path), _text(message, path))


def _mapping(path: str, data: object) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _DamagedError(path, "an object", data)
    return data


def _list(path: str, data: object, length: int | None = None) -> list[Any]:
    if not isinstance(data, list) or length not in (None, len(data)):
        raise _DamagedError(path, f"a list{'' if length is None else f' of {length}'}", data)
    return data


def _of(data: Mapping[str, Any], name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - JSON
    value = data.get(name)
    if type(value) is not kind:
        words = {int: "a whole number", str: "a text", list: "a list"}
        raise _DamagedError(name, words[kind], value)
    return value


def _count(data: Mapping[str, Any], name: str) -> int:
    value: int = _of(data, name, int)
    if value < 0:
        raise _DamagedError(name, "0 or more", value)
    return value


def _text(value: object, path: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _DamagedError(path, "a text or null", value)
    return value


def _texts(path: str, data: object) -> list[str]:
    texts = _list(path, data)
    if not all(isinstance(each, str) for each in texts):
        raise _DamagedError(path, "a list of texts", data)
    return texts


def _features(path: str, data: object) -> dict[str, bool]:
    features = dict(_mapping(path, data))
    if not all(isinstance(each, bool) for each in features.values()):
        raise _DamagedError(path, "true or false for each feature", data)
    return features


def _time(value: object, path: str) -> datetime | None:
    return None if value is None else _required_time(value, path)


def _required_time(value: object, path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise _DamagedError(path, "a time as ISO 8601 with its zone", value)
    return moment.astimezone(UTC)
