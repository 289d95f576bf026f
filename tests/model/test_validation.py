"""A life cycle that contradicts itself is refused, with every defect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import Lifecycle, Outcome, OutcomePolicy
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model import (
    Basis,
    Edge,
    ExactlyWhen,
    Exclusion,
    Fixed,
    Grows,
    InOrder,
    Memory,
    OverFields,
    OverHistory,
    Requires,
    Rule,
    Severity,
    State,
    Sums,
    Where,
)
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import OBSERVED, PARCELS, SOURCE, WAY, edge, feature, rule, state

if TYPE_CHECKING:
    from collections.abc import Callable


class _Reader:
    """A reader of nothing that has one field."""

    fields = frozenset({"weight"})


def _with_edges(*more: Edge) -> dict[str, object]:
    return {"regions": (attrs.evolve(WAY, edges=(*WAY.edges, *more)),)}


def _with_states(*more: State, edges: tuple[Edge, ...] = ()) -> dict[str, object]:
    region = attrs.evolve(WAY, states=(*WAY.states, *more), edges=(*WAY.edges, *edges))
    return {"regions": (region,)}


def _with_rule(*tests: object, **more: object) -> dict[str, object]:
    return {"rules": (rule("mine", tests=tests, **more),)}


def _with_rules(*ids: str) -> dict[str, object]:
    return {"rules": tuple(map(rule, ids))}


HERE = Where(region="way", final=True)

DEFECTS: list[tuple[str, dict[str, object], str]] = [
    ("edge to nowhere", _with_edges(edge("sent", "mars")), "names the unknown state mars"),
    ("edge from nowhere", _with_edges(edge("mars", "sent")), "names the unknown state mars"),
    ("exit", _with_edges(edge("returned", "sent")), "returned → sent leaves a final state, which"),
    ("twice", _with_edges(edge("packed", "sent")), "packed → sent (moved) is there 2 times"),
    (
        "twice with needs",
        _with_edges(edge("sent", "packed", "lost", needs={"insured": True})),
        "sent → packed (lost) needing insured is there 2 times",
    ),
    (
        "twice after the same",
        _with_edges(edge("sent", "delivered", "signed", after=("seen",))),
        "sent → delivered (signed) after seen is there 2 times",
    ),
    (
        "exclusion nobody sees",
        {
            "exclusions": (
                *PARCELS.exclusions,
                Exclusion(features=("sender", "cheap"), rule="mine", basis=OBSERVED, source="me"),
            ),
        },
        "an exclusion speaks of sender, which no answer shows",
    ),
    (
        "unprovided need",
        _with_edges(edge("packed", "returned", needs={"wings": True})),
        "needs wings, which no feature provides",
    ),
    (
        "assumption lacked",
        _with_edges(edge("packed", "returned", needs={"sender": False})),
        "needs the lack of sender, which can only be assumed",
    ),
    (
        "excluded needs",
        _with_edges(edge("packed", "returned", needs={"insured": True, "cheap": True})),
        "needs insured and cheap, which exclude each other",
    ),
    (
        "never taken",
        _with_edges(edge("packed", "returned", after=("seen",), needs={"insured": False})),
        "no job can take the edge packed → returned (moved)",
    ),
    (
        "unknown memory",
        _with_edges(edge("packed", "returned", after=("heard",))),
        "comes after the unknown memory heard",
    ),
    ("unreachable", _with_states(state("mars")), "the state mars can't be reached"),
    (
        "trap",
        _with_states(state("lost"), edges=(edge("sent", "lost"),)),
        "the state lost never ends: no final state can be reached from it",
    ),
    ("state twice", _with_states(state("sent")), "the way state sent is there 2 times"),
    (
        "gone, not final",
        _with_states(state("mars", gone=True), edges=(edge("sent", "mars"),)),
        "the state mars is gone but not final",
    ),
    (
        "final, running",
        _with_states(state("mars", final=True), edges=(edge("sent", "mars"),)),
        (
            "the state mars is final but running; its outcome is one of: failed, partial, stopped,"
            " succeeded, timed_out, unknown"
        ),
    ),
    (
        "final, running, without a history",
        {
            "regions": (
                attrs.evolve(
                    WAY,
                    history="",
                    states=(*WAY.states, state("mars", final=True)),
                    edges=(*WAY.edges, edge("sent", "mars")),
                ),
            )
        },
        "the state mars is final but running",
    ),
    (
        "outcome too early",
        _with_states(
            state("mars", outcome=Outcome.FAILED),
            edges=(edge("sent", "mars"), edge("mars", "sent")),
        ),
        "the state mars has the outcome failed but is not final",
    ),
    (
        "begins nowhere known",
        {"regions": (attrs.evolve(WAY, initial=("packed", "mars")),)},
        "begins in the unknown state mars",
    ),
    (
        "a beginning that needs nothing that there is",
        {"regions": (attrs.evolve(WAY, initial={"packed": {"warm": True}, "sent": {}}),)},
        "the beginning in packed needs warm, which no feature provides",
    ),
    (
        "a beginning of some jobs only",
        {"regions": (attrs.evolve(WAY, initial={"packed": {"insured": True}}),)},
        "a job with not cheap, not insured, sender begins nowhere in the region way",
    ),
    ("begins nowhere", {"regions": (attrs.evolve(WAY, initial=()),)}, "begins nowhere"),
    (
        "two histories",
        {"regions": (WAY, attrs.evolve(WAY, name="other"))},
        "more than one region claims the entries of histories",
    ),
    ("region twice", {"regions": (WAY, WAY)}, "the region way is there 2 times"),
    (
        "region needs",
        {"regions": (attrs.evolve(WAY, needs={"wings": True}),)},
        "the region way needs wings, which no feature provides",
    ),
    (
        "feature twice",
        {"features": (*PARCELS.features, feature("insured"))},
        "the feature insured is there 2 times",
    ),
    (
        "exclusion",
        {
            "exclusions": (
                Exclusion(
                    features=("cheap", "wings"), rule="no-rule", basis=OBSERVED, source=SOURCE
                ),
            )
        },
        "an exclusion needs wings, which no feature provides",
    ),
    (
        "memory elsewhere",
        {
            "memories": (
                *PARCELS.memories,
                Memory(name="far", region="mars", states=frozenset({"sent"}), rule="no-rule"),
            )
        },
        "the memory far speaks of the unknown region mars",
    ),
    (
        "memory of nothing",
        {
            "memories": (
                *PARCELS.memories,
                Memory(name="far", region="way", states=frozenset({"mars"}), rule="no-rule"),
            )
        },
        "the memory far is set by the unknown state mars",
    ),
    (
        "rule twice",
        _with_rules("illegal-start", "illegal-start"),
        "the rule illegal-start is there 2 times",
    ),
    (
        "rule's name",
        {"rules": (rule("Not Kebab"),)},
        "the rule 'Not Kebab' has no name in kebab-case",
    ),
    (
        "rule that nothing tests",
        _with_rules("on-time"),
        (
            "the rule on-time has no tests, and nothing else tests it; without tests go:"
            " cheap-insurance, delivered-unseen, feature-changed, history-rewritten, illegal-pair,"
            " illegal-start, illegal-transition, modified-time-went-back"
        ),
    ),
    (
        "misspelt rule of a region",
        _with_rules("ilegal-transition"),
        "ilegal-transition has no tests, and nothing else tests it; is illegal-transition meant?",
    ),
    (
        "misspelt rule of two answers",
        _with_rules("history-rewriten"),
        "is history-rewritten meant?",
    ),
    (
        "misspelt rule of a memory",
        _with_rules("delivered-unsen"),
        "is delivered-unseen meant?",
    ),
    (
        "misspelt rule of an exclusion",
        _with_rules("cheap-insurrance"),
        "is cheap-insurance meant?",
    ),
    (
        "region's prefix",
        {"regions": (attrs.evolve(WAY, prefix="way-"),), **_with_rules("illegal-start")},
        "the rule illegal-start has no tests, and nothing else tests it; is way-illegal-start",
    ),
    (
        "rule's field",
        {"reader": _Reader(), **_with_rule(InOrder(fields=("weight", "height")))},
        "the rule mine speaks of the unknown field height",
    ),
    (
        "function's field",
        {"reader": _Reader(), **_with_rule(OverFields(lambda *_: (), ("weight", "height")))},
        "the rule mine speaks of the unknown field height",
    ),
    (
        "history function's field",
        {"reader": _Reader(), **_with_rule(OverHistory(lambda *_: (), ("height",)))},
        "the rule mine speaks of the unknown field height",
    ),
    (
        "sum's field",
        {"reader": _Reader(), **_with_rule(Sums(fields=("weight",), others=("height",)))},
        "the rule mine speaks of the unknown field height",
    ),
    (
        "exactly when elsewhere",
        _with_rule(ExactlyWhen(field="weight", when=Where(region="mars"))),
        "the rule mine speaks of the unknown region mars",
    ),
    (
        "rule asks nothing",
        _with_rule(Requires(then=HERE)),
        "the rule mine must ask for one of a field and a state",
    ),
    (
        "rule asks both",
        _with_rule(Requires(field="weight", when=HERE, then=HERE)),
        "the rule mine must ask for one of a field and a state",
    ),
    (
        "rule elsewhere",
        _with_rule(Requires(field="weight", then=Where(region="mars"))),
        "the rule mine speaks of the unknown region mars",
    ),
    (
        "rule about nothing",
        _with_rule(Requires(when=HERE, then=Where(region="way", statuses={"mars"}))),
        "the rule mine speaks of states of way that do not exist",
    ),
]


@pytest.mark.parametrize(
    ("change", "text"), [case[1:] for case in DEFECTS], ids=[case[0] for case in DEFECTS]
)
def test_each_defect_is_found(change: dict[str, object], text: str) -> None:
    """One thing made wrong is named."""
    with pytest.raises(LifecycleError) as caught:
        attrs.evolve(PARCELS, **change)  # type: ignore[arg-type]
    assert any(text in defect for defect in caught.value.defects), caught.value.defects


@pytest.mark.parametrize("fields", [("weight",), ("length", "weight")])
def test_what_grows_is_not_fixed(fields: tuple[str, ...]) -> None:
    """One field can't be both; two rules may each speak of a field of their own."""
    tests = (Grows(fields=("weight", "height")), Fixed(fields=("colour",)))
    fine = rule("mine", tests=tests)
    assert attrs.evolve(PARCELS, rules=(fine,)).rules[0] == fine
    with pytest.raises(LifecycleError, match="the field weight both grows and is fixed"):
        attrs.evolve(PARCELS, rules=(fine, rule("other", tests=(Fixed(fields=fields),))))


def test_the_reader_reads_its_answers() -> None:
    """Those about another kind would be judged as its own."""
    with pytest.raises(LifecycleError, match="reads answers about sagemaker-training-job, and its"):
        TRAINING_JOB.evolve(name="mine")


def test_a_life_cycle_has_a_region() -> None:
    """Nothing at all is no life cycle."""
    with pytest.raises(LifecycleError, match="there is no region"):
        Lifecycle(name="void", version="1", title="Void", regions=())


def test_all_defects_are_told_at_once() -> None:
    """Two things wrong in different places are one error."""
    with pytest.raises(LifecycleError) as caught:
        attrs.evolve(
            PARCELS,
            **_with_edges(edge("returned", "sent"), edge("sent", "mars")),  # type: ignore[arg-type]
            rules=(rule("Not Kebab"),),
        )
    assert len(caught.value.defects) == 3
    assert str(caught.value).startswith("the life cycle 'parcel' contradicts itself (3 problems):")
    assert str(caught.value).count("\n  - ") == 3


def test_fields_are_judged_only_where_a_reader_names_them() -> None:
    """A life cycle without a reader takes what observations bring."""
    kept = attrs.evolve(PARCELS, **_with_rule(InOrder(fields=("weight", "height"))))  # type: ignore[arg-type]
    assert isinstance(kept, Lifecycle)


def test_a_region_without_an_end_is_no_trap() -> None:
    """Where nothing is final, nothing has to end."""
    region = attrs.evolve(
        WAY,
        states=(state("on"), state("off")),
        edges=(edge("on", "off"), edge("off", "on")),
        initial=("on",),
        history="",
    )
    Lifecycle(name="switch", version="1", title="Switch", regions=(region,))


def test_other_regions_come_to_nothing() -> None:
    """Only the main region tells an outcome; what runs beside it may just end."""
    beside = attrs.evolve(
        WAY,
        name="paint",
        history="",
        prefix="paint-",
        states=(state("wet"), state("dry", final=True)),
        edges=(edge("wet", "dry"),),
        initial=("wet",),
    )
    for regions in ((WAY, beside), (beside, WAY)):  # the one with the history is the main one
        both = attrs.evolve(PARCELS, regions=regions)
        assert both.region("paint").state("dry").outcome is Outcome.RUNNING
    with pytest.raises(LifecycleError, match="the state dry is final but running"):
        attrs.evolve(both, regions=(beside, attrs.evolve(WAY, history="")))


def test_a_rule_stays_where_its_like_are_switched_off() -> None:
    """What tests a rule is the life cycle, whatever other rules there are."""
    alone = PARCELS.without(*(each.id for each in PARCELS.rules if each.id != "cheap-insurance"))
    assert [each.id for each in alone.rules] == ["cheap-insurance"]


def test_strings_become_members() -> None:
    """Basis, outcome and severity may be given as strings; members stay what they are."""
    made = State("lost", "", "observed", SOURCE, outcome="failed")
    assert made.basis is Basis.OBSERVED
    assert made.outcome is Outcome.FAILED
    assert Edge(origin="a", target="b", cause="c", basis="inferred", source="s").basis.weakness == 2
    told = Exclusion(features=("a", "b"), rule="c", basis="documented", source=SOURCE)
    assert told.basis is Basis.DOCUMENTED
    noted = Rule(id="a", summary="B.", basis=Basis.INFERRED, source="s", severity="note")
    assert (noted.basis, noted.severity) == (Basis.INFERRED, Severity.NOTE)
    assert Where(region="way", outcomes=["stopped"]).outcomes == {Outcome.STOPPED}
    assert OutcomePolicy(success=["stopped"]).success == {Outcome.STOPPED}


BASES = "there is: documented, inferred, observed"
OUTCOMES = "there is: failed, partial, running, stopped, succeeded, timed_out, unknown"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda bad: state("lost", basis=bad), f"no basis 'guess'; {BASES}"),
        (lambda bad: edge("lost", "found", basis=bad), f"no basis 'guess'; {BASES}"),
        (
            lambda bad: Exclusion(features=(), rule="x", basis=bad, source=SOURCE),
            f"no basis 'guess'; {BASES}",
        ),
        (lambda bad: rule("mine", basis=bad), f"no basis 'guess'; {BASES}"),
        (lambda bad: rule("mine", severity=bad), "no severity 'guess'; there is: error, note"),
        (lambda bad: state("lost", outcome=bad), f"no outcome 'guess'; {OUTCOMES}"),
        (lambda bad: Where(region="way", outcomes=[bad]), f"no outcome 'guess'; {OUTCOMES}"),
        (lambda bad: OutcomePolicy(success=[bad]), f"no outcome 'guess'; {OUTCOMES}"),
    ],
)
def test_other_strings_are_refused(make: Callable[[Any], object], text: str) -> None:
    """The choices are named; so they are for what is no string at all."""
    with pytest.raises(UnknownNameError, match=text):
        make("guess")
    for other in (None, 5, ["failed"], "FAILED", ""):
        with pytest.raises(UnknownNameError, match=text.partition("; ")[2]):
            make(other)
