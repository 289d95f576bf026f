"""`Tracker`: what it says of each answer, whatever the order; what it keeps, refuses, forgets."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import (
    Arrival,
    ConformanceError,
    Event,
    JobKey,
    ObservationError,
    Outcome,
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Tracker,
    Unmodelled,
    Violation,
)
from jobstate.errors import Problem, UnknownJobError, UnknownNameError, shown
from jobstate.model import PathKind, Region, Severity, Shown
from jobstate.sagemaker import TRAINING_JOB, TrainingJobSummary
from tests.support import legal_answers
from tests.support.oracle import HISTORY, Answer
from tests.support.small import BEGIN, PARCEL, PARCELS, edge, entries, parcel, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.support.legal_answers import Series

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tides"
BEGAN = datetime(2026, 3, 4, 5, 6, 7, 125000, tzinfo=UTC)
FULL = ("Starting", "Downloading", "Training", "Uploading", "Completed")


def at(minutes: float) -> datetime:
    """Return a time some minutes after the job was created."""
    return BEGAN + timedelta(minutes=minutes)


def item(primary: str, secondary: str | None = None, minutes: float = 0, **more: Any) -> Answer:
    """Return a list item, modified some minutes after the job was created."""
    answer: Answer = {
        "TrainingJobName": "tides",
        "TrainingJobArn": ARN,
        "CreationTime": BEGAN,
        "TrainingJobStatus": primary,
        "LastModifiedTime": at(minutes),
    }
    if secondary is not None:
        answer["SecondaryStatus"] = secondary
    return answer | more


def described(count: int, minutes: float | None = None, **more: Any) -> Answer:
    """Return a describe answer with so many entries, one of them begun each minute."""
    entries: list[Answer] = [
        {"Status": status, "StartTime": at(number), "EndTime": at(number + 1)}
        for number, status in enumerate(FULL[:count])
    ]
    ended = count == len(FULL)
    if ended:
        entries[-1]["EndTime"] = entries[-1]["StartTime"]
        more = {"TrainingEndTime": entries[-1]["EndTime"]} | more
    else:
        del entries[-1]["EndTime"]
    primary = "Completed" if ended else "InProgress"
    answer = item(primary, FULL[count - 1], count - 1 if minutes is None else minutes)
    return answer | {HISTORY: entries} | more


def tracking(**options: Any) -> tuple[Tracker, list[Event]]:
    """Return a tracker of training jobs, and the list of what it tells."""
    told: list[Event] = []
    return Tracker(TRAINING_JOB, listeners=[told.append], **options), told


def words(events: Iterable[Event]) -> list[str]:
    """Return events in a word or two each."""
    return [_words(event) for event in events]


def _words(event: Event) -> str:
    if isinstance(event, StatusEntered):
        return f"{event.ordinal} {event.status}{' late' if event.late else ''}"
    if isinstance(event, StatusChanged):
        return f"{event.origin} -> {event.target}"
    if isinstance(event, OutcomeRefined):
        return f"refined {event.outcome}"
    return event.rule if isinstance(event, Violation) else f"unmodelled {event.value}"


# --- Whatever the order -------------------------------------------------------------------------


def told_entries(events: Iterable[Event]) -> list[tuple[int, str, datetime]]:
    """Return the stays that were told, in that order."""
    return [
        (event.ordinal, event.status, event.start)
        for event in events
        if isinstance(event, StatusEntered)
    ]


def real_entries(answers: Sequence[Answer]) -> list[tuple[int, str, datetime]]:
    """Return the stays of the longest history, read off the answers."""
    longest = max((answer.get(HISTORY, []) for answer in answers), key=len)
    return [
        (number, entry["Status"], moment(entry["StartTime"]))
        for number, entry in enumerate(longest, start=1)
    ]


def moment(time: str | datetime) -> datetime:
    """Return a time that answers print."""
    return time if isinstance(time, datetime) else datetime.fromisoformat(time).astimezone(UTC)


def state_of(tracker: Tracker) -> list[object]:
    """Return where jobs stand in the end."""
    return [
        (job.key, job.states(), job.states("warm_pool"), job.result, job.entries, job.modified)
        for job in tracker
    ]


def replayed(answers: Iterable[Answer]) -> tuple[list[object], list[Event]]:
    """Return where a job stands after answers, and what was told."""
    tracker, told = tracking()
    for answer in answers:
        tracker.observe(answer)
    return state_of(tracker), told


def assert_same_story(answers: Sequence[Answer], arrived: Sequence[Answer]) -> None:
    """Check that nothing was missed, made up or said twice, and the end is the same."""
    end, told = replayed(arrived)
    entries = told_entries(told)
    assert entries == sorted(entries), "out of order"
    assert entries == real_entries(answers)
    assert [each for each in told if _is_error(each)] == []
    assert end == replayed(answers)[0]


def _is_error(event: Event) -> bool:
    return isinstance(event, Violation) and event.severity is Severity.ERROR


def describes(series: Series) -> list[Answer]:
    """Return the answers of a series that have a history."""
    return [answer for answer in series.answers if answer.get(HISTORY)]


GENERATED = legal_answers.generated(240, seed=3)
DESCRIBED = [each for each in GENERATED if describes(each)]
CORPUS = legal_answers.corpus_histories()
#: The longest of them that all orders can be tried of.
SHORT = sorted(
    (each for each in GENERATED if len(describes(each)) <= 6),
    key=lambda each: -len(describes(each)),
)[:12]
#: So many of them are tried in every run.
ALWAYS = 3


@pytest.mark.apart
@pytest.mark.parametrize(
    "series",
    [*SHORT[:ALWAYS], *(pytest.param(each, marks=pytest.mark.once) for each in SHORT[ALWAYS:])],
    ids=[series.name for series in SHORT],
)
def test_every_order_of_up_to_six_answers(series: Series) -> None:
    """In every order of a job's describe answers the same stays are told, and the end is equal."""
    answers = describes(series)
    for arrived in permutations(answers):
        assert_same_story(answers, arrived)


def test_short_series_are_short_and_many() -> None:
    """The test above sees series of up to six answers, and enough of them."""
    assert max(len(describes(series)) for series in SHORT) == 6
    assert len(SHORT) == 12


@given(st.sampled_from(DESCRIBED), st.randoms(use_true_random=False), st.integers(1, 3))
def test_any_order_duplication_and_batching(series: Series, rng: random.Random, times: int) -> None:
    """Some of a job's describe answers, the last among them, each several times, shuffled."""
    answers = describes(series)
    some = [each for each in answers[:-1] if rng.random() < 0.5]
    arrived = [*some, answers[-1]] * times
    rng.shuffle(arrived)
    assert told_entries(replayed(arrived)[1]) == real_entries(answers)
    assert_same_story([*some, answers[-1]], arrived)


@given(st.sampled_from(GENERATED), st.randoms(use_true_random=False))
def test_thin_answers_change_neither(series: Series, rng: random.Random) -> None:
    """List items mixed in, in any order: the same stays, the same end."""
    arrived = list(series.answers)
    rng.shuffle(arrived)
    assert_same_story(series.answers, arrived)


@pytest.mark.parametrize("series", CORPUS, ids=[series.name for series in CORPUS])
def test_real_series_shuffled(series: Series) -> None:
    """Real jobs, replayed shuffled and twice, tell the same story."""
    rng = random.Random(11)
    for _ in range(5):
        arrived = series.answers * 2
        rng.shuffle(arrived)
        assert_same_story(series.answers, arrived)


def test_a_fleet_shuffled() -> None:
    """Of many jobs at once: 0 missing, 0 false, 0 duplicate, 0 out of order per job."""
    arrived = [
        (number, answer) for number, series in enumerate(GENERATED) for answer in series.answers * 3
    ]
    random.Random(2).shuffle(arrived)
    tracker, told = tracking()
    for number, answer in arrived:
        arn = f"{ARN}-{number}"
        tracker.observe(answer | {"TrainingJobArn": arn, "TrainingJobName": f"tides-{number}"})
    assert len(tracker) == len(GENERATED)
    for number, series in enumerate(GENERATED):
        mine = [event for event in told if event.job.id == f"{ARN}-{number}"]
        assert told_entries(mine) == real_entries(series.answers)


# --- The table of the design --------------------------------------------------------------------


def test_a_list_tells_changes() -> None:
    """Of what lies between two list items is told what is certain and what is possible."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Starting", 0))
    tracker.observe(item("InProgress", "Training", 9))
    assert words(told) == [
        "None -> InProgress/Starting",
        "InProgress/Starting -> InProgress/Training",
    ]
    first, second = told
    assert isinstance(first, StatusChanged)
    assert isinstance(second, StatusChanged)
    assert (first.ordinal, second.ordinal) == (1, 2)
    assert second.path_kind is not PathKind.EXACT
    assert "InProgress/Downloading" in second.possible
    assert second.at == at(9)


def test_the_same_item_again() -> None:
    """An answer that says what the last one said is a duplicate, and brings nothing."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Starting"))
    del told[:]
    again = tracker.observe(item("InProgress", "Starting"))
    assert again.job == tracker[ARN].key
    assert (again.arrival, again.duplicate, again.events, told) == (
        Arrival.DUPLICATE,
        True,
        (),
        [],
    )


def test_an_older_item() -> None:
    """An older answer is stale, and moves nothing."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Training", 9))
    before = state_of(tracker)
    del told[:]
    older = tracker.observe(item("InProgress", "Starting", 0))
    assert (older.stale, older.duplicate, older.events, told) == (True, False, (), [])
    assert state_of(tracker) == before


def test_describe_answers_tell_stays_then_the_change() -> None:
    """Three entries, then five: each is told once, then the change, by an exact path."""
    tracker, told = tracking()
    tracker.observe(described(3))
    assert words(told) == [
        *("1 Starting", "2 Downloading", "3 Training"),
        "None -> InProgress/Training",
    ]
    del told[:]
    observed = tracker.observe(described(5))
    assert words(told) == [
        "4 Uploading",
        "5 Completed",
        "InProgress/Training -> Completed/Completed",
    ]
    assert observed.events == tuple(told)
    changed = told[-1]
    assert isinstance(changed, StatusChanged)
    assert (changed.path, changed.path_kind) == (("Uploading",), PathKind.EXACT)
    assert (changed.outcome, changed.final) == (Outcome.SUCCEEDED, True)


def test_a_stop_shows_in_the_primary_status() -> None:
    """Stopping while the secondary status is still Starting is a change, with its cause."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Starting", 0))
    tracker.observe(item("Stopping", "Starting", 1))
    changed = told[-1]
    assert isinstance(changed, StatusChanged)
    assert _words(changed) == "InProgress/Starting -> Stopping/Starting"
    assert changed.cause == "stop_requested"


def test_what_cannot_be_is_a_violation_and_then_known() -> None:
    """A job that goes on after its end: the violation first, then the change to what is real."""
    tracker, told = tracking()
    tracker.observe(item("Completed", "Completed", 5))
    tracker.observe(item("InProgress", "Training", 9))
    assert words(told)[1:] == ["illegal-transition", "Completed/Completed -> InProgress/Training"]
    assert tracker[ARN].status == "InProgress/Training"
    assert tracker.observe(item("InProgress", "Training", 10)).events == ()


def test_unknown_statuses_are_told_once() -> None:
    """A status that nobody knows is news once, and no violation."""
    tracker, told = tracking()
    for minutes in range(3):
        tracker.observe(item("InProgress", "Hibernating", minutes))
    assert [event for event in told if not isinstance(event, StatusChanged)] == [
        Unmodelled(job=tracker[ARN].key, field="job.secondary", value="Hibernating", at=at(0))
    ]


def test_the_warm_pool_is_a_region_of_its_own() -> None:
    """The pool moves beside the job."""
    tracker, told = tracking()
    for minutes, status in enumerate(("Available", "InUse")):
        pool = {"WarmPoolStatus": {"Status": status}}
        tracker.observe(item("Completed", "Completed", 5 + minutes, **pool))
    assert [
        (event.region, _words(event)) for event in told if isinstance(event, StatusChanged)
    ] == [
        ("job", "None -> Completed/Completed"),
        ("warm_pool", "None -> Available"),
        ("warm_pool", "Available -> InUse"),
    ]
    assert tracker[ARN].states("warm_pool") == ("InUse",)


# --- Which is newer -----------------------------------------------------------------------------


def test_late_entries() -> None:
    """A history that comes after newer news is told as late, and the state does not move."""
    tracker, told = tracking()
    tracker.observe(item("Completed", "Completed", 9))
    del told[:]
    observed = tracker.observe(described(3))
    assert observed.stale
    assert words(told) == ["1 Starting late", "2 Downloading late", "3 Training late"]
    assert tracker[ARN].status == "Completed/Completed"
    assert tracker[ARN].modified == at(9)
    tracker.observe(described(5, 9))
    assert words(told)[3:] == ["4 Uploading", "5 Completed"]


def test_equal_times_go_by_the_longer_history() -> None:
    """Real jobs pass several statuses within one LastModifiedTime."""
    tracker, told = tracking()
    assert tracker.observe(described(2, 9)).arrival is Arrival.NEW
    assert tracker.observe(described(4, 9)).arrival is Arrival.NEW
    assert tracker.observe(described(3, 9)).arrival is Arrival.STALE
    assert tracker[ARN].status == "InProgress/Uploading"
    assert [event for event in told if isinstance(event, Violation)] == []


def test_equal_times_and_a_thin_answer_that_the_history_has_passed() -> None:
    """At the same time, a status that the history has left for good is old news."""
    tracker, _ = tracking()
    tracker.observe(described(5, 9))
    assert tracker.observe(item("InProgress", "Starting", 9)).stale
    assert tracker.observe(item("InProgress", "Uploading", 9)).stale
    assert tracker.observe(item("Completed", "Completed", 9)).arrival is Arrival.NEW
    assert tracker[ARN].status == "Completed/Completed"


def test_equal_times_and_an_answer_that_only_fits_before() -> None:
    """What can't come after what is known, but before it, came too late: no violation."""
    tracker, told = tracking()
    tracker.observe(item("Stopping", "Training", 9))
    assert tracker.observe(item("InProgress", "Training", 9)).stale
    assert tracker.observe(item("Completed", "Completed", 9)).arrival is Arrival.NEW
    assert tracker.observe(described(2, 9)).stale
    assert words(told)[2:] == ["1 Starting late", "2 Downloading late"]


def test_equal_times_and_an_answer_that_fits_nowhere() -> None:
    """What fits neither after nor before breaks a rule, and is not taken: it may be the older."""
    tracker, told = tracking()
    tracker.observe(item("Completed", "Completed", 9))
    assert tracker.observe(item("Failed", "Failed", 9)).stale
    assert words(told)[1:] == ["illegal-transition"]
    (violation,) = (event for event in told if isinstance(event, Violation))
    assert violation.message == "no order of the 2 answers around that time is legal"
    assert tracker[ARN].status == "Completed/Completed"


def test_missing_times_go_by_the_history_and_then_by_arrival() -> None:
    """Where nothing tells the time, the longer history is newer; else what comes is."""
    tracker = Tracker(PARCELS)
    for status, *history in (("sent", "packed", "sent"), ("packed", "packed"), ("at the door",)):
        tracker.observe(parcel(status, *history))
    assert tracker[PARCEL].status == "at the door"
    assert tracker.observe(parcel("sent")).arrival is Arrival.NEW
    assert tracker[PARCEL].status == "sent"


def test_a_first_entry_alone_is_older_too() -> None:
    """However short a history is, without times a longer one is newer."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("sent", "packed", "sent"))
    assert tracker.observe(parcel("packed", "packed")).stale
    assert tracker[PARCEL].status == "sent"


@pytest.mark.parametrize("times", [(100, None), (None, 100)])
def test_a_missing_time_is_not_equal_to_any(times: tuple[float | None, float | None]) -> None:
    """It may have been whenever it fits, and an end is taken for the last."""
    first, second = times
    tracker, told = Tracker(PARCELS), list[Event]()
    tracker.add_listener(told.append)
    tracker.observe(parcel("returned", at=first))
    assert tracker.observe(parcel("sent", at=second)).stale
    assert words(told) == ["None -> returned"]


def test_equal_times_and_a_region_that_is_new() -> None:
    """A region that no answer has shown yet makes nothing late."""
    tracker, _ = tracking()
    tracker.observe(item("Completed", "Completed", 9))
    pool = {"WarmPoolStatus": {"Status": "Available"}}
    assert tracker.observe(item("Completed", "Completed", 9, **pool)).arrival is Arrival.NEW


def test_equal_times_and_a_history_that_only_fits_before() -> None:
    """Its status alone could come after what is known; as its history tells, it was before."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Training", 9))
    assert tracker.observe(described(2, 9)).stale
    assert tracker[ARN].status == "InProgress/Training"
    assert [event for event in told if isinstance(event, Violation)] == []


def test_equal_times_and_a_history_that_can_not_lead_to_what_is_known() -> None:
    """A parcel that was lost is insured, so it is not the cheap one: that breaks a rule."""
    tracker, told = Tracker(PARCELS), list[Event]()
    tracker.add_listener(told.append)
    tracker.observe(parcel("at the door", at=100, cheap=True))
    lost = parcel("packed", "packed", "sent", "packed", at=100)
    assert tracker.observe(lost).stale
    assert any(isinstance(event, Violation) for event in told)
    assert tracker[PARCEL].status == "at the door"


def test_equal_times_and_a_history_that_goes_on() -> None:
    """Only what it adds has to fit, though it comes back to a status that it had left."""
    tracker, told = Tracker(PARCELS), list[Event]()
    tracker.add_listener(told.append)
    way = ("packed", "sent", "at the door", "sent", "at the door")
    for count in range(2, 6):
        observed = tracker.observe(parcel(way[count - 1], *way[:count], at=100, cheap=True))
        assert observed.arrival is Arrival.NEW
    assert [number for number, *_ in told_entries(told)] == [1, 2, 3, 4, 5]
    assert [event for event in told if isinstance(event, Violation)] == []


def test_equal_times_and_another_history_as_long() -> None:
    """Its status may have been there before; that its entries are others is told."""
    tracker, told = Tracker(PARCELS), list[Event]()
    tracker.add_listener(told.append)
    tracker.observe(parcel("at the door", "packed", "sent", "at the door", at=100, cheap=True))
    assert tracker.observe(parcel("packed", "packed", "sent", "packed", at=100)).stale
    assert tracker[PARCEL].status == "at the door"
    assert [each.rule for each in told if isinstance(each, Violation)] == ["history-rewritten"]


@pytest.mark.parametrize(
    ("history", "status", "arrival"),
    [
        # The history was there and has gone on, for good.
        (("packed", "sent", "at the door", "delivered"), "sent", Arrival.STALE),
        # It has gone on, but may have come there again.
        (("packed", "sent", "at the door"), "sent", Arrival.NEW),
        # It is there again.
        (("packed", "sent", "at the door", "sent", "at the door"), "at the door", Arrival.NEW),
    ],
)
def test_equal_times_and_a_status_that_may_come_again(
    history: Sequence[str], status: str, arrival: Arrival
) -> None:
    """A thin answer is old news where it can't come after the history."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel(history[-1], *history, at=100))
    assert tracker.observe(parcel(status, at=100)).arrival is arrival
    assert tracker[PARCEL].status == (status if arrival is Arrival.NEW else history[-1])


def test_times_are_compared_at_the_coarser_precision() -> None:
    """A time cut to the second is not older than the same time in full."""
    tracker, _ = tracking()
    tracker.observe(item("InProgress", "Starting", LastModifiedTime=at(3)))
    cut = at(3).replace(microsecond=0)
    other, _ = tracking()
    other.observe(item("InProgress", "Training", LastModifiedTime=cut))
    assert other.observe(item("InProgress", "Starting", LastModifiedTime=at(3))).arrival is (
        Arrival.NEW
    )
    assert tracker.observe(item("InProgress", "Training", LastModifiedTime=cut)).arrival is (
        Arrival.NEW
    )


def test_older_answers_teach_features() -> None:
    """Features never change, so an old answer tells them too."""
    tracker, _ = tracking()
    tracker.observe(item("InProgress", "Training", 9))
    assert "spot" not in tracker[ARN].features
    tracker.observe(described(2, EnableManagedSpotTraining=True))
    assert tracker[ARN].features["spot"] is True
    assert tracker[ARN].status == "InProgress/Training"


def test_since_when_a_job_is_where_it_is() -> None:
    """What is known more exactly is known since then; what is told late, since the newest news."""
    tracker, _ = tracking()
    tracker.observe(item("InProgress", None, 1))
    assert tracker[ARN].since == at(1)
    tracker.observe(item("InProgress", "Training", 4))
    assert tracker[ARN].since == at(4)
    tracker.observe(item("InProgress", None, 5))
    assert tracker[ARN].since == at(4)
    tracker.observe(item("Stopped", None, 9))
    tracker.observe(item("Stopped", "MaxRuntimeExceeded", 8))
    assert tracker[ARN].status == "Stopped/MaxRuntimeExceeded"
    assert tracker[ARN].since == at(9)


def test_since_when_of_a_region_that_was_not_shown() -> None:
    """An older answer that shows the first region first says since when, at the latest."""
    tracker = Tracker(PARCELS)
    tracker.observe(attrs.evolve(parcel("packed", at=100), shown={}))
    tracker.observe(parcel("sent", at=40))
    assert tracker[PARCEL].since == BEGIN + timedelta(seconds=40)


def test_an_older_answer_may_contradict() -> None:
    """A feature or an entry that is otherwise in an older answer is a violation all the same."""
    tracker, told = tracking()
    tracker.observe(described(3, 9, EnableManagedSpotTraining=False))
    other = described(2, EnableManagedSpotTraining=True, TrainingEndTime=at(1))
    other[HISTORY][0]["StartTime"] = at(-1)
    del told[:]
    assert tracker.observe(other).stale
    wrong = {event.rule: event.path for event in told if isinstance(event, Violation)}
    assert wrong == {
        "feature-changed": "features",
        "creation-time-is-first-entry": "CreationTime",
        "end-time-only-when-terminal": "TrainingEndTime",
        "history-rewritten": f"{HISTORY}[0]",
    }
    assert tracker[ARN].features["spot"] is False
    assert tracker[ARN].entries[0].start == at(0)


def test_an_older_answer_is_judged_by_itself() -> None:
    """What it breaks does not depend on when it comes; its entries are no facts then."""
    tracker, told = tracking()
    tracker.observe(item("Completed", "Completed", 9))
    tracker.observe(item("Completed", "Training", 5))
    wrong = described(3, 6)
    wrong[HISTORY][1]["Status"] = "Uploading"
    tracker.observe(wrong)
    assert words(told)[1:] == ["illegal-pair", "illegal-transition"]
    assert tracker[ARN].status == "Completed/Completed"


def test_an_older_answer_with_a_region_of_its_own() -> None:
    """A region that no newer answer shows is told by an older one, and never moves back."""
    tracker, told = tracking()
    tracker.observe(item("Deleting", None, 9))
    for minutes, status in ((7, "Available"), (8, "Terminated"), (7.5, "Available")):
        pool = {"WarmPoolStatus": {"Status": status}}
        observed = tracker.observe(item("Completed", "Completed", minutes, **pool))
        assert observed.stale is (minutes == 7.5), minutes
    assert words(told) == [
        *("None -> Deleting", "None -> Available", "refined succeeded"),
        "Available -> Terminated",
    ]
    assert [each.ordinal for each in told if isinstance(each, StatusChanged)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("known", "older"), [("Available", "InUse"), ("Terminated", "Reused"), ("Reused", "Available")]
)
def test_a_region_never_moves_back(known: str, older: str) -> None:
    """Where an older answer shows what may have been before, or what can't have been at all."""
    tracker, _ = tracking()
    tracker.observe(item("Completed", "Completed", 9, WarmPoolStatus={"Status": known}))
    running = older == "InUse"
    status = ("InProgress", "Training") if running else ("Completed", "Completed")
    assert tracker.observe(item(*status, 8, WarmPoolStatus={"Status": older})).stale
    assert tracker[ARN].states("warm_pool") == (known,)


def test_a_region_that_comes_and_goes_does_not_move_back() -> None:
    """Where either may have been before the other, the newer answer counts."""
    door = Region(
        name="door",
        title="Door",
        field="Door",
        initial=("open",),
        states=(state("open"), state("shut")),
        edges=(edge("open", "shut"), edge("shut", "open")),
    )
    tracker = Tracker(attrs.evolve(PARCELS, regions=(*PARCELS.regions, door)))
    for status, time in (("shut", 100), ("open", 50)):
        shown = {"way": Shown("sent"), "door": Shown(status)}
        tracker.observe(attrs.evolve(parcel("sent", at=time), shown=shown))
    assert tracker[PARCEL].states("door") == ("shut",)


def test_a_late_history_that_leads_elsewhere() -> None:
    """A late history that can't lead to what is known is told and not taken."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    tracker.observe(parcel("packed", at=100))
    tracker.observe(parcel("returned", "packed", "sent", "returned", at=50))
    assert tracker[PARCEL].status == "packed"
    assert tracker[PARCEL].entries == ()
    assert [each.rule for each in told if isinstance(each, Violation)] == ["illegal-transition"]
    del told[:]
    assert tracker.observe(parcel("sent", "packed", "sent", at=150)).arrival is Arrival.NEW
    assert words(told) == ["1 packed", "2 sent", "packed -> sent"]


def test_a_late_history_proves_as_much_as_any() -> None:
    """What it tells is certain of the present, and goes on to be where the next history comes."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    for status, time in (("packed", 10), ("sent", 100)):
        tracker.observe(parcel(status, at=time))
    tracker.observe(parcel("sent", "packed", "sent", at=50))
    assert tracker.observe(
        parcel("at the door", "packed", "sent", "at the door", at=150)
    ).arrival is (Arrival.NEW)
    assert [event for event in told if isinstance(event, Violation)] == []
    other = Tracker(PARCELS)
    other.observe(parcel("sent", at=100))
    other.observe(parcel("packed", "packed", "sent", "packed", at=50))
    assert other[PARCEL].features["insured"] is True


def test_a_late_history_shows_what_was_not_passed() -> None:
    """Nobody was at the door before, as it tells; so what comes without that breaks a rule."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    tracker.observe(parcel("sent", at=100))
    tracker.observe(parcel("sent", "packed", "sent", at=50))
    tracker.observe(parcel("delivered", "packed", "sent", "delivered", at=150))
    assert [each.rule for each in told if isinstance(each, Violation)] == ["delivered-unseen"]


def test_a_late_history_of_a_region_that_was_not_shown() -> None:
    """Entries are facts, whatever region the answers before showed."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    nothing = attrs.evolve(parcel("packed", at=100), shown={})
    tracker.observe(nothing)
    tracker.observe(attrs.evolve(parcel("sent", "packed", "sent", at=50), shown={}))
    assert words(told) == ["1 packed late", "2 sent late"]
    assert tracker[PARCEL].states() == ()
    tracker.observe(parcel("sent", at=40))
    assert tracker[PARCEL].states() == ("sent",)


def test_a_late_history_that_does_not_show_its_region() -> None:
    """Its entries are facts; where the job stands is as it was."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    tracker.observe(parcel("sent", at=100))
    tracker.observe(attrs.evolve(parcel("sent", "packed", "sent", at=50), shown={}))
    assert words(told) == ["None -> sent", "1 packed late", "2 sent late"]
    assert tracker[PARCEL].states() == ("sent",)


def test_a_late_history_keeps_the_ends_that_are_known() -> None:
    """It lacks an end that a newer answer had."""
    ended = attrs.evolve(entries("packed")[0], end=BEGIN + timedelta(seconds=61))
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    tracker.observe(attrs.evolve(parcel("packed", at=100), entries=(ended,)))
    late = tracker.observe(parcel("packed", "packed", at=50))
    assert late.arrival is Arrival.STALE
    assert words(told) == ["1 packed", "None -> packed"]
    assert tracker[PARCEL].entries[0] == ended


def test_a_late_answer_stays_late_and_the_newest_one_stays_known() -> None:
    """What is kept already is a duplicate."""
    tracker, _ = tracking()
    tracker.observe(described(4))
    arrivals = [tracker.observe(described(number)).arrival for number in (2, 2, 4, 2)]
    stale, duplicate = Arrival.STALE, Arrival.DUPLICATE
    assert arrivals == [stale, duplicate, duplicate, duplicate]


def test_a_shortened_history_loses_nothing() -> None:
    """A newer answer that lacks entries is a violation; they are kept, and never told again."""
    tracker, told = tracking()
    tracker.observe(described(4))
    tracker.observe(described(3, 8))
    assert [entry.status for entry in tracker[ARN].entries] == list(FULL[:4])
    tracker.observe(described(5, 9))
    assert words(told)[:4] == ["1 Starting", "2 Downloading", "3 Training", "4 Uploading"]
    assert words(told)[5] == "history-rewritten"
    assert told_entries(told) == real_entries([described(5)])
    assert [entry.status for entry in tracker[ARN].entries] == list(FULL)


def test_a_rewritten_history_is_not_told_again() -> None:
    """Ordinals are told once, whatever becomes of what they told."""
    tracker, told = tracking()
    tracker.observe(described(4))
    other = described(3, 8)
    other[HISTORY][0]["StartTime"] = at(-1)
    tracker.observe(other)
    assert tracker[ARN].entries[0].start == at(-1)
    assert len(tracker[ARN].entries) == 3
    more = described(5, 9)
    more[HISTORY][0]["StartTime"] = at(-1)
    tracker.observe(more)
    assert [number for number, *_ in told_entries(told)] == [1, 2, 3, 4, 5]


# --- Strict -------------------------------------------------------------------------------------


def test_strict_refuses_and_changes_nothing() -> None:
    """An oracle raises with every violation, tells nobody, and knows what it knew."""
    tracker, told = tracking(strict=True)
    tracker.observe(item("Completed", "Completed", 5))
    before, told[:] = tracker.snapshot(), []
    wrong = item("InProgress", "Training", 9, TrainingEndTime=at(8))
    with pytest.raises(ConformanceError, match=f"^'{ARN}.* did what its life cycle") as caught:
        tracker.observe(wrong)
    assert [each.rule for each in caught.value.violations] == [
        "illegal-transition",
        "end-time-only-when-terminal",
    ]
    assert (tracker.snapshot(), told) == (before, [])
    with pytest.raises(ConformanceError):
        tracker.observe(wrong)


def test_strict_takes_answers_as_they_come() -> None:
    """An oracle's answers are in order: a time that goes back is a violation, a repeat none."""
    tracker, _ = tracking(strict=True)
    tracker.observe(item("InProgress", "Training", 9))
    assert tracker.observe(item("InProgress", "Training", 9)).duplicate
    with pytest.raises(ConformanceError, match="modified-time-went-back"):
        tracker.observe(item("InProgress", "Training", 5))


def test_strict_lets_notes_pass() -> None:
    """A note makes nothing illegal: it is told."""
    tracker, told = tracking(strict=True)
    tracker.observe(
        item(
            "InProgress",
            "Training",
            1,
            ModelArtifacts={"S3ModelArtifacts": "s3://b/k"},
            **{HISTORY: []},
        )
    )
    assert {event.severity for event in told if isinstance(event, Violation)} <= {Severity.NOTE}


def test_a_strict_error_of_a_listener_comes_from_the_outermost_call() -> None:
    """What a listener observes is refused where the caller can see it, when all is done."""
    told: list[Event] = []

    def meddle(event: Event) -> None:
        told.append(event)
        if isinstance(event, StatusChanged) and event.target == "Completed/Completed":
            for minutes in (8, 9):
                queued = tracker.observe(item("InProgress", "Training", minutes))
                assert (queued.queued, queued.job) == (True, event.job)
            tracker.observe(item("Deleting", None, 10))

    tracker = Tracker(TRAINING_JOB, listeners=[meddle], strict=True)
    with pytest.raises(ConformanceError, match="InProgress/Training can't come after") as caught:
        tracker.observe(item("Completed", "Completed", 5))
    assert len(caught.value.__notes__) == 1
    assert words(told) == [
        "None -> Completed/Completed",
        "Completed/Completed -> Deleting/Completed",
    ]


def test_an_interrupt_leaves_nothing_undone() -> None:
    """What was queued is taken first, whatever it breaks; the new answer is taken all the same."""
    told: list[Event] = []

    def interrupted(event: Event) -> None:
        told.append(event)
        if len(told) == 1:
            tracker.observe(item("InProgress", "Training", 8))
            raise KeyboardInterrupt

    tracker = Tracker(TRAINING_JOB, listeners=[interrupted], strict=True)
    with pytest.raises(KeyboardInterrupt):
        tracker.observe(item("Completed", "Completed", 5))
    with pytest.raises(ConformanceError, match="InProgress/Training can't come after"):
        tracker.observe(item("Deleting", None, 10))
    assert tracker[ARN].status == "Deleting/Completed"
    assert len(told) == 2


# --- Jobs ---------------------------------------------------------------------------------------


def test_a_reused_name_is_a_new_job() -> None:
    """Arn and creation time identify a job; the arn alone means the one created last."""
    tracker, told = tracking()
    reborn: Answer = {"CreationTime": at(60), "LastModifiedTime": at(60)}
    tracker.observe(item("Completed", "Completed", 5))
    tracker.observe(item("InProgress", "Starting", **reborn))
    tracker.observe(item("InProgress", "Training", 3))
    assert len(tracker) == 2
    assert tracker[ARN].created == at(60).replace(microsecond=0)
    assert tracker[JobKey("sagemaker-training-job", ARN, BEGAN)].status == "Completed/Completed"
    assert words(told) == ["None -> Completed/Completed", "None -> InProgress/Starting"]
    assert {job.key for job in tracker} == {
        JobKey("sagemaker-training-job", ARN, BEGAN),
        JobKey("sagemaker-training-job", ARN, at(60)),
    }


def test_an_earlier_job_may_be_heard_of_later() -> None:
    """News of the former owner of a name do not pass for the present one's."""
    tracker, _ = tracking()
    tracker.observe(item("InProgress", "Starting", CreationTime=at(60), LastModifiedTime=at(60)))
    tracker.observe(item("Failed", "Failed", 5))
    assert tracker[ARN].status == "InProgress/Starting"
    assert tracker.forget(JobKey("sagemaker-training-job", ARN, BEGAN)).status == "Failed/Failed"
    assert JobKey("sagemaker-training-job", ARN, BEGAN) not in tracker
    assert ARN in tracker


def test_creation_times_agree_to_the_second() -> None:
    """Sources print the creation time at different precision."""
    tracker, _ = tracking()
    tracker.observe(item("InProgress", "Starting"))
    tracker.observe(item("InProgress", "Starting", CreationTime=BEGAN.replace(microsecond=0)))
    assert len(tracker) == 1


def test_a_job_that_is_not_tracked() -> None:
    """Asking for it is a KeyError that says so; so is forgetting it."""
    tracker, _ = tracking()
    asked: list[Callable[[], object]] = [lambda: tracker[ARN], lambda: tracker.forget(ARN)]
    for ask in asked:
        with pytest.raises(UnknownJobError, match=r"no job 'arn:.*/tides' among the 0"):
            ask()
    assert ARN not in tracker
    assert 7 not in tracker


def test_forgotten_jobs_are_new_again() -> None:
    """Whoever forgets a job hears everything again."""
    tracker, told = tracking()
    tracker.observe(described(2))
    assert tracker.forget(ARN).id == ARN
    assert len(tracker) == 0
    tracker.observe(described(2))
    assert words(told[:3]) == words(told[3:])


# --- What it takes ------------------------------------------------------------------------------


def test_it_takes_records_observations_and_events() -> None:
    """All forms of one answer are the same answer."""
    tracker, _ = tracking()
    answer = item("InProgress", "Starting")
    tracker.observe(answer)
    assert tracker.observe(TrainingJobSummary.from_api(answer)).duplicate
    reader = TRAINING_JOB.reader
    assert reader is not None
    assert tracker.observe(reader.read(answer)).duplicate


def test_a_page_of_a_list() -> None:
    """A page is taken item by item; one with a bad item not at all."""
    tracker, _ = tracking()
    names = ("a", "b", "c")
    page = [
        item("InProgress", "Starting", TrainingJobName=n, TrainingJobArn=ARN[:-5] + n)
        for n in names
    ]
    observed = tracker.observe_all({"TrainingJobSummaries": page})
    assert [each.job.id for each in observed] == [each["TrainingJobArn"] for each in page]
    other = Tracker(TRAINING_JOB)
    bad = [*page, {"TrainingJobName": 5}, {}, 7, {"TrainingJobName": 6}]
    with pytest.raises(
        ObservationError, match=r"TrainingJobSummaries\[4\]: expected an answer"
    ) as caught:
        other.observe_all({"TrainingJobSummaries": bad})
    paths = [each.path for each in caught.value.problems]
    assert any(path.startswith("TrainingJobSummaries[3]") for path in paths)
    assert "TrainingJobSummaries[5]" in paths
    assert paths[-1].startswith("TrainingJobSummaries[6]")
    assert len(other) == 0


def page_with_errors() -> list[object]:
    """Return items about three jobs and, at 1, 3 and 4, some that can't be read."""
    a, b, c = (
        item("InProgress", "Starting", TrainingJobName=n, TrainingJobArn=ARN[:-5] + n)
        for n in ("a", "b", "c")
    )
    return [a, {"TrainingJobName": 5}, b, 7, {**a, "CreationTime": "soon"}, c]


@pytest.mark.parametrize("wrapped", [False, True], ids=["list", "page"])
def test_errors_are_collected(*, wrapped: bool) -> None:
    """What can be read is taken as if the rest were not there; each error has its place."""
    items = page_with_errors()
    tracker, told = tracking()
    answers = {"TrainingJobSummaries": items} if wrapped else items
    observed, errors = tracker.observe_all(answers, on_error="collect")
    other, expected = tracking()
    readable = [each for at, each in enumerate(items) if at not in {1, 3, 4}]
    assert [each.job for each in observed] == [
        each.job for each in other.observe_all(readable, on_error="raise")
    ]
    assert told == expected
    assert [index for index, _ in errors] == [1, 3, 4]
    prefix = "TrainingJobSummaries" if wrapped else ""
    for index, error in errors:
        assert {each.path.partition("]")[0] for each in error.problems} == {f"{prefix}[{index}"}
    with pytest.raises(ObservationError) as caught:
        other.observe_all(answers)
    assert caught.value.problems == tuple(each for _, error in errors for each in error.problems)


def test_errors_are_counted_through_all_lists() -> None:
    """The index is that among all answers; the path says in which list."""
    a, b, *_ = page_with_errors()
    nested = [{"TrainingJobSummaries": [a, a]}, [b, a], {"TrainingJobSummaries": "none"}]
    observed, errors = Tracker(TRAINING_JOB).observe_all(nested, on_error="collect")
    assert len(observed) == 3
    assert [(index, error.problems[0].path) for index, error in errors] == [
        (2, "[1][0]"),
        (4, "[2].TrainingJobSummaries"),
    ]


@pytest.mark.parametrize("answers", [[], {"TrainingJobSummaries": []}])
def test_where_nothing_is_wrong_nothing_is_collected(answers: object) -> None:
    """Then there are no errors, and where nothing came nothing at all."""
    tracker = Tracker(TRAINING_JOB)
    assert tracker.observe_all(answers, on_error="collect") == ([], [])
    observed, errors = tracker.observe_all(item("InProgress"), on_error="collect")
    assert (len(observed), errors) == (1, [])


def test_a_listener_may_collect_errors() -> None:
    """What it observes is queued; what it can't read it gets at once."""
    found: list[object] = []

    def collect(_: Event) -> None:
        if not found:
            found.extend(tracker.observe_all([item("Completed"), 7], on_error="collect"))

    tracker = Tracker(TRAINING_JOB, listeners=[collect])
    tracker.observe(item("InProgress"))
    observed, errors = found
    assert [each.arrival for each in observed] == [Arrival.QUEUED]  # type: ignore[attr-defined]
    assert [index for index, _ in errors] == [1]  # type: ignore[attr-defined]
    assert tracker[ARN].final


def test_what_breaks_a_rule_is_not_collected() -> None:
    """It can be read; a strict tracker refuses it as ever, after taking those before it."""
    tracker = Tracker(TRAINING_JOB, strict=True)
    with pytest.raises(ConformanceError):
        tracker.observe_all(
            [7, item("InProgress"), item("Completed", "Training")], on_error="collect"
        )
    assert len(tracker) == 1


@pytest.mark.parametrize("on_error", ["skip", "", None, ["collect"]])
def test_other_ways_to_treat_errors_are_refused(on_error: object) -> None:
    """The choices are named, and nothing is taken."""
    tracker = Tracker(TRAINING_JOB)
    with pytest.raises(UnknownNameError) as caught:
        tracker.observe_all([item("InProgress")], on_error=on_error)  # type: ignore[call-overload]
    expected = f"no value of on_error {shown(on_error)}; there is: collect, raise"
    assert str(caught.value) == expected
    assert len(tracker) == 0


def test_what_cannot_be_read_changes_nothing() -> None:
    """An answer that can't be read is refused with all that is wrong with it."""
    tracker, told = tracking()
    with pytest.raises(ObservationError, match="TrainingJobStatus"):
        tracker.observe(item("InProgress") | {"TrainingJobStatus": 5, "CreationTime": "soon"})
    assert (len(tracker), told) == (0, [])


def test_a_life_cycle_without_a_reader() -> None:
    """Where nobody reads answers, observations are expected."""
    for observe in (Tracker(PARCELS).observe, Tracker(PARCELS).observe_all):
        with pytest.raises(ObservationError) as caught:
            observe({"Status": "sent"})
        assert caught.value.problems == (
            Problem("", "an Observation, for parcel brings no reader", "dict"),
        )


def test_a_field_that_nobody_can_compare_by_hash() -> None:
    """Somebody else's reader may leave lists in fields: then each answer is looked at."""
    tracker = Tracker(PARCELS)
    observation = attrs.evolve(parcel("packed"), fields={"stamps": [1, 2]})
    assert tracker.observe(observation).arrival is Arrival.NEW
    assert tracker.observe(observation).duplicate


def test_an_answer_that_differs_in_a_field_is_none_twice() -> None:
    """A field that changes with nothing else is judged."""
    tracker, told = tracking()
    tracker.observe(item("InProgress", "Training", 3))
    assert tracker.observe(item("InProgress", "Training", 3, TrainingEndTime=at(3))).events
    assert "end-time-only-when-terminal" in words(told)


def test_a_tracker_says_whether_it_is_strict() -> None:
    """As it was made."""
    assert Tracker(TRAINING_JOB, strict=True).strict is True
    assert Tracker(TRAINING_JOB).strict is False
