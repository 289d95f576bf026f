"""The colours of all pictures, light and dark.

The hues are told apart under the common kinds of colour blindness, and differ in lightness; what
is only inferred is drawn fainter, towards the background. Text never takes a faint colour.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from jobstate.model.drawing import Colour, Dash
from jobstate.model.states import Outcome


@frozen
class Ink:
    """One colour in one theme.

    Attributes:
        firm: For lines and for text; at least 4.5 : 1 on the theme's paper.
        faint: For lines of what is only inferred.
        wash: For the inside of a frame.
    """

    firm: str
    faint: str
    wash: str


@frozen
class Theme:
    """A theme.

    Attributes:
        paper: The background.
        text: What is read first.
        quiet: What is read second.
        box: The inside of a box.
        rule: Borders that say nothing.
        inks: The colours.
    """

    paper: str
    text: str
    quiet: str
    box: str
    rule: str
    inks: Mapping[Colour, Ink]


LIGHT = Theme(
    paper="#ffffff",
    text="#0f172a",
    quiet="#526077",
    box="#ffffff",
    rule="#cbd5e1",
    inks={
        Colour.GREEN: Ink("#00795a", "#7cc4ad", "#ecfdf5"),
        Colour.GREY: Ink("#55637a", "#b3bdcc", "#f6f8fb"),
        Colour.BLUE: Ink("#1d4ed8", "#93b4ee", "#f0f7ff"),
        Colour.VIOLET: Ink("#7226d9", "#c4a3ee", "#f6f1fe"),
        Colour.ORANGE: Ink("#b5420a", "#e8ae8a", "#fff6ec"),
        Colour.BROWN: Ink("#8a5a00", "#d3b478", "#fffbea"),
        Colour.RED: Ink("#c81e1e", "#eda0a0", "#fff2f2"),
    },
)
DARK = Theme(
    paper="#0d1117",
    text="#f1f5f9",
    quiet="#a3afc0",
    box="#161c26",
    rule="#3b4656",
    inks={
        Colour.GREEN: Ink("#34d399", "#1f6b54", "#0d201b"),
        Colour.GREY: Ink("#a3b1c6", "#4c586a", "#12181f"),
        Colour.BLUE: Ink("#7fb0ff", "#33507e", "#0f1826"),
        Colour.VIOLET: Ink("#c59bff", "#5c4485", "#191427"),
        Colour.ORANGE: Ink("#ff9f5a", "#7c4a28", "#221710"),
        Colour.BROWN: Ink("#e0b64a", "#6f5a25", "#1f1a0c"),
        Colour.RED: Ink("#ff8080", "#7d3b3e", "#241215"),
    },
)
#: Dash → lengths of strokes and gaps, in pixels; none for a solid line.
DASHES: Mapping[Dash, tuple[int, ...]] = {
    Dash.SOLID: (),
    Dash.LONG: (9, 4),
    Dash.SHORT: (4, 3),
    Dash.DOTTED: (1, 4),
}


#: The colours of what ends a job.
OUTCOMES = {
    Outcome.SUCCEEDED: Colour.GREEN,
    Outcome.PARTIAL: Colour.BROWN,
    Outcome.FAILED: Colour.RED,
    Outcome.STOPPED: Colour.ORANGE,
    Outcome.TIMED_OUT: Colour.ORANGE,
}
