"""Listeners for OpenTelemetry: metrics, log events and traces.

They come with the extra ``otel``. Each takes the provider to use, by default the global one: set
that up before you make them.
"""

from __future__ import annotations

from jobstate.errors import MissingExtraError

try:
    from jobstate.listeners.opentelemetry.logs import OpenTelemetryLogs
    from jobstate.listeners.opentelemetry.metrics import OpenTelemetryMetrics
    from jobstate.listeners.opentelemetry.traces import OpenTelemetryTraces
except ImportError as error:
    raise MissingExtraError(__name__, "opentelemetry-sdk", "otel") from error
from jobstate.listeners.trace_ids import trace_id

__all__ = ["OpenTelemetryLogs", "OpenTelemetryMetrics", "OpenTelemetryTraces", "trace_id"]
