"""`Kinds`: several life cycles, and which of them an answer is about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jobstate.model.schema_reader import SchemaReader
from jobstate.model.states import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.model.lifecycle import Lifecycle


def by_name(kinds: Lifecycle | Kinds) -> dict[str, Lifecycle]:
    """Return a life cycle, or several, by name."""
    return dict(kinds.by_name) if isinstance(kinds, Kinds) else {kinds.name: kinds}


class Kinds:
    """The life cycles that answers may be about. Nothing ever changes it.

    `jobstate.finding` tells them apart: an answer is about the kind whose status and id it has, an
    event about the kind that its type names.

    Attributes:
        by_name: The life cycles by name.

    Raises:
        TypeError: A life cycle has no `SchemaReader`, by which its answers could be recognised.
        ValueError: Two have the same name.
    """

    def __init__(self, *lifecycles: Lifecycle) -> None:
        """Take the life cycles, in the order in which people read them."""
        for each in lifecycles:
            if not isinstance(each.reader, SchemaReader):
                raise TypeError(f"expected a life cycle with a SchemaReader, got {each}")
        self.by_name: Mapping[str, Lifecycle] = {each.name: each for each in lifecycles}
        names = Counter(each.name for each in lifecycles)
        if twice := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"expected kinds of different names, got several {', '.join(twice)}")

    def __iter__(self) -> Iterator[Lifecycle]:
        """Go over the life cycles."""
        return iter(self.by_name.values())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.by_name)

    def named(self, name: str) -> Lifecycle:
        """Return the life cycle of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return named(self, "kind of job", name)
