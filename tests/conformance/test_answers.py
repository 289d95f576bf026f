"""What is remembered of answers is bounded, and what has no time stays where it is."""

from __future__ import annotations

import sys

import attrs
import pytest

from jobstate import ObservationError, check, check_partial
from jobstate.conformance import memo
from jobstate.conformance.answers import in_sequence, readings
from jobstate.conformance.check import Series
from jobstate.model.answer_schema import StatusFields
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import TRAINING_JOB
from tests.finding.test_finder import answer, event
from tests.support import corpus_series


def test_without_times_wrapped_answers_stay_as_they_are() -> None:
    """Copies that follow each other count once."""
    one, other = answer("fern", "InProgress"), answer("fern", "Completed")
    found = in_sequence(readings(TRAINING_JOB, [event(each) for each in (one, one, other)]))
    assert [str(each.shown["job"]) for each in found] == ["InProgress", "Completed"]


def test_copies_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that each counts."""
    monkeypatch.setattr(sys.modules[Series.__module__], "MOST_KEPT", 0)
    assert check(TRAINING_JOB, [event(answer())] * 2).answers == 2


def test_steps_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that they are worked out again, to the same."""
    series = [each for _, each in corpus_series.usable_series() if len(each) > 2]
    usual = [check(TRAINING_JOB, each).result for each in series]
    monkeypatch.setattr(memo, "_REMEMBERED", 0)
    again = attrs.evolve(TRAINING_JOB)
    assert [check(again, each).result for each in series] == usual


def test_a_part_that_is_none_is_refused() -> None:
    """Where a status should lie in it."""
    reader = TRAINING_JOB.reader
    assert isinstance(reader, SchemaReader)
    places = (StatusFields(region="job", primary="ModelArtifacts.S3ModelArtifacts"),)
    schema = attrs.evolve(reader.schema, places=places, stays=None)
    deep = attrs.evolve(TRAINING_JOB, reader=SchemaReader(schema))
    with pytest.raises(ObservationError):
        check_partial(deep, {"ModelArtifacts": 7, "Status": "Completed"})
