"""Which job an answer is about: by kind, id, and a creation time that may be coarse or missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import JobKey, ObservationError, Tracker, check, check_jobs
from jobstate.model.job_keys import JobKeys, _Told, meant
from tests.support.small import BEGIN, PARCELS, parcel

if TYPE_CHECKING:
    from datetime import datetime

    from jobstate import Observation


def minutes(count: float) -> datetime:
    """Return a time so many minutes after the first parcel was made."""
    return BEGIN.replace(microsecond=0) + timedelta(minutes=count)


def about(created: float | None, at: float | None = None, kind: str = "parcel") -> Observation:
    """Return an answer about a parcel made at one minute, and changed last at another."""
    made = None if created is None else minutes(created)
    seen = parcel("packed", at=None if at is None else at * 60)
    return attrs.evolve(seen, job=JobKey(kind, "parcel/1", made))


#: Answers: when the job was created and changed, in minutes; and which one's key each has.
SERIES = {
    "one that has no time, then one that has": ([(None, None), (0, 1)], [0, 0]),
    "and back": ([(0, 1), (None, 2)], [0, 0]),
    "a key that has no time learns it": ([(None, 1), (0, 2), (5, 6)], [0, 0, 2]),
    "and knows it from then on": ([(None, 1), (0, 2), (5, 6), (0, 7)], [0, 0, 2, 0]),
    "the newest is meant": ([(0, 1), (5, 6), (None, 7)], [0, 1, 1]),
    "the newest that was there by then": ([(0, 1), (5, 6), (None, 3)], [0, 1, 0]),
    "one that nobody has heard of": ([(5, 6), (None, 3)], [0, 1]),
    "and that one turns out": ([(5, 6), (None, 3), (1, 4)], [0, 1, 1]),
    "no answer is older than its job": ([(5, 6), (None, 3), (4, 7)], [0, 1, 2]),
    "nothing tells when": ([(0, 1), (5, 6), (None, None)], [0, 1, 1]),
    "a minute that both are printed to": ([(0, 1), (None, 0)], [0, 0]),
}


@pytest.mark.parametrize(("answers", "keys"), SERIES.values(), ids=SERIES)
def test_which_job_is_meant(
    answers: list[tuple[float | None, float | None]], keys: list[int]
) -> None:
    """The newest of that id that was created by then; a key that was told once never changes."""
    seen = [about(*each) for each in answers]
    known = JobKeys()
    assert [known.of(each) for each in seen] == [seen[key].job for key in keys]
    assert list(check_jobs(PARCELS, seen)) == [seen[key].job for key in dict.fromkeys(keys)]
    tracker = Tracker(PARCELS)
    assert [each.job for each in tracker.observe_all(seen)] == [seen[key].job for key in keys]
    again = Tracker(PARCELS)
    again.restore(tracker.snapshot())
    for each, key in zip(seen, keys, strict=True):
        assert again.observe(each).job == seen[key].job


def test_the_exact_key_comes_first() -> None:
    """Where two that are known fit, as those that are read back can, though one is newer."""
    whole = -BEGIN.second / 60  # a minute of the clock, as a coarse source prints it
    coarse, fine = about(whole), about(whole + 0.5)
    assert coarse.job != fine.job
    known = [_Told(each.job, each.job.created) for each in (coarse, fine)]
    assert [meant(known, each) for each in (coarse, fine)] == known
    assert meant(known, about(None)) == known[1]
    assert meant(known[1:], coarse) == known[1]


def test_when_it_was_created() -> None:
    """Is told as soon as an answer says so, whatever its key has."""
    tracker = Tracker(PARCELS)
    tracker.observe(about(None, 1))
    assert tracker["parcel/1"].created is None
    tracker.observe(about(0, 2))
    (job,) = tracker
    assert (job.key.created, job.created) == (None, minutes(0))
    tracker.observe(about(None, 3))
    assert tracker["parcel/1"].created == minutes(0)
    assert check(PARCELS, [about(None, 1), about(0, 2)]).created == minutes(0)


def test_jobs_of_two_times_are_no_series() -> None:
    """Also where the first answer had none."""
    answers = [about(None, 1), about(0, 2), about(5, 6)]
    with pytest.raises(ObservationError, match=r"^this answer can't be read: \[2\]: expected anot"):
        check(PARCELS, answers)


def test_a_key_in_words() -> None:
    """Without a time it is the id alone; keys without one come first."""
    key = JobKey("parcel", "parcel/1")
    assert str(key) == "parcel/1"
    assert key.created is None
    assert sorted([about(0).job, key]) == [key, about(0).job]


def test_a_reader_reads_its_own_kind() -> None:
    """What one of somebody's own says of another is refused, not judged as of its own."""

    class Odd:
        fields = frozenset[str]()

        def items(self, document: object) -> list[tuple[str, object]]:
            return [("", document)]

        def read(self, _: object) -> Observation:
            return about(0, 1, kind="letter")

    odd = attrs.evolve(PARCELS, reader=Odd())
    with pytest.raises(ObservationError, match=r"job\.kind: expected 'parcel', got 'letter'$"):
        Tracker(odd).observe({})
    with pytest.raises(ObservationError, match=r"job\.kind: expected 'parcel', got 'letter'$"):
        check(odd, {})


def test_another_kind_is_another_job() -> None:
    """Whatever its id; and nobody judges it who does not know its life cycle."""
    known = JobKeys()
    one, other = about(0, 1), about(0, 1, kind="letter")
    assert [known.of(one), known.of(other)] == [one.job, other.job]
    said = r"^this answer can't be read: job.kind: expected 'parcel', got 'letter'$"
    tracker = Tracker(PARCELS)
    for judge in (tracker.observe, lambda seen: check(PARCELS, seen)):
        with pytest.raises(ObservationError, match=said):
            judge(other)
    observed, ((index, error),) = tracker.observe_all([one, other], on_error="collect")
    assert ([each.job for each in observed], index) == ([one.job], 1)
    assert str(error).endswith("[1].job.kind: expected 'parcel', got 'letter'")
