"""The answers of a test as JSON Lines, so that a failure can be looked at again by other tools."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

#: How many answers of a test are kept; of more, those that came last are not.
MOST_KEPT: Final = 10_000
#: How long the name of a file is at most, without its ending.
_LONGEST_NAME: Final = 120
#: What says how an answer came, not what it is.
_OF_THE_CALL: Final = "ResponseMetadata"


@define
class Replay:
    """Answers as they came, each with the jobs that it is about.

    Attributes:
        answers: JSON of each, and the jobs; of one that nobody could read there are none.
    """

    answers: list[tuple[str, frozenset[JobKey]]] = field(factory=list)

    def add(self, answer: object, jobs: Iterable[JobKey]) -> None:
        """Keep an answer; one that is the same as that before is kept once."""
        of = frozenset(jobs)
        for text in _lines(answer):
            if len(self.answers) < MOST_KEPT and self.answers[-1:] != [(text, of)]:
                self.answers.append((text, of))

    def write(self, folder: Path, name: str, jobs: Collection[JobKey]) -> Path:
        """Write the answers about some jobs, and those that nobody could read.

        Args:
            folder: Where; it is made where it is missing.
            name: The name of the test.
            jobs: The jobs.

        Returns:
            The file, which ``jobstate check`` and the page read.
        """
        lines = [text for text, of in self.answers if not of or not of.isdisjoint(jobs)]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{_file_name(name)}.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path


def _lines(answer: object) -> list[str]:
    if isinstance(answer, (list, tuple)):
        return [line for each in answer for line in _lines(each)]
    if not isinstance(answer, Mapping):
        return []  # what was read already is no answer
    said = {name: value for name, value in answer.items() if name != _OF_THE_CALL}
    return [json.dumps(said, default=_printed, ensure_ascii=False)]


def _printed(value: Any) -> object:  # noqa: ANN401 - whatever an answer holds
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.\[\]-]+", "-", name).strip("-")[-_LONGEST_NAME:]
