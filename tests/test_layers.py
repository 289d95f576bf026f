"""The storeys: imports only go down, lazy and TYPE_CHECKING ones included, and never round."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jobstate
from imports import cycle, imports, modules, third_party, within

ROOT = Path(jobstate.__file__).parent

#: What stands on each storey: modules, or packages with all that is in them.
STOREYS = (
    # 0: data
    {
        *{"counting", "drawing", "errors", "escaping", "events", "form", "hidden", "lifecycle"},
        *{"log", "moments", "observation", "selfcheck", "specification"},
    },
    # 1: pure functions over the data
    {
        *{
            "automaton",
            "changes",
            "compact",
            "conformance",
            "entries",
            "explanation",
            "history",
            "knowledge",
            "life",
            "judgement",
            "lateness",
            "masks",
            "merging",
            "policy",
        },
        *{"refusal", "report", "rules", "standing", "tables", "telling", "walks"},
    },
    # 2: what changes
    {
        *{"delivery", "durable", "jobs", "keeping", "observed", "overdue", "plain", "retention"},
        *{"snapshot", "tracked", "tracker", "turns", "wording"},
    },
    # 3: the edges
    {
        *{
            "asynchronous",
            "audit",
            "diagrams",
            "emulator",
            "journal",
            "listeners",
            "machine",
            "sagemaker",
        },
        *{"testing"},
    },
    # 4: the command line
    {"cli"},
)
#: `jobstate` itself re-exports what stands up to here, and so can be imported from above it.
NAMESPACE_STOREY = 2
#: The storey from which on a module may need more than the standard library and attrs.
ADAPTERS_STOREY = 3

FOUND = imports(ROOT)
INTERNAL = within("jobstate", FOUND)


def storey(module: str) -> int | None:
    """Return the storey of a module; None where no storey lists it."""
    if module == "jobstate":
        return NAMESPACE_STOREY
    top = module.split(".")[1]
    return next((number for number, names in enumerate(STOREYS) if top in names), None)


def storey_of(module: str) -> int:
    """Return the storey of a module that has one; unlisted ones fail their own test."""
    number = storey(module)
    return -1 if number is None else number


def test_every_module_has_a_storey() -> None:
    """A new module says where it stands before anything else can depend on it."""
    assert [name for name in FOUND if storey(name) is None] == []


def test_no_name_stands_on_two_storeys() -> None:
    """The storeys are told apart by name."""
    names = [name for each in STOREYS for name in each]
    assert len(names) == len(set(names))


def test_imports_only_go_down() -> None:
    """To a lower storey or the same one, wherever in the file the import stands."""
    upward = [
        f"{name} imports {wanted}"
        for name, all_wanted in INTERNAL.items()
        for wanted in all_wanted
        if storey_of(wanted) > storey_of(name)
    ]
    assert upward == []


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
        if storey_of(name) < ADAPTERS_STOREY
        and any(wanted.startswith("jobstate.sagemaker") for wanted in all_wanted)
    ]
    assert knowing == []


def test_third_party_imports_stand_at_the_edge() -> None:
    """Below it there is the standard library and attrs, nothing else."""
    needing = {
        name: wanted - {"attr", "attrs"}
        for name, wanted in third_party("jobstate", FOUND).items()
        if storey_of(name) < ADAPTERS_STOREY and wanted - {"attr", "attrs"}
    }
    assert needing == {}


def test_transitions_stays_off_the_watching_path() -> None:
    """It is slow a step and heavy a model: only the driving side imports it."""
    users = {name for name, all_ in third_party("jobstate", FOUND).items() if "transitions" in all_}
    assert {".".join(name.split(".")[:2]) for name in users} <= {"jobstate.machine"}


@pytest.mark.parametrize("module", ["jobstate", "jobstate.sagemaker"])
def test_importing_is_light(module: str) -> None:
    """Importing the library loads none of the extras, nor `transitions`."""
    heavy = {"boto3", "botocore", "hypothesis", "rich", "transitions", "typer"}
    program = f"import sys, {module}; print(*{heavy!r} & set(sys.modules))"
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


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
