"""`EstimateSets`: what is known of jobs, each set once under a number, for a fleet shares a few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.errors import shown
from jobstate.tracking import plain_data as plain
from jobstate.tracking.estimate_codec import estimates_of, in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobstate.automaton.automaton import StateEstimate
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates

#: How many sets are looked up without a word.
_REMEMBERED: Final = 1 << 14

#: What a column of estimates holds.
A_SET: Final = "the number of something that is known"


class EstimateSets:
    """What is known of jobs of some kinds: by number here, in words where it is kept."""

    def __init__(self, judges: Mapping[str, Judge]) -> None:
        """Begin with nothing written or read.

        Args:
            judges: Kind → who judges its jobs.
        """
        self._judges = judges
        #: The words of the sets that were written or read, and their numbers.
        self._numbers: dict[str, int] = {}
        self._next = 0
        #: By identity, of which there is one for equal sets: the set, which must stay, its number.
        self._of_sets: dict[int, tuple[object, int]] = {}
        #: Sets that are not written yet: number → words.
        self._fresh: dict[int, str] = {}
        #: Number → kind and what was read; None where that can't be.
        self._sets: dict[int, tuple[str, Estimates] | None] = {}

    # --- Writing --------------------------------------------------------------------------------

    def fresh(self) -> list[tuple[int, str]]:
        """Return the sets that are not written yet, each with its number, in words as JSON."""
        return list(self._fresh.items())

    def keep(self, sets: Iterable[tuple[int, str]]) -> None:
        """Take note that some sets are written."""
        for number, _ in sets:
            self._fresh.pop(number, None)

    def number(self, judge: Judge, estimates: Estimates | StateEstimate) -> int:
        """Return the number of what a judge knows of regions, or of one."""
        key = id(estimates)
        found = self._of_sets.get(key)
        if found is None:
            if len(self._of_sets) >= _REMEMBERED:
                self._of_sets.clear()
            number = self._numbered(plain.line(in_words(judge, estimates)))
            found = self._of_sets[key] = (estimates, number)
        return found[1]

    def _numbered(self, words: str) -> int:
        found = self._numbers.get(words)
        if found is None:
            # In an order in which an interrupt does no harm: no number is ever given twice.
            found = self._next
            self._next = found + 1
            self._fresh[found] = words
            self._numbers[words] = found
        return found

    # --- Reading --------------------------------------------------------------------------------

    def read(self, number: int, words: object) -> None:
        """Read what is known, of its words or their JSON; that is not written again.

        Raises:
            DamagedError: They can't be read; jobs that refer to them are no further problem.
        """
        self._sets[number] = None
        self._next = max(self._next, number + 1)
        if isinstance(words, str):
            self._numbers[words] = number
        data = plain.mapping(plain.nested(words))
        kind = plain.read_at(".kind", plain.required_text, data.get("kind"))
        if kind in self._judges:
            self._sets[number] = kind, estimates_of(self._judges[kind], data)
        else:  # its jobs have gone, or are none of ours
            del self._sets[number]

    def estimates(self, kind: str, number: object) -> Estimates:
        """Return what a number says is known of a job of some kind.

        Raises:
            DamagedError: It says nothing, or something of another kind.
        """
        if type(number) is not int or number not in self._sets:
            raise plain.damaged(A_SET, number)
        found = self._sets[number]
        if found is None:
            raise plain.DamagedError
        if found[0] != kind:
            raise plain.damaged(f"something known of a job of kind {shown(kind)}", number)
        return found[1]
