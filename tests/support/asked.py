"""A service on a clock of its own, asked by a real client that waits on that clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstate.kinds import KINDS
from jobstate.testing import Life, Service, VirtualClock
from tests.support.lives_for_tests import BEGIN

if TYPE_CHECKING:
    from collections.abc import Iterable


class Asked:
    """A service that is asked.

    Attributes:
        clock: What time it is.
        service: The service.
        began: When the first job was created.
        waited: How long each pause was, in seconds.
    """

    def __init__(self, lives: Life | Iterable[Life] = (), **settings: Any) -> None:
        """Begin when the first job is created."""
        lives = (lives,) if isinstance(lives, Life) else tuple(lives)
        self.began = min((life.start for life in lives), default=BEGIN)
        self.clock = VirtualClock(self.began)
        self.service = Service(lives, self.clock, **settings)
        self.waited: list[float] = []
        self.clock.slept = self.waited.append

    def client(self, kind: str = "sagemaker-training-job") -> Any:
        """Return a client for a kind of job."""
        schema = KINDS.named(kind).schema
        assert schema is not None
        return self.service.client(schema.service)

    @property
    def time(self) -> dict[str, Any]:
        """What `follow` and `wait` take their time from."""
        return {"clock": self.clock.monotonic, "sleep": self.clock.sleep}

    @property
    def seconds(self) -> float:
        """How long it has been asked."""
        return (self.clock.now() - self.began).total_seconds()
