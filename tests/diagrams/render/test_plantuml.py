"""PlantUML: colours by kind, a legend of what occurs, and no way out of a label.

That all is drawn, and nothing else, is tested in `test_diagrams.py`; that PlantUML itself takes it,
in `test_diagram_tools.py`.
"""

from __future__ import annotations

import re

import attrs

from jobstate import Outcome
from jobstate.diagrams import diagram_of, render
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model import Basis
from jobstate.model.drawing import ArrowKind, Colour, Drawing
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS, edge, state

_ARROW = re.compile(r"^(\w+) -(up)?\[(#\w{6})(,dashed)?(,bold)?\]-> (\w+)", re.MULTILINE)


def arrow(text: str, origin: str, target: str) -> tuple[str, ...]:
    """Return what an arrow looks like: direction, colour, dashes, weight."""
    found = [each.groups("") for each in _ARROW.finditer(text)]
    (look,) = [each[1:5] for each in found if (each[0], each[5]) == (origin, target)]
    return look


def test_an_arrow_has_the_colour_of_its_kind() -> None:
    """Firm where it is known; dashed and fainter where it is only inferred."""
    text = render(PARCELS, "plantuml")
    red, grey = LIGHT.inks[Colour.RED], LIGHT.inks[Colour.GREY]
    assert arrow(text, "s_sent", "s_returned") == ("", red.firm, "", "")
    assert arrow(text, "s_at_the_door", "s_sent") == ("up", grey.faint, ",dashed", "")


def test_the_usual_road_is_bold() -> None:
    """A reader finds it at once; no other arrow is."""
    text = render(TRAINING_JOB, "plantuml")
    bold = {(each[1], each[6]) for each in _ARROW.finditer(text) if each[5]}
    assert bold == {
        ("s_InProgress_Starting", "s_InProgress_Downloading"),
        ("s_InProgress_Downloading", "s_InProgress_Training"),
        ("s_InProgress_Training", "s_InProgress_Uploading"),
        ("s_InProgress_Uploading", "s_Completed_Completed"),
    }


def test_what_goes_back_goes_up() -> None:
    """So PlantUML keeps the reading order of the life cycle; for frames it is that of the first."""
    whole = diagram_of(TRAINING_JOB)
    text = render(TRAINING_JOB, "plantuml")
    arrows = [each for each in _ARROW.finditer(text) if "s_" in each[1] and "s_" in each[6]]
    order = {node.id: number for number, node in enumerate(whole.nodes)}
    plain = [each for each in arrows if each[1] in order and each[6] in order]
    assert len(plain) > 40
    for each in plain:
        assert bool(each[2]) == (order[each[6]] < order[each[1]])
    assert "z_2_g_InProgress -up[" in text
    assert "g_InProgress -[" in text


def test_a_final_state_has_the_colour_of_its_outcome() -> None:
    """Fainter and dashed where it is only inferred; a state of no outcome is grey."""
    lost = state("lost", final=True, basis=Basis.INFERRED, outcome=Outcome.FAILED)
    odd = state("odd", final=True, outcome=Outcome.UNKNOWN)
    text = render(
        PARCELS.evolve(
            add_states=[lost, odd], add_edges=[edge("sent", "lost"), edge("sent", "odd")]
        ),
        "plantuml",
    )
    red, green, grey = (LIGHT.inks[each] for each in (Colour.RED, Colour.GREEN, Colour.GREY))
    assert f'state "returned" as s_returned ##{red.firm[1:]}\n' in text
    assert f'state "delivered" as s_delivered ##{green.firm[1:]}\n' in text
    assert f'state "lost" as s_lost <<inferred>> ##[dashed]{red.faint[1:]}\n' in text
    assert f'state "odd" as s_odd ##{grey.firm[1:]}\n' in text
    assert '  state "sent" as s_sent\n' in text


def legend(text: str) -> list[str]:
    """Return the lines of the legend."""
    lines = text.splitlines()
    return lines[lines.index("legend right") + 1 : lines.index("endlegend")]


def test_the_legend_explains_what_occurs() -> None:
    """Every kind that is drawn, and no other; every sign that is used, and no other."""
    whole = legend(render(TRAINING_JOB, "plantuml"))
    kinds = [re.sub(r"<[^>]*>| ", "", line) for line in whole if line.startswith("<color")]
    titles = {kind.title.replace(" ", "") for kind in diagram_of(TRAINING_JOB).kinds}
    assert set(kinds) == {title for title in titles if "," not in title} | {"retry,update"}
    assert len(whole) - len(kinds) == 7
    small = legend(render(PARCELS, "plantuml"))
    assert [line for line in small if not line.startswith("<color")] == [
        "arrow to the end mark: final, nothing runs any more",
        "dashed, lighter arrow: only inferred",
        "behind a cause, in brackets: what must be so",
    ]


def test_titles_of_kinds_are_text() -> None:
    """Whoever draws a life cycle of one's own may call a kind what they like."""
    named = ArrowKind(name="k", title="endlegend\n@enduml <b>", colour=Colour.GREY)
    text = render(attrs.evolve(PARCELS, drawing=lambda: Drawing(kinds=(named,))), "plantuml")
    assert text.count("endlegend\n") == text.count("@enduml") == 1
    assert "<b>" not in text


def test_an_empty_title_is_one() -> None:
    """`title` alone would begin a title of many lines, and swallow the picture."""
    assert "\ntitle <U+00A0>\n" in render(attrs.evolve(PARCELS, title=""), "plantuml")
