"""How long imports take, each in an interpreter of its own, beyond what a bare one has loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from figures import Aim, Figures, Group

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
_PROGRAM = "import time; begin = time.thread_time(); {}; print(time.thread_time() - begin)"


@pytest.fixture(scope="session")
def byte_code(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return an environment in which byte code is cached, in a folder that all have compiled to."""
    kept = {name: value for name, value in os.environ.items() if name != _NO_BYTE_CODE}
    kept["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("byte-code"))
    for statement in STATEMENTS:
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", statement], check=False, capture_output=True, env=kept
        )
    return kept


@pytest.mark.parametrize("statement", STATEMENTS)
def test_import(statement: str, lap: int, figures: Figures, byte_code: Mapping[str, str]) -> None:
    """One statement in a fresh interpreter."""
    pytest.importorskip(statement.split()[1].partition(".")[0])
    program = [sys.executable, "-c", _PROGRAM.format(statement)]
    done = subprocess.run(  # noqa: S603 - our own program
        program, check=True, capture_output=True, text=True, env=byte_code
    )
    aims = _AIMS if statement in OURS else []
    figures.add(IMPORTS, statement, lap, float(done.stdout), aims)
