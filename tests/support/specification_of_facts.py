"""A specification built from `facts`, not from the library's own life cycle.

The brute-force search runs on it, so that what it says depends on nothing that it is to judge.
"""

from __future__ import annotations

from jobstate.model.specification import Specification
from jobstate.model.states import Basis, Edge, Exclusion, Feature, Memory, Outcome, Region, State
from tests.support import facts

_SOURCE = "tests/support/facts.py"


def specification(**assumed: bool) -> Specification:
    """Return the training job's life as the facts give it, with some features fixed."""
    return Specification(
        name="facts",
        version="0",
        title="Training job, from the facts",
        regions=(_job(), _warm_pool()),
        features=tuple(
            Feature(name=name, meaning=name, source=_SOURCE, shown=shown)
            for name, shown in facts.FEATURES.items()
        ),
        exclusions=tuple(
            Exclusion(
                features=tuple(sorted(clash)),
                rule="-excludes-".join(sorted(clash)).replace("_", "-"),
                basis=Basis.INFERRED,
                source=_SOURCE,
            )
            for clash in sorted(facts.EXCLUSIONS, key=sorted)
        ),
        memories=(
            Memory(
                name="trained",
                region="job",
                states=frozenset(facts.TRAINED),
                rule="completed-without-training",
            ),
        ),
        assumed=tuple(sorted(assumed.items())),
    )


def _job() -> Region:
    return Region(
        name="job",
        title="Job",
        states=tuple(_state(primary, secondary) for primary, secondary in facts.PAIRS),
        edges=tuple(
            Edge(
                origin=origin,
                target=target,
                cause="some",
                basis=Basis.INFERRED,
                source=_SOURCE,
                needs=tuple(needs),
                after=("trained",) if trained else (),
            )
            for origin, target, needs, trained in sorted(facts.lifted_edges(), key=_by_ends)
        ),
        initial=(facts.INITIAL,),
        field="Status",
        history="Log",
    )


def _by_ends(edge: facts.PairEdge) -> tuple[str, str]:
    return edge[:2]


def _state(primary: str, secondary: str) -> State:
    result = facts.result(primary, secondary)
    return State(
        primary=primary,
        secondary=secondary,
        outcome=Outcome(result.outcome),
        cause=result.cause,
        final=result.final,
        gone=result.gone,
        retired=secondary in facts.RETIRED,
        meaning="",
        basis=Basis.INFERRED,
        source=_SOURCE,
    )


def _warm_pool() -> Region:
    return Region(
        name="warm_pool",
        title="Warm pool",
        states=tuple(
            State(
                primary=name,
                meaning="",
                final=name in facts.POOL_FINAL,
                basis=Basis.DOCUMENTED,
                source=_SOURCE,
            )
            for name in sorted(facts.POOL_STATES)
        ),
        edges=tuple(
            Edge(
                origin=origin,
                target=target,
                cause="some",
                basis=Basis.DOCUMENTED,
                source=_SOURCE,
            )
            for origin, target in sorted(facts.POOL_EDGES)
        ),
        initial=(facts.POOL_INITIAL,),
        needs=tuple(facts.WARM_POOL),
        prefix="warm-pool-",
    )
