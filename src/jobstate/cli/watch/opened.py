"""One job, opened: its story, what it broke, why nobody asks about it any more. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from jobstate.cli.stays import timeline
from jobstate.cli.terminal import duration, moment
from jobstate.cli.timeline import came_to, indented, reason_words, violation_lines
from jobstate.cli.watch.passed import strip
from jobstate.cli.width import shortened
from jobstate.common.text import printable
from jobstate.diagrams.stages import stages_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from jobstate.cli.terminal import Paint
    from jobstate.cli.watch.drawing import Scene
    from jobstate.cli.watch.jobs import WatchedJob


def job_screen(
    job: WatchedJob, scene: Scene, paint: Paint, height: int, scrolled: int
) -> list[str]:
    """Return the lines of one job alone.

    Args:
        job: The job.
        scene: What else is known.
        paint: The colours and the columns.
        height: How many lines there are.
        scrolled: How many lines are above the screen; at most so many that the last one is there.
    """
    lines = [*paint.folded(_story(job, scene, paint))]
    room = max(height - 1, 1)
    begin = min(scrolled, max(len(lines) - room, 0))
    more = len(lines) - begin - room
    foot = f"Esc goes back, ↑ ↓ scroll{f'; {more:,} more lines' if more > 0 else ''}"
    return [*lines[begin : begin + room], paint.faint(shortened(foot, paint.width or len(foot)))][
        :height
    ]


def _story(job: WatchedJob, scene: Scene, paint: Paint) -> Iterator[str]:
    status = printable(job.status or "not seen yet")
    came = f": {came_to(job.result, paint)}" if job.status else ""
    yield f"{paint.bold(printable(job.name))}  {status}{came}"
    yield from indented(_heading(job, scene, paint))
    yield ""
    if job.entries:
        running = not job.result.final
        stages, inner = stages_of(job.lifecycle), paint.narrower(2)
        yield from indented(timeline(job.entries, stages, job.modified, inner, running=running))
    elif job.passed:
        drawn = strip(job.lifecycle, job.passed, len(job.passed), paint)
        yield f"  {drawn}  {', '.join(map(printable, job.passed))}"
    yield from _breaches(job, paint)


def _heading(job: WatchedJob, scene: Scene, paint: Paint) -> Iterator[str]:
    yield job.lifecycle.name
    if job.id != job.name:
        yield paint.faint(printable(job.id))
    if job.parent is not None:
        yield f"belongs to {printable(job.parent.id)}"
    if job.created is not None:
        yield f"created {moment(job.created)} UTC"
    if job.since is not None and not job.over:
        yield _time_there(job, job.since, scene)
    if job.reason is not None:
        yield f"why it did not succeed{reason_words(job.reason)}"
    if job.error:
        yield paint.bad(printable(job.error))
    if job.trouble:
        yield paint.odd(printable(job.trouble))


def _time_there(job: WatchedJob, since: datetime, scene: Scene) -> str:
    there = f"there for {duration(max(scene.now - since, timedelta(0)))}"
    usual = scene.usual.get((job.lifecycle.name, job.state or ""))
    if usual is None:
        return there
    half, most = duration(usual.half), duration(usual.most)
    return f"{there}; half of all jobs stay for {half} at most, of twenty 19 for {most}"


def _breaches(job: WatchedJob, paint: Paint) -> Iterator[str]:
    if job.violations or job.strange:
        yield ""
    for each in job.violations:
        summary = job.lifecycle.rule(each.rule).summary
        yield from indented(violation_lines(each, "", summary, paint))
    for stranger in job.strange:
        text = f"{stranger.field} is {stranger.value}, which {job.lifecycle} does not know"
        yield f"  {paint.odd('unmodelled')}: {printable(text)}"
