"""What is said to whoever watches a client of botocore, by the client's own events."""

from __future__ import annotations

from typing import Any, Final

#: What botocore says when an answer has come, of whatever call, be it one that a `Stubber` gave.
ANSWERED: Final = "after-call"
#: Asks whether a judge is told already of all that a client answers; and says that none is to be.
WATCHED, LEFT_OUT = "jobstate.watched", "jobstate.left-out"


def is_watched(client: Any, by: object) -> bool:  # noqa: ANN401 - botocore's clients have no type
    """Return whether a judge is told already of all that a client answers."""
    return any(said for _, said in client.meta.events.emit(WATCHED, conformance=by))


def left_out(client: Any) -> Any:  # noqa: ANN401 - botocore's clients have no type
    """Return a client whose answers no judge of all clients gets, unless it is told to watch it.

    For fakes that answer from lives: their jobs live more than once, in each example anew.
    """
    client.meta.events.emit(LEFT_OUT, events=client.meta.events)
    return client
