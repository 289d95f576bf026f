"""What is planted in documents is found, all of it and nothing else, whatever is around it.

The campaign is `wrapped`, here with fifty thousand documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstate.finding import finder
from tests.campaigns import attack, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.once

SEED = 20261129
IN_ALL = 50_000
BATCHES = 10


@pytest.fixture(scope="module")
def tallies(figures: Callable[[str], None]) -> Iterator[list[attack.Tally]]:
    """Return where each batch notes what came of it, printed when all are through."""
    found: list[attack.Tally] = []
    yield found
    figures(wrapped.ATTACK.described(attack.together(found)))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_all_and_nothing_else(batch: int, tallies: list[attack.Tally]) -> None:
    """Of documents that were spoilt answers, lines, or one error."""
    size = IN_ALL // BATCHES
    tally = wrapped.ATTACK.run(SEED, range(batch * size, (batch + 1) * size))
    tallies.append(tally)
    assert not tally.failures, "\n".join(map(str, tally.failures[:20]))
    assert {"0 found", "1 found", "2 found", "3 found"} < tally.outcomes.keys()
    assert min(tally.outcomes.values()) > size // 100


@pytest.mark.parametrize(
    ("name", "value"),
    [("CLOSED", frozenset()), ("DEEPEST", 11), ("MOST_LAYERS", 3), ("MOST_VALUES", 20)],
)
def test_it_notices(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found too much, and what is missed."""
    monkeypatch.setattr(finder, name, value)
    assert wrapped.ATTACK.run(SEED, range(600)).failures
