"""A budget never hands out more than its rate, and gives way where the service throttles."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.aws import Budget
from jobstate.aws.polling.budget import RATES, RECOVERY

LIST, DESCRIBE = "ListTrainingJobs", "DescribeTrainingJob"


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.floats(0, 3)),
        st.tuples(st.just("throttled"), st.floats(0, 20)),
        st.tuples(st.just("charge"), st.integers(1, 3)),
    ),
    max_size=60,
)


@given(rate=st.floats(0.1, 20), steps=steps)
def test_never_more_than_its_rate(rate: float, steps: list[tuple[str, float]]) -> None:
    """Over any time no more than the rate allows, and one; whatever is throttled in between."""
    clock = Hand()
    budget = Budget({"List": rate}, clock=clock)
    taken: list[float] = []
    for what, value in steps:
        if what == "take":
            clock.now += value
            if not budget.take(LIST):
                taken.append(clock.now)
        elif what == "throttled":
            budget.throttled(LIST, value)
        else:
            budget.charge(LIST, int(value))
    for begin, first in enumerate(taken):
        for end, last in enumerate(taken[begin:], begin):
            assert end - begin <= rate * (last - first) + 1e-6


@given(rate=st.floats(0.1, 20))
def test_no_less_than_its_rate(rate: float) -> None:
    """Who asks again when told to gets all of it."""
    clock = Hand()
    budget = Budget({"List": rate}, clock=clock)
    for _ in range(50):
        while wait := budget.take(LIST):
            clock.now += wait
    assert clock.now - 1_000 == pytest.approx(49 / rate)


def test_each_operation_for_itself() -> None:
    """By its own name or what it begins with; what none fits is not limited."""
    clock = Hand()
    budget = Budget({"List": 1.0, "ListTrainingJobs": 0.5}, clock=clock)
    assert [budget.take(each) for each in (LIST, LIST)] == [0, 2.0]
    assert [budget.take("ListProcessingJobs") for _ in range(2)] == [0, 1.0]
    assert not any(budget.take(DESCRIBE) for _ in range(100))
    assert {name: each.most for name, each in budget.spent().items()} == {
        LIST: 0.5,
        "ListProcessingJobs": 1.0,
        DESCRIBE: float("inf"),
    }
    assert Budget().rates == dict(RATES)


def test_what_is_throttled_comes_back_slowly() -> None:
    """Half of it at once, by the minute all of it; refusals within a second are one."""
    clock = Hand()
    budget = Budget({"Describe": 4.0}, clock=clock)
    budget.take(DESCRIBE)
    for _ in range(5):
        budget.throttled(DESCRIBE)
    assert budget.spent()[DESCRIBE].rate == 2.0
    assert budget.spent()[DESCRIBE].throttled == 5
    assert budget.take(DESCRIBE) == 0.5
    clock.now += RECOVERY / 4
    assert budget.spent()[DESCRIBE].rate == 3.0
    budget.throttled(DESCRIBE)
    assert budget.spent()[DESCRIBE].rate == 1.5
    clock.now += RECOVERY
    assert budget.spent()[DESCRIBE].rate == 4.0
    for _ in range(100):
        budget.throttled(DESCRIBE)
        clock.now += 1.0
    assert budget.spent()[DESCRIBE].rate > 4.0 / 64  # never nothing at all


def test_the_service_says_when() -> None:
    """Nothing is handed out before."""
    budget = Budget({"List": 1.0}, clock=Hand())
    budget.throttled(LIST, 30.0)
    assert budget.take(LIST) == 30.0


def test_requests_that_a_client_made_by_itself() -> None:
    """They count."""
    clock = Hand()
    budget = Budget({"List": 1.0}, clock=clock)
    budget.take(LIST)
    budget.charge(LIST, 3)
    assert budget.take(LIST) == 4.0
    assert budget.spent()[LIST].requests == 4


def test_many_threads() -> None:
    """Together they get what one would."""
    clock = Hand()
    budget = Budget({"List": 10.0}, clock=clock)
    taken: list[float] = []

    def ask() -> None:
        for _ in range(50):
            if not budget.take(LIST):
                taken.append(clock.now)
            clock.now += 0.01

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert taken
    assert all(later - earlier >= 0.0999 for earlier, later in pairwise(sorted(taken)))


def test_no_rate() -> None:
    """Refused at once, all that are none."""
    with pytest.raises(ValueError, match=r"rates of more than 0 a second, got {'List': 0, 'x': -1"):
        Budget({"List": 0, "x": -1.0, "Describe": 1})
    with pytest.raises(ValueError, match="nan"):
        Budget({"List": float("nan")})
