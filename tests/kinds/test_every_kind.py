"""What each kind of job but training jobs passes: facts, published answers, lives, bugs."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import Lifecycle, Outcome, Tracker, check, outcome_of
from jobstate.batch import BATCH_JOB
from jobstate.diagrams import render
from jobstate.machine import build
from jobstate.model.child_rules import OVER_CHILDREN
from jobstate.model.fields import FieldKind
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import PROCESSING_JOB, TRANSFORM_JOB, TUNING_JOB
from jobstate.testing import illegal, lives, tours
from jobstate.testing.illegal.illegal import spoiler_of
from tests.kinds.databricks_run import DATABRICKS_RUN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.fields import Field

CORPUS: Final = Path(__file__).parents[1] / "corpus" / "kinds"
ARN: Final = "arn:aws:sagemaker:us-east-1:111122223333"
#: Life cycle → its corpus, what its arns have, the enumeration of its statuses.
OTHERS: Final = {
    PROCESSING_JOB: ("processing_job", "processing-job", "ProcessingJobStatus"),
    TRANSFORM_JOB: ("transform_job", "transform-job", "TransformJobStatus"),
    TUNING_JOB: ("tuning_job", "hyper-parameter-tuning-job", "HyperParameterTuningJobStatus"),
    BATCH_JOB: ("batch_job", "", "JobStatus"),
}
#: How many jobs with usable answers there are of each, counted in the files.
JOBS: Final = {PROCESSING_JOB: 56, TRANSFORM_JOB: 21, TUNING_JOB: 14, BATCH_JOB: 4}

each_kind = pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind.name)
#: With one from outside the library, whose ends reopen.
each_life_cycle = pytest.mark.parametrize(
    "kind", [*OTHERS, DATABRICKS_RUN], ids=lambda kind: kind.name
)


def schema_of(kind: Lifecycle) -> AnswerSchema:
    """Return what answers about a kind look like."""
    assert isinstance(kind.reader, SchemaReader)
    return kind.reader.schema


@cache
def model_of(kind: Lifecycle) -> Any:
    """Return the model of the service whose jobs they are."""
    return botocore.session.get_session().get_service_model(schema_of(kind).service)


# --- The service's model --------------------------------------------------------------------------


@each_kind
def test_states_are_the_enumeration(kind: Lifecycle) -> None:
    """Every status that the service's model has, and no other."""
    _, _, enumeration = OTHERS[kind]
    assert {state.primary for state in kind.regions[0].states} == set(
        model_of(kind).shape_for(enumeration).metadata["enum"]
    )


@each_kind
def test_shapes_are_those_of_the_operations(kind: Lifecycle) -> None:
    """What is read is in the service's model, of that type; what is required is required there."""
    for shape in schema_of(kind).shapes:
        output = model_of(kind).operation_model(shape.operation).output_shape
        given = output.members[shape.listed_in].member if shape.listed_in else output
        assert faults(shape.fields, given) == []


#: The type of each kind of field in the service's model.
TYPES: Final = {
    FieldKind.TEXT: {"string"},
    FieldKind.STATUS: {"string"},
    FieldKind.TIME: {"timestamp", "long"},
    FieldKind.COUNT: {"integer"},
    FieldKind.FLAG: {"boolean"},
    FieldKind.PART: {"structure", "map"},
    FieldKind.PARTS: {"list"},
}
#: What is required though the model has it otherwise: nothing is known of a job without it.
REQUIRED: Final = {"createdAt", "status"}


def faults(fields: Mapping[str, Field], shape: Any) -> list[str]:
    """Return where fields say something else than a shape of the service's model."""
    found = []
    for name, field in fields.items():
        member = shape.members.get(name)
        if member is None or member.type_name not in TYPES[field.kind]:
            found.append(name)
        elif field.kind is FieldKind.PART:
            if member.type_name == "map":  # its keys are the fields
                member = SimpleNamespace(members=dict.fromkeys(field.fields, member.value))
            found += faults(field.fields, member)
        elif field.kind is FieldKind.PARTS:
            found += faults(field.fields, member.member)
        elif field.required and name not in {*shape.required_members, *REQUIRED}:
            found.append(f"{name} is not required")
        elif field.kind is FieldKind.TEXT and member.metadata.get("max", field.longest) != (
            field.longest
        ):
            found.append(f"{name} is as long as {member.metadata.get('max')}")
    return found


# --- Published answers ----------------------------------------------------------------------------


def published(kind: Lifecycle) -> dict[str, list[dict[str, Any]]]:
    """Return the usable answers about each job, in the order of their times."""
    name, resource, _ = OTHERS[kind]
    schema = schema_of(kind)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        unusable = row.get("fixture") in {"edited", "sample"} or "answer" not in row
        if unusable or row["form"] == "step-functions":  # which cut the creation time
            continue
        answer = {field: _aware(value) for field, value in row["answer"].items()}
        answer[schema.name[0]] = row["job"][:32]
        answer[schema.id[0]] = f"{ARN}:{resource}/{row['job']}" if resource else row["job"]
        found[row["job"]].append(answer)
    for answers in found.values():
        answers.sort(key=lambda answer: str(answer.get("LastModifiedTime", "")))
    return found


def _aware(value: Any) -> Any:
    """Return a printed time with its zone: UTC where none is known."""
    is_time = isinstance(value, str) and value[4:5] == "-" and value[10:11] in {"T", " "}
    return f"{value}Z" if is_time and "+" not in value and not value.endswith("Z") else value


@each_kind
def test_published_answers_are_legal(kind: Lifecycle) -> None:
    """All of them, with what each job came to by its last status."""
    jobs = published(kind)
    assert len(jobs) == JOBS[kind]
    status = schema_of(kind).places[0].primary[0]
    for name, answers in jobs.items():
        report = check(kind, answers)
        assert report.legal, f"{name}: {report}"
        assert report.result.outcome == _outcome(answers[-1][status])


def _outcome(status: str) -> str:
    ends = {"completed": "succeeded", "failed": "failed", "stopped": "stopped"}
    return {**ends, "succeeded": "succeeded"}.get(status.lower(), "running")


@each_kind
def test_printed_series_are_legal(kind: Lifecycle) -> None:
    """Statuses that somebody printed, one after the other."""
    name, _, _ = OTHERS[kind]
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    series = [row["sequence"] for row in map(json.loads, lines) if "sequence" in row]
    assert series or kind is BATCH_JOB
    edges = {(edge.origin, edge.target) for edge in kind.regions[0].edges}
    for statuses in series:
        printed = [each["primary"] for each in statuses]
        assert set(pairwise(printed)) <= edges


# --- Lives ----------------------------------------------------------------------------------------


@each_life_cycle
@settings(max_examples=60)
@given(data=st.data())
def test_lives_are_legal_and_come_to_what_they_do(kind: Lifecycle, data: st.DataObject) -> None:
    """Whatever shape the service answers in; in order, or as a tracker gets them."""
    life = data.draw(lives(kind))
    assert kind.writer is not None
    forms = kind.writer.forms
    answers = [life.at(time, data.draw(st.sampled_from(forms))) for time in life.changes]
    report = check(kind, answers)
    assert report.legal, str(report)
    assert report.result.final == life.result.final
    shuffled = list(answers)
    random.Random(data.draw(st.integers(0, 99))).shuffle(shuffled)
    tracker = Tracker(kind)
    for answer in [*shuffled, *answers]:
        observed = tracker.observe(answer)
        assert [each for each in observed.events if each.kind == "violation"] == []
    (job,) = tracker
    assert job.final == life.result.final


@each_life_cycle
def test_tours_take_every_edge(kind: Lifecycle) -> None:
    """Each move is in a walk, and each walk is legal."""
    walked = set()
    for tour in tours(kind):
        walked |= set(tour.edges)
        life = tour.life()
        assert check(kind, [life.at(time) for time in life.changes]).legal
    assert walked == set(kind.regions[0].edges)


@each_life_cycle
def test_every_rule_can_be_broken(kind: Lifecycle) -> None:
    """And is what is said to be broken."""
    unbreakable = {rule.id for rule in kind.rules} - set(spoiler_of(kind).breakable)
    never = {"history-rewritten", "feature-changed"}
    # Those need several jobs: tests/conformance/test_children.py breaks each.
    never |= {rule.id for rule in kind.rules if isinstance((*rule.tests, None)[0], OVER_CHILDREN)}
    if not schema_of(kind).modified:
        never.add("modified-time-went-back")  # no answer says when the job was modified
    assert unbreakable <= never


@each_life_cycle
@settings(max_examples=70)
@given(data=st.data())
def test_spoilt_series_are_flagged(kind: Lifecycle, data: st.DataObject) -> None:
    """By the rule that was broken."""
    spoilt = data.draw(illegal(kind))
    told = {each.rule for each in check(kind, spoilt.answers).violations}
    assert spoilt.rule in told, spoilt.story


@each_life_cycle
def test_the_machine_has_its_states(kind: Lifecycle) -> None:
    """And no others."""
    assert {state.name for state in kind.regions[0].states} == set(build(kind).states)


@each_life_cycle
@pytest.mark.parametrize("form", ["mermaid", "dot", "plantuml", "scxml"])
def test_it_is_drawn(kind: Lifecycle, form: str) -> None:
    """Every status is in every text format."""
    drawn = render(kind, form)
    assert all(state.primary in drawn for state in kind.regions[0].states)


@pytest.mark.parametrize("kind", [PROCESSING_JOB, TRANSFORM_JOB, TUNING_JOB], ids=str)
def test_bare_statuses_have_an_outcome(kind: Lifecycle) -> None:
    """Stopped is no success."""
    assert outcome_of(kind, "Stopped").outcome is Outcome.STOPPED
    assert outcome_of(kind, "Completed").outcome is Outcome.SUCCEEDED
    assert not outcome_of(kind, "Stopping").final


# --- Tuning ---------------------------------------------------------------------------------------


def tuning(jobs: dict[str, int], objectives: dict[str, int]) -> dict[str, Any]:
    """Return an answer about a tuning job with some counters; the others are 0."""
    names = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
    return {
        "HyperParameterTuningJobName": "tune",
        "HyperParameterTuningJobArn": f"{ARN}:hyper-parameter-tuning-job/tune",
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
        "LastModifiedTime": "2026-10-05T06:10:00Z",
        "TrainingJobStatusCounters": dict.fromkeys(names, 0) | jobs,
        "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0} | objectives,
    }


@pytest.mark.parametrize(
    ("jobs", "objectives", "broken"),
    [
        # Stopped early, and a result all the same (observed 2020-04-15).
        ({"Completed": 1, "Stopped": 2, "InProgress": 1}, {"Succeeded": 3, "Pending": 1}, set()),
        ({"Completed": 2}, {"Succeeded": 1}, {"counters-agree"}),
        ({"InProgress": 1}, {"Succeeded": 1}, {"pending-are-in-progress"}),
        ({"InProgress": 1}, {}, {"counters-agree", "pending-are-in-progress"}),
    ],
)
def test_counters_of_a_tuning_job(
    jobs: dict[str, int], objectives: dict[str, int], broken: set[str]
) -> None:
    """Both count the training jobs that were started."""
    report = check(TUNING_JOB, tuning(jobs, objectives))
    assert {each.rule for each in report.violations} == broken


def test_counters_that_are_not_all_there_are_not_summed() -> None:
    """Step Functions leave them out."""
    answer = tuning({"Completed": 2}, {})
    del answer["ObjectiveStatusCounters"]
    assert check(TUNING_JOB, answer).legal


def test_a_deleted_tuning_job_keeps_its_outcome() -> None:
    """Its record goes; what it came to stays."""
    answer = tuning({"Completed": 1}, {"Succeeded": 1}) | {
        "HyperParameterTuningJobStatus": "Completed",
        "HyperParameterTuningEndTime": "2026-10-05T06:10:00Z",
    }
    later = answer | {
        "HyperParameterTuningJobStatus": "Deleting",
        "LastModifiedTime": "2026-10-05T07:10:00Z",
    }
    report = check(TUNING_JOB, [answer, later])
    assert report.legal
    assert (report.result.outcome, report.result.gone) == (Outcome.SUCCEEDED, True)


# --- Transform ------------------------------------------------------------------------------------


def test_descriptions_of_transform_jobs_have_a_lower_bound() -> None:
    """They don't say when they were modified, but not before the latest of their times."""
    answer = {
        "TransformJobName": "one",
        "TransformJobArn": f"{ARN}:transform-job/one",
        "TransformJobStatus": "Completed",
        "CreationTime": "2026-10-05T06:00:00Z",
        "TransformStartTime": "2026-10-05T06:02:00Z",
        "TransformEndTime": "2026-10-05T06:10:00Z",
    }
    begun = {
        name: value
        for name, value in answer.items()
        if name not in {"TransformStartTime", "TransformEndTime"}
    } | {"TransformJobStatus": "InProgress"}
    tracker = Tracker(TRANSFORM_JOB)
    tracker.observe(answer)
    observed = tracker.observe(begun)  # late
    assert observed.events == ()
    (job,) = tracker
    assert (job.outcome, job.final) == (Outcome.SUCCEEDED, True)
    assert check(TRANSFORM_JOB, [begun, answer]).legal
