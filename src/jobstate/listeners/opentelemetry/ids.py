"""How spans get the ids that a job's key decides, and what signals share."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from jobstate.common.times import to_microseconds
from jobstate.listeners.fields import fields
from jobstate.listeners.trace_ids import span_number, trace_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from opentelemetry.util.types import Attributes

    from jobstate.model.events import Event
    from jobstate.model.observation import JobKey

#: What tracers, meters and loggers are asked for by.
SCOPE: Final = "jobstate"
_PREFIX: Final = "jobstate."
#: Times travel as 64 bits, some of them signed.
_LATEST: Final = (1 << 63) - 1
#: (trace, span) of the span that is being made in this thread.
_NEXT: ContextVar[tuple[int, int] | None] = ContextVar("jobstate_next_ids", default=None)


def context_of(job: JobKey, *, sampled: bool = True) -> Context:
    """Return the context in which a job's own span is the current one."""
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    ids = SpanContext(trace_number(job), span_number(job), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(ids), Context())


def attributes(event: Event) -> Attributes:
    """Return what an event says as attributes, such as ``jobstate.job.id`` and ``jobstate.target``.

    What is None or an empty list is left out, for an attribute has a value.
    """
    said = fields(event, _PREFIX)
    return {name: value for name, value in said.items() if value not in (None, [])}  # type: ignore[misc]


def nanoseconds(moment: datetime) -> int:
    """Return a time as OpenTelemetry counts it; what 64 bits can't hold becomes what they can."""
    return min(max(to_microseconds(moment) * 1_000, 0), _LATEST)


class JobIds(RandomIdGenerator):
    """Gives the span that is being made its ids; random ones where nobody has said which."""

    def generate_trace_id(self) -> int:
        """Return the id of a trace."""
        ids = _NEXT.get()
        return super().generate_trace_id() if ids is None else ids[0]

    def generate_span_id(self) -> int:
        """Return the id of a span."""
        ids = _NEXT.get()
        return super().generate_span_id() if ids is None else ids[1]

    def is_trace_id_random(self) -> bool:
        """Tell that ids are derived: evenly spread, but the same each time."""
        return False


@contextmanager
def made_with(trace: int, span: int) -> Iterator[None]:
    """Give the span that is made inside certain ids."""
    token = _NEXT.set((trace, span))
    try:
        yield
    finally:
        _NEXT.reset(token)
