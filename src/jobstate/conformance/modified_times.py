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
    "went_back": "{field} is {now}, but an earlier answer had {then}",
    "or_later": "{then} or later",
}


def is_back(before: JobState, observation: Observation) -> bool:
    """Return whether an answer's time is certainly before that of an earlier one."""
    was, modified = before.modified, observation.modified
    return was is not None and modified is not None and is_before(modified, was)


def went_back(before: JobState, observation: Observation, field: str) -> Finding | None:
    """Return how an answer's time is before that of an earlier one; None where it is not.

    Args:
        before: Where the job stood.
        observation: What the answer says.
        field: What answers call the time.
    """
    was, modified = before.modified, observation.modified
    if was is None or modified is None or not is_before(modified, was):
        return None
    then, now = clock(was), clock(modified)
    message = SENTENCES["went_back"].format(field=field, now=now, then=then)
    allowed = (SENTENCES["or_later"].format(then=then),)
    return Finding(message, field, now, allowed, modified)
