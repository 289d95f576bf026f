"""Lives of training jobs, and what SageMaker answers of them at each moment.

A life is a number and a route: where the job went. When is computed from its number, so millions
of lives take no memory, and whoever knows a life knows what is true. Imports the automaton, whose
moves are the legal ones, and the records of an observation.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from jobstate import JobKey, Observation
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.model import Entry, Shown
from jobstate.model.states import Basis
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.answer_schema import SCHEMA

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from jobstate.model import Edge, State

#: Where a job goes: (primary, secondary) each time that its history gets an entry.
Route: TypeAlias = tuple[tuple[str, str], ...]

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/"
_PLAN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/reserved-for-us"
#: The fields that rules speak of which descriptions can have.
_POSSIBLE = SCHEMA.possible(SCHEMA.shapes[0])
_MODEL = "s3://bucket/model.tar.gz"
#: A history that is longer says nothing that shorter ones do not.
_LONGEST = 12
#: How likely edges are, by how well they are known: real jobs rarely do what nobody has seen.
_WEIGHTS = {Basis.DOCUMENTED: 30, Basis.OBSERVED: 4, Basis.INFERRED: 1}
#: How much likelier it is that a job goes on than that it is stopped or fails.
_ONWARD = 3

_USUAL: Route = (
    ("InProgress", "Starting"),
    ("InProgress", "Pending"),
    ("InProgress", "Downloading"),
    ("InProgress", "Training"),
    ("InProgress", "Uploading"),
    ("Completed", "Completed"),
)


@frozen
class Features:
    """What a job has, as a describe answer shows it."""

    spot: bool = False
    retry: bool = False
    plan: bool = False

    @property
    def shown(self) -> dict[str, bool]:
        """The features that an answer proves: what is absent proves nothing."""
        features = {"spot": self.spot}
        if self.retry:
            features["retry"] = True
        if self.plan:
            features["plan"] = True
        return features


@frozen
class Life:
    """The life of one job.

    Attributes:
        number: Which job it is.
        route: Where it goes.
        features: What it has.
    """

    number: int
    route: Route
    features: Features

    @classmethod
    def usual(cls, number: int) -> Life:
        """Return a life as most jobs have it, with six entries."""
        return cls(number, _USUAL, Features())

    @property
    def count(self) -> int:
        """How many entries its history has in the end."""
        return len(self.route)

    @property
    def name(self) -> str:
        """The job's name; its end is the number."""
        return f"job-{self.number:07d}"

    @property
    def created(self) -> datetime:
        """When it was created, to the millisecond."""
        return _BEGIN + timedelta(seconds=7 * self.number, milliseconds=self.number % 1000)

    def times(self, count: int) -> list[datetime]:
        """Return when each of its first entries began; the durations only look random."""
        times = [self.created]
        for place in range(1, count):
            seconds = 1 + (self.number * 7919 + place * 104_729) % 3600
            times.append(times[-1] + timedelta(seconds=seconds))
        return times

    def entries(self, count: int) -> tuple[Entry, ...]:
        """Return its history when it has so many entries."""
        times = self.times(count)
        ends = [*times[1:], times[-1] if count == self.count else None]
        return tuple(
            Entry(status, start, end, _message(status))
            for (_, status), start, end in zip(self.route, times, ends, strict=False)
        )

    # --- What is answered -------------------------------------------------------------------------

    def observation(self, count: int) -> Observation:
        """Return what the describe answer with so many entries says: `answer` as it is read."""
        entries = self.entries(count)
        primary, secondary = self.route[count - 1]
        modified = _modified(entries[-1].start)
        return Observation(
            job=JobKey("sagemaker-training-job", _ARN + self.name, self.created),
            shown={"job": Shown(primary, secondary)},
            features=self.features.shown,
            entries=entries,
            modified=modified,
            fields={
                "CreationTime": self.created,
                "LastModifiedTime": modified,
                **self._ended(entries),
                **self._started(entries),
                **({"ModelArtifacts": _MODEL} if primary == "Completed" else {}),
            },
            possible=_POSSIBLE,
        )

    def answer(self, count: int) -> dict[str, object]:
        """Return the describe answer with so many entries, as boto3 would but for the zone."""
        entries = self.entries(count)
        more = {"RetryStrategy": {"MaximumRetryAttempts": 3}} if self.features.retry else {}
        resources = {"TrainingPlanArn": _PLAN} if self.features.plan else {}
        done = self.route[count - 1][0] == "Completed"
        return {
            **self.item(count),
            **self._started(entries),
            **more,
            **({"ModelArtifacts": {"S3ModelArtifacts": _MODEL}} if done else {}),
            "EnableManagedSpotTraining": self.features.spot,
            "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, **resources},
            "SecondaryStatusTransitions": [_transition(entry) for entry in entries],
        }

    def item(self, count: int) -> dict[str, object]:
        """Return the item of a list that is answered at the same time."""
        entries = self.entries(count)
        primary, secondary = self.route[count - 1]
        return {
            "TrainingJobName": self.name,
            "TrainingJobArn": _ARN + self.name,
            "CreationTime": self.created,
            "LastModifiedTime": _modified(entries[-1].start),
            "TrainingJobStatus": primary,
            "SecondaryStatus": secondary,
            **self._ended(entries),
        }

    def _started(self, entries: tuple[Entry, ...]) -> Mapping[str, datetime]:
        starts = (entry.start for entry in entries if entry.status == "Downloading")
        start = next(starts, None)
        return {} if start is None else {"TrainingStartTime": start}

    def _ended(self, entries: tuple[Entry, ...]) -> Mapping[str, datetime]:
        return {"TrainingEndTime": entries[-1].start} if len(entries) == self.count else {}


def _message(status: str) -> str:
    return f"{status}, as AWS says it"


def _modified(start: datetime) -> datetime:
    return start + timedelta(milliseconds=250)


def _transition(entry: Entry) -> dict[str, object]:
    end = {} if entry.end is None else {"EndTime": entry.end}
    return {
        "Status": entry.status,
        "StartTime": entry.start,
        **end,
        "StatusMessage": entry.message,
    }


#: Numbers of jobs that nobody has heard of.
_NUMBERS = itertools.count(1)


def unheard_of(count: int) -> list[Life]:
    """Return usual lives of other jobs each time.

    Whoever is measured with the same answers again finds hashes and caches warm that no new answer
    would: a seventh of a tracked step.
    """
    return [Life.usual(number) for number in itertools.islice(_NUMBERS, count)]


# --- Routes ---------------------------------------------------------------------------------------


def routes(count: int, rng: random.Random) -> list[tuple[Route, Features]]:
    """Return some legal routes, drawn at random, with what a job must have to take them."""
    automaton = compile_lifecycle(TRAINING_JOB)["job"]
    beginnings = [
        index
        for index, hidden in enumerate(automaton.hidden)
        if automaton.start.mask >> index & 1 and not dict(hidden.features)["warm_pool"]
    ]
    found: list[tuple[Route, Features]] = []
    while len(found) < count:
        index = rng.choice(beginnings)
        features = dict(automaton.hidden[index].features)
        route = _route(index, rng)
        if route is not None:
            shown = {name: features[name] for name in ("spot", "retry", "plan")}
            found.append((route, Features(**shown)))
    return found


def _route(index: int, rng: random.Random) -> Route | None:
    """Walk from a hidden state until the job ends; None where that takes long."""
    automaton = compile_lifecycle(TRAINING_JOB)["job"]
    states = {state.name: state for state in automaton.region.states}
    state = states[automaton.hidden[index].state]
    route = [(str(state.primary), state.visible)]
    while not state.final:
        moves = automaton.moves[index]
        weights = [_weight(edge, states[edge.target]) for edge, _ in moves]
        ((_, index),) = rng.choices(moves, weights)
        state = states[automaton.hidden[index].state]
        if state.visible != route[-1][1]:  # else the primary status moves alone
            route.append((str(state.primary), state.visible))
        if len(route) > _LONGEST:
            return None
    return tuple(route)


def _weight(edge: Edge, target: State) -> int:
    onward = target.primary in {"InProgress", "Completed"}
    return _WEIGHTS[edge.basis] * (_ONWARD if onward else 1)
