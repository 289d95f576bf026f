"""What is laid over a picture of a life cycle: one job's way, or what a fleet has done.

A plain record: `jobstate.diagrams.overlays.job` and `jobstate.diagrams.overlays.fleet` make it, the
SVG draws it. All texts are printable and in the words that people read. Ids are those of the
diagram's record.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


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
    """What a state has to say.

    Attributes:
        text: What stands in the chip under its box: ``21m 00s · 8%``; empty for none.
        corner: What stands at its corner: ``74.2%`` of the jobs ended there; empty for nothing.
        share: How much of all time was spent there, 0 to 1: how deep the box is coloured.
        now: The job is there now.
        alarm: The rule that was broken when the job came there; empty for none.
    """

    text: str = ""
    corner: str = ""
    share: float = 0.0
    now: bool = False
    alarm: str = ""


@frozen(kw_only=True)
class Break:
    """A move that no arrow allows.

    Attributes:
        origin: The id of the node that it left; None where the job began in the wrong place.
        target: The id of the node that it reached.
        number: The number of the step.
        rule: The id of the rule.
    """

    origin: str | None
    target: str
    number: int
    rule: str


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
    """

    node: str | None
    label: str
    begin: float
    end: float
    open: bool = False
    number: int = 0
    alarm: str = ""


@frozen(kw_only=True)
class Strip:
    """A job's time line (Gantt).

    Attributes:
        begin: When it begins, as people read it, with the time zone.
        seconds: How long it is.
        stays: Its pieces, in order.
    """

    begin: str
    seconds: float
    stays: tuple[StripPiece, ...]


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
        breaks: The moves that no arrow allows.
        findings: What was found wrong, a sentence each.
        strip: A job's time line; None for a fleet.
        footer: A line under it all.
    """

    title: str
    subtitle: str
    reason: str = ""
    arrows: Mapping[str, Mark] = field(factory=dict)
    starts: Mapping[str, Mark] = field(factory=dict)
    nodes: Mapping[str, Chip] = field(factory=dict)
    breaks: tuple[Break, ...] = ()
    findings: tuple[str, ...] = ()
    strip: Strip | None = None
    footer: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all nodes, arrows and starts that it has something to say of."""
        named = [end for each in self.breaks for end in (each.origin, each.target)]
        named += [each.node for each in self.strip.stays] if self.strip else []
        return frozenset({*self.arrows, *self.starts, *self.nodes, *filter(None, named)})
