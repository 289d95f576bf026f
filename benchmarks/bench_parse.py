"""What it costs to turn an answer into a checked record: ours, pydantic's, cattrs'."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import pytest

from figures import Aim, Group
from jobstate.sagemaker import TRAINING_JOB, TrainingJobDescription, TrainingJobSummary
from jobstate.sagemaker.training_job.reader import READER
from lives import Life, unheard_of
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from suite import Timed

PYDANTIC, CATTRS = "pydantic", "cattrs"
QUICK_CATTRS = "cattrs, first defect only"
AIMS = (Aim.at_most(1.5, of=PYDANTIC), Aim.faster_than(2, CATTRS))
NOTE = (
    "Each answer is of a job that did not come before. Times are datetimes in the local zone, as"
    " boto3 makes them; {others}. All three refuse what breaks the API's constraints; pydantic"
    " leaves times in their zone."
)
LIST_ITEM = Group("Parse: an item of a list", PYDANTIC, note=NOTE.format(others="three in each"))
DESCRIBED = Group(
    "Parse: a describe answer with six entries",
    PYDANTIC,
    note=NOTE.format(others="sixteen in each"),
)
ITEM_IN_UTC = Group(
    "Parse: an item of a list whose times are in UTC already",
    PYDANTIC,
    note="Times as `datetime.UTC`; else the same.",
)


def answers(count: int, kind: str, *, utc: bool = False) -> list[dict[str, object]]:
    """Return answers about so many jobs that have ended, as boto3 gives them; others each time.

    Args:
        count: How many.
        kind: ``item`` or ``answer``, as `Life` calls them.
        utc: With times in UTC instead of the machine's zone.
    """
    lives = unheard_of(count)
    found = [getattr(life, kind)(life.count) for life in lives]
    return found if utc else [_localized(answer) for answer in found]


def _localized(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return an answer with its times as botocore's parser makes them."""
    parse_timestamp = pytest.importorskip("botocore.utils").parse_timestamp
    if isinstance(value, datetime):
        return parse_timestamp(value.timestamp())
    if isinstance(value, dict):
        return {name: _localized(each) for name, each in value.items()}
    return [_localized(each) for each in value] if isinstance(value, list) else value


def each(parse: Callable[[Mapping[str, object]], object], given: list[dict[str, object]]) -> None:
    """Parse one after the other."""
    for answer in given:
        parse(answer)


def ours(count: int, kind: str, *, utc: bool = False) -> Callable[[], object]:
    """Make our record."""
    record = TrainingJobSummary if kind == "item" else TrainingJobDescription
    return partial(each, record.from_api, answers(count, kind, utc=utc))


def read(count: int, kind: str, *, utc: bool = False) -> Callable[[], object]:
    """Make our record, and the observation of it."""
    return partial(each, READER.read, answers(count, kind, utc=utc))


def _models() -> Any:  # noqa: ANN401 - a module
    pytest.importorskip("pydantic")
    pytest.importorskip("cattrs")
    return pytest.importorskip("parse_models")


def pydantic(count: int, kind: str, *, utc: bool = False) -> Callable[[], object]:
    """Make pydantic's."""
    models = _models()
    model = models.PydanticSummary if kind == "item" else models.PydanticDescription
    return partial(each, model.model_validate, answers(count, kind, utc=utc))


@lru_cache
def _structure(*, detailed: bool) -> Callable[..., object]:
    found: Callable[..., object] = _models().converter(detailed=detailed).structure
    return found


def cattrs(
    count: int, kind: str, *, detailed: bool = True, utc: bool = False
) -> Callable[[], object]:
    """Make cattrs'."""
    models = _models()
    model = models.CattrsSummary if kind == "item" else models.CattrsDescription
    structure = _structure(detailed=detailed)
    return partial(each, lambda answer: structure(answer, model), answers(count, kind, utc=utc))


@contestants(
    Contestant(PYDANTIC, partial(pydantic, kind="item"), 200),
    Contestant("jobstate, TrainingJobSummary.from_api", partial(ours, kind="item"), 200, AIMS),
    Contestant("the same and its Observation", partial(read, kind="item"), 200),
    Contestant(CATTRS, partial(cattrs, kind="item"), 200),
    Contestant(QUICK_CATTRS, partial(cattrs, kind="item", detailed=False), 200),
)
def test_parse_an_item(contestant: Contestant, lap: int, timed: Timed) -> None:
    """An item of a list."""
    timed(LIST_ITEM, contestant, lap)


@contestants(
    Contestant(PYDANTIC, partial(pydantic, kind="item", utc=True), 200),
    Contestant(
        "jobstate, TrainingJobSummary.from_api", partial(ours, kind="item", utc=True), 200, AIMS
    ),
    Contestant(CATTRS, partial(cattrs, kind="item", utc=True), 200),
)
def test_parse_an_item_in_utc(contestant: Contestant, lap: int, timed: Timed) -> None:
    """An item of a list without any other zone."""
    timed(ITEM_IN_UTC, contestant, lap)


@contestants(
    Contestant(PYDANTIC, partial(pydantic, kind="answer"), 50),
    Contestant("jobstate, TrainingJobDescription.from_api", partial(ours, kind="answer"), 50, AIMS),
    Contestant("the same and its Observation", partial(read, kind="answer"), 50),
    Contestant(CATTRS, partial(cattrs, kind="answer"), 50),
    Contestant(QUICK_CATTRS, partial(cattrs, kind="answer", detailed=False), 50),
)
def test_parse_a_description(contestant: Contestant, lap: int, timed: Timed) -> None:
    """A describe answer."""
    timed(DESCRIBED, contestant, lap)


# --- All make the same of it ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["item", "answer"])
def test_all_read_the_same(kind: str) -> None:
    """Every record has the same values, so nobody saves time by leaving something out."""
    models = _models()
    (given,) = answers(1, kind)
    record: Any = (TrainingJobSummary if kind == "item" else TrainingJobDescription).from_api(given)
    suffix = "Summary" if kind == "item" else "Description"
    theirs = [
        getattr(models, f"Pydantic{suffix}").model_validate(given),
        _structure(detailed=True)(given, getattr(models, f"Cattrs{suffix}")),
    ]
    for name in record.attributes.values():
        values = {_plain(getattr(one, name)) for one in (record, *theirs)}
        assert len(values) == 1, name


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return str([_plain(part) for part in value])
    fields = getattr(type(value), "__attrs_attrs__", None)
    names = [part.name for part in fields] if fields else getattr(type(value), "model_fields", ())
    return str([_plain(getattr(value, name)) for name in names]) if names else str(value)


BROKEN: dict[str, object] = {
    "TrainingJobName": "job\n",
    "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/",
    "CreationTime": datetime(1999, 12, 31, tzinfo=UTC),
    "LastModifiedTime": datetime(2026, 1, 1),  # noqa: DTZ001 - what is to be refused
    "TrainingJobStatus": 7,
    "TrainingPlanArn": "arn:aws:sagemaker::111122223333:training-plan/",
}


@pytest.mark.parametrize("name", BROKEN)
def test_all_refuse_the_same(name: str) -> None:
    """Every record refuses what breaks a constraint, so nobody saves time by not looking."""
    models = _models()
    answer = {**answers(1, "item")[0], name: BROKEN[name]}
    for parse in (
        TrainingJobSummary.from_api,
        models.PydanticSummary.model_validate,
        lambda given: _structure(detailed=True)(given, models.CattrsSummary),
        lambda given: _structure(detailed=False)(given, models.CattrsSummary),
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011 - each library has its own
            parse(answer)


def test_an_answer_is_read_as_its_life_says() -> None:
    """The observation that a life gives at once is the one that its answer is read as."""
    assert TRAINING_JOB.reader is not None
    life = Life.usual(3)
    for count in range(1, life.count + 1):
        assert TRAINING_JOB.reader.read(life.answer(count)) == life.observation(count)
