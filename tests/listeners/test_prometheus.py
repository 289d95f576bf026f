"""The listener for Prometheus: figures as a scrape of a real server shows them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import attrs
import pytest
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.parser import text_string_to_metric_families

from jobstate import (
    JobKey,
    StatusChanged,
    StatusEntered,
    Tracker,
    Unmodelled,
    Violation,
)
from jobstate.listeners.figures import BUCKETS, FIGURES
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.model.specification import Severity
from jobstate.model.states import Basis
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, described, item
from tests.support.listening import LAST, LIVES, answers, heard, hostile, key, stays
from tests.support.pages import HOME
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import Event

JOBS = "jobstate_jobs"
ENDED = "jobstate_ended_jobs_total"
VIOLATIONS = "jobstate_violations_total"
UNMODELLED = "jobstate_unmodelled_statuses_total"
STAYS = "jobstate_status_duration_seconds_count"
SECONDS = "jobstate_status_duration_seconds_sum"


#: In this order they are compared.
LABELS = ("status", "outcome", "rule", "severity", "field")


class Scraped:
    """A registry, as a scrape of a real server shows it."""

    def __init__(self, registry: CollectorRegistry, port: int) -> None:
        self.registry = registry
        self.port = port

    def families(self) -> dict[str, Any]:
        """Return what one scrape brings, by the names of the metrics."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        with urlopen(url) as answer:
            text = answer.read().decode()
        return {each.name: each for each in text_string_to_metric_families(text)}

    def read(self, name: str) -> dict[tuple[str, ...], float]:
        """Return the samples of a name by the values of their labels; those of 0 left out."""
        return {
            tuple(sample.labels[label] for label in LABELS if label in sample.labels): sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.name == name and sample.value
        }


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[CollectorRegistry, int]]:
    """Return what a server shows, and its port; to shut one down takes half a second."""
    shown = CollectorRegistry()
    started, thread = start_http_server(0, "127.0.0.1", shown)
    yield shown, started.server_port
    started.shutdown()
    started.server_close()
    thread.join()


@pytest.fixture
def scraped(server: tuple[CollectorRegistry, int]) -> Iterator[Scraped]:
    """Return a new registry behind a server."""
    shown, port = server
    registry = CollectorRegistry()
    shown.register(registry)
    yield Scraped(registry, port)
    shown.unregister(registry)


def listener(scraped: Scraped, **more: Any) -> PrometheusListener:
    """Return a listener whose metrics are scraped."""
    return PrometheusListener(TRAINING_JOB, registry=scraped.registry, **more)


def observed(listen: PrometheusListener, *polls: object) -> Tracker:
    """Return a tracker that has told a listener of answers."""
    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    for poll in polls:
        tracker.observe(poll)
    assert tracker.failures == 0
    return tracker


# --- Real lives ---------------------------------------------------------------------------------


def test_whole_lives(scraped: Scraped) -> None:
    """Every stay of every job, as long as its history says; every end, by status and outcome."""
    polls = [answer for name in LIVES for answer in answers(name)]
    observed(listener(scraped), *polls)
    lasting = [each for poll in polls for each in stays(poll) if each.status not in LAST]
    seconds: Counter[tuple[str]] = Counter()
    for each in lasting:
        seconds[(each.status,)] += each.seconds  # type: ignore[assignment]
    assert scraped.read(STAYS) == Counter((each.status,) for each in lasting)
    assert scraped.read(SECONDS) == pytest.approx(dict(seconds))
    assert scraped.read(ENDED) == {
        ("Completed/Completed", "succeeded"): 3,
        ("Failed/Failed", "failed"): 1,
        ("Stopped/Stopped", "stopped"): 2,
        ("Stopped/MaxRuntimeExceeded", "timed_out"): 1,
    }
    assert [scraped.read(name) for name in (JOBS, VIOLATIONS, UNMODELLED)] == [{}, {}, {}]


def test_a_life_as_it_is_polled(scraped: Scraped) -> None:
    """At each moment the job counts once, where it stands; at its end it counts as ended."""
    tracker = Tracker(TRAINING_JOB, listeners=[listener(scraped)])
    for poll in answers("series.jsonl"):
        tracker.observe(poll)
        pair = f"{poll['TrainingJobStatus']}/{poll['SecondaryStatus']}"
        if poll["TrainingJobStatus"] == "InProgress":
            assert scraped.read(JOBS) == {(pair, "running"): 1}
            assert scraped.read(ENDED) == {}
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}


def test_a_page_of_a_list(scraped: Scraped) -> None:
    """List items have no history: they tell where jobs stand, and how they ended."""
    (page,) = answers("list.json")
    tracker = Tracker(TRAINING_JOB, listeners=[listener(scraped)])
    tracker.observe_all(page)
    statuses = Counter(each["TrainingJobStatus"] for each in page["TrainingJobSummaries"])
    running, ended = scraped.read(JOBS), scraped.read(ENDED)
    assert sum(running.values()) == statuses["InProgress"] + statuses["Stopping"]
    assert sum(ended.values()) == statuses.total() - sum(running.values())
    assert scraped.read(STAYS) == {}


def test_violations_and_unknown_statuses(scraped: Scraped) -> None:
    """By rule and severity, and by where the status stood, never by what it was."""
    observed(
        listener(scraped),
        *answers("broken/illegal-step.json"),
        *answers("broken/artifacts-while-training.json"),
        item("tide", "InProgress", "Hibernating"),
        item("ebb", "Sleeping", "Hibernating"),
    )
    assert scraped.read(VIOLATIONS) == {
        ("illegal-transition", "error"): 1,
        ("artifacts-too-early", "note"): 1,
    }
    assert scraped.read(UNMODELLED) == {("job.primary",): 1, ("job.secondary",): 2}


def test_the_end_of_a_job_by_a_list_and_its_history_later(scraped: Scraped) -> None:
    """The end counts when it is told; stays count when a history tells them, each once."""
    (answer,) = answers("completed.json")
    begin = described(("Starting", 60))
    first = {**answer, "TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
    for name in ("TrainingEndTime", "ModelArtifacts", "TrainingTimeInSeconds"):
        first.pop(name, None)
    first["SecondaryStatusTransitions"] = answer["SecondaryStatusTransitions"][:3]
    first["SecondaryStatusTransitions"][2] = {
        name: value
        for name, value in answer["SecondaryStatusTransitions"][2].items()
        if name != "EndTime"
    }
    first["LastModifiedTime"] = first["SecondaryStatusTransitions"][2]["StartTime"]
    names = ("TrainingJobArn", "TrainingJobName", "CreationTime", "LastModifiedTime")
    last = {name: answer[name] for name in names} | {
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
    }
    tracker = observed(listener(scraped), begin, first, last)
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}
    (full,) = answers("completed.json")
    tracker.observe(full)
    lasting = [each for each in stays(full) if each.status not in LAST]
    assert scraped.read(STAYS) == Counter((each.status,) for each in lasting)
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}


def test_a_job_that_is_deleted_has_ended_once(scraped: Scraped) -> None:
    """By how it ended; whether it was seen to end or only to be gone."""
    gone = {"LastModifiedTime": "2026-03-05T00:00:00Z"}
    observed(
        listener(scraped),
        item("tide", "Completed", "Completed"),
        item("tide", "Deleting", "Completed") | gone,
        item("ebb", "Deleting", "Failed"),
        item("flood", "InProgress", "Training"),
        item("flood", "Deleting", "Failed") | gone,
    )
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {
        ("Completed/Completed", "succeeded"): 1,
        ("Deleting/Failed", "failed"): 2,
    }


def test_a_job_that_comes_back(scraped: Scraped) -> None:
    """Reality wins: it counts among those that run, and its second end is an end."""
    stages = (("Failed", "Failed"), ("InProgress", "Training"), ("Failed", "Failed"))
    polls = [
        item("tide", *stage) | {"LastModifiedTime": (BEGIN + timedelta(hours=hour)).isoformat()}
        for hour, stage in enumerate(stages)
    ]
    tracker = observed(listener(scraped), *polls[:2])
    assert scraped.read(JOBS) == {("InProgress/Training", "running"): 1}
    tracker.observe(polls[2])
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {("Failed/Failed", "failed"): 2}


def test_a_history_that_goes_back_in_time(scraped: Scraped) -> None:
    """No stay is shorter than nothing: the one that would be does not count."""
    job = JobKey("sagemaker-training-job", "tide", BEGIN)
    listen = listener(scraped)
    for ordinal, hours in enumerate((1, 0, 2), start=1):
        start = BEGIN + timedelta(hours=hours)
        listen(StatusEntered(job=job, ordinal=ordinal, status="Training", start=start))
    assert scraped.read(SECONDS) == {("Training",): 7_200.0}


# --- Twice, and after a restart -----------------------------------------------------------------


def everything() -> list[Event]:
    """Return events of many jobs, of every kind."""
    polls = [answer for name in LIVES for answer in answers(name)]
    broken = [*answers("broken/illegal-step.json"), item("tide", "InProgress", "Hibernating")]
    return heard(*polls, *answers("series.jsonl"), *answers("waiting.json"), *broken)


def test_what_is_told_twice_counts_once(scraped: Scraped) -> None:
    """Each event at once, or all of them again: figures are the same."""
    listen = listener(scraped)
    events = everything()
    for event in events:
        listen(event)
        listen(event)
    names = (JOBS, ENDED, STAYS, SECONDS, VIOLATIONS, UNMODELLED)
    once = [scraped.read(name) for name in names]
    for event in events:
        listen(event)
    assert [scraped.read(name) for name in names] == once
    assert sum(once[1].values()) == len(LIVES) + 2  # the series, and the illegal step


def test_jobs_that_ended_long_ago_are_not_remembered(scraped: Scraped) -> None:
    """Memory is bounded: with one that is remembered, only news of that one are known again."""
    listen = listener(scraped, remembered=1)
    first, second = (heard(item(name, "Completed", "Completed")) for name in ("tide", "ebb"))
    for event in (*first, *second, *second, *first):
        listen(event)
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 3}


def test_late_news_of_a_job_that_is_not_remembered_do_not_move_gauges(scraped: Scraped) -> None:
    """Being deleted is no end of a job that must have ended before."""
    listen = listener(scraped, remembered=1)
    gone = {"LastModifiedTime": "2026-03-05T00:00:00Z"}
    tracker = observed(listen, item("tide", "Completed", "Completed"), item("ebb", "Completed"))
    tracker.observe(item("tide", "Deleting", "Completed") | gone)
    assert scraped.read(JOBS) == {}
    assert sum(scraped.read(ENDED).values()) == 2


def test_after_a_restart(scraped: Scraped) -> None:
    """A listener that begins with a restored tracker knows where jobs stand, and goes on."""
    polls = answers("series.jsonl")
    before = Tracker(TRAINING_JOB)
    for poll in (*polls[:2], *answers("completed.json"), *answers("waiting.json")):
        before.observe(poll)
    after = Tracker(TRAINING_JOB)
    after.restore(before.snapshot())
    after.add_listener(listener(scraped, jobs=after))
    (waiting,) = answers("waiting.json")
    pairs = Counter(
        (f"{each['TrainingJobStatus']}/{each['SecondaryStatus']}", "running")
        for each in (polls[1], waiting)
    )
    assert scraped.read(JOBS) == pairs
    assert scraped.read(ENDED) == {}
    for poll in polls[2:]:
        after.observe(poll)
    assert scraped.read(JOBS) == {("InProgress/Pending", "running"): 1}
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}
    told = len(stays(polls[0]))
    lasting = [each for each in stays(polls[-1])[told - 1 :] if each.status not in LAST]
    assert scraped.read(STAYS) == Counter((each.status,) for each in lasting)
    assert sum(scraped.read(SECONDS).values()) == pytest.approx(
        sum(each.seconds for each in lasting)
    )


def test_what_was_not_acknowledged_is_told_again_after_a_restart(scraped: Scraped) -> None:
    """It counts, for nobody knows whether it did; but where jobs stand is known already."""
    polls = answers("series.jsonl")
    tracker = Tracker(TRAINING_JOB)
    for poll in polls:
        tracker.observe(poll)
    listen = listener(scraped, jobs=tracker)
    for event in heard(*polls):
        listen(event)
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}
    lasting = [each for each in stays(polls[-1]) if each.status not in LAST]
    assert scraped.read(STAYS) == Counter((each.status,) for each in lasting)


def test_only_the_last_events_are_told_again(scraped: Scraped) -> None:
    """A stay that began before the restart has its length all the same."""
    (answer,) = answers("completed.json")
    tracker = Tracker(TRAINING_JOB)
    tracker.observe(answer)
    listen = listener(scraped, jobs=tracker)
    last = [event for event in heard(answer) if isinstance(event, StatusEntered)][-2:]
    for event in last:
        listen(event)
    training, uploading = stays(answer)[2:4]
    assert scraped.read(SECONDS) == pytest.approx(
        {(training.status,): training.seconds, (uploading.status,): uploading.seconds}
    )


def test_a_listener_that_comes_late(scraped: Scraped) -> None:
    """Without the jobs that there are it counts each from its next change on."""
    polls = answers("series.jsonl")
    tracker = Tracker(TRAINING_JOB)
    for poll in polls[:2]:
        tracker.observe(poll)
    tracker.add_listener(listener(scraped))
    assert scraped.read(JOBS) == {}
    for poll in polls[2:]:
        tracker.observe(poll)
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 1}
    known = len(stays(polls[0]))  # when the stay that lasted then began, nobody has said
    lasting = [each for each in stays(polls[-1])[known:] if each.status not in LAST]
    assert scraped.read(STAYS) == Counter((each.status,) for each in lasting)


def test_jobs_that_are_forgotten(scraped: Scraped) -> None:
    """Whoever forgets a job that runs says so, and it counts no longer."""
    listen = listener(scraped)
    (answer,) = answers("waiting.json")
    tracker = observed(listen, answer, *answers("completed.json"))
    assert sum(scraped.read(JOBS).values()) == 1
    listen.forget(tracker.forget(answer["TrainingJobArn"]).key)
    listen.forget(key(answers("completed.json")[0]))
    assert scraped.read(JOBS) == {}


# --- Bounds -------------------------------------------------------------------------------------


def nonsense(seed: int) -> Iterator[Event]:
    """Yield events whose every text is made up."""
    chance = random.Random(seed)
    (changed,) = (
        each for each in heard(item("x", "InProgress")) if isinstance(each, StatusChanged)
    )
    for number in range(200):
        job = JobKey("sagemaker-training-job", f"job-{number}", BEGIN)
        word = chance.choice(["A\n", "\ud800", "x" * 999, "Failed/Failed or "]) + str(number)
        yield StatusEntered(job=job, ordinal=1, status=word, start=BEGIN)
        yield StatusEntered(job=job, ordinal=2, status=word, start=BEGIN + timedelta(1))
        yield Unmodelled(job=job, field=word, value=word, at=None)
        yield Violation(
            job=job,
            rule=word,
            severity=Severity.ERROR,
            message=word,
            basis=Basis.INFERRED,
            source=word,
            path=word,
            seen=word,
            allowed=(word,),
            at=None,
            lifecycle=word,
        )
        result = attrs.evolve(changed.result, cause=word)
        move = attrs.evolve(changed.move, target=word, result=result)
        yield StatusChanged(job=job, move=move, at=None, ordinal=1)


def test_series_are_bounded_by_the_life_cycle(scraped: Scraped) -> None:
    """What is no word of it is ``other``; no label names a job."""
    listen = listener(scraped)
    for event in nonsense(1):
        listen(event)
    assert scraped.read(JOBS) == {("other", "running"): 200}
    assert scraped.read(VIOLATIONS) == {("other", "error"): 200}
    assert scraped.read(UNMODELLED) == {("other",): 200}
    assert scraped.read(STAYS) == {("other",): 200}
    series = [sample for family in scraped.families().values() for sample in family.samples]
    assert len(series) < 100


def test_thin_knowledge_is_no_label(scraped: Scraped) -> None:
    """``A or B`` is ``other``; what they have in common is a word of the life cycle."""
    tracker = observed(
        listener(scraped),
        item("ebb", "InProgress"),
        item("flood", "Sleeping"),
        {**item("tide", "Deleting")},
    )
    labels = {job.id.rpartition("/")[2]: job.status for job in tracker}
    assert labels == {"ebb": "InProgress", "flood": "anything", "tide": "Deleting"}
    assert scraped.read(JOBS) == {("InProgress", "running"): 1, ("anything", "unknown"): 1}
    assert scraped.read(ENDED) == {("Deleting", "unknown"): 1}


def test_any_life_cycle(scraped: Scraped) -> None:
    """Labels are the words of the one that is given."""
    listen = PrometheusListener(PARCELS, registry=scraped.registry)
    for event in hostile():
        listen(event)
    statuses = {state.name for state in PARCELS.regions[0].states} | {"anything", "other"}
    seen = {labels[0] for name in (JOBS, ENDED, STAYS) for labels in scraped.read(name)}
    assert seen
    assert seen <= statuses


def test_warm_pools_are_no_jobs(scraped: Scraped) -> None:
    """A job whose pool goes from one state to another has ended once, and runs not at all."""
    (answer,) = answers("warm-pool-reused.json")
    changes = [event for event in heard(answer) if isinstance(event, StatusChanged)]
    assert {event.region for event in changes} == {"job", "warm_pool"}
    observed(listener(scraped), answer)
    assert scraped.read(JOBS) == {}
    assert sum(scraped.read(ENDED).values()) == 1


# --- The listener itself ------------------------------------------------------------------------


def test_names_follow_the_conventions(scraped: Scraped) -> None:
    """Counters end in total, times are in seconds, each has a text and the type that it says."""
    listener(scraped)
    families = {
        name: family
        for name, family in scraped.families().items()
        if not name.endswith("_created")  # when each series began
    }
    types = {name: family.type for name, family in families.items()}
    assert types == {
        "jobstate_jobs": "gauge",
        "jobstate_ended_jobs": "counter",
        "jobstate_refined_outcomes": "counter",
        "jobstate_status_duration_seconds": "histogram",
        "jobstate_violations": "counter",
        "jobstate_unmodelled_statuses": "counter",
    }
    meanings = {family.documentation for family in families.values()}
    assert meanings == {figure.meaning for figure in FIGURES}


def test_the_documentation_names_the_metrics() -> None:
    """Each in a row of its table, with its labels and what it is, and no other."""
    page = (HOME / "docs" / "metrics.md").read_text(encoding="utf-8")
    every = [line.strip("| ").split(" | ") for line in page.splitlines() if "| `jobstate_" in line]
    rows = every[: len(FIGURES)]
    registry = CollectorRegistry()
    PrometheusListener(TRAINING_JOB, registry=registry)
    ends = {"counter": "_total"}
    families = [(each.name + ends.get(each.type, ""), each) for each in registry.collect()]
    assert [(row[0].strip("`"), row[4]) for row in rows] == [
        (name, each.documentation) for name, each in families
    ]
    assert [(row[1], row[3]) for row in rows] == [
        (f"`jobstate.{figure.name}`", ", ".join(f"`{label}`" for label in figure.labels))
        for figure in FIGURES
    ]
    assert all(
        f"(`{figure.unit}`)" in row[2] or figure.unit in row[2]
        for figure, row in zip(FIGURES, rows, strict=True)
    )


def test_buckets(scraped: Scraped) -> None:
    """By default up to the 28 days that a training job may run; others can be chosen."""
    observed(listener(scraped, buckets=(60.0, 3_600.0)), *answers("completed.json"))
    (family,) = (f for n, f in scraped.families().items() if n.endswith("seconds"))
    bounds = {each.labels["le"] for each in family.samples if each.name.endswith("_bucket")}
    assert bounds == {"60.0", "3600.0", "+Inf"}
    assert max(BUCKETS) == timedelta(days=28).total_seconds()
    assert list(BUCKETS) == sorted(set(BUCKETS))


def test_threads(scraped: Scraped) -> None:
    """Several may tell at once, each of jobs of its own: nothing is lost."""
    listen = listener(scraped)
    polls = answers("series.jsonl")

    def tell(number: int) -> None:
        for poll in range(50):
            arn = f"{polls[0]['TrainingJobArn']}-{number}-{poll}"
            named = {"TrainingJobArn": arn, "TrainingJobName": arn.rpartition("/")[2]}
            for event in heard(*(each | named for each in polls)):
                listen(event)

    threads = [Thread(target=tell, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scraped.read(JOBS) == {}
    assert scraped.read(ENDED) == {("Completed/Completed", "succeeded"): 200}


def test_how_many_are_remembered() -> None:
    """At least one."""
    with pytest.raises(ValueError, match="remembered: expected 1 or more, got 0"):
        PrometheusListener(TRAINING_JOB, registry=CollectorRegistry(), remembered=0)


def test_the_registry_by_default() -> None:
    """Is the one that everything shows."""
    listen = PrometheusListener(TRAINING_JOB)
    try:
        assert repr(listen) == "<PrometheusListener>"
        assert REGISTRY.get_sample_value("jobstate_jobs") is None  # no job, no series
        observed(listen, item("tide", "InProgress", "Training"))
        labels = {"lifecycle": "sagemaker-training-job", "status": "InProgress/Training"}
        assert REGISTRY.get_sample_value(JOBS, labels | {"outcome": "running"}) == 1
    finally:
        for metric in listen._metrics.values():  # noqa: SLF001 - nobody else's tests may see them
            REGISTRY.unregister(metric)
