"""The usual road, and how jobs leave it: narrow enough for a telephone."""

from __future__ import annotations

from jobstate.model.drawing import Beginning, Colour, Frame, RegionLayout
from jobstate.sagemaker.training_job.plans.notation import (
    ASKED,
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    MAX_RUNTIME,
    MAX_WAIT,
    STOPPED,
    STOPPING,
    STOPS,
    USUAL,
    boxes,
    line,
    text,
)
from jobstate.sagemaker.training_job.statuses import TrainingJobStatus

_STARTING, _DOWNLOADING, _TRAINING, _UPLOADING = _STAGES = USUAL[:4]
#: How the job's own region is drawn.
ROAD_PLAN = RegionLayout(
    region="job",
    boxes=(
        *boxes(_STAGES, *((40, 76 + 100 * number, 180, 48) for number in range(4))),
        *boxes((COMPLETED, FAILED), (40, 524, 180, 50), (362, 92, 166, 50)),
        *boxes((ASKED,), (362, 218, 166, 46)),
        *boxes(STOPS, *((362, 377 + 60 * number, 166, 46) for number in range(3))),
    ),
    frames=(
        Frame(
            states=_STAGES, label=IN_PROGRESS, x=20, y=40, width=220, height=400, colour=Colour.BLUE
        ),
        Frame(
            states=(COMPLETED,),
            label=TrainingJobStatus.COMPLETED,
            x=20,
            y=492,
            width=220,
            height=96,
        ),
        Frame(states=(FAILED,), label=TrainingJobStatus.FAILED, x=350, y=60, width=190, height=96),
        Frame(
            states=(ASKED,),
            label=STOPPING,
            x=350,
            y=190,
            width=190,
            height=88,
            colour=Colour.ORANGE,
        ),
        Frame(states=STOPS, label=TrainingJobStatus.STOPPED, x=350, y=345, width=190, height=213),
    ),
    lines=(
        line(_STARTING, _DOWNLOADING, "130,124 V176", text(142, 153)),
        line(_DOWNLOADING, _TRAINING, "130,224 V276", text(142, 253)),
        line(_TRAINING, _UPLOADING, "130,324 V376", text(142, 353)),
        line(_UPLOADING, COMPLETED, "130,424 V519", text(142, 477, columns=18)),
        line(_STAGES, FAILED, "240,113 H357", text(250, 107)),
        line(_STAGES, ASKED, "240,241 H362", text(250, 235)),
        line(ASKED, STOPPED, "470,264 V372", text(479, 320)),
        line(ASKED, MAX_RUNTIME, "430,264 V308 H276 V460 H357", text(284, 454, columns=10)),
        line(ASKED, MAX_WAIT, "400,264 V294 H259 V520 H357", text(267, 514, columns=13)),
    ),
    beginnings=(Beginning(state=_STARTING, points="130,14 V76"),),
)
