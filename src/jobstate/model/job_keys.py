"""Which job an answer is about, however coarsely its creation time is printed, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import define

from jobstate.common.times import EARLIEST, is_before, same_time
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.observation import Observation


class Known(Protocol):
    """What is known of a job, as far as it tells whether an answer is about it."""

    @property
    def job(self) -> JobKey:
        """What identifies it; a key that was told once never changes."""
        raise NotImplementedError

    @property
    def created(self) -> datetime | None:
        """When it was created, to the second; aware, UTC; None where no answer said so yet."""
        raise NotImplementedError

    @property
    def modified(self) -> datetime | None:
        """When its record was changed last; aware, UTC; None likewise."""
        raise NotImplementedError


_Known = TypeVar("_Known", bound=Known)


def may_be(known: Known, observation: Observation) -> bool:
    """Return whether an answer may be about a job, as far as times of creation tell."""
    job = observation.job
    if (known.job.kind, known.job.id) != (job.kind, job.id):
        return False
    if known.created is not None and job.created is not None:
        return same_time(known.created, job.created)
    # Whichever says when the job was created, no answer about it is older than that.
    created, at = known.created, observation.modified
    if created is None:
        created, at = job.created, known.modified
    return created is None or at is None or not is_before(at, created)


def creation(known: Known) -> datetime:
    """Return what sorts jobs by when they were created, those first of which nothing tells."""
    return known.created or EARLIEST


def meant(known: Iterable[_Known], observation: Observation) -> _Known | None:
    """Return the job that an answer is about; None where it is about none of them.

    That is the one whose creation it tells exactly, else the one created last that fits.
    """
    job = observation.job
    fitting = [each for each in known if may_be(each, observation)]
    if job.created is not None:
        fitting = [each for each in fitting if each.job == job] or fitting
    return max(fitting, key=creation, default=None)


@define
class _Told:
    job: JobKey
    created: datetime | None = None
    modified: datetime | None = None


class JobKeys:
    """The jobs that answers are about. A key that was given once never changes."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_id: dict[tuple[str, str], list[_Told]] = {}

    def of(self, observation: Observation) -> JobKey:
        """Return the key of the job that is meant: a known one that fits, or its own."""
        job, at = observation.job, observation.modified
        known = self._by_id.setdefault((job.kind, job.id), [])
        found = meant(known, observation)
        if found is None:
            found = _Told(job)
            known.append(found)
        found.created = found.created or job.created
        found.modified = max(filter(None, (found.modified, at)), default=None)
        return found.job
