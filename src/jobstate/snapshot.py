"""All that a tracker knows, as JSON, and back; imports what is kept of a job.

What is known is written in words (states, what was passed, features), so a snapshot can be read
under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, TypeVar

from jobstate.compact import Entries
from jobstate.errors import Problem, SnapshotError, shown
from jobstate.events import iso
from jobstate.masks import bits
from jobstate.observation import Entry, JobKey
from jobstate.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jobstate.automaton import Automaton, Known, Sight
    from jobstate.judgement import Judge
    from jobstate.knowledge import Knowledge

_T = TypeVar("_T")

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
        "memories": sorted(memory.name for memory in judge.lifecycle.memories),
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
    import json  # noqa: PLC0415 - as above

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SnapshotError([Problem("snapshot", "JSON", str(error))]) from None
    try:
        return _Reading(judge).standings(data)
    except _DamagedError as damaged:
        raise SnapshotError(damaged.problems) from None


class _DamagedError(Exception):
    """Carries problems from where they show to where the next part can be read."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(problems)


def _damaged(path: str, expected: str, got: object) -> _DamagedError:
    return _DamagedError(Problem(path, expected, shown(got)))


def _all(reads: Iterable[tuple[Callable[[Any, str], _T], object, str]]) -> list[_T]:
    """Return what each reader makes of its value at its path; raise all their problems at once."""
    found: list[_T] = []
    problems: list[Problem] = []
    for read, value, path in reads:
        try:
            found.append(read(value, path))
        except _DamagedError as damaged:
            problems += damaged.problems
    if problems:
        raise _DamagedError(*problems)
    return found


class _Reading:
    """One reading of a snapshot."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._history = judge.history or ""
        self._sets: list[Known | None] = []
        self._told: frozenset[str] = frozenset()
        self._jobs: set[JobKey] = set()

    def standings(self, data: object) -> list[Standing]:
        """Return where jobs stood.

        Raises:
            _DamagedError: Something can't be read.
        """
        top = _mapping(data, "snapshot")
        self._check_head(top)
        self._told = frozenset(_texts(top.get("memories"), "memories"))
        known, jobs = _all((_list, top.get(name), name) for name in ("known", "jobs"))
        _sets, standings = _all(
            ((self._read_sets, known, "known"), (self._read_jobs, jobs, "jobs"))
        )
        return standings

    def _check_head(self, top: Mapping[str, Any]) -> None:
        """Refuse what would be misunderstood."""
        version = _count(top.get("snapshot"), "snapshot")
        if version != SNAPSHOT_VERSION:
            raise _damaged("snapshot", f"version {SNAPSHOT_VERSION}", version)
        name = _mapping(top.get("lifecycle"), "lifecycle").get("name")
        if name != self._judge.lifecycle.name:
            raise _damaged("lifecycle.name", repr(self._judge.lifecycle.name), name)

    def _read_sets(self, sets: list[Any], path: str) -> list[Standing]:
        """Keep what is known of jobs, None where that can't be read, so that places stay."""
        problems: list[Problem] = []
        for place, known in enumerate(sets):
            try:
                self._sets.append(self._read_known(known, f"{path}[{place}]"))
            except _DamagedError as damaged:
                self._sets.append(None)
                problems += damaged.problems
        if problems:
            raise _DamagedError(*problems)
        return []

    def _read_jobs(self, jobs: list[Any], path: str) -> list[Standing]:
        return _all((self._standing, job, f"{path}[{place}]") for place, job in enumerate(jobs))

    def _standing(self, data: object, path: str) -> Standing:
        job = _mapping(data, path)
        readers: dict[str, Callable[[Any, str], Any]] = {
            "arn": _required_text,
            "created": _required_time,
            "known": self._knowledge,
            "base": self._base,
            "read": _count,
            "samples": self._samples,
            "entries": _entries,
            "modified": _time,
            "since": _time,
            "reason": _text,
            "entered": _count,
            "changes": _count,
            "said": _said,
            "untold": _count,
        }
        values = _all((read, job.get(name), f"{path}.{name}") for name, read in readers.items())
        fields = dict(zip(readers, values, strict=True))
        key = JobKey(fields.pop("arn"), fields.pop("created"))
        if key in self._jobs:
            raise _damaged(f"{path}.arn", "each job once", key.arn)
        self._jobs.add(key)
        return Standing(job=key, **fields)

    # --- What is known --------------------------------------------------------------------------

    def _read_known(self, data: object, path: str) -> Known:
        region, groups = _list(data, path, 2)
        automaton = self._automaton(region, f"{path}[0]")
        masks = _all(
            (partial(_mask, automaton, self._told), group, f"{path}[1][{place}]")
            for place, group in enumerate(_list(groups, f"{path}[1]"))
        )
        mask = reduce(or_, masks, 0)
        if not mask:
            expected = f"states of {self._judge.lifecycle} that a job can be in"
            raise _damaged(f"{path}[1]", expected, groups)
        return automaton.known(mask)

    def _knowledge(self, data: object, path: str) -> Knowledge:
        regions = _mapping(data, path)
        known = _all(
            (partial(self._known, region), place, f"{path}[{shown(region)}]")
            for region, place in regions.items()
        )
        return self._judge.memory.knowledge(
            {region: each for region, each in zip(regions, known, strict=True) if each is not None}
        )

    def _base(self, place: object, path: str) -> Known | None:
        return None if place is None else self._known(self._history, place, path)

    def _known(self, region: str, place: object, path: str) -> Known | None:
        """Return a set of the list; None where it could not be read, which is noted already."""
        if type(place) is not int or not 0 <= place < len(self._sets):
            raise _damaged(path, "a place in the list of what is known", place)
        known = self._sets[place]
        if known is not None and known.automaton.region.name != region:
            raise _damaged(path, f"what is known of {shown(region)}", known.automaton.region.name)
        return known

    def _samples(self, data: object, path: str) -> tuple[Sight, ...]:
        return tuple(
            _all(
                (self._sight, each, f"{path}[{place}]")
                for place, each in enumerate(_list(data, path))
            )
        )

    def _sight(self, data: object, path: str) -> Sight:
        primary, secondary, features = _list(data, path, 3)
        automaton = self._automaton(self._history, path)
        return automaton.sight(
            _text(primary, f"{path}[0]"),
            _text(secondary, f"{path}[1]"),
            _features(features, f"{path}[2]"),
        )

    def _automaton(self, region: object, path: str) -> Automaton:
        if not isinstance(region, str) or region not in self._judge.automata:
            raise _damaged(path, " or ".join(sorted(self._judge.automata)), region)
        return self._judge.automata[region]


def _mask(automaton: Automaton, told: frozenset[str], group: object, path: str) -> int:
    """Return the hidden states that agree with what is said, in whatever both have words for.

    Args:
        automaton: The automaton of the region.
        told: The memories that the snapshot knows.
        group: A state, the memories that are set, and sets of features.
        path: Where it stands.
    """
    state, passed, sets = _list(group, path, 3)
    if not isinstance(state, str) or state not in automaton.of_state:
        expected = f"a state of {automaton.lifecycle}: {', '.join(sorted(automaton.of_state))}"
        raise _damaged(path, expected, state)
    # Of a memory that only one of them knows, nothing is known.
    both = told & {memory.name for memory in automaton.lifecycle.memories}
    names = frozenset(_texts(passed, f"{path}[1]"))
    if not names <= told:
        expected = f"some of the snapshot's memories: {', '.join(sorted(told)) or 'none'}"
        raise _damaged(f"{path}[1]", expected, passed)
    been = both & names
    features = [
        set(_features(each, f"{path}[2][{place}]").items())
        for place, each in enumerate(_list(sets, f"{path}[2]"))
    ]
    mask = 0
    for place in bits(automaton.of_state[state]):
        one = automaton.hidden[place]
        own = dict(one.features)
        if one.passed & both == been and any(
            all(own.get(name, wanted) is wanted for name, wanted in each) for each in features
        ):
            mask |= 1 << place
    return mask


def _entries(data: object, path: str) -> Sequence[Entry]:
    entries = _list(data, path)
    return Entries.of(
        _all((_entry, each, f"{path}[{place}]") for place, each in enumerate(entries))
    )


def _entry(data: object, path: str) -> Entry:
    readers: tuple[Callable[[Any, str], object], ...]
    readers = (_required_text, _required_time, _time, _text)
    values = _list(data, path, len(readers))
    places = enumerate(zip(readers, values, strict=True))
    read: list[Any] = _all((reader, value, f"{path}[{place}]") for place, (reader, value) in places)
    return Entry(*read)


def _said(data: object, path: str) -> dict[str, frozenset[str]]:
    said = _mapping(data, path)
    keys = _all((_texts, each, f"{path}[{shown(topic)}]") for topic, each in said.items())
    return dict(zip(said, map(frozenset, keys), strict=True))


# --- Plain values -------------------------------------------------------------------------------


def _mapping(data: object, path: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _damaged(path, "an object", data)
    return data


def _list(data: object, path: str, length: int | None = None) -> list[Any]:
    if not isinstance(data, list) or length not in (None, len(data)):
        raise _damaged(path, f"a list{'' if length is None else f' of {length}'}", data)
    return data


def _count(value: object, path: str) -> int:
    if type(value) is not int or value < 0:
        raise _damaged(path, "a whole number, 0 or more", value)
    return value


def _text(value: object, path: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _damaged(path, "a text or null", value)
    return value


def _required_text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _damaged(path, "a text", value)
    return value


def _texts(data: object, path: str) -> list[str]:
    texts = _list(data, path)
    if not all(isinstance(each, str) for each in texts):
        raise _damaged(path, "a list of texts", data)
    return texts


def _features(data: object, path: str) -> dict[str, bool]:
    features = dict(_mapping(data, path))
    if not all(isinstance(each, bool) for each in features.values()):
        raise _damaged(path, "true or false for each feature", data)
    return features


def _time(value: object, path: str) -> datetime | None:
    return None if value is None else _required_time(value, path)


def _required_time(value: object, path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or in UTC one before the year 1 or after 9999
        pass
    raise _damaged(path, "a time as ISO 8601 with its zone", value)
