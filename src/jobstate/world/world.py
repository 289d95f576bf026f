"""`World`: what a service answers about jobs that live, and what callers do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve

from jobstate.common.forks import renewed_in_forked_child
from jobstate.errors import ObservationError, UnknownNameError
from jobstate.model.hidden_states import excluded
from jobstate.model.life import Life, Said
from jobstate.model.operations import NOWHERE, Action, Place, Verb
from jobstate.model.schema_writer import EVENT
from jobstate.world import refusals
from jobstate.world.broods import Nursery
from jobstate.world.budget import Allowance
from jobstate.world.kept import KeptKind, answered_of, argument_of
from jobstate.world.pages import Cut, Query
from jobstate.world.refusals import RefusedRequestError
from jobstate.world.scripts import Birth, Script, ordinary

if TYPE_CHECKING:
    from jobstate.model.answer_schema import Shape
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.model.offspring import Offspring
    from jobstate.model.operations import Listing
    from jobstate.world.population import LivingJob, Population

#: For how long a deleted job is still described as being deleted, in seconds. Made up: AWS is
#: silent.
GONE_AFTER: Final = 60.0
#: How long a job is in each status on its way to a stop, in seconds; AWS gives it up to 120.
STOPPING: Final = 30.0

_Request: TypeAlias = Mapping[str, Any]
_Answer: TypeAlias = dict[str, Any]
#: Returns why a request is refused that the world would take; None where it is not.
Fault: TypeAlias = Callable[[str, Mapping[str, Any]], RefusedRequestError | None]


class World:
    """Jobs of some kinds in one account and region, and what their services answer.

    It takes the operations that the schemas of the kinds have: those that describe and list jobs,
    and those that make, stop, update and delete them. Lives are changed by what callers do, and
    never by what others do. Several threads may ask it.

    Attributes:
        now: Returns what time it is; aware.
        place: The account and the region.
        script: Makes the lives of jobs that are created; `ordinary` by default.
        seed: What chance depends on, beside the kind and the name of a job.
        filters: Whether filters of lists are applied before their pages are cut or, as AWS says of
            its own, after.
        behind: Form of answers → by how many seconds they are late: ``{"describe": 5.0}`` answers
            what was true five seconds ago, and does not know jobs that are younger.
        budget: How many requests are taken.
        denied: The operations that the caller may not do.
        fault: Refuses requests that would be taken; None where nothing does.
        quota: How many jobs of a kind may run at a time; None for any number.
        stopping: How many seconds a job is in each status on its way to a stop.
    """

    def __init__(  # noqa: PLR0913 - all that can be set, by keyword
        self,
        kinds: Iterable[Lifecycle],
        now: Callable[[], datetime],
        *,
        lives: Iterable[Life] = (),
        script: Script = ordinary,
        seed: object = 0,
        place: Place = NOWHERE,
        filters: Cut | str = Cut.AFTER,
        behind: Mapping[str, float] | None = None,
        rates: Mapping[str, float] | None = None,
        denied: Iterable[str] = (),
        fault: Fault | None = None,
        quota: int | None = None,
        gone_after: float = GONE_AFTER,
        stopping: float = STOPPING,
    ) -> None:
        """Make a world.

        Args:
            kinds: The kinds of jobs, each with a schema and a writer.
            now: Returns what time it is; aware.
            lives: Jobs that are there from the beginning, each from its creation on.
            script: As above.
            seed: Likewise.
            place: Likewise.
            filters: Likewise.
            behind: Likewise.
            rates: Operation → how many requests a second, see `Allowance`.
            denied: As above.
            fault: Likewise.
            quota: Likewise.
            gone_after: For how many seconds a job that is being deleted is still known.
            stopping: As above.

        Raises:
            ValueError: A kind has no schema or no writer, or there is no such cut.
            UnknownNameError: A life is of another kind.
        """
        self.now = now
        self.place = place
        self.script = script
        self.seed = seed
        self.filters = Cut(filters)
        self.behind = dict(behind or {})
        self.budget = Allowance(dict(rates or {}))
        self.denied = set(denied)
        self.fault = fault
        self.quota = quota
        self.stopping = stopping
        self._kinds = {each.name: KeptKind(each, gone_after) for each in kinds}
        self._nursery = Nursery(self._kinds, self._born)
        self._operations = dict(self._every_operation())
        self._lock = RLock()
        renewed_in_forked_child(self, "_lock", RLock)
        for life in lives:
            self.add(life)

    # --- What there is --------------------------------------------------------------------------

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations that it takes."""
        return tuple(self._operations)

    @property
    def services(self) -> dict[str, tuple[str, ...]]:
        """The names of the operations that it takes, by the service that has them."""
        service = {name: kind.schema.service for name, (kind, _) in self._operations.items()}
        return {one: tuple(it for it in service if service[it] == one) for one in service.values()}

    @property
    def lives(self) -> tuple[Life, ...]:
        """The lives of all jobs there ever were, as far as anybody knows now."""
        with self._lock:
            return tuple(job.life for kind in self._kinds.values() for job in kind.jobs)

    def add(self, life: Life) -> None:
        """Have one more job, from its creation on.

        Raises:
            UnknownNameError: It is of another kind.
        """
        name = life.lifecycle.name
        if name not in self._kinds:
            raise UnknownNameError("kind of job in this world", name, self._kinds)
        with self._lock:
            self._kinds[name].jobs.add(life)

    def events(self, after: datetime, until: datetime) -> list[tuple[datetime, _Answer]]:
        """Return what the services send: an event for each change after a time, until another.

        Returns:
            When each is sent, and the event, in order.
        """
        with self._lock:
            found = [
                (time, str(job.life.job), job.life.at(time, EVENT))
                for kind in self._kinds.values()
                if EVENT in kind.writer.forms
                for job in kind.jobs
                for time in job.life.changes[not kind.schema.envelopes[0].at_creation :]
                if after < time <= until
            ]
        found.sort(key=lambda each: each[:2])
        return [(time, event) for time, _, event in found]

    # --- What is asked --------------------------------------------------------------------------

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the service answers; times are as the writer of the kind has them.

        Args:
            operation: Its name: ``DescribeTrainingJob``.
            request: Its arguments; times as aware datetimes, seconds since 1970 or ISO 8601.

        Returns:
            The answer, whose parts must not be changed.

        Raises:
            RefusedRequestError: The service refuses it.
            UnknownNameError: There is no such operation or argument; it lists those there are.
            ValueError: The script returned the life of another job.
        """
        if operation not in self._operations:
            raise UnknownNameError("operation of the services", operation, self._operations)
        kind, answered = self._operations[operation]
        with self._lock:
            if not self.budget.take(operation, self.now()):
                raise refusals.throttled(kind.schema.codes)
            if operation in self.denied:
                raise refusals.denied(kind.schema, operation, self.place)
            refused = self.fault(operation, request) if self.fault else None
            if refused is not None:
                raise refused
            return answered(request)

    def _every_operation(
        self,
    ) -> Iterator[tuple[str, tuple[KeptKind, Callable[[_Request], _Answer]]]]:
        done = {
            Verb.CREATE: self._create,
            Verb.STOP: self._stop,
            Verb.UPDATE: self._update,
            Verb.DELETE: self._delete,
        }
        for kind in self._kinds.values():
            for shape in kind.schema.shapes:
                tell = self._list if shape.listing else self._describe
                yield shape.operation, (kind, partial(tell, kind, shape))
            how = kind.schema.offspring
            if how is not None and how.kind in self._kinds:
                yield how.operation, (kind, partial(self._children, kind, how))
            for action in kind.schema.actions:
                yield action.operation, (kind, partial(done[action.verb], kind, action))

    def _late(self, shape: Shape) -> datetime:
        return self.now() - timedelta(seconds=self.behind.get(shape.name, 0.0))

    # --- Describing and listing -----------------------------------------------------------------

    def _describe(self, kind: KeptKind, shape: Shape, request: _Request) -> _Answer:
        at, argument = self._late(shape), shape.asked or kind.schema.name[0]
        if not shape.listed_in:
            return dict(self._job(kind, request, argument, at).at(at, shape.name))
        found = (kind.found(each, at) for each in argument_of(kind, request, argument))
        return {shape.listed_in: [job.at(at, shape.name) for job in found if job]}

    def _list(self, kind: KeptKind, shape: Shape, request: _Request) -> _Answer:
        assert shape.listing is not None  # noqa: S101 - for types: it is why this was called
        return self._page(shape, shape.listing, request, self._nursery.listed(kind, shape))

    def _children(self, kind: KeptKind, how: Offspring, request: _Request) -> _Answer:
        """Return a page of what a job has made; of other jobs, where it is not said of which."""
        own = next((it for it in kind.schema.shapes if it.operation == how.operation), None)
        if own is not None and how.argument not in request:
            return self._list(kind, own, request)
        child = self._kinds[how.kind]
        shapes = child.schema.shapes
        shape = shapes[0] if how.shown else next(each for each in shapes if each.listing)
        parent = self._job(kind, request, how.argument, self._late(shape))
        rest = {name: each for name, each in request.items() if name != how.argument}
        page = self._page(shape, how.listing, rest, self._nursery.children(parent, child.jobs))
        listed = page.pop(shape.listed_in)
        shown = [{n: v for n, v in it.items() if n in (how.shown or it)} for it in listed]
        return {how.listed_in: [{**each, **how.besides} for each in shown], **page}

    def _page(self, shape: Shape, listing: Listing, request: _Request, jobs: Population) -> _Answer:
        items, token = Query(
            jobs=jobs,
            shape=shape,
            listing=listing,
            request=request,
            at=self._late(shape),
            filters=self.filters,
        ).page()
        return {shape.listed_in: items, **({listing.token: token} if token else {})}

    def _job(
        self, kind: KeptKind, request: _Request, argument: str, at: datetime, code: str = ""
    ) -> LivingJob:
        """Return the job that a request is about; a job that is not there is refused."""
        job = kind.found(argument_of(kind, request, argument), at)
        if job is None:
            raise refusals.missing(code or kind.schema.codes.missing)
        return job

    # --- Making and changing --------------------------------------------------------------------

    def _create(self, kind: KeptKind, action: Action, request: _Request) -> _Answer:
        now = self.now()
        created = now.replace(microsecond=now.microsecond // 1000 * 1000)
        key = self._key(kind, action, request, created)
        name = str(request[action.job])
        said = Said(created, self._said(action, request, key) | {action.job: name})
        birth = kind.birth(self.seed, key, said, request)
        if clash := excluded(kind.lifecycle, birth.features):
            expected = f"No job has {' and '.join(clash)} at once"
            raise refusals.invalid(kind.schema.codes, action.job, name, expected)
        if self.quota is not None and kind.running(now) >= self.quota:
            raise refusals.over_limit(kind.schema, self.quota)
        job = kind.jobs.add(self._life(birth))
        self._nursery.begin(job)
        return answered_of(action, job, created)

    def _life(self, birth: Birth) -> Life:
        """Return the life that the script makes of a job."""
        life = self.script(birth)
        if (life.job, life.start) != (birth.job, birth.said.at):
            raise ValueError(
                f"expected a script to return a life of {birth.job}, got one of {life.job}"
            )
        return life

    def _born(
        self, kind: KeptKind, called: str, job_id: str, says: Mapping[str, object], at: datetime
    ) -> LivingJob:
        """Begin a job that another one makes."""
        key = kind.writer.key(called, at, self.place)
        key = evolve(key, id=job_id) if job_id else key
        said = Said(at, {**says, kind.schema.name[0]: called})
        return kind.jobs.add(self._life(kind.birth(self.seed, key, said)))

    def _key(self, kind: KeptKind, action: Action, request: _Request, created: datetime) -> JobKey:
        name = argument_of(kind, request, action.job)
        try:
            key = kind.writer.key(name, created, self.place)
            while not action.unique and kind.jobs.called(key.id):
                created -= timedelta(milliseconds=1)  # as if it had come a little earlier
                key = kind.writer.key(name, created, self.place)
        except ObservationError as error:
            expected = "; ".join(problem.expected for problem in error.problems)
            raise refusals.invalid(kind.schema.codes, action.job, name, expected) from None
        if kind.jobs.found(key.id, self.now()):
            raise refusals.taken(kind.schema.codes, key.id)
        return key

    def _stop(self, kind: KeptKind, action: Action, request: _Request) -> _Answer:
        job, at = self._now(kind, action, request)
        if job.life.moment(at).ended is not None and action.unfit:
            raise self._unfit(kind, action, job, at)
        said = self._said(action, request, job.life.job)

        def stopped(life: Life) -> Life:
            return life.stopped(at, action, said, self.stopping)

        self._nursery.stop(job, at, stopped, self.stopping)
        return answered_of(action, job, at)

    def _update(self, kind: KeptKind, action: Action, request: _Request) -> _Answer:
        job, at = self._now(kind, action, request)
        standing = job.life.standing(at).items()
        edges = (
            (region, edge)
            for region in kind.lifecycle.regions
            for edge in region.edges
            if edge.cause in action.causes
        )
        if not any((region.name, edge.origin) in standing for region, edge in edges):
            raise self._unfit(kind, action, job, at)
        job.become(job.life.updated(at, self._said(action, request, job.life.job)))
        return answered_of(action, job, at)

    def _delete(self, kind: KeptKind, action: Action, request: _Request) -> _Answer:
        job, at = self._now(kind, action, request)
        try:
            life = job.life.deleted(at)
        except ValueError:
            raise self._unfit(kind, action, job, at) from None
        main = kind.lifecycle.main_region.name
        before, after = ({**each.standing(at), main: ""} for each in (job.life, life))
        if before != after:  # what goes on beside has to end before
            raise self._unfit(kind, action, job, at)
        job.become(life)
        return answered_of(action, job, at)

    def _now(self, kind: KeptKind, action: Action, request: _Request) -> tuple[LivingJob, datetime]:
        """Return the job that is to be changed, and when: not before its last change."""
        now = self.now()
        job = self._job(kind, request, action.job, now, action.missing)
        whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return job, max(whole, job.life.moment(now).modified)

    def _said(self, action: Action, request: _Request, key: JobKey) -> dict[str, object]:
        """Return what answers say from now on, of the request and besides."""
        filled = {
            "id": key.id,
            "name": key.name,
            "region": self.place.region,
            "account": self.place.account,
            "partition": self.place.partition,
        }
        says = {
            name: each.format_map(filled) if isinstance(each, str) else each
            for name, each in action.says.items()
        }
        return {**action.repeated(request), **says}

    @staticmethod
    def _unfit(kind: KeptKind, action: Action, job: LivingJob, at: datetime) -> RefusedRequestError:
        shown = job.life.moment(at).shown[kind.lifecycle.main_region.name]
        return refusals.unfit(action.unfit, kind.schema, shown.primary)
