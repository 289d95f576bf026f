"""One job's way over the picture: its steps in order, its stays, what it broke."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import JobKey, Lifecycle, Observation, ObservationError, Outcome, check
from jobstate.common.text import counted
from jobstate.diagrams import picture
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays.course import course_of
from jobstate.diagrams.overlays.job import MOST_NUMBERS, way
from jobstate.diagrams.overlays.overlay import Break, Mark, Overlay
from jobstate.diagrams.overlays.sentences import MOST_FINDINGS
from jobstate.diagrams.overlays.strip import MOST_STAYS
from jobstate.diagrams.overlays.words import (
    LONGEST_NAME,
    LONGEST_SENTENCE,
    clock,
    cut,
    duration,
    numbered,
    percent,
    weight,
)
from jobstate.model import Basis, Entry, Region, Severity, Shown
from jobstate.model.life import Life, Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import illegal, lives, polls
from tests.support import corpus_series
from tests.support.brute_force import job_features
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.small import BEGIN as PACKED
from tests.support.small import PARCELS, WAY, edge, parcel, state

if TYPE_CHECKING:
    from collections.abc import Mapping

NODES = {node: names for names, node in ids_of(TRAINING_JOB).nodes.items()}
#: Of a job to which these assumptions apply, each history has one run alone.
CALM = TRAINING_JOB.given(stop=False)


def taken(overlay: Overlay, lifecycle: Lifecycle = TRAINING_JOB, region: str = "job") -> list[str]:
    """Return what a way marks, step by step: the state of the start, then ``origin → target``."""
    ids = ids_of(lifecycle)
    found = [
        (number, name[1])
        for name, start in ids.starts.items()
        if start in overlay.starts and name[0] == region
        for number in overlay.starts[start].numbers
    ]
    found += [
        (number, f"{origin} → {target}")
        for (where, origin, target), arrow in ids.arrows.items()
        if arrow in overlay.arrows and where == region
        for number in overlay.arrows[arrow].numbers
    ]
    numbers = [number for number, _ in sorted(found)]
    assert len(set(numbers)) == len(numbers)
    return [move for _, move in sorted(found)]


def numbers_of(overlay: Overlay) -> list[int]:
    """Return the numbers of all steps on arrows and starts, in order."""
    marks = (*overlay.starts.values(), *overlay.arrows.values())
    return sorted(number for mark in marks for number in mark.numbers)


def moves(states: list[str]) -> list[str]:
    """Return what the way of a job marks that goes through some states."""
    return [states[0], *(f"{origin} → {target}" for origin, target in pairwise(states))]


def chips(overlay: Overlay, region: str = "job") -> dict[str, str]:
    """Return the texts of the chips by state."""
    ids = ids_of(TRAINING_JOB)
    return {
        name: overlay.nodes[node].text
        for (where, name), node in ids.nodes.items()
        if where == region and node in overlay.nodes
    }


def now_in(overlay: Overlay) -> set[str]:
    """Return the names of the states that a job is in now."""
    return {NODES[node][1] for node, chip in overlay.nodes.items() if chip.now}


def alarms(overlay: Overlay) -> dict[str, str]:
    """Return the alarms of the chips by state."""
    return {NODES[node][1]: chip.alarm for node, chip in overlay.nodes.items() if chip.alarm}


def after(seconds: float) -> datetime:
    """Return a time some seconds after the creation of a life told by hand."""
    return BEGIN + timedelta(seconds=seconds)


def interrupted() -> Life:
    """Return the life of the picture in the documentation: interrupted once, completed."""
    stays = (
        ("Pending", 0),
        ("Starting", 21 * 60),
        ("Downloading", 22 * 60 + 30),
        ("Training", 24 * 60),
        ("Interrupted", 84 * 60),
        ("Starting", 117 * 60),
        ("Downloading", 118 * 60 + 33),
        ("Training", 121 * 60 + 44),
        ("Uploading", 270 * 60),
    )
    key = told("completed", job="resnet50-spot-0017").job
    return Life(
        lifecycle=SPOT_PENDING,
        job=key,
        stays=(
            *(Stay(f"InProgress/{name}", after(seconds)) for name, seconds in stays),
            Stay("Completed/Completed", after(271 * 60 + 1)),
        ),
        features={"spot": True},
    )


#: One in which a spot job may begin with Pending.
SPOT_PENDING = attrs.evolve(
    TRAINING_JOB,
    regions=(
        attrs.evolve(
            TRAINING_JOB.regions[0], initial=("InProgress/Starting", "InProgress/Pending")
        ),
        TRAINING_JOB.regions[1],
    ),
)


# --- A history ------------------------------------------------------------------------------------


def test_the_job_of_the_picture() -> None:
    """Each entry is a step, several passes stand in one pill, stays have their sum and share."""
    life = interrupted()
    found = way(SPOT_PENDING, life.at(life.end))
    assert found.title == "resnet50-spot-0017"
    assert found.subtitle == "Completed after 4h 31m · 10 transitions"
    ids = ids_of(SPOT_PENDING)

    def text(origin: str, target: str) -> str:
        arrow = ids.arrows["job", f"InProgress/{origin}", f"InProgress/{target}"]
        return found.arrows[arrow].text

    assert text("Pending", "Starting") == "2"
    assert text("Starting", "Downloading") == "3 7"
    assert text("Downloading", "Training") == "4 8"
    assert text("Training", "Interrupted") == "5"
    assert text("Interrupted", "Starting") == "6"
    assert {mark.text for mark in found.starts.values()} == {"1"}
    assert len(found.arrows) == 7
    # By hand: 90 + 93 s, 90 + 191 s, 3600 + 8896 s, of 16,261 s in all.
    assert chips(found) == {
        "InProgress/Pending": "21m 00s · 8%",
        "InProgress/Starting": "3m 03s in 2 visits · 1%",
        "InProgress/Downloading": "4m 41s in 2 visits · 2%",
        "InProgress/Training": "3h 28m in 2 visits · 77%",
        "InProgress/Interrupted": "33m 00s · 12%",
        "InProgress/Uploading": "1m 01s · < 1%",
        "Completed/Completed": "",
    }
    assert found.nodes[ids.nodes["job", "InProgress/Pending"]].share == 1_260 / 16_261
    assert now_in(found) == {"Completed/Completed"}
    assert (found.breaks, found.findings, found.footer) == ((), (), "")
    assert taken(found, SPOT_PENDING) == moves([stay.state for stay in life.stays])


def test_the_strip() -> None:
    """Stays in seconds from the beginning, each with the step that led there; a final one is 0."""
    strip = way(TRAINING_JOB, told("timed out").at(after(2_000))).strip
    assert strip is not None
    assert (strip.begin, strip.seconds) == (BEGIN, 1_023)
    assert [(stay.label, stay.begin, stay.end, stay.number) for stay in strip.stays] == [
        ("Starting", 0, 65, 1),
        ("Downloading", 65, 105, 2),
        ("Training", 105, 1_005, 3),
        ("Stopping", 1_005, 1_010, 4),
        ("Uploading", 1_010, 1_023, 5),
        ("MaxRuntimeExceeded", 1_023, 1_023, 6),
    ]
    assert not any(stay.open or stay.alarm for stay in strip.stays)
    assert NODES[strip.stays[4].node or ""] == ("job", "Stopping/Uploading")


@pytest.mark.parametrize(
    ("name", "subtitle"),
    [
        ("completed", "Completed after 12m 05s · 5 transitions"),
        ("failed", "Failed (algorithm) after 12m 05s · 5 transitions"),
        ("stopped early", "Stopped after 1m 30s · 2 transitions"),
        ("timed out", "MaxRuntimeExceeded after 17m 03s · 6 transitions"),
        ("deleted", "Failed (algorithm) after 1m 45s · 4 transitions · being deleted"),
    ],
)
def test_subtitles(name: str, subtitle: str) -> None:
    """What a job came to, after how long and how many steps."""
    life = told(name)
    assert way(TRAINING_JOB, life.at(life.end)).subtitle == subtitle


def test_a_job_that_is_there_still() -> None:
    """The open entry lasts until the newest time that the answers show, or until now."""
    answer = told("completed").at(after(300)) | {"LastModifiedTime": after(300)}
    found = way(TRAINING_JOB, answer)
    assert found.subtitle == "Training now, 5m 00s so far · 3 transitions"
    assert chips(found)["InProgress/Training"] == "3m 15s · 65%"
    assert now_in(found) == {"InProgress/Training"}
    assert found.strip is not None
    assert [stay.open for stay in found.strip.stays] == [False, False, True]
    later = way(TRAINING_JOB, answer, now=after(705))
    assert chips(later)["InProgress/Training"] == "10m 00s · 85%"
    assert later.strip is not None
    assert later.strip.seconds == 705
    early = way(TRAINING_JOB, answer, now=after(-5))
    assert chips(early)["InProgress/Training"] == "0s · 0%"


def test_now_needs_a_zone() -> None:
    """A time without one could be any."""
    with pytest.raises(ValueError, match="which has no zone"):
        way(TRAINING_JOB, told("completed").at(BEGIN), now=datetime(2026, 1, 1))  # noqa: DTZ001


def test_what_is_no_answer_about_one_job() -> None:
    """It is refused as `check` refuses it."""
    both = [told("completed").at(BEGIN), told("failed").at(BEGIN)]
    for answers in (both, [], "{}", 7):
        with pytest.raises(ObservationError):
            way(TRAINING_JOB, answers)


def test_a_job_that_is_just_created() -> None:
    """One step, no time yet."""
    found = way(TRAINING_JOB, told("completed").at(BEGIN))
    assert found.subtitle == "Starting now, 0s so far · 1 transition"
    assert taken(found) == ["InProgress/Starting"]
    assert chips(found) == {"InProgress/Starting": "0s"}


# --- Which run ------------------------------------------------------------------------------------

_Run: TypeAlias = tuple[str, ...]


def shortest_runs(
    region: Region, statuses: list[str], now: str, features: Mapping[str, bool]
) -> set[_Run]:
    """Return the shortest runs of states that print some statuses and end in a state.

    A search of its own, run by run; it reads nothing but the data of the life cycle.
    """
    trained = next(iter(TRAINING_JOB.memories)).states
    visible = {each.name: each.visible for each in region.states}
    found: set[_Run] = set()
    for chosen in job_features(TRAINING_JOB, "job"):
        job = dict(chosen)
        if any(job[name] is not has for name, has in features.items()):
            continue
        edges: dict[str, list[str]] = {}
        asking = set()
        for each in region.edges:
            if all(job[name] is has for name, has in each.needs):
                edges.setdefault(each.origin, []).append(each.target)
                asking |= {(each.origin, each.target)} if each.after else set()
        runs: list[_Run] = [(name,) for name in region.initial if visible[name] == statuses[0]]
        place = [0] * len(runs)
        while runs:
            ends = {
                run
                for run, at in zip(runs, place, strict=True)
                if run[-1] == now and at == len(statuses) - 1
            }
            found |= ends
            if ends:
                break
            longer = [
                ((*run, target), at + (visible[target] != visible[run[-1]]))
                for run, at in zip(runs, place, strict=True)
                for target in dict.fromkeys(edges.get(run[-1], []))
                if (run[-1], target) not in asking or trained & set(run)
                if target not in run or visible[target] != visible[run[-1]]
            ]
            fitting = [
                (run, at)
                for run, at in dict.fromkeys(longer)
                if at < len(statuses) and visible[run[-1]] == statuses[at]
            ]
            runs, place = [run for run, _ in fitting], [at for _, at in fitting]
    least = min(map(len, found))
    return {run for run in found if len(run) == least}


def weakness(region: Region, run: _Run) -> tuple[int, int]:
    """Return how many moves of a run are inferred, and how many observed, at best."""
    bases = [
        min(
            each.basis.weakness
            for each in region.edges
            if (each.origin, each.target) == (origin, target)
        )
        for origin, target in pairwise(run)
    ]
    return bases.count(2), bases.count(1)


@settings(max_examples=150, deadline=None)
@given(lives(max_stays=9))
def test_the_shortest_and_firmest_run_is_taken(life: Life) -> None:
    """Of one answer's history: no run is shorter, and none as short is firmer."""
    found = way(TRAINING_JOB, life.at(life.end))
    history = [entry.status for entry in life.entries]
    shown = life.stays[-1].state
    runs = shortest_runs(life.region, history, shown, life.observation(life.end).features)
    chosen = [run for run in runs if moves(list(run)) == taken(found)]
    assert len(chosen) == 1
    assert weakness(life.region, chosen[0]) == min(weakness(life.region, run) for run in runs)


@settings(max_examples=150, deadline=None)
@given(lives(CALM))
def test_a_life_with_one_run(life: Life) -> None:
    """Where no stop is asked for: exactly its edges in order, and all its time."""
    found = way(CALM, life.at(life.end))
    states = [stay.state for stay in life.stays]
    assert taken(found, CALM) == moves(states)
    assert numbers_of(found)[: len(states)] == sorted(numbers_of(found))[: len(states)]
    assert (found.breaks, found.findings) == ((), ())
    assert found.strip is not None
    (first, *_, last) = [*life.stays, life.stays[-1]]
    ended = [stay for stay in life.stays if life.region.state(stay.state).final] or [last]
    length = (ended[0].start - first.start).total_seconds()
    assert found.strip.seconds == pytest.approx(length, abs=1e-3)
    lasting = sum(stay.end - stay.begin for stay in found.strip.stays)
    assert lasting == pytest.approx(length, abs=1e-3)
    shares = [
        chip.share for node, chip in found.nodes.items() if NODES[node][0] == "job" and chip.share
    ]
    assert sum(shares) == pytest.approx(1 if length else 0)


@settings(max_examples=100, deadline=None)
@given(lives())
def test_a_life_that_is_watched(life: Life) -> None:
    """An answer at every moment at which something happens shows each state as it is."""
    found = way(TRAINING_JOB, [life.at(time) for time in life.changes])
    assert taken(found) == moves([stay.state for stay in life.stays])
    assert (found.breaks, found.findings, found.footer) == ((), (), "")


@settings(max_examples=100, deadline=None)
@given(lives().flatmap(lambda life: polls(life, late=False)))
def test_legal_polls_break_nothing(heard: list[tuple[datetime, Any]]) -> None:
    """Whatever is lost or told twice, in whatever forms: no break, numbers in order."""
    found = way(TRAINING_JOB, [answer for _, answer in heard])
    assert found.breaks == ()
    assert not any(chip.alarm for chip in found.nodes.values())
    taken(found)


@pytest.mark.parametrize("firm", ["slow", "quick"])
def test_of_runs_as_short_the_firmest(firm: str) -> None:
    """The one with fewer inferred moves, wherever it stands in the life cycle."""
    lifecycle = Lifecycle(
        name="parcel",
        version="1",
        title="Two",
        regions=(
            Region(
                name="way",
                title="Status",
                history="Log",
                initial=("new/begun",),
                states=(
                    state("new", secondary="begun"),
                    state("slow", secondary="going"),
                    state("quick", secondary="going"),
                    state("old", secondary="done", final=True, outcome=Outcome.SUCCEEDED),
                ),
                edges=tuple(
                    edge(origin, target, basis=Basis.OBSERVED if pace == firm else Basis.INFERRED)
                    for pace in ("slow", "quick")
                    for origin, target in pairwise(("new/begun", f"{pace}/going", "old/done"))
                ),
            ),
        ),
    )
    found = way(
        lifecycle,
        attrs.evolve(parcel("old", "begun", "going", "done"), shown={"way": Shown("old", "done")}),
    )
    states = ["new/begun", f"{firm}/going", "old/done"]
    assert taken(found, lifecycle, "way") == moves(states)


def test_a_primary_status_that_moves_alone() -> None:
    """It is a step; without an answer that shows when, the footer says so and no time is split."""
    life = told("stopped")
    stays = (
        *life.stays[:3],
        Stay("InProgress/Uploading", after(195)),
        Stay("Stopping/Uploading", after(200)),
        Stay("Stopped/Stopped", after(210)),
    )
    life = attrs.evolve(life, stays=stays)
    found = way(TRAINING_JOB, life.at(life.end))
    assert len(taken(found)) == 6
    assert found.subtitle == "Stopped after 3m 30s · 6 transitions"
    assert found.footer == (
        "No answer shows when the primary status moved: the shortest way has it at step 5."
    )
    assert found.strip is not None
    assert sum(stay.end - stay.begin for stay in found.strip.stays) == 210
    watched = way(TRAINING_JOB, [life.at(time) for time in life.changes])
    assert taken(watched) == moves([stay.state for stay in stays])
    assert chips(watched)["InProgress/Uploading"] == "5s · 2%"
    assert chips(watched)["Stopping/Uploading"] == "10s · 5%"


def test_a_thin_answer_tells_the_primary_status_in_between() -> None:
    """It is sorted in by its time, whether it comes before the history or not."""
    life = told("stopped")
    thin, whole = life.at(after(196), "list"), life.at(life.end)
    found = way(TRAINING_JOB, [thin, whole])
    assert taken(found) == moves([name for name, _ in STORIES["stopped"]])
    assert "Stopping/Training" not in chips(way(TRAINING_JOB, whole))


def test_thin_answers_that_fit_nowhere() -> None:
    """They tell nothing of the way; what is wrong with them is said."""
    life = told("completed")
    thin = life.at(after(300), "list")
    whole = life.at(life.end)
    history = moves([name for name, _ in STORIES["completed"]])
    bare = {name: value for name, value in thin.items() if name != "LastModifiedTime"}
    odd = thin | {"SecondaryStatus": "Dreaming"}
    pending = thin | {"SecondaryStatus": "Pending"}
    stopping = thin | {"TrainingJobStatus": "Stopping", "LastModifiedTime": after(2)}
    stopping |= {"SecondaryStatus": "Starting"}
    ended = thin | {"TrainingJobStatus": "Stopped", "SecondaryStatus": "Training"}
    for first in (bare, odd, pending, ended):
        assert taken(way(TRAINING_JOB, [first, whole])) == history
    assert way(TRAINING_JOB, [pending, whole]).findings
    running = life.at(after(600))
    assert taken(way(TRAINING_JOB, [stopping, running])) == history[:3]


def test_an_older_answer_tells_nothing() -> None:
    """As for the judge: what it says of the job is old news."""
    life = told("completed")
    found = way(TRAINING_JOB, [life.at(life.end), life.at(after(66))])
    assert taken(found) == moves([name for name, _ in STORIES["completed"]])
    assert [each.partition("(")[2] for each in found.findings] == ["modified-time-went-back)"]


# --- The corpus -----------------------------------------------------------------------------------

_HISTORIES = [
    (trace, answers)
    for trace, answers in corpus_series.usable_series()
    if trace["kind"] == "transitions"
]


@pytest.mark.parametrize(
    ("trace", "answers"), _HISTORIES, ids=[trace["job"] for trace, _ in _HISTORIES]
)
def test_real_histories(trace: dict[str, Any], answers: list[Any]) -> None:
    """Every entry of a real list is on the way, in order, with its own length."""
    found = way(TRAINING_JOB, answers)
    written = [each["secondary"] for each in trace["observations"]]
    assert found.strip is not None
    stays = found.strip.stays
    drawn = [NODES[stay.node or ""][1].rpartition("/")[2] for stay in stays]
    assert drawn == [stay.label for stay in stays]
    # While a primary status moves alone, the secondary one stays as it is.
    assert [status for status, _ in groupby(drawn)] == written
    whole = [list(each) for _, each in groupby(stays, key=lambda stay: stay.label)]
    for each, entry in zip(whole, trace["observations"], strict=True):
        if entry["end_time"] is not None:
            seconds = (_time(entry["end_time"]) - _time(entry["time"])).total_seconds()
            assert each[-1].end - each[0].begin == pytest.approx(seconds)
    assert found.breaks == ()


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def test_no_real_job_breaks_anything() -> None:
    """None of the 293 has a break or an alarm, and each has a title."""
    for trace, answers in corpus_series.usable_series():
        found = way(TRAINING_JOB, answers)
        assert found.breaks == ()
        assert alarms(found) == {}
        assert found.title == trace["job"]
        taken(found)


def test_what_was_edited_by_hand() -> None:
    """A history that ends elsewhere than the answer says is flagged where it goes on."""
    for trace in corpus_series.traces():
        if trace.get("fixture") == "edited":
            found = way(TRAINING_JOB, corpus_series.answers(trace))
            assert "status-is-last-entry" in alarms(found).values()
            assert "broken" in found.subtitle


# --- Without a history ----------------------------------------------------------------------------


def test_list_items() -> None:
    """What was seen is numbered; an arrow is marked only if every legal way takes it."""
    life = told("completed")
    answers = [life.at(time, "list") for time in life.changes]
    found = way(TRAINING_JOB, answers)
    assert found.subtitle == "Completed after ≈ 12m 05s · 5 statuses known, no history"
    assert taken(found) == ["InProgress/Starting", "InProgress/Training → InProgress/Uploading"]
    assert numbers_of(found) == [1, 4]
    assert chips(found)["InProgress/Training"] == "≈ 10m 00s · 83%"
    assert found.footer.startswith("No history: an arrow is marked if every legal way takes it")
    assert found.strip is not None
    assert [stay.number for stay in found.strip.stays] == [1, 2, 3, 4, 5]
    assert found.strip.stays[0].label == "Starting"
    tight = TRAINING_JOB.given(spot=False, retry=False, plan=False, stop=False)
    assert taken(way(tight, answers), tight)[1:] == [
        "InProgress/Training → InProgress/Uploading",
        "InProgress/Uploading → Completed/Completed",
    ]


def test_what_lies_certainly_between() -> None:
    """States that every legal way passes are on the way, although nobody saw them."""
    tight = TRAINING_JOB.given(spot=False, retry=False, plan=False, stop=False)
    life = told("completed")
    found = way(tight, [life.at(BEGIN, "list"), life.at(life.end, "list")])
    assert taken(found, tight) == [
        "InProgress/Starting",
        "InProgress/Training → InProgress/Uploading",
        "InProgress/Uploading → Completed/Completed",
    ]
    assert numbers_of(found) == [1, 2, 3]
    assert "no history" in found.subtitle


def test_a_primary_status_alone() -> None:
    """It is no state where several have it: nothing says that the job is where it was."""
    life = told("stopped")
    bare = [
        {name: value for name, value in life.at(time, "list").items() if name != "SecondaryStatus"}
        for time in life.changes
    ]
    found = way(TRAINING_JOB, bare)
    assert found.strip is not None
    labels = [(stay.label, stay.node is None) for stay in found.strip.stays]
    assert labels == [
        ("not seen", True),
        *[(each, True) for each in ("InProgress", "Stopping", "Stopped")],
    ]
    assert found.subtitle == "Stopped after ≈ 3m 43s · 4 statuses known, no history"
    assert now_in(found) == set()


def test_what_comes_later_tells_of_what_was_before() -> None:
    """A stop that is shown in Starting afterwards was asked for in Starting."""
    life = told("stopped early")
    first = life.at(BEGIN, "list")
    last = first | {"TrainingJobStatus": "Stopping", "LastModifiedTime": after(80)}
    thin = last | {"LastModifiedTime": after(60)}
    del thin["SecondaryStatus"]
    found = way(TRAINING_JOB, [first, thin, last])
    assert taken(found) == moves(["InProgress/Starting", "Stopping/Starting"])
    assert numbers_of(found) == [1, 2]
    assert chips(found)["Stopping/Starting"] == "20s · 25%"


def test_a_newer_thin_answer_after_a_history() -> None:
    """The history's last stay lasts until it, as far as anybody knows."""
    life = told("completed")
    found = way(TRAINING_JOB, [life.at(after(300)), life.at(life.end, "list")])
    assert taken(found) == moves([name for name, _ in STORIES["completed"]])[:3]
    assert chips(found)["InProgress/Training"] == "≈ 10m 20s · 86%"
    assert found.subtitle == "Completed after 12m 05s · 4 transitions"


def test_answers_without_any_time() -> None:
    """The statuses are there; the way has no times but the creation's."""
    life = told("completed")
    items = [life.at(time, "list") for time in (BEGIN, after(300), life.end)]
    for item in items:
        del item["LastModifiedTime"]
    found = way(TRAINING_JOB, items)
    assert found.strip is not None
    assert [stay.label for stay in found.strip.stays] == ["Starting"]
    assert set(chips(found)) == {
        "InProgress/Starting",
        "InProgress/Training",
        "Completed/Completed",
    }


def test_the_warm_pool() -> None:
    """Its region has its own steps, from 1, where the answers show it."""
    beside = (Stay("InUse", BEGIN), Stay("Available", after(725)), Stay("Reused", after(800)))
    life = told("completed", features={"warm_pool": True}, beside={"warm_pool": beside})
    found = way(TRAINING_JOB, [life.at(time) for time in life.changes])
    assert taken(found, region="warm_pool") == ["InUse", "InUse → Available", "Available → Reused"]
    assert taken(found) == moves([name for name, _ in STORIES["completed"]])
    assert chips(found, "warm_pool") == {
        "InUse": "≈ 12m 05s · 91%",
        "Available": "≈ 1m 15s · 9%",
        "Reused": "",
    }
    assert now_in(found) == {"Completed/Completed", "Reused"}


def test_only_another_region() -> None:
    """A job of which only the pool is shown has no strip and nothing to say of its status."""
    seen = Observation(
        job=JobKey("sagemaker-training-job", "arn:aws:x:y:z:training-job/a", BEGIN),
        shown={"warm_pool": Shown("Available")},
    )
    found = way(TRAINING_JOB, seen)
    assert (found.strip, found.subtitle, found.footer) == (None, "", "")
    assert taken(found, region="warm_pool") == ["InUse", "InUse → Available"]
    nothing = way(TRAINING_JOB, attrs.evolve(seen, shown={}))
    assert (nothing.nodes, nothing.title) == ({}, "a")


# --- What can't be true ---------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(illegal(TRAINING_JOB))
def test_what_is_broken_shows_up(found: Any) -> None:
    """Every rule that a series breaks is named; one that breaks the order of states is drawn."""
    overlay = way(TRAINING_JOB, found.answers)
    said = " ".join(overlay.findings)
    broken = check(TRAINING_JOB, found.answers).violations
    assert f"({found.rule}" in said
    assert all(f"({each.rule}" in said for each in broken[:MOST_FINDINGS])
    errors = {each.rule for each in broken if each.severity is Severity.ERROR}
    assert ("broken" in overlay.subtitle) is bool(errors)
    drawn = {each.rule for each in overlay.breaks} | set(alarms(overlay).values())
    assert drawn <= errors | {"illegal-transition", "warm-pool-illegal-transition"}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["illegal-start", "illegal-transition", "completed-without-training"]).flatmap(
        lambda rule: illegal(TRAINING_JOB, rule)
    )
)
def test_a_history_that_leaps(found: Any) -> None:
    """A move that no arrow allows is a break, with the rule and the step."""
    overlay = way(TRAINING_JOB, found.answers)
    first = check(TRAINING_JOB, found.answers).violations[0]
    if first.path.startswith("SecondaryStatusTransitions["):
        assert found.rule in {each.rule for each in overlay.breaks}
        assert all(set(each.numbers) <= {*range(1, 100)} for each in overlay.breaks)


def leap(*statuses: str, **more: Any) -> dict[str, Any]:
    """Return a describe answer whose history has some statuses, a minute each."""
    times = [BEGIN + timedelta(minutes=place) for place in range(len(statuses) + 1)]
    answer = told("completed").at(BEGIN) | {
        "SecondaryStatusTransitions": [
            {"Status": status, "StartTime": start, "EndTime": end}
            for status, (start, end) in zip(statuses, pairwise(times), strict=True)
        ],
        "SecondaryStatus": statuses[-1],
        "LastModifiedTime": times[-1],
    }
    del answer["SecondaryStatusTransitions"][-1]["EndTime"]
    return answer | more


def node(name: str) -> str:
    """Return the id of a state's node."""
    return ids_of(TRAINING_JOB).nodes["job", name]


def test_breaks() -> None:
    """From where, whereto, the number of the step and the rule; the way goes on from there."""
    found = way(TRAINING_JOB, leap("Starting", "Uploading", "Training"))
    assert found.breaks == (
        Break(
            origin=node("InProgress/Starting"),
            target=node("InProgress/Uploading"),
            numbers=(2,),
            rule="illegal-transition",
        ),
        Break(
            origin=node("InProgress/Uploading"),
            target=node("InProgress/Training"),
            numbers=(3,),
            rule="illegal-transition",
        ),
    )
    assert alarms(found) == {
        "InProgress/Uploading": "illegal-transition",
        "InProgress/Training": "illegal-transition",
    }
    assert found.strip is not None
    assert [stay.alarm for stay in found.strip.stays] == ["", *["illegal-transition"] * 2]
    assert found.subtitle == "Training now, 3m 00s so far · 3 transitions · 1 rule broken"
    assert found.findings[0].startswith("entry 2 (Uploading) can't come after entry 1 (Starting)")
    assert found.findings[0].endswith("(illegal-transition)")


def test_a_wrong_beginning() -> None:
    """It has no origin, and no start is marked."""
    found = way(TRAINING_JOB, leap("Training", "Uploading"))
    (only,) = found.breaks
    assert (only.origin, only.target) == (None, node("InProgress/Training"))
    assert (only.numbers, only.rule) == ((1,), "illegal-start")
    assert found.starts == {}
    assert numbers_of(found) == [2]


def test_a_rule_that_is_switched_off() -> None:
    """No arrow leads there all the same; the break has the rule's name."""
    lax = TRAINING_JOB.without("illegal-transition", "illegal-start")
    found = way(lax, leap("Training", "Starting", "Uploading"))
    assert [each.rule for each in found.breaks] == ["illegal-start", "illegal-transition"]
    assert found.findings == ()


def test_the_same_status_twice() -> None:
    """It went nowhere: the chip has the alarm, and nothing is drawn across the picture."""
    found = way(TRAINING_JOB, leap("Starting", "Starting"))
    assert found.breaks == ()
    assert alarms(found) == {"InProgress/Starting": "illegal-transition"}
    assert chips(found)["InProgress/Starting"] == "2m 00s in 2 visits · 100%"


def test_an_illegal_pair() -> None:
    """The job is in no state; the frame of its primary status says what was shown."""
    life = told("completed")
    first = life.at(after(706), "list")
    last = life.at(life.end, "list") | {"SecondaryStatus": "Training"}
    found = way(TRAINING_JOB, [first, last])
    assert alarms(found) == {}
    assert [(chip.corner, chip.alarm) for chip in found.frames.values()] == [
        ("now: Completed/Training", "illegal-pair")
    ]
    stopped = last | {"TrainingJobStatus": "Stopped"}
    found = way(TRAINING_JOB, [first, stopped])
    assert alarms(found) == {}
    assert found.strip is not None
    assert (found.strip.stays[-1].node, found.strip.stays[-1].alarm) == (None, "illegal-pair")


def test_back_from_the_end() -> None:
    """List items that show what no job does: a break between what was seen."""
    life = told("completed")
    end = life.at(life.end, "list")
    again = life.at(after(300), "list") | {"LastModifiedTime": after(900)}
    found = way(TRAINING_JOB, [end, again, again])
    (only,) = found.breaks
    assert (only.origin, only.target) == (node("Completed/Completed"), node("InProgress/Training"))
    assert only.rule == "illegal-transition"
    assert now_in(found) == {"InProgress/Training"}
    thin = {name: value for name, value in again.items() if name != "SecondaryStatus"}
    found = way(TRAINING_JOB, [end, thin])
    assert found.breaks == ()
    assert found.strip is not None
    assert (found.strip.stays[-1].label, found.strip.stays[-1].node) == ("InProgress", None)


def test_a_feature_that_changes() -> None:
    """The job has not moved: its state has the alarm."""
    life = told("completed", features={"spot": True})
    first, second = life.at(after(120)), life.at(after(130))
    second = second | {"EnableManagedSpotTraining": False}
    found = way(TRAINING_JOB, [first, second])
    assert found.breaks == ()
    assert alarms(found) == {"InProgress/Training": "feature-changed"}


def test_a_history_that_is_rewritten() -> None:
    """The newer one counts; what answers with the older one showed is left out."""
    life = told("completed")
    first = life.at(after(600))
    second = leap("Starting", "Pending", "Downloading", LastModifiedTime=after(3_000))
    found = way(TRAINING_JOB, [first, second])
    assert "(history-rewritten)" in " ".join(found.findings)
    assert "InProgress/Starting → InProgress/Pending" in taken(found)
    assert "InProgress/Training" not in chips(found)
    shorter = life.at(after(100)) | {"LastModifiedTime": after(3_000)}
    found = way(TRAINING_JOB, [first, shorter, second | {"LastModifiedTime": after(3_001)}])
    assert found.findings


def test_an_earlier_answer_that_was_elsewhere() -> None:
    """An answer whose status is not that of its history's last entry tells only of itself."""
    life = told("completed")
    odd = life.at(after(70)) | {"SecondaryStatus": "Training"}
    found = way(TRAINING_JOB, [odd, life.at(life.end)])
    assert taken(found) == moves([name for name, _ in STORIES["completed"]])
    assert "(status-is-last-entry)" in found.findings[0]


def test_a_last_entry_that_has_ended() -> None:
    """Its stay ends there, and is not open."""
    answer = leap("Starting", "Downloading")
    answer["SecondaryStatusTransitions"][-1]["EndTime"] = BEGIN + timedelta(seconds=100)
    found = way(TRAINING_JOB, answer)
    assert found.strip is not None
    assert [(stay.end, stay.open) for stay in found.strip.stays] == [(60, False), (100, False)]
    assert alarms(found) == {"InProgress/Downloading": "open-entry-misplaced"}


def test_times_in_disorder() -> None:
    """Nothing ends before it begins, nor begins before what comes before it."""
    answer = leap("Starting", "Downloading", "Training")
    stays = answer["SecondaryStatusTransitions"]
    stays[0]["EndTime"], stays[1]["EndTime"] = BEGIN - timedelta(hours=1), after(9_999)
    stays[2]["StartTime"] = after(1)
    found = way(TRAINING_JOB, answer)
    assert found.strip is not None
    ends = [0.0]
    for stay in found.strip.stays:
        assert ends[-1] <= stay.begin <= stay.end
        ends.append(stay.end)
    assert found.findings


# --- What the life cycle does not know ------------------------------------------------------------


def test_an_unknown_status() -> None:
    """It is a step and a piece of the strip, no node; the way begins anew after it."""
    found = way(TRAINING_JOB, leap("Starting", "Dreaming", "Training", "Uploading"))
    assert taken(found) == ["InProgress/Starting", "InProgress/Training → InProgress/Uploading"]
    assert numbers_of(found) == [1, 4]
    assert found.breaks == ()
    assert found.strip is not None
    assert [(stay.label, stay.node is None) for stay in found.strip.stays][1] == ("Dreaming", True)
    assert found.findings == (
        "job.entries is Dreaming, which sagemaker-training-job 2026.11 does not know",
    )
    now = way(TRAINING_JOB, leap("Starting", "Dreaming"))
    assert now.subtitle == "Dreaming now, 2m 00s so far · 2 transitions"
    first = way(TRAINING_JOB, leap("Dreaming", "Training"))
    assert (first.starts, first.breaks, taken(first)) == ({}, (), [])


def test_an_unknown_primary_status() -> None:
    """The history tells where the job was all the same; that there is news is said."""
    found = way(TRAINING_JOB, leap("Starting", "Downloading", TrainingJobStatus="Hibernating"))
    assert taken(found) == ["InProgress/Starting", "InProgress/Starting → InProgress/Downloading"]
    assert found.breaks == ()
    assert "job.primary is Hibernating" in found.findings[0]


def test_nothing_but_gone() -> None:
    """A job of which only its removal is known has no time line."""
    found = way(PARCELS, parcel("forgotten", "forgotten"))
    assert found.strip is None
    assert found.subtitle == "forgotten after 0s · 1 transition · being deleted · 1 rule broken"
    assert [each.rule for each in found.breaks] == ["illegal-start"]


def test_an_unknown_status_in_a_list() -> None:
    """It is seen, once, and what comes after it may come from anywhere."""
    life = told("completed")
    odd = life.at(after(300), "list") | {"TrainingJobStatus": "Hibernating"}
    odd |= {"SecondaryStatus": "Deep"}
    found = way(TRAINING_JOB, [odd, odd, life.at(life.end, "list")])
    assert found.strip is not None
    assert [stay.label for stay in found.strip.stays] == [
        "not seen",
        "Hibernating/Deep",
        "Completed",
    ]
    assert found.breaks == ()


def test_a_status_that_is_ruled_out() -> None:
    """Under what `given` has fixed it has no node; the strip has the alarm."""
    calm = TRAINING_JOB.given(spot=False)
    found = way(calm, leap("Starting", "Interrupted", "Starting"))
    assert found.strip is not None
    assert [stay.alarm for stay in found.strip.stays] == ["", "illegal-transition", ""]
    assert found.strip.stays[1].node is None


# --- Hostile input --------------------------------------------------------------------------------


def test_hostile_names() -> None:
    """Whatever names hold, all texts are printable and bounded."""
    evil = "\x1b[2J\u202e<script>" + "x" * 100_000
    job = JobKey("parcel", f"arn:{evil}/{evil}", PACKED)
    seen = Observation(job=job, shown={"way": Shown(evil)}, entries=(Entry(evil, PACKED),))
    found = way(PARCELS, seen)
    assert found.strip is not None
    for text in (found.title, found.subtitle, found.strip.stays[0].label, *found.findings):
        assert text.isprintable()
        assert len(text) <= LONGEST_SENTENCE
    assert len(found.title) == LONGEST_NAME
    assert found.title.startswith("\\x1b[2J\\u202e<script>x")


def test_very_long_histories() -> None:
    """What is kept of them is bounded; how much there is, is told."""
    laps = 5_000
    seen = parcel("sent", *["packed", "sent"] * laps, insured=True)
    found = way(PARCELS, seen)
    assert found.strip is not None
    assert len(found.strip.stays) == MOST_STAYS + 1
    middle = found.strip.stays[MOST_STAYS // 2]
    assert (middle.label, middle.node) == ("…", None)
    there = found.arrows[ids_of(PARCELS).arrows["way", "packed", "sent"]]
    assert there.count == laps
    assert len(there.numbers) == MOST_NUMBERS
    assert (there.numbers[0], there.numbers[-1]) == (2, 2 * laps)
    assert there.text == "2 4 … 10000 (5,000×)"  # noqa: RUF001 - as it is written
    assert there.weight == 1
    wrong = way(PARCELS, parcel("packed", *["packed", "delivered"] * laps))
    assert [(each.count, each.numbers[-1]) for each in wrong.breaks] == [
        (laps, 2 * laps),
        (laps, 2 * laps + 1),
    ]
    assert "2 4 … 10000 (5,000×)" in picture(PARCELS, overlay=wrong)  # noqa: RUF001


def test_many_findings() -> None:
    """The first are told, and how many more there are."""
    life = told("completed")
    answers = [
        life.at(life.end, "list")
        | {"TrainingEndTime": after(-place), "LastModifiedTime": after(900 + place)}
        for place in range(1, 50)
    ]
    found = way(TRAINING_JOB, answers)
    assert len(found.findings) == MOST_FINDINGS + 1
    every = len(check(TRAINING_JOB, answers).violations)
    assert found.findings[-1] == f"and {every - MOST_FINDINGS} more"


# --- Any life cycle -------------------------------------------------------------------------------


def test_another_life_cycle() -> None:
    """Nothing here is SageMaker's: one axis, memories, a state beyond the end."""
    found = way(PARCELS, parcel("delivered", "packed", "sent", "at the door", "delivered"))
    assert found.title == "parcel/1"
    assert taken(found, PARCELS, "way") == moves(["packed", "sent", "at the door", "delivered"])
    unseen = way(PARCELS, parcel("delivered", "packed", "sent", "delivered"))
    assert [each.rule for each in unseen.breaks] == ["delivered-unseen"]


def test_several_beginnings() -> None:
    """Without a history nobody knows in which one a job began."""
    region = attrs.evolve(
        WAY,
        states=(*WAY.states, state("found")),
        edges=(*WAY.edges, edge("found", "sent")),
        initial=("packed", "found"),
    )
    many = attrs.evolve(PARCELS, regions=(region,))
    found = way(many, parcel("sent", at=5))
    assert found.starts == {}
    assert found.strip is not None
    assert found.strip.stays[0].label == "not seen"
    told_of = way(many, parcel("sent", "found", "sent"))
    assert taken(told_of, many, "way") == moves(["found", "sent"])


def test_without_a_history_at_all() -> None:
    """A life cycle whose service gives none is watched by its first region."""
    region = attrs.evolve(PARCELS.regions[0], history="")
    plain = attrs.evolve(PARCELS, regions=(region,))
    found = way(plain, [parcel("packed", at=1), parcel("sent", at=3)])
    assert found.subtitle == "sent now, ≈ 3s so far · 2 statuses known, no history"
    assert taken(found, plain, "way")[:1] == ["packed"]


def test_ids_are_those_of_the_diagram() -> None:
    """Every id of a way stands for the same in the record that is drawn."""
    diagram = diagram_of(TRAINING_JOB)
    ids = ids_of(TRAINING_JOB)
    for each in diagram.nodes:
        region, name = NODES[each.id]
        assert each.name == name
        assert next(group.region for group in diagram.groups if group.id == each.group) == region
    for arrow in diagram.arrows:
        region = NODES[arrow.origin][0]
        key = (region, NODES[arrow.origin][1], NODES[arrow.target][1])
        assert ids.arrows[key] == arrow.id
    assert len(ids.arrows) == len(diagram.arrows)
    assert set(ids.starts.values()) == {each.id for each in diagram.starts}
    assert ids_of(TRAINING_JOB) is ids


def test_a_track_without_the_entry() -> None:
    """An entry that is not there has no visit."""
    (track,) = course_of(PARCELS, [parcel("sent", "packed", "sent")])
    assert track.visit_of_entry(1) == 1
    assert track.visit_of_entry(7) is None


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.4, "< 1s"),
        (1, "1s"),
        (59.4, "59s"),
        (59.6, "1m 00s"),
        (183, "3m 03s"),
        (3_599.5, "1h 00m"),
        (12_496, "3h 28m"),
        (86_400 + 7_260, "1d 02h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    """The two largest units, rounded once."""
    assert duration(round(seconds * 1_000_000)) == text


def test_other_words() -> None:
    """Bounded, counted, never nothing for something."""
    assert [percent(share) for share in (0, 0.001, 0.006, 0.77, 1)] == [
        *("0%", "< 1%", "1%", "77%", "100%")
    ]
    assert (counted(1, "job"), counted(2_000, "status")) == ("1 job", "2,000 statuses")
    assert (cut("a" * 63), cut("a" * 64)) == ("a" * 63, "a" * 62 + "…")
    assert numbered((3, 7), 2) == "3 7"
    assert clock(BEGIN) == "2026-03-04 05:06:07 UTC"
    assert (weight(0, 0), weight(0, 5), weight(5, 5)) == (0, 0, 1)
    assert weight(10, 1_000_000) > 0.1
    assert Mark().text == ""
