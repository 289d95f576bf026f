"""Ends that may reopen: a tracker tells a reopening where no legal order puts the end last."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest

from jobstate import check
from tests.support.brute_force import explains_series
from tests.support.reopening import Course, answer_set

pytestmark = pytest.mark.apart

COUNT, BATCH = 1_200, 50
#: So many batches are tracked in every run, the others in CI on one Python.
ALWAYS = 4


@pytest.mark.parametrize(
    "batch",
    [
        *range(ALWAYS),
        *(pytest.param(batch, marks=pytest.mark.once) for batch in range(ALWAYS, COUNT // BATCH)),
    ],
)
def test_late_answers_about_jobs_that_reopen(batch: int) -> None:
    """The end that was told stands while it can be the last, in whatever order answers come.

    Nothing legal is a violation, and each end that is over is told to be.
    """
    wrong = []
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        made = answer_set(seed)
        for number, order in enumerate(made.orders):
            found = Course(made).faults(order)
            wrong += [f"set {seed}, order {number}: {each}" for each in found]
    assert not wrong, "\n".join(wrong)


@pytest.mark.once
def test_they_meet_whatever_there_is() -> None:
    """Jobs that go on, ends that stand, answers that no order explains: each in many sets."""
    met = Counter[str]()
    for seed in range(ALWAYS * BATCH):
        made = answer_set(seed)
        course = Course(made)
        assert list(course.faults(made.orders[0])) == []
        met.update(course.counts._asdict())
    assert min(met["reopened"], met["stood"], met["illegal"]) > 0, met
    assert min(met["reopened"], met["stood"]) > BATCH // 3, met


def test_answers_in_order() -> None:
    """The check finds a series legal that some run shows, and only such a one."""
    found = Counter[bool]()
    for seed in range(400):
        made = answer_set(seed)
        (region,) = made.lifecycle.regions
        said = [made.answers[number] for number in made.orders[seed % 4] if number is not None]
        bare = [
            attrs.evolve(each.sent, entries=(), modified=None, modified_not_before=None)
            for each in said
        ]
        shown = [each.searched.shows for each in said]
        legal = bool(explains_series(made.lifecycle, region.name, shown))
        assert check(made.lifecycle, bare).legal == legal, seed
        found[legal] += 1
    assert min(found[True], found[False]) > 50, found
