"""`Watching`: what is to be watched, asked about, and put on a board: all but how it is shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Final

from attrs import frozen

from jobstate.aws.following import FollowedJob
from jobstate.aws.pace import Pace
from jobstate.cli.watch.board import Board
from jobstate.cli.watch.jobs import WatchedJob
from jobstate.cli.watch.looks import Glance, Looks, News
from jobstate.cli.watch.walk import ListWalk, walk_of, walk_of_children
from jobstate.kinds import KINDS
from jobstate.model.answer_schema import within
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey
from jobstate.tracking.tracker import Tracker

#: How many seconds there are between two walks over a list, where nobody says.
_WALK: Final = 30.0
_ARN: Final = re.compile(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<resource>[^/]*)/")


@frozen(kw_only=True)
class Wish:
    """What somebody wants to watch.

    Attributes:
        names: Names, ids, and globs of names where all jobs are looked through.
        kinds: The kinds of jobs; names are of the first, arns of the one that they say.
        every: All jobs, or those that the names fit.
        since: When a job of all was created at the earliest.
        interval: How many seconds there are between two looks; None for what is usual.
        stay: Go on when all have ended.
    """

    names: Sequence[str]
    kinds: Sequence[Lifecycle]
    every: bool = False
    since: datetime | None = None
    interval: float | None = None
    stay: bool = False


@frozen
class WatchStep:
    """What came of asking once.

    Attributes:
        news: What came.
        before: What was known of the job; None where nothing was, or it is a list.
        job: What is known of it now; None where it is a list.
    """

    news: News
    before: WatchedJob | None
    job: WatchedJob | None


class Watching:
    """Jobs that are watched.

    Attributes:
        board: What is known of them.
        looks: Who asks.
    """

    def __init__(
        self,
        wish: Wish,
        clients: Callable[[str], Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        stopped: Callable[[], bool] = bool,
    ) -> None:
        """Begin to watch; no call is made yet.

        Args:
            wish: What to watch.
            clients: Service → its client.
            clock: Returns the seconds since whenever and never goes back.
            sleep: Waits for so many seconds, or until it is to stop.
            stopped: Returns whether it is to stop.

        Raises:
            LifecycleError: No list has all jobs of a kind.
        """
        self.board = Board()
        self._wish = wish
        self._clock = clock
        self._tracker = Tracker(KINDS)
        self._walks: list[ListWalk] = []
        self._parents: set[JobKey] = set()
        self.looks = Looks(
            clients, clock=clock, sleep=sleep, stopped=lambda: stopped() or self.over
        )
        if wish.every:
            for kind in wish.kinds:
                self._walk(walk_of(kind, self._tracker, **self._pace(), **self._chosen()))
        else:
            for name in dict.fromkeys(wish.names):
                self._follow(name)

    @property
    def over(self) -> bool:
        """There is nothing more to wait for."""
        settled = all(walk.settled for walk in self._walks)
        return settled and not self._wish.stay and self.board.over

    def steps(self) -> Iterator[WatchStep]:
        """Yield what comes of asking, once it is on the board, until all is over.

        Raises:
            ServiceError: There are no credentials, or they have expired.
            NoClientError: There is no client.
        """
        for news in self.looks.news():
            before = self.board.known(news)
            yield WatchStep(news, before, self.board.take(news))
            if isinstance(news, Glance):
                self._look_for_children(news)

    # --- What is asked --------------------------------------------------------------------------

    def _follow(self, name: str) -> None:
        kind = kind_of(name) or self._wish.kinds[0]
        if kind.schema is not None and kind.schema.service == "batch":
            name = name.rpartition("/")[2]  # whose ids are no arns
        interval = self._wish.interval
        pace = Pace() if interval is None else Pace.every(interval)
        followed = FollowedJob(
            job=name, kind=kind, tracker=self._tracker, pace=pace, clock=self._clock
        )
        self.board.expect(name, kind)
        self.looks.begin(name, kind, followed.plan())

    def _walk(self, walk: ListWalk, parent: JobKey | None = None) -> None:
        self._walks.append(walk)
        self.looks.begin(walk.listed.shape.operation, walk.kind, walk.plan(), parent)

    def _pace(self) -> dict[str, Any]:
        return {"interval": self._wish.interval or _WALK, "clock": self._clock}

    def _chosen(self) -> dict[str, Any]:
        names = self._wish.names
        wanted = partial(_fits, tuple(names)) if names else (lambda _: True)
        return {"since": self._wish.since, "wanted": wanted}

    def _look_for_children(self, news: Glance) -> None:
        """ListWalk over the children of a job that says it has some."""
        schema, key, answer = news.kind.schema, news.step.job.key, news.step.answer
        offspring = None if schema is None else schema.offspring
        if offspring is None or key in self._parents or not within(answer, offspring.many):
            return
        self._parents.add(key)
        children = KINDS.by_name[offspring.kind]
        walked = self._wish.every and children in self._wish.kinds
        more = {"describes": not walked, **self._pace()}
        walk = walk_of_children(key, news.kind, children, self._tracker, **more)
        if walk is not None:
            self._walk(walk, JobKey(key.kind, key.id))


def kind_of(name: str) -> Lifecycle | None:
    """Return the kind of job that an arn says; None of what is none."""
    found = _ARN.match(name)
    if found is None:
        return None
    kind = f"{found['service']}-{found['resource']}"
    return next((each for each in KINDS if each.name in (kind, f"aws-{kind}")), None)


def _fits(names: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name, each.rpartition("/")[2]) for each in names)
