"""Everything that a training job can be and do.

What is added to the life cycle and not here makes an engine place it all anew.
"""

from __future__ import annotations

from functools import partial

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
    work_line,
)
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus

_I, _X = IN_PROGRESS, STOPPING
_D = TrainingJobStatus.DELETING
_S = SecondaryStatus


_STARTING, _PENDING, _DOWNLOADING, _TRAINING, _UPLOADING, _INTERRUPTED = (
    _S.STARTING,
    _S.PENDING,
    _S.DOWNLOADING,
    _S.TRAINING,
    _S.UPLOADING,
    _S.INTERRUPTED,
)
_RESTARTING, _UPDATING, _ASKED = _S.RESTARTING, _S.UPDATING, _S.STOPPING
_LAUNCHING, _PREPARING = _S.LAUNCHING_ML_INSTANCES, _S.PREPARING_TRAINING_STACK
_IMAGE = _S.DOWNLOADING_TRAINING_IMAGE
#: What a stop or a limit may end at once.
_AT_ONCE = (
    *(_STARTING, _PENDING, _DOWNLOADING, _TRAINING, _INTERRUPTED),
    *(_LAUNCHING, _PREPARING, _IMAGE),
)
_WORK = (*_AT_ONCE, _UPLOADING, _RESTARTING, _UPDATING)
#: What the secondary status may still show while the primary one is Stopping already.
_LAGGING = (*_AT_ONCE, _RESTARTING, _UPDATING)

_ENDS = (COMPLETED, STOPPED, MAX_RUNTIME, MAX_WAIT, FAILED)
_DELETED = at(
    _D, *(_S.COMPLETED, _S.STOPPED, _S.MAX_RUNTIME_EXCEEDED, _S.MAX_WAIT_TIME_EXCEEDED, _S.FAILED)
)
_stop = partial(work_line, under=_X)

#: What the smaller plan has in the same places.
INNER_BOXES = tuple(
    boxes(
        at(_I, _PENDING, _INTERRUPTED, _STARTING, _DOWNLOADING),
        (180, 150, 140, 50),
        (550, 150, 170, 50),
        (180, 400, 140, 60),
        (440, 400, 150, 60),
    )
)
_BOXES = (
    *INNER_BOXES,
    *boxes(
        at(_I, _UPDATING, _RESTARTING, _TRAINING, _UPLOADING),
        (1090, 145, 120, 50),
        (1090, 248, 120, 74),
        (710, 400, 220, 60),
        (1090, 400, 150, 60),
    ),
    *boxes(
        at(_I, _LAUNCHING, _PREPARING, _IMAGE),
        (130, 590, 185, 48),
        (392, 590, 190, 48),
        (690, 590, 205, 48),
    ),
    *boxes(
        _ENDS,
        (1400, 410, 180, 66),
        (1400, 538, 180, 52),
        (1400, 602, 180, 52),
        (1400, 666, 180, 52),
        (1400, 783, 180, 52),
    ),
    *boxes(
        at(_X, _STARTING, _DOWNLOADING, _TRAINING, _PENDING, _INTERRUPTED, _RESTARTING, _UPDATING),
        (110, 925, 80, 28),
        (300, 925, 95, 28),
        (500, 925, 75, 28),
        (110, 975, 80, 28),
        (110, 1020, 90, 28),
        (210, 1020, 85, 28),
        (305, 1020, 75, 28),
        small=True,
    ),
    *boxes(
        at(_X, _LAUNCHING, _PREPARING, _IMAGE),
        (110, 1060, 150, 28),
        (270, 1060, 160, 28),
        (440, 1060, 180, 28),
        small=True,
    ),
    *boxes((ASKED,), (800, 900, 170, 48)),
    *boxes(at(_X, _UPLOADING), (800, 1003, 170, 44), small=True),
    *boxes(
        _DELETED,
        (1402, 934, 176, 23),
        (1402, 967, 176, 23),
        (1402, 1000, 176, 23),
        (1402, 1033, 176, 23),
        (1402, 1066, 176, 23),
        small=True,
    ),
)
_FRAMES = (
    Frame(states=at(_I, *_WORK), label=_I, x=75, y=95, width=1180, height=650, colour=Colour.BLUE),
    Frame(states=at(_I, *_AT_ONCE), x=105, y=135, width=855, height=587),
    Frame(
        states=at(_X, _ASKED, *_WORK),
        label=_X,
        note="until the stop is reached, the secondary status may lag behind",
        x=75,
        y=862,
        width=930,
        height=250,
        colour=Colour.ORANGE,
    ),
    Frame(states=at(_X, *_LAGGING), x=95, y=893, width=545, height=205),
    Frame(states=at(_X, _ASKED, _UPLOADING), x=785, y=890, width=200, height=170),
    Frame(
        states=(COMPLETED,),
        label=TrainingJobStatus.COMPLETED,
        x=1385,
        y=380,
        width=210,
        height=110,
    ),
    Frame(
        states=STOPS,
        label=TrainingJobStatus.STOPPED,
        x=1385,
        y=508,
        width=210,
        height=224,
    ),
    Frame(states=(FAILED,), label=TrainingJobStatus.FAILED, x=1385, y=753, width=210, height=96),
    Frame(states=_DELETED, label=_D, note="keeps its result", x=1385, y=900, width=210, height=202),
)
#: Moves between what the smaller plan has in the same places.
INNER_LINES = (
    # The usual road.
    work_line(_STARTING, _DOWNLOADING, "320,430 H440", text(378, 421, anchor="middle")),
    work_line(_DOWNLOADING, _TRAINING, "590,430 H710", text(650, 421, anchor="middle")),
    work_line(_STARTING, _TRAINING, "300,460 V500 H745 V460", text(318, 494)),
    # Waiting for capacity.
    work_line(_STARTING, _PENDING, "200,400 V200", text(193, 310, anchor="end", columns=15)),
    work_line(_PENDING, _STARTING, "222,200 V400", text(229, 248)),
    work_line(_PENDING, _DOWNLOADING, "309,200 V264 H455 V400", text(318, 258)),
    work_line(_PENDING, _TRAINING, "320,188 H340 V237 H735 V400", text(352, 231)),
    work_line((_DOWNLOADING, _TRAINING), _PENDING, "535,213 H360 V168 H320", text(372, 207)),
    work_line(_TRAINING, _PENDING, "755,400 V213 H535", head=False),
    work_line(_DOWNLOADING, _PENDING, "535,400 V213", head=False),
    # Managed spot training.
    work_line(
        (_STARTING, _DOWNLOADING, _TRAINING),
        _INTERRUPTED,
        "690,345 V200",
        text(684, 310, anchor="end"),
    ),
    work_line(_TRAINING, _INTERRUPTED, "722,400 V365 H690 V345", head=False),
    work_line((_STARTING, _DOWNLOADING), _INTERRUPTED, "510,345 H690", head=False),
    work_line(_STARTING, _INTERRUPTED, "309,400 V345 H510", head=False),
    work_line(_DOWNLOADING, _INTERRUPTED, "510,400 V345", head=False),
    work_line(_INTERRUPTED, _STARTING, "562,200 V320 H288 V400", text(300, 314)),
    work_line(_INTERRUPTED, _DOWNLOADING, "578,200 V400", text(586, 385)),
    # Retries and updates.
    work_line(
        (_DOWNLOADING, _TRAINING, _UPLOADING), _STARTING, "470,530 H235 V460", text(318, 524)
    ),
    work_line((_TRAINING, _UPLOADING), _STARTING, "775,530 H470", head=False),
    work_line(_TRAINING, _STARTING, "775,460 V530", head=False),
    work_line(_DOWNLOADING, _STARTING, "470,460 V530", head=False),
)
_LINES = (
    *INNER_LINES,
    # The usual road.
    work_line(_TRAINING, _UPLOADING, "930,430 H1090", text(967, 421)),
    line(
        at(_I, _UPLOADING),
        COMPLETED,
        "1240,430 H1395",
        text(1318, 421, anchor="middle", columns=18),
    ),
    # Managed spot training.
    work_line(_UPLOADING, _INTERRUPTED, "1228,400 V122 H640 V150", text(1120, 116)),
    work_line(_INTERRUPTED, _RESTARTING, "720,180 H790 V262 H1090", text(1000, 256)),
    # Retries and updates.
    work_line(_UPLOADING, _STARTING, "1110,460 V530 H775", head=False),
    work_line(_TRAINING, _RESTARTING, "912,400 V308 H1090", text(1000, 302)),
    work_line(
        _RESTARTING,
        (_STARTING, _DOWNLOADING, _TRAINING),
        "1090,285 H890",
        text(1000, 279),
        head=False,
    ),
    work_line(_RESTARTING, _TRAINING, "890,285 V400"),
    work_line(_RESTARTING, (_STARTING, _DOWNLOADING), "890,285 H480", head=False),
    work_line(_RESTARTING, _DOWNLOADING, "480,285 V400"),
    work_line(_RESTARTING, _STARTING, "480,285 H255 V400"),
    work_line(_TRAINING, _UPDATING, "850,400 V183 H1090", text(975, 177)),
    work_line(_UPDATING, _TRAINING, "1090,160 H830 V400", text(1000, 154)),
    # Statuses that are no longer supported.
    work_line(_STARTING, _LAUNCHING, "200,460 V590", text(207, 575)),
    work_line(_LAUNCHING, _PREPARING, "315,614 H392", text(352, 608, anchor="middle")),
    work_line(_PREPARING, _DOWNLOADING, "500,590 V460", text(494, 565, anchor="end")),
    work_line(_PREPARING, _IMAGE, "582,614 H690", text(636, 608, anchor="middle")),
    work_line(_DOWNLOADING, _IMAGE, "560,460 V563 H740 V590", text(572, 557)),
    work_line(_IMAGE, _TRAINING, "840,590 V460", text(847, 575)),
    # What ends a job at once.
    line(
        at(_I, *_AT_ONCE),
        STOPPED,
        "960,556 H1395",
        text(968, 550, "from any status in this frame"),
    ),
    line(
        at(_I, *_AT_ONCE),
        MAX_RUNTIME,
        "960,620 H1395",
        text(968, 614, "from any status in this frame"),
    ),
    line(
        at(_I, *_AT_ONCE),
        MAX_WAIT,
        "960,684 H1395",
        text(968, 678, "from any status in this frame", columns=55),
    ),
    line(
        at(_I, *_WORK),
        FAILED,
        "1000,745 V797 H1395",
        text(1009, 791, "from any InProgress status", columns=34),
    ),
    # Stopping.
    line(
        at(_I, *_WORK),
        at(_X, *_WORK),
        "300,745 V862",
        text(308, 812, "only the primary status shows it yet"),
        same=True,
    ),
    line(
        at(_I, *_WORK),
        (ASKED,),
        "885,745 V900",
        text(893, 832, "from any InProgress status"),
    ),
    _stop(_STARTING, _DOWNLOADING, "190,939 H300", text(244, 933, anchor="middle")),
    _stop(_DOWNLOADING, _TRAINING, "395,939 H500", text(446, 933, anchor="middle")),
    _stop(_STARTING, _TRAINING, "150,925 V913 H537 V925", text(290, 908)),
    _stop(_PENDING, _DOWNLOADING, "190,982 H345 V953", text(203, 976)),
    _stop(_PENDING, _TRAINING, "190,996 H537 V953", text(380, 990)),
    _stop(_TRAINING, _UPLOADING, "575,939 H665 V1025 H800", text(675, 1019)),
    line(at(_X, *_LAGGING), (ASKED,), "640,917 H800", text(690, 911)),
    _stop(_ASKED, _UPLOADING, "835,948 V1003", text(843, 980)),
    # What it ends in.
    line(at(_X, _ASKED, _UPLOADING), COMPLETED, "985,912 H1290 V458 H1395", text(1015, 906)),
    line(
        at(_X, _ASKED, *_WORK),
        STOPPED,
        "1005,940 H1310 V576 H1395",
        text(1015, 934, "from any Stopping status"),
    ),
    line(at(_X, _ASKED, _UPLOADING), MAX_RUNTIME, "985,968 H1330 V640 H1395", text(1015, 962)),
    line(at(_X, _ASKED, _UPLOADING), MAX_WAIT, "985,996 H1350 V704 H1395", text(1015, 990)),
    line(
        at(_X, _ASKED, *_WORK),
        FAILED,
        "1005,1040 H1370 V820 H1395",
        text(1015, 1034, "from any Stopping status"),
    ),
    # Removal.
    line(COMPLETED, _DELETED, "1580,443 H1620 V564", same=True, head=False),
    line(STOPPED, _DELETED, "1580,564 H1620", same=True, head=False),
    line(_ENDS[:2], _DELETED, "1620,564 V628", same=True, head=False),
    line(MAX_RUNTIME, _DELETED, "1580,628 H1620", same=True, head=False),
    line(_ENDS[:3], _DELETED, "1620,628 V692", same=True, head=False),
    line(MAX_WAIT, _DELETED, "1580,692 H1620", same=True, head=False),
    line(_ENDS[:4], _DELETED, "1620,692 V809", same=True, head=False),
    line(FAILED, _DELETED, "1580,809 H1620", same=True, head=False),
    line(_ENDS, _DELETED, "1620,809 V917 H1595", text(1612, 882, anchor="end"), same=True),
)
#: How the job's own region is drawn.
WHOLE_PLAN = RegionLayout(
    region="job",
    boxes=_BOXES,
    frames=_FRAMES,
    lines=_LINES,
    beginnings=(Beginning(state=USUAL[0], points="35,430 H180"),),
)
