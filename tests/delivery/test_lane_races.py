"""Lanes and news that comes between two steps of theirs: none of it is passed over or left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from attrs import define

from jobstate import Subscription
from tests.support.lanes import Bench, File, letters

if TYPE_CHECKING:
    from types import TracebackType


@define(eq=False)
class Meddler:
    """A lane's lock that lets something happen as soon as it has been let go of so often."""

    inner: Lock
    what: Callable[[], object]
    left: int

    def __enter__(self) -> bool:
        """Take it."""
        return self.inner.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of it."""
        self.inner.release()
        self.left -= 1
        if self.left == 0:
            self.what()


def met(what: Callable[[Bench], object], left: int) -> tuple[Bench, Meddler]:
    """Return a lane that has told an event, with something that happens while it looks for more."""
    one = Bench.of(Subscription(name="pager", listener=print), File())
    one.run()
    one.offer(letters("a"))
    one.run()
    meddler = Meddler(one.lane._lock, lambda: what(one), left)  # noqa: SLF001 - between two steps
    one.lane._lock = meddler  # type: ignore[assignment]  # noqa: SLF001 - as above
    return one, meddler


def test_the_journal_is_never_told_of_what_waits() -> None:
    """A cursor stands before what was not told, whenever that came: a crash would lose it."""
    for left in range(1, 8):
        one, _ = met(lambda one: one.offer(letters("b", first=2)), left)
        one.lane.take()
        assert isinstance(one.outbox, File)
        assert one.outbox.settled[0] == 1


def test_a_lane_that_finishes_tells_what_came_before() -> None:
    """Also what came while it found that there was nothing."""

    def end(one: Bench) -> None:
        one.offer(letters("b", first=2))
        one.lane.finish()

    for left in range(1, 8):
        one, meddler = met(end, left)
        while one.run() is not None and meddler.left <= 0:  # as a worker does, which is woken
            pass
        assert one.heard == [1, 2] or meddler.left > 0


def test_it_ends_at_last() -> None:
    """When all is told there is no more."""
    one, _ = met(lambda one: one.lane.finish(), 1)
    one.run()
    assert one.run() is None


def test_a_job_that_is_parked_while_it_is_released_stays_parked() -> None:
    """For want of room, by whoever brings news just then."""
    for left in range(1, 12):
        one = Bench.of(Subscription(name="pager", listener=print, capacity=1))
        one.offer(letters("a"))
        one.run(fails=lambda _: True)
        one.clock.seconds += 60
        offer = partial(one.offer, letters("ba", first=2))
        meddler = Meddler(one.lane._lock, offer, left)  # noqa: SLF001 - between two steps
        one.lane._lock = meddler  # type: ignore[assignment]  # noqa: SLF001 - as above
        one.run_on()
        if meddler.left > 0:
            break
        assert (3 in one.heard) != bool(one.lane.parked)
        assert one.lane.retrying == 0
        one.lane.unpark()
        one.run_on()
        one.offer(letters("a", first=4))
        one.run_on()
        assert one.heard[-1] == 4
        assert (one.lane.parked, one.lane.retrying) == ((), 0)
