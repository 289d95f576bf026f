"""What tests of orchestrators, fakes and emulators need: lives of jobs, and what is said of them.

@given(lives(complete=True))
    def test_a_stop_is_no_success(life: Life) -> None:
        answer = life.at(life.end)
        succeeded = my_orchestrator.has_succeeded(answer)
        assert succeeded == (life.result.outcome is Outcome.SUCCEEDED)

Everything derives from the life cycle. Needs the extra ``testing`` (Hypothesis), whose
`st.from_type` knows lives, summaries and descriptions once this is imported. No public name is one
of Hypothesis', so that ``import *`` of both hides nothing.
"""

from jobstate.errors import MissingExtraError

try:
    import hypothesis  # noqa: F401 - what stands below needs it
except ImportError as error:
    raise MissingExtraError(__name__, "hypothesis", "testing") from error

from jobstate.model.life import Life, Stay
from jobstate.testing.coverage.cover import CoverError, cover
from jobstate.testing.coverage.coverage import LifecycleCoverage
from jobstate.testing.coverage.tour import NoLifeError, Tour
from jobstate.testing.coverage.tours import tours
from jobstate.testing.fakes.client import Call, Service, client_for
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.illegal.illegal import Illegal, UnbreakableRuleError, illegal
from jobstate.testing.lives.fleets import fleet
from jobstate.testing.lives.recorded import recorded
from jobstate.testing.lives.strategies import answers, lives, observations, polls
from jobstate.testing.lives.training_jobs import (
    described_jobs,
    descriptions,
    events,
    list_items,
    summaries,
)
from jobstate.testing.lives.wishes import ImpossibleLifeError
from jobstate.testing.oracle.assertions import assert_conforms
from jobstate.testing.oracle.orchestrating import Orchestrated, assert_orchestrator
from jobstate.testing.oracle.phases import WaitPhase, phases_of
from jobstate.testing.oracle.rulings import Ruling
from jobstate.testing.oracle.stateful import SystemMachine, Witness, check_system
from jobstate.testing.oracle.story import NotConformingError
from jobstate.testing.oracle.waiting import Waited, assert_waiter
from jobstate.testing.plugin.conformance import Conformance
from jobstate.testing.reduction import Reduction, reduce

__all__ = [
    "Call",
    "ClockStoppedError",
    "Conformance",
    "CoverError",
    "Illegal",
    "ImpossibleLifeError",
    "Life",
    "LifecycleCoverage",
    "NoLifeError",
    "NotConformingError",
    "Orchestrated",
    "Reduction",
    "Ruling",
    "Service",
    "Stay",
    "SystemMachine",
    "Tour",
    "UnbreakableRuleError",
    "VirtualClock",
    "WaitPhase",
    "Waited",
    "Witness",
    "answers",
    "assert_conforms",
    "assert_orchestrator",
    "assert_waiter",
    "check_system",
    "client_for",
    "cover",
    "described_jobs",
    "descriptions",
    "events",
    "fleet",
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
