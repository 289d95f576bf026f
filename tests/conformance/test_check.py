"""The verdict on a job: what is said of it, answer by answer, and what can't be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from jobstate import (
    ConformanceError,
    JobKey,
    Observation,
    ObservationError,
    Outcome,
    check,
    check_jobs,
)
from jobstate.conformance.check import MOST_KEPT, Series
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.conformance.violations import MOST_TOLD
from jobstate.errors import Problem
from jobstate.model import Entry, InOrder, PathKind, Shown
from jobstate.sagemaker import TRAINING_JOB, TrainingJobDescription
from tests.support.small import PARCEL, PARCELS, entries, parcel, rule

BEGIN = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)
NAME = "churn-2026"
ARN = f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{NAME}"


def at(minutes: float) -> datetime:
    """Return a time so many minutes after the job was created."""
    return BEGIN + timedelta(minutes=minutes)


def item(primary: str, secondary: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an item of a list answer."""
    shown: dict[str, Any] = {} if secondary is None else {"SecondaryStatus": secondary}
    return {
        "TrainingJobName": NAME,
        "TrainingJobArn": ARN,
        "CreationTime": BEGIN,
        "TrainingJobStatus": primary,
        **shown,
        **more,
    }


def described(primary: str, *statuses: str, **more: Any) -> dict[str, Any]:
    """Return a describe answer of a job that entered a status every minute."""
    ended = primary in {"Completed", "Failed", "Stopped"}
    transitions: list[dict[str, object]] = [
        {"Status": status, "StartTime": at(minute), "EndTime": at(minute + 1)}
        for minute, status in enumerate(statuses)
    ]
    if ended:
        transitions[-1]["EndTime"] = transitions[-1]["StartTime"]
        more.setdefault("TrainingEndTime", transitions[-1]["StartTime"])
    else:
        del transitions[-1]["EndTime"]
    if "Downloading" in statuses:
        more.setdefault("TrainingStartTime", at(statuses.index("Downloading")))
    more.setdefault("LastModifiedTime", at(len(statuses) - 1))
    more.setdefault("SecondaryStatus", statuses[-1])
    return item(primary, SecondaryStatusTransitions=transitions, **more)


FIVE = ("Starting", "Downloading", "Training", "Uploading", "Completed")


def rules(*answers: object, **given: bool) -> list[str]:
    """Return the ids of the rules that answers break."""
    lifecycle = TRAINING_JOB.given(**given)
    return [violation.rule for violation in check(lifecycle, list(answers)).violations]


# --- What needs one thing or another ------------------------------------------------------------


def waited(**more: Any) -> dict[str, Any]:
    """Return a job that came to the end of what it may wait."""
    statuses = ("Starting", "Downloading", "Training", "Stopping", "MaxWaitTimeExceeded")
    return described("Stopped", *statuses, **more)


@pytest.mark.parametrize(
    ("shown", "basis"),
    [
        ({}, "documented"),
        ({"EnableManagedSpotTraining": True}, "documented"),
        ({"EnableManagedSpotTraining": True, "RetryStrategy": {}}, "documented"),
        ({"EnableManagedSpotTraining": False}, "inferred"),
        ({"EnableManagedSpotTraining": False, "RetryStrategy": {}}, "inferred"),
    ],
)
def test_the_wait_limit_ends_jobs_on_spot_or_retried_ones(
    shown: dict[str, Any], basis: str
) -> None:
    """It is documented for spot jobs and inferred for others, which then must be retried."""
    answer = waited(**shown)
    *before, last = answer["SecondaryStatusTransitions"]
    earlier = described("Stopping", *[each["Status"] for each in before], **shown)
    report = check(TRAINING_JOB, [earlier, answer])
    assert report.legal
    assert (report.result.outcome, report.result.cause) == (Outcome.TIMED_OUT, "max_wait")
    assert last["Status"] == "MaxWaitTimeExceeded"
    assert report.changes[-1].basis == basis


def test_who_is_neither_is_told_of_both() -> None:
    """The sentence names either feature; nothing shows that a job is not retried but a caller."""

    def seen(primary: str, secondary: str) -> Observation:
        return Observation(
            job=JobKey("sagemaker-training-job", ARN, BEGIN),
            shown={"job": Shown(primary, secondary)},
            features={"spot": False, "retry": False},
        )

    found = check(
        TRAINING_JOB, [seen("Stopping", "Stopping"), seen("Stopped", "MaxWaitTimeExceeded")]
    )
    (violation,) = found.violations
    assert violation.rule == "illegal-transition"
    assert violation.message.endswith("the way there is only for jobs with: spot or retry")


@pytest.mark.parametrize(
    ("shown", "basis"),
    [
        ({}, "observed"),
        ({"EnableManagedSpotTraining": False}, "observed"),
        ({"EnableManagedSpotTraining": True}, "inferred"),
    ],
)
def test_any_job_may_be_pending(shown: dict[str, Any], basis: str) -> None:
    """On demand it was seen; on spot instances nothing says that it can't be."""
    report = check(
        TRAINING_JOB,
        [
            described("InProgress", *("Starting", "Pending")[: count + 1], **shown)
            for count in (0, 1)
        ],
    )
    assert not report.violations
    assert report.changes[-1].basis == basis


def test_preferences_of_instances_show_what_a_job_is() -> None:
    """It is not on spot, so it is never interrupted; and it is on a plan that one of them names."""
    plan = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/reserved"
    statuses = ("Starting", "Downloading", "Training")
    bare, planned = (
        {"ResourceConfig": {"InstancePreferences": [preference]}}
        for preference in ({"InstanceType": "ml.p5.48xlarge"}, {"TrainingPlanArns": [plan]})
    )
    for resources in (bare, planned):
        assert rules(described("InProgress", *statuses, "Pending", **resources)) == []
        interrupted = described("InProgress", *statuses, "Interrupted", **resources)
        assert rules(interrupted) == ["illegal-transition"]
    on_spot = {"EnableManagedSpotTraining": True}
    assert rules(described("InProgress", *statuses, **planned, **on_spot)) == ["plan-with-spot"]


def test_a_pool_that_lags_behind_the_end() -> None:
    """It is worth a note and wrongs nobody; neither does the next answer, in which it is free."""
    ended = [
        described(
            "Completed", *FIVE, WarmPoolStatus={"Status": status}, LastModifiedTime=at(minute)
        )
        for minute, status in ((5, "InUse"), (6, "Available"))
    ]
    report = check(TRAINING_JOB, ended)
    assert report.legal
    ((rule, severity),) = [(each.rule, each.severity) for each in report.violations]
    assert (rule, severity) == ("warm-pool-lags-end", "note")


# --- The design's table of what comes in and what is said ---------------------------------------


def test_two_list_items() -> None:
    """A status at first sight, then the change, with what lies possibly between."""
    changes = check(
        TRAINING_JOB, [item("InProgress", "Starting"), item("InProgress", "Training")]
    ).changes
    assert [(each.origin, each.target) for each in changes] == [
        (None, "InProgress/Starting"),
        ("InProgress/Starting", "InProgress/Training"),
    ]
    assert changes[0].path == ()
    assert changes[0].path_kind is PathKind.EXACT
    assert changes[1].path_kind is PathKind.POSSIBLE
    assert "InProgress/Downloading" in changes[1].possible


def test_the_same_item_again() -> None:
    """An answer that says nothing new brings nothing."""
    report = check(TRAINING_JOB, [item("InProgress", "Starting")] * 3)
    assert len(report.steps) == 1
    assert report.answers == 3


def test_first_describe_answer() -> None:
    """Each stay is told once, then the change, by an exact way."""
    report = check(TRAINING_JOB, described("InProgress", *FIVE[:3]))
    assert [(each.ordinal, each.status) for each in report.entered] == list(
        enumerate(FIVE[:3], start=1)
    )
    (change,) = report.changes
    assert (change.origin, change.target) == (None, "InProgress/Training")
    assert (change.path, change.path_kind) == (("Starting", "Downloading"), PathKind.EXACT)


def test_next_describe_answer() -> None:
    """Only the new stays are told, and how it ended."""
    report = check(
        TRAINING_JOB, [described("InProgress", *FIVE[:3]), described("Completed", *FIVE)]
    )
    assert [each.ordinal for each in report.steps[1].entered] == [4, 5]
    change = report.changes[-1]
    assert (change.origin, change.target) == ("InProgress/Training", "Completed/Completed")
    assert (change.path, change.path_kind) == (("Uploading",), PathKind.EXACT)
    assert (change.outcome, change.final, change.cause) == (
        Outcome.SUCCEEDED,
        True,
        "artifacts_uploaded",
    )
    assert str(change.basis) == "documented"


def test_stopping_while_still_starting() -> None:
    """The primary status moves alone; the cause is a stop that was asked for."""
    report = check(TRAINING_JOB, [item("InProgress", "Starting"), item("Stopping", "Starting")])
    assert report.legal
    change = report.changes[-1]
    assert (change.target, change.cause) == ("Stopping/Starting", "stop_requested")
    assert str(change.basis) == "observed"


def test_completed_then_in_progress() -> None:
    """A final status is never left; reality wins all the same."""
    report = check(TRAINING_JOB, [item("Completed", "Completed"), item("InProgress", "Training")])
    assert [violation.rule for violation in report.violations] == ["illegal-transition"]
    assert "Completed/Completed is final" in report.violations[0].message
    assert report.violations[0].allowed == ("Completed/Completed", "Deleting/Completed")
    change = report.changes[-1]
    assert (change.origin, change.target) == ("Completed/Completed", "InProgress/Training")
    assert (change.path_kind, change.basis) == (PathKind.POSSIBLE, None)


def test_an_unknown_secondary_status() -> None:
    """It is news, told once, and no violation; the primary status is judged as usual."""
    report = check(TRAINING_JOB, [item("InProgress", "Hibernating")] * 3)
    assert report.legal
    assert [(each.field, each.value) for each in report.unmodelled] == [
        ("job.secondary", "Hibernating")
    ]
    assert rules(item("Completed", "Completed"), item("InProgress", "Hibernating")) == [
        "illegal-transition"
    ]


def test_after_an_unknown_status_anything_may_follow() -> None:
    """The next step starts from all that it could have been, in polls and in histories."""
    assert rules(item("Completed"), item("Resuming", "Training"), item("InProgress")) == []
    assert rules(described("InProgress", "Starting", "Hibernating", "Restarting")) == []
    assert rules(described("Completed", "Hibernating", "Uploading", "Completed")) == []


def test_an_unknown_last_entry_is_the_current_status() -> None:
    """A history that ends in an unknown status agrees with an answer that shows it."""
    report = check(TRAINING_JOB, described("InProgress", "Starting", "Hibernating"))
    assert report.legal
    assert report.result.outcome is Outcome.RUNNING


def test_a_warm_pool_moves_beside() -> None:
    """Its changes name its region."""
    pool = {"WarmPoolStatus": {"Status": "Available"}}
    report = check(
        TRAINING_JOB,
        [
            item("InProgress", "Training", WarmPoolStatus={"Status": "InUse"}),
            item("Completed", "Completed", **pool),
        ],
    )
    assert report.legal
    assert [(each.region, each.target) for each in report.changes] == [
        ("job", "InProgress/Training"),
        ("warm_pool", "InUse"),
        ("job", "Completed/Completed"),
        ("warm_pool", "Available"),
    ]


# --- Root causes --------------------------------------------------------------------------------


def test_an_observation_gets_at_most_one_root_cause() -> None:
    """A pair that does not exist is said, and not what else is wrong with the way there."""
    assert rules(described("Completed", "Training", "Interrupted", "Training")) == ["illegal-pair"]
    assert rules(described("Completed", *FIVE, SecondaryStatus="Failed")) == [
        "illegal-pair",
        "status-is-last-entry",
    ]


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ([item("Completed", "Training")], "illegal-pair"),
        ([described("InProgress", "Downloading", "Training")], "illegal-start"),
        ([described("InProgress", "Starting", "Uploading")], "illegal-transition"),
        (
            [described("Completed", "Starting", "Stopping", "Completed")],
            "completed-without-training",
        ),
        (
            [item("InProgress", "Interrupted", EnableManagedSpotTraining=False)],
            "illegal-transition",
        ),
        (
            [
                item("InProgress", "Starting", EnableManagedSpotTraining=True),
                item("InProgress", "Training", EnableManagedSpotTraining=False),
            ],
            "feature-changed",
        ),
        (
            [described("InProgress", *FIVE[:2]), described("InProgress", "Starting", "Pending")],
            "history-rewritten",
        ),
        (
            [described("InProgress", *FIVE[:3]), described("InProgress", *FIVE[:2])],
            "modified-time-went-back",
        ),
        (
            [
                item("InProgress", "Training", WarmPoolStatus={"Status": "Available"}),
                item("InProgress", "Training", WarmPoolStatus={"Status": "InUse"}),
            ],
            "warm-pool-illegal-transition",
        ),
    ],
)
def test_the_rules_that_the_automaton_judges(answers: list[dict[str, Any]], rule: str) -> None:
    """Each is broken by the smallest series that breaks it."""
    assert rule in rules(*answers)


def test_a_shorter_history_is_a_rewritten_one() -> None:
    """In answers that are in order, entries do not go."""
    longer = described("InProgress", *FIVE[:3], LastModifiedTime=at(9))
    shorter = described("InProgress", *FIVE[:2], LastModifiedTime=at(9))
    report = check(TRAINING_JOB, [longer, shorter])
    assert [violation.rule for violation in report.violations] == ["history-rewritten"]
    assert "Training is gone" in report.violations[0].message
    assert [each.ordinal for each in report.entered] == [1, 2, 3]


def test_an_old_answer_changes_nothing() -> None:
    """One that went back is told, and where the job stands stays."""
    report = check(
        TRAINING_JOB,
        [
            item("Completed", "Completed", LastModifiedTime=at(9)),
            item("InProgress", "Training", LastModifiedTime=at(5)),
        ],
    )
    assert [violation.rule for violation in report.violations] == ["modified-time-went-back"]
    assert report.result.outcome is Outcome.SUCCEEDED
    assert len(report.changes) == 1


def test_the_same_violation_is_said_once() -> None:
    """Not at every poll."""
    assert rules(*[item("InProgress", "Interrupted", EnableManagedSpotTraining=False)] * 4) == [
        "illegal-transition"
    ]


def test_a_history_must_agree_with_earlier_answers() -> None:
    """What a thin answer showed has to lie somewhere on the way that the history tells."""
    seen = item("InProgress", "Interrupted")
    assert rules(seen, described("InProgress", *FIVE[:3])) == ["illegal-transition"]
    assert rules(seen, described("InProgress", *FIVE[:3], "Interrupted", "Starting")) == []


def test_a_history_must_agree_with_the_primary_status() -> None:
    """Once a history has Stopping, the job is not in progress any more."""
    stopped = described("InProgress", *FIVE[:3], "Stopping", "Uploading")
    assert rules(stopped) == ["illegal-transition"]


def test_what_was_shown_before_narrows_a_later_history() -> None:
    """A stop that a poll has seen rules out what only a running job does."""
    history = described("InProgress", *FIVE[:3], LastModifiedTime=at(3))
    stopping = item("Stopping", "Training", LastModifiedTime=at(4))
    retried = described("Failed", *FIVE[:3], "Restarting", "Failed", LastModifiedTime=at(5))
    assert rules(history, stopping, retried) == ["illegal-transition"]
    assert rules(history, retried) == []


def test_given_features_prove_more() -> None:
    """What is legal in general is not for a job that is known to be on demand."""
    interrupted = described("InProgress", *FIVE[:3], "Interrupted")
    assert rules(interrupted) == []
    report = check(TRAINING_JOB.given(spot=False), interrupted)
    assert [violation.rule for violation in report.violations] == ["illegal-transition"]
    assert "no job given spot=no gets there" in report.violations[0].message
    spot = item("InProgress", "Starting", EnableManagedSpotTraining=True)
    assert rules(spot, spot=False) == ["feature-changed"]


def test_what_is_ruled_out_does_not_stop_the_reading() -> None:
    """After a status that can't be, the rest of the history is still read."""
    history = described("InProgress", *FIVE[:3], "Interrupted", "Downloading", "Training")
    report = check(TRAINING_JOB.given(spot=False), history)
    assert [violation.rule for violation in report.violations] == ["illegal-transition"]
    assert report.job_state.estimates["job"].label == "InProgress/Training"


def test_missing_features_are_named() -> None:
    """The message says which feature the way would need."""
    interrupted = described("InProgress", *FIVE[:3], "Interrupted", EnableManagedSpotTraining=False)
    (violation,) = check(TRAINING_JOB, interrupted).violations
    assert violation.message.endswith("the way there is only for jobs with: spot")


def test_features_that_exclude_each_other() -> None:
    """They are a rule's matter, and leave the automaton alone."""
    both = item(
        "InProgress",
        "Training",
        EnableManagedSpotTraining=True,
        WarmPoolStatus={"Status": "InUse"},
    )
    assert rules(both) == ["warm-pool-with-spot"]


# --- Rules over fields --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (item("InProgress", "Training", TrainingEndTime=at(3)), "end-time-only-when-terminal"),
        (described("Completed", *FIVE, FailureReason="x"), "failure-reason-only-when-failed"),
        (item("Completed", TrainingEndTime=at(-9)), "times-out-of-order"),
        (described("InProgress", *FIVE[:3], LastModifiedTime=at(-9)), "times-out-of-order"),
        (described("Completed", *FIVE, TrainingStartTime=at(2)), "start-time-is-first-download"),
        (
            described("InProgress", "Starting", TrainingStartTime=at(0)),
            "start-time-is-first-download",
        ),
        (described("Completed", *FIVE, TrainingEndTime=at(3)), "end-time-is-terminal-entry"),
        (described("InProgress", *FIVE[:3], SecondaryStatus="Uploading"), "status-is-last-entry"),
        (
            described("Completed", *FIVE, TrainingTimeInSeconds=180, BillableTimeInSeconds=181),
            "billable-exceeds-training",
        ),
        (
            described("Completed", *FIVE, TrainingTimeInSeconds=170),
            "training-time-is-the-span",
        ),
        (
            described(
                "InProgress", *FIVE[:3], ModelArtifacts={"S3ModelArtifacts": "s3://b/m.tar.gz"}
            ),
            "artifacts-too-early",
        ),
        (
            item("Completed", "Completed", WarmPoolStatus={"Status": "InUse"}),
            "warm-pool-lags-end",
        ),
        (
            item("InProgress", "Training", WarmPoolStatus={"Status": "Terminated"}),
            "warm-pool-out-of-step",
        ),
        (
            item("Deleting", "Completed", WarmPoolStatus={"Status": "Available"}),
            "warm-pool-out-of-step",
        ),
        (
            item(
                "Completed",
                "Completed",
                WarmPoolStatus={"Status": "Available", "ReusedByJob": "next"},
            ),
            "reused-by-without-reuse",
        ),
        (
            item(
                "Completed",
                "Completed",
                WarmPoolStatus={
                    "Status": "Available",
                    "ResourceRetainedBillableTimeInSeconds": 9,
                },
            ),
            "retained-time-before-release",
        ),
        (
            described(
                "InProgress",
                "Starting",
                EnableManagedSpotTraining=True,
                ResourceConfig={
                    "TrainingPlanArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/p"
                },
            ),
            "plan-with-spot",
        ),
    ],
)
def test_the_rules_over_fields(answer: dict[str, Any], rule: str) -> None:
    """Each is broken by an answer with just that wrong, and nothing else is said of it."""
    assert rules(answer) == [rule]


def broken_entries(**changes: datetime | None) -> dict[str, Any]:
    """Return a finished job's answer with the end or start of its Training changed."""
    answer = described("Completed", *FIVE)
    answer["SecondaryStatusTransitions"][2].update(changes)
    return answer


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (broken_entries(EndTime=at(2.5)), ["entries-not-chained"]),
        (broken_entries(EndTime=at(1.5)), ["times-out-of-order", "entries-not-chained"]),
        (
            broken_entries(StartTime=at(0.5)),
            ["times-out-of-order", "entries-not-chained"],
        ),
        (broken_entries(EndTime=None), ["open-entry-misplaced"]),
    ],
)
def test_the_rules_over_entries(answer: dict[str, Any], found: list[str]) -> None:
    """Times of entries go on, chain, and only the last is open."""
    assert rules(answer) == found


def test_the_last_entry_is_open_while_the_job_goes_on() -> None:
    """And closed where it began once it has ended."""
    running = described("InProgress", *FIVE[:3])
    running["SecondaryStatusTransitions"][-1]["EndTime"] = at(3)
    assert rules(running) == ["open-entry-misplaced"]
    ended = described("Completed", *FIVE)
    ended["SecondaryStatusTransitions"][-1]["EndTime"] = at(7)
    assert rules(ended) == ["open-entry-misplaced"]
    ended["SecondaryStatusTransitions"][-1]["EndTime"] = None
    assert rules(ended) == ["open-entry-misplaced"]


def test_a_source_that_prints_no_ends_is_not_judged_by_them() -> None:
    """Some leave EndTime out altogether."""
    answer = described("Completed", *FIVE)
    for transition in answer["SecondaryStatusTransitions"]:
        transition.pop("EndTime", None)
    assert rules(answer) == []


def test_the_first_entry_begins_at_creation() -> None:
    """CreationTime and the first StartTime are one and the same."""
    answer = described("InProgress", *FIVE[:2])
    answer["CreationTime"] = at(-30)
    assert rules(answer) == ["creation-time-is-first-entry"]


def test_precision_of_sources() -> None:
    """A time printed to the second, or to the minute, agrees with one to the millisecond."""
    answer = described("Completed", *FIVE)
    answer["TrainingStartTime"] = answer["TrainingStartTime"].replace(microsecond=0)
    answer["CreationTime"] = answer["CreationTime"].replace(second=0, microsecond=0)
    assert rules(answer) == []


@pytest.mark.parametrize(
    "answer",
    [
        described("Failed", "Starting", "Failed", FailureReason="ClientError: no such role"),
        described("Stopped", "Starting", "Stopping", "Stopped"),
        described("Stopped", "Starting", "Pending", "Stopped"),
        described("Stopped", "Starting", "MaxRuntimeExceeded"),
        item("Failed", FailureReason="CapacityError: none"),
        item("Stopped", "Stopped", TrainingEndTime=at(2)),
    ],
)
def test_a_job_that_ends_before_it_starts_breaks_nothing(answer: dict[str, Any]) -> None:
    """No start time, no training: that is how such jobs look."""
    assert rules(answer) == []


def test_rules_can_be_switched_off() -> None:
    """A rule that is off is not said, and the rest is as before."""
    answer = described("Completed", *FIVE, FailureReason="x")
    lifecycle = TRAINING_JOB.without("failure-reason-only-when-failed")
    assert check(lifecycle, answer).violations == ()
    pair = check(TRAINING_JOB.without("illegal-pair"), item("Completed", "Training"))
    assert pair.legal
    assert pair.result.outcome is Outcome.SUCCEEDED


def test_what_is_kept_of_a_job_is_bounded() -> None:
    """A series made up to break a rule at every answer is cut, and what was cut is counted."""
    back = [
        item("InProgress", LastModifiedTime=at(500 - minute)) for minute in range(MOST_TOLD + 21)
    ]
    first, last = (item("InProgress", LastModifiedTime=at(minute)) for minute in (900, 901))
    odd = item("InProgress", "Hibernating", LastModifiedTime=at(902))
    for after in ([], [last], [last, odd]):
        report = check(TRAINING_JOB, [first, *back, *after])
        assert len(report.violations) == MOST_TOLD
        assert report.to_dict()["suppressed"] == 21
        assert not report.legal


def test_news_of_a_job_are_bounded() -> None:
    """So are the changes of a job that never rests; each is legal, for updates come and go."""
    updating = [item("InProgress", ("Training", "Updating")[turn % 2]) for turn in range(12_000)]
    report = check(TRAINING_JOB, updating)
    assert report.legal
    assert len(report.steps) == MOST_KEPT
    assert report.to_dict()["suppressed"] == 12_000 - MOST_KEPT
    assert len(report.job_state.patterns[0].masks) == MOST_SAMPLES


# --- Outcomes -----------------------------------------------------------------------------------


def test_stopped_without_a_secondary_status() -> None:
    """It is final, and its cause is unknown until an answer tells."""
    thin = check(TRAINING_JOB, item("Stopped"))
    assert (thin.result.outcome, thin.result.final, thin.result.cause) == (
        Outcome.STOPPED,
        True,
        "unknown",
    )
    told = check(TRAINING_JOB, [item("Stopped"), item("Stopped", "MaxWaitTimeExceeded")])
    assert (told.result.outcome, told.result.cause) == (Outcome.TIMED_OUT, "max_wait")
    assert len(told.changes) == 1


def test_deleting_keeps_the_result() -> None:
    """What the job came to is known from before, though the answer leaves it out."""
    report = check(TRAINING_JOB, [item("Failed", "Failed"), item("Deleting")])
    assert (report.result.outcome, report.result.gone) == (Outcome.FAILED, True)


def test_the_cause_of_a_failure() -> None:
    """FailureReason's leading kind says why; a later thin answer does not unsay it."""
    failed = described("Failed", *FIVE[:4], "Failed", FailureReason="AlgorithmError: exit 1")
    report = check(TRAINING_JOB, [failed, item("Failed")])
    assert (report.result.outcome, report.result.cause) == (Outcome.FAILED, "algorithm")
    assert report.changes[0].result.cause == "algorithm"


# --- Reports ------------------------------------------------------------------------------------


def test_the_report_as_data() -> None:
    """It has the fields that the command line promises."""
    data: dict[str, Any] = check(TRAINING_JOB, described("Completed", *FIVE)).to_dict()
    assert data["schema_version"] == 2
    assert data["lifecycle"] == {"name": TRAINING_JOB.name, "version": TRAINING_JOB.version}
    assert data["job"] == {
        "kind": "sagemaker-training-job",
        "id": ARN,
        "name": NAME,
        "created": "2026-03-04T05:06:07Z",
    }
    assert data["status"] == {"primary": "Completed", "secondary": "Completed"}
    result = {"outcome": "succeeded", "final": True, "gone": False, "cause": None}
    result |= {"for_good": True, "steady": False}
    assert (data["result"], data["failure_reason"], data["legal"]) == (result, None, True)
    assert data["entries"][0] == {
        "ordinal": 1,
        "status": "Starting",
        "start": "2026-03-04T05:06:07.890000Z",
        "end": "2026-03-04T05:07:07.890000Z",
        "seconds": 60.0,
        "message": None,
    }
    (change,) = data["changes"]
    assert change["path"] == ["Starting", "Downloading", "Training", "Uploading"]
    assert data["violations"] == []
    assert data["unmodelled"] == []


def test_steps_as_data() -> None:
    """Where each answer was that brought something, when, what it showed, where the job was."""
    begun, told = item("InProgress", "Starting"), described("Completed", *FIVE)
    told["LastModifiedTime"] = at(9)
    data: dict[str, Any] = check(TRAINING_JOB, [begun, begun, told, told]).to_dict()
    first, second = data["steps"]
    assert first == {
        "where": "[0]",
        "at": None,
        "shown": {"job": {"primary": "InProgress", "secondary": "Starting"}},
        "entries": 0,
        "states": {"job": ["InProgress/Starting"]},
    }
    assert (second["where"], second["at"]) == ("[2]", "2026-03-04T05:15:07.890000Z")
    assert second["entries"] == len(FIVE)
    assert second["states"] == {"job": ["Completed/Completed"]}


def test_violations_as_data() -> None:
    """Each has the rule, its severity, words, source and time, and where it was."""
    data: dict[str, Any] = check(
        TRAINING_JOB, [item("InProgress", TrainingEndTime=at(3))]
    ).to_dict()
    (violation,) = data["violations"]
    assert violation["rule"] == "end-time-only-when-terminal"
    assert violation["severity"] == "error"
    assert violation["at"] == "2026-03-04T05:09:07.890000Z"
    assert violation["where"] == "[0]"
    assert violation["source"].startswith("API")


def test_notes_do_not_make_a_job_illegal() -> None:
    """A rule of thin basis is told, no more."""
    report = check(TRAINING_JOB, described("Completed", *FIVE, TrainingTimeInSeconds=170))
    assert report.violations
    assert report.legal
    report.validate()


def test_validate_raises_every_violation() -> None:
    """The error names the job and lists what it did."""
    report = check(
        TRAINING_JOB, described("Completed", *FIVE, FailureReason="x", TrainingEndTime=at(3))
    )
    with pytest.raises(ConformanceError) as caught:
        report.validate()
    assert len(caught.value.violations) == 2
    assert NAME in str(caught.value)
    assert "failure-reason-only-when-failed: FailureReason is set" in str(caught.value)


def test_a_record_is_an_answer_too() -> None:
    """What `from_api` gave can be checked as it is."""
    record = TrainingJobDescription.from_api(described("Completed", *FIVE))
    assert (
        check(TRAINING_JOB, record).to_dict()
        == check(TRAINING_JOB, described("Completed", *FIVE)).to_dict()
    )


def test_several_jobs() -> None:
    """`check_jobs` keeps them apart; `check` says that there are several."""
    other = {**item("Stopping", "Stopping"), "CreationTime": at(60)}
    answers = [item("InProgress", "Training"), other, item("Completed", "Completed")]
    reports = check_jobs(TRAINING_JOB, answers)
    assert [report.answers for report in reports.values()] == [2, 1]
    assert [[step.where for step in report.steps] for report in reports.values()] == [
        ["[0]", "[2]"],
        ["[1]"],
    ]
    assert list(reports) == [
        JobKey("sagemaker-training-job", ARN, BEGIN),
        JobKey("sagemaker-training-job", ARN, at(60)),
    ]
    with pytest.raises(ObservationError) as caught:
        check(TRAINING_JOB, answers)
    first, second = map(str, reports)
    expected = f"another answer about {first} (check_jobs takes several jobs)"
    assert caught.value.problems == (Problem("[1]", expected, second),)


def test_no_answer_at_all() -> None:
    """There is no verdict on nothing."""
    with pytest.raises(ObservationError) as caught:
        check(TRAINING_JOB, [])
    assert caught.value.problems == (Problem("", "an answer about a job", "none"),)


def test_one_answer_alone_has_no_place() -> None:
    """It is the whole document, read or not."""
    seen = parcel("sent")
    series = Series(PARCELS)
    series.add(seen)
    for report in (series.report(), check(PARCELS, seen), check_jobs(PARCELS, seen)[PARCEL]):
        assert [step.where for step in report.steps] == [""]
    alone = check(TRAINING_JOB, item("InProgress"))
    assert [step.where for step in alone.steps] == [""]


def test_problems_tell_which_answer() -> None:
    """The path leads through the document to the field."""
    bad = {**item("InProgress"), "CreationTime": "yesterday"}
    page = {"TrainingJobSummaries": [item("InProgress"), bad]}
    with pytest.raises(ObservationError) as caught:
        check(TRAINING_JOB, [item("InProgress"), page])
    assert [problem.path for problem in caught.value.problems] == [
        "[1].TrainingJobSummaries[1].CreationTime"
    ]


def test_without_a_reader_observations_are_taken() -> None:
    """And anything else is refused."""
    assert check(PARCELS, parcel("sent")).result.outcome is Outcome.RUNNING
    with pytest.raises(ObservationError) as caught:
        check(PARCELS, {"status": "sent"})
    assert caught.value.problems == (
        Problem("", "an Observation, for parcel brings no reader", "dict"),
    )


# --- Any life cycle -----------------------------------------------------------------------------


def test_one_axis_with_a_history() -> None:
    """A life cycle without secondary statuses is judged by the same machine."""
    seen = parcel("delivered", "packed", "sent", "at the door", "delivered")
    assert check(PARCELS, seen).legal
    unseen = check(PARCELS, parcel("delivered", "packed", "sent", "delivered"))
    assert [violation.rule for violation in unseen.violations] == ["delivered-unseen"]
    assert unseen.violations[0].message.endswith("without at the door before it")


def test_a_region_that_the_life_cycle_does_not_have_is_not_judged() -> None:
    """An answer may show more than is modelled."""
    seen = Observation(job=PARCEL, shown={"way": Shown("sent"), "weather": Shown("rain")})
    report = check(PARCELS, seen)
    assert report.legal
    assert set(report.job_state.estimates) == {"way"}


def test_nothing_shown_of_the_outcome() -> None:
    """An answer that shows no status leaves the outcome unknown, and nothing final."""
    result = check(PARCELS, Observation(job=PARCEL, shown={})).result
    assert (result.outcome, result.final) == (Outcome.UNKNOWN, False)


def test_rules_that_a_life_cycle_does_not_list_are_not_said() -> None:
    """A pair or an order that no rule speaks of can't be broken."""
    parcels = PARCELS.without("illegal-transition")
    assert check(parcels, [parcel("delivered"), parcel("sent")]).legal


def test_a_long_way_through_thin_answers_and_histories() -> None:
    """What thin answers told already is not told again by the history."""
    report = check(
        PARCELS,
        [
            parcel("packed", "packed"),
            parcel("sent"),
            parcel("at the door", "packed", "sent", "at the door"),
        ],
    )
    assert [(each.target, each.path) for each in report.changes] == [
        ("packed", ()),
        ("sent", ()),
        ("at the door", ()),
    ]


def test_a_way_told_twice_is_only_possible() -> None:
    """A thin answer may be either of two stays in the same status."""
    report = check(
        PARCELS,
        [
            parcel("packed", "packed"),
            parcel("sent"),
            parcel("at the door", "packed", "sent", "packed", "sent", "at the door"),
        ],
    )
    assert report.legal
    assert report.changes[-1].path_kind is PathKind.POSSIBLE


def test_entries_keep_their_messages() -> None:
    """A new message of the same stay is no new entry."""
    first = Observation(job=PARCEL, shown={"way": Shown("packed")}, entries=entries("packed"))
    again = Observation(
        job=PARCEL,
        shown={"way": Shown("packed")},
        entries=(Entry("packed", entries("packed")[0].start, message="on the truck"),),
    )
    report = check(PARCELS, [first, again])
    assert report.legal
    assert len(report.entered) == 1
    assert report.entries[0].message == "on the truck"


def test_an_unknown_status_beside_a_foreign_region() -> None:
    """What the life cycle does not have is no news either."""
    seen = Observation(job=PARCEL, shown={"way": Shown("lost"), "weather": Shown("rain")})
    assert [each.field for each in check(PARCELS, seen).unmodelled] == ["way.primary"]


def test_a_life_cycle_without_histories() -> None:
    """It judges what is shown, and overlooks entries that nothing of it lists."""
    bare = attrs.evolve(PARCELS, regions=(attrs.evolve(PARCELS.regions[0], history=""),))
    seen = [parcel("packed", "packed"), parcel("nowhere", "packed"), parcel("sent", "packed")]
    report = check(bare, seen)
    assert report.legal
    assert [each.value for each in report.unmodelled] == ["nowhere"]
    assert report.changes[0].target == "packed"


def test_an_order_of_what_has_none_is_not_judged() -> None:
    """A text is neither less nor more than a number."""
    weighed = attrs.evolve(
        PARCELS, rules=(rule("heavier", tests=(InOrder(fields=("net", "gross")),)),)
    )
    for net, gross, broken in (("light", 2, False), (3, 2, True), (2, 3, False), (2.5, 2, True)):
        seen = Observation(
            job=PARCEL, shown={"way": Shown("sent")}, fields={"net": net, "gross": gross}
        )
        assert check(weighed, seen).legal is not broken, (net, gross)


def test_an_unknown_status_in_a_rewritten_history_is_told() -> None:
    """Also where the stays of that place were told already."""
    first = described("InProgress", "Starting", "Downloading", "Training")
    changed = described("InProgress", "Starting", "Hibernating", "Training")
    report = check(TRAINING_JOB, [first, changed])
    assert [(each.field, each.value) for each in report.unmodelled] == [
        ("job.entries", "Hibernating")
    ]
    assert [each.rule for each in report.violations] == ["history-rewritten"]


def test_a_series_of_nothing() -> None:
    """There is no verdict before the first answer."""
    with pytest.raises(ObservationError, match="an answer about a job"):
        Series(TRAINING_JOB).report()
