"""Print sheets: nothing cut, colours kept; PDF by a browser, or an error that says what to do."""

from __future__ import annotations

import re
import stat
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from jobstate.diagrams import Detail, Look, Paper, picture
from jobstate.diagrams.render import pdf as browsers
from jobstate.diagrams.render.palette import DARK, LIGHT
from jobstate.diagrams.render.pdf import pdf
from jobstate.diagrams.render.svg.paper import printed
from jobstate.errors import ToolFailedError, ToolMissingError
from jobstate.model.drawing import Colour
from jobstate.sagemaker import TRAINING_JOB
from tests.support import chromium
from tests.support.command import jobstate

if TYPE_CHECKING:
    from pathlib import Path

#: ISO 216, in millimetres, as they lie.
SIZES = {Paper.A3: (420, 297), Paper.A4: (297, 210)}


def root(svg: str) -> ET.Element:
    """Return the root of a picture."""
    return ET.fromstring(svg)  # noqa: S314 - our own


def box(svg: str) -> tuple[float, float, float, float]:
    """Return the view box of a picture."""
    x, y, width, height = map(float, root(svg).attrib["viewBox"].split())
    return x, y, width, height


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("detail", Detail)
def test_all_of_it_stands_on_the_sheet(paper: Paper, detail: Detail) -> None:
    """As large as fits, in the middle, with a border of at least 8 mm; the sheet lies."""
    across, down = SIZES[paper]
    drawn = picture(TRAINING_JOB, detail=detail, paper=paper)
    assert root(drawn).attrib["width"] == f"{across}mm"
    assert root(drawn).attrib["height"] == f"{down}mm"
    _, _, width, height = box(picture(TRAINING_JOB, detail=detail))
    x, y, wide, high = box(drawn)
    assert wide / high == pytest.approx(across / down, abs=0.01)
    borders = [-x, -y, x + wide - width, y + high - height]
    pixels = wide / across
    assert min(borders) == pytest.approx(8 * pixels, abs=0.2)
    assert borders[0] == pytest.approx(borders[2], abs=0.2)
    assert borders[1] == pytest.approx(borders[3], abs=0.2)
    (paper_,) = (each for each in root(drawn) if each.get("class") == "paper")
    assert (float(paper_.attrib["x"]), float(paper_.attrib["y"])) == (x, y)


def test_paper_is_light() -> None:
    """Whatever the system is set to; who wants it dark may have it."""
    drawn = picture(TRAINING_JOB, paper=Paper.A4)
    assert "prefers-color-scheme" not in drawn
    assert f".paper {{fill: {LIGHT.paper};}}" in drawn
    dark = picture(TRAINING_JOB, paper=Paper.A4, look=Look.DARK)
    assert f".paper {{fill: {DARK.paper};}}" in dark
    # Browsers would leave out the colours of areas.
    assert "print-color-adjust: exact" in drawn


@pytest.mark.parametrize("paper", Paper)
def test_a_page_to_print(paper: Paper) -> None:
    """Nothing but the sheet, as large as the paper; no script, and no network."""
    drawn = picture(TRAINING_JOB, paper=paper)
    page = printed(drawn, paper)
    across, down = SIZES[paper]
    assert drawn in page
    assert f"@page {{size: {across}mm {down}mm; margin: 0;}}" in page
    assert "<title>Amazon SageMaker training job</title>" in page
    assert "default-src 'none'" in page
    assert "<script" not in page


# --- The browser ----------------------------------------------------------------------------------


def fake(folder: Path, program: str) -> str:
    """Return the path of a browser that does something else."""
    path = folder / "browser"
    path.write_text(f"#!{sys.executable}\nimport sys\n{program}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


#: Makes a PDF of what it was asked, and of the page.
MADE = """
from pathlib import Path
from urllib.parse import unquote, urlparse
asked = dict(each.partition("=")[::2] for each in sys.argv[1:])
page = Path(unquote(urlparse(sys.argv[-1]).path)).read_text()
Path(asked["--print-to-pdf"]).write_text("%PDF-" + "\\n".join([*sys.argv[1:], page]))
"""


def test_what_a_browser_is_asked(tmp_path: Path) -> None:
    """It has a profile of its own, which is gone afterwards, no window and no network."""
    made = pdf("<p>page</p>", program=fake(tmp_path, MADE)).decode()
    assert made.endswith("<p>page</p>")
    asked = made.splitlines()
    assert "--headless" in made
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in asked
    (profile,) = re.findall(r"--user-data-dir=(.*)/profile", made)
    assert not (tmp_path / profile).exists()


@pytest.mark.parametrize("user", [0, 1000])
def test_root_has_no_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int) -> None:
    """Chromium refuses to run as root with one; nobody else goes without."""
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    made = pdf("", program=fake(tmp_path, MADE)).decode()
    assert ("--no-sandbox" in made) == (user == 0)


def test_no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error says what to do, and writes nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JOBSTATE_CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "_NAMES", ("chromium",))
    with pytest.raises(ToolMissingError, match=r"a browser .*JOBSTATE_CHROMIUM, .*svg or html"):
        pdf("")
    monkeypatch.setenv("JOBSTATE_CHROMIUM", "/no/such/browser")
    with pytest.raises(ToolMissingError, match="'/no/such/browser'"):
        pdf("")
    ran = jobstate("diagram", "-o", tmp_path / "poster.pdf")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "makes the PDF" in ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('no room', file=sys.stderr); sys.exit(5)", "failed with code 5; it said 'no room'"),
        ("print('nothing', file=sys.stderr)", "made no PDF; it said 'nothing'"),
        (MADE.replace("%PDF-", "PDF"), "made no PDF"),
    ],
)
def test_a_browser_that_makes_none(tmp_path: Path, program: str, said: str) -> None:
    """What it said instead is told."""
    with pytest.raises(ToolFailedError, match=said):
        pdf("", program=fake(tmp_path, program))


def test_a_browser_that_hangs(tmp_path: Path) -> None:
    """It is ended, and the error says what goes without."""
    program = fake(tmp_path, "import time; time.sleep(600)")
    with pytest.raises(ToolFailedError, match=r"took longer than 0\.2 s; print the SVG or HTML"):
        pdf("", program=program, seconds=0.2)


# --- The command ----------------------------------------------------------------------------------


def test_sheets_by_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SVG, and HTML that is nothing but the sheet; PDF on A3, or as one says."""
    monkeypatch.setenv("JOBSTATE_CHROMIUM", fake(tmp_path, MADE))
    sheets = {each: picture(TRAINING_JOB, detail=Detail.USUAL, paper=each) for each in Paper}
    ran = jobstate("diagram", "--format", "svg", "--paper", "a4")
    assert ran.stdout == sheets[Paper.A4]
    ran = jobstate("diagram", "--format", "html", "--paper", "a3", "--detail", "usual")
    assert ran.stdout == printed(sheets[Paper.A3], Paper.A3)
    for options, paper in ((), Paper.A3), (("--paper", "a4"), Paper.A4):
        file = tmp_path / "poster.pdf"
        assert jobstate("diagram", *options, "-o", file).exit_code == 0
        assert file.read_text(encoding="utf-8").endswith(printed(sheets[paper], paper))
    ran = jobstate("diagram", "--format", "dot", "--paper", "a4")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "svg, pdf and html stand on paper" in " ".join(ran.stderr.split())


# --- In a real browser ----------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.skipif(not chromium.program(), reason="there is no Chromium")
@pytest.mark.parametrize("paper", Paper)
def test_the_wall_poster(tmp_path: Path, paper: Paper) -> None:
    """One sheet of the right size, with all that the picture says, to its last word."""
    pypdf = pytest.importorskip("pypdf")
    file = tmp_path / "poster.pdf"
    ran = jobstate("diagram", "--detail", "all", "--paper", paper, "-o", file)
    assert (ran.exit_code, ran.output) == (0, "")
    (sheet,) = pypdf.PdfReader(file).pages
    millimetres = [float(each) * 25.4 / 72 for each in sheet.mediabox[2:]]
    assert millimetres == pytest.approx(SIZES[paper], abs=0.5)
    shown = " ".join(sheet.extract_text().split())
    for said in (
        *("Failed", "Completed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"),
        *("FailureReason says why", "the usual road", "from every status in the frame"),
        *("lighter: only inferred", "WarmPoolStatus", "delete requested"),
    ):
        assert said in shown
    # Its colours are those of the screen.
    inks = LIGHT.inks
    content = sheet.get_contents().get_data().decode("latin-1")
    for hexadecimal in (inks[Colour.GREEN].firm, inks[Colour.BLUE].wash, inks[Colour.RED].firm):
        parts = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        colours = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG|scn|SCN)", content)
        found = [[float(each) for each in colour] for colour in colours]
        assert any(colour == pytest.approx(parts, abs=0.01) for colour in found), hexadecimal
