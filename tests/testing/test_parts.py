"""Parts of the testing package that nobody comes by who uses it as it is meant."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from jobstate.errors import MissingExtraError
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Conformance
from jobstate.testing.coverage.coverage import _cut
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.lives.graph import Graph
from jobstate.testing.lives.weighted import Weighted
from jobstate.testing.oracle.tries import Tries
from jobstate.testing.plugin import everywhere
from tests.support.lives_for_tests import BEGIN, told


def test_items_by_weight_can_be_cut() -> None:
    """As any sequence."""
    items = Weighted([("a", 1.0), ("b", 1.0)])
    assert items[:2] == ["a", "a"]
    assert list(items[-2:]) == ["b", "b"]


def test_a_history_that_begins_elsewhere_has_no_way() -> None:
    """Nothing is looked for then."""
    region = TRAINING_JOB.main_region
    graph = Graph.of(TRAINING_JOB, ())
    states = {each.name: each for each in region.states}
    assert graph.along(graph.starts[0], ["Uploading"], states) == []


def test_a_short_list_is_told_whole() -> None:
    """Without a word of more."""
    assert list(_cut("head", ["a"], 3)) == ["  head", "    a"]


def test_tries_need_nobody_who_is_told() -> None:
    """Of each call; creates are told of."""
    created: list[object] = []
    service = Tries([told("failed"), told("completed")], VirtualClock(BEGIN), created.append)
    code, answer = service.answer("CreateTrainingJob", {"TrainingJobName": "next"})
    assert code is None
    assert answer["TrainingJobArn"].endswith("/next")
    assert len(created) == 1


def test_others_services_are_left_out() -> None:
    """What they answer is no job's."""
    found = Conformance(KINDS)
    service = SimpleNamespace(service_name="s3")
    model = SimpleNamespace(service_model=service, name="ListBuckets")
    found.answered(SimpleNamespace(status_code=200), {"Buckets": []}, model)
    found.verify()
    assert not found.reports


def test_everywhere_needs_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which extra has it."""
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(MissingExtraError, match="--conformance"):
        everywhere.EveryClient()


def test_everywhere_before_a_session_and_beside_other_items(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There may be none yet; what is no function has no fixtures."""
    botocore: Any = pytest.importorskip("botocore")
    monkeypatch.setattr(botocore, "register_initializer", lambda _: None)
    monkeypatch.delitem(sys.modules, "boto3", raising=False)
    found = everywhere.EveryClient()
    item: Any = SimpleNamespace()
    found.pytest_itemcollected(item)
    assert not hasattr(item, "fixturenames")
