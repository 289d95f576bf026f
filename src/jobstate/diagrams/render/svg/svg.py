"""The SVG, the picture that people look at: a diagram in its places, with title and legend.

Each state is a `<g class="state">` with the id of its node, each line a `<g class="line">` that
names its arrows in `data-arrows`, each frame and start has the id of its record; whoever animates
it finds everything by these. Colours and dashes stand in one style sheet. Every text is escaped.
"""

from __future__ import annotations

import textwrap
from itertools import chain
from typing import TYPE_CHECKING

from jobstate.diagrams.graph.bundles import is_inferred
from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.render.palette import OUTCOMES
from jobstate.diagrams.render.svg import overlay as marks
from jobstate.diagrams.render.svg.elements import classes, element, label, rectangle, text
from jobstate.diagrams.render.svg.footer import Foot
from jobstate.diagrams.render.svg.legend import Legend
from jobstate.diagrams.render.svg.paper import Paper, on_paper
from jobstate.diagrams.render.svg.style import Look, sheet
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.diagrams.graph.graph import Arrow, Diagram
    from jobstate.diagrams.layout.layout import (
        Layout,
        PlacedBox,
        PlacedFrame,
        PlacedLine,
        PlacedStart,
    )
    from jobstate.diagrams.overlays.overlay import Mark, Overlay

#: The height of the head, where the title stands, of each further row of it, and of each row under
#: it: of the subtitle, or a reason.
_HEAD, _TITLE, _ROW = 76, 30, 18
#: The baseline of the first row of the subtitle, and how far it is below the title's.
_SUBTITLE, _BELOW_TITLE = 60, 22
#: Of a longer reason so many lines are drawn.
_MOST_OF_REASON = 4
_LEFT, _NARROWEST = 24, 560.0
#: How long arrows' heads are: of usual lines, of others.
_HEAD_LENGTHS = (15.0, 9.0)


def svg(
    diagram: Diagram,
    layout: Layout,
    *,
    look: Look = Look.AUTO,
    overlay: Overlay | None = None,
    paper: Paper | None = None,
) -> str:
    """Return a picture as SVG text.

    Args:
        diagram: What is drawn.
        layout: Where it stands.
        look: Light, dark, or what the reader's system asks for.
        overlay: What is laid over it; then arrows show numbers rather than their causes.
        paper: The sheet that it stands on, which is printed light; None for a screen.
    """
    if paper is not None and look is Look.AUTO:
        look = Look.LIGHT
    return "\n".join(_Picture(diagram, layout, overlay).lines(look, paper)) + "\n"


class _Picture:
    def __init__(self, diagram: Diagram, layout: Layout, overlay: Overlay | None) -> None:
        self._diagram = diagram
        self._layout = layout
        self._overlay = overlay
        self._names = {node.id: node.name for node in diagram.nodes}
        self._legend = Legend(diagram, layout)

    def lines(self, look: Look, paper: Paper | None) -> Iterator[str]:
        width = max(self._layout.width, _NARROWEST)
        if self._instead and self._overlay is not None:
            width = max(Foot.width_of_tables(self._overlay.tables) + _LEFT, _NARROWEST)
        rows = list(self._head(width))
        head = _HEAD + max(y for _, y, _ in rows) - _SUBTITLE
        below = head + (0.0 if self._instead else self._layout.height)
        foot = list(self._foot(below, width))
        view, size = _view(width, float(foot.pop()), paper)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(view)}" {size}'
            ' role="img" aria-labelledby="picture-title picture-description">'
        )
        yield element("title", self._title, id="picture-title")
        yield element("desc", self._description(), id="picture-description")
        yield f"<style>\n{sheet(self._diagram.kinds, look)}\n</style>"
        yield element("rect", class_="paper", x=view[0], y=view[1], width="100%", height="100%")
        for said, y, names in rows:
            yield text(said, _LEFT, y, names)
        if not self._instead:
            yield f'<g transform="translate(0 {head})">'
            yield from self._drawn()
            yield "</g>"
        yield from foot
        yield "</svg>"

    @property
    def _instead(self) -> bool:
        """Tables stand instead of the picture."""
        return self._overlay is not None and self._overlay.instead

    @property
    def _title(self) -> str:
        return self._overlay.title if self._overlay else self._diagram.title

    def _head(self, width: float) -> Iterator[tuple[str, float, str]]:
        """Yield the rows over the picture: what they say, their baselines, their classes."""
        room, y = width - 2 * _LEFT, _SUBTITLE - _BELOW_TITLE
        for number, said in enumerate(metrics.rows(self._title, 26, room, bold=True)):
            y += _TITLE if number else 0
            yield said, y, "title"
        y += _BELOW_TITLE - _ROW
        for said in metrics.rows(self._subtitle(), 14, room):
            y += _ROW
            yield said, y, "subtitle"
        for said in self._reason(width):
            y += _ROW
            yield said, y, "finding"

    def _description(self) -> str:
        return (
            f"A state diagram: {len(self._diagram.nodes)} states,"
            f" {len(self._diagram.arrows)} moves between them. {self._subtitle()}"
        )

    def _subtitle(self) -> str:
        if self._overlay:
            return self._overlay.subtitle
        said = "boxes are statuses; what makes a job move from one to another stands at the arrow"
        return f"{said}; left out: {self._diagram.left_out}" if self._diagram.left_out else said

    def _reason(self, width: float) -> list[str]:
        """Return why the job failed, in lines."""
        said, columns = self._overlay.reason if self._overlay else "", int(width / 7)
        return textwrap.wrap(said, columns, max_lines=_MOST_OF_REASON, placeholder=" …")

    def _foot(self, below: float, width: float) -> Iterator[str]:
        """Yield what stands under the picture, last of all the height of the whole."""
        if self._overlay is None:
            yield from self._legend.lines(below, width)
            yield shapes.number(below + self._legend.height(width))
        else:
            foot = Foot(self._diagram, self._layout, self._overlay, width)
            yield from foot.lines(below)
            yield shapes.number(below + foot.height)

    # --- In the picture --------------------------------------------------------------------------

    def _drawn(self) -> Iterator[str]:
        for frame in self._layout.frames:
            yield from self._frame(frame)
        for family in self._families():
            yield from self._family(family)
        for start in self._layout.starts:
            yield from self._start(start)
        frames = {
            node: self._colour(frame)
            for frame in self._layout.frames
            if frame.label
            for node in frame.nodes
        }
        for box in self._layout.boxes:
            yield from self._box(box, frames.get(box.node.id, Colour.GREY))
        if self._overlay is None:
            for line in self._layout.lines:
                if line.label is not None:
                    yield from label(line.label, f"k-{line.arrows[0].kind}")
        else:
            yield from marks.drawn(self._overlay, self._layout)

    def _colour(self, frame: PlacedFrame) -> Colour:
        if frame.colour is not None:
            return frame.colour
        nodes = [node for node in self._diagram.nodes if node.id in frame.nodes]
        if all(node.gone for node in nodes):
            return Colour.GREY
        return OUTCOMES.get(nodes[0].outcome, Colour.BLUE)

    def _frame(self, frame: PlacedFrame) -> Iterator[str]:
        area = frame.area
        if not frame.label:
            yield '<g class="frame zone">'
            yield rectangle(area, 14)
            yield "</g>"
            return
        chip = self._overlay.frames.get(frame.id) if self._overlay else None
        names = classes(
            "frame",
            f"c-{self._colour(frame)}",
            now=chip is not None and chip.now,
            bad=chip is not None and bool(chip.alarm),
        )
        yield f'<g id="{frame.id}" class="{names}">'
        yield rectangle(area, 12)
        note = element("tspan", frame.note, class_="note", dx="10") if frame.note else ""
        x, y = shapes.number(area.x + frame.indent), shapes.number(area.y + 21)
        yield element("text", element("tspan", frame.label) + note, raw=True, x=x, y=y)
        yield "</g>"

    def _box(self, box: PlacedBox, colour: Colour) -> Iterator[str]:
        node, area = box.node, box.area
        chip = self._overlay.nodes.get(node.id) if self._overlay else None
        border = f"b-{OUTCOMES[node.outcome]}" if node.outcome in OUTCOMES else f"f-{colour}"
        names = classes(
            "state",
            border,
            small=box.small,
            long=metrics.width(node.label, 16, bold=True) > area.width - 16,
            inferred=node.basis is Basis.INFERRED,
            retired=node.retired,
            final=node.final,
            reopens=node.reopens,
            steady=node.steady,
            dim=self._overlay is not None and node.id not in self._overlay.nodes,
            now=chip is not None and chip.now,
            bad=chip is not None and bool(chip.alarm),
            filled=chip is not None and chip.share > 0,
        )
        yield f'<g id="{node.id}" class="{names}">'
        said = f"{node.name}: {node.meaning} ({node.basis}; {node.source})"
        laid_over = [] if chip is None else [chip.corner, chip.text, chip.alarm]
        yield element("title", "\n".join(filter(None, [said, *laid_over])))
        if node.final:
            yield rectangle(_grown(area, 4), 11, "rim")
        yield rectangle(area, 8, "box")
        if chip is not None and chip.share:
            yield rectangle(area, 8, "share", fill_opacity=shapes.number(chip.share * 0.35))
        x, y = area.middle
        meaning = node.meaning if not box.small else ""
        yield text(node.label, x, y - 2 if meaning else y + 5, "name")
        if meaning:
            yield text(meaning, x, y + 15, "meaning")
        yield "</g>"

    def _start(self, start: PlacedStart) -> Iterator[str]:
        names = classes(
            "start", dim=self._overlay is not None and start.start.id not in self._overlay.starts
        )
        yield f'<g id="{start.start.id}" class="{names}">'
        x, y = map(shapes.number, start.course.points[0])
        yield element("circle", class_="dot", cx=x, cy=y, r="9")
        yield element("path", class_="stroke", d=shapes.path(start.course, 7))
        yield element("polygon", class_="head", points=shapes.head(start.course, _HEAD_LENGTHS[1]))
        if start.label is not None and self._overlay is None:
            yield from label(start.label)
        yield "</g>"

    # --- Lines -----------------------------------------------------------------------------------

    def _families(self) -> list[list[PlacedLine]]:
        """Return the lines, those that share arrows together: they join and must not cut."""
        families: list[list[PlacedLine]] = []
        for line in self._layout.lines:
            ids = {arrow.id for arrow in line.arrows}
            mine = [each for each in families if ids & _arrows_of(each)]
            families = [each for each in families if each not in mine]
            families.append([*chain.from_iterable(mine), line])
        return sorted(families, key=self._depth)

    def _depth(self, family: Sequence[PlacedLine]) -> tuple[bool, bool, bool]:
        """Firm lines are drawn over faint ones, and the usual road over all."""
        return (
            self._overlay is not None and bool(_arrows_of(family) & self._overlay.arrows.keys()),
            not all(is_inferred(line.arrows) for line in family),
            self._is_usual(family[0]),
        )

    def _is_usual(self, line: PlacedLine) -> bool:
        return line.arrows[0].kind == self._diagram.usual

    def _family(self, family: Iterable[PlacedLine]) -> Iterator[str]:
        for line in family:
            if self._overlay is not None and not self._marks(line):
                continue  # what is not emphasized cuts nothing
            usual = " usual" if self._is_usual(line) else ""
            yield f'<g class="line{usual}">'
            yield element("path", class_="casing", d=shapes.path(line.course, 9))
            yield "</g>"
        for line in family:
            yield from self._line(line)

    def _line(self, line: PlacedLine) -> Iterator[str]:
        taken = self._marks(line)
        plain = self._overlay is None or taken
        names = classes(
            "line",
            f"k-{line.arrows[0].kind}",
            usual=self._is_usual(line),
            inferred=is_inferred(line.arrows),
            dim=not plain and self._is_way,
            unseen=not plain and not self._is_way,
            **({f"w{marks.weight(taken)}": True} if taken else {}),
        )
        ids = " ".join(arrow.id for arrow in line.arrows)
        yield f'<g class="{names}" data-arrows="{ids}">'
        yield element("title", "\n".join(map(self._said, line.arrows)))
        heads = self._head_length(line)
        shorter = heads - 2 if line.head else 0
        yield element("path", class_="stroke", d=shapes.path(line.course, shorter))
        if line.trunk:
            x, y = map(shapes.number, line.course.points[0])
            yield element("circle", class_="port", cx=x, cy=y, r="4")
        if line.head:
            yield element("polygon", class_="head", points=shapes.head(line.course, heads))
        yield "</g>"

    @property
    def _is_way(self) -> bool:
        """The overlay is one job's way: what it did not take steps back, but stays to be read."""
        return self._overlay is not None and self._overlay.strip is not None

    def _marks(self, line: PlacedLine) -> list[Mark]:
        found = self._overlay.arrows if self._overlay else {}
        return [found[arrow.id] for arrow in line.arrows if arrow.id in found]

    def _head_length(self, line: PlacedLine) -> float:
        if taken := self._marks(line):
            return _HEAD_LENGTHS[1] + 0.9 * marks.weight(taken)
        usual = self._overlay is None and self._is_usual(line)
        return _HEAD_LENGTHS[0] if usual else _HEAD_LENGTHS[1]

    def _said(self, arrow: Arrow) -> str:
        causes = ", ".join(f"{each.label} ({each.basis}; {each.source})" for each in arrow.causes)
        return f"{self._names[arrow.origin]} → {self._names[arrow.target]}: {causes}"


def _view(width: float, height: float, paper: Paper | None) -> tuple[list[str], str]:
    """Return the numbers of the view box, and the attributes that say how large it is shown."""
    area, unit = Rectangle(0, 0, width, height), ""
    shown = (width, height)
    if paper is not None:
        area, unit = on_paper(width, height, paper), "mm"
        shown = (paper.across, paper.down)
    across, down = map(shapes.number, shown)
    view = [shapes.number(each) for each in (area.x, area.y, area.width, area.height)]
    return view, f'width="{across}{unit}" height="{down}{unit}"'


def _grown(area: Rectangle, by: float) -> Rectangle:
    return Rectangle(area.x - by, area.y - by, area.width + 2 * by, area.height + 2 * by)


def _arrows_of(lines: Iterable[PlacedLine]) -> set[str]:
    return {arrow.id for line in lines for arrow in line.arrows}
