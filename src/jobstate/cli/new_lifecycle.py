"""A life cycle to begin with, as a Python file that works: what ``--new`` prints."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from string import Template

from jobstate.cli.shell import wrong_option
from jobstate.common.text import printable

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_lifecycle(name: str) -> str:
    """Return a Python file with the life cycle of a made-up kind of job.

    Args:
        name: What the kind is called, in kebab-case: ``order``, ``nightly-build``.

    Raises:
        typer.BadParameter: Nothing can be called so.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        text = f"{printable(name)} is no name in kebab-case, as nightly-build is"
        raise wrong_option(text, "--new")
    words = name.split("-")
    pascal = "".join(word.capitalize() for word in words)
    file = resources.files("jobstate.cli").joinpath("new_lifecycle.py.txt")
    return Template(file.read_text(encoding="utf-8")).substitute(
        name=name,
        article="an" if name[0] in "aeiou" else "a",
        title=" ".join(words),
        module="_".join(words),
        constant="_".join(words).upper(),
        pascal=pascal,
        camel=pascal[0].lower() + pascal[1:],
    )
