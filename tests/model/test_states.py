"""Rows of states say no more than they must, and alternatives stand for one edge."""

from __future__ import annotations

from typing import Any

import pytest

from jobstate import Outcome
from jobstate.model.states import Basis, Edge, Region, State, alternatives, counted_as
from tests.support.small import OBSERVED, SOURCE, edge

SPOT, RETRY = {"spot": True}, {"retry": True}


@pytest.mark.parametrize(
    ("more", "outcome", "final", "cause"),
    [
        ({}, Outcome.RUNNING, False, None),
        ({"outcome": "succeeded"}, Outcome.SUCCEEDED, True, None),
        ({"outcome": "failed"}, Outcome.FAILED, True, "unknown"),
        ({"outcome": "failed", "cause": "lost"}, Outcome.FAILED, True, "lost"),
        ({"outcome": "stopped", "cause": None}, Outcome.STOPPED, True, None),
        ({"gone": True}, Outcome.UNKNOWN, True, "unknown"),
        ({"gone": True, "outcome": "succeeded"}, Outcome.SUCCEEDED, True, None),
        # As beside the main region, where nothing is come to.
        ({"final": True}, Outcome.RUNNING, True, None),
        ({"outcome": "failed", "final": False}, Outcome.FAILED, False, "unknown"),
    ],
)
def test_what_a_row_leaves_out(
    more: Any,
    outcome: Outcome,
    final: bool,  # noqa: FBT001 - a table
    cause: str | None,
) -> None:
    """What has come to something has ended, of an unknown cause where nobody says more."""
    row = State("lost", "nobody knows where", OBSERVED, SOURCE, **more)
    assert (row.outcome, row.final, row.cause) == (outcome, final, cause)


def test_a_region_begins_in_its_first_state() -> None:
    """Where nobody says otherwise."""
    rows = (State("a", "", OBSERVED, SOURCE), State("b", "", OBSERVED, SOURCE))
    edges = (Edge("a", "b", "moved", OBSERVED, SOURCE),)
    assert Region(title="Status", states=rows, edges=edges).initial == {"a": ()}
    assert Region(title="Status", states=rows, edges=edges, initial=["b"]).initial == {"b": ()}


def test_alternatives_stand_together() -> None:
    """Edges of one origin, target, cause and memory; the firmest speaks for them all."""
    weak = edge("a", "b", "by rail", needs=RETRY, basis=Basis.INFERRED)
    firm = edge("a", "b", "by rail", needs=SPOT, basis=Basis.DOCUMENTED)
    same = edge("a", "b", "by rail", needs={"plan": True}, basis=Basis.DOCUMENTED)
    others = [edge("a", "b", "by road"), edge("a", "b", "by rail", after=("seen",))]
    first, *rest = alternatives([weak, others[0], firm, same, others[1]])
    assert first.edges == (firm, same, weak)
    assert [each.edges for each in rest] == [(other,) for other in others]
    assert (first.firmest, first.needs) == (firm, (firm.needs, same.needs, weak.needs))
    assert first.source == f"{SOURCE}; where retry inferred: {SOURCE}"
    assert counted_as([weak, firm, same]) == dict.fromkeys([weak, firm, same], firm)
