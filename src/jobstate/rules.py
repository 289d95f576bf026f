"""The tests of rules that look at one observation, compiled for a life cycle.

Pure: imports the specification's words, the automaton's sights and the comparison of times.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from jobstate.entries import clock
from jobstate.errors import shown
from jobstate.hidden import excluded
from jobstate.observation import is_before
from jobstate.specification import Finding, InOrder, Requires

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.automaton import Automaton, Sight
    from jobstate.lifecycle import Lifecycle
    from jobstate.observation import Observation
    from jobstate.specification import Rule, State, Where


class Ruleset:
    """The rules of a life cycle that look at one observation at a time."""

    def __init__(self, lifecycle: Lifecycle, automata: Mapping[str, Automaton]) -> None:
        self._lifecycle = lifecycle
        self._automata = automata
        self._tests = [(rule, test) for rule in lifecycle.rules for test in rule.tests]
        self._exclusions = [
            (rule, each)
            for each in lifecycle.exclusions
            for rule in lifecycle.rules
            if rule.id == each.rule
        ]
        # What a set of states holds for a sight never changes, so each is worked out once.
        self._all = lru_cache(4096)(self._holds_for_all)
        self._any = lru_cache(4096)(self._holds_for_any)

    def findings(
        self, observation: Observation, sights: Mapping[str, Sight]
    ) -> Iterator[tuple[Rule, Finding]]:
        """Yield what each rule finds, in the order of the rules."""
        for rule, test in self._tests:
            if isinstance(test, Requires):
                if self._is_broken(test, observation, sights):
                    yield rule, self._required(test, observation)
            elif isinstance(test, InOrder):
                for finding in _in_order(test, observation):
                    yield rule, finding
            else:
                for finding in test(self._lifecycle, observation):
                    yield rule, finding
        if len(observation.features) > 1 and excluded(self._lifecycle, observation.features):
            yield from self._excluded(observation)

    def _is_broken(
        self, test: Requires, observation: Observation, sights: Mapping[str, Sight]
    ) -> bool:
        """Tell whether a rule asks for something that no state shown can be.

        What is not shown is not judged, and an unknown status could be anything.
        """
        if test.field is not None:
            asks = test.field in observation.fields
        else:
            asking = sights.get(test.when.region) if test.when else None
            asks = asking is not None and self._all(test.when, asking)
        if not asks:
            return False
        sight = sights.get(test.then.region)
        return sight is not None and not self._any(test.then, sight)

    def _holds_for_all(self, where: Where, sight: Sight) -> bool:
        states = self._automata[where.region].states_of(sight.real)
        return bool(states) and all(where.holds(state) for state in states)

    def _holds_for_any(self, where: Where, sight: Sight) -> bool:
        states = self._automata[where.region].states_of(sight.real)
        return not states or any(where.holds(state) for state in states)

    def _required(self, test: Requires, observation: Observation) -> Finding:
        here = observation.shown[test.then.region]
        return Finding(
            message=f"{self._asked(test, observation)} while the {_words(test.then.region)} is"
            f" {here}",
            path=test.field or _words(test.then.region),
            seen=str(here),
            allowed=tuple(state.name for state in self._states(test.then)),
            at=_time_of(test, observation),
        )

    def _asked(self, test: Requires, observation: Observation) -> str:
        if test.field is not None:
            return f"{test.field} is set ({_value(observation.fields[test.field])})"
        region = test.when.region if test.when else ""
        return f"the {_words(region)} is {observation.shown[region]}"

    def _states(self, where: Where) -> list[State]:
        region = self._automata[where.region].region
        return [state for state in region.states if where.holds(state)]

    def _excluded(self, observation: Observation) -> Iterator[tuple[Rule, Finding]]:
        for rule, exclusion in self._exclusions:
            if all(observation.features.get(name) for name in exclusion.features):
                together = " and ".join(_words(name) for name in exclusion.features)
                yield (
                    rule,
                    Finding(
                        message=f"the job shows {together}, which exclude each other",
                        path="features",
                        seen=together,
                        allowed=tuple(f"no {_words(name)}" for name in exclusion.features),
                        at=observation.modified,
                    ),
                )


def _in_order(test: InOrder, observation: Observation) -> Iterator[Finding]:
    fields = observation.fields
    there = [(name, fields[name]) for name in test.fields if name in fields]
    for (low_name, low), (high_name, high) in combinations(there, 2):
        if _is_less(high, low):
            yield Finding(
                message=f"{high_name} ({_value(high)}) is less than {low_name} ({_value(low)})",
                path=high_name,
                seen=_value(high),
                allowed=(f"{_value(low)} or more",),
                at=high if isinstance(high, datetime) else observation.modified,
            )


def _is_less(one: object, other: object) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return is_before(one, other)
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one < other
    return False


def _value(value: object) -> str:
    return clock(value) if isinstance(value, datetime) else shown(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _time_of(test: Requires, observation: Observation) -> datetime | None:
    value = observation.fields.get(test.field) if test.field else None
    return value if isinstance(value, datetime) else observation.modified
