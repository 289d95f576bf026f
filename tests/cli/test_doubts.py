"""What is doubtful about life cycles that are valid: each kind of doubt, on one that has it."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from jobstate.cli.doubts import Doubt, doubts, doubts_when_tried
from jobstate.kinds import KINDS
from jobstate.model import (
    Basis,
    Envelope,
    FeatureTest,
    Field,
    InOrder,
    Lifecycle,
    Link,
    Memory,
    Region,
    Requires,
    Rule,
    SchemaReader,
    SchemaWriter,
    Sign,
    StatusFields,
    Stays,
    Where,
)
from tests.support.command import EXAMPLES
from tests.support.small import edge, feature, rule, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import Observation
    from jobstate.model import Finding
    from jobstate.model.specification import Specification

ORDER: Final[Lifecycle] = runpy.run_path(str(EXAMPLES / "order.py"))["ORDER"]
WAY: Final = ORDER.regions[0]


def with_schema(**more: Any) -> Lifecycle:
    """Return the order with a schema that says something else."""
    assert isinstance(ORDER.reader, SchemaReader)
    assert isinstance(ORDER.writer, SchemaWriter)
    schema = attrs.evolve(ORDER.reader.schema, **more)
    writer = attrs.evolve(ORDER.writer, schema=schema)
    return attrs.evolve(ORDER, reader=SchemaReader(schema), writer=writer)


def with_says(says: dict[str, Any]) -> Lifecycle:
    """Return the order with a writer that says something else."""
    assert isinstance(ORDER.writer, SchemaWriter)
    writer = attrs.evolve(ORDER.writer, says={**ORDER.writer.says, **says})
    return attrs.evolve(ORDER, writer=writer)


def with_region(**more: Any) -> Lifecycle:
    """Return the order with a region that says something else."""
    return attrs.evolve(ORDER, regions=(attrs.evolve(WAY, **more),))


def shapes(**more: Any) -> tuple[Any, ...]:
    """Return the shapes of orders, the last with other fields."""
    assert isinstance(ORDER.reader, SchemaReader)
    fuller, thin = ORDER.reader.schema.shapes
    return fuller, attrs.evolve(thin, fields={**thin.fields, **more})


def texts(lifecycle: Lifecycle) -> list[str]:
    """Return what is doubtful without trying it."""
    return [each.text for each in doubts(lifecycle)]


def test_nothing() -> None:
    """The example has a source for each row, and does what it says."""
    assert list(doubts(ORDER)) == []
    assert doubts_when_tried(ORDER) == []


@pytest.mark.parametrize("kind", [*KINDS], ids=lambda kind: kind.name)
def test_the_library(kind: Lifecycle) -> None:
    """Nothing is doubtful about its own kinds but what they say is inferred."""
    found = [*doubts(kind), *doubts_when_tried(kind)]
    assert [each for each in found if not each.id.endswith("-inferred")] == []


# --- Rows -----------------------------------------------------------------------------------------


def test_rows_without_a_source() -> None:
    """They are counted and listed, by what they are; one that is inferred besides counts once."""
    unsaid: dict[str, Any] = {"source": " ", "basis": Basis.INFERRED}
    bare = with_region(
        states=tuple(attrs.evolve(each, **unsaid) for each in WAY.states),
        edges=(attrs.evolve(WAY.edges[0], source=""), *WAY.edges[1:]),
    )
    assert list(doubts(bare)) == [
        Doubt(
            "state-without-source",
            "5 states have no source",
            ("Placed", "Packed", "Delivered", "Lost", "Cancelled"),
        ),
        Doubt("move-without-source", "1 move has no source", ("Placed → Packed (packed)",)),
    ]


def test_rows_that_are_inferred() -> None:
    """So are these; of edges that differ in what they need the firmest counts."""
    guessed: dict[str, Any] = {"basis": Basis.INFERRED}
    first, second, *others = WAY.edges
    moves = (
        attrs.evolve(first, needs={"gift": True}, **guessed),
        attrs.evolve(first, needs={"gift": False}),
        attrs.evolve(second, **guessed),
        *others,
    )
    found = attrs.evolve(
        ORDER,
        regions=(attrs.evolve(WAY, edges=moves),),
        rules=(attrs.evolve(ORDER.declared_rules[0], **guessed),),
        features=(attrs.evolve(feature("gift"), source=""),),
    )
    assert [(each.id, each.rows) for each in doubts(found)] == [
        ("move-inferred", ("Packed → Delivered (delivered)",)),
        ("feature-without-source", ("gift",)),
        ("rule-inferred", ("closed-exactly-when-final",)),
        ("feature-not-shown", ()),
    ]


def test_rows_of_several_regions() -> None:
    """Their names say which region is meant."""
    pool = Region(
        name="pool",
        title="pool",
        states=(attrs.evolve(state("Idle"), source=""),),
        edges=(),
        initial=("Idle",),
    )
    found = attrs.evolve(ORDER, regions=(WAY, pool))
    assert [(each.text, each.rows) for each in doubts(found)] == [
        ("1 state has no source", ("pool Idle",)),
        ("nothing leads out of Idle, and it is not final", ()),
        ("the schema has no status of the region pool", ()),
    ]


# --- Dead ends ------------------------------------------------------------------------------------


def test_dead_ends_of_some_jobs() -> None:
    """A state that only some can leave is named with those that can't."""
    waiting = (state("Placed"), state("Gone", final=True, outcome="succeeded"))
    leaving = edge("Placed", "Gone", needs=(("gift", True),))
    found = Lifecycle(
        name="gift",
        version="1",
        title="gift",
        regions=(
            Region(name="way", title="way", states=waiting, edges=(leaving,), initial=("Placed",)),
        ),
        features=(feature("gift"), feature("asked", shown=False)),
    )
    assert "nothing leads out of Placed for jobs that are not gift, and it is not final" in (
        texts(found)
    )


def test_dead_ends_by_what_was_passed() -> None:
    """Where no feature decides, it is some jobs that stay."""
    found = Lifecycle(
        name="ring",
        version="1",
        title="ring",
        regions=(
            Region(
                name="way",
                title="way",
                states=(state("A"), state("B"), state("C")),
                edges=(
                    edge("A", "B"),
                    edge("B", "C"),
                    edge("A", "C"),
                    edge("C", "A", after=("b",)),
                ),
                initial=("A",),
            ),
        ),
        memories=(Memory(name="b", region="way", states=frozenset({"B"}), rule="no-b"),),
    )
    assert texts(found)[0] == "nothing leads out of C for some jobs, and it is not final"


# --- Answers --------------------------------------------------------------------------------------


def test_no_reader_and_no_writer() -> None:
    """Nothing can be read, and nothing tried."""
    found = attrs.evolve(ORDER, reader=None, writer=None)
    assert [each.id for each in doubts(found)] == ["no-reader", "no-writer"]
    assert doubts_when_tried(found) == []


def test_a_reader_without_a_schema() -> None:
    """It reads, but nothing can be recognised by it."""

    class Bare:
        fields = frozenset({"closedAt"})

        def items(self, document: object) -> Iterator[tuple[str, object]]:
            yield "", document

        def read(self, answer: object) -> Observation:
            assert ORDER.reader is not None
            return ORDER.reader.read(answer)

    found = attrs.evolve(ORDER, reader=Bare())
    assert [each.id for each in doubts(found)] == ["no-schema"]
    assert doubts_when_tried(found) == []


HISTORY: Final = {"log": Field.parts({"status": Field.status(), "at": Field.time()}, 9)}
FIELD: Final = "messages about order name the field (none)"
UNREQUIRED: Final = {"orderId": Field.text(64), "placedAt": Field.text(9)}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            with_schema(shapes=tuple(attrs.evolve(each, operation="") for each in shapes())),
            ["no shape names the operation that gives it: the fixture conformance can't watch"],
        ),
        (
            with_schema(modified="changedAt", not_before=("soonAt",), values={"closedAt": "ends"}),
            [
                "modified: no shape has the field changedAt",
                "not_before soonAt: no shape has the field soonAt",
                "the value closedAt: no shape has the field ends",
            ],
        ),
        (
            with_schema(links=(Link(field="basket.id", to="basket"),)),
            ["the link to basket: no shape has the field basket.id"],
        ),
        (
            with_schema(shapes=shapes(**UNREQUIRED)),
            ["id is orderId, which the shape list does not require"],
        ),
        (
            with_schema(shapes=(*shapes(), shapes()[0])),
            [
                "the shape describe has no field that later ones lack: none is read so",
                "the shape list has no field that later ones lack: none is read so",
            ],
        ),
        (
            with_schema(places=(StatusFields(region="job", primary="orderStatus"),)),
            [
                "the schema has the status of job, which is no region",
                "the schema has no status of the region order",
            ],
        ),
        (
            with_region(field=""),
            [f"{FIELD}, the schema has its status in orderStatus"],
        ),
        (
            with_schema(
                places=(StatusFields(region="order", primary="orderStatus", secondary="finer"),),
                shapes=shapes(finer=Field.status()),
            ),
            ["order: the schema has a secondary status, its states have none"],
        ),
        (
            with_region(
                states=tuple(attrs.evolve(each, secondary="x") for each in WAY.states),
                edges=tuple(
                    attrs.evolve(each, origin=f"{each.origin}/x", target=f"{each.target}/x")
                    for each in WAY.edges
                ),
                initial=("Placed/x",),
            ),
            ["order: its states have secondary statuses, the schema has no field for them"],
        ),
        (
            with_region(history="log"),
            ["the region order has its history in log, the schema in no field"],
        ),
        (
            with_schema(
                shapes=shapes(**HISTORY),
                stays=Stays(path="log", status="status", start="at", end="until"),
            ),
            [
                "in stays until: no shape has the field log.until",
                "the schema has a history, which no region has",
            ],
        ),
        (
            with_schema(
                envelopes=(
                    Envelope(
                        inside="detail",
                        marks=(("type", "order"),),
                        spelling={"PACKED": "Packed", "SENT": "Sent"},
                    ),
                )
            ),
            ["an event spells the status Sent, which no state has"],
        ),
        (
            with_schema(signs=(Sign(feature="gift", path="wrapped", test=FeatureTest.THERE),)),
            [
                "the sign of gift: no shape has the field wrapped",
                "a sign shows gift, which is no feature that shows",
            ],
        ),
        (
            attrs.evolve(ORDER, features=(feature("gift"),)),
            ["no sign shows the feature gift: declare shown=False"],
        ),
        (
            with_says({"parcel.weight": lambda _: 1}),
            ["the writer says parcel.weight: no shape has the field parcel.weight"],
        ),
    ],
)
def test_the_schema(found: Lifecycle, expected: list[str]) -> None:
    """Paths that lead nowhere, shapes that nothing has, statuses that don't fit the states."""
    assert texts(found) == expected


def test_a_history_elsewhere() -> None:
    """Both places are named."""
    stays = Stays(path="log", status="status", start="at", end="at")
    found = with_schema(shapes=shapes(**HISTORY), stays=stays)
    there = attrs.evolve(found, regions=(attrs.evolve(WAY, history="story"),))
    assert texts(there) == ["the region order has its history in story, the schema in log"]


# --- What happens when it is tried ----------------------------------------------------------------


def silent(_: Specification, __: Observation) -> Iterator[Finding]:
    """Find nothing, ever."""
    yield from ()


def broken(_: Specification, __: Observation) -> Iterator[Finding]:
    """Fail, as code does."""
    raise ZeroDivisionError("by nought")


def tried(*rules: Rule, says: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return what is doubtful when the order is tried with some rules and fields."""
    found = attrs.evolve(with_says(says or {}), rules=rules)
    return [(each.id, each.text) for each in doubts_when_tried(found)]


def test_a_rule_that_never_fires() -> None:
    """It can't be broken, whatever is done."""
    assert tried(rule("never", tests=(silent,))) == [
        (
            "rule-never-fires",
            "the rule never never fires, whatever is done to the answers about a life",
        )
    ]


def test_code_that_fails() -> None:
    """What an author's own code raises is said, and ends the trial."""
    assert tried(rule("fails", tests=(broken,))) == [
        ("fails-when-tried", "it fails when it is tried: ZeroDivisionError: by nought")
    ]


def test_a_legal_life_that_breaks_a_rule() -> None:
    """Rule and writer contradict each other; it is said once, with an instance."""
    never = Requires(field="closedAt", then=Where(region="order", statuses={"Lost"}))
    ((kind, text),) = tried(rule("only-lost", tests=(never,)))
    assert kind == "writer-breaks-rule"
    assert text.startswith("legal lives, as the writer tells them, break only-lost: closedAt is")


def test_answers_that_can_not_be_read() -> None:
    """The writer says what the schema refuses; rules are not tried then."""
    found = tried(says={"placedAt": lambda _: "yesterday"})
    assert [kind for kind, _ in found] == ["writer-not-read"] * 2
    for (_, text), form in zip(found, ("describe", "list"), strict=True):
        assert text.startswith(f"the writer's own {form} answers can't be read: [0].placedAt: ")


def test_times_that_nobody_says_can_not_go_back() -> None:
    """No rule is blamed for what no answer shows."""
    ordered = rule("in-order", tests=(InOrder(fields=("placedAt", "closedAt")),))
    timeless = attrs.evolve(with_schema(modified=()), rules=(ordered,))
    assert doubts_when_tried(timeless) == []


def test_as_data() -> None:
    """A doubt is plain data."""
    assert Doubt("a", "b", ("c",)).to_dict() == {"id": "a", "text": "b", "rows": ["c"]}
