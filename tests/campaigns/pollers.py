"""A thousand right programs that wait for jobs, and a thousand with a planted fault, on trial.

Right ones must never be accused, and those with a fault all of them, of just that, with a short
story. Programs are made from the seed and their number; twenty kinds of fault take turns. Run it::

    python -m tests.campaigns.pollers --count 1000 --jobs 2
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import time
from functools import partial
from random import Random
from statistics import mean
from typing import TYPE_CHECKING, Final

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from jobstate import Outcome
from jobstate.testing import (
    Life,
    WaitPhase,
    assert_orchestrator,
    assert_waiter,
    lives,
    phases_of,
)
from tests.support.overseers import Overseer, overseer
from tests.support.poller_faults import FAULTS, Program
from tests.support.pollers import NEW_CAUSES, NEXT_YEAR, Poller, poller, poller_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: On how many lives a right program is tried, and one with a fault at most.
LIVES, MOST_LIVES = 5, 500
#: How many lines the story of a fault may have.
MOST_LINES = 10
#: Every so many right programs see jobs through; the others wait.
OVERSEERS: Final = 5
KINDS: Final = tuple(FAULTS)

ENDED = lives(complete=True)
ANY = ENDED | lives(NEXT_YEAR, complete=True, prefer=NEW_CAUSES)
TRIES = st.lists(ENDED | lives(outcome=Outcome.FAILED, complete=True), min_size=1, max_size=3)


# --- The tests ----------------------------------------------------------------------------------


def judge(program: Program, number: int, examples: int) -> None:
    """Hold a program against the laws, on so many lives at most.

    Raises:
        AssertionError: It breaks one.
    """
    test = sees_through(program) if isinstance(program, Overseer) else waits(program)
    quick = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],  # on a machine that others use too
    )
    seed(number)(quick(test))()


def waits(program: Poller) -> Callable[[], None]:
    """Return the test of a program that waits."""

    @given(life=ANY)
    def test(life: Life) -> None:
        assert_waiter(
            program.wait,
            life,
            outcome_of=program.outcome_of,
            verdict=program.telling.verdict,
            allowed=program.telling.allowed,
            phases=phases(life),
        )

    return test


def phases(life: Life) -> Iterator[WaitPhase]:
    """Return when it begins to wait: all is well, or calls are refused, or answers are late."""
    yield from phases_of(life)
    yield from phases_of(life, [0], throttled={1, 2, 5}, gone_after=60)
    yield from phases_of(life, [0], behind={"describe": 40})
    yield from phases_of(life, [0], behind={"list": 40})


def sees_through(program: Overseer) -> Callable[[], None]:
    """Return the test of a program that sees a job through."""

    @given(tries=TRIES)
    def test(tries: list[Life]) -> None:
        assert_orchestrator(program.orchestrate, tries, retry=program.retry, every=program.every)

    return test


# --- The programs -------------------------------------------------------------------------------


def right(given_seed: int, number: int) -> Program:
    """Return the right program of that number."""
    return (overseer if number % OVERSEERS == 0 else poller)(given_seed, number)


def planted(given_seed: int, number: int) -> Program:
    """Return the program of that number with a fault of its kind."""
    chance = Random(f"planted {given_seed} {number}")
    return FAULTS[kind_of(number)].planted(poller_by(chance), chance)


def kind_of(number: int) -> str:
    """Return which kind of fault the program of that number has."""
    return KINDS[number % len(KINDS)]


@frozen
class Trial:
    """What came of a program.

    Attributes:
        number: Which it is.
        fault: The kind of its fault; None of a right one.
        story: Of what it was accused; empty where it was not.
        seconds: How long that took.
    """

    number: int
    fault: str | None
    story: str
    seconds: float

    @property
    def wrong(self) -> str | None:
        """What is wrong with the verdict; None where it is as it must be."""
        if self.fault is None:
            return f"a right program is accused: {self.story}" if self.story else None
        if not self.story:
            return f"not found: {self.fault}"
        if not re.search(FAULTS[self.fault].found, self.story.splitlines()[0]):
            return f"accused of something else than {self.fault}: {self.story}"
        lines = len(self.story.splitlines())
        return f"a story of {lines} lines: {self.story}" if lines > MOST_LINES else None


def tried(given_seed: int, what: tuple[int, bool]) -> Trial:
    """Make a program and judge it."""
    number, faulty = what
    program = (planted if faulty else right)(given_seed, number)
    began, story = time.perf_counter(), ""
    try:
        judge(program, number, MOST_LIVES if faulty else LIVES)
    except AssertionError as error:
        story = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the program is accused
        story = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - began
    return Trial(number, kind_of(number) if faulty else None, story, seconds)


# --- What is told of it -------------------------------------------------------------------------


def table(trials: Iterable[Trial]) -> str:
    """Return a line of each kind of fault: how many were found, how fast, how it is told."""
    by_kind: dict[str, list[Trial]] = {}
    for each in trials:
        by_kind.setdefault(each.fault or "(right programs)", []).append(each)
    lines = [f"{'fault':30}{'programs':>9}{'accused':>9}{'mean s':>8}{'most s':>8}{'lines':>7}"]
    for kind in ("(right programs)", *KINDS):
        if some := by_kind.get(kind):
            accused = [each for each in some if each.story]
            longest = max((len(each.story.splitlines()) for each in accused), default=0)
            times = [each.seconds for each in some]
            lines.append(
                f"{kind:30}{len(some):9,}{len(accused):9,}{mean(times):8.2f}{max(times):8.2f}"
                f"{longest:7}"
            )
    return "\n".join(lines)


def watched(trials: Iterable[Trial], count: int) -> Iterator[Trial]:
    """Pass them on, and show how far it is."""
    began = time.monotonic()
    for done, each in enumerate(trials, 1):
        if sys.stderr.isatty() or done % 50 == 0 or done == count:
            bar = "#" * (40 * done // count)
            spent = time.monotonic() - began
            line = f"\r[{bar:40}] {done:,} of {count:,}, {spent:,.0f} s "
            print(line, end="" if done < count else "\n", file=sys.stderr, flush=True)
        yield each


def main() -> int:
    """Try as many as asked for; return 1 if any verdict is wrong."""
    parser = argparse.ArgumentParser(description="Try right programs and such with a fault.")
    parser.add_argument("--count", type=int, default=1_000, help="how many of either")
    parser.add_argument("--seed", type=int, default=0, help="what they are made from")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--only", type=int, help="show and try just this one")
    parser.add_argument("--planted", action="store_true", help="of those with a fault")
    options = parser.parse_args()
    if options.only is not None:
        print((planted if options.planted else right)(options.seed, options.only))
        trial = tried(options.seed, (options.only, options.planted))
        print(trial.story or "not accused", trial.wrong or "as it must be", sep="\n")
        return 1 if trial.wrong else 0
    every = [(number, faulty) for number in range(options.count) for faulty in (False, True)]
    with multiprocessing.Pool(options.jobs) as pool:
        found = pool.imap_unordered(partial(tried, options.seed), every)
        trials = list(watched(found, len(every)))
    print(table(trials))
    wrong = [each for each in trials if each.wrong]
    for each in wrong:
        which = f"--seed {options.seed} --only {each.number}{' --planted' * bool(each.fault)}"
        print(f"\npython -m tests.campaigns.pollers {which}\n{each.wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
