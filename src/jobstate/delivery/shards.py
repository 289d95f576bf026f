"""Which lane tells the events of a job: always the same one, in every process."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from jobstate.delivery.subscription import MOST_LANES

if TYPE_CHECKING:
    from jobstate.delivery.outbox import Posted
    from jobstate.delivery.subscription import Subscription


def lane_of(posted: Posted, subscription: Subscription) -> int:
    """Return the index of the lane that tells an event: always the same one for a job."""
    return shard_of(posted.event.job.id) % subscription.lanes


def shard_of(job_id: str) -> int:
    """Return a number below 64 that is the same for a job's id in every process."""
    return crc32(job_id.encode("utf-8", "surrogatepass")) & (MOST_LANES - 1)
