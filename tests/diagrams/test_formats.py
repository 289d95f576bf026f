"""The pictures show the life cycle, all of it and nothing else, whatever its names are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from itertools import chain, pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import attrs
import pytest

from jobstate import Lifecycle, Outcome
from jobstate.diagrams import diagram_of, render
from jobstate.errors import UnknownNameError
from jobstate.model import Basis, Region, State
from jobstate.sagemaker import TRAINING_JOB
from tests.support.pictures import Picture, Place, read_dot, read_mermaid
from tests.support.pictures_plantuml import read_plantuml
from tests.support.pictures_scxml import read_scxml
from tests.support.small import PARCELS, SOURCE, edge, feature, state
from tests.support.together import asked_for, firmest, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobstate.model import Edge

READERS: dict[str, Callable[[str], Picture]] = {
    "mermaid": read_mermaid,
    "dot": read_dot,
    "plantuml": read_plantuml,
    "scxml": read_scxml,
}

#: Names made to break out of a label, to be read as something else, or to break the layout.
HOSTILE = (
    'end"; x --> y',
    "a --> b",
    "<script>alert(1)</script>",
    "new\nline\r\n\ttab",
    "back\\slash \\N \\G \\",
    "\u202eright to left\u2066",
    "&lt;b&gt; &amp;amp; &",
    "#quot; #35; °°60¶ß",
    "]] > -->",
    "%%{init: {'theme': 'dark'}}%%",
    "1. **list** _of_ `code` [text](javascript:x)",
    "style x:y#12; classDef a:b#1;",
    "}\n}\ndigraph {",
    "[*]",
    "",
    "---",
    "\x1b[2J\x00\x7f",
    "lone \udc80",
    "état 状態 🙂",
    "!include secret.puml",
    "@enduml",
    "%newline() !procedure $p() $x",
    "//a// --b-- ~~d~~ <U+0041> [[e f]] <color:red>g</color>",
    "literal \\n, ' and /' comments '/",
    "a_b",
    "a/b",
    "a b",
)


def hostile() -> Lifecycle:
    """Return a life cycle whose every word is hostile; each state leads to the next."""
    names = list(HOSTILE)
    causes = {name: "" if name == "[*]" else f"{name}?" for name in names}
    region = Region(
        name=names[0],
        title=names[2],
        initial=(names[0],),
        needs={"a[b]": True},
        states=tuple(state(name, meaning=name) for name in names),
        edges=tuple(
            edge(a, b, cause=causes[b], needs={"x|y": True} if index % 2 else {})
            for index, (a, b) in enumerate(pairwise(names))
        ),
    )
    last = state("last", secondary=HOSTILE[0], final=True, outcome=Outcome.FAILED)
    other = Region(
        name="other", title="Other", history="Log", initial=(last.name,), states=(last,), edges=()
    )
    return Lifecycle(
        name="hostile",
        version="1",
        title='Title "\n---\n%%{init}%% <b> \\',
        regions=(region, other),
        features=(feature("x|y"), feature("a[b]")),
    )


LIFECYCLES = {
    "training job": TRAINING_JOB,
    "on demand": TRAINING_JOB.given(spot=False, retry=False, plan=False, stop=False),
    "spot": TRAINING_JOB.given(spot=True),
    "parcels": PARCELS,
    "insured parcels": PARCELS.given(insured=True),
    "hostile": hostile(),
}


@pytest.fixture(params=LIFECYCLES)
def lifecycle(request: pytest.FixtureRequest) -> Lifecycle:
    """Return a life cycle."""
    return LIFECYCLES[request.param]


@pytest.fixture(params=READERS)
def picture(request: pytest.FixtureRequest, lifecycle: Lifecycle) -> Picture:
    """Return a picture of it, read back."""
    return READERS[request.param](render(lifecycle, request.param))


# --- What is expected, said a second time ---------------------------------------------------------


def seen(text: str) -> str:
    """Return what can be seen of a text."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def place(region: Region, each: State) -> Place:
    """Return where a state is drawn."""
    frame = region.title if each.secondary is None else each.primary
    return seen(frame), seen(each.visible)


def places(lifecycle: Lifecycle, wanted: Callable[[State], bool]) -> list[Place]:
    """Return where the states of a kind are drawn."""
    return sorted(
        place(region, each)
        for region in lifecycle.regions
        for each in region.states
        if wanted(each)
    )


def guard(lifecycle: Lifecycle, needing: Iterable[Edge | Region], after: tuple[str, ...]) -> str:
    """Return what stands in brackets behind a cause."""
    shown = {each.name for each in lifecycle.features if each.shown}
    asked = asked_for(needing, shown - dict(lifecycle.assumed).keys())
    text = ", ".join([*filter(None, [asked]), *(f"after {each}" for each in after)])
    return f"[{seen(text.replace('_', ' '))}]" if text else ""


def arrows(lifecycle: Lifecycle) -> dict[tuple[Place, Place], list[str]]:
    """Return the moves that a picture must have, with their labels."""
    found: dict[tuple[Place, Place], list[str]] = {}
    for region in lifecycle.regions:
        for edges in together(region.edges):
            each = edges[0]
            ends = (
                place(region, region.state(each.origin)),
                place(region, region.state(each.target)),
            )
            text = seen(each.cause.replace("_", " "))
            label = f"{text} {guard(lifecycle, edges, each.after)}".strip(" ")
            found.setdefault(ends, []).append(label)
    return found


# --- What a picture shows -------------------------------------------------------------------------


def test_every_state_and_no_other(lifecycle: Lifecycle, picture: Picture) -> None:
    """Each state stands once, in the frame of its primary status, or of its region."""
    assert sorted(picture.nodes.values()) == places(lifecycle, lambda _: True)


def test_every_edge_and_no_other(lifecycle: Lifecycle, picture: Picture) -> None:
    """Each move is an arrow, with its causes and what they need; or one of those of a frame.

    An arrow from a whole named frame may stand for several causes, any other for the same ones.
    """
    expected = arrows(lifecycle)
    drawn = Counter(move for ends in picture.arrows for move in picture.moves(*ends))
    assert drawn == Counter(expected.keys())
    named = {frame for frame in picture.inside if is_named(picture, frame)}
    order = {move: number for number, move in enumerate(expected)}
    for (origin, target), label in picture.arrows.items():
        moves = sorted(picture.moves(origin, target), key=order.__getitem__)
        said = [expected[move] for move in moves]
        assert label == ", ".join(dict.fromkeys(chain.from_iterable(said)))
        assert origin in named or all(each == said[0] for each in said)


def is_named(picture: Picture, frame: str) -> bool:
    """Return whether a frame is that of a primary status, not one inside of it."""
    inside = set(picture.inside[frame])
    return not any(inside < set(other) for other in picture.inside.values())


@pytest.mark.parametrize("format_", ["mermaid", "plantuml"])
def test_few_lines(format_: str) -> None:
    """A whole training job takes no more than 75, marks of beginnings and ends too.

    Of 147 moves: those that all statuses of a frame have are drawn once, from the frame.
    """
    text = render(TRAINING_JOB, format_)
    shown = READERS[format_](text)
    lines = len(shown.arrows) + len(shown.starts)
    marks = [line for line in text.split("\n") if re.search(r"-> \[\*\]", line)]
    assert len(arrows(TRAINING_JOB)) == 147
    assert lines + len(marks) <= 75
    # From a frame: failures, and what a stop or a limit ends at once.
    assert {len(shown.moves(*ends)) for ends in shown.arrows} >= {11, 12, 8, 10}


def test_starts(lifecycle: Lifecycle, picture: Picture) -> None:
    """An arrow leads to each state that a job can begin in; its label says which jobs."""
    expected = {
        place(region, region.state(name)): guard(lifecycle, [region], ())
        for region in lifecycle.regions
        for name in region.initial
    }
    assert {picture.nodes[node]: label for node, label in picture.starts.items()} == expected


def test_final_states_are_told_apart(lifecycle: Lifecycle, picture: Picture) -> None:
    """They have an end arrow (Mermaid), a double border (DOT); no other state has."""
    expected = places(lifecycle, lambda each: each.final)
    assert picture.ends() == expected


def test_retired_states_are_told_apart(lifecycle: Lifecycle, picture: Picture) -> None:
    """What the service no longer supports is grey."""
    expected = places(lifecycle, lambda each: each.retired)
    assert sorted(picture.nodes[node] for node in picture.retired) == expected


def test_inferred_is_told_apart(lifecycle: Lifecycle, picture: Picture) -> None:
    """States and moves that nobody has documented or seen are drawn as such, and no others."""
    drawn_so = {picture.nodes[node] for node in picture.inferred if isinstance(node, str)}
    drawn_so |= {picture.nodes[node] for node in picture.retired}
    inferred = places(lifecycle, lambda each: each.basis is Basis.INFERRED)
    assert drawn_so == set(inferred)
    inferred_moves = {
        (place(region, region.state(each.origin)), place(region, region.state(each.target)))
        for region in lifecycle.regions
        for each in region.edges
        if firmest(
            other
            for other in region.edges
            if (other.origin, other.target) == (each.origin, each.target)
        )
        is Basis.INFERRED
    }
    for ends in picture.arrows:
        assert (ends in picture.inferred) == (set(picture.moves(*ends)) <= inferred_moves)


def test_title(lifecycle: Lifecycle, picture: Picture) -> None:
    """It says what is drawn, and for which jobs."""
    _, _, assumed = str(lifecycle).partition(" given ")
    title = f"{lifecycle.title} given {assumed}" if assumed else lifecycle.title
    assert picture.title == seen(title)


def test_parallel_edges_are_one_arrow() -> None:
    """Their causes are joined, each once; one firm edge makes the arrow firm."""
    twice = PARCELS.evolve(
        add_edges=[
            edge("packed", "sent", "thrown", basis=Basis.INFERRED),
            edge("at the door", "sent", "moved_on", basis=Basis.INFERRED, needs={"cheap": True}),
            edge("packed", "sent", "moved", basis=Basis.INFERRED, needs={"sender": True}),
        ]
    )
    found = {
        arrow.labels: (arrow.basis, arrow.kind)
        for arrow in diagram_of(twice).arrows
        if arrow.target == "s_sent"
    }
    assert found == {
        ("moved", "thrown"): (Basis.OBSERVED, "move"),
        ("missed", "moved on [cheap]"): (Basis.INFERRED, "move"),
    }


def test_kinds() -> None:
    """What ends a job, removes it, or is for some jobs only, is told apart."""
    kinds = {(arrow.origin, arrow.target): arrow.kind for arrow in diagram_of(PARCELS).arrows}
    assert kinds["s_packed", "s_sent"] == "move"
    assert kinds["s_sent", "s_packed"] == "detour"
    assert kinds["s_sent", "s_returned"] == "failure"
    assert kinds["s_delivered", "s_forgotten"] == "removal"


def test_ids_are_safe() -> None:
    """Ids are made of what every format takes for a name, and no two are the same."""
    diagram = diagram_of(hostile())
    ids = [each.id for each in diagram.groups] + [each.id for each in diagram.nodes]
    assert len(set(ids)) == len(ids)
    assert all(each.isascii() and each.isidentifier() and each[:2] in {"g_", "s_"} for each in ids)
    assert {"s_a_b", "s_a_b_2", "s_a_b_3"} <= set(ids)


@pytest.mark.parametrize("format_", READERS)
def test_hostile_names_are_text(format_: str) -> None:
    """Nothing unseen reaches the file, and the lines are those of a harmless life cycle."""
    text = render(hostile(), format_)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("\n") == render(_harmless(), format_).count("\n")
    assert "<script>" not in text or format_ == "dot"


def _harmless() -> Lifecycle:
    """Return the hostile life cycle with numbers for names."""
    names = {name: f"n{index}" for index, name in enumerate(HOSTILE)}
    first, other = hostile().regions
    tame = attrs.evolve(
        first,
        initial=("n0",),
        states=tuple(attrs.evolve(each, primary=names[each.primary]) for each in first.states),
        edges=tuple(
            attrs.evolve(each, origin=names[each.origin], target=names[each.target], cause="c")
            for each in first.edges
        ),
    )
    return attrs.evolve(hostile(), title="Title", regions=(tame, other))


# --- Determinism, formats -------------------------------------------------------------------------


def test_same_under_any_hash_seed() -> None:
    """A picture is the same in every process, so that a stale one can be told."""
    program = (
        "from jobstate.diagrams import FORMATS, render\n"
        "from jobstate.sagemaker import TRAINING_JOB as whole\n"
        "for each in (whole, whole.given(spot=True)):\n"
        "    print(*(render(each, format) for format in FORMATS))\n"
    )
    printed = {
        subprocess.run(  # noqa: S603 - a fixed program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) > 500


def test_unknown_format() -> None:
    """The error lists the formats that there are."""
    with pytest.raises(UnknownNameError, match=r"no format 'gif'; there is: csv, dot, .*mermaid"):
        render(PARCELS, "gif")


def test_mermaid_stays_within_github_s_limits() -> None:
    """Mermaid draws nothing of more than 50,000 characters or 500 edges (its defaults)."""
    text = render(TRAINING_JOB, "mermaid")
    assert len(text) < 50_000
    assert text.count(" --> ") < 500


def test_mermaid_s_own_marks_are_text() -> None:
    """What Mermaid puts in the place of codes while it works is no code when a name has it."""
    name = "\ufb02°°60¶ß"
    lifecycle = attrs.evolve(PARCELS, title=name).evolve(
        add_states=[state(name)], add_edges=[edge("packed", name), edge(name, "sent")]
    )
    shown = read_mermaid(render(lifecycle, "mermaid"))
    assert ("Status", "fl°°60¶ß") in shown.nodes.values()


# --- Graphviz itself ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIFECYCLES)
def test_graphviz_draws_it(name: str) -> None:
    """Graphviz takes the DOT without a warning, and shows each text as it is."""
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz's dot is not installed")
    drawn = LIFECYCLES[name]
    ran = subprocess.run(  # noqa: S603 - the program asked for
        [dot, "-Tsvg"],
        input=render(drawn, "dot").encode(),
        capture_output=True,
        check=True,
    )
    assert ran.stderr.decode() == ""
    texts = _texts(ran.stdout)
    expected = {_spaced(text) for each in places(drawn, lambda _: True) for text in each}
    expected |= {_spaced(label) for labels in arrows(drawn).values() for label in labels}
    assert expected - {""} <= texts


def _texts(svg: bytes) -> set[str]:
    root = ET.fromstring(svg)  # noqa: S314 - what Graphviz has just written
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return {_spaced("".join(each.itertext())) for each in found}


def _spaced(text: str) -> str:
    # SVG has no use for a space at either end, and Graphviz writes wide ones.
    return " ".join(text.split())


def test_record_is_plain() -> None:
    """A renderer of one's own needs nothing but the record."""
    diagram = diagram_of(PARCELS)
    assert [group.label for group in diagram.groups] == ["Status"]
    assert [node.label for node in diagram.nodes_in(diagram.groups[0])] == [
        each.primary for each in PARCELS.regions[0].states
    ]
    node = next(node for node in diagram.nodes if node.final)
    assert (node.name, node.outcome, node.basis) == (
        "delivered",
        Outcome.SUCCEEDED,
        Basis.OBSERVED,
    )
    assert SOURCE not in render(PARCELS, "mermaid")
