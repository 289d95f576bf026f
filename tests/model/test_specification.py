"""Rules that a table can say: required states, order, features that exclude each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import JobKey, Observation, Outcome, check
from jobstate.model import ExactlyWhen, InOrder, Requires, Shown, Sums, Where
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCEL, PARCELS, rule

if TYPE_CHECKING:
    from jobstate import Lifecycle, Violation
    from jobstate.model.specification import Test

EARLY, LATE = datetime(2026, 5, 6, tzinfo=UTC), datetime(2026, 5, 7, tzinfo=UTC)


#: When the answers were modified, which only counts where nothing tells better.
NOW = datetime(2026, 5, 8, tzinfo=UTC)


def with_rule(*tests: Test) -> Lifecycle:
    """Return the parcel's life cycle with a rule more."""
    return PARCELS.evolve(add_rules=[rule("my-rule", tests=tests)])


def messages(lifecycle: Lifecycle, status: str, **fields: object) -> list[str]:
    """Return what is said of a parcel of that status with some fields."""
    seen = Observation(job=PARCEL, shown={"way": Shown(status)}, fields=fields)
    return [violation.message for violation in check(lifecycle, seen).violations]


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"sent": EARLY, "arrived": LATE}, []),
        ({"sent": LATE, "arrived": EARLY}, ["arrived"]),
        ({"sent": LATE, "arrived": LATE}, []),
        ({"arrived": EARLY}, []),
        ({"sent": 2, "arrived": 1}, ["arrived"]),
        ({"sent": 1.5, "arrived": 2}, []),
        # What is of another kind is nobody's order, and hides nothing behind it.
        ({"sent": LATE, "arrived": 7}, []),
        ({"sent": "tomorrow", "arrived": EARLY}, []),
        ({"sent": LATE, "arrived": "?", "signed": EARLY}, ["signed"]),
        ({"sent": LATE, "arrived": EARLY, "signed": EARLY}, ["arrived", "signed"]),
        # What is equal is in order, though something else is not.
        ({"sent": 2, "arrived": 2, "signed": 1}, ["signed"]),
    ],
)
def test_in_order(fields: dict[str, object], broken: list[str]) -> None:
    """Of the fields that have a value, none is less than one before it."""
    lifecycle = with_rule(InOrder(fields=("sent", "arrived", "signed")))
    said = messages(lifecycle, "sent", **fields)
    assert [message.split()[0] for message in said] == broken


def test_a_field_asks_for_a_state() -> None:
    """It is broken where no state that is possible is right, and names the field's value."""
    lifecycle = with_rule(
        Requires(field="signature", then=Where(region="way", outcomes={Outcome.SUCCEEDED}))
    )
    assert messages(lifecycle, "delivered", signature="x") == []
    assert messages(lifecycle, "lost", signature="x") == []  # unknown: it could be anything
    assert messages(lifecycle, "sent", signature="x") == [
        'signature is set ("x") while the way is sent'
    ]
    assert messages(lifecycle, "sent") == []


def test_a_field_of_a_region_that_is_not_shown() -> None:
    """What is not shown is not judged."""
    lifecycle = with_rule(Requires(field="signature", then=Where(region="way", final=True)))
    seen = Observation(job=PARCEL, shown={}, fields={"signature": EARLY})
    assert check(lifecycle, seen).legal


def test_a_violation_has_the_time_of_the_field() -> None:
    """Where the field is a time; else that of the answer."""
    lifecycle = with_rule(Requires(field="signed", then=Where(region="way", final=True)))
    seen = Observation(
        job=PARCEL, shown={"way": Shown("sent")}, modified=LATE, fields={"signed": EARLY}
    )
    assert check(lifecycle, seen).violations[0].at == EARLY
    other = attrs.evolve(seen, fields={"signed": "x"})
    assert check(lifecycle, other).violations[0].at == LATE


def test_features_that_exclude_each_other() -> None:
    """They are told by the rule of their exclusion; without that rule they are not."""
    both = Observation(
        job=PARCEL, shown={"way": Shown("sent")}, features={"insured": True, "cheap": True}
    )
    (violation,) = check(PARCELS, both).violations
    assert violation.rule == "cheap-insurance"
    assert violation.message == "the job shows insured and cheap, which exclude each other"
    assert violation.allowed == ("no insured", "no cheap")
    assert check(PARCELS.without("cheap-insurance"), both).violations == ()


def test_a_region_asks_another() -> None:
    """Broken only where every state that the one shows asks, and none of the other is right."""
    lifecycle = with_rule(
        Requires(
            when=Where(region="way", statuses={"at the door"}),
            then=Where(region="way", final=True),
        )
    )
    assert messages(lifecycle, "at the door") == [
        "the way is at the door while the way is at the door"
    ]
    assert messages(lifecycle, "sent") == []


SIGNED = ExactlyWhen(field="signature", when=Where(region="way", statuses={"delivered"}))


@pytest.mark.parametrize(
    ("status", "fields", "said"),
    [
        ("delivered", {"signature": "x"}, []),
        ("sent", {}, []),
        ("sent", {"signature": "x"}, ['signature is set ("x") while the way is sent']),
        ("delivered", {}, ["signature is not set while the way is delivered"]),
        ("lost", {}, []),  # unknown: it could be anything
    ],
)
def test_a_field_is_there_exactly_when(
    status: str, fields: dict[str, object], said: list[str]
) -> None:
    """Not while the region is otherwise, and not left out of a shape that has it."""
    lifecycle = with_rule(SIGNED)
    seen = Observation(
        job=PARCEL,
        shown={"way": Shown(status)},
        fields=fields,
        possible=frozenset({"signature"}),
    )
    assert [each.message for each in check(lifecycle, seen).violations] == said


def test_a_field_that_the_shape_lacks_is_not_missed() -> None:
    """Nor is one asked for by a region that is not shown."""
    lifecycle = with_rule(SIGNED)
    assert messages(lifecycle, "delivered") == []
    nowhere = Observation(job=PARCEL, shown={}, possible=frozenset({"signature"}))
    assert check(lifecycle, nowhere).legal


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"a": 1, "b": 2, "c": 3}, []),
        ({"a": 1, "b": 2, "c": 4}, ["a + b add up to 3, but c to 4"]),
        ({"a": 1, "c": 4}, []),  # not all are there
        ({"a": 1, "b": "2", "c": 4}, []),  # one is no number
    ],
)
def test_sums(fields: dict[str, object], said: list[str]) -> None:
    """Both sides add up to the same, where all of it is there and a number."""
    lifecycle = with_rule(Sums(fields=("a", "b"), others=("c",)))
    assert messages(lifecycle, "sent", **fields) == said


def test_rules_speak_in_their_order() -> None:
    """All that are broken, as the life cycle lists them, whatever kind they are of."""
    order = InOrder(fields=("sent", "arrived"))
    asks = Requires(field="arrived", then=Where(region="way", final=True))
    lifecycle = PARCELS.evolve(
        add_rules=[rule("first", tests=(order,)), rule("second", tests=(asks,))]
    )
    seen = Observation(
        job=PARCEL, shown={"way": Shown("sent")}, fields={"sent": LATE, "arrived": EARLY}
    )
    assert [each.rule for each in check(lifecycle, seen).violations] == ["first", "second"]


# --- What is said -------------------------------------------------------------------------------


def said(violation: Violation) -> tuple[object, ...]:
    """Return all that a violation says of the answer."""
    return (violation.message, violation.path, violation.seen, violation.allowed, violation.at)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"sent": LATE, "arrived": EARLY},
            (
                "arrived (2026-05-06 00:00:00) is less than sent (2026-05-07 00:00:00)",
                "arrived",
                "2026-05-06 00:00:00",
                ("2026-05-07 00:00:00 or more",),
                EARLY,
            ),
        ),
        (
            {"sent": 2, "arrived": 1.5},
            ("arrived (1.5) is less than sent (2)", "arrived", "1.5", ("2 or more",), NOW),
        ),
    ],
)
def test_what_is_said_of_an_order(fields: dict[str, object], expected: tuple[object, ...]) -> None:
    """Both values, the field that is less, what would do; its time, else that of the answer."""
    lifecycle = with_rule(InOrder(fields=("sent", "arrived")))
    seen = Observation(
        job=PARCEL,
        shown={"way": Shown("sent")},
        modified=NOW,
        fields=fields,
    )
    (violation,) = check(lifecycle, seen).violations
    assert said(violation) == expected


def test_what_is_said_of_a_field() -> None:
    """Its name and value, what is shown instead, and the states that would do."""
    lifecycle = with_rule(Requires(field="signed", then=Where(region="way", final=True, gone=True)))
    seen = Observation(
        job=PARCEL, shown={"way": Shown("sent")}, modified=NOW, fields={"signed": EARLY}
    )
    (violation,) = check(lifecycle, seen).violations
    assert said(violation) == (
        "signed is set (2026-05-06 00:00:00) while the way is sent",
        "signed",
        "sent",
        ("forgotten",),
        EARLY,
    )


def test_what_is_said_of_a_region() -> None:
    """It is found where the answer shows the region that must be otherwise."""
    here = Where(region="way", statuses={"sent"})
    lifecycle = with_rule(Requires(when=here, then=Where(region="way", final=True, gone=False)))
    seen = Observation(job=PARCEL, shown={"way": Shown("sent")}, modified=NOW)
    (violation,) = check(lifecycle, seen).violations
    assert said(violation) == (
        "the way is sent while the way is sent",
        "Status",
        "sent",
        ("delivered", "returned"),
        NOW,
    )


def test_what_is_said_of_features() -> None:
    """Names of more than one word are words."""
    exclusion = attrs.evolve(PARCELS.exclusions[0], features=("same_day", "cheap"))
    same_day = attrs.evolve(PARCELS.features[0], name="same_day")
    lifecycle = attrs.evolve(
        PARCELS, features=(*PARCELS.features, same_day), exclusions=(exclusion,)
    )
    both = Observation(
        job=PARCEL,
        shown={"way": Shown("sent")},
        features={"same_day": True, "cheap": True},
        modified=NOW,
    )
    (violation,) = check(lifecycle, both).violations
    assert said(violation) == (
        "the job shows same day and cheap, which exclude each other",
        "features",
        "same day and cheap",
        ("no same day", "no cheap"),
        NOW,
    )


# --- Of training jobs ---------------------------------------------------------------------------

BEGAN = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return a time some minutes after the job was created."""
    return BEGAN + timedelta(minutes=minutes)


def on(minutes: int) -> str:
    """Return that time as messages print it."""
    return f"2026-03-04 05:{6 + minutes:02}:07.890"


def job(primary: str, *statuses: str, **more: Any) -> dict[str, Any]:
    """Return an answer about a job that entered a status every minute; it prints no ends."""
    return {
        "TrainingJobName": "tides",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tides",
        "CreationTime": BEGAN,
        "TrainingJobStatus": primary,
        "SecondaryStatus": statuses[-1],
        "SecondaryStatusTransitions": [
            {"Status": status, "StartTime": at(minute)} for minute, status in enumerate(statuses)
        ],
        **more,
    }


FULL = ("Starting", "Downloading", "Training", "Uploading", "Completed")


@pytest.mark.parametrize(
    ("answer", "rule_id", "expected"),
    [
        (
            job("Completed", *FULL, TrainingStartTime=at(2)),
            "start-time-is-first-download",
            (
                f"TrainingStartTime is {on(2)}, but the first Downloading began at {on(1)}",
                "TrainingStartTime",
                on(2),
                (on(1),),
                at(2),
            ),
        ),
        (
            job("InProgress", "Starting", "Pending", TrainingStartTime=at(1)),
            "start-time-is-first-download",
            (
                f"TrainingStartTime is {on(1)}, but the history has no Downloading",
                "TrainingStartTime",
                on(1),
                ("no TrainingStartTime",),
                at(1),
            ),
        ),
        (
            job("InProgress", "Starting", "Pending", CreationTime=at(-1)),
            "creation-time-is-first-entry",
            (
                f"CreationTime is {on(-1)}, but the first entry (Starting) began at {on(0)}",
                "CreationTime",
                on(-1),
                (on(0),),
                at(-1),
            ),
        ),
        (
            job("Completed", *FULL, TrainingEndTime=at(3)),
            "end-time-is-terminal-entry",
            (
                f"TrainingEndTime is {on(3)}, but Completed began at {on(4)}",
                "TrainingEndTime",
                on(3),
                (on(4),),
                at(3),
            ),
        ),
        (
            job(
                "Completed",
                *FULL,
                TrainingStartTime=at(1),
                TrainingEndTime=at(4),
                TrainingTimeInSeconds=170,
            ),
            "training-time-is-the-span",
            (
                (
                    "TrainingTimeInSeconds is 170, but from TrainingStartTime to TrainingEndTime"
                    " it is 180 s"
                ),
                "TrainingTimeInSeconds",
                "170",
                ("180",),
                at(4),
            ),
        ),
        (
            job("Completed", *FULL, WarmPoolStatus={"Status": "InUse"}, LastModifiedTime=at(5)),
            "warm-pool-lags-end",
            (
                "the warm pool is InUse while the job is Completed/Completed",
                "SecondaryStatus",
                "Completed/Completed",
                tuple(
                    state.name
                    for state in TRAINING_JOB.region("job").states
                    if state.primary in {"InProgress", "Stopping"}
                ),
                at(5),
            ),
        ),
        (
            job(
                "Completed",
                *FULL,
                WarmPoolStatus={"Status": "Available", "ReusedByJob": "next"},
                LastModifiedTime=at(5),
            ),
            "reused-by-without-reuse",
            (
                'WarmPoolStatus.ReusedByJob is set ("next") while the warm pool is Available',
                "WarmPoolStatus.ReusedByJob",
                "Available",
                ("Reused",),
                at(5),
            ),
        ),
    ],
)
def test_what_is_said_of_a_training_job(
    answer: dict[str, Any], rule_id: str, expected: tuple[object, ...]
) -> None:
    """What is wrong, in which field, what it should be and when: nobody has to look it up."""
    (violation,) = check(TRAINING_JOB, answer).violations
    assert (violation.rule, *said(violation)) == (rule_id, *expected)


@pytest.mark.parametrize("missing", ["TrainingStartTime", "TrainingEndTime"])
@pytest.mark.parametrize("value", [None, "soon"])
def test_a_span_needs_both_its_ends(missing: str, value: object) -> None:
    """Where one is no time, nobody can tell how long the training took."""
    fields = {
        "TrainingStartTime": at(1),
        "TrainingEndTime": at(4),
        "TrainingTimeInSeconds": 170,
        missing: value,
    }
    known = {name: each for name, each in fields.items() if each is not None}
    job = JobKey(TRAINING_JOB.name, "1")
    seen = Observation(job=job, shown={"job": Shown("Completed", "Completed")}, fields=known)
    assert check(TRAINING_JOB, seen).violations == ()
