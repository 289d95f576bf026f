"""Answers written anew from what was read of them: read again they say the same."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import given, settings

from jobstate.conformance.answers import read, readings
from jobstate.diagrams import UsualTime, html
from jobstate.diagrams.page.answers import written
from jobstate.kinds import KINDS
from jobstate.model.observation import Entry
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import lives
from tests.support.command import ANSWERS, item
from tests.support.corpus_series import usable_series
from tests.support.several_kinds import MIXED, batch

if TYPE_CHECKING:
    from jobstate import Lifecycle
    from jobstate.model.life import Life
    from jobstate.model.observation import Observation


def again(lifecycle: Lifecycle, seen: Observation) -> Observation:
    """Return what is read of an answer that was written anew and sent as JSON."""
    schema = lifecycle.schema
    assert schema is not None
    return read(lifecycle, json.loads(json.dumps(written(schema, seen))))


def bare(seen: Observation) -> Observation:
    """Return an observation without the words that nothing depends on."""
    entries = tuple(Entry(each.status, each.start, each.end) for each in seen.entries)
    return attrs.evolve(seen, entries=entries)


def test_the_corpus() -> None:
    """Real answers say the same."""
    for _, answers in usable_series()[::3]:
        for answer in answers:
            seen = read(TRAINING_JOB, answer)
            assert again(TRAINING_JOB, seen) == bare(seen)


@settings(max_examples=20)
@given(lives())
def test_any_life(life: Life) -> None:
    """Whatever is described of a job says the same; but for a plan, which only a text shows."""
    for when in life.changes:
        seen = bare(read(TRAINING_JOB, life.at(when)))
        found = again(TRAINING_JOB, seen)
        assert {**found.features, **seen.features} == seen.features
        assert attrs.evolve(found, features={}) == attrs.evolve(seen, features={})


def test_every_kind() -> None:
    """What answers of other kinds show is the same, and so is when and how they ended."""
    killed = batch("FAILED", at=2, statusReason="Host EC2 (instance i-1) terminated.")
    stopped = batch("FAILED", at=2, isTerminated=True)
    tried = batch("RUNNING", attempts=[{"startedAt": 1_760_000_000_000}])
    for each in readings(KINDS, [*MIXED, killed, stopped, tried]):
        found, seen = again(each.lifecycle, each.observation), bare(each.observation)
        for name in ("job", "shown", "modified", "outcome", "cause", "failure_reason", "entries"):
            assert getattr(found, name) == getattr(seen, name)


def test_a_job_without_a_creation_time() -> None:
    """It was created when it was first seen, at the latest: the page needs a time."""
    seen = read(TRAINING_JOB, item("one") | {"LastModifiedTime": "2026-03-04T05:06:09Z"})
    seen = attrs.evolve(seen, job=attrs.evolve(seen.job, created=None), fields={})
    assert again(TRAINING_JOB, seen).job.created == seen.modified


def test_a_page_with_jobs() -> None:
    """It holds the answers, usual times by state in seconds, and stages; without a schema none."""
    answer = json.loads((ANSWERS / "failed.json").read_text(encoding="utf-8"))
    place = TRAINING_JOB.name, "InProgress/Training"
    usual = {
        place: UsualTime(timedelta(seconds=5), timedelta(seconds=7.5)),
        ("another-kind", "InProgress/Training"): UsualTime(timedelta(1), timedelta(2)),
    }
    given = _given(html(TRAINING_JOB, answer, usual=usual))
    assert [each["TrainingJobName"] for each in given["answers"]] == ["lighthouse-2026-10-06"]
    assert given["usual"] == {"s_InProgress_Training": [5.0, 7.5]}
    assert given["stages"]["Training"] == "at-work"
    assert _given(html(attrs.evolve(TRAINING_JOB, reader=None)))["answers"] == []


def _given(page: str) -> Any:
    found = re.search(r'id="given">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])
