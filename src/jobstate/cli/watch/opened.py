"""One job, opened: its story, what it broke, why nobody asks about it any more. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.cli.stays import timeline
from jobstate.cli.terminal import duration, moment
from jobstate.cli.timeline import came_to, indented, reason_words, violation_lines
from jobstate.cli.watch.stages import strip
from jobstate.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return [*lines[begin : begin + room], paint.faint(foot)][:height]


def _story(job: WatchedJob, scene: Scene, paint: Paint) -> Iterator[str]:
    status = printable(job.status or "not seen yet")
    yield f"{paint.bold(printable(job.name))}  {status}: {came_to(job.result, paint)}"
    yield f"  {job.lifecycle.name}"
    if job.id != job.name:
        yield f"  {paint.faint(printable(job.id))}"
    if job.parent is not None:
        yield f"  belongs to {printable(job.parent.id)}"
    if job.created is not None:
        yield f"  created {moment(job.created)} UTC"
    if job.since is not None and not job.over:
        there = f"  there for {duration(scene.now - job.since)} at least"
        usual = scene.usual.get((job.lifecycle.name, job.state or ""))
        if usual is not None:
            there += f"; usually {duration(usual.half)}, of 20 jobs 19 at most"
            there += f" {duration(usual.most)}"
        yield there
    if job.reason is not None:
        yield f"  why it did not succeed{reason_words(job.reason)}"
    for said, ink in ((job.error, paint.bad), (job.trouble, paint.odd)):
        if said:
            yield f"  {ink(printable(said))}"
    yield ""
    if job.entries:
        running = not job.result.final
        yield from indented(
            timeline(job.entries, job.modified, paint.narrower(2), running=running)
        )
    elif job.passed:
        yield f"  passed: {strip(job.lifecycle, job.passed, len(job.passed), paint)}"
        yield f"  {', '.join(map(printable, job.passed))}"
    if job.violations or job.strange:
        yield ""
    for each in job.violations:
        summary = job.lifecycle.rule(each.rule).summary
        yield from indented(violation_lines(each, "", summary, paint))
    for stranger in job.strange:
        text = f"{stranger.field} is {stranger.value}, which {job.lifecycle} does not know"
        yield f"  {paint.odd('unmodelled')}: {printable(text)}"
