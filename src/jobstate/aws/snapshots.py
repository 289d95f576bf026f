"""`JobSnapshot`: one job's state as text with a version, for those who remember nothing.

A Lambda or a trigger may run anywhere, and twice at once. It reads a job's snapshot, observes, and
writes the next one only if nobody else has written it meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.kinds import KINDS
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey


@frozen
class JobSnapshot:
    """What a tracker knew of one job, and how often that has changed.

    A table that keeps it under the job's key (``str(job)``: id and time of creation) takes the next
    one only if its version is greater than that of the one it has. Of two that were made from the
    same one, the second is refused then: read again, observe again, and nothing is lost. What an
    answer brought is told when its snapshot is written, so it is told once.

    Attributes:
        text: What `TrackedJob.snapshot` gave: JSON of 1 to 2 kB; empty where nothing is known yet.
        version: 0 where nothing is known, and one more with each change.
    """

    text: str = ""
    version: int = 0

    def tracker(self, lifecycle: Lifecycle | Kinds = KINDS) -> Tracker:
        """Return a tracker that begins with it.

        Args:
            lifecycle: The life cycle of the job, or those that it may be of.

        Raises:
            SnapshotError: The text is damaged, of a newer version or of another kind.
        """
        tracker = Tracker(lifecycle)
        if self.text:
            tracker.restore(self.text)
        return tracker

    def after(self, tracker: Tracker, job: JobKey) -> JobSnapshot:
        """Return what the tracker knows of the job by now: the very same where nothing changed.

        Raises:
            UnknownJobError: The tracker does not know it.
        """
        text = tracker[job].snapshot()
        return self if text == self.text else JobSnapshot(text, self.version + 1)
