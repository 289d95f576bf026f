"""What is known of a training job's states and moves: tables, each line with basis and source.

Read it from top to bottom: the sources, the states, what answers show of a job (features), the
tables of moves between secondary statuses as histories print them. Facts as known in November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from jobstate.model.states import UNKNOWN_CAUSE, Basis, Exclusion, Feature, Outcome
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus

#: The short names of the sources that `source` texts use.
SOURCES: Mapping[str, str] = {
    "API": "SageMaker API reference and botocore's sagemaker/2017-07-24 service model (1.44.5)",
    "SPOT": "SageMaker developer guide, “Managed spot training status”",
    "WARM": "SageMaker developer guide, “Train using managed warm pools”",
    "PLAN": "SageMaker developer guide, “Training plans for training jobs”",
    "LOGS": "507 progress logs that the SageMaker Python SDK printed in public notebooks",
    "LISTS": "36 jobs whose SecondaryStatusTransitions are public",
    "REC": "recorded API answers in two public test suites (2018, 2021)",
    "ENUM": "nothing but the value in the API's enumeration",
    "silent": "AWS says nothing about it",
}

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_P, _S = TrainingJobStatus, SecondaryStatus


# --- States -------------------------------------------------------------------------------------

#: Everything that a job in progress can be doing: secondary status → meaning, basis, source.
WORK: Mapping[SecondaryStatus, tuple[str, Basis, str]] = {
    _S.STARTING: ("launching instances", _DOC, "API"),
    _S.PENDING: ("waiting for capacity", _DOC, "API"),
    _S.DOWNLOADING: ("input data to disk", _DOC, "API"),
    _S.TRAINING: ("your container runs", _DOC, "API"),
    _S.UPLOADING: ("model artifacts to S3", _DOC, "API"),
    _S.INTERRUPTED: ("spot instances reclaimed", _DOC, "API"),
    _S.RESTARTING: ("trying again", _INF, "ENUM"),
    _S.UPDATING: ("UpdateTrainingJob", _INF, "ENUM"),
    _S.LAUNCHING_ML_INSTANCES: ("launching instances", _INF, "ENUM; no longer supported (API)"),
    _S.PREPARING_TRAINING_STACK: ("preparing instances", _INF, "ENUM; no longer supported (API)"),
    _S.DOWNLOADING_TRAINING_IMAGE: ("image to disk", _INF, "ENUM; no longer supported (API)"),
}
RETIRED = frozenset(work for work, (_, _, source) in WORK.items() if "no longer" in source)

#: How a stop that the secondary status does not show yet is known.
LAG: Mapping[SecondaryStatus, tuple[Basis, str]] = {
    _S.STARTING: (_OBS, "REC, 3 answers: the stop shows there only after Starting ends"),
    _S.UPLOADING: (_INF, "LOGS: Stopping → Uploading → Stopped; the primary is not printed"),
}
LAG_OTHERWISE = (_INF, "silent; the lag that is observed in Starting")

#: The ends: primary, secondary, outcome, cause, meaning, basis, source.
ENDS: tuple[
    tuple[TrainingJobStatus, SecondaryStatus, Outcome, str | None, str, Basis, str], ...
] = (
    (_P.COMPLETED, _S.COMPLETED, Outcome.SUCCEEDED, None, "model artifacts in S3", _DOC, "API"),
    (_P.FAILED, _S.FAILED, Outcome.FAILED, UNKNOWN_CAUSE, "FailureReason says why", _DOC, "API"),
    (_P.STOPPED, _S.STOPPED, Outcome.STOPPED, "stop_requested", "stopped", _DOC, "API; REC 3"),
    (
        _P.STOPPED,
        _S.MAX_RUNTIME_EXCEEDED,
        Outcome.TIMED_OUT,
        "max_runtime",
        "over MaxRuntimeInSeconds",
        _DOC,
        "API; observed 2",
    ),
    (
        _P.STOPPED,
        _S.MAX_WAIT_TIME_EXCEEDED,
        Outcome.TIMED_OUT,
        "max_wait",
        "over MaxWaitTimeInSeconds",
        _DOC,
        "API; observed 2",
    ),
)


# --- Features -----------------------------------------------------------------------------------

FEATURES = (
    Feature(name="spot", meaning="managed spot training", source="EnableManagedSpotTraining"),
    Feature(name="retry", meaning="failures of the service are retried", source="RetryStrategy"),
    Feature(name="plan", meaning="runs on a training plan", source="TrainingPlanArn"),
    Feature(
        name="warm_pool",
        meaning="instances are kept for the next job",
        source="WarmPoolStatus, ResourceConfig.KeepAlivePeriodInSeconds",
    ),
    Feature(
        name="stop",
        meaning="a stop is asked for, by StopTrainingJob or by a limit",
        source="no answer shows that nobody will",
        shown=False,
    ),
)
EXCLUSIONS = (
    Exclusion(
        features=("spot", "warm_pool"), rule="warm-pool-with-spot", basis=_DOC, source="WARM"
    ),
    Exclusion(
        features=("spot", "plan"),
        rule="plan-with-spot",
        basis=_INF,
        source="silent; a plan reserves capacity, spot uses what is spare",
    ),
)


# --- Moves between secondary statuses, as histories print them ----------------------------------

#: origin, target, cause, basis, source, needs
_Move: TypeAlias = tuple[SecondaryStatus, SecondaryStatus, str, Basis, str, Mapping[str, bool]]
SPOT, _NO_SPOT, RETRY, _PLAN = {"spot": True}, {"spot": False}, {"retry": True}, {"plan": True}
_NO_STAGE = "API calls the stage optional; 0 of 507 LOGS, even in Pipe and FastFile mode"
_RETRIED = "API, RetryStrategy: after an InternalServerError; from which status is not said"
_RESERVED = "API, MaxPendingTimeInSeconds: between two reservations; from which status is not said"

UNDER_WAY: tuple[_Move, ...] = (
    # The usual road.
    (_S.STARTING, _S.DOWNLOADING, "instances_ready", _DOC, "SPOT; LOGS 477, LISTS 20", {}),
    (_S.DOWNLOADING, _S.TRAINING, "data_ready", _DOC, "SPOT; LOGS 472, LISTS 22", {}),
    (
        _S.TRAINING,
        _S.UPLOADING,
        "container_ended",
        _DOC,
        "SPOT; LOGS 436, LISTS 20: whether it ended well or badly",
        {},
    ),
    (_S.STARTING, _S.TRAINING, "no_download_stage", _DOC, _NO_STAGE, {}),
    # Waiting for capacity.
    (_S.STARTING, _S.PENDING, "no_capacity_yet", _OBS, "LOGS 7, LISTS 5 (2024 on)", _NO_SPOT),
    (_S.STARTING, _S.PENDING, "no_capacity_yet", _INF, "API names no mode", SPOT),
    (_S.PENDING, _S.DOWNLOADING, "capacity_won", _OBS, "LOGS 5, LISTS 4", {}),
    (_S.PENDING, _S.STARTING, "capacity_won", _INF, "silent", {}),
    (_S.PENDING, _S.TRAINING, "no_download_stage", _DOC, _NO_STAGE, {}),
    (_S.DOWNLOADING, _S.PENDING, "reservation_ended", _DOC, _RESERVED, _PLAN),
    (_S.TRAINING, _S.PENDING, "reservation_ended", _DOC, _RESERVED, _PLAN),
    # Managed spot training.
    (_S.TRAINING, _S.INTERRUPTED, "spot_reclaimed", _DOC, "SPOT; no real list found", SPOT),
    (_S.STARTING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", SPOT),
    (_S.DOWNLOADING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", SPOT),
    (_S.UPLOADING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", SPOT),
    (_S.INTERRUPTED, _S.STARTING, "spot_capacity_awaited", _DOC, "SPOT", SPOT),
    (
        _S.INTERRUPTED,
        _S.DOWNLOADING,
        "spot_resumed",
        _DOC,
        "SPOT says so once, perhaps as a short cut",
        SPOT,
    ),
    (_S.INTERRUPTED, _S.RESTARTING, "spot_resumed", _INF, "ENUM", SPOT),
    # Retries and updates.
    (_S.DOWNLOADING, _S.STARTING, "retried", _DOC, _RETRIED, RETRY),
    (_S.TRAINING, _S.STARTING, "retried", _DOC, _RETRIED, RETRY),
    (_S.UPLOADING, _S.STARTING, "retried", _DOC, _RETRIED, RETRY),
    (_S.TRAINING, _S.RESTARTING, "retried", _INF, "ENUM", {}),
    (_S.RESTARTING, _S.STARTING, "retried", _INF, "ENUM", {}),
    (_S.RESTARTING, _S.DOWNLOADING, "retried", _INF, "ENUM", {}),
    (_S.RESTARTING, _S.TRAINING, "retried", _INF, "ENUM", {}),
    (_S.TRAINING, _S.UPDATING, "update_requested", _INF, "ENUM; refused in Starting (REC)", {}),
    (_S.UPDATING, _S.TRAINING, "updated", _INF, "ENUM", {}),
    # Statuses that are no longer supported.
    (_S.STARTING, _S.LAUNCHING_ML_INSTANCES, "launching", _INF, "ENUM", {}),
    (_S.LAUNCHING_ML_INSTANCES, _S.PREPARING_TRAINING_STACK, "launched", _INF, "ENUM", {}),
    (_S.PREPARING_TRAINING_STACK, _S.DOWNLOADING, "instances_ready", _INF, "ENUM", {}),
    (_S.PREPARING_TRAINING_STACK, _S.DOWNLOADING_TRAINING_IMAGE, "stack_ready", _INF, "ENUM", {}),
    (_S.DOWNLOADING, _S.DOWNLOADING_TRAINING_IMAGE, "data_ready", _INF, "ENUM", {}),
    (_S.DOWNLOADING_TRAINING_IMAGE, _S.TRAINING, "image_ready", _INF, "ENUM", {}),
)

#: From which work under way a job fails: cause, basis, source.
FAILING: Mapping[SecondaryStatus, tuple[str, Basis, str]] = {
    _S.STARTING: ("failure", _OBS, "LOGS 2, e.g. a role that may not be assumed"),
    _S.PENDING: ("no_capacity_in_time", _OBS, "LOGS 1; PLAN"),
    _S.DOWNLOADING: ("failure", _OBS, "LOGS 3, e.g. S3 refuses"),
    _S.UPLOADING: ("failure", _OBS, "LOGS 33, LISTS 5: the usual way to fail"),
}
FAILING_OTHERWISE = ("failure", _INF, "silent; 0 of 44 failures")

#: From which work under way a history goes on with Stopping: basis, source.
STOPPING: Mapping[SecondaryStatus, tuple[Basis, str]] = {
    _S.STARTING: (_DOC, "SPOT"),
    _S.DOWNLOADING: (_OBS, "LOGS 2, the stop asked for during Starting"),
    _S.TRAINING: (_DOC, "SPOT; LOGS 1, LISTS 1"),
}
STOPPING_OTHERWISE = (_INF, "silent; jobs stopped while Pending are public, their lists are not")

#: From which work under way polls (or histories) show an end without Stopping between.
ENDED_AT_ONCE = (
    _S.STARTING,
    _S.PENDING,
    _S.DOWNLOADING,
    _S.TRAINING,
    _S.INTERRUPTED,
    *sorted(RETIRED),
)

#: Where work under way may still go although a stop is asked for: basis, source.
STILL_FORWARD: Mapping[tuple[SecondaryStatus, SecondaryStatus], tuple[Basis, str]] = {
    (_S.STARTING, _S.DOWNLOADING): (_OBS, "LOGS 2: a second of Downloading before Stopping"),
    (_S.PENDING, _S.DOWNLOADING): (_OBS, "LOGS 2: a second of Downloading before Stopping"),
    (_S.STARTING, _S.TRAINING): (_INF, "silent"),
    (_S.PENDING, _S.TRAINING): (_INF, "silent"),
    (_S.DOWNLOADING, _S.TRAINING): (_INF, "silent"),
    (_S.TRAINING, _S.UPLOADING): (_INF, "silent"),
}

_PAIR_ONLY = "the pair is observed, its list is not"
_ALL_ATTEMPTS = "the service's Python library bounds all attempts together by max_wait"
#: From Stopping, or Uploading under Stopping, to each way of having stopped: origin, target,
#: basis, source, needs.
STOPPED: tuple[tuple[SecondaryStatus, SecondaryStatus, Basis, str, Mapping[str, bool]], ...] = (
    (_S.STOPPING, _S.STOPPED, _OBS, "LOGS 2: nothing to upload", {}),
    (_S.UPLOADING, _S.STOPPED, _OBS, "LOGS 1, after Stopping → Uploading", {}),
    (_S.STOPPING, _S.MAX_RUNTIME_EXCEEDED, _INF, _PAIR_ONLY, {}),
    (_S.UPLOADING, _S.MAX_RUNTIME_EXCEEDED, _INF, _PAIR_ONLY, {}),
    (_S.STOPPING, _S.MAX_WAIT_TIME_EXCEEDED, _DOC, "SPOT", SPOT),
    (_S.STOPPING, _S.MAX_WAIT_TIME_EXCEEDED, _INF, _ALL_ATTEMPTS, RETRY),
    (_S.UPLOADING, _S.MAX_WAIT_TIME_EXCEEDED, _OBS, "LISTS 1", SPOT),
    (_S.UPLOADING, _S.MAX_WAIT_TIME_EXCEEDED, _INF, _ALL_ATTEMPTS, RETRY),
)
#: What makes a job end in each way of having stopped, and what that needs: one of these.
STOP_CAUSES: Mapping[SecondaryStatus, tuple[str, tuple[Mapping[str, bool], ...]]] = {
    _S.STOPPED: ("stopped", ({},)),
    _S.MAX_RUNTIME_EXCEEDED: ("run_limit_reached", ({},)),
    _S.MAX_WAIT_TIME_EXCEEDED: ("wait_limit_reached", (SPOT, RETRY)),
}
