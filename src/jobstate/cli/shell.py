"""What every command does alike: options about the life cycle, output, exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final, NoReturn, TypeAlias

import typer

from jobstate.common.text import printable
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds import KINDS, Kinds
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobstate.model.lifecycle import Lifecycle

#: Exit codes, beside 0: as a shell shows what the signals SIGINT and SIGPIPE ended.
VIOLATIONS: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_VALUES = {"yes": True, "true": True, "no": False, "false": False}

Given: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FEATURE=yes|no",
        help="Assume that jobs have, or lack, a feature: a tighter machine proves more."
        " stop=no assumes that nobody asks for a stop. Repeat for several.",
    ),
]
Ignored: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="RULE", help="Switch a rule off, by its id. Repeat for several."),
]


Kind: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="The kind of job: " + ", ".join(each.name for each in KINDS)),
]


def lifecycle_of(kind: str | None) -> Lifecycle:
    """Return the life cycle that ``--kind`` names, with the service's name or without.

    Raises:
        typer.BadParameter: There is no such kind.
    """
    if kind is None:
        return TRAINING_JOB
    for each in KINDS:
        if kind in {each.name, each.name.partition("-")[2]}:
            return each
    try:
        return KINDS.named(kind)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error), param_hint="--kind") from None


def kinds_of(
    kind: str | None, given: Iterable[str] | None, ignored: Iterable[str] | None = None
) -> Kinds:
    """Return the kinds to judge by, each under the assumptions and without the rules that it has.

    Raises:
        typer.BadParameter: There is no such kind, or none of them has such a feature or rule.
    """
    if kind is not None:
        return Kinds(tightened(lifecycle_of(kind), given, ignored))
    features, rules = list(given or ()), list(ignored or ())
    found = []
    for each in KINDS:
        has = {feature.name for feature in each.features}
        knows = {rule.id for rule in each.rules}
        own = [said for said in features if said.partition("=")[0] in has]
        found.append(tightened(each, own, [rule for rule in rules if rule in knows]))
    known = {feature.name for each in KINDS for feature in each.features}
    ids = {rule.id for each in KINDS for rule in each.rules}
    if any(said.partition("=")[0] not in known for said in features) or not ids.issuperset(rules):
        tightened(TRAINING_JOB, features, rules)  # which says what is wrong
    return Kinds(*found)


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
        raise typer.BadParameter(str(error), param_hint="--ignore") from None
    features = _features(given or ())
    try:
        return chosen.given(**features) if features else chosen
    except (LifecycleError, UnknownNameError) as error:
        raise typer.BadParameter(str(error), param_hint="--given") from None


def _features(given: Iterable[str]) -> dict[str, bool]:
    features: dict[str, bool] = {}
    for each in given:
        name, _, value = each.partition("=")
        if value.lower() not in _VALUES:
            text = f"{printable(each)} is not FEATURE=yes or FEATURE=no"
            raise typer.BadParameter(text, param_hint="--given")
        wanted = _VALUES[value.lower()]
        if features.setdefault(name, wanted) is not wanted:
            text = f"{printable(name)} can't be both yes and no"
            raise typer.BadParameter(text, param_hint="--given")
    return features


def run(work: Callable[[], int]) -> NoReturn:
    """Do a command's work and end with the exit code that it returns.

    Ctrl-C, and a reader that goes away (``| head``), end it without a word.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets its escape instead of an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # What is still buffered must go somewhere when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    raise typer.Exit(code)


def emit(text: str) -> None:
    """Write a text to standard output, with a line's end after it."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def complain_of(error: Exception) -> None:
    """Write an error's text to standard error, each line of it without what can't be seen."""
    complain("\n".join(map(printable, str(error).split("\n"))))


def complain(text: str) -> None:
    """Write a text to standard error, with a line's end after it."""
    sys.stderr.write(f"{text}\n")
