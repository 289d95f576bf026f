"""`causes_of`: the causes that ends of a kind of job may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.sagemaker.failure_reasons import FAILURE_CAUSES, failure_cause

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Outcome


def causes_of(kind: Lifecycle) -> frozenset[str] | None:
    """Return the causes that ends of a kind of job may have.

    Returns:
        None where nobody can tell, because its `failure_cause` is not the library's.
    """
    if kind.failure_cause is None:
        said = frozenset[str]()
    elif kind.failure_cause == failure_cause:
        said = FAILURE_CAUSES
    else:
        return None
    return said | shown_causes(kind).keys()


def shown_causes(kind: Lifecycle) -> dict[str, set[Outcome]]:
    """Return the causes that statuses and fields show, each with what jobs come to for it."""
    found: dict[str, set[Outcome]] = {}
    states = ((each.cause, each.outcome) for each in kind.main_region.states if each.final)
    signs = ((each.cause, each.outcome) for each in (kind.schema.ends if kind.schema else ()))
    for cause, outcome in (*states, *signs):
        if cause is not None:
            found.setdefault(cause, set()).add(outcome)
    return found
