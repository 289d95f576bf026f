"""The corpus is read whole, and the search over runs finds a life for every real job in it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.support import corpus_series
from tests.support.brute_force import Seen, explains_series
from tests.support.specification_of_facts import specification

if TYPE_CHECKING:
    from tests.support.corpus_series import Answer, Trace

pytestmark = pytest.mark.apart

FACTS = specification()
SERIES = corpus_series.usable_series()
TIMES = {"CreationTime", "LastModifiedTime", "TrainingStartTime", "TrainingEndTime"}


def _seen(answer: Answer) -> Seen:
    entries = tuple(each["Status"] for each in answer.get("SecondaryStatusTransitions", ()))
    spot = answer.get("EnableManagedSpotTraining")
    return Seen(
        primary=answer["TrainingJobStatus"],
        secondary=answer.get("SecondaryStatus"),
        features={} if spot is None else {"spot": spot},
        entries=entries or None,
    )


def _name(series: tuple[Trace, list[Answer]]) -> str:
    trace, answers = series
    return f"{trace['kind']}-{trace['job']}-{len(answers)}"


def test_how_many_there_are() -> None:
    """All that may be judged by is there: 293 of 310 traces."""
    assert len(corpus_series.traces()) == 310
    assert len(SERIES) == 293
    assert Counter(trace["kind"] for trace, _ in SERIES) == {
        "log": 238,
        "transitions": 33,
        "summary": 12,
        "describe": 10,
    }


def test_nothing_is_lost() -> None:
    """Every observation of a log or series is an answer, and every entry of a list is there."""
    for trace, answers in SERIES:
        if trace["kind"] == "transitions":
            (answer,) = answers
            assert len(answer["SecondaryStatusTransitions"]) == len(trace["observations"])
        else:
            assert len(answers) == len(trace["observations"])
        for name in trace["fields"]:
            assert name in answers[-1]


def test_the_last_answer_agrees_with_the_fields() -> None:
    """Where a trace tells the same thing twice, the two agree; so nothing is papered over."""
    for trace, answers in SERIES:
        fields = trace["fields"]
        last = trace["observations"][-1]
        if last["primary"] is not None and "TrainingJobStatus" in fields:
            assert last["primary"] == fields["TrainingJobStatus"]
        if last["secondary"] is not None and "SecondaryStatus" in fields:
            assert last["secondary"] == fields["SecondaryStatus"]
        for key, name in (
            ("last_modified", "LastModifiedTime"),
            ("training_start", "TrainingStartTime"),
            ("training_end", "TrainingEndTime"),
        ):
            if last.get(key) is not None:
                assert last[key] == fields[name]
        final = answers[-1]["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}
        assert final is trace["complete"]


def test_times_have_a_zone() -> None:
    """Every time is ISO 8601 with a zone."""
    for _, answers in SERIES:
        for answer in answers:
            times = [value for name, value in answer.items() if name in TIMES]
            for entry in answer.get("SecondaryStatusTransitions", ()):
                times += [entry[name] for name in ("StartTime", "EndTime") if name in entry]
            assert all(datetime.fromisoformat(each).tzinfo is not None for each in times)


def test_answers_of_a_series_are_in_order() -> None:
    """Within a series LastModifiedTime never goes back."""
    for _, answers in SERIES:
        modified = [
            datetime.fromisoformat(answer["LastModifiedTime"])
            for answer in answers
            if "LastModifiedTime" in answer
        ]
        assert modified == sorted(modified)


@pytest.mark.once
@pytest.mark.parametrize("series", SERIES, ids=_name)
def test_some_legal_life_explains_it(series: tuple[Trace, list[Answer]]) -> None:
    """Every real series is legal by the facts, so the facts forbid nothing that happened."""
    _, answers = series
    assert explains_series(FACTS, "job", [_seen(answer) for answer in answers])


@pytest.mark.once
def test_answers_about_one_job_from_several_traces() -> None:
    """Traces that share a job and a creation time are legal together, in the order given."""
    together: dict[tuple[str, str], list[Answer]] = {}
    for _, answers in SERIES:
        for answer in answers:
            key = answer["TrainingJobArn"], answer["CreationTime"]
            together.setdefault(key, []).append(answer)
    for answers in together.values():
        answers.sort(key=lambda answer: answer.get("LastModifiedTime", ""))
        assert explains_series(FACTS, "job", [_seen(answer) for answer in answers])


def test_the_edited_fixtures_contradict_themselves() -> None:
    """Five files were edited by hand; in each the history doesn't end in the status shown."""
    edited = [each for each in corpus_series.traces() if each.get("fixture") == "edited"]
    assert len(edited) == 5
    for trace in edited:
        (answer,) = corpus_series.answers(trace)
        assert not explains_series(FACTS, "job", [_seen(answer)])
