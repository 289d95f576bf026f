"""Ways to break rules over one answer: by the fields and regions that they speak of.

Of a rule as data the way is plain; of a function small changes of what it looks at are tried: its
fields, the entries of the history, the status shown. Each yields series in which one thing was
done; whether the rule fires is for the verdict to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations, product
from random import Random
from typing import TYPE_CHECKING, Final

import attrs

from jobstate.model.lifecycle import derived
from jobstate.model.observation import Observation, Shown
from jobstate.testing.illegal.drafts import Draft, Spoilt, moments_of, showing, value_in, with_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Entry, Moment
    from jobstate.model.rule_tests import Where
    from jobstate.model.states import State
    from jobstate.testing.illegal.drafts import Answer

#: By how much times are moved, in seconds, and numbers.
_SHIFTS: Final = (1.5, -1.5, 61.0, -61.0, 5400.0, -5400.0)
_STEPS: Final = (1, -1, 60, -60)
#: Among how many lives a value is looked for that a field can have.
_DONORS: Final = 200
#: Where nothing says what a field holds.
_ANYTHING: Final = 1


# --- Rules as data ------------------------------------------------------------------------------


def set_too_early(draft: Draft, field: str, then: Where) -> Iterator[Spoilt]:
    """Give a field a value while a region is not as that asks for."""
    life = draft.life(then.region)
    moments = moments_of(life)
    for place in draft.turned(range(len(moments))):
        state = draft.state(moments[place], then.region)
        if state is None or then.holds(state):
            continue
        *before, answer = draft.fully([*draft.some(moments[:place]), moments[place]])
        changed = with_value(answer, field, _value_for(draft, field, moments[place]))
        if changed is not None:
            story = f"{field} was set while it was {state.name}: {life}"
            yield Spoilt([*before, changed], story)


def leave_out(draft: Draft, field: str, when: Where) -> Iterator[Spoilt]:
    """Leave out a field while a region is so that it has a value."""
    life = draft.life(when.region)
    for moment in draft.turned(moments_of(life)):
        state = draft.state(moment, when.region)
        if state is None or not when.holds(state):
            continue
        (answer,) = draft.fully([moment])
        changed = with_value(answer, field, None) or answer
        yield Spoilt([changed], f"{field} was left out while it was {state.name}: {life}")


def put_out_of_step(draft: Draft, when: Where, then: Where) -> Iterator[Spoilt]:
    """Show a region as it asks for another to be something that it is not."""
    life = draft.life(when.region, then.region)
    for moment in draft.turned(moments_of(life)):
        asking = _possible(draft, moment, when, fit=True)
        asked = _possible(draft, moment, then, fit=False)
        for one, other in draft.turned(product(asking, asked)):
            now = showing(moment, when.region, Shown(one.primary, one.secondary))
            now = showing(now, then.region, Shown(other.primary, other.secondary))
            story = f"the {when.region} was {one.name}, the {then.region} {other.name}: {life}"
            yield Spoilt(draft.told([now]), story)


def _possible(draft: Draft, moment: Moment, where: Where, *, fit: bool) -> list[State]:
    """Return the states that can be shown: of the region with the history only its own."""
    states: Iterable[State | None] = draft.lifecycle.region(where.region).states
    if where.region == draft.main.name:
        states = (draft.state(moment, where.region),)
    return [state for state in states if state is not None and where.holds(state) is fit]


def disorder(draft: Draft, fields: Sequence[str]) -> Iterator[Spoilt]:
    """Make one of two fields the greater that must not be."""
    life = draft.life_with(fields)
    for moment in draft.turned(moments_of(life)):
        (answer,) = draft.fully([moment])
        if isinstance(answer, Observation):
            answer = attrs.evolve(answer, fields=dict.fromkeys(fields, _ANYTHING))
        for (low, high), raised in draft.turned(product(combinations(fields, 2), (True, False))):
            field, other = (low, high) if raised else (high, low)
            for value in _beyond(value_in(answer, other), 1 if raised else -1):
                changed = with_value(answer, field, value)
                if value_in(answer, field) is not None and changed is not None:
                    yield Spoilt([changed], f"{field} became {value}, {other} stayed: {life}")


def _beyond(value: object, sign: int) -> list[object]:
    """Return values a little, and far, on one side of another."""
    steps = [abs(step) * sign for step in (*_SHIFTS[::2], *_STEPS[::2])]
    return [moved for step in steps if (moved := _moved(value, step)) is not None]


def contradict(draft: Draft, fields: Sequence[str], *, grows: bool) -> Iterator[Spoilt]:
    """Have an answer say of a field what the one before it rules out."""
    life = draft.life_with(fields)
    for moment in draft.turned(moments_of(life)):
        (answer,) = draft.fully([moment])
        for field in draft.turned(fields):
            value = value_in(answer, field)
            if value is None:
                value = _value_for(draft, field, moment)
            now = with_value(answer, field, value)
            for was in _more(value) if grows else _others(value):
                before = with_value(answer, field, was)
                if before is not None and now is not None:
                    yield Spoilt([before, now], f"{field} was {was}, then {value}: {life}")


def _more(value: object) -> list[object]:
    return _beyond(value, 1)


def _others(value: object) -> list[object]:
    if isinstance(value, str):
        return [value[:-1], f"{value}x"]
    return [not value] if isinstance(value, bool) else [*_beyond(value, 1), *_beyond(value, -1)]


# --- Rules as functions -------------------------------------------------------------------------


def nudge(draft: Draft, fields: Sequence[str], *, history: bool) -> Iterator[Spoilt]:
    """Change something a little that a function looks at: a field, an entry, the status shown."""
    life = draft.life_with(fields)
    moments = list(draft.turned(moments_of(life)))
    for moment in moments:
        for changed, what in draft.turned(_changed_fields(draft, moment, fields)):
            yield Spoilt([changed], f"{what}: {life}")
    for moment in moments if history else ():
        for now, what in draft.turned(_changed_histories(draft, moment)):
            yield Spoilt(draft.fully([now]), f"{what}: {life}")


def _changed_fields(
    draft: Draft, moment: Moment, fields: Iterable[str]
) -> Iterator[tuple[Answer, str]]:
    (answer,) = draft.fully([moment])
    for field in fields:
        was = value_in(answer, field)
        values = [moved for step in (*_SHIFTS, *_STEPS) if (moved := _moved(was, step)) is not None]
        if was is None:
            values = [_value_for(draft, field, moment)]
        for value in (*values, None):
            changed = with_value(answer, field, value)
            if changed is not None and changed != answer:
                yield changed, f"{field} became {value}"


def _changed_histories(draft: Draft, moment: Moment) -> Iterator[tuple[Moment, str]]:
    region = draft.main
    now = moment.shown[region.name]
    for state in region.states:
        if state.primary == now.primary and state.secondary != now.secondary:
            shown = Shown(state.primary, state.secondary)
            yield showing(moment, region.name, shown), f"{state.name} was shown for {now}"
    for place, entry in enumerate(moment.entries):
        for changed, what in _changed_entries(moment.entries, place):
            story = f"entry {place + 1} ({entry.status}) {what}"
            yield attrs.evolve(moment, entries=changed), story


def _changed_entries(
    entries: Sequence[Entry], place: int
) -> Iterator[tuple[tuple[Entry, ...], str]]:
    """Yield histories in which the end of one entry is another, or where two of them meet."""
    before, entry, after = entries[:place], entries[place], entries[place + 1 :]
    if entry.end is not None:
        yield (*before, attrs.evolve(entry, end=None), *after), "lost its end"
    for seconds in _SHIFTS:
        end = (entry.end or entry.start) + timedelta(seconds=seconds)
        changed = attrs.evolve(entry, end=end)
        yield (*before, changed, *after), f"ended at {end}"
        if after:
            following = attrs.evolve(after[0], start=end)
            yield (*before, changed, following, *after[1:]), f"met the next at {end}"
            early = entry.start - timedelta(seconds=abs(seconds))
            changed, following = attrs.evolve(entry, end=early), attrs.evolve(after[0], start=early)
            yield (*before, changed, following, *after[1:]), f"met the next at {early}"


# --- Values -------------------------------------------------------------------------------------


def _moved(value: object, step: float) -> object:
    """Return a time or number with something added; None of anything else."""
    if isinstance(value, datetime):
        return value + timedelta(seconds=step)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and step == int(step):
        return value + int(step)
    return None


def _value_for(draft: Draft, field: str, moment: Moment) -> object:
    """Return a value that a field can have, from what the service says of other jobs."""
    if not draft.telling.writes:
        return _ANYTHING
    donated = _donated(draft.lifecycle, field)
    return moment.modified if isinstance(donated, datetime) else donated


@derived
def _donated(lifecycle: Lifecycle, field: str) -> object:
    """Return what the service says of the first job that has a field; None where none has."""
    draft = Draft(lifecycle, Random(field).choice)  # noqa: S311 - the same lives each time
    for _ in range(_DONORS):
        for answer in draft.fully(moments_of(draft.life())):
            value = value_in(answer, field)
            if value is not None:
                return value
    return None
