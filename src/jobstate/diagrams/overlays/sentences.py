"""What is said of one job above and below its picture: what it came to, what was found wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.text import counted
from jobstate.diagrams.overlays.words import LONGEST_SENTENCE, cut, duration, numbered
from jobstate.model.specification import Severity
from jobstate.model.states import UNKNOWN_CAUSE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.conformance.report import Report
    from jobstate.diagrams.overlays.course import Track
    from jobstate.model.events import Unmodelled, Violation

#: Of more of them only the first are told, and how many there are besides.
MOST_FINDINGS: Final = 20


def subtitle(report: Report, track: Track | None) -> str:
    """Return what the job came to, after how long and how many steps."""
    parts = []
    if track is not None:
        parts = [f"{_status(report, track)}{_after(track)}", _steps(track)]
    if report.result.gone:
        parts.append("being deleted")
    errors = len({each.rule for each in report.violations if each.severity is Severity.ERROR})
    if errors:
        parts.append(f"{counted(errors, 'rule')} broken")
    return " · ".join(parts)


def _status(report: Report, track: Track) -> str:
    """Return where the job is, or what it ended as."""
    last = track.visits[-1]
    label = cut((last if last.strange else track.ended or last).label)
    cause = report.result.cause
    if report.result.outcome is Outcome.FAILED and cause not in {None, UNKNOWN_CAUSE}:
        return f"{label} ({cut(str(cause))})"
    return label


def _after(track: Track) -> str:
    final = track.visits[-1].final
    length = duration(sum(each.microseconds or 0 for each in track.visits))
    about = "" if track.entries else "≈ "
    return f" after {about}{length}" if final else f" now, {about}{length} so far"


def _steps(track: Track) -> str:
    if track.entries:
        return counted(track.visits[-1].number, "transition")
    return f"{counted(track.visits[-1].number, 'status')} known, no history"


def footer(track: Track | None) -> str:
    """Return how the way is to be read where answers leave something open; empty where not."""
    if track is None:
        return ""
    if not track.entries:
        return (
            "No history: an arrow is marked if every legal way takes it, and times are those"
            " at which the record was last changed."
        )
    guessed = [each.number for each in track.steps if each.silent and not each.certain]
    if not guessed:
        return ""
    which = "step" if len(guessed) == 1 else "steps"
    return (
        "No answer shows when the primary status moved: the shortest way has it at"
        f" {which} {numbered(guessed, len(guessed))}."
    )


def said_of(violation: Violation) -> str:
    """Return what is said of something that can't be true."""
    note = ", a note" if violation.severity is Severity.NOTE else ""
    return cut(f"{violation.message} ({violation.rule}{note})", LONGEST_SENTENCE)


def said_of_stranger(stranger: Unmodelled, report: Report) -> str:
    """Return what is said of a status that nobody knows."""
    said = f"{stranger.field} is {stranger.value}, which {report.lifecycle} does not know"
    return cut(said, LONGEST_SENTENCE)


def findings(report: Report) -> Iterator[str]:
    """Yield what was found wrong, and what is not known; of too much the first, and how much."""
    found = [*map(said_of, report.violations)]
    found += [said_of_stranger(each, report) for each in report.unmodelled]
    yield from found[:MOST_FINDINGS]
    rest = max(len(found) - MOST_FINDINGS, 0) + report.job_state.suppressed
    if rest:
        yield f"and {rest:,} more"
