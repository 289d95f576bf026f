"""The programs that the text formats are made for take them, and show each text as it is.

A program that is not installed skips its test. Graphviz has its own, in `test_diagrams.py`.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from jobstate.diagrams import render
from tests.diagrams.test_formats import LIFECYCLES, arrows, places
from tests.support.picture_tools import mermaid, plantuml, qscxmlc, run, tool, xmllint

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle

pytestmark = pytest.mark.once

_SVG = "{http://www.w3.org/2000/svg}"
_HTML = "{http://www.w3.org/1999/xhtml}"
#: Drawing takes long, and these have all that the others have.
_DRAWN = ("training job", "on demand", "hostile")


def written(folder: Path, format_: str, ending: str, chosen: tuple[str, ...]) -> list[Path]:
    """Write life cycles to files."""
    found = []
    for number, name in enumerate(chosen):
        found.append(folder / f"{number}.{ending}")
        found[-1].write_bytes(render(LIFECYCLES[name], format_).encode())
    return found


def shown(svg: Path) -> set[str]:
    """Return the texts of a picture."""
    root = ET.parse(svg).getroot()  # noqa: S314 - what a program has just drawn
    found = [each for tag in (f"{_SVG}text", f"{_HTML}p", f"{_HTML}div") for each in root.iter(tag)]
    return {spaced("".join(each.itertext())) for each in found}


def spaced(text: str) -> str:
    """Return a text without spaces at the ends or two in a row, and without what can't be seen."""
    return " ".join(text.replace("\u2060", "").split())


def labels(lifecycle: Lifecycle) -> set[str]:
    """Return what must be read on frames and boxes."""
    found = {text for place in places(lifecycle, lambda _: True) for text in place}
    return {spaced(text) for text in found} - {""}


def causes(lifecycle: Lifecycle) -> set[str]:
    """Return what must be read on arrows, or on its lines."""
    found = arrows(lifecycle).values()
    return {spaced(label) for labels in found for label in labels} - {""}


def test_plantuml_draws_it(tmp_path: Path) -> None:
    """PlantUML takes the text, and shows every label as it is."""
    sources = written(tmp_path, "plantuml", "puml", _DRAWN)
    plantuml(sources)
    for source, name in zip(sources, _DRAWN, strict=True):
        texts = shown(source.with_suffix(".svg"))
        assert labels(LIFECYCLES[name]) <= texts
        assert causes(LIFECYCLES[name]) <= texts  # each on a line of its own


def test_plantuml_cuts_nothing(tmp_path: Path) -> None:
    """A bitmap has at most 4,096 pixels, or PlantUML cuts it: the picture is made to fit."""
    (source,) = written(tmp_path, "plantuml", "puml", ("training job",))
    plantuml([source])
    plantuml([source], "png")
    across, down = struct.unpack(">II", source.with_suffix(".png").read_bytes()[16:24])
    assert 1000 < max(across, down) <= 4096
    box = ET.parse(source.with_suffix(".svg")).getroot().attrib["viewBox"]  # noqa: S314 - as above
    _, _, wide, high = map(float, box.split())
    assert across / down == pytest.approx(wide / high, rel=0.02)


def test_mermaid_draws_it(tmp_path: Path) -> None:
    """Mermaid takes the text, and shows every label as it is; a cause may have its mark."""
    drawn = mermaid([render(LIFECYCLES[name], "mermaid") for name in _DRAWN], tmp_path)
    assert len(drawn) == len(_DRAWN)
    for svg, name in zip(drawn, _DRAWN, strict=True):
        texts = shown(svg)
        assert labels(LIFECYCLES[name]) <= texts
        # Several causes of one line stand beside each other.
        assert all(any(each in text for text in texts) for each in causes(LIFECYCLES[name]))


def test_xmllint_reads_the_scxml(tmp_path: Path) -> None:
    """It is well-formed XML; by the W3C's schema, where one is named, valid SCXML 1.0 too."""
    sources = written(tmp_path, "scxml", "scxml", tuple(LIFECYCLES))
    schema = os.environ.get("JOBSTATE_SCXML_SCHEMA")
    xmllint(sources, *(("--schema", schema) if schema else ()))


def test_qt_compiles_the_scxml(tmp_path: Path) -> None:
    """Qt's compiler finds no unknown attribute, no state twice and no target that is not there."""
    for source in written(tmp_path, "scxml", "scxml", tuple(LIFECYCLES)):
        qscxmlc(source)


@pytest.mark.parametrize(
    ("before", "after"), [('target="s_sent"', 'target="s_nowhere"'), ("<final ", '<final x="1" ')]
)
def test_qt_would_find_it(tmp_path: Path, before: str, after: str) -> None:
    """What judges the documents refuses broken ones."""
    (source,) = written(tmp_path, "scxml", "scxml", ("parcels",))
    text = source.read_text(encoding="utf-8")
    assert before in text
    source.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(AssertionError, match="error:"):
        qscxmlc(source)


def test_missing_tools_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks a program reads how to name it."""
    monkeypatch.delenv("JOBSTATE_NO_SUCH_TOOL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="JOBSTATE_NO_SUCH_TOOL"):
        tool("no-such-tool", "JOBSTATE_NO_SUCH_TOOL")


def test_failing_tools_fail() -> None:
    """What a program complains of is in the failure."""
    with pytest.raises(AssertionError, match="no good"):
        run(sys.executable, "-c", "raise SystemExit('no good')")
