"""`reduce`: the smallest life that still breaks something, found along the life cycle's graph."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, evolve, field, frozen

from jobstate.common.text import printable
from jobstate.conformance.check import check
from jobstate.model.life import Life
from jobstate.testing.lives.repeated import asked_features
from jobstate.testing.lives.routes import Route, Routes, routes_of, wanted
from jobstate.testing.lives.sketches import SHORTEST, Sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: How often `reduce` calls at most, unless the caller says otherwise.
MOST_CALLS: Final = 2_000
#: Up to how many stays every span of them is tried, and every other state in each one's place.
_FEW_STAYS: Final = 16
#: In how many variants a walk is tried at most: features, lengths, words, with or without pools.
_MOST_VARIANTS: Final = 16
_LONGEST_LINE: Final = 100

#: Whether a life fails: returns whether it does, or raises AssertionError if it does.
Fails: TypeAlias = Callable[[Life], object]
#: Hears of every smaller life, and how many calls it took to find it.
Progress: TypeAlias = Callable[[Life, int], object]


@frozen(kw_only=True)
class Reduction:
    """What `reduce` found; printed, it tells the story.

    Attributes:
        life: The smallest life found that fails.
        calls: How often `fails` was called.
        minimal: Nothing of it can be left out, gone round or made simpler by itself. False where
            the calls ran out before that was known.
        shortest: No legal life with fewer stays fails: every one was tried, with its features, its
            words and its longest stay. False where there are too many to try.
    """

    life: Life
    calls: int
    minimal: bool
    shortest: bool

    def __str__(self) -> str:
        return "\n".join(line[:_LONGEST_LINE] for line in self._lines())

    def _lines(self) -> Iterator[str]:
        life = self.life
        sure = "no legal life with fewer stays does" if self.shortest else "nothing can be left out"
        if not self.minimal:
            sure = "there may be a smaller one: the calls ran out"
        yield f"the smallest life found that fails, after {self.calls:,} calls; {sure}:"
        states = tuple(stay.state for stay in life.stays)
        why = routes_of(life.lifecycle).causes(Route(states, ()))
        for stay, cause in zip(life.stays, ["created", *why], strict=True):
            after = (stay.start - life.start).total_seconds()
            yield f"  {f'+{after:g} s':>10}  {stay.state}  ({cause or 'no legal move'})"
        for region, stays in life.beside.items():
            for stay in stays:
                after = (stay.start - life.start).total_seconds()
                yield f"  {f'+{after:g} s':>10}  {region}: {stay.state}"
        if features := _shown(life):
            yield f"  with {', '.join(features)}"
        if life.failure is not None:
            yield f"  it fails with “{printable(life.failure)}”"
        for status, words in life.messages.items():
            yield f"  {status} says “{printable(words)}”"


def reduce(
    life: Life,
    fails: Fails,
    *,
    max_calls: int = MOST_CALLS,
    progress: Progress | None = None,
) -> Reduction:
    """Return the smallest life that still fails.

    Stays are left out, and what is left is joined by the shortest legal way, for each set of
    features; ends are replaced by nearer ones; then features, other regions, words and durations
    become simpler, until nothing does; what requests have said stays. Where there are few enough,
    every shorter legal walk is tried at last. Each life that is tried is legal if the first one is;
    of an illegal one, a recorded history perhaps, things are only left out. The same arguments give
    the same result.

    Args:
        life: A life that fails.
        fails: Whether a life fails: returns something true, or raises AssertionError. Any other
            exception means that the life fails in another way, which does not count; only with
            the first life it is passed on. Must say the same of the same life.
        max_calls: How often to call `fails` at most; at least once. Where that is reached, the
            result says that it may not be minimal.
        progress: Called with every smaller life found and the calls so far.

    Raises:
        ValueError: The life does not fail, or `max_calls` is less than one.
    """
    if max_calls < 1:
        raise ValueError(f"max_calls is {max_calls}: without a call there is nothing to know")
    if not _says_so(fails, life):
        raise ValueError(f"this life does not fail, so there is nothing to reduce: {life}")
    search = _Search(life, fails, max_calls, progress)
    try:
        search.to_the_end()
    except _EnoughError:
        return Reduction(life=search.life, calls=search.calls, minimal=False, shortest=False)
    return Reduction(life=search.life, calls=search.calls, minimal=True, shortest=search.proved)


def _says_so(fails: Fails, life: Life) -> bool:
    try:
        return bool(fails(life))
    except AssertionError:
        return True


class _EnoughError(Exception):
    """The calls ran out."""


@define
class _Search:
    """The smallest life so far, and the ways to a smaller one."""

    _origin: Life
    _fails: Fails
    _max_calls: int
    _progress: Progress | None
    calls: int = 1
    proved: bool = False
    _routes: Routes = field(init=False)
    _best: Sketch = field(init=False)
    _legal: bool = field(init=False)
    _asked: ItemsView[str, bool] = field(init=False)
    _tried: set[Sketch] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self._routes = routes_of(self._origin.lifecycle)
        self._best = Sketch.of(self._origin)
        self._asked = asked_features(self._origin).items()
        self._legal = False

    def _complete(self) -> None:
        """Take for legal what some job can do, with the features that the life leaves open."""
        said = self._origin.features
        for features in self._routes.features_of(self._best.states):
            if all(said.get(name, has) is has for name, has in features):
                complete = evolve(self._best, features=features)
                life = complete.life(self._origin)
                if life.features == said or self._does_fail(life):
                    self._best, self._legal = complete, True
                return

    @property
    def life(self) -> Life:
        """The smallest life so far."""
        return self._best.life(self._origin)

    def to_the_end(self) -> None:
        """Make it smaller in every way, until none does."""
        if _conforms(self._origin):
            self._complete()
        passes = (self._shorter, self._plainer, self._sooner, self._proof)
        while any(each() for each in passes):
            pass

    # --- Trying -----------------------------------------------------------------------------------

    def _takes(self, sketches: Iterable[Sketch]) -> bool:
        """Try lives in order; take the first that is smaller and fails, if any."""
        return any(self._take(sketch) for sketch in sketches)

    def _take(self, sketch: Sketch) -> bool:
        if sketch.size >= self._best.size or sketch in self._tried:
            return False
        if not self._asked <= (dict(self._asked) | dict(sketch.features)).items():
            return False  # what was said stays, so it has the features that that shows
        life = sketch.life(self._origin)
        if self._legal and not (self._routes.allow(sketch) and _conforms(life)):
            return False
        self._tried.add(sketch)
        if not self._does_fail(life):
            return False
        self._best = sketch
        if self._progress is not None:
            self._progress(life, self.calls)
        return True

    def _does_fail(self, life: Life) -> bool:
        if self.calls >= self._max_calls:
            raise _EnoughError
        self.calls += 1
        try:
            return _says_so(self._fails, life)
        except Exception:  # noqa: BLE001 - whatever else breaks is another failure than the one
            return False

    # --- Fewer stays ------------------------------------------------------------------------------

    def _shorter(self) -> bool:
        """Leave stays out: loops, then ever smaller parts, then ends, then each other way."""
        before = self._best
        while (
            self._takes(self._without_loops())
            or self._halving()
            or self._takes(self._ended())
            or self._takes(self._replaced())
        ):
            pass
        return self._best is not before

    def _without_loops(self) -> Iterator[Sketch]:
        states = self._best.states
        loops = [
            (later - earlier, earlier)
            for earlier, state in enumerate(states)
            for later in range(earlier + 1, len(states))
            if states[later] == state
        ]
        for length, earlier in sorted(loops, reverse=True):
            yield from self._without(earlier + 1, earlier + 1 + length)

    def _halving(self) -> bool:
        """Leave out parts, from halves down to single stays."""
        found = False
        size = len(self._best.states) // 2 or 1
        while size:
            here = len(self._best.states) - size
            while here >= 0 and len(self._best.states) > 1:
                found |= self._takes(self._without(here, here + size))
                here = min(here, len(self._best.states)) - size
            size //= 2
        return found

    def _replaced(self) -> Iterator[Sketch]:
        """Every span left out, and every state in the place of every other."""
        count = len(self._best.states)
        if count > _FEW_STAYS:
            return
        for length in range(count - 1, 0, -1):
            for here in range(count - length + 1):
                yield from self._without(here, here + length)
        if self._legal:
            for place in range(count):
                for name in self._routes.states:
                    yield from self._by_way_of(_except(count, place, place + 1), {place: name})

    def _ended(self) -> Iterator[Sketch]:
        """End at once from anywhere on: by the nearest final state."""
        if not self._legal:
            return
        for place in range(len(self._best.states) - 2):
            for name in self._routes.final:
                yield from self._by_way_of(list(range(place + 1)), {place + 1: name})

    def _without(self, begin: int, end: int) -> Iterator[Sketch]:
        kept = _except(len(self._best.states), begin, end)
        if not kept:
            return
        if self._legal:
            yield from self._by_way_of(kept, {})
        else:
            places = {old: new for new, old in enumerate(kept)}
            states = tuple(self._best.states[old] for old in kept)
            yield from self._best.moulded(states, places)

    def _by_way_of(self, kept: Sequence[int], new: dict[int, str]) -> Iterator[Sketch]:
        """Yield lives through some of its stays and some new ones, by the shortest legal ways."""
        waypoints = sorted([*((old, self._best.states[old]) for old in kept), *new.items()])
        names = [name for _, name in waypoints]
        routes = [
            route
            for route in self._routes.through(names)
            if len(route.states) <= len(self._best.states)
        ]
        own = [route for route in routes if route.features == self._best.features]
        for route in dict.fromkeys([*own, *routes[:1]]):
            places: dict[int, int] = {}
            here = iter(enumerate(route.states))
            for old, name in waypoints:
                place = next(place for place, state in here if state == name)
                if old not in new:
                    places[old] = place
            sketch = evolve(self._best, features=route.features)
            for moulded in sketch.moulded(route.states, places):
                yield from self._with_what_is_beside(moulded)

    def _with_what_is_beside(self, sketch: Sketch) -> Iterator[Sketch]:
        """Yield a life with what went on beside it, then without."""
        yield sketch
        if sketch.beside:
            yield evolve(sketch, beside=())

    # --- Simpler in all else ----------------------------------------------------------------------

    def _plainer(self) -> bool:
        before = self._best
        while (
            self._takes(self._best.with_less_beside())
            or self._takes(self._with_fewer_features())
            or self._takes(self._best.with_fewer_words())
        ):
            pass
        return self._best is not before

    def _with_fewer_features(self) -> Iterator[Sketch]:
        best = self._best
        if self._legal:
            sets = [start.features for start in self._routes.starts]
        else:
            sets = [
                tuple((name, has and name != dropped) for name, has in best.features)
                for dropped, _ in best.features
            ]
        for features in sets:
            if wanted(features) < wanted(best.features):
                yield evolve(best, features=features)

    def _sooner(self) -> bool:
        """Make every stay a second long, or else as few whole seconds as still fail."""
        before = self._best
        self._takes([self._best.at_once()])
        for place, _ in enumerate(self._best.lengths):
            if not self._take(self._best.lasting(place, SHORTEST)):
                self._bisect(place)
        self._takes(self._best.with_simpler_offsets())
        return self._best is not before

    def _bisect(self, place: int) -> None:
        low, high = SHORTEST, self._best.lengths[place]
        while high - low > SHORTEST:
            middle = float((low + high) // 2)
            if self._take(self._best.lasting(place, middle)):
                high = middle
            else:
                low = middle

    # --- Proof ------------------------------------------------------------------------------------

    def _proof(self) -> bool:
        """Try every shorter legal walk, where that takes no more calls than are left."""
        left = (self._max_calls - self.calls) // _MOST_VARIANTS
        walks = self._routes.shorter(len(self._best.states), left) if self._legal else None
        if walks is None:
            return False
        self.proved = not self._takes(sketch for states in walks for sketch in self._along(states))
        return not self.proved

    def _along(self, states: tuple[str, ...]) -> Iterator[Sketch]:
        """Yield lives along a walk that have what the smallest life needs so far."""
        best = self._best
        fitting = self._routes.features_of(states)
        own = [features for features in fitting if features == best.features]
        for features, length, messages in product(
            dict.fromkeys([*own, fitting[0]]),
            dict.fromkeys([max([SHORTEST, *best.lengths]), SHORTEST]),
            dict.fromkeys([best.messages, self._same_words(states)]),
        ):
            sketch = evolve(
                best,
                states=states,
                features=features,
                lengths=(length,) * (len(states) - 1),
                beside=best.beside_at(len(states)),
                said=best.said_at(len(states)),
                messages=messages,
            )
            yield from self._with_what_is_beside(sketch)

    def _same_words(self, states: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return one text for every status on a walk, where words matter at all."""
        text = next((text for _, text in self._best.messages), None)
        if text is None:
            return ()
        return tuple((status, text) for status in sorted(self._routes.visible(states)))


def _shown(life: Life) -> list[str]:
    """Return the features that it has and that answers can show."""
    return [
        each.name for each in life.lifecycle.features if each.shown and life.features.get(each.name)
    ]


def _except(count: int, begin: int, end: int) -> list[int]:
    return [place for place in range(count) if not begin <= place < end]


def _conforms(life: Life) -> bool:
    """Return whether whoever sees every moment of a life sees nothing wrong."""
    return check(life.lifecycle, [life.observation(time) for time in life.changes]).legal
