"""Runs that are repaired: their end is told, then that they go on, then the next end."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from jobstate import Event, Retention, StatusChanged, Tracker, check, explain
from jobstate.cli.doubts import doubts
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import job_lines
from jobstate.diagrams import diagram_of, render
from jobstate.diagrams.overlays.course import course_of
from jobstate.errors import LifecycleError
from jobstate.journal import Journal, JournalReader
from jobstate.listeners import LogListener
from jobstate.listeners.opentelemetry import OpenTelemetryTraces
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.machine import Job, build
from jobstate.model import SchemaReader
from jobstate.model.events import OutcomeRefined
from jobstate.model.tables import render as tables
from jobstate.sagemaker import PROCESSING_JOB
from jobstate.testing import reduce
from jobstate.testing.lives.plans import plan
from jobstate.testing.lives.strategies import life_by
from jobstate.testing.lives.wishes import Wishes
from tests.kinds.databricks_run import DATABRICKS_RUN, SCHEMA
from tests.support import page_tools
from tests.support.page_tools import by_page, differences
from tests.support.small import edge, feature

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle
    from jobstate.testing import Life

URL = "https://example.com/jobs/7/runs/1"
BEGIN = 1_790_000_000_000


def at(minutes: float) -> int:
    """Return a time some minutes after the run began, as the service prints it."""
    return BEGIN + round(minutes * 60_000)


def run(state: str, *, end: float | None = None, repaired: float | None = None) -> dict[str, Any]:
    """Return an answer: ``TERMINATED/FAILED``; when it ended, when it was repaired last."""
    status, _, result = state.partition("/")
    answer: dict[str, Any] = {
        "run_name": "nightly",
        "run_page_url": URL,
        "state": {"life_cycle_state": status} | ({"result_state": result} if result else {}),
        "start_time": at(0),
    }
    if end is not None:
        answer["end_time"] = at(end)
    if repaired is not None:
        answer["repair_history"] = [{"type": "REPAIR", "start_time": at(repaired)}]
    return answer


FAILED = run("TERMINATED/FAILED", end=10)
REPAIRED = run("RUNNING", repaired=20)
SERIES = [run("RUNNING"), FAILED, REPAIRED, run("TERMINATED/SUCCESS", end=30, repaired=20)]


def changes(events: list[Event]) -> list[tuple[str, bool, bool]]:
    """Return of each change where it leads, whether the job was reopened, and has ended."""
    return [
        (each.target, each.reopened, each.final)
        for each in events
        if isinstance(each, StatusChanged)
    ]


TOLD = [
    ("RUNNING", False, False),
    ("TERMINATED/FAILED", False, True),
    ("RUNNING", True, False),
    ("TERMINATED/SUCCESS", False, True),
]


# --- What is told ---------------------------------------------------------------------------------


def test_a_repair_is_told_and_legal() -> None:
    """And the next end is one of its own, with its own number."""
    report = check(DATABRICKS_RUN, SERIES)
    assert report.legal
    assert changes(list(report.changes)) == TOLD
    assert report.job_state.ended == 4
    heard: list[Event] = []
    tracker = Tracker(DATABRICKS_RUN, listeners=[heard.append])
    for answer in SERIES:
        tracker.observe(answer)
    assert changes(heard) == TOLD
    assert len({event.key for event in heard}) == 4
    assert tracker[URL].final
    assert not tracker[URL].result.for_good


def test_late_answers_reopen_nothing() -> None:
    """An end stands while an order of the answers has it last."""
    tracker = Tracker(DATABRICKS_RUN)
    tracker.observe(FAILED)
    for late in (run("RUNNING"), run("QUEUED"), run("RUNNING", repaired=5)):
        assert changes(list(tracker.observe(late).events)) == []
    assert changes(list(tracker.observe(REPAIRED).events)) == [("RUNNING", True, False)]
    # The end of before comes again, and is over all the same.
    assert changes(list(tracker.observe(FAILED).events)) == []
    assert not tracker[URL].final


def test_a_repair_that_nobody_saw() -> None:
    """The end is another one, so the job went on: told once, as reopened and as ended."""
    tracker = Tracker(DATABRICKS_RUN)
    tracker.observe(FAILED)
    observed = tracker.observe(SERIES[-1])
    assert changes(list(observed.events)) == [("TERMINATED/SUCCESS", True, True)]
    assert tracker[URL].job_state.ended == 2


def test_what_does_not_reopen() -> None:
    """An end for good is taken back by nothing legal, and that is no reopening."""
    skipped = run("SKIPPED/MAXIMUM_CONCURRENT_RUNS_REACHED", end=1)
    series = [skipped, run("RUNNING", repaired=20)]
    report = check(DATABRICKS_RUN, series)
    assert [each.rule for each in report.violations] == ["illegal-transition"]
    assert "MAXIMUM_CONCURRENT_RUNS_REACHED is final" in report.violations[0].message
    assert [each.reopened for each in report.changes] == [False, False]
    tracker = Tracker(DATABRICKS_RUN)
    tracker.observe(skipped)
    assert tracker[URL].result.for_good


def test_an_illegal_way_on_is_no_reopening() -> None:
    """A run that is over goes on by running, and never waits in the queue again."""
    report = check(DATABRICKS_RUN, [FAILED, run("QUEUED", repaired=20)])
    (violation,) = report.violations
    assert violation.rule == "illegal-transition"
    assert "no legal move leads there" in violation.message  # and not that it is final
    assert not report.changes[-1].reopened


def test_words_are_about_their_own_end() -> None:
    """What a late answer says of an end that is over is not said of the next one."""
    first = run("TERMINATED/FAILED", end=10)
    first["state"]["state_message"] = "out of disk"
    second = run("TERMINATED/FAILED", end=30, repaired=20)
    tracker = Tracker(DATABRICKS_RUN)
    for answer in (run("TERMINATED/FAILED", end=10), REPAIRED, second):
        tracker.observe(answer)
    assert tracker.observe(first).events == ()
    assert tracker[URL].failure_reason is None
    second["state"]["state_message"] = "a task failed"
    (more,) = tracker.observe(second).events
    assert isinstance(more, OutcomeRefined)
    assert (more.failure_reason, tracker[URL].failure_reason) == ("a task failed",) * 2
    # Without a repair between them it is the same end, and any answer may say why.
    other = Tracker(DATABRICKS_RUN)
    other.observe(run("TERMINATED/FAILED", end=30))
    (more,) = other.observe(first).events
    assert isinstance(more, OutcomeRefined)


def test_the_words_of_an_end_go_with_it() -> None:
    """A run that is repaired has no reason to have failed."""
    told = run("TERMINATED/FAILED", end=10)
    told["state"]["state_message"] = "out of disk"
    report = check(DATABRICKS_RUN, [told, REPAIRED])
    assert (report.failure_reason, report.result.cause) == (None, None)


def test_an_answer_that_says_less_than_the_end() -> None:
    """Without its second field the status leaves the end as it was."""
    thin = run("TERMINATED", end=10.5)
    tracker = Tracker(DATABRICKS_RUN)
    for answer in (FAILED, thin):
        tracker.observe(answer)
    assert tracker[URL].states() == ("TERMINATED/FAILED",)
    other = run("TERMINATED/SUCCESS", end=12)
    assert changes(list(tracker.observe(other).events)) == [("TERMINATED/SUCCESS", True, True)]
    assert changes(list(check(DATABRICKS_RUN, [FAILED, thin, other]).changes))[-1] == (
        ("TERMINATED/SUCCESS", True, True)
    )


def test_of_several_ends_one_may_reopen() -> None:
    """Then the job has ended, and nobody knows whether for good."""
    thin = run("TERMINATED", end=10)
    result = check(DATABRICKS_RUN, thin).result
    assert (result.final, result.for_good) == (True, False)


# --- What is kept ---------------------------------------------------------------------------------


def test_a_journal_keeps_it(tmp_path: Path) -> None:
    """Whoever goes on with it, and whoever reads it, knows of the repair; so does a snapshot."""
    path = tmp_path / "runs.db"
    snapshots = []
    for answer in SERIES:  # a new process for each
        with Tracker(DATABRICKS_RUN, journal=Journal(path)) as tracker:
            tracker.observe(answer)
            snapshots.append(tracker.snapshot())
    with JournalReader(path, lifecycle=DATABRICKS_RUN) as reader:
        assert changes([each.event for each in reader.events()]) == TOLD
        (job,) = reader.jobs()
        assert (job.final, job.tracked and job.tracked.result.for_good) == (True, False)
    again = Tracker(DATABRICKS_RUN)
    again.restore(snapshots[1])
    assert changes(list(again.observe(REPAIRED).events)) == [TOLD[2]]


def test_retention_forgets_it_by_age_alone() -> None:
    """However many others end for good; one that ends for good after all is counted."""
    now = datetime.fromtimestamp(at(60) / 1000, UTC)
    clock = [now]
    tracker = Tracker(
        DATABRICKS_RUN,
        retention=Retention(count=1, age=timedelta(hours=5)),
        clock=lambda: clock[0],
    )
    over = "SKIPPED/MAXIMUM_CONCURRENT_RUNS_REACHED"
    for number in range(4):
        tracker.observe(run(over, end=number) | {"run_page_url": f"{URL}{number}"})
        tracker.observe(run("TERMINATED/FAILED", end=number) | {"run_page_url": f"f{number}"})
    assert sorted(job.id for job in tracker) == ["f0", "f1", "f2", "f3", f"{URL}3"]
    tracker.observe(run("INTERNAL_ERROR/FAILED", end=9, repaired=8) | {"run_page_url": "f0"})
    assert sorted(job.id for job in tracker) == ["f0", "f1", "f2", "f3"]
    clock[0] = now + timedelta(hours=7)
    tracker.observe(run("RUNNING", repaired=500) | {"run_page_url": "f3"})
    assert [job.id for job in tracker] == ["f3"]


# --- Who listens ----------------------------------------------------------------------------------


def test_metrics_count_each_end() -> None:
    """A run that was repaired is one of those that go on, and then has ended again."""
    registry = CollectorRegistry()
    listener = PrometheusListener(DATABRICKS_RUN, registry=registry)
    tracker = Tracker(DATABRICKS_RUN, listeners=[listener])
    for answer in (*SERIES, run("RUNNING", repaired=40), run("TERMINATED/FAILED", end=50)):
        tracker.observe(answer)
    ended = "jobstate_ended_jobs_total"
    its = {"lifecycle": DATABRICKS_RUN.name}
    failed = its | {"status": "TERMINATED/FAILED", "outcome": "failed", "cause": "unknown"}
    good = its | {"status": "TERMINATED/SUCCESS", "outcome": "succeeded", "cause": "none"}
    assert registry.get_sample_value(ended, failed) == 2
    assert registry.get_sample_value(ended, good) == 1


def test_a_trace_is_told_again_up_to_the_next_end() -> None:
    """The same span of the same trace, longer."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    listener = OpenTelemetryTraces(DATABRICKS_RUN, provider=provider)
    tracker = Tracker(DATABRICKS_RUN, listeners=[listener])
    for answer in SERIES:
        tracker.observe(answer)
    first, second = exporter.get_finished_spans()
    assert first.context == second.context
    assert [each.end_time for each in (first, second)] == [at(10) * 10**6, at(30) * 10**6]


def test_a_line_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """In the log, and in what the command prints."""
    with caplog.at_level(logging.INFO):
        tracker = Tracker(DATABRICKS_RUN, listeners=[LogListener()])
        for answer in SERIES[:3]:
            tracker.observe(answer)
    assert caplog.messages[-1] == f"{URL}: run TERMINATED/FAILED -> RUNNING, reopened"
    lines = "\n".join(job_lines(check(DATABRICKS_RUN, SERIES), Paint()))
    assert "TERMINATED/FAILED → RUNNING, reopened" in lines
    assert "succeeded; may be reopened" in lines


# --- Pictures, tables, machines -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "sign"),
    [
        ("mermaid", "--> [*] : until reopened"),
        ("plantuml", "until reopened"),
        ("dot", 'peripheries="3"'),
        ("scxml", 'jobstate:reopens="true"'),
    ],
)
def test_pictures_mark_it(form: str, sign: str) -> None:
    """In each text format; what is final for good is not marked so."""
    assert sign in render(DATABRICKS_RUN, form)
    assert sign not in render(PROCESSING_JOB, form)


def test_its_way_on_is_an_arrow_of_its_own() -> None:
    """Told apart from others in the legend."""
    diagram = diagram_of(DATABRICKS_RUN)
    kinds = {each.kind for each in diagram.arrows if each.causes[0].name == "repair"}
    assert kinds == {"reopening"}
    assert "reopening" in {kind.name for kind in diagram.kinds}


def test_tables_say_so() -> None:
    """In the column of ends, and in JSON."""
    line = next(x for x in tables(DATABRICKS_RUN, "text").splitlines() if "TERMINATED/FAILED" in x)
    assert "reopens" in line
    assert '"reopens": true' in tables(DATABRICKS_RUN, "json")


def test_explanations_know_the_way_on() -> None:
    """One move; and what is for good is final."""
    found = explain(DATABRICKS_RUN, "TERMINATED/FAILED", "RUNNING")
    assert found.legal
    assert not found.final
    refused = explain(DATABRICKS_RUN, "INTERNAL_ERROR", "RUNNING")
    assert refused.reason == "INTERNAL_ERROR is final: a job never leaves it for RUNNING"
    way = explain(DATABRICKS_RUN, "TERMINATED/FAILED", "QUEUED")
    assert "no legal run" in way.reason


def test_a_machine_is_driven_on() -> None:
    """And `on_final` is called at each end."""
    machine, ends = build(DATABRICKS_RUN), list[str]()
    machine.on_final = lambda event: ends.append(event.edge.target)
    job = Job(machine)
    ways = ["QUEUED", "PENDING", "RUNNING", "TERMINATING", "TERMINATED/FAILED"]
    ways += ["RUNNING", "TERMINATING", "TERMINATED/SUCCESS", "RUNNING", "INTERNAL_ERROR/FAILED"]
    edges = {(each.origin, each.target): each for each in machine.region.edges}
    for step in pairwise(ways):
        assert machine.fire(job, machine.trigger_of(edges[step]))
    assert ends == ["TERMINATED/FAILED", "TERMINATED/SUCCESS", "INTERNAL_ERROR/FAILED"]
    assert not job.allowed


@pytest.mark.skipif(bool(page_tools.missing()), reason=page_tools.missing())
def test_the_page_judges_alike() -> None:
    """Of lives that go on and of series that go on illegally: findings, end and reason."""
    ways, rng = plan(DATABRICKS_RUN, Wishes()), Random(5)
    made = [life_by(ways, rng.choice) for _ in range(120)]
    cases: list[object] = [[life.at(time) for time in life.changes] for life in made]
    cases += [[life.at(time) for time in reversed(life.changes)] for life in made]
    thin = run("TERMINATED", end=11)
    cases += [SERIES, [FAILED, thin, SERIES[-1]], [FAILED, thin, REPAIRED], [REPAIRED, FAILED]]
    assert differences(DATABRICKS_RUN, cases, by_page(cases, DATABRICKS_RUN)) == []


# --- Lives ----------------------------------------------------------------------------------------


def test_lives_go_on() -> None:
    """Of those that are drawn some end more than once, and answers say so at each moment."""
    ways, rng = plan(DATABRICKS_RUN, Wishes(complete=True)), Random(8)
    found = [life_by(ways, rng.choice) for _ in range(60)]
    states = {each.name: each for each in DATABRICKS_RUN.regions[0].states}
    reopened = [
        life for life in found if any(states[one.state].final for one, _ in pairwise(life.stays))
    ]
    assert len(reopened) > 10
    for life in reopened:
        assert check(DATABRICKS_RUN, [life.at(time) for time in life.changes]).legal
        assert life.moment(life.end).ended == life.stays[-1].start
        *_, before, last = life.stays
        assert life.moment(before.start).ended is None or states[before.state].final
        (track,) = course_of(DATABRICKS_RUN, [life.observation(time) for time in life.changes])
        assert track.ended is not None
        assert track.ended.state == last.state


def test_a_life_that_goes_on_is_reduced() -> None:
    """To one repair, by the shortest way."""
    ways, rng = (
        plan(DATABRICKS_RUN, Wishes(via=("TERMINATED/CANCELED", "INTERNAL_ERROR"))),
        Random(3),
    )
    small = reduce(life_by(ways, rng.choice), lambda life: _repairs(life) > 0).life
    first, *between, end, last = (stay.state for stay in small.stays)
    assert (first, between, last) == ("QUEUED", ["PENDING", "TERMINATING"], "RUNNING")
    assert end.startswith("TERMINATED/")


def _repairs(life: Life) -> int:
    return sum(
        one.state.startswith("TERMINATED/") and other.state == "RUNNING"
        for one, other in pairwise(life.stays)
    )


# --- Life cycles ----------------------------------------------------------------------------------


def with_states(lifecycle: Lifecycle, **more: Any) -> Lifecycle:
    """Return a life cycle whose state ``TERMINATED/FAILED`` is another one."""
    (region,) = lifecycle.regions
    states = tuple(
        attrs.evolve(each, **more) if each.name == "TERMINATED/FAILED" else each
        for each in region.states
    )
    return attrs.evolve(lifecycle, regions=(attrs.evolve(region, states=states),))


def test_given_that_nothing_reopens() -> None:
    """Without the jobs that do, an end is for good, and what goes on is illegal."""
    (region,) = DATABRICKS_RUN.regions
    edges = tuple(
        attrs.evolve(each, needs={"repairs": True}) if each.cause == "repair" else each
        for each in region.edges
    )
    some = attrs.evolve(
        DATABRICKS_RUN,
        regions=(attrs.evolve(region, edges=edges),),
        features=(feature("repairs", shown=False),),
    )
    assert check(some, SERIES).legal
    never = some.given(repairs=False)
    assert not check(never, SERIES).legal
    assert check(never, FAILED).result.for_good


def test_without_times_nobody_can_tell() -> None:
    """Its author is told that a tracker takes each answer that goes on for a late one."""
    assert not [each for each in doubts(DATABRICKS_RUN) if each.id == "reopening-untold"]
    timeless = attrs.evolve(DATABRICKS_RUN, reader=SchemaReader(attrs.evolve(SCHEMA, modified=())))
    assert [each for each in doubts(timeless) if each.id == "reopening-untold"]
    tracker = Tracker(timeless)
    told = [event for answer in SERIES[:3] for event in tracker.observe(answer).events]
    assert changes(told) == TOLD[:2]
    assert changes(list(check(timeless, SERIES[:3]).changes)) == TOLD[:3]
    strict = Tracker(timeless, strict=True)
    told = [event for answer in SERIES[:3] for event in strict.observe(answer).events]
    assert changes(told) == TOLD[:3]


@pytest.mark.parametrize(
    ("more", "defect"),
    [
        ({"reopens": False}, "TERMINATED/FAILED → RUNNING leaves a final state, which does not"),
        (
            {"final": False, "outcome": "running", "cause": None},
            "the state TERMINATED/FAILED reopens but is not final",
        ),
    ],
)
def test_what_reopens_is_checked(more: dict[str, Any], defect: str) -> None:
    """It is final, and an edge leads on from it; else no edge does."""
    with pytest.raises(LifecycleError, match=defect):
        with_states(DATABRICKS_RUN, **more)


def test_a_way_on_is_there_and_leads_on() -> None:
    """Not to another end."""
    with pytest.raises(LifecycleError, match="TERMINATED/FAILED reopens, but no edge leads out"):
        DATABRICKS_RUN.evolve(drop_edges=[("TERMINATED/FAILED", "RUNNING")])
    with pytest.raises(LifecycleError, match="leads from an end to another"):
        DATABRICKS_RUN.evolve(add_edges=[edge("TERMINATED/FAILED", "TERMINATED/SUCCESS")])
