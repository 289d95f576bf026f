"""How a client of AWS is asked about a kind of job: which method, which arguments, what comes back.

All of it follows from the kind's `AnswerSchema`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from jobstate.errors import LifecycleError
from jobstate.model.answer_schema import AnswerSchema, Shape
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle


@frozen
class Request:
    """A call of a client's method.

    Attributes:
        operation: The operation: ``DescribeTrainingJob``.
        arguments: What is asked.
    """

    operation: str
    arguments: Mapping[str, Any] = field(factory=dict)

    @property
    def method(self) -> str:
        """The client's method: ``describe_training_job``."""
        from botocore import xform_name  # noqa: PLC0415 - an extra

        return str(xform_name(self.operation))


@frozen
class Describing:
    """How jobs of a kind are described.

    Attributes:
        schema: What answers look like.
        shape: The shape of a description.
    """

    schema: AnswerSchema
    shape: Shape

    def call_for(self, *jobs: str | JobKey) -> Request:
        """Return the call that describes a job; some where the operation takes several.

        Args:
            *jobs: A name or an id, or a key. Of an arn that the service does not take its last part
                is asked for, which is the name.
        """
        asked = [self._asked(job) for job in jobs]
        if self.shape.listed_in:
            return Request(self.shape.operation, {self.shape.asked: asked})
        (one,) = asked
        return Request(self.shape.operation, {self.shape.asked or self.schema.name[0]: one})

    def _asked(self, job: str | JobKey) -> str:
        called = job.id if isinstance(job, JobKey) else job
        by_id = bool(self.shape.listed_in) or self.schema.name == self.schema.id
        return called if by_id or not called.startswith("arn:") else called.rpartition("/")[2]

    def answer(self, response: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return what a response says of the job; None where it lacks it."""
        if not self.shape.listed_in:
            return response
        found = response.get(self.shape.listed_in) or [None]
        return found[0]  # type: ignore[no-any-return]


def describing(kind: Lifecycle) -> Describing:
    """Return how jobs of a kind are described.

    Raises:
        LifecycleError: The kind has no schema, or no operation that describes a job.
    """
    schema = schema_of(kind)
    for shape in schema.shapes:
        if shape.operation and shape.listing is None:
            return Describing(schema, shape)
    raise LifecycleError(kind.name, ["no operation of its schema describes a job"])


def schema_of(kind: Lifecycle) -> AnswerSchema:
    """Return what answers about a kind of job look like.

    Raises:
        LifecycleError: The kind has no schema.
    """
    if kind.schema is None:
        raise LifecycleError(kind.name, ["it has no schema, by which a service could be asked"])
    return kind.schema
