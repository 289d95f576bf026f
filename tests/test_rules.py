"""Rules that a table can say: required states, order, features that exclude each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import InOrder, Observation, Outcome, Requires, Shown, Where, check
from small import PARCEL, PARCELS, rule

if TYPE_CHECKING:
    from jobstate import Lifecycle
    from jobstate.specification import Test

EARLY, LATE = datetime(2026, 5, 6, tzinfo=UTC), datetime(2026, 5, 7, tzinfo=UTC)


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
        "signature is set ('x') while the way is sent"
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
