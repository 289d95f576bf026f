"""Snapshots: what they restore, how the restored tracker goes on, and what is refused."""

from __future__ import annotations

import calendar
import json
import random
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Event, JobKey, Lifecycle, StatusChanged, Tracker
from jobstate.errors import Problem, SnapshotError
from jobstate.model import Memory
from jobstate.sagemaker import TRAINING_JOB
from tests.support import legal_answers
from tests.support.command import described, item
from tests.support.small import BEGIN, PARCEL, PARCELS, WAY, edge, feature, parcel, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.support.oracle import Answer

GENERATED = legal_answers.generated(160, seed=5)
SERIES = [series.answers for series in GENERATED]


def tracking(lifecycle: Lifecycle = TRAINING_JOB, **options: Any) -> tuple[Tracker, list[Event]]:
    """Return a tracker, and the list of what it tells."""
    told: list[Event] = []
    return Tracker(lifecycle, listeners=[told.append], **options), told


def restored(text: str, lifecycle: Lifecycle = TRAINING_JOB) -> tuple[Tracker, list[Event]]:
    """Return a tracker that knows what a snapshot does, and the list of what it tells."""
    tracker, told = tracking(lifecycle)
    tracker.restore(text)
    return tracker, told


def observed(answers: Iterable[Answer]) -> Tracker:
    """Return a tracker of training jobs that has seen some answers."""
    tracker = Tracker(TRAINING_JOB)
    for answer in answers:
        tracker.observe(answer)
    return tracker


def data(tracker: Tracker) -> dict[str, Any]:
    """Return a snapshot as plain data, to be damaged."""
    found: dict[str, Any] = json.loads(tracker.snapshot())
    return found


def problems(damaged: object, lifecycle: Lifecycle = TRAINING_JOB) -> list[tuple[str, str]]:
    """Return where a snapshot can't be restored and what came there; nothing was taken."""
    tracker, told = tracking(lifecycle)
    with pytest.raises(SnapshotError, match=r"^this snapshot can't be restored") as caught:
        tracker.restore(damaged if isinstance(damaged, str) else json.dumps(damaged))
    assert (len(tracker), told) == (0, [])
    return [(problem.path, problem.got) for problem in caught.value.problems]


def sent() -> Tracker:
    """Return a tracker that has seen a parcel on its way, twice, of which it was told oddly."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("sent", "packed", "sent", at=61, insured=True))
    tracker.observe(parcel("at the door", at=122, insured=True, cheap=True))
    return tracker


# --- Back again ---------------------------------------------------------------------------------


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Answer], int]:
    """Return answers about some jobs in any order, some of them twice or odd, and a place."""
    rng: random.Random = draw(st.randoms(use_true_random=False))
    answers = [
        answer
        for series in draw(st.lists(st.sampled_from(SERIES), max_size=3))
        for answer in series
    ]
    if draw(st.booleans()):
        rng.shuffle(answers)
    answers = [each for answer in answers for each in [answer] * rng.choice((1, 1, 1, 2))]
    if draw(st.booleans()):
        answers = [_odd(each, rng) if rng.random() < 0.2 else each for each in answers]
    return answers, draw(st.integers(0, len(answers)))


def _odd(answer: Answer, rng: random.Random) -> Answer:
    """Return an answer that may break a rule, or shows what nobody knows."""
    odd: list[Answer] = [
        {"SecondaryStatus": "Hibernating"},
        {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"},
        {"EnableManagedSpotTraining": rng.random() < 0.5},
        {"WarmPoolStatus": {"Status": rng.choice(("InUse", "Terminated"))}},
        {"SecondaryStatusTransitions": answer.get("SecondaryStatusTransitions", [])[1:]},
    ]
    return answer | rng.choice(odd)


@given(arrivals())
def test_it_goes_on_as_if_nothing_had_happened(arrived: tuple[list[Answer], int]) -> None:
    """Restored at any place in any series: the same snapshot, silence, then the same story.

    Only what the original tracker knows for a duplicate of what came before may be judged again; it
    brings nothing either way.
    """
    answers, place = arrived
    original, told = tracking()
    for answer in answers[:place]:
        original.observe(answer)
    del told[:]
    other, told_by_other = restored(original.snapshot())
    assert other.snapshot() == original.snapshot()
    assert told_by_other == []
    for answer in answers[place:]:
        one, two = original.observe(answer), other.observe(answer)
        assert one.events == two.events
        assert one.arrival is two.arrival or one.duplicate
    assert told_by_other == told
    assert story(other) == story(original)


def story(tracker: Tracker) -> list[object]:
    """Return all that can be asked of jobs."""
    return [
        (
            *(job.key, job.states(), job.states("warm_pool"), job.features, job.result),
            *(job.entries, job.modified, job.since),
        )
        for job in tracker
    ]


def test_nothing_is_told_twice_across_a_restart() -> None:
    """Violations, unknown statuses, stays: what was told before stays told."""
    answers = [
        item("tide", "Completed", "Completed"),
        item("tide", "InProgress", "Hibernating"),
        described(("Starting", 60), ("Dreaming", 60)),
    ]
    tracker = observed(answers)
    other, told = restored(tracker.snapshot())
    for answer in answers[-1:] * 2:
        other.observe(answer)
    assert told == []
    # A status that nobody knows is kept only if it is certainly newer.
    assert other.observe(answers[-1]).stale
    assert other.observe(answers[0]).duplicate


def test_an_empty_tracker() -> None:
    """Knows nothing, and says so."""
    tracker, _ = restored(Tracker(TRAINING_JOB).snapshot())
    assert len(tracker) == 0


def test_jobs_whose_name_was_used_again() -> None:
    """Both are kept, and the arn means the later one."""
    later = {"CreationTime": "2026-03-05T00:00:00Z"}
    tracker = observed([item("tide", "InProgress") | later, item("tide", "Failed", "Failed")])
    other, _ = restored(tracker.snapshot())
    assert story(other) == story(tracker)
    assert other[item("tide")["TrainingJobArn"]].status == "InProgress"


# --- What it looks like -------------------------------------------------------------------------


def test_as_data() -> None:
    """Its version first; what is known in words, once for all jobs; a job a line."""
    text = sent().snapshot()
    lines = text.splitlines()
    assert text.startswith('{"snapshot": 1, ')
    assert text.isascii()
    assert len(lines) == 3
    found = json.loads(text)
    assert found["kinds"] == {"parcel": "1"}
    features = [{"cheap": False, "insured": True, "sender": True}]
    assert found["estimates"] == [
        {
            "kind": "parcel",
            "memories": ["seen"],
            "regions": [["way", [["at the door", ["seen"], features]]]],
        },
        # All that an answer shows goes with it, whatever is known of the job besides.
        {
            "kind": "parcel",
            "memories": ["seen"],
            "regions": [["way", [["sent", [], features], ["sent", ["seen"], features]]]],
        },
        # No job has both features, so an answer that shows both says nothing of either.
        {
            "kind": "parcel",
            "memories": ["seen"],
            "regions": [["way", [["at the door", ["seen"], [{"sender": True}]]]]],
        },
    ]
    moment = calendar.timegm((2026, 5, 6, 7, 8, 9)) * 1_000_000
    (job,) = found["jobs"]
    (key,) = job["reported"].pop("cheap-insurance")
    assert key.startswith("violation:parcel:parcel/1@2026-05-06T07:08:09Z:cheap-insurance:")
    # The latest of all times, and since when answers are judged; then of each answer its own, at
    # the earliest and at the latest, and what tells it from others.
    latest, since, *own = map(int, job.pop("times").split())
    assert (latest, since) == (moment + 122_250_000, -(1 << 63))
    assert own[:2] == [moment + 61_250_000] * 2
    assert own[3:5] == [moment + 122_250_000] * 2
    assert len(own) == 6
    assert job == {
        "kind": "parcel",
        "id": "parcel/1",
        "created": moment,
        "estimates": 0,
        # What is possible, how many entries count, where it begins; what each answer shows, and the
        # number of entries then, at least and at most; and that each came after the one before.
        "patterns": {"way": [0, 2, None, [1, 2], [[2, 2], [0, (1 << 31) - 1]], True]},
        "entries": [
            ["packed", moment + 250_000, None, None],
            ["sent", moment + 61_250_000, None, None],
        ],
        "modified": moment + 122_250_000,
        "since": moment + 122_250_000,
        "kept_values": None,
        "cause": None,
        "failure_reason": None,
        "refined": None,
        "ended": 0,
        "entered": 2,
        "changes": 2,
        "reported": {},
        "suppressed": 0,
        "told_created": None,
    }


# --- Under another version of the life cycle ------------------------------------------------------


def test_a_newer_life_cycle_with_another_state_and_feature() -> None:
    """What the old one had no word for is open: the job goes on where it stood."""
    newer = PARCELS.evolve(
        version="2",
        add_states=[state("in customs")],
        add_edges=[edge("at the door", "in customs"), edge("in customs", "sent")],
        add_features=[feature("fragile")],
    )
    tracker, told = restored(sent().snapshot(), newer)
    job = tracker[PARCEL]
    assert (job.status, job.features) == ("at the door", {"insured": True, "cheap": False})
    tracker.observe(parcel("in customs", at=183, fragile=True))
    tracker.observe(parcel("sent", at=244))
    tracker.observe(parcel("delivered", at=305))
    assert [each for each in told if not isinstance(each, StatusChanged)] == []
    assert tracker[PARCEL].features["fragile"] is True


def test_a_newer_life_cycle_with_another_memory() -> None:
    """Of what nobody remembered then nothing is known: the job may have passed it or not."""
    memory = Memory(name="left", region="way", states=frozenset({"sent"}), rule="delivered-unseen")
    newer = attrs.evolve(PARCELS, version="2", memories=(*PARCELS.memories, memory))
    tracker, told = restored(sent().snapshot(), newer)
    assert tracker[PARCEL].status == "at the door"
    tracker.observe(parcel("delivered", at=305))
    assert [type(each) for each in told] == [StatusChanged]


def test_a_newer_life_cycle_without_a_feature() -> None:
    """What it has no word for is dropped."""
    features = tuple(each for each in PARCELS.features if each.name != "cheap")
    newer = attrs.evolve(PARCELS, features=features, exclusions=())
    tracker, _ = restored(sent().snapshot(), newer)
    assert tracker[PARCEL].features == {"insured": True}


def test_a_life_cycle_without_a_state() -> None:
    """Every job that may stand there is a problem, and what there is is said."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("returned", at=61))
    with pytest.raises(SnapshotError) as caught:
        Tracker(PARCELS.evolve(drop_states=["returned"])).restore(tracker.snapshot())
    for number, problem in enumerate(caught.value.problems):  # it may have been at the door or not
        assert problem.path == f"estimates[0].regions[0][1][{number}][0]"
        assert problem.got == "'returned'"
        assert problem.expected.endswith(": at the door, delivered, forgotten, packed, sent")
    assert len(caught.value.problems) == 2


def test_a_tighter_life_cycle() -> None:
    """Where a job can't be what it was known to be, it is refused."""
    text = sent().snapshot()
    assert restored(text, PARCELS.given(insured=True))[0][PARCEL].status == "at the door"
    assert [path for path, _ in problems(text, PARCELS.given(insured=False))] == [
        "estimates[0].regions[0][1]",
        "estimates[1].regions[0][1]",
    ]


def test_a_life_cycle_without_histories() -> None:
    """Keeps answers as any other does."""
    bare = attrs.evolve(PARCELS, regions=(attrs.evolve(WAY, history=""),))
    tracker = Tracker(bare)
    tracker.observe(parcel("sent", at=61))
    assert restored(tracker.snapshot(), bare)[0][PARCEL].status == "sent"
    assert restored(sent().snapshot(), bare)[0][PARCEL].status == "at the door"


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "snapshot"),
        ("{", "snapshot"),
        ("[]", "snapshot"),
        ("[" * 100_000, "snapshot"),
        ("1" * 10_000, "snapshot"),
        ("NaN", "snapshot"),
        ("{}", "snapshot"),
        ('{"snapshot": "1"}', "snapshot"),
        ('{"snapshot": true}', "snapshot"),
        ('{"snapshot": 2}', "snapshot"),
        ('{"snapshot": 1}', "kinds"),
        ('{"snapshot": 1, "kinds": {"a\\nb": "1"}}', r"kinds['a\nb']"),
    ],
)
def test_no_snapshot(text: str, path: str) -> None:
    """What is none, is one of a newer version, or of another life cycle, is refused as a whole."""
    assert [where for where, _ in problems(text)] == [path]


def test_a_newer_snapshot() -> None:
    """Its first key is looked at before anything else: all the rest may mean something new."""
    with pytest.raises(SnapshotError, match=r"snapshot: expected version 1, got 2$"):
        Tracker(TRAINING_JOB).restore('{"snapshot": 2, "jobs": 7}')


def test_another_life_cycle() -> None:
    """Jobs of another kind are none of ours."""
    expected = r"kinds\['parcel'\]: expected 'sagemaker-training-job', got 'parcel'$"
    with pytest.raises(SnapshotError, match=expected):
        Tracker(TRAINING_JOB).restore(sent().snapshot())


def test_a_job_of_which_nothing_is_shown() -> None:
    """It is kept, with nothing known of it."""
    tracker, _ = tracking(PARCELS)
    tracker.observe(attrs.evolve(parcel("sent"), shown={}))
    other, told = restored(tracker.snapshot(), PARCELS)
    assert (other["parcel/1"].status, told) == ("unknown", [])
    assert other.snapshot() == tracker.snapshot()


def test_a_job_that_is_twice() -> None:
    """Nobody could tell which of the two is right."""
    found = data(sent())
    found["jobs"] *= 2
    assert problems(found, PARCELS) == [("jobs[1].id", "'parcel/1'")]


def test_jobs_that_are_tracked_already() -> None:
    """What is known of them stays as it is, and no other job is taken."""
    tracker, told = tracking(PARCELS)
    tracker.observe(parcel("packed", at=0))
    other = sent()
    other.observe(attrs.evolve(parcel("sent", at=61), job=JobKey("parcel", "parcel/2", BEGIN)))
    before, told[:] = tracker.snapshot(), []
    with pytest.raises(SnapshotError) as caught:
        tracker.restore(other.snapshot())
    expected = "jobs not tracked here yet"
    assert caught.value.problems == (Problem("jobs", expected, f"'{PARCEL}'"),)
    assert (tracker.snapshot(), told) == (before, [])


def test_every_problem_is_said() -> None:
    """Of every job and every set, each with its path; hostile names are shown plainly."""
    found = data(sent())
    job = found["jobs"][0]
    others = [
        job | {"id": None, "created": -(10**18), "patterns": {"way": [1]}},
        job | {"id": "b", "estimates": 99, "modified": "2026-01-01", "since": True},
        job
        | {
            "id": "c",
            "entries": [["packed", None, 10**400, 7], ["sent"], 5],
            "reported": {"a\nb": [1], "c": ["x"], "d": {}},
        },
        job
        | {
            "id": "d",
            "patterns": {"no\nway": [], "way": ["0", -1, [0, 0, 1 << 31], 7, [[0, 1.5]], 1]},
            "times": 0.5,
            "cause": 1,
            "failure_reason": 2,
        },
        job | {"id": "e", "estimates": None, "entered": 1.0, "changes": True, "suppressed": None},
        job | {"id": "ee", "times": f"{1 << 63} 0 0 0 0"},
        job | {"id": "f", "patterns": "[1", "reported": "[]", "entries": {}},
        [],
        {"id": "g"},
    ]
    found["jobs"] = [job, *others]
    words = found["estimates"][0]
    regions: list[list[object]] = [
        [["way", [["sent", ["unheard of"], [{}]]]]],
        [["way", 5], ["nowhere", []], 7],
        [["way", [["sent", [1], []], ["sent", [], [[]]], ["lost", 1, []], 1]]],
        words["regions"] * 2,
    ]
    found["estimates"] += [words | {"regions": each} for each in regions]
    found["estimates"] += [words | {"memories": 7}, words | {"regions": 5}, 7]
    assert [path for path, _ in problems(found, PARCELS)] == [
        "estimates[3].regions[0][1][0][1]",
        "estimates[4].regions[0][1]",
        "estimates[4].regions[1][0]",
        "estimates[4].regions[2]",
        "estimates[5].regions[0][1][0][1]",
        "estimates[5].regions[0][1][1][2][0]",
        "estimates[5].regions[0][1][2][0]",
        "estimates[5].regions[0][1][2][1]",
        "estimates[5].regions[0][1][3]",
        "estimates[6].regions",
        "estimates[7].memories",
        "estimates[8].regions",
        "estimates[9]",
        "jobs[1].id",
        "jobs[1].created",
        "jobs[1].patterns['way']",
        "jobs[2].estimates",
        "jobs[2].modified",
        "jobs[2].since",
        r"jobs[3].reported['a\nb']",
        "jobs[3].reported['d']",
        "jobs[3].entries[0][1]",
        "jobs[3].entries[0][2]",
        "jobs[3].entries[0][3]",
        "jobs[3].entries[1]",
        "jobs[3].entries[2]",
        r"jobs[4].patterns['no\nway']",
        "jobs[4].patterns['way'][0]",
        "jobs[4].patterns['way'][1]",
        "jobs[4].patterns['way'][2][2]",
        "jobs[4].patterns['way'][3]",
        "jobs[4].patterns['way'][4][0][1]",
        "jobs[4].patterns['way'][5]",
        "jobs[4].times",
        "jobs[4].cause",
        "jobs[4].failure_reason",
        "jobs[5].estimates",
        "jobs[5].entered",
        "jobs[5].changes",
        "jobs[5].suppressed",
        "jobs[6].times",
        "jobs[7].patterns",
        "jobs[7].reported",
        "jobs[7].entries",
        "jobs[8]",
        "jobs[9]",
    ]


def test_what_is_expected_is_said() -> None:
    """Each problem says where it stands, what is expected there, and what came."""
    found = data(sent())
    (job,) = found["jobs"]
    job |= {"created": -(10**18), "estimates": 7, "patterns": "[1", "suppressed": "none"}
    found["estimates"][1] = {
        "kind": "parcel",
        "memories": [],
        "regions": [["way", [["sent", ["seen"], [{}]]]]],
    }
    with pytest.raises(SnapshotError) as caught:
        Tracker(PARCELS).restore(json.dumps(found))
    assert caught.value.problems == (
        Problem(
            "estimates[1].regions[0][1][0][1]",
            "some of the memories it speaks of: []",
            "['seen']",
        ),
        Problem("jobs[0].created", "a time in microseconds since 1970", "-1000000000000000000"),
        Problem("jobs[0].estimates", "the number of something that is known", "7"),
        Problem("jobs[0].patterns", "an object", "'[1'"),
        Problem("jobs[0].suppressed", "a whole number, 0 or more", "'none'"),
    )


def test_what_refers_to_a_set_that_can_not_be_read_is_no_second_problem() -> None:
    """One cause, one problem."""
    found = data(sent())
    found["estimates"][0] = None
    assert problems(found, PARCELS) == [("estimates[0]", "None")]


@pytest.mark.parametrize("part", ["estimates", "jobs"])
def test_a_part_that_is_missing(part: str) -> None:
    """Is a problem, whatever else there is."""
    found = data(sent())
    del found[part]
    assert problems(found, PARCELS) == [(part, "None")]


def test_a_region_of_another_name() -> None:
    """What is known of one region says nothing of the one with the history."""
    tracker = observed([item("tide") | {"WarmPoolStatus": {"Status": "Available"}}])
    found = data(tracker)
    words, *others = found["estimates"]
    pool = [[name, groups] for name, groups in words["regions"] if name == "warm_pool"]
    found["estimates"] += [words | {"regions": pool}]
    number = len(others) + 1
    found["jobs"][0]["patterns"]["job"][0] = number
    assert problems(found) == [("jobs[0].patterns['job'][0]", str(number))]


EVER = (1 << 63) - 1


def kept(count: int, *, chain: bool = False, first: int = EVER, begin: int = -EVER) -> object:
    """Return a snapshot of a job of which some answers are kept, as of any time by default."""
    found = data(sent())
    (job,) = found["jobs"]
    any_number = [0, (1 << 31) - 1]
    job["patterns"] = {"way": [0, 0, None, [1] * count, [any_number] * count, chain]}
    rows = [f"{begin} {EVER if begin < 0 else begin} {number}" for number in range(count)]
    job["times"] = " ".join([f"{first} {-EVER}", *rows])
    return found


def test_more_answers_than_are_kept_apart() -> None:
    """Their orders would be too many to look at."""
    Tracker(PARCELS).restore(json.dumps(kept(8)))
    with pytest.raises(SnapshotError, match="at most 8 answers whose order nothing tells"):
        Tracker(PARCELS).restore(json.dumps(kept(9)))
    assert [path for path, _ in problems(kept(17), PARCELS)] == ["jobs[0].patterns['way'][3]"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (kept(2, chain=True), "times: expected each answer after all before"),
        (kept(1, chain=True, begin=7, first=6), "times: expected first of each region the latest"),
    ],
)
def test_times_that_are_not_as_what_was_made_of_them(found: object, expected: str) -> None:
    """What comes next is taken by what answers say of each other, so their times must be so."""
    with pytest.raises(SnapshotError, match=re.escape(f"jobs[0].{expected}")):
        Tracker(PARCELS).restore(json.dumps(found))


@pytest.mark.parametrize(
    ("times", "got"),
    [
        ("", "''"),
        (None, "None"),
        ("1 2 3 4", "'1 2 3 4'"),
        ("1 2 3 4 5 6 7 8 9", "'1 2 3 4 5 6 7 8 9'"),
        ("1 2 x 4 5 6 7 8", "'1 2 x 4 5 6 7 8'"),
    ],
)
def test_times_of_other_answers(times: str | None, got: str) -> None:
    """There are two numbers of each region, and three of each answer."""
    found = data(sent())
    found["jobs"][0]["times"] = times
    assert problems(found, PARCELS) == [("jobs[0].times", got)]


@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        (4, [], "[4]"),
        (4, [[2, 2]], "[4]"),
        (0, None, "[4]"),
        (5, None, "[5]"),
    ],
)
def test_patterns_that_can_not_be(place: int, value: object, path: str) -> None:
    """How many entries there were is known of each, unless they were taken in the order given."""
    found = data(sent())
    found["jobs"][0]["patterns"]["way"][place] = value
    assert [where for where, _ in problems(found, PARCELS)] == [f"jobs[0].patterns['way']{path}"]


def test_answers_in_the_order_given_are_no_chain() -> None:
    """Their times tell nothing."""
    strict = Tracker(PARCELS, strict=True)
    strict.observe(parcel("sent", at=61))
    found = data(strict)
    way = found["jobs"][0]["patterns"]["way"]
    assert way[0] is None
    assert (len(way[3]), way[4:]) == (1, [[], False])
    Tracker(PARCELS).restore(json.dumps(found))
    way[5] = True
    assert problems(found, PARCELS) == [("jobs[0].patterns['way'][5]", "True")]


# --- Damage ---------------------------------------------------------------------------------------

#: What turns up in the place of something else.
SCRAP: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, -1, 0, 1, 10**400, 1.5, float("nan"), "", "way", "\ud800", "2026", "sent"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", [], {}, [[]], {"": []}),
        *([None] * 3, ["sent", [], [{}]], {"way": 0}, ["way", []], 10**17),
    ]
).map(deepcopy)


def places(found: object, path: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    """Return the path of everything inside some data."""
    if isinstance(found, dict):
        inner: Sequence[tuple[int | str, object]] = list(found.items())
    elif isinstance(found, list):
        inner = list(enumerate(found))
    else:
        inner = []
    return [each for key, value in inner for each in [(*path, key), *places(value, (*path, key))]]


@st.composite
def damaged_snapshots(draw: st.DrawFn) -> str:
    """Return a snapshot with some of it replaced, removed or doubled, or its text cut about."""
    found = draw(st.sampled_from([data(sent()), data(observed(SERIES[3] + SERIES[4]))]))
    found = deepcopy(found)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(found)))
        holder: Any = found
        for key in way:
            holder = holder[key]
        kind = draw(st.sampled_from(("replace", "replace", "remove", "double")))
        if kind == "replace":
            holder[last] = draw(SCRAP)
        elif kind == "remove":
            del holder[last]
        elif isinstance(last, int):
            holder.insert(last, holder[last])
        else:
            holder[f"{last} again"] = holder[last]
    text = json.dumps(found)
    if draw(st.booleans()):
        begin, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        text = text[:begin] + draw(st.text(max_size=3)) + text[end if end - begin < 9 else begin :]
    return text


def refusal(tracker: Tracker, text: str) -> SnapshotError | None:
    """Return why a snapshot is refused; None where it is taken."""
    try:
        tracker.restore(text)
    except SnapshotError as error:
        return error
    return None


@given(damaged_snapshots(), st.sampled_from([TRAINING_JOB, PARCELS]))
def test_damage_is_restored_or_refused(text: str, lifecycle: Lifecycle) -> None:
    """Whatever a snapshot has become: it is taken as a whole, or refused with all that is wrong.

    What was taken can be kept and asked again, and takes further answers.
    """
    tracker, told = tracking(lifecycle)
    refused = refusal(tracker, text)
    if refused is not None:
        assert refused.problems
        assert all(problem.path and problem.expected for problem in refused.problems)
        assert all(line.isprintable() for line in str(refused).split("\n"))
        assert (len(tracker), told) == (0, [])
        return
    again = Tracker(lifecycle)
    again.restore(tracker.snapshot())
    assert again.snapshot() == tracker.snapshot()
    assert (
        story(again) == story(tracker) if lifecycle is TRAINING_JOB else len(again) == len(tracker)
    )
    for answer in SERIES[3] if lifecycle is TRAINING_JOB else [parcel("sent", "packed", at=200)]:
        tracker.observe(answer)


def test_most_damage_is_noticed() -> None:
    """And not only where everything is broken: both ends of the test above are met."""
    rng = random.Random(4)
    noticed = 0
    for _ in range(200):
        found = data(sent())
        found["jobs"][0][rng.choice(list(found["jobs"][0]))] = rng.choice([None, -1, "x", [], {}])
        noticed += refusal(Tracker(PARCELS), json.dumps(found)) is not None
    assert 100 < noticed < 200
