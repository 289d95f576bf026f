"""Two trackers race for one journal, by paths of two kinds: one of them writes.

Run it: `python -m tests.campaigns.races --count 1000`, some minutes. In each round two processes
begin at once, each by a path of another kind. The exit code is 1 if both wrote, or none did, or
something that was acknowledged is not in the file. With `--delete` the lock file is deleted
meanwhile: then one may take over from the other, but nothing acknowledged may be missing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jobstate import Tracker
from jobstate.errors import JournalError, JournalInUseError
from jobstate.journal import Journal, JournalReader
from jobstate.sagemaker import TRAINING_JOB
from tests.support.series import SERIES, renamed

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

#: How many jobs each process observes, each by itself.
_JOBS: Final = 10
#: How long the other process may take, in seconds.
_PATIENCE: Final = 60
#: How many problems are printed.
_SHOWN: Final = 20


def _linked_file(path: Path) -> tuple[Path, str]:
    link = path.parent.parent / f"link-{path.name}"
    link.symlink_to(path)
    return path.parent.parent, str(link)


def _linked_folder(path: Path) -> tuple[Path, str]:
    link = path.parent.parent / "folder"
    link.symlink_to(path.parent, target_is_directory=True)
    return path.parent.parent, str(link / path.name)


#: Each kind of path: gives a folder to be in, and the path from there.
KINDS: Final[dict[str, Callable[[Path], tuple[Path, str]]]] = {
    "absolute": lambda path: (path.parent.parent, str(path)),
    "relative": lambda path: (path.parent, path.name),
    "from above": lambda path: (path.parent.parent, f"{path.parent.name}/{path.name}"),
    "with ..": lambda path: (path.parent, f"../{path.parent.name}/./{path.name}"),
    "with //": lambda path: (path.parent, f"{path.parent}//{path.name}"),
    "begins with //": lambda path: (path.parent, f"/{path}"),
    "linked file": _linked_file,
    "linked folder": _linked_folder,
}


def race(connection: Connection) -> None:
    """Run in rounds, as told, until told nothing more."""
    for folder, path, name, delete in iter(connection.recv, None):
        os.chdir(folder)
        connection.send("ready")
        connection.recv()
        try:
            tracker = Tracker(TRAINING_JOB, journal=Journal(path, durability="normal"))
        except JournalError as error:
            if not delete and not isinstance(error, JournalInUseError):
                raise
            tracker = None
        os.chdir("/")
        kept = [] if tracker is None else list(_observed(tracker, name))
        connection.send(kept)
        connection.recv()  # the other one has tried, too
        if tracker is not None:
            with suppress(JournalError):
                tracker.close()
        connection.send("closed")


def _observed(tracker: Tracker, name: int) -> list[str]:
    kept = []
    for number in range(_JOBS):
        answer = renamed(SERIES[-1], name * _JOBS + number)
        with suppress(JournalError):
            tracker.observe(answer)
            kept.append(answer["TrainingJobArn"])
    return kept


class Racers:
    """Two processes that race, round after round."""

    def __init__(self) -> None:
        """Start them."""
        context = multiprocessing.get_context("spawn")
        self._ends = []
        self._processes = []
        for _ in range(2):
            mine, other = context.Pipe()
            self._ends.append(mine)
            self._processes.append(context.Process(target=race, args=(other,), daemon=True))
        for process in self._processes:
            process.start()

    def stop(self) -> None:
        """Let them end."""
        self._tell(None, None)
        for process in self._processes:
            process.join()

    def run(self, folder: Path, rng: random.Random, *, delete: bool) -> list[str]:
        """Run a round; return what was wrong.

        Args:
            folder: An empty one.
            rng: Says which kinds of paths there are.
            delete: Have the lock file deleted meanwhile.
        """
        path = folder / "inner" / "jobs.db"
        path.parent.mkdir()
        kinds = rng.sample(sorted(KINDS), 2)
        self._tell(*((*KINDS[kind](path), place, delete) for place, kind in enumerate(kinds)))
        self._hear()
        if rng.random() < 0.5:  # the file is there already
            Journal(path).close()
        self._tell("go", "go")
        while delete and not all(end.poll(0.001) for end in self._ends):
            with suppress(FileNotFoundError):
                path.with_name("jobs.db-lock").unlink()
        kept = self._hear()
        self._tell("close", "close")
        self._hear()
        with JournalReader(path) as reader:
            there = {key.id for key in reader.job_keys()}
        missing = {arn for arns in kept for arn in arns} - there
        problems = [f"{arn} was acknowledged, and is not there" for arn in sorted(missing)]
        if not delete and sorted(map(len, kept)) != [0, _JOBS]:
            problems.append(f"wrote {kept}")
        return [f"{kinds}: {problem}" for problem in problems]

    def _tell(self, *what: object) -> None:
        for end, each in zip(self._ends, what, strict=True):
            end.send(each)

    def _hear(self) -> list[list[str]]:
        for end in self._ends:
            if not end.poll(_PATIENCE):
                raise TimeoutError("a racer has come to a stop")
        return [end.recv() for end in self._ends]


def races(count: int, seed: int, *, delete: bool) -> list[str]:
    """Run so many rounds; return what was wrong."""
    racers = Racers()
    problems = []
    try:
        for number in range(count):
            with tempfile.TemporaryDirectory(prefix="races-") as folder:
                rng = random.Random(f"{seed} {number}")
                problems += racers.run(Path(folder).resolve(), rng, delete=delete)
    finally:
        racers.stop()
    return problems


def main() -> int:
    """Run as many rounds as asked for; return 1 if any went wrong."""
    parser = argparse.ArgumentParser(description="Let two trackers race for one journal.")
    parser.add_argument("--count", type=int, default=1_000, help="how many rounds")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--delete", action="store_true", help="delete the lock file meanwhile")
    options = parser.parse_args()
    problems = races(options.count, options.seed, delete=options.delete)
    sys.stdout.write("".join(f"{each}\n" for each in problems[:_SHOWN]))
    sys.stdout.write(f"{options.count} races, {len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
