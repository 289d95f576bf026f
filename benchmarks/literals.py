"""Dictionaries that Python programs spell out, read without running anything.

What can't be read, since only a run would tell it, is left out of the dictionary that it stands in.
"""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Stands for what can't be read.
UNKNOWN: Final = object()


def displayed(source: str) -> Iterator[tuple[int, frozenset[str], dict[str, Any]]]:
    """Yield each dictionary that a program spells out: its line, its keys, and what can be read.

    Args:
        source: The program.

    Raises:
        SyntaxError: It is no Python.
    """
    tree = ast.parse(source)
    reader = _Reader(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            found = reader.dictionary(node)
            keys = (reader.value(key) for key in node.keys if key is not None)
            yield node.lineno, frozenset(key for key in keys if isinstance(key, str)), found


class _Reader:
    """Reads expressions, with the names that a program gives a value once."""

    def __init__(self, tree: ast.Module) -> None:
        self._named: dict[str, ast.expr | None] = {}
        self._under_way: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        again = target.id in self._named
                        self._named[target.id] = None if again else node.value

    def value(self, node: ast.expr) -> Any:  # noqa: ANN401 - whatever stands there
        """Return what an expression stands for; UNKNOWN where only a run would tell."""
        found: Any = UNKNOWN
        match node:
            case ast.Constant():
                found = node.value
            case ast.Dict():
                found = self.dictionary(node)
            case ast.List() | ast.Tuple():
                found = [each for each in map(self.value, node.elts) if each is not UNKNOWN]
            case ast.Name():
                found = self._name(node.id)
            case ast.FormattedValue():
                found = self.value(node.value)
            case ast.JoinedStr():
                parts = [self.value(each) for each in node.values]
                found = UNKNOWN if UNKNOWN in parts else "".join(map(str, parts))
            case ast.Call():
                found = self._time(node)
        return found

    def dictionary(self, node: ast.Dict) -> dict[str, Any]:
        """Return what can be read of a dictionary."""
        found: dict[str, Any] = {}
        for key, value in zip(node.keys, map(self.value, node.values), strict=True):
            if key is None and isinstance(value, dict):
                found |= value
            elif key is not None and value is not UNKNOWN and isinstance(self.value(key), str):
                found[self.value(key)] = value
        return found

    def _name(self, name: str) -> Any:  # noqa: ANN401 - whatever it stands for
        node = self._named.get(name)
        if node is None or name in self._under_way:
            return UNKNOWN
        self._under_way.add(name)
        try:
            return self.value(node)
        finally:
            self._under_way.discard(name)

    def _time(self, call: ast.Call) -> object:
        """Return the time that a call of ``datetime`` makes, in UTC."""
        parts = [self.value(each) for each in call.args]
        whole = [each for each in parts if isinstance(each, int)]
        if not ast.unparse(call.func).endswith("datetime") or whole != parts[: len(whole)]:
            return UNKNOWN
        try:
            return datetime(*whole[:7], tzinfo=UTC)  # type: ignore[arg-type, misc]
        except (TypeError, ValueError):
            return UNKNOWN
