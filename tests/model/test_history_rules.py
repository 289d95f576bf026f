"""The rules over histories, each by itself, for a life cycle that is nobody's in particular."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import Observation, Outcome, Tracker, check
from jobstate.common.times import clock
from jobstate.model import Entry, OverHistory, Region, Shown
from jobstate.model.history_rules import (
    entries_chained,
    entries_in_order,
    is_final,
    last_is_current,
    only_the_last_open,
)
from tests.support.small import PARCEL, PARCELS, edge, rule, state

if TYPE_CHECKING:
    from jobstate.model.specification import RuleFunction, Specification

BEGIN = datetime(2026, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
#: Of a service whose answers have no history that a region speaks of.
WITHOUT_HISTORY = attrs.evolve(
    PARCELS,
    regions=tuple(attrs.evolve(region, history="") for region in PARCELS.regions),
)


def entry(status: str, start: float, end: float | None = None) -> Entry:
    """Return a stay, its times in seconds after the beginning."""
    ended = None if end is None else BEGIN + timedelta(seconds=end)
    return Entry(status, BEGIN + timedelta(seconds=start), ended)


def history(*entries: Entry, now: str | None = None) -> Observation:
    """Return an answer with a history; by default it shows the last status of it."""
    status = entries[-1].status if now is None else now
    return Observation(job=PARCEL, shown={"way": Shown(status)}, entries=entries)


def found(rule: RuleFunction, seen: Observation, spec: Specification = PARCELS) -> list[str]:
    """Return the paths of what a rule finds."""
    return [finding.path for finding in rule(spec, seen)]


WHOLE = (entry("packed", 0, 10), entry("sent", 10, 20), entry("at the door", 20))


@pytest.mark.parametrize(
    "rule", [entries_in_order, entries_chained, only_the_last_open, last_is_current]
)
def test_a_whole_history_breaks_none(rule: RuleFunction) -> None:
    """In order, chained, open at its end, and where the answer says."""
    assert found(rule, history(*WHOLE)) == []
    ended = (entry("packed", 0, 10), entry("sent", 10, 20), entry("returned", 20, 20))
    assert found(rule, history(*ended)) == []


@pytest.mark.parametrize(
    ("entries", "paths"),
    [
        ([entry("packed", 10, 5)], ["Log[0]"]),
        ([entry("packed", 10), entry("sent", 5)], ["Log[1]"]),
        ([entry("packed", 10, 5), entry("sent", 5, 4)], ["Log[0]", "Log[1]", "Log[1]"]),
        ([entry("packed", 10, 10), entry("sent", 10)], []),
        # To the second: what seems to be before may have been cut.
        ([entry("packed", 0.5), entry("sent", 0.75)], []),
        ([entry("packed", 0.25), entry("sent", -0.25)], []),
        ([entry("packed", 0.25, -0.25)], []),
    ],
)
def test_entries_in_order(entries: list[Entry], paths: list[str]) -> None:
    """No entry ends before it begins, none begins before the one before it, for certain."""
    assert found(entries_in_order, history(*entries)) == paths


@pytest.mark.parametrize(
    ("entries", "paths"),
    [
        ([entry("packed", 0, 9), entry("sent", 10)], ["Log[0]"]),
        ([entry("packed", 0, 11), entry("sent", 10, 12), entry("sent", 14)], ["Log[0]", "Log[1]"]),
        ([entry("packed", 0), entry("sent", 10)], []),
        # 07:08:19 may be 07:08:19.5, cut.
        ([entry("packed", 0, 9.75), entry("sent", 10.25)], []),
    ],
)
def test_entries_chained(entries: list[Entry], paths: list[str]) -> None:
    """Each ends where the next begins, if the source prints ends."""
    assert found(entries_chained, history(*entries)) == paths


@pytest.mark.parametrize(
    ("entries", "now", "paths"),
    [
        ([entry("packed", 0), entry("sent", 10, 20), entry("sent", 20)], "sent", ["Log[0]"]),
        ([entry("packed", 0, 10), entry("sent", 10, 20)], "sent", ["Log[1]"]),
        ([entry("packed", 0, 10), entry("returned", 10)], "returned", ["Log[1]"]),
        ([entry("packed", 0, 10), entry("returned", 10, 15)], "returned", ["Log[1]"]),
        ([entry("packed", 0), entry("returned", 10)], "returned", []),  # no ends at all
        # The status of the job decides, whatever the history has come to.
        ([entry("packed", 0, 10), entry("sent", 10)], "returned", ["Log[1]"]),
        ([entry("packed", 0, 10), entry("returned", 10, 10)], "sent", ["Log[1]"]),
        # Of a status that is not known, the history tells whether it is the end.
        ([entry("packed", 0, 10), entry("sent", 10)], "lost", []),
        ([entry("packed", 0, 10), entry("lost", 10)], "lost", []),
        ([entry("packed", 0, 10), entry("lost", 10, 20)], "lost", []),
    ],
)
def test_only_the_last_open(entries: list[Entry], now: str, paths: list[str]) -> None:
    """Open is the last entry of a job that goes on; a finished job's is closed where it began."""
    assert found(only_the_last_open, history(*entries, now=now)) == paths


def test_the_last_is_current() -> None:
    """An answer shows the status that its history ends with, on whichever axis that is."""
    assert found(last_is_current, history(*WHOLE, now="sent")) == ["Log[2]"]
    both = attrs.evolve(history(*WHOLE), shown={"way": Shown("under way", "sent")})
    (finding,) = last_is_current(PARCELS, both)
    assert finding.message == "the answer says sent, but its history ends with at the door"
    assert (finding.path, finding.seen, finding.allowed) == ("Log[2]", "at the door", ("sent",))
    assert found(last_is_current, attrs.evolve(both, shown={})) == []


def test_without_a_region_of_histories() -> None:
    """There is nothing to hold a history against, so none is broken."""
    odd = history(entry("packed", 0, 10), entry("sent", 10, 20), now="returned")
    for each in (last_is_current, only_the_last_open):
        assert found(each, odd, WITHOUT_HISTORY) == []
    assert is_final(WITHOUT_HISTORY, "returned") is None


def test_what_ends_a_job() -> None:
    """A status whose every state is final; nobody knows of one that is not there."""
    assert is_final(PARCELS, "returned") is True
    assert is_final(PARCELS, "sent") is False
    assert is_final(PARCELS, "lost") is None


def test_the_clock() -> None:
    """Times are printed as finely as they are known, in UTC."""
    assert clock(BEGIN) == "2026-05-06 07:08:09.250"
    assert clock(BEGIN.replace(microsecond=0)) == "2026-05-06 07:08:09"


# --- One axis -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("shown", "broken"), [("sent", []), ("packed", ["current"])])
def test_a_history_of_the_only_status(shown: str, broken: list[str]) -> None:
    """Where there is but one axis, the last entry is the primary status."""
    lifecycle = PARCELS.evolve(add_rules=[rule("current", tests=(OverHistory(last_is_current),))])
    seen = Observation(
        job=PARCEL,
        shown={"way": Shown(shown)},
        entries=(Entry("packed", BEGIN, BEGIN), Entry("sent", BEGIN)),
    )
    found = {each.rule for each in check(lifecycle, seen).violations}
    assert [each for each in ("current",) if each in found] == broken


def test_the_region_with_a_history_tells_what_the_job_came_to() -> None:
    """Wherever it stands: check, tracker and lives have one notion of the main region."""
    beside = Region(
        name="van",
        title="van",
        initial=("parked",),
        states=(state("parked"), state("out")),
        edges=(edge("parked", "out"),),
    )
    lifecycle = attrs.evolve(PARCELS, regions=(beside, *PARCELS.regions))
    seen = Observation(job=PARCEL, shown={"van": Shown("out"), "way": Shown("returned")})
    assert check(lifecycle, seen).result.outcome is Outcome.FAILED
    tracker = Tracker(lifecycle)
    tracker.observe(seen)
    (job,) = tracker
    assert (job.outcome, job.final) == (Outcome.FAILED, True)
