"""`LifecycleCoverage`: how much of a life cycle a test run has seen, and what is missing.

An edge counts only if every legal run that explains what was seen takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.conformance.answers import observations
from jobstate.errors import JobstateError
from jobstate.model.states import Edge, State, counted_as
from jobstate.testing.coverage.certainty import of_answers, of_stays
from jobstate.testing.coverage.parts import Pair, Parts
from jobstate.testing.coverage.record import record_of, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobstate.automaton.automaton import Automaton
    from jobstate.automaton.runs import Item
    from jobstate.model.life import Life
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation

#: How many lines of what is missing a report lists unless it is asked for all.
LISTED: Final = 200


class OtherLifecycleError(JobstateError, ValueError):
    """What was seen of one life cycle can't be added to what was seen of another.

    Attributes:
        own: The life cycle whose coverage it is.
        other: The other one.
    """

    def __init__(self, own: str, other: str) -> None:
        self.own = own
        self.other = other
        super().__init__(own, other)

    def __str__(self) -> str:
        return f"the coverage of {self.own} can't take in what was seen of {self.other}"


class LifecycleCoverage:
    """What tests have seen of a life cycle.

    Attributes:
        lifecycle: The life cycle.
        possible: Region name → all that there is to see.
        certain: Region name → what has certainly been seen.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self._automata = compile_lifecycle(lifecycle)
        self.possible = {name: _parts(each) for name, each in self._automata.items()}
        self.certain: dict[str, set[Item]] = {name: set() for name in self._automata}

    def __str__(self) -> str:
        return self.report(listed=0)

    # --- What was seen --------------------------------------------------------------------------

    def add(self, life: Life) -> None:
        """Count what a job goes through in its life.

        A move that no edge allows counts as nothing; what comes after it is counted again. Of
        several edges that join the same two states none is certain.

        Raises:
            OtherLifecycleError: It is a life of another life cycle; variants of one by
                `Lifecycle.given` and `Lifecycle.without` count as the same.
        """
        self._validate(life.lifecycle)
        for name, stays in {life.region.name: life.stays, **life.beside}.items():
            states = [stay.state for stay in stays]
            self._count(name, of_stays(self._automata[name], states, life.features))

    def add_answers(self, answers: object) -> None:
        """Count what answers show of one job or several, of each in order.

        An edge that an answer leaves in doubt does not count: where polls skip statuses, only
        what every legal way between passes. Answers older than one before them count as nothing.

        Args:
            answers: What `jobstate.check_jobs` takes.

        Raises:
            ObservationError: An answer can't be read; those before it are not counted either.
        """
        jobs: dict[JobKey, list[Observation]] = {}
        for _, each in observations(self.lifecycle, answers):
            jobs.setdefault(each.job, []).append(each)
        for series in jobs.values():
            for name, automaton in self._automata.items():
                self._count(name, of_answers(automaton, series))

    def merge(self, *others: LifecycleCoverage) -> None:
        """Count what others have seen: other tests, other processes.

        Raises:
            OtherLifecycleError: One is of another life cycle; nothing was taken in.
        """
        for other in others:
            self._validate(other.lifecycle)
        for other in others:
            for name, certain in other.certain.items():
                self._count(name, certain)

    def _count(self, region: str, certain: Iterable[Item]) -> None:
        self.certain[region].update(certain)

    def _validate(self, other: Lifecycle) -> None:
        if other.name != self.lifecycle.name:
            raise OtherLifecycleError(str(self.lifecycle), str(other))

    # --- What that comes to ---------------------------------------------------------------------

    @property
    def seen(self) -> Mapping[str, Parts]:
        """Region name → what was seen of it."""
        return {name: self._chosen(name, wanted=True) for name in self.possible}

    @property
    def missing(self) -> Mapping[str, Parts]:
        """Region name → what was not seen of it."""
        return {name: self._chosen(name, wanted=False) for name in self.possible}

    def _chosen(self, region: str, *, wanted: bool) -> Parts:
        there, certain = self.possible[region], self.certain[region]
        names = {each.name for each in certain if isinstance(each, State)}
        return Parts(
            states=tuple(each for each in there.states if (each in names) is wanted),
            edges=tuple(each for each in there.edges if (each in certain) is wanted),
            pairs=tuple(each for each in there.pairs if (each in certain) is wanted),
        )

    @property
    def complete(self) -> bool:
        """Every edge of every region was seen."""
        return not any(parts.edges for parts in self.missing.values())

    def to_dict(self) -> dict[str, object]:
        """Return each state, edge and pair of edges, and whether it was seen, as plain data."""
        return record_of(self.lifecycle, self.possible, self.seen)

    def report(self, *, listed: int = LISTED, pairs: bool = False) -> str:
        """Return what was seen, and a table of what was not, as text.

        Args:
            listed: At most how many missing edges (and pairs) of a region to list.
            pairs: List the missing pairs of edges too.
        """
        lines = [f"coverage of {self.lifecycle}"]
        seen, missing = self.seen, self.missing
        for name, there in self.possible.items():
            title = self.lifecycle.region(name).title
            lines.append(f"  {title}: {_shares(seen[name], there)}")
        for name in self.possible:
            states, edges = missing[name].states, missing[name].edges
            if listed and states:
                lines += _cut("states not seen:", states, listed)
            if listed and edges:
                lines += _cut("edges not seen:", _table(edges), listed)
            if listed and pairs and missing[name].pairs:
                lines += _cut("pairs not seen:", map(_pair, missing[name].pairs), listed)
        return "\n".join(lines)


def merged(coverages: Iterable[LifecycleCoverage]) -> LifecycleCoverage:
    """Return what several have seen together; none of them is changed.

    Raises:
        ValueError: There are none.
        OtherLifecycleError: They are of several life cycles.
    """
    every = list(coverages)
    if not every:
        raise ValueError("nothing to merge: give at least one LifecycleCoverage")
    together = LifecycleCoverage(every[0].lifecycle)
    together.merge(*every)
    return together


def _parts(automaton: Automaton) -> Parts:
    region = automaton.region
    counted = counted_as(region.edges)
    followed: dict[Edge, dict[Edge, None]] = {edge: {} for edge in counted.values()}
    for moves in automaton.moves:
        for edge, target in moves:
            followed[counted[edge]].update(
                (counted[each], None) for each, _ in automaton.moves[target]
            )
    order = {edge: position for position, edge in enumerate(followed)}
    return Parts(
        states=tuple(state.name for state in region.states),
        edges=tuple(followed),
        pairs=tuple(
            (edge, after)
            for edge, all_after in followed.items()
            for after in sorted(all_after, key=order.__getitem__)
        ),
    )


# --- Text ---------------------------------------------------------------------------------------


def _shares(seen: Parts, there: Parts) -> str:
    kinds = ("states", "edges", "pairs")
    return ", ".join(
        share(kind, len(getattr(seen, kind)), len(getattr(there, kind))) for kind in kinds
    )


def _table(edges: Iterable[Edge]) -> Iterator[str]:
    rows = [(f"{edge.origin} → {edge.target}", edge.cause, str(edge.basis)) for edge in edges]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for way, cause, basis in rows:
        yield f"{way:<{widths[0]}}  {cause:<{widths[1]}}  {basis}"


def _pair(pair: Pair) -> str:
    first, second = pair
    return f"{first.origin} → {first.target} → {second.target}  ({first.cause}, {second.cause})"


def _cut(head: str, lines: Iterable[str], listed: int) -> Iterator[str]:
    every = list(lines)
    yield f"  {head}"
    yield from (f"    {line}" for line in every[:listed])
    if len(every) > listed:
        yield f"    … and {len(every) - listed:,} more"
