"""``jobstate diagram``: the life cycle, one job's way through it, or a fleet's, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from attrs import frozen

from jobstate.cli.importing import recognised
from jobstate.cli.lifecycles import AssumeUtc, Given, Kind, Own, lifecycle_of, tightened
from jobstate.cli.output import put
from jobstate.cli.pictured import UnusableError, all_jobs, is_database, named_jobs
from jobstate.cli.shell import UNUSABLE, complain_of, run, wrong_option
from jobstate.cli.usual import journal_times
from jobstate.common.text import listed
from jobstate.diagrams import (
    LEVELLED,
    Census,
    Detail,
    Look,
    Paper,
    fleet,
    html,
    incident,
    incident_svg,
    incident_text,
    picture,
    render,
    way,
)
from jobstate.diagrams.render.pdf import pdf
from jobstate.diagrams.render.svg.paper import printed
from jobstate.errors import JobstateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.diagrams import Overlay
    from jobstate.model.lifecycle import Lifecycle

IN_SHORT: Final = "Draw a life cycle, one job's way through it, or a fleet's."
HELP: Final = f"""\b
Examples:
  jobstate diagram -o training-job.svg    # --detail road: for newcomers
  jobstate diagram --given spot=no --given stop=no -o on-demand.png
  jobstate diagram --job answer.json -o job.svg
  jobstate diagram --fleet jobs.db -o fleet.svg    # answers, or a journal
  jobstate diagram --view incident --job jobs.db -o incident.svg

{IN_SHORT}

The format is that of the file's ending unless --format names it: .svg, .png, .pdf, .html, .mmd,
.dot, .puml, .scxml, .md, .csv; of incidents .svg, .png, .html, .txt.

\b
Exit codes:
  0  drawn
  2  answers can't be read, the file can't be written, a wrong option …
"""


class DiagramFormat(StrEnum):
    """What it is drawn as."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    HTML = "html"
    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    PLANTUML = "plantuml"
    SCXML = "scxml"
    MARKDOWN = "markdown"
    CSV = "csv"


class DiagramView(StrEnum):
    """What a picture shows."""

    LIFE_CYCLE = "life-cycle"
    INCIDENT = "incident"


#: The ending of a file's name → the format.
_ENDINGS: Final = {
    ".svg": DiagramFormat.SVG,
    ".png": DiagramFormat.PNG,
    ".pdf": DiagramFormat.PDF,
    ".html": DiagramFormat.HTML,
    ".htm": DiagramFormat.HTML,
    ".txt": DiagramFormat.TEXT,
    ".mmd": DiagramFormat.MERMAID,
    ".dot": DiagramFormat.DOT,
    ".gv": DiagramFormat.DOT,
    ".puml": DiagramFormat.PLANTUML,
    ".scxml": DiagramFormat.SCXML,
    ".md": DiagramFormat.MARKDOWN,
    ".csv": DiagramFormat.CSV,
}

#: Formats that can show less than all.
_LEVELLED: Final = (*map(DiagramFormat, LEVELLED), DiagramFormat.PNG, DiagramFormat.PDF)

#: Formats that are an SVG or made of one, and so can have something laid over them.
_PICTURES: Final = (DiagramFormat.SVG, DiagramFormat.PNG, DiagramFormat.PDF)

#: Formats that can stand on a sheet of paper.
_ON_PAPER: Final = (DiagramFormat.SVG, DiagramFormat.PDF, DiagramFormat.HTML)

#: Formats that show incidents.
_INCIDENTS: Final = (
    DiagramFormat.SVG,
    DiagramFormat.PNG,
    DiagramFormat.TEXT,
    DiagramFormat.HTML,
)

Chosen = Annotated[
    DiagramFormat | None,
    typer.Option("--format", help="What it is drawn as; by default what the file's ending says."),
]
Looks = Annotated[
    Look,
    typer.Option("--look", help="Of SVG and PNG: as the reader's system is set, light, or dark."),
]
Details = Annotated[
    Detail | None,
    typer.Option(
        "--detail",
        help="How much is drawn: the usual road and how jobs leave it; what is documented or was"
        " seen (by default), or everything. Over it, a job or a fleet shows more where it has to."
        " HTML, SCXML and tables always have everything.",
    ),
]
Papers = Annotated[
    Paper | None,
    typer.Option(
        "--paper",
        help="Make it a sheet to print, as it lies, with nothing cut: SVG, PDF (-o poster.pdf is A3"
        " by default; by Chromium, Chrome or Edge), or HTML that is nothing but the sheet.",
    ),
]
Shows = Annotated[
    DiagramView,
    typer.Option(
        "--view",
        help="The life cycle; or what jobs came to, why, and how long they waited for what.",
    ),
]
Job = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Lay over it the way of the job in this file of answers, or journal. The incident view"
        " shows all jobs of it; repeat for several files.",
    ),
]
Name = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Of several jobs in that file, the one of this name or arn. Repeat for several in the"
        " incident view.",
    ),
]
Usual = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="In the incident view, a journal that knows how long jobs usually stay where; by"
        " default the one that --job names.",
    ),
]
Page = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="In the incident view, the page that stays link to: FILE.html, of the same jobs.",
    ),
]
Fleet = Annotated[
    str | None,
    typer.Option(
        "--fleet",
        metavar="FILE",
        help="Lay what all jobs in this file of answers, or journal, did over it.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file: all of it or, if that fails, nothing. Else to standard output.",
    ),
]


@frozen
class _Wish:
    """What a picture shall show.

    Attributes:
        view: What of the jobs.
        job: Files with jobs that are shown one by one.
        name: Names or arns of those of them that are meant; none for all, or for the only one.
        fleet: A file with jobs that are counted.
        journal: The journal that knows usual times.
        page: The page that stays link to.
    """

    view: DiagramView
    job: Sequence[str]
    name: Sequence[str]
    fleet: str | None
    journal: str | None
    page: str | None

    def validate(self) -> None:
        """Refuse options that don't go together.

        Raises:
            typer.BadParameter: Some don't.
        """
        incident = self.view is DiagramView.INCIDENT
        for wrong, option, text in (
            (self.job and self.fleet, "--fleet", "--job and --fleet exclude each other"),
            (self.name and not self.job, "--name", "--name goes with --job"),
            (incident and not self.job, "--view", "the incident view takes --job FILE"),
            (not incident and self.journal, "--journal", "--journal goes with --view incident"),
            (not incident and self.page, "--page", "--page goes with --view incident"),
            (not incident and len(self.job) > 1, "--job", "several jobs take --view incident"),
            (not incident and len(self.name) > 1, "--name", "several jobs take --view incident"),
        ):
            if wrong:
                raise wrong_option(text, option)

    @property
    def formats(self) -> Sequence[DiagramFormat]:
        """What it can be drawn as."""
        if self.view is DiagramView.INCIDENT:
            return _INCIDENTS
        if self.job or self.fleet:
            return _PICTURES
        return [each for each in DiagramFormat if each is not DiagramFormat.TEXT]


def diagram(  # noqa: PLR0913 - the options of a command
    *,
    chosen: Chosen = None,
    kind: Kind = None,
    own: Own = None,
    given: Given = None,
    view: Shows = DiagramView.LIFE_CYCLE,
    job: Job = None,
    name: Name = None,
    jobs: Fleet = None,
    journal: Usual = None,
    page: Page = None,
    assume_utc: AssumeUtc = False,
    look: Looks = Look.AUTO,
    detail: Details = None,
    paper: Papers = None,
    output: Output = None,
) -> None:
    """Print the diagram, or write it."""
    tight = tightened(lifecycle_of(kind, own), given)
    wish = _Wish(view, job or (), name or (), jobs, journal, page)
    wish.validate()
    drawn_as = _format(chosen, output, wish)
    paper = _paper(paper, drawn_as, detail)
    if view is DiagramView.INCIDENT and (paper is not None or detail is not None):
        raise wrong_option("--detail and --paper go with the life cycle", "--view")

    def work() -> int:
        try:
            if view is DiagramView.INCIDENT:
                drawn = _incident(tight, drawn_as, wish, look, utc=assume_utc)
            else:
                overlay = _overlay(tight, wish, utc=assume_utc)
                much = detail or Detail.USUAL
                draw = partial(picture, tight, overlay=overlay, detail=much, paper=paper)
                if drawn_as in _PICTURES or paper is not None:
                    drawn = _picture(draw, drawn_as, look, paper)
                else:
                    drawn = render(tight, drawn_as.value, detail=much).encode()
        except UnusableError:
            return UNUSABLE
        except JobstateError as error:
            complain_of(error)
            return UNUSABLE
        return put(drawn, output)

    run(work)


def _format(chosen: DiagramFormat | None, output: str | None, wish: _Wish) -> DiagramFormat:
    """Return what is drawn: what was asked for, or what the file's ending says.

    Raises:
        typer.BadParameter: Nothing says it, or what shall be shown can't be drawn so.
    """
    if chosen is None and output is not None:
        chosen = _ENDINGS.get(Path(output).suffix.lower())
    if chosen is None:
        endings = ", ".join(_ENDINGS)
        text = f"what shall it be? Name a format, or a file (-o) that ends in one of {endings}"
        raise wrong_option(text, "--format")
    if chosen not in wish.formats:
        what = (
            "jobs are laid over"
            if wish.view is DiagramView.LIFE_CYCLE
            else "incidents are drawn as"
        )
        text = f"{what} {listed(wish.formats)}, not {chosen}"
        raise wrong_option(text, "--format")
    return chosen


def _paper(paper: Paper | None, chosen: DiagramFormat, detail: Detail | None) -> Paper | None:
    """Return the sheet that it stands on; None where it stands on none.

    Raises:
        typer.BadParameter: Such a format can't stand on paper, or can't show less than all.
    """
    if paper is not None and chosen not in _ON_PAPER:
        raise wrong_option(f"svg, pdf and html stand on paper, not {chosen}", "--paper")
    if detail is not None and chosen not in _LEVELLED and paper is None:
        raise wrong_option(f"{chosen} always has everything", "--detail")
    return Paper.A3 if paper is None and chosen is DiagramFormat.PDF else paper


def _overlay(lifecycle: Lifecycle, wish: _Wish, *, utc: bool) -> Overlay | None:
    """Return what is laid over the picture: a job's way, what a fleet did, or nothing."""
    if wish.job:
        (seen,) = named_jobs(wish.job, recognised(lifecycle), wish.name, utc=utc)
        return way(lifecycle, seen)
    if wish.fleet is None:
        return None
    census = Census(lifecycle)
    for answers in all_jobs(wish.fleet, recognised(lifecycle), utc=utc):
        census.add(answers)
    return fleet(lifecycle, census)


def _picture(
    draw: Callable[..., str], chosen: DiagramFormat, look: Look, paper: Paper | None = None
) -> bytes:
    """Return an SVG, or what is made of one."""
    if chosen is DiagramFormat.PNG:
        from jobstate.diagrams.render.png import png  # noqa: PLC0415 - its extra may not be there

        # A bitmap can't ask what the reader's system is set to.
        return png(draw(look=Look.LIGHT if look is Look.AUTO else look))
    drawn = draw(look=look)
    if paper is None or chosen is DiagramFormat.SVG:
        return drawn.encode()
    page = printed(drawn, paper)
    return pdf(page) if chosen is DiagramFormat.PDF else page.encode()


def _incident(
    lifecycle: Lifecycle, chosen: DiagramFormat, wish: _Wish, look: Look, *, utc: bool
) -> bytes:
    kinds = recognised(lifecycle)
    if wish.name:
        jobs = named_jobs(wish.job, kinds, wish.name, utc=utc)
    else:
        jobs = [each for file in wish.job for each in all_jobs(file, kinds, utc=utc)]
    seen = [*chain.from_iterable(jobs)]
    journal = wish.journal or next(filter(is_database, wish.job), None)
    usual = {} if journal is None else journal_times(journal, kinds)
    if chosen is DiagramFormat.HTML:
        return html(lifecycle, seen, usual=usual).encode()
    found = incident(kinds, seen, usual=usual)
    if chosen is DiagramFormat.TEXT:
        return incident_text(found).encode()
    return _picture(partial(incident_svg, found, page=wish.page or ""), chosen, look)
