"""Illegal series: for every rule of a life cycle, and each breaks the rule that it announces."""

from __future__ import annotations

import pickle
import random
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from jobstate import Lifecycle, Observation, Outcome, check
from jobstate.errors import UnknownNameError
from jobstate.model import Finding, Region, Requires, Rule, Severity, Where
from jobstate.model.rule_tests import Fixed, Grows, InOrder
from jobstate.model.specification import OverFields, OverHistory
from jobstate.sagemaker import TRAINING_JOB, TRANSFORM_JOB
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.reader import TrainingJobReader
from jobstate.testing.illegal.drafts import Draft
from jobstate.testing.illegal.fields import contradict
from jobstate.testing.illegal.illegal import Illegal, UnbreakableRuleError, illegal, spoiler_of
from tests.campaigns.illegal import faults
from tests.support.small import PARCELS, WAY, edge, rule, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.specification import Specification

IDS = [each.id for each in TRAINING_JOB.rules]


def broken(lifecycle: Lifecycle, found: Illegal) -> set[str]:
    """Return the ids of the rules that a series breaks."""
    return {each.rule for each in check(lifecycle, found.answers).violations}


@pytest.mark.parametrize("rule_id", IDS)
def test_every_rule_can_be_broken(rule_id: str) -> None:
    """The verdict and the independent oracle both see it, notes included."""

    @settings(max_examples=20, database=None)
    @given(illegal(TRAINING_JOB, rule_id))
    def holds(found: Illegal) -> None:
        assert found.rule == rule_id
        assert faults(found) == []

    holds()


def test_any_rule() -> None:
    """Without a rule each has its turn."""

    @settings(max_examples=100, database=None)
    @given(illegal(TRAINING_JOB))
    def holds(found: Illegal) -> None:
        assert faults(found) == []

    holds()
    assert list(spoiler_of(TRAINING_JOB).breakable) == IDS


@pytest.mark.parametrize("rule_id", IDS)
def test_mostly_nothing_else_is_broken(rule_id: str) -> None:
    """One forbidden thing was done; for each rule there are series that break it alone."""
    spoiler = spoiler_of(TRAINING_JOB)
    found = [spoiler.spoil(rule_id, random.Random(seed).choice) for seed in range(20)]
    series = [each for each in found if each is not None]
    assert len(series) >= 15
    assert {rule_id} in [broken(TRAINING_JOB, each) for each in series]


def test_the_story_says_what_was_done() -> None:
    """And to what life."""
    spoiler = spoiler_of(TRAINING_JOB)
    found = spoiler.spoil("completed-without-training", random.Random(1).choice)
    assert found is not None
    assert found.story.startswith("it never was trained: InProgress/Starting ")
    assert found.story.endswith(" → Completed/Completed")


def test_all_forms_of_answers_come() -> None:
    """Descriptions, items of lists, events."""
    spoiler = spoiler_of(TRAINING_JOB)
    series = [spoiler.spoil("illegal-pair", random.Random(seed).choice) for seed in range(30)]
    first = [each.answers[0] for each in series if each is not None]
    assert any("detail" in answer for answer in first)
    assert any("SecondaryStatusTransitions" in answer for answer in first)
    assert any(not {"detail", "SecondaryStatusTransitions"} & set(answer) for answer in first)


def test_a_tighter_life_cycle() -> None:
    """What can't be broken there is found out, and the rest is broken."""
    ids = set(spoiler_of(TRAINING_JOB.given(warm_pool=True, stop=False)).breakable)
    assert "warm-pool-illegal-transition" in ids
    assert "illegal-transition" in ids
    assert "completed-without-training" not in ids, "only a stop leads past Training"
    without = TRAINING_JOB.without("illegal-transition")
    assert "illegal-transition" not in spoiler_of(without).breakable


def test_default_rules_can_be_broken() -> None:
    """All that the training job's moves are judged by without a rule of its own."""
    bare = attrs.evolve(TRAINING_JOB, rules=())
    ids = [each.id for each in bare.rules]
    assert list(spoiler_of(bare).breakable) == ids
    assert set(ids) == {each.id for each in TRAINING_JOB.rules if not each.tests}


# --- Other life cycles --------------------------------------------------------------------------


@pytest.mark.parametrize("rule_id", [each.id for each in PARCELS.rules])
def test_a_life_cycle_without_a_writer(rule_id: str) -> None:
    """Its series are of observations."""

    @settings(max_examples=30, database=None)
    @given(illegal(PARCELS, rule_id))
    def holds(found: Illegal) -> None:
        assert all(isinstance(answer, Observation) for answer in found.answers)
        assert rule_id in broken(PARCELS, found)

    holds()


def only_twice(_: Specification, observation: Observation) -> Iterator[Finding]:
    """Refuse a field that is not the only number it may be."""
    if observation.fields.get("weight", 0) != 0:
        yield Finding("too heavy")


def never_long(_: Specification, observation: Observation) -> Iterator[Finding]:
    """Refuse entries that last for more than an hour and a half longer than any does."""
    for entry in observation.entries:
        if entry.end is not None and (entry.end - entry.start).total_seconds() > 10_000:
            yield Finding("too long")


def never(_: Specification, __: Observation) -> Iterator[Finding]:
    """Find nothing wrong, ever."""
    yield from ()


def paint(**more: Any) -> Region:
    """Return a region beside the parcel's way, which has no history."""
    states = (state("wet"), state("dry"), state("chipped", final=True))
    edges = (edge("wet", "dry"), edge("dry", "chipped"))
    region = Region(name="paint", title="Paint", states=states, edges=edges, initial=("wet",))
    return attrs.evolve(region, prefix="paint-", **more)


def painted(*rules: Rule, **more: Any) -> Lifecycle:
    """Return parcels with paint and some more rules."""
    return attrs.evolve(PARCELS, regions=(*PARCELS.regions, paint(**more)), rules=rules)


RULES: dict[str, Rule] = {
    "an order of fields": rule("order", tests=(InOrder(fields=("least", "middle", "most")),)),
    "a field too early": rule(
        "early", tests=(Requires(field="receipt", then=Where(region="way", final=True)),)
    ),
    "a function of fields": rule("heavy", tests=(OverFields(only_twice, ("weight",)),)),
    "a function of histories": rule("long", tests=(OverHistory(never_long),)),
    "a bare function": rule("long", tests=(never_long,)),
    "a region without history": rule("paint-illegal-transition"),
    "regions out of step": rule(
        "step",
        tests=(
            Requires(when=Where(region="way", final=True), then=Where(region="paint", final=False)),
        ),
    ),
    "a region out of step with the way": rule(
        "step",
        tests=(
            Requires(
                when=Where(region="paint", statuses={"wet"}),
                then=Where(region="way", outcomes={Outcome.RUNNING}),
            ),
        ),
    ),
}


@pytest.mark.parametrize("kind", RULES)
def test_every_kind_of_rule(kind: str) -> None:
    """Rules of any life cycle, for which nothing was written."""
    lifecycle = painted(RULES[kind])

    @settings(max_examples=20, database=None)
    @given(illegal(lifecycle, RULES[kind].id))
    def holds(found: Illegal) -> None:
        assert RULES[kind].id in broken(lifecycle, found)

    holds()


@pytest.mark.parametrize(
    ("unbreakable", "why"),
    [
        (rule("never", tests=(never,)), "60 legal lives were changed, and it never fired"),
        (rule("illegal-pair"), "60 legal lives were changed, and it never fired"),
        (rule("never", tests=(OverFields(never, ("weight",)),)), "60 legal lives were changed"),
        (
            rule(
                "always",
                tests=(Requires(when=Where(region="way"), then=Where(region="paint")),),
            ),
            "60 legal lives were changed, and it never fired",
        ),
        (rule("paint-illegal-start"), "60 legal lives were changed, and it never fired"),
    ],
    ids=lambda each: each.id if isinstance(each, Rule) else "",
)
def test_what_can_not_be_broken(unbreakable: Rule, why: str) -> None:
    """The error names the rule and the life cycle, at once, and says why."""
    with pytest.raises(UnbreakableRuleError) as found:
        illegal(painted(unbreakable), unbreakable.id)
    text = f"no series can be made that breaks {unbreakable.id} of parcel 1: {why}"
    assert str(found.value).startswith(text)
    assert isinstance(found.value, ValueError)
    assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)  # noqa: S301


#: Fields that no answer has: in a part that none has, in none, and in one that answers have.
MORE = ("Spot.Price", "Price", "ResourceConfig.Price")


class MoreFields(TrainingJobReader):
    """A reader that speaks of fields that no answer has."""

    @property
    def fields(self) -> frozenset[str]:
        """Every name that `Observation.fields` may hold."""
        return super().fields | {*MORE}


@pytest.mark.parametrize(
    "field",
    [MORE[0], *(pytest.param(each, marks=pytest.mark.once) for each in MORE[1:])],
)
def test_fields_that_no_answer_has(field: str) -> None:
    """Nobody knows what they hold, nor where they would stand."""
    lifecycle = attrs.evolve(
        TRAINING_JOB,
        reader=MoreFields(SCHEMA),
        rules=(
            rule("early", tests=(Requires(field=field, then=Where(region="job", final=True)),)),
            rule("order", tests=(InOrder(fields=("Price", field)),)),
            rule("never", tests=(OverFields(never, (field,)),)),
        ),
    )
    assert not {"early", "order", "never"} & set(spoiler_of(lifecycle).breakable)


def test_a_life_cycle_in_which_nothing_happens() -> None:
    """One state, no move, no feature: there is nothing to do wrong."""
    still = attrs.evolve(WAY, states=(state("packed"),), edges=())
    lifecycle = Lifecycle(
        name="still",
        version="1",
        title="Still",
        regions=(still,),
        rules=(rule("feature-changed"),),
    )
    assert len(lifecycle.rules) == 5
    assert spoiler_of(lifecycle).breakable == ()


def test_rules_of_regions_that_nobody_has() -> None:
    """No job has the features, so nothing breaks the rule."""
    insured = painted(needs={"insured": True})
    assert "paint-illegal-transition" in spoiler_of(insured).breakable
    lifecycle = insured.given(insured=False)
    with pytest.raises(UnbreakableRuleError):
        illegal(lifecycle, "paint-illegal-transition")


def test_texts_do_not_grow() -> None:
    """A rule that says they do never fires, whatever is done to lives."""
    words = rule("words-grow", tests=(Grows(fields=("FailureReason",)),))
    lifecycle = attrs.evolve(TRANSFORM_JOB, rules=(words,))
    with pytest.raises(UnbreakableRuleError):
        illegal(lifecycle, "words-grow")


@pytest.mark.parametrize("field", ["FailureReason", "TransformEndTime"])
def test_what_is_fixed_is_changed(field: str) -> None:
    """Whatever it is: texts and times."""
    fixed = rule("it-stays", tests=(Fixed(fields=(field,)),))
    assert "it-stays" in spoiler_of(attrs.evolve(TRANSFORM_JOB, rules=(fixed,))).breakable


def test_no_rule_at_all() -> None:
    """A life cycle whose rules are all switched off."""
    bare = PARCELS.without(*(each.id for each in PARCELS.rules))
    with pytest.raises(UnbreakableRuleError, match="breaks any rule of parcel 1"):
        illegal(bare)


def test_unknown_rules() -> None:
    """They are named, with those there are."""
    with pytest.raises(UnknownNameError, match=r"no rule 'ilegal-pair' .*pair\?\); there is: "):
        illegal(TRAINING_JOB, "ilegal-pair")


def test_a_life_cycle_without_ends() -> None:
    """Nothing ends there; what is illegal is made all the same."""
    ring = attrs.evolve(
        WAY,
        states=(state("packed"), state("sent"), state("lost")),
        edges=(edge("packed", "sent"), edge("sent", "packed"), edge("sent", "lost")),
    )
    lifecycle = Lifecycle(name="ring", version="1", title="Ring", regions=(ring,))
    found = find(illegal(lifecycle, "illegal-transition"), lambda _: True)
    assert broken(lifecycle, found) == {"illegal-transition"}


def test_notes_stay_legal() -> None:
    """What a note speaks of makes no job illegal by itself."""
    notes = [each.id for each in TRAINING_JOB.rules if each.severity is Severity.NOTE]

    @settings(max_examples=30, database=None)
    @given(st.sampled_from(notes).flatmap(lambda each: illegal(TRAINING_JOB, each)))
    def holds(found: Illegal) -> None:
        report = check(TRAINING_JOB, found.answers)
        assert report.legal is not any(
            each.severity is Severity.ERROR for each in report.violations
        )

    holds()


def test_a_field_for_which_there_is_no_place() -> None:
    """An answer that lacks what a field is part of can't contradict another one by it."""
    draft = Draft(TRAINING_JOB, lambda several: several[0])
    fields = [
        "ResourceConfig.VolumeSizeInGB",
        "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds",
    ]
    for grows in (True, False):
        assert list(contradict(draft, fields[:1], grows=grows))
        assert list(contradict(draft, fields[1:], grows=grows)) == []
