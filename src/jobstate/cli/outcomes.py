"""Outcomes as options name them, one or several with commas."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import typer

from jobstate.cli.lifecycles import ensure_known
from jobstate.model.states import Outcome

_METAVAR: Final = "OUTCOME,…"


def _offered(incomplete: str) -> list[str]:
    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{outcome}" for outcome in Outcome]


Selected: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar=_METAVAR,
        autocompletion=_offered,
        help=f"Print only jobs that came to this: {', '.join(Outcome)}. Several with commas.",
    ),
]
ExitOn: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar=_METAVAR,
        autocompletion=_offered,
        help="End with 3 if a job came to this, printed or not: for scripts.",
    ),
]


def outcomes_of(text: str | None, option: str) -> frozenset[Outcome]:
    """Return the outcomes that an option names; none where it is not there.

    Raises:
        typer.BadParameter: There is no such outcome.
    """
    if text is None:
        return frozenset()
    names = [each.strip() for each in text.split(",")]
    ensure_known("outcome", names, {*map(str, Outcome)}, option)
    return frozenset(map(Outcome, names))
