"""Try oracle and bridges on libraries that nobody here wrote: python examples/oracle/run.py.

It makes environments of their own (some 1 GB, two minutes or three the first time), one for each
folder with a `requirements.txt`, for what they ask for can't be together. It installs that, and
jobstate beside it, and runs the tests in that folder. Nothing else of the project needs these
libraries.
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
FOLDERS = (HERE, HERE / "sdk_v3")
#: pytest's exit code where no test is what `-k` asks for.
NOTHING_CHOSEN = 5


def main() -> int:
    """Make the environments, unless they are there, and run the tests; return their exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where to keep the environments for next time"
    )
    parser.add_argument("arguments", nargs="*", help="for pytest, after --: -- -k airflow -s")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-") as temporary:
        keep = chosen.keep or Path(temporary) / "environments"
        codes = [tried(folder, keep, temporary, chosen.arguments) for folder in FOLDERS]
    return max(codes)


def tried(folder: Path, keep: Path, temporary: str, arguments: list[str]) -> int:
    """Run the tests of a folder in its environment; return pytest's exit code."""
    place = keep / folder.name
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"making {place}; this takes a minute or two", flush=True)
        venv.create(place, with_pip=True)
        install = (python, "-m", "pip", "install", "--quiet")
        subprocess.run([*install, "-r", folder / "requirements.txt"], check=True)
        subprocess.run([*install, f"{PROJECT}[aws,async,testing]"], check=True)
    own = {"AIRFLOW_HOME": temporary, "SAGEMAKER_SUPPRESS_V2_WARNING": "1"}
    # Beside what the tests share: the examples, and a made-up CloudWatch of the project's tests.
    own["PYTHONPATH"] = os.pathsep.join(map(str, (HERE, PROJECT / "examples", PROJECT)))
    ran = subprocess.run(
        [python, "-m", "pytest", *map(str, sorted(folder.glob("test_*.py"))), *arguments],
        cwd=HERE,
        env=os.environ | own,
        check=False,
    )
    return 0 if ran.returncode == NOTHING_CHOSEN and arguments else ran.returncode


if __name__ == "__main__":
    sys.exit(main())
