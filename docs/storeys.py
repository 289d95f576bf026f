"""The storeys of `src/jobstate`: which package may import which, and the picture of it.

The list is the rule (`tests/repository/test_layers.py`); the arrows are read from the imports.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jobstate
from imports import imports, within
from jobstate.diagrams.layout.geometry import head, number, path
from jobstate.diagrams.layout.layout import Course, Rectangle
from jobstate.diagrams.render.svg.elements import classes, element, rectangle, text
from jobstate.diagrams.render.svg.style import Look, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(jobstate.__file__).parent

#: The storeys, from the ground up, each with its packages by the column in which they are drawn.
#: Those on one storey never import each other. Some are to come and have their place already.
STOREYS: Final[tuple[Mapping[str, int], ...]] = (
    {"errors": 1, "common": 3},
    {"model": 2},
    {"eventbridge": 3},
    {"delivery": 0, "machine": 1, "automaton": 2, "finding": 5, "batch": 4, "sagemaker": 3},
    {"world": 1, "conformance": 2, "kinds": 4},
    {"tracking": 1, "testing": 3},
    {"listeners": 0, "asynchronous": 1, "journal": 2, "diagrams": 3},
    {"aws": 0, "emulator": 1, "audit": 5},
    {"cli": 3},
)

_COLUMN, _ROW = 150.0, 92.0
_BOX = (126.0, 40.0)
_EDGE = 24.0
_SPREAD = 14.0


def room(module: str) -> str:
    """Return the package or loose module at the top in which a module stands; else nothing."""
    name = module.split(".")[1] if "." in module else ""
    return "cli" if name == "__main__" else name  # its door


def stands_on() -> dict[str, set[str]]:
    """Return, for each package that is there, those that it imports."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module, all_wanted in within("jobstate", imports(ROOT)).items():
        if here := room(module):
            found[here] |= {room(wanted) for wanted in all_wanted} - {here, ""}
    return dict(found)


def reduced(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return an acyclic graph's arrows without those that a longer way replaces."""

    def reached(origin: str) -> set[str]:
        direct = arrows.get(origin, set())
        return direct.union(*map(reached, direct))

    return {
        origin: targets - {far for near in targets for far in reached(near)}
        for origin, targets in arrows.items()
    }


def picture() -> str:
    """Return the storeys as SVG text: packages in rows, and arrows to what each stands on."""
    arrows = reduced(stands_on())
    width = 2 * _EDGE + _COLUMN * (1 + max(column for row in STOREYS for column in row.values()))
    height = 2 * _EDGE + _ROW * (len(STOREYS) - 1) + _BOX[1]
    size = f'width="{number(width)}" height="{number(height)}"'
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} {size} role="img" aria-labelledby="t">',
        element("title", "The packages of jobstate, and what each stands on", id="t"),
        f"<style>\n{sheet((), Look.AUTO)}\n</style>",
        element("rect", class_="paper", width="100%", height="100%"),
        *(line for course in _courses(arrows) for line in _arrow(course)),
        *(line for row in STOREYS for name in row for line in _box(name, there=name in arrows)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _area(name: str) -> Rectangle:
    floor, column = next((floor, row[name]) for floor, row in enumerate(STOREYS) if name in row)
    left = _EDGE + _COLUMN * column + (_COLUMN - _BOX[0]) / 2
    return Rectangle(left, _EDGE + _ROW * (len(STOREYS) - 1 - floor), *_BOX)


def _courses(arrows: Mapping[str, set[str]]) -> Iterator[Course]:
    """Yield the arrows: down, across above the next storey, down; those to one package join."""
    for row in STOREYS:
        found = sorted({target for name in row for target in arrows.get(name, ())})
        targets = sorted(found, key=_across)
        for name in row:
            own = [target for target in targets if target in arrows.get(name, ())]
            for index, target in enumerate(own):
                yield _course(name, target, (index + 1) / (len(own) + 1), targets)


def _across(name: str) -> float:
    return _area(name).x


def _course(name: str, target: str, share: float, targets: list[str]) -> Course:
    start, end = _area(name), _area(target)
    spread = _SPREAD * 2 * (share - 0.5)
    x = start.middle[0] + (spread if end.x != start.x else 0.0)
    lane = (targets.index(target) + 1) / (len(targets) + 1)
    y = start.bottom + (_ROW - _BOX[1]) * (0.2 + 0.5 * lane)
    last = (end.middle[0], end.y - 1)
    if abs(x - last[0]) < 1:
        return Course(points=((x, start.bottom), last))
    return Course(points=((x, start.bottom), (x, y), (last[0], y), last))


def _arrow(course: Course) -> Iterator[str]:
    yield '<g class="line plain">'
    yield element("path", class_="stroke", d=path(course, 7))
    yield element("polygon", class_="head", points=head(course, 9))
    yield "</g>"


def _box(name: str, *, there: bool) -> Iterator[str]:
    area = _area(name)
    yield f'<g class="{classes("state", inferred=not there, retired=not there)}">'
    yield element("title", _purpose(name) if there else "to come")
    yield rectangle(area, 8, "box")
    yield text(name, area.middle[0], area.middle[1] + 5, "name")
    yield "</g>"


def _purpose(name: str) -> str:
    """Return the first line of a package's docstring."""
    file = ROOT / name / "__init__.py"
    source = (file if file.is_file() else ROOT / f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
