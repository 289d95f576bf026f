"""What one answer of a service says about one job, in the words of any life cycle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from attrs import Factory, field, frozen

from jobstate.common.text import cut
from jobstate.common.times import EARLIEST
from jobstate.model.operations import NOWHERE, Place
from jobstate.model.states import Outcome

#: How much is kept of a service's own words for why a job failed.
LONGEST_REASON: Final = 1_024
#: What ends the parts of an arn, of which the last is what people call the job.
_name_in = re.compile(r"arn:.*[/:]([^/:]+)", re.DOTALL).fullmatch


def bounded_reason(reason: str | None) -> str | None:
    """Return what is kept of a failure reason; None of an empty one."""
    return None if reason is None else cut(reason, LONGEST_REASON) or None


def _to_the_second(moment: datetime | None) -> datetime | None:
    if moment is None or not moment.microsecond:
        return moment
    if moment.fold:  # which arithmetic forgets; else it costs half of what replace does
        return moment.replace(microsecond=0)
    return moment - timedelta(0, 0, moment.microsecond)


def _or_first(moment: datetime | None) -> datetime:
    return moment or EARLIEST


@frozen(order=True)
class JobKey:
    """What identifies a job: a deleted job's id may be used again, so that alone does not.

    Attributes:
        kind: What kind of job it is: the name of its life cycle.
        id: The id by which the service knows it, such as an arn.
        created: When it was created: aware, UTC, cut to the whole second, because sources print
            the same time at different precision. None where the answer that was the first to tell
            of the job had no such time; it stays None.
    """

    kind: str
    id: str
    created: datetime | None = field(default=None, converter=_to_the_second, order=_or_first)

    @property
    def name(self) -> str:
        """What people call it: the last part of an arn; of any other id all of it."""
        found = _name_in(self.id)
        return found[1] if found else self.id

    def __str__(self) -> str:
        if self.created is None:
            return self.id
        return f"{self.id} (created {self.created:%Y-%m-%dT%H:%M:%SZ})"


@frozen
class Entry:
    """One stay in a secondary status, as a history prints it.

    Attributes:
        status: The secondary status.
        start: When the stay began; aware, UTC.
        end: When it ended; None while it lasts, or where the source leaves it out.
        message: The service's own words; they may change while the entry stays.
    """

    status: str
    start: datetime
    end: datetime | None = None
    message: str | None = None


class Shown(NamedTuple):
    """The status that an answer shows for one region.

    Attributes:
        primary: The primary status; empty where only the secondary one is known.
        secondary: The secondary status; None where the answer has none or the region has none.
        previous: The primary status just before, where the answer says so.
    """

    primary: str
    secondary: str | None = None
    previous: str | None = None

    def __str__(self) -> str:
        return "/".join(filter(None, (self.primary, self.secondary)))


@frozen(kw_only=True)
class Observation:
    """What one answer says about one job at one moment.

    Attributes:
        job: The job that it is about.
        shown: Region name → the status shown for it. A region that is absent is not judged.
        features: Feature name → whether the job has it, as far as the answer shows it.
        entries: The history since creation; empty where the answer has none.
        modified: When the service last changed the record; aware, UTC. Orders answers.
        modified_not_before: Where that is not shown: it was then or later; aware, UTC.
        outcome: What the job has come to, where the answer says more than its statuses do; it
            counts where the state allows it (`State.finer`).
        cause: Why the job ended, where the answer says more than its statuses do.
        failure_reason: The service's own words for why the job failed, as they came, cut to 1,024
            characters; None where it has none. To be escaped where it is shown.
        fields: The further fields that rules speak of, by the service's own names. Only fields
            that have a value are there.
        possible: The names of those that answers of its shape can have.
        parent: The job that it belongs to; None where the answer names none.
        children: Jobs that belong to it, as far as the answer names them.
    """

    job: JobKey
    shown: Mapping[str, Shown]
    features: Mapping[str, bool] = Factory(dict)
    entries: tuple[Entry, ...] = ()
    modified: datetime | None = None
    modified_not_before: datetime | None = None
    outcome: Outcome | None = None
    cause: str | None = None
    failure_reason: str | None = field(default=None, converter=bounded_reason)
    fields: Mapping[str, object] = Factory(dict)
    possible: frozenset[str] = frozenset()
    parent: JobKey | None = None
    children: tuple[JobKey, ...] = ()


class Reader(Protocol):
    """How a service's answers become observations; a life cycle brings its own."""

    @property
    def fields(self) -> frozenset[str]:
        """Every name that `Observation.fields` may hold."""
        raise NotImplementedError

    def read(self, answer: object) -> Observation:
        """Return what one answer says.

        Raises:
            ObservationError: The answer can't be read; it lists every problem.
        """
        raise NotImplementedError


@runtime_checkable
class QuickReader(Reader, Protocol):
    """A reader that can tell quickly, before anything is made of it, that an answer is the same."""

    @property
    def id_field(self) -> str:
        """The name under which an answer gives the id of its job, `JobKey.id`."""
        raise NotImplementedError

    def sameness(self, answer: Mapping[str, object], modified: datetime | None) -> int | None:
        """Return what tells an answer from others about the same job, by every field that is read.

        Args:
            answer: One answer.
            modified: When the record was last changed by the last answer about the job.

        Returns:
            None where it was changed since, or there is no quick way.
        """
        raise NotImplementedError


@frozen(kw_only=True)
class Moment:
    """What is true of a job at one moment of its life, for a service to answer.

    Attributes:
        job: The job.
        shown: Region name → its status.
        entries: The history up to then; each entry but the last has ended, and the last of a
            finished job ended when it began.
        features: Feature name → whether the job has it.
        modified: When something last changed; aware, UTC.
        ended: When the job came to a final state; None before.
        failure: Why it failed, in the service's words; None where it did not, or they are missing.
        asked: Fields that answers repeat from the requests that were made about the job.
    """

    job: JobKey
    shown: Mapping[str, Shown]
    entries: tuple[Entry, ...]
    features: Mapping[str, bool]
    modified: datetime
    ended: datetime | None = None
    failure: str | None = None
    asked: Mapping[str, object] = Factory(dict)


class Writer(Protocol):
    """How a service answers about a moment of a job's life; the reverse of a `Reader`."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of its answers by name, the one that says most first."""
        raise NotImplementedError

    @property
    def longest_name(self) -> int:
        """How many characters the name of a job can have."""
        raise NotImplementedError

    def key(self, name: str, created: datetime, place: Place = NOWHERE) -> JobKey:
        """Return the key of a job of that name, in an account and a region.

        Raises:
            ObservationError: No job can be called so.
        """
        raise NotImplementedError

    def write(self, moment: Moment, form: str) -> dict[str, Any]:
        """Return the answer about a moment, as the service's client returns it."""
        raise NotImplementedError
