"""What something else stands in the place of is there again afterwards, also in new modules."""

from __future__ import annotations

import importlib
import sys
import time
from typing import TYPE_CHECKING

import pytest

from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.replaced import Replaced, once_imported
from tests.support.lives_for_tests import BEGIN

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module that nobody has imported."""
    (tmp_path / "jobstate_late.py").write_text("from time import sleep\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "jobstate_late", raising=False)
    return "jobstate_late"


def test_all_is_put_back() -> None:
    """What was there, what was inherited, and the first of several replacements."""

    class Parent:
        told = "parent"

    class Child(Parent):
        own = "child"

    replaced = Replaced()
    for text in "ab":
        replaced.put(Child, "own", text)
        replaced.put(Child, "told", text)
    assert (Child.own, Child.told) == ("b", "b")
    replaced.restore()
    assert (Child.own, Child.told) == ("child", "parent")
    assert "told" not in vars(Child)


def test_modules_that_are_there_and_those_to_come(late: str) -> None:
    """Each is told of once, when it is complete; what is not there is not missed."""
    told: list[ModuleType] = []
    with once_imported({"json": told.append, late: told.append, "no_such_module": told.append}):
        assert [module.__name__ for module in told] == ["json"]
        module = importlib.import_module(late)
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("no_such_module")
    assert told[1:] == [module]
    assert module.sleep is time.sleep
    assert not any("_Finder" in repr(finder) for finder in sys.meta_path)


def test_what_is_imported_under_a_clock_has_the_real_functions_afterwards(late: str) -> None:
    """Its sleeps pass on the clock meanwhile."""
    clock = VirtualClock(BEGIN)
    with clock.patched():
        module = importlib.import_module(late)
        module.sleep(60)
    assert (clock.now() - BEGIN).total_seconds() == 60
    assert module.sleep is time.sleep
