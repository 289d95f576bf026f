"""Life cycles that declare no rules are judged all the same, by what follows from their moves."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import Lifecycle, Observation, Outcome, Tracker, Violation, check
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model import Basis, Region, Severity, Shown, State
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.rules import RULES
from tests.support.small import PARCEL, PARCELS, SOURCE, edge, entries, feature, parcel, rule, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

END = state("delivered", final=True, outcome=Outcome.SUCCEEDED)
WAY = Region(
    name="way",
    title="Status",
    initial=("packed",),
    states=(state("packed"), state("sent"), END),
    edges=(edge("packed", "sent"), edge("sent", "delivered")),
)
LISTED = attrs.evolve(WAY, history="Log")
PAIRS = attrs.evolve(
    WAY,
    states=(
        *(state("packed", secondary=each) for each in ("open", "shut")),
        attrs.evolve(END, secondary="shut"),
    ),
    edges=(edge("packed/open", "packed/shut"), edge("packed/shut", "delivered/shut")),
    initial=("packed/open",),
)
PAINT = attrs.evolve(
    WAY,
    name="wet_paint",
    states=(state("wet", secondary="new"), attrs.evolve(END, primary="dry", secondary="old")),
    edges=(edge("wet/new", "dry/old"),),
    initial=("wet/new",),
    prefix="paint-",
)


def life(*regions: Region, **more: Any) -> Lifecycle:
    """Return a life cycle that declares no rules."""
    made = Lifecycle(name="parcel", version="1", title="Own", regions=regions)
    return attrs.evolve(made, **more)


#: Life cycles that declare no rules, and the rules that they are judged by.
LIFE_CYCLES = {
    "plain": (life(WAY), ["illegal-transition", "modified-time-went-back"]),
    "with pairs": (life(PAIRS), ["illegal-pair", "illegal-transition", "modified-time-went-back"]),
    "with a history": (
        life(LISTED),
        ["illegal-start", "illegal-transition", "history-rewritten", "modified-time-went-back"],
    ),
    "with features": (
        life(WAY, features=(feature("insured"),)),
        ["illegal-transition", "feature-changed", "modified-time-went-back"],
    ),
    "with a feature that no answer shows": (
        life(WAY, features=(feature("sender", shown=False),)),
        ["illegal-transition", "modified-time-went-back"],
    ),
    "two regions": (
        life(LISTED, PAINT),
        [
            "illegal-start",
            "illegal-transition",
            "paint-illegal-pair",
            "paint-illegal-transition",
            "history-rewritten",
            "modified-time-went-back",
        ],
    ),
    "two regions, the second with the history": (
        life(WAY, attrs.evolve(PAINT, history="Log")),
        [
            "illegal-transition",
            "paint-illegal-pair",
            "paint-illegal-start",
            "paint-illegal-transition",
            "history-rewritten",
            "modified-time-went-back",
        ],
    ),
    "two regions that share their ids": (
        life(LISTED, attrs.evolve(PAINT, prefix="")),
        [
            "illegal-start",
            "illegal-transition",
            "illegal-pair",
            "history-rewritten",
            "modified-time-went-back",
        ],
    ),
    "parcels": (
        PARCELS,
        [
            "illegal-start",
            "illegal-transition",
            "delivered-unseen",
            "cheap-insurance",
            "feature-changed",
            "history-rewritten",
            "modified-time-went-back",
        ],
    ),
}


def paint(primary: str, secondary: str | None, *history: str) -> Observation:
    """Return what an answer says of the paint."""
    shown = {"wet_paint": Shown(primary, secondary)}
    return Observation(job=PARCEL, shown=shown, entries=entries(*history))


def pair(primary: str, secondary: str) -> Observation:
    """Return an answer with both statuses of the parcel's way."""
    return Observation(job=PARCEL, shown={"way": Shown(primary, secondary)})


#: Of which life cycle, what is seen, and what it breaks.
SERIES = [
    ("plain", [parcel("sent", at=1), parcel("delivered", at=2)], []),
    ("plain", [parcel("delivered"), parcel("sent")], ["illegal-transition"]),
    ("plain", [parcel("sent", at=9), parcel("sent", at=5)], ["modified-time-went-back"]),
    ("with pairs", [pair("packed", "shut"), pair("delivered", "shut")], []),
    ("with pairs", [pair("delivered", "open")], ["illegal-pair"]),
    ("with pairs", [pair("packed", "shut"), pair("packed", "open")], ["illegal-transition"]),
    ("with a history", [parcel("delivered", "packed", "sent", "delivered")], []),
    ("with a history", [parcel("sent", "sent")], ["illegal-start"]),
    ("with a history", [parcel("delivered", "packed", "delivered")], ["illegal-transition"]),
    (
        "with a history",
        [
            parcel("sent", "packed", "sent"),
            attrs.evolve(parcel("sent"), entries=entries("packed", "sent", every=30)),
        ],
        ["history-rewritten"],
    ),
    (
        "with a history",
        [parcel("sent", "packed", "sent"), parcel("packed", "packed")],
        ["history-rewritten"],
    ),
    ("with features", [parcel("sent", insured=True), parcel("delivered", insured=True)], []),
    (
        "with features",
        [parcel("sent", insured=True), parcel("delivered", insured=False)],
        ["feature-changed"],
    ),
    (
        "two regions",
        [paint("wet", "new"), parcel("sent", "packed", "sent"), paint("dry", "old")],
        [],
    ),
    ("two regions", [paint("dry", "old"), paint("wet", "new")], ["paint-illegal-transition"]),
    ("two regions", [paint("dry", "new")], ["paint-illegal-pair"]),
    ("two regions", [parcel("sent", "sent")], ["illegal-start"]),
    (
        "two regions, the second with the history",
        [paint("dry", "old", "old")],
        ["paint-illegal-start"],
    ),
    (
        "two regions that share their ids",
        [paint("dry", "old"), paint("wet", "new")],
        ["illegal-transition"],
    ),
    ("two regions that share their ids", [paint("dry", "new")], ["illegal-pair"]),
    ("parcels", [parcel("delivered", "packed", "sent", "delivered")], ["delivered-unseen"]),
    ("parcels", [parcel("packed", cheap=True, insured=True)], ["cheap-insurance"]),
]
ILLEGAL = [case for case in SERIES if case[2]]
each_life_cycle = pytest.mark.parametrize("name", LIFE_CYCLES)


def ids(lifecycle: Lifecycle) -> list[str]:
    """Return the ids of its rules, in their order."""
    return [each.id for each in lifecycle.rules]


def broken(lifecycle: Lifecycle, seen: Iterable[Observation]) -> list[str]:
    """Return the ids of the rules that answers break."""
    return [each.rule for each in check(lifecycle, list(seen)).violations]


@each_life_cycle
def test_what_is_judged_by_default(name: str) -> None:
    """All that some answer can break, and nothing else."""
    lifecycle, expected = LIFE_CYCLES[name]
    assert lifecycle.declared_rules == ()
    assert ids(lifecycle) == expected


@pytest.mark.parametrize(("name", "seen", "expected"), SERIES)
def test_what_breaks_them(name: str, seen: list[Observation], expected: list[str]) -> None:
    """Worked out by hand from the moves."""
    assert broken(LIFE_CYCLES[name][0], seen) == expected


def test_each_can_be_broken() -> None:
    """There is a series above for each rule of each kind."""
    met = {expected[0].removeprefix("paint-") for _, _, expected in ILLEGAL}
    judged = {each for _, listed in LIFE_CYCLES.values() for each in listed}
    assert met == {each.removeprefix("paint-") for each in judged}


@pytest.mark.parametrize(("name", "seen", "expected"), ILLEGAL)
def test_each_can_be_switched_off(name: str, seen: list[Observation], expected: list[str]) -> None:
    """Then nothing else is said instead, and all other rules stay."""
    lifecycle = LIFE_CYCLES[name][0]
    without = lifecycle.without(*expected)
    assert broken(without, seen) == []
    assert ids(without) == [each for each in ids(lifecycle) if each not in expected]
    assert without.version == f"1+without.{expected[0]}"
    with pytest.raises(UnknownNameError, match=f"no rule '{expected[0]}'"):
        without.rule(expected[0])
    with pytest.raises(UnknownNameError, match=f"no rule '{expected[0]}'"):
        without.without(expected[0])


VARIATIONS: dict[str, Callable[[Lifecycle], Lifecycle]] = {
    "evolve": lambda lifecycle: lifecycle.evolve(version="2"),
    "given": lambda lifecycle: lifecycle.given(insured=True),
    "another without": lambda lifecycle: lifecycle.without("history-rewritten"),
    "pickle": lambda lifecycle: pickle.loads(pickle.dumps(lifecycle)),  # noqa: S301 - our own bytes
    "deepcopy": copy.deepcopy,
    "attrs": lambda lifecycle: attrs.evolve(lifecycle, title="Mine"),
}


@pytest.mark.parametrize("vary", VARIATIONS.values(), ids=VARIATIONS)
@pytest.mark.parametrize("rule_id", [each for each in ids(PARCELS) if each != "history-rewritten"])
def test_what_is_off_stays_off(rule_id: str, vary: Callable[[Lifecycle], Lifecycle]) -> None:
    """Whatever is made of the life cycle; what was on stays on."""
    off = PARCELS.without(rule_id)
    assert set(ids(vary(off))) == set(ids(vary(PARCELS))) - {rule_id}


def test_adding_a_rule_switches_it_on_again() -> None:
    """With the words that come with it."""
    off = PARCELS.without("illegal-start", "illegal-transition")
    on = off.evolve(add_rules=[rule("illegal-start", summary="It is packed first.")])
    assert on.rule("illegal-start").summary == "It is packed first."
    assert broken(on, [parcel("sent", "sent")]) == ["illegal-start"]
    assert "illegal-transition" not in ids(on)
    assert on.without("illegal-start").switched_off == off.switched_off


def test_a_declared_rule_gives_the_words() -> None:
    """Of the same id: its severity, basis and source are those of the violation; it comes first."""
    noted = rule("modified-time-went-back", severity=Severity.NOTE, basis=Basis.DOCUMENTED)
    own = life(WAY, rules=(noted, rule("illegal-transition")))
    assert own.rules == (noted, rule("illegal-transition"))
    report = check(own, [parcel("sent", at=9), parcel("sent", at=5)])
    (violation,) = report.violations
    assert report.legal
    assert violation.severity is Severity.NOTE
    assert (violation.basis, violation.source) == (Basis.DOCUMENTED, SOURCE)
    added = life(LISTED).evolve(add_rules=[rule("illegal-start")])
    assert ids(added)[0] == "illegal-start"
    assert sorted(ids(added)) == sorted(LIFE_CYCLES["with a history"][1])


@each_life_cycle
def test_where_a_default_comes_from(name: str) -> None:
    """From the life cycle's own moves, so it is inferred; an exclusion has its own source."""
    for each in LIFE_CYCLES[name][0].rules:
        said = (each.severity, str(each.basis), each.source)
        if each.id == "cheap-insurance":
            assert said == (Severity.ERROR, "observed", SOURCE)
        else:
            assert said == (Severity.ERROR, "inferred", "the life cycle's own moves")


def test_the_words_name_the_region() -> None:
    """The first is the job; another one goes by its name."""
    said = {each.id: each.summary for each in LIFE_CYCLES["two regions"][0].rules}
    assert said["illegal-transition"].startswith("Some legal run of the job explains")
    assert said["paint-illegal-transition"].startswith("Some legal run of the wet paint explains")


def test_a_tracker_tells_what_breaks_them() -> None:
    """In the life cycle's own name."""
    told: list[object] = []
    tracker = Tracker(life(WAY), listeners=[told.append])
    tracker.observe_all([parcel("delivered", at=1), parcel("sent", at=2)])
    (violation,) = (each for each in told if isinstance(each, Violation))
    assert (violation.rule, violation.lifecycle) == ("illegal-transition", "parcel 1")


# --- Other life cycles made of one ----------------------------------------------------------------


def test_what_is_added_is_judged_too() -> None:
    """A feature can change, a pair can be wrong."""
    more = life(WAY).evolve(
        add_features=[feature("insured")],
        add_states=[State("sent", "", "observed", SOURCE, secondary="back")],
        add_edges=[edge("sent", "sent/back"), edge("sent/back", "sent")],
    )
    assert {"feature-changed", "illegal-pair"} <= set(ids(more))
    assert broken(more, [pair("packed", "back")]) == ["illegal-pair"]


def test_what_is_gone_is_not_judged() -> None:
    """Without secondary statuses there is no illegal pair; to have switched it off is no error."""
    mixed = life(WAY).evolve(
        add_states=[State("sent", "", "observed", SOURCE, secondary="back")],
        add_edges=[edge("sent", "sent/back"), edge("sent/back", "sent")],
    )
    assert "illegal-pair" in ids(mixed)
    assert "illegal-pair" not in ids(mixed.evolve(drop_states=["sent/back"]))
    off = mixed.without("illegal-pair").evolve(drop_states=["sent/back"])
    assert ids(off) == LIFE_CYCLES["plain"][1]


def test_what_given_rules_out_is_judged() -> None:
    """A pair of which no such job has the statuses is known all the same."""
    back = State("sent", "", "observed", SOURCE, secondary="back")
    wide = life(WAY).evolve(
        add_features=[feature("insured")],
        add_states=[back],
        add_edges=[edge("sent", "sent/back", needs={"insured": True}), edge("sent/back", "sent")],
    )
    tight = wide.given(insured=False)
    assert ids(tight) == ids(wide)
    assert broken(tight, [pair("packed", "back")]) == ["illegal-pair"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"switched_off": ["ilegal-start"]}, "the rule ilegal-start has no tests, and nothing"),
        (
            {"switched_off": ["illegal-start"], "rules": (rule("illegal-start"),)},
            "the rule illegal-start is both declared and switched off",
        ),
        (
            {"regions": (WAY, attrs.evolve(PAINT, prefix="Paint ")), "switched_off": ()},
            "the rule 'Paint illegal-transition' has no name in kebab-case",
        ),
    ],
)
def test_what_contradicts_itself(change: dict[str, Any], text: str) -> None:
    """Ids that nothing tests, or that can't be."""
    with pytest.raises(LifecycleError) as caught:
        attrs.evolve(life(LISTED), **change)
    assert text in str(caught.value)


def test_a_life_cycle_made_with_rules_off() -> None:
    """As `without` does it, but in one go."""
    off = life(LISTED, switched_off=["illegal-start", "history-rewritten"])
    assert ids(off) == LIFE_CYCLES["plain"][1]


# --- The library's own ----------------------------------------------------------------------------


def test_the_training_job_says_all_in_its_own_words() -> None:
    """None of its rules is a default one."""
    assert TRAINING_JOB.rules == RULES
    bare = attrs.evolve(TRAINING_JOB, rules=())
    assert set(ids(bare)) == {each.id for each in RULES if not each.tests}


# --- Beginnings that need a feature ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("insured", "message"),
    [
        (True, None),
        (None, None),
        (False, "the history begins with sent; a job begins with packed"),
    ],
)
def test_a_start_that_needs_a_feature(*, insured: bool | None, message: str | None) -> None:
    """A job that shows that it lacks it has not begun there; the others may have."""
    initial = {"packed": {}, "sent": {"insured": True}}
    way = attrs.evolve(PARCELS.regions[0], initial=initial)
    features = {} if insured is None else {"insured": insured}
    report = check(attrs.evolve(PARCELS, regions=(way,)), parcel("sent", "sent", **features))
    found = [(each.rule, each.message) for each in report.violations]
    assert found == ([("illegal-start", message)] if message else [])
