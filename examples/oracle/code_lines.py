"""How many lines of code something has: without comments, docstrings and empty lines."""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "orchestrating.md"
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def lines_of(*things: object) -> int:
    """Return the lines of classes and functions together."""
    return sum(_lines(inspect.getsource(each)) for each in things)  # type: ignore[arg-type]


def lines_in(*files: str) -> int:
    """Return the lines of files of the project together."""
    return sum(_lines((PROJECT / each).read_text(encoding="utf-8")) for each in files)


def is_on_the_page(replaced: str, before: int, here: str, after: int) -> bool:
    """Return whether the table of docs/orchestrating.md says so."""
    row = f"| {replaced} | {before} | {here} | {after} |"
    return row in PAGE.read_text(encoding="utf-8")


def _lines(source: str) -> int:
    source = textwrap.dedent(source)
    docstrings = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - docstrings)
