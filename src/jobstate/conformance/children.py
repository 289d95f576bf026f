"""The rules over a job and its children that were seen, judged once all answers have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve

from jobstate.common.times import is_before
from jobstate.conformance.families import families
from jobstate.conformance.report import Report, Step
from jobstate.conformance.violations import violation_of
from jobstate.model.child_rules import (
    OVER_CHILDREN,
    ChildrenBelow,
    ChildrenCameTo,
    CountsChildren,
)
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.specification import Finding
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.model.child_rules import OverChildren
    from jobstate.model.specification import Rule

#: Where what a rule over children finds comes from.
WHERE: Final = "its children"
#: How many children a message names.
_MOST_NAMED: Final = 3


@derived
def _rules_over_children(lifecycle: Lifecycle) -> tuple[tuple[Rule, OverChildren], ...]:
    return tuple(
        (rule, test)
        for rule in lifecycle.rules
        for test in rule.tests
        if isinstance(test, OVER_CHILDREN)
    )


def judges_children(lifecycle: Lifecycle) -> bool:
    """Return whether a life cycle has rules over children."""
    return bool(_rules_over_children(lifecycle))


def with_children(reports: Sequence[Report]) -> list[Report]:
    """Return verdicts on all jobs with what the children of each show, told of the parent.

    Only what no order of the answers allows is told: a child that was not seen breaks nothing, nor
    does one that may have been seen later, or earlier.
    """
    if all(each.parent is None and not each.children for each in reports):  # as mostly
        return [*reports]
    judged = {}
    for family in families(reports):
        for member in family.members():
            if member.report is not None and member.children:
                children = [each.report for each in member.children if each.report is not None]
                judged[id(member.report)] = _judged(member.report, children)
    return [judged.get(id(each), each) for each in reports]


def _judged(parent: Report, children: Sequence[Report]) -> Report:
    judge = str(parent.lifecycle)
    found = tuple(
        violation_of(parent.job, rule, finding, judge)
        for rule, test in _rules_over_children(parent.lifecycle)
        for finding in _findings(test, parent, children)
    )
    return evolve(parent, steps=(*parent.steps, Step(WHERE, violations=found))) if found else parent


def _findings(test: OverChildren, parent: Report, children: Sequence[Report]) -> Iterator[Finding]:
    if isinstance(test, CountsChildren):
        yield from _uncounted(test, parent, children)
    elif isinstance(test, ChildrenCameTo):
        yield from _otherwise(test, parent, children)
    else:
        yield from _beyond(test, parent, children)


def _uncounted(
    test: CountsChildren, parent: Report, children: Sequence[Report]
) -> Iterator[Finding]:
    counters = [parent.fields.get(name) for name in test.fields]
    numbers = [each for each in counters if isinstance(each, int)]
    if parent.result.final is not test.ended or len(numbers) < len(test.fields):
        return
    number = sum(numbers)
    seen = sum(
        child.result.final
        and child.result.outcome in test.outcomes
        and (not test.causes or child.result.cause in test.causes)
        and (test.ended or _had_ended(child, parent))
        for child in children
    )
    if seen > number:
        has = "is" if len(test.fields) == 1 else "add up to"
        what = " or ".join(sorted(each.replace("_", " ") for each in test.outcomes))
        why = f" ({' or '.join(sorted(test.causes))})" if test.causes else ""
        yield Finding(
            f"{' + '.join(test.fields)} {has} {number:,}, but {seen:,} of its children {what}{why}",
            path=test.fields[0],
            seen=str(number),
            allowed=(f"{seen:,} or more",),
            at=parent.fields_modified,
        )


def _had_ended(child: Report, parent: Report) -> bool:
    """Return whether a child had certainly ended before the parent's record was changed."""
    ended, counted_at = child.job_state.since, parent.fields_modified
    return ended is not None and counted_at is not None and is_before(ended, counted_at)


def _otherwise(
    test: ChildrenCameTo, parent: Report, children: Sequence[Report]
) -> Iterator[Finding]:
    if not parent.result.final or parent.result.outcome not in test.when:
        return
    # What nobody knows could be anything.
    allowed = test.outcomes | {Outcome.UNKNOWN}
    wrong = [
        child
        for child in children
        if child.result.outcome not in allowed
        and (child.result.final or _changed_since(child, parent))
    ]
    if wrong:
        shown = [str(child.shown.get(child.region)) for child in wrong]
        yield Finding(
            f"it is {parent.shown.get(parent.region)}, but of its children"
            f" {_named(wrong, [f'is {each}' for each in shown])}",
            path=parent.lifecycle.main_region.field,
            seen=shown[0],
            allowed=tuple(sorted(test.outcomes)),
            at=parent.job_state.modified,
        )


def _changed_since(child: Report, parent: Report) -> bool:
    """Return whether a child's record was certainly changed after its parent had ended."""
    ended, changed = parent.job_state.since, child.job_state.modified
    return ended is not None and changed is not None and is_before(ended, changed)


def _beyond(test: ChildrenBelow, parent: Report, children: Sequence[Report]) -> Iterator[Finding]:
    bound = parent.fields.get(test.bound)
    if not isinstance(bound, int):
        return
    there = [(child, child.fields.get(test.field)) for child in children]
    wrong = [(child, value) for child, value in there if isinstance(value, int) and value >= bound]
    if wrong:
        have = [f"has {test.field} {value:,}" for _, value in wrong]
        yield Finding(
            f"{test.bound} is {bound:,}, but of its children"
            f" {_named([child for child, _ in wrong], have)}",
            path=test.bound,
            seen=str(bound),
            allowed=(f"more than {max(value for _, value in wrong):,}",),
            at=parent.fields_modified,
        )


def _named(children: Sequence[Report], what: Sequence[str]) -> str:
    """Return what is said of some children; beyond a few they are counted."""
    named = zip(children[:_MOST_NAMED], what, strict=False)
    said = ", ".join(f"{child.job.name} {each}" for child, each in named)
    rest = len(children) - _MOST_NAMED
    return f"{said} and {rest:,} more" if rest > 0 else said
