"""What is found in a document: an answer, or something that is passed over."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from jobstate.common.text import cut, printable
from jobstate.errors import SHOWN_CHARACTERS, Problem
from jobstate.model.lifecycle import Lifecycle


@frozen
class Found:
    """An answer, or an event around one.

    Attributes:
        path: Where it is in the document: ``Results[0].TrainingJob``; empty for all of it.
        lifecycle: Whose kind it is.
        answer: As its reader takes it.
        bare: Nothing but lists are around it, as the service gives them: it stands in the order
            given. What wraps answers, and who sends events, keeps no order.
        nested: It is a part of an answer about the job that its own belongs to.
    """

    path: str
    lifecycle: Lifecycle
    answer: object
    bare: bool = True
    nested: bool = False


def a_name(name: object) -> str:
    """Return a name that somebody else has chosen, safe to show."""
    return cut(printable(str(name)), SHOWN_CHARACTERS)


@frozen
class PassedOver:
    """Something of a kind that is not looked for.

    Attributes:
        path: Where it is.
        what: What it is: the type of an event, or whose answer: ``Endpoint``; safe to show.
    """

    path: str
    what: str = field(converter=a_name)


#: What a document consists of; a `Problem` is what is wrong with some of it.
Item: TypeAlias = Found | PassedOver | Problem
