"""The life cycle of a job: the specification, checked when it is built, and its variants.

Everything else is derived from it: the automaton, the checks, the diagrams, the tables.
"""

from __future__ import annotations

import sys
from functools import partial, wraps
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

import attrs
from attrs import field, frozen

from jobstate.common.forks import renewed_in_forked_child
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.model import validation as selfcheck
from jobstate.model.hidden_states import begins, expand, feature_sets
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.specification import Specification, judged_ids
from jobstate.model.states import Region, going_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.observation import Writer
    from jobstate.model.specification import FailureCause, Rule
    from jobstate.model.states import Edge, Feature, Needs, State

_Found = TypeVar("_Found")
_More = TypeVarTuple("_More")

#: Held while something is worked out, which may take something else first. One for all, since a
#: life cycle that has a lock could not be copied or sent to another process.
_WORKING_OUT = RLock()
renewed_in_forked_child(sys.modules[__name__], "_WORKING_OUT", RLock)


@frozen(kw_only=True, eq=False)
class Lifecycle(Specification):
    """One specification of how a kind of job lives, free of contradictions.

    Building it checks it; nothing ever changes it. Two life cycles are equal only if they are the
    same object, so it can be a dictionary key at no cost. A copy is the same object too, and one
    that `importable` knows comes out of a pickle as what is imported there; any other as another
    life cycle that says the same, if its functions can be imported.

    Raises:
        LifecycleError: It contradicts itself; the error lists every defect.
    """

    #: What `derived` functions have worked out, by function and further arguments; never part of
    #: what it says.
    remembered: dict[tuple[object, ...], Any] = field(factory=dict, init=False, repr=False)
    #: ``module:name`` where it can be imported; not so its variants. See `importable`.
    reference: str | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a life cycle that contradicts itself."""
        if defects := list(selfcheck.defects(self)):
            raise LifecycleError(self.name, defects)

    def __str__(self) -> str:
        given = f" given {assumed_text(self.assumed)}" if self.assumed else ""
        return f"{self.name} {self.version}{given}"

    def __copy__(self) -> Lifecycle:
        """Return itself, for it never changes."""
        return self

    def __deepcopy__(self, _memo: object) -> Lifecycle:
        """Return itself, for it never changes."""
        return self

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Pickle where it can be imported, else what it says; never what was worked out of it."""
        if self.reference is not None:
            from pkgutil import resolve_name  # noqa: PLC0415 - only whoever pickles needs it

            return resolve_name, (self.reference,)
        said = {
            str(each.alias): getattr(self, each.name)
            for each in attrs.fields(Lifecycle)
            if each.init
        }
        return partial(Lifecycle, **said), ()

    @classmethod
    def from_schema(  # noqa: PLR0913 - each is one thing to say of a kind, by keyword
        cls,
        schema: AnswerSchema,
        *,
        version: str,
        title: str,
        states: Iterable[State],
        edges: Iterable[Edge],
        initial: Mapping[str, Mapping[str, bool]] | Iterable[str] = (),
        features: Iterable[Feature] = (),
        rules: Iterable[Rule] = (),
        failure_cause: FailureCause | None = None,
        writer: Writer | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> Lifecycle:
        """Return the life cycle of a kind of job that has one status: what the schema says is said.

        That is its name, its reader, its one region with the field and, if there is one, the
        history. More regions, memories and a drawing take the constructor.

        Args:
            schema: What answers about it look like; the first of its places has the status.
            version: Every verdict names it.
            title: What people call it.
            states: What a job can be.
            edges: How it moves.
            initial: As of `Region`: by default it begins in the first state.
            features: What decides which edges a job has.
            rules: What must be true besides.
            failure_cause: Returns the cause that the service's own words for a failure stand for.
            writer: How the service answers about a moment of a job's life, for tests.
            sources: The short names that its sources use → what they stand for.

        Raises:
            LifecycleError: It contradicts itself; the error lists every defect.
        """
        status, *_ = schema.places
        axes = [path[-1] for path in (status.primary, status.secondary) if path]
        region = Region(
            name=status.region,
            title=" / ".join(axes),
            field=".".join(status.primary),
            states=tuple(states),
            edges=tuple(edges),
            history=".".join(schema.stays.path) if schema.stays else "",
        )
        return cls(
            name=schema.kind,
            version=version,
            title=title,
            regions=(attrs.evolve(region, initial=initial) if initial else region,),
            features=tuple(features),
            rules=tuple(rules),
            reader=SchemaReader(schema, failure_cause),
            writer=writer,
            failure_cause=failure_cause,
            sources=sources or {},
        )

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id.

        Raises:
            UnknownNameError: There is none, or it is switched off; it lists those there are.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise UnknownNameError("rule", rule_id, (rule.id for rule in self.rules))

    def given(self, **features: bool) -> Lifecycle:
        """Return the tighter life cycle of the jobs that have, or lack, these features.

        States and edges that no such job reaches are gone from it, so it proves more.
        ``given(stop=False)`` assumes that nothing asks for a stop, which no answer can show.

        Raises:
            UnknownNameError: There is no such feature.
            LifecycleError: No job has these features together, or one is fixed otherwise.
        """
        for name in features:
            self.feature(name)
        fixed = dict(self.assumed)
        clashes = [name for name, value in features.items() if fixed.get(name, value) != value]
        if clashes:
            raise LifecycleError(
                self.name, [f"{name} is already fixed the other way" for name in clashes]
            )
        assumed = tuple(sorted({**fixed, **features}.items()))
        if not feature_sets(self, assumed):
            raise LifecycleError(self.name, [f"no job is {assumed_text(assumed)} at once"])
        regions, ruled_out = zip(
            *(_restricted(self, region, assumed) for region in self.regions), strict=True
        )
        lost = tuple(pair for pairs in ruled_out for pair in pairs)
        return attrs.evolve(self, regions=regions, assumed=assumed, ruled_out=self.ruled_out + lost)

    def without(self, *rule_ids: str) -> Lifecycle:
        """Return the life cycle with rules switched off; its version says which.

        They stay off in whatever is made of it, until a rule of that id is added.

        Raises:
            UnknownNameError: There is no such rule; it lists those there are.
        """
        if not rule_ids:
            return self
        version = f"{self.version}+without.{'.'.join(sorted(set(rule_ids)))}"
        return self.evolve(version=version, drop_rules=rule_ids)

    def evolve(  # noqa: PLR0913 - each is one thing that can be added or dropped, by keyword
        self,
        *,
        name: str | None = None,
        version: str | None = None,
        region: str | None = None,
        add_states: Iterable[State] = (),
        drop_states: Iterable[str] = (),
        add_edges: Iterable[Edge] = (),
        drop_edges: Iterable[tuple[str, str]] = (),
        add_features: Iterable[Feature] = (),
        add_rules: Iterable[Rule] = (),
        drop_rules: Iterable[str] = (),
    ) -> Lifecycle:
        """Return a life cycle of your own: this one with things added and dropped.

        Args:
            name: Its name; this one's by default.
            version: Its version; this one's with ``+evolved`` by default, so that verdicts of
                the two can be told apart.
            region: The region whose states and edges change; by default the one with a history.
            add_states: States to add.
            drop_states: Names of states to drop, with their edges.
            add_edges: Edges to add.
            drop_edges: (origin, target) of edges to drop.
            add_features: Features to add.
            add_rules: Rules to add; one takes the place of a default rule of the same id.
            drop_rules: Ids of rules to switch off.

        Raises:
            UnknownNameError: Something to drop is not there.
            LifecycleError: The result contradicts itself.
        """
        dropped = {self.rule(rule_id).id for rule_id in drop_rules}
        added = tuple(add_rules)
        switched_off = self.switched_off | dropped & judged_ids(self)
        chosen = self.main_region if region is None else self.region(region)
        changed = _changed(chosen, add_states, drop_states, add_edges, drop_edges)
        here = {state.name for state in changed.states}
        return attrs.evolve(
            self,
            name=name or self.name,
            version=version or f"{self.version}+evolved",
            regions=tuple(changed if each is chosen else each for each in self.regions),
            memories=tuple(
                attrs.evolve(memory, states=memory.states & here)
                if memory.region == chosen.name
                else memory
                for memory in self.memories
            ),
            features=(*self.features, *add_features),
            rules=(*(rule for rule in self.declared_rules if rule.id not in dropped), *added),
            switched_off=switched_off.difference(rule.id for rule in added),
        )


def importable(lifecycle: Lifecycle, reference: str) -> Lifecycle:
    """Return a life cycle that pickles know by where it can be imported: always the same object.

    Args:
        lifecycle: The life cycle, which nobody has yet.
        reference: ``module:name``.
    """
    object.__setattr__(lifecycle, "reference", reference)
    return lifecycle


def derived(
    work_out: Callable[[Lifecycle, *_More], _Found],
) -> Callable[[Lifecycle, *_More], _Found]:
    """Let a function of a life cycle work out each thing once, however many threads ask at once.

    What it returns is remembered with the life cycle, and goes when that goes; what it raises is
    not.

    Args:
        work_out: The function; its further arguments can be hashed.
    """

    @wraps(work_out)
    def found(lifecycle: Lifecycle, *more: *_More) -> _Found:
        remembered: dict[tuple[object, ...], _Found] = lifecycle.remembered
        key = (found, *more)
        if key not in remembered:
            with _WORKING_OUT:
                if key not in remembered:
                    remembered[key] = work_out(lifecycle, *more)
        return remembered[key]

    return found


def assumed_text(assumed: Needs) -> str:
    """Return assumed features as the command line takes them: ``spot=no, stop=no``."""
    return ", ".join(f"{name}={'yes' if value else 'no'}" for name, value in assumed)


def _restricted(
    spec: Specification, region: Region, assumed: Needs
) -> tuple[Region, list[tuple[str, State]]]:
    hidden = expand(spec, region, assumed)
    reached = {one.state for one in hidden}
    new = {one.state for one in filter(begins(spec, region), hidden)}
    taken = {edge for moves in hidden.values() for edge, _ in moves}
    kept = attrs.evolve(
        region,
        states=tuple(state for state in region.states if state.name in reached),
        edges=tuple(edge for edge in region.edges if edge in taken),
        initial={name: region.initial[name] for name in region.initial if name in new},
    )
    # Where no such job goes on, an end is for good.
    left = going_on(kept)
    states = tuple(
        attrs.evolve(state, reopens=state.reopens and state.name in left) for state in kept.states
    )
    kept = attrs.evolve(kept, states=states)
    return kept, [(region.name, state) for state in region.states if state.name not in reached]


def _changed(
    region: Region,
    add_states: Iterable[State],
    drop_states: Iterable[str],
    add_edges: Iterable[Edge],
    drop_edges: Iterable[tuple[str, str]],
) -> Region:
    dropped = {region.state(name).name for name in drop_states}
    cut = set(drop_edges)
    there = {(edge.origin, edge.target) for edge in region.edges}
    for origin, target in sorted(cut - there):
        raise UnknownNameError("edge", f"{origin} → {target}", (f"{a} → {b}" for a, b in there))
    states = (state for state in region.states if state.name not in dropped)
    edges = (
        edge
        for edge in region.edges
        if (edge.origin, edge.target) not in cut and not {edge.origin, edge.target} & dropped
    )
    return attrs.evolve(
        region,
        states=(*states, *add_states),
        edges=(*edges, *add_edges),
        initial={name: needs for name, needs in region.initial.items() if name not in dropped},
    )
