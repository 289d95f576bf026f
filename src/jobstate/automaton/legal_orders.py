"""Where the legal orders of partly ordered answers end: those that some run explains.

For every set of answers that a legal order may begin with: the hidden states that runs can be in
after it, entry by entry of the history.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.automaton.history import LONGEST_REMEMBERED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.automaton.automaton import Automaton

#: More entries than any history has.
MANY: Final = (1 << 31) - 1

#: Where legal orders end: the index of the answer that is last → hidden states.
Ends: TypeAlias = "Mapping[int, int]"


def walk(
    automaton: Automaton,
    origin: tuple[int, int, int] | None,
    statuses: tuple[str, ...],
    answers: tuple[tuple[int, int, int], ...],
    older: tuple[int, ...],
) -> Ends:
    """Return where the legal orders of some answers end.

    It takes time for every set of answers that a legal order may begin with (one more than there
    are answers if each is certainly newer than the last, 256 for 8 that are all abreast) and every
    entry, where that leads to other hidden states than entries before did; few do.

    Args:
        automaton: The region's.
        origin: Where the job was before all answers, and the fewest and most entries that it had;
            None for a job that is created then.
        statuses: The longest history.
        answers: For each answer its mask, and the fewest and most entries that the job had then.
        older: For each answer the set of those that are certainly older, as a mask.
    """
    find = _ends if len(statuses) <= LONGEST_REMEMBERED else _ends.__wrapped__
    return find(automaton, origin, statuses, answers, older)


@lru_cache(maxsize=1 << 14)
def _ends(
    automaton: Automaton,
    origin: tuple[int, int, int] | None,
    statuses: tuple[str, ...],
    answers: tuple[tuple[int, int, int], ...],
    older: tuple[int, ...],
) -> Ends:
    return _Walk(automaton, answers, older).ends(origin, statuses)


#: What runs have come to that are alike so far: the set of answers given, and hidden states.
_Layers: TypeAlias = "tuple[tuple[int, int], ...]"


class _Walk:
    """Goes along a history, with all sets of answers that may have been given by then."""

    def __init__(
        self,
        automaton: Automaton,
        answers: Sequence[tuple[int, int, int]],
        older: Sequence[int],
    ) -> None:
        self._automaton = automaton
        self._answers = answers
        self._older = older
        self._whole = (1 << len(answers)) - 1
        self._found: dict[int, int] = {}
        #: Layers, status, … → the layers after it. One object for equal layers.
        self._steps: dict[object, _Layers] = {}
        self._layers: dict[_Layers, _Layers] = {}

    def ends(self, origin: tuple[int, int, int] | None, statuses: tuple[str, ...]) -> Ends:
        """Return where the legal orders end."""
        automaton = self._automaton
        start, fewest, most = origin or (automaton.start.mask, 1, 1)
        first = max(fewest, 1)
        exact = origin is not None and fewest == most
        # Only at these entries other answers fit than before, or are due; what was due is given.
        turns = {entry for _, *both in self._answers for entry in both}
        fit, due = self._fitting(first)
        layers: _Layers = ()
        after_unknown = False
        for entry, status in enumerate(statuses[first - 1 :], first):
            if entry in turns:
                fit, due = self._fitting(entry)
            begun = (start, exact) if entry <= most else None
            key = (id(layers), status, after_unknown, begun, fit, due)
            found = self._steps.get(key)
            if found is None:
                found = self._after(layers, status, begun, fit, due, after_unknown=after_unknown)
                found = self._steps[key] = self._layers.setdefault(found, found)
            layers = found
            after_unknown = not automaton.knows(status)
        last = dict(layers)
        if most == MANY or not statuses:
            last[0] = last.get(0, 0) | start
        fit = frozenset(index for index, each in enumerate(self._answers) if each[2] == MANY)
        self._explained(last, fit, automaton.successors.reach)
        return self._found

    def _fitting(self, entry: int) -> tuple[frozenset[int], int]:
        """Return the answers that may be given at an entry, and those due by its end, as a mask."""
        counts = [(index, low, high) for index, (_, low, high) in enumerate(self._answers)]
        fit = frozenset(index for index, low, high in counts if low <= entry <= high)
        return fit, mask_of(index for index, _, high in counts if high <= entry)

    def _after(  # noqa: PLR0913
        self,
        layers: _Layers,
        status: str,
        begun: tuple[int, bool] | None,
        fit: frozenset[int],
        due: int,
        *,
        after_unknown: bool,
    ) -> _Layers:
        """Return the layers while one more entry lasts.

        Args:
            layers: Those before.
            status: That of the entry.
            begun: Where runs may begin just then, and whether they had this entry already.
            fit: The answers that may be given then.
            due: Those that must be by its end, as a mask.
            after_unknown: Any status may follow the entry before.
        """
        automaton = self._automaton
        successors = automaton.successors
        unknown = not automaton.knows(status)  # it could be anything, and so could what follows
        shown = automaton.everything if unknown else automaton.of_visible.get(status, 0)
        moved = {
            given: shown if unknown or after_unknown else successors.loud(before) & shown
            for given, before in layers
        }
        if begun is not None:
            start, exact = begun
            here = start if exact else start & shown
            moved[0] = moved.get(0, 0) | (automaton.everything if unknown else here)
        moved = {given: mask for given, mask in moved.items() if mask}
        whole = self._explained(moved, fit, successors.silent)
        return tuple([each for each in whole.items() if not due & ~each[0]])

    def _explained(
        self, layers: Mapping[int, int], fit: Iterable[int], onwards: Callable[[int], int]
    ) -> dict[int, int]:
        """Return the layers when all answers have been given that may be.

        Adding an answer makes the number of its set larger, so the smallest is always whole.
        """
        givable = [(1 << index, self._answers[index][0], self._older[index]) for index in fit]
        whole: dict[int, int] = {}
        waiting = dict(layers)
        while waiting:
            given = min(waiting)
            mask = whole[given] = onwards(waiting.pop(given))
            for bit, shown, before in givable:
                if given & bit or before & ~given:
                    continue
                hit = mask & shown
                if hit:
                    more = given | bit
                    if more == self._whole:
                        last = bit.bit_length() - 1
                        self._found[last] = self._found.get(last, 0) | hit
                    waiting[more] = waiting.get(more, 0) | hit
        return whole


def mask_of(places: Iterable[int]) -> int:
    """Return a set of whole numbers as a mask."""
    return sum(1 << place for place in places)
