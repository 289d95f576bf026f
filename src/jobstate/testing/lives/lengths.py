"""How long made-up stays last: by status as far as was seen, else anything up to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.testing.lives.weighted import DIGIT

if TYPE_CHECKING:
    from jobstate.model.life import Printer
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.walks import Chooser

#: How long a stay lasts at most, unless the caller says otherwise.
LONGEST: Final = timedelta(hours=6)
#: What takes the place of the median and of the longest stay that were seen, in seconds.
_UNSEEN: Final = (60.0, 3_600.0)
#: How finely lengths are drawn: two digits tell the range and the step.
_STEPS: Final = DIGIT * DIGIT // 4
#: The range whose lengths are no whole seconds.
_WITH_FRACTIONS: Final = 3


@frozen(repr=False)
class Lengths:
    """The lengths of stays of one life cycle, to draw from.

    Attributes:
        bounds: Status, as histories print it → the median and the longest of what was seen.
        longest: The longest that there may be, in seconds.
    """

    bounds: Mapping[str, tuple[float, float]] = field(eq=False)
    longest: int

    def __repr__(self) -> str:
        return f"<lengths up to {timedelta(seconds=self.longest)}>"

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001 - as called
        """Print it briefly: Hypothesis would print all fields."""
        printer.text(repr(self))

    @classmethod
    def of(cls, lifecycle: Lifecycle, longest: timedelta = LONGEST) -> Lengths:
        """Return the lengths of a life cycle's stays, up to a longest one.

        Raises:
            ValueError: That is less than a second.
        """
        if longest < timedelta(seconds=1):
            raise ValueError(f"the shortest stay lasts a second, so none has at most {longest}")
        seen = {} if lifecycle.profile is None else lifecycle.profile().lengths
        bounds = {status: (each.median, each.longest) for status, each in seen.items()}
        return cls(bounds, int(longest.total_seconds()))

    def drawn(self, choose: Chooser, status: str = "") -> timedelta:
        """Return how long a stay lasts, the simplest first: whole seconds, then milliseconds.

        Args:
            choose: Returns one of several.
            status: Where the stay is; by default in nothing that was seen.
        """
        # Each range has as many numbers, whatever its bound: none hides the others. In each the
        # greater number is the longer stay, so what shrinks finds the shortest.
        which, step = divmod(choose(range(4 * _STEPS)), _STEPS)
        usual, seen = (min(bound, self.longest) for bound in self.bounds.get(status, _UNSEEN))
        bound = max(1, int((usual, seen, self.longest, seen)[which]))
        if which == _WITH_FRACTIONS:
            return timedelta(milliseconds=1_000 + step * (bound - 1) * 1_000 // _STEPS)
        return timedelta(seconds=1 + step * bound // _STEPS)
