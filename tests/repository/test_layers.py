"""The storeys: imports only go down, lazy and TYPE_CHECKING ones included, and never round."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from imports import cycle, imports, modules, third_party, within
from jobstate.kinds import KINDS
from storeys import ROOT, STOREYS, picture, reduced, room, stands_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: `jobstate` itself re-exports what stands up to here, and so can be imported from above it.
NAMESPACE_STOREY = 5
#: What may need more than the standard library and attrs: the edges.
EDGES = {
    *{"machine", "sagemaker", "batch", "testing", "diagrams", "journal", "listeners"},
    *{"asynchronous", "aws", "emulator", "audit", "cli"},
}
#: What may know of SageMaker.
KNOWING = {"sagemaker", "kinds", "testing", "aws", "emulator", "audit", "cli"}
#: Modules at the top that are no package.
LOOSE = {"errors", "asynchronous"}
#: A file with more lines than this has more than one job, unless it is a table of data.
MOST_LINES = 400
#: Those that may be longer, each with the reason.
LONGER: dict[str, str] = {}

FOUND = imports(ROOT)
INTERNAL = within("jobstate", FOUND)


def storey(module: str) -> int | None:
    """Return the storey of a module; None where no storey lists it."""
    if module == "jobstate":
        return NAMESPACE_STOREY
    return next((number for number, rooms in enumerate(STOREYS) if room(module) in rooms), None)


def storey_of(module: str) -> int:
    """Return the storey of a module that has one; unlisted ones fail their own test."""
    number = storey(module)
    return -1 if number is None else number


def is_upward(name: str, wanted: str) -> bool:
    """Return whether an import leads to a higher storey, or to a sibling on the same one."""
    if room(name) == room(wanted):
        return False
    if storey(name) == storey(wanted):
        # Errors and the smallest helpers are the ground that both stand on; the front door is a
        # list of names and stands on what it lists.
        return storey_of(name) > 0 and "jobstate" not in (name, wanted)
    return storey_of(wanted) > storey_of(name)


def test_every_module_has_a_storey() -> None:
    """A new module says where it stands before anything else can depend on it."""
    assert [name for name in FOUND if storey(name) is None] == []


def test_no_name_stands_on_two_storeys() -> None:
    """The storeys are told apart by name."""
    names = [name for each in STOREYS for name in each]
    assert len(names) == len(set(names))


def test_imports_only_go_down() -> None:
    """To a lower storey or within a package, wherever in the file the import stands."""
    upward = [
        f"{name} imports {wanted}"
        for name, all_wanted in INTERNAL.items()
        for wanted in all_wanted
        if is_upward(name, wanted)
    ]
    assert upward == []


@pytest.mark.parametrize(
    ("name", "wanted", "upward"),
    [
        ("jobstate.model.states", "jobstate.automaton.automaton", True),
        ("jobstate.machine.job", "jobstate.automaton.automaton", True),
        ("jobstate.journal.reader", "jobstate.diagrams.picture", True),
        ("jobstate.common.text", "jobstate.model.events", True),
        ("jobstate.tracking.tracker", "jobstate.conformance.judge", False),
        ("jobstate.automaton.paths", "jobstate.automaton.automaton", False),
        ("jobstate.common.times", "jobstate.errors", False),
    ],
)
def test_what_is_upward(name: str, wanted: str, upward: bool) -> None:  # noqa: FBT001 - a table
    """To a higher storey or to a sibling; never to a lower one or at home."""
    assert is_upward(name, wanted) is upward


def test_no_loose_module() -> None:
    """`ls` shows packages: what stands beside them is counted on one hand."""
    loose = {path.stem for path in ROOT.glob("*.py")} - {"__init__", "__main__"}
    assert loose == LOOSE


def test_no_file_is_long() -> None:
    """A file has one job, and can be read at one go; those that may be longer are."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in ROOT.rglob("*.py")
    }
    assert {name for name, count in lines.items() if count > MOST_LINES} == set(LONGER)


def test_every_package_and_module_says_what_it_is_for() -> None:
    """In the first line of its docstring: a sentence of its own."""
    first = {
        name: (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
        for name, path in modules(ROOT).items()
    }
    assert [name for name, line in first.items() if " " not in line] == []
    assert len(set(first.values())) == len(first)


def test_no_public_class_has_another_s_name() -> None:
    """One word means one thing: whoever greps for a class finds one."""
    names = Counter(
        node.name
        for path in ROOT.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_internal_import_exists() -> None:
    """What the walk takes for a module of jobstate is one."""
    wanted = {each for all_wanted in INTERNAL.values() for each in all_wanted}
    assert wanted <= set(FOUND)


def test_no_cycles() -> None:
    """No module imports itself by any way, not even for its types."""
    assert cycle(INTERNAL) == []


def test_generic_code_knows_nothing_of_sagemaker() -> None:
    """A second kind of job fits beside the first without a change below."""
    knowing = [
        name
        for name, all_wanted in INTERNAL.items()
        if room(name) not in KNOWING
        and any(wanted.startswith("jobstate.sagemaker") for wanted in all_wanted)
    ]
    assert knowing == []


def said_in(path: Path) -> Iterator[str]:
    """Yield every name and text in a module but what only people read; of another file all."""
    if path.suffix != ".py":
        yield path.read_text(encoding="utf-8")
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""  # a docstring
        names = (getattr(node, each, None) for each in ("id", "attr", "arg", "name", "value"))
        yield from (each for each in names if isinstance(each, str))


def test_generic_code_names_no_kind() -> None:
    """Not the kind, nor its service, operations, lists or fields."""
    words = {"sagemaker", "LastModifiedTime"}
    for kind in KINDS:
        schema = kind.schema
        assert schema is not None
        words |= {kind.name, *schema.operations, schema.id[0], schema.places[0].primary[0]}
    words -= {"status"}  # as Batch calls it, and everybody
    files = [
        path
        for pattern in ("*.py", "*.js")
        for path in ROOT.rglob(pattern)
        if path.relative_to(ROOT).parts[0] not in KNOWING | {"batch"}
    ]
    found = {
        (str(path.relative_to(ROOT)), word)
        for path in files
        for said in said_in(path)
        for word in words
        if word in said
    }
    assert found == set()
    assert len(files) > 100


def test_third_party_imports_stand_at_the_edge() -> None:
    """Below it there is the standard library and attrs, nothing else."""
    needing = {
        name: wanted - {"attr", "attrs"}
        for name, wanted in third_party("jobstate", FOUND).items()
        if room(name) not in EDGES and wanted - {"attr", "attrs"}
    }
    assert needing == {}


def test_transitions_stays_off_the_watching_path() -> None:
    """It is slow a step and heavy a model: only the driving side imports it."""
    users = {name for name, all_ in third_party("jobstate", FOUND).items() if "transitions" in all_}
    assert {".".join(name.split(".")[:2]) for name in users} <= {"jobstate.machine"}


@pytest.mark.parametrize("module", ["jobstate", "jobstate.sagemaker", "jobstate.world"])
def test_importing_is_light(module: str) -> None:
    """Importing the library loads none of the extras, nor `transitions`."""
    heavy = {"boto3", "botocore", "hypothesis", "rich", "transitions", "typer"}
    program = f"import sys, {module}; print(*{heavy!r} & set(sys.modules))"
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


# --- The picture --------------------------------------------------------------------------------


def reached(arrows: dict[str, set[str]], origin: str) -> set[str]:
    """Return what can be reached from a node, itself not included."""
    found: set[str] = set()
    ahead = list(arrows.get(origin, ()))
    while ahead:
        if (node := ahead.pop()) not in found:
            found.add(node)
            ahead += arrows.get(node, ())
    return found


def test_the_picture_leaves_out_only_what_a_longer_way_says() -> None:
    """The same is reached by what is drawn, and each arrow that is drawn is needed for it."""
    every, drawn = stands_on(), reduced(stands_on())
    for name in every:
        assert drawn[name] <= every[name]
        assert reached(drawn, name) == reached(every, name)
        for target in drawn[name]:
            without = drawn | {name: drawn[name] - {target}}
            assert target not in reached(without, name)


def test_the_picture_shows_every_package_that_is_there_or_to_come() -> None:
    """Each once, the latter dashed."""
    drawn = picture()
    listed = {name for row in STOREYS for name in row}
    assert set(stands_on()) <= listed
    assert all(drawn.count(f">{name}</text>") == 1 for name in listed)
    to_come = listed - {path.stem for path in ROOT.iterdir()}
    assert drawn.count('class="state inferred retired"') == len(to_come)


# --- The walk itself ----------------------------------------------------------------------------


def written(root: Path, files: dict[str, str]) -> Path:
    """Write a package and return where."""
    package = root / "house"
    for name, source in {"__init__.py": "", **files}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    "source",
    [
        "import house.b",
        "from house import b",
        "from house.b import thing",
        "from .b import thing",
        "from . import b",
        "if TYPE_CHECKING:\n    from house.b import thing",
        "def f():\n    from house.b import thing",
        "import importlib\nimportlib.import_module('house.b')",
        "try:\n    pass\nexcept ValueError:\n    __import__('house.b')",
    ],
)
def test_the_walk_sees(tmp_path: Path, source: str) -> None:
    """Every way to import a module is found, wherever it stands."""
    package = written(tmp_path, {"a.py": source, "b.py": "thing = 1"})
    assert "house.b" in imports(package)["house.a"]


def test_the_walk_resolves_relative_imports(tmp_path: Path) -> None:
    """From a module, from a package's own file, and from a level above."""
    package = written(
        tmp_path,
        {
            "inner/__init__.py": "from . import x\nfrom .x import y",
            "inner/x.py": "from .. import b\nfrom . import z",
            "b.py": "",
        },
    )
    found = imports(package)
    assert found["house.inner"] == {"house.inner.x"}
    assert found["house.inner.x"] == {"house.b", "house.inner"}
    assert set(modules(package)) == {"house", "house.b", "house.inner", "house.inner.x"}


def test_the_walk_sees_cycles(tmp_path: Path) -> None:
    """A cycle that only types make is one too."""
    package = written(
        tmp_path,
        {"a.py": "import house.b", "b.py": "if TYPE_CHECKING:\n    import house.a"},
    )
    assert set(cycle(imports(package))) == {"house.a", "house.b"}


def test_the_walk_sees_third_parties(tmp_path: Path) -> None:
    """What is neither the package nor the standard library."""
    package = written(tmp_path, {"a.py": "import json, attrs\nfrom typer.main import x"})
    assert third_party("house", imports(package))["house.a"] == {"attrs", "typer"}
