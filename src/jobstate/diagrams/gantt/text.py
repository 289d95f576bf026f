"""The incident view as text, for chats, tickets and terminals: plain characters, 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.diagrams.gantt.record import rows
from jobstate.diagrams.gantt.words import (
    folded,
    length_words,
    slow_words,
    usual_words,
    why_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.diagrams.gantt.axis import Axis
    from jobstate.diagrams.gantt.record import Incident, ShownJob, ShownStay

#: How many columns there are: all, of a bar, of a status, of the ticks' labels.
_WIDTH, _BAR, _STATUS, _TICK = 100, 38, 18, 9
_FURTHER: Final = "      "
#: What stands for statuses whose own letters are taken.
_SPARE: Final = "0123456789"


def incident_text(incident: Incident) -> str:
    """Return the incident view as text, lines of at most 100 characters.

    Of each job what it came to, why, and what is wrong come first; then its stays over one axis.
    """
    blocks = [[incident.title], *(_block(job, incident) for job in incident.jobs)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _block(job: ShownJob, incident: Incident) -> list[str]:
    lines = [*folded(f"{job.name}: {job.headline}", _WIDTH)]
    if job.reason:
        lines += _indented(f'"{job.reason}"')
    for finding in job.findings:
        lines += _indented(f"{'' if finding.is_note else '! '}{finding.text}")
    if slow := slow_words(job):
        lines += _indented(f"! {slow}")
    for said in (f"{job.kind}, {job.id}", job.console or ""):
        lines += _indented(said)
    if incident.axis is not None:
        lines += ["", *_table(job, incident.axis)] if incident.opens else _strip(job, incident.axis)
    return [line.rstrip() for line in lines]


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in folded(text, _WIDTH - 2)]


# --- A row for each stay --------------------------------------------------------------------------


def _table(job: ShownJob, axis: Axis) -> Iterator[str]:
    yield _row("#", "status", "from, UTC", "length", f" {_scale(axis, _BAR)}")
    for each in rows(job):
        if isinstance(each, int):
            yield f"{_FURTHER}... {each:,} more ..."
            continue
        begin = f"{each.begin:%Y-%m-%d %H:%M:%S}" if each.begin else "unknown"
        yield _row(str(each.number), each.status, begin, length_words(each), _bar(each, axis))
        said = [*filter(None, (f"! {each.alarm}" if each.alarm else "", why_words(each)))]
        if usual := usual_words(each):
            said.append(f"{'! ' if each.over else ''}{usual}")
        yield from (f"{_FURTHER}{line}" for line in folded("; ".join(said), _WIDTH - len(_FURTHER)))


def _row(number: str, status: str, begin: str, length: str, bar: str) -> str:
    shown = status if len(status) <= _STATUS else f"{status[: _STATUS - 3]}..."
    return f"{number:>4}  {shown:{_STATUS}}  {begin:19}  {length:>10}  {bar}"


def _bar(stay: ShownStay, axis: Axis) -> str:
    """Return a stay's part of the axis: ``|`` no time, ``>`` goes on."""
    begin, end = _columns(stay, axis, _BAR)
    mark = ("=" * (end - begin - 1) + (">" if stay.open else "=")) if stay.length else "|"
    drawn = "" if stay.begin is None else f"{' ' * begin}{mark}"
    return f"|{drawn:{_BAR}}|"


def _columns(stay: ShownStay, axis: Axis, width: int) -> tuple[int, int]:
    """Return from which column on a stay is drawn, and before which it ends; one at least."""
    if stay.begin is None:
        return 0, 0
    begin = min(int(axis.share(stay.begin) * width), width - 1)
    end = begin if stay.end is None else int(axis.share(stay.end) * width)
    return begin, max(end, begin + 1)


def _scale(axis: Axis, width: int) -> str:
    """Return the labels of the ticks, each from its own column on."""
    line = ""
    for _, share, label in axis.ticks(max(width // _TICK, 2)):
        place = int(share * width)
        if place >= len(line) and place + len(label) <= width:
            line = f"{line:{place}}{label} "
    return line.rstrip()


# --- A strip for each job -------------------------------------------------------------------------


def _strip(job: ShownJob, axis: Axis) -> Iterator[str]:
    """Yield the stays one after the other, each as a letter in its columns."""
    width = _WIDTH - 4
    shown = [" "] * width
    letters = _letters(job.stays)
    for each in job.stays:
        begin, end = _columns(each, axis, width)
        shown[begin:end] = letters.get(each.status.rpartition("/")[2], "") * (end - begin)
    if letters:
        yield f"   {_scale(axis, width)}"
        yield f"  |{''.join(shown)}|"
        yield from _indented(", ".join(f"{one} {status}" for status, one in letters.items()))


def _letters(stays: Sequence[ShownStay]) -> dict[str, str]:
    """Return a letter for each status: its first that no other has."""
    found: dict[str, str] = {}
    for each in stays:
        status = each.status.rpartition("/")[2]
        if each.begin is not None and status not in found:
            letters = [one for one in f"{status}{_SPARE}" if one.isascii() and one.isalnum()]
            free = (one for one in letters if one not in found.values())
            found[status] = next(free, "?")
    return found
