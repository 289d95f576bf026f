"""The dashboard and the alert rules: made from the figures, and true when they fire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]

import alerts
import dashboards
import queries
from jobstate.listeners.figures import FIGURES, JOBS, POLLER_FIGURES, TRACKER_FIGURES
from tests.support.picture_tools import run, tool

if TYPE_CHECKING:
    from pathlib import Path

METRICS = {each.metric for each in (*FIGURES, *TRACKER_FIGURES, *POLLER_FIGURES)}
#: What each alert is about where something is wrong, and where it is not: minute by minute.
WRONG = {
    'jobstate_poller_age_seconds{poller="eu"}': ("301+0x60", "299+0x60"),
    'jobstate_poller_lag_seconds{poller="eu"}': ("601+0x60", "599+0x60"),
    'jobstate_poller_requests_total{poller="eu",operation="List"}': ("0+10x60", "0+10x60"),
    'jobstate_poller_throttled_requests_total{poller="eu",operation="List"}': (
        "0+2x60",
        "0+1x60",
    ),
    'jobstate_ended_jobs_total{lifecycle="parcel",outcome="failed"}': ("0+2x60", "0+1x60"),
    'jobstate_ended_jobs_total{lifecycle="parcel",outcome="succeeded"}': ("0+1x60", "0+1x60"),
    'jobstate_oldest_status_age_seconds{lifecycle="parcel",status="sent"}': (
        "86401+0x60",
        "86399+0x60",
    ),
    'jobstate_violations_total{lifecycle="parcel",rule="x",severity="error"}': (
        "0+1x60",
        "1+0x60",
    ),
    'jobstate_violations_total{lifecycle="parcel",rule="x",severity="note"}': ("0+1x60", "0+1x60"),
    'jobstate_parked_jobs{listener="mail"}': ("1+0x60", "0+0x60"),
    'jobstate_waiting_events{listener="mail"}': ("1001+0x60", "1000+0x60"),
    'jobstate_lagging_listeners{listener="mail"}': ("0+0x60", "0+0x60"),
    'jobstate_listener_call_seconds{listener="mail"}': ("301+0x60", "299+0x60"),
    'jobstate_dropped_events_total{listener="mail"}': ("0+1x60", "7+0x60"),
}
NAMES = [each.name for each in alerts.alerts(alerts.Bounds())]


def test_a_label_that_is_not_there_is_refused() -> None:
    """No panel and no rule can ask for what nobody measures."""
    with pytest.raises(ValueError, match="jobstate_jobs has no label colour, name"):
        queries.total(JOBS, "status", "name", "colour")


def test_every_figure_is_on_the_dashboard() -> None:
    """But for what a poller could not read, which its log names; titles tell panels apart."""
    document = json.loads(dashboards.dashboard())
    panels = [each for each in document["panels"] if each["type"] != "row"]
    shown = " ".join(target["expr"] for each in panels for target in each["targets"])
    assert {each for each in METRICS if each not in shown} == {
        "jobstate_poller_unread_answers_total"
    }
    assert len({each["title"] for each in panels}) == len(panels) == 16
    assert len({each["id"] for each in document["panels"]}) == len(document["panels"])


def test_panels_do_not_overlap() -> None:
    """Each has a place of its own on Grafana's grid."""
    taken = [
        (place["x"] + x, place["y"] + y)
        for each in json.loads(dashboards.dashboard())["panels"]
        for place in [each["gridPos"]]
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) == 23


def test_the_rules_are_what_the_alerts_say() -> None:
    """As YAML reads them."""
    bounds = alerts.Bounds(stuck={'odd"\\status': 1})
    (group,) = yaml.safe_load(alerts.rules(bounds))["groups"]
    assert [(rule["alert"], rule["expr"]) for rule in group["rules"]] == [
        (each.name, each.query) for each in alerts.alerts(bounds)
    ]


def test_bounds_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    """By options; those of statuses as often as one likes."""
    assert alerts.main(["--age", "42", "--stuck", "A/B=7", "--stuck", "C=8"]) == 0
    text = capsys.readouterr().out
    assert "(jobstate_poller_age_seconds) > 42" in text
    metric = 'jobstate_oldest_status_age_seconds{status!="A/B", status!="C"}'
    other = f"max by (lifecycle, status) ({metric})"
    (stuck,) = (each for each in text.splitlines() if "oldest_status_age" in each)
    assert yaml.safe_load(stuck)["expr"].split(" or ") == [
        'max by (lifecycle, status) (jobstate_oldest_status_age_seconds{status="A/B"}) > 7',
        'max by (lifecycle, status) (jobstate_oldest_status_age_seconds{status="C"}) > 8',
        f"{other} > 86400",
    ]


# --- As Prometheus reads the rules ----------------------------------------------------------------


def firing(folder: Path, series: dict[str, str], names: list[str], *options: str) -> None:
    """Let promtool see that just these alerts fire after half an hour."""
    (folder / "alerts.yml").write_text(alerts.rules(alerts.Bounds()), encoding="utf-8")
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "30m",
                "exp_samples": [
                    {"labels": f"{{alertname={json.dumps(name)}}}", "value": 1} for name in names
                ],
            }
        ],
    }
    file = folder / "test.yml"
    whole = {"rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": [test]}
    file.write_text(json.dumps(whole), encoding="utf-8")
    run(tool("promtool", "JOBSTATE_PROMTOOL"), "test", "rules", *options, file)


@pytest.mark.once
def test_promtool_takes_the_rules(tmp_path: Path) -> None:
    """With the bounds by default, and with others."""
    promtool = tool("promtool", "JOBSTATE_PROMTOOL")
    for bounds in (alerts.Bounds(), alerts.Bounds(stuck={'odd"\\status': 1.5})):
        file = tmp_path / "alerts.yml"
        file.write_text(alerts.rules(bounds), encoding="utf-8")
        run(promtool, "check", "rules", file)


@pytest.mark.once
def test_every_alert_fires(tmp_path: Path) -> None:
    """Where something is wrong, each once."""
    firing(tmp_path, {name: wrong for name, (wrong, _) in WRONG.items()}, NAMES)


@pytest.mark.once
def test_no_alert_fires(tmp_path: Path) -> None:
    """Where all is just within bounds, or nothing is measured at all."""
    firing(tmp_path, {name: right for name, (_, right) in WRONG.items()}, [])
    firing(tmp_path, {}, [])


@pytest.mark.once
def test_two_failures_of_two_are_no_alert(tmp_path: Path) -> None:
    """A share of few says nothing; a listener that is behind in the journal lags."""
    series = {
        'jobstate_ended_jobs_total{lifecycle="parcel",outcome="failed"}': "0 1 2+0x60",
        'jobstate_lagging_listeners{listener="mail"}': "1+0x60",
    }
    firing(tmp_path, series, ["JobstateListenerLags"])


@pytest.mark.once
def test_promtool_would_find_it(tmp_path: Path) -> None:
    """An alert that does not fire though it should fails the test."""
    with pytest.raises(AssertionError, match="JobstateJobsParked"):
        firing(tmp_path, {}, ["JobstateJobsParked"])
