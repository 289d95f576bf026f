"""What is wrong with a life cycle in itself: every defect at once, a sentence each."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from jobstate.common.text import nearest
from jobstate.model.child_rules import ChildrenBelow, CountsChildren
from jobstate.model.hidden_states import excluded, expand, feature_sets, met
from jobstate.model.rule_tests import (
    ExactlyWhen,
    Fixed,
    Grows,
    InOrder,
    Requires,
    Sums,
)
from jobstate.model.specification import OverFields, OverHistory, judged_ids
from jobstate.model.states import Outcome, going_on, needs_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.rule_tests import Where
    from jobstate.model.specification import Rule, Specification, Test
    from jobstate.model.states import Edge, Needs, Region, State

_KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def defects(spec: Specification) -> Iterator[str]:
    """Yield every way in which a specification contradicts itself."""
    yield from _reader_defects(spec)
    yield from _repeated("region", (region.name for region in spec.regions))
    yield from _repeated("feature", (feature.name for feature in spec.features))
    yield from _repeated("memory", (memory.name for memory in spec.memories))
    yield from _repeated("rule", (rule.id for rule in spec.rules))
    if not spec.regions:
        yield "there is no region"
    if sum(bool(region.history) for region in spec.regions) > 1:
        yield "more than one region claims the entries of histories"
    for exclusion in spec.exclusions:
        yield from _unprovided(spec, "an exclusion", ((name, True) for name in exclusion.features))
        for feature in spec.features:
            if feature.name in exclusion.features and not feature.shown:
                yield f"an exclusion speaks of {feature.name}, which no answer shows"
    yield from _memory_defects(spec)
    for region in spec.regions:
        yield from _region_defects(spec, region)
    yield from _rules_defects(spec)


def _rules_defects(spec: Specification) -> Iterator[str]:
    for rule in spec.rules:
        yield from _rule_defects(spec, rule)
    for name in sorted(_named(spec, Grows) & _named(spec, Fixed)):
        yield f"the field {name} both grows and is fixed"
    declared = {rule.id for rule in spec.declared_rules}
    for rule_id in sorted(spec.switched_off):
        if rule_id in declared:
            yield f"the rule {rule_id} is both declared and switched off"
        yield from _untested(spec, rule_id)


def _reader_defects(spec: Specification) -> Iterator[str]:
    if spec.schema is not None and spec.schema.kind != spec.name:
        yield f"its reader reads answers about {spec.schema.kind}, and its name is {spec.name}"


def _repeated(kind: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"the {kind} {name} is there {count} times"


def _memory_defects(spec: Specification) -> Iterator[str]:
    states = {region.name: {state.name for state in region.states} for region in spec.regions}
    for region_name, state in spec.ruled_out:
        states.setdefault(region_name, set()).add(state.name)
    for memory in spec.memories:
        if memory.region not in states:
            yield f"the memory {memory.name} speaks of the unknown region {memory.region}"
        for unknown in sorted(memory.states - states.get(memory.region, memory.states)):
            yield f"the memory {memory.name} is set by the unknown state {unknown}"


def _region_defects(spec: Specification, region: Region) -> Iterator[str]:
    yield from _repeated(f"{region.name} state", (state.name for state in region.states))
    yield from _repeated(
        f"{region.name} edge",
        (
            f"{edge.origin} → {edge.target} ({edge.cause})"
            + (f" needing {needs_text(edge.needs)}" if edge.needs else "")
            + (f" after {', '.join(edge.after)}" if edge.after else "")
            for edge in region.edges
        ),
    )
    yield from _unprovided(spec, f"the region {region.name}", region.needs)
    names = {state.name for state in region.states}
    for name, needs in region.initial.items():
        if name not in names:
            yield f"the region {region.name} begins in the unknown state {name}"
        yield from _unprovided(spec, f"the beginning in {name}", needs)
    if names and not region.initial:
        yield f"the region {region.name} begins nowhere"
    for edge in region.edges:
        yield from _edge_defects(spec, region, edge)
    yield from _state_defects(spec, region)
    yield from _reach_defects(spec, region)


def _edge_defects(spec: Specification, region: Region, edge: Edge) -> Iterator[str]:
    what = f"the edge {edge.origin} → {edge.target}"
    states = {state.name: state for state in region.states}
    for name in (edge.origin, edge.target):
        if name not in states:
            yield f"{what} names the unknown state {name}"
    origin, target = states.get(edge.origin), states.get(edge.target)
    # A self-loop (the warm pool's update) leaves nothing, so a final state may have one.
    if origin and target and origin.final and not target.gone and origin is not target:
        if not origin.reopens:
            yield f"{what} leaves a final state, which does not reopen"
        elif target.final:
            yield f"{what} leads from an end to another: a job that is reopened goes on"
    yield from _unprovided(spec, what, edge.needs)
    for memory in edge.after:
        if memory not in {each.name for each in spec.memories}:
            yield f"{what} comes after the unknown memory {memory}"


def _state_defects(spec: Specification, region: Region) -> Iterator[str]:
    tells_outcome = region is spec.main_region
    left = going_on(region)
    for state in region.states:
        if state.gone and not state.final:
            yield f"the state {state.name} is gone but not final"
        if state.reopens and not state.final:
            yield f"the state {state.name} reopens but is not final"
        elif state.reopens and state.name not in left:
            yield f"the state {state.name} reopens, but no edge leads out of it to go on"
        if state.steady and state.final:
            yield f"the state {state.name} is steady, so it can't be final"
        if state.final and state.outcome is Outcome.RUNNING and tells_outcome:
            choices = ", ".join(sorted(set(Outcome) - {Outcome.RUNNING}))
            yield f"the state {state.name} is final but running; its outcome is one of: {choices}"
        if not state.final and state.outcome is not Outcome.RUNNING:
            yield f"the state {state.name} has the outcome {state.outcome} but is not final"


def _reach_defects(spec: Specification, region: Region) -> Iterator[str]:
    hidden = expand(spec, region)
    if region.initial:
        yield from _unbegun(spec, region, {one.features for one in hidden})
    reached = {one.state for one in hidden}
    names = {state.name for state in region.states}
    for state in region.states:
        if state.name not in reached:
            yield f"the state {state.name} can't be reached"
    taken = {edge for moves in hidden.values() for edge, _ in moves}
    for edge in region.edges:
        if edge.origin in reached and edge.target in names and edge not in taken:
            yield f"no job can take the edge {edge.origin} → {edge.target} ({edge.cause})"
    final = {state.name for state in region.states if state.final}
    if not final:
        return
    # What is steady is as good as an end.
    ends = final | {state.name for state in region.states if state.steady}
    while fresh := {edge.origin for edge in taken if edge.target in ends} - ends:
        ends = ends | fresh
    for name in sorted(reached - ends):
        yield f"the state {name} never ends: no final state can be reached from it"


def _unbegun(spec: Specification, region: Region, begun: set[Needs]) -> Iterator[str]:
    """Yield which jobs begin nowhere; one of them, for there may be many."""
    for features in feature_sets(spec):
        job = tuple(sorted(features.items()))
        if met(region.needs, features) and job not in begun:
            yield f"a job with {needs_text(job)} begins nowhere in the region {region.name}"
            return


def _unprovided(spec: Specification, what: str, needs: Iterable[tuple[str, bool]]) -> Iterator[str]:
    features = {feature.name: feature for feature in spec.features}
    wanted: Needs = tuple(needs)
    for name, value in wanted:
        if name not in features:
            yield f"{what} needs {name}, which no feature provides"
        elif not (features[name].shown or value):
            yield f"{what} needs the lack of {name}, which can only be assumed"
    if what != "an exclusion" and (clash := excluded(spec, dict(wanted))):
        yield f"{what} needs {' and '.join(clash)}, which exclude each other"


def _rule_defects(spec: Specification, rule: Rule) -> Iterator[str]:
    if not _KEBAB_CASE.fullmatch(rule.id):
        yield f"the rule {rule.id!r} has no name in kebab-case"
    elif not rule.tests:
        yield from _untested(spec, rule.id)
    known = None if spec.reader is None else spec.reader.fields
    for test in rule.tests:
        for name in _fields_of(test):
            if known is not None and name not in known:
                yield f"the rule {rule.id} speaks of the unknown field {name}"
        if isinstance(test, Requires):
            if (test.field is None) is (test.when is None):
                yield f"the rule {rule.id} must ask for one of a field and a state"
            for where in filter(None, (test.when, test.then)):
                yield from _where_defects(spec, rule, where)
        if isinstance(test, ExactlyWhen):
            yield from _where_defects(spec, rule, test.when)


def _untested(spec: Specification, rule_id: str) -> Iterator[str]:
    """Yield what is wrong with the id of a rule that has no tests of its own."""
    tested = judged_ids(spec)
    if rule_id not in tested:
        near = nearest(rule_id, tested)
        meant = f"is {near[0]} meant?" if near else f"without tests go: {', '.join(sorted(tested))}"
        yield f"the rule {rule_id} has no tests, and nothing else tests it; {meant}"


def _fields_of(test: Test) -> tuple[str, ...]:
    if isinstance(test, (InOrder, Grows, Fixed, OverFields, OverHistory, CountsChildren)):
        return test.fields
    if isinstance(test, Sums):
        return (*test.fields, *test.others)
    if isinstance(test, ChildrenBelow):
        return (test.bound,)
    if isinstance(test, (Requires, ExactlyWhen)) and test.field is not None:
        return (test.field,)
    return ()


def _named(spec: Specification, kind: type[Grows | Fixed]) -> set[str]:
    """Return the fields that tests of a kind name."""
    tests = (test for rule in spec.rules for test in rule.tests if isinstance(test, kind))
    return {name for test in tests for name in test.fields}


def _where_defects(spec: Specification, rule: Rule, where: Where) -> Iterator[str]:
    region = next((each for each in spec.regions if each.name == where.region), None)
    if region is None:
        yield f"the rule {rule.id} speaks of the unknown region {where.region}"
    elif not any(where.holds(state) for state in _all_states(spec, region)):
        yield f"the rule {rule.id} speaks of states of {where.region} that do not exist"


def _all_states(spec: Specification, region: Region) -> Iterator[State]:
    yield from region.states
    yield from (state for name, state in spec.ruled_out if name == region.name)
