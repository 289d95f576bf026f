"""Whatever is sent, AWS's own kind of response comes; what is right arrives, a fault is told.

The campaign is `wire`, here with forty thousand requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstate.emulator.wire import checks, scalars
from tests.campaigns import attack, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.once

SEED = 20261130
IN_ALL = 40_000
BATCHES = 8
PLANTED = {"planted: invalid", "planted: SerializationException"}
RIGHT = {"right: answered", "right: refused by the world"}


@pytest.fixture(scope="module")
def tallies(figures: Callable[[str], None]) -> Iterator[list[attack.Tally]]:
    """Return where each batch notes what came of it, printed when all are through."""
    found: list[attack.Tally] = []
    yield found
    figures(wire.ATTACK.described(attack.together(found)))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_response_is_right(batch: int, tallies: list[attack.Tally]) -> None:
    """No exception, nothing but 200 and 4xx, no request that takes long."""
    size = IN_ALL // BATCHES
    tally = wire.ATTACK.run(SEED, range(batch * size, (batch + 1) * size))
    tallies.append(tally)
    assert not tally.failures, "\n".join(map(str, tally.failures[:20]))
    assert min(tally.outcomes[each] for each in PLANTED | RIGHT) > size // 20
    assert tally.slowest < 10


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (scalars, "matches", lambda *_: True),
        (scalars, "bounds", lambda *_: {"min": "wrong", "max": "wrong"}),
        (checks, "NOT_NULL", "wrong"),
        (checks, "_sized", lambda _: lambda *_: None),
        (checks, "_lowered", str),
    ],
)
def test_it_notices(
    module: object, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is let through, and what is told otherwise or elsewhere."""
    monkeypatch.setattr(module, name, value)
    wire.wire.cache_clear()
    try:
        assert wire.ATTACK.run(SEED, range(400)).failures
    finally:
        wire.wire.cache_clear()
