"""Rules between two answers: of some fields the value never falls, of others it never changes.

That a value fell is only said where one answer is certainly older: by its time of modification, or
because answers are taken in the order given. Where no answer of a kind says when it was modified,
those of before the end are older than those of after it. That a value changed needs no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from jobstate.common.times import same_time
from jobstate.conformance.kept_answers import EVER, NEVER, interval
from jobstate.conformance.rules import is_certainly_less, value_text
from jobstate.model.rule_tests import Fixed, Grows
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation
    from jobstate.model.specification import Rule
    from jobstate.model.states import Region

#: How many values are kept of a field that grows. Forgetting the oldest proves less, never
#: something false.
MOST_VALUES: Final = 8
#: How long a text may be that is kept; longer ones are not compared.
LONGEST_VALUE: Final = 1_024
#: Numbers are kept below it, as are finite ones only.
_LARGEST: Final = 1 << 63

#: By when a record had come to what it had before the job's end, and not gone beyond what it has
#: since, where that is all that is known: after every time that a service can print.
_BEFORE_THE_END, _SINCE_THE_END = EVER - 2, EVER - 1

#: What is said of values that disagree; the page's judge fills the same in.
SENTENCES: Final = {
    "fell": "{field} is {now}, but an earlier answer had {then}",
    "had_more": "{field} is {now}, but a later answer had {then}",
    "changed": "{field} is {now}, but another answer had {then}",
    "never_less": "{then} or more",
    "never_more": "{then} or less",
}


class KeptValue(NamedTuple):
    """A value that a field had, and when: in microseconds since 1970.

    Attributes:
        value: The value: a number, a time or a text.
        reached: The record certainly had come to it by then; `EVER` where that is not known.
        held: The record certainly had not gone beyond it before then; `NEVER` likewise.
    """

    value: datetime | float | str
    reached: int = EVER
    held: int = NEVER


#: Field → what is kept of it.
KeptValues: TypeAlias = Mapping[str, tuple[KeptValue, ...]]
#: One for all jobs of which nothing is kept. No mapping proxy, which could not be pickled.
NO_VALUES: Final[KeptValues] = {}


class _Against(NamedTuple):
    """What a value contradicts, and the sentences for that and for what would be right."""

    kept: KeptValue
    sentence: str
    bound: str = ""


#: What a value contradicts, and what is kept then.
_Compared: TypeAlias = tuple[_Against | None, tuple[KeptValue, ...]]
_Compare: TypeAlias = Callable[[tuple[KeptValue, ...], KeptValue, bool], _Compared]


class BetweenAnswers:
    """The rules of a life cycle that look at two answers."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._tests: list[tuple[Rule, str, _Compare]] = [
            (rule, name, _grown if isinstance(test, Grows) else _unchanged)
            for rule in lifecycle.rules
            for test in rule.tests
            if isinstance(test, (Grows, Fixed))
            for name in test.fields
        ]
        self._region = lifecycle.main_region.name
        schema = lifecycle.schema
        #: Primary status → whether it is an end for good; nothing where times tell the order.
        self._ends = _ends(lifecycle.main_region) if schema and not schema.modified else {}

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._tests)

    def compare(
        self, before: KeptValues, observation: Observation, *, in_order: bool
    ) -> tuple[list[tuple[Rule, Finding]], KeptValues]:
        """Return what the rules find, in their order, and what is kept after an answer.

        Args:
            before: What is kept of the answers before.
            observation: What one more says.
            in_order: It comes after all of them.
        """
        begin, end = self._interval(observation)
        found: list[tuple[Rule, Finding]] = []
        after = before
        for rule, name, compare in self._tests:
            value = comparable(observation.fields.get(name))
            if value is None:
                continue
            known = before.get(name, ())
            against, kept = compare(known, KeptValue(value, end, begin), in_order)
            if against is not None:
                found.append((rule, _finding(name, observation, against)))
            if kept is not known:
                after = {**after, name: kept}
        return found, after

    def _interval(self, observation: Observation) -> tuple[int, int]:
        begin, end = interval(observation.modified, observation.modified_not_before)
        shown = observation.shown.get(self._region)
        ended = None if shown is None else self._ends.get(shown.primary)
        if ended is None:
            return begin, end
        return (_SINCE_THE_END, EVER) if ended else (begin, min(end, _BEFORE_THE_END))


def _ends(region: Region) -> Mapping[str, bool]:
    """Return the primary statuses of which it is certain whether jobs have ended for good."""
    found: dict[str, set[tuple[bool, bool]]] = {}
    for state in region.states:
        found.setdefault(state.primary, set()).add((state.final, state.reopens))
    certain = {(True, False): True, (False, False): False}
    return {
        primary: certain[how]
        for primary, (how, *others) in found.items()
        if not others and how in certain
    }


def comparable(value: object) -> datetime | float | str | None:
    """Return a value that can be kept; None of any other."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_VALUE else None
    if isinstance(value, (int, float)):
        return value if -_LARGEST <= value < _LARGEST else None
    return value if isinstance(value, datetime) else None


def _grown(known: tuple[KeptValue, ...], new: KeptValue, in_order: bool) -> _Compared:  # noqa: FBT001
    value, same, fallen, over = new.value, None, None, None
    for each in known:
        if each.value == value:
            same = each
        elif (in_order or each.reached < new.held) and _is_less(value, each.value):
            fallen = each
        elif new.reached < each.held and _is_less(each.value, value):
            over = each
    against = None if fallen is None else _Against(fallen, "fell", "never_less")
    if in_order:
        return against, known if same and len(known) == 1 else (new,)
    # Of two that contradict each other the one is real that is certainly newer.
    if over is not None:
        return _Against(over, "had_more", "never_more"), known
    return against, _with(known if fallen is None else _not_above(known, new), same, new)


def _is_less(one: object, other: object) -> bool:
    if type(one) is int and type(other) is int:  # as nearly always
        return one < other
    return is_certainly_less(one, other)


def _not_above(known: tuple[KeptValue, ...], new: KeptValue) -> tuple[KeptValue, ...]:
    """Return what is kept but for what was certainly before and more."""
    return tuple(
        [
            each
            for each in known
            if not (each.reached < new.held and _is_less(new.value, each.value))
        ]
    )


def _with(
    known: tuple[KeptValue, ...], same: KeptValue | None, new: KeptValue
) -> tuple[KeptValue, ...]:
    """Return what is kept, the oldest first, with one more value."""
    if same is not None:
        if same.reached <= new.reached and new.held <= same.held:
            return known
        new = KeptValue(new.value, min(same.reached, new.reached), max(same.held, new.held))
        known = tuple([each for each in known if each is not same])
    elif new.reached == EVER and new.held == NEVER:
        return known
    kept = sorted([*known, new], key=lambda each: each.held)
    return tuple(kept[-MOST_VALUES:])


def _unchanged(known: tuple[KeptValue, ...], new: KeptValue, _: bool) -> _Compared:  # noqa: FBT001
    """Compare with the first value, and keep of a time the finest print: a print can only cut."""
    if not known:
        return None, (KeptValue(new.value),)
    was, now = known[0].value, new.value
    if was == now:
        return None, known
    if isinstance(was, datetime) and isinstance(now, datetime) and same_time(was, now):
        return None, (KeptValue(now),) if was < now else known
    return _Against(known[0], "changed"), known


def _finding(field: str, observation: Observation, against: _Against) -> Finding:
    value, sentence, bound = observation.fields[field], against.sentence, against.bound
    now, then = value_text(value), value_text(against.kept.value)
    return Finding(
        message=SENTENCES[sentence].format(field=field, now=now, then=then),
        path=field,
        seen=now,
        allowed=(SENTENCES[bound].format(then=then) if bound else then,),
        at=value if isinstance(value, datetime) else observation.modified,
    )
