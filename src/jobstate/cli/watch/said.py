"""What came of asking as lines: for people without a terminal, and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobstate.cli.terminal import moment
from jobstate.cli.timeline import came_to, reason_words, refined_words, took
from jobstate.cli.watch.looks import GivenUp, Glance, Setback
from jobstate.common.text import printable
from jobstate.common.times import iso
from jobstate.model.events import OutcomeRefined, StatusChanged, Unmodelled, Violation, job_dict
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from jobstate.cli.terminal import Paint
    from jobstate.cli.watch.jobs import WatchedJob
    from jobstate.cli.watch.looks import News


def plain_lines(
    news: News, before: WatchedJob | None, job: WatchedJob | None, now: datetime, paint: Paint
) -> Iterator[str]:
    """Yield a line for whatever changed; none where nothing did.

    Args:
        news: What came of asking.
        before: What was known of the job.
        job: What is known of it now; None where a list came to nothing.
        now: What time it is.
        paint: The colours.
    """
    begin = f"{moment(now)}  {printable(news.asked if job is None else job.name)}  "
    if isinstance(news, GivenUp):
        yield f"{begin}{paint.bad(printable(' '.join(str(news.error).split())))}"
    elif isinstance(news, Setback):
        if before is None or before.trouble != news.said:
            yield f"{begin}{paint.odd(printable(news.said))}"
    else:
        for line in _changes(news, before, job, paint) if job else ():
            yield f"{begin}{line}"


def _changes(
    news: Glance, before: WatchedJob | None, job: WatchedJob, paint: Paint
) -> Iterator[str]:
    moved = refined = False
    for event in news.step.events:
        if isinstance(event, Violation):
            ink = paint.bad if event.severity is Severity.ERROR else paint.odd
            yield f"{ink(f'{event.severity} {event.rule}')}: {printable(event.message)}"
        elif isinstance(event, Unmodelled):
            what = f"{event.field} is {event.value}, which {job.lifecycle} does not know"
            yield f"{paint.odd('unmodelled')}: {printable(what)}"
        elif isinstance(event, OutcomeRefined):
            yield f"{refined_words(event)}{reason_words(job.reason)}"
            refined = True
        elif isinstance(event, StatusChanged):
            moved = True
    if not moved and (refined or (before is not None and before.result == job.result)):
        return
    came = f": {came_to(job.result, paint)}" if job.result.final else ""
    lasted = (
        took(job.result, job.begun, job.since, None)
        if job.result.final and not job.result.gone
        else ""
    )
    yield f"{printable(job.status)}{came}{lasted}{reason_words(job.reason) if came else ''}"


def json_line(news: News, job: WatchedJob | None, now: datetime) -> str:
    """Return what came of asking as a line of JSON.

    Args:
        news: What came of asking.
        job: What is known of the job now; None where a list came to nothing.
        now: What time it is.
    """
    said: dict[str, Any] = {"time": iso(now), "asked": news.asked, "kind": news.kind.name}
    if isinstance(news, GivenUp):
        said["error"] = str(news.error)
    elif isinstance(news, Setback):
        said["trouble"] = news.said
    else:
        said |= _known(news, job) if job else {}
    return json.dumps(said)


def _known(news: Glance, job: WatchedJob) -> dict[str, object]:
    return {
        "job": job_dict(news.step.job.key),
        "status": job.status,
        "states": list(news.step.job.states()),
        "since": iso(job.since),
        "result": job.result.to_dict(),
        "failure_reason": job.reason,
        "parent": None if job.parent is None else job.parent.id,
        "events": [event.to_dict() for event in news.step.events],
    }
