"""Watch jobs by metrics and traces: python examples/observe.py (extras prometheus and otel)."""

import json
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest

from jobstate import Tracker
from jobstate.listeners.opentelemetry import OpenTelemetryTraces
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.sagemaker import TRAINING_JOB

ANSWERS = Path(__file__).parent / "answers"

registry = CollectorRegistry()  # in a server: leave it out, and call start_http_server
exporter = InMemorySpanExporter()  # in a server: OTLPSpanExporter behind a BatchSpanProcessor
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))

tracker = Tracker(TRAINING_JOB)  # restore it here, or give it a journal
for listener in (
    PrometheusListener(TRAINING_JOB, jobs=tracker, registry=registry),
    OpenTelemetryTraces(TRAINING_JOB, jobs=tracker, provider=provider),
):
    tracker.add_listener(listener)

for file in ("spot-interrupted.json", "failed.json", "waiting.json", "list.json"):
    tracker.observe_all(json.loads((ANSWERS / file).read_text("utf-8")))

for line in generate_latest(registry).decode().splitlines():
    if line.startswith(("jobstate_jobs{", "jobstate_ended_jobs_total{")):
        print(line)
for span in exporter.get_finished_spans():
    if span.context and span.start_time is not None and span.end_time is not None:
        minutes = (span.end_time - span.start_time) / 60e9
        indent = "  " if span.parent else ""
        print(f"{span.context.trace_id:032x} {indent}{span.name:24} {minutes:8.1f} min")
