"""One story of `kills`: the lives of some jobs, and the processes that hear of them.

Each is killed by SIGKILL but the last; then what they have left is compared with the lives
(`kill_verdict`). What a process does stands in `killed`. They are forked from this one, which has
one thread and all modules loaded.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import time
import traceback
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import Factory, define

from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import killed
from tests.campaigns.kill_verdict import (
    RUN,
    Kept,
    judge_acknowledged,
    judge_facts,
    judge_heard,
    judge_numbers,
    lines_of,
    rows_of,
)
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from jobstate.model.life import Life

#: How many jobs there are.
_JOBS: Final = 40
#: Where to hit: what a child says before, how often it is chosen, how long to wait then at most.
_PHASES: Final = {
    "start-up": (killed.STARTING, 35, 0.04),
    "running": (killed.RUNNING, 40, 0.08),
    "closing": (killed.CLOSING, 25, 0.03),
}
_NAMES: Final = {mark: name for name, (mark, _, _) in _PHASES.items()}
#: A child that says nothing new for so many seconds hangs.
_PATIENCE: Final = 90.0


@define
class Found:
    """What stories have brought.

    Attributes:
        hits: Where kills hit.
        ended: How many children ended before they could be killed, or in peace.
        answers: How many answers were acknowledged.
        events: How many events there were.
        lines: Listener → how often it was told.
        repeats: Likewise, how often of what it had heard.
        rows: How many events the idempotent sink has.
        faults: What must not be: (where, what).
    """

    hits: Counter[str] = Factory(Counter)
    ended: int = 0
    answers: int = 0
    events: int = 0
    lines: Counter[str] = Factory(Counter)
    repeats: Counter[str] = Factory(Counter)
    rows: int = 0
    faults: list[tuple[str, str]] = Factory(list)

    def add(self, other: Found) -> None:
        """Add what another story has brought."""
        self.hits += other.hits
        self.ended += other.ended
        self.answers += other.answers
        self.events += other.events
        self.lines += other.lines
        self.repeats += other.repeats
        self.rows += other.rows
        self.faults += other.faults


class Story:
    """The lives of some jobs, and the processes that hear of them."""

    def __init__(self, folder: Path, seed: str, fault: str) -> None:
        """Draw what is true.

        Args:
            folder: Where files may be.
            seed: Of all that is drawn.
            fault: What is wrong with the children, by intent.
        """
        self.found = Found()
        self._seed = seed
        self._fault = fault
        self._place = killed.Place(folder)
        self._rng = random.Random(seed)
        self._lives = {life.job.arn: life for life in map(self._life, range(_JOBS))}
        self._answers = [
            (life, when, life.observation(when))
            for life in self._lives.values()
            for when in life.changes
        ]
        warm = Tracker(TRAINING_JOB)
        for _, _, answer in self._answers:
            warm.observe(answer)
        self._unheard = set(range(len(self._answers)))
        self._killed: dict[int, bool] = {}
        self._durability = self._rng.choice(["full", "normal"])
        self._checkpoint = self._rng.choice([4, 40, 4_000])
        self._settled = self._rng.choice([3, 20, 256])
        self._capacity = self._rng.choice([2, 10, 1_000])

    def _life(self, number: int) -> Life:
        name = self._rng.choice(sorted(STORIES))
        return told(name, job=f"job-{number}", after=7.0 * number)

    def run(self, kills: int) -> Found:
        """Kill so many processes, let one end in peace, and compare."""
        while self.found.hits.total() < kills and not self.found.faults:
            (phase,) = self._rng.choices(list(_PHASES), [often for _, often, _ in _PHASES.values()])
            self._turn(phase)
        self._turn(None)
        self._judge()
        return self.found

    # --- One process ------------------------------------------------------------------------------

    def _turn(self, phase: str | None) -> None:
        """Start a process, and kill it in some phase, or let it end."""
        number = len(self._killed)
        for name in killed.LISTENERS:
            _add_line(self._place.heard(name), f"{RUN}{number}")
        task = self._task(number, healthy=phase is None)
        mark, _, most = _PHASES.get(phase or "", (killed.ENDED, 0, 0.0))
        with _forked(task) as (child, marks):
            said = _wait_for(mark, marks)
            time.sleep(self._rng.uniform(0, most))  # the moment of the kill
            if mark not in said or phase is not None:
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            said += os.read(marks, 16)
        self._note(number, status, said)
        if phase is None and self._killed[number]:
            self._blame("a process", [f"hangs after saying {said!r}"])

    def _task(self, number: int, *, healthy: bool) -> killed.Task:
        rng = self._rng
        unheard = sorted(self._unheard)
        chosen = unheard if healthy else rng.sample(unheard, min(len(unheard), rng.randint(1, 40)))
        chosen += rng.sample(range(len(self._answers)), rng.randint(0, 20))  # some of them again
        rng.shuffle(chosen)
        return killed.Task(
            place=self._place,
            run=number,
            seed=f"{self._seed} {number}",
            durability=self._durability,
            answers=[(each, self._answers[each][2]) for each in chosen],
            threads=rng.randint(2, 5),
            page=rng.choice([1, 5]),
            capacity=self._capacity,
            settled=self._settled,
            checkpoint=self._checkpoint,
            healthy=healthy,
            fault=self._fault,
        )

    def _note(self, number: int, status: int, said: bytes) -> None:
        """Take note of how a process ended, and see whether it kept what it acknowledged."""
        self._killed[number] = os.WIFSIGNALED(status)
        if self._killed[number]:
            self.found.hits[_NAMES.get(said[-1:], "start-up")] += 1
        else:
            self.found.ended += 1
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            self._blame("a process", ["\n".join(lines_of(self._place.error))])
        kept = Kept.read(self._copied())
        answered = {int(line) for line in lines_of(self._place.answered)}
        self._unheard -= answered
        seen: dict[str, datetime] = {}
        for each in answered:
            life, when, _ = self._answers[each]
            seen[life.job.arn] = max(when, seen.get(life.job.arn, when))
        self._blame("the journal", kept.problems + judge_acknowledged(self._lives, seen, kept))

    def _copied(self) -> Path:
        """Return a copy of the journal, so that looking at it changes nothing."""
        path, folder = self._place.journal, self._place.folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for each in (path, path.with_name(f"{path.name}-wal")):
            if each.exists():
                shutil.copy(each, folder)
        return folder / path.name

    # --- In the end -------------------------------------------------------------------------------

    def _judge(self) -> None:
        found, kept = self.found, Kept.read(self._place.journal)
        found.answers = len(self._answers) - len(self._unheard)
        found.events = len(kept.events)
        self._blame("the journal", kept.problems + judge_facts(self._lives, kept))
        self._blame("the journal", judge_numbers(lines_of(self._place.posted), kept))
        for name, lanes in killed.LISTENERS.items():
            lines = lines_of(self._place.heard(name))
            heard = judge_heard(lines, kept, lanes, self._killed)
            found.lines[name], found.repeats[name] = heard.lines, heard.repeats
            self._blame(name, heard.faults)
        rows = rows_of(self._place.table)
        found.rows = len(rows)
        if set(rows) != kept.events.keys():
            self._blame("the idempotent sink", ["has others than the journal"])

    def _blame(self, where: str, faults: list[str]) -> None:
        self.found.faults += [(where, each) for each in faults]


def _add_line(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@contextmanager
def _forked(task: killed.Task) -> Iterator[tuple[int, int]]:
    """Start a process; give its id, and the file on which it says how far it is."""
    marks, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            killed.run(task, writing)
            code = 0
        except BaseException:  # noqa: BLE001 - the parent reads it
            task.place.error.write_text(traceback.format_exc(), encoding="utf-8")
        finally:
            os._exit(code)
    os.close(writing)
    try:
        yield child, marks
    finally:
        os.close(marks)


def _wait_for(mark: bytes, marks: int) -> bytes:
    """Return what a child says until it says this, ends, or says nothing for long."""
    said = b""
    while mark not in said and select.select([marks], [], [], _PATIENCE)[0]:
        more = os.read(marks, 16)
        if not more:
            break
        said += more
    return said
