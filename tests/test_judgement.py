"""Judging at its edges: life cycles without a history, regions nobody models, bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from jobstate import Observation, PathKind, Shown, automaton, check
from jobstate.automaton import compile_lifecycle
from jobstate.sagemaker import TRAINING_JOB
from small import BEGIN, PARCEL, PARCELS

if TYPE_CHECKING:
    import pytest

#: A service whose answers never tell a history.
WITHOUT_HISTORY = attrs.evolve(
    PARCELS, regions=tuple(attrs.evolve(region, history=False) for region in PARCELS.regions)
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


def test_the_way_through_an_unknown_primary_status() -> None:
    """It could have been anything, so the move is told, and no way."""
    report = check(TRAINING_JOB, [item("Completed", "Completed"), item("Resuming", "Training")])
    assert report.legal
    change = report.changes[-1]
    assert change.origin == "Completed/Completed"
    assert (change.path, change.path_kind, change.basis) == ((), PathKind.POSSIBLE, None)


def test_sets_of_states_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many different things are known of jobs, few are remembered; the verdicts stay."""
    monkeypatch.setattr(automaton, "_REMEMBERED", 3)
    lifecycle = TRAINING_JOB.given(spot=True)
    answers = [item(primary) for primary in ("InProgress", "Stopping", "Stopped", "Deleting")]
    answers[1:1] = [item("InProgress", name) for name in ("Starting", "Training", "Interrupted")]
    report = check(lifecycle, answers)
    assert report.legal
    assert not check(lifecycle, [*answers, item("InProgress")]).legal
    assert len(compile_lifecycle(lifecycle)["job"]._known) <= 3  # noqa: SLF001 - what is bounded
