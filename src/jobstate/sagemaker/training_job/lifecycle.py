"""The life cycle of an Amazon SageMaker training job: `TRAINING_JOB`.

What is known of its states and moves stands in `facts`, each with basis and source; here are the
warm pool's, and what belongs together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.states import Basis, Edge, Memory, Region, State
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.facts import EXCLUSIONS, FEATURES, SOURCES
from jobstate.sagemaker.training_job.lifting import edges, pair, states
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
    from jobstate.model.profile import Profile

_DOC = Basis.DOCUMENTED
_P, _S, _W = TrainingJobStatus, SecondaryStatus, WarmPoolStatus


# --- The warm pool ------------------------------------------------------------------------------

_WARM_POOL = Region(
    name="warm_pool",
    title="WarmPoolStatus",
    field="WarmPoolStatus.Status",
    prefix="warm-pool-",
    needs={"warm_pool": True},
    states=(
        State(_W.IN_USE, "the job runs on it", _DOC, "WARM"),
        State(_W.AVAILABLE, "waiting for a job", _DOC, "WARM"),
        State(_W.REUSED, "another job took it", _DOC, "WARM", final=True),
        State(_W.TERMINATED, "released", _DOC, "WARM", final=True),
    ),
    edges=(
        Edge(_W.IN_USE, _W.AVAILABLE, "job_ended", _DOC, "WARM"),
        Edge(_W.IN_USE, _W.TERMINATED, "released", _DOC, "WARM"),
        Edge(_W.AVAILABLE, _W.REUSED, "next_job_matched", _DOC, "WARM"),
        Edge(_W.AVAILABLE, _W.TERMINATED, "keep_alive_over", _DOC, "WARM"),
        Edge(_W.AVAILABLE, _W.AVAILABLE, "keep_alive_updated", _DOC, "WARM; UpdateTrainingJob"),
    ),
)


# --- Together -----------------------------------------------------------------------------------

_JOB = Region(
    name="job",
    title="TrainingJobStatus / SecondaryStatus",
    field="SecondaryStatus",
    history="SecondaryStatusTransitions",
    initial=(pair(_P.IN_PROGRESS, _S.STARTING),),
    states=tuple(states()),
    edges=tuple(edges()),
)


def _drawing() -> Drawing:
    """Load how it is drawn; most programs never do."""
    from jobstate.sagemaker.training_job.drawing import DRAWING  # noqa: PLC0415 - most programs never draw

    return DRAWING


def _profile() -> Profile:
    """Load how jobs were seen to live; only who makes lives up asks."""
    from jobstate.sagemaker.training_job.profile import PROFILE  # noqa: PLC0415 - most never ask

    return PROFILE


#: The life cycle of a SageMaker training job.
TRAINING_JOB = importable(
    Lifecycle(
        name=SCHEMA.kind,
        version="2026.11",
        title="Amazon SageMaker training job",
        regions=(_JOB, _WARM_POOL),
        features=FEATURES,
        exclusions=EXCLUSIONS,
        memories=(
            Memory(
                name="trained",
                region="job",
                states=frozenset(
                    state.name for state in _JOB.states if state.secondary == _S.TRAINING
                ),
                rule="completed-without-training",
            ),
        ),
        rules=RULES,
        reader=READER,
        writer=WRITER,
        failure_cause=failure_cause,
        drawing=_drawing,
        profile=_profile,
        sources=SOURCES,
    ),
    "jobstate.sagemaker:TRAINING_JOB",
)
