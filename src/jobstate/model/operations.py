"""What callers can ask a service to do about a kind of job, as data: make it, stop it, list it.

Together with the shapes of an `AnswerSchema` this is all that a stand-in for the service needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

#: The names of fields, from the outside in.
_Path: TypeAlias = tuple[str, ...]


def _path(path: _Path | str) -> _Path:
    return tuple(path.split(".")) if isinstance(path, str) and path else tuple(path)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class Place:
    """Where a service keeps jobs.

    Attributes:
        account: Whose they are: by default the account of AWS's examples.
        region: The region of AWS.
    """

    account: str = "111122223333"
    region: str = "eu-west-1"

    @property
    def partition(self) -> str:
        """The part of AWS that the region is in, as arns begin with it."""
        return next((name for begin, name in _PARTITIONS if self.region.startswith(begin)), "aws")

    def arn(self, service: str, resource: str) -> str:
        """Return the arn of a resource: of ``job/x``, say."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


_PARTITIONS: Final = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))
#: Where the jobs are that nobody has.
NOWHERE: Final = Place()


class Verb(StrEnum):
    """What an operation does."""

    CREATE = "create"
    STOP = "stop"
    UPDATE = "update"
    DELETE = "delete"


@frozen
class Action:
    """An operation that makes a job, or does something to one.

    Attributes:
        operation: Its name: ``StopTrainingJob``.
        verb: What it does.
        job: The field of the request that says which job, by its name or id; of a new one its name.
        causes: What the edges are caused by that it lets a job take.
        silent: Fields of the request that answers about the job do not repeat.
        renamed: Fields of the request that they repeat under another name → that name.
        says: Fields that answers have from then on, whatever was asked. In texts ``{region}``,
            ``{account}``, ``{partition}``, ``{id}`` and ``{name}`` are filled in.
        answers: The fields of a description of the job that it answers with.
        unfit: The code of the error for a job that it can't be done to where it stands; empty
            where nothing happens then, and no error either.
        missing: The code of the error for a job that is not there; empty for that of the service.
        unique: Of one that makes jobs: no two of a name are there at a time.
    """

    operation: str
    verb: Verb = field(converter=Verb)
    job: str
    causes: frozenset[str] = field(default=frozenset(), converter=_names, kw_only=True)
    silent: frozenset[str] = field(default=frozenset(), converter=_names, kw_only=True)
    renamed: Mapping[str, str] = field(factory=dict, kw_only=True)
    says: Mapping[str, object] = field(factory=dict, kw_only=True)
    answers: tuple[str, ...] = field(default=(), kw_only=True)
    unfit: str = field(default="", kw_only=True)
    missing: str = field(default="", kw_only=True)
    unique: bool = field(default=True, kw_only=True)

    def repeated(self, request: Mapping[str, object]) -> dict[str, object]:
        """Return what answers repeat of a request from then on."""
        return {
            self.renamed.get(name, name): value
            for name, value in request.items()
            if name not in self.silent and name != self.job
        }


class FilterTest(StrEnum):
    """What a filter of a list asks of an item."""

    EQUALS = "equals"
    CONTAINS = "contains"  # in whatever case
    BEGINS = "begins"  # likewise; without a star at the end it is all of it
    AFTER = "after"
    BEFORE = "before"


@frozen
class Filter:
    """An argument of a list that leaves items out.

    Attributes:
        argument: Its name: ``StatusEquals``.
        path: The field of an item that it looks at, or else of the request that made the job.
        test: What it asks of it.
        otherwise: Its value where the caller gives none; None for no filter.
    """

    argument: str
    path: _Path = field(converter=_path)
    test: FilterTest = field(default=FilterTest.EQUALS, converter=FilterTest)
    otherwise: object = None


def _sorts(sorts: Mapping[str, _Path | str]) -> Mapping[str, _Path]:
    return {name: _path(path) for name, path in sorts.items()}


@frozen(kw_only=True)
class Listing:
    """How an operation lists jobs.

    Attributes:
        filters: Its filters.
        named: Filters that are given by name in a list of their own, whose argument is the name;
            with one of them those of the others don't count that have a value where nobody says.
        named_in: The argument with that list; each has a ``name`` and ``values``, one of which must
            fit. Empty for none.
        sorts: What can be sorted by → the field of an item; empty for the time of creation. The
            first is what nobody asks for.
        size, token: The arguments that say how many items a page has, and where it begins.
        by, order: The arguments that say what is sorted by, and which way; empty for none.
        newest_first: Which way where nobody says.
        usual, most: How many items a page has where nobody says, and at most.
    """

    filters: tuple[Filter, ...] = ()
    named: tuple[Filter, ...] = ()
    named_in: str = ""
    sorts: Mapping[str, _Path] = field(factory=lambda: {"": ()}, converter=_sorts)
    size: str
    token: str
    by: str = ""
    order: str = ""
    newest_first: bool = False
    usual: int
    most: int

    @property
    def arguments(self) -> frozenset[str]:
        """The names of all arguments."""
        plain = (self.size, self.token, self.by, self.order, self.named_in)
        return frozenset(filter(None, (*plain, *(each.argument for each in self.filters))))


@frozen(kw_only=True)
class ErrorCodes:
    """By which codes a service refuses.

    Attributes:
        invalid: What can't be asked for so.
        missing: A job that is not there; empty where lists just lack it.
        exists: A name that is taken.
        limit: More jobs than an account may have.
        throttled: Too many requests.
        denied: What the caller may not do.
        internal: The service's own failure.
    """

    invalid: str = "ValidationException"
    missing: str = "ValidationException"
    exists: str = "ResourceInUse"
    limit: str = "ResourceLimitExceeded"
    throttled: str = "ThrottlingException"
    denied: str = "AccessDeniedException"
    internal: str = "InternalFailure"
