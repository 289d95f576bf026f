"""What is laid over a picture of a life cycle: one job's way, or what a fleet has done.

A plain record: `jobstate.diagrams.overlays.job` and `jobstate.diagrams.overlays.fleet` make it, the
SVG draws it. All texts are printable and in the words that people read. Ids are those of the
diagram's record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from jobstate.diagrams.stages import Stage


class OverlaySign(StrEnum):
    """Something laid over a picture that a reader must be told of.

    PILL: what stands on an arrow. CHIP: below a box. SHARE: how deep it is coloured. CORNER, NOW:
    at its corner. STRANGE: at a frame. ALARM: a rule. BREAK: a move that no arrow allows. REST:
    what nothing is laid over.
    """

    PILL = "pill"
    CHIP = "chip"
    SHARE = "share"
    CORNER = "corner"
    NOW = "now"
    STRANGE = "strange"
    ALARM = "alarm"
    BREAK = "break"
    REST = "rest"


@frozen(kw_only=True)
class Mark:
    """What an arrow, or a start, has to say.

    Attributes:
        text: What stands in the pill on it: ``3 7`` or ``1,076``; empty for none.
        weight: How wide it is drawn, from 0 (never taken) to 1 (the most often taken).
        numbers: The numbers of the steps that took it, from 1, in order; of very many the first
            ones and the last. Empty in a fleet.
        count: How often it was taken.
    """

    text: str = ""
    weight: float = 0.5
    numbers: tuple[int, ...] = ()
    count: int = 0


@frozen(kw_only=True)
class Chip:
    """What a state has to say, or a frame.

    Attributes:
        text: What stands in the chip under its box: ``21m 00s · 8%``; empty for none.
        corner: What stands at its corner: where a job is ``now``, or how many of a fleet's jobs
            are or ended there; empty for nothing.
        share: How much of all time was spent there, 0 to 1: how deep the box is coloured.
        now: The job is there now, as an answer shows.
        alarm: The rule that was broken when the job came there; empty for none.
        stage: How far a job is there; None beside the main region.
    """

    text: str = ""
    corner: str = ""
    share: float = 0.0
    now: bool = False
    alarm: str = ""
    stage: Stage | None = None


@frozen(kw_only=True)
class Break:
    """A move that no arrow allows.

    Attributes:
        origin: The id of the node that it left; None where the job began in the wrong place.
        target: The id of the node that it reached.
        numbers: The numbers of its steps, in order; of very many the first ones and the last.
        count: How often it was made.
        rule: The id of the rule.
    """

    origin: str | None
    target: str
    numbers: tuple[int, ...]
    rule: str
    count: int = 1


@frozen(kw_only=True)
class StripPiece:
    """A piece of the strip under the picture.

    Attributes:
        node: The id of the node; None for a status that the life cycle does not know, one that
            leaves several nodes, and for what is left out of too long a time line.
        label: The status.
        begin, end: Seconds since the strip's beginning; begin ≤ end.
        open: It has not ended: the job is there still.
        number: The number of the step that led there, from 1.
        alarm: The rule that was broken there; empty for none.
        stage: How far the job was.
    """

    node: str | None
    label: str
    begin: float
    end: float
    stage: Stage = Stage.NOT_SEEN
    open: bool = False
    number: int = 0
    alarm: str = ""


@frozen(kw_only=True)
class Strip:
    """A job's time line (Gantt).

    Attributes:
        begin: When it begins; aware, UTC.
        seconds: How long it is.
        stays: Its pieces, in order.
    """

    begin: datetime
    seconds: float
    stays: tuple[StripPiece, ...]


@frozen(kw_only=True)
class OverlayTable:
    """A table under the picture, or instead of it.

    Attributes:
        title: What it tells.
        head: What stands over the columns: the first holds words, the others numbers.
        rows: Its rows, each as long as the head.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen(kw_only=True)
class Overlay:
    """What is laid over a picture.

    Attributes:
        title: What the picture shows then.
        subtitle: One line about it: how to read it, or what the job came to.
        reason: Why the job failed, in the service's words; empty where nothing says so.
        arrows: Id of an arrow → what it has to say. An arrow that is not here was never taken.
        starts: Id of a start → the same.
        nodes: Id of a node → what it has to say. A node that is not here was never entered.
        frames: Id of a frame → what it has to say, where no state of it can: a job shows its
            primary status, and a secondary one that does not go with it, or none.
        breaks: The moves that no arrow allows.
        findings: What was found wrong, a sentence each.
        strip: A job's time line; None for a fleet.
        signs: What its signs mean, those that occur.
        tables: What is told in tables.
        instead: They stand instead of the picture: of no move is anything known.
        footer: A line under it all.
    """

    title: str
    subtitle: str
    reason: str = ""
    arrows: Mapping[str, Mark] = field(factory=dict)
    starts: Mapping[str, Mark] = field(factory=dict)
    nodes: Mapping[str, Chip] = field(factory=dict)
    frames: Mapping[str, Chip] = field(factory=dict)
    breaks: tuple[Break, ...] = ()
    findings: tuple[str, ...] = ()
    strip: Strip | None = None
    signs: Mapping[OverlaySign, str] = field(factory=dict)
    tables: tuple[OverlayTable, ...] = ()
    instead: bool = False
    footer: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all nodes, arrows and starts that it has something to say of."""
        named = [end for each in self.breaks for end in (each.origin, each.target)]
        named += [each.node for each in self.strip.stays] if self.strip else []
        return frozenset({*self.arrows, *self.starts, *self.nodes, *filter(None, named)})
