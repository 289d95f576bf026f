"""Files of scenarios: read as they say, or refused with every problem and its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstate.emulator.errors import ScenarioFileError
from jobstate.emulator.scenarios.file import read_scenarios
from jobstate.emulator.scenarios.known import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
default = "slow"

[[scenario]]
name = "slow"
like = "slow-capacity"
seconds = { Pending = 7200, Training = 1.5 }

[[scenario]]
name = "broken"
via = ["Training"]
end = "failed"
failure = "AlgorithmError: {name}"
then_deleted = 60

[scenario.seconds]
Training = 5

[[rule]]
scenario = "broken"
jobs = "bad-*"
kind = "sagemaker-training-job"
tags = { team = "tides" }
"""

BAD = """\
default = "sloww"
colour = "red"

[[scenario]]
name = "slow"
like = "none"
seconds = { Pending = -1 }

[[scenario]]
via = "Training"
end = 3

[scenario.seconds]
Training = true

[[rule]]
jobs = "bad-*"

[[rule]]
scenario = "broken"
kind = "training"
tags = { team = 1 }
"""


def written(path: Path, text: str | bytes) -> Path:
    """Return a file with some text in it."""
    file = path / "scenarios.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_file(tmp_path: Path) -> None:
    """What it does not say is as in the scenario that it is like."""
    choice = read_scenarios(written(tmp_path, GOOD))
    slow, broken = choice.named("slow"), choice.named("broken")
    assert (slow.via, slow.end) == (("Pending",), "succeeded")
    assert slow.seconds == {"Pending": 7200, "Training": 1.5}
    assert (broken.via, broken.end, broken.then_deleted) == (("Training",), "failed", 60)
    assert broken.seconds == {"Training": 5}
    (rule,) = choice.rules
    assert (rule.scenario, rule.jobs, rule.kind) == ("broken", "bad-*", "sagemaker-training-job")
    assert rule.tags == {"team": "tides"}
    assert choice.default == "slow"
    assert choice.scenarios.keys() == {*SCENARIOS, "slow", "broken"}


def test_every_problem_has_its_line(tmp_path: Path) -> None:
    """All of them, in one error."""
    with pytest.raises(ScenarioFileError) as found:
        read_scenarios(written(tmp_path, BAD))
    said = {each.path for each in found.value.problems}
    assert said == {
        "line 1, default",
        "line 2, colour",
        "line 6, scenario 1, like",
        "line 7, scenario 1, seconds",
        "line 9, scenario 2, name",
        "line 10, scenario 2, via",
        "line 11, scenario 2, end",
        "line 13, scenario 2, seconds",
        "line 16, rule 1, scenario",
        "line 20, rule 2, scenario",
        "line 21, rule 2, kind",
        "line 22, rule 2, tags",
    }
    assert str(found.value).splitlines()[0].endswith("scenarios.toml: 12 problems")
    assert "line 7, scenario 1, seconds: expected a table of seconds" in str(found.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("default = happy", "line 1: expected TOML"),
        ("a = [", "expected TOML"),
        (b"\xff", "expected UTF-8"),
        ("scenario = 3", "line 1, scenario: expected tables, got 3"),
        ('scenario = [{name = ""}]', "line 1, scenario 1, name: expected a name"),
        ("default = 3", "line 1, default: expected a text, got 3"),
        ('[[rule]]\nscenario = ["happy"]', "line 2, rule 1, scenario: expected a text"),
    ],
)
def test_what_can_not_be_used(tmp_path: Path, text: str | bytes, said: str) -> None:
    """It is told in a line."""
    with pytest.raises(ScenarioFileError) as found:
        read_scenarios(written(tmp_path, text))
    assert said in str(found.value)
    assert len(found.value.problems) == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is the error of the system."""
    with pytest.raises(FileNotFoundError):
        read_scenarios(tmp_path / "none.toml")
