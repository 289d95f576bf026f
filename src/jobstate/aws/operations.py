"""How a client of AWS is asked about a kind of job: which method, which arguments, what comes back.

All of it follows from the kind's `AnswerSchema`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model.answer_schema import AnswerSchema, Shape, within
from jobstate.model.observation import JobKey
from jobstate.model.operations import Listing

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle

#: Of how many jobs an operation tells at once that can tell of several. Source: the API of AWS
#: Batch, DescribeJobs, November 2026.
_TOGETHER: Final = 100


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

    def answers(self, response: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return what a response says of each job that it tells of."""
        return list(response.get(self.shape.listed_in) or ()) if self.most > 1 else [response]

    @property
    def most(self) -> int:
        """Of how many jobs one call can ask at most."""
        return _TOGETHER if self.shape.listed_in else 1


@frozen
class Listed:
    """How jobs of a kind are listed.

    Attributes:
        schema: What answers look like.
        shape: The shape of an item.
        listing: What can be asked for.
        arguments: What is asked for besides.

    Raises:
        UnknownNameError: The operation has no such argument; it lists those that it has.
        ValueError: An argument is one that a walk gives itself.
    """

    schema: AnswerSchema
    shape: Shape
    listing: Listing
    arguments: Mapping[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse arguments that can't be."""
        own = {self.listing.token, self.listing.by, self.listing.order}
        for name in self.arguments:
            if name in own:
                raise ValueError(f"expected arguments beside {sorted(filter(None, own))}: {name}")
            if name not in self.listing.arguments:
                operation = self.shape.operation
                raise UnknownNameError(f"argument of {operation}", name, self.listing.arguments)

    @property
    def newest_first(self) -> bool:
        """Whether the job created last comes first; else nothing is known of the order."""
        return bool(self.listing.by and self.listing.order) or self.listing.newest_first

    def call_for(self, token: str | None = None) -> Request:
        """Return the call for a page: the first, or where a token says."""
        listing = self.listing
        asked: dict[str, Any] = {listing.size: listing.most}
        if listing.by and listing.order:
            by_creation = next(name for name, path in listing.sorts.items() if not path)
            asked |= {listing.by: by_creation, listing.order: "Descending"}
        if token is not None:
            asked[listing.token] = token
        return Request(self.shape.operation, asked | dict(self.arguments))

    def items(self, response: Mapping[str, Any]) -> list[Any]:
        """Return the items of a page, whatever they are."""
        found = response.get(self.shape.listed_in)
        return found if isinstance(found, list) else []

    def token(self, response: Mapping[str, Any]) -> str | None:
        """Return where the next page begins; None where there is none."""
        return response.get(self.listing.token) or None


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


def listed(kind: Lifecycle, arguments: Mapping[str, Any]) -> Listed:
    """Return how jobs of a kind are listed.

    Args:
        kind: Their life cycle.
        arguments: What is asked for besides: ``{"jobQueue": "nightly"}``.

    Raises:
        LifecycleError: The kind has no schema, or no operation that lists jobs.
        UnknownNameError, ValueError: There is no such argument, or it is none to give.
    """
    schema = schema_of(kind)
    for shape in schema.shapes:
        if shape.operation and shape.listing is not None:
            return Listed(schema, shape, shape.listing, dict(arguments))
    raise LifecycleError(kind.name, ["no operation of its schema lists jobs"])


def told_at(response: object) -> datetime | None:
    """Return what time it was by the service's own clock; aware; None where it does not say."""
    header = within(response, ("ResponseMetadata", "HTTPHeaders", "date"))
    return _date(header) if isinstance(header, str) else None


@lru_cache(maxsize=2)  # pages of one second have the same
def _date(header: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def tried_again(came: object) -> int:
    """Return how often a client tried again by itself before it returned or raised something."""
    response = getattr(came, "response", came)
    found = within(response, ("ResponseMetadata", "RetryAttempts"))
    return found if isinstance(found, int) else 0


def schema_of(kind: Lifecycle) -> AnswerSchema:
    """Return what answers about a kind of job look like.

    Raises:
        LifecycleError: The kind has no schema.
    """
    if kind.schema is None:
        raise LifecycleError(kind.name, ["it has no schema, by which a service could be asked"])
    return kind.schema
