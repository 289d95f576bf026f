"""The listeners for OpenTelemetry: what the SDK's exporters get, in memory and over OTLP."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace as otel_trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import NoOpTracerProvider, StatusCode

from jobstate import JobKey, StatusChanged, StatusEntered, Tracker
from jobstate.listeners.figures import BUCKETS
from jobstate.listeners.opentelemetry import (
    OpenTelemetryLogs,
    OpenTelemetryMetrics,
    OpenTelemetryTraces,
    trace_id,
)
from jobstate.listeners.opentelemetry import traces as traces_module
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, item
from tests.support.listening import (
    LAST,
    LIVES,
    PLAIN,
    answers,
    everything,
    flat,
    heard,
    hostile,
    key,
    moment,
    stays,
)
from tests.support.otlp import plain, receiving
from tests.support.small import PARCEL, PARCELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate import Event

NAME = "sagemaker-training-job"
SERIES = answers("series.jsonl")


def nano(time: datetime) -> int:
    """Return a time in nanoseconds since 1970."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def created(answer: dict[str, Any]) -> datetime:
    """Return when the job of an answer was created, to the second."""
    found: datetime = moment(answer["CreationTime"])
    return found.replace(microsecond=0)


class Spans:
    """A provider whose spans are kept."""

    def __init__(self, sampler: Sampler | None = None) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def all(self) -> list[ReadableSpan]:
        """Return the spans that have ended, in that order."""
        return list(self.exporter.get_finished_spans())

    def ids(self) -> Counter[tuple[int, int, int | None]]:
        """Return (trace, span, parent) of the spans that have ended."""
        return Counter(ids(span) for span in self.all())


def ids(span: ReadableSpan) -> tuple[int, int, int | None]:
    """Return the ids of a span: its trace's, its own, its parent's."""
    assert span.context is not None
    parent = None if span.parent is None else span.parent.span_id
    return span.context.trace_id, span.context.span_id, parent


def told(
    events: Iterable[Event], spans: Spans | None = None, **more: Any
) -> tuple[Spans, OpenTelemetryTraces]:
    """Tell events to a listener that makes traces; return what it makes."""
    found = spans or Spans()
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=found.provider, **more)
    for event in events:
        listen(event)
    return found, listen


# --- Traces -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_a_trace(name: str) -> None:
    """A root from creation to the end, and under it a span per entry, at the entries' own times."""
    (answer,) = answers(name)
    spans = Spans()
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=spans.provider)
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    tracker.observe(answer)
    *children, root = spans.all()
    history = stays(answer)
    ends = [*(each.start for each in history[1:]), history[-1].start]
    assert [(span.name, span.start_time, span.end_time) for span in children] == [
        (each.status, nano(each.start), nano(end)) for each, end in zip(history, ends, strict=True)
    ]
    assert (root.name, root.parent) == (NAME, None)
    assert (root.start_time, root.end_time) == (nano(created(answer)), nano(history[-1].start))
    trace, span, _ = ids(root)
    assert {ids(child)[0] for child in children} == {trace}
    assert {ids(child)[2] for child in children} == {span}
    assert len(spans.ids()) == len(history) + 1
    assert tracker.failures == 0


@pytest.mark.parametrize("name", LIVES)
def test_what_a_job_has_come_to(name: str) -> None:
    """Stands on the root: ERROR and why if the job has failed; else no status."""
    (answer,) = answers(name)
    spans, _ = told(heard(answer))
    root = spans.all()[-1]
    assert root.attributes is not None
    failed = answer["TrainingJobStatus"] == "Failed"
    reason = answer.get("FailureReason", "").replace("\n", r"\n")
    status = (StatusCode.ERROR, reason) if failed else (StatusCode.UNSET, None)
    assert (root.status.status_code, root.status.description) == status
    pair = f"{answer['TrainingJobStatus']}/{answer['SecondaryStatus']}"
    assert root.attributes["jobstate.target"] == pair
    assert root.attributes["jobstate.job.id"] == answer["TrainingJobArn"]
    outcomes = {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    outcomes["MaxRuntimeExceeded"] = "timed_out"
    assert root.attributes["jobstate.result.outcome"] == outcomes[answer["SecondaryStatus"]]
    assert ("jobstate.result.cause" in root.attributes) == (not pair.startswith("Completed"))


def test_entries_say_which_they_are() -> None:
    """Their job, their number, their status and the service's words stand on them."""
    (answer,) = answers("spot-interrupted.json")
    spans, _ = told(heard(answer))
    for number, (span, entry) in enumerate(
        zip(spans.all(), answer["SecondaryStatusTransitions"], strict=False), start=1
    ):
        said = dict(span.attributes or {})
        assert said["jobstate.job.id"] == answer["TrainingJobArn"]
        assert (said["jobstate.ordinal"], said["jobstate.status"]) == (number, entry["Status"])
        assert said["jobstate.message"] == entry["StatusMessage"]


def test_a_life_as_it_is_polled() -> None:
    """A stay's span is told as soon as its end is known, and it is the same trace as at once."""
    spans = Spans()
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=spans.provider)
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    for poll in SERIES[:-1]:
        tracker.observe(poll)
        known = len(stays(poll)) if "SecondaryStatusTransitions" in poll else 1
        assert len(spans.all()) == known - 1
    tracker.observe(SERIES[-1])
    at_once, _ = told(heard(SERIES[-1]))
    assert spans.ids() == at_once.ids()


def test_the_id_of_a_trace() -> None:
    """Is made of the job's key as the documentation says, so any program can make it."""
    job = key(SERIES[0])
    name = f"sagemaker-training-job:{SERIES[0]['TrainingJobArn']}@2026-10-16T06:00:11Z"
    assert trace_id(job) == sha256(name.encode()).hexdigest()[:32]
    spans, _ = told(heard(SERIES[-1]))
    assert {f"{trace:032x}" for trace, _, _ in spans.ids()} == {trace_id(job)}
    later = JobKey(job.kind, job.id, BEGIN)
    assert trace_id(later) != trace_id(job)  # a name that was used again


@pytest.mark.parametrize("crash", range(1, len(SERIES)))
def test_a_restarted_process_goes_on_with_the_same_trace(crash: int) -> None:
    """Whenever it was: both together tell what one would have told, nothing twice."""
    before = Tracker(TRAINING_JOB)
    first, listen = told(())
    before.add_listener(listen)
    for poll in SERIES[:crash]:
        before.observe(poll)
    after = Tracker(TRAINING_JOB)
    after.restore(before.snapshot())
    second, listen = told((), jobs=after)
    after.add_listener(listen)
    for poll in SERIES[crash:]:
        after.observe(poll)
    whole, _ = told(heard(SERIES[-1]))
    assert first.ids() + second.ids() == whole.ids()
    assert sorted(map(times, [*first.all(), *second.all()])) == sorted(map(times, whole.all()))


def times(span: ReadableSpan) -> tuple[int | None, int | None, str]:
    """Return from when to when a span lasts, and its name."""
    return span.start_time, span.end_time, span.name


def test_what_is_told_twice_is_told_once() -> None:
    """In one process: each event at once, or all of them again."""
    events = heard(*SERIES)
    spans, listen = told(event for event in events for _ in range(2))
    for event in events:
        listen(event)
    assert spans.ids() == told(heard(SERIES[-1]))[0].ids()


def test_what_is_told_again_after_a_crash_is_the_same_span() -> None:
    """Of a restarted process that knows all: with the ids and times that it had before."""
    tracker = Tracker(TRAINING_JOB)
    for poll in SERIES:
        tracker.observe(poll)
    whole, _ = told(heard(SERIES[-1]))
    for count in range(1, len(heard(*SERIES))):
        again, _ = told(heard(*SERIES)[-count:], jobs=tracker)
        assert again.ids() <= whole.ids()
        assert {times(span) for span in again.all()} <= {times(span) for span in whole.all()}
        assert ids(again.all()[-1])[2] is None  # the root, which ends the series


def test_a_job_that_only_lists_tell_of() -> None:
    """Ends when its record was changed last; its stays follow when a history brings them."""
    (answer,) = answers("completed.json")
    names = ("TrainingJobArn", "TrainingJobName", "CreationTime", "LastModifiedTime")
    last = {name: answer[name] for name in (*names, "TrainingJobStatus", "SecondaryStatus")}
    spans, listen = told(())
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    tracker.observe(last)
    (root,) = spans.all()
    assert root.end_time == nano(moment(answer["LastModifiedTime"]))
    tracker.observe(answer)
    assert spans.ids() == told(heard(answer))[0].ids()


def test_an_end_of_which_nothing_tells_when() -> None:
    """Is not before the newest that is known of the job: its last stay, or its creation."""
    (seen,) = heard(item("tide", "Completed", "Completed"))
    spans, _ = told([seen])
    (root,) = spans.all()
    assert (root.start_time, root.end_time) == (nano(BEGIN), nano(BEGIN))
    start = BEGIN + timedelta(hours=1)
    training = StatusEntered(job=seen.job, ordinal=1, status="Training", start=start)
    spans, _ = told([training, seen])
    (root,) = spans.all()
    assert root.end_time == nano(start)


def test_a_stay_without_the_one_before_it() -> None:
    """A listener that comes late knows not when the stay began that ends: no span, no guess."""
    events = [event for event in heard(SERIES[-1]) if isinstance(event, StatusEntered)]
    spans, listen = told(events[2:4])
    assert [span.name for span in spans.all()] == [events[2].status]
    listen(events[4])
    assert [span.name for span in spans.all()] == [event.status for event in events[2:5]]


def test_a_gap_between_stays() -> None:
    """Where one was never told, the one before it has no known end."""
    events = [event for event in heard(SERIES[-1]) if isinstance(event, StatusEntered)]
    spans, _ = told([events[0], events[2], events[3]])
    assert [span.name for span in spans.all()] == [events[2].status]


def test_times_that_go_back() -> None:
    """A span never ends before it begins, nor the job before it was created."""
    end = BEGIN - timedelta(hours=1)
    poll = item("tide") | {"LastModifiedTime": end.isoformat()}
    (ended,) = (event for event in heard(poll) if isinstance(event, StatusChanged))
    job = ended.job
    stay = StatusEntered(job=job, ordinal=1, status="Training", start=BEGIN)
    spans, _ = told([stay, StatusEntered(job=job, ordinal=2, status="x", start=end), ended])
    assert [(span.start_time, span.end_time) for span in spans.all()] == [
        (nano(BEGIN), nano(BEGIN)),
        (nano(BEGIN), nano(BEGIN)),
    ]


def test_late_news_of_jobs_that_are_not_remembered() -> None:
    """Memory is bounded; what is told again of those is the same span, and nothing else."""
    first, second = (heard(item(name, "Completed", "Completed")) for name in ("ebb", "tide"))
    spans, _ = told([*first, *second, *first], remembered=1)
    assert sorted(spans.ids().values()) == [1, 2]


def test_forgotten_jobs() -> None:
    """Nothing is kept of them, so the stay that they were in is not told."""
    events = [event for event in heard(*SERIES) if isinstance(event, StatusEntered)]
    spans, listen = told(events[:1])
    listen.forget(events[0].job)
    listen(events[1])
    assert spans.all() == []


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_sampled_trace_is_whole_or_not_there(share: float, *, wrapped: bool) -> None:
    """A sampler that goes by the trace's id decides alike of all its spans."""
    ratio = TraceIdRatioBased(share)
    spans = Spans(ParentBased(ratio) if wrapped else ratio)
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=spans.provider)
    for number in range(60):
        arn = f"{SERIES[0]['TrainingJobArn']}-{number}"
        named = {"TrainingJobArn": arn, "TrainingJobName": arn.rpartition("/")[2]}
        for event in heard(SERIES[-1] | named):
            listen(event)
    sizes = Counter(trace for trace, _, _ in spans.ids())
    assert set(sizes.values()) <= {len(stays(SERIES[-1])) + 1}
    assert (0 < len(sizes) < 60) == (0 < share < 1)
    assert (len(sizes) == 60) == (share == 1)


def test_the_programs_own_spans_are_no_parents() -> None:
    """A trace is a job's alone, whatever the program is at; and its own ids stay random."""
    spans = Spans()
    own = spans.provider.get_tracer("program")
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=spans.provider)
    with own.start_as_current_span("poll"):
        for event in heard(SERIES[-1]):
            listen(event)
    with spans.provider.get_tracer("jobstate").start_as_current_span("somebody else's"):
        pass
    *_, poll, other = spans.all()
    expected = told(heard(SERIES[-1]))[0].ids()
    assert spans.ids() == expected + Counter([ids(poll), ids(other)])
    assert len({ids(poll)[0], ids(other)[0], *(trace for trace, _, _ in expected)}) == 3


def test_the_global_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is taken by default, as soon as there is one of the SDK; until then nothing is told."""
    spans = Spans()
    events = heard(SERIES[-1])
    listen = OpenTelemetryTraces(TRAINING_JOB)
    assert isinstance(otel_trace.get_tracer_provider(), otel_trace.ProxyTracerProvider)
    for event in events[:2]:
        listen(event)
    monkeypatch.setattr(traces_module, "get_tracer_provider", NoOpTracerProvider)
    for event in events[2:4]:
        listen(event)
    monkeypatch.setattr(traces_module, "get_tracer_provider", lambda: spans.provider)
    for event in events[4:]:
        listen(event)
    names = [event.status for event in events if isinstance(event, StatusEntered)]
    assert [span.name for span in spans.all()] == [*names[3:], NAME]
    listen = OpenTelemetryTraces(TRAINING_JOB)
    monkeypatch.setattr(traces_module, "get_tracer_provider", NoOpTracerProvider)
    for event in events:
        listen(event)  # not even the root
    assert repr(listen) == "<OpenTelemetryTraces>"


def test_an_sdk_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes no spans, and nothing fails."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    spans, _ = told(heard(SERIES[-1]), Spans())
    assert spans.all() == []


def test_threads() -> None:
    """Several may tell at once, each of jobs of its own: every trace is whole."""
    spans = Spans()
    listen = OpenTelemetryTraces(TRAINING_JOB, provider=spans.provider)

    def tell(number: int) -> None:
        for count in range(30):
            arn = f"{SERIES[0]['TrainingJobArn']}-{number}-{count}"
            named = {"TrainingJobArn": arn, "TrainingJobName": arn.rpartition("/")[2]}
            for event in heard(*(poll | named for poll in SERIES)):
                listen(event)

    threads = [Thread(target=tell, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sizes = Counter(trace for trace, _, _ in spans.ids().elements())
    assert set(sizes.values()) == {len(stays(SERIES[-1])) + 1}
    assert (len(sizes), len(spans.ids())) == (120, 120 * 6)


def test_a_provider_that_can_not_do_it() -> None:
    """One that is given must be of the SDK, for only there has an id a place."""
    with pytest.raises(TypeError, match=r"a TracerProvider of OpenTelemetry's SDK, got <open"):
        OpenTelemetryTraces(TRAINING_JOB, provider=NoOpTracerProvider())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


# --- Logs ---------------------------------------------------------------------------------------


def logged(events: Iterable[Event], **levels: int) -> list[Any]:
    """Tell events to a listener that logs; return the records."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    listen = OpenTelemetryLogs(provider=provider, **levels)
    for event in events:
        listen(event)
    return [each.log_record for each in exporter.get_finished_logs()]


def expected(event: Event) -> dict[str, Any]:
    """Return the attributes of an event, by its own data."""
    data = flat(event, ".").items()
    return {f"jobstate.{name}": value for name, value in data if value not in (None, [])}


def listed(attributes: Any) -> dict[str, Any]:
    """Return attributes with lists for tuples."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in attributes.items()
    }


def test_an_event_is_a_log_event() -> None:
    """Its kind as its name, all that it says as attributes, no sentence beside them."""
    events = everything()
    records = logged(events)
    assert [each.event_name for each in records] == [f"jobstate.{each.kind}" for each in events]
    assert [listed(each.attributes) for each in records] == [expected(each) for each in events]
    assert {each.body for each in records} == {None}


def test_a_log_event_has_the_services_time() -> None:
    """Of a stay when it began, of anything else that of the record; none if nothing tells."""
    (answer,) = answers("completed.json")
    *records, last = logged(heard(answer))
    assert [each.timestamp for each in records] == [nano(each.start) for each in stays(answer)]
    assert last.timestamp == nano(moment(answer["LastModifiedTime"]))
    (timeless,) = logged(heard(item("tide")))
    assert timeless.timestamp is None


def test_a_log_event_belongs_to_the_trace_of_its_job() -> None:
    """Under the job's own span."""
    events = heard(SERIES[-1])
    spans, _ = told(events)
    root = ids(spans.all()[-1])
    assert {(each.trace_id, each.span_id) for each in logged(events)} == {root[:2]}


def test_severities() -> None:
    """Each kind of event is as loud as `LogListener` has it, or as was chosen."""
    texts = [(each.severity_text, each.severity_number) for each in logged(everything())]
    debug, info = ("DEBUG", SeverityNumber.DEBUG), ("INFO", SeverityNumber.INFO)
    warning, error = ("WARNING", SeverityNumber.WARN), ("ERROR", SeverityNumber.ERROR)
    assert texts == [debug, info, info, warning, info, error, info]
    chosen = logged(everything(), entered=0, changed=25, unmodelled=logging.CRITICAL, error=10**9)
    numbers = [each.severity_number.value for each in chosen]
    assert numbers == [1, 11, 11, SeverityNumber.FATAL.value, 11, 24, 11]


def test_logs_by_default() -> None:
    """Go to the global provider; without one nowhere, and nothing fails."""
    listen = OpenTelemetryLogs()
    listen(everything()[0])
    assert repr(listen) == "<OpenTelemetryLogs>"


# --- Metrics ------------------------------------------------------------------------------------


class Metrics:
    """A provider whose metrics are read when they are asked for."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider(metric_readers=[self.reader], shutdown_on_exit=False)

    def read(self) -> dict[str, Any]:
        """Return the metrics by name."""
        data = self.reader.get_metrics_data()
        return {
            metric.name: metric
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def sums(self, name: str) -> dict[tuple[object, ...], float]:
        """Return the values of a metric that are not 0, by the values of its attributes."""
        points = self.read()[name].data.data_points
        return {tuple(each.attributes.values()): each.value for each in points if each.value}


def test_exemplars_belong_to_the_trace_of_the_job() -> None:
    """Of counts and lengths; by them a backend comes from a number to a job."""
    metrics = Metrics()
    listen = OpenTelemetryMetrics(TRAINING_JOB, provider=metrics.provider)
    (answer,) = answers("failed.json")
    for event in heard(answer):
        listen(event)
    found = metrics.read()
    for name in ("jobstate.ended_jobs", "jobstate.status_duration"):
        traces = {
            f"{each.trace_id:032x}"
            for point in found[name].data.data_points
            for each in point.exemplars
        }
        assert traces == {trace_id(key(answer))}


def test_metrics_of_real_lives() -> None:
    """What the answers say: every stay, every end, every job that has not ended."""
    metrics = Metrics()
    listen = OpenTelemetryMetrics(TRAINING_JOB, provider=metrics.provider)
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    polls = [answer for name in LIVES for answer in answers(name)]
    broken = [*answers("broken/illegal-step.json"), item("tide", "InProgress", "Hibernating")]
    for poll in (*polls, *answers("waiting.json"), *broken):
        tracker.observe(poll)
    found = metrics.read()
    assert {name: metric.unit for name, metric in found.items()} == {
        "jobstate.jobs": "{job}",
        "jobstate.ended_jobs": "{job}",
        "jobstate.status_duration": "s",
        "jobstate.violations": "{violation}",
        "jobstate.unmodelled_statuses": "{status}",
    }
    assert metrics.sums("jobstate.jobs") == {
        (NAME, "InProgress/Pending", "running"): 1,
        (NAME, "InProgress", "running"): 1,
    }
    assert sum(metrics.sums("jobstate.ended_jobs").values()) == len(polls) + 1
    assert metrics.sums("jobstate.violations") == {(NAME, "illegal-transition", "error"): 1}
    assert metrics.sums("jobstate.unmodelled_statuses") == {(NAME, "job.secondary"): 1}
    points = found["jobstate.status_duration"].data.data_points
    counts = Counter(each.status for poll in (*polls, broken[0]) for each in stays(poll))
    training = {"jobstate.lifecycle": NAME, "jobstate.status": "Training"}
    (point,) = (each for each in points if each.attributes == training)
    assert point.count == counts["Training"]
    assert list(point.explicit_bounds) == list(BUCKETS)
    assert not LAST & {each.attributes["jobstate.status"] for each in points}
    assert repr(listen) == "<OpenTelemetryMetrics>"


def test_metrics_after_a_restart() -> None:
    """A listener that begins with a tracker knows where its jobs stand; forgotten ones are none."""
    metrics = Metrics()
    tracker = Tracker(TRAINING_JOB)
    for poll in (*SERIES[:2], *answers("waiting.json"), *answers("completed.json")):
        tracker.observe(poll)
    listen = OpenTelemetryMetrics(TRAINING_JOB, jobs=tracker, provider=metrics.provider)
    tracker.add_listener(listen)
    assert sum(metrics.sums("jobstate.jobs").values()) == 2
    for poll in SERIES[2:]:
        tracker.observe(poll)
    assert metrics.sums("jobstate.jobs") == {(NAME, "InProgress/Pending", "running"): 1}
    listen.forget(key(answers("waiting.json")[0]))
    assert metrics.sums("jobstate.jobs") == {}


def test_metrics_by_default() -> None:
    """Go to the global provider; without one nowhere, and nothing fails."""
    listen = OpenTelemetryMetrics(TRAINING_JOB)
    for event in everything():
        listen(event)


# --- Over the wire ------------------------------------------------------------------------------


def test_over_otlp() -> None:
    """Real exporters send it all to a receiver: traces, log events and metrics of one job."""
    (answer,) = answers("failed.json")
    with receiving() as receiver:
        spans = TracerProvider(shutdown_on_exit=False)
        spans.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{receiver.url}/v1/traces")))
        logs = LoggerProvider(shutdown_on_exit=False)
        logs.add_log_record_processor(
            SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{receiver.url}/v1/logs"))
        )
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(f"{receiver.url}/v1/metrics"), export_interval_millis=float("inf")
        )
        meters = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
        tracker = Tracker(
            TRAINING_JOB,
            listeners=[
                OpenTelemetryTraces(TRAINING_JOB, provider=spans),
                OpenTelemetryLogs(provider=logs),
                OpenTelemetryMetrics(TRAINING_JOB, provider=meters),
            ],
        )
        tracker.observe(answer)
        meters.force_flush()
        for provider in (spans, logs, meters):
            provider.shutdown()
    trace = bytes.fromhex(trace_id(key(answer)))
    *children, root = receiver.spans()
    history = stays(answer)
    assert [(span.name, span.start_time_unix_nano) for span in children] == [
        (each.status, nano(each.start)) for each in history
    ]
    assert {span.trace_id for span in (*children, root)} == {trace}
    assert {span.parent_span_id for span in children} == {root.span_id}
    assert (root.parent_span_id, root.status.code) == (b"", 2)
    assert plain(root.attributes)["jobstate.result.cause"] == "algorithm"
    assert [each.event_name for each in receiver.logs()] == [
        *["jobstate.status-entered"] * len(history),
        "jobstate.status-changed",
    ]
    assert {each.trace_id for each in receiver.logs()} == {trace}
    metrics = {each.name: each for each in receiver.metrics()}
    (point,) = metrics["jobstate.ended_jobs"].sum.data_points
    assert point.as_int == 1
    assert plain(point.attributes)["jobstate.outcome"] == "failed"
    lasting = [each for each in history if each.status not in LAST]
    points = metrics["jobstate.status_duration"].histogram.data_points
    assert sum(each.sum for each in points) == pytest.approx(sum(each.seconds for each in lasting))


def test_hostile_texts_and_times_travel() -> None:
    """What can't be encoded as it is arrives escaped; times are what 64 bits can hold."""
    years = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999, 9999))
    far = [
        StatusEntered(job=PARCEL, ordinal=number, status="sent", start=start)
        for number, start in enumerate(years, start=101)
    ]
    job = JobKey("kind", "\ud800", BEGIN)
    odd = StatusEntered(job=job, ordinal=1, status="delivered", start=BEGIN)
    events = [*hostile(), *far, odd]
    with receiving() as receiver:
        spans = TracerProvider(shutdown_on_exit=False)
        spans.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{receiver.url}/v1/traces")))
        logs = LoggerProvider(shutdown_on_exit=False)
        logs.add_log_record_processor(
            SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{receiver.url}/v1/logs"))
        )
        traces = OpenTelemetryTraces(PARCELS, provider=spans)
        log = OpenTelemetryLogs(provider=logs)
        for event in events:
            traces(event)
            log(event)
    assert len(receiver.logs()) == len(events)
    arrived = {plain(each.attributes).get("jobstate.status") for each in receiver.logs()}
    assert PLAIN in arrived
    assert {plain(each.attributes)["jobstate.job.id"] for each in receiver.logs()} >= {r"\ud800"}
    lengths = [(each.start_time_unix_nano, each.end_time_unix_nano) for each in receiver.spans()]
    assert (0, (1 << 63) - 1) in lengths
    assert all(each.name.isprintable() for each in receiver.spans())


def test_a_change_of_a_warm_pool_is_no_end() -> None:
    """A job's end is the end of its first region."""
    (answer,) = answers("warm-pool-reused.json")
    pool = [
        event
        for event in heard(answer)
        if isinstance(event, StatusChanged) and event.region == "warm_pool"
    ]
    assert [event.final for event in pool] == [True]
    spans, _ = told(pool)
    assert spans.all() == []
