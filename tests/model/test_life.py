"""`Life`: what is true of a job at any moment, and what the service answers about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import Observation, Outcome, check
from jobstate.errors import UnknownNameError
from jobstate.model import Entry, Shown
from jobstate.model.life import Life, Stay
from jobstate.sagemaker import TRAINING_JOB
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.small import PARCEL, PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable


def after(seconds: float) -> datetime:
    """Return a time some seconds after the creation."""
    return BEGIN + timedelta(seconds=seconds)


#: Instances kept after a job that completed 725 seconds after its creation.
POOLED = told(
    "completed",
    features={"warm_pool": True, "spot": False},
    beside={
        "warm_pool": (
            Stay("InUse", BEGIN),
            Stay("Available", after(725)),
            Stay("Reused", after(800)),
        )
    },
)
DELIVERED = Life(
    lifecycle=PARCELS,
    job=PARCEL,
    stays=(
        Stay("packed", BEGIN),
        Stay("sent", after(1)),
        Stay("at the door", after(3)),
        Stay("delivered", after(6)),
        Stay("forgotten", after(10)),
    ),
    features={"insured": True, "sender": True},
    messages={"sent": "on its way"},
)


# --- The whole of it ------------------------------------------------------------------------------


def test_a_life_tells_its_story() -> None:
    """In one line: what it goes through, and how long each lasts."""
    assert str(told("timed out")) == (
        "InProgress/Starting 65 s → InProgress/Downloading 40 s → InProgress/Training 900 s → "
        "Stopping/Stopping 5 s → Stopping/Uploading 13 s → Stopped/MaxRuntimeExceeded"
    )
    assert str(attrs.evolve(DELIVERED, stays=DELIVERED.stays[:1])) == "packed"


class _Printer:
    """What a pretty printer would print."""

    def __init__(self) -> None:
        self.found = ""

    def text(self, text: str, /) -> None:
        """Add a text."""
        self.found += text


def test_a_life_prints_without_its_life_cycle() -> None:
    """Pretty printers, Hypothesis' among them, print it as `repr` does."""
    printer = _Printer()
    POOLED._repr_pretty_(printer, False)  # noqa: FBT003 - as IPython calls it
    assert printer.found == repr(POOLED)
    assert printer.found.startswith(
        f"Life(lifecycle={TRAINING_JOB}, job={POOLED.job}, stays=(Stay("
    )
    assert "start=2026-03-04 05:06:07.250000+00:00" in printer.found


def test_times_of_a_life() -> None:
    """It begins with its creation, ends with the last thing that happens in any region."""
    assert (POOLED.start, POOLED.end) == (BEGIN, after(800))
    assert POOLED.changes == tuple(map(after, (0, 65, 105, 705, 725, 800)))
    assert told("completed").end == after(725)
    assert DELIVERED.region is PARCELS.region("way")


@pytest.mark.parametrize(
    ("name", "outcome", "final", "cause"),
    [
        ("completed", Outcome.SUCCEEDED, True, None),
        ("failed", Outcome.FAILED, True, "algorithm"),
        ("stopped early", Outcome.STOPPED, True, "stop_requested"),
        ("timed out", Outcome.TIMED_OUT, True, "max_runtime"),
        ("deleted", Outcome.FAILED, True, "algorithm"),
    ],
)
def test_result(name: str, outcome: Outcome, final: bool, cause: str | None) -> None:  # noqa: FBT001
    """A life comes to what its last state means; a deleted job keeps its own."""
    result = told(name).result
    assert (result.outcome, result.final, result.cause) == (outcome, final, cause)
    assert result.gone is (name == "deleted")


def test_an_unfinished_life_runs() -> None:
    """A life that stops before its end has come to nothing yet."""
    life = told("stopped")
    assert attrs.evolve(life, stays=life.stays[:4]).result.outcome is Outcome.RUNNING


def test_the_cause_of_a_failure_without_a_writer() -> None:
    """It is what the life cycle makes of the words; without words there is none."""
    lifecycle = attrs.evolve(
        TRAINING_JOB, reader=None, writer=None, failure_cause=lambda words: words[:5]
    )
    life = attrs.evolve(told("failed"), lifecycle=lifecycle, failure="water came in")
    assert life.result.cause == "water"
    assert attrs.evolve(life, failure=None).result.cause == "unknown"


# --- Its history ----------------------------------------------------------------------------------


def test_entries() -> None:
    """Entries chain; moves of the primary alone are none; the end is closed as it begins."""
    life = told("stopped", messages={"Training": "Training in progress"})
    times = [after(seconds) for seconds in (0, 65, 105, 198, 223)]
    assert life.entries == (
        Entry("Starting", times[0], times[1]),
        Entry("Downloading", times[1], times[2]),
        Entry("Training", times[2], times[3], "Training in progress"),
        Entry("Stopping", times[3], times[4]),
        Entry("Stopped", times[4], times[4]),
    )


def test_entries_so_far() -> None:
    """In progress the last entry is open; a change of the primary changes no entry."""
    life = told("stopped")
    assert life.moment(after(104.999)).entries[-1] == Entry("Downloading", after(65))
    # From 195 to 198 seconds it is Stopping/Training.
    assert life.moment(after(197)).entries == life.moment(after(150)).entries
    assert life.moment(after(197)).modified == after(195)


def test_being_deleted_adds_no_entry() -> None:
    """Deleting keeps the secondary status, so the history stays what it was."""
    life = told("deleted")
    assert life.moment(life.end).entries == life.moment(after(200)).entries
    assert life.moment(life.end).ended == after(105)


def test_what_is_over_is_not_closed_again() -> None:
    """Where the state of a job that is gone has an entry, that of its result stays as it was."""
    delivered = Entry("delivered", after(6), after(6))
    assert DELIVERED.moment(after(7)).entries[-1] == delivered
    assert DELIVERED.entries[-2:] == (delivered, Entry("forgotten", after(10), after(10)))


def test_a_status_that_comes_again_is_a_new_entry() -> None:
    """A true repeat is another entry, with the same words."""
    stays = (Stay("packed", BEGIN), Stay("sent", after(1)), Stay("packed", after(2)))
    life = attrs.evolve(DELIVERED, stays=stays, messages={"packed": "in a box"})
    assert [(entry.status, entry.message) for entry in life.entries] == [
        ("packed", "in a box"),
        ("sent", None),
        ("packed", "in a box"),
    ]


# --- A moment of it -------------------------------------------------------------------------------


def test_moment() -> None:
    """All that is true at a time, of every region."""
    moment = POOLED.moment(after(725))
    assert moment.job == POOLED.job
    assert moment.shown == {
        "job": Shown("Completed", "Completed"),
        "warm_pool": Shown("Available"),
    }
    assert moment.features == {"warm_pool": True, "spot": False}
    assert (moment.modified, moment.ended) == (after(725), after(725))
    assert POOLED.moment(after(10_000)).modified == after(800)
    assert POOLED.moment(after(724.999)).ended is None


def test_before_the_creation() -> None:
    """Nothing is known earlier than at the creation, whatever the clock says."""
    assert POOLED.moment(after(-3_600)) == POOLED.moment(BEGIN)


def test_what_begins_later_is_not_there_before() -> None:
    """A region whose first stay begins later neither shows nor counts as a change before."""
    late = attrs.evolve(POOLED, beside={"warm_pool": (Stay("InUse", after(70)),)})
    assert set(late.moment(after(69)).shown) == {"job"}
    assert late.moment(after(69)).modified == after(65)
    assert late.moment(after(70)).shown["warm_pool"] == Shown("InUse")
    assert late.moment(after(70)).modified == after(70)


def test_failure_is_known_at_the_end() -> None:
    """Why a job failed is not said before it has."""
    life = told("failed", failure="it failed")
    assert life.moment(after(724)).failure is None
    assert life.moment(after(725)).failure == "it failed"


def test_times_of_any_zone() -> None:
    """A moment is a moment, however it is written."""
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    assert POOLED.moment(after(106).astimezone(elsewhere)) == POOLED.moment(after(106))


# --- What is answered -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(STORIES))
@pytest.mark.parametrize("form", [None, "describe", "list", "event"])
def test_a_told_life_is_legal(name: str, form: str | None) -> None:
    """What is answered at each of its moments is a legal series, in every form."""
    life = told(name, features={"spot": False})
    assert check(TRAINING_JOB, [life.at(time, form) for time in life.changes]).legal


def test_by_default_the_form_that_says_most() -> None:
    """For training jobs that is DescribeTrainingJob's."""
    assert POOLED.at(BEGIN) == POOLED.at(BEGIN, "describe")
    assert POOLED.at(BEGIN, "list").keys() < POOLED.at(BEGIN).keys()


def test_observation() -> None:
    """What an answer says, read from the form that was asked for."""
    assert TRAINING_JOB.reader is not None
    assert POOLED.observation(BEGIN) == TRAINING_JOB.reader.read(POOLED.at(BEGIN))
    assert POOLED.observation(BEGIN, "list").entries == ()


def test_observation_without_a_writer() -> None:
    """All that is true is said, but for features that no answer can show."""
    assert DELIVERED.observation(after(3)) == Observation(
        job=PARCEL,
        shown={"way": Shown("at the door")},
        features={"insured": True},
        entries=(
            Entry("packed", BEGIN, after(1)),
            Entry("sent", after(1), after(3), "on its way"),
            Entry("at the door", after(3)),
        ),
        modified=after(3),
    )


@pytest.mark.parametrize("ask", [Life.at, Life.observation])
def test_forms_that_there_are_not(ask: Callable[[Life, datetime, str], object]) -> None:
    """An unknown form lists those there are; without a writer there is none."""
    with pytest.raises(UnknownNameError, match="'fax'; there is: describe, event, list"):
        ask(POOLED, BEGIN, "fax")
    with pytest.raises(UnknownNameError, match="'list'; there is: none at all"):
        ask(DELIVERED, BEGIN, "list")


def test_no_answer_without_a_writer() -> None:
    """A life cycle that nobody writes answers of has none."""
    with pytest.raises(UnknownNameError, match="form of answers None; there is: none at all"):
        DELIVERED.at(BEGIN)


def test_states_that_there_are_not() -> None:
    """A state of no region is named as soon as it is looked at, and not before."""
    life = attrs.evolve(DELIVERED, stays=(Stay("packed", BEGIN), Stay("eaten", after(5))))
    assert life.moment(after(4)).shown == {"way": Shown("packed")}
    with pytest.raises(UnknownNameError, match="no state 'eaten'; there is: at the door, deliv"):
        life.moment(after(5))
    with pytest.raises(UnknownNameError, match="no region 'weather'"):
        attrs.evolve(life, beside={"weather": (Stay("rain", BEGIN),)}).moment(BEGIN)


def test_without_a_history_the_first_region_is_the_life() -> None:
    """A life cycle without histories lives in its first region."""
    way = attrs.evolve(PARCELS.region("way"), history="")
    thin = attrs.evolve(PARCELS, regions=(way,))
    life = attrs.evolve(DELIVERED, lifecycle=thin)
    assert life.region.name == "way"
    assert life.moment(datetime(2027, 1, 1, tzinfo=UTC)).shown == {"way": Shown("forgotten")}
