"""Which life cycles a command is about: its options, what they name, what shells offer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from jobstate.automaton.explanation import known_statuses
from jobstate.cli.importing import imported, recognised
from jobstate.cli.shell import wrong_option
from jobstate.common.text import printable
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds import KINDS, Kinds
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.model.lifecycle import Lifecycle

_VALUES: Final = {"yes": True, "true": True, "no": False, "false": False}
#: What stands for the moment before the first status.
CREATION: Final = "creation"


def _meant(context: typer.Context) -> Sequence[Lifecycle]:
    """Return the life cycles that a half typed command is about; nobody's own code is run."""
    kind, own = context.params.get("kind"), context.params.get("own")
    return [each for each in KINDS if own is None and (kind is None or each.name.endswith(kind))]


def _kinds() -> list[str]:
    return [each.name for each in KINDS]


def offered_statuses(context: typer.Context) -> list[str]:
    """Return every status that may be named; of no kind in particular, those of training jobs."""
    names = {name for each in _meant(context)[:1] for name in known_statuses(each)}
    return [CREATION, *sorted(names)]


def _rules(context: typer.Context) -> list[str]:
    return sorted({rule.id for each in _meant(context) for rule in each.rules})


def _assumptions(context: typer.Context) -> list[str]:
    names = {feature.name for each in _meant(context) for feature in each.features}
    return [f"{name}={value}" for name in sorted(names) for value in ("yes", "no")]


Given: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FEATURE=yes|no",
        autocompletion=_assumptions,
        help="Assume that jobs have, or lack, a feature: a tighter machine proves more."
        " stop=no assumes that nobody asks for a stop. Repeat for several.",
    ),
]
Ignored: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE",
        autocompletion=_rules,
        help="Switch a rule off, by its id. Repeat for several.",
    ),
]
Kind: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        autocompletion=_kinds,
        help="The kind of job, in full or how its name ends: " + ", ".join(map(str, KINDS.by_name)),
    ),
]
AssumeUtc: TypeAlias = Annotated[
    bool,
    typer.Option("--assume-utc", help="Times without a zone are in UTC; else they are refused."),
]
Own: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--lifecycle",
        metavar="MODULE:NAME",
        help="A life cycle of your own, imported as Python would, from this folder too:"
        " order:ORDER is ORDER of order.py. jobstate lifecycle --new prints one to begin with.",
    ),
]


def lifecycle_of(kind: str | None, own: str | None = None) -> Lifecycle:
    """Return the life cycle that ``--kind`` names, in full or by how its name ends.

    Args:
        kind: What ``--kind`` says.
        own: What ``--lifecycle`` says: where the life cycle can be imported.

    Raises:
        typer.BadParameter: There is no such kind, or both options are there.
        typer.Exit: There is no such life cycle of one's own; why not has been said.
    """
    if own is not None:
        if kind is not None:
            text = "--kind and --lifecycle exclude each other"
            raise wrong_option(text, "--lifecycle")
        return imported(own)
    if kind is None:
        return TRAINING_JOB
    meant = [each for each in KINDS if each.name.endswith(f"-{kind}")]
    try:
        return meant[0] if len(meant) == 1 else KINDS.named(kind)
    except UnknownNameError as error:
        raise wrong_option(str(error), "--kind") from None


def kinds_of(
    kind: str | None,
    own: str | None,
    given: Iterable[str] | None,
    ignored: Iterable[str] | None = None,
) -> Kinds:
    """Return the kinds to judge by, each under the assumptions and without the rules that it has.

    Raises:
        typer.BadParameter: There is no such kind, or none of them has such a feature or rule.
        typer.Exit: There is no such life cycle of one's own, or none that reads answers.
    """
    if kind is not None or own is not None:
        return recognised(tightened(lifecycle_of(kind, own), given, ignored))
    features, rules = list(given or ()), list(ignored or ())
    known = {feature.name for each in KINDS for feature in each.features}
    ensure_known("feature", _features(features), known, "--given")
    ensure_known("rule", rules, {rule.id for each in KINDS for rule in each.rules}, "--ignore")
    found = []
    for each in KINDS:
        has = {feature.name for feature in each.features}
        knows = {rule.id for rule in each.rules}
        wanted = [said for said in features if said.partition("=")[0] in has]
        found.append(tightened(each, wanted, [rule for rule in rules if rule in knows]))
    return Kinds(*found)


def ensure_known(what: str, names: Iterable[str], known: set[str], option: str) -> None:
    """Refuse names that an option does not know.

    Raises:
        typer.BadParameter: There is one.
    """
    for name in names:
        if name not in known:
            error = UnknownNameError(what, name, known)
            raise wrong_option(str(error), option)


def tightened(
    lifecycle: Lifecycle, given: Iterable[str] | None, ignored: Iterable[str] | None = None
) -> Lifecycle:
    """Return a life cycle under the assumptions of ``--given``, without the rules of ``--ignore``.

    Raises:
        typer.BadParameter: There is no such feature, value or rule, or no job is so.
    """
    try:
        chosen = lifecycle.without(*(ignored or ()))
    except UnknownNameError as error:
        raise wrong_option(str(error), "--ignore") from None
    features = _features(given or ())
    try:
        return chosen.given(**features) if features else chosen
    except (LifecycleError, UnknownNameError) as error:
        raise wrong_option(str(error), "--given") from None


def _features(given: Iterable[str]) -> dict[str, bool]:
    features: dict[str, bool] = {}
    for each in given:
        name, _, value = each.partition("=")
        if value.lower() not in _VALUES:
            text = f"{printable(each)} is not FEATURE=yes or FEATURE=no"
            raise wrong_option(text, "--given")
        wanted = _VALUES[value.lower()]
        if features.setdefault(name, wanted) is not wanted:
            text = f"{printable(name)} can't be both yes and no"
            raise wrong_option(text, "--given")
    return features
