"""What is kept of an answer, and what its time says of when its record was changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.legal_orders import MANY
from jobstate.common.times import to_microseconds
from jobstate.conformance.kept_answers import (
    NEVER,
    KeptAnswer,
    in_order,
    interval,
    packed,
    pattern_of,
)
from tests.support.small import PARCELS

WAY = compile_lifecycle(PARCELS)["way"]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("printed", "next_one"),
    [
        (NOON, timedelta(minutes=1)),
        (NOON.replace(second=7), timedelta(seconds=1)),
        (NOON.replace(microsecond=7), timedelta(microseconds=1)),
    ],
    ids=["to the minute", "to the second", "to the microsecond"],
)
def test_a_time_is_as_exact_as_it_is_printed(printed: datetime, next_one: timedelta) -> None:
    """The change was in any microsecond up to the next time that prints so."""
    begin, end = interval(printed)
    assert begin == to_microseconds(printed)
    assert end + 1 == to_microseconds(printed + next_one)


def test_no_answers_say_nothing() -> None:
    """Neither where the job is nor how much of a history counts; a first one goes on from there."""
    for nothing, chain in ((packed(WAY, ()), True), (in_order(pattern_of(WAY)), False)):
        pattern = nothing.pattern
        assert (pattern.masks, pattern.counts, pattern.origin) == ((), (), None)
        assert (pattern.possible, pattern.judged, pattern.is_chain) == (0, 0, chain)
        assert (nothing.latest, nothing.since, nothing.unpacked()) == (NEVER, NEVER, ())
        assert nothing.since_history == ()
    assert packed(WAY, (), latest=7).latest == 7


@pytest.mark.parametrize(("begin", "chain"), [(4, False), (5, False), (6, True)])
def test_a_chain_has_each_certainly_newer(begin: int, chain: bool) -> None:  # noqa: FBT001
    """Two at one time are none."""
    kept = [KeptAnswer(1, 1, 5), KeptAnswer(2, begin, 9)]
    assert packed(WAY, kept).pattern.is_chain is chain
    assert packed(WAY, kept).unpacked() == tuple(kept)


def test_what_may_be_newer_than_the_longest_history() -> None:
    """By their times: what has none shows something later only where it is not certainly older."""
    longest = KeptAnswer(1, 20, 20, 3, 3)
    kept = [
        KeptAnswer(2, 10, 10),  # certainly older
        KeptAnswer(4, 10, 20),  # it may be
        KeptAnswer(8, 30, 30),
        KeptAnswer(16, 40, 40, 2, 2),  # has a history
        longest,
        KeptAnswer(32),
        KeptAnswer(64, 15, 15, 0, MANY),  # older than the longest, not than the other
    ]
    assert packed(WAY, kept).since_history == (4, 8, 32)
