"""The corpora of real answers in whatever people have them: the same verdicts as bare."""

from __future__ import annotations

import random
from functools import cache
from typing import Any, Final

import pytest

from jobstate import JobKey, Report, check_jobs
from jobstate.finding import Found, finder_of
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from tests.kinds.test_every_kind import OTHERS, published
from tests.support import corpus_series
from tests.support.wrappings import SPELLINGS, WRAPPINGS, Wrapping, joined, within

#: As deep as answers are looked for, and in as many texts.
DEEPEST, MOST_LAYERS = 16, 4
SEED: Final = 15


@cache
def corpus() -> list[list[dict[str, Any]]]:
    """Return the usable answers about each real job of each kind."""
    jobs = [answers for _, answers in corpus_series.usable_series()]
    for kind in OTHERS:
        jobs += published(kind).values()
    assert len(jobs) > 200
    return jobs


def verdicts(answers: object, **options: Any) -> dict[JobKey, tuple[object, ...]]:
    """Return what is said of each job."""
    return {job: _said(report) for job, report in check_jobs(KINDS, answers, **options).items()}


def _said(report: Report) -> tuple[object, ...]:
    broken = sorted((each.rule, each.message) for each in report.violations)
    unmodelled = sorted(each.value for each in report.unmodelled)
    return report.result, report.failure_reason, report.entries, broken, unmodelled


@cache
def bare() -> list[dict[JobKey, tuple[object, ...]]]:
    """Return the verdicts on the corpus as it is, in no order."""
    return [verdicts(answers, in_order=False) for answers in corpus()]


def named(wrapping: Wrapping) -> str:
    """Return what a test of it is called."""
    return wrapping.name


@pytest.mark.once
@pytest.mark.parametrize("wrapping", [*WRAPPINGS, *SPELLINGS], ids=named)
def test_the_same_verdicts_as_bare(wrapping: Wrapping) -> None:
    """Of every job of every kind, all of its answers wrapped alike."""
    for answers, expected in zip(corpus(), bare(), strict=True):
        wrapped = [wrapping.wrap(each) for each in answers]
        assert verdicts(wrapped, in_order=False) == expected


@pytest.mark.parametrize("wrapping", WRAPPINGS, ids=named)
def test_where_it_is(wrapping: Wrapping) -> None:
    """Its path is told, and that it comes in no order."""
    answer = corpus()[0][0]
    (found,) = finder_of(KINDS).find(wrapping.wrap(answer))
    assert found == Found(wrapping.path, TRAINING_JOB, answer, bare=False)


def test_forms_in_forms() -> None:
    """As deep as the bounds allow."""
    draw = random.Random(SEED)
    answers = [answer for answers in corpus() for answer in answers]
    deepest = most = 0
    for _ in range(2_000):
        whole = Wrapping("nothing", lambda value: value)
        for inner in draw.sample(WRAPPINGS, len(WRAPPINGS)):
            tried = within(whole, inner)
            if tried.depth <= DEEPEST and tried.layers <= MOST_LAYERS:
                whole = tried
        deepest, most = max(deepest, whole.depth), max(most, whole.layers)
        answer = draw.choice(answers)
        (found,) = finder_of(KINDS).find(whole.wrap(answer))
        assert isinstance(found, Found), whole.name
        assert (found.path, found.answer) == (whole.path, answer)
    assert (deepest, most) == (DEEPEST, MOST_LAYERS)


def test_many_in_one() -> None:
    """Each with its path, in the order of the document."""
    answers = [answers[0] for answers in corpus()[:50]]
    document = {"Results": [{"TrainingJob": each} for each in answers]}
    found = finder_of(KINDS).find(document)
    assert [each.path for each in found] == [
        joined(f"Results[{place}]", "TrainingJob") for place in range(50)
    ]
