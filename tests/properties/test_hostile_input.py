"""Bad input: of any bytes a document or a reason, of any document a verdict or one error.

The seeded attack is `hostile`, here with a hundred thousand inputs, and with as many as you like on
its own. Hypothesis makes up what has no example.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobstate import ObservationError, check_jobs
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import attack, hostile
from tests.support import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.once

SEED = 20261123
IN_ALL = 100_000
BATCHES = 10

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/churn"


@pytest.fixture(scope="module")
def tallies(figures: Callable[[str], None]) -> Iterator[list[attack.Tally]]:
    """Return where each batch notes what came of it, printed when all are through."""
    found: list[attack.Tally] = []
    yield found
    figures(hostile.ATTACK.described(attack.together(found)))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_verdict_or_one_error(batch: int, tallies: list[attack.Tally]) -> None:
    """Mutants of examples and of real answers never get anything else out of the library."""
    size = IN_ALL // BATCHES
    tally = hostile.ATTACK.run(SEED, range(batch * size, (batch + 1) * size))
    tallies.append(tally)
    assert not tally.failures, "\n".join(map(str, tally.failures[:20]))
    assert min(tally.outcomes.values()) > size // 50
    assert tally.outcomes.keys() == {"no JSON", "refused", "legal", "illegal"}


def test_an_input_is_made_from_its_seed_and_number() -> None:
    """Whatever was made before, so that a failure can be looked at."""
    first = [attack.printed(hostile.made(SEED, number)) for number in range(300)]
    again = [attack.printed(hostile.made(SEED, number)) for number in reversed(range(300))]
    assert first == again[::-1]
    assert len(set(first)) > 280


def test_failures_are_found_kept_and_made_again() -> None:
    """What escapes is a failure that names the command to make it again, and its input."""
    broken = hostile.ATTACK._replace(judged=lambda _: str(1 // 0))
    tally = broken.run(SEED, range(40))
    assert [each.number for each in tally.failures] == list(range(40))
    assert all(each.given for each in tally.failures)
    assert str(tally.failures[7]).startswith(
        f"python -m tests.campaigns.hostile --seed {SEED} --only 7  #"
    )
    assert "ZeroDivisionError" in str(tally.failures[7])
    assert "40 hostile inputs: ; 40 FAILED" in broken.described(tally)


def test_the_program(tmp_path: Path) -> None:
    """Two processes share the inputs; the line at the end counts them, and failures none."""
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", hostile.__name__, "--count", "300", "--seed", "5", "--jobs", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ran.stdout.startswith("300 hostile inputs: ")
    assert "none failed" in ran.stdout
    assert "300 of 300 (100%)" in ran.stderr
    assert list(tmp_path.iterdir()) == []


# --- What Hypothesis makes up ---------------------------------------------------------------------

#: Texts with control characters and lone surrogates too.
TEXTS = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    sorted(facts.SECONDARIES | facts.PRIMARIES | facts.POOL_STATES)
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
TIMES = (
    st.datetimes().map(lambda time: f"{time.isoformat()}Z")
    | st.integers(946684800, 4102444799)
    | st.floats(9e8, 5e12)
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"Status": st.sampled_from(sorted(facts.SECONDARIES)) | TEXTS, "StartTime": TIMES},
        optional={"EndTime": TIMES, "StatusMessage": TEXTS},
    ),
    max_size=6,
)
#: Answers that are nearly right: every name is the service's, some of the values are too.
ANSWERS = st.fixed_dictionaries(
    {
        "TrainingJobName": st.just("churn") | TEXTS,
        "TrainingJobArn": st.just(ARN),
        "CreationTime": TIMES | st.just("2026-01-02T03:04:05Z"),
        "TrainingJobStatus": st.sampled_from(sorted(facts.PRIMARIES)) | TEXTS,
    },
    optional={
        "SecondaryStatus": st.sampled_from(sorted(facts.SECONDARIES)) | TEXTS,
        "LastModifiedTime": TIMES,
        "TrainingStartTime": TIMES,
        "TrainingEndTime": TIMES | JSON,
        "FailureReason": TEXTS,
        "SecondaryStatusTransitions": ENTRIES | JSON,
        "EnableManagedSpotTraining": st.booleans() | JSON,
        "RetryStrategy": st.just({}) | JSON,
        "ResourceConfig": st.fixed_dictionaries({"KeepAlivePeriodInSeconds": NUMBERS}) | JSON,
        "WarmPoolStatus": st.fixed_dictionaries(
            {"Status": st.sampled_from(sorted(facts.POOL_STATES)) | TEXTS},
            optional={"ReusedByJob": TEXTS, "ResourceRetainedBillableTimeInSeconds": NUMBERS},
        ),
        "TrainingTimeInSeconds": NUMBERS,
        "BillableTimeInSeconds": NUMBERS,
        "ModelArtifacts": JSON,
    },
)


@given(data=st.binary(max_size=400))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe{\x00}\x00")
@example(b'{"a": 1, "a": 2}')
def test_any_bytes(data: bytes) -> None:
    """Bytes are a document or no JSON."""
    hostile.judged(data)


@given(texts=st.lists(JSON.map(json.dumps) | TEXTS, max_size=4), joint=st.sampled_from("\n ,"))
def test_any_lines(texts: list[str], joint: str) -> None:
    """So are lines of JSON and of anything else."""
    hostile.judged(joint.join(texts).encode(errors="surrogatepass"))


@given(value=JSON)
def test_any_document(value: object) -> None:
    """What JSON can say is refused or judged."""
    hostile.judged_value(value)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4))
def test_nearly_right_answers(answers: list[dict[str, object]]) -> None:
    """Answers with all names right are refused or judged, in whatever order they come."""
    hostile.judged_value(answers)
    hostile.judged_value({"TrainingJobSummaries": answers})


# --- What has been a trap -------------------------------------------------------------------------


def cyclic() -> list[object]:
    """Return a list that holds itself."""
    inside: list[object] = []
    inside.append(inside)
    return inside


@pytest.mark.parametrize("depth", [9, 64, 1_000, 100_000])
@pytest.mark.parametrize("wrap", [lambda it: [it], lambda it: {"TrainingJobSummaries": it}])
def test_deep_documents(depth: int, wrap: Callable[[object], object]) -> None:
    """However deep lists and pages lie in one another, it is one error, and quick."""
    document: object = {"TrainingJobArn": ARN}
    for _ in range(depth):
        document = wrap(document)
    with pytest.raises(ObservationError):
        check_jobs(TRAINING_JOB, document)


def test_a_list_that_holds_itself() -> None:
    """It is refused like any list that goes too deep."""
    with pytest.raises(ObservationError, match="lists within each other"):
        check_jobs(TRAINING_JOB, cyclic())


def test_many_problems_in_a_short_text() -> None:
    """The error knows every problem, and its text stays readable."""
    with pytest.raises(ObservationError) as caught:
        check_jobs(
            TRAINING_JOB,
            {
                "TrainingJobArn": ARN,
                "TrainingJobStatus": "InProgress",
                "SecondaryStatusTransitions": [7] * 10_000,
            },
        )
    assert len(caught.value.problems) > 10_000
    assert len(str(caught.value)) < 20_000


def test_a_line_of_every_length() -> None:
    """Cut anywhere, an answer is a document or a reason, never half an answer."""
    text = json.dumps({"TrainingJobArn": ARN, "TrainingJobStatus": "InProgress"}).encode()
    for length in range(len(text)):
        assert hostile.judged(text[:length]) == "no JSON"
    assert hostile.judged(text) == "refused"
