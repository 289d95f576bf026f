"""What happened to jobs, for whoever is called at night: `incident`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.times import microseconds, require_aware
from jobstate.conformance.answers import NO_ANSWER, in_sequence, readings
from jobstate.conformance.check import check
from jobstate.diagrams.gantt.axis import Axis
from jobstate.diagrams.gantt.record import Incident, ShownFinding, ShownJob
from jobstate.diagrams.gantt.stays import JobStays
from jobstate.diagrams.overlays.course import course_of, newest_time
from jobstate.diagrams.overlays.sentences import MOST_FINDINGS, said_of, said_of_stranger
from jobstate.diagrams.overlays.words import LONGEST_SENTENCE, cut, duration
from jobstate.errors import ObservationError
from jobstate.model.job_keys import JobKeys
from jobstate.model.observation import LONGEST_REASON
from jobstate.model.specification import Severity
from jobstate.model.states import UNKNOWN_CAUSE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from jobstate.conformance.answers import Reading
    from jobstate.conformance.report import Report, Step
    from jobstate.diagrams.gantt.record import ShownStay
    from jobstate.diagrams.overlays.usual import UsualTimes
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation

#: What a job has come to, in words; what somebody has to look at is written large.
OUTCOMES: Final = {
    Outcome.RUNNING: "still running",
    Outcome.SUCCEEDED: "succeeded",
    Outcome.PARTIAL: "SUCCEEDED IN PART",
    Outcome.FAILED: "FAILED",
    Outcome.STOPPED: "STOPPED",
    Outcome.TIMED_OUT: "TIMED OUT",
    Outcome.UNKNOWN: "outcome unknown",
}
#: What is looked at first.
_URGENCY: Final = (
    *(Outcome.FAILED, Outcome.TIMED_OUT, Outcome.PARTIAL, Outcome.STOPPED, Outcome.UNKNOWN),
    *(Outcome.RUNNING, Outcome.SUCCEEDED),
)


def incident(
    judged: Lifecycle | Kinds,
    answers: object,
    *,
    usual: UsualTimes | None = None,
    now: datetime | None = None,
) -> Incident:
    """Return what happened to jobs, for `jobstate.diagrams.incident_svg` and `incident_text`.

    What has failed comes first, then what was stopped, what runs, what has succeeded; of each,
    jobs that break rules first, then those that are slow.

    Args:
        judged: The life cycle, or the kinds that the jobs may be of.
        answers: What the service said about them, in any form that `jobstate.check_jobs` takes.
        usual: How long jobs usually stay where: `jobstate.diagrams.usual_times` of a `Census`.
        now: What time it is; aware. A stay that has not ended lasts until then, by default until
            the newest time that the job's answers show.

    Raises:
        ObservationError: An answer can't be read, or there is none.
        ValueError: `now` is not aware.
    """
    if now is not None:
        require_aware(now)
    keys = JobKeys()
    found: dict[JobKey, list[Reading[Observation]]] = {}
    for each in (one for one in readings(judged, answers) if not one.nested):
        found.setdefault(keys.of(each.observation), []).append(each)
    if not found:
        raise ObservationError([NO_ANSWER])
    jobs = [
        _job(of_job[0].lifecycle, in_sequence(of_job), usual or {}, now)
        for of_job in found.values()
    ]
    jobs.sort(key=_urgency)
    spans = [
        (stay.begin, stay.end or stay.begin)
        for job in jobs
        for stay in job.stays
        if stay.begin is not None
    ]
    return Incident(tuple(jobs), Axis.over(spans) if spans else None)


def _urgency(job: ShownJob) -> tuple[int, bool, bool]:
    wrong = any(not each.is_note for each in job.findings)
    return _URGENCY.index(job.outcome), not wrong, job.slowest is None


def _job(
    lifecycle: Lifecycle, seen: Sequence[Observation], usual: UsualTimes, now: datetime | None
) -> ShownJob:
    report = check(lifecycle, seen)
    track = next(
        (each for each in course_of(lifecycle, seen) if each.region is lifecycle.main_region), None
    )
    until = now or newest_time(seen)
    found = None if track is None else JobStays(report, track, seen, until, usual)
    stays = found.stays if found else ()
    return ShownJob(
        name=cut(report.job.name),
        id=cut(report.job.id, LONGEST_SENTENCE),
        kind=lifecycle.title,
        outcome=report.result.outcome,
        headline=_headline(report, stays),
        reason=cut(report.failure_reason or "", LONGEST_REASON),
        findings=tuple(_findings(report, found)),
        console=report.console,
        stays=stays,
    )


def _headline(report: Report, stays: Sequence[ShownStay]) -> str:
    """Return what a job has come to, why, after how long, and where it was last."""
    result = report.result
    said = OUTCOMES[result.outcome]
    if result.cause not in {None, UNKNOWN_CAUSE}:
        said += f" ({cut(str(result.cause)).replace('_', ' ')})"
    begin = next((each.begin for each in stays if each.begin), None)
    end = next((each.end for each in reversed(stays) if each.end), None)
    if begin is not None and end is not None and end > begin:
        length = duration(microseconds(end - begin))
        said += f" after {length}" if result.final else f" for {length}"
    last = next((each for each in reversed(stays) if not each.is_end), None)
    if last is not None:
        said += f", last in {last.status}" if result.final else f", in {last.status}"
    return f"{said}; being deleted" if result.gone else said


def _findings(report: Report, found: JobStays | None) -> Iterator[ShownFinding]:
    """Yield what can't be true of a job, and which statuses nobody knows."""
    said = [each for step in report.steps for each in _found_at(step, report, found)]
    yield from said[:MOST_FINDINGS]
    rest = max(len(said) - MOST_FINDINGS, 0) + report.job_state.suppressed
    if rest:
        yield ShownFinding(f"and {rest:,} more", is_note=True)


def _found_at(step: Step, report: Report, found: JobStays | None) -> Iterator[ShownFinding]:
    for each in step.violations:
        number = found.number_of(each.path, step.where) if found else None
        yield ShownFinding(said_of(each), number, each.severity is Severity.NOTE)
    for stranger in step.unmodelled:
        yield ShownFinding(said_of_stranger(stranger, report), is_note=True)
