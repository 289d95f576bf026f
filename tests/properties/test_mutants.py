"""One thing made wrong in a legal series is told, by the right rule; what is legal still is not.

The numbers are printed at the end of the run.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from jobstate import check
from jobstate.model import Severity
from jobstate.sagemaker import TRAINING_JOB
from tests.support import facts
from tests.support.legal_answers import Series, corpus_histories, generated
from tests.support.mutants import KINDS, Kind, Mutant, mutants
from tests.support.oracle import ABOUT_LIVES, HISTORY, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.apart

SEED = 2026
GENERATED = 1600
#: How many mutants of each kind are made, and how many a kind has at the least.
OF_EACH_KIND = 80
AT_LEAST = 60
#: Answers that tell two stories: no life shows both, and the check says just that.
_TWO_STORIES = {"history-rewritten", "status-is-last-entry"}


class Count(NamedTuple):
    """What came of the mutants of one kind."""

    mutants: int
    flagged: int
    legal: int


@cache
def bases() -> tuple[Series, ...]:
    """Return the legal series that mutants are made from."""
    return *corpus_histories(), *generated(GENERATED, SEED)


@pytest.fixture(scope="module")
def counts(figures: Callable[[str], None]) -> Iterator[dict[str, Count]]:
    """Return where each kind notes its count, printed when all are through."""
    found: dict[str, Count] = {}
    yield found
    line = "{:<56} {:>8} {:>9} {:>7}".format
    figures(line("mutants: what is wrong", "mutants", "flagged", "legal"))
    for name, count in found.items():
        figures(line(name, *count))
    figures(line("together", *(sum(column) for column in zip(*found.values(), strict=True))))


def flagged(mutant: Mutant | Series) -> dict[str, Severity]:
    """Return the rules that the check finds broken."""
    found = check(TRAINING_JOB, mutant.answers).violations
    return {violation.rule: violation.severity for violation in found}


def is_caught(kind: Kind, mutant: Mutant) -> bool:
    """Return whether the check flags a mutant as it should; if not, it must be legal.

    Raises:
        AssertionError: It is flagged by no right rule and not legal, or by a rule that the
            restated facts (`oracle`) do not find broken, or not by one that they do.
    """
    found, truth = flagged(mutant), verdict(mutant.answers)
    said = f"{kind.name}: flagged {sorted(found)}, broken {truth} in {mutant.origin}"
    shown = f"{said}\n{json.dumps(mutant.answers, indent=1)}"
    assert found.keys() - ABOUT_LIVES == truth.rules, shown
    if _TWO_STORIES.isdisjoint(found):
        assert ABOUT_LIVES.isdisjoint(found) is truth.explained, shown
    if kind.rules & found.keys():
        return True
    assert truth.legal, shown
    assert Severity.ERROR not in found.values(), shown
    return False


@pytest.mark.once
@pytest.mark.parametrize("name", KINDS)
def test_every_mutant_is_flagged_or_legal(name: str, counts: dict[str, Count]) -> None:
    """The check says what is wrong by a right rule, and nothing that the facts do not confirm."""
    kind = KINDS[name]
    made = mutants(kind, bases(), OF_EACH_KIND, SEED)
    caught = sum(is_caught(kind, mutant) for mutant in made)
    counts[name] = Count(len(made), caught, len(made) - caught)
    assert len(made) >= AT_LEAST
    assert caught >= AT_LEAST // 6


def test_the_rules_are_those_of_the_life_cycle() -> None:
    """Every rule is some kind's, and no kind expects a rule that there is not."""
    expected = {rule for kind in KINDS.values() for rule in kind.rules}
    assert expected == {rule.id for rule in TRAINING_JOB.rules}


def test_each_rule_is_met() -> None:
    """Every rule flags some mutant of its kinds."""
    met = {
        rule
        for kind in KINDS.values()
        for mutant in mutants(kind, bases(), OF_EACH_KIND // 4, SEED)
        for rule in flagged(mutant).keys() & kind.rules
    }
    assert met == {rule.id for rule in TRAINING_JOB.rules}


@pytest.mark.once
def test_the_bases_are_legal(figures: Callable[[str], None]) -> None:
    """What mutants are made from breaks nothing, not even a note, by the check and by the facts."""
    for base in bases():
        assert flagged(base) == {}, base.name
        assert verdict(base.answers) == (frozenset(), True), base.name
    answers = sum(len(base.answers) for base in bases())
    figures(f"mutants are made from {len(bases())} legal series of {answers} answers")


def test_the_bases_are_of_every_kind() -> None:
    """Every pair of statuses is met, every feature, thin answers, sources without ends."""
    every = [answer for base in bases() for answer in base.answers]
    pairs = {(each["TrainingJobStatus"], each.get("SecondaryStatus")) for each in every}
    # A stop just in a status that has been retired is too rare to be drawn for certain.
    rare = {("Stopping", status) for status in facts.RETIRED}
    assert set(facts.PAIRS) - rare <= pairs
    assert {"Completed", "Failed", "Stopped", "Deleting"} <= {
        primary for primary, secondary in pairs if secondary is None
    }
    pools = {each["WarmPoolStatus"]["Status"] for each in every if "WarmPoolStatus" in each}
    assert pools == facts.POOL_STATES
    assert any("RetryStrategy" in each for each in every)
    assert any("TrainingPlanArn" in each.get("ResourceConfig", {}) for each in every)
    assert any(HISTORY not in each for each in every)
