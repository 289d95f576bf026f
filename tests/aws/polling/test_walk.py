"""Pages: what is new in them, where a walk ends, and that no page does harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from botocore.utils import get_tzinfo_options
from hypothesis import given
from hypothesis import strategies as st

from jobstate.aws.operations import listed, told_at, tried_again
from jobstate.aws.polling.walk import MOST_IN_VAIN, ItemReading, Walk, worth_walking
from jobstate.batch import BATCH_JOB
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds import KINDS
from jobstate.model import AnswerSchema
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import TRAINING_JOB
from tests.support.lives_for_tests import BEGIN, told
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.aws.polling.walk import Page

LISTED = listed(TRAINING_JOB, {})
READING = ItemReading.of(TRAINING_JOB, LISTED)


def item(number: int = 0, *, seconds: float = 700.0, **fields: Any) -> dict[str, Any]:
    """Return an item as boto3 gives it: each time has a zone object of its own."""
    life = told("completed", job=f"job-{number}", after=float(-number))
    plain = life.at(life.start + timedelta(seconds=seconds), "list") | fields
    return {
        name: each.astimezone(get_tzinfo_options()[0]()) if isinstance(each, datetime) else each
        for name, each in plain.items()
    }


def walked(*pages: list[Any], **options: Any) -> list[Page]:
    """Walk over some pages; what is new is told at once."""
    walk = Walk(READING, options.pop("before", {}), options.pop("floor", None))
    found = []
    for place, items in enumerate(pages, 1):
        page = walk.page(items, more=options.get("more", place < len(pages)))
        walk.remember(page.changed)
        found.append(page)
    return found


def seen(*items: dict[str, Any]) -> dict[str, Any]:
    """Return what a walk has shown."""
    walk = Walk(READING, {}, None)
    walk.remember(walk.page(items, more=False).changed)
    return walk.shown


# --- What is new ----------------------------------------------------------------------------------


def test_unchanged_items_are_not_read() -> None:
    """Whatever the zones of their times, and whatever the model does not have."""
    before = seen(*map(item, range(5)))
    (page,) = walked([item(number, NewField={"a": [1]}) for number in range(5)], before=before)
    assert page.changed == []


@pytest.mark.parametrize(
    "change",
    [
        {"TrainingJobStatus": "Stopping"},
        {"SecondaryStatus": "Uploading"},
        {"LastModifiedTime": BEGIN + timedelta(seconds=705, milliseconds=1)},
        {"TrainingEndTime": BEGIN},
        {"CreationTime": BEGIN + timedelta(seconds=1)},
        {"WarmPoolStatus": {"Status": "Available"}},
        {"TrainingPlanArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/p"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_modelled_field_counts(change: dict[str, Any]) -> None:
    """A change of any is new; the same again is not, and back again is."""
    before = seen(item())
    (page,) = walked([item(**change)], before=before)
    assert [each.observation.job.name for each in page.changed] == ["job-0"]
    after = seen(item(**change))
    assert walked([item(**change)], before=after)[0].changed == []
    assert len(walked([item()], before=after)[0].changed) == 1


def test_an_hour_that_comes_twice() -> None:
    """Where clocks are set back, the same reading is another time."""
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    second = first.replace(fold=1)
    before = seen(item(LastModifiedTime=first) | {"LastModifiedTime": first})
    again = item() | {"LastModifiedTime": second}
    assert len(walked([again], before=before)[0].changed) == 1


def test_a_job_that_comes_twice() -> None:
    """In one walk, as it was or changed: it is new once for each that it shows."""
    pages = walked([item(), item()], [item(), item(SecondaryStatus="Uploading")], [])
    assert [len(page.changed) for page in pages] == [2, 1, 0]  # the first are told together
    assert [page.ended for page in pages] == [False, False, True]


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_every_kind(kind: Any) -> None:
    """How its jobs are listed stands in the schema."""
    how = listed(kind, {})
    reading = ItemReading.of(kind, how)
    assert how.newest_first
    call = how.call_for("more")
    assert call.arguments[how.listing.size] == how.listing.most
    assert call.arguments[how.listing.token] == "more"
    assert how.listing.token not in how.call_for().arguments
    assert reading.kind is kind


def test_an_id_within_a_part() -> None:
    """Wherever the schema says that it stands."""
    schema = evolve(LISTED.schema, id=("Job", "Arn"))
    reading = ItemReading.of(TRAINING_JOB, evolve(LISTED, schema=schema))
    assert reading.id({"Job": {"Arn": "x"}}) == "x"


# --- What is no item ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "x",
        [],
        {},
        {"TrainingJobArn": None},
        {"TrainingJobArn": ["x"]},
        {"TrainingJobArn": {"a": 1}},
        {"TrainingJobArn": "arn"},
    ],
    ids=partial(json.dumps, default=str),
)
def test_items_that_can_not_be_read(wrong: object) -> None:
    """They are told, and nothing else is lost."""
    ((page, last)) = walked([item(1), wrong, item(2)], [])
    assert [each.observation.job.name for each in page.changed] == ["job-1", "job-2"]
    assert [each for each, _ in page.unread] == [wrong]
    assert page.unread[0][1]
    assert last.ended


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(
    pages=st.lists(
        st.lists(
            anything
            | st.dictionaries(st.sampled_from([*item()]), anything)
            | st.builds(item, st.integers(0, 9), seconds=st.floats(0, 900)),
            max_size=6,
        ),
        max_size=5,
    )
)
def test_no_page_does_harm(pages: list[list[Any]]) -> None:
    """Whatever comes: what can be read is told once, what can't is counted."""
    before: dict[str, Any] = {}
    for page in pages:
        walk = Walk(READING, before, None)
        found = walk.page(page, more=False)
        walk.remember(found.changed)
        before = walk.shown
        assert len(found.changed) + len(found.unread) <= len(page)
        assert walk.page(page, more=False).unread == found.unread
        if len(walk.shown) == len(page):  # no job came twice
            assert walk.page(page, more=False).changed == []


# --- Where a walk ends ----------------------------------------------------------------------------


def test_it_ends_below_its_floor() -> None:
    """After the page whose last job is older, whatever stands between them."""
    floor = BEGIN.replace(microsecond=0) - timedelta(seconds=5)
    pages = walked([item(1)], [item(5)], [item(6), "x"], [item(7)], floor=floor, more=True)
    assert [page.ended for page in pages] == [False, False, True, True]
    assert not any(page.endless for page in pages)


def test_without_a_floor_it_goes_to_the_end() -> None:
    """As where a list has no order."""
    pages = walked([item(1)], [], [item(2)])
    assert [page.ended for page in pages] == [False, False, True]


def test_a_list_that_never_ends() -> None:
    """It ends where so many pages have shown nothing new; one with news begins the count anew."""
    same = [[item(1), "x"]] * MOST_IN_VAIN
    pages = walked(*same, [item(2)], *same, more=True)
    assert [place for place, page in enumerate(pages) if page.endless] == [2 * MOST_IN_VAIN]
    assert not any(page.ended for page in pages)


def brute_force(places: list[int], size: int, together: int) -> int:
    """Return the fewest requests to hear of all."""
    least = -(-len(places) // together)
    for number, place in enumerate(places, 1):
        least = min(least, place // size + -(-(len(places) - number) // together))
    return least


@given(
    places=st.lists(st.integers(0, 900), unique=True).map(sorted),
    size=st.integers(1, 100),
    together=st.sampled_from([1, 3, 100]),
)
def test_how_far_it_pays(places: list[int], size: int, together: int) -> None:
    """No other way to hear of every job takes fewer requests beside the first page."""
    number = worth_walking(places, size, together)
    pages = places[number - 1] // size if number else 0
    requests = pages + -(-(len(places) - number) // together)
    assert requests == brute_force(places, size, together)


def test_how_far_it_pays_by_example() -> None:
    """One job that trains for a week under thousands of others; many old ones."""
    assert worth_walking([3, 50, 90_000], 100, 1) == 2
    assert worth_walking([3, *range(300, 400)], 100, 1) == 101
    assert worth_walking([500, 600], 100, 1) == 0
    assert worth_walking([], 100, 1) == 0


# --- Calls ----------------------------------------------------------------------------------------


def test_arguments() -> None:
    """What a walk gives itself nobody else can give; what there is not is refused."""
    how = listed(BATCH_JOB, {"jobQueue": "nightly", "maxResults": 10})
    assert how.call_for().arguments == {"jobQueue": "nightly", "maxResults": 10}
    assert LISTED.call_for().arguments == {
        "MaxResults": 100,
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
    }
    with pytest.raises(ValueError, match=r"arguments beside \['NextToken', 'SortBy', 'SortOrder'"):
        listed(TRAINING_JOB, {"SortOrder": "Ascending"})
    with pytest.raises(UnknownNameError, match="argument of ListTrainingJobs 'StatusEqual'"):
        listed(TRAINING_JOB, {"StatusEqual": "Failed"})


def test_a_kind_that_nothing_lists() -> None:
    """Without a schema, and with one that has no such operation."""
    for kind, defect in ((PARCELS, "no schema"), (_undescribed(), "lists jobs")):
        with pytest.raises(LifecycleError, match=defect):
            listed(kind, {})


def _undescribed() -> Any:
    schema = TRAINING_JOB.schema
    assert isinstance(schema, AnswerSchema)
    silent = tuple(evolve(shape, operation="") for shape in schema.shapes)
    return evolve(TRAINING_JOB, reader=SchemaReader(evolve(schema, shapes=silent)))


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"date": "Wed, 04 Mar 2026 05:06:07 GMT"}, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ({"date": "Wed, 04 Mar 2026 05:06:07 -0000"}, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ({"date": "soon"}, None),
        ({"date": 7}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_service_tells_the_time(headers: object, told: datetime | None) -> None:
    """Or does not."""
    assert told_at({"ResponseMetadata": {"HTTPHeaders": headers}}) == told
    assert told_at({}) is None
    assert told_at(None) is None


def test_a_client_that_tries_again_by_itself() -> None:
    """It says how often, of answers and of errors."""
    error = Exception()
    error.response = {"ResponseMetadata": {"RetryAttempts": 2}}  # type: ignore[attr-defined]
    find: Callable[[object], int] = tried_again
    answers: tuple[object, ...] = (error, Exception(), {}, None)
    assert [find(each) for each in answers] == [2, 0, 0, 0]
    assert find({"ResponseMetadata": {"RetryAttempts": 1}}) == 1
