"""What tests of orchestrators, fakes and emulators need: lives of jobs, and what is said of them.

@given(lives(complete=True))
    def test_a_stop_is_no_success(life: Life) -> None:
        answer = life.at(life.end)
        succeeded = my_orchestrator.has_succeeded(answer)
        assert succeeded == (life.result.outcome is Outcome.SUCCEEDED)

Everything derives from the life cycle. Needs the extra ``testing`` (Hypothesis).
"""

from _jobstate_hypothesis import register
from jobstate.model.life import Life, Stay
from jobstate.testing.coverage.cover import CoverError, cover
from jobstate.testing.coverage.coverage import LifecycleCoverage
from jobstate.testing.coverage.tour import NoLifeError, Tour
from jobstate.testing.coverage.tours import tours
from jobstate.testing.fakes.client import Call, MissingExtraError, Service, client_for
from jobstate.testing.fakes.clock import ClockStoppedError, VirtualClock
from jobstate.testing.illegal.illegal import Illegal, UnbreakableRuleError, illegal
from jobstate.testing.lives.plans import ImpossibleLifeError
from jobstate.testing.lives.recorded import recorded
from jobstate.testing.lives.strategies import answers, lives, observations, polls
from jobstate.testing.lives.training_jobs import (
    described_jobs,
    descriptions,
    events,
    list_items,
    summaries,
)
from jobstate.testing.oracle.assertions import assert_conforms
from jobstate.testing.oracle.stateful import SystemMachine, Witness, check_system
from jobstate.testing.oracle.story import NotConformingError
from jobstate.testing.oracle.waiting import Phase, Waited, assert_waiter, phases_of
from jobstate.testing.plugin import Conformance
from jobstate.testing.reduction import Reduction, reduce

register()

__all__ = [
    "Call",
    "ClockStoppedError",
    "Conformance",
    "CoverError",
    "Illegal",
    "ImpossibleLifeError",
    "Life",
    "LifecycleCoverage",
    "MissingExtraError",
    "NoLifeError",
    "NotConformingError",
    "Phase",
    "Reduction",
    "Service",
    "Stay",
    "SystemMachine",
    "Tour",
    "UnbreakableRuleError",
    "VirtualClock",
    "Waited",
    "Witness",
    "answers",
    "assert_conforms",
    "assert_waiter",
    "check_system",
    "client_for",
    "cover",
    "described_jobs",
    "descriptions",
    "events",
    "illegal",
    "list_items",
    "lives",
    "observations",
    "phases_of",
    "polls",
    "recorded",
    "reduce",
    "summaries",
    "tours",
]
