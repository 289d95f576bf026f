"""`Offspring`: how a job makes others, and what its answers say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import Factory, field, frozen

from jobstate.model.operations import Listing
from jobstate.model.states import Outcome


@frozen
class Child:
    """A job as the one that made it sees it.

    Attributes:
        id: What identifies it.
        status: Its status.
        outcome: What it has come to so far.
        cause: Why, if it has ended.
    """

    id: str
    status: str
    outcome: Outcome
    cause: str | None


def _path(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


@frozen(kw_only=True)
class Offspring:
    """How a job makes others: a tuning job training jobs, an array of Batch the jobs of it.

    Attributes:
        kind: What they are jobs of: the name of the life cycle.
        many: The field of its request that says how many, by its path with dots.
        at_once: The one that says how many run at a time; empty for all of them.
        called: What a child is called: ``{name}`` is its parent's, ``{number}`` counts from 1,
            ``{digest}`` are eight digits of its own.
        id: Its id: ``{id}`` is its parent's, ``{index}`` counts from 0; empty where it follows from
            its name.
        says: Returns what a child's answers say, of what its parent's do of the request, of the
            parent's id and the child's index.
        told: Returns what the parent's own answers say of those that there are.
        failed: The state of one that fails for its children.
        fails_for_one: It does so if any of them does not succeed, else if none does.
        operation, argument: What lists its children, and the argument with its name or id. An
            operation that lists other jobs too has them only with the argument.
        listed_in: Where the answer has them.
        listing: How they are listed.
        shown: Fields of a description that an item of the list has; empty for those of the form
            for lists.
        besides: What every item has besides.
    """

    kind: str
    many: tuple[str, ...] = field(converter=_path)
    at_once: tuple[str, ...] = field(default=(), converter=_path)
    called: str
    id: str = ""
    says: Callable[[Mapping[str, Any], str, int], Mapping[str, object]]
    told: Callable[[Sequence[Child]], Mapping[str, Any]]
    failed: str
    fails_for_one: bool = False
    operation: str
    argument: str
    listed_in: str
    listing: Listing
    shown: tuple[str, ...] = ()
    besides: Mapping[str, object] = Factory(dict)
