"""The answers kept of a region lead where the search for their legal orders leads."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import pytest

from jobstate.automaton.legal_orders import MANY
from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS
from jobstate.conformance.judge import judge_of
from jobstate.conformance.kept_answers import EVER, NEVER, KeptAnswer
from jobstate.conformance.orders import RegionOrders
from jobstate.sagemaker import TRAINING_JOB
from tests.support.answer_sets import answer_set
from tests.support.late_tracking import Expected, sent
from tests.support.legal_orders import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.answer_sets import AnswerSet, Printed
    from tests.support.legal_orders import Stay

SEED, COUNT, BATCH = 12, 200, 20
JUDGE = judge_of(TRAINING_JOB)


class _Tracked:
    """One region of one job."""

    def __init__(self, region: str, most_kept: int, most_abreast: int) -> None:
        self._region = region
        self._orders = RegionOrders(
            JUDGE.automata[region],
            listed=region == "job",
            most_kept=most_kept,
            most_abreast=most_abreast,
        )
        self._answers = self._orders.nothing
        self._standing = 0

    def take(self, answer: Printed, longest: Sequence[Stay]) -> bool:
        """Take an answer; return whether there is a legal order."""
        when, count = answer.of_job().when, len(answer.of_job().history)
        view = JUDGE.memo.view(sent(answer))
        region_view = view.region_views[self._region]
        new = KeptAnswer(
            region_view.mask,
            NEVER if when.begin == -inf else int(when.begin),
            EVER if when.end == inf else int(when.end),
            count,
            count or MANY,
            view.digest,
        )
        statuses = tuple(stay.status for stay in longest)
        taken = self._orders.take(self._answers, self._standing, new, statuses, region_view)
        self._answers, self._standing = taken.answers, taken.standing or self._standing
        return taken.legal

    def states(self) -> set[str]:
        automaton = JUDGE.automata[self._region]
        return {state.name for state in automaton.states_of(self._standing)}

    def features(self) -> dict[str, bool]:
        return JUDGE.automata[self._region].estimate(self._answers.pattern.possible).features


def _agree(one: Sequence[Stay], other: Sequence[Stay]) -> bool:
    return all(
        was.status == now.status
        and not was.start.is_before(now.start)
        and not now.start.is_before(was.start)
        for was, now in zip(one, other, strict=False)
    )


def _faults(  # noqa: C901 - a check beside the other
    made: AnswerSet, most_kept: int, most_abreast: int, known: dict[frozenset[int], Expected]
) -> set[str]:
    """Return what is wrong up to the first order that is told to be illegal, or is."""
    wrong = set()
    cut = (most_kept, most_abreast) != (MOST_ANSWERS, MOST_ABREAST)
    for order in made.orders:
        regions = {name: _Tracked(name, most_kept, most_abreast) for name in ("job", "warm_pool")}
        longest: Sequence[Stay] = ()
        arrivals: list[int] = []
        for number in filter(lambda each: each is not None, order):
            assert number is not None
            answer = made.answers[number].of_job()
            if number not in arrivals or answer.when == Interval():
                arrivals.append(number)
            expected = known.get(frozenset(arrivals))
            if expected is None:
                expected = known[frozenset(arrivals)] = Expected(made.answers, frozenset(arrivals))
            exact = expected.exact and not cut
            legal = _agree(longest, answer.history)
            longest = max(longest, answer.history, key=len)
            legal = legal and regions["job"].take(made.answers[number], longest)
            if made.answers[number].of_pool() is not None:
                legal = regions["warm_pool"].take(made.answers[number], ()) and legal
            if expected.legal and not legal:
                wrong.add("false alarm")
            if exact and legal and not expected.legal:
                wrong.add("missed")
            if not legal or not expected.legal:
                break
            features = regions["job"].features()
            if not features.items() <= expected.job.features.items() or (
                exact and features != expected.job.features
            ):
                wrong.add("features")
            if exact and regions["job"].states() != expected.job_states(arrivals):
                wrong.add("position")
            if exact and regions["warm_pool"].states() != expected.pool_states(arrivals):
                wrong.add("position of the pool")
    return wrong


@pytest.mark.parametrize("batch", range(COUNT // BATCH))
def test_answers_lead_where_the_search_leads(batch: int) -> None:
    """Within the bounds exactly; beyond them less is proved, and nothing false."""
    wrong: Counter[tuple[str, int]] = Counter()
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        made = answer_set(SEED, number)
        known: dict[frozenset[int], Expected] = {}
        for bounds in ((MOST_ANSWERS, MOST_ABREAST), (4, 3), (2, 2)):
            wrong.update((each, number) for each in _faults(made, *bounds, known))
    assert not wrong
