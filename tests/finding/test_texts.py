"""Texts and bytes that have an answer in them, and those that only look like it."""

from __future__ import annotations

import base64
import gzip
import json

import attrs
import pytest

from jobstate import JobKey, Observation, check, check_jobs
from jobstate.errors import ObservationError, Problem
from jobstate.finding import Found, finder_of
from jobstate.kinds import KINDS
from jobstate.model.answer_schema import StatusFields
from jobstate.model.links import Link
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import TRAINING_JOB
from tests.finding.test_finder import answer, event, find

TEXT = json.dumps(answer())


@pytest.mark.parametrize(
    "nothing",
    [
        b"\x1f\x8bno gzip",
        b"\xff\xfe{",
        b"plain words",
        base64.b64encode(b"\x1f\x8b\x08 no gzip at all").decode(),
        base64.b64encode(b'{"\xff": 1}').decode(),
        "eyJ4",
        "eyI=====",
        'level=info {"a" {"b" {broken',
        '[INFO] {"a" no JSON',
    ],
)
def test_nothing_is_in_it(nothing: object) -> None:
    """Whatever it begins like."""
    assert find({"it": nothing, "job": answer()}) == ["job"]
    (problem,) = find(nothing)
    assert isinstance(problem, Problem)


def test_damaged_gzip() -> None:
    """What it gives up to there could have been an answer."""
    (problem, _) = find({"it": gzip.compress(TEXT.encode())[:-30] + b"broken", "job": answer()})
    assert isinstance(problem, Problem)
    assert (problem.path, problem.expected) == ("it", "JSON")


def test_behind_other_words() -> None:
    """The first object that can be read, or a list of some."""
    assert find({"line": f'ERROR {{"a" no JSON {TEXT}'}) == ["line"]
    assert find({"line": f"INFO [{TEXT}, {TEXT}] done"}) == ["line[0]", "line[1]"]


def test_an_event_s_detail_may_be_text() -> None:
    """As some that send events on have it; one that says nothing is refused by its reader."""
    assert find(event(TEXT)) == ["detail"]
    with pytest.raises(ObservationError) as caught:
        check(KINDS, event("words"))
    assert [each.path for each in caught.value.problems] == ["detail"]


def test_lists_that_others_call_so() -> None:
    """A page of somebody else's jobs is looked through like anything else."""
    assert find({"jobs": [{"id": 1, "steps": [answer()]}]}) == ["jobs[0].steps[0]"]


def test_an_id_may_lie_in_a_part() -> None:
    """A kind of one's own may have its status and its id anywhere, in any spelling."""
    reader = TRAINING_JOB.reader
    assert isinstance(reader, SchemaReader)
    schema = attrs.evolve(
        reader.schema,
        kind="deep",
        tells=("TrainingJobStatus", "ModelArtifacts.S3ModelArtifacts"),
        places=(StatusFields(region="job", primary="TrainingJobStatus"),),
    )
    deep = attrs.evolve(TRAINING_JOB, name="deep", reader=SchemaReader(schema))
    finder = finder_of(deep)
    there = answer(ModelArtifacts={"S3ModelArtifacts": "s3://a/b"})
    (found,) = finder.find({"it": there})
    assert isinstance(found, Found)
    (found,) = finder.find({"it": answer(model_artifacts={"s3_model_artifacts": "s3://a/b"})})
    assert isinstance(found, Found)
    for other in (answer(ModelArtifacts="s3://a/b"), answer(ModelArtifacts=7)):
        assert not any(isinstance(each, Found) for each in finder.find({"it": other}))


def test_a_status_without_an_id_is_no_stranger() -> None:
    """Nor is one that is no text."""
    for mapping in ({"StepStatus": "Done", "other": 1}, {"StepStatus": 1, "StepName": "a"}):
        (problem,) = find(mapping)
        assert isinstance(problem, Problem)


def test_children_may_stand_in_lists() -> None:
    """Each of them with its place; what is none there is no answer."""
    reader = TRAINING_JOB.reader
    assert isinstance(reader, SchemaReader)
    link = Link(field="Children.TrainingJobArn", to=TRAINING_JOB.name, child=True)
    schema = attrs.evolve(reader.schema, links=(link,))
    finder = finder_of(attrs.evolve(TRAINING_JOB, reader=SchemaReader(schema)))
    children = [answer("one"), 7, {"TrainingJobArn": "a"}, answer("two")]
    found = finder.find(answer(Children=children))
    assert [each.path for each in found] == ["", "Children[0]", "Children[3]"]
    assert [each.path for each in finder.find(answer(Children="none"))] == [""]
    deeper = attrs.evolve(reader.schema, links=(attrs.evolve(link, field="A.B.TrainingJobArn"),))
    finder = finder_of(attrs.evolve(TRAINING_JOB, reader=SchemaReader(deeper)))
    assert [each.path for each in finder.find(answer(A="none"))] == [""]
    found = finder.find(answer(A={"B": answer("one")}))
    assert [each.path for each in found] == ["", "A.B"]


def test_what_no_schema_describes_is_not_searched() -> None:
    """Each thing is an answer, but a list holds several."""
    finder = finder_of(attrs.evolve(TRAINING_JOB, reader=None, writer=None))
    found = finder.find([[1], {"a": answer()}])
    assert [each.path for each in found] == ["[0][0]", "[1]"]


def test_observations_are_taken_as_they_are() -> None:
    """Of a kind that is judged; others are refused at their place."""
    job = JobKey(TRAINING_JOB.name, "arn:1")
    assert list(check_jobs(KINDS, [Observation(job=job, shown={})])) == [job]
    with pytest.raises(ObservationError) as caught:
        check_jobs(KINDS, [Observation(job=attrs.evolve(job, kind="dream"), shown={})])
    assert caught.value.problems[0].path == "[0].job.kind"
