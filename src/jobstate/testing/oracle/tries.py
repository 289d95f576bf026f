"""`Tries`: a service in which a job can be tried again, each time with the next of some lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from jobstate.errors import ObservationError
from jobstate.model.life import Life, Stay
from jobstate.testing.fakes.client import Call, Service
from jobstate.world import RefusedRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from jobstate.testing.fakes.clock import VirtualClock

CREATE: Final = "CreateTrainingJob"
_IN_USE, _INVALID = "ResourceInUse", "ValidationException"


class Tries(Service):
    """A service that takes creates: each new job gets the next life, begun now.

    When there is none left, it gets one that does not end.

    Attributes:
        creating: Called before a job is created, with its life. What it creates is in no call.
    """

    def __init__(
        self, lives: Sequence[Life], clock: VirtualClock, creating: Callable[[Life], object]
    ) -> None:
        super().__init__(lives[0], clock, gone_after=float("inf"))
        self.creating = creating
        self._left = list(lives[1:])
        self._endless = evolve(lives[-1], stays=lives[-1].stays[:1], beside={})

    def _asked(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; a create begins the next life."""
        if operation != CREATE:
            return super()._asked(operation, request)
        if self.called is not None:
            self.called(operation)
        now = self.clock.now()
        try:
            return self._create(str(request["TrainingJobName"]), now)
        except RefusedRequestError as error:
            said = {"__type": error.code, "message": error.message}
            self.calls.append(Call(operation, request, said, error.code, now))
            raise

    def _create(self, name: str, now: datetime) -> dict[str, Any]:
        if any(name_of(life) == name for life in self.lives):
            raise RefusedRequestError(_IN_USE, f"a training job {name} exists already")
        try:
            life = begun(self._left[0] if self._left else self._endless, name, now)
        except ObservationError as error:
            raise RefusedRequestError(_INVALID, str(error)) from None
        self.creating(life)
        self._left = self._left[1:]
        self.world.add(life)
        return {"TrainingJobArn": life.job.id}


def begun(life: Life, name: str, at: datetime) -> Life:
    """Return a life as that of a job of this name which is created at a time.

    Raises:
        ObservationError: No job can have that name.
        ValueError: Nothing says how answers about such a job look.
    """
    writer = life.lifecycle.writer
    if writer is None:
        raise ValueError(f"nobody can create a job that no answer tells of: {life}")
    later = at - life.start

    def moved(stays: Sequence[Stay]) -> tuple[Stay, ...]:
        return tuple(Stay(stay.state, stay.start + later) for stay in stays)

    beside = {region: moved(stays) for region, stays in life.beside.items()}
    return evolve(life, job=writer.key(name, at), stays=moved(life.stays), beside=beside)


def name_of(life: Life) -> str:
    """Return the name of a life's job."""
    return life.job.id.rsplit("/", 1)[-1]
