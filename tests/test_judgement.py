"""Judging at its edges: no history, regions nobody models, statuses nobody knows."""

from __future__ import annotations

from typing import Any

import attrs

from jobstate import Observation, Shown, check
from jobstate.sagemaker import TRAINING_JOB
from small import BEGIN, PARCEL, PARCELS

#: A service whose answers never tell a history.
WITHOUT_HISTORY = attrs.evolve(
    PARCELS, regions=tuple(attrs.evolve(region, history="") for region in PARCELS.regions)
)


def item(primary: str, secondary: str | None = None) -> dict[str, Any]:
    """Return an item of a list answer."""
    shown = {} if secondary is None else {"SecondaryStatus": secondary}
    return {
        "TrainingJobName": "churn",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn",
        "CreationTime": BEGIN,
        "TrainingJobStatus": primary,
        **shown,
    }


def test_an_unknown_status_of_a_life_cycle_without_histories() -> None:
    """It is told once, and anything may follow."""
    seen = [
        Observation(job=PARCEL, shown={"way": Shown(status)})
        for status in ("sent", "in customs", "in customs", "packed")
    ]
    report = check(WITHOUT_HISTORY, seen)
    assert report.legal
    assert [(each.field, each.value) for each in report.unmodelled] == [
        ("way.primary", "in customs")
    ]


def test_an_unknown_status_beside_a_region_that_is_not_modelled() -> None:
    """What the life cycle does not model is not told; what it does is."""
    seen = Observation(job=PARCEL, shown={"weather": Shown("rain"), "way": Shown("in customs")})
    report = check(PARCELS, seen)
    assert [each.field for each in report.unmodelled] == ["way.primary"]


def test_after_an_unknown_primary_status_anything_is_possible() -> None:
    """Nothing new is known, so no change is told, and none of what follows is illegal."""
    odd = [item("Completed", "Completed"), item("Resuming", "Training")]
    report = check(TRAINING_JOB, odd)
    assert report.legal
    assert [change.target for change in report.changes] == ["Completed/Completed"]
    assert [each.value for each in report.unmodelled] == ["Resuming"]
    again = check(TRAINING_JOB, [*odd, item("InProgress", "Training")])
    assert again.legal
    assert again.standing.known["job"].label == "InProgress/Training"


def test_a_coarse_time_between_hides_nothing() -> None:
    """The newest LastModifiedTime counts, though one printed to the minute came after it."""
    times = ("2026-05-06T10:00:30.5Z", "2026-05-06T10:00:00Z", "2026-05-06T10:00:10.5Z")
    fine, coarse, older = ({**item("InProgress"), "LastModifiedTime": time} for time in times)
    assert check(TRAINING_JOB, [fine, coarse]).legal
    for answers in ([fine, older], [fine, coarse, older]):
        (violation,) = check(TRAINING_JOB, answers).violations
        assert violation.rule == "modified-time-went-back"


def test_an_illegal_job_is_illegal_whatever_came_before() -> None:
    """However much news is kept of one job, the verdict counts all of it."""
    long = [item("InProgress", status) for status in ("Interrupted", "Starting")] * 5_100
    wrong = [item("Completed"), item("InProgress")]
    assert check(TRAINING_JOB, long).legal
    assert not check(TRAINING_JOB, [*long, *wrong]).legal
