"""A kind of job that a service keeps, and its jobs."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from jobstate.model.answer_schema import within
from jobstate.model.life import Life, Said, Stay
from jobstate.world import refusals
from jobstate.world.population import Population
from jobstate.world.scripts import Birth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Writer
    from jobstate.model.operations import Action
    from jobstate.world.population import LivingJob


class KeptKind:
    """A kind of job, and its jobs."""

    def __init__(self, lifecycle: Lifecycle, gone_after: float) -> None:
        schema, writer = lifecycle.schema, lifecycle.writer
        if schema is None or writer is None:
            raise ValueError(f"expected a life cycle with a schema and a writer, got {lifecycle}")
        self.lifecycle = lifecycle
        self.schema: AnswerSchema = schema
        self.writer: Writer = writer
        self.jobs = Population(schema, gone_after)

    def found(self, called: str, at: datetime) -> LivingJob | None:
        """Return the job of a name, an id or an arn that ends with the id."""
        return self.jobs.found(called, at) or self.jobs.found(called.rpartition("/")[2], at)

    def name_in(self, said: Mapping[str, object]) -> str:
        """Return what a job is called, from what a request has said of it."""
        return str(within(said, self.schema.name))

    def birth(
        self, seed: object, key: JobKey, said: Said, request: Mapping[str, Any] | None = None
    ) -> Birth:
        """Return a job that is being created, for a script."""
        name = self.name_in(said.fields)
        return Birth(
            lifecycle=self.lifecycle,
            job=key,
            said=said,
            features=features_of(self.lifecycle, key, said),
            random=Random(f"{seed}/{self.lifecycle.name}/{name}/{self.jobs.called(name)}"),  # noqa: S311 - nothing secret
            request=request or {},
        )

    def running(self, at: datetime) -> int:
        """Return how many jobs run at a time."""
        return sum(job.life.moment(at).ended is None for job in self.jobs.there(at))


def argument_of(kind: KeptKind, request: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - as it is
    """Return what a request says that has to say it.

    Raises:
        RefusedRequestError: It does not.
    """
    value = request.get(name)
    if value is None:
        raise refusals.invalid(kind.schema.codes, name, None, "Member must not be null")
    return value


def features_of(lifecycle: Lifecycle, key: JobKey, said: Said) -> dict[str, bool]:
    """Return the features of a job that is created, as its life cycle's reader sees them."""
    first = next(iter(lifecycle.main_region.initial))
    born = Life(lifecycle=lifecycle, job=key, stays=(Stay(first, said.at),), said=(said,))
    shown = born.observation(said.at).features
    names = (each.name for each in lifecycle.features if each.shown)
    assumed = dict(lifecycle.assumed)
    return {name: bool(shown.get(name, assumed.get(name))) for name in names}


def answered_of(action: Action, job: LivingJob, at: datetime) -> dict[str, Any]:
    """Return what an action that was done to a job is answered with."""
    described = job.at(at)
    return {name: described[name] for name in action.answers}
