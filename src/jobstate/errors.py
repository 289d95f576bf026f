"""Every exception of the library, each an object with fields and a text made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from attrs import frozen

from jobstate.common.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: How much of a refused value is shown. Long enough for an id (256), short enough for a log line.
SHOWN_CHARACTERS = 300

#: How many problems a text lists; the error object holds them all.
LISTED = 50

#: How problems and refused values are said; the page's judge fills the same in.
SENTENCES: Final = {
    "problem": "{path}: expected {expected}",
    "problem_got": "{path}: expected {expected}, got {got}",
    "whole": "the answer",
    "cut": "{start}… ({length} characters)",
}


class JobstateError(Exception):
    """The base of every error that jobstate raises on purpose."""


@frozen
class Problem:
    """One thing that is wrong with an input.

    Attributes:
        path: Where it is, in the input's own words: ``SecondaryStatusTransitions[2].StartTime``.
        expected: What would have been right.
        got: What came instead, as `shown` prints it; empty where nothing came.
    """

    path: str
    expected: str
    got: str = ""

    def __str__(self) -> str:
        said = SENTENCES["problem_got" if self.got else "problem"]
        path = self.path or SENTENCES["whole"]
        return said.format(path=path, expected=self.expected, got=self.got)

    def under(self, prefix: str) -> Problem:
        """Return the same problem seen from one level further out."""
        joint = "." if prefix and self.path and not self.path.startswith("[") else ""
        return Problem(f"{prefix}{joint}{self.path}", self.expected, self.got)


class ObservationError(JobstateError, ValueError):
    """An answer that can't be read. Nothing was taken from it.

    Attributes:
        problems: Every problem of the answer, in the order of its fields.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return _listing("this answer can't be read", self.problems)

    def under(self, prefix: str) -> ObservationError:
        """Return the same error seen from one level further out."""
        return ObservationError(problem.under(prefix) for problem in self.problems)


class LifecycleError(JobstateError, ValueError):
    """A life cycle that contradicts itself.

    Attributes:
        name: The life cycle's name.
        defects: Every defect that the self-check found, a sentence each.
    """

    def __init__(self, name: str, defects: Iterable[str]) -> None:
        self.name = name
        self.defects = tuple(defects)
        super().__init__(name, self.defects)

    def __str__(self) -> str:
        return _listing(f"the life cycle {shown(self.name)} contradicts itself", self.defects)


class UnknownNameError(JobstateError, LookupError):
    """A name (of a rule, a feature, a status …) that the life cycle does not have.

    Attributes:
        kind: What was looked for: "rule", "feature", "state" …
        name: What was asked.
        choices: What there is, sorted.
    """

    def __init__(self, kind: str, name: object, choices: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.choices = tuple(sorted(choices))
        super().__init__(kind, name, self.choices)

    def __str__(self) -> str:
        there = ", ".join(self.choices) or "none at all"
        near = nearest(self.name, self.choices) if isinstance(self.name, str) else ()
        meant = f" (did you mean {near[0]}?)" if near else ""
        return f"no {self.kind} {shown(self.name)}{meant}; there is: {there}"


class UnknownJobError(JobstateError, KeyError):
    """A job that a tracker does not know.

    Attributes:
        job: What was asked.
        tracked: How many jobs there are.
    """

    def __init__(self, job: object, tracked: int) -> None:
        self.job = job
        self.tracked = tracked
        super().__init__(job, tracked)

    def __str__(self) -> str:
        return f"no job {shown(self.job)} among the {self.tracked:,} that are tracked"


class SnapshotError(JobstateError, ValueError):
    """A snapshot that can't be restored.

    Attributes:
        problems: Every problem, in the order found.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return _listing("this snapshot can't be restored", self.problems)


class TrackerClosedError(JobstateError, RuntimeError):
    """A tracker that was closed takes no more answers."""

    def __str__(self) -> str:
        return "this tracker is closed; begin a new one, with the same journal if it had one"


class TrackerForkedError(JobstateError, RuntimeError):
    """A tracker with subscriptions or a journal, used in a child that was forked.

    Attributes:
        process: The process that made it.
    """

    def __init__(self, process: int) -> None:
        self.process = process
        super().__init__(process)

    def __str__(self) -> str:
        return (
            f"this tracker's threads live in process {self.process}, from which this one was"
            " forked; make a tracker in the child, or use the start method 'spawn' or 'forkserver'"
        )


class JournalError(JobstateError, RuntimeError):
    """A journal that can't be used as it is.

    Attributes:
        path: The journal's file.
        problem: What is wrong.
        remedy: What to do.
    """

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        self.path = path
        self.problem = problem
        self.remedy = remedy
        super().__init__(path, problem, remedy)

    def __str__(self) -> str:
        return f"the journal {shown(self.path)} {self.problem}; {self.remedy}"


class JournalInUseError(JournalError):
    """A journal that another tracker writes to, in this process or another."""


class JournalDamagedError(JournalError):
    """A journal whose content contradicts itself, or can't be read by this life cycle.

    Attributes:
        problems: Every problem found.
    """

    def __init__(self, path: str, problems: Iterable[object], remedy: str) -> None:
        self.problems = tuple(map(str, problems))
        super().__init__(path, _listing("is damaged", self.problems), remedy)
        self.args = (path, self.problems, remedy)  # what it is made from again


class JournalWriteError(JournalError):
    """Something could not be written for good. Nothing is lost: it is tried again.

    The answers that were being observed are taken in memory and wait; observe them again (which
    does no harm), or any other, and they are written first.
    """


class MissingExtraError(JobstateError, ImportError):
    """A library is not there that an extra of jobstate brings.

    Attributes:
        what: What needs it.
        library: The library.
        extra: The extra.
    """

    def __init__(self, what: str, library: str, extra: str) -> None:
        self.what = what
        self.library = library
        self.extra = extra
        super().__init__(what, library, extra)

    def __str__(self) -> str:
        return f"{self.what} needs {self.library}: pip install 'jobstate[{self.extra}]'"


class ToolMissingError(JobstateError, RuntimeError):
    """Something outside of Python is needed and not there: a program, a font.

    Attributes:
        tool: What is missing.
        purpose: What it would have done.
        remedy: What to do: how to install it, or what goes without it.
    """

    def __init__(self, tool: str, purpose: str, remedy: str) -> None:
        self.tool = tool
        self.purpose = purpose
        self.remedy = remedy
        super().__init__(tool, purpose, remedy)

    def __str__(self) -> str:
        return f"{self.tool} is not there, which {self.purpose}; {self.remedy}"


class ToolFailedError(JobstateError, RuntimeError):
    """A program that is there did not do what it was run for.

    Attributes:
        tool: The program.
        problem: What it did instead.
        output: What it said, whole; empty where it said nothing.
    """

    def __init__(self, tool: str, problem: str, output: str = "") -> None:
        self.tool = tool
        self.problem = problem
        self.output = output
        super().__init__(tool, problem, output)

    def __str__(self) -> str:
        said = f"; it said {shown(self.output)}" if self.output else ""
        return f"{shown(self.tool)} {self.problem}{said}"


class PictureError(JobstateError, ValueError):
    """A picture that can't be made as it was asked for.

    Attributes:
        problem: What is wrong, and what would be right.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"this picture can't be made: {self.problem}"


class BrokenRule(Protocol):
    """What `ConformanceError` needs to know of a violation."""

    @property
    def rule(self) -> str:
        """The rule's id."""
        raise NotImplementedError

    @property
    def message(self) -> str:
        """What a person sees."""
        raise NotImplementedError


class ConformanceError(JobstateError, ValueError):
    """A job did what its life cycle forbids.

    Attributes:
        job: Which job, as `JobKey` prints it.
        violations: Every violation, in the order found.
    """

    def __init__(self, job: str, violations: Sequence[BrokenRule]) -> None:
        self.job = job
        self.violations = tuple(violations)
        super().__init__(job, self.violations)

    def __str__(self) -> str:
        lines = (f"{found.rule}: {found.message}" for found in self.violations)
        return _listing(f"{shown(self.job)} did what its life cycle forbids", lines)


def shown(value: object) -> str:
    """Return a value as an error prints it: escaped, on one line, cut to a bearable length."""
    try:
        text = ascii(value)
    except Exception as error:  # noqa: BLE001 - a hostile __repr__ must not replace our error
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return shortened(text)


def shortened(text: str) -> str:
    """Return a text cut to a bearable length, with how long it was."""
    if len(text) > SHOWN_CHARACTERS:
        return SENTENCES["cut"].format(start=text[:SHOWN_CHARACTERS], length=f"{len(text):,}")
    return text


def _listing(head: str, items: Iterable[object]) -> str:
    every = list(items)
    if len(every) == 1:
        return f"{head}: {every[0]}"
    lines = [f"{head} ({len(every)} problems):", *(f"  - {item}" for item in every[:LISTED])]
    if len(every) > LISTED:
        lines.append(f"  … and {len(every) - LISTED:,} more")
    return "\n".join(lines)
