"""How the histories that answers give of one job fit together: each begins the longer ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.common.times import clock, same_time
from jobstate.model.events import StatusEntered
from jobstate.model.packed_history import Entries
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.model.observation import Entry, JobKey


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
            return Finding(
                message=f"entry {number} was {_entry_text(was)} in an earlier answer and is"
                f" {_entry_text(now)} now",
                path=f"{name}[{number - 1}]",
                seen=_entry_text(now),
                allowed=(_entry_text(was),),
                at=now.start,
            )
    return None


def shortening(old: Sequence[Entry], new: Sequence[Entry], name: str) -> Finding | None:
    """Return what a newer history lacks of an earlier one; None where it has all, or is none."""
    if not new or len(new) >= len(old):
        return None
    lost = ", ".join(entry.status for entry in old[len(new) :])
    return Finding(
        message=f"the history has {len(new)} entries, but an earlier answer had"
        f" {len(old)}: {lost} is gone",
        path=f"{name}[{len(new)}]",
        seen="no entry",
        allowed=(_entry_text(old[len(new)]),),
        at=old[len(new)].start,
    )


def merged(old: Sequence[Entry], new: Sequence[Entry]) -> Sequence[Entry]:
    """Return the longer of two histories that agree, with every end that either of them has.

    What they say of the same entry is taken from the new one.
    """
    if isinstance(new, Entries) and new.continues(old):
        return new
    together = [
        evolve(now, end=was.end) if was.end and not now.end else now
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


def _entry_text(entry: Entry) -> str:
    return f"{entry.status} from {clock(entry.start)}" + (
        f" to {clock(entry.end)}" if entry.end else ""
    )
