"""`OpenTelemetryTraces`: a job's life as one trace.

The SDK, for the API has no way to say which id a trace has.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import Status, StatusCode, get_tracer_provider

from jobstate.common.forks import renewed_in_forked_child
from jobstate.common.text import printable
from jobstate.errors import shown
from jobstate.listeners.opentelemetry.ids import (
    SCOPE,
    JobIds,
    attributes,
    context_of,
    made_with,
    nanoseconds,
)
from jobstate.listeners.stays import REMEMBERED, Lives
from jobstate.listeners.trace_ids import span_number, trace_number
from jobstate.model.events import StatusChanged, StatusEntered
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from jobstate.listeners.stays import Closed
    from jobstate.model.events import Event
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.tracking.tracked_job import TrackedJob


class OpenTelemetryTraces:
    """Tells each job's life as one trace. Any thread may call it.

    The root span, called as the job's kind, lasts from the job's creation to its end, and is told
    when the end is; its status is ERROR if the job has failed, with the reason. Under it is a span
    per stay in a secondary status, called as the status, from when the stay began to when the next
    one did, and told then. The ids of the trace and of its spans come from the job's key
    (`trace_id`), so another process goes on with the same trace, and a span that is told again is
    the same span.

    The job's end is when its last stay began; where only a list told that the job has ended, it is
    when that answer was modified, and the stays follow when an answer brings them. The root span of
    a job that was reopened is told again at each further end, and lasts until then.
    """

    def __init__(
        self,
        lifecycle: Lifecycle | Kinds,
        *,
        jobs: Iterable[TrackedJob] = (),
        provider: TracerProvider | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        """Tell it to a provider.

        Args:
            lifecycle: The life cycle, or the kinds, that the tracker has.
            jobs: The jobs to begin with, a tracker that has been restored: the stay that they are
                in ends some day, and its span needs to know when it began.
            provider: One of the SDK; by default the global one, as soon as that is of the SDK.
            remembered: How many jobs that have ended are remembered, to tie late news to them.

        Raises:
            TypeError: The provider is not of the SDK.
            ValueError: A number is out of bounds.
        """
        if provider is not None and not isinstance(provider, TracerProvider):
            raise TypeError(
                f"expected a TracerProvider of OpenTelemetry's SDK, got {shown(provider)}"
            )
        self._provider = provider
        self._found: Tracer | None = None
        self._lives = Lives(lifecycle, remembered)
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")
        for job in jobs:
            self._lives.begin(job)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __call__(self, event: Event, /) -> None:
        """Tell what has ended by one event."""
        if isinstance(event, StatusEntered):
            with self._lock:
                closed = self._lives.entered(event)
            for each in closed:
                self._tell_stay(each)
        elif isinstance(event, StatusChanged):
            with self._lock:
                turn = self._lives.changed(event)
            if turn is not None and turn.ended:
                self._tell_job(event, turn.last)

    def forget(self, job: JobKey) -> None:
        """Keep nothing of a job that was forgotten before its end, by `Tracker.forget`."""
        with self._lock:
            self._lives.forget(job)

    def _tell_stay(self, closed: Closed) -> None:
        stay, tracer = closed.stay, self._tracer()
        if tracer is None:
            return
        trace = trace_number(stay.job)
        # A sampler that goes by the trace's id decides alike of the whole trace.
        decision = tracer.sampler.should_sample(None, trace, printable(stay.job.kind)).decision
        with made_with(trace, span_number(stay.job, stay.ordinal)):
            span = tracer.start_span(
                printable(stay.status),
                context=context_of(stay.job, sampled=decision is Decision.RECORD_AND_SAMPLE),
                attributes=attributes(stay),
                start_time=nanoseconds(stay.start),
            )
        span.end(nanoseconds(max(stay.start, closed.end)))

    def _tell_job(self, event: StatusChanged, last: StatusEntered | None) -> None:
        tracer, job = self._tracer(), event.job
        if tracer is None:
            return
        end = self._end(event, last)
        begin = job.created or end
        with made_with(trace_number(job), span_number(job)):
            span = tracer.start_span(
                printable(job.kind),
                context=Context(),
                attributes=attributes(event),
                start_time=None if begin is None else nanoseconds(begin),
            )
        if event.outcome is Outcome.FAILED:
            reason = event.failure_reason or event.result.cause or ""
            span.set_status(Status(StatusCode.ERROR, printable(reason)))
        span.end(nanoseconds(max(begin, end)) if begin and end else None)

    def _end(self, event: StatusChanged, last: StatusEntered | None) -> datetime | None:
        """Return when a job ended, as well as that is known; None, which is now, if nothing is."""
        if last is not None and (self._lives.is_last(last) or event.at is None):
            return last.start
        return event.at or event.job.created

    def _tracer(self) -> Tracer | None:
        """Return the tracer; None while nobody has set one up."""
        if self._found is None:
            provider = self._provider or get_tracer_provider()
            tracer = provider.get_tracer(SCOPE)
            if isinstance(tracer, Tracer):
                tracer.id_generator = JobIds()
                self._found = tracer
        return self._found
