"""A small life cycle that is nobody's in particular, for tests of what holds for any.

A parcel is packed, sent (twice if it is lost and insured) and delivered or returned; signing for
it needs that it was seen at the door.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from jobstate import JobKey, Lifecycle, Observation, Outcome
from jobstate.model import (
    Basis,
    Edge,
    Entry,
    Exclusion,
    Feature,
    Memory,
    Region,
    Rule,
    Shown,
    State,
)

BEGIN = datetime(2026, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
PARCEL = JobKey("parcel", "parcel/1", BEGIN)
SOURCE = "made up"
OBSERVED = Basis.OBSERVED


def state(name: str, **more: Any) -> State:
    """Return a state of one axis."""
    return attrs.evolve(State(name, "", OBSERVED, SOURCE), **more)


def edge(origin: str, target: str, cause: str = "moved", **more: Any) -> Edge:
    """Return an edge."""
    return attrs.evolve(Edge(origin, target, cause, OBSERVED, SOURCE), **more)


def feature(name: str, *, shown: bool = True) -> Feature:
    """Return a feature."""
    return Feature(name=name, meaning=name, source=SOURCE, shown=shown)


def rule(rule_id: str, **more: Any) -> Rule:
    """Return a rule."""
    made = Rule(id=rule_id, summary="So it is.", basis=OBSERVED, source=SOURCE)
    return attrs.evolve(made, **more)


WAY = Region(
    name="way",
    title="Status",
    field="Status",
    history="Log",
    initial=("packed",),
    states=(
        state("packed"),
        state("sent"),
        state("at the door"),
        state("delivered", final=True, outcome=Outcome.SUCCEEDED),
        state("returned", final=True, outcome=Outcome.FAILED, cause="unknown"),
        state("forgotten", final=True, gone=True, outcome=Outcome.SUCCEEDED),
    ),
    edges=(
        edge("packed", "sent"),
        edge("sent", "packed", "lost", needs={"insured": True}),
        edge("sent", "at the door"),
        edge("at the door", "sent", "missed", basis=Basis.INFERRED),
        edge("sent", "delivered", "signed", after=("seen",)),
        edge("at the door", "delivered", "signed", after=("seen",)),
        edge("sent", "returned", "refused", needs={"sender": True}),
        edge("delivered", "forgotten", "cleaned"),
    ),
)
PARCELS = Lifecycle(
    name="parcel",
    version="1",
    title="Parcel",
    regions=(WAY,),
    features=(feature("insured"), feature("cheap"), feature("sender", shown=False)),
    exclusions=(
        Exclusion(
            features=("insured", "cheap"), rule="cheap-insurance", basis=OBSERVED, source=SOURCE
        ),
    ),
    memories=(
        Memory(
            name="seen",
            region="way",
            states=frozenset({"at the door"}),
            rule="delivered-unseen",
        ),
    ),
)


def entries(*statuses: str, every: float = 61.0) -> tuple[Entry, ...]:
    """Return a history without ends, an entry a minute or so."""
    return tuple(
        Entry(status, BEGIN + timedelta(seconds=every * position))
        for position, status in enumerate(statuses)
    )


def parcel(status: str, *history: str, at: float | None = None, **features: bool) -> Observation:
    """Return what an answer says of the parcel; `at` is its modification, in seconds."""
    return Observation(
        job=PARCEL,
        shown={"way": Shown(status)},
        entries=entries(*history),
        features=features,
        modified=None if at is None else BEGIN + timedelta(seconds=at),
    )
