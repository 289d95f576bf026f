"""``jobstate diagram``: the life cycle, a job and a fleet in every format, to any place."""

from __future__ import annotations

import json
import stat
import sys
from functools import partial
from pathlib import Path

import pytest

from jobstate import Tracker, diagrams
from jobstate.cli.commands import diagram
from jobstate.diagrams import (
    LEVELLED,
    Census,
    Detail,
    Look,
    fleet,
    incident,
    incident_svg,
    incident_text,
    way,
)
from jobstate.diagrams import picture as whole_picture
from jobstate.errors import ToolMissingError
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS, described, item, jobstate

TIGHT = ("--given", "spot=no")
LIST = ANSWERS / "list.json"
#: What is drawn where nobody says how much.
picture = partial(whole_picture, detail=Detail.USUAL)
render = partial(diagrams.render, detail=Detail.USUAL)


def test_every_format_is_offered() -> None:
    """What can be rendered can be asked for."""
    assert {*diagram.DiagramFormat} == {*diagrams.FORMATS, "png", "pdf", "text"}


@pytest.mark.parametrize("name", diagrams.FORMATS)
def test_diagram(name: str, tmp_path: Path) -> None:
    """It prints the picture, or writes the same to a file."""
    drawn = render(TRAINING_JOB.given(spot=False), name).encode()
    file = tmp_path / "picture"
    assert jobstate("diagram", *TIGHT, "--format", name).stdout_bytes == drawn
    ran = jobstate("diagram", *TIGHT, "--format", name, "-o", file)
    assert (ran.exit_code, ran.output) == (0, "")
    assert file.read_bytes() == drawn
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("ending", [".svg", ".SVG", ".mmd", ".dot", ".gv"])
def test_the_ending_names_the_format(ending: str, tmp_path: Path) -> None:
    """Who names a file need not name the format too; who does is heard."""
    format_ = {".mmd": "mermaid", ".dot": "dot", ".gv": "dot"}.get(ending, "svg")
    file = tmp_path / f"picture{ending}"
    assert jobstate("diagram", "-o", file).exit_code == 0
    assert file.read_text(encoding="utf-8") == render(TRAINING_JOB, format_)
    assert jobstate("diagram", "-o", file, "--format", "mermaid").exit_code == 0
    assert file.read_text(encoding="utf-8") == render(TRAINING_JOB, "mermaid")


def test_a_bitmap(tmp_path: Path) -> None:
    """It is light, unless it shall be dark: a bitmap can't ask."""
    pytest.importorskip("resvg_py")
    from jobstate.diagrams.render.png import png  # noqa: PLC0415 - its extra may not be there

    file = tmp_path / "picture.png"
    for options, look in ((), Look.LIGHT), (("--look", "dark"), Look.DARK):
        assert jobstate("diagram", *TIGHT, *options, "-o", file).exit_code == 0
        assert file.read_bytes() == png(picture(TRAINING_JOB.given(spot=False), look=look))


@pytest.mark.parametrize("look", Look)
def test_looks(look: Look) -> None:
    """Light, dark, or as the reader's system is set."""
    ran = jobstate("diagram", "--format", "svg", "--look", look)
    assert ran.stdout == picture(TRAINING_JOB, look=look)


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("name", LEVELLED)
def test_as_much_as_is_wanted(name: str, detail: Detail) -> None:
    """The road, what is usual, or all."""
    ran = jobstate("diagram", "--format", name, "--detail", detail)
    assert ran.stdout == diagrams.render(TRAINING_JOB, name, detail=detail)


def test_a_job_shows_more_where_it_has_to() -> None:
    """On the road a job that was interrupted is drawn with its interruption, and says so."""
    job = ANSWERS / "spot-interrupted.json"
    ran = jobstate("diagram", "--format", "svg", "--detail", "road", "--job", job)
    overlay = way(TRAINING_JOB, json.loads(job.read_text(encoding="utf-8")))
    assert ran.stdout == picture(TRAINING_JOB, overlay=overlay)
    assert 'id="s_InProgress_Interrupted"' in ran.stdout


# --- Jobs and fleets ----------------------------------------------------------------------------


def test_a_job(tmp_path: Path) -> None:
    """Its way is laid over the picture, from a file or from standard input."""
    answer = json.loads((ANSWERS / "timed-out.json").read_text(encoding="utf-8"))
    expected = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, answer))
    file = tmp_path / "job.svg"
    assert jobstate("diagram", "--job", ANSWERS / "timed-out.json", "-o", file).exit_code == 0
    assert file.read_text(encoding="utf-8") == expected
    ran = jobstate("diagram", "--job", "-", "--format", "svg", stdin=json.dumps(answer))
    assert ran.stdout == expected


def test_one_of_several_jobs(tmp_path: Path) -> None:
    """It is chosen by its name or its arn; otherwise the names are told."""
    file = tmp_path / "jobs.jsonl"
    one, other = described(("Starting", 5.0), name="one"), item("other")
    file.write_text(f"{json.dumps(one)}\n{json.dumps(other)}\n")
    options = ("diagram", "--format", "svg", "--job", file)
    expected = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, other))
    assert jobstate(*options, "--name", "other").stdout == expected
    assert jobstate(*options, "--name", other["TrainingJobArn"]).stdout == expected
    ran = jobstate(*options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == f"{file}: 2 jobs: choose one with --name: one, other\n"
    ran = jobstate(*options, "--name", "thr\x1bee")
    assert ran.exit_code == 2
    assert ran.stderr == f"{file}: no job is called thr\\x1bee; there: one, other\n"


def test_a_fleet() -> None:
    """What all jobs of a file did is laid over the picture."""
    census = Census(TRAINING_JOB)
    census.add_jobs(json.loads(LIST.read_text(encoding="utf-8")))
    ran = jobstate("diagram", "--format", "svg", "--fleet", LIST)
    assert ran.stdout == picture(TRAINING_JOB, overlay=fleet(TRAINING_JOB, census))
    assert ">6 jobs<" in ran.stdout


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return a tracker's journal of two jobs."""
    path = tmp_path / "jobs.db"
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe(described(("Starting", 5.0), ("Training", 1.0), name="one"))
        tracker.observe(item("other"))
    return path


def test_a_fleet_of_a_journal(journal: Path) -> None:
    """A tracker's journal is read as the answers are that it was made of; nothing is written."""
    before = journal.read_bytes()
    census = Census(TRAINING_JOB)
    census.add(described(("Starting", 5.0), ("Training", 1.0), name="one"))
    census.add(item("other"))
    ran = jobstate("diagram", "--format", "svg", "--fleet", journal)
    assert ran.stdout == picture(TRAINING_JOB, overlay=fleet(TRAINING_JOB, census))
    assert journal.read_bytes() == before


def test_a_job_of_a_journal(journal: Path) -> None:
    """It is chosen by its name or arn, as one of several in a file of answers."""
    options = ("diagram", "--format", "svg", "--job", journal)
    answer = described(("Starting", 5.0), ("Training", 1.0), name="one")
    expected = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, answer))
    assert jobstate(*options, "--name", "one").stdout == expected
    ran = jobstate(*options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == f"{journal}: 2 jobs: choose one with --name: one, other\n"


def test_assumptions_hold_for_journals_too(journal: Path) -> None:
    """What is drawn is the tighter life cycle; what was seen is what it was."""
    ran = jobstate("diagram", *TIGHT, "--format", "svg", "--fleet", journal)
    census = Census(TRAINING_JOB.given(spot=False))
    census.add(described(("Starting", 5.0), ("Training", 1.0), name="one"))
    census.add(item("other"))
    overlay = fleet(census.lifecycle, census)
    assert ran.stdout == picture(census.lifecycle, overlay=overlay)


def test_a_journal_that_can_not_be_drawn(tmp_path: Path) -> None:
    """One without a job, and one that is none, end it with exit code 2 and a line."""
    path = tmp_path / "jobs.db"
    Journal(path, durability="normal").close()
    ran = jobstate("diagram", "--format", "svg", "--fleet", path)
    assert (ran.exit_code, ran.stderr) == (2, f"{path}: there is no job in it\n")
    path.write_bytes(b"SQLite format 3\0" + b"tide" * 999)
    ran = jobstate("diagram", "--format", "svg", "--fleet", path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"the journal {str(path)!r} can't be used: ")


def test_a_file_that_can_not_be_looked_into(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is wrong with it is said where it is read."""
    path = tmp_path / "answers.json"
    path.touch()

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    ran = jobstate("diagram", "--format", "svg", "--fleet", path)
    assert (ran.exit_code, ran.stderr) == (2, f"{path}: Permission denied\n")


# --- Incidents ------------------------------------------------------------------------------------

FAILED = ANSWERS / "failed.json"


def answers(*files: Path) -> list[object]:
    """Return what some files have."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def test_an_incident() -> None:
    """All jobs of all files, worst first, as text and as a picture whose stays are links."""
    found = incident(TRAINING_JOB, answers(LIST, FAILED))
    options = ("diagram", "--view", "incident", "--job", LIST, "--job", FAILED)
    assert jobstate(*options, "--format", "text").stdout == incident_text(found)
    ran = jobstate(*options, "--format", "svg", "--page", "page.html", "--look", "dark")
    assert ran.stdout == incident_svg(found, look=Look.DARK, page="page.html")


def test_an_incident_of_some_jobs(journal: Path) -> None:
    """They are chosen by name, whichever file they are in."""
    names = ("--name", "one", "--name", "lighthouse-2026-10-06")
    options = ("diagram", "--view", "incident", "--job", journal, "--job", FAILED)
    ran = jobstate(*options, *names, "--format", "text")
    assert ran.stdout.startswith("2 jobs, ")
    assert "\none: still running" in ran.stdout
    ran = jobstate(*options, "--name", "oen", "--format", "text")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.endswith("no job is called oen; near it: one\n")
    ran = jobstate(*options, "--name", "zebra", "--format", "text")
    assert "no job is called zebra; there: lighthouse-2026-10-06, one, other" in ran.stderr


def test_usual_times_of_a_journal(tmp_path: Path) -> None:
    """How long stays are usually comes from the journal that is named, else from the job's own."""
    path = tmp_path / "jobs.db"
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        for seconds in (60.0, 120.0, 180.0):
            stays = ("Starting", seconds), ("Downloading", 5.0), ("Training", 1.0)
            tracker.observe(described(*stays, name=f"job-{seconds:.0f}"))
    ran = jobstate(
        *("diagram", "--view", "incident", "--job", FAILED, "--format", "text"),
        *("--journal", path),
    )
    assert "usually 2m 00s, at most 2m 54s" in ran.stdout
    ran = jobstate("diagram", "--view", "incident", "--job", path, "--format", "text")
    assert ran.stdout.count("usually 2m 00s") >= 3
    ran = jobstate("diagram", "--view", "incident", "--job", FAILED, "--format", "text")
    assert "usually" not in ran.stdout


def test_an_incident_as_a_page(journal: Path, tmp_path: Path) -> None:
    """The page of the life cycle opens with the jobs."""
    file = tmp_path / "page.html"
    assert jobstate("diagram", "--view", "incident", "--job", journal, "-o", file).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert '"TrainingJobName":"one"' in text
    assert '"usual":{"s_InProgress_Starting":[5.0,5.0]}' in text


# --- What can't be done -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Name a format"),
        (("-o", "picture.doc"), "ends in one of .svg, .png"),
        (("--format", "smoke"), "smoke"),
        (("--format", "svg", "--given", "spot"), "FEATURE=yes"),
        (("--format", "dot", "--job", LIST), "svg, png, pdf, not dot"),
        (("-o", "fleet.mmd", "--fleet", LIST), "svg, png, pdf, not mermaid"),
        (("--format", "svg", "--job", LIST, "--fleet", LIST), "exclude each other"),
        (("--format", "svg", "--name", "one"), "--name goes with --job"),
        (("--format", "svg", "--look", "blue"), "blue"),
        (("--format", "svg", "--detail", "most"), "most"),
        (("--format", "html", "--detail", "usual"), "html always has everything"),
        (("-o", "life.csv", "--detail", "all"), "csv always has everything"),
        (("--format", "svg", "--job", LIST, "--job", LIST), "several jobs take --view incident"),
        (
            ("--format", "svg", "--job", LIST, "--name", "a", "--name", "b"),
            "several jobs take --view incident",
        ),
        (("--format", "svg", "--view", "incident"), "the incident view takes --job FILE"),
        (
            ("--format", "svg", "--view", "incident", "--job", LIST, "--detail", "all"),
            "go with the life cycle",
        ),
        (("--format", "svg", "--journal", "jobs.db"), "--journal goes with --view incident"),
        (("--format", "svg", "--page", "x.html"), "--page goes with --view incident"),
        (("--format", "text"), "not text"),
        (
            ("--format", "dot", "--view", "incident", "--job", LIST),
            "incidents are drawn as svg, png, text, html, not dot",
        ),
    ],
)
def test_wrong_options(options: tuple[object, ...], said: str) -> None:
    """They end it with exit code 2, and say what would be right."""
    ran = jobstate("diagram", *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())


@pytest.mark.parametrize("option", ["--job", "--fleet"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "there is no answer about a job in it"),
        ("{}", "got an empty mapping"),
        ("{", "line 1"),
        (f"{json.dumps(item('one'))}\n{{}}", "got an empty mapping"),
    ],
)
def test_what_can_not_be_read(option: str, text: str, said: str, tmp_path: Path) -> None:
    """Nothing is drawn of answers that can't be read, and what is wrong with them is said."""
    file = tmp_path / "answers.json"
    file.write_text(text)
    ran = jobstate("diagram", option, file, "--format", "svg")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_a_tool_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing and what to do stands in one line."""
    error = ToolMissingError("dot", "draws it", "install it")

    def missing(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(diagram, "picture", missing)
    ran = jobstate("diagram", "--format", "svg")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", f"{error}\n")


def test_an_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bitmap without what draws it ends in one line, and writes no file."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    ran = jobstate("diagram", "--output", tmp_path / "life.png")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "PNG, unlike SVG, needs resvg_py: pip install 'jobstate[diagrams]'\n"
    assert not list(tmp_path.iterdir())


# --- Writing to a file --------------------------------------------------------------------------


def test_a_file_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    """Writing changes what a file says and nothing else about it."""
    file, link = tmp_path / "real.mmd", tmp_path / "link.mmd"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    assert jobstate("diagram", "--format", "mermaid", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert "stateDiagram" in file.read_text(encoding="utf-8")


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, what was there is still there, and no part of a file is left."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "picture.dot"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", full)
    ran = jobstate("diagram", "--format", "dot", "-o", file)
    assert (ran.exit_code, ran.stderr) == (2, f"{file}: No space left on device\n")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_can_not_be_written(tmp_path: Path) -> None:
    """A folder, or a file in a folder that is not there, is refused with exit code 2."""
    for path in (tmp_path, tmp_path / "none" / "picture"):
        ran = jobstate("diagram", "--format", "dot", "-o", path)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"{path}: ")


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """What is no plain file is not replaced by one."""
    null = Path("/dev/null")
    if not null.exists():
        pytest.skip("no such device here")
    assert jobstate("diagram", "--format", "dot", "-o", null).exit_code == 0
    assert not null.is_file()
    assert list(tmp_path.iterdir()) == []
