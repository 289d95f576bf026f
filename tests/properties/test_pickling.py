"""What is public goes through pickles, deep copies and process pools, and comes back as it was."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import (
    Event,
    Explanation,
    Lifecycle,
    Observation,
    Report,
    Subscription,
    Tracker,
    check,
    check_jobs,
    explain,
)
from jobstate.errors import UnknownNameError
from jobstate.machine import build
from jobstate.model.history_rules import entries_in_order
from jobstate.sagemaker import TRAINING_JOB, TrainingJobDescription
from tests.support.command import ANSWERS, BEGIN, item
from tests.support.lives_for_tests import STORIES, told
from tests.support.pages import HOME
from tests.support.small import PARCELS, parcel, rule

if TYPE_CHECKING:
    from collections.abc import Callable

VARIANTS = {
    "given": TRAINING_JOB.given(spot=False, stop=False),
    "without": TRAINING_JOB.without("plan-with-spot"),
    "evolved": TRAINING_JOB.evolve(add_rules=[rule("own", tests=(entries_in_order,))]),
    "own": PARCELS,
}
LIFECYCLES = {"the library's": TRAINING_JOB, **VARIANTS}
FILES = sorted(path for path in ANSWERS.rglob("*.json") if path.stem != "unreadable")


def pickled(thing: Any, protocol: int = pickle.DEFAULT_PROTOCOL) -> Any:
    """Return what comes out of a pickle of something."""
    return pickle.loads(pickle.dumps(thing, protocol))  # noqa: S301 - our own bytes


WAYS: dict[str, Callable[[Any], Any]] = {
    "pickle": pickled,
    "the first pickle that has slots": lambda thing: pickled(thing, 2),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def used(lifecycle: Lifecycle) -> Lifecycle:
    """Return a life cycle of which much has been worked out."""
    compiled = check(lifecycle, parcel("sent")) if lifecycle is PARCELS else None
    assert compiled or check_jobs(lifecycle, item("one"))
    build(lifecycle)
    assert lifecycle.remembered
    return lifecycle


def said(lifecycle: Lifecycle) -> dict[str, object]:
    """Return what a life cycle says, but for who reads and writes, who are objects of ours."""
    names = {each.name for each in attrs.fields(Lifecycle) if each.init} - {"reader", "writer"}
    return {name: getattr(lifecycle, name) for name in names}


# --- Life cycles ----------------------------------------------------------------------------------


@ways
def test_the_librarys_life_cycle_stays_the_same_object(way: Callable[[Any], Any]) -> None:
    """Whatever was worked out of it before."""
    assert way(used(TRAINING_JOB)) is TRAINING_JOB


def test_the_librarys_life_cycle_pickles_by_its_name() -> None:
    """Nothing of what it says is in the pickle, so a newer version of it is what comes out."""
    data = pickle.dumps(used(TRAINING_JOB))
    assert b"jobstate.sagemaker:TRAINING_JOB" in data
    assert len(data) < 100


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_and_own_life_cycles_pickle_by_value(name: str) -> None:
    """Another object comes out that says the same; what was worked out is worked out anew."""
    lifecycle = used(VARIANTS[name])
    back = pickled(lifecycle)
    assert back is not lifecycle
    assert said(back) == said(lifecycle)
    assert not back.remembered
    assert type(back.reader) is type(lifecycle.reader)
    assert copy.deepcopy(lifecycle) is copy.copy(lifecycle) is lifecycle
    assert pickled(back.evolve(version="next")).version == "next"


def test_pickles_of_variants_judge_alike() -> None:
    """Features that are fixed stay so."""
    spot = {**item("one"), "EnableManagedSpotTraining": True}
    found = check(VARIANTS["given"], spot)
    again = check(pickled(VARIANTS["given"]), spot)
    assert not again.legal
    assert again.to_dict() == found.to_dict()


# --- What comes of answers ------------------------------------------------------------------------


def reports(document: object, lifecycle: Lifecycle = TRAINING_JOB) -> list[Report]:
    """Return the verdicts on what a document has, as far as it can be read."""
    return list(check_jobs(lifecycle, document).values())


@ways
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reports_and_their_events_come_back_equal(path: Any, way: Callable[[Any], Any]) -> None:
    """Legal or broken, with a history or without."""
    for report in reports(json.loads(path.read_bytes())):
        back = way(report)
        assert back == report
        assert back.lifecycle is TRAINING_JOB
        assert back.to_dict() == report.to_dict()
        for step in report.steps:
            events: list[Event] = [*step.entered, *step.changed]
            for event in (*events, *step.violations, *step.unmodelled):
                assert way(event) == event
                assert way(event).to_dict() == event.to_dict()


@ways
@pytest.mark.parametrize("story", STORIES)
def test_tracked_jobs_come_back_equal(story: str, way: Callable[[Any], Any]) -> None:
    """At every moment of a life, from answers with a history and from thin ones."""
    life = told(story, features={"spot": True})
    for form in TRAINING_JOB.writer.forms:  # type: ignore[union-attr] # it has one
        tracker = Tracker(TRAINING_JOB)
        for stay in life.stays:
            observed = tracker.observe(life.at(stay.start + timedelta(seconds=1), form))
            job = tracker[observed.job]
            back = way(job)
            assert back == job
            assert hash(back) == hash(job)
            assert back.lifecycle is TRAINING_JOB
            assert (back.states(), back.features, back.since) == (
                job.states(),
                job.features,
                job.since,
            )
            assert way(observed) == observed
            assert way(observed).events == observed.events


def test_other_jobs_are_not_equal() -> None:
    """Of tracked jobs and reports those are equal that say the same of the same job."""
    tracker, other = Tracker(TRAINING_JOB), Tracker(TRAINING_JOB)
    for each in (tracker, other):
        each.observe(item("one", "InProgress"))
        each.observe(item("two", "InProgress"))
    arns = [job.id for job in tracker]
    assert tracker[arns[0]] == other[arns[0]]
    assert tracker[arns[0]] != tracker[arns[1]]
    assert len({*tracker, *other}) == len(arns)
    other.observe(item("one", "Failed"))
    assert tracker[arns[0]] != other[arns[0]]
    assert check(TRAINING_JOB, item("one")) != check(TRAINING_JOB, item("two"))


@pytest.mark.parametrize("name", VARIANTS)
def test_reports_of_variants_come_back(name: str) -> None:
    """They name another life cycle, which says the same, and so do they."""
    answer: object = parcel("sent", "packed", "sent") if name == "own" else item("one")
    report = check(VARIANTS[name], answer)
    back = pickled(report)
    assert back.to_dict() == report.to_dict()
    assert said(back.lifecycle) == said(report.lifecycle)
    assert copy.deepcopy(report) == report


@ways
def test_thin_answers_that_are_kept_come_back(way: Callable[[Any], Any]) -> None:
    """What they have shown since the last history is kept compiled, unknown statuses too."""
    tracker, kept = Tracker(TRAINING_JOB), []
    for secondary in ("Starting", "Downloading", "Training", "Resting"):
        tracker.observe(item("one", "InProgress", secondary))
        (job,) = tracker
        kept.append(len(job.job_state.patterns[0].masks))
        assert way(job) == job
    assert max(kept) > 1


def test_a_hidden_state_that_is_no_more_is_named() -> None:
    """A pickle of another version that knows more is refused, never misread."""
    report = check(TRAINING_JOB, item("one", "InProgress", "Training"))
    estimate = report.job_state.estimates["job"]
    make, (hidden,) = estimate.__reduce__()
    assert make(hidden) is estimate
    gone = attrs.evolve(hidden[0], state="InProgress/Resting")  # type: ignore[index]
    with pytest.raises(UnknownNameError, match=r"no hidden state 'InProgress/Resting, .*not spot"):
        make([gone])


@ways
def test_everything_else_that_is_handed_out_comes_back(way: Callable[[Any], Any]) -> None:
    """Explanations, observations, records, what is overdue, and how subscriptions do."""
    answer = json.loads((ANSWERS / "completed.json").read_bytes())
    tracker = Tracker(TRAINING_JOB, listeners=[Subscription(name="none", listener=print)])
    tracker.close()
    silent = Tracker(TRAINING_JOB)
    silent.observe({**item("late", "InProgress"), "LastModifiedTime": BEGIN.isoformat()})
    found: list[object] = [
        explain(TRAINING_JOB, "InProgress/Training", "Completed/Completed"),
        explain(TRAINING_JOB, "Completed/Completed", "InProgress/Training"),
        TRAINING_JOB.reader and TRAINING_JOB.reader.read(answer),
        TrainingJobDescription.from_api(answer),
        *tracker.progress(),
        *silent.overdue(timedelta(1), now=BEGIN + timedelta(days=30)),
    ]
    kinds = {type(each).__name__ for each in found}
    assert {Explanation.__name__, Observation.__name__, "SubscriptionStatus", "Overdue"} <= kinds
    for each in found:
        assert way(each) == each


# --- Process pools --------------------------------------------------------------------------------

POOL = """
import json, multiprocessing, pathlib, pickle, sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from jobstate import check
from jobstate.sagemaker import TRAINING_JOB

if __name__ == "__main__":
    answers = [json.loads(path.read_bytes()) for path in map(pathlib.Path, sys.argv[2:])]
    here = [check(TRAINING_JOB, answer) for answer in answers]
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for lifecycle in (TRAINING_JOB, TRAINING_JOB.given(stop=True)):
            there = list(pool.map(partial(check, lifecycle), answers))
            alike = [each.to_dict() for each in there] == [
                check(lifecycle, each).to_dict() for each in answers
            ]
            print(alike, there == here, {each.lifecycle is TRAINING_JOB for each in there})
"""


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_reports_come_back_from_a_process_pool(method: str, tmp_path: Any) -> None:
    """However its processes are started, and after the first check in this one."""
    if method != "spawn" and sys.platform == "win32":  # pragma: no cover - has no other
        pytest.skip("only where processes can be forked")
    program = tmp_path / "pool.py"
    program.write_text(POOL, encoding="utf-8")
    files = [str(ANSWERS / f"{name}.json") for name in ("completed", "failed")]
    command = [sys.executable, str(program), method, *files]
    done = subprocess.run(  # noqa: S603 - our own
        command, check=False, capture_output=True, text=True, encoding="utf-8", cwd=HOME
    )
    assert done.stdout.splitlines() == ["True True {True}", "True False {False}"], done.stderr


# --- In a line ------------------------------------------------------------------------------------


def test_reports_and_tracked_jobs_print_as_one_line() -> None:
    """What they are about, and what has come of it."""
    arn = item("one")["TrainingJobArn"]
    legal = check(TRAINING_JOB, item("one", "Stopped", "MaxRuntimeExceeded"))
    assert repr(legal) == f"<Report {arn} Stopped/MaxRuntimeExceeded, timed_out, legal>"
    illegal = check(TRAINING_JOB, item("one", "Completed", "Training"))
    assert repr(illegal).endswith(" Completed/Training, succeeded, illegal>")
    tracker = Tracker(TRAINING_JOB)
    tracker.observe(item("one", "InProgress", "Training"))
    assert repr(tracker[arn]) == f"<TrackedJob {arn} InProgress/Training>"


def test_what_came_from_outside_breaks_no_line() -> None:
    """Line ends in arns and statuses are spelled."""
    job = attrs.evolve(parcel("sent").job, id="parcel\n1")
    observation = attrs.evolve(parcel("se\nnt"), job=job)
    tracker = Tracker(PARCELS)
    tracker.observe(observation)
    assert "parcel\\n1 se\\nnt" in repr(check(PARCELS, observation))
    assert "parcel\\n1" in repr(tracker[job])
    nothing = attrs.evolve(observation, shown={})
    assert repr(check(PARCELS, nothing)) == "<Report parcel\\n1 unknown, unknown, legal>"
