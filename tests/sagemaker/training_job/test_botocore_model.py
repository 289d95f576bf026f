"""The records held against the installed botocore's service model: news from AWS turn this red.

Everything expected here is read from the model; the tables say what we leave out on purpose.
"""

from __future__ import annotations

import re
import string
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_type_hints

import attrs
import botocore.session
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
    TrainingJobSummary,
    WarmPool,
)
from jobstate.sagemaker.training_job.statuses import (
    OpenStrEnum,
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)
from jobstate.sagemaker.training_job.structures import API_NAME, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL: Any = botocore.session.get_session().get_service_model("sagemaker")

STATUSES: dict[str, type[OpenStrEnum]] = {
    "TrainingJobStatus": TrainingJobStatus,
    "SecondaryStatus": SecondaryStatus,
    "WarmPoolResourceStatus": WarmPoolStatus,
}
RECORDS: dict[str, type[Record]] = {
    "TrainingJobSummary": TrainingJobSummary,
    "DescribeTrainingJobResponse": TrainingJobDescription,
    "WarmPoolStatus": WarmPool,
    "SecondaryStatusTransition": SecondaryStatusTransition,
    "RetryStrategy": RetryStrategy,
    "StoppingCondition": StoppingCondition,
    "ResourceConfig": ResourceConfig,
    "InstancePreference": InstancePreference,
    "ModelArtifacts": ModelArtifacts,
}

#: What the model calls required and real answers nevertheless leave out.
LEFT_OUT_BY_ANSWERS = {
    "DescribeTrainingJobResponse": {"ModelArtifacts", "SecondaryStatus", "StoppingCondition"},
    "RetryStrategy": {"MaximumRetryAttempts"},
    "ModelArtifacts": {"S3ModelArtifacts"},
}

#: What the life cycle does not need, and so the records do not have.
NOT_MODELLED = {
    "DescribeTrainingJobResponse": {
        "AlgorithmSpecification",
        "AutoMLJobArn",
        "BillableTokenCount",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "DebugRuleEvaluationStatuses",
        "EnableInterContainerTrafficEncryption",
        "EnableNetworkIsolation",
        "Environment",
        "ExperimentConfig",
        "FinalMetricDataList",
        "HyperParameters",
        "InfraCheckConfig",
        "InputDataConfig",
        "LabelingJobArn",
        "MlflowConfig",
        "MlflowDetails",
        "ModelPackageConfig",
        "OutputDataConfig",
        "OutputModelPackageArn",
        "ProfilerConfig",
        "ProfilerRuleConfigurations",
        "ProfilerRuleEvaluationStatuses",
        "ProfilingStatus",
        "ProgressInfo",
        "RemoteDebugConfig",
        "RoleArn",
        "ServerlessJobConfig",
        "TensorBoardOutputConfig",
        "VpcConfig",
    },
    "InstancePreference": {"InstanceCount", "InstanceType"},
    "ResourceConfig": {
        "InstanceCount",
        "InstanceGroups",
        "InstancePlacementConfig",
        "InstanceType",
        "SelectedInstanceCount",
        "SelectedInstanceType",
        "VolumeKmsKeyId",
        "VolumeSizeInGB",
    },
}

#: Our own limits, where the model has none.
OWN_LIMITS = {"StatusMessage": 64 * 1024}

NAME = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:"
#: The model's patterns as they were when ours were derived from them: shape → AWS's pattern.
PATTERNS = {
    "TrainingJobName": NAME,
    "TrainingJobArn": f"{ARN}training-job/{NAME}",
    "TrainingPlanArn": f"{ARN}training-plan/.*",
    "HyperParameterTuningJobArn": f"{ARN}hyper-parameter-tuning-job/.*",
    # Not held against: where a model lies is shown, never opened.
    "S3Uri": "(https|s3)://([^/]+)/?(.*)",
}

PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan"
VALID: dict[str, object] = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1",
    "TrainingJobStatus": "Completed",
    "CreationTime": "2026-11-01T10:00:00Z",
    "Status": "InUse",
    "StartTime": "2026-11-01T10:00:00Z",
}

each_status = pytest.mark.parametrize("shape_name", STATUSES)
each_record = pytest.mark.parametrize("shape_name", RECORDS)


def members(shape_name: str) -> Iterator[tuple[str, Any]]:
    """Yield those members of a shape that its record has."""
    for name, shape in MODEL.shape_for(shape_name).members.items():
        if name in RECORDS[shape_name].attributes:
            yield name, shape


def kinds(*wanted: str) -> list[Any]:
    """Return (record, member's name, member's shape) for every modelled member of some types."""
    return [
        pytest.param(RECORDS[shape_name], name, shape, id=f"{shape_name}.{name}")
        for shape_name in RECORDS
        for name, shape in members(shape_name)
        if shape.type_name in wanted
    ]


def accepts(record: type[Record], name: str, value: object) -> bool:
    """Return whether a record, otherwise valid, takes a value for one field."""
    needed = {field: VALID[field] for field in record.attributes if field in VALID}
    try:
        read = record.from_api({**needed, name: value})
    except ObservationError as error:
        if {problem.path for problem in error.problems} != {name}:
            raise
        return False
    return bool(read.to_api()[name] == value)


def longest(name: str, shape: Any) -> int | None:
    """Return how long a string may be, by the model or else by us."""
    limit: int | None = shape.metadata.get("max", OWN_LIMITS.get(name))
    return limit


@each_status
def test_every_status_is_a_member(shape_name: str) -> None:
    """Each enumeration of the model has exactly our members."""
    known = {str(member) for member in STATUSES[shape_name]}
    listed = set(MODEL.shape_for(shape_name).enum)
    assert listed == known, (
        f"AWS has changed {shape_name}: new {sorted(listed - known)}, gone"
        f" {sorted(known - listed)}. Add new ones to sagemaker/training_job/statuses.py and give"
        " them states and edges, with basis and source, in facts.py beside it. Keep those that"
        " are gone: old records still show them."
    )


@each_record
def test_every_field_is_modelled_or_left_out_on_purpose(shape_name: str) -> None:
    """A record has every member of its shape but those listed here, and no other."""
    listed = set(MODEL.shape_for(shape_name).members)
    ours = set(RECORDS[shape_name].attributes)
    left_out = NOT_MODELLED.get(shape_name, set())
    assert listed == ours | left_out, (
        f"AWS has changed {shape_name}: new {sorted(listed - ours - left_out)}, gone"
        f" {sorted((ours | left_out) - listed)}. Does the life cycle need a new one? If so, declare"
        " it in sagemaker/records.py; if not, list it in NOT_MODELLED here."
    )


@each_record
def test_required_fields_are_those_of_the_model(shape_name: str) -> None:
    """What we require the model requires; what it requires beyond that is listed here."""
    fields = attrs.fields(RECORDS[shape_name])
    ours = {each.metadata[API_NAME] for each in fields if each.default is attrs.NOTHING}
    listed = set(MODEL.shape_for(shape_name).required_members)
    left_out = LEFT_OUT_BY_ANSWERS.get(shape_name, set())
    modelled = listed - NOT_MODELLED.get(shape_name, set())
    assert modelled == ours | left_out, (
        f"AWS has changed what {shape_name} requires: it is now {sorted(modelled)}. Follow it in"
        " sagemaker/records.py only if real answers do; else list it in LEFT_OUT_BY_ANSWERS."
    )


@pytest.mark.parametrize("record", [TrainingJobSummary, TrainingJobDescription])
def test_answers_need_only_four_fields(record: type[Record]) -> None:
    """The four fields that the list requires (FACTS §1) make a record of either kind."""
    listed = MODEL.shape_for("TrainingJobSummary").required_members
    answer = {name: VALID[name] for name in listed}
    assert len(answer) == 4
    assert set(record.from_api(answer).to_api()) == set(listed)


@each_record
def test_attributes_have_the_types_of_the_model(shape_name: str) -> None:
    """Each attribute's type is what the model says, so that no value changes its kind."""
    record = RECORDS[shape_name]
    hints = get_type_hints(record)
    for name, shape in members(shape_name):
        hint = hints[record.attributes[name]]
        assert python_type(shape) in {hint, *getattr(hint, "__args__", ())}, name


def python_type(shape: Any) -> object:
    """Return the type that stands for a shape."""
    if shape.name in STATUSES:
        return STATUSES[shape.name]
    if shape.type_name == "structure":
        return RECORDS[shape.name]
    if shape.type_name == "list":
        member = shape.member
        return RECORDS[member.name] if member.type_name == "structure" else python_type(member)
    return {"string": str, "integer": int, "boolean": bool, "timestamp": datetime}[shape.type_name]


@pytest.mark.parametrize(("record", "name", "shape"), kinds("string"))
def test_lengths_are_those_of_the_model(
    record: type[Record],
    name: str,
    shape: Any,
) -> None:
    """A string of exactly the greatest length is taken, and one more character refused."""
    limit = longest(name, shape) if shape.name not in STATUSES else 128
    assert limit is not None, f"AWS bounds {name} no longer: give it a limit in OWN_LIMITS"
    start = {
        "TrainingJobArn": "arn:aws:sagemaker:{}:123456789012:training-job/job-1",
        "TrainingPlanArn": "arn:aws:sagemaker:{}:123456789012:training-plan/plan",
        "TuningJobArn": "arn:aws:sagemaker:{}:123456789012:hyper-parameter-tuning-job/job",
    }.get(name, "{}")
    filler = limit - len(start.format(""))
    text = f"The limits of {name} in sagemaker/fields.py are not those of the model"
    assert accepts(record, name, start.format("x" * filler)), text
    assert not accepts(record, name, start.format("x" * (filler + 1))), text


@pytest.mark.parametrize("record", [TrainingJobSummary, ResourceConfig])
def test_training_plans_have_the_shortest_length_of_the_model(record: type[Record]) -> None:
    """A training plan's arn of exactly the least length is taken, and a shorter one refused."""
    least = MODEL.shape_for("TrainingPlanArn").metadata["min"]
    start, end = "arn:aws:sagemaker:", ":123456789012:training-plan/"
    region = "x" * (least - len(start) - len(end))
    # A name too long for its region would have to shrink instead: then the account gives way.
    shortest = f"{start}{region}{end}"
    padded = shortest + "p" * (least - len(shortest))
    assert len(padded) == least
    assert accepts(record, "TrainingPlanArn", padded)
    assert not accepts(record, "TrainingPlanArn", padded[: least - 1])


@pytest.mark.parametrize(
    ("record", "name", "value"),
    [
        (ResourceConfig, "InstancePreferences", {}),
        (InstancePreference, "TrainingPlanArns", PLAN),
    ],
)
def test_short_lists_are_longer_than_the_service_has_them(
    record: type[Record], name: str, value: object
) -> None:
    """Our own limit, 100, is far above the model's."""
    shapes = {"InstancePreferences": "InstancePreferenceList"}
    listed = MODEL.shape_for(shapes.get(name, "TrainingPlanArnList"))
    assert listed.metadata["max"] < 100
    assert accepts(record, name, [value] * 100)
    assert not accepts(record, name, [value] * 101)


@pytest.mark.parametrize(("record", "name", "shape"), kinds("integer"))
def test_counts_take_in_the_range_of_the_model(
    record: type[Record],
    name: str,
    shape: Any,
) -> None:
    """Whatever number the model allows is taken, and nothing beyond what its type can hold."""
    assert accepts(record, name, shape.metadata.get("min", 0))
    assert accepts(record, name, shape.metadata.get("max", 2**31 - 1))
    assert not accepts(record, name, 2**31)
    assert not accepts(record, name, -1)


@pytest.mark.parametrize("shape_name", PATTERNS)
def test_patterns_are_those_that_ours_come_from(shape_name: str) -> None:
    """The model's patterns have not changed since the safe ones were derived from them."""
    now = MODEL.shape_for(shape_name).metadata["pattern"]
    assert now == PATTERNS[shape_name], (
        f"AWS has changed the pattern of {shape_name} to {now}. Change it in sagemaker/fields.py"
        " so that the tests below hold, then here."
    )


@pytest.mark.parametrize(("record", "name", "shape"), kinds("string"))
def test_every_pattern_is_known(
    record: type[Record],
    name: str,
    shape: Any,
) -> None:
    """No string that a record holds has a pattern that is not listed here."""
    assert record.attributes[name]
    assert "pattern" not in shape.metadata or shape.name in PATTERNS


NAME_LIKE = st.text(alphabet=f"aZ09-_\n\0é٣{string.ascii_letters[:4]}", max_size=70)
#: Names made of hyphens and letters around the greatest length: where AWS's groups and ours part.
HYPHENATED = st.builds(
    "{}{}{}".format,
    st.sampled_from(["a", "-", "7"]),
    st.integers(58, 64).map(lambda count: "-" * count) | st.text(alphabet="a-", max_size=64),
    st.sampled_from(["b", "-", "", "b\n"]),
)
NAMES = NAME_LIKE | HYPHENATED | st.from_regex(re.compile(NAME), fullmatch=True)


def is_aws_name(text: str) -> bool:
    """Tell what AWS's own pattern and length say of a name."""
    return len(text) <= 63 and bool(re.fullmatch(NAME, text))


@given(NAMES)
def test_names_are_exactly_those_of_aws(name: str) -> None:
    """The safe pattern takes a name if and only if AWS's pattern, whole, and its length do."""
    assert accepts(TrainingJobSummary, "TrainingJobName", name) == is_aws_name(name)
    assert accepts(WarmPool, "ReusedByJob", name) == is_aws_name(name)


@given(
    st.sampled_from(["", "-cn", "-us-gov", "-CN"]),
    st.sampled_from(["eu-west-1", "", "EU", "x" * 180]),
    st.sampled_from(["123456789012", "1234", "١٢٣٤٥٦٧٨٩٠١٢"]),
    NAMES,
)
def test_job_arns_are_exactly_those_of_aws(
    partition: str, region: str, account: str, name: str
) -> None:
    """The safe pattern takes an arn if and only if AWS's does and its name is a name."""
    arn = f"arn:aws{partition}:sagemaker:{region}:{account}:training-job/{name}"
    matches = bool(re.fullmatch(PATTERNS["TrainingJobArn"], arn)) and len(arn) <= 256
    assert accepts(TrainingJobSummary, "TrainingJobArn", arn) == (matches and is_aws_name(name))


@given(st.text(alphabet=f"{string.printable}é٣ \u2028", max_size=60))
def test_other_arns_are_exactly_those_of_aws(tail: str) -> None:
    """Training plans and tuning jobs may be called anything on one line, as with AWS."""
    plan = f"arn:aws:sagemaker:eu-west-1:123456789012:training-plan/{tail}"
    tuning = f"arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/{tail}"
    matches = bool(re.fullmatch(PATTERNS["TrainingPlanArn"], plan))
    assert accepts(ResourceConfig, "TrainingPlanArn", plan) == matches
    matches = bool(re.fullmatch(PATTERNS["HyperParameterTuningJobArn"], tuning))
    assert accepts(TrainingJobDescription, "TuningJobArn", tuning) == matches


def test_name_traps_are_refused() -> None:
    """The two traps of AWS's name pattern (FACTS §1) are none here."""
    assert re.match(f"^{NAME}$", "job\n")
    assert not accepts(TrainingJobSummary, "TrainingJobName", "job\n")
    assert re.fullmatch(NAME, "a" + "-" * 70 + "b")
    assert not accepts(TrainingJobSummary, "TrainingJobName", "a" + "-" * 70 + "b")


@pytest.mark.parametrize("shape_name", RECORDS)
def test_every_field_is_documented(shape_name: str) -> None:
    """Every attribute of a record stands in the docstring of the class that declares it."""
    record = RECORDS[shape_name]
    texts = "".join(base.__doc__ or "" for base in record.__mro__ if issubclass(base, Record))
    for attribute in record.attributes.values():
        assert re.search(rf"^ +{attribute}: ", texts, re.MULTILINE)
