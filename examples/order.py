"""The life cycle of an order in a shop, a kind of job of one's own: `ORDER`."""

from jobstate import model
from jobstate.model import Basis, Edge, Field, State

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
        model.Shape("describe", DETAILS, operation="GetOrder"),
        model.Shape("list", SUMMARY, operation="ListOrders", listed_in="orders"),
    ),
    id="orderId",
    created="placedAt",
    modified="updatedAt",
    ended="closedAt",
    places=(model.StatusFields(region="order", primary="orderStatus"),),
    failure_reason="problem",
    console=model.Console(url="https://shop.example/orders/{id}"),
)
WRITER = model.SchemaWriter(
    SCHEMA,
    {"closedAt": model.ended, "problem": model.Failed("Lost", "the parcel did not arrive")},
)

DOC, OBS = Basis.DOCUMENTED, Basis.OBSERVED

# Status, what it means, how that is known and from where; of an end also what it came to and why.
STATES = (
    State("Placed", "paid", DOC, "manual, 2"),
    State("Packed", "in a parcel that waits for its carrier", DOC, "manual, 2"),
    State("Delivered", "handed over", DOC, "manual, 2", outcome="succeeded"),
    State("Lost", "the parcel did not arrive", DOC, "manual, 4", outcome="failed", cause="lost"),
    State("Cancelled", "by the buyer", DOC, "manual, 3", outcome="stopped", cause="cancelled"),
)
# From, to, what makes it move so, how that is known and from where.
EDGES = (
    Edge("Placed", "Packed", "packed", DOC, "manual, 2"),
    Edge("Packed", "Delivered", "delivered", DOC, "manual, 2"),
    Edge("Packed", "Placed", "returned", OBS, "3 of 900 orders in May"),
    Edge("Packed", "Lost", "lost", DOC, "manual, 4"),
    Edge("Placed", "Cancelled", "cancelled", DOC, "manual, 3"),
)
RULE = model.Rule(
    id="closed-exactly-when-final",
    summary="closedAt is set if, and only if, the order is delivered, lost or cancelled.",
    basis=OBS,
    source="900 of 900 orders in May",
    tests=model.ExactlyWhen(field="closedAt", when=model.Where(region="order", final=True)),
)

ORDER = model.Lifecycle.from_schema(
    SCHEMA,
    version="2026.11",
    title="order",
    states=STATES,
    edges=EDGES,
    rules=(RULE,),
    writer=WRITER,
)

if __name__ == "__main__":
    print(f"{ORDER}: {len(STATES)} states, {len(EDGES)} moves")
