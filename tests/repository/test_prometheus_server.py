"""The dashboard's queries and the alerts, asked of a real Prometheus that scrapes a fleet."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from threading import Event as Signal
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, start_http_server

import alerts
import dashboards
from jobstate import Event, OverflowPolicy, Retry, Subscription, Tracker
from jobstate.aws.prometheus import PollerCollector
from jobstate.listeners.figures import ENDED_JOBS
from jobstate.listeners.prometheus import PrometheusListener, TrackerCollector
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import item
from tests.support.picture_tools import tool
from tests.support.polled import Polled, fleet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.once

#: What Grafana would fill in.
_FILLED = {"$__rate_interval": "30s", "$__range": "30s", "$lifecycle": ".*", "$poller": ".*"}
#: Bounds that all that goes on exceeds.
BOUNDS = alerts.Bounds(
    age=-1.0,
    lag=-1.0,
    throttled_share=0.0,
    failed_share=0.0,
    failed_ends=0.0,
    stuck={"InProgress/Training": 0.0},
    stuck_otherwise=0.0,
    waiting=0.0,
    call=0.0,
    window="30s",
    short="30s",
)


class Fleet:
    """Jobs that live on a clock of their own, polled by a poller that is throttled.

    Attributes:
        registry: What is measured.
        stop: It ends where this is set.
    """

    def __init__(self) -> None:
        self.registry, self.stop = CollectorRegistry(), Signal()
        self.tracker = Tracker(TRAINING_JOB)
        for each in self._listeners():
            self.tracker.add_listener(each)
        self.polled = Polled(
            fleet(60, seed=1, over=3_000.0),
            tracker=self.tracker,
            settings={"rates": {"*": 0.05}},
        )
        clock = self.polled.asked.clock.now
        TrackerCollector(self.tracker, registry=self.registry, clock=clock)
        PollerCollector({"eu": self.polled.poller}, registry=self.registry)

    def _listeners(self) -> Iterator[Subscription]:
        figures = PrometheusListener(TRAINING_JOB, registry=self.registry)
        yield Subscription(name="figures", listener=figures)
        once = Retry(attempts=1)
        yield Subscription(name="broken", listener=self._fail, retry=once)
        full = OverflowPolicy.DROP_OLDEST
        yield Subscription(name="slow", listener=self._hang, capacity=10, when_full=full)

    def _fail(self, _: Event) -> None:
        raise ValueError("no")

    def _hang(self, _: Event) -> None:
        self.stop.wait()

    def live(self) -> None:
        """Make passes, 30 seconds apart, some of them each second; and jobs that do odd things."""
        number = 0
        while not self.stop.wait(0.1):
            number += 1
            self.polled.poll(30.0)
            self.tracker.observe(item(f"odd-{number}", "InProgress", "Hibernating"))
            self.tracker.observe(item(f"odd-{number}", "Completed", "Training"))


class Server:
    """A Prometheus that runs.

    Attributes:
        url: Where it is.
    """

    def __init__(self, folder: Path, target: int) -> None:
        prometheus = tool("prometheus", "JOBSTATE_PROMETHEUS")
        (folder / "alerts.yml").write_text(alerts.rules(BOUNDS), encoding="utf-8")
        job = {"job_name": "jobs", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
        settings = {
            "global": {"scrape_interval": "250ms", "evaluation_interval": "500ms"},
            "rule_files": ["alerts.yml"],
            "scrape_configs": [job],
        }
        (folder / "prometheus.yml").write_text(json.dumps(settings), encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            place = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{place}/api/v1"
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - the program asked for
            [
                prometheus,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={place}",
                "--enable-feature=exemplar-storage",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def ask(self, what: str, **query: object) -> Any:
        """Return what it answers."""
        url = f"{self.url}/{what}?{urlencode(query)}"
        with urlopen(url) as answer:  # noqa: S310 - a server of this test's own
            return json.load(answer)["data"]

    def wait(self, queries: list[str], seconds: float) -> list[str]:
        """Return the queries that have no data until then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                queries = [each for each in queries if not self.has_data(each)]
            except URLError:
                assert self._process.poll() is None
            if not queries:
                break
            time.sleep(0.25)
        return queries

    def has_data(self, query: str) -> bool:
        """Return whether it knows an amount; what is no number is none."""
        found = self.ask("query", query=query)["result"]
        return any(each["value"][1] != "NaN" for each in found)

    def close(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)
        self._log.close()


@pytest.fixture(name="server")
def make_server(tmp_path: Path) -> Iterator[Server]:
    """Return a Prometheus that scrapes a fleet."""
    jobs = Fleet()
    shown, thread = start_http_server(0, "127.0.0.1", jobs.registry)
    living = Thread(target=jobs.live)
    try:
        server = Server(tmp_path, shown.server_port)
        living.start()
        yield server
        server.close()
    finally:
        jobs.stop.set()
        if living.ident:
            living.join()
        jobs.tracker.close()
        shown.shutdown()
        shown.server_close()
        thread.join()


def panels() -> dict[str, list[str]]:
    """Return the queries by the panels' titles, as Grafana asks them."""
    found = {}
    for each in json.loads(dashboards.dashboard())["panels"]:
        queries = [target["expr"] for target in each.get("targets", ())]
        found[each["title"]] = [
            re.sub(r"\$\w+", lambda name: _FILLED[name[0]], query) for query in queries
        ]
    return found


def test_every_query_has_data(server: Server) -> None:
    """Those of panels and alerts; Prometheus takes the rules, and exemplars where it is told to.

    One test, for a server is started for each process that runs one of several.
    """
    shown = [query for each in panels().values() for query in each]
    assert len(shown) > 20
    every = {each.name: each.query for each in alerts.alerts(BOUNDS)}
    seen = [f'ALERTS{{alertname="{name}"}}' for name in every]
    assert server.wait([*shown, *every.values(), *seen], 15) == []
    assert not server.has_data("jobstate_nothing")
    (group,) = server.ask("rules")["groups"]
    assert {each["name"]: each["health"] for each in group["rules"]} == dict.fromkeys(every, "ok")
    now = time.time()
    found = server.ask("query_exemplars", query=ENDED_JOBS.metric, start=now - 60, end=now)
    labels = [each["labels"] for series in found for each in series["exemplars"]]
    assert labels
    assert all(len(each["trace_id"]) == 32 for each in labels)
