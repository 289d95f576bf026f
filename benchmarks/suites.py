"""What the oracle says of the answers in other projects' tests: ``python benchmarks/suites.py``.

It fetches source distributions with pip into a temporary folder. Of tests that spell out answers it
reads the dictionaries, without running anything, and judges each: as an answer where it is one,
else as `check --partial` does. moto's own tests run in an environment of their own, offline, under
``pytest --conformance``. It prints counts by suite, and each accusation. Nothing of it is kept;
pip must reach an index. Some two minutes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from attrs import define, field

from bars import bar
from jobstate import ObservationError, Report, check_jobs, check_partial
from jobstate.kinds import KINDS
from jobstate.model import Severity
from literals import displayed
from others import CHECKOUT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Those on the index whose source distributions have tests with answers about jobs; of forty that
#: deal with such jobs the others have none, or leave their tests out.
SUITES: Final = (
    "amazon-sagemaker-jupyter-scheduler==3.2.2",
    "apache-airflow-providers-amazon==9.39.0",
    "flytekitplugins-awssagemaker==1.16.31",
    "moto==5.2.5",
    "redun==0.44.1",
    "sagemaker-studio==1.1.35",
)
#: Whose tests run; those of CloudFormation need half of moto besides.
MOTO: Final = "moto==5.2.5"
MOTO_TESTS: Final = ("tests/test_sagemaker", "tests/test_batch_simple")
MOTO_NEEDS: Final = ("moto[sagemaker,batch_simple]==5.2.5", "freezegun", "pytest>=8.3")
#: A field that a dictionary is told by: a kind's own name of the status. Batch has a plain one, so
#: there has to be an id as well.
_STATUSES: Final = frozenset(
    kind.schema.places[0].primary[-1] for kind in KINDS if kind.schema is not None
)
_PLAIN, _IDS = "status", frozenset({"jobId", "jobArn"})


@define
class Suite:
    """What was found in the tests of one distribution.

    Attributes:
        name: Its name and version.
        left: Dictionaries whose status only a run would tell.
        whole: Answers.
        partial: Dictionaries that are no whole answers.
        unreadable: Those with something in them that no service would answer.
        unmodelled: Those with a status that no life cycle knows.
        broken: Rule → how many break it; notes are none.
        told: A line about each of these.
    """

    name: str
    left: int = 0
    whole: int = 0
    partial: int = 0
    unreadable: int = 0
    unmodelled: int = 0
    accused: int = 0
    broken: Counter[str] = field(factory=Counter)
    told: list[str] = field(factory=list)

    def take(self, place: str, keys: frozenset[str], answer: dict[str, Any]) -> None:
        """Judge a dictionary that somebody spells out, if it is about a job."""
        if not _is_about_a_job(keys):
            return
        if not _is_about_a_job(frozenset(answer)):
            self.left += 1
            return
        if reports := _as_answer(answer):
            self.whole += 1
        else:
            try:
                reports = check_partial(KINDS, answer)
            except ObservationError as error:
                self.unreadable += 1
                self.told.append(f"{place}: {error}")
                return
            self.partial += 1
        self._note(place, reports)

    def _note(self, place: str, reports: list[Report]) -> None:
        broken = [
            each
            for report in reports
            for each in report.violations
            if each.severity is Severity.ERROR
        ]
        news = [each for report in reports for each in report.unmodelled]
        self.accused += bool(broken)
        self.unmodelled += bool(news)
        self.broken.update(each.rule for each in broken)
        self.told += [f"{place}: {each.rule}: {each.message}" for each in broken]
        self.told += [f"{place}: unknown status {each.value}" for each in news]


def _is_about_a_job(keys: frozenset[str]) -> bool:
    own = keys & (_STATUSES - {_PLAIN})
    return bool(own or (_PLAIN in keys and keys & _IDS))


def _as_answer(answer: dict[str, Any]) -> list[Report]:
    """Return the verdict on an answer; nothing where it is none, or none that can be read."""
    try:
        return list(check_jobs(KINDS, answer).values())
    except ObservationError:
        return []


# --- Answers that tests spell out ---------------------------------------------------------------


def fetch(wanted: str, folder: Path) -> Path:
    """Let pip fetch a source distribution; return the archive."""
    name = wanted.partition("==")[0]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-binary", name, "--dest", str(folder / name), wanted]
    subprocess.run([*pip, *options], check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - pip
    (archive,) = (folder / name).glob("*.tar.gz")
    return archive


def programs(archive: Path) -> Iterator[tuple[str, str]]:
    """Yield the Python programs of an archive's tests, with their paths."""
    with tarfile.open(archive) as members:
        for member in members:
            parts = PurePosixPath(member.name).parts[1:]
            if member.name.endswith(".py") and any("test" in part for part in parts):
                content = members.extractfile(member)
                if content is not None:
                    yield "/".join(parts), content.read().decode(errors="replace")


def spelt_out(name: str, archive: Path) -> Suite:
    """Return what the tests of an archive spell out, judged."""
    suite = Suite(name)
    for path, source in programs(archive):
        try:
            found = list(displayed(source))
        except SyntaxError:
            continue  # a test of somebody who reads programs
        for line, keys, answer in found:
            suite.take(f"{path}:{line}", keys, answer)
    return suite


# --- Tests that run -----------------------------------------------------------------------------


@define
class Run:
    """What came of tests that ran under the fixture.

    Attributes:
        tests: How many ran.
        failed: How many of them failed, whyever.
        broken: What the fixture said, each with how many tests.
    """

    tests: int = 0
    failed: int = 0
    broken: Counter[str] = field(factory=Counter)


def run_moto(archive: Path, folder: Path, source: str) -> Run:
    """Run moto's own tests of jobs; nothing of the checkout's settings counts."""
    with tarfile.open(archive) as members:
        members.extractall(folder / "moto", filter="data")
    (tests,) = (folder / "moto").iterdir()
    for settings in ("setup.cfg", "pyproject.toml", "tox.ini"):
        (tests / settings).unlink(missing_ok=True)
    python = environment(folder / "environment", *MOTO_NEEDS, f"{source}[aws,testing]")
    offline = {"AWS_DEFAULT_REGION": "us-east-1"}
    offline |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "x")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    kept.pop("PYTHONPATH", None)  # another moto, or another jobstate
    watched = ("--conformance", "--conformance-files", "answers", "--junit-xml", "junit.xml")
    chosen = ("--ignore-glob", "*cloudformation*", *MOTO_TESTS)
    subprocess.run(  # noqa: S603 - pytest
        [str(python), "-m", "pytest", "-q", *watched, *chosen],
        cwd=tests,
        env=kept | offline,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return ran(tests / "junit.xml")


def ran(junit: Path) -> Run:
    """Return what a file of JUnit's tells of a run."""
    run = Run()
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 - pytest wrote it
        run.tests += 1
        failures = [*case.iter("failure"), *case.iter("error")]
        run.failed += bool(failures)
        said = [
            each.get("value") or ""
            for each in case.iter("property")
            if each.get("name") == "conformance.violation"
        ]
        said += [
            " ".join((each.get("message") or "").partition("Error: ")[2].split())
            for each in failures
            if "can't be read" in (each.get("message") or "")
        ]
        run.broken.update(said)
    return run


# --- What is printed ----------------------------------------------------------------------------


def lines(suites: list[Suite]) -> Iterator[str]:
    """Yield the table of answers that are spelt out, and each accusation."""
    heads = "| suite | left open | answers | in part | unreadable | unknown | accused | rules |"
    yield from (heads, "|---|---|---|---|---|---|---|---|")
    for each in suites:
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(each.broken.items()))
        counts = (each.left, each.whole, each.partial, each.unreadable, each.unmodelled)
        yield f"| {each.name} | {' | '.join(map(str, counts))} | {each.accused} | {rules} |"
    for each in suites:
        yield from ("", f"{each.name}:", *(f"- {line}" for line in each.told or ["nothing"]))


def main() -> None:
    """Fetch, judge and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", default=str(CHECKOUT), help="the jobstate for moto's tests")
    parser.add_argument("--only", nargs="*", default=SUITES, help="the suites, NAME==VERSION")
    parser.add_argument("--no-run", action="store_true", help="run no tests, only read them")
    chosen = parser.parse_args()
    suites: list[Suite] = []
    with tempfile.TemporaryDirectory(prefix="suites-") as name:
        folder, moto = Path(name), None
        with bar(len(chosen.only) + (not chosen.no_run), "suites") as progress:
            for each in chosen.only:
                archive = fetch(each, folder / "archives")
                suites.append(spelt_out(each, archive))
                moto = archive if each == MOTO else moto
                progress(1)
            print("\n".join(lines(suites)))
            if moto is not None and not chosen.no_run:
                run = run_moto(moto, folder, chosen.source)
                progress(1)
                print(f"\n{MOTO}, its tests: {run.tests} ran, {run.failed} failed")
                for said, count in sorted(run.broken.items()):
                    print(f"- {count} test{'s' * (count > 1)}: {said}")


if __name__ == "__main__":
    main()
