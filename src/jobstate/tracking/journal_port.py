"""What a tracker needs of a journal: it keeps what is known, what was said and who has heard it.

`jobstate.journal` has the one that keeps it in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.delivery.outbox import Outbox, Posted
    from jobstate.model.events import Event


class Opened(NamedTuple):
    """What a journal has for one listener.

    Attributes:
        outbox: Where its events wait.
        settled: The number up to which it has heard all events.
        newest: The number of the newest event.
    """

    outbox: Outbox
    settled: int
    newest: int


class JournalPort(Protocol):
    """Keeps what one tracker knows. Any method may be called from any thread."""

    def begin(
        self, judges: Mapping[str, Judge], offer: Callable[[Sequence[Posted]], object]
    ) -> Iterable[JobState]:
        """Return where the jobs stood that are kept.

        Args:
            judges: Kind → who judges its jobs from now on.
            offer: Called with the events of each commit once they are kept, in order.

        Raises:
            JournalError: Another tracker has begun already, or what is kept can't be read.
        """
        raise NotImplementedError

    def subscribe(self, name: str, lanes: int) -> Opened:
        """Return what a listener has not heard; one that is new hears what comes from now on.

        Raises:
            JournalError: It can't be read or written.
        """
        raise NotImplementedError

    def unsubscribe(self, name: str) -> None:
        """Forget what a listener has heard, so that nothing is kept for it any more.

        Raises:
            UnknownNameError: There is none of that name.
            JournalError: That can't be written.
        """
        raise NotImplementedError

    def add(self, before: JobState | None, after: JobState, events: Sequence[Event]) -> int:
        """Take what is to be kept of one job; in order for each job, and never waits.

        What has a place is taken, also where an interrupt comes before this returns.

        Args:
            before: Where it stood; None of a new job.
            after: Where it stands.
            events: What is said of it.

        Returns:
            A ticket for `commit`; later ones are larger.

        Raises:
            JournalError: The job is none that can be kept; nothing was taken.
        """
        raise NotImplementedError

    def forget(self, job_state: JobState) -> int:
        """Keep a job no longer, once everybody has heard of it; return a ticket, likewise."""
        raise NotImplementedError

    @property
    def given(self) -> int:
        """The ticket of what came last."""
        raise NotImplementedError

    @property
    def committed(self) -> int:
        """The ticket up to which everything is kept."""
        raise NotImplementedError

    def commit(self, ticket: int) -> None:
        """Return when everything up to a ticket is kept, for good.

        Raises:
            JournalWriteError: It is not; it stays here, and the next commit tries again.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Get over an earlier failure, if there was one.

        Raises:
            JournalWriteError: It goes on.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Write what is to be written, and let go of the file. Twice does no harm.

        Raises:
            JournalWriteError: Something could not be written.
        """
        raise NotImplementedError
