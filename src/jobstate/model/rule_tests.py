"""How a rule is tested where a table can say it: over one answer, or between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from jobstate.model.states import MAIN, Outcome, State, _outcomes, _texts

if TYPE_CHECKING:
    from collections.abc import Iterable


def _names(fields: str | Iterable[str]) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else tuple(fields)


@frozen(kw_only=True)
class Where:
    """A set of states of one region, said by what they are rather than by a list.

    Attributes:
        region: The region's name; by default what a life cycle of one region calls it.
        final: Only states that are (not) final; None for either.
        gone: Only states that are (not) gone; None for either.
        outcomes: Only states of these outcomes; empty for any.
        statuses: Only states that show these; empty for any.

    Raises:
        UnknownNameError: There is no such outcome; it lists those there are.
    """

    region: str = MAIN
    final: bool | None = None
    gone: bool | None = None
    outcomes: frozenset[Outcome] = field(default=frozenset(), converter=_outcomes)
    statuses: frozenset[str] = field(default=frozenset(), converter=_texts)

    def holds(self, state: State) -> bool:
        """Return whether a state of the region belongs to the set."""
        return (
            self.final in (None, state.final)
            and self.gone in (None, state.gone)
            and (not self.outcomes or state.outcome in self.outcomes)
            and (not self.statuses or state.visible in self.statuses)
        )


@frozen(kw_only=True)
class Requires:
    """A rule as data: if a field has a value (or a region is so), a region must be so.

    It is broken only where *no* state that the answer leaves possible is right.

    Attributes:
        field: The field whose presence asks for it; None where `when` does.
        when: The states that ask for it; None where `field` does.
        then: The states, one of which must be possible.
    """

    field: str | None = None
    when: Where | None = None
    then: Where


@frozen(kw_only=True)
class ExactlyWhen:
    """A rule as data: a field has a value if, and only if, a region is so.

    It is broken only where *no* state that the answer leaves possible is right; and for want of the
    field only in answers of a shape that has it (`Observation.possible`).

    Attributes:
        field: The field.
        when: The states in which it has a value.
    """

    field: str
    when: Where


@frozen(kw_only=True)
class Sums:
    """A rule as data: some fields add up to what some others add up to.

    It is judged in answers that have all of them.

    Attributes:
        fields: The fields on one side.
        others: The fields on the other.
    """

    fields: tuple[str, ...] = field(converter=_names)
    others: tuple[str, ...] = field(converter=_names)


@frozen(kw_only=True)
class InOrder:
    """A rule as data: of the fields that have a value, none is less than one before it.

    Times are compared at the coarser of the precisions they were printed at.

    Attributes:
        fields: The fields, the least first.
    """

    fields: tuple[str, ...] = field(converter=_names)


@frozen(kw_only=True)
class Grows:
    """A rule as data: no answer has less in a field than one that is certainly older.

    It is for counts, also of how many are in a list, and for times. Which of two answers is older
    their order tells where they are taken in the order given, else their times of modification.
    Where the schema has no such time, an answer of before the end is older than one of after it;
    of two others nobody knows.

    Attributes:
        fields: The fields, each by itself; one may be given as its name.
    """

    fields: tuple[str, ...] = field(converter=_names)


@frozen(kw_only=True)
class Fixed:
    """A rule as data: once an answer has a value in a field, no answer has another.

    Times are compared at the coarser of the precisions they were printed at.

    Attributes:
        fields: The fields, each by itself; one may be given as its name.
    """

    fields: tuple[str, ...] = field(converter=_names)
