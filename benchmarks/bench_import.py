"""How long imports take, each in an interpreter of its own, beyond what a bare one has loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from figures import Aim, Figures, Group

FLOOR = "import attrs"
IMPORTS = Group(
    "Import",
    FLOOR,
    note="In fresh interpreters, which measure the CPU time of the one statement themselves; the"
    " byte code is cached.",
)
_AIMS = [Aim.at_most(2, of=FLOOR)]
OURS = ("import jobstate", "from jobstate import Tracker")
STATEMENTS = (
    FLOOR,
    *OURS,
    "from jobstate.sagemaker import TRAINING_JOB",
    "import transitions",
    "import pydantic",
)
_PROGRAM = "import time; begin = time.thread_time(); {}; print(time.thread_time() - begin)"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_import(statement: str, lap: int, figures: Figures) -> None:
    """One statement in a fresh interpreter."""
    pytest.importorskip(statement.split()[1].partition(".")[0])
    program = [sys.executable, "-c", _PROGRAM.format(statement)]
    done = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603 - own
    aims = _AIMS if statement in OURS else []
    figures.add(IMPORTS, statement, lap, float(done.stdout), aims)
