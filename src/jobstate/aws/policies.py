"""`RetryPolicy`: which causes are worth another try of a job, how often, and how long to wait."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, field, frozen

from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds.causes import causes_of, shown_causes
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    from attrs import Attribute

    from jobstate.model.outcome import Result

#: Causes that say nothing against the job, and that its next try may well not meet → where we know
#: that from. A policy takes those that its kind has.
WORTH_ANOTHER_TRY: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Training, processing, transform and tuning jobs.
        "no_capacity": "DIAGNijmegen/rse-grand-challenge#2631",
        "internal": "SageMaker API reference, RetryStrategy: the service tries again on it itself",
        # A spot job that was reclaimed and got no capacity again, or never got any: its run alone
        # would have met MaxRuntimeInSeconds, which is not longer.
        "max_wait": "SageMaker API reference, StoppingCondition: MaxWaitTimeInSeconds",
        # Batch.
        "host_lost": "Batch user guide, Automated job retries: an instance's failure or end; a"
        " spot instance reclaimed",
        "not_started": "Batch user guide, Automated job retries: onStatusReason, Task failed to"
        " start",
    }
)
#: What no other try is made of, whatever the cause: it is under way, well, or somebody's wish.
_NEVER: Final = frozenset({Outcome.RUNNING, Outcome.SUCCEEDED, Outcome.STOPPED})


def _default(policy: RetryPolicy) -> frozenset[str]:
    known = causes_of(policy.kind)
    return frozenset(each for each in WORTH_ANOTHER_TRY if known is None or each in known)


def _names(causes: Iterable[str]) -> frozenset[str]:
    return frozenset(causes)


def _at_least_one(_: object, attribute: Attribute[Any], value: float) -> None:
    if not value >= 1:
        raise ValueError(f"expected {attribute.name} of at least 1, got {value!r}")


def _length(_: object, attribute: Attribute[timedelta], value: timedelta) -> None:
    if value <= timedelta(0):
        raise ValueError(f"expected a positive {attribute.name}, got {value!r}")


def _share(_: object, attribute: Attribute[float], value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"expected a {attribute.name} from 0 to below 1, got {value!r}")


@frozen
class RetryPolicy:
    """Which jobs of a kind are to be tried again, and when; never one that somebody stopped.

    The n-th wait is ``first * factor ** (n - 1)``, at most ``longest``.

    Attributes:
        kind: The life cycle of the jobs.
        causes: The causes that are worth another try; by default those of `WORTH_ANOTHER_TRY` that
            the kind has.
        most: How many tries there are at most, the first one included.
        first: How long to wait after the first try.
        factor: How much longer each wait is than the one before.
        longest: The longest wait.
        jitter: How much of a wait chance may add or take away, from 0 to below 1.

    Raises:
        UnknownNameError: No end of the kind has such a cause; a `LookupError`.
        LifecycleError: A cause is somebody's wish that the job end.
        ValueError: A number is out of bounds.
    """

    kind: Lifecycle = field(repr=str)
    causes: frozenset[str] = field(
        default=Factory(_default, takes_self=True), converter=_names, kw_only=True
    )
    most: int = field(default=3, validator=_at_least_one, kw_only=True)
    first: timedelta = field(default=timedelta(minutes=1), validator=_length, kw_only=True)
    factor: float = field(default=2.0, validator=_at_least_one, kw_only=True)
    longest: timedelta = field(default=timedelta(hours=1), validator=_length, kw_only=True)
    jitter: float = field(default=0.1, validator=_share, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse causes that no job ends for, and those for which it should not begin anew."""
        known = causes_of(self.kind)
        for cause in sorted(self.causes - (self.causes if known is None else known)):
            raise UnknownNameError(f"cause of an end of {self.kind.name}", cause, known or ())
        shown = shown_causes(self.kind)
        unfit = sorted(each for each in self.causes if shown.get(each) == {Outcome.STOPPED})
        if unfit:
            defects = [f"{each} is a stop that somebody wanted" for each in unfit]
            raise LifecycleError("retry policy", defects)

    def again(self, result: Result, tries: int, random: Random | None = None) -> timedelta | None:
        """Return how long to wait before a job is tried again; None where it is not to be.

        Args:
            result: What its last try has come to.
            tries: How many there were; 1 after the first.
            random: Where chance comes from; without it there is none in the wait.

        Raises:
            ValueError: There was no try yet.
        """
        if tries < 1:
            raise ValueError(f"expected at least one try, got {tries!r}")
        if not result.final or result.outcome in _NEVER or result.cause not in self.causes:
            return None
        return None if tries >= self.most else self._wait(tries, random)

    def _wait(self, tries: int, random: Random | None) -> timedelta:
        longest = self.longest.total_seconds()
        try:
            seconds = min(longest, self.first.total_seconds() * self.factor ** (tries - 1))
        except OverflowError:
            seconds = longest
        swing = 0.0 if random is None else self.jitter * (2 * random.random() - 1)
        return timedelta(seconds=seconds * (1 + swing))
