"""How the histories of several answers fit together: what is kept, what is new, what clashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.conformance.histories import contradiction, merged, shortening, stays
from jobstate.model import Entry
from jobstate.model.packed_history import Entries
from jobstate.model.specification import Finding
from tests.support.small import BEGIN, PARCEL

if TYPE_CHECKING:
    from collections.abc import Sequence


def at(seconds: float) -> datetime:
    """Return a time some seconds after the parcel was packed."""
    return BEGIN + timedelta(seconds=seconds)


#: As the last answer prints it: each entry ends where the next one begins.
LIFE = (
    Entry("packed", at(0), at(10), "in a box"),
    Entry("sent", at(10), at(20)),
    Entry("at the door", at(20), at(30)),
    Entry("delivered", at(30), at(30)),
)


def so_far(count: int) -> tuple[Entry, ...]:
    """Return the history when the parcel had come so far: the last entry is still open."""
    if count in {0, len(LIFE)}:
        return LIFE[:count]
    return (*LIFE[: count - 1], attrs.evolve(LIFE[count - 1], end=None))


# --- Together -----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, len(LIFE))))
def test_the_longest_wins_in_any_order(counts: list[int]) -> None:
    """Histories that begin one another come to the longest, whatever the order."""
    known: tuple[Entry, ...] = ()
    for count in counts:
        known = tuple(merged(known, so_far(count)))
    assert known == so_far(max(counts, default=0))


def test_an_end_that_is_known_stays_known() -> None:
    """Though a newer answer leaves it out; what else it says is taken from it."""
    without = [attrs.evolve(entry, end=None, message="!") for entry in LIFE]
    assert merged(LIFE, without) == tuple(attrs.evolve(entry, message="!") for entry in LIFE)
    assert merged(without, LIFE) == LIFE


#: How finely sources print: each moment is cut to a whole one of these.
PRINTS: Final = (timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1))


def cut(moment: datetime, length: timedelta) -> datetime:
    """Return a time as a source prints it."""
    return moment - (moment - datetime.min.replace(tzinfo=UTC)) % length


@pytest.mark.parametrize("length", PRINTS)
def test_of_two_prints_the_finer_is_kept(length: timedelta) -> None:
    """Of starts and ends, whichever answer printed them."""
    coarse = [
        attrs.evolve(entry, start=cut(entry.start, length), end=cut(entry.end, length))
        for entry in LIFE
        if entry.end is not None
    ]
    assert merged(LIFE, coarse) == LIFE
    assert merged(coarse, LIFE) == LIFE


#: What sources print of moments that are less than a second, a minute, or more apart.
PRINTED: Final = sorted({cut(at(each), length) for each in (0, 0.5, 1, 70) for length in PRINTS})
START: Final = cut(at(0), PRINTS[-1])


@pytest.mark.parametrize(
    "entries",
    [
        [Entry("packed", start) for start in PRINTED],
        [Entry("packed", START, end) for end in (None, *PRINTED)],
    ],
    ids=["starts", "ends"],
)
def test_what_contradicts_one_answer_contradicts_all_together(entries: list[Entry]) -> None:
    """Of three answers two disagree if and only if one disagrees with all before it."""
    for three in product(entries, repeat=3):
        disagree = any(contradiction([one], [other], "") for one, other in combinations(three, 2))
        known: Sequence[Entry] = ()
        found = False
        for entry in three:
            found = found or contradiction(known, [entry], "") is not None
            known = merged(known, [entry])
        assert found == disagree, three


# --- At odds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", range(len(LIFE) + 1))
@pytest.mark.parametrize("new", range(len(LIFE) + 1))
def test_histories_of_one_life_agree(old: int, new: int) -> None:
    """In whatever order they come, as far as both of them go."""
    assert contradiction(so_far(old), so_far(new), "Log") is None


@pytest.mark.parametrize(
    "change",
    [
        {"status": "returned"},
        {"start": at(11)},
        {"end": at(21)},
    ],
)
def test_another_status_or_time_is_a_contradiction(change: dict[str, Any]) -> None:
    """It says which entry, what it was and what it is now."""
    new = (LIFE[0], attrs.evolve(LIFE[1], **change), *LIFE[2:])
    found = contradiction(LIFE, new, "Log")
    assert found is not None
    assert found.path == "Log[1]"
    assert found.message.startswith("entry 2 was sent from 2026-05-06 07:08:19.250 ")
    assert found.at == new[1].start
    assert found.allowed != (found.seen,)


def test_what_is_said_of_a_contradiction() -> None:
    """Both entries, with their ends as far as they have one, and where the newer one stands."""
    new = (LIFE[0], attrs.evolve(LIFE[1], start=at(11), end=None))
    found = contradiction(LIFE, new, "Log")
    was = "sent from 2026-05-06 07:08:19.250 to 2026-05-06 07:08:29.250"
    now = "sent from 2026-05-06 07:08:20.250"
    assert found == Finding(
        message=f"entry 2 was {was} in an earlier answer and is {now} now",
        path="Log[1]",
        seen=now,
        allowed=(was,),
        at=at(11),
    )


def test_other_words_or_an_end_left_out_are_none() -> None:
    """Messages change while an entry stays, and sources leave ends out."""
    new = [attrs.evolve(entry, end=None, message="other words") for entry in LIFE]
    assert contradiction(LIFE, new, "Log") is None
    assert contradiction(new, LIFE, "Log") is None


def test_times_are_compared_as_coarsely_as_they_are_printed() -> None:
    """A source that cuts times to the second says nothing else."""
    cut = [
        attrs.evolve(
            entry, start=entry.start.replace(microsecond=0), end=at(20).replace(microsecond=0)
        )
        for entry in LIFE[1:2]
    ]
    assert contradiction(LIFE[1:2], cut, "Log") is None


def test_entries_that_are_gone() -> None:
    """A newer history that is shorter has lost some: which, and since when they were there."""
    found = shortening(LIFE, LIFE[:2], "Log")
    assert found is not None
    assert found.path == "Log[2]"
    assert found.message == (
        "the history has 2 entries, but an earlier answer had 4: at the door, delivered is gone"
    )
    assert (found.seen, found.at) == ("no entry", at(20))
    assert found.allowed == ("at the door from 2026-05-06 07:08:29.250 to 2026-05-06 07:08:39.250",)


@pytest.mark.parametrize(("old", "new"), [(4, 0), (4, 4), (2, 3), (0, 0)])
def test_histories_that_lost_nothing(old: int, new: int) -> None:
    """An answer without a history has lost none: lists have none."""
    assert shortening(LIFE[:old], LIFE[:new], "Log") is None


# --- Compact ------------------------------------------------------------------------------------

#: What other answers may say of an entry: nothing else, or one thing.
SAID: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {}, {"end": None}, {"end": at(30)}, {"start": at(11)}, {"status": "lost"}]
)


@st.composite
def told(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Return the history of a life as one more answer tells it."""
    history = so_far(draw(st.integers(0, len(LIFE))))
    return tuple(attrs.evolve(entry, **draw(SAID)) for entry in history)


@given(told(), told())
def test_compact_histories_fit_together_as_plain_ones_do(
    old: tuple[Entry, ...], new: tuple[Entry, ...]
) -> None:
    """What is seen at a glance is what a look at every entry shows, whichever is the longer."""
    found = contradiction(Entries.of(old), Entries.of(new), "Log")
    assert found == contradiction(old, new, "Log")
    assert list(merged(Entries.of(old), Entries.of(new))) == list(merged(old, new))


# --- What is new --------------------------------------------------------------------------------


@given(st.integers(0, len(LIFE)), st.integers(0, len(LIFE) + 2), st.booleans())
def test_only_what_was_not_told(count: int, told: int, late: bool) -> None:  # noqa: FBT001
    """Each entry beyond those told, with its place from the beginning."""
    found = list(stays(PARCEL, LIFE[:count], told, late=late))
    assert [(each.ordinal, each.status, each.start) for each in found] == [
        (number, LIFE[number - 1].status, LIFE[number - 1].start)
        for number in range(told + 1, count + 1)
    ]
    assert {each.late for each in found} <= {late}
    assert {each.job for each in found} <= {PARCEL}


def test_a_stay_has_all_that_the_entry_has() -> None:
    """Its times and the service's words."""
    (first,) = stays(PARCEL, LIFE[:1], 0)
    assert (first.start, first.end, first.message) == (at(0), at(10), "in a box")
    assert not first.late
