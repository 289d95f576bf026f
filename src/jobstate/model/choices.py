"""Choices between needs, of which one is enough, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.model.states import need_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.states import Needs


def simplest(choices: Iterable[Needs]) -> tuple[Needs, ...]:
    """Return the same choice between needs in fewer words: ``spot`` or ``not spot`` is nothing."""
    every = dict.fromkeys(map(frozenset, choices))
    for one in every:
        for name, wanted in sorted(one):
            rest, other_way = one - {(name, wanted)}, {(name, not wanted)}
            if any(each >= other_way and each - other_way <= rest for each in every):
                return simplest(tuple(rest if each is one else each) for each in every)
    few = (one for one in every if not any(each < one for each in every))
    return tuple(tuple(sorted(one)) for one in few)


def choice_text(choices: Iterable[Needs]) -> tuple[str, ...]:
    """Return what a choice between needs asks for, in words: ``spot or retry``, ``stop``."""
    few = simplest(choices)
    common = [need for need in few[0] if all(need in needs for needs in few)]
    own = [[need_text(need) for need in needs if need not in common] for needs in few]
    either = " or ".join(map(" and ".join, own))
    return (*filter(None, [either]), *map(need_text, common))
