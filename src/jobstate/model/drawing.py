"""How people draw a life cycle, as data: kinds of moves, the usual road, where everything stands.

Plain data; imports nothing of jobstate. A life cycle brings one along (`Lifecycle.drawing`) or
not: without, the kinds are derived and an existing engine places the states. `jobstate.diagrams`
reads it. Lengths are CSS pixels, x to the right and y down.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

#: x and y.
Point: TypeAlias = tuple[float, float]


class Colour(StrEnum):
    """The colours of lines, told apart by people who are colour-blind too."""

    GREEN = "green"
    GREY = "grey"
    BLUE = "blue"
    VIOLET = "violet"
    ORANGE = "orange"
    BROWN = "brown"
    RED = "red"


class Dash(StrEnum):
    """How a line is broken, so that kinds differ in greyscale too."""

    SOLID = "solid"
    LONG = "long"
    SHORT = "short"
    DOTTED = "dotted"


def way(notation: str) -> tuple[Point, ...]:
    """Return the corners of a line from its notation, as in SVG: ``320,430 H440 V500``."""
    first, *turns = notation.split()
    x, y = map(float, first.split(","))
    points = [(x, y)]
    for turn in turns:
        x, y = (float(turn[1:]), y) if turn[0] == "H" else (x, float(turn[1:]))
        points.append((x, y))
    return tuple(points)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _points(points: str | Iterable[Point]) -> tuple[Point, ...]:
    return way(points) if isinstance(points, str) else tuple(points)


@frozen(kw_only=True)
class ArrowKind:
    """What moves of a kind have in common for a reader.

    Attributes:
        name: A word, for classes and comparisons.
        title: What the legend says.
        colour: Its colour.
        dash: How its line is broken.
        causes: The causes of its edges.
        implies: Features that need not be said again where this kind is drawn.
    """

    name: str
    title: str
    colour: Colour
    dash: Dash = Dash.SOLID
    causes: frozenset[str] = field(default=frozenset(), converter=_names)
    implies: frozenset[str] = field(default=frozenset(), converter=_names)


@frozen(kw_only=True)
class Box:
    """Where a state stands.

    Attributes:
        state: Its name.
        x, y: The left upper corner.
        width, height: How large it is.
        small: It has room for its label alone.
    """

    state: str
    x: float
    y: float
    width: float
    height: float
    small: bool = False


@frozen(kw_only=True)
class Frame:
    """A frame around states; an arrow that leaves it leaves from every state inside.

    Attributes:
        states: The names of the states inside.
        x, y: The left upper corner.
        width, height: How large it is.
        label: The primary status; empty for a frame that only holds arrows together.
        note: What stands beside the label.
        colour: Its colour; None where the outcome of its states decides.
    """

    states: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    label: str = ""
    note: str = ""
    colour: Colour | None = None


@frozen(kw_only=True)
class Text:
    """Where a label stands.

    Attributes:
        x, y: The end of its last line's baseline that `anchor` names.
        anchor: ``start``, ``middle`` or ``end``.
        words: What is said behind the causes: whence, if it is from many.
        columns: How many characters a line may have.
    """

    x: float
    y: float
    anchor: str = "start"
    words: str = ""
    columns: int = 99


@frozen(kw_only=True)
class Line:
    """A line that all edges from some states to others share.

    Attributes:
        origins: The names of the states that its edges leave.
        targets: The names of those that they reach.
        points: Its corners, from its beginning to its end, as points or in the notation of `way`;
            it turns at right angles.
        same: Only edges to the state with the same secondary status.
        head: It ends with an arrow's head; without, it joins another line, which has the head.
        text: Where its label stands; None where another line has it.
    """

    origins: tuple[str, ...]
    targets: tuple[str, ...]
    points: tuple[Point, ...] = field(converter=_points)
    same: bool = False
    head: bool = True
    text: Text | None = None


@frozen(kw_only=True)
class Beginning:
    """Where a job's beginning stands.

    Attributes:
        state: The name of the state that it begins in.
        points: From the mark to the state, as in `Line`.
    """

    state: str
    points: tuple[Point, ...] = field(converter=_points)


@frozen(kw_only=True)
class RegionLayout:
    """Where a region's states stand and how its lines run.

    Attributes:
        region: The region's name.
        boxes: One for each of its states.
        frames: From the outermost to the innermost.
        lines: They show all of its edges.
        beginnings: One for each state that it can begin in.
    """

    region: str
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    beginnings: tuple[Beginning, ...]


@frozen(kw_only=True)
class Drawing:
    """How people draw a life cycle.

    Attributes:
        kinds: The kinds of its moves; the first is the usual road's, the last stands for all
            causes that no other names.
        usual: The names of the states along the usual road.
        plans: Where everything stands; empty where an engine shall place it. Of several for a
            region the first counts that has all that is drawn of it: smaller ones come first.
    """

    kinds: tuple[ArrowKind, ...]
    usual: tuple[str, ...] = ()
    plans: tuple[RegionLayout, ...] = ()
