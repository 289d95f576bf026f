"""The search for legal orders finds what writing out every order finds, and a few by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest

from tests.support import facts
from tests.support.brute_force import Seen, explains_series, random_features, random_life, shown
from tests.support.legal_orders import Answer, Interval, Orders, Stay, interval
from tests.support.specification_of_facts import specification

pytestmark = pytest.mark.apart

FACTS = specification()
BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def _at(begin: int, end: int | None = None) -> Interval:
    return Interval(begin, begin if end is None else end)


def _answer(name: str, when: Interval, *history: str, **features: bool) -> Answer:
    primary, _, secondary = name.partition("/")
    stays = tuple(Stay(status, _at(place)) for place, status in enumerate(history))
    return Answer(Seen(primary, secondary or None, features), when, stays)


def _orders(*answers: Answer) -> Orders:
    return Orders(FACTS, "job", answers)


def test_a_printed_time_is_an_interval() -> None:
    """The minute, second or instant printed; from a lower bound on; or all of time."""
    second = BEGIN.replace(microsecond=0)
    minute = second.replace(second=0)
    assert interval(BEGIN).begin == interval(BEGIN).end
    assert interval(second).end - interval(second).begin == 999_999
    assert interval(minute).end - interval(minute).begin == 59_999_999
    assert interval(minute).begin <= interval(second).begin <= interval(BEGIN).begin
    assert interval(BEGIN).end <= interval(second).end <= interval(minute).end
    assert interval(second, lower_bound=True) == interval(second)._replace(end=float("inf"))
    assert interval(None) == Interval()
    assert interval(minute - timedelta(microseconds=1)).is_before(interval(minute))


def test_what_is_certainly_older() -> None:
    """An interval that ends before, or a shorter history; being abreast is not transitive."""
    early, late = _answer("InProgress", _at(1)), _answer("InProgress", _at(2))
    coarse = _answer("InProgress", _at(0, 9))
    assert early.is_older(late)
    assert coarse.is_abreast(early)
    assert coarse.is_abreast(late)
    one = _answer("InProgress/Starting", _at(5), "Starting")
    two = _answer("InProgress/Training", _at(5), "Starting", "Training")
    assert one.is_older(two)
    assert not two.is_older(one)
    assert coarse.is_abreast(two)


def test_uploading_and_training_at_one_time() -> None:
    """The example of the design: an older answer with spot and retry off proves the order."""
    uploading, training = (
        _answer(f"InProgress/{status}", _at(5)) for status in ("Uploading", "Training")
    )
    both = _orders(uploading, training)
    assert both.position([0, 1]) == 1
    assert both.position([1, 0]) == 0
    assert not both.features
    older = _answer("InProgress/Starting", _at(1), spot=False, retry=False)
    proved = _orders(uploading, training, older)
    assert set(proved.ends) == {0}
    assert proved.states(0) == {"InProgress/Uploading"}
    assert proved.features == {"spot": False, "retry": False}


def test_an_end_is_last() -> None:
    """An end that may be the last is taken for it, whatever arrived after it."""
    ended, running = _answer("Completed", Interval()), _answer("InProgress", Interval())
    orders = _orders(ended, running)
    assert set(orders.ends) == {0}
    later = _answer("InProgress", _at(5))
    assert not _orders(_answer("Completed", _at(4)), later).exist


def test_an_end_without_secondary_status() -> None:
    """Two answers that show one end are both last, and what one says the other is said of too."""
    orders = _orders(_answer("Stopped", _at(5)), _answer("Stopped/MaxRuntimeExceeded", _at(5)))
    assert set(orders.ends) == {0, 1}
    assert orders.states(0) == orders.states(1) == {"Stopped/MaxRuntimeExceeded"}


def test_orders_that_contradict_themselves() -> None:
    """A shorter history with a later time, or one that another contradicts: no legal order."""
    shorter = _answer("InProgress/Starting", _at(9), "Starting")
    longer = _answer("InProgress/Downloading", _at(5), "Starting", "Downloading")
    assert not _orders(shorter, longer).exist
    assert _orders(shorter._replace(when=_at(5)), longer).exist
    other = _answer("InProgress/Pending", _at(9), "Starting", "Pending")
    assert not _orders(longer, other).exist
    moved = longer._replace(history=(Stay("Starting", _at(7)), longer.history[1]))
    assert not _orders(longer, moved).exist


def test_an_illegal_pair_has_no_order() -> None:
    """No run shows it."""
    assert not _orders(_answer("Completed/Training", _at(5))).exist


def test_the_longest_history_tells_the_stays() -> None:
    """Ordinals count from 1."""
    longer = _answer("InProgress/Downloading", _at(5), "Starting", "Downloading")
    shorter = _answer("InProgress/Starting", _at(5), "Starting")
    assert _orders(longer, shorter).stays == [(1, "Starting"), (2, "Downloading")]


def _random_answers(rng: random.Random) -> list[Answer]:
    features = random_features(FACTS, "job", rng)
    life = random_life(FACTS, "job", rng, features=features)[:9]
    stays: list[Stay] = []
    found = []
    for place, name in enumerate(life):
        primary, secondary = shown(FACTS, "job", name)
        if not stays or stays[-1].status != secondary:
            stays.append(Stay(secondary or "", _at(10 * place)))
        if rng.random() < 0.5:
            if rng.random() < 0.1:
                primary, secondary = rng.choice(list(facts.PAIRS))
            features_shown = {"spot": features["spot"]} if rng.random() < 0.3 else {}
            when = rng.choice(
                (_at(10 * place), _at(10 * place, 10 * place + 15), _at(0, 50), Interval())
            )
            history = tuple(stays) if rng.random() < 0.4 else ()
            seen = Seen(primary, rng.choice((secondary, None)), features_shown)
            found.append(Answer(seen, when, history))
    return rng.sample(found, min(len(found), 4))


@pytest.mark.once
@pytest.mark.parametrize("seed", range(150))
def test_every_order_written_out(seed: int) -> None:
    """The search finds the same ends as one run at a time for each permutation that is in order."""
    answers = _random_answers(random.Random(f"orders {seed}"))
    found: dict[int, set[str]] = {}
    for order in permutations(range(len(answers))):
        in_order = [answers[number] for number in order]
        if any(
            later.is_older(earlier)
            for place, earlier in enumerate(in_order)
            for later in in_order[place:]
        ):
            continue
        histories = [answer.history for answer in in_order if answer.history]
        if any(longer[: len(shorter)] != shorter for shorter, longer in pairwise(histories)):
            continue
        series = [
            answer.shows._replace(entries=tuple(stay.status for stay in answer.history) or None)
            for answer in in_order
        ]
        if order and (ends := explains_series(FACTS, "job", series)):
            found.setdefault(order[-1], set()).update(ends)
    assert {number: set(orders) for number, orders in _states(answers).items()} == found


def _states(answers: list[Answer]) -> dict[int, frozenset[str]]:
    orders = Orders(FACTS, "job", answers)
    return {number: orders.states(number) for number in orders.ends}
