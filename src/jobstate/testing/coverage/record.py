"""What was seen of a life cycle, and what not, as plain data: for JSON, and for other processes.

``{"lifecycle": …, "name": …, "regions": {…: {"title": …, "states": […], "edges": […],
"pairs": […]}}}``, where each state, edge and pair of edges says whether it was ``seen``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.testing.coverage.parts import Parts

Record: TypeAlias = dict[str, Any]
_KINDS = ("states", "edges", "pairs")


def record_of(
    lifecycle: Lifecycle, possible: Mapping[str, Parts], seen: Mapping[str, Parts]
) -> Record:
    """Return all that there is of a life cycle, by its regions, and whether it was seen."""
    return {
        "lifecycle": str(lifecycle),
        "name": lifecycle.name,
        "regions": {
            name: {"title": lifecycle.region(name).title, **dict(_parts(there, seen[name]))}
            for name, there in possible.items()
        },
    }


def _parts(there: Parts, seen: Parts) -> Iterator[tuple[str, list[Record]]]:
    states, edges, pairs = set(seen.states), set(seen.edges), set(seen.pairs)
    yield "states", [{"state": each, "seen": each in states} for each in there.states]
    yield (
        "edges",
        [
            {
                "origin": each.origin,
                "target": each.target,
                "cause": each.cause,
                "basis": str(each.basis),
                "seen": each in edges,
            }
            for each in there.edges
        ],
    )
    yield (
        "pairs",
        [
            {
                "origin": first.origin,
                "between": first.target,
                "target": then.target,
                "cause": first.cause,
                "then": then.cause,
                "seen": (first, then) in pairs,
            }
            for first, then in there.pairs
        ],
    )


def merged_record(one: Record, other: Record) -> Record:
    """Return what two records of one life cycle say together; neither is changed.

    Of variants of it (`Lifecycle.given`) what either has.
    """
    regions = dict(one["regions"])
    for name, region in other["regions"].items():
        known = regions.get(name, {kind: [] for kind in _KINDS})
        regions[name] = {**region, **{kind: _either(known[kind], region[kind]) for kind in _KINDS}}
    return {**one, "regions": regions}


def _either(one: list[Record], other: list[Record]) -> list[Record]:
    found: dict[tuple[str, ...], Record] = {}
    for each in (*one, *other):
        key = tuple(str(value) for name, value in each.items() if name != "seen")
        was = found.get(key, each)
        found[key] = {**each, "seen": was["seen"] or each["seen"]}
    return list(found.values())


def lines(record: Record) -> Iterator[str]:
    """Yield in few lines how much was seen."""
    yield f"coverage of {record['lifecycle']}"
    for region in record["regions"].values():
        shares = (_share(kind, region[kind]) for kind in _KINDS)
        yield f"  {region['title']}: {', '.join(shares)}"


def is_missing(record: Record) -> bool:
    """Return whether there are edges that were not seen."""
    regions = record["regions"].values()
    return not all(each["seen"] for region in regions for each in region["edges"])


def _share(kind: str, parts: list[Record]) -> str:
    return share(kind, sum(each["seen"] for each in parts), len(parts))


def share(kind: str, seen: int, there: int) -> str:
    """Return how many of how many were seen, in words."""
    # Cut, not rounded: 100 % is nothing less than all.
    percent = 100.0 if seen == there else int(1000 * seen / there) / 10
    return f"{kind} {seen} of {there} ({percent:g} %)"
