"""The answers kept of a job as plain data, and back: what they say, and apart from it their times.

What they say, a fleet shares: it is put into words once, and read once.
"""

from __future__ import annotations

from functools import partial
from operator import lt
from struct import error as struct_error
from typing import TYPE_CHECKING, Any, Final

from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS
from jobstate.conformance.kept_answers import (
    AnswerPattern,
    KeptAnswer,
    Origin,
    numbers_of,
    pattern_of,
    times_of,
)
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.errors import shown
from jobstate.tracking import plain_data as plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.tracking.estimate_sets import EstimateSets

#: How many patterns are remembered as JSON.
_REMEMBERED: Final = 1 << 14


class AnswersCodec:
    """Writes the answers kept of the jobs of one kind, and reads them."""

    def __init__(self, judge: Judge, sets: EstimateSets) -> None:
        """Begin with nothing written.

        Args:
            judge: Who judges the jobs.
            sets: What is known of jobs, by number.
        """
        self._judge = judge
        self._sets = sets
        #: By identity, of which there is one for equal patterns: the pattern, which must stay, and
        #: what is written of it, as JSON.
        self._lines: dict[int, tuple[AnswerPattern, str]] = {}

    # --- Writing --------------------------------------------------------------------------------

    def patterns(self, state: JobState) -> object:
        """Return what the answers kept say, by region; None of none."""
        return {each.region: self._in_numbers(each) for each in state.patterns} or None

    def line(self, state: JobState) -> str | None:
        """Return the same as JSON."""
        lines = list(map(self._line, state.patterns))
        return f"{{{', '.join(lines)}}}" if lines else None

    def _line(self, pattern: AnswerPattern) -> str:
        found = self._lines.get(id(pattern))
        if found is None:
            if len(self._lines) >= _REMEMBERED:
                self._lines.clear()
            line = plain.line({pattern.region: self._in_numbers(pattern)})[1:-1]
            found = self._lines[id(pattern)] = (pattern, line)
        return found[1]

    def _in_numbers(self, pattern: AnswerPattern) -> list[object]:
        def number(mask: int) -> int | None:
            known = pattern.automaton.estimate(mask)
            return self._sets.number(self._judge, known) if mask else None

        origin = pattern.origin and [number(pattern.origin.mask), *pattern.origin[1:]]
        return [
            number(pattern.possible),
            pattern.judged,
            origin,
            list(map(number, pattern.masks)),
            list(map(list, pattern.counts)),
            pattern.is_chain,
        ]

    @staticmethod
    def times(state: JobState) -> str | None:
        """Return when the answers kept were given, in words; see `times_of`."""
        return " ".join(map(str, numbers_of(state.patterns, state.times))) or None

    # --- Reading --------------------------------------------------------------------------------

    def patterns_of(self, data: object) -> tuple[AnswerPattern, ...]:
        """Return what the answers kept say.

        Raises:
            DamagedError: It can't be read.
        """
        if data is None:
            return ()
        regions = plain.mapping(plain.nested(data))
        reads = (
            (shown(name), partial(self._pattern, name), each) for name, each in regions.items()
        )
        return tuple(plain.read_all("[{}]", reads))

    def _pattern(self, region: str, data: object) -> AnswerPattern:
        if region not in self._judge.automata:
            raise plain.damaged(" or ".join(sorted(self._judge.automata)), region)
        mask = partial(self._mask, region)
        origin = partial(plain.row_of, (mask, plain.small_count, plain.small_count))
        readers: tuple[Callable[[Any], Any], ...] = (
            lambda number: 0 if number is None else mask(number),
            plain.count,
            lambda row: None if row is None else Origin(*origin(row)),
            partial(plain.each_of, mask),
            partial(plain.each_of, partial(plain.row_of, (plain.small_count, plain.small_count))),
            plain.truth,
        )
        possible, judged, begun, masks, counts, is_chain = plain.row_of(readers, data)
        most = MOST_ANSWERS if possible else MOST_SAMPLES
        if len(masks) > most:
            raise plain.damaged(f"at most {most} answers", masks, "[3]")
        if len(counts) != (len(masks) if possible else 0):  # those in the order given have none
            raise plain.damaged("how many entries there were at each answer", counts, "[4]")
        if is_chain and len(counts) != len(masks):
            raise plain.damaged(
                "false, where nothing tells when answers were given", is_chain, "[5]"
            )
        pairs = tuple(map(tuple, counts))
        automaton = self._judge.automata[region]
        return pattern_of(automaton, tuple(masks), pairs, possible, judged, begun, is_chain)

    def _mask(self, region: str, number: object) -> int:
        found = self._sets.estimates(self._judge.lifecycle.name, number).get(region)
        if found is None:
            raise plain.damaged(f"something known of {shown(region)}", number)
        return found.mask

    def times_of(self, patterns: Sequence[AnswerPattern], text: object) -> bytes:
        """Return the times of answers, packed.

        Args:
            patterns: What the answers say.
            text: Their times: of each region its latest and since when it is judged, then of each
                answer the earliest and the latest that it may be of, and what tells it from others.

        Raises:
            DamagedError: It can't be read, or fits no such answers.
        """
        if text is None and not patterns:
            return b""
        try:
            numbers = list(map(int, str(text).split()))
            times = times_of(patterns, numbers)
        except (ValueError, struct_error):
            raise plain.damaged("the times of as many answers", text, ".times") from None
        place = 0
        for pattern in patterns:
            after = place + 2 + 3 * len(pattern.counts)
            if pattern.counts:
                self._require_order(pattern, numbers[place:after], text)
            place = after
        return times

    def _require_order(self, pattern: AnswerPattern, numbers: Sequence[int], text: object) -> None:
        """Refuse times that are not as what answers say has them."""
        begins, ends = numbers[2::3], numbers[3::3]
        expected = None
        if numbers[0] < max(ends):
            expected = "first of each region the latest of its times"
        elif len(ends) > 1 and pattern.is_chain and not all(map(lt, ends, begins[1:])):
            expected = "each answer after all before"
        elif len(ends) > MOST_ABREAST and self._are_too_many(pattern, begins, ends):
            expected = f"at most {MOST_ABREAST} answers whose order nothing tells"
        if expected is not None:
            raise plain.damaged(expected, text, ".times")

    def _are_too_many(
        self, pattern: AnswerPattern, begins: Sequence[int], ends: Sequence[int]
    ) -> bool:
        each_one = zip(pattern.masks, begins, ends, pattern.counts, strict=True)
        kept = [KeptAnswer(mask, begin, end, *counts) for mask, begin, end, counts in each_one]
        return self._judge.orders[pattern.region].bounds.too_many(kept) is not None
