"""The records: what they accept, what they refuse and how, and that nothing gets lost."""

from __future__ import annotations

import copy
import pickle
from collections import UserDict
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.errors import ObservationError
from jobstate.sagemaker.training_job.records import (
    InstancePreference,
    ModelArtifacts,
    ResourceConfig,
    RetryStrategy,
    SecondaryStatusTransition,
    StoppingCondition,
    TrainingJobDescription,
    TrainingJobRecord,
    TrainingJobSummary,
    WarmPool,
    record_from_api,
)
from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1"
PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan-1"
TUNING = "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/tuning-1"
NOON = datetime(2026, 9, 17, 12, 0, tzinfo=UTC)
#: `date -u -d @1597468137`
FACTS_TIME = datetime(2020, 8, 15, 5, 8, 57, 601_000, tzinfo=UTC)

SUMMARY: dict[str, Any] = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": ARN,
    "TrainingJobStatus": "InProgress",
    "CreationTime": NOON,
}


def problems(answer: object) -> dict[str, str]:
    """Return path → text of everything that is wrong with an answer."""
    with pytest.raises(ObservationError) as caught:
        record_from_api(answer)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    return {problem.path: str(problem) for problem in caught.value.problems}


def creation(value: object) -> datetime:
    """Return how a record reads a time."""
    return TrainingJobSummary.from_api({**SUMMARY, "CreationTime": value}).creation_time


# --- Times --------------------------------------------------------------------------------------


class Stamp(datetime):
    """A datetime of another class, like those of pandas."""


class ZonelessZone(tzinfo):
    """A zone that has no offset: by Python's rules such a time is naive."""

    def tzname(self, _: datetime | None) -> None:
        """Return none."""

    dst = utcoffset = tzname


class EastOfUtc(ZonelessZone):
    """A zone of a library, with a fixed offset."""

    def __init__(self, hours: int = 2) -> None:
        self._offset = timedelta(hours=hours)

    def utcoffset(self, _: datetime | None) -> timedelta:  # type: ignore[override]
        """Return the offset."""
        return self._offset

    def dst(self, _: datetime | None) -> timedelta:  # type: ignore[override]
        """Return no daylight saving."""
        return timedelta(0)


class BrokenZone(ZonelessZone):
    """A zone whose code raises."""

    def __init__(self, error: type[Exception] = RuntimeError) -> None:
        self._error = error

    def utcoffset(self, _: datetime | None) -> None:
        """Raise."""
        raise self._error


@pytest.mark.parametrize(
    "value",
    [
        FACTS_TIME,
        FACTS_TIME.astimezone(timezone(timedelta(hours=-7))),
        Stamp(2020, 8, 15, 5, 8, 57, 601_000, tzinfo=UTC),
        Stamp(2020, 8, 15, 7, 8, 57, 601_000, tzinfo=timezone(timedelta(hours=2))),
        "2020-08-15T05:08:57.601Z",
        "2020-08-15T05:08:57.601000+00:00",
        "2020-08-14T22:08:57.601-07:00",
        "20200815T050857.601Z",
        1597468137.601,
        1597468137601,
        1.597468137601e12,
        "1597468137.601",
        "1597468137601",
        "1.597468137601E12",
        "1.597468137601e+12",
    ],
)
def test_one_moment_in_every_form(value: object) -> None:
    """What boto3 returns, the AWS CLI prints and events carry is one moment, plain and in UTC."""
    moment = creation(value)
    assert moment == FACTS_TIME
    assert moment.tzinfo is UTC
    assert type(moment) is datetime


def test_times_may_lack_seconds() -> None:
    """Sources that print only minutes (FACTS §4) are read."""
    assert creation("2026-09-17T11:07Z") == datetime(2026, 9, 17, 11, 7, tzinfo=UTC)


@pytest.mark.parametrize("zone", [EastOfUtc(), EastOfUtc(0), ZoneInfo("Asia/Tokyo")])
def test_times_of_foreign_zones(zone: tzinfo) -> None:
    """Zones that are not Python's own, as those that botocore gives, become UTC."""
    moment = creation(FACTS_TIME.astimezone(zone))
    assert (moment, moment.tzinfo) == (FACTS_TIME, UTC)


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    """When clocks go back, `fold` says which of the two hours it is."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert creation(first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = creation(first.replace(fold=1))
    assert second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert second.fold == 0


def test_digits_that_look_like_a_date_are_a_number() -> None:
    """A quoted number is never taken for the compact form of a date and a time."""
    assert creation("1610101011201") == datetime(2021, 1, 8, 10, 16, 51, 201_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("least", "beyond"),
    [
        ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
        (946_684_800, 4_102_444_800),
        (946_684_800_000, 4_102_444_800_000),
        (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_lie_in_a_sane_range(least: object, beyond: object) -> None:
    """From 2000 on, before 2100: what lies outside is a mistake of unit, not a job's time."""
    assert creation(least) == datetime(2000, 1, 1, tzinfo=UTC)
    text = problems({**SUMMARY, "CreationTime": beyond})["CreationTime"]
    assert "a time from 2000-01-01 until 2100-01-01" in text


@pytest.mark.parametrize("number", [99_999_999_999, 100_000_000_000, 0, -1, 4_102_444_799.9999995])
def test_numbers_between_the_units_are_refused(number: float) -> None:
    """Below 1e11 are seconds, from there milliseconds; neither reading of these is sane."""
    text = problems({**SUMMARY, "CreationTime": number})["CreationTime"]
    assert "a time from 2000-01-01 until 2100-01-01" in text


@pytest.mark.parametrize(
    "value",
    [
        NOON.replace(tzinfo=None),
        NOON.replace(tzinfo=ZonelessZone()),
        "2026-09-17T12:00:00",
        "2026-09-17",
    ],
)
def test_times_without_zone_are_refused(value: object) -> None:
    """Zones are not guessed, and the text says so."""
    text = problems({**SUMMARY, "CreationTime": value})["CreationTime"]
    assert "a time with its zone (an offset or Z), as zones are not guessed" in text


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        float("nan"),
        float("inf"),
        -float("inf"),
        10**400,
        "",
        "noon",
        "2026-13-01T00:00Z",
        "2026-09-17T12:00Z\ud800",
        "0001-01-01T00:00+14:00",
        "NaN",
        "1_597_468_137",
        "٢٠٢٦-09-17T12:00Z",
        "1" * 65,
        "9e99",
        b"2026-09-17T12:00Z",
        [NOON],
        {"$date": 0},
        NOON.replace(tzinfo=BrokenZone()),
        NOON.replace(tzinfo=BrokenZone(TypeError)),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_what_is_no_time_is_refused(value: object) -> None:
    """Nothing that is no time gets through, and nothing but our own error gets out."""
    assert set(problems({**SUMMARY, "CreationTime": value})) == {"CreationTime"}


# --- Texts, numbers, flags, statuses ------------------------------------------------------------


class Word(StrEnum):
    """Strings that are not quite strings."""

    JOB = "job-1"
    ARN = ARN
    BROKEN = "Unknown\udc80"
    REASON = "ClientError: no"


def test_string_subclasses_become_plain_strings() -> None:
    """Records hold nothing but plain strings, whatever kind of string came."""
    record = TrainingJobDescription.from_api(
        {
            **SUMMARY,
            "TrainingJobName": Word.JOB,
            "TrainingJobArn": Word.ARN,
            "FailureReason": Word.REASON,
            "TrainingJobStatus": Word.JOB,
        }
    )
    texts = (record.training_job_name, record.training_job_arn, record.failure_reason)
    assert texts == ("job-1", ARN, "ClientError: no")
    assert {type(text) for text in texts} == {str}
    assert type(record.training_job_status) is TrainingJobStatus


@pytest.mark.parametrize(
    "field",
    [
        "TrainingJobName",
        "TrainingJobArn",
        "TrainingJobStatus",
        "SecondaryStatus",
        "TrainingPlanArn",
    ],
)
@pytest.mark.parametrize("value", [1, True, b"job", ["job"], {}, "", "\ud800", "x" * 3000])
def test_unfit_strings_are_refused(field: str, value: object) -> None:
    """Whatever is no string, is empty, too long or can't be encoded is refused, with its path."""
    assert set(problems({**SUMMARY, field: value})) == {field}


def test_job_name_and_arn_need_not_agree() -> None:
    """A name other than the arn's is not for us to judge."""
    assert TrainingJobSummary.from_api({**SUMMARY, "TrainingJobName": "other"})


def test_arns_may_carry_any_text_but_no_surrogates() -> None:
    """The open ends of arns take what AWS's pattern takes, if it can be written at all."""
    for tail, fits in (("plän", True), ("\ud800", False), ("a\nb", False)):
        answer = {**SUMMARY, "TrainingPlanArn": PLAN + tail}
        if fits:
            assert TrainingJobSummary.from_api(answer).training_plan_arn == PLAN + tail
        else:
            assert set(problems(answer)) == {"TrainingPlanArn"}


def test_messages_are_bounded_and_well_formed() -> None:
    """A message of 64 Ki characters is kept as it is; a longer or broken one is refused."""
    entry = {"Status": "Starting", "StartTime": NOON, "StatusMessage": "ü" * 64 * 1024}
    assert SecondaryStatusTransition.from_api(entry).status_message == "ü" * 64 * 1024
    for message in ("x" * (64 * 1024 + 1), "\udfff", 5):
        answer = {**SUMMARY, "SecondaryStatusTransitions": [{**entry, "StatusMessage": message}]}
        assert set(problems(answer)) == {"SecondaryStatusTransitions[0].StatusMessage"}


def test_unknown_statuses_are_kept() -> None:
    """A status that AWS adds tomorrow is read on every axis; 128 characters are enough."""
    record = TrainingJobSummary.from_api(
        {
            **SUMMARY,
            "TrainingJobStatus": "Hibernating",
            "SecondaryStatus": "z" * 128,
            "WarmPoolStatus": {"Status": "Frozen"},
        }
    )
    assert record.training_job_status == "Hibernating"
    assert not record.training_job_status.known
    assert record.secondary_status == "z" * 128
    assert record.warm_pool_status == WarmPool(status="Frozen")
    assert set(problems({**SUMMARY, "SecondaryStatus": "z" * 129})) == {"SecondaryStatus"}


@pytest.mark.parametrize(("value", "count"), [(0, 0), (501, 501), (501.0, 501), (2**31 - 1,) * 2])
def test_counts_are_whole_numbers(value: float, count: int) -> None:
    """Seconds are integers; 501.0, as some JSON tools write, is one."""
    record = TrainingJobDescription.from_api({**SUMMARY, "TrainingTimeInSeconds": value})
    assert record.training_time_in_seconds == count
    assert type(record.training_time_in_seconds) is int


@pytest.mark.parametrize(
    "value", [-1, 2**31, 10**400, 1.5, True, "501", float("nan"), float("inf"), -float("inf"), []]
)
def test_unfit_counts_are_refused(value: object) -> None:
    """Negative, huge, broken, boolean or quoted numbers are none."""
    answer = {**SUMMARY, "BillableTimeInSeconds": value}
    assert set(problems(answer)) == {"BillableTimeInSeconds"}


@pytest.mark.parametrize("value", [0, 1, "true", "", []])
def test_only_booleans_are_flags(value: object) -> None:
    """Nothing is taken for true or false but true and false."""
    answer = {**SUMMARY, "EnableManagedSpotTraining": value}
    text = problems(answer)["EnableManagedSpotTraining"]
    assert "expected true or false" in text


# --- Answers ------------------------------------------------------------------------------------

DESCRIPTION: dict[str, Any] = {
    **SUMMARY,
    "TrainingJobStatus": "Failed",
    "SecondaryStatus": "Failed",
    "TrainingStartTime": NOON,
    "TrainingEndTime": NOON,
    "LastModifiedTime": NOON,
    "WarmPoolStatus": {
        "Status": "Reused",
        "ResourceRetainedBillableTimeInSeconds": 0,
        "ReusedByJob": "job-2",
    },
    "SecondaryStatusTransitions": [
        {"Status": "Starting", "StartTime": NOON, "EndTime": NOON, "StatusMessage": "Starting"},
        {"Status": "Failed", "StartTime": NOON},
    ],
    "FailureReason": "AlgorithmError: exit code 1",
    "EnableManagedSpotTraining": False,
    "RetryStrategy": {"MaximumRetryAttempts": 3},
    "StoppingCondition": {
        "MaxRuntimeInSeconds": 86400,
        "MaxWaitTimeInSeconds": 90000,
        "MaxPendingTimeInSeconds": 7200,
    },
    "ResourceConfig": {
        "KeepAlivePeriodInSeconds": 600,
        "TrainingPlanArn": PLAN,
        "InstancePreferences": [{"TrainingPlanArns": [PLAN]}, {}],
    },
    "TrainingTimeInSeconds": 10,
    "BillableTimeInSeconds": 0,
    "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
    "TuningJobArn": TUNING,
}


def description() -> TrainingJobDescription:
    """Return a full description, made by hand."""
    return TrainingJobDescription(
        training_job_name="job-1",
        training_job_arn=ARN,
        training_job_status="Failed",
        secondary_status=SecondaryStatus.FAILED,
        creation_time=NOON,
        training_start_time="2026-09-17T12:00:00Z",
        training_end_time=NOON.timestamp(),
        last_modified_time=NOON,
        warm_pool_status=WarmPool(
            status=WarmPoolStatus.REUSED,
            resource_retained_billable_time_in_seconds=0,
            reused_by_job="job-2",
        ),
        secondary_status_transitions=[
            SecondaryStatusTransition(
                status="Starting", start_time=NOON, end_time=NOON, status_message="Starting"
            ),
            {"Status": "Failed", "StartTime": NOON},
        ],
        failure_reason="AlgorithmError: exit code 1",
        enable_managed_spot_training=False,
        retry_strategy=RetryStrategy(maximum_retry_attempts=3),
        stopping_condition=StoppingCondition(
            max_runtime_in_seconds=86400,
            max_wait_time_in_seconds=90000,
            max_pending_time_in_seconds=7200,
        ),
        resource_config=ResourceConfig(
            keep_alive_period_in_seconds=600,
            training_plan_arn=PLAN,
            instance_preferences=[InstancePreference(training_plan_arns=[PLAN]), {}],
        ),
        training_time_in_seconds=10,
        billable_time_in_seconds=0,
        model_artifacts=ModelArtifacts(s3_model_artifacts="s3://bucket/model.tar.gz"),
        tuning_job_arn=TUNING,
    )


def test_construction_and_reading_agree() -> None:
    """A record made by hand, from strings, datetimes, parts and mappings, is the one read."""
    made, read = description(), record_from_api(DESCRIPTION)
    assert made == read
    assert hash(made) == hash(read)


def test_records_render_what_was_read() -> None:
    """`to_api` gives back boto3's form: API names, datetimes, plain strings, nothing absent."""
    rendered = description().to_api()
    assert rendered == DESCRIPTION
    assert type(rendered["TrainingJobStatus"]) is str
    assert TrainingJobSummary.from_api(SUMMARY).to_api() == SUMMARY


def test_unknown_keys_are_left_out() -> None:
    """What the records do not model, ResponseMetadata too, is ignored and not rendered."""
    answer = {**DESCRIPTION, "ResponseMetadata": {}, "RoleArn": 5, "": None}
    assert record_from_api(answer).to_api() == DESCRIPTION


def test_null_is_absent() -> None:
    """Null means the same as nothing at all, in every optional field."""
    nulls = dict.fromkeys(set(DESCRIPTION) - set(SUMMARY))
    record = TrainingJobDescription.from_api({**SUMMARY, **nulls})
    assert record == TrainingJobDescription.from_api(SUMMARY)
    assert record.secondary_status_transitions == ()


@pytest.mark.parametrize("field", SUMMARY)
def test_required_fields_are_missed(field: str) -> None:
    """Each of the four required fields is asked for, whether it is absent or null."""
    for answer in ({**SUMMARY, field: None}, {k: v for k, v in SUMMARY.items() if k != field}):
        found = problems(answer)
        assert set(found) == {field}
        assert found[field].endswith("; it is required")


def test_every_problem_is_listed_with_its_path() -> None:
    """One error names all that is wrong, inside parts too, and each by the API's own path."""
    answer = {
        **DESCRIPTION,
        "TrainingJobName": "job\n",
        "CreationTime": "2026-09-17T12:00",
        "WarmPoolStatus": {"ReusedByJob": "-"},
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": NOON},
            7,
            {"Status": "", "StartTime": None},
        ],
        "ResourceConfig": [],
    }
    assert list(problems(answer)) == [
        "TrainingJobName",
        "CreationTime",
        "WarmPoolStatus.Status",
        "WarmPoolStatus.ReusedByJob",
        "SecondaryStatusTransitions[1]",
        "SecondaryStatusTransitions[2].Status",
        "SecondaryStatusTransitions[2].StartTime",
        "ResourceConfig",
    ]


def test_construction_makes_the_same_checks() -> None:
    """A record made by hand is refused for the same reasons, all at once."""
    with pytest.raises(ObservationError) as caught:
        TrainingJobSummary(
            training_job_name="-",
            training_job_arn=ARN,
            training_job_status="",
            creation_time=datetime(2026, 9, 17),  # noqa: DTZ001 - that is the point
        )
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["TrainingJobName", "TrainingJobStatus", "CreationTime"]


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ("ml.m5.xlarge", "", "a list of at most 100"),
        ([{}] * 101, "", "a list of at most 100"),
        ([{}, 7], "[1]", "a mapping of API names"),
        ([{"TrainingPlanArns": PLAN}], "[0].TrainingPlanArns", "a list of at most 100"),
        ([{"TrainingPlanArns": [PLAN] * 101}], "[0].TrainingPlanArns", "a list of at most 100"),
        ([{"TrainingPlanArns": [PLAN, "x"]}], "[0].TrainingPlanArns[1]", "a training plan's arn"),
        ([{"TrainingPlanArns": [None]}], "[0].TrainingPlanArns[0]", "it is required"),
    ],
)
def test_preferences_are_short_lists(value: object, path: str, expected: str) -> None:
    """Of mappings that may have arns of plans; what is wrong is named with its place."""
    ((found, said),) = problems(
        {**DESCRIPTION, "ResourceConfig": {"InstancePreferences": value}}
    ).items()
    assert found == f"ResourceConfig.InstancePreferences{path}"
    assert expected in said


def test_no_preferences() -> None:
    """None, given by hand too, are none."""
    assert ResourceConfig(instance_preferences=None) == ResourceConfig()
    assert InstancePreference(training_plan_arns=None) == InstancePreference()


@pytest.mark.parametrize("value", ["Starting", {"Status": "Starting"}, 5, iter(())])
def test_transitions_are_a_list(value: object) -> None:
    """Nothing but a list or a tuple is a history."""
    found = problems({**SUMMARY, "SecondaryStatusTransitions": value})
    assert "a list of at most 100,000 entries" in found["SecondaryStatusTransitions"]


def test_transitions_are_bounded() -> None:
    """A history too long to be one is refused before its entries are looked at."""
    found = problems({**SUMMARY, "SecondaryStatusTransitions": [None] * 100_001})
    assert found["SecondaryStatusTransitions"].endswith("got 100,001 entries")


@pytest.mark.parametrize("answer", [None, 5, "job", b"", [SUMMARY], (), object()])
def test_only_mappings_are_answers(answer: object) -> None:
    """What is no mapping is refused as a whole."""
    assert set(problems(answer)) == {""}


def test_any_mapping_is_an_answer() -> None:
    """An answer need not be a dict, and its keys need not be strings."""
    for answer in (SUMMARY, DESCRIPTION):
        mapping: Any = UserDict[Any, Any](answer)
        mapping[5] = 5
        assert record_from_api(mapping) == record_from_api(answer)


def test_answers_are_told_apart() -> None:
    """An answer with any field that only descriptions have is one; null fields count."""
    assert type(record_from_api(SUMMARY)) is TrainingJobSummary
    assert type(record_from_api({**SUMMARY, "TrainingPlanArn": PLAN})) is TrainingJobSummary
    for field in set(DESCRIPTION) - set(TrainingJobSummary.attributes):
        answer = {**SUMMARY, field: None}
        assert type(record_from_api(answer)) is TrainingJobDescription


def test_records_are_values() -> None:
    """Records can't be changed, compare by value, and survive pickling, copying and evolving."""
    record = description()
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own bytes
    assert copy.deepcopy(record) == record
    assert attrs.evolve(record, training_job_status="Stopped").training_job_status == "Stopped"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        record.training_job_name = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        WarmPool("InUse")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


# --- Properties ---------------------------------------------------------------------------------

times = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 31), timezones=st.timezones())  # noqa: DTZ001
counts = st.integers(0, 2**31 - 1)
statuses = st.text(min_size=1, max_size=128) | st.sampled_from([*map(str, SecondaryStatus)])
parts = st.fixed_dictionaries
transitions = parts(
    {"Status": statuses, "StartTime": times},
    optional={"EndTime": times, "StatusMessage": st.text()},
)
names = st.from_regex("[A-Za-z0-9](-[A-Za-z0-9]){0,31}", fullmatch=True)
required = {
    "TrainingJobName": names,
    "TrainingJobArn": names.map("arn:aws-cn:sagemaker:cn-1:123456789012:training-job/{}".format),
    "TrainingJobStatus": statuses,
    "CreationTime": times,
}
shared = {
    "LastModifiedTime": times,
    "SecondaryStatus": statuses,
    "TrainingEndTime": times,
    "WarmPoolStatus": parts(
        {"Status": statuses},
        optional={"ReusedByJob": names, "ResourceRetainedBillableTimeInSeconds": counts},
    ),
}
summaries = parts(required, optional={**shared, "TrainingPlanArn": st.just(PLAN)})
descriptions = parts(
    required,
    optional={
        **shared,
        "TrainingStartTime": times,
        "SecondaryStatusTransitions": st.lists(transitions, max_size=4),
        "FailureReason": st.text(max_size=1024),
        "EnableManagedSpotTraining": st.booleans(),
        "RetryStrategy": parts({}, optional={"MaximumRetryAttempts": counts}),
        "StoppingCondition": parts({}, optional={"MaxRuntimeInSeconds": counts}),
        "ResourceConfig": parts({}, optional={"KeepAlivePeriodInSeconds": counts}),
        "TrainingTimeInSeconds": counts,
        "BillableTimeInSeconds": counts,
        "ModelArtifacts": parts({}, optional={"S3ModelArtifacts": st.text(max_size=1024)}),
        "TuningJobArn": st.just(TUNING),
    },
)

#: Everything JSON can say, lone surrogates, NaN and infinity included.
json_texts = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
json_leaves = st.none() | st.booleans() | st.integers() | st.floats() | json_texts
api_names = st.sampled_from(
    sorted(
        {name for kind in (TrainingJobSummary, TrainingJobDescription) for name in kind.attributes}
        | {name for kind in (WarmPool, SecondaryStatusTransition) for name in kind.attributes}
    )
)
json_values: st.SearchStrategy[object] = st.recursive(
    json_leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(api_names | json_texts, inner, max_size=6)
    ),
    max_leaves=20,
)
near_answers = st.builds(
    lambda good, bad: {**good, **bad},
    descriptions,
    st.dictionaries(api_names | json_texts, json_values, max_size=3),
)


def in_utc(value: object) -> object:
    """Return an answer with its times in UTC.

    Python calls times in two zones unequal wherever a clock is put forward or back.
    """
    if isinstance(value, dict):
        return {name: in_utc(each) for name, each in value.items()}
    if isinstance(value, list):
        return [in_utc(each) for each in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


@given(summaries | descriptions)
def test_rendering_and_reading_are_inverse(answer: dict[str, object]) -> None:
    """Nothing that a record holds gets lost or changes on the way out and in again."""
    record = record_from_api(answer)
    rendered = record.to_api()
    assert type(record).from_api(rendered) == record
    assert in_utc({name: value for name, value in answer.items() if value != []}) == rendered


@given(summaries | descriptions)
def test_attributes_rebuild_the_record(answer: dict[str, object]) -> None:
    """A record's own attributes make the same record again."""
    record: TrainingJobRecord = record_from_api(answer)
    values: dict[str, Any] = attrs.asdict(record, recurse=False)
    assert type(record)(**values) == record


def read_or_refused(answer: Any) -> TrainingJobRecord | ObservationError:
    """Return what an answer says, or its refusal; let other errors out."""
    try:
        return record_from_api(answer)
    except ObservationError as error:
        return error


@given(json_values | near_answers)
def test_hostile_input_meets_only_one_error(answer: object) -> None:
    """Whatever comes, there is a record or an ObservationError whose text can be encoded."""
    said = read_or_refused(answer)
    if isinstance(said, ObservationError):
        assert said.problems
        assert str(said).encode()
    else:
        assert type(said).from_api(said.to_api()) == said
        assert repr(said).encode()


def made_or_problems(make: Any, *args: Any, **values: Any) -> object:
    """Return the record that a call makes, or what it finds wrong."""
    try:
        return make(*args, **values)
    except ObservationError as error:
        return error.problems


@given(near_answers, st.sampled_from([TrainingJobSummary, TrainingJobDescription]))
def test_reading_and_construction_always_agree(
    answer: dict[str, Any], kind: type[TrainingJobRecord]
) -> None:
    """`from_api` goes a way of its own; it comes to the record, or the refusal, of the class."""
    values = {attribute: answer.get(name) for name, attribute in kind.attributes.items()}
    read = made_or_problems(kind.from_api, answer)
    assert read == made_or_problems(kind, **values)


@given(times, st.sampled_from(["datetime", "iso", "seconds", "milliseconds", "quoted"]))
def test_times_keep_their_precision(moment: datetime, form: str) -> None:
    """To the millisecond, which is all that AWS prints, a moment is the same in every form."""
    moment = moment.astimezone(UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    value: object = {
        "datetime": moment,
        "iso": moment.isoformat(),
        "seconds": milliseconds / 1000,
        "milliseconds": milliseconds,
        "quoted": str(milliseconds),
    }[form]
    assert creation(value) == moment
