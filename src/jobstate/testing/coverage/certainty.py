"""What a job has certainly done: states, edges and pairs of edges that every legal run has.

What was seen is a row of sets of hidden states and of passages between them; something is certain
if no run leads along the row without it.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.automaton.runs import Passage, after, certain, narrowed
from jobstate.common.times import is_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.automaton.automaton import Automaton
    from jobstate.automaton.runs import Item
    from jobstate.model.observation import Observation

#: How many passages are looked at together. An answer stands between two entries of a history, so
#: two edges in a row lie three passages apart at most.
_WINDOW: Final = 3


#: What was seen, and what may lie before it. An empty set stands for what can't be explained.
Row: TypeAlias = "list[tuple[Passage, int]]"


def of_stays(
    automaton: Automaton, states: Sequence[str], features: Mapping[str, bool]
) -> set[Item]:
    """Return what is certain of a job of which every stay in a state is known."""
    fitting = automaton.view(None, None, features).features
    row = [(Passage.ONE, automaton.of_state.get(name, 0) & fitting) for name in states]
    row[0] = (Passage.NOTHING, row[0][1])
    return _along(automaton, row)


def of_answers(automaton: Automaton, answers: Iterable[Observation]) -> set[Item]:
    """Return what is certain of a job that gave some answers, in order; stale ones are skipped."""
    reading = _Reading(automaton)
    for answer in answers:
        reading.add(answer)
    return _along(automaton, reading.row())


class _Reading:
    """Answers about one job, made into a row."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._row: Row = []
        self._told: list[str] = []
        #: What answers without a history have shown since the last history.
        self._thin: list[int] = []
        self._modified: datetime | None = None

    def add(self, answer: Observation) -> None:
        modified = answer.modified
        if modified is not None:
            if self._modified is not None and is_before(modified, self._modified):
                return
            self._modified = modified
        shown = answer.shown.get(self._automaton.region.name)
        seen = None
        if shown is not None:
            region_view = self._automaton.view(shown.primary, shown.secondary, answer.features)
            seen = 0 if region_view.unknown or region_view.illegal_pair else region_view.mask
        statuses = [entry.status for entry in answer.entries]
        if self._automaton.region.history and statuses:
            self._read(statuses, seen)
        elif seen is not None:
            self._thin.append(seen)

    def _read(self, statuses: list[str], seen: int | None) -> None:
        told = self._told
        if len(statuses) < len(told) and told[: len(statuses)] == statuses:
            return  # an older answer
        if statuses == told:
            self._row += [(Passage.SILENT, mask) for mask in self._thin]
        elif statuses[: len(told)] != told:
            self._row = [*self.row(), (Passage.NOTHING, 0)]  # rewritten: read it anew
            told = []
        # Otherwise nobody knows between which entries the thin answers were given.
        self._thin = []
        for position, status in enumerate(statuses[len(told) :], start=len(told)):
            passage = Passage.ENTRY if position else Passage.NOTHING
            self._row.append((passage, self._automaton.of_visible.get(status, 0)))
        if seen is not None:
            self._row.append((Passage.SILENT, seen))
        self._told = statuses

    def row(self) -> Row:
        return [*self._row, *((Passage.ANY, mask) for mask in self._thin)]


# --- Along a row --------------------------------------------------------------------------------


def _along(automaton: Automaton, row: Row) -> set[Item]:
    """Return what is certain along a row; where it can't be explained, it is begun anew."""
    found: set[Item] = set()
    stretch: Row = [(Passage.NOTHING, automaton.start.mask)]
    shown = None
    for passage, mask in row:
        if passage in {Passage.SILENT, Passage.ANY} and mask == shown:
            continue  # the same again: it may be the same moment
        shown = mask
        reached = after(automaton, passage, stretch[-1][1]) & mask
        if reached:
            stretch.append((passage, reached))
        else:
            found |= _in_stretch(automaton, stretch)
            stretch = [(Passage.NOTHING, mask)] * (2 if mask else 1)
    return found | _in_stretch(automaton, stretch)


def _in_stretch(automaton: Automaton, stretch: Row) -> set[Item]:
    """Return what is certain along a stretch that some run explains."""
    passages = [passage for passage, _ in stretch]
    masks = narrowed(automaton, passages, [mask for _, mask in stretch])
    steps = list(zip(passages, masks, strict=True))
    found: set[Item] = set()
    for at, start in enumerate(masks[:-1], start=1):
        # Between thin answers runs are many and pairs hardly ever certain: one passage at a time.
        near = tuple(takewhile(lambda step: step[0] is not Passage.ANY, steps[at : at + _WINDOW]))
        found |= certain(automaton, start, near or (steps[at],), pairs=True)
    return found
