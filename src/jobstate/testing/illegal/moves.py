"""Ways to break what the automaton judges, and what is judged between two answers.

They derive from the states and edges of the life cycle, and from those that it lacks. Each yields
series in which one thing was done; whether the rule fires is for the verdict to say.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Final

import attrs

from jobstate.model.life import Stay
from jobstate.model.observation import Shown
from jobstate.testing.illegal.drafts import Spoilt, moments_of, showing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.life import Life
    from jobstate.model.states import Exclusion, Memory, Region
    from jobstate.testing.illegal.drafts import Draft

#: How many lives are drawn for each edge that is to be taken too early.
_LIVES: Final = 4


def start_elsewhere(draft: Draft) -> Iterator[Spoilt]:
    """Leave out how a life began."""
    life = draft.life()
    for place in draft.turned(range(1, len(life.stays))):
        later = attrs.evolve(life, stays=life.stays[place:], beside={})
        *earlier, last = moments_of(later)
        yield Spoilt(
            draft.fully([*draft.some(earlier), last]), f"how it began is left out: {later}"
        )


def take_apart(draft: Draft, region: Region) -> Iterator[Spoilt]:
    """Show another primary status beside the same secondary one."""
    life = draft.life(region.name)
    moments = moments_of(life)
    primaries = dict.fromkeys(state.primary for state in region.states)
    names = {state.name for state in region.states}
    for place, primary in draft.turned(product(range(len(moments)), primaries)):
        was = moments[place].shown.get(region.name)
        pair = Shown(primary, was.secondary if was else None)
        if pair.secondary is not None and str(pair) not in names:
            now = showing(moments[place], region.name, pair)
            answers = draft.told([*draft.some(moments[:place]), now])
            yield Spoilt(answers, f"{was} was shown as {pair}: {life}")


def leap(draft: Draft, region: Region) -> Iterator[Spoilt]:
    """Go to a state that nothing leads to from where a region is."""
    if region is not draft.main:
        yield from _leap_beside(draft, region)
        return
    life = draft.life()
    stays = life.stays
    # Thin answers prove next to nothing before the end.
    first = 1 if draft.telling.has_history(life.moment(life.end), draft.form) else len(stays)
    for place, state in draft.turned(product(range(first, len(stays) + 1), region.states)):
        wrong = _then(life, place, state.name)
        *earlier, last = moments_of(wrong)
        answers = draft.told([*(draft.some(earlier) or earlier[-1:]), last])
        yield Spoilt(answers, f"its last move is no legal one: {wrong}")


def _leap_beside(draft: Draft, region: Region) -> Iterator[Spoilt]:
    """Go to a state of a region without a history that nothing leads to."""
    life = draft.life(region.name)
    moments = [each for each in moments_of(life) if region.name in each.shown]
    for place, state in draft.turned(product(range(len(moments), 0, -1), region.states)):
        was = moments[place - 1].shown[region.name]
        now = showing(moments[place - 1], region.name, Shown(state.primary, state.secondary))
        answers = draft.told([*moments[:place], now])
        yield Spoilt(answers, f"its {region.name} went from {was} to {state.name}: {life}")


def forget(draft: Draft, memory: Memory) -> Iterator[Spoilt]:
    """Take an edge that needs something to have been passed, without having passed it."""
    needing = [edge for edge in draft.main.edges if memory.name in edge.after]
    for edge in draft.turned(needing * _LIVES):  # many a life has passed it by then
        life = draft.life(via=(edge.origin,), features=edge.needs)
        for place, stay in enumerate(life.stays, start=1):
            if stay.state == edge.origin and not memory.states & {
                each.state for each in life.stays[:place]
            }:
                wrong = _then(life, place, edge.target)
                *earlier, last = moments_of(wrong)
                answers = draft.fully([*draft.some(earlier), last])
                yield Spoilt(answers, f"it never was {memory.name}: {wrong}")


def _then(life: Life, place: int, state: str) -> Life:
    """Return a life that goes to another state after some stays, and no further."""
    then = Stay(state, life.stays[place - 1].start + timedelta(seconds=61))
    return attrs.evolve(life, stays=(*life.stays[:place], then), beside={})


def change_feature(draft: Draft) -> Iterator[Spoilt]:
    """Show a feature otherwise than before."""
    names = [feature.name for feature in draft.lifecycle.features if feature.shown]
    for name, had in draft.turned(product(names, (True, False))):
        # Features that exclude each other are another rule's matter.
        clashes = (each.features for each in draft.lifecycle.exclusions if name in each.features)
        features = {other: False for clash in clashes for other in clash} | {name: had}
        life = draft.life(features=tuple(features.items()))
        for before, now in draft.turned(pairwise(moments_of(life))):
            changed = attrs.evolve(now, features={**now.features, name: not had})
            yield Spoilt(draft.fully([before, changed]), f"{name} changed to {not had}: {life}")


def rewrite(draft: Draft) -> Iterator[Spoilt]:
    """Tell two pasts of one job: from some stay on, all happens later."""
    life = draft.life()
    stays = life.stays
    later = timedelta(seconds=draft.choose((61.0, 600.5)))
    for place in draft.turned(range(1, len(stays))):
        moved = [attrs.evolve(stay, start=stay.start + later) for stay in stays[place:]]
        pasts = [
            attrs.evolve(life, stays=(*stays[:place], *after), beside={})
            for after in (stays[place:], moved)
        ]
        told = [past.moment(past.stays[place].start) for past in pasts]
        yield Spoilt(
            draft.fully([*told, *draft.some(moments_of(pasts[-1])[place + 1 :])]),
            f"the time of {stays[place].state} moved by {later.total_seconds():g} s: {life}",
        )


def go_back(draft: Draft) -> Iterator[Spoilt]:
    """Give an answer again that was given before a newer one."""
    life = draft.life()
    for older, newer in draft.turned(combinations(moments_of(life), 2)):
        yield Spoilt(draft.told([older, newer, older]), f"the last answer is an old one: {life}")


def combine(draft: Draft, exclusion: Exclusion) -> Iterator[Spoilt]:
    """Show features together that exclude each other."""
    life = draft.life(features=((draft.choose(exclusion.features), True),))
    together = dict.fromkeys(exclusion.features, True)
    for moment in draft.turned(moments_of(life)):
        now = attrs.evolve(moment, features={**moment.features, **together})
        yield Spoilt(draft.fully([now]), f"it shows {' and '.join(together)}: {life}")
