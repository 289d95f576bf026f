"""The life cycle of an order in a shop, a kind of job of one's own: `ORDER`."""

from jobstate import model
from jobstate.model import Basis, Field, Outcome

SUMMARY = {
    "orderId": Field.text(64, required=True),
    "orderStatus": Field.status(required=True),
    "placedAt": Field.time(required=True),
    "updatedAt": Field.time(),
}
DETAILS = {**SUMMARY, "closedAt": Field.time(), "problem": Field.text(1024)}
SCHEMA = model.AnswerSchema(
    kind="order",
    service="shop",
    shapes=(
        model.Shape(name="describe", fields=DETAILS, operation="GetOrder"),
        model.Shape(name="list", fields=SUMMARY, operation="ListOrders", listed_in="orders"),
    ),
    id="orderId",
    created="placedAt",
    name="orderId",
    places=(model.StatusFields(region="order", primary="orderStatus"),),
    modified="updatedAt",
    ended="closedAt",
    failure_reason="problem",
    console=model.Console(url="https://shop.example/orders/{id}"),
)
WRITER = model.SchemaWriter(
    schema=SCHEMA,
    says={
        "orderId": model.id_of,
        "placedAt": model.created,
        "updatedAt": model.modified,
        "closedAt": model.ended,
        "problem": model.Failed("Lost", "the parcel did not arrive"),
    },
    id_for=str,
)

# Status, what the order has come to, why, and from where that is known.
STATES = (
    ("Placed", Outcome.RUNNING, None, "manual, 2"),
    ("Packed", Outcome.RUNNING, None, "manual, 2"),
    ("Delivered", Outcome.SUCCEEDED, None, "manual, 2"),
    ("Lost", Outcome.FAILED, "lost", "manual, 4"),
    ("Cancelled", Outcome.STOPPED, "cancelled", "manual, 3"),
)
# From, to, what makes it move so, how that is known, and from where.
MOVES = (
    ("Placed", "Packed", "packed", Basis.DOCUMENTED, "manual, 2"),
    ("Packed", "Delivered", "delivered", Basis.DOCUMENTED, "manual, 2"),
    ("Packed", "Placed", "returned", Basis.OBSERVED, "3 of 900 orders in May"),
    ("Packed", "Lost", "lost", Basis.DOCUMENTED, "manual, 4"),
    ("Placed", "Cancelled", "cancelled", Basis.DOCUMENTED, "manual, 3"),
)
RULE = model.Rule(
    id="closed-exactly-when-final",
    summary="closedAt is set if, and only if, the order is delivered, lost or cancelled.",
    basis=Basis.OBSERVED,
    source="900 of 900 orders in May",
    tests=(model.ExactlyWhen(field="closedAt", when=model.Where(region="order", final=True)),),
)

ORDER = model.Lifecycle(
    name=SCHEMA.kind,
    version="2026.11",
    title="order",
    regions=(
        model.Region(
            name=SCHEMA.kind,
            title="status",
            field="orderStatus",
            initial=("Placed",),
            states=tuple(
                model.State(
                    primary=status,
                    outcome=outcome,
                    cause=cause,
                    final=outcome is not Outcome.RUNNING,
                    basis=Basis.DOCUMENTED,
                    source=source,
                )
                for status, outcome, cause, source in STATES
            ),
            edges=tuple(
                model.Edge(origin=origin, target=target, cause=cause, basis=basis, source=source)
                for origin, target, cause, basis, source in MOVES
            ),
        ),
    ),
    rules=(RULE,),
    reader=model.SchemaReader(SCHEMA),
    writer=WRITER,
)

if __name__ == "__main__":
    print(f"{ORDER}: {len(STATES)} states, {len(MOVES)} moves")
