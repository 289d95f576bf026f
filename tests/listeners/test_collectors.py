"""How trackers, listeners and pollers are, as Prometheus reads it; exemplars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from jobstate import Event, JobKey, Retry, StatusChanged, Subscription, Tracker
from jobstate.aws.prometheus import PollerCollector
from jobstate.kinds import KINDS
from jobstate.kinds.causes import causes_of
from jobstate.listeners.figures import (
    ENDED_JOBS,
    FIGURES,
    POLLER_FIGURES,
    REFINED_OUTCOMES,
    TRACKER_FIGURES,
    Figure,
)
from jobstate.listeners.prometheus import PrometheusListener, TrackerCollector
from jobstate.listeners.prometheus.listener import exemplar_of
from jobstate.listeners.trace_ids import trace_id
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, item
from tests.support.listening import answers, heard, hostile
from tests.support.lives_for_tests import told
from tests.support.polled import Polled
from tests.support.small import PARCELS

BECAUSE = {"FailureReason": "AlgorithmError: exit code 1"}


@pytest.fixture(name="registry")
def make_registry() -> CollectorRegistry:
    """Return a new registry."""
    return CollectorRegistry()


def read(registry: CollectorRegistry, figure: Figure) -> dict[tuple[str, ...], float]:
    """Return what a figure is, by the values of its labels."""
    return {
        tuple(sample.labels[label] for label in figure.labels): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == figure.metric
    }


def figure(metric: str) -> Figure:
    """Return the figure that Prometheus calls so."""
    every = (*FIGURES, *TRACKER_FIGURES, *POLLER_FIGURES)
    (found,) = (each for each in every if each.metric == metric)
    return found


# --- Why jobs ended -------------------------------------------------------------------------------


def test_ends_have_a_cause(registry: CollectorRegistry) -> None:
    """The one that is known when the end is told; what is known later counts beside it."""
    listen = PrometheusListener(TRAINING_JOB, registry=registry)
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    for name in ("completed.json", "failed.json", "timed-out.json"):
        tracker.observe_all(*answers(name))
    tracker.observe(item("tide", "Failed", "Failed"))
    tracker.observe(item("tide", "Failed", "Failed") | BECAUSE)
    ended = {labels[1:]: value for labels, value in read(registry, ENDED_JOBS).items() if value}
    assert ended == {
        ("Completed/Completed", "succeeded", "none"): 1,
        ("Failed/Failed", "failed", "algorithm"): 1,
        ("Failed/Failed", "failed", "unknown"): 1,
        ("Stopped/MaxRuntimeExceeded", "timed_out", "max_runtime"): 1,
    }
    assert read(registry, REFINED_OUTCOMES) == {(TRAINING_JOB.name, "failed", "algorithm"): 1}


def test_ends_begin_at_0(registry: CollectorRegistry) -> None:
    """Whatever the life cycles know beforehand, so that a rate sees the first one; bounded."""
    PrometheusListener(KINDS, registry=registry)
    ends = read(registry, ENDED_JOBS)
    assert set(ends.values()) == {0}
    assert (TRAINING_JOB.name, "Failed/Failed", "failed", "no_capacity") in ends
    assert ("aws-batch-job", "FAILED", "stopped", "terminated") in ends
    for kind in KINDS:
        known = (causes_of(kind) or set()) | {"none"}
        assert {labels[3] for labels in ends if labels[0] == kind.name} == known
    assert len(ends) < 60


def test_causes_that_nobody_knows_are_other(registry: CollectorRegistry) -> None:
    """The number of series is bounded whatever is told."""
    listen = PrometheusListener(TRAINING_JOB, registry=registry)
    (end,) = heard(item("tide", "Failed", "Failed"))
    assert isinstance(end, StatusChanged)
    for number in range(50):
        job = JobKey("sagemaker-training-job", f"job-{number}", BEGIN)
        result = evolve(end.result, cause=f"cause {number}")
        listen(evolve(end, job=job, move=evolve(end.move, result=result)))
    ended = {labels[3]: value for labels, value in read(registry, ENDED_JOBS).items() if value}
    assert ended == {"other": 50}


# --- Exemplars ------------------------------------------------------------------------------------


def exemplars(registry: CollectorRegistry) -> dict[str, dict[str, str]]:
    """Return the exemplars that a scrape shows by the name of the sample."""
    text = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    families = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return {
        sample.name: dict(sample.exemplar.labels)
        for family in families
        for sample in family.samples
        if sample.exemplar
    }


def test_exemplars_name_the_newest_job(registry: CollectorRegistry) -> None:
    """Counts and lengths name it and its trace; gauges do not."""
    listen = PrometheusListener(TRAINING_JOB, registry=registry)
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    (answer,) = answers("failed.json")
    tracker.observe(answer)
    tracker.observe(item("tide", "InProgress", "Training"))
    key = tracker[answer["TrainingJobArn"]].key
    expected = {"trace_id": trace_id(key), "job_id": key.id}
    assert exemplar_of(key) == expected
    found = exemplars(registry)
    assert found == dict.fromkeys(found, expected)
    assert found.keys() == {ENDED_JOBS.metric, "jobstate_status_duration_seconds_bucket"}


def test_without_exemplars(registry: CollectorRegistry) -> None:
    """Whoever wants no names in metrics has none."""
    listen = PrometheusListener(TRAINING_JOB, registry=registry, exemplars=False)
    Tracker(TRAINING_JOB, listeners=[listen]).observe_all(*answers("failed.json"))
    assert exemplars(registry) == {}


def test_exemplars_have_room_for_128_characters(registry: CollectorRegistry) -> None:
    """An id that fits is there, else a name, else the trace alone; none does harm."""
    for text, names in (
        ("x" * 82, ["trace_id", "job_id"]),
        ("a/" + "x" * 80, ["trace_id", "job_id"]),
        ("arn:aws:sagemaker:eu-west-1:1:training-job/" + "x" * 63, ["trace_id", "job_name"]),
        ("x" * 83, ["trace_id"]),
    ):
        assert [*exemplar_of(JobKey("kind", text, BEGIN))] == names
    listen = PrometheusListener(PARCELS, registry=registry)
    for event in hostile():
        listen(event)
    assert exemplars(registry)


# --- Trackers and listeners -----------------------------------------------------------------------


def test_the_oldest_job_of_each_status(registry: CollectorRegistry) -> None:
    """By the status's own beginning; what has ended is not among them."""
    tracker = Tracker(TRAINING_JOB)
    TrackerCollector(tracker, registry=registry, clock=lambda: BEGIN + timedelta(hours=5))
    for hour, name in enumerate(("tide", "ebb", "flood")):
        at = {"LastModifiedTime": (BEGIN + timedelta(hours=hour)).isoformat()}
        tracker.observe(item(name, "InProgress", "Training") | at)
    tracker.observe(item("neap", "Completed", "Completed"))
    oldest = read(registry, figure("jobstate_oldest_status_age_seconds"))
    assert oldest == {
        (TRAINING_JOB.name, "InProgress/Training"): 5 * 3_600.0,
    }


def test_how_listeners_are(registry: CollectorRegistry) -> None:
    """What waits, what was parked, what was heard: `Tracker.progress`."""

    def fail(_: Event) -> None:
        raise ValueError("no")

    heard: list[Event] = []
    once = Retry(attempts=1)
    with Tracker(TRAINING_JOB) as tracker:
        tracker.add_listener(Subscription(name="fine", listener=heard.append))
        tracker.add_listener(Subscription(name="broken", listener=fail, retry=once))
        TrackerCollector(tracker, registry=registry)
        tracker.observe(item("tide", "InProgress", "Training"))
        tracker.close()
        named = {
            "waiting_events": (0, 0),
            "lagging_listeners": (0, 0),
            "retried_jobs": (0, 0),
            "parked_jobs": (0, 1),
            "listener_call_seconds": (0, 0),
            "delivered_events_total": (1, 0),
            "failed_calls_total": (0, 1),
            "dropped_events_total": (0, 1),
        }
        for metric, (one, other) in named.items():
            found = read(registry, figure(f"jobstate_{metric}"))
            assert found == {("fine",): one, ("broken",): other}, metric


def test_a_registry_takes_one(registry: CollectorRegistry) -> None:
    """A second one would be the same series again."""
    first = TrackerCollector(Tracker(TRAINING_JOB), registry=registry)
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        TrackerCollector(Tracker(TRAINING_JOB), registry=registry)
    registry.unregister(first)
    TrackerCollector(Tracker(TRAINING_JOB), registry=registry)


# --- Pollers --------------------------------------------------------------------------------------


def test_how_a_poller_is(registry: CollectorRegistry) -> None:
    """What its health says, under its name; a throttle of 0 is there from the first request on."""
    polled = Polled(told("completed"))
    PollerCollector({"eu": polled.poller}, registry=registry)
    for _ in range(3):
        polled.poll(30)
    health = polled.poller.health
    plain: dict[str, Any] = {
        "age_seconds": health.age,
        "lag_seconds": health.lag,
        "jobs": health.alive,
        "unread_answers_total": health.unread,
    }
    for metric, value in plain.items():
        assert read(registry, figure(f"jobstate_poller_{metric}")) == {("eu",): value}
    by: dict[str, Any] = {
        "due_jobs": health.due,
        "budget_used_ratio": health.used,
        "requests_total": health.requests,
        "throttled_requests_total": dict.fromkeys(health.requests, 0),
    }
    for metric, values in by.items():
        found = read(registry, figure(f"jobstate_poller_{metric}"))
        assert found == {("eu", label): value for label, value in values.items()}
    assert health.requests
    assert health.alive == 1


# --- Names ----------------------------------------------------------------------------------------


def test_no_figure_has_another_s_name() -> None:
    """And none has a label that could name a job."""
    every = (*FIGURES, *TRACKER_FIGURES, *POLLER_FIGURES)
    assert len({each.metric for each in every}) == len(every)
    labels = {label for each in every for label in each.labels}
    assert labels == {
        *("lifecycle", "status", "outcome", "cause", "rule", "severity", "field"),
        *("listener", "poller", "operation", "why"),
    }
