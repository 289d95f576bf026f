"""How one job is followed, step by step, whoever makes the calls and sleeps: `FollowedJob`.

`FollowedJob.plan` yields what to do next and is sent what came of it: so the same code follows a
job in threads and in event loops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, cast

from attrs import evolve, field, frozen

from jobstate.aws.errors import JobMissingError, ServiceError, UnknownStatusError, WaitTimeoutError
from jobstate.aws.operations import Request, describing
from jobstate.aws.pace import Pace
from jobstate.aws.trouble import CallFailure, Trouble, failure_of
from jobstate.common.log import log
from jobstate.common.times import same_time
from jobstate.conformance.answers import read
from jobstate.errors import UnknownNameError
from jobstate.model.answer_schema import within
from jobstate.model.events import Event
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey
from jobstate.model.outcome import Result, vanished
from jobstate.model.states import UNKNOWN_CAUSE, Outcome
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking.tracked_job import TrackedJob
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from jobstate.aws.operations import Describing
    from jobstate.model.observation import Observation

#: What to do about a job that is not there when it is asked about first.
OnMissing: TypeAlias = Literal["gone", "wait"]
#: What is waited for, beside any status of the kind.
FINAL: Final = "final"
STEADY: Final = "steady"

#: For how long calls may come to nothing before it is an error, by the kind of trouble. Roles and
#: tags take minutes to be known everywhere; an expired session comes back with no call.
_PATIENCE: Final[Mapping[Trouble, timedelta]] = {
    Trouble.THROTTLED: timedelta(hours=1),
    Trouble.UNAVAILABLE: timedelta(hours=1),
    Trouble.DENIED: timedelta(minutes=5),
}
#: For how long a job may stand in a status that nobody knows before it is an error.
_STRANGE: Final = timedelta(hours=1)


#: Why there is no answer where a call brings those about jobs that are there.
_NOT_THERE: Final = CallFailure(
    Trouble.MISSING, "no answer", "it is not among those that are there"
)


def _that_clocks_tell(seconds: float) -> float:
    return max(seconds, 0.001)


@frozen
class Pause:
    """So many seconds in which nothing is to be done; what clocks may not tell would be none."""

    seconds: float = field(converter=_that_clocks_tell)


@frozen
class FollowStep:
    """What one look at a job brought.

    Attributes:
        answer: What the service answered; None where it says that the job is gone.
        job: What is known of the job by now.
        events: What changed, as listeners are told.
        result: What the job has come to, as far as anybody knows.
        final: What was waited for has come: there is no further step.
    """

    answer: Mapping[str, Any] | None
    job: TrackedJob
    events: tuple[Event, ...]
    result: Result
    final: bool


#: What to do next: a call to make, a pause to make, a step to hand on. Sent back is what a call
#: returned or raised, and of the others nothing.
Plan: TypeAlias = Generator["Request | Pause | FollowStep", object, None]


class Options(TypedDict, total=False):
    """How to follow a job, where that is not as usual.

    Attributes:
        kind: Its life cycle, with a schema; that of training jobs by default.
        tracker: What its answers are told to; one of its own by default.
        until: What to wait for: ``final``; ``steady``, of resources; or a status, which has come
            when the job shows it, has passed it, or has ended.
        timeout: How long to wait for that; None, the default, for as long as it takes.
        on_missing: What to do about a job that is not there when it is asked about first: ``gone``
            is an error at once, ``wait`` waits until it appears.
        pace: How often to look.
        random: Where chance comes from; by default a generator of its own.
        clock: Returns the seconds since whenever and never goes back; `time.monotonic` by default.
    """

    kind: Lifecycle
    tracker: Tracker | None
    until: str
    timeout: timedelta | None
    on_missing: OnMissing
    pace: Pace
    random: Random
    clock: Callable[[], float]


@frozen(kw_only=True)
class FollowedJob:
    """One job that is followed; the rest as in `Options`.

    Attributes:
        job: Its name or its id, or its key, which pins it before the first answer does.
        patience: For how long calls may come to nothing, by the kind of trouble.
    """

    job: str | JobKey
    kind: Lifecycle = TRAINING_JOB
    tracker: Tracker | None = None
    until: str = FINAL
    timeout: timedelta | None = None
    on_missing: OnMissing = "gone"
    pace: Pace = field(factory=Pace)
    random: Random = field(factory=Random)
    clock: Callable[[], float] = field(factory=lambda: time.monotonic)
    patience: Mapping[Trouble, timedelta] = field(factory=lambda: _PATIENCE)

    @property
    def asked(self) -> str:
        """What the service is asked for, in a word for people."""
        return self.job.name if isinstance(self.job, JobKey) else self.job

    def plan(self) -> Plan:
        """Yield what to do next; it ends with a step that is final, or raises.

        Raises:
            JobMissingError: The job was not there at first.
            ServiceError: The service could not be asked.
            ObservationError: An answer can't be read.
            UnknownStatusError: The job stands in a status that nobody knows.
            WaitTimeoutError: What was waited for did not come in time.
        """
        return _Course(self, describing(self.kind)).plan()


class _Course:
    """What has come of following a job so far."""

    def __init__(self, following: FollowedJob, how: Describing) -> None:
        self._following = following
        self._how = how
        given = following.tracker
        self._tracker = Tracker(following.kind) if given is None else given
        self._reached = _reached(following.kind, following.until)
        self._began = self._changed = self._good = following.clock()
        self._key = following.job if isinstance(following.job, JobKey) else None
        self._job: TrackedJob | None = None
        self._failed = 0

    def plan(self) -> Plan:
        call = self._how.call_for(self._following.job)
        while True:
            came = yield call
            answer, refused = self._read(came)
            step = self._step(answer) if answer is not None else self._refused(refused, came)
            if step is not None:
                yield step
                if step.final:
                    return
            yield Pause(self._pause(refused))

    def _read(self, came: object) -> tuple[Mapping[str, Any] | None, CallFailure]:
        """Return the answer, or why there is none, of what a call returned or raised."""
        if isinstance(came, Exception):
            refused = failure_of(came, self._how.schema.codes)
            if refused is None:
                raise came
            return None, refused
        answer = self._how.answer(cast("Mapping[str, Any]", came))
        return answer, _NOT_THERE

    # --- An answer ------------------------------------------------------------------------------

    def _step(self, answer: Mapping[str, Any]) -> FollowStep | None:
        following = self._following
        observation = read(following.kind, answer)
        if self._key is None:
            self._key = observation.job
        elif not _same_job(self._key, observation.job):
            return self._gone(f"what is called so now is {observation.job}")
        observed = self._tracker.observe(observation)
        self._job = job = self._tracker[observed.job]
        self._good, self._failed = following.clock(), 0
        if observed.events:
            self._changed = self._good
        result = self._result(job, observation, answer)
        return FollowStep(answer, job, observed.events, result, self._reached(job, result))

    def _result(
        self, job: TrackedJob, observation: Observation, answer: Mapping[str, Any]
    ) -> Result:
        """Return what the job has come to; in a status that nobody knows a time of end tells."""
        region = self._following.kind.main_region
        shown = observation.shown.get(region.name)
        known = {state.primary for state in region.states}
        if shown is None or shown.primary in known or job.result.final:
            return job.result
        if within(answer, self._how.schema.ended) is not None:
            ended = evolve(job.result, final=True, for_good=True)
            return evolve(ended, outcome=Outcome.UNKNOWN, cause=UNKNOWN_CAUSE)
        seconds = self._good - self._changed
        if seconds >= _STRANGE.total_seconds():
            raise UnknownStatusError(job.id, job.kind, shown.primary, seconds)
        return job.result

    def _gone(self, why: str) -> FollowStep:
        if self._job is None:
            raise JobMissingError(self._following.asked, self._following.kind.name, why)
        return FollowStep(None, self._job, (), vanished(self._job.result), final=True)

    # --- No answer ------------------------------------------------------------------------------

    def _refused(self, refused: CallFailure, came: object) -> FollowStep | None:
        following = self._following
        if refused.trouble is Trouble.MISSING and (
            self._job is not None or following.on_missing == "gone"
        ):
            return self._gone(refused.message)
        self._failed += 1
        if refused.trouble is Trouble.MISSING:
            return None
        seconds = following.clock() - self._good
        if seconds >= following.patience.get(refused.trouble, timedelta(0)).total_seconds():
            status = "" if self._job is None else self._job.status
            error = ServiceError(following.asked, refused.trouble, str(refused), seconds, status)
            raise error from cast("Exception", came)
        log().info("asking about %s came to nothing: %s", following.asked, refused)
        return None

    # --- Time -----------------------------------------------------------------------------------

    def _pause(self, refused: CallFailure) -> float:
        """Return for how many seconds nothing is to be done; not beyond the time that there is."""
        following = self._following
        now = following.clock()
        if self._failed and refused.trouble is not Trouble.MISSING:
            wait = refused.retry_after
            seconds = following.pace.after_trouble(self._failed, wait, following.random)
        else:
            seconds = following.pace.after(now - self._changed, following.random)
        if following.timeout is None:
            return seconds
        left = self._began + following.timeout.total_seconds() - now
        if left <= 0:
            status = "" if self._job is None else self._job.status
            problem = str(refused) if self._failed else ""
            waited = now - self._began
            raise WaitTimeoutError(following.asked, waited, following.until, status, problem)
        return min(seconds, left)


def _same_job(key: JobKey, found: JobKey) -> bool:
    if key.id != found.id:
        return False
    if key.created is None or found.created is None:
        return True
    return same_time(key.created, found.created)


def _reached(kind: Lifecycle, until: str) -> Callable[[TrackedJob, Result], bool]:
    """Return what tells whether what is waited for has come.

    Raises:
        UnknownNameError: It is no status of the kind; it lists what there is.
    """
    if until == FINAL:
        return lambda _, result: result.final
    if until == STEADY:
        return lambda _, result: result.final or result.steady
    states = [
        (state.name, state.visible, {until} & {state.name, state.primary, state.secondary})
        for state in kind.main_region.states
    ]
    meant = {name for name, _, fits in states if fits}
    visible = {shown for name, shown, _ in states if name in meant and shown == until}
    if not meant:
        every = {each for name, shown, _ in states for each in (name, shown)}
        raise UnknownNameError("status to wait for", until, {FINAL, STEADY, *every})

    def reached(job: TrackedJob, result: Result) -> bool:
        possible = job.states()
        passed = any(entry.status in visible for entry in job.entries)
        return result.final or passed or (bool(possible) and meant.issuperset(possible))

    return reached
