"""What jobstate costs those who have it installed and use nothing of it.

``python benchmarks/others.py`` makes two virtual environments with Hypothesis and pytest, one of
them with jobstate too, and compares how long importing Hypothesis and collecting tests takes in
them: turn by turn, each time in a fresh interpreter, as CPU time of its process. pip must reach an
index. Imports nothing of the library.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import tempfile
import venv
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bars import bar

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[1]
TESTS, FILES = 2_000, 20
#: At most so much slower, as a ratio.
AIM = 1.01
_CLOCK = "import time; begin = time.process_time(); {}; print(time.process_time() - begin)"
PROGRAMS = {
    "import hypothesis": _CLOCK.format("import hypothesis"),
    f"pytest --collect-only, {TESTS:,} tests": _CLOCK.format(
        "import pytest; pytest.main(['-q', '--collect-only', '-p', 'no:cacheprovider'])"
    ),
}
#: The environments of a turn, in their order; the second shows what chance alone makes.
WITHOUT, AGAIN, WITH = "without jobstate", "without, once more", "with jobstate"
#: What would make one of them more than it is.
_STRAY = ("PYTHON", "PYTEST", "HYPOTHESIS")


def environment(folder: Path, *wanted: str) -> Path:
    """Make a virtual environment with some distributions; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    subprocess.run(pip, check=True)  # noqa: S603 - our own
    return python


def trivial_tests(folder: Path) -> None:
    """Write the tests that are collected."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    for number in range(FILES):
        tests = (f"def test_{each}(): pass\n" for each in range(TESTS // FILES))
        (folder / f"test_{number}.py").write_text("".join(tests))


def seconds(python: Path, program: str, folder: Path) -> float:
    """Return the CPU time of a program, which prints it last."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_STRAY)}
    done = subprocess.run(  # noqa: S603 - our own
        [python, "-c", program], check=True, capture_output=True, text=True, cwd=folder, env=kept
    )
    return float(done.stdout.splitlines()[-1])


def laps(count: int, source: str) -> dict[str, dict[str, list[float]]]:
    """Return program → environment → seconds, lap by lap; each begins with another environment."""
    found: dict[str, dict[str, list[float]]] = {
        each: {name: [] for name in (WITHOUT, AGAIN, WITH)} for each in PROGRAMS
    }
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        trivial_tests(home / "tests")
        bare = environment(home / "bare", "hypothesis", "pytest")
        pythons = {
            WITHOUT: bare,
            AGAIN: bare,
            WITH: environment(home / "full", "hypothesis", "pytest", source),
        }
        with bar(count * len(PROGRAMS), "laps") as progress:
            for lap in range(-1, count):  # the first, which compiles, does not count
                for program, text in PROGRAMS.items():
                    names = [*pythons][lap % 3 :] + [*pythons][: lap % 3]
                    for each in names:
                        took = seconds(pythons[each], text, home / "tests")
                        if lap >= 0:
                            found[program][each].append(took)
                    progress(lap >= 0)
    return found


def lines(found: dict[str, dict[str, list[float]]]) -> Iterator[str]:
    """Yield a table, in Markdown; ratios are medians of the laps' own."""
    yield "| what | in an environment | CPU time | ratio | aim |"
    yield "|---|---|---|---|---|"
    for program, environments in found.items():
        for name, took in environments.items():
            pairs = zip(took, environments[WITHOUT], strict=True)
            ratio = median(one / other for one, other in pairs)
            aim = f"≤ {AIM}, {'reached' if ratio <= AIM else 'missed'}" if name is WITH else ""
            yield f"| {program} | {name} | {median(took) * 1e3:.1f} ms | {ratio:.3f} | {aim} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laps", type=int, default=101, help="how often all is compared (101)")
    parser.add_argument("--source", default=str(CHECKOUT), help="the jobstate to install")
    chosen = parser.parse_args()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {os.cpu_count()} cores; medians of {chosen.laps} laps\n")
    print("\n".join(lines(laps(chosen.laps, chosen.source))))


if __name__ == "__main__":
    main()
