"""`read_scenarios`: scenarios and rules of somebody's own, from a file of TOML.

```toml
default = "happy"

[[scenario]]
name = "slow"
like = "slow-capacity"    # what it does not say is as there
seconds = { Pending = 7200 }

[[rule]]
scenario = "slow"
jobs = "nightly-*"
```
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, fields_dict, frozen

from jobstate.common.text import listed
from jobstate.emulator.errors import ScenarioFileError
from jobstate.emulator.scenarios.choice import ScenarioChoice, ScenarioRule
from jobstate.emulator.scenarios.known import SCENARIOS
from jobstate.emulator.scenarios.scenario import Scenario
from jobstate.errors import Problem, shown
from jobstate.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

_LINE: Final = re.compile(r"\(at line (\d+)")


@frozen
class _Sort:
    """What a value has to be.

    Attributes:
        called: For people.
        fits: Whether a value is that.
    """

    called: str
    fits: Callable[[Any], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _FAR


_FAR: Final = 10 * 366 * 86_400.0
_TEXT: Final = _Sort("a text", _is_text)
_LENGTH: Final = _Sort("seconds, at least 0 and below ten years", _is_length)
_TEXTS: Final = _Sort("a list of texts", lambda it: isinstance(it, list) and all(map(_is_text, it)))
_LENGTHS: Final = _Sort(
    "a table of seconds by status, each at least 0 and below ten years",
    lambda it: isinstance(it, dict) and all(map(_is_length, it.values())),
)
_TABLE: Final = _Sort(
    "a table of texts", lambda it: isinstance(it, dict) and all(map(_is_text, it.values()))
)
_TABLES: Final = _Sort(
    "tables", lambda it: isinstance(it, list) and all(isinstance(each, dict) for each in it)
)
#: What a file, a scenario and a rule may say.
_FILE: Final = {"default": _TEXT, "scenario": _TABLES, "rule": _TABLES}
_SCENARIO: Final = {
    **dict.fromkeys(("name", "like", "meaning", "end", "failure"), _TEXT),
    "via": _TEXTS,
    "seconds": _LENGTHS,
    "then_deleted": _LENGTH,
}
_RULE: Final = {**dict.fromkeys(("scenario", "jobs", "kind"), _TEXT), "tags": _TABLE}


def read_scenarios(file: Path) -> ScenarioChoice:
    """Return what a file says: its scenarios beside those of the library, and its rules.

    Raises:
        ScenarioFileError: It can't be used; each problem names its line.
        OSError: It can't be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
        said = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ScenarioFileError(str(file), [Problem("", "UTF-8", error.reason)]) from None
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        path = f"line {place[1]}" if place else ""
        raise ScenarioFileError(str(file), [Problem(path, "TOML", str(error))]) from None
    reading = _Reading(text)
    choice = reading.choice(said)
    if choice is None:
        raise ScenarioFileError(str(file), reading.problems)
    return choice


class _Reading:
    """Reads a file that is TOML.

    Attributes:
        problems: What is wrong with it.
    """

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._lines = text.splitlines()
        self._scenarios = dict(SCENARIOS)

    def choice(self, said: Mapping[str, Any]) -> ScenarioChoice | None:
        """Return what it says; None where that can't be used."""
        fit = self._check(said, _FILE, None)
        for number, table in enumerate(fit.get("scenario", [])):
            self._scenario(table, ("scenario", number))
        rules = [self._rule(table, ("rule", n)) for n, table in enumerate(fit.get("rule", []))]
        default = fit.get("default", "happy")
        self._known("default", default, self._scenarios, None)
        if self.problems:
            return None
        return ScenarioChoice(scenarios=self._scenarios, rules=tuple(rules), default=default)

    def _scenario(self, table: Mapping[str, Any], place: tuple[str, int]) -> None:
        fit = self._check(table, _SCENARIO, place)
        name, like = fit.get("name"), fit.get("like", "happy")
        if not name:
            self._wrong("name", "a name", table.get("name"), place)
        if self._known("like", like, self._scenarios, place):
            own = {each: value for each, value in fit.items() if each in fields_dict(Scenario)}
            base = self._scenarios[like] if "like" in fit else Scenario(name="")
            self._scenarios[str(name)] = evolve(base, **own)

    def _rule(self, table: Mapping[str, Any], place: tuple[str, int]) -> ScenarioRule:
        fit = self._check(table, _RULE, place)
        if "scenario" not in table:
            self._wrong("scenario", "the name of a scenario", None, place)
        elif "scenario" in fit:
            self._known("scenario", fit["scenario"], self._scenarios, place)
        if "kind" in fit:
            self._known("kind", fit["kind"], [each.name for each in KINDS], place)
        return ScenarioRule(**{"scenario": "", **fit})

    # --- What is wrong --------------------------------------------------------------------------

    def _check(
        self, table: Mapping[str, Any], sorts: Mapping[str, _Sort], place: tuple[str, int] | None
    ) -> dict[str, Any]:
        """Return what is as it has to be of a table; note what is not."""
        fit = {}
        for key, value in table.items():
            if key not in sorts:
                self._wrong(key, f"one of {listed([*sorts])}", key, place)
            elif not sorts[key].fits(value):
                self._wrong(key, sorts[key].called, value, place)
            else:
                fit[key] = value
        return fit

    def _known(
        self, key: str, name: str, known: Collection[str], place: tuple[str, int] | None
    ) -> bool:
        if name in known:
            return True
        self._wrong(key, f"one of {listed([*known])}", name, place)
        return False

    def _wrong(self, key: str, expected: str, got: object, place: tuple[str, int] | None) -> None:
        line = self._line(key, place)
        path = (
            f"line {line}, {key}"
            if place is None
            else f"line {line}, {place[0]} {place[1] + 1}, {key}"
        )
        self.problems.append(Problem(path, expected, "" if got is None else shown(got)))

    def _line(self, key: str, place: tuple[str, int] | None) -> int:
        """Return in which line a key stands; where it does not, that of its table."""
        first, last = 0, len(self._lines)
        if place is not None:
            heads = [*self._heads(place[0])]
            if place[1] < len(heads):
                first = heads[place[1]]
                last = next((at for at in self._heads() if at > first), last)
        said = re.compile(rf"\s*(\[\w+\.)?[\"']?{re.escape(key)}[\"']?\s*[=\].]")
        found = (at for at in range(first, last) if said.match(self._lines[at]))
        return next(found, first) + 1

    def _heads(self, name: str = r"\w+") -> Iterator[int]:
        head = re.compile(rf"\s*\[\[\s*{name}\s*\]\]")
        return (at for at, line in enumerate(self._lines) if head.match(line))
