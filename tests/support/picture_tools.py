"""The programs that draw or judge the text formats, for tests: they are found, or are missing.

Each is looked for on the path under its own name, unless an environment variable names it. Nothing
is ever downloaded.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import chromium

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Where Debian puts what belongs to Qt; it is not on the path.
_QT = ("/usr/lib/qt5/bin", "/usr/lib/qt6/libexec")


def tool(name: str, variable: str, folders: Iterable[str] = ()) -> str:
    """Return the path of a program; skip the test if there is none."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    found = os.environ.get(variable) or shutil.which(name, path=path)
    if not found:
        pytest.skip(f"there is no {name}: install it, or name it by {variable}")
    return found


def run(*command: object) -> str:
    """Run a program that must succeed; return all that it printed."""
    ran = subprocess.run(  # noqa: S603 - the program asked for
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def plantuml(sources: Iterable[Path], form: str = "svg") -> None:
    """Draw PlantUML files beside them, all in one run: starting it takes a second."""
    run(tool("plantuml", "JOBSTATE_PLANTUML"), f"-t{form}", "-failfast2", *sources)


def mermaid(texts: Iterable[str], folder: Path) -> list[Path]:
    """Draw Mermaid texts as SVG, all in one run: starting a browser takes some seconds."""
    mmdc = tool("mmdc", "JOBSTATE_MMDC")
    browser = chromium.program()
    if browser is None:
        pytest.skip("there is no Chromium: install one, or set JOBSTATE_CHROMIUM")
    settings = {"executablePath": browser, "args": list(chromium.SWITCHES)}
    (folder / "puppeteer.json").write_text(json.dumps(settings), encoding="utf-8")
    # In a page of Markdown, as GitHub has them.
    page = "\n".join(f"```mermaid\n{text}```\n" for text in texts)
    (folder / "page.md").write_text(page, encoding="utf-8")
    drawn = folder / "drawn.md"
    run(mmdc, "-q", "-p", folder / "puppeteer.json", "-i", folder / "page.md", "-o", drawn)
    return sorted(folder.glob("drawn-*.svg"), key=lambda path: int(path.stem.partition("-")[2]))


def qscxmlc(source: Path) -> None:
    """Compile an SCXML file as Qt does, which refuses what the standard does not allow."""
    made = source.with_suffix("")
    run(tool("qscxmlc", "JOBSTATE_QSCXMLC", _QT), source, "-o", made)


def xmllint(sources: Iterable[Path], *options: object) -> None:
    """Check XML files."""
    run(tool("xmllint", "JOBSTATE_XMLLINT"), "--noout", "--nonet", *options, *sources)
