"""Ways through a diagram: what leads where."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from jobstate.diagrams.graph.graph import Arrow, Diagram


def connected(diagram: Diagram, wanted: AbstractSet[str]) -> set[str]:
    """Return wanted nodes, and where no way leads through these alone the others on one to them.

    Args:
        diagram: The diagram.
        wanted: Ids of nodes. Those that nothing leads to are returned as they are.
    """
    starts = [start.target for start in diagram.starts]
    before: dict[str, str | None] = dict.fromkeys(starts)
    waiting = deque(before)
    later: deque[str] = deque()
    targets = _targets(diagram.arrows)
    # What can be reached through wanted nodes is; only then a node is passed that is not wanted.
    while waiting or later:
        node = waiting.popleft() if waiting else later.popleft()
        for target in targets.get(node, ()):
            if target not in before:
                before[target] = node
                (waiting if target in wanted else later).append(target)
    found = set(wanted)
    for node in wanted:
        passed = before.get(node)
        while passed is not None and passed not in found:
            found.add(passed)
            passed = before[passed]
    return found


def reached(diagram: Diagram) -> set[str]:
    """Return the nodes that a job can come to."""
    beyond = reachable(diagram.arrows)
    starts = {start.target for start in diagram.starts}
    return starts.union(*map(beyond, starts))


def reachable(arrows: Iterable[Arrow]) -> Callable[[str], set[str]]:
    """Return what returns all nodes that moves lead to from one, itself only by a circle."""
    targets = _targets(arrows)

    def beyond(node: str) -> set[str]:
        found: set[str] = set()
        waiting = [node]
        while waiting:
            new = set(targets.get(waiting.pop(), ())) - found
            found |= new
            waiting += new
        return found

    return beyond


def _targets(arrows: Iterable[Arrow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for arrow in arrows:
        found.setdefault(arrow.origin, []).append(arrow.target)
    return found
