"""What is known and shown, one object each, and what is remembered of them is bounded."""

from __future__ import annotations

import pytest

from jobstate import Observation
from jobstate.conformance import memo as knowledge
from jobstate.conformance import orders, rules
from jobstate.conformance.judge import Judge
from jobstate.model import Shown
from tests.support.small import PARCEL, PARCELS, parcel


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Return a judge that remembers three of each thing."""
    monkeypatch.setattr(knowledge, "_REMEMBERED", 3)
    monkeypatch.setattr(rules, "MOST_PLANS", 3)
    monkeypatch.setattr(orders, "_MOST_STEPS", 3)
    return Judge(PARCELS)


def test_equal_things_are_one() -> None:
    """Answers that show the same have one view, and jobs that stand alike one knowledge."""
    judge = Judge(PARCELS)
    one, other = (judge.judge(None, parcel("sent", at=at)).job_state for at in (1, 2))
    assert one.estimates is other.estimates
    assert judge.memo.view(parcel("sent", at=1)) is judge.memo.view(parcel("sent", at=2))
    assert judge.memo.view(parcel("sent")) is not judge.memo.view(parcel("sent", cheap=True))
    assert (list(one.estimates), len(one.estimates)) == (["way"], 1)


def test_hostile_statuses_do_not_fill_memory(forgetful: Judge) -> None:
    """What outsiders make up is forgotten again, and judged all the same."""
    for number in range(20):
        found = forgetful.judge(None, parcel(f"status {number}"))
        assert [each.value for each in found.unmodelled] == [f"status {number}"]
    assert len(forgetful.memo._views) <= 3  # noqa: SLF001 - the bound is the promise


def test_many_histories_do_not_fill_memory(forgetful: Judge) -> None:
    """Sets of what is known, and what follows on them, are forgotten again."""
    seen = [parcel(status, **more) for status in ("packed", "sent") for more in FEATURES]
    for first in seen:
        for second in seen:
            job_state = forgetful.judge(None, first).job_state
            after = forgetful.judge(job_state, second).job_state
            assert after.estimates["way"].states
            assert len(job_state.estimates.steps) <= 3
    assert len(forgetful.memo._estimates) <= 3  # noqa: SLF001 - the bound is the promise


def test_many_newer_answers_do_not_fill_memory(forgetful: Judge) -> None:
    """Nor do those that are certainly newer than what a job was kept of."""
    first = forgetful.judge(None, parcel("packed", at=1), in_order=False).job_state
    for status in ("packed", "sent"):
        for more in FEATURES:
            newer = parcel(status, at=2, **more)
            later = forgetful.judge(first, newer, in_order=False).job_state
            assert later.estimates["way"].states
            assert len(first.estimates.steps) <= 3
            assert all(len(each.steps) <= 3 for each in first.patterns)


FEATURES: tuple[dict[str, bool], ...] = (
    {},
    {"insured": True},
    {"cheap": True},
    {"insured": False},
    {"cheap": False},
)


def test_many_fields_do_not_fill_memory(forgetful: Judge) -> None:
    """What rules look at in answers with some fields is worked out anew if it must."""
    for number in range(20):
        fields = {f"field {number}": number}
        seen = Observation(job=PARCEL, shown={"way": Shown("sent")}, fields=fields)
        assert forgetful.judge(None, seen).violations == ()
        assert len(forgetful.memo.view(seen).plans) <= 3
