"""Small programs, right and with a planted fault: the first are never accused, the others all.

A short form of `tests.campaigns.pollers`, which tries a thousand of either.
"""

from __future__ import annotations

import pytest

from tests.campaigns.pollers import KINDS, Trial, judge, planted, right, table, tried

#: How many right programs are tried, on how many lives each.
RIGHT, LIVES = 36, 3


@pytest.mark.once
@pytest.mark.parametrize("number", range(RIGHT))
def test_right_programs_are_not_accused(number: int) -> None:
    """Whatever they look at, in which order, however often, and whatever goes wrong meanwhile."""
    judge(right(1, number), number, LIVES)


@pytest.mark.once
@pytest.mark.parametrize("number", range(len(KINDS)), ids=lambda number: KINDS[number])
def test_each_kind_of_fault_is_found(number: int) -> None:
    """Of just that the program is accused, in a story of at most ten lines."""
    trial = tried(1, (number, True))
    assert trial.fault == KINDS[number]
    assert trial.wrong is None


def test_what_is_accused_can_be_made_again() -> None:
    """The same seed and number are the same program, and its choices can be read."""
    for make in (right, planted):
        for number in range(40):
            assert str(make(3, number)) == str(make(3, number))
        assert len({str(make(3, number)) for number in range(40)}) == 40
    assert "reading: " in str(right(3, 1))
    assert ", wrongly\n" in str(planted(3, 0))


def test_what_is_told_of_it() -> None:
    """A fault that is not found is named, and so is one that is taken for another."""
    trial = tried(1, (KINDS.index("dies of a throttle"), True))
    assert "dies of a throttle" in table([trial])
    assert trial.wrong is None
    story = trial.story
    missed = Trial(trial.number, trial.fault, "", 0.0)
    assert missed.wrong == "not found: dies of a throttle"
    other = Trial(trial.number, KINDS[0], story, 0.0)
    assert str(other.wrong).startswith(f"accused of something else than {KINDS[0]}: the waiter")
    innocent = Trial(trial.number, None, story, 0.0)
    assert str(innocent.wrong).startswith("a right program is accused: the waiter raised")
