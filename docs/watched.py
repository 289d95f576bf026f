"""Made-up jobs on a table as `jobstate watch` draws it, and such a table as a picture."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from jobstate import Tracker
from jobstate.aws import FollowStep
from jobstate.cli.terminal import Paint
from jobstate.cli.watch.board import Board
from jobstate.cli.watch.drawing import Scene, table_lines
from jobstate.cli.watch.looks import GivenUp, Glance, Setback
from jobstate.cli.watch.view import TableView
from jobstate.diagrams.layout.geometry import number
from jobstate.diagrams.overlays.usual import UsualTime
from jobstate.diagrams.render.palette import DARK, LIGHT
from jobstate.diagrams.render.svg.elements import element
from jobstate.diagrams.stages import Stage
from jobstate.kinds import KINDS
from jobstate.model.drawing import Colour
from jobstate.model.life import Life, Stay
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB, TUNING_JOB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle

NOW: Final = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
ARN: Final = "arn:aws:sagemaker:eu-west-1:111122223333"
_OOM: Final = "AlgorithmError: ExecuteUserScriptError: CUDA out of memory, exit code: 1"
_FULL: Final = "CapacityError: Unable to provision requested ML compute capacity"
_USUAL: Final = {
    "Starting": (2, 6),
    "Downloading": (1, 3),
    "Training": (45, 110),
    "Uploading": (1, 2),
}


def described(name: str, way: str, failure: str = "", parent: str = "") -> list[dict[str, Any]]:
    """Return what is answered about a training job, at each of its changes until now.

    Args:
        name: Its name.
        way: Its states, each with the minutes that it lasts; it comes to the last one now.
        failure: Why it failed.
        parent: The tuning job that made it.
    """
    states = [each.split() for each in way.split(", ")]
    lasted = [timedelta(minutes=float(minutes)) for _, minutes in states]
    times = [NOW - sum(lasted, timedelta(0)) + before for before in accumulate(lasted[:-1])]
    begin = NOW - sum(lasted, timedelta(0))
    stays = [
        Stay(state if "/" in state else f"InProgress/{state}", time)
        for (state, _), time in zip(states, [begin, *times], strict=True)
    ]
    life = Life(
        lifecycle=TRAINING_JOB,
        job=JobKey(TRAINING_JOB.name, f"{ARN}:training-job/{name}", begin),
        stays=tuple(stays),
        features={"spot": "Interrupted" in way},
        failure=failure or None,
    )
    more = {"TuningJobArn": f"{ARN}:hyper-parameter-tuning-job/{parent}"} if parent else {}
    return [{**life.at(time), **more} for time in life.changes]


def _sweep(name: str) -> dict[str, Any]:
    begin = NOW - timedelta(minutes=75)
    life = Life(
        lifecycle=TUNING_JOB,
        job=JobKey(TUNING_JOB.name, f"{ARN}:hyper-parameter-tuning-job/{name}", begin),
        stays=(Stay("InProgress", begin),),
    )
    return life.at(NOW)


@cache
def some() -> Scene:
    """Return a table of a dozen jobs, with all that there can be on it."""
    board, tracker = Board(), Tracker(KINDS)
    up = "Uploading 1, Completed/Completed"

    def tell(kind: Lifecycle, *answers: Mapping[str, Any]) -> None:
        for answer in answers:
            seen = tracker.observe(answer)
            job = tracker[seen.job]
            step = FollowStep(answer, job, seen.events, job.result, job.result.final)
            board.take(Glance("list", kind, step))

    for name, way, failure in (
        ("churn-2026-10-05", "Starting 2, Downloading 1, Training 118", ""),
        ("churn-2026-10-04", f"Starting 3, Downloading 1, Training 51, {up} 980", ""),
        ("demand-eu", "Starting 2, Downloading 2, Training 34, Failed/Failed 12", _OOM),
        (
            "ranker-large",
            "Starting 4, Training 61, Interrupted 9, Starting 3, Downloading 3, Training 22",
            "",
        ),
        ("ranker-small", "Starting 2, Downloading 1, Training 17", ""),
        ("fraud-a", "Starting 2, Training 44, Stopping/Stopping 1, Stopped/Stopped 30", ""),
        (
            "fraud-b",
            "Starting 2, Training 240, Stopping/Stopping 1, Stopped/MaxRuntimeExceeded 5",
            "",
        ),
        ("embed-p5", "Starting 31, Failed/Failed 2", _FULL),
    ):
        tell(TRAINING_JOB, *described(name, way, failure))
    tell(TUNING_JOB, _sweep("sweep-17"))
    for child, way, failure in (
        ("sweep-17-001", f"Starting 2, Downloading 1, Training 38, {up} 25", ""),
        ("sweep-17-002", "Starting 2, Downloading 1, Training 11, Failed/Failed 40", _OOM),
        ("sweep-17-003", "Starting 2, Downloading 1, Training 26", ""),
        ("sweep-17-004", "Starting 2, Downloading 0.5", ""),
    ):
        tell(TRAINING_JOB, *described(child, way, failure, "sweep-17"))
    completed = described("night-run", f"Starting 2, Downloading 1, Training 60, {up} 3")[-1]
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime")
    item = {name: completed[name] for name in names}
    later = {"TrainingJobStatus": "InProgress", "LastModifiedTime": NOW}
    tell(TRAINING_JOB, completed, {**item, **later})
    board.expect("churn-2026-10-06", TRAINING_JOB)
    board.take(Setback("churn-2026-10-06", TRAINING_JOB, "throttled: Rate exceeded"))
    board.expect("chrun-2026-10-07", TRAINING_JOB)
    missing = LookupError("there is no such training job: look at its name")
    board.take(GivenUp("chrun-2026-10-07", TRAINING_JOB, missing))
    usual = {
        (TRAINING_JOB.name, f"InProgress/{status}"): UsualTime(
            timedelta(minutes=half), timedelta(minutes=most)
        )
        for status, (half, most) in _USUAL.items()
    }
    return Scene(jobs=board.jobs, now=NOW, usual=usual, keys=True)


@cache
def many(size: int) -> Scene:
    """Return a table with so many jobs."""
    jobs = some().jobs
    copies = (
        evolve(job, id=f"{job.id}-{copy}", name=f"{job.name}-{copy}", parent=None)
        for copy in range(size // len(jobs) + 1)
        for job in jobs
    )
    return evolve(some(), jobs=tuple(copies)[:size])


# --- A picture ----------------------------------------------------------------------------------

_WORDS: Final = re.compile(r"\S+(?: \S+)*")
_PIECE: Final = re.compile(r"\x1b\[([\d;]*)m|([^\x1b]+)")
#: The number of a colour → its name here.
_INKS: Final = {"31": Colour.RED, "32": Colour.GREEN, "33": Colour.BROWN}
#: What a stage's ground is called in a terminal → the stage.
_STAGES: Final = {
    Paint(wanted=True).cell("", stage).partition("m")[0].removeprefix("\x1b["): stage
    for stage in Stage
}
_WIDE, _HIGH, _EDGE = 8.4, 19.0, 14.0


def picture(columns: int) -> str:
    """Return the table as SVG text, on a terminal of so many columns; light or dark as the page."""
    scene = some()
    view = TableView(selected=scene.jobs[0].key)
    lines = table_lines(scene, view, Paint(wanted=True, width=columns), 40)
    width, height = columns * _WIDE + 2 * _EDGE, len(lines) * _HIGH + 2 * _EDGE
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-labelledby="t">',
        element("title", f"jobstate watch on a terminal of {columns} columns", id="t"),
        f"<style>\n{_sheet()}\n</style>",
        element("rect", class_="paper", width="100%", height="100%", rx="8"),
        *(part for row, line in enumerate(lines) for part in _row(row, line)),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _row(row: int, line: str) -> Iterator[str]:
    codes: set[str] = set()
    column = 0
    for code, text in _PIECE.findall(line):
        if not text:
            codes = set() if code == "0" else {*codes, code}
            continue
        yield from _run(row, column, text, codes)
        column += len(text)


def _run(row: int, column: int, text: str, codes: set[str]) -> Iterator[str]:
    """Yield a text in one colour, on its ground if it has one."""
    x, y = _EDGE + column * _WIDE, _EDGE + row * _HIGH
    ink = next((str(_INKS[code]) for code in codes if code in _INKS), "plain")
    if stage := next((_STAGES[code] for code in codes if code in _STAGES), None):
        ink = f"on-{stage}"
        ground: dict[str, Any] = {
            "x": number(x),
            "y": number(y + 1),
            "width": number(len(text) * _WIDE),
        }
        yield element("rect", class_=f"stage-{stage}", height="17", **ground)
    kinds = [ink, *(name for code, name in _LOOKS.items() if code in codes)]
    for words in _WORDS.finditer(text):  # each in its columns, whatever the font
        left = number(x + words.start() * _WIDE)
        length = number(len(words[0]) * _WIDE)
        place: dict[str, Any] = {"x": left, "y": number(y + 14), "textLength": length}
        yield element("text", words[0], class_=" ".join(kinds), **place)


_LOOKS: Final = {"1": "bold", "2": "faint"}


def _sheet() -> str:
    look = (
        "text { font: 14px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }"
        " .bold { font-weight: bold }"
    )
    return f"{look}\n{_theme(LIGHT)}\n@media (prefers-color-scheme: dark) {{ {_theme(DARK)} }}"


def _theme(theme: Any) -> str:  # noqa: ANN401 - one of the palette's
    inks: Sequence[str] = [f".{name} {{ fill: {ink.firm} }}" for name, ink in theme.inks.items()]
    rules = [
        f".paper {{ fill: {theme.paper} }}",
        f".plain {{ fill: {theme.text} }}",
        *inks,
        f".faint {{ fill: {theme.quiet} }}",
        *(
            f".stage-{stage} {{ fill: {ground.fill} }} .on-{stage} {{ fill: {ground.ink} }}"
            for stage, ground in theme.stages.items()
        ),
    ]
    return " ".join(rules)
