"""Rules over the entries of a history that hold for any life cycle.

Each function is a `RuleFunction`; a life cycle lists those that its service keeps.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from jobstate.common.times import clock, is_before, same_time
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.observation import Entry, Observation, Shown
    from jobstate.model.specification import Specification
    from jobstate.model.states import Region


def entries_in_order(spec: Specification, observation: Observation) -> Iterator[Finding]:
    """Yield entries that end before they begin, or begin before the one before them."""
    if not any(map(_looks_wrong, observation.entries, (None, *observation.entries))):
        return
    for number, entry in enumerate(observation.entries, start=1):
        if entry.end is not None and is_before(entry.end, entry.start):
            yield Finding(
                message=f"{_named(number, entry)} ends at {clock(entry.end)}, before it begins"
                f" at {clock(entry.start)}",
                path=entry_path(spec, number),
                seen=clock(entry.end),
                allowed=(f"{clock(entry.start)} or later",),
                at=entry.end,
            )
    for number, (entry, follower) in enumerate(pairwise(observation.entries), start=1):
        if is_before(follower.start, entry.start):
            yield Finding(
                message=f"{_named(number + 1, follower)} begins at {clock(follower.start)},"
                f" before {_named(number, entry)} at {clock(entry.start)}",
                path=entry_path(spec, number + 1),
                seen=clock(follower.start),
                allowed=(f"{clock(entry.start)} or later",),
                at=follower.start,
            )


def _looks_wrong(entry: Entry, before: Entry | None) -> bool:
    """Tell quickly whether an entry may be out of order; precision is looked at afterwards."""
    if entry.end is not None and entry.end < entry.start:
        return True
    return before is not None and entry.start < before.start


def entries_chained(spec: Specification, observation: Observation) -> Iterator[Finding]:
    """Yield entries that do not end exactly where the next one begins."""
    for number, (entry, follower) in enumerate(pairwise(observation.entries), start=1):
        if entry.end is not None and not same_time(entry.end, follower.start):
            yield Finding(
                message=f"{_named(number, entry)} ends at {clock(entry.end)}, but"
                f" {_named(number + 1, follower)} begins at {clock(follower.start)}",
                path=entry_path(spec, number),
                seen=clock(entry.end),
                allowed=(clock(follower.start),),
                at=entry.end,
            )


def only_the_last_open(spec: Specification, observation: Observation) -> Iterator[Finding]:
    """Yield entries that are open or closed where they should be the other.

    Only the last entry of a job that goes on is open; the last one of a finished job is closed
    where it began. A source that prints no ends at all is not judged.
    """
    entries = observation.entries
    if not any(entry.end for entry in entries):
        return
    for number, entry in enumerate(entries[:-1], start=1):
        if entry.end is None:
            yield _misplaced(spec, number, entry, "is open, but others follow it", "an end")
    number, last = len(entries), entries[-1]
    final = _has_ended(spec, observation)
    if final is False and last.end is not None:
        what = f"is the last, but ended at {clock(last.end)}"
        yield _misplaced(spec, number, last, what, "no end")
    elif final and last.end is None:
        yield _misplaced(spec, number, last, "is where the job ended, but it is open", "an end")
    elif final and last.end is not None and not same_time(last.start, last.end):
        begin, end = clock(last.start), clock(last.end)
        what = f"is where the job ended, but it lasts from {begin} to {end}"
        yield _misplaced(spec, number, last, what, begin)


def _has_ended(spec: Specification, observation: Observation) -> bool | None:
    """Return whether a job has ended, by the status shown rather than by its history."""
    region = spec.history_region
    shown = observation.shown.get(region.name) if region else None
    ended = None if shown is None else _are_final(spec, "primary", shown.primary)
    return is_final(spec, observation.entries[-1].status) if ended is None else ended


def last_is_current(spec: Specification, observation: Observation) -> Iterator[Finding]:
    """Yield a last entry that is not the status that the answer shows now."""
    region = spec.history_region
    shown = observation.shown.get(region.name) if region else None
    now = _listed_as(region, shown) if region and shown else None
    if now is None or observation.entries[-1].status == now:
        return
    last = observation.entries[-1]
    yield Finding(
        message=f"the answer says {now}, but its history ends with {last.status}",
        path=entry_path(spec, len(observation.entries)),
        seen=last.status,
        allowed=(now,),
        at=last.start,
    )


def _listed_as(region: Region, shown: Shown) -> str | None:
    """Return the status by which a history lists what is shown; None where that is not shown."""
    has_one_axis = all(state.secondary is None for state in region.states)
    return shown.primary if shown.secondary is None and has_one_axis else shown.secondary


def is_final(spec: Specification, status: str) -> bool | None:
    """Return whether a status that histories print ends a job; None where it is not known."""
    return _are_final(spec, "visible", status)


@lru_cache(maxsize=4096)  # bounded, for unknown statuses come from outside
def _are_final(spec: Specification, axis: str, status: str) -> bool | None:
    region = spec.history_region
    states = region.states if region else ()
    found = [state for state in states if getattr(state, axis) == status]
    return all(state.final for state in found) if found else None


def entry_path(spec: Specification, number: int) -> str:
    """Return where an entry stands in an answer, counted from 1 here and from 0 there."""
    region = spec.history_region
    return f"{region.history if region else 'entries'}[{number - 1}]"


def _named(number: int, entry: Entry) -> str:
    return f"entry {number} ({entry.status})"


def _misplaced(spec: Specification, number: int, entry: Entry, what: str, allowed: str) -> Finding:
    return Finding(
        message=f"{_named(number, entry)} {what}",
        path=entry_path(spec, number),
        seen="no end" if entry.end is None else clock(entry.end),
        allowed=(allowed,),
        at=entry.start,
    )
