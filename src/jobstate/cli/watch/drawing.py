"""The table as lines: a pure function of what is known, what a person wants to see, and the room.

Those that need a look come first; those for which there is no room are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.cli.terminal import Paint, duration
from jobstate.cli.timeline import came_to, outcome_words
from jobstate.cli.watch.arrangement import TableLine, arranged, counts_of
from jobstate.cli.watch.jobs import WatchedJob
from jobstate.cli.watch.passed import strip
from jobstate.cli.watch.view import KEYS, TableView
from jobstate.cli.width import columns_of, folded, padded, shortened
from jobstate.common.text import counted, printable
from jobstate.diagrams.overlays.usual import UsualTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.observation import JobKey

#: From how many columns on there is room for lengths; for strips; for usual times.
_LITTLE, _SOME, _MUCH = 40, 60, 110
_GAP: Final = "  "
#: The shortest last column that says something; the longest strip, with some room and with much.
_LEAST, _STRIP, _LONG_STRIP = 8, 8, 20
#: What a terminal's width leaves for names and for statuses.
_NAME_SHARE, _STATUS_SHARE = 0.3, 0.2
_NARROWEST: Final = 8


@frozen(kw_only=True)
class Scene:
    """What is to be drawn.

    Attributes:
        jobs: The jobs, the one first heard of first.
        now: What time it is, by the service's clock.
        usual: (Kind, state) → how long jobs usually stay there.
        note: What is wrong beside the jobs: with a list, say.
        keys: There is somebody at the keys.
    """

    jobs: Sequence[WatchedJob]
    now: datetime
    usual: Mapping[tuple[str, str], UsualTime]
    note: str = ""
    keys: bool = False


def table_lines(scene: Scene, view: TableView, paint: Paint, height: int) -> list[str]:
    """Return the lines of the table: no wider than there are columns, no more than there is room.

    Args:
        scene: What is to be drawn.
        view: What a person wants to see of it.
        paint: The colours and the columns.
        height: How many lines there are.
    """
    width = paint.width or 100
    head = [*_title(scene, view, paint)]
    foot = _foot(scene, view, paint)
    lines = arranged(scene.jobs, view)
    room = max(height - len(head) - len(foot) - 1, 1)
    shown, counted_lines = _window(lines, view, room)
    columns = _Columns(shown, scene, paint, width)
    rest = _rest(lines, shown, paint, width) if counted_lines else []
    marked = view.selected if scene.keys else None
    return [*head, columns.head(), *(columns.line(each, marked) for each in shown), *rest, *foot][
        :height
    ]


def keys_of_table(scene: Scene, view: TableView) -> list[JobKey]:
    """Return the jobs in the table, in order, be there room for them or not."""
    return [each.job.key for each in arranged(scene.jobs, view) if each.job is not None]


def help_lines(paint: Paint, height: int) -> list[str]:
    """Return what the keys do."""
    widest = max(len(name) for name, _ in KEYS)
    said = (f"  {padded(name, widest)}  {text}" for name, text in KEYS)
    lines = [paint.bold("Keys"), *(line for each in said for line in folded(each, paint.width))]
    return [*lines, "", paint.faint("any key goes back")][:height]


# --- Around the table ---------------------------------------------------------------------------


def _title(scene: Scene, view: TableView, paint: Paint) -> Iterator[str]:
    """Yield what there is, and how late it is."""
    width = paint.width or 100
    what = f"{counted(len(scene.jobs), 'job')}: {counts_of(scene.jobs)}"
    clock = f"{scene.now:%H:%M:%S} UTC"
    room = width - len(clock) - len(_GAP)
    if columns_of(what) <= room:
        yield f"{padded(paint.bold(what), room)}{_GAP}{paint.faint(clock)}"
    else:
        yield from map(paint.bold, folded(what, width))
    if view.wanted or view.typing:
        mark = "_" if view.typing else ""
        yield paint.odd(shortened(f"only those with: {printable(view.wanted)}{mark}", width))


def _foot(scene: Scene, view: TableView, paint: Paint) -> list[str]:
    width = paint.width or 100
    lines = [paint.odd(shortened(printable(scene.note), width))] if scene.note else []
    if scene.keys:
        keys = f"q leave  ? keys  / only some  Enter open  s sort: {view.order}"
        lines.append(paint.faint(shortened(keys, width)))
    return lines


def _window(lines: list[TableLine], view: TableView, room: int) -> tuple[list[TableLine], bool]:
    """Return the lines for which there is room, around the mark, and whether some are left."""
    if len(lines) <= room:
        return lines, False
    room = max(room - 1, 1)
    place = next(
        (n for n, line in enumerate(lines) if line.job and line.job.key == view.selected), 0
    )
    begin = max(place - room + 1, 0)
    return lines[begin : begin + room], True


def _rest(lines: list[TableLine], shown: list[TableLine], paint: Paint, width: int) -> list[str]:
    there = {id(line) for line in shown}
    left = [line.job for line in lines if id(line) not in there and line.job is not None]
    return [paint.faint(shortened(f"… {len(left):,} more: {counts_of(left)}", width))]


# --- Columns ------------------------------------------------------------------------------------


class _Columns:
    """How wide the columns are, for what stands in them."""

    def __init__(self, lines: Sequence[TableLine], scene: Scene, paint: Paint, width: int) -> None:
        self._scene, self._paint, self._width = scene, paint, width
        jobs = [line.job for line in lines if line.job is not None]
        kept = (2 * line.depth + columns_of(_name(line)) for line in lines)
        self._name = _within(kept, width * _NAME_SHARE)
        stands = (columns_of(_status(job)) for job in jobs)
        self._status = max(_within(stands, width * _STATUS_SHARE), len(_STANDS))
        self._lengths = {job.key: self._length(job) for job in jobs}
        self._length_size = max((len(each) for each in self._lengths.values()), default=0)
        if width < _LITTLE:
            self._status, self._length_size = width - self._name - len(_MARK + _GAP), 0
        most = _LONG_STRIP if width >= _MUCH else _STRIP
        cells = min(max((len(job.passed) for job in jobs), default=0), most)
        self._strip = max(cells, len(_PASSED)) if width >= _SOME else 0
        self._usual_texts = {job.key: self._usual(job) for job in jobs} if width >= _MUCH else {}
        self._usual_size = max((len(each) for each in self._usual_texts.values()), default=0)
        if self._usual_size:
            self._usual_size = max(self._usual_size, len(_USUAL))

    def head(self) -> str:
        """Return the names of the columns."""
        sized = [("job", self._name + len(_MARK))]
        sized += [(_PASSED, self._strip)] if self._strip else []
        sized.append((_STANDS, self._status))
        sized += [("for".rjust(self._length_size), self._length_size)] if self._length_size else []
        sized += [(_USUAL, self._usual_size)] if self._usual_size else []
        cells = [padded(shortened(name, size), size) for name, size in sized]
        text = shortened(_GAP.join([*cells, "came to"]), self._width)
        return self._paint.faint(text.rstrip())

    def line(self, line: TableLine, marked: JobKey | None) -> str:
        """Return a line of the table."""
        paint, job = self._paint, line.job
        guide = f"{'  ' * (line.depth - 1)}└ " if line.depth else ""
        if job is None:
            return paint.faint(shortened(f"{_MARK}{guide}{line.rest}", self._width))
        mark = _MARKED if job.key == marked else _MARK
        name = padded(shortened(guide + _name(line), self._name), self._name)
        cells = [mark + (paint.bold(name) if job.key == marked else name)]
        if self._strip:
            drawn = strip(job.lifecycle, job.passed, self._strip, paint)
            cells.append(padded(drawn, self._strip))
        cells.append(self._status_cell(job))
        if self._length_size:
            length = self._lengths[job.key].rjust(self._length_size)
            cells.append(paint.odd(length) if self._is_late(job) else length)
        if self._usual_size:
            cells.append(padded(self._usual_texts[job.key], self._usual_size))
        room = self._width - sum(map(columns_of, cells)) - len(_GAP) * len(cells)
        said = _said(job, paint, room) if room >= _LEAST else ""
        return _GAP.join([*cells, said]).rstrip()

    def _status_cell(self, job: WatchedJob) -> str:
        text = padded(shortened(_status(job), self._status), self._status)
        if self._width >= _SOME and not job.over:
            return text
        if job.error:
            return self._paint.bad(text)
        return came_to(job.result, self._paint, text)

    def _length(self, job: WatchedJob) -> str:
        """Return how long a job has been there, or ran in all, as text."""
        length = _time_there(job, self._scene.now)
        if length is None:
            return ""
        return duration(length) if self._width >= _MUCH else _short(length)

    def _usual(self, job: WatchedJob) -> str:
        usual = self._usual_time(job)
        return "" if usual is None else f"{_short(usual.half)} ({_short(usual.most)})"

    def _usual_time(self, job: WatchedJob) -> UsualTime | None:
        at = (job.lifecycle.name, job.state or "")
        return None if job.over else self._scene.usual.get(at)

    def _is_late(self, job: WatchedJob) -> bool:
        usual, there = self._usual_time(job), _time_there(job, self._scene.now)
        return usual is not None and there is not None and there > usual.most


_PASSED, _STANDS = "passed", "stands at"
_USUAL: Final = "p50 (p95)"
_DAY: Final = 24
_MARK, _MARKED = "  ", "> "


def _within(sizes: Iterator[int], share: float) -> int:
    return max(min(max(sizes, default=0), int(share)), _NARROWEST)


def _name(line: TableLine) -> str:
    return "" if line.job is None else printable(line.job.name)


def _status(job: WatchedJob) -> str:
    return printable(job.status) if job.status else "not seen yet"


def _short(length: timedelta) -> str:
    """Return a length in one unit."""
    hours = length / timedelta(hours=1)
    if hours >= _DAY:
        return f"{hours / _DAY:.1f} d"
    return f"{hours:.1f} h" if hours >= 1 else " ".join(duration(length).split(" ")[:2])


def _time_there(job: WatchedJob, now: datetime) -> timedelta | None:
    """Return how long a job has stood where it stands; of one that has ended, how long it ran."""
    if job.over:
        end = job.since
        return None if end is None or job.begun is None else end - job.begun
    return None if job.since is None else max(now - job.since, timedelta(0))


def _said(job: WatchedJob, paint: Paint, room: int) -> str:
    """Return what there is to say of a job, the worst first, in so many columns."""
    said: list[tuple[Callable[[str], str], str]] = []
    said += [(paint.bad, printable(job.error))] if job.error else []
    said += [(paint.bad, each.rule) for each in job.violations]
    said += [(paint.odd, f"no such status: {printable(each.value)}") for each in job.strange]
    said += [(paint.odd, printable(job.trouble))] if job.trouble else []
    if job.result.final:
        said.append((lambda text: came_to(job.result, paint, text), outcome_words(job.result)))
        said += [(str, f"“{printable(job.reason)}”")] if job.reason else []
    parts: list[str] = []
    for ink, text in said:
        if room < _LEAST and parts:
            break
        cut = shortened(text, room)
        parts.append(ink(cut))
        room -= columns_of(cut) + 1
    return " ".join(parts)
