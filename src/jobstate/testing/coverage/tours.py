"""`tours`: the fewest walks that together take every edge, or every pair of consecutive edges.

The only file that needs networkx (the extra ``testing``). It is the directed rural postman problem:
every item must be walked over once at least, walks begin where jobs begin, and a new walk costs
more than any number of steps: a flow of least cost, cut into walks. An item can be taken at several
places (with other features, or other things passed before); which place is chosen is improved until
nothing gets better, so a few steps more than the least remain possible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import networkx as nx
from attrs import field, frozen

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.bitsets import bits
from jobstate.errors import UnknownNameError
from jobstate.model.states import Edge, Needs
from jobstate.testing.coverage.tour import Tour

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from jobstate.automaton.automaton import Automaton
    from jobstate.model.lifecycle import Lifecycle

#: What tours can be asked to take: every edge, or every two that a job takes one after the other.
What: TypeAlias = Literal["edges", "pairs"]
#: An edge, or a pair of consecutive ones.
_Item: TypeAlias = tuple[Edge, ...]

WHATS: Final = ("edges", "pairs")
#: Where walks begin and end.
_OUTSIDE: Final = -1
#: A new walk costs more than all the steps of any region that people can read.
_NEW_WALK: Final = 1_000_000
#: How often the choice of places is improved; after two or three times nothing gets better.
_ROUNDS: Final = 8


def tours(
    lifecycle: Lifecycle, what: What = "edges", *, region: str | None = None
) -> tuple[Tour, ...]:
    """Return the fewest walks, and among those few steps, that together take everything.

    Each is possible for the one set of features that it names and ends in a final state, or where
    no final state can be reached any more. The same life cycle gives the same tours.

    Args:
        lifecycle: The life cycle.
        what: ``edges`` for every edge of the region; ``pairs`` for every two edges that some job
            can take one directly after the other, and every edge that is in no such pair.
        region: The region; by default the one with the history, or the first.

    Returns:
        The tours, longest last. Worked out once per life cycle; for a SageMaker training job
        edges take some hundredths of a second and pairs some tenths.

    Raises:
        UnknownNameError: There is no such region, or `what` is something else.
    """
    if what not in WHATS:
        raise UnknownNameError("kind of tours", what, WHATS)
    chosen = lifecycle.history_region or lifecycle.regions[0]
    name = chosen.name if region is None else lifecycle.region(region).name
    known: dict[tuple[str, str], tuple[Tour, ...]] = lifecycle.derived.setdefault("tours", {})
    if (name, what) not in known:
        known[name, what] = _tours(lifecycle, compile_lifecycle(lifecycle)[name], what)
    return known[name, what]


def _tours(lifecycle: Lifecycle, automaton: Automaton, what: What) -> tuple[Tour, ...]:
    net = _net_of_pairs(automaton) if what == "pairs" else _net_of_edges(automaton)
    net = _with_few_features(net)
    found = [
        Tour(
            lifecycle=lifecycle,
            region=automaton.region.name,
            edges=tuple(arc.edge for arc in walk if arc.edge is not None),
            features=dict(walk[0].features),
        )
        for walk in _walks(net, _shortest(net))
    ]
    return tuple(sorted(found, key=lambda tour: len(tour.edges)))


# --- The net ------------------------------------------------------------------------------------


@frozen(eq=False)
class _Arc:
    """A way from a place to another.

    Attributes:
        tail: Where it begins.
        head: Where it leads.
        edge: The edge that is taken; None where a walk begins or ends without a step.
        item: What it counts as having taken; None for nothing that is asked for.
        features: The job's features.
    """

    tail: int
    head: int
    edge: Edge | None
    item: _Item | None
    features: Needs

    @property
    def cost(self) -> int:
        """What taking it costs."""
        return (_NEW_WALK if self.tail == _OUTSIDE else 0) + (self.edge is not None)


@frozen(eq=False)
class _Net:
    """Places and ways between them; walks go round from `_OUTSIDE` to `_OUTSIDE`.

    Attributes:
        arcs: The ways.
        out: Place → the indices of the ways that begin there.
        of_item: Item → the indices of the ways by which it can be taken.
    """

    arcs: Sequence[_Arc]
    out: dict[int, list[int]] = field(init=False, factory=dict)
    of_item: dict[_Item, list[int]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.out[_OUTSIDE] = []
        for index, arc in enumerate(self.arcs):
            self.out.setdefault(arc.tail, []).append(index)
            if arc.item is not None:
                self.of_item.setdefault(arc.item, []).append(index)

    def cost(self, flow: Sequence[int]) -> int:
        """Return what it costs to take each arc so often."""
        return sum(arc.cost * times for arc, times in zip(self.arcs, flow, strict=True))


def _net_of_edges(automaton: Automaton) -> _Net:
    """Return the net whose places are hidden states: every edge is an item."""
    features = [one.features for one in automaton.hidden]
    arcs = [
        _Arc(_OUTSIDE, start, None, None, features[start]) for start in bits(automaton.start.mask)
    ]
    for place, moves in enumerate(automaton.moves):
        arcs += [_Arc(place, target, edge, (edge,), features[place]) for edge, target in moves]
    arcs += [_Arc(place, _OUTSIDE, None, None, features[place]) for place in _ends(automaton)]
    return _Net(arcs)


def _net_of_pairs(automaton: Automaton) -> _Net:
    """Return the net whose places are moves: every two that follow each other are an item."""
    features = [one.features for one in automaton.hidden]
    first: list[int] = []
    moves: list[tuple[int, Edge, int]] = []
    for place, leaving in enumerate(automaton.moves):
        first.append(len(moves))
        moves += [(place, edge, target) for edge, target in leaving]
    first.append(len(moves))
    arcs: list[_Arc] = []
    for here, (place, edge, target) in enumerate(moves):
        for after in range(first[target], first[target + 1]):
            following = moves[after][1]
            arcs.append(_Arc(here, after, following, (edge, following), features[place]))
    paired = {edge for arc in arcs for edge in arc.item or ()}
    starts, ends = set(bits(automaton.start.mask)), set(_ends(automaton))
    for here, (place, edge, target) in enumerate(moves):
        if place in starts:
            alone = None if edge in paired else (edge,)
            arcs.append(_Arc(_OUTSIDE, here, edge, alone, features[place]))
        if target in ends:
            arcs.append(_Arc(here, _OUTSIDE, None, None, features[place]))
    return _Net(arcs)


def _ends(automaton: Automaton) -> list[int]:
    """Return where a walk may end: in a final state, and where none can be reached."""
    final = 0
    for state in automaton.region.states:
        final |= automaton.of_state[state.name] if state.final else 0
    reach = automaton.successors.reach
    return [
        place
        for place in bits(automaton.everything)
        if final >> place & 1 or not reach(1 << place) & final
    ]


def _with_few_features(net: _Net) -> _Net:
    """Return the net of a few sets of features that have all items: fewer ways, same items."""
    items: dict[Needs, set[_Item]] = {}
    for arc in net.arcs:
        mine = items.setdefault(arc.features, set())
        if arc.item is not None:
            mine.add(arc.item)
    missing: set[_Item] = set().union(*items.values())
    chosen = []
    while missing:
        best = max(items, key=lambda one: (len(items[one] & missing), -sum(dict(one).values())))
        chosen.append(best)
        missing -= items[best]
    return _Net([arc for arc in net.arcs if arc.features in chosen])


# --- The shortest way round ---------------------------------------------------------------------


def _shortest(net: _Net) -> list[int]:
    """Return how often each arc is taken on the cheapest way round that is found."""
    places = _nearest_places(net)
    best = _connected(net, places.values())
    for _ in range(_ROUNDS):
        # What is passed on the way elsewhere anyway need not be visited here: never worse.
        better = {item: _busiest(net, item, place, best) for item, place in places.items()}
        if better == places:
            break
        places = better
        best = min(best, _connected(net, places.values()), key=net.cost)
    return best


def _nearest_places(net: _Net) -> dict[_Item, int]:
    """Return, for each item, the arc to take it by that is the fewest steps from a start."""
    found: dict[_Item, int] = {}
    for index in _breadth_first(net, [_OUTSIDE]):
        item = net.arcs[index].item
        if item is not None:
            found.setdefault(item, index)
    return found


def _breadth_first(net: _Net, places: Iterable[int]) -> Iterator[int]:
    """Yield every arc that can be reached from some places, the nearest first."""
    queue = deque(places)
    seen = set(queue)
    while queue:
        for index in net.out[queue.popleft()]:
            yield index
            head = net.arcs[index].head
            if head not in seen:
                seen.add(head)
                queue.append(head)


def _busiest(net: _Net, item: _Item, place: int, flow: Sequence[int]) -> int:
    """Return the arc to take an item by: another that is taken, if this one is only for it."""
    if flow[place] > 1:
        return place
    others = [index for index in net.of_item[item] if index != place and flow[index]]
    return max(others, key=lambda index: flow[index], default=place)


def _connected(net: _Net, places: Iterable[int]) -> list[int]:
    """Return how often each arc is taken on the cheapest way round over some of them."""
    forced = set(places)
    while True:
        flow = _cheapest_flow(net, forced)
        reached = {_OUTSIDE, *_touched(net, flow)}
        apart = {net.arcs[index].tail for index, times in enumerate(flow) if times} - reached
        if not apart:
            return flow
        # Circles that no walk comes by: whoever leads into one of them has to be taken too.
        forced.add(
            next(i for i in _breadth_first(net, sorted(reached)) if net.arcs[i].head in apart)
        )


def _touched(net: _Net, flow: Sequence[int]) -> set[int]:
    """Return the places that walks from outside come by."""
    seen = {_OUTSIDE}
    queue = deque(seen)
    while queue:
        taken = (index for index in net.out[queue.popleft()] if flow[index])
        fresh = {net.arcs[index].head for index in taken} - seen
        seen |= fresh
        queue.extend(fresh)
    return seen


def _cheapest_flow(net: _Net, forced: Collection[int]) -> list[int]:
    """Return how often each arc is taken so that what comes to a place leaves it, cheapest."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(net.out, demand=0)
    for index, arc in enumerate(net.arcs):
        graph.add_edge(arc.tail, arc.head, key=index, weight=arc.cost)
    for index in forced:  # once in any case: what remains to be found is how often more
        graph.nodes[net.arcs[index].tail]["demand"] += 1
        graph.nodes[net.arcs[index].head]["demand"] -= 1
    _, more = nx.network_simplex(graph)
    return [
        more[arc.tail][arc.head][index] + (index in forced) for index, arc in enumerate(net.arcs)
    ]


# --- Cut into walks -----------------------------------------------------------------------------


def _walks(net: _Net, flow: Sequence[int]) -> list[list[_Arc]]:
    """Return the walks of a way round: without circles first, then each where it is short."""
    left = list(flow)
    walks: list[list[_Arc]] = []
    circles: list[list[_Arc]] = []
    for place in net.out:
        while any(left[index] for index in net.out[place]):
            walk, more = _round(net, left, place)
            circles += more
            (walks if place == _OUTSIDE else circles).append(walk)
    circles.sort(key=len, reverse=True)
    while circles:
        walk, circle, (at, turned) = next(
            (walk, circle, joint)
            for circle in circles
            for walk in sorted(walks, key=len)
            if (joint := _joint(walk, circle)) is not None
        )
        circles.remove(circle)
        walk[at:at] = circle[turned:] + circle[:turned]
    return walks


def _joint(walk: Sequence[_Arc], circle: Sequence[_Arc]) -> tuple[int, int] | None:
    """Return where a walk, and a circle, come by the same place; None where they do not."""
    places = {arc.tail: position for position, arc in enumerate(circle)}
    return next(((at, places[arc.tail]) for at, arc in enumerate(walk) if arc.tail in places), None)


def _round(net: _Net, left: list[int], place: int) -> tuple[list[_Arc], list[list[_Arc]]]:
    """Take arcs from a place until it is reached again; return these, and the circles between."""
    way: list[_Arc] = []
    circles = []
    since = {place: 0}
    now = place
    while not way or now != place:
        index = next(index for index in net.out[now] if left[index])
        left[index] -= 1
        way.append(net.arcs[index])
        now = net.arcs[index].head
        if now != place and now in since:
            circles.append(way[since[now] :])
            del way[since[now] :]
            since = {arc.tail: position for position, arc in enumerate(way)}
        since.setdefault(now, len(way))
    return way, circles
