"""How many bugs the tests find that mutmut plants, one by one, in the heart of the library.

Run it: `python -m tests.campaigns.mutation --jobs 2`; a module alone takes some minutes (`--only
conformance/histories.py`), and one or two if it is judged by its own tests alone (`--tests
conformance/test_histories.py`). It needs mutmut: `pip install --group mutation`.

mutmut changes one thing in a function (an operator, a number, a text, an argument; tables outside
functions stay) in a copy of the tree, and `mutation_server` runs the tests that come through there.
A mutant is killed if one of them fails, or never ends. Mutants that survive are gaps: of the tests,
or of the code, which does more than it must. Those that nobody can kill, because they do the same
in another way, stand in `mutation_survivors.toml`, each with the reason; they count as survivors
all the same.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TREE = Path(__file__).parents[2]
ARGUED = Path(__file__).parent / "mutation_survivors.toml"
#: What share of the mutants of each module must be killed.
LEAST = 0.95

#: The automaton, the conformance, the tracker and the rules, with what they are made of.
MODULES = (
    "automaton/automaton.py",
    "automaton/runs.py",
    "automaton/shortest_run.py",
    "automaton/legal_orders.py",
    "automaton/bitsets.py",
    "model/hidden_states.py",
    "model/job_keys.py",
    "model/rule_tests.py",
    "model/tables.py",
    "conformance/check.py",
    "conformance/answers.py",
    "conformance/judge.py",
    "conformance/modified_times.py",
    "conformance/between.py",
    "conformance/regions.py",
    "conformance/orders.py",
    "conformance/bounds.py",
    "conformance/kept_answers.py",
    "conformance/ends.py",
    "conformance/histories.py",
    "conformance/children.py",
    "conformance/families.py",
    "tracking/tracker.py",
    "tracking/processing.py",
    "tracking/listeners.py",
    "tracking/tracked_job.py",
    "tracking/turns.py",
    "tracking/store.py",
    "tracking/estimate_sets.py",
    "tracking/unchanged.py",
    "delivery/lane.py",
    "delivery/event_queue.py",
    "delivery/held_jobs.py",
    "delivery/lane_cursor.py",
    "delivery/shards.py",
    "conformance/rules.py",
    "sagemaker/training_job/rules.py",
)
#: The tests that kill most in the shortest time; slower ones find nothing that these don't.
TESTS = (
    "automaton/test_automaton.py",
    "automaton/test_explanation.py",
    "automaton/test_legal_orders.py",
    "automaton/test_runs.py",
    "batch/test_job.py",
    "cli/test_family_tree.py",
    "conformance/test_between.py",
    "conformance/test_bounds.py",
    "conformance/test_check.py",
    "conformance/test_children.py",
    "conformance/test_default_rules.py",
    "conformance/test_ends.py",
    "conformance/test_families.py",
    "conformance/test_histories.py",
    "conformance/test_judge.py",
    "conformance/test_kept_answers.py",
    "conformance/test_memo.py",
    "conformance/test_orders.py",
    "conformance/test_previous.py",
    "delivery/test_delivery.py",
    "delivery/test_dispatcher.py",
    "delivery/test_lane.py",
    "delivery/test_lane_races.py",
    "diagrams/overlays/test_job.py",
    "journal/test_edges.py",
    "journal/test_held_after_crash.py",
    "journal/test_journal.py",
    "kinds/test_every_kind.py",
    "kinds/test_kinds.py",
    "kinds/test_mutants.py",
    "kinds/test_reopening.py",
    "kinds/test_steady.py",
    "listeners/test_log_and_jsonl.py",
    "model/test_events.py",
    "model/test_history_rules.py",
    "model/test_job_keys.py",
    "model/test_life.py",
    "model/test_lifecycle.py",
    "model/test_observation.py",
    "model/test_outcome.py",
    "model/test_packed_history.py",
    "model/test_specification.py",
    "model/test_tables.py",
    "model/test_validation.py",
    "model/test_walks.py",
    "properties/test_pickling.py",
    "sagemaker/training_job/test_lifecycle.py",
    "sagemaker/training_job/test_outcomes.py",
    "test_errors.py",
    "testing/fakes/test_clock.py",
    "testing/lives/test_recorded.py",
    "tracking/test_creation_times.py",
    "tracking/test_job_codec.py",
    "tracking/test_estimate_sets.py",
    "tracking/test_overdue.py",
    "tracking/test_retention.py",
    "tracking/test_several_kinds.py",
    "tracking/test_snapshot.py",
    "tracking/test_strict_and_back.py",
    "tracking/test_tracked_job.py",
    "tracking/test_tracker.py",
    "tracking/test_tracker_threads.py",
    "tracking/test_unchanged.py",
)
#: It holds what the run of a mutant forgets.
PASSED_OVER = "tests/model/test_walks.py::test_walks_are_worked_out_once"
#: Plugins of pytest that only cost time, or that trip over processes that end at once.
WITHOUT = ("cacheprovider", "benchmark", "unraisableexception", "randomly", "random-order")
#: What makes the mutants, and does nothing with them.
GENERATE = """
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
copy_src_dir()
copy_also_copy_files()
create_mutants(1)
"""

#: What an exit code of `mutation_server`'s processes means: those that it gives, and the signal of
#: what takes more time than it may. Whatever is not here is an error of the run.
VERDICTS = {0: "survived", 1: "killed", 36: "timed out", -24: "timed out"}


class Change(NamedTuple):
    """What a mutant is, in words that stay the same while the code around it changes.

    Attributes:
        module: The file.
        function: The function or method in it.
        was: The lines that it replaces, on one line.
        now: What it replaces them with.
    """

    module: str
    function: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.module}, {self.function}\n  - {self.was}\n  + {self.now}"


class Mutant(NamedTuple):
    """A mutant and what became of it: killed, survived, timed out or an exit code."""

    change: Change
    verdict: str


# --- The copy -----------------------------------------------------------------------------------


def copy_tree(folder: Path, modules: Sequence[str]) -> None:
    """Copy what mutmut needs to a folder, with its settings."""
    for name in ("src", "tests", "examples"):
        shutil.copytree(TREE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TREE / "pyproject.toml", folder)
    for module in modules:
        path = folder / "src/jobstate" / module
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "setup.cfg").write_text(settings(modules), encoding="utf-8")


def undecorated(code: str) -> str:
    """Return code with ``f = decorator(f)`` below a function instead of ``@decorator`` above it.

    mutmut passes over decorated functions; so it takes properties like any other method.
    """
    lines = code.splitlines()
    functions = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.FunctionDef)]
    for each in sorted(functions, key=lambda function: function.lineno, reverse=True):
        for decorator in each.decorator_list:
            call = f"{each.name} = {ast.unparse(decorator)}({each.name})"
            lines.insert(each.end_lineno or 0, " " * each.col_offset + call)
            lines[decorator.lineno - 1] = ""
    return "\n".join(lines) + "\n"


def settings(modules: Sequence[str]) -> str:
    """Return mutmut's settings."""
    lists = {
        "source_paths": ["src"],
        "also_copy": ["examples"],  # besides the tests
        "only_mutate": [f"src/jobstate/{module}" for module in modules],
    }
    lines = ["[mutmut]"]
    for name, values in lists.items():
        lines += [f"{name} =", *indented(values)]
    return "\n".join(lines) + "\n"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines two to the right."""
    return (f"  {line}" for line in lines)


# --- The run ------------------------------------------------------------------------------------


def run(folder: Path, jobs: int, tests: Sequence[str]) -> dict[str, int]:
    """Let mutmut make the mutants, and judge them all; return the exit code of each.

    Raises:
        SystemExit: One of the two gives up.
    """
    surroundings = os.environ | {"PYTHONHASHSEED": "0"}
    there = folder / "mutants"
    made = subprocess.run(  # noqa: S603 - mutmut
        [sys.executable, "-c", GENERATE],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        say(made.stdout, made.stderr)
        raise SystemExit(2)
    server = [sys.executable, "-m", "tests.campaigns.mutation_server", f"--jobs={jobs}", "--"]
    options = [f"--deselect={PASSED_OVER}", *(f"-pno:{name}" for name in WITHOUT)]
    judged = subprocess.run(  # noqa: S603 - the other half of this program
        [*server, *options, *(f"tests/{name}" for name in tests)],
        cwd=there,
        env=surroundings | {"PYTHONPATH": os.pathsep.join(("src", "."))},
        check=False,
    )
    if judged.returncode:
        raise SystemExit(2)
    verdicts: dict[str, int] = json.loads((there / "verdicts.json").read_text(encoding="utf-8"))
    return verdicts


def mutants_of(folder: Path, module: str, verdicts: Mapping[str, int]) -> Iterator[Mutant]:
    """Yield the mutants of a module, as mutmut has noted them, with what became of them."""
    path = folder / "mutants/src/jobstate" / module
    lines = path.read_text(encoding="utf-8").splitlines()
    codes = json.loads(path.with_name(path.name + ".meta").read_text(encoding="utf-8"))
    spans = json.loads(path.with_name(path.name + ".spans").read_text(encoding="utf-8"))["spans"]
    for key in codes["exit_code_by_key"]:
        name = key.rpartition(".")[2]
        function = name.rpartition("__mutmut_")[0]
        plain = readable(function)
        was, now = (
            [line.replace(each, plain) for line in lines[spans[each][0] - 1 : spans[each][1]]]
            for each in (f"{function}__mutmut_orig", name)
        )
        change = Change(module, plain, *difference(was, now))
        yield Mutant(change, VERDICTS.get(code := verdicts[key], f"exit code {code}"))


def readable(name: str) -> str:
    """Return the name of a function that mutmut has made one of: ``xǁKnownǁlabel``, ``x_met``."""
    return name.removeprefix("xǁ").replace("ǁ", ".") if "ǁ" in name else name.removeprefix("x_")


def difference(was: Sequence[str], now: Sequence[str]) -> tuple[str, str]:
    """Return what some lines replace, and with what, each on one line."""
    found: dict[str, list[str]] = {"-": [], "+": []}
    for line in difflib.ndiff(was, now):
        if line[0] in found:
            found[line[0]].append(line[2:].strip())
    return " ".join(found["-"]), " ".join(found["+"])


# --- What came of it ----------------------------------------------------------------------------


def argued() -> list[tuple[Change, str]]:
    """Return the survivors that nobody can kill, each with the reason."""
    data = tomllib.loads(ARGUED.read_text(encoding="utf-8"))
    return [
        (Change(*(each[name] for name in Change._fields)), group["because"])
        for group in data["argument"]
        for each in group["mutants"]
    ]


def spared(mutant: Mutant, reasons: Mapping[Change, str]) -> bool:
    """Return whether a mutant survived that nobody can kill."""
    return mutant.verdict == "survived" and mutant.change in reasons


def table(mutants: Sequence[Mutant], modules: Sequence[str]) -> list[str]:
    """Return what became of the mutants, a line for each module and one for all."""
    line = "{:<20} {:>8} {:>7} {:>10} {:>9} {:>7}".format
    rows = [line("module", "mutants", "killed", "timed out", "survived", "score")]
    for name in (*modules, "together"):
        count = Counter(
            each.verdict for each in mutants if name in (each.change.module, "together")
        )
        cells = (count.total(), *(count[word] for word in ("killed", "timed out", "survived")))
        rows.append(line(name, *cells, f"{score(count):.1%}"))
    return rows


def score(count: Counter[str]) -> float:
    """Return the share of mutants that did not survive."""
    return (count["killed"] + count["timed out"]) / count.total()


def faults(mutants: Sequence[Mutant], modules: Sequence[str]) -> list[str]:
    """Return what must not be: survivors without an argument, arguments without a survivor."""
    # Counted, for the same change at two places of a function looks the same.
    known = Counter(change for change, _ in argued() if change.module in modules)
    there = Counter(each.change for each in mutants if each.verdict == "survived")
    found = [f"survived: {change}" for change in sorted((there - known).elements())]
    found += [f"argued, but no survivor: {change}" for change in sorted((known - there).elements())]
    found += [
        f"{each.verdict}: {each.change}"
        for each in mutants
        if each.verdict not in VERDICTS.values()
    ]
    for module in modules:
        count = Counter(each.verdict for each in mutants if each.change.module == module)
        if score(count) < LEAST:
            found.append(f"{module}: less than {LEAST:.0%} killed")
    return found


def say(*lines: str) -> None:
    """Print lines at once, for the run is long."""
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a program that prints


def main() -> int:
    """Run the campaign; return 1 if a mutant survives that must not, or too many do."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=MODULES,
        metavar="MODULE",
        help=f"one of {', '.join(MODULES)}; again for another one",
    )
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument(
        "--tests",
        action="append",
        choices=TESTS,
        metavar="FILE",
        help="judge by these tests alone, say by those of a module: soon done, and what survives"
        " may yet be killed by others",
    )
    parser.add_argument("--keep", type=Path, help="a new folder to work in, and to leave there")
    options = parser.parse_args()
    if importlib.util.find_spec("mutmut") is None:
        parser.error("mutmut is missing: pip install --group mutation")
    modules = tuple(options.only or MODULES)
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        folder = options.keep or Path(temporary)
        copy_tree(folder, modules)
        codes = run(folder, options.jobs, options.tests or TESTS)
        mutants = [each for module in modules for each in mutants_of(folder, module, codes)]
    reasons = dict(argued())
    for each in mutants:
        if spared(each, reasons):
            say(f"{each.change}\n  {reasons[each.change]}")
    wrong = faults(mutants, modules)
    say("", *table(mutants, modules), "", *wrong)
    others = Counter(each.verdict for each in mutants if not spared(each, reasons))
    say(f"{len(mutants) - others.total()} survivors are argued; without these {score(others):.2%}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
