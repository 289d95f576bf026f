"""What is documented or was seen: without what is retired or only inferred."""

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
    at,
    boxes,
    line,
    text,
)
from jobstate.sagemaker.training_job.plans.whole import INNER_BOXES, INNER_LINES
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus

_STARTING, _, _TRAINING, _UPLOADING, _ = USUAL
_PENDING, _INTERRUPTED = at(IN_PROGRESS, SecondaryStatus.PENDING, SecondaryStatus.INTERRUPTED)
(_LAGGING,) = at(STOPPING, SecondaryStatus.STARTING)
#: What a stop or a limit may end at once.
_AT_ONCE = (*USUAL[:3], _PENDING, _INTERRUPTED)
_WORK = (*_AT_ONCE, _UPLOADING)
_ASKED = (_LAGGING, ASKED)

_FRAMES = (
    Frame(states=_WORK, label=IN_PROGRESS, x=75, y=95, width=1110, height=627, colour=Colour.BLUE),
    Frame(states=_AT_ONCE, x=105, y=135, width=790, height=565),
    Frame(
        states=_ASKED,
        label=STOPPING,
        note="until the stop is reached, the secondary status may lag behind",
        x=240,
        y=790,
        width=645,
        height=172,
        colour=Colour.ORANGE,
    ),
    Frame(
        states=(COMPLETED,), label=TrainingJobStatus.COMPLETED, x=1290, y=380, width=210, height=110
    ),
    Frame(states=STOPS, label=TrainingJobStatus.STOPPED, x=1290, y=502, width=210, height=212),
    Frame(states=(FAILED,), label=TrainingJobStatus.FAILED, x=1290, y=733, width=210, height=94),
)
_LINES = (
    *INNER_LINES,
    line(_TRAINING, _UPLOADING, "870,430 H1010", text(903, 421)),
    line(_UPLOADING, COMPLETED, "1160,430 H1300", text(1238, 421, anchor="middle", columns=18)),
    line(_UPLOADING, _INTERRUPTED, "1148,400 V122 H640 V150", text(1040, 116)),
    line(_UPLOADING, _STARTING, "1030,460 V530 H775", head=False),
    # What ends a job at once.
    line(_AT_ONCE, STOPPED, "895,558 H1300", text(903, 552, "from any status in this frame")),
    line(_AT_ONCE, MAX_RUNTIME, "895,616 H1300", text(903, 610, "from any status in this frame")),
    line(
        _AT_ONCE,
        MAX_WAIT,
        "895,674 H1300",
        text(903, 668, "from any status in this frame", columns=55),
    ),
    line(
        _WORK,
        FAILED,
        "940,722 V780 H1300",
        text(949, 774, "from any InProgress status", columns=34),
    ),
    # Stopping.
    line(_STARTING, _LAGGING, "210,460 V842 H265", text(218, 748)),
    line(_WORK, ASKED, "775,722 V818", text(767, 748, "from any InProgress status", anchor="end")),
    line(_LAGGING, ASKED, "355,842 H690", text(520, 836, anchor="middle")),
    # What it ends in.
    line(ASKED, COMPLETED, "860,832 H1200 V458 H1300", text(895, 826)),
    line(_ASKED, STOPPED, "885,860 H1218 V574 H1300", text(895, 854, "from any Stopping status")),
    line(ASKED, MAX_RUNTIME, "835,866 V888 H1236 V632 H1300", text(895, 882)),
    line(ASKED, MAX_WAIT, "805,866 V916 H1254 V690 H1300", text(895, 910)),
    line(_ASKED, FAILED, "885,944 H1272 V800 H1300", text(895, 938, "from any Stopping status")),
)
#: How the job's own region is drawn.
USUAL_PLAN = RegionLayout(
    region="job",
    boxes=(
        *INNER_BOXES,
        *boxes((_TRAINING, _UPLOADING), (710, 400, 160, 60), (1010, 400, 150, 60)),
        *boxes((COMPLETED, FAILED), (1305, 410, 180, 66), (1305, 765, 180, 50)),
        *boxes(STOPS, *((1305, 534 + 58 * number, 180, 48) for number in range(3))),
        *boxes((_LAGGING,), (265, 828, 90, 28), small=True),
        *boxes((ASKED,), (690, 818, 170, 48)),
    ),
    frames=_FRAMES,
    lines=_LINES,
    beginnings=(Beginning(state=_STARTING, points="35,430 H180"),),
)
