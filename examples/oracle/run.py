"""Try the oracle on libraries that nobody here wrote: python examples/oracle/run.py.

It makes an environment of its own (some 600 MB, a minute or two the first time), installs what
`requirements.txt` says and jobstate beside it, and runs the tests in this folder. Nothing else of
the project needs these libraries.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent


def main() -> int:
    """Make the environment, unless it is there, and run the tests; return their exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where to keep the environment for next time"
    )
    parser.add_argument("arguments", nargs="*", help="for pytest, after --: -- -k airflow -s")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-") as temporary:
        folder = chosen.keep or Path(temporary) / "environment"
        python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        if not python.exists():
            print(f"making {folder}; this takes a minute or two", flush=True)
            venv.create(folder, with_pip=True)
            install = (python, "-m", "pip", "install", "--quiet")
            subprocess.run([*install, "-r", HERE / "requirements.txt"], check=True)
            subprocess.run([*install, f"{PROJECT}[aws,testing]"], check=True)
        quiet = {"AIRFLOW_HOME": temporary, "SAGEMAKER_SUPPRESS_V2_WARNING": "1"}
        ran = subprocess.run(
            [python, "-m", "pytest", str(HERE), *chosen.arguments],
            cwd=HERE,
            env=os.environ | quiet,
            check=False,
        )
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
