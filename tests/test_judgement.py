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
