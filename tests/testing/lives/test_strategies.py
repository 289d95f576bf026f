"""Generated lives and answers: legal, valid against AWS's model, all of them, small at last."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import Phase, given, settings
from hypothesis import find as hypothesis_find

from jobstate import Observation, Outcome, check
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model.rule_tests import Requires, Where
from jobstate.model.states import Region
from jobstate.sagemaker import TRAINING_JOB, TrainingJobDescription, TrainingJobSummary
from jobstate.testing import (
    ImpossibleLifeError,
    Life,
    answers,
    described_jobs,
    descriptions,
    events,
    list_items,
    lives,
    observations,
    polls,
    summaries,
)
from jobstate.testing.lives.names import name_of
from jobstate.testing.lives.plans import MOST_STAYS, Plan, plan
from jobstate.testing.lives.wishes import Wishes
from tests.campaigns.lives import faults as faults_of_life
from tests.support import brute_force, oracle
from tests.support.printed import printed
from tests.support.service_model import Wire, faults, shape
from tests.support.small import PARCELS, rule, state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

#: Small enough for every run; `tests/campaigns/lives.py` makes ten thousand.
FEW = settings(max_examples=50)
#: Complete lives that may have a warm pool.
WARM = lives(complete=True, features={"warm_pool": True})


def find(
    strategy: SearchStrategy[Any],
    condition: Callable[[Any], Any] = lambda _: True,
    phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink),
) -> Any:
    """Return the smallest of what fulfils a condition, the same in every run."""
    chosen = settings(database=None, derandomize=True, max_examples=3_000, phases=phases)
    return hypothesis_find(strategy, condition, settings=chosen)


def names(life: Life) -> list[str]:
    """Return the states of a life."""
    return [stay.state for stay in life.stays]


def lengths(life: Life) -> list[float]:
    """Return how long each stay but the last lasts, in seconds."""
    return [(b.start - a.start).total_seconds() for a, b in pairwise(life.stays)]


# --- Legal ----------------------------------------------------------------------------------------


@pytest.mark.apart
@settings(max_examples=120)
@given(lives())
def test_generated_lives_are_legal(life: Life) -> None:
    """Both judges accept a life, as each form of answers shows it at each of its moments."""
    assert faults_of_life(life) == []


@FEW
@given(lives(PARCELS))
def test_lives_of_any_life_cycle_are_legal(life: Life) -> None:
    """Without reader and writer a life is judged by what is true of it."""
    seen = [life.observation(time) for time in life.changes]
    assert check(PARCELS, seen).legal
    asked = [
        brute_force.Seen(
            each.shown["way"].primary,
            features=each.features,
            entries=tuple(entry.status for entry in each.entries),
        )
        for each in seen
    ]
    assert life.stays[-1].state in brute_force.explains_series(PARCELS, "way", asked)


@FEW
@given(lives(complete=True))
def test_lives_are_made_of_times_that_services_print(life: Life) -> None:
    """Times are whole milliseconds, and a stay lasts from a second to six hours."""
    assert all(1 <= each <= 6 * 3_600 for each in lengths(life))
    assert all(time.microsecond % 1_000 == 0 and time.tzinfo is UTC for time in life.changes)
    assert len(life.stays) <= MOST_STAYS


def test_a_region_that_no_life_has_beside_it_is_left_out() -> None:
    """Where no legal way leads along a life, what goes on beside is not shown."""
    lid = Region(name="lid", title="Lid", states=(state("open"),), edges=(), initial=("open",))
    never = Requires(
        when=Where(region="lid", statuses=["open"]),
        then=Where(region="way", statuses=["forgotten"]),
    )
    lidded = attrs.evolve(
        PARCELS,
        regions=(*PARCELS.regions, lid),
        rules=(rule("never-open", tests=(never,)),),
    )

    @FEW
    @given(lives(lidded))
    def judge(life: Life) -> None:
        assert life.beside == {}

    judge()


# --- Wishes ---------------------------------------------------------------------------------------


@FEW
@given(lives(complete=True), lives(complete=False), lives(via="Stopping/Starting", complete=True))
def test_complete(complete: Life, open_one: Life, stopped: Life) -> None:
    """A complete life ends in a final state, any other in progress."""
    final = {state.name for state in TRAINING_JOB.regions[0].states if state.final}
    assert complete.stays[-1].state in final
    assert stopped.stays[-1].state in final
    assert open_one.stays[-1].state not in final
    assert open_one.result.outcome is Outcome.RUNNING


@FEW
@given(lives(via=["Interrupted", "Training", "Interrupted", "Deleting"]))
def test_via_is_passed_in_order(life: Life) -> None:
    """States and statuses are passed one after the other; the same twice, twice."""
    wanted = iter(names(life))
    for part in ("/Interrupted", "/Training", "/Interrupted", "Deleting/"):
        assert any(part in state for state in wanted)


@FEW
@given(st.data(), st.sampled_from(sorted({*Outcome} - {Outcome.UNKNOWN, Outcome.PARTIAL}, key=str)))
def test_outcome(data: st.DataObject, outcome: Outcome) -> None:
    """A life comes to what was wished for."""
    assert data.draw(lives(outcome=outcome)).result.outcome is outcome


@FEW
@given(lives(features={"spot": True, "retry": False}), lives(features={"stop": False}))
def test_features(spot: Life, unstopped: Life) -> None:
    """Jobs have the features wished for; assumptions hold although no answer shows them."""
    assert spot.features == {"spot": True, "retry": False, "plan": False, "warm_pool": False}
    assert set(unstopped.features) == {"spot", "retry", "plan", "warm_pool"}
    assert not any(state.startswith("Stop") for state in names(unstopped))


@pytest.mark.parametrize("most", [1, 3])
def test_max_stays(most: int) -> None:
    """Lives are no longer than wished for."""
    assert len(find(lives(max_stays=most), lambda life: len(life.stays) == most).stays) == most

    @FEW
    @given(lives(max_stays=most))
    def check_all(life: Life) -> None:
        assert len(life.stays) <= most

    check_all()


def test_wishes_may_take_more_than_is_usual() -> None:
    """Where nothing is said of its length, a life is as long as its wishes take."""
    life = find(lives(via=["Training", "Updating"] * 7))
    assert len(life.stays) == 1 + 14


@pytest.mark.parametrize(
    ("wishes", "text"),
    [
        (
            {"via": "Interrupted", "features": {"plan": True, "retry": True}, "outcome": "failed"},
            "is plan and passes Interrupted; leave out one of these",
        ),
        (
            {"via": ["Uploading", "Interrupted", "Training"], "features": {"spot": False}},
            "is not spot and passes Interrupted; leave out one of these",
        ),
        ({"via": ["Deleting", "Training"], "complete": True}, "passes Deleting, then Training"),
        (
            {"complete": True, "outcome": Outcome.RUNNING},
            "comes to running and comes to an end; leave out one of these",
        ),
        (
            {"complete": False, "outcome": Outcome.FAILED},
            "comes to failed and is still in progress; leave out one of these",
        ),
        (
            {"complete": True, "max_stays": 1},
            "comes to an end and has at most 1 stays; leave out one of these",
        ),
        ({"max_stays": 0}, "has at most 0 stays"),
        ({"outcome": "unknown"}, "comes to unknown"),
    ],
)
def test_impossible_wishes(wishes: dict[str, Any], text: str) -> None:
    """What contradicts itself is refused at once, and only what does is named."""
    with pytest.raises(ImpossibleLifeError) as caught:
        lives(**wishes)
    assert str(caught.value) == f"no life of {TRAINING_JOB} {text}"
    assert isinstance(caught.value, ValueError)


def test_wishes_for_what_there_is_not() -> None:
    """Unknown names list the known ones; features that exclude each other are named."""
    with pytest.raises(UnknownNameError, match="no state or status 'Nirvana'; there is: Completed"):
        lives(via="Nirvana")
    with pytest.raises(UnknownNameError, match="no feature 'x'; there is: plan, retry, spot"):
        lives(features={"x": True})
    with pytest.raises(LifecycleError, match="no job is plan=yes, spot=yes at once"):
        lives(features={"spot": True, "plan": True})
    with pytest.raises(ValueError, match="'dead' is not a valid Outcome"):
        lives(outcome="dead")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


# --- All of them ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lifecycle", [TRAINING_JOB, PARCELS], ids=lambda each: each.name)
def test_every_edge_can_be_drawn(lifecycle: Any) -> None:
    """Whatever the random choices, each edge is behind one of few numbers."""
    ways = plan(lifecycle, Wishes())
    taken: set[tuple[str, str]] = set()
    for turn in set(ways.turns):
        for start in ways.starts_for(turn):
            taken.update(pairwise(state_names(ways, ways.way(start, None, [turn]))))
    assert taken == {(edge.origin, edge.target) for edge in lifecycle.regions[0].edges}


def state_names(ways: Plan, way: Sequence[int]) -> list[str]:
    """Return the names of the states of a way."""
    return [each.name for each in ways.states(way)]


def test_turns_that_lead_nowhere_are_passed_over() -> None:
    """One after the end, or one for which there is no room, is left out."""
    ways = plan(TRAINING_JOB, Wishes(max_stays=3))
    turn = ("InProgress/Starting", "Failed/Failed", "Deleting/Failed")
    long = next(each for each in ways.turns if each and each[0] == "InProgress/Uploading")
    again = next(each for each in ways.turns if each and each[0] == "InProgress/Starting")
    way = ways.way(ways.starts[0], None, [long, None, turn, again])
    assert state_names(ways, way) == list(turn)


@pytest.mark.parametrize(
    ("of", "condition"),
    [
        (lives(), lambda life: life.failure),
        (lives(), lambda life: life.failure is None and "Failed" in str(life)),
        (lives(), lambda life: not life.messages),
        (lives(), lambda life: len(set(life.messages.values())) == 3),
        (lives(), lambda life: len(life.messages) == 3 and len(set(life.messages.values())) == 1),
        (lives(), lambda life: 0 < len(life.messages) < len({e.status for e in life.entries})),
        (WARM, lambda life: len(life.beside.get("warm_pool", ())) == 3),
        (WARM, lambda life: life.features["warm_pool"] and not life.beside),
        (lives(), lambda life: any(round(each * 1000) % 1000 for each in lengths(life))),
        (lives(max_stays=1), lambda life: len(life.job.id.rpartition("/")[2]) > 30),
        (list_items(), lambda item: "SecondaryStatus" not in item),
        (list_items(), lambda item: "TrainingPlanArn" in item),
        (list_items(WARM), lambda item: item.get("WarmPoolStatus", {}).get("ReusedByJob")),
        (events(), lambda event: "LastModifiedTime" not in event["detail"]),
        (described_jobs(), lambda job: "SecondaryStatusTransitions" not in job),
    ],
)
def test_variety(of: SearchStrategy[Any], condition: Callable[[Any], Any]) -> None:
    """What sources do sometimes is drawn sometimes: reasons, messages, pools, absent fields."""
    assert find(of, condition, (Phase.generate,))


# --- Small at last --------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("outcome", "stays"),
    [
        (Outcome.RUNNING, 1),
        (Outcome.FAILED, 2),
        (Outcome.STOPPED, 4),
        (Outcome.TIMED_OUT, 6),
        (Outcome.SUCCEEDED, 5),
    ],
)
def test_a_failing_life_shrinks_to_the_simplest_seen(
    seed: int, outcome: Outcome, stays: int
) -> None:
    """Of all lives seen with an outcome the one with the fewest stays is left, a second each."""
    life = hypothesis_find(
        lives(),
        lambda life: life.result.outcome is outcome,
        settings=settings(database=None, max_examples=2_000),
        random=Random(seed),
    )
    assert lengths(life) == [1.0] * (stays - 1)
    assert not any(life.features.values()) or outcome is Outcome.TIMED_OUT
    assert (life.beside, life.messages, life.failure) == ({}, {}, None)


def test_lengths_shrink_to_whole_seconds() -> None:
    """The shortest life that lasts over 100 seconds lasts some seconds more: they are in steps."""
    life = find(lives(), lambda life: (life.end - life.start).total_seconds() > 100)
    assert 101 <= (life.end - life.start).total_seconds() <= 106
    assert life.end.microsecond == life.start.microsecond


def test_a_life_prints_briefly() -> None:
    """Hypothesis prints a failing life without the life cycle, and strategies by their wishes."""
    life = find(lives())
    assert len(st.just(life).__repr__()) < 1_000
    assert "InProgress/Starting" in repr(st.just(life))
    plan_of = "<plan of lives of sagemaker-training-job 2026.11: is spot, comes to an end>"
    said = " ".join(repr(lives(complete=True, features={"spot": True})).split())
    lengths = "<lengths up to 6:00:00>"
    assert said == f"_lives(ways={plan_of}, lengths={lengths})"


# --- Names ----------------------------------------------------------------------------------------


def test_every_name_has_a_number() -> None:
    """Names are numbered without a gap or a repetition, up to the last of 63 characters."""
    first = [name_of(number) for number in range(62 + 62 * 62 + 62 * 63 * 62)]
    assert len(set(first)) == len(first)
    assert {len(name) for name in first} == {1, 2, 3}
    assert name_of(0) == "a"
    most = 62 * (1 + 62 * sum(63**length for length in range(62))) - 1
    last = name_of(most)
    assert (len(last), set(last)) == (63, {"9", "-"})
    assert len(name_of(most + 1)) == 64


# --- What is said of lives ------------------------------------------------------------------------


@FEW
@given(list_items(), described_jobs(), events())
def test_dictionaries_are_valid(
    item: dict[str, Any], described: dict[str, Any], event: dict[str, Any]
) -> None:
    """Against the service's own model: types, enums, patterns, lengths, what is required."""
    assert list(faults(item, shape("TrainingJobSummary"))) == []
    assert list(faults(described, shape("DescribeTrainingJobResponse"))) == []
    detail = dict(event["detail"])
    assert detail.pop("Tags", {}) == {}
    assert event["resources"] == [detail["TrainingJobArn"]]
    timeless = faults(detail, shape("DescribeTrainingJobResponse"))
    assert {fault.rpartition(" ")[2] for fault in timeless} <= {"timestamp"}


@FEW
@given(st.one_of(list_items(), described_jobs(), events(), answers(form="list"), answers()))
def test_answers_are_legal(answer: dict[str, Any]) -> None:
    """Each single answer is legal, whatever it leaves out."""
    assert check(TRAINING_JOB, answer).violations == ()
    assert oracle.verdict([printed(answer)]).legal


WIRE = Wire()


@FEW
@given(described_jobs(), st.lists(list_items(), max_size=3))
def test_answers_pass_a_real_client(described: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """What a service says so in its protocol, boto3's parser returns so: to the millisecond."""
    assert WIRE.described(described) == described
    assert WIRE.listed(items) == items


@FEW
@given(summaries(), descriptions(), observations())
def test_records(summary: Any, description: Any, observation: Any) -> None:
    """Records are what the dictionaries say, and no field is lost on the way back."""
    assert type(summary) is TrainingJobSummary
    assert type(description) is TrainingJobDescription
    assert type(observation) is Observation
    for record in (summary, description):
        assert type(record).from_api(record.to_api()) == record
        assert check(TRAINING_JOB, record).violations == ()
    assert check(TRAINING_JOB, observation).violations == ()


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [
        (st.from_type(Life), Life),
        (st.from_type(TrainingJobSummary), TrainingJobSummary),
        (st.from_type(TrainingJobDescription), TrainingJobDescription),
        (summaries(lives(via="Pending")), TrainingJobSummary),
        (answers(lives(via="Pending"), form="list"), dict),
    ],
)
def test_kinds(strategy: SearchStrategy[Any], kind: type) -> None:
    """`st.from_type` knows the records; each strategy takes the lives that it is to be about."""
    assert type(find(strategy)) is kind


@FEW
@given(observations(lives(PARCELS)))
def test_observations_of_any_life_cycle(observation: Observation) -> None:
    """Observations need neither reader nor writer."""
    assert check(PARCELS, observation).legal


# --- Polls ----------------------------------------------------------------------------------------

LIFE = find(lives(features={"warm_pool": True}), lambda life: len(life.changes) > 4)


@FEW
@given(polls(LIFE, lost=False, repeated=False, late=False, forms=["list"]))
def test_undisturbed_polls(heard: list[tuple[datetime, Any]]) -> None:
    """Every moment at which something happens is heard of, in order, and all is legal."""
    times = [time for time, _ in heard]
    assert set(LIFE.changes) <= set(times)
    assert times == sorted(set(times))
    assert [answer for _, answer in heard] == [LIFE.at(time, "list") for time in times]
    assert check(TRAINING_JOB, [answer for _, answer in heard]).violations == ()


@FEW
@given(polls(LIFE))
def test_disturbed_polls(heard: list[tuple[datetime, Any]]) -> None:
    """Answers come in the order of arrival, none before what it says; the end is heard of."""
    times = [time for time, _ in heard]
    assert times == sorted(times)
    last = TRAINING_JOB.reader
    assert last is not None
    seen = [last.read(answer) for _, answer in heard]
    assert all(
        each.modified is not None and each.modified <= time
        for each, time in zip(seen, times, strict=True)
    )
    assert LIFE.end in {each.modified for each in seen}


@pytest.mark.parametrize(
    "condition",
    [
        lambda heard: len(heard) < len(LIFE.changes),
        lambda heard: len(heard) > len(LIFE.changes) + 1,
        lambda heard: (
            any("detail" in answer for _, answer in heard)
            and any(len(answer) < 9 for _, answer in heard)
        ),
        lambda heard: (
            (s := [a["LastModifiedTime"] for _, a in heard if "detail" not in a]) != sorted(s)
        ),
    ],
    ids=["gaps", "repetitions", "mixed forms", "out of order"],
)
def test_what_happens_to_polls(condition: Callable[[Any], bool]) -> None:
    """Answers are lost, come twice, come late, in whatever form."""
    assert find(polls(LIFE), condition, (Phase.generate,))


def test_polls_may_miss_the_end() -> None:
    """Without `last` even the last news may get lost."""
    heard = find(
        polls(LIFE, last=False, forms=["describe"]),
        lambda heard: all(answer["LastModifiedTime"] < LIFE.end for _, answer in heard),
    )
    assert [answer for _, answer in heard] == [LIFE.at(time) for time in LIFE.changes[:-1]]


def test_polls_shrink_to_complete_polling_in_order() -> None:
    """What is left of a failure that polling has no part in is the life, told once in order."""
    expected = [(time, LIFE.at(time)) for time in LIFE.changes]
    assert find(polls(LIFE)) == expected


def test_polls_of_any_life_cycle() -> None:
    """Without a writer observations are what is heard; forms there are none."""
    life = find(lives(PARCELS, complete=True))
    heard = find(polls(life))
    assert heard == [(time, life.observation(time)) for time in life.changes]
    with pytest.raises(UnknownNameError, match="no form of answers 'list'; there is: none at all"):
        polls(life, forms=["list"])
    with pytest.raises(UnknownNameError, match="no form of answers 'fax'; there is: describe"):
        polls(LIFE, forms=["list", "fax"])


# --- Quick ----------------------------------------------------------------------------------------


def test_speed(figures: Callable[[str], None]) -> None:
    """How many lives a second there are, Hypothesis included, is printed: nothing depends on it."""

    @settings(database=None, max_examples=1_000)
    @given(lives(complete=True))
    def draw(life: Life) -> None:
        assert life

    begun = time.process_time()
    draw()
    rate = 1_000 / (time.process_time() - begun)
    figures(f"strategies: {rate:,.0f} lives/s")
