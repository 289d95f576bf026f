"""Metrics and traces of jobs of several kinds, and several listeners in one registry."""

from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
import weakref
from collections import Counter
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, Gauge

from jobstate import Event, JobKey, StatusChanged, StatusEntered, Tracker
from jobstate.batch import BATCH_JOB
from jobstate.kinds import KINDS, Kinds
from jobstate.listeners.opentelemetry import OpenTelemetryMetrics, OpenTelemetryTraces
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from tests.support.listening import answers, everything, heard
from tests.support.pages import HOME
from tests.support.several_kinds import ARN, MIXED, NOON, batch, processing

if TYPE_CHECKING:
    from pathlib import Path

JOBS = "jobstate_jobs"
ENDED = "jobstate_ended_jobs_total"
STAYS = "jobstate_status_duration_seconds_sum"
VIOLATIONS = "jobstate_violations_total"
UNMODELLED = "jobstate_unmodelled_statuses_total"
REFINED = "jobstate_refined_outcomes_total"

TRAINING, PROCESSING, BATCH = (
    *("sagemaker-training-job", "sagemaker-processing-job"),
    "aws-batch-job",
)
#: In this order they are compared.
LABELS = ("lifecycle", "status", "outcome", "rule", "severity", "field")


def read(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of a name by the values of their labels; those of 0 left out."""
    return {
        tuple(sample.labels[label] for label in LABELS if label in sample.labels): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name and sample.value
    }


@pytest.fixture(name="registry")
def make_registry() -> CollectorRegistry:
    """Return a new registry."""
    return CollectorRegistry()


def tell(listen: Any, *events: Event) -> None:
    """Tell events to a listener."""
    for event in events:
        listen(event)


def mixed() -> list[Event]:
    """Return what a listener hears of jobs of three kinds."""
    told: list[Event] = []
    Tracker(KINDS, listeners=[told.append]).observe_all(MIXED)
    return told


# --- One listener, several kinds ------------------------------------------------------------------


def test_each_job_counts_under_its_kind(registry: CollectorRegistry) -> None:
    """With the words of its own life cycle, whatever the mixture; also those known already."""
    tracker = Tracker(KINDS)
    tracker.observe_all(MIXED[:1])
    tracker.add_listener(PrometheusListener(KINDS, jobs=tracker, registry=registry))
    assert read(registry, JOBS) == {(PROCESSING, "InProgress", "running"): 1}
    tracker.observe(batch("RUNNING", at=1))
    assert read(registry, JOBS)[BATCH, "RUNNING", "running"] == 1
    tracker.observe_all(MIXED)
    assert read(registry, JOBS) == {}
    assert read(registry, ENDED) == {
        (PROCESSING, "Failed", "failed"): 1,
        (TRAINING, "Completed/Completed", "succeeded"): 1,
        (BATCH, "SUCCEEDED", "succeeded"): 1,
    }
    assert {kind for kind, _ in read(registry, STAYS)} == {TRAINING}
    assert tracker.failures == 0


def test_what_is_said_counts_under_its_kind(registry: CollectorRegistry) -> None:
    """A rule, a status that nobody knows, what an end turned out to be."""
    tracker = Tracker(KINDS, listeners=[PrometheusListener(KINDS, registry=registry)])
    tracker.observe(processing("Resting", at=1))
    tracker.observe(processing("Completed", at=2))  # without an end time
    tracker.observe(batch("FAILED", at=1))
    tracker.observe(batch("FAILED", at=1, statusReason="Job attempt duration exceeded timeout"))
    assert read(registry, UNMODELLED) == {(PROCESSING, "job.primary"): 1}
    assert (PROCESSING, "end-time-exactly-when-final", "error") in read(registry, VIOLATIONS)
    assert {kind for kind, _ in read(registry, REFINED)} == {BATCH}


def test_the_kind_says_which_status_is_the_last(registry: CollectorRegistry) -> None:
    """What ends jobs of one kind is a stay like any other of another kind."""
    listen = PrometheusListener(KINDS, registry=registry)
    for kind in (TRAINING, BATCH):
        for number, status in enumerate(("Completed", "SUCCEEDED", "Training"), start=1):
            start = NOON + timedelta(minutes=number**2)
            job = JobKey(kind, "tide", NOON)
            listen(StatusEntered(job=job, ordinal=number, status=status, start=start))
    assert read(registry, STAYS) == {
        (TRAINING, "other"): 300,  # in SUCCEEDED
        (BATCH, "other"): 180,  # in Completed
    }


def test_the_kind_says_which_region_is_the_job_s(registry: CollectorRegistry) -> None:
    """Each life cycle names it as it likes, here one of somebody else's."""
    order = runpy.run_path(str(HOME / "examples" / "order.py"))["ORDER"]
    tracker = Tracker(Kinds(TRAINING_JOB, order))
    tracker.add_listener(PrometheusListener(Kinds(TRAINING_JOB, order), registry=registry))
    (pooled,) = answers("warm-pool-reused.json")
    placed = {"orderId": "A-1", "orderStatus": "Placed", "placedAt": "2026-11-02T09:00:00Z"}
    tracker.observe_all([pooled, placed, placed | {"orderId": "A-2", "orderStatus": "Lost"}])
    assert read(registry, JOBS) == {("order", "Placed", "running"): 1}
    assert read(registry, ENDED) == {
        ("order", "Lost", "failed"): 1,
        (TRAINING, "Completed/Completed", "succeeded"): 1,
    }


def test_a_kind_that_was_not_given(registry: CollectorRegistry) -> None:
    """It is ``other``, and so are its words; nothing raises, each job counts once."""
    listen = PrometheusListener(BATCH_JOB, registry=registry)
    (pooled,) = answers("warm-pool-reused.json")
    waiting = heard(*answers("waiting.json"))
    events = [*mixed(), *everything(), *heard(pooled), *waiting]
    tell(listen, *events, *events)
    assert read(registry, JOBS) == {("other", "other", "running"): 2}
    assert read(registry, ENDED) == {
        (BATCH, "SUCCEEDED", "succeeded"): 1,
        ("other", "other", "succeeded"): 2,
        ("other", "other", "failed"): 2,
    }
    assert read(registry, VIOLATIONS) == {("other", "other", "error"): 1}
    assert read(registry, UNMODELLED) == {("other", "other"): 1}
    assert set(read(registry, STAYS)) == {("other", "other")}
    listen.forget(waiting[0].job)
    assert read(registry, JOBS) == {("other", "other", "running"): 1}


def test_another_region_of_a_kind_that_was_not_given(registry: CollectorRegistry) -> None:
    """It is no job of its own: where a job stands tells the region that was heard of first."""
    (answer,) = answers("completed.json")
    pools = [
        answer
        | {"WarmPoolStatus": {"Status": status}, "LastModifiedTime": f"2026-12-0{day}T00:00:00Z"}
        for day, status in enumerate(("Available", "InUse"), start=1)
    ]
    events = heard(*pools)
    assert [event.region for event in events if isinstance(event, StatusChanged)][1:] == [
        "warm_pool",
        "warm_pool",
    ]
    tell(PrometheusListener(BATCH_JOB, registry=registry), *events)
    assert read(registry, JOBS) == {}
    assert read(registry, ENDED) == {("other", "other", "succeeded"): 1}


# --- Several listeners in one registry ------------------------------------------------------------


def test_two_life_cycles_in_one_registry(registry: CollectorRegistry) -> None:
    """Each for the jobs of its kind: the figures are those of one listener for both."""
    together = CollectorRegistry()
    events = mixed()
    tell(PrometheusListener(KINDS, registry=together), *events)
    for kind in KINDS:
        listen = PrometheusListener(kind, registry=registry)
        tell(listen, *(event for event in events if event.job.kind == kind.name))
    names = (JOBS, ENDED, STAYS, VIOLATIONS, UNMODELLED, REFINED)
    found = [read(registry, name) for name in names]
    assert found == [read(together, name) for name in names]
    assert {labels[0] for labels in found[1]} == {TRAINING, PROCESSING, BATCH}


def test_two_trackers_of_one_kind(registry: CollectorRegistry) -> None:
    """The gauge is the sum of what both have, and what one ends or closes is off it."""
    trackers = [Tracker(PROCESSING_JOB), Tracker(PROCESSING_JOB)]
    for name, tracker in zip(("ebb", "flood"), trackers, strict=True):
        tracker.observe(processing("InProgress", ProcessingJobArn=f"{ARN}-{name}"))
    first, second = (
        PrometheusListener(PROCESSING_JOB, jobs=tracker, registry=registry) for tracker in trackers
    )
    running = (PROCESSING, "InProgress", "running")
    assert read(registry, JOBS) == {running: 2}
    trackers[1].add_listener(second)
    trackers[1].observe(processing("Stopping", at=1, ProcessingJobArn=f"{ARN}-flood"))
    assert read(registry, JOBS) == {running: 1, (PROCESSING, "Stopping", "running"): 1}
    first.close()
    first.close()
    assert read(registry, JOBS) == {(PROCESSING, "Stopping", "running"): 1}
    PrometheusListener(PROCESSING_JOB, jobs=trackers[0], registry=registry)
    assert read(registry, JOBS) == {running: 1, (PROCESSING, "Stopping", "running"): 1}


def test_other_buckets_than_the_first_one_s(registry: CollectorRegistry) -> None:
    """One histogram has one set of them; equal ones may be written in other ways."""
    PrometheusListener(TRAINING_JOB, registry=registry, buckets=(60, 3_600))
    PrometheusListener(BATCH_JOB, registry=registry, buckets=[60.0, 3_600.0, float("inf")])
    said = r"expected the buckets that the registry's first listener has, \(60.0, 3600.0\), got"
    with pytest.raises(ValueError, match=rf"buckets: {said} \(5.0, 15.0, "):
        PrometheusListener(BATCH_JOB, registry=registry)


def test_metrics_of_others(registry: CollectorRegistry) -> None:
    """Of our names they are refused, and none of ours is left behind."""
    theirs = Gauge("jobstate_violations_total", "x", registry=registry)
    for _ in range(2):
        with pytest.raises(ValueError, match="Duplicated timeseries"):
            PrometheusListener(TRAINING_JOB, registry=registry)
    assert [family.name for family in registry.collect()] == ["jobstate_violations_total"]
    registry.unregister(theirs)
    tell(PrometheusListener(TRAINING_JOB, registry=registry), *heard(*answers("waiting.json")))
    assert sum(read(registry, JOBS).values()) == 1


def test_metrics_that_were_unregistered(registry: CollectorRegistry) -> None:
    """The next listener's are new ones, and they are shown."""
    listen = PrometheusListener(TRAINING_JOB, registry=registry, buckets=(1.0, 2.0))
    for metric in listen._metrics.values():  # noqa: SLF001 - who unregisters has them from there
        registry.unregister(metric)
    tell(PrometheusListener(TRAINING_JOB, registry=registry), *heard(*answers("waiting.json")))
    assert sum(read(registry, JOBS).values()) == 1


def test_a_registry_is_not_kept() -> None:
    """Nothing of it stays when nobody has it any more."""
    registry = CollectorRegistry()
    tell(PrometheusListener(TRAINING_JOB, registry=registry), *heard(*answers("completed.json")))
    gone = weakref.ref(registry)
    del registry
    gc.collect()
    assert gone() is None


class Met(CollectorRegistry):
    """A registry where a second listener begins while a first one registers its metrics."""

    def __init__(self) -> None:
        super().__init__()
        self.second: Thread | None = None
        self.errors: list[ValueError] = []

    def register(self, collector: Any) -> None:
        """Register one; beside the first one somebody else gets time to."""
        super().register(collector)
        if self.second is None:
            self.second = Thread(target=self._begin)
            self.second.start()
            self.second.join(0.2)

    def _begin(self) -> None:
        try:
            tell(PrometheusListener(TRAINING_JOB, registry=self), *heard(*answers("failed.json")))
        except ValueError as error:
            self.errors.append(error)


def test_listeners_that_begin_at_once() -> None:
    """Whoever is first registers the metrics, the other waits and shares them."""
    registry = Met()
    tell(PrometheusListener(TRAINING_JOB, registry=registry), *heard(*answers("completed.json")))
    assert registry.second is not None
    registry.second.join()
    assert registry.errors == []
    assert sum(read(registry, ENDED).values()) == 2


_WORKER = """
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from jobstate.kinds import KINDS
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.sagemaker import PROCESSING_JOB
from jobstate import Tracker
from tests.support.several_kinds import ARN, processing

for name in ("ebb", "flood"):
    tracker = Tracker(KINDS, listeners=[PrometheusListener(KINDS)])
    tracker.observe(processing("InProgress", ProcessingJobArn=f"{ARN}-{name}"))
shown = CollectorRegistry()
MultiProcessCollector(shown)
labels = {"lifecycle": PROCESSING_JOB.name, "status": "InProgress", "outcome": "running"}
print(shown.get_sample_value("jobstate_jobs", labels))
"""


def test_several_processes(tmp_path: Path) -> None:
    """In the client's mode for them the gauge is the sum of all listeners of all processes."""
    sums = [
        subprocess.run(  # noqa: S603 - the program above
            [sys.executable, "-c", _WORKER],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            cwd=HOME,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert sums == ["2.0\n", "4.0\n"]


# --- OpenTelemetry --------------------------------------------------------------------------------


def test_opentelemetry_metrics() -> None:
    """They have the same figures, the kind as `jobstate.lifecycle`."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    listen = OpenTelemetryMetrics(Kinds(PROCESSING_JOB, BATCH_JOB), provider=provider)
    tell(listen, *mixed(), *heard(*answers("waiting.json")))

    def points(name: str) -> dict[object, float]:
        data: Any = reader.get_metrics_data()
        metrics = {each.name: each for each in data.resource_metrics[0].scope_metrics[0].metrics}
        found = Counter[object]()
        for each in metrics[name].data.data_points:
            found[each.attributes["jobstate.lifecycle"]] += each.value
        return dict(found)

    assert points("jobstate.ended_jobs") == {PROCESSING: 1, BATCH: 1, "other": 1}
    assert points("jobstate.jobs") == {PROCESSING: 0, BATCH: 0, "other": 1}
    listen.close()
    assert points("jobstate.jobs") == {PROCESSING: 0, BATCH: 0, "other": 0}


@pytest.mark.parametrize("given", [KINDS, TRAINING_JOB], ids=["kinds", "another kind"])
def test_traces(given: Any) -> None:
    """A job's own span is called as its kind, also where that was not given."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    listen = OpenTelemetryTraces(given, provider=provider)
    tell(listen, *mixed())
    odd = [event for event in mixed() if isinstance(event, StatusChanged) and event.final]
    tell(listen, attrs.evolve(odd[0], job=JobKey("a\nb", "tide", NOON)))
    roots = [span.name for span in exporter.get_finished_spans() if span.parent is None]
    assert sorted(roots) == sorted([TRAINING, PROCESSING, BATCH, r"a\nb"])
    assert len(exporter.get_finished_spans()) > len(roots)
