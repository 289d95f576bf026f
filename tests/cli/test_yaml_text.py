"""YAML says what JSON can, within bounds, or one line why not."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
from typing import NoReturn

import pytest

from jobstate.cli import yaml_text as module
from jobstate.cli.json_stream import Document, Unusable, documents
from tests.support.command import ANSWERS, jobstate

PAGE = """\
TrainingJobSummaries:
- TrainingJobName: tide
  TrainingJobArn: arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide
  CreationTime: '2026-03-04T05:06:07+00:00'
  TrainingJobStatus: Completed
- TrainingJobName: ebb
  TrainingJobArn: arn:aws:sagemaker:eu-west-1:111122223333:training-job/ebb
  CreationTime: 2026-03-04 05:06:07.000001+00:00
  TrainingJobStatus: InProgress
NextToken: null
"""


def found(text: str) -> list[tuple[int | None, object]]:
    """Return the documents of a text, each with its line; of what is none the reasons."""
    return [
        (each.location.line, each.value if isinstance(each, Document) else each.reasons)
        for each in documents(io.BytesIO(text.encode()), "F")
    ]


def reason(text: str) -> str:
    """Return the one reason why there is no document."""
    (each,) = documents(io.BytesIO(text.encode()), "F")
    assert isinstance(each, Unusable)
    (said,) = each.reasons
    assert said.isprintable()
    assert len(said) < 500
    return said


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and both ways out are."""

    def missing(_: str) -> NoReturn:
        raise ImportError

    monkeypatch.setattr(module, "import_module", missing)
    assert reason(PAGE) == "is YAML: `pip install pyyaml` lets it be read, or use `--output json`"


@pytest.mark.parametrize(
    "text",
    [
        "INFO: begun\nERROR: none\n",
        "a: 1\nb: 2\n",
        "Status: Completed\n",
        "{a: 1}",
        "[a, b]",
        "a=1\nb=2\n",
        "\n" * 10_000 + "x",
        "# only a comment",
    ],
)
def test_what_is_no_yaml_of_jobs(text: str) -> None:
    """Is told of as before: a log, a line, braces."""
    assert "YAML" not in reason(text)


with_yaml = pytest.mark.skipif(
    importlib.util.find_spec("yaml") is None, reason="PyYAML is not installed"
)


@with_yaml
@pytest.mark.parametrize("before", ["", "---\n", "\n\n# from the CLI\n", "%YAML 1.1\n---\n"])
def test_what_the_cli_prints(before: str) -> None:
    """Is judged as the same in JSON, times without quotes included."""
    for text in (before + PAGE, (before + PAGE).replace("\n", "\r\n")):
        ran = jobstate("check", "-", stdin=text)
        assert (ran.exit_code, ran.stderr) == (0, "")
        assert ran.stdout.endswith("2 jobs, 2 answers: all legal\n")


@with_yaml
def test_an_answer_in_either() -> None:
    """The same verdict, in whatever way it is written."""
    yaml = importlib.import_module("yaml")

    text = (ANSWERS / "stopped.json").read_text(encoding="utf-8")
    wanted = jobstate("check", "-", stdin=text)
    for style in (False, None):
        written = yaml.safe_dump(json.loads(text), default_flow_style=style, sort_keys=False)
        assert jobstate("check", "-", stdin=written).output == wanted.output


@with_yaml
def test_several_documents() -> None:
    """Each has the line on which it begins."""
    text = "---\nStatus: 1\n---\n- Name: x\n---\n[Name, 2.5, true, ~]\n"
    assert found(text) == [
        (2, {"Status": 1}),
        (4, [{"Name": "x"}]),
        (6, ["Name", 2.5, True, None]),
    ]


@with_yaml
def test_aliases() -> None:
    """Stand for what they name, and merge keys do."""
    text = "base: &b {Name: x}\nStatus: *b\nother:\n  <<: *b\n  Time: 1\n"
    assert found(text) == [
        (1, {"base": {"Name": "x"}, "Status": {"Name": "x"}, "other": {"Name": "x", "Time": 1}})
    ]


def laughs(levels: int) -> str:
    """Return a text whose aliases stand for nine times as many at each level."""
    rows = ["Name0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"Name{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(rows)


@with_yaml
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (laughs(40), "more than 100,000 values"),
        ("Name: &a [*a]\nStatus: x", "one within itself"),
        ("Name: 1\nStatus: " + "[" * 100_000, "nested more than 64 levels deep"),
        (
            "Name: 1\nStatus: !!python/object/apply:os.system [ls]",
            "no YAML that can be read at line 2",
        ),
        ("Name: 1\nStatus: !!binary aGk=", "could not determine a constructor"),
        ("Name: 1\nStatus: 2\nName: 3", "the key 'Name' twice in one mapping"),
        ("Name: .nan\nStatus: 1", "Name: expected a value, or null where there is none, got NaN"),
        ("Name: .inf\nStatus: 1", "got Infinity"),
        (f"Name: {'9' * 5000}\nStatus: 1", "a number of more than 4,300 digits"),
        (f"Name: 1{':10' * 5_000}\nStatus: 1", "a number of more than 4,300 digits"),
        ("Name: !!int x\nStatus: 1", "is YAML that can't be read"),
        ("Name: !!int ''\nStatus: 1", "is YAML that can't be read"),
        ("Name: x\n Status: y: z", "is no YAML that can be read at line 2, column 8"),
        ("Name: x\nStatus: y\n? [a]\n: 1", "found unhashable key"),
        ("Name: x\nStatus: \x01\x1b[2J", "is no YAML that can be read"),
        ("Name: x\nStatus: \x00", "has a NUL byte on line 2"),
        ("Name: *nowhere\nStatus: 1", "found undefined alias"),
    ],
)
def test_hostile_yaml(text: str, words: str) -> None:
    """Is refused in one line, soon."""
    assert words in reason(text)


@with_yaml
def test_long_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is not begun with, for it takes long."""
    monkeypatch.setattr(module, "MOST_CHARACTERS", 100)
    assert reason(PAGE) == "is YAML of more than 100 characters: use `--output json`"


@with_yaml
def test_a_bad_document_takes_the_others_along() -> None:
    """As in JSON over several lines."""
    text = "---\nName: x\nStatus: y\n---\nName: x: y\n"
    assert reason(text).startswith("is no YAML that can be read at line 5, column 8: ")


@with_yaml
def test_a_mapping_that_is_none() -> None:
    """Whatever it calls itself."""
    assert "is no YAML that can be read" in reason("Name: x\nTrainingJobStatus: !!map [1, 2]\n")
