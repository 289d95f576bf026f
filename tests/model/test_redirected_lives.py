"""Lives that callers redirect: stopped, deleted, updated; whatever the moment, they stay legal."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobstate import Outcome, check
from jobstate.batch import BATCH_JOB
from jobstate.kinds import KINDS
from jobstate.model.life import Life, Stay
from jobstate.sagemaker import PROCESSING_JOB, TRANSFORM_JOB
from jobstate.testing import lives
from tests.support.lives_for_tests import BEGIN, told

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

#: How a stop goes on, by where the job was after so many seconds: FACTS §3, SPOT and LOGS.
WAYS = {
    10: ["InProgress/Starting", "Stopping/Stopping", "Stopped/Stopped"],
    200: [
        *("InProgress/Starting", "InProgress/Downloading", "InProgress/Training"),
        *("Stopping/Stopping", "Stopped/Stopped"),
    ],
}


def answers(life: Life) -> list[object]:
    """Return what polls at every change get, in the form that says most."""
    return [life.at(time) for time in life.changes]


def legal(life: Life) -> None:
    """Fail where the oracle accuses what is seen of a life."""
    report = check(life.lifecycle, answers(life))
    assert report.violations == (), life
    told = {life.result.outcome, report.result.outcome}  # which of what is gone nobody knows
    assert len(told - {Outcome.UNKNOWN}) <= 1, life


#: Lives of some kinds take their time.
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def moments(life: Life) -> list[float]:
    """Return every change of a life, and a moment between each two, in seconds since its start."""
    times = [(time - life.start).total_seconds() for time in life.changes]
    between = [(one + other) / 2 for one, other in pairwise(times)]
    return [*times, *between, times[-1] + 1]


@pytest.mark.parametrize("lifecycle", list(KINDS), ids=lambda each: each.name)
@given(data=st.data())
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=SLOW)
def test_a_stop_at_any_moment_is_legal(lifecycle: Lifecycle, data: st.DataObject) -> None:
    """Of every kind, what was before is untouched, and what stops has stopped."""
    life = data.draw(lives(lifecycle))
    for seconds in moments(life):
        at = life.start + timedelta(seconds=seconds)
        stopped = life.stopped(at)
        legal(stopped)
        before = at - timedelta(milliseconds=1)
        if before >= life.start:
            assert stopped.at(before) == life.at(before)
        if stopped is not life:
            assert stopped.result.outcome is Outcome.STOPPED
            assert stopped.stopped(at + timedelta(seconds=500)) is stopped


@pytest.mark.parametrize("lifecycle", list(KINDS), ids=lambda each: each.name)
@given(data=st.data())
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=SLOW)
def test_a_deletion_of_what_has_ended_is_legal(lifecycle: Lifecycle, data: st.DataObject) -> None:
    """Of every kind; whatever has not ended can't be deleted."""
    life = data.draw(lives(lifecycle))
    for seconds in moments(life):
        at = life.start + timedelta(seconds=seconds)
        try:
            deleted = life.deleted(at)
        except ValueError:
            assert check(lifecycle, life.at(at)).result.final is not True
        else:
            legal(deleted)
            assert deleted.deleted(at + timedelta(seconds=9)).stays == deleted.stays


@pytest.mark.parametrize("seconds", WAYS)
def test_a_stop_goes_as_the_facts_have_it(seconds: int) -> None:
    """Moves that are documented or observed come before those that are inferred."""
    stopped = told("completed").stopped(BEGIN + timedelta(seconds=seconds))
    assert [stay.state for stay in stopped.stays] == WAYS[seconds]
    begun = [(stay.start - BEGIN).total_seconds() for stay in stopped.stays[-2:]]
    assert begun[1] - begun[0] == 30


def test_a_stop_of_what_has_ended_changes_nothing() -> None:
    """Nor does one of what is being stopped, and who never stops anything has a life without."""
    life = told("stopped")
    for seconds in (196, 199, 500):
        assert life.stopped(BEGIN + timedelta(seconds=seconds)) is life


def test_a_batch_job_says_how_it_was_ended() -> None:
    """BAPI: TerminateJob ends what runs, CancelJob only what does not yet; both set a flag."""
    life = _example(BATCH_JOB, "RUNNING")
    terminated = life.stopped(life.stays[-1].start, said={"statusReason": "enough"})
    answer = terminated.at(terminated.end)
    assert (answer["status"], answer["isTerminated"]) == ("FAILED", True)
    assert answer["statusReason"] == "enough"
    assert (terminated.result.outcome, terminated.result.cause) == (Outcome.STOPPED, "terminated")
    assert BATCH_JOB.schema is not None
    cancel = BATCH_JOB.schema.actions[2]
    assert life.stopped(life.stays[-1].start, cancel) is life
    early = life.stopped(life.start, cancel)
    assert early.at(early.end)["isCancelled"] is True
    assert early.result.cause == "cancelled"


def test_what_has_no_state_of_being_deleted_vanishes() -> None:
    """There is no Deleting of processing jobs (KINDS §1)."""
    life = _example(PROCESSING_JOB, "Completed")
    at = life.end + timedelta(seconds=9)
    assert life.deleted(at).vanishes == at
    assert life.deleted(at).stays == life.stays
    with pytest.raises(ValueError, match="only a job that has ended can be deleted, this one is I"):
        life.deleted(life.start)


def test_an_update_is_repeated_from_then_on() -> None:
    """Its parts are put into those there were; and the record was modified then."""
    life = told("completed").updated(BEGIN, {"ResourceConfig": {"InstanceCount": 2, "Volume": 1}})
    at = BEGIN + timedelta(seconds=150)
    updated = life.updated(at, {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}})
    assert updated.at(at - timedelta(seconds=1)) == life.at(at - timedelta(seconds=1))
    after = updated.at(at)
    assert after["ResourceConfig"] == {
        "InstanceCount": 2,
        "Volume": 1,
        "KeepAlivePeriodInSeconds": 60,
    }
    assert after["LastModifiedTime"] == at


def test_what_had_not_begun_beside_does_not_begin() -> None:
    """A pool that came later is no part of the life any more; one that was there goes along."""
    later = BEGIN + timedelta(seconds=300)
    pool = {"warm_pool": (Stay("InUse", later), Stay("Available", BEGIN + timedelta(seconds=725)))}
    life = told("completed", beside=pool, features={"warm_pool": True})
    assert life.stopped(BEGIN + timedelta(seconds=200)).beside == {}
    stopped = life.stopped(BEGIN + timedelta(seconds=400))
    assert [stay.state for stay in stopped.beside["warm_pool"]] == ["InUse", "Available"]
    assert stopped.beside["warm_pool"][1].start == stopped.end
    legal(stopped)


def test_until_when_an_answer_is_valid() -> None:
    """Until the next change, whatever changes; nothing changes after the last."""
    life = told("completed")
    stays = [stay.start for stay in life.stays]
    assert [life.valid_until(time) for time in stays] == [*stays[1:], None]
    at = BEGIN + timedelta(seconds=150)
    assert life.updated(at, {"x": 1}).valid_until(stays[2]) == at
    gone = _example(TRANSFORM_JOB, "Failed")
    gone = gone.deleted(gone.end + timedelta(seconds=4))
    assert gone.valid_until(gone.end) == gone.end + timedelta(seconds=4)


def _example(lifecycle: Lifecycle, status: str) -> Life:
    """Return a life of a kind that ends in a status, one stay a minute."""
    ways = {
        "RUNNING": ("SUBMITTED", "RUNNABLE", "STARTING", "RUNNING"),
        "Completed": ("InProgress", "Completed"),
        "Failed": ("InProgress", "Failed"),
    }
    assert lifecycle.writer is not None
    stays = [Stay(name, BEGIN + timedelta(minutes=n)) for n, name in enumerate(ways[status])]
    key = lifecycle.writer.key("tides", BEGIN)
    return Life(lifecycle=lifecycle, job=key, stays=tuple(stays), features={"array": False})
