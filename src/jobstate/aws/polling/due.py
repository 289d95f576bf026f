"""`Due`: which jobs are to be described, which of them first, and from when on."""

from __future__ import annotations

from enum import IntEnum
from heapq import heappop, heappush
from itertools import count, islice
from threading import Lock
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from jobstate.common.forks import renewed_in_forked_child

if TYPE_CHECKING:
    from collections.abc import Container


class Why(IntEnum):
    """Why a job is to be described; the least first.

    ENDED: it has ended, which no description has shown. HINT: somebody has heard of it. UNSEEN: it
    is not known to have ended, and the last walk did not show it. NEW: it was seen for the first
    time. CHANGED: something about it changed.
    """

    ENDED = 0
    HINT = 1
    UNSEEN = 2
    NEW = 3
    CHANGED = 4


@frozen
class Wanted:
    """A job that is to be described.

    Attributes:
        job: Its id, or its name where only that is known.
        why: Why.
        at: From when on, in seconds of the poller's clock.
        since: Since when it is wanted for this.
        tries: How often it was described for this in vain.
    """

    job: str
    why: Why
    at: float
    since: float
    tries: int = 0


class Due:
    """The jobs that are to be described, each once; for many threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._wanted: dict[str, Wanted] = {}
        #: Those whose time has come, by why: dicts, for they keep an order and let go of any.
        self._ready: dict[Why, dict[str, None]] = {why: {} for why in Why}
        self._later: list[tuple[float, int, Wanted]] = []
        self._numbers = count()
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")

    def add(self, job: str, why: Why, at: float, now: float) -> None:
        """Want a job to be described, unless it is wanted for something as urgent sooner.

        What was described in vain waits for its time.

        Args:
            job: Its id or name.
            why: Why.
            at: From when on.
            now: What time it is.
        """
        with self._lock:
            had = self._wanted.get(job)
            sooner = had is not None and not had.tries and (why, at) < (had.why, had.at)
            if had is None or sooner or why < had.why:
                self._put(Wanted(job, why, at, now))

    def again(self, wanted: Wanted, at: float) -> None:
        """Want what was described in vain once more, unless it is wanted anyway."""
        with self._lock:
            if wanted.job not in self._wanted:
                self._put(evolve(wanted, at=at, tries=wanted.tries + 1))

    def drop(self, job: str) -> None:
        """Want a job no longer."""
        with self._lock:
            self._take(job)

    def drop_ripe(self, whys: Container[Why], now: float) -> int:
        """Want none any longer that is wanted for one of these and whose time has come.

        Returns:
            How many they were.
        """
        with self._lock:
            every = self._wanted.values()
            found = [each.job for each in every if each.why in whys and each.at <= now]
            for job in found:
                self._take(job)
            return len(found)

    def take(self, now: float, most: int) -> list[Wanted]:
        """Return the most urgent whose time has come, at most so many; they are due no longer."""
        with self._lock:
            self._ripen(now)
            found: list[Wanted] = []
            for ready in self._ready.values():
                jobs = list(islice(ready, most - len(found)))
                found += filter(None, map(self._take, jobs))
            return found

    def wait(self, now: float) -> float | None:
        """Return in how many seconds there is something to take; None where nothing is due."""
        with self._lock:
            self._ripen(now)
            if any(self._ready.values()):
                return 0.0
            while self._later and self._wanted.get(self._later[0][2].job) is not self._later[0][2]:
                heappop(self._later)
            return self._later[0][0] - now if self._later else None

    def counts(self) -> dict[Why, int]:
        """Return how many are due for what, those whose time has not come included."""
        with self._lock:
            every = [each.why for each in self._wanted.values()]
        return {why: every.count(why) for why in Why}

    def longest(self, why: Why, now: float) -> float:
        """Return for how many seconds one has been due for this at most."""
        with self._lock:
            since = (each.since for each in self._wanted.values() if each.why is why)
            return max((now - each for each in since), default=0.0)

    def _put(self, wanted: Wanted) -> None:
        self._take(wanted.job)
        self._wanted[wanted.job] = wanted
        heappush(self._later, (wanted.at, next(self._numbers), wanted))

    def _take(self, job: str) -> Wanted | None:
        wanted = self._wanted.pop(job, None)
        if wanted is not None:
            self._ready[wanted.why].pop(job, None)
        return wanted

    def _ripen(self, now: float) -> None:
        """Make those ready whose time has come; others may stand in the heap that are not due."""
        while self._later and self._later[0][0] <= now:
            wanted = heappop(self._later)[2]
            if self._wanted.get(wanted.job) is wanted:
                self._ready[wanted.why][wanted.job] = None
