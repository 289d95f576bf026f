"""A tracker takes late, equal, coarse and missing times for what the search for orders does."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.campaigns.late import as_text, made_of
from tests.support.answer_sets import answer_set
from tests.support.late_tracking import faults
from tests.support.legal_orders import Interval, Orders
from tests.support.oracle import FACTS

pytestmark = pytest.mark.apart

SEED = 12
COUNT, BATCH = 2_000, 50
#: So many batches are tracked in every run, the others in CI on one Python.
ALWAYS = 4


@pytest.mark.parametrize(
    "batch",
    [
        *range(ALWAYS),
        *(pytest.param(batch, marks=pytest.mark.once) for batch in range(ALWAYS, COUNT // BATCH)),
    ],
)
def test_sets_of_late_answers(batch: int) -> None:
    """No false alarm; a violation where there is no legal order; the same from every order."""
    wrong = []
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        made = made_of(SEED, number)
        wrong += [f"{fault.kind}: {as_text(made, fault)}" for fault in faults(made)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.once
def test_sets_are_of_every_kind() -> None:
    """Of 500 sets enough have each of what makes late answers hard."""
    kinds: Counter[str] = Counter()
    for number in range(500):
        made = answer_set(SEED, number)
        answers = [answer.of_job() for answer in made.answers]
        orders = Orders(FACTS, "job", answers)
        times = [answer.when for answer in answers]
        found = {
            "legal": orders.exist,
            "spoilt and illegal": not made.truthful and not orders.exist,
            "several may be last": len(orders.ends) > 1,
            "missing time": Interval() in times,
            "lower bound": any(answer.lower_bound for answer in made.answers),
            "equal times": len(set(times) - {Interval()}) < len([*filter(_printed, times)]),
            "coarse time": any(1 < time.end - time.begin < float("inf") for time in times),
            "history": any(answer.history for answer in answers),
            "pool": any(answer.of_pool() for answer in made.answers),
            "restart": any(None in order for order in made.orders),
            "duplicate": any(len(set(order)) < len(order) for order in made.orders),
            "nine answers": len(answers) == 9,
            "an end": any(map(orders.shows_end, orders.ends)),
        }
        kinds.update(kind for kind, there in found.items() if there)
    assert len(kinds) == 13
    assert min(kinds.values()) >= 10, kinds


def _printed(time: Interval) -> bool:
    return time != Interval()
