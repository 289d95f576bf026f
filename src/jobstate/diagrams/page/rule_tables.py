"""The rules of a life cycle as data for the page: what is tested, and what is said then.

What is said of each is written down as far as it is known here; the page fills in the rest, which
stands in it in braces.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from jobstate import errors
from jobstate.common.text import printable
from jobstate.conformance import between, diagnosis, histories, modified_times, rules
from jobstate.conformance.judge import judge_of
from jobstate.conformance.rules import exclusion_text, sum_path
from jobstate.model import states
from jobstate.model.lifecycle import assumed_text
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.rule_tests import Where
    from jobstate.model.specification import Rule
    from jobstate.model.states import Exclusion, Region

#: What JSON can hold.
Table: TypeAlias = dict[str, Any]

# --- Sentences ----------------------------------------------------------------------------------

#: What is said, by keys that differ: each sentence stands next to what it is about.
SENTENCES: Final = tuple(
    module.SENTENCES
    for module in (states, errors, diagnosis, rules, between, histories, modified_times)
)


class _Open(dict[str, str]):
    """Values of a sentence's fields; a field without one stays one."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def sentences() -> dict[str, str]:
    """Return every sentence by its key."""
    return dict(chain.from_iterable(map(dict.items, SENTENCES)))


def _said(key: str, **known: str) -> str:
    return sentences()[key].format_map(_Open(known))


def _so(region: str, shown: str = "{shown}") -> str:
    return _said("is_so", region=_words(region), shown=shown)


def _words(name: str) -> str:
    return name.replace("_", " ")


# --- Rules over one answer ----------------------------------------------------------------------

#: The tests that are data.
_DATA: Final = (Requires, ExactlyWhen, InOrder, Sums, Grows, Fixed)


def rule_tables(lifecycle: Lifecycle) -> Table:
    """Return the rules, and their tests that are data."""
    return {
        "rules": [_rule(each) for each in lifecycle.rules],
        "requires": list(_requires(lifecycle)),
        "orders": [
            _order(rule.id, low, high)
            for rule, test in _tests(lifecycle, InOrder)
            for low, high in combinations(test.fields, 2)
        ],
        "exactly": [
            {
                "rule": rule.id,
                "field": test.field,
                "when": _where(lifecycle, test.when),
                "message": _said("missing", field=test.field, region=_words(test.when.region)),
                "path": test.field,
                "seen": _said("no_value"),
                "allowed": [_said("a_value")],
            }
            for rule, test in _tests(lifecycle, ExactlyWhen)
        ],
        "sums": [_sum(rule.id, test) for rule, test in _tests(lifecycle, Sums)],
        "exclusions": [_exclusion(each) for each in lifecycle.exclusions],
        "between": [
            _pair(rule.id, name, grows=isinstance(test, Grows))
            for rule in lifecycle.rules
            for test in rule.tests
            if isinstance(test, (Grows, Fixed))
            for name in test.fields
        ],
    }


def _rule(rule: Rule) -> Table:
    return {
        "id": rule.id,
        "summary": printable(rule.summary),
        "basis": str(rule.basis),
        "source": printable(rule.source),
        "severity": str(rule.severity),
        # A function can't be written down: the page says that it does not judge by these.
        "judged": all(isinstance(test, _DATA) for test in rule.tests),
    }


def _requires(lifecycle: Lifecycle) -> Iterator[Table]:
    for rule, test in _tests(lifecycle, Requires):
        if test.field is not None:
            yield _required(lifecycle, rule.id, test.then, field=test.field)
        if test.when is not None:
            yield _required(lifecycle, rule.id, test.then, when=test.when)
    for rule, exact in _tests(lifecycle, ExactlyWhen):
        yield _required(lifecycle, rule.id, exact.when, field=exact.field)


def _required(
    lifecycle: Lifecycle,
    rule: str,
    then: Where,
    *,
    field: str | None = None,
    when: Where | None = None,
) -> Table:
    region = lifecycle.region(then.region)
    asked = _said("is_set", field=field) if field else ""
    if when is not None:
        asked = _so(when.region, "{asked}")
    return {
        "rule": rule,
        "field": field,
        "when": None if when is None else _where(lifecycle, when),
        "then": _where(lifecycle, then),
        "message": _said("unmet", asked=asked, shown=_so(then.region)),
        "path": field or region.field,
        "seen": "{shown}",
        "allowed": [state.name for state in region.states if then.holds(state)],
    }


def _order(rule: str, low: str, high: str) -> Table:
    return {
        "rule": rule,
        "other": low,
        "field": high,
        "message": _said("less", field=high, other=low),
        "path": high,
        "seen": "{value}",
        "allowed": [_said("or_more")],
    }


def _sum(rule: str, test: Sums) -> Table:
    sides = " + ".join(test.fields), " + ".join(test.others)
    return {
        "rule": rule,
        "sides": [list(test.fields), list(test.others)],
        "message": _said("unequal", fields=sides[0], others=sides[1]),
        "path": sum_path(test),
        "seen": "{found}",
        "allowed": ["{wanted}"],
    }


def _exclusion(exclusion: Exclusion) -> Table:
    message, seen, allowed = exclusion_text(exclusion)
    return {
        "rule": exclusion.rule,
        "features": list(exclusion.features),
        "message": message,
        "path": "features",
        "seen": seen,
        "allowed": list(allowed),
    }


def _pair(rule: str, field: str, *, grows: bool) -> Table:
    return {
        "rule": rule,
        "field": field,
        "grows": grows,
        "message": _said("fell" if grows else "changed", field=field),
        "path": field,
        "seen": "{now}",
        "allowed": [_said("never_less") if grows else "{then}"],
    }


_Test = TypeVar("_Test")


def _tests(lifecycle: Lifecycle, kind: type[_Test]) -> Iterator[tuple[Rule, _Test]]:
    for rule in lifecycle.rules:
        yield from ((rule, test) for test in _chosen(rule.tests, kind))


def _chosen(tests: Iterable[object], kind: type[_Test]) -> Iterator[_Test]:
    return (each for each in tests if isinstance(each, kind))


def _where(lifecycle: Lifecycle, where: Where) -> Table:
    states = lifecycle.region(where.region).states
    there = [place for place, state in enumerate(states) if where.holds(state)]
    return {"region": where.region, "states": there}


# --- Findings of histories, of times and of the automata ----------------------------------------


def findings_of(lifecycle: Lifecycle) -> Table:
    """Return what is said of answers that do not go with those before, by what is wrong."""
    judge, given = judge_of(lifecycle), assumed_text(lifecycle.assumed)
    history, modified = judge.history_field, judge.modified_field
    return {
        "features": {
            "rule": "feature-changed",
            "message": _said("assumed_otherwise" if given else "seen_otherwise", given=given),
            "path": "features",
            "seen": "{shows}",
        },
        "went_back": {
            "rule": "modified-time-went-back",
            "message": _said("went_back", field=modified),
            "path": modified,
            "seen": "{now}",
            "allowed": [_said("or_later")],
        },
        "rewritten": {
            "rule": "history-rewritten",
            "message": _said("rewritten"),
            "path": f"{history}[{{index}}]",
            "seen": "{now}",
            "allowed": ["{was}"],
        },
        "shortened": {
            "rule": "history-rewritten",
            "message": _said("shortened"),
            "path": f"{history}[{{new}}]",
            "seen": _said("no_entry"),
            "allowed": ["{gone}"],
        },
    }


def findings_in(region: Region) -> Table:
    """Return what is said of a region where no legal run explains an answer, by what is wrong."""
    entry = {"path": f"{region.history}[{{index}}]", "seen": "{status}"}
    answer = {"path": region.field, "seen": "{shown}"}
    start, pair, move = (
        {"rule": f"{region.prefix}illegal-{kind}"} for kind in ("start", "pair", "transition")
    )
    return {
        "start": start | entry | {"message": _said("illegal_start")},
        "entry": move | entry | {"message": _said("entry_refused")},
        "pair": pair | answer | {"message": _said("illegal_pair")},
        "sample": move | answer | {"message": _said("sample_refused")},
        "left_out": move | answer | {"message": _said("left_out")},
        "no_run": move | answer | {"message": _said("no_run")},
    }
