"""What is drawn fits, says the worst first, and counts the rest; nothing moves the cursor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

import watched
from jobstate import Tracker
from jobstate.aws import FollowStep
from jobstate.cli.terminal import Paint, without_escapes
from jobstate.cli.usual import journal_times
from jobstate.cli.watch.arrangement import arranged, counts_of
from jobstate.cli.watch.board import Board
from jobstate.cli.watch.drawing import Scene, keys_of_table, table_lines
from jobstate.cli.watch.jobs import WatchedJob
from jobstate.cli.watch.live import screen_lines
from jobstate.cli.watch.looks import Glance
from jobstate.cli.watch.passed import strip
from jobstate.cli.watch.view import Order, TableView
from jobstate.cli.width import columns_of
from jobstate.journal import Journal
from jobstate.kinds import KINDS
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import described, item
from tests.support.lives_for_tests import told

if TYPE_CHECKING:
    from pathlib import Path

HEIGHT = 24


def lines(
    scene: Scene, width: int, view: TableView | None = None, height: int = HEIGHT
) -> list[str]:
    """Return what is drawn, without its colours."""
    drawn = screen_lines(scene, view or TableView(), Paint(wanted=True, width=width), height)
    return [without_escapes(line) for line in drawn]


def only(**more: Any) -> Scene:
    """Return a table of one job."""
    job = WatchedJob(lifecycle=TRAINING_JOB, id="tide", name="tide")
    return Scene(jobs=(evolve(job, **more),), now=watched.NOW, usual={})


# --- The room that there is ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 5, 50, 500])
@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("height", [3, 10, 24, 60])
def test_it_fits(size: int, width: int, height: int) -> None:
    """No line is wider, none too many; what there is no room for is counted."""
    scene = watched.many(size)
    for view in (
        TableView(),
        TableView(order=Order.NAME, selected=scene.jobs[-1].key if size else None),
        TableView(wanted="churn", typing=True),
        TableView(opened=True, selected=scene.jobs[0].key if size else None),
        TableView(helped=True),
    ):
        drawn = lines(scene, width, view, height)
        assert len(drawn) <= height
        assert [line for line in drawn if columns_of(line) > width] == []
    if size > height > 10 and width >= 80:
        (rest,) = (line for line in lines(scene, width, None, height) if "more:" in line)
        shown = len(lines(scene, width, None, height)) - 4 - (width == 80)
        assert rest.startswith(f"… {size - shown} more: ")


def test_those_that_need_a_look_come_first() -> None:
    """Of 500 on 24 lines: what can't be true, what failed, what can't be asked about."""
    scene = watched.many(500)
    order = [line.job for line in arranged(scene.jobs, TableView()) if line.job]
    looks = [job.needs_a_look for job in order]
    assert looks == sorted(looks, reverse=True)
    over = [job.over for job in order if not job.needs_a_look]
    assert over == sorted(over)
    assert len(order) == 500


def test_the_columns() -> None:
    """With more room there is more: strips, usual times, reasons."""
    wide, narrow, narrowest = (lines(watched.some(), width) for width in (200, 80, 40))
    row = next(line for line in wide if "churn-2026-10-05" in line)
    assert row.split() == [
        *("churn-2026-10-05", "SDT", "Training"),
        *("1", "h", "58", "min", "45", "min", "(1.8", "h)"),
    ]
    row = next(line for line in narrow if "churn-2026-10-05" in line)
    assert row.split() == ["churn-2026-10-05", "SDT", "Training", "2.0", "h"]
    row = next(line for line in narrowest if "ranker-small" in line)
    assert row.split() == ["ranker-small", "Training", "17", "min"]
    assert any("“CapacityError: Unable to provision" in line for line in wide)


def test_what_takes_longer_than_usual_is_marked() -> None:
    """Longer than 19 of 20 jobs."""
    drawn = table_lines(watched.some(), TableView(), Paint(wanted=True, width=200), HEIGHT)
    late = next(line for line in drawn if "churn-2026-10-05" in line)
    assert "\x1b[33m1 h 58 min\x1b[0m" in late
    assert "\x1b[33m" not in next(line for line in drawn if "ranker-small" in line)


def test_days() -> None:
    """Where there is little room a length has one unit."""
    for hours, text in ((0.5, "30 min"), (1.5, "1.5 h"), (36, "1.5 d")):
        since = watched.NOW - timedelta(hours=hours)
        assert text in lines(only(status="Training", since=since), 80)[-1]
    assert "0 s" in lines(only(status="Training", since=watched.NOW + timedelta(hours=1)), 80)[-1]


def test_the_mark_stays_in_sight() -> None:
    """However far down it goes."""
    scene = watched.many(500)
    for key in keys_of_table(scene, TableView())[::50]:
        drawn = lines(scene, 200, TableView(selected=key))
        (marked,) = (line for line in drawn if line.startswith(">"))
        assert key.id.rpartition("/")[2] in marked


def test_without_colours() -> None:
    """Strips are initials still."""
    drawn = table_lines(watched.some(), TableView(), Paint(width=80), HEIGHT)
    assert not any("\x1b" in line for line in drawn)
    assert any("STISDT" in line for line in drawn)


# --- What is said of a job ----------------------------------------------------------------------


def test_hostile_texts() -> None:
    """Names, reasons, statuses and troubles print nothing that a terminal obeys."""
    evil = "\x1b[2J\x1b]0;owned\x07\u202e\n\r\x9b1m"
    answer = {**described(("Starting", 9), name="tide"), "FailureReason": evil}
    tracker, board = Tracker(KINDS), Board()
    strange = {**answer, "TrainingJobStatus": f"Odd{evil}", "SecondaryStatus": evil}
    for each in (answer, strange):
        seen = tracker.observe(each)
        job = tracker[seen.job]
        step = FollowStep(each, job, seen.events, job.result, final=False)
        board.take(Glance("tide", TRAINING_JOB, step))
    (known,) = board.jobs
    shown = evolve(known, name=f"tide{evil}", trouble=evil, error=evil, reason=evil)
    parent = JobKey(TRAINING_JOB.name, evil)
    scene = Scene(jobs=(evolve(shown, parent=parent),), now=watched.NOW, usual={}, note=evil)
    for width in (40, 80, 200):
        for view in (TableView(wanted="odd"), TableView(opened=True, selected=shown.key)):
            drawn = screen_lines(scene, view, Paint(width=width), HEIGHT)
            assert all(line.isprintable() for line in drawn)
            assert len(drawn) > 3


def test_wide_characters() -> None:
    """They take two columns each."""
    scene = only(name="潮" * 40, status="Training", since=watched.NOW)
    for width in (40, 80):
        assert max(map(columns_of, lines(scene, width))) <= width


def test_an_opened_job() -> None:
    """Its story, how long jobs usually stay there, what it broke; a long one is scrolled."""
    scene = watched.some()
    by_name = {job.name: job for job in scene.jobs}

    def opened(name: str, height: int = 40, scrolled: int = 0) -> list[str]:
        view = TableView(opened=True, selected=by_name[name].key, scrolled=scrolled)
        return lines(scene, 100, view, height)

    running = "\n".join(opened("churn-2026-10-05"))
    assert "there for 1 h 58 min; half of all jobs stay for 45 min at most" in running
    assert "Downloading             07:31:00" in running
    broken = "\n".join(opened("night-run"))
    assert "error illegal-transition" in broken
    assert "because: " in broken
    assert "belongs to arn:" in "\n".join(opened("sweep-17-002"))
    assert "CUDA out of memory" in "\n".join(opened("demand-eu"))
    assert "look at its name" in "\n".join(opened("chrun-2026-10-07"))
    assert "throttled" in "\n".join(opened("churn-2026-10-06"))
    assert opened("sweep-17")[0].startswith("sweep-17  InProgress: still running")
    assert "I  InProgress" in "\n".join(opened("sweep-17"))
    short = opened("night-run", 6)
    assert "more lines" in short[-1]
    assert opened("night-run", 6, 1)[0] == opened("night-run")[1]
    assert "more lines" not in opened("night-run", 6, 1_000_000)[-1]


def test_a_status_that_nobody_knows() -> None:
    """It is said in the table and in the job's story."""
    answer = item("tide", "Hibernating")
    tracker = Tracker(KINDS)
    seen = tracker.observe(answer)
    job = tracker[seen.job]
    step = FollowStep(answer, job, seen.events, job.result, final=False)
    shown = WatchedJob(lifecycle=TRAINING_JOB, id=job.id, name=job.name).after(step)
    scene = Scene(jobs=(shown,), now=watched.NOW, usual={})
    assert "no such status: Hibernating" in "\n".join(lines(scene, 100))
    told_of = lines(scene, 100, TableView(opened=True, selected=shown.key))
    assert any("which sagemaker-training-job" in line for line in told_of)


def test_a_status_in_two_words() -> None:
    """A job that is being stopped says so, whatever it still does."""
    life = told("stopped")
    answer = life.at(life.changes[3])
    tracker = Tracker(TRAINING_JOB)
    seen = tracker.observe(answer)
    job = tracker[seen.job]
    step = FollowStep(answer, job, seen.events, job.result, final=False)
    shown = WatchedJob(lifecycle=TRAINING_JOB, id="x", name="x").after(step)
    assert shown.status == "Stopping/Training"


# --- Families and order -------------------------------------------------------------------------


def family(children: int, **more: Any) -> list[WatchedJob]:
    """Return a job and its children."""
    parent = WatchedJob(lifecycle=TRAINING_JOB, id="p", name="p", status="Training")
    child = evolve(parent, parent=parent.key, **more)
    named = (evolve(child, id=f"c{n:03}", name=f"c{n:03}") for n in range(children))
    return [*named, parent]


def test_many_children_are_counted() -> None:
    """Of twenty five are shown, and those that need a look."""
    jobs = family(20)
    jobs[7] = evolve(jobs[7], error="gone wrong")
    scene = Scene(jobs=jobs, now=watched.NOW, usual={})
    drawn = lines(scene, 100)
    assert [line.split()[1] for line in drawn if "└" in line] == ["c007", *_names(0, 5), "14"]
    assert "└ 14 more: " in "\n".join(drawn)
    looked_for = lines(scene, 100, TableView(wanted="c0"), 60)
    assert sum("c0" in line for line in looked_for) == 21  # with the line that says so
    assert len(arranged(family(6, error="no"), TableView())) == 7


def _names(begin: int, end: int) -> list[str]:
    return [f"c{number:03}" for number in range(begin, end)]


def test_a_family_comes_with_its_worst() -> None:
    """A child that needs a look takes its parent along; circles are no families."""
    calm = WatchedJob(lifecycle=TRAINING_JOB, id="a", name="a", status="Training")
    jobs = [calm, *family(1, error="no")]
    shown = [line.job.name for line in arranged(jobs, TableView()) if line.job]
    assert shown == ["p", "c000", "a"]
    circle = [
        evolve(calm, parent=JobKey(TRAINING_JOB.name, "b")),
        evolve(calm, id="b", parent=calm.key),
    ]
    assert len(arranged(circle, TableView())) == 2
    assert len(arranged([evolve(calm, parent=calm.key)], TableView())) == 1


def test_orders() -> None:
    """By name, by status, by how long they have been there."""
    scene = watched.some()
    names = [
        line.job.name
        for line in arranged(scene.jobs, TableView(order=Order.NAME))
        if line.job and not line.depth
    ]
    assert names == sorted(names)
    for order in (Order.STATUS, Order.LONGEST):
        found = [
            line.job
            for line in arranged(scene.jobs, TableView(order=order))
            if line.job and not line.depth
        ]
        over = [job.over for job in found]
        assert over == sorted(over)
    assert counts_of(scene.jobs).startswith("7 still running, 2 succeeded, 3 failed")


# --- Strips and usual times ---------------------------------------------------------------------


def test_strips() -> None:
    """A cell for each stay; of many the newest; what is no letter is a question mark."""
    plain = Paint()
    assert strip(TRAINING_JOB, ["Starting", "Training"], 8, plain) == "ST"
    assert strip(TRAINING_JOB, ["Starting", "Training"] * 9, 8, plain) == "…TSTSTST"
    assert strip(TRAINING_JOB, ["\x1b[2J", "", "é"], 8, plain) == "???"
    # Strange is #d70087, work #005fff, by the six strengths of each light that terminals have.
    coloured = strip(TRAINING_JOB, ["Odd", "Training"], 8, Paint(wanted=True))
    odd, training, end = coloured.split("\x1b[0m")
    assert odd == f"\x1b[38;5;231;48;5;{16 + 36 * 4 + 6 * 0 + 2}mO"
    assert training == f"\x1b[38;5;231;48;5;{16 + 36 * 0 + 6 * 1 + 5}mT"
    assert end == ""


def test_usual_times(tmp_path: Path) -> None:
    """What a journal kept of stays that have ended, by kind and state."""
    path = tmp_path / "jobs.db"
    with Tracker(KINDS, journal=Journal(path, durability="normal")) as tracker:
        for number in range(20):
            life = told("completed", job=f"tide-{number}", after=number)
            tracker.observe(life.at(life.end))
    usual = journal_times(str(path))
    half = usual[TRAINING_JOB.name, "InProgress/Training"].half
    assert abs(half - timedelta(seconds=600)) < timedelta(seconds=3)
    assert (TRAINING_JOB.name, "Completed/Completed") not in usual
