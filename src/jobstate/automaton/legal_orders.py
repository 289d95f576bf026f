"""Where the legal orders of partly ordered answers end: those that some run explains.

For every set of answers that a legal order may begin with: the hidden states that runs can be in
after it, entry by entry of the history.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.automaton.automaton import Automaton

#: More entries than any history has.
MANY: Final = (1 << 31) - 1

#: Where legal orders end: the index of the answer that is last → hidden states.
Ends: TypeAlias = "Mapping[int, int]"


@lru_cache(maxsize=1 << 14)
def walk(
    automaton: Automaton,
    origin: tuple[int, int, int] | None,
    statuses: tuple[str, ...],
    answers: tuple[tuple[int, int, int], ...],
    older: tuple[int, ...],
) -> Ends:
    """Return where the legal orders of some answers end.

    Linear in the number of entries and in the number of sets of answers that a legal order may
    begin with: one more than there are answers if each is certainly newer than the last, 256 for
    8 that are all abreast.

    Args:
        automaton: The region's.
        origin: Where the job was before all answers, and the fewest and most entries that it had;
            None for a job that is created then.
        statuses: The longest history.
        answers: For each answer its mask, and the fewest and most entries that the job had then.
        older: For each answer the set of those that are certainly older, as a mask.
    """
    successors, everything = automaton.successors, automaton.everything
    whole = (1 << len(answers)) - 1
    ends: dict[int, int] = {}
    start, fewest, most = origin or (automaton.start.mask, 1, 1)
    layers: dict[int, int] = {}
    after_unknown = False
    for entry in range(max(fewest, 1), len(statuses) + 1):
        status = statuses[entry - 1]
        unknown = not automaton.knows(status)  # it could be anything, and so could what follows
        shown = everything if unknown else automaton.of_visible.get(status, 0)
        moved = {
            begun: shown if unknown or after_unknown else successors.loud(before) & shown
            for begun, before in layers.items()
        }
        layers = {begun: mask for begun, mask in moved.items() if mask}
        if entry <= most:
            at_once = start & (start if origin and fewest == most else shown)
            layers[0] = layers.get(0, 0) | (everything if unknown else at_once)
        after_unknown = unknown
        layers = _explained(layers, answers, older, entry, successors.silent, whole, ends)
        due = mask_of(index for index, each in enumerate(answers) if each[2] <= entry)
        layers = {begun: before for begun, before in layers.items() if not due & ~begun}
    if most == MANY or not statuses:
        layers[0] = layers.get(0, 0) | start
    _explained(layers, answers, older, MANY, successors.reach, whole, ends)
    return ends


def _explained(  # noqa: PLR0913, PLR0917
    layers: Mapping[int, int],
    answers: Sequence[tuple[int, int, int]],
    older: Sequence[int],
    entry: int,
    onwards: Callable[[int], int],
    everything: int,
    ends: dict[int, int],
) -> dict[int, int]:
    """Return the layers when all answers have been given that may be, while an entry lasts.

    A layer is a set of answers and the hidden states of runs that have given just these. Adding an
    answer makes the number of its set larger, so the smallest is always whole.
    """
    fit = [
        (1 << index, each[0], older[index])
        for index, each in enumerate(answers)
        if each[1] <= entry <= each[2]
    ]
    whole: dict[int, int] = {}
    waiting = dict(layers)
    while waiting:
        begun = min(waiting)
        mask = whole[begun] = onwards(waiting.pop(begun))
        for bit, shown, before in fit:
            if begun & bit or before & ~begun:
                continue
            hit = mask & shown
            if hit:
                more = begun | bit
                if more == everything:
                    last = bit.bit_length() - 1
                    ends[last] = ends.get(last, 0) | hit
                waiting[more] = waiting.get(more, 0) | hit
    return whole


def mask_of(places: Iterable[int]) -> int:
    """Return a set of whole numbers as a mask."""
    return sum(1 << place for place in places)
