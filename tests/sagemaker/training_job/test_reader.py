"""The reader: every document that SageMaker gives, split into answers and read as observations."""

from __future__ import annotations

import json
from collections import UserDict
from datetime import UTC, datetime
from typing import Any

import botocore.parsers
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.errors import ObservationError, Problem
from jobstate.finding import Found, finder_of
from jobstate.model.observation import Entry, JobKey, Observation, Reader, Shown
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.reader import READER
from jobstate.sagemaker.training_job.records import record_from_api

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1"
PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan-1"
NOON = datetime(2026, 9, 17, 12, 0, 0, 500_000, tzinfo=UTC)
LATER = datetime(2026, 9, 17, 13, 0, tzinfo=UTC)

SUMMARY: dict[str, Any] = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": ARN,
    "TrainingJobStatus": "InProgress",
    "CreationTime": NOON,
}
DESCRIPTION: dict[str, Any] = {
    **SUMMARY,
    "TrainingJobStatus": "Failed",
    "SecondaryStatus": "Failed",
    "TrainingStartTime": NOON,
    "TrainingEndTime": LATER,
    "LastModifiedTime": LATER,
    "WarmPoolStatus": {
        "Status": "Reused",
        "ResourceRetainedBillableTimeInSeconds": 0,
        "ReusedByJob": "job-2",
    },
    "SecondaryStatusTransitions": [
        {"Status": "Starting", "StartTime": NOON, "EndTime": LATER, "StatusMessage": "Starting"},
        {"Status": "Failed", "StartTime": LATER},
    ],
    "FailureReason": "ClientError: no such bucket",
    "EnableManagedSpotTraining": False,
    "RetryStrategy": {"MaximumRetryAttempts": 3},
    "ResourceConfig": {"InstanceCount": 1, "TrainingPlanArn": PLAN},
    "TrainingTimeInSeconds": 3600,
    "BillableTimeInSeconds": 0,
    "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
    "ResponseMetadata": {"HTTPStatusCode": 200},
}
#: After EventBridge's documented sample: quoted milliseconds, an empty history, Tags as a map.
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "844e2571-85d4-695f-b930-0153b71dcb42",
    "detail-type": "SageMaker Training Job State Change",
    "source": "aws.sagemaker",
    "account": "123456789012",
    "time": "2018-10-06T12:26:13Z",
    "region": "eu-west-1",
    "resources": [ARN],
    "detail": {
        "TrainingJobName": "job-1",
        "TrainingJobArn": ARN,
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "CreationTime": "1583831889050",
        "TrainingStartTime": "1583831889050",
        "TrainingEndTime": "1583831889050",
        "SecondaryStatusTransitions": [],
        "Tags": {},
    },
}


def described(**fields: object) -> Observation:
    """Return what the reader makes of a description with some fields and no others."""
    return READER.read({**SUMMARY, "SecondaryStatusTransitions": [], **fields})


def items(document: object) -> list[tuple[str, object]]:
    """Return the answers of a document and what is wrong with the rest, with the path of each."""
    return [
        (each.path, each.answer if isinstance(each, Found) else each)
        for each in finder_of(TRAINING_JOB).find(document)
    ]


def paths(document: object) -> list[str]:
    """Return the paths of the answers in a document."""
    return [path for path, _ in items(document)]


def refused_paths(document: object) -> list[str]:
    """Return the paths of everything in a document that is no answer."""
    problems = [(path, item) for path, item in items(document) if isinstance(item, Problem)]
    assert [path for path, _ in problems] == [problem.path for _, problem in problems]
    return [path for path, _ in problems]


def unreadable_paths(answer: object) -> list[str]:
    """Return the paths of everything for which an answer is refused."""
    with pytest.raises(ObservationError) as caught:
        READER.read(answer)
    return [problem.path for problem in caught.value.problems]


# --- One answer ---------------------------------------------------------------------------------


#: The names of what an item of a list can have of what rules speak of.
LISTED = frozenset(
    {
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
        "WarmPoolStatus.ReusedByJob",
        "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds",
    }
)


def test_summaries_become_observations() -> None:
    """A list item says which job, its status as far as it shows it, and when it was created."""
    assert READER.read(SUMMARY) == Observation(
        job=JobKey("sagemaker-training-job", ARN, NOON),
        shown={"job": Shown("InProgress")},
        fields={"CreationTime": NOON},
        possible=LISTED,
    )


def test_descriptions_become_observations() -> None:
    """A describe answer says everything: status, pool, features, history, cause, fields."""
    assert READER.read(DESCRIPTION) == Observation(
        job=JobKey("sagemaker-training-job", ARN, NOON),
        possible=READER.fields,
        shown={"job": Shown("Failed", "Failed"), "warm_pool": Shown("Reused")},
        features={"spot": False, "retry": True, "plan": True, "warm_pool": True},
        entries=(Entry("Starting", NOON, LATER, "Starting"), Entry("Failed", LATER)),
        modified=LATER,
        cause="client",
        failure_reason="ClientError: no such bucket",
        fields={
            "CreationTime": NOON,
            "TrainingStartTime": NOON,
            "TrainingEndTime": LATER,
            "LastModifiedTime": LATER,
            "FailureReason": "ClientError: no such bucket",
            "TrainingTimeInSeconds": 3600,
            "BillableTimeInSeconds": 0,
            "ModelArtifacts": "s3://bucket/model.tar.gz",
            "WarmPoolStatus.ReusedByJob": "job-2",
            "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds": 0,
        },
    )


def test_events_become_observations() -> None:
    """An event says what its detail says; the envelope's time is not the record's."""
    created = datetime(2020, 3, 10, 9, 18, 9, 50_000, tzinfo=UTC)
    assert READER.read(EVENT) == Observation(
        job=JobKey("sagemaker-training-job", ARN, created),
        possible=READER.fields,
        shown={"job": Shown("Completed", "Completed")},
        fields=dict.fromkeys(("CreationTime", "TrainingStartTime", "TrainingEndTime"), created),
    )


def test_records_become_observations() -> None:
    """A record says what the answer that it was read from says."""
    for answer in (SUMMARY, DESCRIPTION):
        assert READER.read(record_from_api(answer)) == READER.read(answer)


def test_identity_is_arn_and_creation_to_the_second() -> None:
    """Two sources that print a creation at different precision speak of the same job."""
    key = READER.read({**SUMMARY, "CreationTime": NOON.replace(microsecond=0)}).job
    assert key == READER.read(SUMMARY).job


@pytest.mark.parametrize(
    ("fields", "features"),
    [
        ({}, {}),
        ({"EnableManagedSpotTraining": True}, {"spot": True}),
        ({"EnableManagedSpotTraining": False}, {"spot": False}),
        ({"EnableManagedSpotTraining": None}, {}),
        ({"RetryStrategy": {}}, {"retry": True}),
        ({"RetryStrategy": None}, {}),
        ({"ResourceConfig": {}}, {}),
        ({"ResourceConfig": {"TrainingPlanArn": PLAN}}, {"plan": True}),
        ({"ResourceConfig": {"KeepAlivePeriodInSeconds": 1}}, {"warm_pool": True}),
        ({"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}}, {}),
        ({"WarmPoolStatus": {"Status": "InUse"}}, {"warm_pool": True}),
        # Preferences exclude spot, unless the answer itself says otherwise; a plan is one's own.
        ({"ResourceConfig": {"InstancePreferences": []}}, {}),
        ({"ResourceConfig": {"InstancePreferences": [{}]}}, {"spot": False}),
        (
            {"ResourceConfig": {"InstancePreferences": [{"InstanceType": "ml.p5.48xlarge"}] * 2}},
            {"spot": False},
        ),
        (
            {"ResourceConfig": {"InstancePreferences": [{}, {"TrainingPlanArns": []}]}},
            {"spot": False},
        ),
        (
            {"ResourceConfig": {"InstancePreferences": [{}, {"TrainingPlanArns": [PLAN]}]}},
            {"spot": False, "plan": True},
        ),
        (
            {
                "ResourceConfig": {"InstancePreferences": [{}]},
                "EnableManagedSpotTraining": True,
            },
            {"spot": True},
        ),
    ],
)
def test_features_show_only_by_what_is_there(
    fields: dict[str, object], features: dict[str, bool]
) -> None:
    """A field that is present shows its feature; absence and null show nothing."""
    assert described(**fields).features == features


def test_summaries_show_features_too() -> None:
    """A list item shows a training plan by its arn and a warm pool by its status."""
    answer = {**SUMMARY, "TrainingPlanArn": PLAN, "WarmPoolStatus": {"Status": "InUse"}}
    assert READER.read(answer).features == {"plan": True, "warm_pool": True}


def test_empty_texts_are_absent() -> None:
    """An empty FailureReason or S3ModelArtifacts says neither a cause nor a field."""
    observation = described(FailureReason="", ModelArtifacts={"S3ModelArtifacts": ""})
    assert observation.cause is None
    assert observation.fields == {"CreationTime": NOON}
    assert described(ModelArtifacts={}).fields == {"CreationTime": NOON}


def test_statuses_are_plain_strings() -> None:
    """Generic code meets no SageMaker class: statuses, known or not, are nothing but strings."""
    for status in ("Completed", "Hibernating"):
        observation = described(
            TrainingJobStatus=status,
            SecondaryStatus=status,
            WarmPoolStatus={"Status": status},
            SecondaryStatusTransitions=[{"Status": status, "StartTime": NOON}],
        )
        shown = observation.shown["job"]
        texts = [shown.primary, shown.secondary, observation.shown["warm_pool"].primary]
        assert texts == [status] * 3
        assert {type(text) for text in [*texts, observation.entries[0].status]} == {str}


def test_fields_are_announced() -> None:
    """The reader announces exactly the fields that an answer with everything has."""
    assert READER.fields == set(READER.read(DESCRIPTION).fields)
    reader: Reader = READER
    assert reader.fields == set(SCHEMA.values)


def test_boto3_and_its_json_say_the_same() -> None:
    """What botocore makes of a response, in the machine's zone, is what the response says."""
    body = {
        **{name: value for name, value in DESCRIPTION.items() if name != "ResponseMetadata"},
        "CreationTime": NOON.timestamp(),
        "TrainingStartTime": NOON.timestamp(),
        "TrainingEndTime": LATER.timestamp(),
        "LastModifiedTime": LATER.timestamp(),
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": NOON.timestamp(), "EndTime": LATER.timestamp()}
        ],
    }
    response = {"status_code": 200, "headers": {}, "body": json.dumps(body).encode()}
    model: Any = botocore.session.get_session().get_service_model("sagemaker")
    parser: Any = botocore.parsers.create_parser("json")
    parsed = parser.parse(response, model.shape_for("DescribeTrainingJobResponse"))
    assert isinstance(parsed["CreationTime"], datetime)
    assert READER.read(parsed) == READER.read(body)


# --- Refusals -----------------------------------------------------------------------------------


def test_unreadable_answers_are_refused_with_paths() -> None:
    """Paths begin at the answer; those in an event begin with its detail."""
    broken = {**SUMMARY, "TrainingJobName": "", "SecondaryStatusTransitions": [{"Status": "x"}]}
    expected = ["TrainingJobName", "SecondaryStatusTransitions[0].StartTime"]
    assert unreadable_paths(broken) == expected
    event = {**EVENT, "detail": broken}
    assert unreadable_paths(event) == [f"detail.{path}" for path in expected]


@pytest.mark.parametrize("answer", [None, 5, "job", [SUMMARY], object()])
def test_only_one_answer_can_be_read(answer: object) -> None:
    """What is neither record nor mapping is refused as a whole."""
    assert unreadable_paths(answer) == [""]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"detail-type": "SageMaker Model State Change"}, ["detail-type"]),
        ({"detail-type": None}, ["detail-type"]),
        ({"source": "aws.ec2"}, ["source"]),
        ({"detail": None}, ["detail"]),
        ({"detail": [], "source": 5, "detail-type": 5}, ["detail-type", "source", "detail"]),
    ],
)
def test_other_events_are_refused(change: dict[str, object], expected: list[str]) -> None:
    """An event about something else, or broken, is refused with all that is wrong."""
    assert unreadable_paths({**EVENT, **change}) == expected


def test_detail_type_and_detail_make_an_event() -> None:
    """Events that were trimmed on the way to these two are read."""
    trimmed = {name: EVENT[name] for name in ("detail-type", "detail")}
    assert READER.read(trimmed) == READER.read(EVENT)
    assert unreadable_paths({"detail": EVENT["detail"]}) == ["detail-type"]
    assert unreadable_paths({"detail-type": EVENT["detail-type"]}) == ["detail"]


# --- Documents ----------------------------------------------------------------------------------


def test_documents_with_one_answer() -> None:
    """A describe answer, a summary, a record and an event are documents of one answer."""
    record = record_from_api(SUMMARY)
    for answer in (SUMMARY, DESCRIPTION, record, EVENT):
        assert items(answer) == [("", answer)]


def test_list_answers_are_split() -> None:
    """Each item of a list answer is an answer, with its place; the rest of the page is not."""
    page = {"TrainingJobSummaries": [SUMMARY] * 2, "NextToken": "x", "ResponseMetadata": {}}
    expected = [("TrainingJobSummaries[0]", SUMMARY), ("TrainingJobSummaries[1]", SUMMARY)]
    assert items(page) == expected
    assert items(UserDict(page)) == expected
    assert items({"TrainingJobSummaries": []}) == []


def test_lists_may_mix_everything() -> None:
    """Pages, descriptions, events and records may come together, in lists and tuples."""
    record = record_from_api(SUMMARY)
    page = {"TrainingJobSummaries": (SUMMARY, record)}
    assert paths([page, (DESCRIPTION, EVENT), EVENT, record]) == [
        "[0].TrainingJobSummaries[0]",
        "[0].TrainingJobSummaries[1]",
        "[1][0]",
        "[1][1]",
        "[2]",
        "[3]",
    ]
    assert paths([]) == []


@pytest.mark.parametrize("document", [None, 5, "job", b"{}", {SUMMARY["TrainingJobName"]}])
def test_other_documents_are_refused(document: object) -> None:
    """What is no document of SageMaker's is refused, wherever in a list it is."""
    assert refused_paths(document) == [""]
    assert refused_paths([SUMMARY, document]) == ["[1]"]
    assert refused_paths({"TrainingJobSummaries": document}) == ["TrainingJobSummaries"]
    assert refused_paths({"TrainingJobSummaries": [document]}) == ["TrainingJobSummaries[0]"]


def test_every_misfit_of_a_document_is_listed() -> None:
    """All that does not belong is named at its place; the rest is read all the same."""
    assert paths([5, SUMMARY]) == ["[0]", "[1]"]
    assert refused_paths([5, SUMMARY, [None, {"TrainingJobSummaries": 5}]]) == [
        "[0]",
        "[2][0]",
        "[2][1].TrainingJobSummaries",
    ]


def test_nesting_is_bounded() -> None:
    """Lists sixteen deep are read, deeper ones refused, and one that holds itself ends too."""
    document: object = SUMMARY
    for _ in range(16):
        document = [document]
    assert paths(document) == ["[0]" * 16]
    assert refused_paths([document]) == ["[0]" * 17]
    page = {"TrainingJobSummaries": [document]}
    assert refused_paths(page) == ["TrainingJobSummaries" + "[0]" * 16]
    endless: list[object] = []
    endless.append(endless)
    assert refused_paths(endless) == ["[0]" * 17]


# --- Properties ---------------------------------------------------------------------------------

texts = st.text(alphabet=st.characters(exclude_categories=()), max_size=12)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
keys = texts | st.sampled_from(
    ["TrainingJobSummaries", "detail", "detail-type", "source", *SUMMARY, *DESCRIPTION]
)
answers = st.sampled_from([SUMMARY, DESCRIPTION, EVENT])
values: st.SearchStrategy[object] = st.recursive(
    leaves | answers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)
changed = st.builds(
    lambda answer, change: {**answer, **change},
    answers,
    st.dictionaries(keys, values, max_size=2),
)


def said_of(answer: object) -> Observation | ObservationError:
    """Return what the reader makes of an answer, or its refusal; let other errors out."""
    try:
        return READER.read(answer)
    except ObservationError as error:
        return error


@given(values | changed | st.lists(changed, max_size=3))
def test_hostile_documents_meet_only_one_error(document: object) -> None:
    """Whatever comes is split into answers with a path, and problems."""
    for path, answer in items(document):
        assert isinstance(path, str)
        said_of(answer)


@given(values | changed)
def test_hostile_answers_meet_only_one_error(answer: object) -> None:
    """Whatever comes is an observation with announced fields, or refused with its problems."""
    said = said_of(answer)
    if isinstance(said, ObservationError):
        assert said.problems
        assert str(said).encode()
    else:
        assert said.job.created is not None
        assert said.job.created.tzinfo is UTC
        assert set(said.fields) <= READER.fields
