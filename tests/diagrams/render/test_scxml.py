"""SCXML: every edge with all that it asks for, and an engine that nobody here wrote runs it.

That all is drawn, and nothing else, is tested in `test_diagrams.py`; that other programs take it,
in `test_diagram_tools.py`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from itertools import combinations
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from statemachine.io.scxml.processor import SCXMLProcessor

from jobstate import Lifecycle
from jobstate.diagrams import render
from jobstate.model import Region
from jobstate.sagemaker import TRAINING_JOB
from tests.diagrams.test_formats import LIFECYCLES, seen
from tests.support.pictures_scxml import Chart, Move, chart, own
from tests.support.small import PARCELS, edge, state
from tests.support.together import firmest, source_of, together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from jobstate.model import Edge

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@pytest.fixture(params=LIFECYCLES)
def lifecycle(request: pytest.FixtureRequest) -> Lifecycle:
    """Return a life cycle."""
    return LIFECYCLES[request.param]


def names(read: Chart) -> dict[str, str]:
    """Return id → the name of the state."""
    return {each.attrib["id"]: own(each, "name") for each in read.states()}


def words(name: str) -> str:
    """Return a name as people read it."""
    return seen(name.replace("_", " "))


# --- What it says ---------------------------------------------------------------------------------


def test_every_edge_with_all_it_asks_for(lifecycle: Lifecycle) -> None:
    """What no answer shows is asked for too, since an engine knows only what it is told."""
    read = chart(render(lifecycle, "scxml"))
    by_id = names(read)
    fixed = dict(lifecycle.assumed)
    assert Counter(
        (
            by_id[each.origin],
            by_id[each.target],
            each.cause,
            met_by(lifecycle, each.guard[0]),
            each.guard[1],
            each.basis,
            each.source,
        )
        for each in read.moves()
    ) == Counter(
        (
            seen(edges[0].origin),
            seen(edges[0].target),
            words(edges[0].cause),
            met_by(
                lifecycle,
                (
                    {(words(name), value) for name, value in each.needs if name not in fixed}
                    for each in edges
                ),
            ),
            frozenset(map(words, edges[0].after)),
            firmest(edges),
            seen(source_of(edges)),
        )
        for region in lifecycle.regions
        for edges in together(region.edges)
    )


def met_by(
    lifecycle: Lifecycle, ways: Iterable[AbstractSet[tuple[str, bool]]]
) -> frozenset[frozenset[str]]:
    """Return the sets of features that meet what is asked for in one way or another."""
    names = [words(each.name) for each in lifecycle.features]
    every = list(ways)
    return frozenset(
        frozenset(had)
        for count in range(len(names) + 1)
        for had in combinations(names, count)
        if any(all((name in had) is wanted for name, wanted in way) for way in every)
    )


def test_every_state_with_all_that_is_known(lifecycle: Lifecycle) -> None:
    """Meaning, outcome, basis and source are attributes of jobstate's own."""
    wanted = ("name", "meaning", "outcome", "basis", "source")
    assert sorted(
        tuple(own(each, name) for name in (*wanted, "gone"))
        for each in chart(render(lifecycle, "scxml")).states()
    ) == sorted(
        (*(seen(str(getattr(each, name))) for name in wanted), "true" if each.gone else "")
        for region in lifecycle.regions
        for each in region.states
    )


def test_final_means_no_way_out(lifecycle: Lifecycle) -> None:
    """SCXML allows none from a `<final>`; a job that has ended can still be removed."""
    leaving = {each.origin for region in lifecycle.regions for each in region.edges}
    for each in chart(render(lifecycle, "scxml")).states():
        is_final = own(each, "final") == "true" and own(each, "name") not in map(seen, leaving)
        assert each.tag.endswith("}final") == is_final


def test_features_are_data(lifecycle: Lifecycle) -> None:
    """Undefined until somebody says so, but for what `given` has fixed."""
    data = dict(chart(render(lifecycle, "scxml")).data.values())
    fixed = dict(lifecycle.assumed)
    expected = {
        words(each.name): str(int(fixed[each.name])) if each.name in fixed else None
        for each in lifecycle.features
    }
    assert data == expected | {f"after {words(each.name)}": "0" for each in lifecycle.memories}


def test_ids_and_events_are_words(lifecycle: Lifecycle) -> None:
    """No id is there twice; ids, events and conditions hold ASCII words alone."""
    root = chart(render(lifecycle, "scxml")).root
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    assert all(_WORD.fullmatch(each) for each in ids)
    events = " ".join(each.attrib["event"] for each in root.iter() if "event" in each.attrib)
    # The schema allows letters of XML, digits, hyphens and dots between them; fewer are enough.
    assert all(re.fullmatch(r"\w+(\.\w+)?", each, re.ASCII) for each in events.split(" "))


def fires(descriptor: str, event: str) -> bool:
    """Return whether an event is what a descriptor means: SCXML 1.0, 3.12.1."""
    return event == descriptor or event.startswith(f"{descriptor}.")


def test_no_event_leads_two_ways(lifecycle: Lifecycle) -> None:
    """Of two transitions that an event fires, an engine takes the first, and never the other."""
    leaving: dict[str, list[Move]] = {}
    for each in chart(render(lifecycle, "scxml")).moves():
        leaving.setdefault(each.origin, []).append(each)
    for moves in leaving.values():
        for one, other in combinations(moves, 2):
            if one.target != other.target:
                for event in one.events + other.events:
                    both = [any(fires(it, event) for it in each.events) for each in (one, other)]
                    assert not all(both)


def test_causes_fire() -> None:
    """By their own names; with the target behind, where one alone would be ambiguous."""
    events = {
        (each.origin, each.target): each.events
        for each in chart(render(TRAINING_JOB, "scxml")).moves()
    }
    downloading, training = "s_InProgress_Downloading", "s_InProgress_Training"
    assert events["s_InProgress_Starting", downloading] == (
        "instances_ready",
        f"seen.{downloading}",
    )
    assert events[downloading, training] == (f"data_ready.{training}", f"seen.{training}")


def test_causes_that_mean_something_else() -> None:
    """A cause that engines, or this format, use for their own has another name as an event."""
    odd = ("seen", "done", "error", "", "c_seen", "c_c_seen")
    lifecycle = PARCELS.evolve(add_edges=[edge("packed", "returned", each) for each in odd])
    moves = chart(render(lifecycle, "scxml")).moves()
    events = [each.events[0] for each in moves if each.target == "s_returned"]
    assert len(set(events)) == 1 + len(odd)
    assert not set(events) & {"seen", "done", "error", ""}


# --- Regions --------------------------------------------------------------------------------------


def test_one_region_is_no_parallel() -> None:
    """There is nothing beside it; where `given` rules a region out, neither."""
    for lifecycle in (PARCELS, TRAINING_JOB.given(spot=True)):
        root = chart(render(lifecycle, "scxml")).root
        assert [each.tag.partition("}")[2] for each in root.iter() if "parallel" in each.tag] == []
        assert root.attrib["initial"] in {"s_packed", "s_InProgress_Starting"}


def test_regions_are_parallel() -> None:
    """Each has its primary statuses inside; one with a single frame is that frame."""
    read = chart(render(TRAINING_JOB, "scxml"))
    job, pool = read.root[-1]
    assert read.root.attrib["initial"] == read.root[-1].attrib["id"] == "regions"
    assert [own(each, "label") for each in job if own(each, "label")] == list(
        dict.fromkeys(each.primary for each in TRAINING_JOB.region("job").states)
    )
    assert own(pool, "label") == "WarmPoolStatus"


def two_ways() -> Lifecycle:
    """Return a life cycle that begins in one of two states."""
    region = Region(
        name="only",
        title="Only",
        history="Log",
        initial=("a", "b"),
        states=(state("a"), state("b")),
        edges=(edge("a", "b"), edge("b", "a")),
    )
    return Lifecycle(name="two", version="1", title="Two", regions=(region,))


def test_what_begins_in_several_ways_waits() -> None:
    """SCXML begins in one state; this one is left as soon as it is seen how the job began."""
    engine = started(two_ways())
    assert leaves(engine) == {"w_only"}
    engine.send("seen.s_b")
    assert leaves(engine) == {"s_b"}


def test_nothing_to_choose_is_no_data() -> None:
    """A life cycle without features and memories has no `<datamodel>`, which may not be empty."""
    assert "data" not in render(two_ways(), "scxml").replace('datamodel="ecmascript"', "")


# --- An engine runs it ----------------------------------------------------------------------------


def started(lifecycle: Lifecycle) -> Any:
    """Return python-statemachine's engine, which has read the document and begun."""
    processor = SCXMLProcessor()
    processor.parse_scxml("chart", render(lifecycle, "scxml"))
    return begun(processor)


def begun(processor: SCXMLProcessor) -> Any:
    """Return an engine of a document that was read."""
    start: Any = processor.start  # it has no types
    return start()


def again(processor: SCXMLProcessor, read: Chart) -> Any:
    """Return one more engine of a document; making a new processor takes ten times as long."""
    engine = begun(processor)
    # python-statemachine 3.2 gives only the first engine of a processor its data.
    for name, (_, expression) in read.data.items():
        setattr(engine.model, name, None if expression is None else int(expression))
    return engine


def leaves(engine: Any) -> set[str]:
    """Return the ids of the states that it is in, without those around them."""
    return {each for each in engine.configuration_values if each[:2] in {"s_", "w_"}}


def tours(lifecycle: Lifecycle, region: Region) -> dict[Edge, list[str]]:
    """Return for each edge the shortest way to take it: the names of the states, in order."""
    memories = {each.name: each.states for each in lifecycle.memories}
    found: dict[Edge, list[str]] = {}
    ways = deque([[name] for name in region.initial])
    been: set[tuple[str, frozenset[str]]] = set()
    while ways:
        way = ways.popleft()
        passed = frozenset(name for name, states in memories.items() if states & set(way))
        if (way[-1], passed) in been:
            continue
        been.add((way[-1], passed))
        for each in region.edges:
            if each.origin == way[-1] and set(each.after) <= passed:
                found.setdefault(each, [*way, each.target])
                ways.append([*way, each.target])
    return found


def test_an_engine_takes_every_edge() -> None:
    """Along the shortest way to each, by what is seen; by its cause the edge itself."""
    read = chart(render(TRAINING_JOB, "scxml"))
    ids = {name: identity for identity, name in names(read).items()}
    events = {(each.origin, each.target): each.events[0] for each in read.moves()}
    processor = SCXMLProcessor()
    processor.parse_scxml("chart", render(TRAINING_JOB, "scxml"))
    for region in TRAINING_JOB.regions:
        ways = tours(TRAINING_JOB, region)
        assert set(ways) == set(region.edges)
        for way in ways.values():
            engine = again(processor, read)
            if ids[way[0]] not in leaves(engine):
                engine.send(f"seen.{ids[way[0]]}")
            for name in way[1:-1]:
                engine.send(f"seen.{ids[name]}")
            assert ids[way[-2]] in leaves(engine)
            engine.send(events[ids[way[-2]], ids[way[-1]]])
            assert ids[way[-1]] in leaves(engine)


def test_an_engine_takes_nothing_else() -> None:
    """From no state of the parcel does it move where the life cycle has no edge."""
    ids = {name: identity for identity, name in names(chart(render(PARCELS, "scxml"))).items()}
    legal = {(each.origin, each.target) for each in PARCELS.regions[0].edges}
    ways = {way[-1]: way for way in tours(PARCELS, PARCELS.regions[0]).values()}
    for origin, way in ways.items():
        for target, identity in ids.items():
            engine = started(PARCELS)
            for name in way[1:]:
                engine.send(f"seen.{ids[name]}")
            passed = "at the door" in way or target != "delivered"
            engine.send(f"seen.{identity}")
            moved = (origin, target) in legal and passed
            assert leaves(engine) == {identity if moved else ids[origin]}


def test_what_a_job_must_have_passed() -> None:
    """A parcel is signed for only after it was seen at the door."""
    engine = started(PARCELS)
    for event in ("moved", "signed"):
        engine.send(event)
    assert leaves(engine) == {"s_sent"}
    for event in ("moved", "missed", "signed"):
        engine.send(event)
    assert leaves(engine) == {"s_delivered"}


@pytest.mark.parametrize(
    ("insured", "stays"), [(None, False), (True, False), (False, True), (1, False), (0, True)]
)
def test_what_a_job_must_be(insured: object, *, stays: bool) -> None:
    """A feature is true, false or not known, as a word or as a number; only false forbids."""
    engine = started(PARCELS)
    engine.model.f_insured = insured
    engine.send("moved")
    engine.send("lost")
    assert leaves(engine) == {"s_sent" if stays else "s_packed"}


def test_what_a_job_must_lack() -> None:
    """The other way round only true forbids."""
    lifecycle = PARCELS.evolve(add_edges=[edge("packed", "at the door", needs={"cheap": False})])
    for cheap, stays in ((None, False), (False, False), (True, True)):
        engine = started(lifecycle)
        engine.model.f_cheap = cheap
        engine.send("seen.s_at_the_door")
        assert leaves(engine) == {"s_packed" if stays else "s_at_the_door"}


def test_hostile_names_run() -> None:
    """Whatever the names are, the engine goes from the first state to the last."""
    lifecycle = LIFECYCLES["hostile"]
    engine = started(lifecycle)
    read = chart(render(lifecycle, "scxml"))
    first = next(iter(read.beginnings()))
    ways = {each.origin: each for each in read.moves()}
    engine.send(f"seen.{first}")
    while first in ways:
        assert first in leaves(engine)
        engine.send(ways[first].events[0])
        first = ways[first].target
    assert first in leaves(engine)
    assert len(ways) == len(lifecycle.regions[0].edges)


def test_texts_are_attributes() -> None:
    """A meaning can't end an attribute or a comment: there are none, and quotes are escaped."""
    title = "-->'\"<!--]]>&"
    text = render(attrs.evolve(PARCELS, title=title), "scxml")
    assert "<!--" not in text
    assert own(chart(text).root, "title") == title
