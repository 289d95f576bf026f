"""The tests of rules that look at one observation, compiled for a life cycle."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Final, cast

from attrs import define

from jobstate.common.times import clock, is_before
from jobstate.errors import shortened
from jobstate.model.child_rules import OVER_CHILDREN
from jobstate.model.hidden_states import excluded
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.model.specification import (
    Finding,
    OverFields,
    OverHistory,
    Rule,
    RuleFunction,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobstate.automaton.automaton import Automaton, RegionView
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation
    from jobstate.model.rule_tests import Where
    from jobstate.model.specification import Specification
    from jobstate.model.states import Exclusion, State


#: Of how many sets of fields a plan is kept for answers that show the same.
MOST_PLANS = 256

#: What is said of rules that are data; the page's judge fills the same in.
SENTENCES: Final = {
    "unmet": "{asked} while {shown}",
    "is_set": "{field} is set ({value})",
    "is_so": "the {region} is {shown}",
    "missing": "{field} is not set while the {region} is {shown}",
    "no_value": "no value",
    "a_value": "a value",
    "unequal": "{fields} add up to {found}, but {others} to {wanted}",
    "less": "{field} ({value}) is less than {other} ({bound})",
    "or_more": "{bound} or more",
    "excluded": "the job shows {together}, which exclude each other",
    "lacking": "no {feature}",
}


#: The tests that are data.
_DATA: Final = (Requires, ExactlyWhen, InOrder, Sums, Grows, Fixed)


@define(eq=False)
class _Plan:
    """What there is to look at in answers that show the same statuses and have the same fields."""

    unmet: list[tuple[Rule, Requires]]
    orders: list[tuple[Rule, list[str]]]
    functions: list[tuple[Rule, RuleFunction]]
    over_histories: list[tuple[Rule, RuleFunction]]
    excluded: bool


class Ruleset:
    """The rules of a life cycle that look at one observation at a time."""

    def __init__(self, lifecycle: Lifecycle, automata: Mapping[str, Automaton]) -> None:
        self._lifecycle = lifecycle
        self._automata = automata
        self._place = {rule.id: place for place, rule in enumerate(lifecycle.rules)}
        tests = [
            (rule, test)
            for rule in lifecycle.rules
            for test in rule.tests
            if not isinstance(test, OVER_CHILDREN)
        ]
        #: Field, or region, that asks for something → what is asked. Most answers have few.
        self._by_field: dict[str, list[tuple[Rule, Requires]]] = {}
        self._by_region: dict[str, list[tuple[Rule, Requires, Where]]] = {}
        self._exact = [(rule, test) for rule, test in tests if isinstance(test, ExactlyWhen)]
        for rule, exact in self._exact:
            only = Requires(field=exact.field, then=exact.when)
            self._by_field.setdefault(exact.field, []).append((rule, only))
        for rule, test in tests:
            if isinstance(test, Requires):
                if test.field is not None:
                    self._by_field.setdefault(test.field, []).append((rule, test))
                if test.when is not None:
                    where = test.when
                    self._by_region.setdefault(where.region, []).append((rule, test, where))
        self._orders = [(rule, test) for rule, test in tests if isinstance(test, InOrder)]
        self._sums = [(rule, test) for rule, test in tests if isinstance(test, Sums)]
        self._over_histories = [
            (rule, test) for rule, test in tests if isinstance(test, OverHistory)
        ]
        self._functions = [
            (rule, test)
            for rule, test in tests
            if not isinstance(test, (*_DATA, OverHistory, OverFields))
        ]
        self._over_fields = [(rule, test) for rule, test in tests if isinstance(test, OverFields)]
        rules = {rule.id: rule for rule in lifecycle.rules}
        self._exclusions = [
            (rules[each.rule], each) for each in lifecycle.exclusions if each.rule in rules
        ]

    def findings(self, observation: Observation, view: AnswerView) -> list[tuple[Rule, Finding]]:
        """Return what each rule finds, in the order of the rules."""
        fields = observation.fields
        names = tuple(fields)
        key = (observation.possible, *names) if self._exact else names
        plan = view.plans.get(key) or self._new_plan(key, names, observation, view)
        found: list[tuple[Rule, Finding]] = []
        for rule, test in plan.unmet:
            found.append((rule, self._unmet(test, observation)))
        for rule, ordered in plan.orders:
            if not _looks_in_order(ordered, fields):
                found += [(rule, finding) for finding in _in_order(ordered, observation)]
        functions = plan.functions
        if observation.entries:
            functions = functions + plan.over_histories
        for rule, function in functions:
            for finding in function(self._lifecycle, observation):
                found.append((rule, finding))
        if plan.excluded:
            found += self._excluded(observation)
        if len(found) > 1:
            found.sort(key=lambda pair: self._place[pair[0].id])
        return found

    def _new_plan(
        self,
        key: tuple[object, ...],
        names: tuple[str, ...],
        observation: Observation,
        view: AnswerView,
    ) -> _Plan:
        """Work out what is left to look at in answers with such a view and such fields."""
        there = set(names)
        plan = _Plan(
            unmet=list(self._unmet_by(names, view.region_views)),
            orders=[
                (rule, ordered)
                for rule, order in self._orders
                if len(ordered := [name for name in order.fields if name in there]) > 1
            ],
            functions=[
                *self._missing(observation.possible - there, view.region_views),
                *(
                    (rule, partial(_unequal, sums))
                    for rule, sums in self._sums
                    if there.issuperset((*sums.fields, *sums.others))
                ),
                *self._functions,
                *(
                    (rule, test.function)
                    for rule, test in self._over_fields
                    if there.issuperset(test.fields)
                ),
            ],
            over_histories=[
                (rule, test.function)
                for rule, test in self._over_histories
                if there.issuperset(test.fields)
            ],
            excluded=bool(excluded(self._lifecycle, view.features)),
        )
        if len(view.plans) >= MOST_PLANS:
            view.plans.clear()
        view.plans[key] = plan
        return plan

    def _unmet_by(
        self, names: Iterable[str], region_views: Mapping[str, RegionView]
    ) -> Iterator[tuple[Rule, Requires]]:
        """Yield what is asked for and can't be.

        What is not shown is not judged, and an unknown status could be anything.
        """
        for name in names:
            for rule, test in self._by_field.get(name, ()):
                region_view = region_views.get(test.then.region)
                if region_view is not None and not self._holds_for_any(test.then, region_view):
                    yield rule, test
        for region, asking in region_views.items():
            for rule, test, when in self._by_region.get(region, ()):
                region_view = region_views.get(test.then.region)
                if region_view is None or self._holds_for_any(test.then, region_view):
                    continue
                if self._holds_for_all(when, asking):
                    yield rule, test

    def _holds_for_all(self, where: Where, region_view: RegionView) -> bool:
        states = self._automata[where.region].states_of(region_view.real)
        return bool(states) and all(where.holds(state) for state in states)

    def _holds_for_any(self, where: Where, region_view: RegionView) -> bool:
        states = self._automata[where.region].states_of(region_view.real)
        return not states or any(where.holds(state) for state in states)

    def _unmet(self, test: Requires, observation: Observation) -> Finding:
        (asked, at), shown_now = _asked(test, observation), _so(test.then.region, observation)
        return Finding(
            message=SENTENCES["unmet"].format(asked=asked, shown=shown_now),
            path=test.field or self._automata[test.then.region].region.field,
            seen=str(observation.shown[test.then.region]),
            allowed=tuple(state.name for state in self._states(test.then)),
            at=at,
        )

    def _missing(
        self, names: frozenset[str], region_views: Mapping[str, RegionView]
    ) -> Iterator[tuple[Rule, RuleFunction]]:
        """Yield what says that a field is missing, of those that could be there."""
        for rule, exact in self._exact:
            region_view = region_views.get(exact.when.region)
            if exact.field not in names or region_view is None:
                continue
            if self._holds_for_all(exact.when, region_view):
                yield rule, partial(_missing, exact)

    def _states(self, where: Where) -> list[State]:
        region = self._automata[where.region].region
        return [state for state in region.states if where.holds(state)]

    def _excluded(self, observation: Observation) -> Iterator[tuple[Rule, Finding]]:
        for rule, exclusion in self._exclusions:
            if all(observation.features.get(name) for name in exclusion.features):
                message, together, allowed = exclusion_text(exclusion)
                yield rule, Finding(message, "features", together, allowed, observation.modified)


def exclusion_text(exclusion: Exclusion) -> tuple[str, str, tuple[str, ...]]:
    """Return what is said of a job with features that exclude each other, seen, and allowed."""
    names = [_words(name) for name in exclusion.features]
    together = " and ".join(names)
    allowed = tuple(SENTENCES["lacking"].format(feature=name) for name in names)
    return SENTENCES["excluded"].format(together=together), together, allowed


def _asked(test: Requires, observation: Observation) -> tuple[str, datetime | None]:
    """Return what asks for a state, and since when."""
    if test.when is not None:
        return _so(test.when.region, observation), observation.modified
    value = observation.fields[str(test.field)]
    asked = SENTENCES["is_set"].format(field=test.field, value=value_text(value))
    return asked, value if isinstance(value, datetime) else observation.modified


def _so(region: str, observation: Observation) -> str:
    return SENTENCES["is_so"].format(region=_words(region), shown=observation.shown[region])


def _looks_in_order(names: list[str], fields: Mapping[str, object]) -> bool:
    """Tell quickly that nothing is out of order, to the last digit."""
    low: object = None
    for name in names:
        high = fields[name]
        if low is not None:
            if type(low) is datetime and type(high) is datetime:
                if high < low:
                    return False
            elif not _is_at_most(low, high):
                return False
        low = high
    return True


def _in_order(names: list[str], observation: Observation) -> Iterator[Finding]:
    fields = observation.fields
    there = [(name, fields[name]) for name in names]
    # At different precisions "not before" is not transitive, so every pair is compared.
    for (other, low), (field, high) in combinations(there, 2):
        if is_certainly_less(high, low):
            value, bound = value_text(high), value_text(low)
            message = SENTENCES["less"].format(field=field, value=value, other=other, bound=bound)
            allowed = (SENTENCES["or_more"].format(bound=bound),)
            at = high if isinstance(high, datetime) else observation.modified
            yield Finding(message, field, value, allowed, at)


def _missing(exact: ExactlyWhen, _: Specification, observation: Observation) -> Iterator[Finding]:
    region = exact.when.region
    said = {"field": exact.field, "region": _words(region), "shown": observation.shown[region]}
    yield Finding(
        message=SENTENCES["missing"].format(**said),
        path=exact.field,
        seen=SENTENCES["no_value"],
        allowed=(SENTENCES["a_value"],),
        at=observation.modified,
    )


def _unequal(sums: Sums, _: Specification, observation: Observation) -> Iterator[Finding]:
    """Yield that two sides differ; what is no number adds up to nothing."""
    sides = [
        [cast("float", observation.fields[name]) for name in names]
        for names in (sums.fields, sums.others)
    ]
    if not all(isinstance(value, (int, float)) for side in sides for value in side):
        return
    found, wanted = map(sum, sides)
    if found != wanted:
        message = SENTENCES["unequal"].format(
            fields=" + ".join(sums.fields),
            found=found,
            others=" + ".join(sums.others),
            wanted=wanted,
        )
        yield Finding(message, sum_path(sums), str(found), (str(wanted),), observation.modified)


def sum_path(sums: Sums) -> str:
    """Return where what does not add up stands: the part that the first field is in."""
    return sums.fields[0].rpartition(".")[0] or sums.fields[0]


def _is_at_most(one: object, other: object) -> bool:
    """Return whether two values are numbers and in order."""
    numbers = (int, float)
    return isinstance(one, numbers) and isinstance(other, numbers) and one <= other


def is_certainly_less(one: object, other: object) -> bool:
    """Compare values of a kind, times at the coarser precision; others are nobody's order."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return is_before(one, other)
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one < other
    return False


def value_text(value: object) -> str:
    """Return a value as messages show it: a time as people read it, others as JSON has them."""
    return clock(value) if isinstance(value, datetime) else shortened(json.dumps(value))


def _words(name: str) -> str:
    return name.replace("_", " ")
