"""How the histories that answers give of one job fit together: each begins the longer ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve

from jobstate.common.times import clock, same_time
from jobstate.model.events import StatusEntered
from jobstate.model.packed_history import Entries
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from jobstate.model.observation import Entry, JobKey

#: What is said of histories that do not fit together; the page's judge fills the same in.
SENTENCES: Final = {
    "rewritten": "entry {number} was {was} in an earlier answer and is {now} now",
    "shortened": "the history has {new} entries, but an earlier answer had {old}: {lost} is gone",
    "no_entry": "no entry",
    "open_entry": "{status} from {start}",
    "ended_entry": "{status} from {start} to {end}",
}


def contradiction(old: Sequence[Entry], new: Sequence[Entry], name: str) -> Finding | None:
    """Return where a history says something else than an earlier one; None where it does not.

    Args:
        old: The history known.
        new: The history of another answer.
        name: What answers call a history.
    """
    longer, shorter = (new, old) if len(new) >= len(old) else (old, new)
    if isinstance(longer, Entries) and longer.continues(shorter):
        return None  # as nearly always
    for number, (was, now) in enumerate(zip(old, new, strict=False), start=1):
        if not _same_entry(was, now):
            then, seen = _entry_text(was), _entry_text(now)
            message = SENTENCES["rewritten"].format(number=number, was=then, now=seen)
            return Finding(message, f"{name}[{number - 1}]", seen, (then,), now.start)
    return None


def shortening(old: Sequence[Entry], new: Sequence[Entry], name: str) -> Finding | None:
    """Return what a newer history lacks of an earlier one; None where it has all, or is none."""
    if not new or len(new) >= len(old):
        return None
    lost = ", ".join(entry.status for entry in old[len(new) :])
    return Finding(
        message=SENTENCES["shortened"].format(new=len(new), old=len(old), lost=lost),
        path=f"{name}[{len(new)}]",
        seen=SENTENCES["no_entry"],
        allowed=(_entry_text(old[len(new)]),),
        at=old[len(new)].start,
    )


def merged(old: Sequence[Entry], new: Sequence[Entry]) -> Sequence[Entry]:
    """Return the longer of two histories that agree, with every end that either of them has.

    Times are the finer of their two prints, so that whatever contradicts one of two answers
    contradicts both together, whichever came first. Messages are those of the new one.
    """
    if isinstance(new, Entries) and new.continues(old):
        return new
    together = [
        evolve(now, start=max(was.start, now.start), end=_finer_end(was, now))
        for was, now in zip(old, new, strict=False)
    ]
    return (*together, *old[len(together) :], *new[len(together) :])


def stays(
    job: JobKey, entries: Sequence[Entry], told: int, *, late: bool = False
) -> Iterator[StatusEntered]:
    """Yield the events of the entries beyond those that were told already."""
    for ordinal, entry in enumerate(entries[told:], start=told + 1):
        yield StatusEntered(
            job=job,
            ordinal=ordinal,
            status=entry.status,
            start=entry.start,
            end=entry.end,
            message=entry.message,
            late=late,
        )


def _same_entry(was: Entry, now: Entry) -> bool:
    ends_agree = was.end is None or now.end is None or same_time(was.end, now.end)
    return was.status == now.status and same_time(was.start, now.start) and ends_agree


def _finer_end(was: Entry, now: Entry) -> datetime | None:
    """Return the end that either has; of two that agree the later, for a print can only cut."""
    return max((end for end in (was.end, now.end) if end is not None), default=None)


def _entry_text(entry: Entry) -> str:
    end = clock(entry.end) if entry.end else ""
    said = SENTENCES["ended_entry" if end else "open_entry"]
    return said.format(status=entry.status, start=clock(entry.start), end=end)
