"""The colours of all pictures, light and dark.

Kinds of lines that are told apart by colour alone, and any two stages, are so by people with any of
the three kinds of colour blindness too: at least 15 apart by CIEDE2000, as tests measure. What is
only inferred is drawn fainter, towards the background. Text never takes a faint colour.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from jobstate.diagrams.stages import Stage
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
class Ground:
    """What a stage is drawn on.

    Attributes:
        fill: The colour of the ground.
        ink: The text on it; at least 4.5 : 1.
    """

    fill: str
    ink: str


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
        stages: The grounds of stages.
    """

    paper: str
    text: str
    quiet: str
    box: str
    rule: str
    inks: Mapping[Colour, Ink]
    stages: Mapping[Stage, Ground]


LIGHT = Theme(
    paper="#ffffff",
    text="#0f172a",
    quiet="#526077",
    box="#ffffff",
    rule="#cbd5e1",
    inks={
        Colour.GREEN: Ink("#006e52", "#7cc4ad", "#ecfdf5"),
        Colour.GREY: Ink("#32363d", "#aeb6c2", "#f6f8fb"),
        Colour.BLUE: Ink("#0069e3", "#93b9ee", "#f0f7ff"),
        Colour.VIOLET: Ink("#5c1188", "#c4a3e0", "#f6f1fe"),
        Colour.ORANGE: Ink("#b0560f", "#e8b48a", "#fff6ec"),
        Colour.BROWN: Ink("#5e2f02", "#cdb08c", "#fffbea"),
        Colour.RED: Ink("#b90a0a", "#eda0a0", "#fff2f2"),
    },
    stages={
        Stage.BEFORE: Ground("#8293bf", "#0f172a"),
        Stage.AT_WORK: Ground("#053a81", "#ffffff"),
        Stage.ASIDE: Ground("#b38f14", "#0f172a"),
        Stage.SUCCEEDED: Ground("#0b8068", "#ffffff"),
        Stage.STOPPED: Ground("#643100", "#ffffff"),
        Stage.FAILED: Ground("#ca0046", "#ffffff"),
        Stage.STRANGE: Ground("#8b31ed", "#ffffff"),
        Stage.NOT_SEEN: Ground("#ffffff", "#526077"),
    },
)
DARK = Theme(
    paper="#0d1117",
    text="#f1f5f9",
    quiet="#a3afc0",
    box="#161c26",
    rule="#3b4656",
    inks={
        Colour.GREEN: Ink("#02fbb5", "#1f6b54", "#0d201b"),
        Colour.GREY: Ink("#83888f", "#4c586a", "#12181f"),
        Colour.BLUE: Ink("#a6b9ff", "#33507e", "#0f1826"),
        Colour.VIOLET: Ink("#b165ff", "#5c4485", "#191427"),
        Colour.ORANGE: Ink("#d38400", "#7c4a28", "#221710"),
        Colour.BROWN: Ink("#fde096", "#6f5a25", "#1f1a0c"),
        Colour.RED: Ink("#fd573f", "#7d3b3e", "#241215"),
    },
    # Those of the 216 colours that terminals have, and so the command line's, too.
    stages={
        Stage.BEFORE: Ground("#5fafd7", "#000000"),
        Stage.AT_WORK: Ground("#005fff", "#ffffff"),
        Stage.ASIDE: Ground("#d7d700", "#000000"),
        Stage.SUCCEEDED: Ground("#00ffaf", "#000000"),
        Stage.STOPPED: Ground("#d7875f", "#000000"),
        Stage.FAILED: Ground("#d70000", "#ffffff"),
        Stage.STRANGE: Ground("#d70087", "#ffffff"),
        Stage.NOT_SEEN: Ground("#000000", "#d7d7d7"),
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
