"""Families: verdicts as a forest, whatever the answers say of parents."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import JobKey, Observation, Report, check, check_jobs
from jobstate.conformance import Family, families
from jobstate.kinds import KINDS
from jobstate.model import Shown
from tests.support.relatives import SWEEP, TUNING, trained, tuning
from tests.support.small import BEGIN, PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KIND = PARCELS.name


def parcel(name: str, parent: str | None = None, after: int = 0, holds: str = "") -> Report:
    """Return the verdict on a parcel that may lie in another, or hold some, packed later."""
    seen = Observation(
        job=JobKey(KIND, name, BEGIN + timedelta(seconds=after)),
        shown={"way": Shown("packed")},
        parent=None if parent is None else JobKey(KIND, parent),
        children=tuple(JobKey(KIND, each) for each in holds),
    )
    return check(PARCELS, seen)


def drawn(family: Family) -> Any:
    """Return a family as names within each other; those not seen in brackets."""
    name = family.job.id if family.report else f"({family.job.id})"
    return [name, *map(drawn, family.children)] if family.children else name


@pytest.mark.parametrize(
    ("links", "forest"),
    [
        ({"a": None, "b": None}, ["a", "b"]),
        ({"a": None, "b": "a", "c": None, "d": "a"}, [["a", "b", "d"], "c"]),
        ({"b": "a", "c": "b", "a": None}, [["a", ["b", "c"]]]),
        # Not seen, told where its first child was.
        ({"x": None, "b": "a", "y": None, "c": "a"}, ["x", ["(a)", "b", "c"], "y"]),
    ],
)
def test_children_stand_below_their_parent(links: dict[str, str | None], forest: Any) -> None:
    """In the order first seen, whichever came first; so does a parent that was not seen."""
    reports = [parcel(name, parent) for name, parent in links.items()]
    assert [drawn(each) for each in families(reports)] == forest


@pytest.mark.parametrize(
    ("links", "forest", "circular"),
    [
        ({"a": "a"}, ["a"], {"a"}),
        ({"a": "b", "b": "a"}, [["a", "b"]], {"a"}),
        ({"x": "b", "a": "c", "b": "a", "c": "b"}, [["a", ["b", "x", "c"]]], {"a"}),
        ({"a": "a", "b": "b", "c": None}, ["a", "b", "c"], {"a", "b"}),
    ],
)
def test_a_loop_is_cut_and_told(links: dict[str, str], forest: Any, circular: set[str]) -> None:
    """At the job of it that was seen first."""
    found = families([parcel(name, parent) for name, parent in links.items()])
    assert [drawn(each) for each in found] == forest
    members = [member for each in found for member in each.members()]
    assert {member.job.id for member in members if member.circular} == circular


def test_an_id_that_is_used_again_is_another_parent() -> None:
    """A child belongs to the last one created before it, else to the first of all."""
    reports = [
        parcel("a", None, 100),
        parcel("a", None, 200),
        *(parcel(f"b{after}", "a", after) for after in (50, 100, 150, 250)),
    ]
    assert [drawn(each) for each in families(reports)] == [
        ["a", "b50", "b100", "b150"],
        ["a", "b250"],
    ]


def test_a_parent_of_another_kind_is_another_job() -> None:
    """Ids are compared within a kind."""
    stray = attrs.evolve(parcel("b"), parent=JobKey("crate", "a"))
    assert [drawn(each) for each in families([parcel("a"), stray])] == ["a", ["(a)", "b"]]


def test_kinds_may_differ() -> None:
    """A tuning job is of another kind than its training jobs."""
    reports = check_jobs(KINDS, [trained(1), tuning(Completed=2), trained(2)])
    (family,) = families(reports.values())
    assert family.job == JobKey(TUNING, SWEEP)
    assert [each.job.id[-8:] for each in family.children] == ["a301f0d0", "a301f0d0"]
    assert "sweep" in repr(family)
    assert repr(families([parcel("b", "a")])[0]) == "<Family of a, children: 1>"


@given(st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=10))
def test_every_job_is_in_one_family_once(links: list[int | None]) -> None:
    """Below the parent that it names, but for one job of each loop; roots name nobody, or that."""
    reports = [
        parcel(str(name), None if parent is None else str(parent))
        for name, parent in enumerate(links)
    ]
    members = [member for each in families(reports) for member in each.members()]
    seen = [member.report for member in members if member.report]
    assert sorted(map(id, seen)) == sorted(map(id, reports))
    for member in members:
        for child in member.children:
            assert child.report is not None
            assert child.report.parent == member.job
    below = {child for member in members for child in member.children}
    for root in set(members) - below:
        named = None if root.report is None else root.report.parent
        assert root.circular is (named is not None)
        if root.circular:  # it names one of its own
            assert named in {each.job for each in root.members()}


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of Python some work runs."""
    count = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def chain(length: int) -> list[Report]:
    """Return parcels each in the one before."""
    return _with_parents([None, *map(str, range(length - 1))])


def brood(length: int) -> list[Report]:
    """Return parcels all in one."""
    return _with_parents([None, *["0"] * (length - 1)])


def loop(length: int) -> list[Report]:
    """Return parcels each in the one before, the first in the last."""
    return _with_parents([str(length - 1), *map(str, range(length - 1))])


def _with_parents(parents: Sequence[str | None]) -> list[Report]:
    one = parcel("0")
    return [
        attrs.evolve(
            one,
            job_state=attrs.evolve(one.job_state, job=JobKey(KIND, str(name), BEGIN)),
            parent=None if parent is None else JobKey(KIND, parent),
        )
        for name, parent in enumerate(parents)
    ]


@pytest.mark.parametrize("shape", [chain, brood, loop])
def test_the_cost_is_linear(shape: Callable[[int], list[Report]]) -> None:
    """Twice the jobs take about twice the steps, and 10,000 in a row are no deep recursion."""
    one, two = (shape(length) for length in (500, 1_000))
    assert lines_run(lambda: families(two)) < 2.2 * lines_run(lambda: families(one))
    (family,) = families(shape(10_000))
    assert sum(1 for _ in family.members()) == 10_000


# --- Named by the parent --------------------------------------------------------------------------


def test_a_parent_may_name_its_children() -> None:
    """Whichever came first; those that were not seen are no part of the family."""
    reports = [parcel("b"), parcel("a", holds="bcx"), parcel("c")]
    assert [drawn(each) for each in families(reports)] == [["a", "b", "c"]]


def test_what_a_child_says_counts_more() -> None:
    """Also where its parent was not seen; of two that name it the first is its parent."""
    reports = [parcel("a", holds="bc"), parcel("d", holds="c"), parcel("b", "z"), parcel("c")]
    assert [drawn(each) for each in families(reports)] == [["a", "c"], "d", ["(z)", "b"]]


def test_a_child_is_no_older() -> None:
    """Another job had its id before."""
    reports = [parcel("b"), parcel("a", after=60, holds="b"), parcel("b", after=90)]
    assert [drawn(each) for each in families(reports)] == ["b", ["a", "b"]]


def test_one_that_names_itself_is_circular() -> None:
    """As one whose parent it is."""
    (family,) = families([parcel("a", holds="a")])
    assert family.circular
    assert family.children == ()


def test_an_item_of_a_list_joins_its_tuning_job() -> None:
    """It does not say whose it is, but the description of the tuning job names it as the best."""
    item = {name: value for name, value in trained(1).items() if name != "TuningJobArn"}
    best = tuning(Completed=0) | {"BestTrainingJob": {"TrainingJobArn": item["TrainingJobArn"]}}
    reports = check_jobs(KINDS, [item, best]).values()
    (family,) = families(reports)
    assert (family.job.id, len(family.children)) == (SWEEP, 1)
    assert family.report is not None
    assert {each.rule for each in family.report.violations} == {"children-are-counted"}


def test_a_processing_job_belongs_to_its_training_job() -> None:
    """And with it to the tuning job."""
    rule = {
        "ProcessingJobName": "rule",
        "ProcessingJobArn": f"{SWEEP.rpartition(':')[0]}:processing-job/rule",
        "ProcessingJobStatus": "InProgress",
        "CreationTime": "2026-10-05T06:05:10Z",
        "TrainingJobArn": trained(1)["TrainingJobArn"],
    }
    (family,) = families(check_jobs(KINDS, [rule, trained(1), tuning(Completed=1)]).values())
    assert [len(each.children) for each in family.members()] == [1, 1, 0]
