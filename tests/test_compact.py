"""A compact history is the history: the same entries however it is asked, in less memory."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Entry
from jobstate.compact import Entries
from small import BEGIN

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
    """Each time is kept once, so an entry costs little more than its start."""
    compact, history = Entries.of(life(BEGIN)), life(BEGIN)
    entry = sys.getsizeof(history[0]) + 2 * sys.getsizeof(history[0].start)
    starts = 4 * (sys.getsizeof(BEGIN) + 8)
    assert isinstance(compact, Entries)
    own = sys.getsizeof(compact) + sys.getsizeof(compact._starts) + starts  # noqa: SLF001
    assert compact._ends is None  # noqa: SLF001
    assert own < 0.75 * 4 * entry
