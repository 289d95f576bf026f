"""The answers kept of a region lead where the search for their legal orders leads."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import inf
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import StatusChanged, Tracker, Violation
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.legal_orders import MANY
from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS
from jobstate.conformance.judge import judge_of
from jobstate.conformance.kept_answers import EVER, NEVER, KeptAnswer, Origin, packed
from jobstate.conformance.orders import RegionOrders
from jobstate.sagemaker import TRAINING_JOB
from tests.support.answer_sets import answer_set
from tests.support.late_tracking import Expected, sent
from tests.support.legal_orders import Interval
from tests.support.small import BEGIN, PARCEL, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate import Observation
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


@pytest.mark.once
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


def broken(tracker: Tracker, *seen: Observation) -> list[list[str]]:
    """Return the rules that each of some answers breaks."""
    found = [tracker.observe(each).events for each in seen]
    return [[each.rule for each in events if isinstance(each, Violation)] for events in found]


def test_what_was_before_something_real_is_judged_no_more() -> None:
    """What nothing explains is real where it is newer than all; only what comes after it counts."""
    tracker = Tracker(PARCELS)
    assert broken(tracker, parcel("returned", at=100), parcel("sent", at=200)) == [
        [],
        ["illegal-transition"],
    ]
    assert tracker[PARCEL].status == "sent"
    # Older than that: whatever it says.
    assert broken(tracker, parcel("delivered", at=150), parcel("packed", at=50)) == [[], []]
    assert tracker.observe(parcel("forgotten", at=199)).stale
    assert tracker[PARCEL].status == "sent"
    # What comes after goes on from there: once there, no parcel goes back, unless it is insured.
    assert broken(tracker, parcel("at the door", at=300)) == [[]]
    assert broken(tracker, parcel("packed", at=400, insured=False)) == [["illegal-transition"]]


def test_what_was_before_something_real_by_its_history() -> None:
    """Shorter histories are older than what was real, and longer ones go on from it."""
    tracker = Tracker(PARCELS)
    late = parcel("sent", "packed", "sent", at=150)
    assert broken(tracker, parcel("returned", at=100), parcel("sent", "packed", "sent", at=200))[1]
    assert broken(tracker, late) == [[]]
    longer = parcel("delivered", "packed", "sent", "at the door", "delivered", at=300)
    assert broken(tracker, longer) == [[]]
    assert tracker[PARCEL].status == "delivered"


def test_an_end_is_taken_for_the_last_of_those_as_new() -> None:
    """Whatever came last; of several that are none, or are ends, what came last."""
    for order in permutations(("sent", "at the door", "delivered")):
        tracker = Tracker(PARCELS)
        for status in order:
            tracker.observe(parcel(status, at=100))
        assert tracker[PARCEL].status == "delivered"
    for order in permutations(("sent", "at the door")):
        tracker = Tracker(PARCELS)
        for status in order:
            tracker.observe(parcel(status, at=100))
        assert tracker[PARCEL].status == order[-1]


def test_an_end_is_the_last_also_beside_what_could_be_anything() -> None:
    """A status that nobody knows may have been shown before it, whenever it came."""
    for order in permutations(("delivered", "teleported")):
        tracker = Tracker(PARCELS)
        stale = [tracker.observe(parcel(status, at=100)).stale for status in order]
        assert stale == [False, order[1] == "teleported"]
        assert tracker[PARCEL].status == "delivered"


def test_what_is_newer_by_its_history() -> None:
    """Unless its time, which is that of its record's last change, says the opposite."""
    automaton = compile_lifecycle(PARCELS)["way"]
    orders = RegionOrders(automaton, listed=True)
    before = packed(automaton, [KeptAnswer(1, 20, 30, 1, 1)])
    assert orders.is_newest(before, KeptAnswer(1, 10, 20, 2, 2))
    assert not orders.is_newest(before, KeptAnswer(1, 10, 19, 2, 2))
    assert not orders.is_newest(before, KeptAnswer(1, 25, 40))
    assert orders.is_newest(before, KeptAnswer(1, 31, 40))


def test_what_is_real_stays_the_origin() -> None:
    """Of all that is kept from then on, with when it was and how much of the history counts."""
    automaton = compile_lifecycle(PARCELS)["way"]
    orders, sent = RegionOrders(automaton, listed=True), automaton.of_visible["sent"]
    real = KeptAnswer(sent, 10, 20, 2, 2)
    begun = orders.begun(real, 3)
    beside = KeptAnswer(sent, 10, 25, digest=1)
    view = automaton.view("sent", None, {})
    after = orders.take(begun, sent, beside, ("packed", "sent"), view).answers
    for answers, kept, judged in ((begun, (real,), 3), (after, (real, beside), 2)):
        assert answers.unpacked() == kept
        assert (answers.since, answers.latest) == (real.begin, max(each.end for each in kept))
        pattern = answers.pattern
        assert pattern.origin == Origin(sent, 2, 2)
        assert (pattern.judged, pattern.possible & sent) == (judged, sent)
    assert begun.pattern.possible == sent


def test_without_a_time_it_arrives_anew() -> None:
    """With one, or a time that it was not changed before, it is the same as before."""
    for not_before, last in ((None, "sent"), (BEGIN, "at the door")):
        tracker = Tracker(PARCELS)
        for status in ("sent", "at the door", "sent"):
            tracker.observe(attrs.evolve(parcel(status), modified_not_before=not_before))
        assert tracker[PARCEL].status == last


def test_a_history_of_what_nothing_explains() -> None:
    """What was real and contradicted stays real; how firm the way is that follows, nobody knows."""
    job = {
        "TrainingJobName": "tide",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide",
        "CreationTime": "2026-01-02T03:04:05Z",
        "TrainingJobStatus": "InProgress",
    }
    on_demand = {"EnableManagedSpotTraining": False, "RetryStrategy": {"MaximumRetryAttempts": 3}}
    interrupted = job | on_demand | {"SecondaryStatus": "Interrupted"}
    begun = ("03:04:05Z", "03:04:07Z", "03:04:22Z")
    listed = [
        {"Status": status, "StartTime": f"2026-01-02T{time}"}
        for status, time in zip(("Starting", "Interrupted", "Starting"), begun, strict=True)
    ]
    again = job | {
        "TrainingJobStatus": "Stopping",
        "SecondaryStatus": "Starting",
        "SecondaryStatusTransitions": listed,
    }
    tracker = Tracker(TRAINING_JOB)
    first = tracker.observe(interrupted | {"LastModifiedTime": "2026-01-02T03:04:07Z"})
    assert [each.rule for each in first.events if isinstance(each, Violation)] == [
        "illegal-transition"
    ]
    later = tracker.observe(again | {"LastModifiedTime": "2026-01-02T03:04:28Z"})
    assert not any(isinstance(each, Violation) for each in later.events)
    (change,) = (each for each in later.events if isinstance(each, StatusChanged))
    assert (change.target, change.basis) == ("Stopping/Starting", None)
