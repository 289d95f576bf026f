"""Rules as data over a job and those of its children that were seen.

They speak of outcomes, since a child may be a job of another kind. A child that was not seen breaks
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from jobstate.model.rule_tests import _names
from jobstate.model.states import Outcome, _outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable


def _causes(values: Iterable[str]) -> frozenset[str]:
    return frozenset(values)


@frozen(kw_only=True)
class CountsChildren:
    """A rule as data: a job counts at least as many children as were seen to have ended so.

    It is judged in answers that have all the fields. A child counts that has ended, if the job has
    ended too, with which its children have; else if it had before the job's record was changed.

    Attributes:
        fields: The job's counters, which are added up.
        outcomes: What the children that they count have come to.
        causes: Why these ended; empty for any cause.
        ended: Whether it is judged once the job has ended, or while it runs.
    """

    fields: tuple[str, ...] = field(converter=_names)
    outcomes: frozenset[Outcome] = field(converter=_outcomes)
    causes: frozenset[str] = field(default=frozenset(), converter=_causes)
    ended: bool = True


@frozen(kw_only=True)
class ChildrenCameTo:
    """A rule as data: once a job has come to something, its children have come to something.

    A child that runs is judged only if its record was changed certainly after the job's end.

    Attributes:
        when: What the job has come to.
        outcomes: What its children may have come to.
    """

    when: frozenset[Outcome] = field(converter=_outcomes)
    outcomes: frozenset[Outcome] = field(converter=_outcomes)


@frozen(kw_only=True)
class ChildrenBelow:
    """A rule as data: a field of each child is less than a field of the job; neither changes.

    Attributes:
        field: The children's field.
        bound: The job's field.
    """

    field: str
    bound: str


#: What is judged between jobs, and of no answer alone.
OverChildren: TypeAlias = CountsChildren | ChildrenCameTo | ChildrenBelow
OVER_CHILDREN: Final = (CountsChildren, ChildrenCameTo, ChildrenBelow)
