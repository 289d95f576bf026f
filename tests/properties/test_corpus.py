"""Every real job of the corpus is legal, and what was made up by hand is not."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from jobstate import check
from jobstate.model import Severity
from jobstate.sagemaker import TRAINING_JOB
from tests.support import corpus_series

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Report
    from tests.support.corpus_series import Answer, Trace

SERIES = corpus_series.usable_series()
EDITED = [trace for trace in corpus_series.traces() if trace.get("fixture") == "edited"]
#: Of the corpus as it was gathered, with line ends as on Unix. It grows; it never changes in part.
DIGEST = "bc1df47419d348f4896c299aebd7acd06793e428b9d68fad450901c9ab497564"


def _told(report: Report) -> str:
    return "\n".join(f"{each.rule}: {each.message}" for each in report.violations)


@pytest.mark.parametrize(
    ("trace", "answers"), SERIES, ids=[f"{trace['kind']}-{trace['job']}" for trace, _ in SERIES]
)
def test_a_real_job_is_legal(trace: Trace, answers: list[Answer]) -> None:
    """What really happened breaks no rule, and shows no status that the life cycle lacks."""
    report = check(TRAINING_JOB, answers)
    assert report.legal, f"{trace['source']}:\n{_told(report)}"
    assert report.unmodelled == ()
    assert report.answers == len(answers)
    assert report.result.final is trace["complete"]


def test_how_many_there_are(figures: Callable[[str], None]) -> None:
    """All 293 usable traces of 310 are judged; the notes among them are counted."""
    assert len(SERIES) == 293
    notes = Counter(
        each.rule
        for _, answers in SERIES
        for each in check(TRAINING_JOB, answers).violations
        if each.severity is Severity.NOTE
    )
    answers = sum(len(answers) for _, answers in SERIES)
    said = ", ".join(f"{rule} {count}" for rule, count in sorted(notes.items())) or "none"
    figures(f"corpus: {len(SERIES)} real traces of {answers} answers, all legal; notes: {said}")


@pytest.mark.parametrize("trace", EDITED, ids=lambda trace: trace["source"].rpartition("/")[2])
def test_what_was_edited_by_hand_is_flagged(trace: Trace) -> None:
    """Its history does not end in the status that it shows."""
    report = check(TRAINING_JOB, corpus_series.answers(trace))
    assert not report.legal
    assert "status-is-last-entry" in {each.rule for each in report.violations}


def test_five_were_edited_by_hand() -> None:
    """And they are not among the usable ones."""
    assert len(EDITED) == 5
    assert not any(corpus_series.is_usable(trace) for trace in EDITED)


def test_the_corpus_is_whole() -> None:
    """The file is the one that was gathered, with its README beside it."""
    text = corpus_series.CORPUS.read_text(encoding="utf-8")
    assert sha256(text.encode()).hexdigest() == DIGEST
    readme = (corpus_series.CORPUS.parent / "README.md").read_text(encoding="utf-8")
    assert corpus_series.CORPUS.name in readme
    for kind in {trace["kind"] for trace in corpus_series.traces()}:
        assert f"`{kind}`" in readme
