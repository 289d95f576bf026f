"""``jobstate diagram``: the life cycle, one job's way through it, or a fleet's, as a picture."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from jobstate.cli.answers import STDIN, Kept
from jobstate.cli.importing import recognised
from jobstate.cli.lifecycles import AssumeUtc, Given, Kind, Own, lifecycle_of, tightened
from jobstate.cli.shell import UNUSABLE, complain, complain_of, run, wrong_option
from jobstate.common.text import MOST_NAMES, counted, listed, nearest, printable
from jobstate.diagrams import LEVELLED, Census, Detail, Look, Paper, fleet, picture, render, way
from jobstate.diagrams.render.pdf import pdf
from jobstate.diagrams.render.svg.paper import printed
from jobstate.errors import JobstateError
from jobstate.journal.reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobstate.diagrams import Overlay
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey

IN_SHORT: Final = "Draw a life cycle, one job's way through it, or a fleet's."
HELP: Final = f"""\b
Examples:
  jobstate diagram -o training-job.svg    # --detail road: for newcomers
  jobstate diagram --given spot=no --given stop=no -o on-demand.png
  jobstate diagram --job answer.json -o job.svg
  jobstate diagram --fleet jobs.db -o fleet.svg    # answers, or a journal
  jobstate diagram -o training-job.html    # to click through, to replay in

{IN_SHORT}

The format is that of the file's ending (.svg, .png, .pdf, .html, .mmd, .dot, .puml, .scxml, .md,
.csv) unless --format names it.

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
    MERMAID = "mermaid"
    DOT = "dot"
    PLANTUML = "plantuml"
    SCXML = "scxml"
    MARKDOWN = "markdown"
    CSV = "csv"


#: The ending of a file's name → the format.
_ENDINGS: Final = {
    ".svg": DiagramFormat.SVG,
    ".png": DiagramFormat.PNG,
    ".pdf": DiagramFormat.PDF,
    ".html": DiagramFormat.HTML,
    ".htm": DiagramFormat.HTML,
    ".mmd": DiagramFormat.MERMAID,
    ".dot": DiagramFormat.DOT,
    ".gv": DiagramFormat.DOT,
    ".puml": DiagramFormat.PLANTUML,
    ".scxml": DiagramFormat.SCXML,
    ".md": DiagramFormat.MARKDOWN,
    ".csv": DiagramFormat.CSV,
}

#: What every file of SQLite begins with.
_SQLITE: Final = b"SQLite format 3\x00"

#: Formats that can show less than all.
_LEVELLED: Final = (*map(DiagramFormat, LEVELLED), DiagramFormat.PNG, DiagramFormat.PDF)

#: Formats that are an SVG or made of one.
_PICTURES: Final = (DiagramFormat.SVG, DiagramFormat.PNG, DiagramFormat.PDF)

#: Formats that can stand on a sheet of paper.
_ON_PAPER: Final = (DiagramFormat.SVG, DiagramFormat.PDF, DiagramFormat.HTML)

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
Job = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Lay over it the way of the job in this file of answers, or journal."
    ),
]
Name = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Of several jobs in that file, the one of this name or arn."),
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


#: Reads the answers in a file.
_Read: TypeAlias = "Callable[[str], Kept]"


class _UnusableError(Exception):
    """Some input can't be used; what is wrong with it has been said."""


def diagram(  # noqa: PLR0913 - the options of a command
    *,
    chosen: Chosen = None,
    kind: Kind = None,
    own: Own = None,
    given: Given = None,
    job: Job = None,
    name: Name = None,
    jobs: Fleet = None,
    assume_utc: AssumeUtc = False,
    look: Looks = Look.AUTO,
    detail: Details = None,
    paper: Papers = None,
    output: Output = None,
) -> None:
    """Print the diagram, or write it."""
    tight = tightened(lifecycle_of(kind, own), given)
    drawn_as = _format(chosen, output, overlaid=job is not None or jobs is not None)
    paper = _paper(paper, drawn_as, detail)
    if job is not None and jobs is not None:
        raise wrong_option("--job and --fleet exclude each other", "--fleet")
    if name is not None and job is None:
        raise wrong_option("--name goes with --job", "--name")

    def work() -> int:
        try:
            read = partial(_read, tight, utc=assume_utc)
            if job is not None:
                overlay: Overlay | None = _way(tight, job, name, read)
            else:
                overlay = _fleet(tight, jobs, read)
            much = detail or Detail.USUAL
            draw = partial(picture, tight, overlay=overlay, detail=much, paper=paper)
            if drawn_as in _PICTURES or paper is not None:
                drawn = _picture(draw, drawn_as, look, paper)
            else:
                drawn = render(tight, drawn_as.value, detail=much).encode()
        except _UnusableError:
            return UNUSABLE
        except JobstateError as error:
            complain_of(error)
            return UNUSABLE
        return _put(drawn, output)

    run(work)


def _format(chosen: DiagramFormat | None, output: str | None, *, overlaid: bool) -> DiagramFormat:
    """Return what is drawn: what was asked for, or what the file's ending says.

    Raises:
        typer.BadParameter: Nothing says it, or nothing can be laid over it.
    """
    if chosen is None and output is not None:
        chosen = _ENDINGS.get(Path(output).suffix.lower())
    if chosen is None:
        endings = ", ".join(_ENDINGS)
        text = f"what shall it be? Name a format, or a file (-o) that ends in one of {endings}"
        raise wrong_option(text, "--format")
    if overlaid and chosen not in _PICTURES:
        text = f"jobs are laid over svg, png and pdf, not over {chosen}"
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


def _way(lifecycle: Lifecycle, file: str, name: str | None, read: _Read) -> Overlay:
    """Return the way of the job in a file, or of one of several."""
    if not _is_database(file):
        found = read(file)
        return way(lifecycle, found.jobs[_chosen(found.jobs, file, name)])
    with JournalReader(file, lifecycle=lifecycle) as history:
        kept = history.job(_chosen(history.job_keys(), file, name))
        return way(lifecycle, history.observations_of(kept))


def _chosen(jobs: Iterable[JobKey], file: str, name: str | None) -> JobKey:
    """Return the one job that is meant.

    Raises:
        _UnusableError: It is none or more than one; that has been said.
    """
    names = {key.name: key for key in jobs}
    wanted = [key for each, key in names.items() if name in {None, each, key.id}]
    if len(wanted) != 1:
        there = listed(sorted(names))
        problem = f"{counted(len(names), 'job')}: choose one with --name: {there}"
        if name is not None:
            near = listed(nearest(name, names, MOST_NAMES))
            offered = f"near it: {near}" if near else f"there: {there}"
            problem = f"no job is called {printable(name)}; {offered}"
        complain(f"{printable(file)}: {problem}")
        raise _UnusableError
    return wanted[0]


def _fleet(lifecycle: Lifecycle, file: str | None, read: _Read) -> Overlay | None:
    """Return what the jobs in a file did; None without a file."""
    if file is None:
        return None
    census = Census(lifecycle)
    if _is_database(file):
        with JournalReader(file, lifecycle=lifecycle) as history:
            for seen in history.observations():
                census.add(seen)
        if not census.jobs:
            complain(f"{printable(file)}: there is no job in it")
            raise _UnusableError
    else:
        for answers in read(file).jobs.values():
            census.add(answers)
    return fleet(lifecycle, census)


def _is_database(file: str) -> bool:
    """Return whether a file is one of SQLite's, and so no answers but a journal.

    To be asked only where no tracker has it in this process: closing it would end SQLite's locks.
    """
    path = Path(file)
    try:
        if file == STDIN or not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False  # which is said of it when it is read


def _read(lifecycle: Lifecycle, file: str, *, utc: bool) -> Kept:
    found = Kept(recognised(lifecycle), utc=utc)
    found.read([file])
    if found.unusable or not found.jobs:
        if not found.unusable:
            complain(f"{printable(file)}: there is no answer about a job in it")
        raise _UnusableError
    return found


def _picture(
    draw: Callable[..., str], chosen: DiagramFormat, look: Look, paper: Paper | None
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


def _put(drawn: bytes, output: str | None) -> int:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(drawn)
        return 0
    try:
        write(Path(output), drawn)
    except OSError as error:
        complain(f"{printable(output)}: {error.strerror or error}")
        return UNUSABLE
    return 0


def write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it.

    Raises:
        OSError: It can't be written; what was there before is still there.
    """
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe, say, can't be replaced
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
