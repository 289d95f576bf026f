"""The life cycle of an Amazon SageMaker training job, as data with basis and source.

Read it from top to bottom: the sources, the states, what answers show of a job (features), the
tables of moves between secondary statuses as histories print them, how they are lifted to pairs
of (primary, secondary), the warm pool, and `TRAINING_JOB`. Facts as known in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from jobstate.model.lifecycle import Lifecycle
from jobstate.model.states import (
    UNKNOWN_CAUSE,
    Basis,
    Edge,
    Exclusion,
    Feature,
    Memory,
    Outcome,
    Region,
    State,
)
from jobstate.sagemaker.training_job.reader import READER
from jobstate.sagemaker.training_job.rules import RULES
from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)
from jobstate.sagemaker.training_job.writer import WRITER

if TYPE_CHECKING:
    from jobstate.model.drawing import Drawing

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
_P, _S, _W = TrainingJobStatus, SecondaryStatus, WarmPoolStatus


# --- States -------------------------------------------------------------------------------------

#: Everything that a job in progress can be doing: secondary status → meaning, basis, source.
_WORK: Mapping[SecondaryStatus, tuple[str, Basis, str]] = {
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
_RETIRED = frozenset(work for work, (_, _, source) in _WORK.items() if "no longer" in source)

#: How a stop that the secondary status does not show yet is known.
_LAG: Mapping[SecondaryStatus, tuple[Basis, str]] = {
    _S.STARTING: (_OBS, "REC, 3 answers: the stop shows there only after Starting ends"),
    _S.UPLOADING: (_INF, "LOGS: Stopping → Uploading → Stopped; the primary is not printed"),
}
_LAG_OTHERWISE = (_INF, "silent; the lag that is observed in Starting")

#: The ends: primary, secondary, outcome, cause, meaning, basis, source.
_ENDS: tuple[
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


def _states() -> Iterator[State]:
    for work, (meaning, basis, source) in _WORK.items():
        yield State(
            primary=_P.IN_PROGRESS,
            secondary=work,
            meaning=meaning,
            basis=basis,
            source=source,
            retired=work in _RETIRED,
        )
    yield State(
        primary=_P.STOPPING,
        secondary=_S.STOPPING,
        meaning="SIGTERM, then up to 120 s",
        basis=_DOC,
        source="API",
    )
    for work, (meaning, _, _) in _WORK.items():
        basis, source = _LAG.get(work, _LAG_OTHERWISE)
        yield State(
            primary=_P.STOPPING,
            secondary=work,
            meaning=f"{meaning}; a stop is asked for",
            basis=basis,
            source=source,
            retired=work in _RETIRED,
        )
    for primary, secondary, outcome, cause, meaning, basis, source in _ENDS:
        yield State(
            primary=primary,
            secondary=secondary,
            outcome=outcome,
            cause=cause,
            final=True,
            meaning=meaning,
            basis=basis,
            source=source,
        )
    # An answer about a job under deletion may leave the secondary status out. That is a thin
    # observation of one of these, not a state of its own: so the result stays known.
    for _, secondary, outcome, cause, meaning, _, _ in _ENDS:
        yield State(
            primary=_P.DELETING,
            secondary=secondary,
            outcome=outcome,
            cause=cause,
            final=True,
            gone=True,
            meaning=f"being deleted; {meaning}",
            basis=_INF,
            source="API has Deleting since 2025-10-29; never seen in output",
        )


# --- Features -----------------------------------------------------------------------------------

_FEATURES = (
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
_EXCLUSIONS = (
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
_SPOT, _NO_SPOT, _RETRY, _PLAN = {"spot": True}, {"spot": False}, {"retry": True}, {"plan": True}
_NO_STAGE = "API calls the stage optional; 0 of 507 LOGS, even in Pipe and FastFile mode"
_RETRIED = "API, RetryStrategy: after an InternalServerError; from which status is not said"
_RESERVED = "API, MaxPendingTimeInSeconds: between two reservations; from which status is not said"

_UNDER_WAY: tuple[_Move, ...] = (
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
    (_S.STARTING, _S.PENDING, "no_capacity_yet", _OBS, "LOGS 7, LISTS 4 (2024 on)", _NO_SPOT),
    (_S.PENDING, _S.DOWNLOADING, "capacity_won", _OBS, "LOGS 5, LISTS 3", {}),
    (_S.PENDING, _S.STARTING, "capacity_won", _INF, "silent", {}),
    (_S.PENDING, _S.TRAINING, "no_download_stage", _DOC, _NO_STAGE, {}),
    (_S.DOWNLOADING, _S.PENDING, "reservation_ended", _DOC, _RESERVED, _PLAN),
    (_S.TRAINING, _S.PENDING, "reservation_ended", _DOC, _RESERVED, _PLAN),
    # Managed spot training.
    (_S.TRAINING, _S.INTERRUPTED, "spot_reclaimed", _DOC, "SPOT; no real list found", _SPOT),
    (_S.STARTING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", _SPOT),
    (_S.DOWNLOADING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", _SPOT),
    (_S.UPLOADING, _S.INTERRUPTED, "spot_reclaimed", _INF, "silent; as in Training", _SPOT),
    (_S.INTERRUPTED, _S.STARTING, "spot_capacity_awaited", _DOC, "SPOT", _SPOT),
    (
        _S.INTERRUPTED,
        _S.DOWNLOADING,
        "spot_resumed",
        _DOC,
        "SPOT says so once, perhaps as a short cut",
        _SPOT,
    ),
    (_S.INTERRUPTED, _S.RESTARTING, "spot_resumed", _INF, "ENUM", _SPOT),
    # Retries and updates.
    (_S.DOWNLOADING, _S.STARTING, "retried", _DOC, _RETRIED, _RETRY),
    (_S.TRAINING, _S.STARTING, "retried", _DOC, _RETRIED, _RETRY),
    (_S.UPLOADING, _S.STARTING, "retried", _DOC, _RETRIED, _RETRY),
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
_FAILING: Mapping[SecondaryStatus, tuple[str, Basis, str]] = {
    _S.STARTING: ("failure", _OBS, "LOGS 2, e.g. a role that may not be assumed"),
    _S.PENDING: ("no_capacity_in_time", _OBS, "LOGS 1; PLAN"),
    _S.DOWNLOADING: ("failure", _OBS, "LOGS 3, e.g. S3 refuses"),
    _S.UPLOADING: ("failure", _OBS, "LOGS 33, LISTS 5: the usual way to fail"),
}
_FAILING_OTHERWISE = ("failure", _INF, "silent; 0 of 44 failures")

#: From which work under way a history goes on with Stopping: basis, source.
_STOPPING: Mapping[SecondaryStatus, tuple[Basis, str]] = {
    _S.STARTING: (_DOC, "SPOT"),
    _S.DOWNLOADING: (_OBS, "LOGS 2, the stop asked for during Starting"),
    _S.TRAINING: (_DOC, "SPOT; LOGS 1, LISTS 1"),
}
_STOPPING_OTHERWISE = (_INF, "silent; jobs stopped while Pending are public, their lists are not")

#: From which work under way polls (or histories) show an end without Stopping between.
_ENDED_AT_ONCE = (
    _S.STARTING,
    _S.PENDING,
    _S.DOWNLOADING,
    _S.TRAINING,
    _S.INTERRUPTED,
    *sorted(_RETIRED),
)

#: Where work under way may still go although a stop is asked for: basis, source.
_STILL_FORWARD: Mapping[tuple[SecondaryStatus, SecondaryStatus], tuple[Basis, str]] = {
    (_S.STARTING, _S.DOWNLOADING): (_OBS, "LOGS 2: a second of Downloading before Stopping"),
    (_S.PENDING, _S.DOWNLOADING): (_OBS, "LOGS 2: a second of Downloading before Stopping"),
    (_S.STARTING, _S.TRAINING): (_INF, "silent"),
    (_S.PENDING, _S.TRAINING): (_INF, "silent"),
    (_S.DOWNLOADING, _S.TRAINING): (_INF, "silent"),
    (_S.TRAINING, _S.UPLOADING): (_INF, "silent"),
}

#: From Stopping, or Uploading under Stopping, to each way of having stopped.
_STOPPED: Mapping[tuple[SecondaryStatus, SecondaryStatus], tuple[Basis, str]] = {
    (_S.STOPPING, _S.STOPPED): (_OBS, "LOGS 2: nothing to upload"),
    (_S.UPLOADING, _S.STOPPED): (_OBS, "LOGS 1, after Stopping → Uploading"),
    (_S.STOPPING, _S.MAX_RUNTIME_EXCEEDED): (_INF, "the pair is observed, its list is not"),
    (_S.UPLOADING, _S.MAX_RUNTIME_EXCEEDED): (_INF, "the pair is observed, its list is not"),
    (_S.STOPPING, _S.MAX_WAIT_TIME_EXCEEDED): (_DOC, "SPOT"),
    (_S.UPLOADING, _S.MAX_WAIT_TIME_EXCEEDED): (_OBS, "LISTS 1"),
}
#: What makes a job end in each way of having stopped, and what that needs.
_STOP_CAUSES: Mapping[SecondaryStatus, tuple[str, Mapping[str, bool]]] = {
    _S.STOPPED: ("stopped", {}),
    _S.MAX_RUNTIME_EXCEEDED: ("run_limit_reached", {}),
    _S.MAX_WAIT_TIME_EXCEEDED: ("wait_limit_reached", _SPOT),
}
_ASKED = {"stop": True}
_TRAINED = ("trained",)


# --- Lifting to pairs ---------------------------------------------------------------------------


def _pair(primary: TrainingJobStatus, secondary: SecondaryStatus) -> str:
    return f"{primary}/{secondary}"


def _edge(  # noqa: PLR0913, PLR0917 - the columns of the tables above
    origin: str,
    target: str,
    cause: str,
    basis: Basis,
    source: str,
    needs: Mapping[str, bool] | None = None,
    after: tuple[str, ...] = (),
) -> Edge:
    return Edge(
        origin=origin,
        target=target,
        cause=cause,
        basis=basis,
        source=source,
        needs=needs or {},
        after=after,
    )


def _edges() -> Iterator[Edge]:
    yield from _in_progress_edges()
    yield from _stop_edges()
    yield from _under_stopping_edges()
    yield from _stopped_edges()
    yield from _failed_edges()
    yield from _completed_edges()
    for primary, secondary, *_ in _ENDS:
        yield _edge(
            _pair(primary, secondary),
            _pair(_P.DELETING, secondary),
            "delete_requested",
            _DOC,
            "API, DeleteTrainingJob",
        )


def _in_progress_edges() -> Iterator[Edge]:
    for origin, target, cause, basis, source, needs in _UNDER_WAY:
        yield _edge(
            _pair(_P.IN_PROGRESS, origin),
            _pair(_P.IN_PROGRESS, target),
            cause,
            basis,
            source,
            needs,
        )


def _stop_edges() -> Iterator[Edge]:
    """The primary and the secondary status may learn of a stop together, or one after the other."""
    for work in _WORK:
        asked = _pair(_P.IN_PROGRESS, work)
        lag_basis, lag_source = _LAG.get(work, _LAG_OTHERWISE)
        if work is not _S.STARTING:
            lag_basis = _INF
        basis, source = _STOPPING.get(work, _STOPPING_OTHERWISE)
        yield _edge(
            asked, _pair(_P.STOPPING, work), "stop_requested", lag_basis, lag_source, _ASKED
        )
        yield _edge(asked, _pair(_P.STOPPING, _S.STOPPING), "stop_requested", basis, source, _ASKED)


def _under_stopping_edges() -> Iterator[Edge]:
    causes = {(origin, target): cause for origin, target, cause, *_ in _UNDER_WAY}
    for (origin, target), (basis, source) in _STILL_FORWARD.items():
        yield _edge(
            _pair(_P.STOPPING, origin),
            _pair(_P.STOPPING, target),
            causes[origin, target],
            basis,
            source,
        )
    stopping = _pair(_P.STOPPING, _S.STOPPING)
    for work in _WORK:
        if work is not _S.UPLOADING:  # no way back: what is being kept has been stopped already
            basis, source = _STOPPING.get(work, _STOPPING_OTHERWISE)
            yield _edge(_pair(_P.STOPPING, work), stopping, "stop_reached", basis, source)
    yield _edge(
        stopping,
        _pair(_P.STOPPING, _S.UPLOADING),
        "artifacts_kept",
        _OBS,
        "LOGS 1, LISTS 1: SIGTERM honoured; up to 120 s, but one job stayed for over a day",
    )


def _stopped_edges() -> Iterator[Edge]:
    for end, (cause, needs) in _STOP_CAUSES.items():
        for work in _ENDED_AT_ONCE:
            if work is _S.PENDING and needs == _SPOT:
                continue  # a spot job waits in Starting; none is ever Pending
            yield _edge(
                _pair(_P.IN_PROGRESS, work),
                _pair(_P.STOPPED, end),
                cause,
                _INF,
                "a race, or steps not written down",
                {**needs, **_ASKED},
            )
    for (work, end), (basis, source) in _STOPPED.items():
        cause, needs = _STOP_CAUSES[end]
        yield _edge(_pair(_P.STOPPING, work), _pair(_P.STOPPED, end), cause, basis, source, needs)
    for work in _WORK:
        if work is not _S.UPLOADING:
            yield _edge(
                _pair(_P.STOPPING, work),
                _pair(_P.STOPPED, _S.STOPPED),
                "stopped",
                _INF,
                "a race, or steps not written down",
            )


def _failed_edges() -> Iterator[Edge]:
    failed = _pair(_P.FAILED, _S.FAILED)
    for work in _WORK:
        cause, basis, source = _FAILING.get(work, _FAILING_OTHERWISE)
        yield _edge(_pair(_P.IN_PROGRESS, work), failed, cause, basis, source)
    for work in (_S.STOPPING, *_WORK):
        yield _edge(
            _pair(_P.STOPPING, work), failed, "failure", _INF, "silent; failure while stopping"
        )


def _completed_edges() -> Iterator[Edge]:
    completed = _pair(_P.COMPLETED, _S.COMPLETED)
    yield _edge(
        _pair(_P.IN_PROGRESS, _S.UPLOADING),
        completed,
        "artifacts_uploaded",
        _DOC,
        "SPOT; LOGS 399, LISTS 15",
        after=_TRAINED,
    )
    for work in (_S.STOPPING, _S.UPLOADING):
        yield _edge(
            _pair(_P.STOPPING, work),
            completed,
            "artifacts_uploaded",
            _INF,
            "silent; the job ends well before the stop reaches it",
            after=_TRAINED,
        )


# --- The warm pool ------------------------------------------------------------------------------

_WARM_POOL = Region(
    name="warm_pool",
    title="WarmPoolStatus",
    field="WarmPoolStatus.Status",
    prefix="warm-pool-",
    needs={"warm_pool": True},
    initial=(str(_W.IN_USE),),
    states=(
        State(primary=_W.IN_USE, meaning="the job runs on it", basis=_DOC, source="WARM"),
        State(primary=_W.AVAILABLE, meaning="waiting for a job", basis=_DOC, source="WARM"),
        State(
            primary=_W.REUSED, meaning="another job took it", final=True, basis=_DOC, source="WARM"
        ),
        State(primary=_W.TERMINATED, meaning="released", final=True, basis=_DOC, source="WARM"),
    ),
    edges=(
        _edge(_W.IN_USE, _W.AVAILABLE, "job_ended", _DOC, "WARM"),
        _edge(_W.IN_USE, _W.TERMINATED, "released", _DOC, "WARM"),
        _edge(_W.AVAILABLE, _W.REUSED, "next_job_matched", _DOC, "WARM"),
        _edge(_W.AVAILABLE, _W.TERMINATED, "keep_alive_over", _DOC, "WARM"),
        _edge(_W.AVAILABLE, _W.AVAILABLE, "keep_alive_updated", _DOC, "WARM; UpdateTrainingJob"),
    ),
)


# --- Together -----------------------------------------------------------------------------------

_JOB = Region(
    name="job",
    title="TrainingJobStatus / SecondaryStatus",
    field="SecondaryStatus",
    history="SecondaryStatusTransitions",
    initial=(_pair(_P.IN_PROGRESS, _S.STARTING),),
    states=tuple(_states()),
    edges=tuple(_edges()),
)


def _drawing() -> Drawing:
    """Load how it is drawn; most programs never do."""
    from jobstate.sagemaker.training_job.drawing import DRAWING  # noqa: PLC0415 - most programs never draw

    return DRAWING


#: The life cycle of a SageMaker training job.
TRAINING_JOB = Lifecycle(
    name="sagemaker-training-job",
    version="2026.11",
    title="Amazon SageMaker training job",
    regions=(_JOB, _WARM_POOL),
    features=_FEATURES,
    exclusions=_EXCLUSIONS,
    memories=(
        Memory(
            name="trained",
            region="job",
            states=frozenset(state.name for state in _JOB.states if state.secondary == _S.TRAINING),
            rule="completed-without-training",
        ),
    ),
    rules=RULES,
    reader=READER,
    writer=WRITER,
    drawing=_drawing,
)
