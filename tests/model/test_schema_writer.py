"""What a schema writes is what it reads: statuses on two axes, a history, a second region."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import ObservationError, check
from jobstate.model.operations import Place
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import Always, Failed, SchemaWriter, ended
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.fields import job_id
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.testing import lives

if TYPE_CHECKING:
    from jobstate.model.life import Life

WRITER: Final = SchemaWriter(
    SCHEMA,
    {
        "TrainingEndTime": ended,
        "FailureReason": Failed("Failed"),
        "StoppingCondition.MaxRuntimeInSeconds": Always(86_400),
    },
    id_for=partial(job_id, "training-job"),
)
#: Training jobs as the schema alone reads and writes them.
BY_SCHEMA: Final = attrs.evolve(TRAINING_JOB, reader=SchemaReader(SCHEMA), writer=WRITER)


@settings(max_examples=60)
@given(lives(BY_SCHEMA), st.data())
def test_what_is_written_is_read(life: Life, data: st.DataObject) -> None:
    """Of every moment the statuses, and in descriptions the history."""
    for time in life.changes:
        form = data.draw(st.sampled_from(["describe", "list"]))
        moment, seen = life.moment(time), life.observation(time, form)
        assert seen.shown == moment.shown
        assert seen.modified == moment.modified
        assert seen.entries == (moment.entries if form == "describe" else ())
    assert check(BY_SCHEMA, [life.at(time) for time in life.changes]).legal


@pytest.mark.parametrize("name", ["", "-a", "a" * 64, "a b"])
def test_names_that_no_job_has(name: str) -> None:
    """They are refused as the service would, with what is right."""
    with pytest.raises(ObservationError, match="TrainingJobName: expected a job name"):
        WRITER.key(name, datetime.now(UTC))


def test_who_the_job_is_where_nobody_says() -> None:
    """Its id is its name; in SageMaker's arns stand account and region."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert attrs.evolve(WRITER, id_for=SchemaWriter(SCHEMA).id_for).key("tides", now).id == "tides"
    place = Place("444455556666", "us-gov-west-1")
    arn = "arn:aws-us-gov:sagemaker:us-gov-west-1:444455556666:training-job/tides"
    assert WRITER.key("tides", now, place).id == arn
    assert TRAINING_JOB.writer is not None
    assert TRAINING_JOB.writer.key("tides", now, place).id == arn
