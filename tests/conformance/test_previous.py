"""Events that carry the status before: evidence, and wrong where nothing leads from there."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Lifecycle, Outcome, Tracker, Violation, check
from jobstate.model import (
    AnswerSchema,
    Envelope,
    Field,
    Region,
    SchemaReader,
    SchemaWriter,
    Shape,
    Shown,
    StatusFields,
)
from jobstate.model.hidden_states import feature_sets
from jobstate.testing import lives
from tests.support.brute_force import beginnings, moves_of
from tests.support.page_tools import by_page, differences, missing
from tests.support.small import PARCELS, WAY, edge, entries, parcel, state

# --- A run of steps, as events tell of it ---------------------------------------------------------

FIELDS: Final = {
    "arn": Field.text(64, required=True),
    "begun": Field.time(required=True),
    "changed": Field.time(),
    "currentStatus": Field.status(required=True),
    "previousStatus": Field.status(),
}
SCHEMA: Final = AnswerSchema(
    kind="run",
    service="steps",
    shapes=(Shape(name="describe", fields=FIELDS, operation="GetRun"),),
    envelopes=(
        Envelope(inside="detail", marks=(("detail-type", "Run"),), spelling={"GOING_ON": "Going"}),
    ),
    id="arn",
    created="begun",
    name="arn",
    places=(StatusFields(region="run", primary="currentStatus", previous="previousStatus"),),
    modified="changed",
)
RUN: Final = Lifecycle(
    name="run",
    version="1",
    title="Run",
    regions=(
        Region(
            name="run",
            title="Status",
            field="currentStatus",
            initial=("Going",),
            states=(
                state("Going"),
                state("Stopping"),
                state("Done", final=True, outcome=Outcome.SUCCEEDED),
                state("Stopped", final=True, outcome=Outcome.STOPPED),
            ),
            edges=(
                edge("Going", "Done"),
                edge("Going", "Stopping"),
                edge("Stopping", "Stopped"),
            ),
        ),
    ),
    reader=SchemaReader(SCHEMA),
    writer=SchemaWriter(SCHEMA),
)


def event(current: str, previous: str | None, changed: str | None = None) -> dict[str, Any]:
    """Return an event."""
    detail = {
        "arn": "run/1",
        "begun": "2026-11-01T10:00:00Z",
        "currentStatus": current,
        "previousStatus": previous,
        "changed": changed,
    }
    return {"detail-type": "Run", "detail": {k: v for k, v in detail.items() if v is not None}}


def test_it_is_read() -> None:
    """Spelt as the statuses are; answers that say nothing of it show none."""
    assert RUN.reader is not None
    assert RUN.reader.read(event("STOPPING", "GOING_ON")).shown == {
        "run": Shown("STOPPING", None, "Going")
    }
    assert RUN.reader.read(event("Going", None)).shown == {"run": Shown("Going")}


#: (Status, the one before) → whether some way leads there, by the rows above.
WAYS: Final = {
    ("Going", "Going"): True,
    ("Done", "Going"): True,
    ("Stopped", "Going"): True,
    ("Stopped", "Stopping"): True,
    ("Going", "Stopping"): False,
    ("Going", "Done"): False,
    ("Done", "Stopping"): False,
    ("Done", "Stopped"): False,
    ("Stopping", "Stopped"): False,
    ("Stopped", "Paused"): True,
    ("Going", None): True,
}


@pytest.mark.parametrize(("statuses", "legal"), WAYS.items())
@pytest.mark.parametrize("earlier", [[], [event("Going", None)], [event("Stopping", "Going")]])
def test_what_nothing_leads_from(
    statuses: tuple[str, str | None], earlier: list[dict[str, Any]], *, legal: bool
) -> None:
    """Is an illegal move, also of a job that nobody has heard of, in order or not.

    A status that nobody knows may lead anywhere.
    """
    current, previous = statuses
    wrong = f"{current} can't come after {previous}"
    tracker = Tracker(RUN)
    told = [
        each
        for answer in [event(*statuses), *earlier]
        for each in tracker.observe(answer).events
        if isinstance(each, Violation)
    ]
    for found in (check(RUN, [*earlier, event(*statuses)]).violations, told):
        said = [each.message for each in found if each.rule == "illegal-transition"]
        assert any(each.startswith(wrong) for each in said) is not legal


def test_why() -> None:
    """The violation says what is wrong with the way, and what would have been right."""
    (found,) = check(RUN, event("Going", "Stopping")).violations
    assert found.message == "Going can't come after Stopping: no legal move leads there"
    assert (found.path, found.seen) == ("currentStatus", "Going")
    assert found.allowed == ("Stopping", "Stopped")
    (found,) = check(RUN, event("Going", "Done")).violations
    assert found.message == "Going can't come after Done: Done is final"


EVENTS: Final = [event("Going", None), event("Stopping", "Going"), event("Stopped", "Stopping")]


@given(st.permutations([*EVENTS, *EVENTS[1:]]))
def test_late_events_are_no_alarm(events: list[dict[str, Any]]) -> None:
    """Whatever their order, without times."""
    tracker = Tracker(RUN)
    assert not any(
        each.kind == "violation" for answer in events for each in tracker.observe(answer).events
    )
    (job,) = tracker
    assert job.final


@given(lives(RUN))
def test_a_writer_says_it(life: Any) -> None:
    """What it says of legal lives is legal, and true."""
    events = [life.at(time, "event") for time in life.changes]
    assert check(RUN, events).legal
    statuses = [each["detail"]["currentStatus"] for each in events]
    before = [each["detail"].get("previousStatus") for each in events]
    assert before == [None, *statuses[:-1]]


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_page_says_the_same() -> None:
    """Of each pair alone, and after something that was known."""
    cases: list[Any] = [[event(*pair)] for pair in WAYS]
    cases += [[event("Going", None), event(*pair), event("Stopped", None)] for pair in WAYS]
    assert differences(RUN, cases, by_page(cases, RUN)) == []


# --- As evidence ----------------------------------------------------------------------------------


def came(status: str, previous: str | None, **features: bool) -> Any:
    """Return an answer about a parcel that says where it was before."""
    return attrs.evolve(parcel(status, **features), shown={"way": Shown(status, None, previous)})


def test_it_tells_features() -> None:
    """Only an insured parcel is packed again: that it was, its status alone does not tell."""
    tracker = Tracker(PARCELS)
    tracker.observe(came("packed", None))
    assert tracker["parcel/1"].features == {}
    tracker.observe(came("packed", "sent"))
    assert tracker["parcel/1"].features == {"insured": True, "cheap": False}
    (found,) = check(PARCELS, [came("packed", "sent"), parcel("sent", insured=False)]).violations
    assert found.rule == "feature-changed"


def test_what_a_feature_rules_out() -> None:
    """The sentence says for which jobs there is a way."""
    (found,) = check(PARCELS, came("packed", "sent", insured=False)).violations
    assert found.rule == "illegal-transition"
    assert found.message.endswith("the way there is only for jobs with: insured")


def test_beside_a_history() -> None:
    """It is judged first, for the history of such an answer is no evidence."""
    answer = attrs.evolve(came("sent", "delivered"), entries=entries("packed", "sent"))
    (found,) = check(PARCELS, answer).violations
    assert found.message == "sent can't come after delivered: delivered is final"


def ways() -> set[tuple[str, str]]:
    """Return (status, one before it) of every run of a parcel, found step by step."""
    found = set()
    for features in feature_sets(PARCELS):
        runs = [[one] for one in beginnings(PARCELS, WAY, tuple(sorted(features.items())))]
        seen = set()
        for run in runs:  # the list grows while we walk it
            now = run[-1]
            found |= {(now.state, each.state) for each in run}
            for after in moves_of(PARCELS, "way", now):
                step = (frozenset(run), after)
                if step not in seen:
                    seen.add(step)
                    runs.append([*run, after])
    return found


def test_every_pair() -> None:
    """A move is refused if, and only if, no run of any job passes the one and then the other."""
    names = [each.name for each in WAY.states]
    legal = {pair for pair in product(names, repeat=2) if check(PARCELS, came(*pair)).legal}
    assert legal == ways()
