"""How people draw a training job: kinds of moves, the usual road, where everything stands.

Data beside the life cycle, read only by `jobstate.diagrams`.
"""

from __future__ import annotations

from jobstate.model.drawing import ArrowKind, Beginning, Colour, Dash, Drawing, Frame, RegionLayout
from jobstate.sagemaker.training_job.plans.notation import USUAL, boxes, line, text
from jobstate.sagemaker.training_job.plans.road import ROAD_PLAN
from jobstate.sagemaker.training_job.plans.usual import USUAL_PLAN
from jobstate.sagemaker.training_job.plans.whole import WHOLE_PLAN
from jobstate.sagemaker.training_job.statuses import WarmPoolStatus

_KINDS = (
    ArrowKind(name="usual", title="the usual road", colour=Colour.GREEN),
    ArrowKind(
        name="capacity",
        title="waiting for capacity",
        colour=Colour.BLUE,
        causes={"no_capacity_yet", "capacity_won", "reservation_ended"},
    ),
    ArrowKind(
        name="spot",
        title="managed spot training",
        colour=Colour.VIOLET,
        causes={"spot_reclaimed", "spot_capacity_awaited", "spot_resumed"},
        implies={"spot"},
    ),
    ArrowKind(
        name="retry",
        title="retry, update",
        colour=Colour.BROWN,
        dash=Dash.LONG,
        causes={"retried", "update_requested", "updated"},
    ),
    ArrowKind(
        name="stop",
        title="stop requested",
        colour=Colour.ORANGE,
        causes={"stop_requested", "stop_reached", "artifacts_kept", "stopped"},
    ),
    ArrowKind(
        name="limit",
        title="time limit reached",
        colour=Colour.ORANGE,
        dash=Dash.LONG,
        causes={"run_limit_reached", "wait_limit_reached"},
    ),
    ArrowKind(
        name="failure",
        title="failure",
        colour=Colour.RED,
        dash=Dash.SHORT,
        causes={"failure", "no_capacity_in_time"},
    ),
    ArrowKind(
        name="removal",
        title="removal",
        colour=Colour.GREY,
        dash=Dash.DOTTED,
        causes={"delete_requested"},
    ),
    ArrowKind(name="move", title="other moves", colour=Colour.GREY),
)
_POOL = (
    str(WarmPoolStatus.IN_USE),
    str(WarmPoolStatus.AVAILABLE),
    str(WarmPoolStatus.REUSED),
    str(WarmPoolStatus.TERMINATED),
)
_IN_USE, _AVAILABLE, _REUSED, _TERMINATED = _POOL
_POOL_PLAN = RegionLayout(
    region="warm_pool",
    boxes=tuple(
        boxes(
            _POOL,
            (140, 1195, 110, 46),
            (350, 1195, 130, 46),
            (620, 1195, 130, 46),
            (800, 1195, 130, 46),
        )
    ),
    frames=(
        Frame(
            states=_POOL,
            label="WarmPoolStatus",
            note="beside a job whose instances are kept for the next",
            x=75,
            y=1136,
            width=930,
            height=150,
            colour=Colour.GREY,
        ),
    ),
    lines=(
        line(_IN_USE, _AVAILABLE, "250,1218 H350", text(298, 1211, anchor="middle")),
        line(_IN_USE, _TERMINATED, "195,1195 V1177 H865 V1190", text(530, 1171)),
        line(_AVAILABLE, _REUSED, "480,1218 H615", text(548, 1211, anchor="middle")),
        line(_AVAILABLE, _TERMINATED, "440,1241 V1266 H865 V1246", text(530, 1260)),
        line(
            _AVAILABLE, _AVAILABLE, "395,1241 V1266 H325 V1232 H350", text(318, 1262, anchor="end")
        ),
    ),
    beginnings=(Beginning(state=_IN_USE, points="97,1218 H140"),),
)
#: How a training job is drawn.
DRAWING = Drawing(kinds=_KINDS, usual=USUAL, plans=(ROAD_PLAN, USUAL_PLAN, WHOLE_PLAN, _POOL_PLAN))
