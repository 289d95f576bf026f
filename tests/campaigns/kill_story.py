"""One story of `kills`: the lives of some jobs, and the processes that hear of them.

Each is killed by SIGKILL but the last; then what they have left is compared with the lives
(`kill_verdict`). Beside them another process follows the journal, which is killed by itself, with
them, or not at all. What a process does stands in `killed`. They are forked from this one, which
has one thread and all modules loaded.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import sqlite3
import time
import traceback
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
import anyio.lowlevel
from attrs import Factory, define

from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import killed
from tests.campaigns.kill_verdict import (
    RUN,
    Ever,
    Kept,
    facts_of,
    judge_acknowledged,
    judge_facts,
    judge_followed,
    judge_heard,
    judge_numbers,
    lines_of,
    rows_of,
)
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
#: How likely a job of a run is to be forgotten, and a follower to begin, and to be killed: with the
#: process that it follows, or after it.
_FORGOTTEN, _BEGUN, _KILLED = 0.15, 0.7, 0.15
#: How often it is asked whether the follower has come to the end, in seconds.
_LOOK: Final = 0.005
#: A child that says nothing new for so many seconds hangs.
_PATIENCE: Final = 90.0


@define
class Found:
    """What stories have brought.

    Attributes:
        hits: Where kills hit.
        traits: What the stories were like → how many of the kills were in such ones.
        followers: How many followers were killed.
        followed: How many events they have read.
        parked: How many jobs were parked when a process was killed.
        forgotten: How many jobs were forgotten.
        unsaid: How many transactions were written, but not said in the log's index.
        ended: How many children ended before they could be killed, or in peace.
        answers: How many answers were acknowledged.
        events: How many events there were.
        lines: Listener → how often it was told.
        repeats: Likewise, how often of what it had heard.
        rows: How many events the idempotent sink has.
        faults: What must not be: (where, what).
    """

    hits: Counter[str] = Factory(Counter)
    traits: Counter[str] = Factory(Counter)
    followers: int = 0
    followed: int = 0
    parked: int = 0
    forgotten: int = 0
    unsaid: int = 0
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
        self.traits += other.traits
        self.followers += other.followers
        self.followed += other.followed
        self.parked += other.parked
        self.forgotten += other.forgotten
        self.unsaid += other.unsaid
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
        self._place.link()
        self._rng = random.Random(seed)
        self._forgets = self._rng.random() < 0.5
        self._asynchronous = self._rng.random() < 0.5
        self._retention = self._rng.choice([None, 0, 3]) if self._forgets else None
        self._keep = self._rng.choice([timedelta(0), timedelta(0), timedelta(days=1)])
        self._sweep = self._rng.choice([1, 8, 64])
        self._follower = Follower(self._place, fault)
        self._ever = Ever()
        self._lives = {life.job.id: life for life in map(self._life, range(_JOBS))}
        self._answers = [
            (life, when, life.observation(when))
            for life in self._lives.values()
            for when in life.changes
        ]
        warm = Tracker(TRAINING_JOB)
        for _, _, answer in self._answers:
            warm.observe(answer)
        anyio.run(anyio.lowlevel.checkpoint)  # what that imports, children need not
        self._unheard = set(range(len(self._answers)))
        self._over: set[str] = set()
        self._killed: dict[int, bool] = {}
        self._durability = self._rng.choice(["full", "normal"])
        self._checkpoint = self._rng.choice([4, 40, 4_000])
        self._settled = self._rng.choice([3, 20, 256])
        self._capacity = self._rng.choice([2, 10, 1_000])

    def _life(self, number: int) -> Life:
        # Where jobs are forgotten, none may go on when it has finished.
        name = self._rng.choice(sorted(STORIES.keys() - ({"deleted"} if self._forgets else set())))
        return told(name, job=f"job-{number}", after=7.0 * number)

    def run(self, kills: int) -> Found:
        """Kill so many processes, let one end in peace, and compare."""
        try:
            while self.found.hits.total() < kills and not self.found.faults:
                phases, often = list(_PHASES), [often for _, often, _ in _PHASES.values()]
                (phase,) = self._rng.choices(phases, often)
                self._turn(phase)
            self._turn(None)
            self._judge()
        finally:
            self._follower.kill()
        return self.found

    # --- One process ------------------------------------------------------------------------------

    def _turn(self, phase: str | None) -> None:
        """Start a process, and kill it in some phase, or let it end."""
        number = len(self._killed)
        for name in killed.LISTENERS:
            _add_line(self._place.heard(name), f"{RUN}{number}")
        if not self._follower.goes_on and self._rng.random() < _BEGUN:
            self._follower.begin(self._rng.choice(self._place.paths))
        task = self._task(number, healthy=phase is None)
        mark, _, most = _PHASES.get(phase or "", (killed.ENDED, 0, 0.0))
        with _forked(task) as (child, marks):
            said = _wait_for(mark, marks)
            time.sleep(self._rng.uniform(0, most))  # the moment of the kill
            self._meet_follower()
            if mark not in said or phase is not None:
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            said += os.read(marks, 16)
        self._meet_follower()
        self._note(number, status, said)
        if phase is None and self._killed[number]:
            self._blame("a process", [f"hangs after saying {said!r}"])

    def _meet_follower(self) -> None:
        if self._follower.goes_on and self._rng.random() < _KILLED:
            self._follower.kill()
            self.found.followers += 1

    def _task(self, number: int, *, healthy: bool) -> killed.Task:
        rng = self._rng
        unheard = sorted(self._unheard)
        chosen = unheard if healthy else rng.sample(unheard, min(len(unheard), rng.randint(1, 40)))
        again = rng.sample(range(len(self._answers)), rng.randint(0, 20))  # some of them again
        chosen = self._in_turn({*chosen, *again}) if self._forgets else chosen + again
        if not self._forgets:
            rng.shuffle(chosen)
        last = {self._answers[each][0].job: each for each in chosen}.values()
        return killed.Task(
            place=self._place,
            path=rng.choice(self._place.paths),
            run=number,
            seed=f"{self._seed} {number}",
            durability=self._durability,
            answers=[(each, self._answers[each][2]) for each in chosen],
            forget=frozenset(n for n in last if self._forgets and rng.random() < _FORGOTTEN),
            retention=self._retention,
            keep=self._keep,
            sweep=self._sweep,
            asynchronous=self._asynchronous,
            in_turn=self._forgets,
            threads=rng.randint(2, 5),
            page=rng.choice([1, 5]),
            capacity=self._capacity,
            settled=self._settled,
            checkpoint=self._checkpoint,
            healthy=healthy,
            fault=self._fault,
        )

    def _in_turn(self, numbers: set[int]) -> list[int]:
        """Return answers shuffled, but each job's in order, and none of a job that has finished.

        Of one that was forgotten any answer would be news; of one that has finished, too, as soon
        as it is forgotten.
        """
        mine = {each for each in numbers if self._answers[each][0].job.id not in self._over}
        jobs = [self._answers[each][0].job for each in sorted(mine)]
        waiting = {
            job: iter([n for n in sorted(mine) if self._answers[n][0].job == job]) for job in jobs
        }
        self._rng.shuffle(jobs)
        return [next(waiting[job]) for job in jobs]

    def _note(self, number: int, status: int, said: bytes) -> None:
        """Take note of how a process ended, and see whether it kept what it acknowledged."""
        self._killed[number] = os.WIFSIGNALED(status)
        for path in self._place.witnesses:
            cut_torn(path)
        if self._killed[number]:
            self.found.hits[_NAMES.get(said[-1:], "start-up")] += 1
        else:
            self.found.ended += 1
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            self._blame("a process", ["\n".join(lines_of(self._place.error))])
        place, kept = self._place, self._kept()
        self.found.parked += kept.parked
        forgetting, posted = lines_of(place.forgetting), lines_of(place.posted)
        self._blame("the journal", kept.problems + self._ever.take(kept, forgetting, posted))
        answered = {int(line) for line in lines_of(place.answered)}
        self._unheard -= answered
        seen: dict[str, datetime] = {}
        for each in answered:
            life, when, _ = self._answers[each]
            if life.job.id not in self._ever.gone:
                seen[life.job.id] = max(when, seen.get(life.job.id, when))
        self._blame("the journal", judge_acknowledged(self._lives, seen, kept))
        there = kept.jobs - kept.forgotten
        still = [arn for arn in lines_of(place.forgotten) if arn in there]
        self._blame("the journal", [f"acknowledged and not kept: {arn} forgotten" for arn in still])
        if self._forgets:
            over = {arn for arn, life in self._lives.items() if kept.facts[arn] == facts_of(life)}
            self._over = over | self._ever.gone
            mine = (n for n in self._unheard if self._answers[n][0].job.id not in self._over)
            self._unheard = set(mine)

    def _kept(self) -> Kept:
        """Return what the last process has left; looking changes nothing.

        But for this: it may have written a transaction without coming to say so in the log's index.
        That is lost while a follower has the index, and found again once nobody has, and nobody was
        told of it. Then it is lost for good, lest nobody knows.
        """
        kept, path = Kept.read(self._copied()), self._place.journal
        is_indexed = self._follower.goes_on and path.with_name(f"{path.name}-shm").exists()
        if is_indexed and (there := Kept.read(path, "ro")) != kept:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.found.unsaid += 1
            return there
        return kept

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
        found, ever, kept = self.found, self._ever, Kept.read(self._place.journal)
        found.answers = len(self._answers) - len(self._unheard)
        found.events, found.forgotten = len(ever.events), len(ever.gone)
        for trait in self._traits():
            found.traits[trait] = found.hits.total()
        self._blame("the journal", kept.problems + judge_facts(self._lives, kept, ever))
        self._blame("the journal", judge_numbers(lines_of(self._place.posted), ever))
        self._blame("the follower", self._follower.catch_up(kept))
        followed = lines_of(self._place.followed)
        found.followed = len(followed)
        self._blame("the follower", judge_followed(followed, ever))
        for name, lanes in killed.LISTENERS.items():
            lines = lines_of(self._place.heard(name))
            heard = judge_heard(lines, ever, lanes, self._killed)
            found.lines[name], found.repeats[name] = heard.lines, heard.repeats
            self._blame(name, heard.faults)
        rows = rows_of(self._place.table)
        found.rows = len(rows)
        if set(rows) != ever.events.keys():
            self._blame("the idempotent sink", ["has others than the journal"])

    def _traits(self) -> Iterator[str]:
        yield f"durability {self._durability}"
        yield "an event loop" if self._asynchronous else "threads alone"
        if self._forgets:
            yield "jobs forgotten"
        if self._retention is not None:
            yield "retention"

    def _blame(self, where: str, faults: list[str]) -> None:
        self.found.faults += [(where, each) for each in faults]


class Follower:
    """A process that reads along; another one goes on where it has ended."""

    def __init__(self, place: killed.Place, fault: str) -> None:
        """Prepare to follow.

        Args:
            place: Where the files are.
            fault: What is wrong with it, by intent.
        """
        self._place = place
        self._fault = fault
        self._child: int | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is one, for all that is known."""
        return self._child is not None

    def begin(self, path: Path) -> None:
        """Let one begin after the last event that one has read."""
        place = self._place
        follow = partial(killed.follow, place, path, self._newest, self._fault)
        self._child = _begun(follow, place.follower_error)

    def kill(self) -> None:
        """Kill it, if there is one."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = None
            cut_torn(self._place.followed)

    def catch_up(self, kept: Kept) -> list[str]:
        """Wait until it has read all that a journal has; return why it has not."""
        if self._child is None:
            self.begin(self._place.journal)
        newest = max((each.number for each in kept.events.values()), default=0)
        deadline = time.monotonic() + _PATIENCE
        while max(self._numbers, default=0) < newest and time.monotonic() < deadline:
            if self._place.follower_error.exists():
                break
            time.sleep(_LOOK)
        problem = "\n".join(lines_of(self._place.follower_error))
        return [problem] if problem else []

    @property
    def _newest(self) -> int:
        """The number of the last event that it has read."""
        return next(reversed(self._numbers), 0)

    @property
    def _numbers(self) -> list[int]:
        """The numbers of the events that it has read, as it read them."""
        return [int(line.partition(" ")[0]) for line in lines_of(self._place.followed)]


def cut_torn(path: Path) -> None:
    """Take the half of a line away that a kill has left: it was not said.

    A call that writes goes from page to page of the file, and is cut short between two.
    """
    if path.exists():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)


def _add_line(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@contextmanager
def _forked(task: killed.Task) -> Iterator[tuple[int, int]]:
    """Start a process; give its id, and the file on which it says how far it is."""
    marks, writing = os.pipe()
    child = _begun(partial(killed.run, task, writing), task.place.error)
    os.close(writing)
    try:
        yield child, marks
    finally:
        os.close(marks)


def _begun(run: Callable[[], object], error: Path) -> int:
    """Start a process that writes down why it ends, unless in peace; return its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run()
            code = 0
        except BaseException:  # noqa: BLE001 - the parent reads it
            error.write_text(traceback.format_exc(), encoding="utf-8")
        finally:
            os._exit(code)
    return child


def _wait_for(mark: bytes, marks: int) -> bytes:
    """Return what a child says until it says this, ends, or says nothing for long."""
    said = b""
    while mark not in said and select.select([marks], [], [], _PATIENCE)[0]:
        more = os.read(marks, 16)
        if not more:
            break
        said += more
    return said
