"""Help as wide as the terminal is: what typer makes of it is 50 columns wide at the least."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperCommand, TyperGroup

from jobstate.cli.terminal import width_of
from jobstate.cli.width import columns_of, folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The narrowest that typer does well.
_NARROW: Final = 52
#: So wide that it folds nothing.
_WIDE: Final = 1_000
#: An option, an argument or a command, and what is said of it; behind a long one in its own line.
_DEFINITION: Final = re.compile(r"(  \S.*?|) {2,}(\S.*)")
_FAR: Final = 20


class FittingCommand(TyperCommand):
    """A command whose help fits."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - of typer, which has its own click
        """Return the help."""
        return _fitting(super().get_help, ctx)


class FittingGroup(TyperGroup):
    """The commands, whose help fits."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - as above
        """Return the help."""
        return _fitting(super().get_help, ctx)


def _fitting(get_help: Callable[[Any], str], ctx: Any) -> str:  # noqa: ANN401 - as above
    width = width_of(sys.stdout)
    if width is None or width >= _NARROW:
        return get_help(ctx)
    ctx.terminal_width = _WIDE
    return "\n".join(line for each in get_help(ctx).split("\n") for line in narrowed(each, width))


def narrowed(line: str, width: int) -> Iterator[str]:
    """Yield a line of help as lines that are no wider; what is defined stands in its own.

    Args:
        line: The line.
        width: How many columns there are.
    """
    defined = _DEFINITION.fullmatch(line)
    if defined and (defined[1] or line.startswith(" " * _FAR)) and columns_of(line) > width:
        if defined[1]:
            yield from folded(defined[1], width)
        line = f"      {defined[2]}"
    yield from folded(line, width)
