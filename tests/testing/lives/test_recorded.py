"""`recorded`: the life that answers tell, told by the answers of that life again."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import Observation, check
from jobstate.errors import ObservationError, UnknownNameError
from jobstate.model import Shown
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.lives.recorded import recorded
from tests.campaigns.reductions import random_life
from tests.support import corpus_series
from tests.support.lives_for_tests import told
from tests.support.small import BEGIN, PARCELS, parcel

if TYPE_CHECKING:
    from jobstate.model.life import Life

REAL = [
    (trace, answers)
    for trace, answers in corpus_series.usable_series()
    if trace.get("fixture") != "edited"
][::4]
MINUTE = timedelta(minutes=1)


def names(life: Life) -> list[str]:
    """Return the states that a life goes through."""
    return [stay.state for stay in life.stays]


def parcels(*observations: Observation) -> Life:
    """Return the life that answers about the parcel tell."""
    return recorded(PARCELS, list(observations))


# --- Legal records ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_the_answers_of_a_life_tell_it(seed: int) -> None:
    """The last answer gives a life that ends so; all answers give one that answers all so."""
    life = random_life(random.Random(seed))
    last = life.at(life.end)
    told_again = recorded(TRAINING_JOB, last)
    assert told_again.at(told_again.end) == last
    every = [life.at(time) for time in life.changes]
    told_again = recorded(TRAINING_JOB, list(reversed(every)))
    assert [told_again.at(time) for time in life.changes] == every


def test_real_jobs_are_legal_lives() -> None:
    """What was recorded of real jobs (every fourth here) is a legal life, whoever looks when."""
    for trace, answers in REAL:
        life = recorded(TRAINING_JOB, answers)
        report = check(TRAINING_JOB, [life.at(time) for time in life.changes])
        assert report.legal, trace["source"]


def test_features_that_nothing_shows() -> None:
    """Where an answer leaves a feature out, the life has it only if its way needs it."""
    interrupted = parcels(parcel("sent", "packed", "sent", "packed", "sent", at=200))
    assert interrupted.features == {"insured": True, "cheap": False}
    assert names(interrupted) == ["packed", "sent", "packed", "sent"]
    assert parcels(parcel("sent", "packed", "sent")).features == {"insured": False, "cheap": False}
    shown = parcels(parcel("sent", "packed", "sent", cheap=True))
    assert shown.features == {"insured": False, "cheap": True}


def test_a_move_that_no_history_prints() -> None:
    """The primary status alone moved: the life moves when that was said."""
    life = told("stopped")
    started = life.stays[0].start
    answer = life.at(started)
    answer |= {"TrainingJobStatus": "Stopping", "LastModifiedTime": started + MINUTE}
    found = recorded(TRAINING_JOB, answer)
    assert [(stay.state, stay.start - started) for stay in found.stays] == [
        ("InProgress/Starting", timedelta(0)),
        ("Stopping/Starting", MINUTE),
    ]


def test_silent_moves_before_an_entry() -> None:
    """A way to the next entry that moves the primary alone is found, and lies between its times."""
    life = attrs.evolve(told("stopped"), lifecycle=TRAINING_JOB)
    answer = life.at(life.end)
    found = recorded(TRAINING_JOB, answer)
    assert found.at(found.end) == answer
    # Stopping → Uploading is a stop's; so is Uploading under Stopping.
    timed_out = told("timed out")
    upload = recorded(TRAINING_JOB, timed_out.at(timed_out.end))
    assert names(upload)[3:] == [
        "Stopping/Stopping",
        "Stopping/Uploading",
        "Stopped/MaxRuntimeExceeded",
    ]


def test_lists_alone() -> None:
    """Without a history the shortest legal way is taken, evenly where no time is told."""
    life = told("completed")
    item = life.at(life.end, "list")
    found = recorded(TRAINING_JOB, item)
    assert names(found) == [
        "InProgress/Starting",
        "InProgress/Training",
        "InProgress/Uploading",
        "Completed/Completed",
    ]
    starts = [stay.start for stay in found.stays]
    assert starts[0] == life.job.created
    assert starts[-1] == life.end
    assert len({after - start for start, after in pairwise(starts)}) == 1


def test_lists_beside_a_history() -> None:
    """A list item without a history stands where its time says."""
    life = told("stopped")
    times = life.changes
    found = recorded(
        TRAINING_JOB, [life.at(times[3], "list"), life.at(times[0], "list"), life.at(life.end)]
    )
    assert names(found) == names(life)


def test_a_thin_item() -> None:
    """A primary status alone leaves the state open; the nearest is taken."""
    life = told("stopped")
    item = life.at(life.end, "list")
    del item["SecondaryStatus"]
    assert names(recorded(TRAINING_JOB, item)) == ["InProgress/Starting", "Stopped/Stopped"]


def test_without_times() -> None:
    """What is told of no time lies a second after what came before."""
    life = parcels(parcel("delivered"))
    assert names(life) == ["packed", "sent", "at the door", "delivered"]
    assert [(stay.start - life.start).total_seconds() for stay in life.stays] == [0, 1, 2, 3]
    assert life.start == BEGIN.replace(microsecond=0)
    lasting = [parcel("sent"), parcel("sent", "packed", "sent"), parcel("packed", at=0)]
    assert names(parcels(*lasting)) == ["packed", "sent"]


def test_other_regions() -> None:
    """A warm pool's way is told as far as it was seen."""
    life = told("completed", features={"warm_pool": True})
    pool = attrs.evolve(
        life,
        beside={
            "warm_pool": (
                attrs.evolve(life.stays[0], state="InUse"),
                attrs.evolve(life.stays[-1], state="Available"),
            )
        },
    )
    every = [pool.at(time) for time in pool.changes]
    assert recorded(TRAINING_JOB, every).beside == pool.beside


def test_messages_and_failure() -> None:
    """A status's last message is kept, and the text that says why a job failed."""
    life = told("failed", messages={"Starting": "a", "Failed": "b"})
    found = recorded(TRAINING_JOB, life.at(life.end))
    assert found.messages == {"Starting": "a", "Failed": "b"}
    assert found.failure == "AlgorithmError: exit code 1"
    silent = life.at(life.end)
    del silent["FailureReason"]
    assert recorded(TRAINING_JOB, silent).failure is None


# --- Illegal records ----------------------------------------------------------------------------


def refused(life: Life) -> set[str]:
    """Return the rules that a life breaks for whoever sees all of it."""
    report = check(life.lifecycle, [life.observation(time) for time in life.changes])
    return {each.rule for each in report.violations}


def test_a_move_that_no_job_makes() -> None:
    """The life makes it, and the rest of it is the record's."""
    life = parcels(parcel("delivered", "packed", "delivered", at=200))
    assert names(life) == ["packed", "delivered"]
    assert refused(life) == {"illegal-transition"}
    assert names(parcels(parcel("sent", "sent"))) == ["sent"]
    assert refused(parcels(parcel("sent", "sent"))) == {"illegal-start"}


def test_the_way_goes_on_after_it() -> None:
    """After the impossible step, what is legal again is found as ever."""
    life = parcels(parcel("returned", "packed", "at the door", "sent", "returned"))
    assert names(life) == ["packed", "at the door", "sent", "returned"]
    assert refused(life) == {"illegal-transition"}


def test_completed_without_training() -> None:
    """The job goes on as if it had passed what it has not."""
    life = parcels(parcel("forgotten", "packed", "sent", "delivered", "forgotten"))
    assert names(life) == ["packed", "sent", "delivered", "forgotten"]
    answer = told("failed").at(told("failed").end)
    answer |= {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}
    answer["SecondaryStatusTransitions"][2:] = [
        answer["SecondaryStatusTransitions"][-1] | {"Status": "Completed"}
    ]
    assert names(recorded(TRAINING_JOB, answer)) == [
        "InProgress/Starting",
        "InProgress/Downloading",
        "Completed/Completed",
    ]


def test_features_that_no_job_has() -> None:
    """They are the life's nevertheless."""
    life = parcels(parcel("sent", "packed", "sent", insured=True, cheap=True))
    assert (names(life), life.features) == (["packed", "sent"], {"insured": True, "cheap": True})


def test_a_history_that_ends_elsewhere() -> None:
    """As moto's: the life goes on to what is shown, which no history can say otherwise."""
    answer: dict[str, Any] = told("completed").at(told("completed").end)
    answer["SecondaryStatusTransitions"] = answer["SecondaryStatusTransitions"][:1]
    life = recorded(TRAINING_JOB, answer)
    assert names(life) == ["InProgress/Starting", "Completed/Completed"]


def test_a_pair_that_is_no_state() -> None:
    """The primary status is believed."""
    item = told("completed").at(told("completed").end, "list") | {"SecondaryStatus": "Training"}
    assert names(recorded(TRAINING_JOB, item))[-1] == "Completed/Completed"


def test_times_that_go_back() -> None:
    """No stay begins before the one before it."""
    answer = told("completed").at(told("completed").end)
    second = answer["SecondaryStatusTransitions"][1]
    second["StartTime"] -= timedelta(hours=1)
    starts = [stay.start for stay in recorded(TRAINING_JOB, answer).stays]
    assert starts == sorted(starts)


def test_created_at_another_time() -> None:
    """A history that begins at another second than the job begins with the job."""
    answer = told("completed").at(told("completed").end)
    answer["CreationTime"] -= timedelta(hours=1)
    life = recorded(TRAINING_JOB, answer)
    assert life.start == life.job.created == answer["CreationTime"].replace(microsecond=0)


# --- No life ------------------------------------------------------------------------------------


def test_statuses_that_nobody_knows() -> None:
    """No life goes there."""
    with pytest.raises(UnknownNameError, match="no status 'lost'; there is: at the door, deliv"):
        parcels(parcel("sent", "packed", "lost"))
    with pytest.raises(UnknownNameError, match="no status 'lost'"):
        parcels(parcel("lost"))


def test_one_job() -> None:
    """No answer, and answers about several jobs, tell no life; nor do those about other things."""
    with pytest.raises(ObservationError, match="expected answers about one job, got 0 jobs"):
        recorded(PARCELS, [])
    other = attrs.evolve(parcel("sent"), job=JobKey("parcel", "parcel/2", BEGIN))
    with pytest.raises(ObservationError, match="2 jobs"):
        parcels(parcel("sent"), other)
    elsewhere = attrs.evolve(parcel("sent"), shown={"other": Shown("sent")})
    assert names(parcels(elsewhere)) == ["packed"]
