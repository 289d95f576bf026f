"""Legal lives by chance, as what is made illegal begins.

Whatever is drawn is drawn by the caller's `Chooser`, so the same code serves Hypothesis and
`random`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from jobstate.model.life import Life, Stay
from jobstate.model.observation import JobKey
from jobstate.testing.lives.walks import beside, walks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge
    from jobstate.testing.lives.walks import Chooser

#: When jobs begin: not on a whole second, so that nothing can hide in a coarse precision.
_BEGINS: Final = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
#: How long a stay lasts, in seconds: always more than a minute, for sources that print minutes.
_LASTS: Final = (61.0, 75.125, 640.0, 5403.5)
#: After how many stays a life goes the shortest way to its end.
_LONG_ENOUGH: Final = 4


class NoSuchJobError(Exception):
    """No job has the features that are asked for."""


def legal_life(lifecycle: Lifecycle, choose: Chooser, features: Mapping[str, bool]) -> Life:
    """Return a legal life with an end, if the life cycle has ends.

    Args:
        lifecycle: The life cycle.
        choose: Returns one of several.
        features: Features that the job has, or lacks.

    Raises:
        NoSuchJobError: No job has these features.
    """
    walks = walks_of(lifecycle)
    # Passing some state: left to chance alone, most lives would fail or be stopped early.
    passing = _distances_to(lifecycle, choose(walks.region.states).name)
    starts = [one for one in walks.starts if one in passing and has(one, features)]
    if not starts:
        passing = dict.fromkeys(walks.starts, 0)
        starts = [one for one in walks.starts if has(one, features)]
    if not starts:
        raise NoSuchJobError
    way = walk(lifecycle, choose, starts, passing)
    if way[-1] in walks.to_end:
        way += walk(lifecycle, choose, way[-1:], walks.to_end)[1:]
    while (moves := walks.moves[way[-1]]) and _goes_on(choose):
        way.append(choose(moves)[1])
    return life_of(lifecycle, choose, way)


def _goes_on(choose: Chooser) -> bool:
    return choose((False, True))


def _distances_to(lifecycle: Lifecycle, state: str) -> Mapping[Hidden, int]:
    known: dict[str, Mapping[Hidden, int]] = lifecycle.derived.setdefault("distances", {})
    if state not in known:
        walks = walks_of(lifecycle)
        known[state] = walks.distances(one for one in walks.moves if one.state == state)
    return known[state]


def has(hidden: Hidden, features: Mapping[str, bool]) -> bool:
    """Return whether a hidden state is one of jobs with some features."""
    return features.items() <= dict(hidden.features).items()


def walk(
    lifecycle: Lifecycle,
    choose: Chooser,
    starts: Sequence[Hidden],
    away: Mapping[Hidden, int],
) -> list[Hidden]:
    """Return a way to the nearest goal: by chance, and straight once it is long enough.

    Args:
        lifecycle: The life cycle.
        choose: Returns one of several.
        starts: Where it may begin.
        away: How many moves each hidden state is away from the nearest goal, if any.
    """
    moves = walks_of(lifecycle).moves
    way = [choose(starts)]
    while away[way[-1]]:
        targets = list(dict.fromkeys(one for _, one in moves[way[-1]] if one in away))
        if len(way) >= _LONG_ENOUGH:
            targets = [one for one in targets if away[one] < away[way[-1]]]
        way.append(choose(targets))
    return way


def life_of(
    lifecycle: Lifecycle, choose: Chooser, way: Sequence[Hidden], then: Edge | None = None
) -> Life:
    """Return a life that goes a way, with what goes on beside it.

    Args:
        lifecycle: The life cycle.
        choose: Returns one of several.
        way: The hidden states that it goes through.
        then: An edge that it takes at the end, legal or not; nothing goes on beside then.
    """
    walks = walks_of(lifecycle)
    names = [one.state for one in way] + ([then.target] if then else [])
    stays, time = [], _BEGINS
    for name in names:
        stays.append(Stay(name, time))
        time += timedelta(seconds=choose(_LASTS))
    features = dict(way[0].features)
    others: dict[str, tuple[Stay, ...]] = {}
    for region in lifecycle.regions:
        if region is not walks.region and then is None:
            states = [walks.state(one) for one in way]
            begun = beside(lifecycle, region, states, features, choose)
            others |= {region.name: _timed(begun, stays)} if begun else {}
    return Life(
        lifecycle=lifecycle,
        job=_key(lifecycle),
        stays=tuple(stays),
        beside=others,
        features=features,
        failure="it failed",
    )


def _timed(begun: Iterable[tuple[int, str]], stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """Return stays beside others: at the same moments, and a while apart after the last of them."""
    found: list[Stay] = []
    for place, name in begun:
        time = stays[place].start
        if found and time <= found[-1].start:
            time = found[-1].start + timedelta(seconds=_LASTS[0])
        found.append(Stay(name, time))
    return tuple(found)


def _key(lifecycle: Lifecycle) -> JobKey:
    writer = lifecycle.writer
    return JobKey("job/1", _BEGINS) if writer is None else writer.key("job-1", _BEGINS)
