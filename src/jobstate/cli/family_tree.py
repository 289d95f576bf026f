"""Families as people read them: a job's story, and its children's verdicts as a tree below.

Pure: families in, lines out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.cli.timeline import (
    OUTCOMES,
    breach_lines,
    headline,
    indented,
    job_lines,
    needs_a_look,
)
from jobstate.common.text import printable
from jobstate.conformance.families import Family
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.cli.terminal import Paint
    from jobstate.conformance.report import Report

#: Of more children those are printed that need a look, and so many others.
MANY_CHILDREN: Final = 20
#: Deeper branches are indented no further.
_DEEPEST: Final = 8
#: Of others those come last.
_ORDINARY: Final = (Outcome.SUCCEEDED, Outcome.RUNNING)


def family_lines(family: Family, paint: Paint, *, every: bool) -> Iterator[str]:
    """Yield the story of a job, and below it what became of each of its children.

    Args:
        family: The family.
        paint: Its colours.
        every: Print every child, and in full.
    """
    if family.report is None:
        yield f"{paint.bold(printable(family.job.id))}  {paint.odd('not seen')}"
    else:
        yield from job_lines(family.report, paint)
    if family.circular:
        yield f"  {paint.odd('circular')}: by the answers it belongs to itself or to a child of it"
    if family.children:
        yield ""
        yield f"  {_counts(family.children)}"
        yield from indented(_Tree(family, paint.narrower(2), every=every).lines())


def _counts(children: Sequence[Family]) -> str:
    outcomes = Counter(each.report.result.outcome for each in children if each.report)
    said = ", ".join(
        f"{outcomes[outcome]:,} {OUTCOMES[outcome]}" for outcome in Outcome if outcomes[outcome]
    )
    noun = "child" if len(children) == 1 else "children"
    return f"{len(children):,} {noun} seen: {said}"


def _is_ordinary(report: Report) -> bool:
    return report.result.outcome in _ORDINARY


@frozen
class _Branch:
    """Where a tree goes on: to a child, or to those that are only counted."""

    member: Family | None
    rest: int
    guides: str
    depth: int
    last: bool


class _Tree:
    """The children of a family as lines."""

    def __init__(self, family: Family, paint: Paint, *, every: bool) -> None:
        self._family = family
        self._paint = paint
        self._every = every
        #: Those that need a look, or have a descendant that does.
        self._wrong: set[Family] = set()
        for member in reversed(list(family.members())):
            looked_at = member.report is not None and needs_a_look(member.report)
            if looked_at or not self._wrong.isdisjoint(member.children):
                self._wrong.add(member)

    def lines(self) -> Iterator[str]:
        """Yield every child's lines, each before its own children's."""
        left = self._branches(self._family, "", 0)
        while left:
            branch = left.pop()
            corner, beside = ("└─ ", "   ") if branch.last else ("├─ ", "│  ")
            below = branch.guides + beside
            paint = self._paint.narrower(len(below))
            for number, line in enumerate(paint.folded(self._said(branch, paint))):
                yield f"{below if number else branch.guides + corner}{line}"
            if branch.member is not None:
                guides = below if branch.depth < _DEEPEST else branch.guides
                left += self._branches(branch.member, guides, branch.depth + 1)

    def _branches(self, member: Family, guides: str, depth: int) -> list[_Branch]:
        """Return the branches to a job's children, the last one first."""
        chosen: list[Family | None] = [*self._chosen(member.children)]
        rest = len(member.children) - len(chosen)
        if rest:
            chosen.append(None)
        return [
            _Branch(each, rest, guides, depth, last=not number)
            for number, each in enumerate(reversed(chosen))
        ]

    def _chosen(self, children: Sequence[Family]) -> Sequence[Family]:
        """Return the children to print: all, if they are not many."""
        if self._every or len(children) <= MANY_CHILDREN:
            return children
        others = [each for each in children if each not in self._wrong]
        others.sort(key=lambda each: each.report is None or _is_ordinary(each.report))
        left_out = {*others[MANY_CHILDREN:]}
        return [each for each in children if each not in left_out]

    def _said(self, branch: _Branch, paint: Paint) -> Iterator[str]:
        """Yield what is said at a branch."""
        report = None if branch.member is None else branch.member.report
        if report is None:
            yield f"{branch.rest:,} more, of which none failed, timed out or breaks anything"
        elif self._every:
            yield from job_lines(report, paint)
        else:
            yield headline(report, paint)
            yield from breach_lines(report, paint)
