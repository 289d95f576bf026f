"""The times at which a job's record was last changed, of answers in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.times import clock, is_before
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from jobstate.conformance.job_state import JobState
    from jobstate.model.observation import Observation

#: What is said of answers out of order; the page's judge fills the same in.
SENTENCES: Final = {
    "went_back": "LastModifiedTime is {now}, but an earlier answer had {then}",
    "or_later": "{then} or later",
}


def went_back(before: JobState, observation: Observation) -> Finding | None:
    """Return how an answer's time is before that of an earlier one; None where it is not."""
    was, modified = before.modified, observation.modified
    if was is None or modified is None or modified >= was or not is_before(modified, was):
        return None
    then, now = clock(was), clock(modified)
    message = SENTENCES["went_back"].format(now=now, then=then)
    allowed = (SENTENCES["or_later"].format(then=then),)
    return Finding(message, "LastModifiedTime", now, allowed, modified)
