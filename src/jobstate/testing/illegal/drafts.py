"""A series of answers in the making: a legal life, what a service says of it, and what is changed.

Nothing here decides what is forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs
from attrs import frozen

from jobstate.conformance.answers import observations
from jobstate.model.observation import Observation
from jobstate.testing.lives.plans import plan
from jobstate.testing.lives.strategies import life_by
from jobstate.testing.lives.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.life import Life
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Moment, Shown
    from jobstate.model.states import Needs, State
    from jobstate.model.walks import Chooser

_Item = TypeVar("_Item")

#: What a service says at one moment: a dictionary as its client returns it, or, where a life cycle
#: has no writer, an observation.
Answer: TypeAlias = "dict[str, object] | Observation"

#: How many lives are drawn in the hope of one that fits.
_PATIENCE: Final = 8
#: The forms of observations: with a history, and without.
_FORMS: Final = ("full", "thin")


@frozen
class Spoilt:
    """A series in which something was done.

    Attributes:
        answers: The answers, in order.
        story: What was done.
    """

    answers: Sequence[Answer]
    story: str


class Draft:
    """What a way to break a rule draws from.

    Attributes:
        lifecycle: The life cycle.
        main: The region with the history, or the first.
        telling: How its service tells of moments.
        choose: Returns one of several.
        form: The form of the answers, by chance.
    """

    def __init__(self, lifecycle: Lifecycle, choose: Chooser) -> None:
        self.lifecycle = lifecycle
        self.main = lifecycle.main_region
        self.telling = Telling(lifecycle)
        self.choose = choose
        self.form = choose(self.telling.forms)

    def life(self, *regions: str, via: tuple[str, ...] = (), features: Needs = ()) -> Life:
        """Return a legal life of a job with some regions and features, that passes some states.

        It has an end, if the life cycle has ends.

        Raises:
            LifecycleError: No job has these features.
            ImpossibleLifeError: None that has them passes these states.
        """
        wanted = dict(features)
        for name in regions:
            wanted |= dict(self.lifecycle.region(name).needs)
        wishes = Wishes(
            complete=any(state.final for state in self.main.states) or None,
            via=via,
            features=tuple(sorted(wanted.items())),
        )
        return life_by(plan(self.lifecycle, wishes), self.choose)

    def life_with(self, fields: Sequence[str]) -> Life:
        """Return a legal life of which some answer has all of some fields, if one comes soon."""
        life = self.life()
        for _ in range(_PATIENCE if self.telling.writes else 0):
            for answer in self.fully(moments_of(life)):
                if all(value_in(answer, field) is not None for field in fields):
                    return life
            life = self.life()
        return life

    def told(self, moments: Iterable[Moment], form: str | None = None) -> list[Answer]:
        """Return the answers about some moments."""
        return [self.telling.answer(moment, form or self.form) for moment in moments]

    def fully(self, moments: Iterable[Moment]) -> list[Answer]:
        """Return the answers about some moments, in the form that says most."""
        return self.told(moments, self.telling.forms[0])

    def some(self, moments: Sequence[Moment]) -> Sequence[Moment]:
        """Return none, the last or all of some moments."""
        return self.choose([moments[:0], moments[-1:], moments])

    def turned(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield some items from one of them on, and then those before it."""
        every = list(items)
        if every:
            first = self.choose(range(len(every)))
            yield from every[first:]
            yield from every[:first]

    def state(self, moment: Moment, region: str) -> State | None:
        """Return the state that a moment shows of a region; None where it shows none."""
        name = str(moment.shown.get(region))
        states = self.lifecycle.region(region).states
        return next((state for state in states if state.name == name), None)


def moments_of(life: Life) -> list[Moment]:
    """Return the moments at which something happens in a life."""
    return [life.moment(time) for time in life.changes]


def showing(moment: Moment, region: str, shown: Shown) -> Moment:
    """Return a moment at which a region shows something else, a minute later."""
    return attrs.evolve(
        moment,
        shown={**moment.shown, region: shown},
        modified=moment.modified + timedelta(seconds=61),
    )


class Telling:
    """How the service of a life cycle tells of moments.

    Attributes:
        forms: The forms of answers, the one that says most first.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._writer = lifecycle.writer if lifecycle.reader is not None else None
        self.forms = _FORMS if self._writer is None else self._writer.forms

    @property
    def writes(self) -> bool:
        """Answers are dictionaries: the life cycle brings reader and writer."""
        return self._writer is not None

    def has_history(self, moment: Moment, form: str) -> bool:
        """Return whether answers of a form list the statuses passed."""
        answer = self.answer(moment, form)
        return any(said.entries for _, said in observations(self._lifecycle, answer))

    def answer(self, moment: Moment, form: str) -> Answer:
        """Return what the service says at a moment."""
        if self._writer is not None:
            return self._writer.write(moment, form)
        shown = {feature.name for feature in self._lifecycle.features if feature.shown}
        return Observation(
            job=moment.job,
            shown=moment.shown,
            features={name: has for name, has in moment.features.items() if name in shown},
            entries=moment.entries if form == _FORMS[0] else (),
            modified=moment.modified,
        )


def value_in(answer: Answer, path: str) -> object:
    """Return the value of a field by the service's name of it, of a list how many are in it.

    None where it has none.
    """
    if isinstance(answer, Observation):
        return answer.fields.get(path)
    value: object = answer
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return len(value) if isinstance(value, list) else value


def with_value(answer: Answer, path: str, value: object) -> Answer | None:
    """Return an answer with a field changed, or without it where the value is None.

    Of a list the value is how many are in it.

    Returns:
        None where the answer lacks the structure that the field is part of.
    """
    if isinstance(answer, Observation):
        fields = {**answer.fields, path: value}
        return attrs.evolve(answer, fields={k: v for k, v in fields.items() if v is not None})
    first, _, rest = path.partition(".")
    new: object = value
    there = answer.get(first)
    if isinstance(there, list) and isinstance(value, int):
        new = [*there, *([there[-1] if there else {}] * value)][: max(value, 0)]
    if rest:
        inner = answer.get(first)
        new = with_value(inner, rest, value) if isinstance(inner, dict) else None
        if new is None:
            return None
    changed = {**answer, first: new}
    return {name: each for name, each in changed.items() if each is not None}
