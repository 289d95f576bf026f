"""What a package's modules import, read from their source: lazy and TYPE_CHECKING imports too."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Module → the modules that it imports, its own package's and others.
Imports: TypeAlias = dict[str, set[str]]

#: Functions that import what their first argument names.
_IMPORTERS = {"import_module", "__import__"}


def modules(root: Path) -> dict[str, Path]:
    """Return the modules of a package by their full names."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = (root.name, *path.relative_to(root).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path) -> Imports:
    """Return what each module of a package imports, wherever in its source it does."""
    known = modules(root)
    return {
        name: {
            wanted
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            for wanted in _imported(node, name, known)
        }
        for name, path in known.items()
    }


def _imported(node: ast.AST, importer: str, known: dict[str, Path]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, level=level):
            base = _base(module, level, importer, known)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in known else base
        case ast.Call(
            func=ast.Name(id=function) | ast.Attribute(attr=function),
            args=[ast.Constant(value=str(wanted)), *_],
        ) if function in _IMPORTERS:
            yield wanted


def _base(module: str | None, level: int, importer: str, known: dict[str, Path]) -> str:
    """Return the full name of what ``from …`` names."""
    if not level:
        return module or ""
    package = known[importer].name == "__init__.py"
    above = importer.split(".")
    above = above[: len(above) - level + package]
    return ".".join([*above, *([module] if module else [])])


def within(package: str, found: Imports) -> Imports:
    """Return the part of imports that stays within a package."""
    return {
        name: {each for each in wanted if each.split(".")[0] == package}
        for name, wanted in found.items()
    }


def third_party(package: str, found: Imports) -> Imports:
    """Return the part of imports that is neither the package nor the standard library."""
    home = {package, *sys.stdlib_module_names}
    tops = {name: {each.split(".")[0] for each in wanted} for name, wanted in found.items()}
    return {name: wanted - home for name, wanted in tops.items()}


def cycle(found: Imports) -> list[str]:
    """Return the modules of an import cycle in order; none where there is no cycle."""
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
