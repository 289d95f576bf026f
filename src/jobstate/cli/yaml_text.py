"""YAML as the AWS CLI prints it, read where PyYAML is installed.

What comes out is what JSON can say. Aliases count as what they stand for, so that a few lines can't
stand for billions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import import_module
from typing import Any, Final

from jobstate.common.text import printable
from jobstate.errors import shown
from jobstate.finding.strict_json import MAX_DEPTH, MAX_DIGITS, DefectError, value_at

#: PyYAML, which is all in Python, reads some 300 kB a second; of tiny values half of that.
MOST_CHARACTERS: Final = 1024 * 1024
#: How many values there may be, those that aliases stand for included.
MOST_NODES: Final = 100_000

_TAGS: Final = ("null", "bool", "int", "float", "seq", "map", "str")
_RATHER: Final = "use `--output json`"
#: A line of a block mapping, perhaps in a list, or what begins a document.
_KEY = r"(?:- +)*(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|[A-Za-z_][\w.-]{0,80}):(?: |$)"
_BLANK = r"(?:[ \t]*(?:#[^\n]*)?\n)*"
_is_begun = re.compile(rf"{_BLANK}(?:---|%YAML)(?:\s|$)").match
_is_mapping = re.compile(rf"{_BLANK}{_KEY}[^\n]*\n{_BLANK}[ \t]*(?:- |{_KEY})", re.MULTILINE).match
#: A log has keys too ("INFO: begun"), but none like this.
_is_of_jobs = re.compile(
    r"^[ -]*[\"']?\w*(?:status|state|arn|name|time|job)\w*[\"']?:", re.IGNORECASE | re.MULTILINE
).search


def is_yaml(text: str) -> bool:
    """Return whether a text begins as YAML in blocks does, and seems to be about something."""
    return bool((_is_begun(text) or _is_mapping(text)) and _is_of_jobs(text))


def documents(text: str, number: int) -> list[tuple[int, object]]:
    """Return each document, with its line; the first line of the text has some number.

    Raises:
        DefectError: PyYAML is not there, or the text can't be read.
    """
    try:
        yaml = import_module("yaml")
    except ImportError:
        text = f"is YAML: `pip install pyyaml` lets it be read, or {_RATHER}"
        raise DefectError(text) from None
    if len(text) > MOST_CHARACTERS:
        raise DefectError(f"is YAML of more than {MOST_CHARACTERS:,} characters: {_RATHER}")
    found = []
    try:
        loader = _loader(yaml)(text)
        while loader.check_node():
            node = loader.get_node()
            line = number + node.start_mark.line
            found.append((line, _plain(loader.construct_document(node), line)))
    except DefectError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {number + mark.line}, column {mark.column + 1}" if mark else ""
        why = getattr(error, "problem", None) or error
        text = f"is no YAML that can be read{place}: {printable(str(why))[:200]}; {_RATHER}"
        raise DefectError(text) from None
    except Exception as error:  # noqa: BLE001 - PyYAML lets whatever a value is no number by escape
        text = f"is YAML that can't be read: {printable(str(error))[:200]}; {_RATHER}"
        raise DefectError(text) from None
    return found


def _plain(value: object, line: int) -> object:
    """Return a value as JSON would have it, held to the same."""
    found, _ = value_at(json.dumps(value), 0, line)
    return found


class _Counting:
    """Holds a loader of PyYAML to bounds; times stay texts, and what else has a tag is refused."""

    yaml: Any
    nodes = depth = 0

    def __init__(self, text: str) -> None:
        super().__init__(text)  # type: ignore[call-arg]
        self.sizes: dict[str, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's own
        """Return the next node."""
        event = self.peek_event()  # type: ignore[attr-defined]
        before, is_alias = self.nodes, isinstance(event, self.yaml.AliasEvent)
        # Of what an alias in itself stands for there is no end, and so no size yet.
        known = is_alias and event.anchor in self.anchors  # type: ignore[attr-defined]
        self.nodes += self.sizes.get(event.anchor, MOST_NODES) if known else 1
        self.depth += 1
        if self.nodes > MOST_NODES:
            raise self._refused(event, f"more than {MOST_NODES:,} values, or one within itself")
        if self.depth > MAX_DEPTH:
            raise self._refused(event, f"nested more than {MAX_DEPTH} levels deep")
        node = super().compose_node(parent, index)  # type: ignore[misc]
        self.depth -= 1
        if event.anchor is not None and not is_alias:
            self.sizes[event.anchor] = self.nodes - before
        is_text = not isinstance(node, self.yaml.ScalarNode) or node.tag.endswith(":str")
        if not is_text and len(node.value) > MAX_DIGITS:  # whose time grows with the square
            raise self._refused(event, f"a number of more than {MAX_DIGITS:,} digits")
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        """Return what a mapping says."""
        if isinstance(node, self.yaml.MappingNode):
            keys = Counter(key.value for key, _ in node.value if isinstance(key.value, str))
            if twice := [key for key, count in keys.items() if count > 1]:
                raise self._refused(node, f"the key {shown(twice[0])} twice in one mapping")
        return super().construct_mapping(node, deep)  # type: ignore[misc]

    def _refused(self, at: Any, why: str) -> Exception:  # noqa: ANN401 - PyYAML's own
        error: Exception = self.yaml.composer.ComposerError(None, None, why, at.start_mark)
        return error


def _loader(yaml: Any) -> Any:  # noqa: ANN401 - a module that may not be there
    """Return a loader that knows JSON's types only, and counts."""
    safe = yaml.SafeLoader
    tags = {f"tag:yaml.org,2002:{name}" for name in _TAGS}
    resolved = {*tags, "tag:yaml.org,2002:merge"}
    knows = {
        "yaml": yaml,
        "yaml_constructors": {tag: safe.yaml_constructors[tag] for tag in (*tags, None)},
        "yaml_implicit_resolvers": {
            first: [each for each in found if each[0] in resolved]
            for first, found in safe.yaml_implicit_resolvers.items()
        },
    }
    return type("Loader", (_Counting, safe), knows)
