"""Where everything stands in a picture: the record between whoever places and the SVG.

`jobstate.diagrams.layout.by_hand` makes it from positions that a life cycle brings along,
`jobstate.diagrams.layout.graphviz` from what an engine computes. Lengths are CSS pixels.
"""

from __future__ import annotations

from attrs import frozen

from jobstate.diagrams.graph.graph import Arrow, Node, Start
from jobstate.model.drawing import Colour, Point


@frozen
class Rectangle:
    """A rectangle by its left upper corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@frozen(kw_only=True)
class PlacedFrame:
    """A frame around states.

    Attributes:
        id: The id of the group; empty for a frame that only holds arrows together.
        label: Its label; empty for such a frame.
        note: What stands beside the label.
        area: Where it is.
        nodes: The ids of the nodes inside.
        colour: Its colour; None where the outcome of its states decides.
        indent: How far from its left border the label begins.
    """

    id: str
    label: str
    note: str
    area: Rectangle
    nodes: tuple[str, ...]
    colour: Colour | None = None
    indent: float = 14


@frozen(kw_only=True)
class PlacedBox:
    """The box of a state.

    Attributes:
        node: The state.
        area: Where it is.
        small: It has room for its label alone, not for the meaning.
    """

    node: Node
    area: Rectangle
    small: bool = False


@frozen(kw_only=True)
class Label:
    """A text beside a line.

    Attributes:
        lines: Its lines, from the top.
        x, y: The end of the first line's baseline that `anchor` names.
        anchor: ``start``, ``middle`` or ``end``.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str = "start"


@frozen(kw_only=True)
class Course:
    """How a line runs.

    Attributes:
        points: Its corners; where it is curved, the points of a Bézier spline: the first, then
            three for each piece.
        curved: It is a spline.
    """

    points: tuple[Point, ...]
    curved: bool = False


@frozen(kw_only=True)
class PlacedLine:
    """A line that one arrow or several share.

    Attributes:
        arrows: The arrows, at least one; all of one kind.
        course: How it runs.
        head: It ends with an arrow's head; without, it joins a line that has it.
        trunk: It begins at a frame, for states that stand inside.
        label: What stands beside it; None where another line has it.
    """

    arrows: tuple[Arrow, ...]
    course: Course
    head: bool = True
    trunk: bool = False
    label: Label | None = None


@frozen(kw_only=True)
class PlacedStart:
    """The mark where jobs begin, and the line from it.

    Attributes:
        start: The beginning.
        course: How the line runs; the mark stands at its first point.
        label: What stands beside it; None where nothing need be said.
    """

    start: Start
    course: Course
    label: Label | None = None


@frozen(kw_only=True)
class Layout:
    """A picture with everything in its place.

    Attributes:
        width, height: How large the picture is, its title and legend not counted.
        frames: From the outermost to the innermost.
        boxes: One for each node of the diagram.
        lines: Each arrow of the diagram is on one line with a head, perhaps on others without.
        starts: One for each start of the diagram.
    """

    width: float
    height: float
    frames: tuple[PlacedFrame, ...]
    boxes: tuple[PlacedBox, ...]
    lines: tuple[PlacedLine, ...]
    starts: tuple[PlacedStart, ...]
