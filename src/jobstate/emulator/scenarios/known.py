"""The scenarios that the library has: of training jobs, and of others as far as they can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.emulator.scenarios.scenario import Scenario
from jobstate.model.states import Outcome
from jobstate.sagemaker import TRAINING_JOB, SecondaryStatus
from jobstate.world.scripts import ordinary_way

if TYPE_CHECKING:
    from collections.abc import Mapping

_S = SecondaryStatus
_REGION = TRAINING_JOB.main_region
#: What a job comes by with which all goes well.
_STAGES: Final = [
    state.visible
    for name in ordinary_way(TRAINING_JOB, ())
    if not (state := _REGION.state(name)).final
]
_ALGORITHM: Final = "AlgorithmError: ExecuteUserScriptError: exit code 1"
_CAPACITY: Final = "CapacityError: Unable to provision requested ML compute capacity"
_CLIENT: Final = "ClientError: no training data found in s3://data/{name}"
_INTERNAL: Final = "InternalServerError: We encountered an internal error. Please try again."

_ALL: Final = (
    Scenario(name="happy", meaning="all goes well"),
    Scenario(
        name="slow-capacity",
        meaning="it waits half an hour for capacity, and all goes well then",
        via=(_S.PENDING,),
        seconds={_S.PENDING: 1_800},
    ),
    Scenario(
        name="no-capacity",
        meaning="it waits for capacity for a day, and fails for want of it",
        via=(_S.PENDING,),
        end=Outcome.FAILED,
        failure=_CAPACITY,
        seconds={_S.PENDING: 86_400},
    ),
    *(
        Scenario(
            name=name,
            meaning=f"its spot instances are reclaimed {often}",
            via=("spot_reclaimed",) * number,
        )
        for name, number, often in (("spot", 1, "once"), ("spot-3", 3, "thrice"))
    ),
    Scenario(
        name="algorithm-failure",
        meaning="its own code fails",
        via=(_S.TRAINING, _S.UPLOADING),
        end=Outcome.FAILED,
        failure=_ALGORITHM,
    ),
    Scenario(
        name="client-error",
        meaning="what it was created with can't be used",
        via=(_S.DOWNLOADING,),
        end=Outcome.FAILED,
        failure=_CLIENT,
    ),
    Scenario(
        name="internal-error",
        meaning="the service fails",
        via=(_S.TRAINING,),
        end=Outcome.FAILED,
        failure=_INTERNAL,
    ),
    Scenario(
        name="retried",
        meaning="the service fails once and tries again, as its RetryStrategy asks for",
        via=(_S.TRAINING, "retried"),
    ),
    *(
        Scenario(
            name=f"stopped-{stage.lower()}",
            meaning=f"somebody stops it in {stage}",
            via=(stage, "stop_requested"),
            end=Outcome.STOPPED,
        )
        for stage in _STAGES
    ),
    Scenario(
        name="run-limit",
        meaning="it runs for longer than its StoppingCondition allows",
        via=(_S.TRAINING,),
        end=_S.MAX_RUNTIME_EXCEEDED,
    ),
    Scenario(
        name="wait-limit",
        meaning="its spot instances are reclaimed, and it waits for too long",
        via=("spot_reclaimed", _S.STARTING),
        end=_S.MAX_WAIT_TIME_EXCEEDED,
    ),
    Scenario(
        name="stuck-in-stopping",
        meaning="somebody stops it, and it never comes to an end",
        via=(_S.TRAINING, "stop_requested"),
        end="",
    ),
    Scenario(name="stuck", meaning="it never leaves Training", via=(_S.TRAINING,), end=""),
    Scenario(
        name="deleted",
        meaning="it goes well, and somebody deletes it ten minutes later",
        then_deleted=600,
    ),
)

#: Name → the scenario.
SCENARIOS: Final[Mapping[str, Scenario]] = {each.name: each for each in _ALL}
