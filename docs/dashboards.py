"""The dashboard for Grafana and the page about metrics, made from the figures that are measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

import alerts
from jobstate.listeners.figures import (
    DELIVERED_EVENTS,
    DROPPED_EVENTS,
    ENDED_JOBS,
    FAILED_CALLS,
    FIGURES,
    JOBS,
    LAGGING_LISTENERS,
    LISTENER_CALL,
    OLDEST_STATUS_AGE,
    PARKED_JOBS,
    POLLER_AGE,
    POLLER_BUDGET,
    POLLER_DUE,
    POLLER_FIGURES,
    POLLER_JOBS,
    POLLER_LAG,
    POLLER_REQUESTS,
    POLLER_THROTTLED,
    REFINED_OUTCOMES,
    RETRIED_JOBS,
    STATUS_DURATION,
    TRACKER_FIGURES,
    UNMODELLED,
    VIOLATIONS,
    WAITING_EVENTS,
    FigureKind,
)
from queries import grown, largest, quantile, rate, share, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.listeners.figures import Figure

#: The ranges that Grafana fills in: what is shown, and the least with which a rate has data.
_RANGE, _INTERVAL = "$__range", "$__rate_interval"
_KIND, _POLLER = 'lifecycle=~"$lifecycle"', 'poller=~"$poller"'
#: How wide Grafana's grid is, how wide and high a panel.
_GRID, _WIDTH, _HEIGHT = 24, 12, 8
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_TYPES: Final = {
    FigureKind.LEVEL: "gauge",
    FigureKind.COUNT: "counter",
    FigureKind.SPREAD: "histogram",
}


@frozen
class Panel:
    """A panel of the dashboard.

    Attributes:
        title: What is read above it.
        unit: The unit, as Grafana calls it.
        queries: What is drawn, each with how its lines are called.
        meaning: What a reader should know.
        bars: It shows bars, for what happens now and then.
    """

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    meaning: str = ""
    bars: bool = False


#: The panels, row by row.
ROWS: Final[tuple[tuple[str, tuple[Panel, ...]], ...]] = (
    (
        "Jobs",
        (
            Panel(
                "Jobs by status",
                "short",
                ((total(JOBS, "lifecycle", "status", where=_KIND), "{{status}} ({{lifecycle}})"),),
                JOBS.meaning,
            ),
            Panel(
                "Oldest job by status",
                "s",
                (
                    (
                        largest(OLDEST_STATUS_AGE, "lifecycle", "status", where=_KIND),
                        "{{status}} ({{lifecycle}})",
                    ),
                ),
                OLDEST_STATUS_AGE.meaning,
            ),
            Panel(
                "Ends by outcome",
                "short",
                ((grown(ENDED_JOBS, _INTERVAL, "outcome", where=_KIND), "{{outcome}}"),),
                ENDED_JOBS.meaning,
                bars=True,
            ),
            Panel(
                "Ends by cause",
                "short",
                (
                    (
                        grown(ENDED_JOBS, _RANGE, "outcome", "cause", where=_KIND),
                        "{{outcome}}: {{cause}}",
                    ),
                    (
                        grown(REFINED_OUTCOMES, _RANGE, "outcome", "cause", where=_KIND),
                        "{{outcome}}: {{cause}}, known later",
                    ),
                ),
                "In the time shown. What a list tells first has no cause; a description tells it"
                " later, which counts beside the end.",
            ),
            Panel(
                "Ends per hour",
                "short",
                (
                    (
                        f"3600 * {rate(ENDED_JOBS, _INTERVAL, 'lifecycle', where=_KIND)}",
                        "{{lifecycle}}",
                    ),
                ),
            ),
            Panel(
                "Share of ends that failed",
                "percentunit",
                (
                    (
                        share(ENDED_JOBS, _RANGE, "lifecycle", of='outcome="failed"', where=_KIND),
                        "{{lifecycle}}",
                    ),
                ),
                "In the time shown.",
            ),
            Panel(
                "How long 95 % of stays are at most, by status",
                "s",
                (
                    (
                        quantile(STATUS_DURATION, 0.95, _RANGE, "lifecycle", "status", where=_KIND),
                        "{{status}} ({{lifecycle}})",
                    ),
                ),
                STATUS_DURATION.meaning,
            ),
            Panel(
                "Violations and unknown statuses",
                "short",
                (
                    (grown(VIOLATIONS, _RANGE, "rule", "severity", where=_KIND), "{{rule}}"),
                    (grown(UNMODELLED, _RANGE, "field", where=_KIND), "unknown {{field}}"),
                ),
                "In the time shown.",
            ),
        ),
    ),
    (
        "Pollers",
        (
            Panel(
                "Age of what pollers know, and how long ends wait",
                "s",
                (
                    (largest(POLLER_AGE, "poller", where=_POLLER), "{{poller}}: age"),
                    (largest(POLLER_LAG, "poller", where=_POLLER), "{{poller}}: ends wait"),
                ),
                f"{POLLER_AGE.meaning} {POLLER_LAG.meaning}",
            ),
            Panel(
                "Requests per minute",
                "short",
                (
                    (
                        f"60 * {rate(POLLER_REQUESTS, _INTERVAL, 'operation', where=_POLLER)}",
                        "{{operation}}",
                    ),
                    (
                        f"60 * {rate(POLLER_THROTTLED, _INTERVAL, 'operation', where=_POLLER)}",
                        "{{operation}}: throttled",
                    ),
                ),
            ),
            Panel(
                "Share of the budget used",
                "percentunit",
                (
                    (
                        largest(POLLER_BUDGET, "poller", "operation", where=_POLLER),
                        "{{poller}}: {{operation}}",
                    ),
                ),
                POLLER_BUDGET.meaning,
            ),
            Panel(
                "Jobs alive, and jobs to be described",
                "short",
                (
                    (total(POLLER_JOBS, "poller", where=_POLLER), "{{poller}}: alive"),
                    (total(POLLER_DUE, "poller", "why", where=_POLLER), "{{poller}}: {{why}}"),
                ),
                POLLER_DUE.meaning,
            ),
        ),
    ),
    (
        "Listeners",
        (
            Panel(
                "Events that wait",
                "short",
                (
                    (total(WAITING_EVENTS, "listener"), "{{listener}}: in memory"),
                    (total(LAGGING_LISTENERS, "listener"), "{{listener}}: more in the journal"),
                ),
                LAGGING_LISTENERS.meaning,
            ),
            Panel(
                "Jobs told again, and parked",
                "short",
                (
                    (total(RETRIED_JOBS, "listener"), "{{listener}}: told again"),
                    (total(PARKED_JOBS, "listener"), "{{listener}}: parked"),
                ),
                PARKED_JOBS.meaning,
            ),
            Panel(
                "Events per minute",
                "short",
                (
                    (f"60 * {rate(DELIVERED_EVENTS, _INTERVAL, 'listener')}", "{{listener}}"),
                    (f"60 * {rate(FAILED_CALLS, _INTERVAL, 'listener')}", "{{listener}}: failed"),
                    (
                        f"60 * {rate(DROPPED_EVENTS, _INTERVAL, 'listener')}",
                        "{{listener}}: dropped",
                    ),
                ),
            ),
            Panel(
                "Longest call that goes on",
                "s",
                ((largest(LISTENER_CALL, "listener"), "{{listener}}"),),
                LISTENER_CALL.meaning,
            ),
        ),
    ),
)


def dashboard() -> str:
    """Return the dashboard as Grafana imports it."""
    names = (("lifecycle", JOBS), ("poller", POLLER_AGE))
    document = {
        "uid": "jobstate",
        "title": "Jobs",
        "description": "What jobs do, how pollers are, whether listeners keep up: by jobstate.",
        "tags": ["jobstate"],
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "utc",
        "editable": True,
        "templating": {"list": [_data_source(), *(_variable(*each) for each in names)]},
        "panels": [*_panels()],
    }
    return json.dumps(document, indent=2) + "\n"


def _data_source() -> dict[str, Any]:
    return {
        "name": "datasource",
        "label": "data source",
        "type": "datasource",
        "query": "prometheus",
    }


def _variable(label: str, figure: Figure) -> dict[str, Any]:
    query = f"label_values({figure.metric}, {label})"
    if label not in figure.labels:
        raise ValueError(query)
    return {
        "name": label,
        "type": "query",
        "datasource": _SOURCE,
        "definition": query,
        "query": {"query": query, "refId": label},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panels() -> Iterator[dict[str, Any]]:
    top = number = 0
    for title, panels in ROWS:
        number += 1
        place = {"h": 1, "w": _GRID, "x": 0, "y": top}
        yield {"id": number, "type": "row", "title": title, "gridPos": place, "panels": []}
        top += 1
        for index, panel in enumerate(panels):
            number += 1
            left = index * _WIDTH % _GRID
            place = {"h": _HEIGHT, "w": _WIDTH, "x": left, "y": top}
            yield {"id": number, "gridPos": place} | _panel(panel)
            if left + _WIDTH == _GRID or panel is panels[-1]:
                top += _HEIGHT


def _panel(panel: Panel) -> dict[str, Any]:
    look = {"drawStyle": "bars", "fillOpacity": 60} if panel.bars else {"fillOpacity": 10}
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": _SOURCE,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "custom": look},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": _SOURCE,
                "expr": query,
                "legendFormat": legend,
                "exemplar": True,
            }
            for index, (query, legend) in enumerate(panel.queries)
        ],
    }


# --- docs/metrics.md ----------------------------------------------------------------------------


def page() -> Iterator[str]:
    """Yield the blocks of the page about metrics."""
    yield "# Metrics, a dashboard and alerts"
    yield (
        "[listeners.md](listeners.md#metrics) says how to have them, and what they mean. Labels"
        " are bounded: none names a job."
    )
    yield "## What jobs do"
    yield "`PrometheusListener`; `OpenTelemetryMetrics` has the same."
    yield _table(FIGURES)
    yield "## How a tracker and its listeners are"
    yield "`TrackerCollector`."
    yield _table(TRACKER_FIGURES)
    yield "## How pollers are"
    yield "`PollerCollector`."
    yield _table(POLLER_FIGURES)
    yield "## The dashboard"
    yield "[dashboards/grafana.json](../dashboards/grafana.json), to be imported into Grafana:"
    yield "\n".join(
        f"- {title}: {'; '.join(panel.title[0].lower() + panel.title[1:] for panel in panels)}."
        for title, panels in ROWS
    )
    yield "## Alerts"
    yield (
        "[dashboards/alerts.yml](../dashboards/alerts.yml), for `rule_files` of Prometheus. Other"
        " bounds than these: `python docs/alerts.py --help`."
    )
    yield "\n".join(
        [
            "| alert | when | for | severity |",
            "|---|---|---|---|",
            *(
                f"| `{each.name}` | {each.summary} | {each.lasting} | {each.severity} |"
                for each in alerts.alerts(alerts.Bounds())
            ),
        ]
    )


def _table(figures: tuple[Figure, ...]) -> str:
    rows = [
        "| Prometheus | OpenTelemetry | type | labels | what it is |",
        "|---|---|---|---|---|",
    ]
    for each in figures:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        pushed = f"`jobstate.{each.name}`" if each in FIGURES else ""
        kind = f"{_TYPES[each.kind]} (`{each.unit}`)"
        rows.append(f"| `{each.metric}` | {pushed} | {kind} | {labels} | {each.meaning} |")
    return "\n".join(rows)
