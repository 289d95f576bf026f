"""What is kept of answers when there are too many: what is left out, what is joined."""

from __future__ import annotations

import pytest

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.legal_orders import MANY
from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS, Bounds
from jobstate.conformance.kept_answers import EVER, NEVER, KeptAnswer
from tests.support.small import PARCELS

AUTOMATON = compile_lifecycle(PARCELS)["way"]
OF_STATE = AUTOMATON.of_state
PACKED, SENT, DOOR, DELIVERED = (
    OF_STATE[name] for name in ("packed", "sent", "at the door", "delivered")
)


def at(
    mask: int, begin: int, end: int | None = None, count: int = 0, digest: int = 0
) -> KeptAnswer:
    """Return an answer; without an end it is of one moment."""
    return KeptAnswer(mask, begin, begin if end is None else end, count, count or MANY, digest)


def timeless(mask: int, digest: int) -> KeptAnswer:
    """Return an answer without a time."""
    return KeptAnswer(mask, NEVER, EVER, 0, MANY, digest)


def bounds(most_kept: int = MOST_ANSWERS, most_abreast: int = MOST_ABREAST) -> Bounds:
    """Return the bounds of the region."""
    return Bounds(AUTOMATON, most_kept, most_abreast)


def reached(*masks: int) -> int:
    """Return where a job can be that was seen in some places, one after the other."""
    mask = masks[0]
    for other in masks[1:]:
        mask = AUTOMATON.successors.reach(mask) & other
    return mask


def both(kept: tuple[KeptAnswer, ...]) -> tuple[KeptAnswer, ...]:
    """Return what is left of answers in order, by either way; they must agree."""
    found = bounds().all_in(kept)
    assert bounds().in_order(kept) == found
    return found


# --- Left out -------------------------------------------------------------------------------------


def test_of_three_that_show_the_same_the_first_and_the_last() -> None:
    """What is between two that show the same proves nothing more."""
    one, two, three = (at(SENT, time) for time in (1, 2, 3))
    assert both((one, two, three)) == (one, three)
    before = at(PACKED, 0)
    assert both((before, one, two, three)) == (before, one, three)


@pytest.mark.parametrize(
    "kept",
    [
        (at(SENT, 1), at(SENT, 2)),
        (at(SENT, 1), at(DOOR, 2), at(SENT, 3)),
        (at(DOOR, 1), at(SENT, 2), at(SENT, 3)),
        (at(SENT, 1), at(SENT, 2), at(DOOR, 3)),
        (at(SENT, 1), at(SENT, 2, count=2), at(SENT, 3)),  # with a history it shows more
    ],
)
def test_what_stays(kept: tuple[KeptAnswer, ...]) -> None:
    """Two, and three that differ."""
    assert both(kept) == kept


def test_only_what_is_certainly_between() -> None:
    """Nobody knows which of those abreast are first and last."""
    kept = (at(SENT, 1, 5), at(SENT, 2, 3), at(SENT, 4, 6))
    assert bounds().all_in(kept) == kept
    beside = (at(SENT, 1), at(SENT, 2), at(SENT, 4), at(SENT, 3, 5))
    assert bounds().all_in(beside) == beside
    two_before = (at(SENT, 1, 3), at(SENT, 2, 4), at(SENT, 5), at(SENT, 6))
    assert bounds().all_in(two_before) == two_before


# --- Joined ---------------------------------------------------------------------------------------


def test_of_too_many_in_order_the_two_oldest_become_one() -> None:
    """Where the job was at the second, having been at the first."""
    shows = [PACKED, SENT, *[DOOR, SENT] * 7, DELIVERED]
    kept = tuple(at(mask, time, digest=time) for time, mask in enumerate(shows))
    assert len(kept) == MOST_ANSWERS + 1
    joined = at(reached(PACKED, SENT), 1)
    assert both(kept) == (joined, *kept[2:])


def test_the_oldest_are_so_by_time() -> None:
    """However they came."""
    kept = (at(SENT, 7), at(DOOR, 9), at(PACKED, 3), at(SENT, 5), at(DELIVERED, 11))
    found = bounds(most_kept=4).all_in(kept)
    assert found == (at(SENT, 7), at(DOOR, 9), at(reached(PACKED, SENT), 5), at(DELIVERED, 11))


def test_of_two_abreast_either_may_be_the_later() -> None:
    """The job was at one after the other, or the other way round; at the later of all bounds."""
    first, second = at(SENT, 1, 6, count=2), at(DOOR, 2, 4)
    (found,) = bounds(most_abreast=1).all_in((first, second))
    mask = reached(SENT, DOOR) | reached(DOOR, SENT)
    assert found == KeptAnswer(mask, 2, 6, 2, MANY)
    assert mask & SENT
    assert mask & DOOR


def test_by_their_histories_one_is_the_later() -> None:
    """Then the job is where that one shows it."""
    first, second = at(SENT, 1, 6, count=2), at(DOOR, 2, 4, count=3)
    third = at(SENT, 3, 5)
    found = bounds(most_abreast=2).all_in((first, second, third))
    assert found[0].mask & ~(OF_STATE["sent"] | OF_STATE["at the door"]) == 0
    (joined,) = bounds(most_kept=1).all_in((first, second))
    assert joined == KeptAnswer(reached(SENT, DOOR), 2, 6, 3, 3)


def test_so_many_are_kept_abreast_of_one() -> None:
    """Itself among them; beyond that the oldest two become one, and no more than that."""
    eight = tuple(timeless((SENT, DOOR)[number % 2], number) for number in range(8))
    assert bounds().all_in(eight) == eight
    nine = (*eight, timeless(SENT, 8))
    found = bounds().all_in(nine)
    assert len(found) == MOST_ABREAST
    assert found[1:] == (*eight[2:], nine[8]) or found[:-1] == eight[:-1]
    assert bounds().too_many(found) is None
    assert bounds().too_many(nine) is not None


def test_what_is_in_order_is_told_from_what_is_not() -> None:
    """Where the two oldest are abreast of each other, or of others, that takes a closer look."""
    kept = (at(SENT, 1, 3), at(DOOR, 2, 4), at(SENT, 5), at(DELIVERED, 9))
    assert bounds(most_kept=3).in_order(kept) is None
    kept = (at(SENT, 1), at(DOOR, 2, 6), at(SENT, 5), at(DELIVERED, 9))
    assert bounds(most_kept=3).in_order(kept) is None
