"""`WaitPhase`: when somebody begins to wait for a job, and how well the service answers then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from math import inf, isinf
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.world.population import forgotten

if TYPE_CHECKING:
    from jobstate.model.life import Life

#: How long answers take to arrive, in seconds, where the caller does not say.
LAGS: Final = (0.0, 0.7)


def _in_order(calls: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(calls))


@frozen
class WaitPhase:
    """When somebody begins to wait for a job, and how well the service answers meanwhile.

    Attributes:
        begins: Seconds after the job's creation.
        lag: Seconds from each call to its answer; the answer is as old when it arrives.
        throttled: Which of its calls are refused as too many, counted from 1.
        behind: Form of answers → by how many seconds they are late, as `World` has it.
        gone_after: For how many seconds a job that is being deleted is still known.
    """

    begins: float
    lag: float = 0.0
    throttled: Collection[int] = field(default=(), converter=_in_order, kw_only=True)
    behind: Mapping[str, float] = field(factory=dict, hash=False, kw_only=True)
    gone_after: float = field(default=inf, kw_only=True)

    def __str__(self) -> str:
        told = [f"it begins to wait {self.begins:g} s after the creation"]
        if self.lag:
            told.append(f"each answer takes {self.lag:g} s")
        if self.throttled:
            told.append(f"throttled are calls {', '.join(map(str, self.throttled))}")
        told += [f"{form} is {seconds:g} s late" for form, seconds in self.behind.items()]
        if not isinf(self.gone_after):
            told.append(f"what is deleted is gone after {self.gone_after:g} s")
        return ", ".join(told)


def phases_of(
    life: Life,
    lags: Iterable[float] = LAGS,
    *,
    throttled: Collection[int] = (),
    behind: Mapping[str, float] | None = None,
    gone_after: float = inf,
) -> tuple[WaitPhase, ...]:
    """Return the phases in which each stay of a life is somebody's first answer.

    Where the job is gone at last, that is somebody's first answer too.

    Args:
        life: The life.
        lags: How long answers take, in seconds.
        throttled: As `WaitPhase` has it, in each of them.
        behind: Likewise.
        gone_after: Likewise.
    """
    gone = forgotten(life, gone_after)
    return tuple(
        WaitPhase(
            (time - life.start).total_seconds(),
            lag,
            throttled=throttled,
            behind=behind or {},
            gone_after=gone_after,
        )
        for lag in lags
        for time in (*life.changes, *([gone] if gone else []))
    )


def shown_changes(life: Life, phase: WaitPhase) -> list[datetime]:
    """Return when what is answered about a life changes, in order: late answers change late."""
    gone = forgotten(life, phase.gone_after)
    times = (*life.changes, *([gone] if gone else []))
    late = {0.0, *phase.behind.values()}
    return sorted({time + timedelta(seconds=seconds) for time in times for seconds in late})
