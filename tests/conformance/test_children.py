"""Rules over a job and its children that were seen: what no order of the answers allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import attrs
import pytest

from jobstate import JobKey, Report, check, check_jobs
from jobstate.conformance.children import with_children
from jobstate.errors import LifecycleError
from jobstate.kinds import KINDS
from jobstate.model import ChildrenBelow, CountsChildren, Outcome
from jobstate.sagemaker import TRAINING_JOB, TUNING_JOB
from tests.support.relatives import SWEEP, array, in_array, trained, tuning
from tests.support.small import rule

CLIENT: Final = {"FailureReason": "ClientError: no data"}
INTERNAL: Final = {"FailureReason": "InternalServerError: retried"}


def parent(*answers: dict[str, Any]) -> Report:
    """Return the verdict on the job whose children the others are."""
    reports = check_jobs(KINDS, list(answers)).values()
    (found,) = [each for each in reports if each.parent is None]
    assert all(each.legal for each in reports if each is not found)
    return found


def told(*answers: dict[str, Any]) -> list[str]:
    """Return what is said of that job, by its rules over children."""
    return [f"{each.rule}: {each.message}" for each in parent(*answers).violations]


# --- Tuning jobs ----------------------------------------------------------------------------------


def uncounted(name: str, number: int, seen: str) -> list[str]:
    """Return what is said of a job that has ended and counts too few."""
    text = f"TrainingJobStatusCounters.{name} is {number}, but {seen}"
    return [f"children-are-counted: {text}"]


ONE: Final = {"Completed": 1}


@pytest.mark.parametrize(
    ("counters", "others", "expected"),
    [
        ({"Completed": 2}, [trained(2)], []),
        # Those that were not seen break nothing.
        ({"Completed": 20}, [], []),
        (ONE, [trained(2)], uncounted("Completed", 1, "2 of its children succeeded")),
        (
            ONE,
            [trained(2, "Stopped")],
            uncounted("Stopped", 0, "1 of its children stopped or timed out"),
        ),
        (ONE | {"Stopped": 1}, [trained(2, "Stopped")], []),
        # A client's error is not retried (API); any other may have been, and counts elsewhere.
        (
            ONE,
            [trained(2, "Failed", **CLIENT)],
            uncounted("NonRetryableError", 0, "1 of its children failed (client)"),
        ),
        (ONE, [trained(2, "Failed", **INTERNAL)], []),
        # What ran when it was seen last may have ended since.
        (ONE, [trained(2, "InProgress")], []),
    ],
)
def test_a_tuning_job_that_has_ended(
    counters: dict[str, int], others: list[dict[str, Any]], expected: list[str]
) -> None:
    """It counts all of its training jobs, whenever they were seen and in whatever order."""
    sweep, children = tuning("Completed", "07:00:00.500", **counters), [trained(1), *others]
    assert told(sweep, *children) == expected
    assert told(*children, sweep) == expected


def test_it_is_told_of_the_parent() -> None:
    """With rule, evidence and where it comes from; it makes the parent illegal, no child."""
    report = parent(trained(1), trained(2), tuning(Completed=1))
    (violation,) = report.violations
    assert not report.legal
    assert violation.job.id == SWEEP
    assert violation.path == "TrainingJobStatusCounters.Completed"
    assert (violation.seen, violation.allowed) == ("1", ("2 or more",))
    assert violation.at == datetime(2026, 10, 5, 7, microsecond=500_000, tzinfo=UTC)
    assert violation.lifecycle == str(TUNING_JOB)
    assert [each.where for each in report.steps if each.violations] == ["its children"]


@pytest.mark.parametrize(
    ("modified", "is_told"),
    [("06:20:00.501", True), ("06:20:00.500", False), ("06:20:00", False), ("06:10:00.500", False)],
)
def test_a_tuning_job_that_runs(*, modified: str, is_told: bool) -> None:
    """Only what had certainly ended before its record was changed; a note: counters are late."""
    report = parent(tuning("InProgress", modified), trained(1, modified="06:20:00.500"))
    assert [each.rule for each in report.violations] == ["children-are-counted-soon"] * is_told
    assert report.legal


def test_a_child_ended_when_that_was_seen_first() -> None:
    """Its record may be changed later without another status."""
    again = trained(1, modified="06:50:00.500", TrainingEndTime="2026-10-05T06:20:00.500Z")
    report = parent(tuning("InProgress", "06:30:00.500"), trained(1), again)
    assert [each.rule for each in report.violations] == ["children-are-counted-soon"]


def test_counters_of_an_older_answer_are_not_the_last() -> None:
    """The answer that says how it ended has none, or an older one comes after it."""
    running, done = tuning("InProgress", "06:30:00.500", InProgress=1), tuning(Completed=1)
    bare = {name: value for name, value in done.items() if not name.endswith("Counters")}
    assert told(running, bare, trained(1)) == []
    report = parent(done, running, trained(1))
    assert "children-are-counted" not in {each.rule for each in report.violations}


@pytest.mark.parametrize(
    ("status", "modified", "is_told"),
    [
        ("Completed", "07:00:00.501", True),
        ("Failed", "07:00:00.501", True),
        ("Stopped", "07:00:00.501", False),  # nobody has seen one end
        ("InProgress", "07:00:00.501", False),
        ("Completed", "07:00:00", False),
        ("Completed", "06:59:00.500", False),
    ],
)
def test_a_training_job_that_runs_on(*, status: str, modified: str, is_told: bool) -> None:
    """After its tuning job was done: InProgress is 0 in 3 of 3 that ended."""
    report = parent(tuning(status), trained(1, "InProgress", modified))
    assert [each.rule for each in report.violations] == ["children-end-first"] * is_told
    assert report.legal


def test_an_unknown_status_of_a_child_says_nothing() -> None:
    """It could be anything."""
    odd = trained(1, "Hibernating", "07:30:00.500", SecondaryStatus=None)
    assert told(tuning(), odd) == []


# --- Arrays ---------------------------------------------------------------------------------------


NO_SUCCESS: Final = "children-succeeded: it is SUCCEEDED, but of its children"
TOO_FEW: Final = "children-are-counted: arrayProperties.statusSummary.SUCCEEDED is 0, but 1 of its"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([array(), in_array(0), in_array(1), in_array(2)], []),
        ([array("PENDING"), in_array(0, "FAILED")], []),
        ([array("FAILED"), in_array(0, "FAILED"), in_array(1)], []),
        # When a child was changed last, answers don't say: it may have been before.
        ([array(), in_array(0, "RUNNING")], []),
        (
            [array(), in_array(0, "FAILED"), in_array(1), in_array(2, "FAILED")],
            [f"{NO_SUCCESS} {{0}} is FAILED, {{2}} is FAILED"],
        ),
        (
            [array(size=9), *(in_array(each, "FAILED", isTerminated=True) for each in range(5))],
            [f"{NO_SUCCESS} {{0}} is FAILED, {{1}} is FAILED, {{2}} is FAILED and 2 more"],
        ),
        (
            [array(size=9), *(in_array(each, "FAILED", isTerminated=True) for each in range(4))],
            [f"{NO_SUCCESS} {{0}} is FAILED, {{1}} is FAILED, {{2}} is FAILED and 1 more"],
        ),
        (
            [array(size=9), *(in_array(each, "FAILED", isTerminated=True) for each in range(3))],
            [f"{NO_SUCCESS} {{0}} is FAILED, {{1}} is FAILED, {{2}} is FAILED"],
        ),
        (
            [array("PENDING", 3), in_array(2, "RUNNABLE"), in_array(3, "RUNNABLE")],
            ["index-below-size: arrayProperties.size is 3, but of its children {3} {has} 3"],
        ),
        ([array("PENDING") | {"arrayProperties": None}, in_array(3, "RUNNABLE")], []),
        ([array("FAILED", SUCCEEDED=1, FAILED=2), in_array(0), in_array(1, "FAILED")], []),
        ([array("FAILED", SUCCEEDED=0, FAILED=3), in_array(0)], [f"{TOO_FEW} children succeeded"]),
        ([array("PENDING", SUCCEEDED=0, RUNNING=3), in_array(0)], []),
    ],
)
def test_an_array(answers: list[dict[str, Any]], expected: list[str]) -> None:
    """It fails with a child, has as many as its size, and counts them once it has ended."""
    ids = [in_array(index)["jobId"] for index in range(9)]
    has = "has arrayProperties.index"
    assert told(*answers) == [each.format(*ids, has=has) for each in expected]


@pytest.mark.parametrize(
    ("answers", "evidence"),
    [
        ([array(), in_array(0, "FAILED")], ("status", "FAILED", ("succeeded",))),
        (
            [array("PENDING", 3), in_array(4, "RUNNABLE"), in_array(3, "RUNNABLE")],
            ("arrayProperties.size", "3", ("more than 4",)),
        ),
    ],
)
def test_what_an_array_is_told_with(
    answers: list[dict[str, Any]], evidence: tuple[str, str, tuple[str, ...]]
) -> None:
    """The field, what was seen, what would have been right; its answers say no time of change."""
    (violation,) = parent(*answers).violations
    assert (violation.path, violation.seen, violation.allowed) == evidence
    assert violation.at is None


def test_when_children_contradict_their_parent() -> None:
    """As of the parent's last change: by that time it said what they contradict."""
    report = parent(tuning("Completed"), trained(1, "InProgress", "07:00:00.501"))
    (violation,) = report.violations
    assert violation.at == datetime(2026, 10, 5, 7, microsecond=500_000, tzinfo=UTC)


def test_children_that_break_nothing_add_nothing() -> None:
    """The verdict on a parent has the steps of its answers alone."""
    report = parent(tuning(Completed=1), trained(1))
    assert len(report.steps) == len(check(TUNING_JOB, tuning(Completed=1)).steps) == 1


def test_a_parent_that_has_one_itself() -> None:
    """It is judged by its own children, whoever its parent is, seen or not."""
    child = check(TRAINING_JOB, trained(1))
    below = attrs.evolve(check(TUNING_JOB, tuning()), parent=JobKey("pipeline", "nightly"))
    found, _ = with_children([below, child])
    assert [each.rule for each in found.violations] == ["children-are-counted"]


# --- As data --------------------------------------------------------------------------------------


def test_a_rule_is_switched_off() -> None:
    """As any other."""
    tuned = TUNING_JOB.without("children-are-counted")
    kinds = type(KINDS)(TRAINING_JOB, tuned)
    reports = check_jobs(kinds, [tuning(Completed=0), trained(1)])
    assert all(report.legal for report in reports.values())


def test_counters_may_be_added_up() -> None:
    """And a field that is no number counts nothing."""
    fields = ("TrainingJobStatusCounters.Completed", "TrainingJobStatusCounters.Stopped")
    outcomes = (Outcome.SUCCEEDED, Outcome.STOPPED)
    sums = rule("all-counted", tests=(CountsChildren(fields=fields, outcomes=frozenset(outcomes)),))
    no_number = CountsChildren(fields=("CreationTime",), outcomes=frozenset(outcomes))
    times = rule("no-sum", tests=(no_number,))
    ids = [each.id for each in TUNING_JOB.declared_rules if each.id.startswith("children-")]
    mine = TUNING_JOB.evolve(drop_rules=ids, add_rules=(sums, times))
    answers = [tuning(Completed=1), trained(1), trained(2, "Stopped")]
    report, *_ = check_jobs(type(KINDS)(TRAINING_JOB, mine), answers).values()
    assert [each.message for each in report.violations] == [
        f"{' + '.join(fields)} add up to 1, but 2 of its children stopped or succeeded"
    ]


def test_several_causes_are_named() -> None:
    """Whichever of them it was, in order."""
    test = CountsChildren(
        fields=("TrainingJobStatusCounters.NonRetryableError",),
        outcomes=frozenset({Outcome.FAILED}),
        causes=frozenset({"platform", "client"}),
    )
    ids = [each.id for each in TUNING_JOB.declared_rules if each.id.startswith("children-")]
    mine = TUNING_JOB.evolve(drop_rules=ids, add_rules=(rule("all-errors", tests=(test,)),))
    answers = [tuning(), trained(1, "Failed", **CLIENT)]
    report, *_ = check_jobs(type(KINDS)(TRAINING_JOB, mine), answers).values()
    (violation,) = report.violations
    assert violation.message.endswith("but 1 of its children failed (client or platform)")


def test_a_bound_is_broken_as_of_the_parents_change() -> None:
    """Whatever fields are compared; one that its children do not reach holds them."""
    fields = {"field": "TrainingTimeInSeconds", "bound": "TrainingJobStatusCounters.Completed"}
    below = rule("below", tests=(ChildrenBelow(**fields),))
    kinds = type(KINDS)(TRAINING_JOB, TUNING_JOB.evolve(add_rules=(below,)))
    answers = [tuning(Completed=5), *(trained(each, TrainingTimeInSeconds=each) for each in (4, 5))]
    report, *_ = check_jobs(kinds, answers).values()
    (found,) = report.violations
    assert (found.rule, found.allowed) == ("below", ("more than 5",))
    assert found.at == datetime(2026, 10, 5, 7, microsecond=500_000, tzinfo=UTC)


def test_a_misspelt_field_is_refused() -> None:
    """The job's own; its children's are of another life cycle."""
    below = rule("below", tests=(ChildrenBelow(field="anything", bound="Sise"),))
    counts = rule("counts", tests=(CountsChildren(fields=("Dun",), outcomes=frozenset()),))
    with pytest.raises(LifecycleError) as refused:
        TUNING_JOB.evolve(add_rules=(below, counts))
    text = str(refused.value)
    assert "below speaks of the unknown field Sise" in text
    assert "counts speaks of the unknown field Dun" in text
    assert "anything" not in text
