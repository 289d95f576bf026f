"""`LifecycleCoverage`: what tests have certainly seen of a life cycle, from lives and answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import attrs
import pytest

from jobstate import JobKey, Observation
from jobstate.automaton.runs import certain
from jobstate.model import Entry, Shown
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.coverage import certainty
from jobstate.testing.coverage.coverage import LifecycleCoverage, OtherLifecycleError, merged
from jobstate.testing.coverage.record import is_missing, lines, merged_record
from tests.support.lives_for_tests import told
from tests.support.small import PARCELS, parcel

WAY = "way"
BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def seen_of(*answers: Observation) -> set[str]:
    """Return the edges that answers about a parcel have certainly shown."""
    coverage = LifecycleCoverage(PARCELS)
    coverage.add_answers(list(answers))
    return edges_of(coverage)


def edges_of(coverage: LifecycleCoverage) -> set[str]:
    """Return the edges that were seen of a parcel's way."""
    return {f"{edge.origin} > {edge.target}" for edge in coverage.seen[WAY].edges}


def test_a_life_shows_all_its_edges() -> None:
    """Each move counts, and each two in a row."""
    coverage = LifecycleCoverage(TRAINING_JOB)
    coverage.add(told("completed"))
    seen = coverage.seen["job"]
    assert [edge.target for edge in seen.edges] == [
        "InProgress/Downloading",
        "InProgress/Training",
        "InProgress/Uploading",
        "Completed/Completed",
    ]
    assert len(seen.pairs) == 3
    assert not coverage.complete


def test_a_history_shows_its_edges() -> None:
    """Entries follow one another, so the edges between them are certain."""
    assert seen_of(parcel("at the door", "packed", "sent", "at the door")) == {
        "packed > sent",
        "sent > at the door",
    }


def test_thin_answers_show_what_every_way_passes() -> None:
    """Two polls leave open what lies between, but for what every way has."""
    # It may have been at the door before it was seen packed: only this is certain.
    assert seen_of(parcel("packed", at=1), parcel("delivered", at=2)) == {"packed > sent"}
    assert seen_of(parcel("packed", at=1), parcel("packed", at=2)) == set()


def test_older_answers_count_as_nothing() -> None:
    """Neither one of an earlier time nor one with a shorter history."""
    new = parcel("sent", "packed", "sent", at=100)
    assert seen_of(new, parcel("packed", at=50)) == {"packed > sent"}
    assert seen_of(new, parcel("packed", "packed", at=100)) == {"packed > sent"}


def test_the_same_history_again_with_a_thin_answer_between() -> None:
    """It tells where the job was meanwhile: still there."""
    first = parcel("sent", "packed", "sent", at=1)
    assert seen_of(first, parcel("sent", at=2), attrs.evolve(first, modified=None)) == {
        "packed > sent"
    }


def test_a_history_that_goes_on_after_thin_answers() -> None:
    """Nobody knows between which entries they were given."""
    first = parcel("packed", "packed", at=1)
    last = parcel("at the door", "packed", "sent", "at the door", at=9)
    assert seen_of(first, parcel("sent", at=5), last) == {"packed > sent", "sent > at the door"}


def test_a_rewritten_history_is_read_anew() -> None:
    """What both tell counts."""
    one = parcel("sent", "packed", "sent", at=1)
    other = parcel("sent", "sent", "packed", "sent", at=2)
    assert "packed > sent" in seen_of(one, other)


def test_what_nobody_can_explain() -> None:
    """Is begun anew after it: an unknown status, a region not shown, a move that no edge allows."""
    nothing = attrs.evolve(parcel("packed", at=2), shown={})
    assert seen_of(parcel("packed", at=1), nothing, parcel("sent", at=3)) == {"packed > sent"}
    assert seen_of(parcel("packed", at=1), parcel("lost", at=2), parcel("sent", at=3)) == set()
    assert seen_of(parcel("delivered", at=1), parcel("packed", at=2)) == {
        *("packed > sent", "sent > at the door", "at the door > delivered")
    } - {"at the door > delivered"}


def test_a_history_without_a_status() -> None:
    """Some sources leave the status of now out; the history tells all the same."""
    bare = attrs.evolve(parcel("sent", "packed", "sent", at=1), shown={})
    assert seen_of(bare) == {"packed > sent"}


def test_windows_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgetting costs time and changes nothing."""
    forgetful = lru_cache(maxsize=1)(certain.__wrapped__)
    monkeypatch.setattr(certainty, "certain", forgetful)
    fresh = PARCELS.evolve(version="fresh")
    coverage = LifecycleCoverage(fresh)
    coverage.add_answers([parcel("at the door", "packed", "sent", "at the door", "sent")])
    assert "packed > sent" in edges_of(coverage)
    assert forgetful.cache_info().misses > 1
    assert certain.cache_info().maxsize is not None


def test_merging() -> None:
    """What several have seen counts together, and none is changed."""
    one, other = LifecycleCoverage(PARCELS), LifecycleCoverage(PARCELS)
    one.add_answers([parcel("sent", "packed", "sent")])
    other.add_answers([parcel("returned", "packed", "sent", "returned")])
    assert edges_of(merged([one, other])) == {"packed > sent", "sent > returned"}
    assert edges_of(one) == {"packed > sent"}
    with pytest.raises(ValueError, match="nothing to merge"):
        merged([])


def test_another_life_cycle() -> None:
    """Is refused, and nothing is taken in."""
    one = LifecycleCoverage(PARCELS)
    with pytest.raises(OtherLifecycleError, match="can't take in what was seen of sagemaker"):
        one.merge(LifecycleCoverage(TRAINING_JOB))
    with pytest.raises(OtherLifecycleError, match="can't take in what was seen of sagemaker"):
        one.add(told("completed"))


def test_the_report() -> None:
    """Shares first, then what is missing, and no more of it than was asked for."""
    coverage = LifecycleCoverage(PARCELS)
    coverage.add_answers([parcel("sent", "packed", "sent")])
    assert str(coverage).splitlines() == [
        "coverage of parcel 1",
        "  Status: states 2 of 6 (33.3 %), edges 1 of 8 (12.5 %), pairs 0 of 13 (0 %)",
    ]
    text = coverage.report(listed=2, pairs=True)
    assert "  states not seen:\n    at the door\n" in text
    assert "  pairs not seen:\n    packed → sent → packed  (moved, lost)\n" in text
    assert "… and 2 more" in text


def test_alternatives_are_one_edge() -> None:
    """Edges that differ only in what they need count once, whichever it was that a job took."""
    starting = ("InProgress/Starting", "InProgress/Pending")
    for features in ({"spot": True}, {"spot": False}, {}):
        coverage = LifecycleCoverage(TRAINING_JOB)
        automaton = TRAINING_JOB.region("job")
        assert len(automaton.edges) - len(coverage.possible["job"].edges) == 11
        coverage.add_answers(
            [
                Observation(
                    job=JobKey("sagemaker-training-job", "arn", BEGIN),
                    shown={"job": Shown(*name.split("/"))},
                    entries=tuple(
                        Entry(status.partition("/")[2], BEGIN + timedelta(minutes=minute))
                        for minute, status in enumerate(starting[:count])
                    ),
                    features=features,
                )
                for count, name in enumerate(starting, start=1)
            ]
        )
        assert [(each.origin, each.target) for each in coverage.seen["job"].edges] == [starting]


def test_as_plain_data() -> None:
    """Each state, edge and pair says whether it was seen; of variants counts what either has."""
    coverage = LifecycleCoverage(PARCELS)
    coverage.add_answers([parcel("sent", "packed", "sent")])
    record = coverage.to_dict()
    assert json.loads(json.dumps(record)) == record
    assert (record["lifecycle"], record["name"]) == ("parcel 1", "parcel")
    region = record_of_way(coverage)
    assert region["title"] == "Status"
    assert [each["state"] for each in region["states"] if each["seen"]] == ["packed", "sent"]
    (edge,) = (each for each in region["edges"] if each["seen"])
    assert (edge["origin"], edge["target"], edge["cause"]) == ("packed", "sent", "moved")
    assert len(region["pairs"]) == 13


def record_of_way(coverage: LifecycleCoverage) -> dict[str, Any]:
    """Return what the record says of a parcel's way."""
    regions: Any = coverage.to_dict()["regions"]
    region: dict[str, Any] = regions[WAY]
    return region


def test_records_of_several_processes() -> None:
    """What either has seen was seen, also where they are of variants."""
    one, other = LifecycleCoverage(PARCELS), LifecycleCoverage(PARCELS.given(insured=False))
    one.add_answers([parcel("sent", "packed", "sent")])
    other.add_answers([parcel("packed", "packed")])
    for first, second in ((one, other), (other, one)):
        together = merged_record(first.to_dict(), second.to_dict())
        lines_of_it = list(lines(together))
        assert lines_of_it[1] == (
            "  Status: states 2 of 6 (33.3 %), edges 1 of 8 (12.5 %), pairs 0 of 13 (0 %)"
        )
        assert is_missing(together)
