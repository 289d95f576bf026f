"""Nothing false is drawn: a job is shown to be where an answer says that it is, and nowhere else.

What answers say is read from them anew, by the facts alone.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.diagrams import way
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.graph.ids import ids_of
from jobstate.sagemaker import TRAINING_JOB
from tests.support import corpus_series, facts
from tests.support.legal_answers import corpus_histories, generated
from tests.support.lives_for_tests import BEGIN, told
from tests.support.mutants import KINDS, mutants
from tests.support.oracle import HISTORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jobstate.diagrams import Overlay

STATES = {node: names for names, node in ids_of(TRAINING_JOB).nodes.items()}
FRAMES = {group.id: group.label for group in diagram_of(TRAINING_JOB).groups}


def states_of(answer: dict[str, Any]) -> set[str]:
    """Return the states that an answer shows; none where its statuses are no state."""
    primary, secondary = answer["TrainingJobStatus"], answer.get("SecondaryStatus")
    if secondary is None and answer.get(HISTORY):
        secondary = answer[HISTORY][-1]["Status"]
    pairs = [pair for pair in facts.PAIRS if pair[0] == primary]
    deleted = [("Deleting", end) for end in facts.TERMINAL if primary == "Deleting"]
    found = {f"{one}/{other}" for one, other in [*pairs, *deleted] if secondary in {None, other}}
    return found if secondary is not None or len(found) == 1 else set()


def newest(answers: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the answers that may be the newest one: modified last, or with the longest history."""
    answers = list(answers)
    times = [_time(answer) for answer in answers]
    latest = max((time for time in times if time), default=None)
    longest = max((len(answer.get(HISTORY, ())) for answer in answers), default=0)
    for answer, time in zip(answers, times, strict=True):
        now = time is None or latest is None or (latest - time).total_seconds() < 1
        if now or (longest and len(answer.get(HISTORY, ())) == longest):
            yield answer


def _time(answer: dict[str, Any]) -> datetime | None:
    time = answer.get("LastModifiedTime")
    return datetime.fromisoformat(time) if isinstance(time, str) else time


def now_in(overlay: Overlay, region: str) -> set[str]:
    """Return the states with a badge that says that the job is there."""
    return {
        STATES[node][1]
        for node, chip in overlay.nodes.items()
        if (chip.now or chip.corner) and STATES[node][0] == region
    }


def falsehoods(answers: list[dict[str, Any]]) -> list[str]:
    """Return what the way of a job shows and none of its newest answers says."""
    overlay = way(TRAINING_JOB, answers)
    last = list(newest(answers))
    shown = set().union(*map(states_of, last))
    ends = {name.rpartition("/")[2] for answer in answers for name in states_of(answer)}
    # What is said without a secondary status is known by what was said before: ends stay.
    thin = {answer["TrainingJobStatus"] for answer in last if not states_of(answer)}
    shown |= {f"{one}/{end}" for one in thin & {"Stopped", "Deleting"} for end in ends}
    found = [f"job is in {name}" for name in now_in(overlay, "job") - shown]
    pools = {answer.get("WarmPoolStatus", {}).get("Status") for answer in answers}
    found += [f"pool is {name}" for name in now_in(overlay, "warm_pool") - pools]
    primaries = {answer["TrainingJobStatus"] for answer in last}
    found += [
        f"frame {FRAMES[frame]}"
        for frame, chip in overlay.frames.items()
        if chip.now and FRAMES[frame] not in primaries
    ]
    return found


WORDS = sorted({*facts.SECONDARIES, "Dreaming"})


@pytest.mark.parametrize("primary", sorted({*facts.PRIMARIES, "Hibernating"}))
def test_every_pair_is_drawn_as_what_it_says(primary: str) -> None:
    """A list item's, and that of an answer whose history ends with its status, or with another."""
    life = told("completed")
    for secondary in WORDS:
        said = {"TrainingJobStatus": primary, "SecondaryStatus": secondary}
        thin = life.at(BEGIN, "list") | said
        whole: dict[str, Any] = life.at(life.stays[2].start) | said
        ends = [*whole[HISTORY][:-1], whole[HISTORY][-1] | {"Status": secondary}]
        for answers in ([thin], [whole], [whole | {HISTORY: ends}], [life.at(BEGIN), thin]):
            assert falsehoods(answers) == []
            overlay = way(TRAINING_JOB, answers)
            if state := states_of(thin):
                assert now_in(overlay, "job") == state
                assert overlay.frames == {}
                continue
            assert now_in(overlay, "job") == set()
            assert overlay.strip is not None
            last = overlay.strip.stays[-1]
            assert (last.node, last.stage) == (None, "strange")
            assert last.label in {f"{primary}/{secondary}", secondary}
            assert overlay.subtitle.startswith(last.label)
            corners = {FRAMES[frame]: chip.corner for frame, chip in overlay.frames.items()}
            known = {primary: f"now: {last.label}"} if primary in facts.PRIMARIES else {}
            assert corners == known


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_no_mutant_is_where_no_answer_showed_it(kind: Any) -> None:
    """Of some mutants of each kind."""
    for mutant in mutants(kind, generated(30, 7), 4, 7):
        assert falsehoods(mutant.answers) == [], json.dumps(mutant.answers, indent=1)


@pytest.mark.once
def test_no_job_is_where_no_answer_showed_it(figures: Callable[[str], None]) -> None:
    """Of all legal series, the corpus and the broken examples, and of many mutants of each kind."""
    bases = [*corpus_histories(), *generated(1600, 2026)]
    series = [base.answers for base in bases]
    for kind in KINDS.values():
        series += [mutant.answers for mutant in mutants(kind, bases, 80, 2026)]
    series += [answers for _, answers in corpus_series.usable_series()]
    found = [(each, answers) for answers in series for each in falsehoods(answers)]
    figures(f"ways: {len(series):,} series, {len(found)} that show what no answer says")
    assert found == []
