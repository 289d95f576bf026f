"""What a fleet did over the picture: counts, stays, ends, whatever the order of counting."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import ObservationError
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays.durations import RELATIVE_ERROR, Spans
from jobstate.diagrams.overlays.fleet import Census, fleet
from jobstate.diagrams.overlays.fleet_tables import MOST_ROWS
from jobstate.diagrams.overlays.job import way
from jobstate.diagrams.overlays.overlay import OverlaySign
from jobstate.errors import UnknownNameError
from jobstate.model.life import Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import lives
from tests.support import corpus_series
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.small import PARCELS, edge, parcel, state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstate.model.life import Life

CALM = TRAINING_JOB.given(stop=False)
IDS = ids_of(TRAINING_JOB)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"
_FLEET_SIGNS = ("pill", "chip", "share", "corner", "rest")


def everything(census: Census) -> dict[str, Any]:
    """Return all that a census has counted, as data that can be compared."""
    lengths = {
        place: (spans.count, spans.total, [spans.quantile(each / 20) for each in range(21)])
        for place, spans in census.lengths.items()
    }
    counters = ("moves", "broken", "time", "ends", "ended", "now", "open", "labels", "failures")
    names = ("jobs", "without_history", "guessed", *counters)
    return {name: getattr(census, name) for name in names} | {"lengths": lengths}


def whole(life: Life) -> list[dict[str, Any]]:
    """Return the answers of whoever sees all that happens to a job."""
    return [life.at(when) for when in life.changes]


# --- The census -----------------------------------------------------------------------------------


def test_a_few_jobs() -> None:
    """By hand: moves, stays, ends."""
    census = Census(TRAINING_JOB)
    for name in STORIES:
        census.add(whole(told(name)))
    assert census.jobs == 6
    assert census.moves["job", None, "InProgress/Starting"] == 6
    assert census.moves["job", "InProgress/Starting", "InProgress/Downloading"] == 5
    assert census.moves["job", "Stopping/Training", "Stopping/Stopping"] == 1
    assert census.moves["job", "Failed/Failed", "Deleting/Failed"] == 1
    assert census.ends == {
        ("job", "Completed/Completed"): 1,
        ("job", "Failed/Failed"): 2,
        ("job", "Stopped/Stopped"): 2,
        ("job", "Stopped/MaxRuntimeExceeded"): 1,
    }
    assert census.ended == {"job": 6}
    assert census.time["job", "InProgress/Training"] == (600 + 600 + 90 + 900) * 1_000_000
    assert census.lengths["job", "InProgress/Starting"].count == 6
    assert (census.guessed, census.broken, census.without_history) == (0, {}, 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(lives(complete=True), min_size=1, max_size=12))
def test_lives_are_counted_as_they_are(of: list[Life]) -> None:
    """Moves, lengths and ends are those that another way of counting finds."""
    census = Census(TRAINING_JOB)
    moves: Counter[tuple[str | None, str]] = Counter()
    lengths: defaultdict[str, list[float]] = defaultdict(list)
    ends: Counter[str] = Counter()
    for life in of:
        census.add(whole(life))
        moves.update([(None, life.stays[0].state)])
        moves.update((one.state, other.state) for one, other in pairwise(life.stays))
        final = [stay.state for stay in life.stays if life.region.state(stay.state).final]
        ends.update(final[:1])
        for stay, after in pairwise(life.stays):
            if stay.state not in final:
                lengths[stay.state].append((after.start - stay.start) / timedelta(microseconds=1))
    counted = {
        (origin, target): count
        for (region, origin, target), count in census.moves.items()
        if region == "job"
    }
    assert counted == moves
    assert {name: count for (where, name), count in census.ends.items() if where == "job"} == ends
    assert set(lengths) == {name for where, name in census.lengths if where == "job"}
    for name, each in lengths.items():
        spans = census.lengths["job", name]
        assert (spans.count, spans.total) == (len(each), round(sum(each)))
        assert census.time["job", name] == spans.total
        assert_near(spans, each)


def assert_near(spans: Spans, lengths: Sequence[float]) -> None:
    """Fail where a median or 95th percentile is further off than it may be."""
    if len(lengths) > 1:
        cuts = statistics.quantiles(lengths, n=20, method="inclusive")
        for share, exact in ((0.5, cuts[9]), (0.95, cuts[18])):
            assert abs(spans.quantile(share) - exact) <= exact * RELATIVE_ERROR * 1.000_001
    else:
        assert spans.quantile(0.5) == spans.quantile(0.95) == lengths[0]


@settings(max_examples=25, deadline=None)
@given(st.lists(lives(), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_is_of_no_account(of: list[Life], chance: random.Random) -> None:
    """In any order, and in several censuses that are merged, the same is counted."""
    one, first, second = (Census(TRAINING_JOB) for _ in range(3))
    for life in of:
        one.add(whole(life))
    shuffled = list(of)
    chance.shuffle(shuffled)
    for life in shuffled:
        chance.choice([first, second]).add(whole(life))
    first.merge(second)
    assert everything(one) == everything(first)
    assert fleet(TRAINING_JOB, one) == fleet(TRAINING_JOB, first)


@settings(max_examples=40, deadline=None)
@given(lives())
def test_a_job_is_counted_as_it_is_drawn(life: Life) -> None:
    """The arrows that the way marks, as often."""
    census = Census(TRAINING_JOB)
    answer = life.at(life.end)
    census.add(answer)
    found, drawn = fleet(TRAINING_JOB, census), way(TRAINING_JOB, answer)
    for one, other in ((found.arrows, drawn.arrows), (found.starts, drawn.starts)):
        assert {each: mark.count for each, mark in one.items()} == {
            each: mark.count for each, mark in other.items()
        }
    assert set(found.nodes) == set(drawn.nodes)


def test_the_corpus() -> None:
    """33 real histories: as many moves as entries, and the moves of the primary status alone."""
    census = Census(TRAINING_JOB)
    entries = 0
    ends: Counter[str] = Counter()
    for trace, answers in corpus_series.usable_series():
        if trace["kind"] == "transitions":
            census.add(answers)
            entries += len(trace["observations"])
            if trace["complete"]:
                ends[trace["observations"][-1]["secondary"]] += 1
    loud = Counter(
        {
            move: count
            for move, count in census.moves.items()
            if move[0] == "job" and (move[1] or "/").split("/")[1] != move[2].split("/")[1]
        }
    )
    assert census.jobs == 33
    assert loud.total() == entries
    ended = Counter(
        {place[1].rpartition("/")[2]: n for place, n in census.ends.items() if place[0] == "job"}
    )
    assert ended == ends
    assert census.broken == {}


def test_jobs_without_a_history() -> None:
    """Only what is certain of them is counted, and no lengths."""
    census = Census(TRAINING_JOB)
    life = told("completed")
    census.add([life.at(when, "list") for when in life.changes])
    assert census.without_history == 1
    assert census.moves == {
        ("job", None, "InProgress/Starting"): 1,
        ("job", "InProgress/Training", "InProgress/Uploading"): 1,
    }
    assert (census.lengths, census.time) == ({}, {})
    assert census.ends == {("job", "Completed/Completed"): 1}
    bare = life.at(life.end, "list") | {"TrainingJobStatus": "Stopped"}
    del bare["SecondaryStatus"]
    census.add(bare)
    assert census.ended == {"job": 2}
    assert census.ends.total() == 1
    found = fleet(TRAINING_JOB, census)
    assert found.instead
    (table,) = found.tables
    assert table.rows == (
        ("Completed/Completed", "", "1 of 2 · 50%"),
        ("Stopped", "", "1 of 2 · 50%"),
        ("all", "0", "2"),
    )
    assert found.footer.startswith("No job has a history")
    census.add(life.at(life.end))
    mixed = fleet(TRAINING_JOB, census)
    assert not mixed.instead
    assert mixed.footer.endswith("; 2 jobs without a history")
    (table,) = mixed.tables
    assert table.rows == (("Stopped", "", "1 of 3 · 33%"),)


def test_where_jobs_are_now() -> None:
    """Those that have not ended: by state, by a status alone, and by what is no state at all."""
    census = Census(TRAINING_JOB)
    item = told("completed").at(BEGIN + timedelta(seconds=300), "list")
    shown: tuple[dict[str, str | None], ...] = (
        {},
        {},
        {"SecondaryStatus": "Uploading"},
        {"SecondaryStatus": None},
        {"SecondaryStatus": "Completed"},
        {"TrainingJobStatus": "Hibernating"},
        {"TrainingJobStatus": "Completed"},
    )
    for number, changes in enumerate(shown):
        said = {name: value for name, value in (item | changes).items() if value is not None}
        census.add(said | {"TrainingJobName": f"x-{number}", "TrainingJobArn": f"{ARN}x-{number}"})
    assert census.now == {
        ("job", "InProgress/Training"): 2,
        ("job", "InProgress/Uploading"): 1,
    }
    assert (census.open, census.ended, census.ends) == ({"job": 6}, {"job": 1}, {})
    assert census.labels == {
        ("job", "InProgress", False): 1,
        ("job", "InProgress/Completed", False): 1,
        ("job", "Hibernating/Training", False): 1,
        ("job", "Completed/Training", True): 1,
    }
    (table,) = fleet(TRAINING_JOB, census).tables
    assert table.rows == (
        ("InProgress/Training", "2 of 6 · 33%", ""),
        ("InProgress/Uploading", "1 of 6 · 17%", ""),
        ("Completed/Training", "", "1 of 1 · 100%"),
        ("Hibernating/Training", "1 of 6 · 17%", ""),
        ("InProgress", "1 of 6 · 17%", ""),
        ("InProgress/Completed", "1 of 6 · 17%", ""),
        ("all", "6", "1"),
    )


def test_from_where_jobs_failed() -> None:
    """The status that they left, and the cause as the service's words have it."""
    census = Census(TRAINING_JOB)
    for name in ("failed", "deleted", "completed"):
        census.add(whole(told(name)))
    reasons = {
        "a": "CapacityError: Unable to provision requested ML compute capacity.",
        "b": "InternalServerError: We encountered an internal error.",
        "c": None,
    }
    for name, reason in reasons.items():
        life = told("failed", job=name)
        answer = life.at(life.end) | {"FailureReason": reason}
        census.add({key: value for key, value in answer.items() if value is not None})
    thin = told("failed", job="d")
    census.add(thin.at(thin.end, "list"))
    assert census.failures.total() == 6
    left = Counter[str | None]()
    for (_, origin, _), count in census.failures.items():
        left[origin] += count
    assert left == {"InProgress/Uploading": 4, "InProgress/Downloading": 1, None: 1}
    (table,) = fleet(TRAINING_JOB, census).tables
    assert table.title == "6 failed: the status that they left, and why"
    assert table.head == ("left", "failed", "algorithm", "not told", "internal", "no capacity")
    assert table.rows == (
        ("InProgress/Uploading", "4 of 6 · 67%", "1", "1", "1", "1"),
        ("InProgress/Downloading", "1 of 6 · 17%", "1", "", "", ""),
        ("not told", "1 of 6 · 17%", "", "1", "", ""),
    )


def test_many_causes_and_labels() -> None:
    """The most frequent have a column or a row of their own, the others one together."""
    census = Census(TRAINING_JOB)
    for number in range(8):
        census.failures["job", "InProgress/Training", f"cause_{number}"] += 9 - number
    for number in range(MOST_ROWS + 3):
        census.labels["job", f"Odd{number:02}", False] += 1
    census.open["job"] = MOST_ROWS + 3
    labels, failures = fleet(TRAINING_JOB, census).tables
    assert failures.head == ("left", "failed", *(f"cause {n}" for n in range(5)), "others")
    assert failures.rows == (
        ("InProgress/Training", "44 of 44 · 100%", "9", "8", "7", "6", "5", "9"),
    )
    assert len(labels.rows) == MOST_ROWS + 1
    assert labels.rows[-1] == ("others", "3 of 23 · 13%", "")


def test_stays_that_go_on() -> None:
    """They count for the share of time, not for the lengths."""
    census = Census(TRAINING_JOB)
    census.add(told("completed").at(BEGIN + timedelta(seconds=300)) | {
        "LastModifiedTime": BEGIN + timedelta(seconds=300)
    })  # fmt: skip
    assert census.time["job", "InProgress/Training"] == 195_000_000
    assert ("job", "InProgress/Training") not in census.lengths
    chip = fleet(TRAINING_JOB, census).nodes[IDS.nodes["job", "InProgress/Training"]]
    assert (chip.text, chip.share) == ("", 0.65)


def test_many_jobs_at_once() -> None:
    """Answers in any mixture are told apart by job."""
    names = [name for name in STORIES if name != "deleted"]
    answers = [answer for name in names for answer in whole(told(name))]
    random.Random(5).shuffle(answers)
    answers.sort(key=lambda answer: answer["LastModifiedTime"])
    one, other = Census(TRAINING_JOB), Census(TRAINING_JOB)
    one.add_jobs(answers)
    for name in names:
        other.add(whole(told(name)))
    assert everything(one) == everything(other)


def test_what_is_refused() -> None:
    """Nothing is counted of answers that can't be read, or are about several jobs at once."""
    census = Census(TRAINING_JOB)
    both = [told("completed").at(BEGIN), told("failed").at(BEGIN)]
    with pytest.raises(ObservationError, match="got 2 jobs"):
        census.add(both)
    with pytest.raises(ObservationError):
        census.add([])
    with pytest.raises(ObservationError):
        census.add_jobs([*both, {}])
    assert everything(census) == everything(Census(TRAINING_JOB))


def test_another_census() -> None:
    """Those of different life cycles don't mix."""
    with pytest.raises(ValueError, match=r"a census of parcel 1 can't take one of sagemaker"):
        Census(PARCELS).merge(Census(TRAINING_JOB))


# --- Counted elsewhere ----------------------------------------------------------------------------


def test_counts_from_elsewhere() -> None:
    """Whoever has counted already brings numbers; what no edge allows is told apart."""
    census = Census(PARCELS)
    census.add_counts(
        "way",
        jobs=3,
        starts={"packed": 3},
        moves={("packed", "sent"): 3, ("sent", "forgotten"): 2},
        stays={"packed": [1.5, 2.5, 3.5]},
        ends={"returned": 1},
        now={"sent": 2},
        failures={("sent", "lost_on_the_way"): 1},
    )
    census.add_counts("way")
    found = fleet(PARCELS, census)
    ids = ids_of(PARCELS)
    assert found.title == "3 jobs"
    assert found.nodes[ids.nodes["way", "packed"]].text == "2s · p95 3s"
    assert found.nodes[ids.nodes["way", "returned"]].corner == "1 of 1 · 100%"
    assert found.nodes[ids.nodes["way", "sent"]].corner == "now 2"
    (table,) = found.tables
    assert table.head == ("left", "failed", "lost on the way")
    assert table.rows == (("sent", "1 of 1 · 100%", "1"),)
    assert found.findings == ("sent → forgotten, 2 times: no arrow allows that",)
    assert found.footer == "6 transitions; 1 of 8 edges seen"
    assert found.subtitle == "1 ended · 2 still open"


def test_wrong_counts() -> None:
    """They are refused before anything is counted."""
    census = Census(PARCELS)
    with pytest.raises(UnknownNameError, match="no state 'lost'"):
        census.add_counts("way", jobs=1, moves={("packed", "lost"): 1})
    with pytest.raises(UnknownNameError, match="no region 'road'"):
        census.add_counts("road")
    with pytest.raises(ValueError, match="expected counts and lengths of 0 or more, got -1"):
        census.add_counts("way", jobs=1, ends={"returned": -1})
    with pytest.raises(ValueError, match="got -2"):
        census.add_counts("way", now={"sent": -2})
    with pytest.raises(UnknownNameError, match="no state 'lost'"):
        census.add_counts("way", failures={("lost", "x"): 1})
    with pytest.raises(ValueError, match="got -500000"):
        census.add_counts("way", jobs=1, stays={"packed": [-0.5]})
    assert everything(census) == everything(Census(PARCELS))


def test_a_million_transitions(figures: Callable[[str], None]) -> None:
    """Laid over the picture as quickly as a few."""
    census = Census(TRAINING_JOB)
    chance = random.Random(1)
    edges = {(each.origin, each.target) for each in TRAINING_JOB.regions[0].edges}
    census.add_counts(
        "job",
        jobs=200_000,
        starts={"InProgress/Starting": 200_000},
        moves=dict.fromkeys(edges, 800_000 // len(edges)),
        stays={
            state.name: (chance.lognormvariate(5, 2) for _ in range(2_000))
            for state in TRAINING_JOB.regions[0].states
            if not state.final
        },
    )
    ids_of(TRAINING_JOB)
    began = time.perf_counter()
    found = fleet(TRAINING_JOB, census)
    took = time.perf_counter() - began
    figures(f"fleet: an overlay of a million transitions in {took * 1_000:.0f} ms")
    assert sum(mark.count for mark in found.arrows.values()) > 799_000


# --- The overlay ----------------------------------------------------------------------------------


def test_the_fleet_of_the_picture() -> None:
    """Numbers with their thousands apart, widths by the logarithm, shares of jobs and time."""
    census = Census(TRAINING_JOB)
    work = {
        "Starting": [60.0, 100.0, 140.0],
        "Training": [1_000.0, 4_170.0, 10_000.0],
    }
    census.add_counts(
        "job",
        jobs=5_000,
        starts={"InProgress/Starting": 5_000},
        moves={
            ("InProgress/Starting", "InProgress/Downloading"): 4_486,
            ("InProgress/Training", "InProgress/Uploading"): 20,
        },
        stays={f"InProgress/{name}": lengths for name, lengths in work.items()},
        ends={"Completed/Completed": 3_690, "Failed/Failed": 1_310},
    )
    found = fleet(TRAINING_JOB, census)
    assert found.title == "5,000 jobs"
    assert found.subtitle == "5,000 ended · 0 still open"
    assert {*found.signs} == {*OverlaySign} & {*_FLEET_SIGNS}
    assert found.footer == "9,506 transitions; 2 of 147 edges seen"
    arrow = IDS.arrows["job", "InProgress/Starting", "InProgress/Downloading"]
    assert (found.arrows[arrow].text, found.arrows[arrow].count) == ("4,486", 4_486)
    assert found.arrows[arrow].numbers == ()
    (start,) = found.starts.values()
    rare = found.arrows[IDS.arrows["job", "InProgress/Training", "InProgress/Uploading"]]
    assert start.weight == 1 > found.arrows[arrow].weight > 0.95
    assert 0.3 < rare.weight < 0.4
    assert len(found.arrows) == 2
    nodes = {name: found.nodes.get(IDS.nodes["job", name]) for _, name in IDS.nodes if "/" in name}
    training = nodes["InProgress/Training"]
    assert training is not None
    # By hand: the median is 4,170 s, the 95th percentile 0.9 of the way to 10,000 s: 9,417 s.
    assert training.text[:6] == "1h 09m"
    assert training.text.partition(" · p95 ")[2] in {"2h 36m", "2h 37m"}
    assert training.share == 15_170 / 15_470
    completed, uploading = nodes["Completed/Completed"], nodes["InProgress/Uploading"]
    assert completed is not None
    assert (completed.corner, completed.text) == ("3,690 of 5,000 · 74%", "")
    assert uploading is not None
    assert uploading.text == ""
    assert nodes["InProgress/Pending"] is None
    assert (found.strip, found.breaks, found.findings) == (None, (), ())


def test_nobody() -> None:
    """An empty fleet has an empty overlay."""
    found = fleet(TRAINING_JOB, Census(TRAINING_JOB))
    assert (found.title, found.arrows, found.starts, found.nodes) == ("0 jobs", {}, {}, {})
    assert found.footer == "0 transitions; 0 of 147 edges seen"


def test_moves_that_the_picture_lacks() -> None:
    """A tighter picture says how much it leaves out."""
    census = Census(TRAINING_JOB)
    census.add(whole(told("stopped")))
    found = fleet(CALM, census)
    assert found.footer.partition("; ")[0] == "3 transitions"
    assert found.footer.endswith("; 3 more on edges that the picture does not have")


def test_guesses_are_told() -> None:
    """Moves of the primary status that no history shows are counted on the shortest way."""
    life = told("stopped")
    stays = (
        *life.stays[:3],
        Stay("Stopping/Training", BEGIN + timedelta(seconds=200)),
        Stay("Stopping/Uploading", BEGIN + timedelta(seconds=210)),
        Stay("Stopped/Stopped", BEGIN + timedelta(seconds=220)),
    )
    census = Census(TRAINING_JOB)
    census.add(attrs.evolve(life, stays=stays).at(life.end))
    assert census.guessed == 1
    footer = fleet(TRAINING_JOB, census).footer
    assert footer.endswith("; 1 of the primary status alone, on the shortest way")


def test_what_no_arrow_allows() -> None:
    """The most frequent moves that are none are told, and how many there are more."""
    census = Census(PARCELS)
    census.add(parcel("delivered", "packed", "delivered"))
    census.add(parcel("sent", "sent"))
    census.add(parcel("sent", "sent", "sent"))
    found = fleet(PARCELS, census)
    assert found.findings == (
        "begun in sent, 2 times: no arrow allows that",
        "packed → delivered, 1 time: no arrow allows that",
    )
    assert set(found.nodes) == {
        ids_of(PARCELS).nodes["way", name] for name in ("packed", "sent", "delivered")
    }
    names = [state.name for state in PARCELS.regions[0].states]
    moves = {(one, other): 3 for one in names for other in names if one != other}
    census.add_counts("way", moves=moves)
    many = fleet(PARCELS, census).findings
    assert len(many) == 21
    assert many[0] == "packed → delivered, 4 times: no arrow allows that"
    assert many[-1] == "and 3 moves more"


def test_names_are_printable() -> None:
    """Whatever a life cycle calls its states."""
    odd = PARCELS.evolve(
        add_states=[state("\u202eevil")],
        add_edges=[edge("packed", "\u202eevil"), edge("\u202eevil", "returned")],
    )
    census = Census(odd)
    census.add_counts("way", moves={("\u202eevil", "sent"): 1})
    assert fleet(odd, census).findings == ("\\u202eevil → sent, 1 time: no arrow allows that",)


# --- Lengths --------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=60))
def test_quantiles(lengths: list[int]) -> None:
    """Each is less than a quarter of a per cent off what `statistics` says of the same numbers."""
    spans = Spans()
    for each in lengths:
        spans.add(each)
    assert RELATIVE_ERROR < 0.002_5
    assert (spans.count, spans.total) == (len(lengths), sum(lengths))
    assert_near(spans, lengths)
    assert min(lengths) <= spans.quantile(0) <= spans.quantile(1) <= max(lengths)


def test_no_lengths() -> None:
    """Of none every quantile is 0; nothing merged to them is nothing."""
    spans = Spans()
    spans.merge(Spans())
    assert (spans.quantile(0.5), spans.count, spans.total) == (0, 0, 0)
    spans.add(7, 3)
    spans.merge(Spans())
    assert (spans.quantile(0.5), spans.count, spans.total) == (7, 3, 21)


@given(st.lists(st.integers(0, 10**12)), st.lists(st.integers(0, 10**12)))
def test_merged_lengths(one: list[int], other: list[int]) -> None:
    """As if all had been added to one."""
    first, second, both = Spans(), Spans(), Spans()
    for spans, lengths in ((first, one), (second, other), (both, [*other, *one])):
        for each in lengths:
            spans.add(each)
    first.merge(second)
    shares = [each / 10 for each in range(11)]
    assert [first.quantile(each) for each in shares] == [both.quantile(each) for each in shares]
    assert (first.count, first.total) == (both.count, both.total)


def test_memory_is_bounded() -> None:
    """However many lengths there are, as many classes as the docstring says at most."""
    spans = Spans()
    year = 366 * 86_400 * 1_000_000
    for place in range(200_000):
        spans.add(round(1.000_27**place) % (10_000 * year))
    assert len(spans._classes) <= 8_081  # noqa: SLF001 - what is meant
