"""Crafted journals: an error or the truth. A short form of `crafted`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.campaigns.crafted import Supervisor, Tally
from tests.campaigns.crafted_files import CELLS, ODD, golden, loosely, mutant
from tests.campaigns.crafted_verdict import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.once

#: From where it can be imported, which need not be where the tests are run.
HOME = Path(__file__).parents[2]


def test_five_hundred_files(figures: Callable[[str], None]) -> None:
    """Whoever opens one ends in time, with an error that names what is wrong, or with the truth."""
    seed = random.randrange(1 << 31)
    options = ("--count", "500", "--jobs", "2", "--seed", str(seed))
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "tests.campaigns.crafted", *options],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=HOME,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stdout
    assert "500 files, 0 faults" in done.stdout
    figures(f"500 crafted journals, seed {seed}: errors or the truth")


def test_odd_values_in_every_column(tmp_path: Path) -> None:
    """One after the other, all rows at once."""
    folders = golden(tmp_path)
    for number, (table, column) in enumerate(CELLS):
        to = tmp_path / str(number)
        to.mkdir()
        path = mutant(folders, to, 0, 0).path
        for each in to.iterdir():
            each.unlink()
        for each in folders[0].iterdir():
            (to / each.name).write_bytes(each.read_bytes())
        value = ODD[number % len(ODD)]
        sql = f'UPDATE {table} SET "{column}" = ?'  # noqa: S608 - constants
        loosely(path, lambda one, sql=sql, value=value: one.execute(sql, (value,)))  # type: ignore[misc]
        verdict = Judge(path, lambda _: None).run()
        assert verdict.faults == [], (table, column, str(value)[:40])


def test_a_process_that_dies_or_hangs_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next file is opened by another process."""
    folders = golden(tmp_path)
    tally = Tally()
    supervisor = Supervisor(folders, 0)
    try:
        supervisor._process.kill()  # noqa: SLF001 - as if a file had done it
        supervisor.run(0, tally)
        monkeypatch.setattr("tests.campaigns.crafted.LIMIT", 0.0)
        supervisor.run(0, tally)
        monkeypatch.undo()
        supervisor.run(0, tally)
    finally:
        supervisor.stop()
    assert [each[2].split(" after")[0] for each in tally.faults] == [
        "making it: dead",
        "reader without: late",
    ]
    assert tally.files == 3
