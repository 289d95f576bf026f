"""Real answers of every kind but training jobs with one thing made wrong, and the rule it breaks.

Each change is one that the facts about the kind rule out; which rule says so is written beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

import attrs

from jobstate import Lifecycle, check
from jobstate.batch import BATCH_JOB
from jobstate.model.child_rules import OVER_CHILDREN
from jobstate.sagemaker import PROCESSING_JOB, TRANSFORM_JOB, TUNING_JOB
from tests.kinds.test_every_kind import each_kind, published

#: How many there are at least, of all kinds together and of each.
LEAST, LEAST_OF_EACH = 200, 20

Answer: TypeAlias = dict[str, Any]


class Names(NamedTuple):
    """What a kind calls what all have; empty where it has none."""

    status: str
    created: str
    start: str
    end: str
    modified: str
    going: str
    done: str
    failed: str


def sagemaker(kind: str, start: str, end: str) -> Names:
    """Return the names of a kind of SageMaker's."""
    return Names(
        *(f"{kind}Status", "CreationTime", start, end, "LastModifiedTime"),
        *("InProgress", "Completed", "Failed"),
    )


NAMES: Final = {
    PROCESSING_JOB: sagemaker("ProcessingJob", "ProcessingStartTime", "ProcessingEndTime"),
    TRANSFORM_JOB: sagemaker("TransformJob", "TransformStartTime", "TransformEndTime"),
    TUNING_JOB: sagemaker("HyperParameterTuningJob", "", "HyperParameterTuningEndTime"),
    BATCH_JOB: Names(
        *("status", "createdAt", "startedAt", "stoppedAt", ""),
        *("RUNNING", "SUCCEEDED", "FAILED"),
    ),
}
#: Rules that kinds call otherwise.
ONLY_WHEN_OVER: Final = {BATCH_JOB: "stopped-only-when-final"}
FIXED: Final = {BATCH_JOB: "submitted-fixed"}
REASON: Final = {TUNING_JOB: "failure-reason-only-when-failed"}


class Mutant(NamedTuple):
    """Answers with one thing made wrong.

    Attributes:
        change: What was done.
        rule: The rule that it breaks.
        answers: The answers, in order.
    """

    change: str
    rule: str
    answers: list[Answer]


@attrs.frozen
class Job:
    """The last real answer about a job, and those before it."""

    kind: Lifecycle
    before: list[Answer]
    last: Answer

    @property
    def names(self) -> Names:
        """What its kind calls things."""
        return NAMES[self.kind]

    @property
    def status(self) -> str:
        """Its last status."""
        return str(self.last[self.names.status])

    @property
    def is_over(self) -> bool:
        """It has come to an end."""
        return self.status in {self.names.done, self.names.failed, "Stopped"}

    def has(self, *names: str) -> bool:
        """Return whether the last answer has some fields."""
        return all(name and name in self.last for name in names)

    def later(self, **changes: Any) -> Answer:
        """Return the last answer, modified later, with some fields changed; None leaves one out."""
        answer = self.last | changes
        if self.has(self.names.modified):
            answer[self.names.modified] = moved(answer[self.names.modified], 120)
        return {name: value for name, value in answer.items() if value is not None}

    def instead(self, **changes: Any) -> list[Answer]:
        """Return the answers with the last one changed."""
        changed = self.last | changes
        return [*self.before, {name: each for name, each in changed.items() if each is not None}]

    def then(self, answer: Answer) -> list[Answer]:
        """Return the answers with one more."""
        return [*self.before, self.last, answer]


def moved(value: Any, seconds: float) -> Any:
    """Return a time some seconds later, as finely printed as it was, or more."""
    if isinstance(value, int):
        return value + round(seconds * 1000)
    return (datetime.fromisoformat(value) + timedelta(seconds=seconds)).isoformat()


DAY: Final = 86_400.0
Changes: TypeAlias = Callable[[Job], Iterator[Mutant]]


def within_the_second(value: Any) -> Any:
    """Return another time of the same second: else it would be another job."""
    near = [moved(value, 0.001), moved(value, -0.001)]
    return next(each for each in near if isinstance(each, int) or each[:19] == value[:19])


# --- What every kind must not do ------------------------------------------------------------------


def times(job: Job) -> Iterator[Mutant]:
    """No time is before one that comes before it."""
    names, rule = job.names, "times-in-order"
    created = job.last[names.created]
    if job.has(names.end):
        early = {names.end: moved(created, -DAY)}
        yield Mutant("ended before it was created", rule, job.instead(**early))
    if job.has(names.end, names.start):
        late = {names.start: moved(job.last[names.end], DAY)}
        yield Mutant("started after its end", rule, job.instead(**late))
    if job.has(names.start):
        early = {names.start: moved(created, -DAY)}
        yield Mutant("started before it was created", rule, job.instead(**early))
    if job.has(names.modified):
        answer = job.last | {names.modified: moved(created, -DAY)}
        yield Mutant("modified before it was created", rule, [answer])
        back = "modified-time-went-back"
        yield Mutant("an older answer after a newer one", back, [job.later(), job.last])


def ends(job: Job) -> Iterator[Mutant]:
    """There is an end if, and only if, it is over; and what is over stays so."""
    names = job.names
    only = ONLY_WHEN_OVER.get(job.kind, "end-time-exactly-when-final")
    if not job.is_over:
        early = {names.end: job.last[names.modified]}
        yield Mutant("an end while it runs", only, job.instead(**early))
        return
    going = {names.status: names.going, "FailureReason": None, "ExitMessage": None}
    yield Mutant("an end while it runs", only, [job.last | {names.status: names.going}])
    if only == "end-time-exactly-when-final":
        yield Mutant("over without an end", only, job.instead(**{names.end: None}))
    yield Mutant(
        "it runs after its end",
        "illegal-transition",
        job.then(job.later(**going, **{names.end: None})),
    )
    other = names.done if job.status == names.failed else names.failed
    reason = {"FailureReason": "ClientError" if other == names.failed else None}
    yield Mutant(
        "another end after its end",
        "illegal-transition",
        job.then(job.later(**{names.status: other}, **reason)),
    )


def fixed(job: Job) -> Iterator[Mutant]:
    """Times that are set stay as they are."""
    names, rule = job.names, FIXED.get(job.kind, "times-fixed")
    if job.has(names.end):
        later = {names.end: moved(job.last[names.end], 61)}
        yield Mutant("the end moves", rule, job.then(job.later(**later)))
    if job.has(names.start) and job.kind is not BATCH_JOB:  # there each attempt has its own
        later = {names.start: moved(job.last[names.start], -0.5)}
        yield Mutant("the start moves", rule, job.then(job.later(**later)))
    created = job.last[names.created]
    if isinstance(created, int) or datetime.fromisoformat(created).microsecond:
        near = {names.created: within_the_second(created)}
        yield Mutant("the creation moves", rule, job.then(job.later(**near)))


def reasons(job: Job) -> Iterator[Mutant]:
    """Only what has failed says why; and where the facts say so, all that has."""
    if job.kind is BATCH_JOB:
        return  # statusReason says more than failures
    rule = REASON.get(job.kind, "failure-reason-exactly-when-failed")
    if job.status != job.names.failed:
        why = {"FailureReason": "InternalServerError"}
        yield Mutant("a reason without a failure", rule, job.instead(**why))
    elif job.kind is not TUNING_JOB:
        yield Mutant("a failure without a reason", rule, job.instead(FailureReason=None))


# --- And what one kind must not -------------------------------------------------------------------


def processing(job: Job) -> Iterator[Mutant]:
    """The container's words come once it has ended."""
    if job.kind is PROCESSING_JOB and not job.is_over:
        said = {"ExitMessage": "RuleEvaluationConditionMet"}
        yield Mutant("last words too early", "exit-message-only-when-final", job.instead(**said))


JOBS, OBJECTIVES = "TrainingJobStatusCounters", "ObjectiveStatusCounters"


def counted(answer: Answer, **more: int) -> Answer:
    """Return an answer that counts more training jobs."""
    changed = dict(answer)
    for name in (JOBS, OBJECTIVES):
        counters = answer[name]
        changed[name] = {each: count + more.get(each, 0) for each, count in counters.items()}
    return changed


def counters(job: Job) -> Iterator[Mutant]:
    """Both count the same training jobs, and what has ended for good is never counted less."""
    if job.kind is not TUNING_JOB:
        return
    for name in (*job.last[JOBS], *job.last[OBJECTIVES]):
        answers = [*job.before, counted(job.last, **{name: 1})]
        yield Mutant(f"one {name} more", "counters-agree", answers)
    apart = counted(job.last, InProgress=1, Succeeded=1)
    yield Mutant("in progress with a result", "pending-are-in-progress", [*job.before, apart])
    pairs = {"Completed": "Succeeded", "Stopped": "Succeeded", "NonRetryableError": "Failed"}
    for one, other in pairs.items():
        more = counted(job.last, **{one: 1, other: 1})
        yield Mutant(f"one {one} less", "counters-grow", [more, job.later()])


def batch(job: Job) -> Iterator[Mutant]:
    """Attempts are counted, what was submitted stays, and arrays do not run."""
    if job.kind is not BATCH_JOB:
        return
    attempts = job.last.get("attempts", [])
    if attempts:
        over = {"retryStrategy": {"attempts": 1}, "attempts": [attempts[0]] * 2}
        yield Mutant("over the limit", "attempts-within-limit", [job.last | over])
        yield Mutant("an attempt goes", "attempts-grow", job.then(job.later(attempts=[])))
    for name, one, other in (
        ("jobArn", "arn:aws:batch:x", "arn:aws:batch:y"),
        ("jobQueue", "fast", "slow"),
        ("retryStrategy", {"attempts": 2}, {"attempts": 3}),
        ("timeout", {"attemptDurationSeconds": 60}, {"attemptDurationSeconds": 61}),
        ("arrayProperties", {"index": 1}, {"index": 2}),
    ):
        series = [job.last | {"attempts": attempts, name: each} for each in (one, other)]
        yield Mutant(f"another {name}", "submitted-fixed", series)
    runs = {"status": "RUNNING", "stoppedAt": None, "arrayProperties": {"size": 2}}
    waits = runs | {"status": "PENDING"}
    parent = [job.later(**waits), job.later(**runs)]
    yield Mutant("the parent of an array runs", "illegal-transition", parent)


CHANGES: Final[tuple[Changes, ...]] = (
    *(times, ends, fixed, reasons),
    *(processing, counters, batch),
)


def mutants(kind: Lifecycle) -> list[Mutant]:
    """Return every change to every job of a kind of which there are real answers."""
    jobs = [Job(kind, answers[:-1], answers[-1]) for answers in published(kind).values()]
    return [mutant for change in CHANGES for job in jobs for mutant in change(job)]


def told(kind: Lifecycle, answers: list[Answer]) -> set[str]:
    """Return the rules that answers break."""
    return {each.rule for each in check(kind, answers).violations}


@each_kind
def test_each_is_flagged_by_its_rule(kind: Lifecycle) -> None:
    """And what was not changed by none."""
    made = mutants(kind)
    assert len(made) >= LEAST_OF_EACH
    missed = [each for each in made if each.rule not in told(kind, each.answers)]
    assert missed == []
    assert all(not told(kind, answers) for answers in published(kind).values())


@each_kind
def test_every_rule_is_broken_by_some(kind: Lifecycle) -> None:
    """But for those that nothing which answers about one job show can break."""
    broken = {each.rule for each in mutants(kind)}
    never = {"feature-changed"}
    never |= {
        each.id for each in kind.rules if any(isinstance(t, OVER_CHILDREN) for t in each.tests)
    }
    if not NAMES[kind].modified:
        never.add("modified-time-went-back")
    assert {rule.id for rule in kind.rules} - broken <= never


def test_there_are_enough(figures: Callable[[str], None]) -> None:
    """At least 200, no two of them the same."""
    made = {kind: mutants(kind) for kind in NAMES}
    every = [f"{kind.name} {each.answers}" for kind, some in made.items() for each in some]
    assert len(every) == len(set(every)) >= LEAST
    rules = Counter(each.rule for some in made.values() for each in some)
    counts = ", ".join(f"{len(some)} of {kind.name}" for kind, some in made.items())
    figures(f"mutants of real answers: {counts}; {len(rules)} rules")
