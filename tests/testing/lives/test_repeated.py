"""What requests have said goes through `recorded` and `reduce`, as answers repeat it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from jobstate import ObservationError, Outcome, check
from jobstate.batch import BATCH_JOB
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.lives.recorded import recorded
from jobstate.testing.lives.repeated import asked_features
from jobstate.testing.reduction import reduce
from jobstate.world import World
from tests.support.lives_for_tests import BEGIN, told
from tests.support.requests import CREATING
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from jobstate.model.life import Life


def lived(kind: str, stop: str = "", after: float = 90.0, **more: Any) -> Life:
    """Return the life of a job that somebody created, and stopped after a while."""
    now = BEGIN.replace(microsecond=0)
    world = World(KINDS, lambda: now)
    operation, called, rest = CREATING[kind]
    answer = world.answer(operation, {called: "tides", **rest, **more})
    now += timedelta(seconds=after)
    if stop == "TerminateJob":
        world.answer(stop, {"jobId": answer["jobId"], "reason": "it rained"})
    elif stop:
        world.answer(stop, {called: "tides"})
    (life,) = world.lives
    return life


def answered(life: Life) -> list[dict[str, Any]]:
    """Return what is answered at each time at which anything changes."""
    times = {*life.changes, *(each.at for each in life.said)}
    return [life.at(time) for time in sorted(times)]


@pytest.mark.parametrize("kind", sorted(CREATING))
def test_a_record_says_what_the_job_was_created_with(kind: str) -> None:
    """The life that it tells says it too from its creation on; so it does in JSON."""
    life = lived(kind)
    answers = answered(life)
    again = recorded(life.lifecycle, answers)
    assert [each.at for each in again.said] == [life.start]
    assert answered(again)[0] == answers[0]
    assert answered(again)[-1].keys() == answers[-1].keys()
    printed = json.loads(json.dumps(answers, default=datetime.isoformat))
    assert recorded(life.lifecycle, printed).said == again.said


def test_answers_with_times_are_told_again() -> None:
    """All of them, one by one."""
    life = lived("sagemaker-training-job", "StopTrainingJob")
    assert answered(recorded(TRAINING_JOB, answered(life))) == answered(life)


def test_what_was_said_later() -> None:
    """A stop says so from then on, and is told of the job's end."""
    life = lived("aws-batch-job", "TerminateJob", 20.0)
    again = recorded(BATCH_JOB, answered(life))
    assert again.result.outcome is Outcome.STOPPED
    assert [each.fields for each in again.said[1:]] == [{"isTerminated": True}]
    assert "isTerminated" not in again.at(again.start)
    assert again.said[1].at == again.stays[-1].start


def test_what_can_not_be_read_is_refused() -> None:
    """All problems of all answers at once."""
    life = lived("sagemaker-training-job")
    wrong = life.at(life.end) | {"CreationTime": "yesterday"}
    with pytest.raises(ObservationError, match=r"(?s)\[0\].CreationTime.*\[2\].CreationTime"):
        recorded(TRAINING_JOB, [wrong, life.at(life.start), wrong])


def test_nothing_was_said() -> None:
    """Of lives that nobody asked for, in events, and where there is no schema."""
    life = told("completed")
    assert recorded(TRAINING_JOB, [life.at(time) for time in life.changes]).said == ()
    assert recorded(TRAINING_JOB, [life.at(time, "event") for time in life.changes]).said == ()
    assert recorded(PARCELS, [parcel("packed")]).said == ()


def test_a_reduced_life_says_what_the_request_said() -> None:
    """And has the features that this shows: its answers agree with it."""
    life = lived("sagemaker-training-job", "StopTrainingJob", EnableManagedSpotTraining=True)
    assert asked_features(life)["spot"]
    assert asked_features(told("completed")) == {}
    found = reduce(life, lambda each: each.result.outcome is Outcome.STOPPED).life
    assert found.said == life.said
    assert found.features["spot"]
    answers = answered(found)
    assert answers[-1]["HyperParameters"] == {"epochs": "3"}
    assert answers[-1]["EnableManagedSpotTraining"]
    assert check(TRAINING_JOB, answers).legal
    assert len(found.stays) < len(life.stays)


@pytest.mark.parametrize("later", [0.0, 5.0, 40.0])
def test_what_was_said_of_a_stay_is_said_in_it(later: float) -> None:
    """However short it becomes; and where it is left out, in what comes in its place."""
    life = told("completed")
    middle = life.stays[2]
    asked = {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}
    life = life.updated(middle.start + timedelta(seconds=later), asked)
    found = reduce(life, lambda each: middle.state in [stay.state for stay in each.stays]).life
    place = [stay.state for stay in found.stays].index(middle.state)
    (said,) = found.said
    assert said.fields == asked
    assert said.at >= found.stays[place].start
    assert all(said.at <= stay.start for stay in found.stays[place + 1 :])
    whatever = reduce(life, lambda _: True).life
    assert [each.fields for each in whatever.said] == [asked]
    assert whatever.said[0].at >= whatever.start


def test_a_record_can_be_reduced() -> None:
    """What production was asked for is still there in the smallest life that fails."""
    life = lived("aws-batch-job", "TerminateJob", 200.0)
    again = recorded(BATCH_JOB, answered(life))
    found = reduce(again, lambda each: each.result.outcome is Outcome.STOPPED).life
    assert [each.fields for each in found.said] == [each.fields for each in again.said]
    assert found.result.outcome is Outcome.STOPPED
    assert evolve(found, said=()).result.outcome is Outcome.FAILED
