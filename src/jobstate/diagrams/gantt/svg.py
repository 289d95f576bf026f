"""The incident view as SVG: `incident_svg`. The page draws the same, by `incident.js`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from attrs import frozen

from jobstate.diagrams.gantt.record import ShownStay, rows
from jobstate.diagrams.gantt.style import sheet
from jobstate.diagrams.gantt.words import (
    folded,
    length_words,
    slow_words,
    usual_words,
    why_words,
)
from jobstate.diagrams.layout.geometry import number
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.layout.text_width import width
from jobstate.diagrams.overlays.words import cut
from jobstate.diagrams.render.svg.elements import element, rectangle, text
from jobstate.diagrams.render.svg.style import Look
from jobstate.diagrams.stages import TITLES, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.gantt.axis import Axis
    from jobstate.diagrams.gantt.record import Incident, ShownJob

#: Everything in pixels: how wide the picture is; what is left free at its edges.
_WIDTH, _EDGE = 1200.0, 24.0
#: Where bars begin and end: where each stay has a row of its own, and where each job has.
_OPENED: Final = (330.0, 960.0)
_CLOSED: Final = (_EDGE, _WIDTH - _EDGE)
#: How wide a bar is at least; how wide one character of its text is, that is told inside.
_LEAST, _CHARACTER = 3.0, 7.2
#: How many characters fit a line: of sentences, of what a stay waited for.
_SENTENCE, _WHY = 165, 47
#: What stands before what is wrong.
_WRONG: Final = "\N{MULTIPLICATION SIGN}"
#: Room for one tick.
_TICK: Final = 84.0
_LINE, _ROW, _BAR = 19.0, 38.0, 15.0
#: Of jobs with one bar each, every how many-th repeats the labels of the ticks.
_LABELLED: Final = 8


def incident_svg(incident: Incident, *, look: Look = Look.AUTO, page: str = "") -> str:
    """Return the incident view as SVG, 1,200 pixels wide, the same in every process.

    Of each job what it came to, why, and what is wrong come first; then its stays: each in a row of
    its own, of more than three jobs all in one. A band under a bar shows how long jobs usually stay
    there, a notch in it how long half of them do.

    Args:
        incident: The jobs.
        look: Light, dark, or what the reader's system asks for.
        page: Where the page of the life cycle is (`jobstate.diagrams.html`), to which stays
            link then: ``page.html#job-step``. Empty for no links.
    """
    drawing = _Drawing(incident, page)
    drawing.draw()
    height = number(drawing.y)
    return "\n".join(
        (
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(_WIDTH)} {height}"'
                f' width="{number(_WIDTH)}" height="{height}" role="img" class="incident"'
                ' aria-labelledby="incident-title">'
            ),
            f"<style>{sheet(look)}</style>",
            element("title", incident.title, id="incident-title"),
            element("rect", class_="paper", width="100%", height="100%"),
            *drawing.behind,
            *drawing.parts,
            "</svg>\n",
        )
    )


def anchor(job: str, step: int) -> str:
    """Return what opens a job at a step on the page: ``#job-step``."""
    return f"#{quote(job, safe='')}-{step}"


class _Drawing:
    """Draws from top to bottom.

    Attributes:
        parts: What is drawn.
        behind: What is drawn behind it.
        y: Where the next thing begins.
    """

    def __init__(self, incident: Incident, page: str) -> None:
        self._incident = incident
        self._page = page
        self._left, self._right = _OPENED if incident.opens else _CLOSED
        self._stages: set[Stage] = set()
        self._closed = 0
        self.parts: list[str] = []
        self.behind: list[str] = []
        self.y = 40.0

    def draw(self) -> None:
        """Draw all of it."""
        incident = self._incident
        self.parts.append(text(incident.title, _EDGE, self.y, "title"))
        for job in incident.jobs:
            self.y += 2 * _LINE
            self._head(job)
            if incident.axis is not None and job.stays:
                self._gantt(job, incident.axis)
        self._legend()
        self.y += _EDGE

    # --- What a job came to -----------------------------------------------------------------------

    def _head(self, job: ShownJob) -> None:
        tone = f"o-{job.outcome}"
        said = element("tspan", job.name)
        if job.console:
            said = element("a", said, raw=True, href=job.console)
        said += element("tspan", job.headline, class_=tone, dx="12")
        x, y = number(_EDGE), number(self.y)
        self.parts.append(element("text", said, raw=True, class_="head", x=x, y=y))
        self._sentences(f"“{job.reason}”" if job.reason else "", "bad")
        for finding in job.findings:
            link = "" if finding.number is None else anchor(job.name, finding.number)
            tone, mark = ("quiet", "") if finding.is_note else ("bad", f"{_WRONG} ")
            self._sentences(f"{mark}{finding.text}", tone, link)
        self._sentences(slow_words(job), "slow")
        if self._incident.opens:
            self._sentences(f"{job.kind}, {job.id}", "quiet")
            self._sentences(job.console or "", "quiet", job.console or "")

    def _sentences(self, said: str, tone: str, link: str = "") -> None:
        for line in folded(said, _SENTENCE):
            self.y += _LINE
            self._add(text(line, _EDGE, self.y, f"sentence {tone}"), link)

    def _add(self, part: str, link: str = "") -> None:
        """Add something that leads somewhere; steps do where a page is known."""
        if link.startswith("#"):
            link = f"{self._page}{link}" if self._page else ""
        self.parts.append(element("a", part, raw=True, href=link) if link else part)

    # --- Stays ------------------------------------------------------------------------------------

    def _gantt(self, job: ShownJob, axis: Axis) -> None:
        labelled = self._incident.opens or self._closed % _LABELLED == 0
        self._closed += 1
        top = self.y + _LINE if labelled else self.y
        self.y = top + _LINE
        if self._incident.opens:
            for each in rows(job):
                self._row(each, job, axis)
        else:
            self._bars(job, axis)
        self._grid(axis, top, labelled=labelled)

    def _grid(self, axis: Axis, top: float, *, labelled: bool) -> None:
        """Draw the ticks over the rows, and their lines behind them."""
        free = 0.0
        for _, share, label in axis.ticks(int((self._right - self._left) / _TICK)):
            x = self._x(share)
            self.behind.append(rectangle(Rectangle(x, top + 4, 1, self.y - top - 4), 0, "tick"))
            if labelled and x >= free and x + len(label) * 6 <= _WIDTH:
                self.parts.append(text(label, x + 3, top + 2, "tick-text"))
                free = x + len(label) * 6.4 + 8
        for share in axis.folds:
            box = Rectangle(self._x(share) - 2, top + 4, 4, self.y - top - 4)
            self.behind.append(rectangle(box, 0, "fold"))

    def _row(self, stay: ShownStay | int, job: ShownJob, axis: Axis) -> None:
        top = self.y
        self.y += _ROW
        if isinstance(stay, int):
            self.parts.append(text(f"… {stay:,} more …", 54, top + 23, "quiet"))
            return
        self._add(text(str(stay.number), 44, top + 16, "number"), anchor(job.name, stay.number))
        self.parts.append(text(cut(stay.status, _WHY - 14), 54, top + 16, "status"))
        why = f"{_WRONG} {stay.alarm}" if stay.alarm else why_words(stay)
        tone = "bad" if stay.alarm else "quiet"
        self.parts.append(text(cut(why, _WHY), 54, top + 31, tone))
        if bar := _bar(stay, axis):
            self._bar(_Bar(bar[0], bar[1], stay, ""), job, top + 4)
            self._band(stay, axis, top + 22)
        self._lengths(stay, top)

    def _lengths(self, stay: ShownStay, top: float) -> None:
        """Write when a stay began, how long it was, and how long it usually is."""
        begun = "" if stay.begin is None else f"{stay.begin:%H:%M:%S}"
        length = length_words(stay)
        said = element("tspan", length, class_="slow" if stay.over else "length") if length else ""
        said += element("tspan", f"{'from' if length else 'at'} {begun}" if begun else "", dx="6")
        x, y = number(self._right + 12), number(top + 16)
        self.parts.append(element("text", said, raw=True, class_="quiet", x=x, y=y))
        tone = "slow" if stay.over else "quiet"
        self.parts.append(text(usual_words(stay), self._right + 12, top + 31, tone))

    def _bars(self, job: ShownJob, axis: Axis) -> None:
        for bar in _joined(job, axis, self._right - self._left):
            self._bar(bar, job, self.y - 8)
        self.y += _ROW - _LINE

    def _bar(self, bar: _Bar, job: ShownJob, top: float) -> None:
        stay, left = bar.stay, self._x(bar.left)
        self._stages.add(stay.stage)
        wide = max(self._x(bar.right) - left, _LEAST)
        area = Rectangle(min(left, self._right - _LEAST), top, wide, _BAR)
        names = ["bar", f"s-{stay.stage}"]
        names += ["open"] * stay.open + ["alarm"] * bool(stay.alarm) + ["over"] * bool(stay.over)
        drawn = element("title", bar.said or _told(stay))
        drawn += rectangle(area, 2, " ".join(names))
        if not self._incident.opens and len(stay.status) * _CHARACTER < wide:
            drawn += text(stay.status, left + 4, top + 11.5, f"on-bar on-{stay.stage}")
        self._add(element("g", drawn, raw=True), anchor(job.name, stay.number))

    def _band(self, stay: ShownStay, axis: Axis, top: float) -> None:
        """Draw how long such a stay usually is: from its beginning on, as far as the axis goes."""
        if stay.usual is None or stay.begin is None:
            return
        left = self._x(axis.share(stay.begin))
        half, most = stay.begin + stay.usual.half, stay.begin + stay.usual.most
        wide = max(self._x(axis.share(most)) - left, 1)
        self.parts.append(rectangle(Rectangle(left, top, wide, 4), 0, "band"))
        if axis.has(half):
            notch = Rectangle(self._x(axis.share(half)) - 1, top - 2, 2, 8)
            self.parts.append(rectangle(notch, 0, "half"))

    def _x(self, share: float) -> float:
        return self._left + share * (self._right - self._left)

    # --- What it means ----------------------------------------------------------------------------

    def _legend(self) -> None:
        self.y += 2 * _LINE
        x = _EDGE
        for stage in Stage:
            if stage in self._stages:
                swatch = rectangle(Rectangle(x, self.y - 10, 12, 12), 2, f"bar s-{stage}")
                x = self._told(swatch, 18, TITLES[stage], x)
        axis = self._incident.axis
        if axis is not None and axis.folds:
            x = self._told(rectangle(Rectangle(x, self.y - 12, 4, 16), 0, "fold"), 10, _FOLDED, x)
        if any(stay.usual for job in self._incident.jobs for stay in job.stays):
            band = rectangle(Rectangle(x, self.y - 6, 24, 4), 0, "band")
            band += rectangle(Rectangle(x + 9, self.y - 8, 2, 8), 0, "half")
            self._told(band, 30, _BAND, x)

    def _told(self, sign: str, wide: float, said: str, x: float) -> float:
        """Tell what a sign means; return where the next one stands."""
        self.parts += [sign, text(said, x + wide, self.y, "quiet")]
        return x + wide + width(said, 12) + 20


_FOLDED: Final = "nothing happened: left out"
_BAND: Final = "usual: half of such stays end at the notch, 19 of 20 within the band"


@frozen
class _Bar:
    """A bar: from where to where, as parts of the axis; its stay; what is said of several."""

    left: float
    right: float
    stay: ShownStay
    said: str


def _bar(stay: ShownStay, axis: Axis) -> tuple[float, float] | None:
    if stay.begin is None:
        return None
    left = axis.share(stay.begin)
    return left, left if stay.end is None else axis.share(stay.end)


def _joined(job: ShownJob, axis: Axis, wide: float) -> Iterator[_Bar]:
    """Yield the bars of a job, so that there are no more of them than pixels.

    Stays of less than a pixel that begin in the same one have one bar: that of the first that
    breaks a rule, else of the end, else of the first.
    """
    pixels: dict[int, list[_Bar]] = {}
    drawn = ((stay, bar) for stay in job.stays if (bar := _bar(stay, axis)))
    for stay, (left, right) in drawn:
        pixels.setdefault(int(left * wide), []).append(_Bar(left, right, stay, ""))
    for together in pixels.values():
        thin = [each for each in together if (each.right - each.left) * wide < 1]
        if len(thin) > 1:
            first = min(thin, key=lambda each: (not each.stay.alarm, not each.stay.is_end))
            said = f"{_told(first.stay)}, and {len(thin) - 1:,} more"
            thin = [_Bar(first.left, thin[-1].right, first.stay, said)]
        yield from (each for each in together if (each.right - each.left) * wide >= 1)
        yield from thin


def _told(stay: ShownStay) -> str:
    """Return what is told of a bar that is pointed at."""
    begun = "" if stay.begin is None else f"{stay.begin:%Y-%m-%d %H:%M:%S} UTC"
    said = (f"{stay.number}: {stay.status}", length_words(stay), begun, stay.alarm)
    return ", ".join(filter(None, said))
