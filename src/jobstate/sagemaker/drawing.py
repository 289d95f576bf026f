"""How people draw a training job: kinds of moves, the usual road, where everything stands.

Data beside the life cycle, read only by `jobstate.diagrams`. Whatever is added to the life cycle
and not here is still drawn, by an engine that places it all anew.
"""

from __future__ import annotations

from jobstate.drawing import Colour, Dash, Drawing, Kind

_KINDS = (
    Kind(name="usual", title="the usual road", colour=Colour.GREEN),
    Kind(
        name="capacity",
        title="waiting for capacity",
        colour=Colour.BLUE,
        causes={"no_capacity_yet", "capacity_won", "reservation_ended"},
    ),
    Kind(
        name="spot",
        title="managed spot training",
        colour=Colour.VIOLET,
        causes={"spot_reclaimed", "spot_capacity_awaited", "spot_resumed"},
        implies={"spot"},
    ),
    Kind(
        name="retry",
        title="retry, update",
        colour=Colour.BROWN,
        dash=Dash.LONG,
        causes={"retried", "update_requested", "updated"},
    ),
    Kind(
        name="stop",
        title="stop requested",
        colour=Colour.ORANGE,
        causes={"stop_requested", "stop_reached", "artifacts_kept", "stopped"},
    ),
    Kind(
        name="limit",
        title="time limit reached",
        colour=Colour.ORANGE,
        dash=Dash.LONG,
        causes={"run_limit_reached", "wait_limit_reached"},
    ),
    Kind(
        name="failure",
        title="failure",
        colour=Colour.RED,
        dash=Dash.SHORT,
        causes={"failure", "no_capacity_in_time"},
    ),
    Kind(
        name="removal",
        title="removal",
        colour=Colour.GREY,
        dash=Dash.DOTTED,
        causes={"delete_requested"},
    ),
    Kind(name="move", title="other moves", colour=Colour.GREY),
)
_USUAL = (
    "InProgress/Starting",
    "InProgress/Downloading",
    "InProgress/Training",
    "InProgress/Uploading",
    "Completed/Completed",
)

DRAWING = Drawing(kinds=_KINDS, usual=_USUAL)
