"""`Scenario`: what becomes of a job that is created, as data; it makes a life of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from attrs import field, frozen

from jobstate.emulator.errors import ScenarioError
from jobstate.emulator.scenarios.lengths import usual_length
from jobstate.errors import UnknownNameError
from jobstate.model.states import Outcome
from jobstate.world.ways import names_of, way_through

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.life import Life
    from jobstate.model.states import State
    from jobstate.world.scripts import Birth


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _seconds(seconds: Mapping[str, float]) -> Mapping[str, float]:
    return dict(seconds)


@frozen(kw_only=True)
class Scenario:
    """What becomes of a job, whatever its kind, as far as that has the statuses.

    Attributes:
        name: What people call it.
        meaning: What it shows, in a sentence.
        via: What the job comes by, in order: statuses, names of states, or causes of moves; see
            `jobstate.world.ways.way_through`.
        end: What it comes to: an outcome, or a final status; empty for a job that never ends, but
            stays at the last of `via`.
        failure: What the service says of a failure; ``{name}`` is the name of the job.
        seconds: Status → how many seconds a stay in it lasts; of others chance says.
        then_deleted: How many seconds after its end somebody deletes it; None where nobody does.
    """

    name: str
    meaning: str = ""
    via: tuple[str, ...] = field(default=(), converter=_in_order)
    end: str = Outcome.SUCCEEDED
    failure: str = ""
    seconds: Mapping[str, float] = field(factory=dict, converter=_seconds)
    then_deleted: float | None = None

    def __call__(self, birth: Birth) -> Life:
        """Return the life of a job that is being created: a `jobstate.world.Script`.

        Raises:
            ScenarioError: No job of its kind and features lives so.
        """
        life = birth.life(self._way(birth), partial(self._lasts, birth), self._failed(birth))
        if self.then_deleted is None or not life.result.final:
            return life
        return life.deleted(life.end + timedelta(seconds=self.then_deleted))

    def _way(self, birth: Birth) -> tuple[str, ...]:
        features = tuple(sorted(birth.features.items()))
        try:
            way = way_through(birth.lifecycle, features, self.via, self.end)
        except UnknownNameError as error:
            raise ScenarioError(self.name, birth.lifecycle.name, str(error)) from error
        if not way:
            has = ", ".join(f"{name}: {'yes' if it else 'no'}" for name, it in features)
            raise ScenarioError(self.name, birth.lifecycle.name, f"no job lives so that has {has}")
        return way

    def _lasts(self, birth: Birth, state: State) -> float:
        given = (self.seconds[each] for each in names_of(state) if each in self.seconds)
        said = next(given, None)
        return usual_length(birth, state) if said is None else said

    def _failed(self, birth: Birth) -> str | None:
        return self.failure.replace("{name}", birth.job.name) or None
