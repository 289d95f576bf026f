"""What a tracker says of sets of answers, held against the search for their legal orders.

As long as there is a legal order nothing is told to be wrong, and stays, ends and features are
those of the search, whatever the order of arrival, duplicates and restarts. Where there is none
something is told to be wrong, unless more is abreast than the tracker keeps apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import permutations
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import evolve

from jobstate import Observed, Result, StatusChanged, StatusEntered, Tracker
from jobstate.journal import Journal
from jobstate.model.events import Violation
from jobstate.sagemaker import TRAINING_JOB
from tests.support import facts
from tests.support.legal_orders import Interval, Orders
from tests.support.oracle import FACTS

if TYPE_CHECKING:
    from jobstate import Observation
    from tests.support.answer_sets import AnswerSet, Printed
    from tests.support.legal_orders import Answer

#: The rules that say that no legal order explains the answers. Each is broken only where there is
#: none: an answer whose status is not the last of its history is shown by no run.
ABOUT_ORDERS = frozenset(
    {
        "illegal-pair",
        "illegal-start",
        "illegal-transition",
        "completed-without-training",
        "feature-changed",
        "history-rewritten",
        "status-is-last-entry",
        "warm-pool-illegal-pair",
        "warm-pool-illegal-start",
        "warm-pool-illegal-transition",
    }
)
#: How many answers abreast a tracker keeps apart, itself among them.
MOST_ABREAST = 8
#: One set in so many is tracked with a journal, which is slow.
WITH_JOURNAL = 20


def sent(answer: Printed) -> Observation:
    """Return what a tracker reads of an answer."""
    assert TRAINING_JOB.reader is not None
    read = TRAINING_JOB.reader.read(answer.as_sent())
    return evolve(read, modified_not_before=answer.not_before)


class Fault(NamedTuple):
    """What a tracker said that it must not.

    Attributes:
        kind: In a word or two.
        order: Which order of arrival.
        step: After which arrival, from 0.
        text: What was said, and what was expected.
    """

    kind: str
    order: int
    step: int
    text: str


class Expected:
    """What the search says of some of a set's answers."""

    def __init__(self, answers: Sequence[Printed], numbers: frozenset[int]) -> None:
        self.numbers = sorted(numbers)
        self.job = Orders(FACTS, "job", [answers[number].of_job() for number in self.numbers])
        pools = [(number, answers[number].of_pool()) for number in self.numbers]
        self.pooled = [number for number, pool in pools if pool is not None]
        self.pool = Orders(FACTS, "warm_pool", [pool for _, pool in pools if pool is not None])

    @property
    def legal(self) -> bool:
        """There is a legal order in each region."""
        return self.job.exist and (self.pool.exist or not self.pooled)

    @property
    def exact(self) -> bool:
        """A tracker keeps all of it as it is."""
        return are_kept_apart(self.job.answers) and are_kept_apart(self.pool.answers)

    def result(self, arrivals: Sequence[int]) -> tuple[str | None, bool]:
        """Return the outcome, None where it has not ended, and whether the job is gone."""
        position = self.job.position([self.numbers.index(each) for each in arrivals])
        if not self.job.shows_end(position):
            return None, False
        pairs = [name.partition("/")[::2] for name in self.job.states(position)]
        results = [facts.result(*pair) for pair in pairs]
        outcomes = {result.outcome for result in results}
        if outcomes == {"stopped", "timed_out"}:  # a job that timed out was stopped, too
            outcomes = {"stopped"}
        outcome = outcomes.pop() if len(outcomes) == 1 else "unknown"
        return outcome, all(result.gone for result in results)

    def job_states(self, arrivals: Sequence[int]) -> frozenset[str]:
        """Return where the job is taken to be, of answers that arrived in some order."""
        arrived = [self.numbers.index(each) for each in arrivals]
        return self.job.states(self.job.position(arrived))

    def pool_states(self, arrivals: Sequence[int]) -> frozenset[str]:
        """Return where the pool is; nothing if no answer shows it."""
        arrived = [self.pooled.index(each) for each in arrivals if each in self.pooled]
        return self.pool.states(self.pool.position(arrived)) if arrived else frozenset()


#: Says what is expected of the answers of a set that have arrived, by their numbers.
Search: TypeAlias = Callable[[frozenset[int]], Expected]


def are_kept_apart(answers: Sequence[Answer]) -> bool:
    """Return whether a tracker keeps all of some answers as they are.

    Not where too many are abreast, nor of three in a row that show the same the one between.
    """
    crowded = any(
        sum(answer.is_abreast(other) for other in answers) > MOST_ABREAST for answer in answers
    )
    if crowded:
        return False
    alike: dict[str, list[Answer]] = {}
    for answer in answers:
        alike.setdefault(repr(answer.shows), []).append(answer)
    return not any(
        one.is_older(other) and other.is_older(third)
        for same in alike.values()
        for one, other, third in permutations(same, 3)
    )


def faults(made: AnswerSet) -> list[Fault]:
    """Track one set in each of its orders; return what was said that must not be."""
    expected: dict[frozenset[int], Expected] = {}

    def found(arrived: frozenset[int]) -> Expected:
        if arrived not in expected:
            expected[arrived] = Expected(made.answers, arrived)
        return expected[arrived]

    wrong: list[Fault] = []
    if made.truthful and not found(frozenset(range(len(made.answers)))).legal:
        wrong.append(Fault("untrue", 0, 0, "a truthful set has no legal order"))
    journaled = int(made.name.rpartition("/")[2]) % WITH_JOURNAL == 0
    for number, order in enumerate(made.orders):
        with TemporaryDirectory() if journaled else nullcontext() as folder:
            tracked = _Tracked(f"{folder}/jobs.db" if journaled else None)
            try:
                course = _Course(made, number, tracked)
                wrong += course.faults(order, found)
            except Exception as error:  # noqa: BLE001 - one set must not end a campaign
                wrong.append(Fault("raised", number, 0, repr(error)))
            finally:
                tracked.close()
    return wrong


class _Tracked:
    """A tracker that can be stopped and started again."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._begin()

    def _begin(self) -> None:
        journal = None if self._path is None else Journal(self._path, durability="normal")
        self.tracker = Tracker(TRAINING_JOB, journal=journal)

    def restart(self) -> None:
        """Go on in a new tracker, with the journal or a snapshot."""
        text = self.tracker.snapshot()
        self.tracker.close()
        self._begin()
        if self._path is None:
            self.tracker.restore(text)

    def close(self) -> None:
        self.tracker.close()


class _Course:
    """One order of arrival, and what was said so far."""

    def __init__(self, made: AnswerSet, number: int, tracked: _Tracked) -> None:
        self._made = made
        self._number = number
        self._tracked = tracked
        self._arrivals: list[int] = []
        self._stays: list[tuple[int, str]] = []
        #: The answers that have shown the end that the job is said to have come to.
        self._ending: list[int] = []
        self._told_wrong = False
        self._legal = True
        self._result: Result | None = None

    def faults(self, order: Sequence[int | None], expected: Search) -> Iterator[Fault]:
        seen: set[str] = set()
        for step, number in enumerate(order):
            if number is None:
                self._tracked.restart()
                continue
            for kind, text in self._step(number, expected):
                if kind not in seen:  # the first of each kind says enough
                    seen.add(kind)
                    yield Fault(kind, self._number, step, text)

    def _step(self, number: int, found: Search) -> Iterator[tuple[str, str]]:
        answer = self._made.answers[number]
        observed = self._tracked.tracker.observe(sent(answer))
        (job,) = self._tracked.tracker
        new = number not in self._arrivals
        if new or answer.of_job().when == Interval():
            self._arrivals.append(number)
        broken = [
            f"{each.rule}: {each.message}"
            for each in observed.events
            if isinstance(each, Violation) and each.rule in ABOUT_ORDERS
        ]
        yield from self._taken_back(number, job.result, observed, wrong=bool(broken))
        if not self._legal or self._told_wrong:
            return
        expected = found(frozenset(self._arrivals))
        self._legal, self._told_wrong = expected.legal, bool(broken)
        if broken and expected.legal:
            yield "false alarm", "; ".join(broken)
        elif not broken and not expected.legal and expected.exact:
            yield "missed", f"no legal order of {expected.numbers}, and nothing is told"
        if expected.legal and not broken:
            yield from self._differences(expected, observed)

    def _differences(self, expected: Expected, observed: Observed) -> Iterator[tuple[str, str]]:
        (job,) = self._tracked.tracker
        self._stays += [
            (each.ordinal, each.status)
            for each in observed.events
            if isinstance(each, StatusEntered)
        ]
        if sorted(self._stays) != expected.job.stays:
            yield "stays", f"{self._stays}, not {expected.job.stays}"
        result = (str(job.outcome) if job.final else None, job.result.gone)
        if result != expected.result(self._arrivals):
            yield "end", f"{result}, not {expected.result(self._arrivals)}"
        features = expected.job.features
        if not job.features.items() <= features.items() or (
            expected.exact and job.features != features
        ):
            yield "features", f"{job.features}, not {features}"
        if expected.exact:
            for region, states in (
                ("job", expected.job_states(self._arrivals)),
                ("warm_pool", expected.pool_states(self._arrivals)),
            ):
                if set(job.states(region)) != states:
                    said = sorted(job.states(region))
                    yield f"position of the {region}", f"{said}, not {sorted(states)}"

    def _taken_back(
        self, number: int, result: Result, observed: Observed, *, wrong: bool
    ) -> Iterator[tuple[str, str]]:
        before, self._result = self._result, result
        answers = [each.of_job() for each in self._made.answers]
        if before is not None and before.final and not _goes_on(before, result):
            older = _older_than(number, self._arrivals, answers)
            unsure = [each for each in self._ending if each not in older]
            if unsure:
                yield "end taken back", f"by {number}, which {unsure} may be newer than"
            if not any(isinstance(each, StatusChanged) for each in observed.events):
                yield "not told", f"{before.outcome} became {result.outcome}"
            self._ending = []
        if not result.final:
            self._ending = []
        elif self._told_wrong and observed.stale:
            pass  # what was before something real that nothing explains is judged no more
        # One that was told before to be wrong is not told again, and not taken either.
        elif (not wrong or not self._ending) and str(result.outcome) in _ends_shown(
            self._made.answers[number].document
        ):
            self._ending.append(number)


def _older_than(number: int, arrived: Collection[int], answers: Sequence[Answer]) -> set[int]:
    """Return which answers are certainly older than one, by themselves or by way of others."""
    older: set[int] = set()
    known = {number}
    while known:
        newer = [answers[each] for each in known]
        known = {
            each for each in {*arrived} - older if any(answers[each].is_older(one) for one in newer)
        }
        older |= known
    return older


def _ends_shown(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the ends that the statuses of an answer show; none while the job runs."""
    primary, secondary = document["TrainingJobStatus"], document.get("SecondaryStatus")
    if primary in {"InProgress", "Stopping"}:
        return frozenset()
    if secondary == "Stopped" and primary in {"Stopped", "Deleting"}:
        return frozenset({"stopped"})  # which tells it from a time-out
    word = secondary if primary == "Deleting" else primary
    timed_out = word in {"MaxRuntimeExceeded", "MaxWaitTimeExceeded"}
    return _ENDS.get("Stopped" if timed_out else word or "", frozenset().union(*_ENDS.values()))


_ENDS = {
    "Completed": frozenset({"succeeded"}),
    "Failed": frozenset({"failed"}),
    "Stopped": frozenset({"stopped", "timed_out"}),
}


def _goes_on(before: Result, after: Result) -> bool:
    """Return whether an end stays, or is known more exactly."""
    return after.final and (
        before.outcome in {after.outcome, "unknown"}
        or (before.outcome, after.outcome) == ("stopped", "timed_out")
    )
