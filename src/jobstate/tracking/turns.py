"""Whose turn it is: answers about one job one after the other, and listeners to their end."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from jobstate.common.forks import in_forked_child
from jobstate.errors import ConformanceError
from jobstate.tracking.stripes import _LAST, Stripe, Stripes

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.delivery.inline import InlineListeners
    from jobstate.model.observation import Observation
    from jobstate.tracking.observed import Observed

_T = TypeVar("_T")


class RunToCompletion:
    """Runs each answer to completion: what a listener observes waits until all have heard.

    Attributes:
        telling: The threads that tell plain listeners just now. (Faster than a `threading.local`.)
    """

    def __init__(
        self,
        stripes: Stripes,
        inline: InlineListeners,
        take: Callable[[Observation, Stripe], Observed],
    ) -> None:
        """Prepare to take answers.

        Args:
            stripes: Of the jobs.
            inline: The plain listeners.
            take: Judges one answer, and has listeners told.
        """
        self.telling: set[int] = set()
        self._stripes = stripes
        self._inline = inline
        self._take = take
        #: Thread → what plain listeners have observed there, to be taken by that thread.
        self._queues: dict[int, deque[Observation]] = {}
        #: What an interrupt left.
        self._pending: deque[Stripe] = deque()
        self._untaken: deque[Observation] = deque()
        in_forked_child(self, RunToCompletion._go_on_alone)

    def _go_on_alone(self) -> None:
        """Take no heed of threads that a forked child does not have.

        What they were telling, the parent tells.
        """
        own = threading.get_ident()
        for stripe in self._stripes:
            stripe.lock = threading.Lock()
            if own not in self.telling:
                stripe.pending.clear()
        self.telling &= {own}
        self._queues = {each: queue for each, queue in self._queues.items() if each == own}

    @property
    def left(self) -> bool:
        """Whether an interrupt has left something undone."""
        return bool(self._pending or self._untaken)

    @property
    def running(self) -> bool:
        """Whether the present thread is telling plain listeners."""
        return threading.get_ident() in self.telling

    def queue(self, observation: Observation) -> None:
        """Let an answer that a listener observes wait until all have heard what came before."""
        self._queues.setdefault(threading.get_ident(), deque()).append(observation)

    def run(
        self, observation: Observation, refused: list[ConformanceError]
    ) -> tuple[Observed | None, int]:
        """Take an answer and whatever plain listeners observe meanwhile.

        Args:
            observation: The answer.
            refused: Gets the errors of those that are refused.

        Returns:
            What it brought, None where it is refused; and the journal's ticket for that.
        """
        stripe = self._stripes[hash(observation.job.id) & _LAST]
        observed: Observed | None = None
        try:
            observed = self._take(observation, stripe)
        except ConformanceError as error:
            refused.append(error)
        ticket = stripe.ticket
        if self._queues:  # which only plain listeners fill: where there are some, no journal waits
            self._run_queue(refused)
        return observed, ticket

    def taker(
        self, refused: list[ConformanceError], tickets: list[int]
    ) -> Callable[[Observation], Observed]:
        """Return what takes one answer after the other.

        It raises the error of the first that is refused.

        Args:
            refused: Gets the errors.
            tickets: Gets the journal's tickets.
        """

        def take(observation: Observation) -> Observed:
            observed, ticket = self.run(observation, refused)
            tickets.append(ticket)
            if observed is None or refused:
                raise combined(refused)
            return observed

        return take

    def make_up(self, refused: list[ConformanceError]) -> None:
        """Tell what an interrupt left untold, and take what it left untaken."""
        while (stripe := _next(self._pending)) is not None:
            with stripe.lock:
                self.tell(stripe)
        while (observation := _next(self._untaken)) is not None:
            self.queue(observation)
        self._run_queue(refused)

    def _run_queue(self, refused: list[ConformanceError]) -> None:
        """Take what plain listeners have observed."""
        thread = threading.get_ident()
        queue = self._queues.get(thread)
        try:
            while queue:
                observation = queue.popleft()
                try:
                    self._take(observation, self._stripes.of(observation.job))
                except ConformanceError as error:
                    refused.append(error)
        finally:
            self._leave(thread)

    def tell(self, stripe: Stripe) -> None:
        """Tell plain listeners, under the stripe's lock.

        What an interrupt leaves is told before the next answer.
        """
        thread = threading.get_ident()
        self.telling.add(thread)
        try:
            self._inline.run(stripe.pending)
        except BaseException:
            self._pending.append(stripe)
            self._leave(thread)
            raise
        finally:
            self.telling.discard(thread)

    def _leave(self, thread: int) -> None:
        """Keep what an interrupt leaves, for whoever observes next."""
        self._untaken.extend(self._queues.pop(thread, ()))


def _next(left: deque[_T]) -> _T | None:
    """Take out what comes next; None where there is nothing, or another thread was faster."""
    try:
        return left.popleft()
    except IndexError:
        return None


def combined(refused: list[ConformanceError]) -> ConformanceError:
    """Return the first error, with what the others say."""
    first = refused[0]
    for other in refused[1:]:
        first.add_note(f"and likewise: {other}")
    return first
