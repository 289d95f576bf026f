"""The tables hold the whole life cycle, in each format, whatever stands in its cells."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import attrs
import pytest

from jobstate import Lifecycle, Outcome
from jobstate.errors import UnknownNameError
from jobstate.model import Edge, Feature, Region, Severity, State
from jobstate.model.states import Exclusion, Memory
from jobstate.model.tables import FORMATS, SCHEMA_VERSION, render
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS, WAY, edge, rule, state
from tests.support.together import asked_for, firmest, source_of, together

#: What must not come through as it is: a formula, a cell's border, a row's end, HTML, a command.
HOSTILE = ("=1+1", "+1", "-1", "@x", "a|b", "a\nb", "<b>&amp;", "\x1b[2J", "\t=1", "`x` *y* [z](u)")


def hostile() -> Lifecycle:
    """Return parcels whose new states and causes have such names."""
    return PARCELS.evolve(
        add_states=[state(name, meaning=name) for name in HOSTILE],
        add_edges=[edge("packed", name, name) for name in HOSTILE]
        + [edge(name, "sent", name) for name in HOSTILE],
    )


LIFECYCLES = {
    "training job": TRAINING_JOB,
    "spot": TRAINING_JOB.given(spot=True, stop=False),
    "parcels": PARCELS,
    "hostile": hostile(),
}


@pytest.fixture(params=LIFECYCLES)
def lifecycle(request: pytest.FixtureRequest) -> Lifecycle:
    """Return a life cycle."""
    return LIFECYCLES[request.param]


# --- JSON -----------------------------------------------------------------------------------------


def loaded(kind: type, values: dict[str, Any]) -> Any:
    """Return a piece of a life cycle from its JSON object."""
    return kind(**values)


def region_from(values: dict[str, Any]) -> Region:
    """Return a region from its JSON object."""
    states = [{k: v for k, v in each.items() if k != "name"} for each in values["states"]]
    return Region(
        name=values["name"],
        title=values["title"],
        field=values["field"],
        initial=tuple(values["initial"]),
        needs=values["needs"],
        history=values["history"],
        prefix=values["prefix"],
        states=tuple(loaded(State, each) for each in states),
        edges=tuple(
            loaded(Edge, {**each, "after": tuple(each["after"])}) for each in values["edges"]
        ),
    )


def test_json_loads_back(lifecycle: Lifecycle) -> None:
    """All that is data comes back as it was, to the last character."""
    found = json.loads(render(lifecycle, "json"))
    assert found["schema_version"] == SCHEMA_VERSION == 2
    assert (found["name"], found["version"], found["title"], found["given"]) == (
        lifecycle.name,
        lifecycle.version,
        lifecycle.title,
        dict(lifecycle.assumed),
    )
    assert tuple(map(region_from, found["regions"])) == lifecycle.regions
    assert tuple(loaded(Feature, each) for each in found["features"]) == lifecycle.features
    assert [
        loaded(Exclusion, {**each, "features": tuple(each["features"])})
        for each in found["exclusions"]
    ] == list(lifecycle.exclusions)
    assert [
        loaded(Memory, {**each, "states": frozenset(each["states"])}) for each in found["memories"]
    ] == list(lifecycle.memories)


def test_json_has_the_rules(lifecycle: Lifecycle) -> None:
    """Each rule with what it says; how it is tested is no data."""
    found = json.loads(render(lifecycle, "json"))["rules"]
    wanted = ("id", "severity", "basis", "summary", "source")
    assert found == [{name: getattr(rule, name) for name in wanted} for rule in lifecycle.rules]


def test_json_is_for_people_too() -> None:
    """A thing a line, two spaces deeper for what is within another."""
    first, second, *_ = render(PARCELS, "json").splitlines()
    assert (first, second) == ("{", '  "schema_version": 2,')


def test_json_states_have_their_names() -> None:
    """Edges speak of states by name, so the states say theirs."""
    (way,) = json.loads(render(PARCELS, "json"))["regions"]
    assert [each["name"] for each in way["states"]][:3] == ["packed", "sent", "at the door"]


# --- CSV ------------------------------------------------------------------------------------------


def rows(lifecycle: Lifecycle) -> list[list[str]]:
    """Return the rows that the table of edges has, as people read them."""
    return [
        [
            region.name,
            edges[0].origin,
            edges[0].target,
            edges[0].cause,
            asked_for(edges),
            ", ".join(edges[0].after),
            firmest(edges),
            source_of(edges),
        ]
        for region in lifecycle.regions
        for edges in together(region.edges)
    ]


def test_csv_holds_every_edge() -> None:
    """RFC 4180: a header, commas, CRLF; each edge once, in the life cycle's order."""
    text = render(TRAINING_JOB, "csv")
    head, *found = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert head == ["region", "origin", "target", "cause", "needs", "after", "basis", "source"]
    assert found == rows(TRAINING_JOB)
    assert text.count("\r\n") == text.count("\n") == len(found) + 1


def test_csv_cells_are_no_formulas() -> None:
    """What a spreadsheet would run is marked as text; nothing unseen is left."""
    text = render(hostile(), "csv")
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    cells = [cell for row in found for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert all(cell.isprintable() for cell in cells)
    assert {"'=1+1", "'+1", "'-1", "'@x", "a|b", "a\\nb", "\\t=1", "\\x1b[2J"} <= set(cells)


# --- Markdown -------------------------------------------------------------------------------------


def markdown_rows(text: str) -> dict[str, list[list[str]]]:
    """Return the tables of a Markdown text by their headings, cells as they are shown."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        elif line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            found[list(found)[-1]].append(
                [re.sub(r"\\(\W|_)", r"\1", each[1:-1]) for each in cells]
            )
    return found


def test_markdown_holds_everything() -> None:
    """States, edges, rules, features, links: a table each with as many cells in every row."""
    found = markdown_rows(render(TRAINING_JOB, "markdown"))
    assert list(found) == [
        "TrainingJobStatus / SecondaryStatus: states",
        "TrainingJobStatus / SecondaryStatus: edges",
        "WarmPoolStatus: states",
        "WarmPoolStatus: edges",
        "Rules",
        "Features",
        "Links",
    ]
    assert all(len({len(row) for row in each}) == 1 for each in found.values())
    tables = list(found.values())
    assert tables[1][2:] + tables[3][2:] == [row[1:] for row in rows(TRAINING_JOB)]
    assert len(tables[0][2:]) == 33
    assert tables[0][2][:3] == ["InProgress/Starting", "running", ""]
    assert [row[0] for row in tables[4][2:]] == [rule.id for rule in TRAINING_JOB.rules]
    assert ["stop", "nothing"] in [[row[0], row[2]] for row in tables[5]]


def test_markdown_says_all_of_it() -> None:
    """A table each, all columns named, all that stands in a rule or a feature in its cell."""
    late = Memory(name="late", region="way", states=frozenset({"sent"}), rule="on-time")
    kept = edge("at the door", "returned", "kept", after=("seen", "late"))
    small = attrs.evolve(
        PARCELS,
        regions=(attrs.evolve(WAY, edges=(*WAY.edges, kept)),),
        memories=(*PARCELS.memories, late),
        rules=(rule("on-time", severity=Severity.NOTE, summary="It comes."),),
    )
    text = render(small, "markdown")
    assert text.startswith("# Parcel\n\nThe life cycle parcel 1.\n\n## Status: states\n")
    assert text.count("\n|" + " --- |" * 7 + "\n") == 2
    found = markdown_rows(text)
    assert found["Status: states"][0] == [
        *("state", "outcome", "final", "cause", "meaning", "basis", "source"),
    ]
    assert found["Status: edges"][-1][4] == "seen, late"
    assert found["Rules"] == [
        ["rule", "severity", "basis", "what must be true", "source"],
        ["---"] * 5,
        ["on-time", "note", "observed", "It comes.", "made up"],
        *(
            [name, "error", "inferred", summary, "the life cycle's own moves"]
            for name, summary in (
                ("illegal-start", "A history begins with a status that the job begins with."),
                (
                    "illegal-transition",
                    "Some legal run of the job explains what was seen, in this order.",
                ),
                (
                    "delivered-unseen",
                    "The moves that come after seen are for jobs that have passed it.",
                ),
            )
        ),
        [
            "cheap-insurance",
            "error",
            "observed",
            "No job has insured and cheap at once.",
            "made up",
        ],
        *(
            [name, "error", "inferred", summary, "the life cycle's own moves"]
            for name, summary in (
                ("feature-changed", "What is fixed when a job is created stays as it was."),
                (
                    "history-rewritten",
                    "A later history extends an earlier one; no entry goes or changes.",
                ),
                (
                    "modified-time-went-back",
                    "In answers that are in order, the time of modification does not go back.",
                ),
            )
        ),
    ]
    assert found["Features"] == [
        ["feature", "meaning", "shown by", "source"],
        ["---"] * 4,
        ["insured", "insured", "answers", "made up"],
        ["cheap", "cheap", "answers", "made up"],
        ["sender", "sender", "nothing", "made up"],
    ]


def test_markdown_escapes() -> None:
    """A cell stays a cell and shows its text: no border, no row, no HTML, no link, no emphasis."""
    text = render(hostile(), "markdown")
    shown = [row[0] for row in markdown_rows(text)["Status: states"][2:]]
    spelled = {"a\nb": "a\\nb", "\x1b[2J": "\\x1b[2J", "\t=1": "\\t=1"}
    assert shown[-len(HOSTILE) :] == [spelled.get(name, name) for name in HOSTILE]
    assert r"a\|b" in text
    assert r"a\\nb" in text
    assert r"\<b\>\&amp;" in text
    assert r"\`x\` \*y\* \[z\](u)" in text


def test_markdown_underscores() -> None:
    """Within a word they mean nothing, so they stay readable; at its edge they would."""
    with_them = PARCELS.evolve(add_edges=[edge("sent", "sent", "_a_b_ c_")])
    assert r"| \_a_b\_ c\_ |" in render(with_them, "markdown")


# --- Text -----------------------------------------------------------------------------------------


def test_text_is_aligned() -> None:
    """Each column begins at one place, and the widest one, the sources, is the last."""
    _, block, *_ = render(TRAINING_JOB, "text").split("\n\n")
    heading, head, *lines = block.splitlines()
    assert heading == "TrainingJobStatus / SecondaryStatus: states"
    assert len(lines) == 33
    assert head.split() == ["STATE", "OUTCOME", "FINAL", "CAUSE", "MEANING", "BASIS", "SOURCE"]
    for name in ("OUTCOME", "BASIS", "SOURCE"):
        begin = head.index(name)
        assert all(line[begin - 2 : begin] == "  " and line[begin] != " " for line in lines)
    assert not any(line.endswith(" ") for line in lines)


def test_text_says_the_ends() -> None:
    """What is final, gone, retired; and what has no outcome of its own does not say running."""
    _, states, *_ = render(TRAINING_JOB, "text").split("\n\n")
    lines = {line.split()[0]: line.split() for line in states.splitlines()}
    assert lines["Stopped/Stopped"][1:4] == ["stopped", "yes", "stop_requested"]
    assert lines["Deleting/Failed"][1:4] == ["failed", "gone", "unknown"]
    assert lines["InProgress/LaunchingMLInstances"][1] == "(retired)"
    text = render(TRAINING_JOB, "text")
    assert re.search(r"^  Reused +yes +another job took it +documented  WARM$", text, re.MULTILINE)


def test_text_is_safe_to_print() -> None:
    """No name moves the cursor or breaks a line."""
    text = render(hostile(), "text")
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\\x1b[2J" in text


def test_empty_tables_are_left_out() -> None:
    """A region that `given` has emptied has no heading, in text as in Markdown."""
    spot = TRAINING_JOB.given(spot=True)
    assert "given spot=yes" in render(spot, "text").splitlines()[0]
    assert "WarmPoolStatus: states" not in render(spot, "text")
    assert "WarmPoolStatus: states" not in render(spot, "markdown")


# --- Formats --------------------------------------------------------------------------------------


def test_formats() -> None:
    """Each is a text that ends with a line's end."""
    assert FORMATS == ("text", "json", "markdown", "csv")
    assert all(render(PARCELS, each).endswith("\n") for each in FORMATS)


def test_unknown_format() -> None:
    """The error lists the formats that there are."""
    with pytest.raises(UnknownNameError, match=r"no format 'xml'; there is: csv, json, markdown"):
        render(PARCELS, "xml")


def test_no_edges() -> None:
    """A life cycle without edges has a table of edges without rows."""
    end = state("packed", final=True, outcome=Outcome.SUCCEEDED)
    region = attrs.evolve(WAY, states=(end,), edges=())
    nothing = attrs.evolve(PARCELS, regions=(region,), memories=())
    assert render(nothing, "csv").splitlines()[0].startswith("region,origin,target,")
    assert json.loads(render(nothing, "json"))["regions"][0]["edges"] == []
