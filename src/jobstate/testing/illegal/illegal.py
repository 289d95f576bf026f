"""`illegal`: series of answers in which one forbidden thing was done, for any rule.

There is no list of rules here: which ways a rule has follows from what it is, and whether a way
breaks it the verdict says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption

from jobstate.conformance.check import check
from jobstate.errors import JobstateError, LifecycleError, ObservationError
from jobstate.model.child_rules import OVER_CHILDREN
from jobstate.model.lifecycle import derived
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.model.specification import OverFields, OverHistory
from jobstate.testing.illegal import fields as spoil_fields
from jobstate.testing.illegal import moves as spoil_moves
from jobstate.testing.illegal.drafts import Draft, Spoilt
from jobstate.testing.lives.wishes import ImpossibleLifeError

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.specification import Rule, Test
    from jobstate.model.states import Region
    from jobstate.model.walks import Chooser

#: A way to break a rule.
_Way: TypeAlias = Callable[[Draft], Iterator[Spoilt]]

#: How many series are tried of one life, and how many more in the hope of one that breaks nothing
#: else.
_MOST_TRIED: Final = 80
_MOST_CLEANED: Final = 6
#: How many lives a series is tried of before another is drawn, and before a rule counts as one
#: that can't be broken.
_LIVES: Final = 10
_LIVES_IN_VAIN: Final = 60


@frozen
class Illegal:
    """A legal series of answers in which one forbidden thing was done.

    Attributes:
        rule: The id of the rule that must fire. What was done may break others beside it.
        answers: The answers about the job, in order: dictionaries as the service's client
            returns them, or observations where the life cycle brings no writer.
        story: What was done, and to what life.
    """

    rule: str
    answers: Sequence[Any]
    story: str


class UnbreakableRuleError(JobstateError, ValueError):
    """A rule that no series that can be made breaks.

    Attributes:
        lifecycle: The life cycle's name and version.
        rule: The rule's id.
        reason: Why, as far as that is known.
    """

    def __init__(self, lifecycle: str, rule: str, reason: str) -> None:
        self.lifecycle = lifecycle
        self.rule = rule
        self.reason = reason
        super().__init__(lifecycle, rule, reason)

    def __str__(self) -> str:
        return f"no series can be made that breaks {self.rule} of {self.lifecycle}: {self.reason}"


def illegal(lifecycle: Lifecycle, rule: str | None = None) -> st.SearchStrategy[Illegal]:
    """Return a strategy of series in which one forbidden thing was done.

    Args:
        lifecycle: Any life cycle.
        rule: The id of the rule to break, notes included; by default each that can be broken.

    Raises:
        UnknownNameError: There is no such rule; it lists those there are.
        UnbreakableRuleError: No way to break the rule is known, or no rule can be broken.
    """
    spoiler = spoiler_of(lifecycle)
    if rule is not None:
        spoiler.ensure(rule)
        return _illegal(spoiler, (rule,))
    if not spoiler.breakable:
        raise UnbreakableRuleError(str(lifecycle), "any rule", "it has none that can be broken")
    return _illegal(spoiler, spoiler.breakable)


@st.composite
def _illegal(draw: st.DrawFn, spoiler: Spoiler, rules: Sequence[str]) -> Illegal:
    def choose(choices: Sequence[Any], /) -> Any:  # noqa: ANN401 - any of them
        return choices[draw(st.integers(0, len(choices) - 1))]

    rule = choose(rules)
    for _ in range(_LIVES):
        found = spoiler.spoil(rule, choose)
        if found is not None:
            return found
    raise UnsatisfiedAssumption  # pragma: no cover - ten lives in vain, of which none was seen


class Spoiler:
    """Breaks the rules of a life cycle.

    Attributes:
        lifecycle: The life cycle.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self._ways = {rule.id: list(_ways(lifecycle, rule)) for rule in lifecycle.rules}
        self._proved: dict[str, bool] = {}

    @property
    def breakable(self) -> tuple[str, ...]:
        """The ids of the rules that can be broken; found out once, in some tenths of a second."""
        return tuple(rule.id for rule in self.lifecycle.rules if self._is_breakable(rule.id))

    def ensure(self, rule: str) -> None:
        """Do nothing where a rule can be broken.

        Raises:
            UnknownNameError: There is no such rule; it lists those there are.
            UnbreakableRuleError: It can't.
        """
        self.lifecycle.rule(rule)
        if not self._is_breakable(rule):
            reason = f"{_LIVES_IN_VAIN} legal lives were changed, and it never fired"
            raise UnbreakableRuleError(str(self.lifecycle), rule, reason)

    def _is_breakable(self, rule: str) -> bool:
        if rule not in self._proved:
            chance = Random(rule)  # noqa: S311 - the same lives each time, no secret
            tries = (self.spoil(rule, chance.choice) for _ in range(_LIVES_IN_VAIN))
            self._proved[rule] = any(tries)
        return self._proved[rule]

    def spoil(self, rule: str, choose: Chooser) -> Illegal | None:
        """Return a series that breaks a rule; None where the lives that were drawn can't.

        Args:
            rule: The rule's id.
            choose: Returns one of several.
        """
        draft = Draft(self.lifecycle, choose)
        for way in draft.turned(self._ways[rule]):
            with suppress(LifecycleError, ImpossibleLifeError):
                best = self._best(rule, way(draft))
                if best is not None:
                    return Illegal(rule, tuple(best.answers), best.story)
        return None

    def _best(self, rule: str, series: Iterator[Spoilt]) -> Spoilt | None:
        """Return the first series that breaks a rule, or one soon after it that breaks no other."""
        best: Spoilt | None = None
        left = _MOST_TRIED
        for spoilt in series:
            broken = self._broken_by(spoilt.answers)
            if broken == {rule}:
                return spoilt
            if rule in broken and best is None:
                best, left = spoilt, _MOST_CLEANED
            left -= 1
            if not left:
                break
        return best

    def _broken_by(self, answers: object) -> set[str]:
        try:
            return {each.rule for each in check(self.lifecycle, answers).violations}
        except ObservationError:
            return set()  # what was changed makes it another job, or none


@derived
def spoiler_of(lifecycle: Lifecycle) -> Spoiler:
    """Return what breaks the rules of a life cycle; made once for each."""
    return Spoiler(lifecycle)


# --- Which ways a rule has ----------------------------------------------------------------------


def _ways(lifecycle: Lifecycle, rule: Rule) -> Iterator[_Way]:
    for region in lifecycle.regions:
        if rule.id.startswith(region.prefix):
            yield from _ways_in(region, rule.id.removeprefix(region.prefix))
    if rule.id in _BETWEEN:
        yield _BETWEEN[rule.id]
    for memory in lifecycle.memories:
        if memory.rule == rule.id:
            yield partial(spoil_moves.forget, memory=memory)
    for exclusion in lifecycle.exclusions:
        if exclusion.rule == rule.id:
            yield partial(spoil_moves.combine, exclusion=exclusion)
    # Those over children no series about one job breaks.
    for test in (each for each in rule.tests if not isinstance(each, OVER_CHILDREN)):
        yield _way_against(lifecycle, test)
        if isinstance(test, ExactlyWhen):
            yield partial(spoil_fields.leave_out, field=test.field, when=test.when)


#: What the judge calls what it finds of a job, whatever its life cycle.
_BETWEEN: Final[dict[str, _Way]] = {
    "feature-changed": spoil_moves.change_feature,
    "history-rewritten": spoil_moves.rewrite,
    "modified-time-went-back": spoil_moves.go_back,
}


def _ways_in(region: Region, name: str) -> Iterator[_Way]:
    """Yield the ways to break what the automaton of a region judges, by the judge's name of it."""
    if name == "illegal-start":
        yield spoil_moves.start_elsewhere
    elif name == "illegal-pair":
        yield partial(spoil_moves.take_apart, region=region)
    elif name == "illegal-transition":
        yield partial(spoil_moves.leap, region=region)


#: The ways to have values disagree, in one answer or in two.
_DISAGREE: Final[dict[type[Any], Callable[..., Iterator[Spoilt]]]] = {
    InOrder: spoil_fields.disorder,
    Grows: partial(spoil_fields.contradict, grows=True),
    Fixed: partial(spoil_fields.contradict, grows=False),
}


def _way_against(lifecycle: Lifecycle, test: Test) -> _Way:
    if isinstance(test, ExactlyWhen):
        test = Requires(field=test.field, then=test.when)
    if isinstance(test, Requires):
        if test.when is None:
            return partial(spoil_fields.set_too_early, field=str(test.field), then=test.then)
        return partial(spoil_fields.put_out_of_step, when=test.when, then=test.then)
    if isinstance(test, Sums):
        return partial(spoil_fields.nudge, fields=(*test.fields, *test.others), history=False)
    if isinstance(test, (InOrder, Grows, Fixed)):
        return partial(_DISAGREE[type(test)], fields=test.fields)
    if isinstance(test, (OverFields, OverHistory)):
        history = isinstance(test, OverHistory)
        return partial(spoil_fields.nudge, fields=test.fields, history=history)
    fields = sorted(lifecycle.reader.fields) if lifecycle.reader else ()
    return partial(spoil_fields.nudge, fields=fields, history=True)
