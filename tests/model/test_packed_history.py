"""A compact history is the history: the same entries however it is asked, in less memory."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.model import Entry
from jobstate.model.packed_history import Entries
from tests.support.small import BEGIN

TIMES = st.integers(0, 20).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
ENTRIES = st.builds(
    Entry,
    st.sampled_from(("Starting", "Training", "Uploading")),
    TIMES,
    st.none() | TIMES,
    st.none() | st.sampled_from(("Preparing", "Training in progress")),
)


@st.composite
def chained(draw: st.DrawFn) -> list[Entry]:
    """Return a history as services print it: an entry ends where the next one begins."""
    times = sorted(draw(st.lists(TIMES, min_size=2, max_size=6)))
    found = [Entry("Training", start, end) for start, end in pairwise(times)]
    last = draw(st.sampled_from((None, times[-1], times[-1] + timedelta(seconds=1))))
    return [*found, Entry("Completed", times[-1], last)]


HISTORIES = st.lists(ENTRIES, max_size=6) | chained()


@given(HISTORIES, st.slices(6))
def test_it_is_the_same_history(history: list[Entry], part: slice) -> None:
    """Entry by entry, from either end, in slices, forwards and backwards."""
    compact = Entries.of(history)
    assert len(compact) == len(history)
    assert list(compact) == history
    assert [compact[place] for place in range(len(history))] == history
    assert [compact[place - len(history)] for place in range(len(history))] == history
    assert list(compact[part]) == history[part]
    assert list(reversed(compact)) == history[::-1]
    assert all(entry in compact for entry in history)
    assert bool(compact) is bool(history)


@given(HISTORIES)
def test_beyond_its_ends(history: list[Entry]) -> None:
    """There is nothing."""
    compact = Entries.of(history)
    for place in (len(history), -len(history) - 1):
        with pytest.raises(IndexError):
            compact[place]


def test_slices_are_plain_tuples() -> None:
    """Whoever keeps one keeps no more than it needs."""
    compact = Entries.of([Entry("Starting", BEGIN), Entry("Training", BEGIN)])
    assert compact[1:] == (Entry("Training", BEGIN),)


def test_what_is_compact_stays_as_it_is() -> None:
    """Nothing is made twice; of nothing nothing is made."""
    compact = Entries.of([Entry("Starting", BEGIN)])
    assert Entries.of(compact) is compact
    empty: tuple[Entry, ...] = ()
    assert Entries.of(empty) is empty


def objects(compact: object, names: tuple[str, ...]) -> list[int]:
    """Return which objects a compact history refers to."""
    return [id(getattr(compact, name)) for name in names]


def test_jobs_share_what_they_have_alike() -> None:
    """The statuses and messages of a thousand histories take the memory of one."""
    compacts = [Entries.of(life(BEGIN + timedelta(seconds=number))) for number in range(1000)]
    shared = {tuple(objects(each, ("_statuses", "_messages"))) for each in compacts}
    assert len(shared) == 1
    assert list(compacts[7]) == life(BEGIN + timedelta(seconds=7))


def life(begin: datetime) -> list[Entry]:
    """Return a history whose texts are objects of their own, as parsed ones are."""
    starts = [begin + timedelta(minutes=minute) for minute in range(4)]
    ends = [*starts[1:], starts[-1] + timedelta(0)]
    return [
        Entry(json.loads('"Training"'), start, end, json.loads('"In progress"'))
        for start, end in zip(starts, ends, strict=True)
    ]


def test_it_takes_less_memory() -> None:
    """Each time is kept once, as a number, so an entry costs eight bytes and its share of words."""
    compact, history = Entries.of(life(BEGIN)), life(BEGIN)
    entry = sys.getsizeof(history[0]) + 2 * sys.getsizeof(history[0].start)
    assert isinstance(compact, Entries)
    own = sys.getsizeof(compact) + sys.getsizeof(compact._starts)  # noqa: SLF001
    assert not compact._ends  # noqa: SLF001
    assert own < 0.25 * 4 * entry


@given(HISTORIES)
def test_columns_are_the_same_history(history: list[Entry]) -> None:
    """In plain values and back, exactly."""
    compact = Entries.of(history)
    if isinstance(compact, Entries):
        statuses, starts, ends, messages = zip(*compact.rows(), strict=True)
        assert Entries.from_columns(statuses, starts, ends, messages) == compact
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        micro = timedelta(microseconds=1)
        assert list(starts) == [(each.start - epoch) // micro for each in history]


@given(HISTORIES, HISTORIES, st.integers(0, 6))
def test_what_continues_has_all_of_the_other(
    one: list[Entry], other: list[Entry], shared: int
) -> None:
    """Seen at a glance or not: where it says so, a closer look says the same."""
    for new, old in ((one, other), (one, one[:shared]), (one[:shared] + other, one[:shared])):
        compact, before = Entries.of(new), Entries.of(old)
        if isinstance(compact, Entries) and compact.continues(before):
            assert len(new) >= len(old)
            for was, now in zip(old, new, strict=False):
                assert (was.status, was.start) == (now.status, now.start)
                assert was.end in (None, now.end)


def test_a_history_that_goes_on_is_seen_at_a_glance() -> None:
    """The usual case: what was open has ended, or nothing has changed but words."""
    history = life(BEGIN)
    last = history[-1]
    for count in range(len(history) + 1):
        shorter = [*history[:count]]
        if shorter and count < len(history):
            shorter[-1] = Entry("Training", shorter[-1].start, None, "other words")
        compact = Entries.of(history)
        assert isinstance(compact, Entries)
        assert compact.continues(Entries.of(shorter))
    opened = Entries.of([*history[:-1], Entry(last.status, last.start)])
    assert isinstance(opened, Entries)
    assert not opened.continues(Entries.of(history))
