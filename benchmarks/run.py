"""Everything that is measured, side by side in one run: ``python benchmarks/run.py``.

Needs what is in the dependency group `benchmark`. Further arguments are pytest's and
pytest-benchmark's: ``-k "one_step"``, ``--benchmark-json=figures.json``. Imports the plugin.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import suite

#: In the order of the report.
GROUPS = (
    "steps",
    "unchanged",
    "abreast",
    "pages",
    "parse",
    "memory",
    "import",
    "fleet",
    "diagrams",
)
HERE = Path(__file__).resolve().parent
OPTIONS = (
    f"--rootdir={HERE}",
    f"--config-file={os.devnull}",
    "--override-ini=python_files=bench_*.py",
    "--benchmark-timer=time.thread_time",
    "--benchmark-disable-gc",
    "--benchmark-quiet",
    "-p",
    "no:cacheprovider",
    "-q",
)


def main(arguments: list[str]) -> int:
    """Measure and print; return pytest's exit code."""
    files = [str(HERE / f"bench_{name}.py") for name in GROUPS]
    return int(pytest.main([*OPTIONS, *arguments, *files], plugins=[suite]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
