"""What the pages show is what happens: their Python runs, their commands print what they say.

In a page, ``python`` blocks run in order in one namespace; ``console`` blocks hold commands behind
``$``, each followed by its output (a line of ``…`` stands for any lines). Everything runs in a
folder where `examples` is. Other kinds of blocks (``sh``, ``text``) are not run: the two commands
of the README that install something are run by `.ci/run`.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import jobstate.testing
import jobstate.world
from tests.support.pages import HOME, Block, Turn, agrees, blocks, pages, turns

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

#: What a page may type: the command, and what shells make of its exit code.
COMMANDS = ("jobstate ", "echo $?")

PAGES = pages()
#: What it shows takes long: it looks for bugs that are not there.
SEARCHING = "testing.md"
SHIM = """#!/bin/sh
exec "{python}" -c 'import sys; from jobstate.cli import main; sys.exit(main())' "$@"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to run things in, with the examples and the command at hand."""
    if (HOME / "examples").is_dir():
        shutil.copytree(HOME / "examples", tmp_path / "examples")
    command = tmp_path / ".bin" / "jobstate"
    command.parent.mkdir()
    command.write_text(SHIM.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shell(script: str, folder: Path) -> str:
    """Return what a shell prints, errors included, as it would on a plain terminal's pipe."""
    environment = os.environ | {
        "PATH": f"{folder / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "TERM": "dumb",
    }
    ran = subprocess.run(  # noqa: S603 - the project's own pages
        ["/bin/sh", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return ran.stdout


def played(session: list[Turn], folder: Path) -> list[str]:
    """Return what each command of a session really prints; `echo $?` follows what ran last."""
    outputs = []
    last = ":"
    for turn in session:
        if turn.command == "echo $?":
            outputs.append(shell(f"( {last} ) >/dev/null 2>&1; echo $?", folder))
        else:
            last = turn.command
            outputs.append(shell(last, folder))
    return outputs


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.once] if page.name == SEARCHING else [])
        for page in PAGES
    ],
    ids=lambda page: page.name,
)
@pytest.mark.usefixtures("folder")
def test_python(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The Python of a page runs from top to bottom, as somebody would who follows it."""
    namespace: dict[str, object] = {"__name__": page.stem}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.kind == "python":
            # Blank lines in front make a traceback name the page's own lines.
            source = "\n" * (block.line - 1) + block.body
            exec(compile(source, page, "exec"), namespace)  # noqa: S102 - the project's own pages
    capsys.readouterr()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console(page: Path, folder: Path) -> None:
    """A command prints what the page says."""
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.kind != "console":
            continue
        session = list(turns(block))
        assert [turn for turn in session if not turn.command.startswith(COMMANDS)] == []
        for turn, real in zip(session, played(session, folder), strict=True):
            assert agrees(turn.output, real), (
                f"{page.name}, line {turn.line}: {turn.command}\n"
                f"--- the page says\n{turn.output}\n--- it prints\n{real}"
            )


@pytest.mark.parametrize("package", [jobstate.testing, jobstate.world], ids=lambda it: it.__name__)
def test_each_public_name_for_tests_has_an_example(package: ModuleType) -> None:
    """The page's Python, which `test_python` runs, uses each of them; an import is no use."""
    page = (HOME / "docs" / SEARCHING).read_text(encoding="utf-8")
    trees = [ast.parse(block.body) for block in blocks(page) if block.kind == "python"]
    used = {each.id for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Name)}
    assert [name for name in package.__all__ if name not in used] == []


def test_the_readme_has_its_two_commands() -> None:
    """`.ci/run` finds them between their markers and runs exactly them."""
    text = (HOME / "README.md").read_text(encoding="utf-8")
    for name in ("main-command", "test-command"):
        inside = text.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]
        (block,) = blocks(inside.lstrip("\n"))
        assert block.kind == "sh"


# --- The reading of pages itself ----------------------------------------------------------------

PAGE = """# A page

```python
x = 1
```

```console
$ jobstate a
one
two
$ echo $?
1
```
"""


def test_blocks() -> None:
    """Each fenced block, with its kind and the page's line."""
    assert list(blocks(PAGE)) == [
        Block("python", 4, "x = 1\n"),
        Block("console", 8, "$ jobstate a\none\ntwo\n$ echo $?\n1\n"),
    ]


def test_turns() -> None:
    """Each command of a session, with the page's line and what should come back."""
    _, console = blocks(PAGE)
    assert list(turns(console)) == [
        Turn(8, "jobstate a", "one\ntwo\n"),
        Turn(11, "echo $?", "1\n"),
    ]


def test_a_session_begins_with_a_command() -> None:
    """Output that no command leads to is a mistake of the page."""
    with pytest.raises(ValueError, match="line 3: a console block begins with"):
        list(turns(Block("console", 3, "out of nowhere\n")))


@pytest.mark.parametrize(
    ("expected", "real", "same"),
    [
        ("a\nb\n", "a  \nb\n", True),
        ("a\nb\n", "a\n", False),
        ("a.c\n", "abc\n", False),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nz\n", True),
        ("…\n", "anything\nat all\n", True),
        ("a\n…\n", "b\n", False),
        ("", "", True),
        ("", "a\n", False),
    ],
)
def test_agrees(expected: str, real: str, *, same: bool) -> None:
    """Output is compared line by line, blanks at the end of lines aside."""
    assert agrees(expected, real) is same


def test_played(folder: Path) -> None:
    """Commands run in a shell, with globs and pipes, and `echo $?` tells how the last one ended."""
    (folder / "examples").mkdir(exist_ok=True)
    session = [Turn(1, "printf '%s' *.none | cat; false", ""), Turn(2, "echo $?", "1\n")]
    assert played(session, folder) == ["*.none", "1\n"]


def test_the_command_is_at_hand(folder: Path) -> None:
    """`jobstate` is the one that is tested, not some other that is installed."""
    assert shell("command -v jobstate", folder).strip() == str(folder / ".bin" / "jobstate")
