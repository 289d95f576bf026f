"""The page's judge for tests: its scripts run in Node, or in Chromium where there is no Node.

All cases go in as one JSON document and all verdicts come out as one. `JOBSTATE_NODE` names the
program where it has another name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from jobstate import ObservationError, check_jobs
from jobstate.diagrams.page import JUDGING
from jobstate.diagrams.page.tables import tables
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.sagemaker import TRAINING_JOB
from tests.support import chromium

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

    from jobstate import Lifecycle, Report

#: What is said of a document: of each job in it, or that it can't be read.
Said: TypeAlias = list[dict[str, Any]] | str
REFUSED = "refused"

#: A function of tables and cases, to be called where the scripts have been run.
DRIVER = """({ tables, cases }) => {
  const judge = new Judging.Judge(tables);
  const finding = ({ rule, message, path, seen, allowed }) =>
    ({ rule, message, path, seen, allowed });
  const names = ([region, mask]) =>
    [region, judge.automata.get(region).statesOf(mask).map((state) => state.name)];
  const job = (series) => ({
    findings: series.findings.map(finding),
    unmodelled: series.unmodelled,
    result: (({ forGood, ...result }) => ({ ...result, for_good: forGood }))(series.result),
    failureReason: series.failureReason,
    legal: series.legal,
    known: Object.fromEntries([...series.known].map(names)),
  });
  return cases.map((each) => {
    const { problems, jobs } = judge.judge(each);
    return problems ? problems.map(({ path, expected }) => `${path}: ${expected}`) : jobs.map(job);
  });
}"""
#: The same of what was passed over, and of jobs that the check has judged.
PASSED = "({ tables, cases }) => new Judging.Judge(tables).judge(cases).jobs[0].passed"
TOLD = f"""({{ tables, cases }}) => {{
  const jobs = new Judging.Judge(tables).judge(cases).jobs;
  const said = ({DRIVER})({{ tables, cases: [cases] }})[0];
  return said.map((each, place) =>
    ({{ ...each, entries: jobs[place].entries.map(({{ status }}) => status) }}));
}}"""


def node() -> str | None:
    """Return the path of Node; None where there is none."""
    return os.environ.get("JOBSTATE_NODE") or shutil.which("node")


def missing() -> str:
    """Return why the scripts can't be run; empty where they can."""
    return "" if node() or not chromium.missing() else f"no Node, and {chromium.missing()}"


@cache
def _scripts() -> str:
    folder = files("jobstate.diagrams.page")
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in JUDGING)


def raw_verdicts(table: dict[str, Any], cases: Sequence[object]) -> list[Any]:
    """Return what the page's judge says of each case by some tables, wherever it can be run."""
    return list(_run(table, cases, DRIVER))


def passed_by_page(lifecycle: Lifecycle, document: list[Any]) -> str:
    """Return how often there was what in a document that is of other kinds."""
    return str(_run(tables(lifecycle), document, PASSED))


def told_by_page(lifecycle: Lifecycle, lines: list[Any]) -> list[Any]:
    """Return what the page tells of lines of the check, with the statuses of the histories."""
    return list(_run(tables(lifecycle), lines, TOLD))


def _run(table: dict[str, Any], cases: Sequence[object], driver: str) -> Any:
    given = {"tables": table, "cases": list(cases)}
    program = node()
    if program is None:
        with chromium.chromium() as browser:
            return in_page(browser.new_page(), given, driver)
    script = (
        f"{_scripts()}\nconst given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));\n"
        f"process.stdout.write(JSON.stringify(({driver})(given)));"
    )
    ran = subprocess.run(  # noqa: S603 - Node, and our own script
        [program, "--eval", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def in_page(page: Page, given: dict[str, Any], driver: str = DRIVER) -> Any:
    """Return the same, run by a browser in an empty page."""
    return page.evaluate(f"(given) => {{ {_scripts()}\n return ({driver})(given); }}", given)


def by_page(cases: Sequence[object], lifecycle: Lifecycle = TRAINING_JOB) -> list[Said]:
    """Return what the page says of each case."""
    return [said(each) for each in raw_verdicts(tables(lifecycle), cases)]


def said(raw: list[Any]) -> Said:
    """Return a verdict, or that there is none: what is wrong then comes as texts."""
    return REFUSED if raw and isinstance(raw[0], str) else raw


# --- The same by Python ---------------------------------------------------------------------------


def by_python(lifecycle: Lifecycle, case: object) -> Said:
    """Return what the check says of a case by the rules that are data."""
    try:
        reports = check_jobs(data_only(lifecycle), case, in_order=True)
    except ObservationError:
        return REFUSED
    return [plain(report) for report in reports.values()] or REFUSED


#: The tests of rules that are data.
DATA = (Requires, ExactlyWhen, InOrder, Sums, Grows, Fixed)


@cache
def data_only(lifecycle: Lifecycle) -> Lifecycle:
    """Return a life cycle without the tests that are functions, which the page does not have."""
    kept = [
        (rule, tuple(test for test in rule.tests if isinstance(test, DATA)))
        for rule in lifecycle.rules
    ]
    return attrs.evolve(
        lifecycle,
        rules=tuple(
            attrs.evolve(rule, tests=tests) for rule, tests in kept if tests or not rule.tests
        ),
    )


def plain(report: Report) -> dict[str, Any]:
    """Return what the page says as well of a job."""
    return {
        "findings": [
            {
                "rule": each.rule,
                "message": each.message,
                "path": each.path,
                "seen": each.seen,
                "allowed": list(each.allowed),
            }
            for each in report.violations
        ],
        "unmodelled": [{"field": each.field, "value": each.value} for each in report.unmodelled],
        "result": report.result.to_dict(),
        "failureReason": report.failure_reason,
        "legal": report.legal,
        "known": {
            region: [state.name for state in known.states]
            for region, known in report.job_state.estimates.items()
        },
    }


def differences(
    lifecycle: Lifecycle, cases: Sequence[object], verdicts: Sequence[Said]
) -> list[str]:
    """Return each case of which page and Python do not say the same."""
    found = []
    for case, page in zip(cases, verdicts, strict=True):
        python = by_python(lifecycle, case)
        if page != python:
            found.append(f"page: {page}\npython: {python}\nof {json.dumps(case)}")
    return found
