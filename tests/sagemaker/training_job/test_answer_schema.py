"""What answers look like, as data, is what the records and the reader read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate.model.fields import FieldKind
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.reader import READER
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
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.answer_schema import Path
    from jobstate.model.fields import Field
    from jobstate.sagemaker.training_job.structures import Record

PARTS = {
    "WarmPoolStatus": WarmPool,
    "SecondaryStatusTransitions": SecondaryStatusTransition,
    "RetryStrategy": RetryStrategy,
    "StoppingCondition": StoppingCondition,
    "ResourceConfig": ResourceConfig,
    "InstancePreferences": InstancePreference,
    "ModelArtifacts": ModelArtifacts,
}
ANSWERS = HOME / "examples" / "answers"


def hold(fields: Mapping[str, Field], record: type[Record]) -> None:
    """Hold fields against a record: the same names, the same required."""
    assert fields.keys() == record.attributes.keys()
    for name, field in fields.items():
        attribute = getattr(attrs.fields(record), record.attributes[name])
        assert field.required is (attribute.default is attrs.NOTHING), name
        assert bool(field.fields) is (name in PARTS), name
        if name in PARTS:
            hold(field.fields, PARTS[name])


@pytest.mark.parametrize(
    ("place", "record"), [(0, TrainingJobDescription), (1, TrainingJobSummary)]
)
def test_a_shape_is_a_record(place: int, record: type[Record]) -> None:
    """Every field that the records read, and no other."""
    hold(SCHEMA.shapes[place].fields, record)


def test_the_reader_has_it() -> None:
    """The life cycle's reader says what its answers look like."""
    assert READER.schema is SCHEMA
    assert {place.region for place in SCHEMA.places} == {each.name for each in TRAINING_JOB.regions}


def test_values_are_those_that_rules_may_speak_of() -> None:
    """By every name that an observation has fields by."""
    assert SCHEMA.values.keys() == READER.fields


def test_every_path_is_a_field() -> None:
    """Whatever is pointed at is in one of the shapes, and is of the kind that it is read as."""
    given = SCHEMA
    assert given.stays is not None
    always = [given.id, given.created, given.modified, given.stays.path]
    for path in [*always, *given.values.values()]:
        assert kinds(path), path
    for place in given.places:
        assert kinds(place.primary) == {FieldKind.STATUS}
        assert not place.secondary or kinds(place.secondary) == {FieldKind.STATUS}
    for sign in given.signs:
        assert kinds(sign.path), sign
    assert kinds(given.stays.path) == {FieldKind.PARTS}


def test_lists_of_texts_say_what_each_is() -> None:
    """It is required, for nothing is no text."""
    preferences = SCHEMA.shapes[0].fields["ResourceConfig"].fields["InstancePreferences"]
    plans = preferences.fields["TrainingPlanArns"]
    plan = SCHEMA.shapes[1].fields["TrainingPlanArn"]
    assert plans.kind is FieldKind.TEXTS
    assert plans.each == attrs.evolve(plan, required=True)


def kinds(path: Path) -> set[FieldKind]:
    """Return the kinds that a field has in the shapes that have it."""
    found = set()
    for shape in SCHEMA.shapes:
        fields = shape.fields
        for name in path[:-1]:
            fields = fields[name].fields if name in fields else {}
        if path[-1] in fields:
            found.add(fields[path[-1]].kind)
    return found


def test_examples_are_those_of_the_project() -> None:
    """What comes with jobstate is what `examples/answers` has, so it is held to its verdict."""
    texts = {path.read_text(encoding="utf-8") for path in ANSWERS.rglob("*.json")}
    assert len(SCHEMA.examples()) == 3
    for example in SCHEMA.examples():
        assert example.text in texts
        assert json.loads(example.text)["TrainingJobArn"]
