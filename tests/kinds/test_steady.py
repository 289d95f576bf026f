"""A resource, such as an endpoint: one waits until it is steady, and it ends only by deletion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings

from jobstate import (
    Decision,
    JobKey,
    Lifecycle,
    Observation,
    OutcomePolicy,
    Tracker,
    check,
    explain,
)
from jobstate.cli.doubts import doubts
from jobstate.diagrams import render
from jobstate.errors import LifecycleError
from jobstate.machine import Job, build
from jobstate.model import Region, Shown
from jobstate.model.states import Outcome
from jobstate.model.tables import render as tables
from jobstate.testing import ImpossibleLifeError, Life, lives, tours
from tests.support.small import edge, state

BEGIN = datetime(2026, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
ENDPOINT = Lifecycle(
    name="endpoint",
    version="1",
    title="Endpoint",
    regions=(
        Region(
            name="endpoint",
            title="status",
            field="EndpointStatus",
            initial=("Creating",),
            states=(
                state("Creating"),
                state("InService", steady=True),
                state("Updating"),
                state("Deleting", final=True, gone=True, outcome=Outcome.UNKNOWN),
            ),
            edges=(
                edge("Creating", "InService", "created"),
                edge("InService", "Updating", "update"),
                edge("Updating", "InService", "updated"),
                edge("InService", "Deleting", "deleted"),
            ),
        ),
    ),
)
#: The same where nobody knows of deletion.
ENDLESS = ENDPOINT.evolve(version="2", drop_states=["Deleting"])

both = pytest.mark.parametrize("kind", [ENDPOINT, ENDLESS], ids=str)


def seen(status: str, minutes: float) -> Observation:
    """Return what an answer says, modified some minutes after the beginning."""
    return Observation(
        job=JobKey("endpoint", "endpoint/1", BEGIN),
        shown={"endpoint": Shown(status)},
        modified=BEGIN + minutes * timedelta(minutes=1),
    )


@both
def test_one_waits_until_it_is_steady(kind: Lifecycle) -> None:
    """That is success, and no end: it is updated, and waited for again."""
    tracker, said = Tracker(kind), list[tuple[Decision, bool, bool]]()
    for minutes, status in enumerate(("Creating", "InService", "Updating", "InService"), 1):
        tracker.observe(seen(status, minutes))
        (job,) = tracker
        said.append((OutcomePolicy().decide(job.result), job.steady, job.final))
    waits, is_up = (Decision.WAIT, False, False), (Decision.SUCCESS, True, False)
    assert said == [waits, is_up, waits, is_up]
    assert not tracker.overdue(timedelta(0), now=BEGIN + timedelta(days=9))
    assert tracker.overdue({"InService": timedelta(0)}, now=BEGIN + timedelta(days=9))


@both
def test_it_is_usable_without_an_end(kind: Lifecycle) -> None:
    """Checked, explained, driven, drawn, listed, toured."""
    assert check(kind, [seen("InService", 1), seen("Updating", 2)]).legal
    assert not check(kind, [seen("InService", 1), seen("Creating", 2)]).legal
    assert explain(kind, "Creating", "Updating").legal
    job = Job(build(kind))
    job.created()
    assert job.state == "InService"
    assert {each for tour in tours(kind) for each in tour.edges} == set(kind.regions[0].edges)
    assert not [each for each in doubts(kind) if "leads out" in each.text]


@pytest.mark.parametrize(
    ("form", "sign"),
    [
        ("mermaid", "classDef steady stroke-width:4px"),
        ("plantuml", "##[bold]"),
        ("dot", 'penwidth="3"'),
        ("scxml", 'jobstate:steady="true"'),
    ],
)
def test_pictures_mark_it(form: str, sign: str) -> None:
    """And tables; what is not steady is not marked."""
    assert sign in render(ENDPOINT, form)
    (region,) = ENDPOINT.regions
    never = tuple(attrs.evolve(each, steady=False) for each in region.states)
    unsteady = attrs.evolve(ENDPOINT, regions=(attrs.evolve(region, states=never),))
    assert sign not in render(unsteady, form)
    line = next(x for x in tables(ENDPOINT, "text").splitlines() if "InService" in x)
    assert "steady" in line
    assert '"steady": true' in tables(ENDPOINT, "json")


@given(life=lives(ENDPOINT))
@settings(max_examples=40)
def test_its_lives_are_legal(life: Life) -> None:
    """Whether they end or not."""
    report = check(ENDPOINT, [life.observation(time) for time in life.changes])
    assert report.legal
    assert report.result == life.result


def test_no_life_without_an_end_is_complete() -> None:
    """Nobody can ask for one."""
    with pytest.raises(ImpossibleLifeError, match="comes to an end"):
        lives(ENDLESS, complete=True)


def test_what_is_steady_is_no_end() -> None:
    """A state is the one or the other; and what leads to neither is a defect."""
    with pytest.raises(LifecycleError, match="Up is steady, so it can't be final"):
        ENDPOINT.evolve(
            add_states=[state("Up", steady=True, final=True, outcome=Outcome.SUCCEEDED)],
            add_edges=[edge("Creating", "Up")],
        )
    with pytest.raises(LifecycleError, match="the state Lost never ends"):
        ENDPOINT.evolve(add_states=[state("Lost")], add_edges=[edge("Creating", "Lost")])
    ENDPOINT.evolve(add_states=[state("Idle", steady=True)], add_edges=[edge("Creating", "Idle")])
