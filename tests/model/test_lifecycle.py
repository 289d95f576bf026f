"""Life cycles: tightened, extended, restricted; unchanged themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from jobstate import Outcome
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model import (
    AnswerSchema,
    Basis,
    Edge,
    Field,
    InOrder,
    Lifecycle,
    Requires,
    Shape,
    State,
    StatusFields,
    Stays,
    Where,
)
from jobstate.model.lifecycle import derived
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import OBSERVED, PARCELS, SOURCE, edge, feature, rule, state


def names(lifecycle: object, region: str = "way") -> set[str]:
    """Return the names of a region's states."""
    return {each.name for each in lifecycle.region(region).states}  # type: ignore[attr-defined]


def test_given_removes_what_no_such_job_reaches() -> None:
    """Edges that need what is fixed otherwise are gone, and the states behind them."""
    tight = PARCELS.given(sender=False, insured=False)
    assert names(tight) == names(PARCELS) - {"returned"}
    assert ("sent", "packed") not in {(e.origin, e.target) for e in tight.region("way").edges}
    assert str(tight) == "parcel 1 given insured=no, sender=no"
    assert str(PARCELS) == "parcel 1"


def test_given_may_be_said_bit_by_bit() -> None:
    """Fixing one feature after another is fixing both."""
    bit_by_bit = PARCELS.given(sender=False).given(insured=False)
    assert bit_by_bit.assumed == PARCELS.given(insured=False, sender=False).assumed
    assert names(bit_by_bit) == names(PARCELS.given(insured=False, sender=False))


def test_given_the_same_again_changes_nothing() -> None:
    """Repeating an assumption is no contradiction."""
    once = PARCELS.given(insured=True)
    assert once.given(insured=True).assumed == once.assumed


def test_given_refuses_an_unknown_feature() -> None:
    """The error lists the features there are."""
    with pytest.raises(UnknownNameError, match="no feature 'speed'; there is: cheap, insured"):
        PARCELS.given(speed=True)


def test_given_refuses_what_excludes_each_other() -> None:
    """No job has these features together, so there is no such life cycle."""
    with pytest.raises(LifecycleError, match="no job is cheap=yes, insured=yes at once"):
        PARCELS.given(insured=True, cheap=True)


def test_given_refuses_the_contrary() -> None:
    """What is fixed can't be fixed the other way later."""
    with pytest.raises(LifecycleError, match="insured is already fixed the other way"):
        PARCELS.given(insured=True).given(insured=False)


def test_given_without_a_region_leaves_it_empty() -> None:
    """A job without a warm pool has none of its states."""
    assert names(TRAINING_JOB.given(warm_pool=False), "warm_pool") == set()
    assert names(TRAINING_JOB.given(spot=True), "warm_pool") == set()


def test_evolve_adds_and_drops() -> None:
    """A life cycle of one's own can have more states, edges, features and rules, or fewer."""
    mine = PARCELS.evolve(
        name="mine",
        version="7",
        drop_states=["forgotten"],
        drop_edges=[("sent", "packed")],
        add_states=[state("stolen", final=True, outcome=Outcome.FAILED)],
        add_edges=[edge("sent", "stolen", needs={"fragile": True})],
        add_features=[feature("fragile")],
        add_rules=[rule("mine-alone", tests=(InOrder(fields=("net", "gross")),))],
        drop_rules=["illegal-start"],
    )
    assert str(mine) == "mine 7"
    assert names(mine) == names(PARCELS) - {"forgotten"} | {"stolen"}
    assert mine.rule("mine-alone").id == "mine-alone"
    with pytest.raises(UnknownNameError, match="no rule 'illegal-start'"):
        mine.rule("illegal-start")
    assert PARCELS.rule("illegal-start").basis is Basis.INFERRED


def test_evolve_says_so_in_the_version() -> None:
    """Verdicts of a changed life cycle can't be mistaken for the original's."""
    assert PARCELS.evolve(drop_edges=[("sent", "packed")]).version == "1+evolved"
    off = TRAINING_JOB.without("illegal-start", "illegal-pair")
    assert off.version == f"{TRAINING_JOB.version}+without.illegal-pair.illegal-start"
    assert TRAINING_JOB.without() is TRAINING_JOB


def test_evolve_changes_the_region_that_is_named() -> None:
    """Without a name it is the one with a history, or the first."""
    pool = TRAINING_JOB.evolve(region="warm_pool", drop_edges=[("Available", "Available")])
    assert len(pool.region("warm_pool").edges) == len(TRAINING_JOB.region("warm_pool").edges) - 1
    assert pool.region("job") is TRAINING_JOB.region("job")


def test_evolve_keeps_memories_in_step() -> None:
    """A state that is dropped sets no memory any more."""
    updated = TRAINING_JOB.evolve(drop_states=["Stopping/Training"])
    assert "Stopping/Training" not in updated.memories[0].states


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"drop_states": ["nowhere"]}, "no state 'nowhere'; there is: at the door, delivered"),
        ({"drop_edges": [("sent", "mars")]}, "no edge 'sent \\\\u2192 mars' .*; there is: at the"),
        ({"drop_rules": ["nothing"]}, "no rule 'nothing'; there is: cheap-insurance"),
        ({"region": "nowhere"}, "no region 'nowhere'; there is: way"),
    ],
)
def test_evolve_refuses_what_is_not_there(change: dict[str, object], text: str) -> None:
    """What can't be found is named, with the choices."""
    with pytest.raises(UnknownNameError, match=text):
        PARCELS.evolve(**change)  # type: ignore[arg-type]


def test_evolve_checks_the_result() -> None:
    """Cutting the only way to a state is refused."""
    with pytest.raises(LifecycleError, match="the state at the door can't be reached"):
        PARCELS.evolve(drop_edges=[("sent", "at the door")])


def test_where_is_said_by_what_states_are() -> None:
    """A set of states is a question about each."""
    holds = Where(region="way", final=True, gone=False, outcomes={Outcome.SUCCEEDED}).holds
    region = PARCELS.region("way")
    assert [each.name for each in region.states if holds(each)] == ["delivered"]
    assert Where(region="way", statuses={"sent"}).holds(region.state("sent"))


class _Looks(dict[object, object]):
    """Says when somebody has looked for something."""

    def __init__(self) -> None:
        self.made = Semaphore(0)

    def __contains__(self, key: object) -> bool:
        there = super().__contains__(key)
        self.made.release()
        return there


def test_what_two_ask_for_at_once_is_worked_out_once() -> None:
    """Who looks while another works waits for that, and gets the same."""
    lifecycle, looks, may_end = PARCELS.evolve(version="asked"), _Looks(), Event()
    object.__setattr__(lifecycle, "remembered", looks)  # it is frozen

    @derived
    def found(_: Lifecycle) -> object:
        assert may_end.wait(60)
        return object()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(found, lifecycle)
        assert [looks.made.acquire(timeout=60) for _ in range(2)] == [True, True]
        other = pool.submit(found, lifecycle)
        assert looks.made.acquire(timeout=60)
        may_end.set()
        assert one.result() is other.result()


def test_the_weakest_basis() -> None:
    """Inferred is weaker than observed, which is weaker than documented."""
    assert Basis.weakest([Basis.DOCUMENTED, Basis.INFERRED, OBSERVED]) is Basis.INFERRED
    assert Basis.weakest([Basis.DOCUMENTED, OBSERVED]) is OBSERVED
    assert Basis.weakest([]) is None


def test_sources_are_given() -> None:
    """Every state, edge and rule of the training job says how we know it, and from where."""
    for region in TRAINING_JOB.regions:
        assert all(state.source for state in region.states)
        assert all(edge.source for edge in region.edges)
    for each in TRAINING_JOB.rules:
        assert each.source, each.id
        assert each.summary.endswith("."), each.id
    assert SOURCE


# --- From a schema --------------------------------------------------------------------------------

FIELDS = {
    "id": Field.text(64, required=True),
    "state": Field.part({"now": Field.status(), "why": Field.status()}),
    "endedAt": Field.time(),
    "log": Field.parts({"status": Field.status(), "at": Field.time()}, 9),
}
SCHEMA = AnswerSchema(
    kind="letter",
    service="post",
    shapes=(Shape("describe", FIELDS),),
    id="id",
    places=(StatusFields(primary="state.now", secondary="state.why"),),
    stays=Stays(path="log", status="status", start="at", end="until"),
)


def test_what_a_schema_says_is_not_said_again() -> None:
    """Name, reader, and the one region with the field, its title and the history."""
    over = Requires(field="endedAt", then=Where(final=True))
    letter = Lifecycle.from_schema(
        SCHEMA,
        version="1",
        title="Letter",
        states=(
            State("sent", "on its way", OBSERVED, SOURCE),
            State("read", "opened", OBSERVED, SOURCE, outcome="succeeded"),
        ),
        edges=(Edge("sent", "read", "opened", OBSERVED, SOURCE),),
        rules=(rule("ended", tests=over),),
    )
    (region,) = letter.regions
    assert (letter.name, letter.schema) == ("letter", SCHEMA)
    assert (region.name, region.title, region.field) == ("job", "now / why", "state.now")
    assert (region.history, region.initial) == ("log", {"sent": ()})
    assert letter.rule("ended").tests == (over,)
    assert SCHEMA.name == SCHEMA.id


def test_a_schema_contradicts_nothing() -> None:
    """What is made of one is checked like any other; where jobs begin may be said."""
    with pytest.raises(LifecycleError, match="begins in the unknown state lost"):
        Lifecycle.from_schema(
            SCHEMA,
            version="1",
            title="Letter",
            states=(State("sent", "on its way", OBSERVED, SOURCE),),
            edges=(),
            initial=("lost",),
        )
