"""Rules between two answers: what grows never falls, what is fixed never changes.

Expected is what intervals of times say, worked out here pair by pair.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import ConformanceError, Lifecycle, Observation, Tracker, Violation, check
from jobstate.batch import BATCH_JOB
from jobstate.common.times import to_microseconds
from jobstate.conformance.between import LONGEST_VALUE, MOST_VALUES
from jobstate.errors import SnapshotError
from jobstate.journal import Journal
from jobstate.model import Edge, Fixed, Grows
from tests.support.small import BEGIN, PARCELS, SOURCE, parcel, rule

if TYPE_CHECKING:
    from pathlib import Path

GROWS = rule("stamps-grow", tests=(Grows(fields=("stamps", "weighed")),))
FIXED = rule("label-fixed", tests=(Fixed(fields=("label", "posted")),))
LIFECYCLE: Lifecycle = attrs.evolve(PARCELS, rules=(GROWS, FIXED))


def says(at: float | None = None, *, not_before: float | None = None, **fields: Any) -> Observation:
    """Return an answer about a parcel on its way, with some fields."""
    bound = None if not_before is None else BEGIN + timedelta(seconds=not_before)
    return attrs.evolve(parcel("sent", at=at), fields=fields, modified_not_before=bound)


def broken(answers: list[Observation], lifecycle: Lifecycle = LIFECYCLE) -> list[Violation]:
    """Return what answers in order break."""
    return list(check(lifecycle, answers).violations)


def told(answers: Any, tracker: Tracker | None = None) -> list[Violation]:
    """Return what a tracker says is broken of answers as they arrive."""
    tracker = Tracker(LIFECYCLE) if tracker is None else tracker  # one without jobs is false
    return [
        event
        for answer in answers
        for event in tracker.observe(answer).events
        if isinstance(event, Violation)
    ]


# --- In order -------------------------------------------------------------------------------------


def test_what_grows_falls() -> None:
    """The violation names both values, the field and the rule, and what would have been right."""
    (found,) = broken([says(stamps=5), says(stamps=2)])
    assert (found.rule, found.path, found.seen, found.allowed) == (
        "stamps-grow",
        "stamps",
        "2",
        ("5 or more",),
    )
    assert found.message == "stamps is 2, but an earlier answer had 5"
    assert found.source == SOURCE


def test_what_is_fixed_changes() -> None:
    """Likewise; the first value is what the others are held against."""
    (found,) = broken([says(label="red"), says(label="blue"), says(label="red")])
    assert (found.rule, found.path, found.seen, found.allowed) == (
        "label-fixed",
        "label",
        '"blue"',
        ('"red"',),
    )
    assert found.message == 'label is "blue", but another answer had "red"'


@pytest.mark.parametrize(
    "fields",
    [
        [{"stamps": 1}, {"stamps": 1}, {"stamps": 7}],
        [{"stamps": 1}, {}, {"stamps": 1}],
        [{"stamps": 3}, {"label": "red"}, {"stamps": 3, "label": "red"}],
        [{"stamps": 3}, {"stamps": "two"}, {"stamps": None}, {"stamps": float("nan")}],
        [{"label": "x" * (LONGEST_VALUE + 1)}, {"label": "y" * (LONGEST_VALUE + 1)}],
        [{"label": ["a list"]}, {"label": ["another"]}],
    ],
)
def test_nothing_is_wrong(fields: list[dict[str, Any]]) -> None:
    """Of what stays, grows, is not there, or can't be compared."""
    assert broken([says(**each) for each in fields]) == []


def test_reality_wins() -> None:
    """After a fall the next answer is held against what was there then; each fall is told once."""
    fell = broken([says(stamps=each) for each in (5, 2, 3, 1, 5, 1)])
    assert [each.seen for each in fell] == ["2", "1"]


def test_an_answer_that_goes_back_in_time_changes_nothing() -> None:
    """It is told for that alone, and the next one is held against those before it."""
    answers = [says(61, stamps=5), says(0, stamps=2, label="red"), says(122, stamps=4)]
    found = broken([*answers, says(183, label="blue")])
    assert [each.rule for each in found] == ["modified-time-went-back", "stamps-grow"]


def test_a_strict_tracker_refuses_it() -> None:
    """And goes on from what was there before."""
    tracker = Tracker(LIFECYCLE, strict=True)
    tracker.observe(says(0, stamps=5))
    for _ in range(2):
        with pytest.raises(ConformanceError, match="stamps is 2, but an earlier answer had 5"):
            tracker.observe(says(61, stamps=2))
    assert tracker.observe(says(122, stamps=5)).events == ()


# --- In any order ---------------------------------------------------------------------------------


class Said(NamedTuple):
    """What an answer says, and between which seconds its record was last changed."""

    answer: Observation
    stamps: int
    begin: float
    end: float


EVER = 1e9
#: Ways to print a second of a day, with the interval that the print stands for.
PRINTS = ("exact", "second", "minute", "bound", "none")
NOON = datetime(2026, 5, 7, 12, tzinfo=UTC)


def printed(how: str, second: float, stamps: int) -> Said:
    """Return an answer whose record was changed at some second after noon, and 0.25 s."""
    answer, true = says(stamps=stamps), second + 0.25
    if how == "none":
        return Said(answer, stamps, -EVER, EVER)
    if how == "bound":
        bound = NOON + timedelta(seconds=true - 0.125)
        return Said(attrs.evolve(answer, modified_not_before=bound), stamps, true - 0.125, EVER)
    begin = {"exact": true, "second": second, "minute": second - second % 60}[how]
    length = 0 if how == "exact" else 60 if begin % 60 == 0 else 1
    answer = attrs.evolve(answer, modified=NOON + timedelta(seconds=begin))
    return Said(answer, stamps, begin, begin + length - 0.000001 * bool(length))


def contradict(said: list[Said]) -> bool:
    """Return whether one answer is certainly older than another, and had more."""
    return any(
        one.end < other.begin and one.stamps > other.stamps for one, other in permutations(said, 2)
    )


ANSWERS = st.lists(
    st.builds(
        printed,
        st.sampled_from(PRINTS),
        st.integers(0, 130),
        st.integers(0, MOST_VALUES - 1),
    ),
    min_size=1,
    max_size=9,
)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_only_what_is_certain_is_wrong(said: list[Said], chance: Any) -> None:
    """Whatever the order, with answers that come twice: told if, and only if, two contradict."""
    arrivals = [*said, *said[:3]]
    chance.shuffle(arrivals)
    assert bool(told(each.answer for each in arrivals)) is contradict(said)


@given(st.lists(st.tuples(st.sampled_from(PRINTS), st.integers(0, 600)), max_size=12), st.data())
def test_what_really_grows_is_never_wrong(polls: list[tuple[str, int]], data: Any) -> None:
    """Late, doubled, without a time or with a coarse one; however many values there were."""
    said = [printed(how, second, second // 7).answer for how, second in polls]
    assert told(data.draw(st.permutations([*said, *said]))) == []


def test_a_late_answer_that_had_more() -> None:
    """It is told and not taken: what is newer stands."""
    tracker = Tracker(LIFECYCLE)
    (found,) = told([says(61, stamps=2), says(0, stamps=3), says(122, stamps=2)], tracker)
    assert (found.message, found.allowed) == (
        "stamps is 3, but a later answer had 2",
        ("2 or less",),
    )


@pytest.mark.parametrize(
    ("stamps", "message"),
    [
        (9, "stamps is 9, but a later answer had 5"),
        (2, "stamps is 2, but an earlier answer had 5"),
        (5, None),
    ],
)
def test_a_late_answer_between_two_that_agree(stamps: int, message: str | None) -> None:
    """It can have neither more nor less than both."""
    found = told([says(0.5, stamps=5), says(122, stamps=5), says(61, stamps=stamps)])
    assert [each.message for each in found] == ([message] if message else [])


def test_what_is_newer_and_has_less_is_real() -> None:
    """What contradicts it and is older counts no more."""
    found = told([says(0, stamps=9), says(61, stamps=2), says(122, stamps=3), says(92, stamps=2)])
    assert [each.message for each in found] == ["stamps is 2, but an earlier answer had 9"]


FELL = "stamps is {}, but an earlier answer had {}"
HAD_MORE = "stamps is {}, but a later answer had {}"


@pytest.mark.parametrize(
    ("answers", "messages"),
    [
        # Two changes in one microsecond: nobody can tell which came first.
        ([says(0.5, stamps=5), says(0.5, stamps=2)], []),
        ([says(0.5, stamps=2), says(0.5, stamps=5)], []),
        # Not changed before a time: certainly newer than what was older than that, and not reached
        # by then what is more.
        ([says(0.5, stamps=5), says(not_before=30, stamps=2)], [FELL.format(2, 5)]),
        ([says(not_before=30, stamps=5), says(0.5, stamps=7)], [HAD_MORE.format(7, 5)]),
        ([says(not_before=30, stamps=5), says(30.5, stamps=7)], []),
        # What came late leaves what is newer, and is itself held against what is older still.
        (
            [
                says(at, stamps=each)
                for at, each in ((61.5, 1), (305.5, 5), (183.5, 3), (122.5, 4), (244.5, 2))
            ],
            [HAD_MORE.format(4, 3), FELL.format(2, 3)],
        ),
        # A fall takes back what was more and certainly older, and nothing else.
        (
            [says(at, stamps=each) for at, each in ((0.5, 3), (61.5, 9), (122.5, 5), (30.5, 2))],
            [FELL.format(5, 9), FELL.format(2, 3)],
        ),
        (
            [says(at, stamps=each) for at, each in ((61.5, 8), (122.5, 9), (122.5, 5), (183.5, 6))],
            [FELL.format(5, 8), FELL.format(6, 9)],
        ),
        # What can't be compared stands apart.
        ([says(122.5, stamps=7), says(0.5, stamps="two"), says(61.5, stamps=5)], []),
        ([says(0.5, stamps=NOON), says(61.5, stamps=5)], []),
    ],
)
def test_what_contradicts_what(answers: list[Observation], messages: list[str]) -> None:
    """Told of each answer that contradicts a certainly older or newer one, as they arrive."""
    assert [each.message for each in told(answers)] == messages


def test_a_value_that_comes_again_is_kept_once() -> None:
    """From the first answer that had it until the last; one that has no time tells nothing."""
    tracker = Tracker(LIFECYCLE)
    told([says(61.5, stamps=5), says(122.5, stamps=5), says(0.5, stamps=5)], tracker)
    told([says(stamps=7), says(stamps=5)], tracker)
    (job,) = tracker
    first, last = (BEGIN + timedelta(seconds=each) for each in (0.5, 122.5))
    (kept,) = job.job_state.kept_values["stamps"]
    assert kept == (5, to_microseconds(first), to_microseconds(last))


@pytest.mark.parametrize(
    ("was", "now", "is_told"),
    [
        ({"stamps": (1 << 63) - 1}, {"stamps": -(1 << 63)}, True),  # as far as a database can keep
        ({"stamps": 1 << 63}, {"stamps": 1}, False),
        ({"stamps": 1}, {"stamps": -(1 << 63) - 1}, False),
        ({"label": "x" * LONGEST_VALUE}, {"label": "y"}, True),
        ({"label": "x" * (LONGEST_VALUE + 1)}, {"label": "y"}, False),
    ],
)
def test_what_is_compared(was: dict[str, Any], now: dict[str, Any], *, is_told: bool) -> None:
    """Numbers and texts up to a size, that included."""
    assert bool(broken([says(**was), says(**now)])) is is_told


def test_how_much_is_kept_is_bounded() -> None:
    """Of a counter that grows without end the newest values."""
    tracker = Tracker(LIFECYCLE)
    assert told((says(61 * n + 0.5, stamps=n) for n in range(100)), tracker) == []
    (job,) = tracker
    kept = job.job_state.kept_values["stamps"]
    assert [each.value for each in kept] == [*range(100 - MOST_VALUES, 100)]


# --- Where answers have no times ------------------------------------------------------------------


def attempts(status: str, count: int) -> dict[str, Any]:
    """Return an answer about a Batch job that lists so many attempts."""
    job = {"jobId": "1", "jobName": "one", "status": status, "createdAt": 1_790_000_000_000}
    return {**job, "attempts": [{"statusReason": "retry"}] * count}


@given(
    st.lists(
        st.builds(attempts, st.sampled_from(["RUNNABLE", "RUNNING", "FAILED"]), st.integers(0, 4)),
        max_size=8,
    )
)
def test_what_is_before_the_end_is_older(answers: list[dict[str, Any]]) -> None:
    """In a job that has ended nothing is less than it ever was before; else nobody knows."""
    before = [len(each["attempts"]) for each in answers if each["status"] != "FAILED"]
    since = [len(each["attempts"]) for each in answers if each["status"] == "FAILED"]
    found = [each.rule for each in told(answers, Tracker(BATCH_JOB))]
    expected = bool(before and since) and max(before) > min(since)
    assert ("attempts-grow" in found) is expected


def test_what_came_first_may_be_later() -> None:
    """The end may be told before what went before it."""
    (found,) = told([attempts("FAILED", 1), attempts("RUNNING", 2)], Tracker(BATCH_JOB))
    assert found.message == "attempts is 2, but a later answer had 1"


def test_an_end_that_reopens_is_no_last_word() -> None:
    """What comes after it may have more, and is none the older for it."""
    late = tuple(
        attrs.evolve(state, reopens=True) if state.name == "FAILED" else state
        for state in BATCH_JOB.main_region.states
    )
    again = Edge("FAILED", "RUNNABLE", "requeued", "inferred", SOURCE)
    region = attrs.evolve(
        BATCH_JOB.main_region, states=late, edges=(*BATCH_JOB.main_region.edges, again)
    )
    reopening = attrs.evolve(BATCH_JOB, regions=(region,))
    assert told([attempts("FAILED", 1), attempts("RUNNING", 2)], Tracker(reopening)) == []


# --- Times ----------------------------------------------------------------------------------------

FINE = datetime(2026, 5, 6, 10, 20, 3, 500000, tzinfo=UTC)
SECOND = FINE.replace(microsecond=0)
MINUTE = SECOND.replace(second=0)


@pytest.mark.parametrize("order", list(permutations([FINE, SECOND, MINUTE])))
def test_one_time_in_several_prints(order: tuple[datetime, ...]) -> None:
    """Is the same time, whichever comes first; another is another, held against the finest."""
    same = [says(posted=each) for each in order]
    assert broken(same) == told(same) == []
    for other in (FINE + timedelta(seconds=1), SECOND + timedelta(seconds=1)):
        (found,) = told([*same, says(posted=other)])
        assert found.allowed == ("2026-05-06 10:20:03.500",)
        assert found.at == other


def test_times_grow() -> None:
    """As finely as both were printed."""
    assert broken([says(weighed=FINE), says(weighed=SECOND), says(weighed=MINUTE)]) == []
    (found,) = broken([says(weighed=FINE), says(weighed=SECOND - timedelta(seconds=1))])
    assert found.message == (
        "weighed is 2026-05-06 10:20:02, but an earlier answer had 2026-05-06 10:20:03.500"
    )


# --- What is kept ---------------------------------------------------------------------------------

FIELDS: dict[str, Any] = {
    "stamps": 5,
    "weighed": FINE,
    "label": "\udcff red",
    "posted": SECOND,
}
LESS: dict[str, Any] = {
    "stamps": 4.5,
    "weighed": FINE - timedelta(1),
    "label": "blue",
    "posted": FINE + timedelta(1),
}


def test_a_snapshot_has_it() -> None:
    """What came before is known after a restart."""
    tracker = Tracker(LIFECYCLE)
    tracker.observe(says(0.5, **FIELDS))
    again = Tracker(LIFECYCLE)
    again.restore(tracker.snapshot())
    (job,), (same,) = tracker, again
    assert job.job_state.kept_values == same.job_state.kept_values
    assert {each.path for each in told([says(122, **LESS)], again)} == FIELDS.keys()


def test_a_journal_has_it(tmp_path: Path) -> None:
    """Likewise, also where the answers came without times."""
    path = tmp_path / "jobs.db"
    for _ in range(2):
        with Tracker(LIFECYCLE, journal=Journal(path)) as tracker:
            assert told([says(0.5, **FIELDS), says(label="\udcff red")], tracker) == []
    with Tracker(LIFECYCLE, journal=Journal(path)) as tracker:
        assert {each.path for each in told([says(122, **LESS)], tracker)} == FIELDS.keys()


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        ("7", "an object"),
        ('{"stamps": 7}', "a list"),
        ('{"stamps": []}', f"1 to {MOST_VALUES} values"),
        ('{"stamps": [[null, null, null]]}', "a number, a text or a time"),
        ('{"stamps": [[1e999, null, null]]}', "a number, a text or a time"),
        ('{"stamps": [[{"when": 1}, null, null]]}', "a time"),
        ('{"stamps": [[1, "x", null]]}', "a whole number"),
    ],
)
def test_what_is_damaged_is_refused(kept: str, problem: str) -> None:
    """With where it is, and what should be there."""
    tracker = Tracker(LIFECYCLE)
    tracker.observe(says(label="red"))
    text = tracker.snapshot()
    was = '"kept_values": {"label": [["red", null, null]]}'
    assert was in text
    with pytest.raises(SnapshotError) as caught:
        Tracker(LIFECYCLE).restore(text.replace(was, f'"kept_values": {kept}'))
    (found,) = caught.value.problems
    assert found.path.startswith("jobs[0].kept_values")
    assert found.expected.startswith(problem)


@pytest.mark.parametrize(("falls", "first"), list(product([True, False], repeat=2)))
def test_rules_of_one_field_are_judged_each(*, falls: bool, first: bool) -> None:
    """Where two rules speak of a field both are told, in the order of the rules."""
    test = Grows(fields=("stamps",)) if falls else Fixed(fields=("stamps",))
    names = ["one", "other"][:: 1 if first else -1]
    lifecycle = attrs.evolve(PARCELS, rules=tuple(rule(name, tests=(test,)) for name in names))
    found = broken([says(stamps=5), says(stamps=4)], lifecycle)
    assert [each.rule for each in found] == names
