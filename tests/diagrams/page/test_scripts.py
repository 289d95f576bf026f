"""The page's judge is an interpreter: it is short, knows no kind of job, and is quick."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.diagrams.page import JUDGING, html
from jobstate.diagrams.page.tables import tables
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from tests.support import chromium, page_tools
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate import Lifecycle

in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

#: What finds answers in documents and puts them in order; the others judge.
ABOUT_DOCUMENTS = ("find.js", "documents.js")
MOST_OF_THE_JUDGE, MOST_ABOUT_DOCUMENTS = 900, 250
WIDEST = 100
#: All kinds together have as many, and more.
LEAST_NAMES = 150
#: Words of JavaScript, of the model or of the page, which some kind has as well.
WORDS = {"size", "status", "reason", "stopped"}
ENTRIES = 10_000


@cache
def source(name: str) -> str:
    """Return a script of the page."""
    return (files("jobstate.diagrams.page") / name).read_text(encoding="utf-8")


def lines(name: str) -> list[str]:
    """Return the lines of a script that say something: no comments, no blank ones."""
    plain = re.sub(r"/\*.*?\*/", "", source(name), flags=re.DOTALL)
    kept = (line.strip() for line in plain.splitlines())
    return [line for line in kept if line and not line.startswith("// ")]


def test_the_judge_is_short(figures: Callable[[str], None]) -> None:
    """What reads and judges answers, and what is found in documents; nobody squeezes it in."""
    count = {name: len(lines(name)) for name in JUDGING}
    documents = sum(count.pop(name) for name in ABOUT_DOCUMENTS)
    assert sum(count.values()) <= MOST_OF_THE_JUDGE
    assert documents <= MOST_ABOUT_DOCUMENTS
    wide = [line for name in JUDGING for line in source(name).splitlines() if len(line) > WIDEST]
    assert wide == []
    figures(f"page: {sum(count.values())} lines judge, {documents} are about documents")


def _names(kind: Lifecycle) -> Iterator[str]:
    """Yield what a kind calls its statuses, fields, features, rules and regions' fields."""
    schema = kind.schema
    assert schema is not None
    for region in kind.regions:
        yield from chain.from_iterable((each.primary, each.visible) for each in region.states)
        yield from (edge.cause for edge in region.edges)
    yield from (feature.name for feature in kind.features)
    yield from (rule.id for rule in kind.rules)
    yield from chain.from_iterable(path for path in schema.values.values())
    yield from schema.fields
    yield from (mark for envelope in schema.envelopes for _, mark in envelope.marks)


def test_no_script_knows_a_kind() -> None:
    """No status, field, rule or feature of any kind stands in one; nor does a service."""
    names = {name for kind in KINDS for name in _names(kind)} - WORDS
    assert len(names) >= LEAST_NAMES
    for script in JUDGING:
        quoted = re.findall(r"'([^'\n]*)'|`([^`]*)`|\.(\w+)", "\n".join(lines(script)))
        said = {part for each in quoted for part in each if part}
        assert said & names == set(), script
        assert not re.search(r"sagemaker|batch|aws", "\n".join(lines(script)), re.IGNORECASE)


def _long() -> dict[str, Any]:
    """Return a job that was interrupted a few thousand times."""
    text = (HOME / "examples/answers/completed.json").read_text(encoding="utf-8")
    begun = datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC)
    loop = ("Interrupted", "Starting", "Downloading", "Training")
    statuses = [*loop[1:], *loop * ((ENTRIES - 5) // 4), "Uploading", "Completed"]
    times = [(begun + timedelta(seconds=place)).isoformat() for place in range(len(statuses) + 1)]
    entries = [
        {"Status": status, "StartTime": start, "EndTime": end, "StatusMessage": ""}
        for status, start, end in zip(statuses, times, times[1:], strict=False)
    ]
    answer: dict[str, Any] = json.loads(text)
    return answer | {"SecondaryStatusTransitions": entries}


TIMED = """({ tables, cases }) => {
  const judge = new Judging.Judge(tables);
  return cases.map((each) => {
    const begun = performance.now();
    const { jobs } = judge.judge(each);
    return [performance.now() - begun, jobs.length];
  });
}"""


@pytest.mark.once
@in_chromium
def test_it_is_quick(figures: Callable[[str], None]) -> None:
    """A history of 10,000 entries and a list of 10,000 answers take well under a second."""
    listed = [
        {
            "TrainingJobName": f"job-{place}",
            "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/job-{place}",
            "TrainingJobStatus": "InProgress",
            "CreationTime": "2026-01-02T03:04:05Z",
        }
        for place in range(ENTRIES)
    ]
    given = {"tables": tables(TRAINING_JOB), "cases": [_long(), {"TrainingJobSummaries": listed}]}
    with chromium.chromium() as browser:
        (history, _), (list_, count) = page_tools.in_page(browser.new_page(), given, TIMED)
    assert count == ENTRIES
    assert max(history, list_) < 1000
    size = len(html(TRAINING_JOB).encode())
    figures(f"page: {ENTRIES} entries in {history:.0f} ms, as many answers in {list_:.0f} ms")
    figures(f"page: {size / 1000:.0f} kB of a training job")
