"""Arrays of AWS Batch: how a job makes others, and what its answers say of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from jobstate.model.offspring import Child, Offspring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstate.model.operations import Listing

#: BAPI, ArrayPropertiesDetail: the statuses that an array counts its children by.
_COUNTED: Final = (
    *("SUBMITTED", "PENDING", "RUNNABLE", "STARTING"),
    *("RUNNING", "SUCCEEDED", "FAILED"),
)


def _told(children: Sequence[Child]) -> dict[str, object]:
    """Return what an array says of its children."""
    counts = Counter(each.status for each in children)
    return {"arrayProperties": {"statusSummary": {name: counts[name] for name in _COUNTED}}}


def _made(asked: Mapping[str, Any], _: str, index: int) -> dict[str, object]:
    """Return what a child says: what its parent was submitted with, and which one it is."""
    same = {name: each for name, each in asked.items() if name != "dependsOn"}
    return {**same, "jobArn": f"{asked['jobArn']}:{index}", "arrayProperties": {"index": index}}


def offspring(kind: str, failed: str, listing: Listing) -> Offspring:
    """Return how an array makes its jobs.

    Args:
        kind: What they are jobs of, as it is itself.
        failed: The state of one that failed.
        listing: How jobs are listed.
    """
    return Offspring(
        kind=kind,
        many="arrayProperties.size",
        called="{name}",
        # BUG, array jobs: the index is appended to the parent's id.
        id="{id}:{index}",
        says=_made,
        told=_told,
        failed=failed,
        fails_for_one=True,
        operation="ListJobs",
        argument="arrayJobId",
        listed_in="jobSummaryList",
        listing=listing,
    )
