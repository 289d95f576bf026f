"""The project's pages in Markdown: their fenced blocks, and the console sessions in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The folder that holds the README and the examples, in a checkout and in a copy of the tests.
HOME = Path(__file__).parents[2]

#: A line of output that stands for any number of lines.
ANYTHING = "…"

_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Block:
    """A fenced block of a page.

    Attributes:
        kind: What stands behind the opening fence: ``python``, ``console`` …
        line: The line of its first line, from 1.
        body: Its text.
    """

    kind: str
    line: int
    body: str


@frozen
class Turn:
    """A command of a console session.

    Attributes:
        line: The line that it stands on, from 1.
        command: What is typed.
        output: What the page says comes back.
    """

    line: int
    command: str
    output: str


def pages() -> list[Path]:
    """Return the README and the pages under docs."""
    return [HOME / "README.md", *sorted((HOME / "docs").glob("**/*.md"))]


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start("body")) + 1
        yield Block(match["kind"], line, match["body"])


def turns(block: Block) -> Iterator[Turn]:
    """Yield the commands of a console block, each with its output.

    Raises:
        ValueError: The block begins with something else than a command.
    """
    head, *rest = re.split(r"^\$ ", block.body, flags=re.MULTILINE)
    if head:
        message = f"line {block.line}: a console block begins with `$ command`"
        raise ValueError(message)
    line = block.line
    for part in rest:
        command, _, output = part.partition("\n")
        yield Turn(line, command, output)
        line += part.count("\n")


def agrees(expected: str, real: str) -> bool:
    """Return whether output is what a page says, where a line of `…` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == ANYTHING else re.escape(line.rstrip()) + r"[ \t]*\n"
        for line in expected.strip("\n").split("\n")
    )
    return re.fullmatch(pattern, real.strip("\n") + "\n") is not None
