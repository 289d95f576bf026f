"""What tests of orchestrators, fakes and emulators need: lives of jobs, and what is said of them.

    @given(lives(complete=True))
    def test_a_stop_is_no_success(life: Life) -> None:
        answer = life.at(life.end)
        succeeded = my_orchestrator.has_succeeded(answer)
        assert succeeded == (life.result.outcome is Outcome.SUCCEEDED)

Everything derives from the life cycle. Needs the extra ``testing`` (Hypothesis).
"""

from _jobstate_hypothesis import register
from jobstate.life import Life, Stay
from jobstate.testing.assertions import assert_conforms
from jobstate.testing.client import Call, MissingExtraError, Service, client_for
from jobstate.testing.clock import ClockStoppedError, VirtualClock
from jobstate.testing.cover import CoverError, cover
from jobstate.testing.coverage import LifecycleCoverage
from jobstate.testing.illegal import Illegal, UnbreakableRuleError, illegal
from jobstate.testing.plans import ImpossibleLifeError
from jobstate.testing.plugin import Conformance
from jobstate.testing.recorded import recorded
from jobstate.testing.reduction import Reduction, reduce
from jobstate.testing.stateful import SystemMachine, Witness, check_system
from jobstate.testing.story import NotConformingError
from jobstate.testing.strategies import answers, lives, observations, polls
from jobstate.testing.tour import NoLifeError, Tour
from jobstate.testing.tours import tours
from jobstate.testing.training_jobs import (
    described_jobs,
    descriptions,
    events,
    list_items,
    summaries,
)
from jobstate.testing.waiting import Phase, Waited, assert_waiter, phases_of

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
