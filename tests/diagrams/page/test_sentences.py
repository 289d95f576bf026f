"""No sentence is written twice: the page fills in what the tables of its life cycle say.

Each sentence is made another one, on Python's side and so in the tables. Where the page and the
check then still say the same, the page has no words of its own.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import ObservationError, Tracker
from jobstate.conformance.answers import NO_ANSWER
from jobstate.diagrams.page import html
from jobstate.diagrams.page.rule_tables import SENTENCES
from jobstate.diagrams.page.tables import tables
from jobstate.sagemaker import TRAINING_JOB, TUNING_JOB
from tests.diagrams.page.test_judge import LIFECYCLES, corpus, wrong
from tests.support import chromium, page_tools
from tests.support.page_tools import by_page, differences
from tests.support.pages import HOME

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle

can_run = pytest.mark.skipif(bool(page_tools.missing()), reason=page_tools.missing())
in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

#: What only the page's own window says, which no judge does.
SHOWN_ONLY = {"problem", "problem_got", "whole"}
#: What only a tracker says, which takes late answers.
OF_LATE_ANSWERS = {"had_more", "never_more"}
#: What the check says as well, but which no case has ever been refused for.
NEVER_MET = {"other_features"}
#: Documents that can't be read, for every reason but those of fields.
UNREADABLE: tuple[Any, ...] = (
    [],
    [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],
    {"TrainingJobSummaries": 7},
    {"detail-type": "another", "source": "elsewhere", "detail": 7},
    {"detail-type": "SageMaker Training Job State Change", "source": "elsewhere", "detail": 7},
)
#: Of every part, and cut off at each.
WRONG_ARNS = (
    "arn:AWS:sagemaker:eu-west-1:111122223333:training-job/tide",
    "arn:aws:batch:eu-west-1:111122223333:training-job/tide",
    "arn:aws:sagemaker:<region>:111122223333:training-job/tide",
    "arn:aws:sagemaker:eu-west-1:************:training-job/tide",
    "arn:aws:sagemaker:eu-west-1:111122223333:model/tide",
    "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide\n",
    *("arn", "arn:aws", "arn:aws:sagemaker", "arn:aws:sagemaker:eu-west-1", "x"),
    "arn:aws:sagemaker:eu-west-1:111122223333",
    f"arn:aws:sagemaker:eu-west-1:111122223333:{'x' * 300}/tide",
)


# --- Each stands once -----------------------------------------------------------------------------


def test_each_sentence_has_a_key_of_its_own() -> None:
    """None hides another in the tables."""
    given = [key for sentences in SENTENCES for key in sentences]
    assert sorted(given) == sorted(tables(TRAINING_JOB)["sentences"])


def test_no_script_has_a_sentence_of_the_tables() -> None:
    """No part of one, from field to field, is a text of a script or, if it is long, in one."""
    table = tables(TRAINING_JOB)
    schema = table["schema"]
    said = {
        *table["sentences"].values(),
        *schema["expected"].values(),
        *_expected(schema["shapes"]),
    }
    said |= {table["nothing"]["expected"]} | {each["summary"] for each in table["rules"]}
    parts = {text.strip(" .,:;()") for each in said for text, *_ in Formatter().parse(each)}
    long = {part for part in parts if part.count(" ") > 1}
    short = {part for part in parts if part.count(" ") == 1}
    assert min(len(long), len(short)) > 9
    folder = files("jobstate.diagrams.page")
    scripts = [each for each in folder.iterdir() if each.name.endswith(".js")]
    assert len(scripts) > 9
    for script in scripts:
        texts = _texts(script.read_text(encoding="utf-8"))
        assert [part for part in long if any(part in text for text in texts)] == [], script.name
        assert short.isdisjoint(text.strip(" .,:;()") for text in texts), script.name


def _expected(value: object) -> set[str]:
    """Return what is expected of each field, those within others included."""
    if isinstance(value, dict):
        own = {value["expected"]} if isinstance(value.get("expected"), str) else set()
        return own.union(*map(_expected, value.values()))
    return set().union(*map(_expected, value)) if isinstance(value, (list, tuple)) else set()


def _texts(source: str) -> list[str]:
    """Return the texts of a script from value to value; those put together are one."""
    source = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", source, flags=re.DOTALL | re.MULTILINE)
    whole = re.sub(r"['\"`]\s*\+\s*['\"`]", "", source)
    found = re.findall(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`""", whole)
    return [part for each in found for text in each for part in re.split(r"\$\{.*?\}", text)]


# --- The page says what the tables say ------------------------------------------------------------


@pytest.fixture(name="renamed")
def other_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each sentence its key and its fields, for Python and for the tables."""
    for sentences in SENTENCES:
        for key, sentence in sentences.items():
            monkeypatch.setitem(sentences, key, _marked(key, sentence))


def _marked(key: str, sentence: str) -> str:
    fields = [name for _, name, *_ in Formatter().parse(sentence) if name]
    return f"<{key}{''.join(f' {{{name}}}' for name in reversed(fields))}>"


@pytest.mark.once
@can_run
@pytest.mark.usefixtures("renamed")
def test_other_sentences_are_said_alike() -> None:
    """Every finding says a sentence of the tables and nothing beside it, as the check does."""
    met = set()
    for lifecycle in (TRAINING_JOB, *LIFECYCLES.values(), TUNING_JOB):
        cases = TUNED if lifecycle is TUNING_JOB else _cases(lifecycle)
        verdicts = by_page(cases, lifecycle)
        assert differences(lifecycle, cases, verdicts) == []
        found = [
            finding
            for jobs in verdicts
            if not isinstance(jobs, str)
            for job in jobs
            for finding in job["findings"]
        ]
        assert all(re.fullmatch(r"<.*>", each["message"]) for each in found)
        met.update(re.findall(r"<(\w+)", json.dumps(found)))
    assert (
        met == tables(TRAINING_JOB)["sentences"].keys() - SHOWN_ONLY - OF_LATE_ANSWERS - NEVER_MET
    )


#: A tuning job without an end, whose counters do not agree; then one falls, and the creation moves.
_TUNED: dict[str, Any] = {
    "HyperParameterTuningJobName": "tune",
    "HyperParameterTuningJobArn": (
        "arn:aws:sagemaker:eu-west-1:111122223333:hyper-parameter-tuning-job/tune"
    ),
    "HyperParameterTuningJobStatus": "Completed",
    "CreationTime": "2026-10-05T06:00:00.250Z",
    "TrainingJobStatusCounters": {
        "Completed": 2,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    },
    "ObjectiveStatusCounters": {"Succeeded": 1, "Pending": 0, "Failed": 0},
}
TUNED = [
    [
        _TUNED,
        _TUNED
        | {
            "CreationTime": "2026-10-05T06:00:00.750Z",
            "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
        },
    ]
]


def _cases(lifecycle: Lifecycle) -> list[Any]:
    """Return series that are refused in every way; some for life cycles where features are set."""
    whole = lifecycle is TRAINING_JOB
    text = (HOME / "examples" / "answers" / "spot-interrupted.json").read_text(encoding="utf-8")
    answer = json.loads(text)
    thin = {name: answer[name] for name in ("TrainingJobName", "TrainingJobArn", "CreationTime")}
    return [
        *corpus()[:: 4 if whole else 16],
        *wrong()[:: 1 if whole else 16],
        [answer | {"EnableManagedSpotTraining": False}],
        # What it was seen in is left out of its history.
        [thin | {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Updating"}, answer],
        [answer | {"FailureReason": "never " * 100}],
    ]


@can_run
def test_other_expectations_are_said() -> None:
    """What can't be read is said in the tables' words, too, but for marks, which are values."""
    table = tables(TRAINING_JOB)
    schema = json.loads(json.dumps(table["schema"]))
    given = schema["expected"]
    schema["expected"] = {key: _marked(key, sentence) for key, sentence in given.items()}
    for each in schema["shapes"]:
        _mark_fields(each["fields"])
    words = {"lacking": "<lacking {lacks}>", "nothing": "<no answer>", "of_kind": "<of kind>"}
    changed = table | {
        "schema": schema,
        "finding": table["finding"] | words,
        "nothing": table["nothing"] | {"expected": "<nothing>"},
    }
    cases = [*UNREADABLE, 42, {}, {"TrainingJobArn": "a"}, _described(TrainingJobName=None)]
    cases += [_described(CreationTime=7), _described(ResourceConfig=7)]
    cases += [_described(SecondaryStatusTransitions=[7]), _described(detail=7)]
    cases.append(_described(TrainingJobArn="arn:aws:sagemaker:eu-west-1:1:training-job/tide"))
    said = {
        problem.partition(": ")[2]
        for problems in page_tools.raw_verdicts(changed, cases)
        for problem in problems
    }
    marks = {f"'{wanted}'" for _, wanted in schema["envelopes"][0]["marks"]}
    own = {_marked(key, "") for key in schema["expected"]} - {"<required>"}
    assert said == {
        *(own | marks),
        "<segment>",
        *("<no answer>", "<lacking TrainingJobStatus>", "<of kind>"),
        *("<field>", "<required <field>>", "<nothing>"),
    }


def _mark_fields(fields: dict[str, Any]) -> None:
    for each in fields.values():
        each["expected"] = "<field>"
        for segment in each.get("segments", ()):
            segment["expected"] = "<segment>"
        _mark_fields(each.get("fields", {}))
        _mark_fields({"": each["each"]} if "each" in each else {})


def _described(**changes: object) -> dict[str, Any]:
    text = (HOME / "examples" / "answers" / "completed.json").read_text(encoding="utf-8")
    return {**json.loads(text), **changes}


@can_run
def test_what_cant_be_read_is_expected_alike() -> None:
    """The page and the check expect the same of documents, word for word, and of most fields."""
    cases = [
        *UNREADABLE,
        *({"Records": [{"body": json.dumps(each)}]} for each in UNREADABLE[2:]),
        {"Results": [{"TrainingJob": {"TrainingJobStatus": "Completed"}}, 7]},
        {"EndpointName": "x", "EndpointStatus": "InService"},
        _described(detail=7),
        {},
        {"TrainingJobStatus": "Completed"},
        _described(TrainingJobName=None, TrainingJobArn="x", SecondaryStatus=""),
        *(_described(TrainingJobArn=each, TuningJobArn=each) for each in WRONG_ARNS),
        _described(SecondaryStatusTransitions=[7]),
        _described(SecondaryStatusTransitions=7),
        _described(ResourceConfig=[], FailureReason=1, EnableManagedSpotTraining="yes"),
        _described(TrainingTimeInSeconds=-1, StoppingCondition={"MaxRuntimeInSeconds": "x"}),
    ]
    for case, page in zip(cases, page_tools.raw_verdicts(tables(TRAINING_JOB), cases), strict=True):
        with pytest.raises(ObservationError) as caught:
            _read(case)
        assert page == [f"{each.path}: {each.expected}" for each in caught.value.problems]


def _read(case: object) -> None:
    if not Tracker(TRAINING_JOB).observe_all(case):
        raise ObservationError([NO_ANSWER])


@in_chromium
@pytest.mark.once
@pytest.mark.usefixtures("renamed")
def test_the_window_says_them_too(tmp_path: Path) -> None:
    """Problems, with what came or without, and where nothing but the answer is to blame."""
    path = tmp_path / "page.html"
    path.write_text(html(TRAINING_JOB), encoding="utf-8")
    with chromium.chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        for text, said in (
            ("42", "<problem_got 42 an answer about a job, an event, or a list of these <whole>>"),
            ("{}", "<problem an answer about a job, which has its id and one of"),
        ):
            page.fill("#text", text)
            page.click("#check")
            assert page.inner_text("#said li:first-child").startswith(said)
