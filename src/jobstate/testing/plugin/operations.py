"""Which calls of which services answer about jobs, and whose answers these are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jobstate.finding import Found, finder_of
from jobstate.kinds import KINDS
from jobstate.model.kinds import by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.finding import Finder
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle


class Operations:
    """The calls that answers about some kinds of job come from.

    Attributes:
        services: The services whose calls they are.
    """

    def __init__(self, judged: Lifecycle | Kinds) -> None:
        """Take the life cycles."""
        self._judged = judged
        self._whose = _operations(by_name(judged).values())
        self.services = tuple(dict.fromkeys(service for service, _ in self._whose))

    def whose(self, service: str, operation: str) -> Lifecycle | Kinds | None:
        """Return whose answers a call gives; None of a call that is about other things too."""
        found = self._whose.get((service, operation), [])
        if len(found) > 1:
            return self._judged
        return found[0] if found else None

    def found_in(self, answer: Any) -> list[Found]:  # noqa: ANN401 - whatever a call answers
        """Return the answers about jobs that something has in it: what a Search has found.

        What has no status is none here: SubmitJob of Batch answers with the name and id of a job.
        """
        finder = cast("Finder", finder_of(self._judged))  # whoever has operations has a schema
        whose = finder.recogniser

        def tells(found: Any) -> bool:  # noqa: ANN401 - an answer, or an event
            return bool(whose.anyhow(found) or whose.wrapped_by(found))

        found = (each for each in finder.find(answer) if isinstance(each, Found))
        return [each for each in found if tells(each.answer)]

    def left_out(self, service: str, answer: Any) -> list[str]:  # noqa: ANN401
        """Return which kinds answers are about that the library knows, and that nobody judges."""
        if self._judged is KINDS or service not in _OF_ALL.services:
            return []
        own = by_name(self._judged)
        found = _OF_ALL.found_in(answer)
        return [
            each.lifecycle.name
            for each in found
            if not each.nested and each.lifecycle.name not in own
        ]


def _operations(lifecycles: Iterable[Lifecycle]) -> dict[tuple[str, str], list[Lifecycle]]:
    """Return whose each operation's answers may be, by the names of service and operation."""
    found: dict[tuple[str, str], list[Lifecycle]] = {}
    for lifecycle in lifecycles:
        if schema := lifecycle.schema:
            for operation in schema.operations:
                found.setdefault((schema.service, operation), []).append(lifecycle)
    return found


_OF_ALL = Operations(KINDS)
