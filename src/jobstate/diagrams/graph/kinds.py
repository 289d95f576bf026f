"""What a move is to a reader: as the life cycle's drawing says, else derived from its ends."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from jobstate.model.drawing import ArrowKind, Colour, Dash
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, State

_MOVE = ArrowKind(name="move", title="moves", colour=Colour.GREY)
_DETOUR = ArrowKind(name="detour", title="only some jobs", colour=Colour.VIOLET, dash=Dash.LONG)
_GONE = ArrowKind(name="removal", title="removal", colour=Colour.GREY, dash=Dash.DOTTED)
_REOPENING = ArrowKind(name="reopening", title="reopening", colour=Colour.VIOLET, dash=Dash.SHORT)
_ENDS = {
    Outcome.SUCCEEDED: ArrowKind(name="success", title="success", colour=Colour.GREEN),
    Outcome.PARTIAL: ArrowKind(
        name="partial", title="partial success", colour=Colour.GREEN, dash=Dash.SHORT
    ),
    Outcome.STOPPED: ArrowKind(name="stop", title="stop", colour=Colour.ORANGE),
    Outcome.TIMED_OUT: ArrowKind(name="limit", title="limit", colour=Colour.BROWN, dash=Dash.LONG),
    Outcome.FAILED: ArrowKind(name="failure", title="failure", colour=Colour.RED, dash=Dash.SHORT),
}
#: Where nobody has said how to draw a life cycle.
_DERIVED = (_MOVE, _DETOUR, *_ENDS.values(), _REOPENING, _GONE)


class ArrowKinds:
    """The kinds of the moves of a life cycle.

    Attributes:
        usual: The name of the usual road's kind; empty where nobody has said which road that is.
    """

    def __init__(self, lifecycle: Lifecycle, choices: AbstractSet[str]) -> None:
        """Read the life cycle's drawing.

        Args:
            lifecycle: The life cycle.
            choices: Names of the features that a job may have or lack.
        """
        self._choices = choices
        self._drawing = lifecycle.drawing() if lifecycle.drawing is not None else None
        self._kinds = self._drawing.kinds if self._drawing is not None else _DERIVED
        self.usual = self._kinds[0].name if self._drawing is not None else ""
        self._road = set(pairwise(self._drawing.usual)) if self._drawing is not None else set()

    def used(self, names: AbstractSet[str]) -> tuple[ArrowKind, ...]:
        """Return the kinds of these names, in the order of a legend."""
        return tuple(kind for kind in self._kinds if kind.name in names)

    def of(self, origin: State, target: State, edges: Iterable[Edge]) -> str:
        """Return the name of the kind of all the edges from one state to another."""
        if self._drawing is None:
            return self._derived(origin, target, edges).name
        if (origin.name, target.name) in self._road:
            return self.usual
        causes = {edge.cause for edge in edges}
        return next((kind for kind in self._kinds if kind.causes & causes), self._kinds[-1]).name

    def _derived(self, origin: State, target: State, edges: Iterable[Edge]) -> ArrowKind:
        if target.gone:
            return _GONE
        if target.final and not origin.final:
            return _ENDS.get(target.outcome, _MOVE)
        if origin.final and not target.final:
            return _REOPENING
        some = all(any(name in self._choices for name, _ in edge.needs) for edge in edges)
        return _DETOUR if some else _MOVE
