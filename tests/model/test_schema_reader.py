"""Readers made of a schema: what a schema leaves out, no answer says."""

from __future__ import annotations

from jobstate.model import AnswerSchema, Field, Shape, StatusFields
from jobstate.model.schema_reader import SchemaReader


def test_no_time_of_creation() -> None:
    """Where no answer says when a job was created, its id alone identifies it."""
    schema = AnswerSchema(
        kind="parcel",
        service="post",
        shapes=(Shape("list", {"id": Field.text(9), "status": Field.status()}),),
        id="id",
        places=(StatusFields(primary="status"),),
    )
    observation = SchemaReader(schema).read({"id": "p-1", "status": "sent"})
    assert (observation.job.id, observation.job.created) == ("p-1", None)
