"""Links: where an answer names the job that its own belongs to."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from jobstate import check
from jobstate.batch import BATCH_JOB
from jobstate.model import Field, JobKey, Lifecycle, Link, SchemaReader
from jobstate.model.tables import render
from jobstate.sagemaker import TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB
from tests.support.relatives import ARRAY, SWEEP, TUNING, array, in_array, trained, tuning


@pytest.mark.parametrize(
    ("lifecycle", "answer", "parent"),
    [
        (TRAINING_JOB, trained(1), JobKey(TUNING, SWEEP)),
        (TRAINING_JOB, trained(1, TuningJobArn=None), None),
        (TUNING_JOB, tuning(), None),
        (BATCH_JOB, in_array(7), JobKey("aws-batch-job", ARRAY)),
        (BATCH_JOB, array(), None),
        (BATCH_JOB, in_array(7) | {"jobId": ":7"}, None),
    ],
)
def test_what_an_answer_names(
    lifecycle: Lifecycle, answer: dict[str, Any], parent: JobKey | None
) -> None:
    """A training job its tuning job, a child its array by the beginning of its id; others none."""
    report = check(lifecycle, answer)
    assert report.parent == parent
    said = None if parent is None else {"kind": parent.kind, "id": parent.id}
    assert report.to_dict()["parent"] == said


def test_a_thinner_answer_takes_no_parent_away() -> None:
    """An item of a list does not say which tuning job it was; the description before did."""
    item = {name: value for name, value in trained(1).items() if name != "TuningJobArn"}
    assert check(TRAINING_JOB, [trained(1), item]).parent == JobKey(TUNING, SWEEP)


def test_children_are_named_by_several_answers() -> None:
    """The best training job of now and that of before both belong to it."""
    names = [trained(number)["TrainingJobArn"] for number in (1, 2, 1)]
    answers = [tuning() | {"BestTrainingJob": {"TrainingJobArn": name}} for name in names]
    report = check(TUNING_JOB, answers)
    kind = "sagemaker-training-job"
    assert report.children == (JobKey(kind, names[0]), JobKey(kind, names[1]))
    assert report.to_dict()["children"] == [{"kind": kind, "id": name} for name in names[:2]]
    assert check(TUNING_JOB, tuning()).children == ()


def test_children_in_a_list() -> None:
    """Each of the parts names one; what has none names none."""
    schema = BATCH_JOB.schema
    assert schema is not None
    described, listed = schema.shapes
    parts = Field.parts({"id": Field.text(64)}, 10)
    reader = SchemaReader(
        attrs.evolve(
            schema,
            shapes=(attrs.evolve(described, fields={**described.fields, "parts": parts}), listed),
            links=(Link(field="parts.id", to="part", child=True),),
        )
    )
    seen = reader.read(array() | {"parts": [{"id": "a"}, {}, {"id": "b"}]})
    assert seen.children == (JobKey("part", "a"), JobKey("part", "b"))
    assert seen.parent is None


def test_the_first_link_that_is_there_counts() -> None:
    """Paths may be given with dots, and what lies within a field that is absent is absent."""
    schema = BATCH_JOB.schema
    assert schema is not None
    described, listed = schema.shapes
    fields = {**described.fields, "owner": Field.part({"run": Field.text(64)})}
    reader = SchemaReader(
        attrs.evolve(
            schema,
            shapes=(attrs.evolve(described, fields=fields), listed),
            links=(Link(field="owner.run", to="run"), *schema.links),
        )
    )
    assert reader.read(in_array(1) | {"owner": {"run": "r-1"}}).parent == JobKey("run", "r-1")
    assert reader.read(in_array(1)).parent == JobKey("aws-batch-job", ARRAY)


def test_tables_have_the_links() -> None:
    """As a row of their own, and in JSON; a kind without links has no such table."""
    assert "TuningJobArn" in render(TRAINING_JOB, "text").split("Links\n")[1]
    assert "before the last :" in render(BATCH_JOB, "markdown").split("## Links\n")[1]
    assert "| child |" in render(TUNING_JOB, "markdown").split("## Links\n")[1]
    assert "Links" not in render(TRANSFORM_JOB, "text")
    assert json.loads(render(BATCH_JOB, "json"))["links"] == [
        {"field": "jobId", "to": "aws-batch-job", "before": ":", "child": False}
    ]
    assert json.loads(render(attrs.evolve(TUNING_JOB, reader=None), "json"))["links"] == []
