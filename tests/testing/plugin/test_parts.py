"""The plugin's parts by themselves: what workers send, what is kept of answers, what is drawn."""

from __future__ import annotations

import json
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import attrs

from jobstate.errors import JobstateError
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.plugin.conformance import Conformance
from jobstate.testing.plugin.coverage import CoverageOfRun
from jobstate.testing.plugin.replay import Replay
from tests.support.lives_for_tests import told

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle

COMPLETED = told("completed")


def seen_by(lifecycle: Lifecycle) -> CoverageOfRun:
    """Return what a run has seen of a job."""
    conformance = Conformance(lifecycle)
    conformance.feed(COMPLETED.at(COMPLETED.end))
    counting = CoverageOfRun()
    counting.add(conformance)
    return counting


def said_by(counting: CoverageOfRun) -> dict[str, Any]:
    """Return what a worker says at its end."""
    output: dict[str, Any] = {}
    config = SimpleNamespace(workeroutput=output)
    counting.pytest_sessionfinish(cast("Any", SimpleNamespace(config=config)))
    return output


def test_what_a_worker_says() -> None:
    """It is plain; the life cycle is found by its name. One that has crashed says nothing."""
    output = said_by(seen_by(TRAINING_JOB))
    (said,) = output.values()
    assert set(said) == {"records", "lifecycles", "left_out", "unmodelled"}
    assert isinstance(said["lifecycles"].pop(TRAINING_JOB.name), bytes)
    assert json.loads(json.dumps(said)) == said
    controller = CoverageOfRun()
    controller.pytest_testnodedown(SimpleNamespace())
    assert said_by(controller) == {"jobstate_coverage": {**said, "records": {}, "lifecycles": {}}}
    controller.pytest_testnodedown(SimpleNamespace(workeroutput=said_by(seen_by(TRAINING_JOB))))
    assert said_by(controller)["jobstate_coverage"]["records"] == said["records"]


def test_a_life_cycle_that_can_not_be_sent(tmp_path: Path) -> None:
    """Its coverage is; and so is that of one that can't be had here."""
    local = attrs.evolve(TRAINING_JOB, failure_cause=lambda words: words)
    output = said_by(seen_by(local))
    assert output["jobstate_coverage"]["lifecycles"] == {TRAINING_JOB.name: None}
    output["jobstate_coverage"]["lifecycles"] = {TRAINING_JOB.name: b"cnowhere\nNOTHING\n."}
    drawing = CoverageOfRun(None, str(tmp_path / "seen.svg"), lambda *_: "")
    drawing.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    assert lines_of(drawing)[-1].startswith("no picture of sagemaker-training-job: another process")


def test_a_picture_that_can_not_be_drawn(tmp_path: Path) -> None:
    """It is said why: Graphviz is not there, say."""

    def draw(*_: object) -> str:
        raise JobstateError("Graphviz is missing")

    drawing = CoverageOfRun(None, str(tmp_path / "seen.svg"), draw)
    drawing.pytest_testnodedown(SimpleNamespace(workeroutput=said_by(seen_by(TRAINING_JOB))))
    assert lines_of(drawing)[-1] == "no picture of sagemaker-training-job: Graphviz is missing"
    assert list(tmp_path.iterdir()) == []


def lines_of(counting: CoverageOfRun) -> list[str]:
    """Return what is printed at the end of a run."""
    lines: list[str] = []
    session: Any = SimpleNamespace(config=SimpleNamespace())
    counting.pytest_sessionfinish(session)
    reporter: Any = SimpleNamespace(section=lines.append, write_line=lines.append)
    counting.pytest_terminal_summary(reporter)
    return lines


def test_what_is_kept_of_answers(tmp_path: Path) -> None:
    """Whatever is a mapping, as it was then; what was read before is none; copies are kept once."""
    replay = Replay()
    answer = {"a": 1, "ResponseMetadata": {"RequestId": "1"}}
    replay.add(answer, [COMPLETED.job])
    answer |= {"a": 2}
    replay.add(MappingProxyType({"a": MappingProxyType({"at": COMPLETED.end})}), [COMPLETED.job])
    replay.add([COMPLETED.observation(COMPLETED.end)], [COMPLETED.job])
    for number in ("2", "3"):
        replay.add([{"a": 3, "ResponseMetadata": {"RequestId": number}}], [])
    path = replay.write(tmp_path / "new", "tests/test_a.py::test_b[x/y]", {COMPLETED.job})
    assert path.name == "tests-test_a.py-test_b[x-y].jsonl"
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"a": 1},
        {"a": {"at": COMPLETED.end.isoformat()}},
        {"a": 3},
    ]
    path = replay.write(tmp_path, "x" * 500, ())
    assert len(path.name) < 255
    assert path.read_text() == '{"a": 3}\n'
