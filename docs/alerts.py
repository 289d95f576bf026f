"""The alert rules for Prometheus, made from the figures: python docs/alerts.py > alerts.yml.

Each bound can be given: ``--failed-share 0.2 --stuck InProgress/Starting=1800``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from jobstate.listeners.figures import (
    DROPPED_EVENTS,
    ENDED_JOBS,
    LAGGING_LISTENERS,
    LISTENER_CALL,
    OLDEST_STATUS_AGE,
    PARKED_JOBS,
    POLLER_AGE,
    POLLER_LAG,
    POLLER_REQUESTS,
    POLLER_THROTTLED,
    VIOLATIONS,
    WAITING_EVENTS,
)
from queries import grown, largest, rate, share, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = "python docs/alerts.py"
#: What an alert says of the series it is about: its labels, and how much it is.
_DESCRIPTION = "{{ range $name, $text := $labels }}{{ $name }}={{ $text }} {{ end }}({{ $value }})"


@frozen(kw_only=True)
class Bounds:
    """What is too much.

    Attributes:
        age: How old what a poller knows may be, in seconds.
        lag: How long an end may wait for its description, in seconds.
        throttled_share: Which share of the requests may be throttled.
        failed_share: Which share of the ends in an hour may be failures.
        failed_ends: Of how few ends that says nothing.
        stuck: How long a job may be in a status, in seconds, by status; take what 95 % of your
            jobs keep to.
        stuck_otherwise: The same for every other status.
        waiting: How many events may wait in memory for a listener.
        call: How long a call of a listener may take, in seconds.
        window, short: Over which time ends and events, and over which requests are counted.
    """

    age: float = 300.0
    lag: float = 600.0
    throttled_share: float = 0.1
    failed_share: float = 0.5
    failed_ends: float = 5.0
    stuck: Mapping[str, float] = field(factory=dict)
    stuck_otherwise: float = 86_400.0
    waiting: float = 1_000.0
    call: float = 300.0
    window: str = "1h"
    short: str = "10m"


@frozen
class Alert:
    """An alert rule.

    Attributes:
        name: Its name.
        query: What has data when it fires.
        lasting: For how long it must.
        severity: How bad it is: ``critical`` where ends are missed or events are lost.
        summary: When it fires, in a sentence.
    """

    name: str
    query: str
    lasting: str
    severity: str
    summary: str


def alerts(bounds: Bounds) -> Iterator[Alert]:
    """Yield the alerts, with some bounds."""
    yield from _of_pollers(bounds)
    yield from _of_jobs(bounds)
    yield from _of_listeners(bounds)


def _of_pollers(bounds: Bounds) -> Iterator[Alert]:
    yield Alert(
        "JobstatePollerIsOld",
        f"{largest(POLLER_AGE, 'poller')} > {bounds.age:g}",
        "1m",
        "critical",
        f"A poller's last complete pass began more than {bounds.age:g} s ago.",
    )
    yield Alert(
        "JobstateEndsWait",
        f"{largest(POLLER_LAG, 'poller')} > {bounds.lag:g}",
        "1m",
        "warning",
        f"A job that has ended waits for more than {bounds.lag:g} s to be described.",
    )
    refused = rate(POLLER_THROTTLED, bounds.short, "poller", "operation")
    made = rate(POLLER_REQUESTS, bounds.short, "poller", "operation")
    yield Alert(
        "JobstateThrottled",
        f"{refused} / ({made} > 0) > {bounds.throttled_share:g}",
        "10m",
        "warning",
        f"More than {bounds.throttled_share:.0%} of a poller's requests are throttled.",
    )


def _of_jobs(bounds: Bounds) -> Iterator[Alert]:
    failed = share(ENDED_JOBS, bounds.window, "lifecycle", of='outcome="failed"')
    ended = grown(ENDED_JOBS, bounds.window, "lifecycle")
    yield Alert(
        "JobstateEndsFail",
        f"{failed} > {bounds.failed_share:g} and {ended} >= {bounds.failed_ends:g}",
        "5m",
        "warning",
        f"More than {bounds.failed_share:.0%} of the jobs that ended lately failed, of"
        f" {bounds.failed_ends:g} or more.",
    )
    yield Alert(
        "JobstateJobIsStuck",
        " or ".join(_stuck(bounds)),
        "5m",
        "warning",
        f"A job has been in one status for more than {bounds.stuck_otherwise:g} s, or than the"
        " status has as a bound of its own.",
    )
    violations = grown(VIOLATIONS, bounds.window, "lifecycle", "rule", where='severity="error"')
    yield Alert(
        "JobstateViolations",
        f"{violations} > 0",
        "0m",
        "warning",
        "A job did what a rule of its life cycle forbids.",
    )


def _stuck(bounds: Bounds) -> Iterator[str]:
    labels = ("lifecycle", "status")
    for status, seconds in bounds.stuck.items():
        where = f"status={json.dumps(status)}"
        yield f"{largest(OLDEST_STATUS_AGE, *labels, where=where)} > {seconds:g}"
    others = ", ".join(f"status!={json.dumps(status)}" for status in bounds.stuck)
    yield f"{largest(OLDEST_STATUS_AGE, *labels, where=others)} > {bounds.stuck_otherwise:g}"


def _of_listeners(bounds: Bounds) -> Iterator[Alert]:
    yield Alert(
        "JobstateJobsParked",
        f"{total(PARKED_JOBS, 'listener')} > 0",
        "0m",
        "critical",
        "A listener has failed at jobs again and again, and hears no more of them.",
    )
    waiting = f"{largest(WAITING_EVENTS, 'listener')} > {bounds.waiting:g}"
    yield Alert(
        "JobstateListenerLags",
        f"{waiting} or {largest(LAGGING_LISTENERS, 'listener')} > 0",
        "10m",
        "warning",
        f"More than {bounds.waiting:g} events wait for a listener, or some in the journal.",
    )
    yield Alert(
        "JobstateListenerHangs",
        f"{largest(LISTENER_CALL, 'listener')} > {bounds.call:g}",
        "1m",
        "warning",
        f"A call of a listener has taken more than {bounds.call:g} s.",
    )
    yield Alert(
        "JobstateEventsDropped",
        f"{grown(DROPPED_EVENTS, bounds.window, 'listener')} > 0",
        "0m",
        "critical",
        "A listener was not told events for want of room.",
    )


def rules(bounds: Bounds) -> str:
    """Return the rules as a file of YAML; each text is a string of JSON, which YAML has too."""
    lines = [f"# Made by `{COMMAND}`.", "groups:", "  - name: jobstate", "    rules:"]
    for each in alerts(bounds):
        lines += (
            f"      - alert: {each.name}",
            f"        expr: {json.dumps(each.query)}",
            f"        for: {each.lasting}",
            "        labels:",
            f"          severity: {each.severity}",
            "        annotations:",
            f"          summary: {json.dumps(each.summary)}",
            f"          description: {json.dumps(_DESCRIPTION)}",
        )
    return "\n".join(lines) + "\n"


# --- The command --------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rules with the bounds that are given."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Print alert rules.")
    for each in attrs.fields(Bounds):
        name = f"--{each.name.replace('_', '-')}"
        if each.name == "stuck":
            parser.add_argument(name, action="append", default=[], metavar="STATUS=SECONDS")
        else:
            parser.add_argument(name, type=type(each.default), default=each.default)
    given = vars(parser.parse_args(arguments))
    pairs = (each.rpartition("=") for each in given.pop("stuck"))
    stuck = {status: float(seconds) for status, _, seconds in pairs}
    sys.stdout.write(rules(Bounds(stuck=stuck, **given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
