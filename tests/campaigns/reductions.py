"""Waiting code with planted bugs, and how often the reducer finds the shortest life of each.

``python -m tests.campaigns.reductions [SEEDS]`` runs the campaign: 200 seeds a bug unless it
is given a number.
"""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from time import perf_counter
from typing import Any, TypeAlias

from attrs import frozen

from jobstate.model.life import Life, Stay
from jobstate.model.walks import beside, walks_of
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.writer import WRITER
from jobstate.testing.reduction import reduce

BEGIN = datetime(2026, 3, 4, 5, 6, 7, 250000, tzinfo=UTC)
#: What polls get, in order.
Answers: TypeAlias = list[dict[str, Any]]
#: Names of the states that a job goes through.
Path: TypeAlias = tuple[str, ...]


@frozen
class Bug:
    """A bug in code that waits for a job.

    Attributes:
        name: What it does wrong.
        fails: Whether it shows in some answers.
        needs: Whether a life through some states can show it, with the features, lengths, words
            and warm pools that fit. Knows nothing of answers.
    """

    name: str
    fails: Callable[[Answers], bool]
    needs: Callable[[Sequence[str]], bool]


def entered(answers: Answers) -> list[str]:
    """Return the statuses of the whole history."""
    return [each["Status"] for each in answers[-1]["SecondaryStatusTransitions"]]


def pairs(answers: Answers) -> list[str]:
    """Return what each answer shows."""
    return [f"{each['TrainingJobStatus']}/{each['SecondaryStatus']}" for each in answers]


def final(answer: dict[str, Any]) -> bool:
    """Return whether waiting code takes a job for ended."""
    return answer["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}


# --- The code under test ------------------------------------------------------------------------


def takes_a_time_out_for_success(answers: Answers) -> bool:
    """Only Failed and Stopped/Stopped are taken for no success."""
    ends = [each for each in answers if final(each)]
    taken = ends and ends[0]["SecondaryStatus"] not in {"Failed", "Stopped"}
    return bool(taken) and ends[0]["TrainingJobStatus"] != "Completed"


def hangs_on_a_stop_while_starting(answers: Answers) -> bool:
    """Stopping is waited for in the secondary status, which still says Starting."""
    return "Stopping/Starting" in pairs(answers)


def needs_a_training_start_time(answers: Answers) -> bool:
    """It is read of every job that has ended."""
    try:
        for each in answers:
            if final(each):
                each["TrainingStartTime"].isoformat()
    except KeyError:
        return True
    return False


def counts_on_one_download(answers: Answers) -> bool:
    """The stays are put in a dictionary, by status."""
    return entered(answers).count("Downloading") > 1


def takes_equal_messages_for_no_news(answers: Answers) -> bool:
    """The last two messages are compared, and equal ones are taken for the same entry."""
    for each in answers:
        words = [entry.get("StatusMessage") for entry in each["SecondaryStatusTransitions"]]
        if any(one is not None and one == other for one, other in pairwise(words)):
            return True
    return False


def gives_up_at_the_second_interruption(answers: Answers) -> bool:
    """One is enough, it thinks."""
    return entered(answers).count("Interrupted") > 1


def knows_no_available_pool(answers: Answers) -> bool:
    """A pool is in use or gone."""
    pools = (each.get("WarmPoolStatus") for each in answers)
    return any(pool and pool["Status"] == "Available" for pool in pools)


def prints_hours_wrongly(answers: Answers) -> bool:
    """Minutes and seconds only."""
    return any(each.get("TrainingTimeInSeconds", 0) > 3600 for each in answers)


def thinks_uploading_is_progress(answers: Answers) -> bool:
    """The stop is forgotten when the upload begins."""
    return "Stopping/Uploading" in pairs(answers)


def thinks_a_stop_always_works(answers: Answers) -> bool:
    """After Stopping only Stopped is expected."""
    seen = pairs(answers)
    return "Completed/Completed" in seen and any(each.startswith("Stopping") for each in seen)


def does_not_know_deleting(answers: Answers) -> bool:
    """It is an error to be asked about a job under deletion."""
    return any(each["TrainingJobStatus"] == "Deleting" for each in answers)


def thinks_uploading_is_the_end(answers: Answers) -> bool:
    """A job that starts again after it is counted twice."""
    history = entered(answers)
    return "Uploading" in history and "Starting" in history[history.index("Uploading") :]


def loses_patience_with_pending(answers: Answers) -> bool:
    """Ten minutes, then it asks for another instance type."""
    return any(
        entry["Status"] == "Pending"
        and (entry["EndTime"] - entry["StartTime"]).total_seconds() > 600
        for entry in answers[-1]["SecondaryStatusTransitions"][:-1]
    )


# --- What each needs ----------------------------------------------------------------------------


def visible(path: Sequence[str]) -> list[str]:
    """Return what a history prints of a walk."""
    names = [name.partition("/")[2] for name in path]
    return [name for place, name in enumerate(names) if not place or names[place - 1] != name]


def ended(path: Sequence[str]) -> bool:
    """Return whether a walk has come to an end that is waited for."""
    return any(name.startswith(("Completed", "Failed", "Stopped/")) for name in path)


BUGS = (
    Bug(
        "takes a time-out for success",
        takes_a_time_out_for_success,
        lambda path: any(name.startswith("Stopped/Max") for name in path),
    ),
    Bug(
        "hangs on Stopping/Starting",
        hangs_on_a_stop_while_starting,
        lambda path: "Stopping/Starting" in path,
    ),
    Bug(
        "KeyError TrainingStartTime",
        needs_a_training_start_time,
        lambda path: ended(path) and "Downloading" not in visible(path),
    ),
    Bug(
        "breaks on a second Downloading",
        counts_on_one_download,
        lambda path: visible(path).count("Downloading") > 1,
    ),
    Bug(
        "hangs on equal messages",
        takes_equal_messages_for_no_news,
        lambda path: len(visible(path)) > 1,
    ),
    Bug(
        "breaks on a second Interrupted",
        gives_up_at_the_second_interruption,
        lambda path: visible(path).count("Interrupted") > 1,
    ),
    Bug("breaks on an available warm pool", knows_no_available_pool, ended),
    Bug(
        "breaks on more than an hour",
        prints_hours_wrongly,
        lambda path: ended(path) and "Downloading" in visible(path),
    ),
    Bug(
        "takes Stopping/Uploading for progress",
        thinks_uploading_is_progress,
        lambda path: "Stopping/Uploading" in path,
    ),
    Bug(
        "breaks on Completed after Stopping",
        thinks_a_stop_always_works,
        lambda path: (
            path[-1].startswith("Completed") and any(n.startswith("Stopping") for n in path)
        ),
    ),
    Bug(
        "breaks on Deleting",
        does_not_know_deleting,
        lambda path: any(name.startswith("Deleting") for name in path),
    ),
    Bug(
        "counts twice what starts again after Uploading",
        thinks_uploading_is_the_end,
        lambda path: (
            "Uploading" in visible(path)
            and "Starting" in visible(path)[visible(path).index("Uploading") :]
        ),
    ),
    Bug(
        "gives up on ten minutes of Pending",
        loses_patience_with_pending,
        lambda path: "Pending" in visible(path)[:-1],
    ),
)


# --- The shortest failing life, by a search of its own ------------------------------------------


def known_shortest(bug: Bug) -> int:
    """Return how many stays the shortest legal walk has that can show a bug.

    A breadth-first search over the edges of the table, which knows nothing of hidden states.
    """
    names = ("spot", "retry", "plan", "warm_pool")
    queue: deque[tuple[Path, dict[str, bool]]] = deque()
    for values in product((False, True), repeat=len(names)):
        features = dict(zip(names, values, strict=True))
        if not features["spot"] or not (features["plan"] or features["warm_pool"]):
            queue.append((("InProgress/Starting",), features | {"stop": True}))
    edges = TRAINING_JOB.region("job").edges
    while True:
        path, features = queue.popleft()
        if bug.needs(path):
            return len(path)
        trained = any(name.endswith("/Training") for name in path)
        for edge in edges:
            allowed = all(features[name] is has for name, has in edge.needs)
            if edge.origin == path[-1] and allowed and (trained or not edge.after):
                queue.append(((*path, edge.target), features))


# --- Lives to begin with ------------------------------------------------------------------------

WORDS = ("Preparing the instances", "Working", "See the logs", None)


def random_life(rng: random.Random) -> Life:
    """Return any legal life, with all that goes with it: a random walk of up to sixty stays.

    Most moves lead away from an end, for a job has many: else the walks would be short.
    """
    walks = walks_of(TRAINING_JOB)
    here = rng.choice(walks.starts)
    way = [here]
    while walks.moves[here] and len(way) < 60 and rng.random() < 0.98:
        moves = [target for _, target in walks.moves[here]]
        on = [target for target in moves if target.state.startswith("InProgress")]
        here = rng.choice(on if on and rng.random() < 0.9 else moves)
        way.append(here)
    features = dict(here.features)
    lengths = [round(rng.choice((1, 60, 600, 10_000)) * rng.uniform(1, 3), 3) for _ in way]
    starts = [BEGIN + timedelta(seconds=sum(lengths[:place])) for place in range(len(way))]
    pool = beside(
        TRAINING_JOB,
        TRAINING_JOB.region("warm_pool"),
        [walks.state(one) for one in way],
        features,
        rng.choice,
    )
    statuses = {walks.state(one).visible for one in way}
    chosen = {status: rng.choice(WORDS) for status in sorted(statuses)}
    return Life(
        lifecycle=TRAINING_JOB,
        job=WRITER.key("reduced", BEGIN),
        stays=tuple(Stay(one.state, start) for one, start in zip(way, starts, strict=True)),
        beside={"warm_pool": tuple(_pool_stays(pool, starts))} if pool else {},
        features=features,
        failure=rng.choice((None, "AlgorithmError: exit code 1")),
        messages={status: words for status, words in chosen.items() if words},
    )


def _pool_stays(pool: list[tuple[int, str]], starts: list[datetime]) -> Iterator[Stay]:
    for number, (place, state) in enumerate(pool):
        later = sum(place == earlier for earlier, _ in pool[:number])
        yield Stay(state, starts[place] + timedelta(seconds=0.25 * later))


def shows(bug: Bug, life: Life) -> bool:
    """Return whether a bug shows to somebody who sees every moment of a life."""
    return bug.fails([life.at(time) for time in life.changes])


def failing_life(bug: Bug, seed: int) -> Life:
    """Return the first random life of a seed in which a bug shows."""
    rng = random.Random(f"{bug.name} {seed}")
    while True:
        life = random_life(rng)
        if shows(bug, life):
            return life


@frozen
class Tally:
    """What became of some seeds of a bug.

    Attributes:
        bug: The bug.
        shortest: How many stays the shortest failing life has.
        reached: In how many seeds the reducer reached it.
        seeds: How many there were.
        calls: How often it asked whether a life fails, in all.
        stays: How many stays the lives had before, in all.
    """

    bug: Bug
    shortest: int
    reached: int
    seeds: int
    calls: int
    stays: int

    def __str__(self) -> str:
        return (
            f"{self.bug.name}: {self.reached} of {self.seeds} seeds reach the shortest"
            f" ({self.shortest} stays, from {self.stays / self.seeds:.0f}),"
            f" {self.calls / self.seeds:.0f} calls each"
        )


def tally(bug: Bug, seeds: int) -> Tally:
    """Reduce a failing life of each seed and count."""
    shortest = known_shortest(bug)
    reached = calls = stays = 0
    for seed in range(seeds):
        life = failing_life(bug, seed)
        found = reduce(life, lambda life: shows(bug, life))
        reached += len(found.life.stays) == shortest and shows(bug, found.life)
        calls += found.calls
        stays += len(life.stays)
    return Tally(bug, shortest, reached, seeds, calls, stays)


def main(seeds: int) -> int:
    """Run the campaign; return 0 where at least 99 % of each bug's seeds reach the shortest."""
    worst = 1.0
    for bug in BUGS:
        began = perf_counter()
        found = tally(bug, seeds)
        worst = min(worst, found.reached / seeds)
        print(f"{found}, {(perf_counter() - began) / seeds:.2f} s")  # noqa: T201 - a program
    print(f"worst: {worst:.1%}")  # noqa: T201 - a program
    return 0 if worst >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
