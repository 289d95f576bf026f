"""Colours are told apart, by people with any kind of colour blindness too, and texts can be read.

The measures are those of `tests.support.colours`, which are themselves measured here by the values
that their authors published.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate.diagrams import Look, diagram_of, picture
from jobstate.diagrams.page import html
from jobstate.diagrams.render.palette import DARK, DASHES, LIGHT, OUTCOMES
from jobstate.diagrams.render.svg.style import sheet
from jobstate.diagrams.stages import TITLES, Stage, stages_of
from jobstate.kinds import KINDS
from jobstate.model.states import Outcome
from jobstate.sagemaker import TRAINING_JOB
from tests.support.colours import VISIONS, apart, ciede2000, contrast, lab, linear, seen
from tests.support.small import PARCELS, WAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.diagrams.render.palette import Theme

THEMES = {"light": LIGHT, "dark": DARK}
themes = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
#: What CIEDE2000 must be, and WCAG's contrast for texts and for what is no text.
APART, READABLE, VISIBLE = 15, 4.5, 3

# --- The measures ---------------------------------------------------------------------------------

#: Test data of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (2005), table 1.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


@pytest.mark.parametrize("row", SHARMA.split("\n")[1:-1])
def test_distances_are_those_published(row: str) -> None:
    """All 34 pairs, to the fourth place, in either order."""
    l_1, a_1, b_1, l_2, a_2, b_2, expected = map(float, row.split())
    one, other = (l_1, a_1, b_1), (l_2, a_2, b_2)
    assert ciede2000(one, other) == pytest.approx(expected, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(expected, abs=5e-5)


def test_colours_of_css_are_where_they_belong() -> None:
    """Black, white and a screen's three lights in CIE L*a*b*; contrast from 1 to 21."""
    assert lab(linear("#ffffff")) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab(linear("#000000")) == pytest.approx((0, 0, 0), abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    assert lab(linear("#00ff00")) == pytest.approx((87.73, -86.18, 83.18), abs=0.02)
    assert lab(linear("#0000ff")) == pytest.approx((32.30, 79.19, -107.86), abs=0.02)
    assert contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("vision", VISIONS)
def test_what_has_no_colour_looks_the_same_to_all(vision: str) -> None:
    """Each row of a simulation's matrix adds up to 1: greys stay as they are."""
    for row in VISIONS[vision]:
        assert sum(row) == pytest.approx(1, abs=1e-5)
    assert seen("#808080", vision) == pytest.approx(linear("#808080"), abs=1e-5)


def test_colours_that_the_blind_take_for_one() -> None:
    """Each kind of colour blindness takes some colours for nearly one that others tell apart."""
    alike = {
        "protanopia": ("#00785c", "#5d6065"),
        "deuteranopia": ("#5a7d4b", "#8f6e4c"),
        "tritanopia": ("#2f80d0", "#008c8c"),
    }
    for vision, (one, other) in alike.items():
        assert apart(one, other, vision) < apart(one, other, "usual") / 1.5


# --- The palette ----------------------------------------------------------------------------------


@themes
def test_kinds_of_lines_are_told_apart(theme: Theme) -> None:
    """Any two kinds of moves of a life cycle: by their dash, or by their colour, for whomever."""
    for lifecycle in (*KINDS, TRAINING_JOB, PARCELS):
        for one, other in combinations(diagram_of(lifecycle).kinds, 2):
            if one.dash is other.dash:
                inks = theme.inks[one.colour].firm, theme.inks[other.colour].firm
                for vision in VISIONS:
                    assert apart(*inks, vision) >= APART, (one.name, other.name, vision)


def test_dashes_are_told_apart() -> None:
    """Each has strokes and gaps of its own; none is so wide that it looks whole."""
    assert len(set(DASHES.values())) == len(DASHES)


@themes
def test_stages_are_told_apart(theme: Theme, figures: Callable[[str], None]) -> None:
    """Any two, by their colour alone, for whomever."""
    assert set(theme.stages) == set(Stage) == set(TITLES)
    found = {
        (apart(theme.stages[one].fill, theme.stages[other].fill, vision), one, other, vision)
        for one, other in combinations(Stage, 2)
        for vision in VISIONS
    }
    distance, one, other, vision = min(found)
    figures(f"stages: the least distance is {distance:.1f}, {one} and {other}, {vision}")
    assert distance >= APART


@themes
def test_success_is_not_work(theme: Theme) -> None:
    """Who looks for green finds what succeeded, and nothing that only runs."""
    stages = stages_of(TRAINING_JOB)
    assert stages["Completed"] is Stage.SUCCEEDED
    assert stages["Training"] is Stage.AT_WORK
    lightness, a, _ = lab(linear(theme.stages[Stage.SUCCEEDED].fill))
    assert a < -20
    for stage in Stage:
        other = lab(linear(theme.stages[stage].fill))
        assert stage is Stage.SUCCEEDED or other[1] > -20
    assert lightness > 0


@themes
def test_texts_can_be_read(theme: Theme) -> None:
    """On every ground that they stand on."""
    washes = [ink.wash for ink in theme.inks.values()]
    grounds = [theme.paper, theme.box, *washes]
    for text in (theme.text, theme.quiet, *(ink.firm for ink in theme.inks.values())):
        for ground in grounds:
            assert contrast(text, ground) >= READABLE, (text, ground)
    for ink in theme.inks.values():
        assert contrast(theme.paper, ink.firm) >= READABLE
    for stage, on in theme.stages.items():
        assert contrast(on.ink, on.fill) >= READABLE, stage
        if stage is not Stage.NOT_SEEN:  # which has a border
            assert contrast(on.fill, theme.paper) >= VISIBLE, stage


@themes
def test_names_stay_readable_on_a_full_box(theme: Theme) -> None:
    """The deepest that a box is coloured, where a job spent all its time."""
    blue, box = (
        [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        for colour in (theme.inks["blue"].firm, theme.box)  # type: ignore[index]
    )
    mixed = "".join(f"{round(b * 0.35 + w * 0.65):02x}" for b, w in zip(blue, box, strict=True))
    assert contrast(theme.text, f"#{mixed}") >= READABLE


def test_one_palette() -> None:
    """The SVG, the page and the command line have the same grounds and inks for each stage."""
    light, page = sheet((), Look.LIGHT), html(TRAINING_JOB)
    dark = sheet((), Look.DARK)
    for stage in Stage:
        for theme, text in ((LIGHT, light), (DARK, dark)):
            ground = theme.stages[stage]
            assert f".stage-{stage} {{fill: {ground.fill};}}" in text
            assert f".on-stage-{stage} {{fill: {ground.ink};}}" in text
            assert f"--stage-{stage}:{ground.fill};--on-stage-{stage}:{ground.ink};" in page
    assert "stage-" in picture(TRAINING_JOB)


def test_outcomes_have_colours_of_their_own() -> None:
    """Nothing but success has its colour."""
    others = {outcome for outcome in OUTCOMES if outcome is not Outcome.SUCCEEDED}
    assert OUTCOMES[Outcome.SUCCEEDED] not in {OUTCOMES[each] for each in others}


# --- Stages ---------------------------------------------------------------------------------------


def test_stages_of_kinds() -> None:
    """Every status has one; where no job succeeds, what runs is aside."""
    for kind in KINDS:
        found = stages_of(kind)
        assert {state.visible for state in kind.main_region.states} == {*found}
        for state in kind.main_region.states:
            if state.final and state.outcome is Outcome.FAILED:
                assert found[state.visible] is Stage.FAILED
    lost = [
        attrs.evolve(each, outcome=Outcome.FAILED) if each.final else each for each in WAY.states
    ]
    never = attrs.evolve(PARCELS, regions=(attrs.evolve(WAY, states=tuple(lost)),))
    assert stages_of(never)["packed"] is Stage.ASIDE
    stages = stages_of(TRAINING_JOB)
    assert stages["MaxRuntimeExceeded"] is stages["Stopped"] is Stage.STOPPED
    assert stages["Starting"] is Stage.BEFORE
    assert stages["Interrupted"] is Stage.ASIDE
