"""What `json` lets pass and JSON does not is told of every place where it stands."""

from __future__ import annotations

import json

import pytest

from jobstate.errors import LISTED
from jobstate.finding.strict_json import DefectError, value_at
from tests.support.command import item, jobstate


def reasons(text: str) -> list[str]:
    """Return why a text is no document."""
    with pytest.raises(DefectError) as caught:
        value_at(text, 0, 1)
    return list(caught.value.reasons)


def test_every_key_is_named_with_its_path() -> None:
    """Of numbers that are none, keys that come twice, and numbers that can't be held."""
    text = (
        '[{"a": NaN, "b": {"c": [1, Infinity], "d": 1}}, {"e": 1, "e": 2, "e": 3},'
        f' {{"f": -1e400, "g": {"7" * 4301}}}, -Infinity]'
    )
    null = "expected a value, or null where there is none"
    assert reasons(text) == [
        f"[0].a: {null}, got NaN, which is no JSON",
        f"[0].b.c[1]: {null}, got Infinity, which is no JSON",
        "[1].e: expected each key once in an object, got it 3 times",
        "[2].f: expected a number below 1.8e308, got -1e400",
        "[2].g: expected at most 4,300 digits, got 4,301",
        f"[3]: {null}, got -Infinity, which is no JSON",
    ]


def test_a_value_that_is_wrong_as_a_whole() -> None:
    """Stands in no key."""
    assert reasons("NaN")[0].startswith("the answer: expected a value, or null")


def test_what_pandas_writes() -> None:
    """A line for each field, under the file and line where the document begins."""
    row = {**item("tide"), "TrainingEndTime": float("nan"), "SecondaryStatus": float("nan")}
    ran = jobstate("check", "-", stdin=f"{json.dumps([item('ebb'), row])}\n")
    head, *lines = ran.stderr.splitlines()
    assert head == "<stdin>:1: 2 problems"
    assert [line.partition(":")[0] for line in lines] == [
        "  - [1].TrainingEndTime",
        "  - [1].SecondaryStatus",
    ]
    assert all(", or null where there is none, got NaN" in line for line in lines)
    assert ran.exit_code == 2


def test_other_lines_are_read() -> None:
    """One line of JSON Lines is refused, and no other."""
    lines = [item("tide"), {**item("ebb"), "TrainingEndTime": float("nan")}, item("flow")]
    ran = jobstate("check", "-", stdin="\n".join(map(json.dumps, lines)))
    assert ran.stdout.endswith("2 jobs, 2 answers: all legal (1 unusable input)\n")


def test_many_are_bounded() -> None:
    """However many there are, no more are told than of any other error."""
    found = reasons(f"[{', '.join(['NaN'] * 10_000)}]")
    assert len(found) == LISTED + 1
    assert found[-1] == "… and more of the like"
    assert len(reasons(f"[{', '.join(['NaN'] * LISTED)}]")) == LISTED


@pytest.mark.parametrize("key", ["\x1b[2J", "\u202e", "\ud800", "x" * 10_000, "a\nb"])
def test_hostile_keys(key: str) -> None:
    """Whatever a key is, one line names it that does nothing else to a terminal."""
    (found,) = reasons(json.dumps({key: float("nan")}))
    assert found.isprintable()
    assert len(found) < 500


def test_an_error_of_syntax_comes_first() -> None:
    """What is no document has no keys to be named."""
    assert reasons('{"a": NaN, "b" 1}') == [
        "is no JSON at line 1, column 16: Expecting ':' delimiter"
    ]
    assert reasons('{"a": NaN') == ["ends in the middle of a value at line 1, column 10"]
