"""A tracker takes late, equal, coarse and missing times for what the search for orders does."""

from __future__ import annotations

import pytest

from tests.campaigns.late import as_text, made_of
from tests.support.late_tracking import faults

SEED = 12
COUNT, BATCH = 2_000, 50


@pytest.mark.parametrize("batch", range(COUNT // BATCH))
def test_sets_of_late_answers(batch: int) -> None:
    """No false alarm; a violation where there is no legal order; the same from every order."""
    wrong = []
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        made = made_of(SEED, number)
        wrong += [f"{fault.kind}: {as_text(made, fault)}" for fault in faults(made)]
    assert not wrong, "\n".join(wrong)
