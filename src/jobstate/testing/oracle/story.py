"""Why a job does not conform, as a failing test tells it: what was seen, and an arrow.

Pure: verdicts in, plain text of at most 100 columns out.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.common.text import printable
from jobstate.conformance.check import Series
from jobstate.conformance.children import WHERE, with_children
from jobstate.conformance.report import Report
from jobstate.errors import JobstateError
from jobstate.model.events import Unmodelled, Violation
from jobstate.model.job_keys import JobKeys
from jobstate.model.kinds import by_name
from jobstate.model.observation import Observation
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from jobstate.conformance.report import Step
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey

#: How wide the text is at most.
WIDTH: Final = 100
#: How many lines of what was seen are told before the arrow, and after it.
_BEFORE, _AFTER = 24, 6
#: How many places of answers are named.
_PLACES: Final = 4
_ARROW: Final = "-->"
_MARGIN: Final = " " * (len(_ARROW) + 1)


class NotConformingError(JobstateError, AssertionError):
    """Answers that can't be true: a test failed, and this is its story.

    Attributes:
        stories: What is wrong, job by job.
        others: What else is wrong, a sentence each.
    """

    def __init__(self, stories: Sequence[Story], others: Sequence[str] = ()) -> None:
        self.stories = tuple(stories)
        self.others = tuple(others)
        super().__init__(self.stories, self.others)

    def __str__(self) -> str:
        return "\n\n".join(
            [*map(str, self.stories), *("\n".join(_wrapped(each, "")) for each in self.others)]
        )


class Judged:
    """Answers about any number of jobs, judged as they come, and kept for the story.

    Attributes:
        lifecycle: The life cycle that judges, or the kinds, each job by its own.
    """

    def __init__(self, lifecycle: Lifecycle | Kinds) -> None:
        self.lifecycle = lifecycle
        self._lifecycles = by_name(lifecycle)
        self._series: dict[JobKey, Series] = {}
        self._seen: dict[JobKey, list[tuple[str, Observation]]] = {}
        self._keys = JobKeys()

    def add(self, where: str, observation: Observation, *, in_order: bool = True) -> JobKey:
        """Judge one more answer and return its job; `where` tells it from all others."""
        job = self._keys.of(observation)
        if job not in self._series:
            self._series[job], self._seen[job] = Series(self._lifecycles[job.kind]), []
        self._series[job].add(observation, where, in_order=in_order)
        self._seen[job].append((where, observation))
        return job

    def reports(self) -> dict[JobKey, Report]:
        """Return the verdict on each job, in the order first seen.

        What a job's children break is told of the job.
        """
        reports = with_children([series.report() for series in self._series.values()])
        return dict(zip(self._series, reports, strict=True))

    def observations(self) -> list[Observation]:
        """Return all that was seen, job by job."""
        return [seen for each in self._seen.values() for _, seen in each]

    def stories(self, *, strict: bool = False, known: Collection[str] = ()) -> list[Story]:
        """Return what is wrong, for each job of which something is.

        Args:
            strict: Notes and unmodelled statuses are wrong too.
            known: Ids of rules that may be broken.
        """
        found = []
        for job, report in self.reports().items():
            breaches = tuple(
                each
                for each in report.violations
                if each.rule not in known and (strict or each.severity is Severity.ERROR)
            )
            unmodelled = report.unmodelled if strict else ()
            if breaches or unmodelled:
                found.append(Story(report, tuple(self._seen[job]), breaches, unmodelled))
        return found


@frozen
class Story:
    """What is wrong with one job; printed, it tells the story.

    Attributes:
        report: The verdict.
        seen: Each answer, and where it came from.
        breaches: The violations that make the test fail.
        unmodelled: The statuses that do.
    """

    report: Report = field(repr=False)
    seen: tuple[tuple[str, Observation], ...] = field(repr=False)
    breaches: tuple[Violation, ...]
    unmodelled: tuple[Unmodelled, ...]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        report = self.report
        yield from _wrapped(f"{report.job.name} did what {report.lifecycle} forbids", "")
        created = report.created
        at = "" if created is None else f", created {_time(created)} UTC"
        yield from _wrapped(f"{report.job.id}{at}", "")
        yield ""
        yield from self._timeline()
        yield ""
        first = self._first()
        for violation in sorted(self.breaches, key=lambda each: each is not first):
            yield from self._told(violation, at_the_arrow=violation is first)
        for each in self.unmodelled:
            yield from _wrapped(f"unmodelled: {each.field} is {each.value}, which is not known", "")
        yield from _wrapped(f"to see it again: {self._call()}", "")

    def _call(self) -> str:
        """Return what shows the same again."""
        if self._step().where == WHERE:
            return "jobstate.check_jobs(kinds, answers), those about its children too"
        given = ", ".join(f"{name}={has}" for name, has in self.report.lifecycle.assumed)
        call = f"jobstate.check({f'lifecycle.given({given})' if given else 'lifecycle'}, answers)"
        places = [where for where, _ in self.seen]
        places = places[: places.index(self._step().where) + 1]
        shown = places if len(places) <= _PLACES else [*places[:2], "…", places[-1]]
        return f"{call}; the answers are {', '.join(shown)}" if any(places) else call

    # --- What was seen --------------------------------------------------------------------------

    def _timeline(self) -> Iterator[str]:
        arrow = 0
        lines: list[str] = []
        place, entry = self._step().where, self._entry(self._first())
        told: list[str] = []
        for where, seen in self.seen:
            head = f"{where or 'the answer'}: shows {self._shown(seen)}"
            modified = f", modified {_time(seen.modified)}" if seen.modified else ""
            lines.append(f"{head}{modified}")
            if place in {where, WHERE}:
                arrow = len(lines) - 1
            for number, each in enumerate(seen.entries):
                if number < len(told) and told[number] == each.status:
                    continue
                told[number:] = [each.status]
                lines.append(f"  {number + 1:>2}. {_time(each.start)}  {each.status}")
                if where == place and number == entry:
                    arrow = len(lines) - 1
        yield from _around(lines, arrow)

    def _shown(self, seen: Observation) -> str:
        main = self.report.region
        shown = [
            str(each) if region == main else f"{region.replace('_', ' ')} {each}"
            for region, each in seen.shown.items()
        ]
        features = [name if has else f"not {name}" for name, has in sorted(seen.features.items())]
        return ", ".join([*shown, *features]) or "no status"

    def _step(self) -> Step:
        """Return the answer with which it begins to be wrong."""
        wrong = {*self.breaches, *self.unmodelled}
        return next(
            step
            for step in self.report.steps
            if wrong.intersection(step.violations) or wrong.intersection(step.unmodelled)
        )

    def _first(self) -> Violation | None:
        """Return the violation at the arrow: of the first wrong answer, the earliest entry's."""
        here = [each for each in self._step().violations if each in self.breaches]
        last = len(self.report.entries)
        return min(
            here, key=lambda each: last if (at := self._entry(each)) is None else at, default=None
        )

    def _entry(self, violation: Violation | None) -> int | None:
        """Return which entry of the history a violation is about, from 0; None if about none."""
        region = self.report.lifecycle.history_region
        if region is None or violation is None:
            return None
        found = re.match(rf"{re.escape(region.history)}\[(\d+)\]", violation.path)
        return int(found[1]) if found else None

    # --- What is wrong --------------------------------------------------------------------------

    def _told(self, violation: Violation, *, at_the_arrow: bool) -> Iterator[str]:
        head = f"{violation.severity} {violation.rule}: {violation.message}"
        yield from _wrapped(head, f"{_ARROW} " if at_the_arrow else _MARGIN, _MARGIN)
        where = next(s.where for s in self.report.steps if violation in s.violations)
        place = ", ".join(filter(None, (where, violation.path))) or "the answer"
        rule = self.report.lifecycle.rule(violation.rule)
        for name, text in (
            ("at", place),
            ("seen", violation.seen),
            ("allowed", ", ".join(violation.allowed)),
            ("because", f"{rule.summary} ({violation.basis}; {violation.source})"),
        ):
            if text:
                yield from _wrapped(f"{name}: {text}", f"{_MARGIN}  ", f"{_MARGIN}    ")


def _around(lines: Sequence[str], arrow: int) -> Iterator[str]:
    """Yield the lines around one, marked; the others are counted."""
    first, last = max(0, arrow - _BEFORE), arrow + _AFTER + 1
    if first:
        yield f"{_MARGIN}… {first:,} more before"
    for number, line in enumerate(lines[first:last], start=first):
        margin = f"{_ARROW} " if number == arrow else _MARGIN
        yield from _wrapped(line, margin, f"{_MARGIN}    ")
    if len(lines) > last:
        yield f"{_MARGIN}… {len(lines) - last:,} more after"


def _wrapped(text: str, first: str, others: str = "  ") -> list[str]:
    # Leading blanks would be dropped, and they mean something here.
    text = printable(text)
    indent = text[: len(text) - len(text.lstrip(" "))]
    return wrap(
        text.lstrip(" "), WIDTH, initial_indent=first + indent, subsequent_indent=others + indent
    )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
