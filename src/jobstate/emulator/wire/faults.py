"""What can be wrong with a request, and how AWS says it.

What AWS was seen to say stands in public: the sentences of its checks in boto/botocore#3337,
aws/sagemaker-python-sdk#314 and #6016, and zenml-io/zenml#1517; those about types, which its
services of this protocol have in common, in what was measured of Athena (2026-09-23). AWS does not
say where a value of a wrong type stands; here it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from jobstate.common.text import cut
from jobstate.world import RefusedRequestError

#: How many characters of a value are repeated, and how many faults are told.
SHOWN: Final = 4_096
TOLD: Final = 50
NOT_NULL: Final = "Member must not be null"
ONE_MEMBER: Final = "Member must have exactly one member set"
_SERIALIZATION: Final = "SerializationException"


class Fault(NamedTuple):
    """A value that its shape forbids.

    Attributes:
        path: Where it stands, in AWS's way: ``tags.1.member.key``.
        value: The value; None where there is none.
        constraint: What it does not satisfy.
        sensitive: It is not to be repeated.
    """

    path: str
    value: Any
    constraint: str
    sensitive: bool = False

    def __str__(self) -> str:
        shown = "" if self.sensitive else " null" if self.value is None else f" '{self.shown}'"
        where = f"Value{shown} at '{self.path}'"
        return f"{where} failed to satisfy constraint: {self.constraint}"

    @property
    def shown(self) -> str:
        """The value as Java prints it, cut to a bearable length."""
        return cut(_printed(self.value), SHOWN)

    def under(self, name: str) -> Fault:
        """Return the same fault seen from one level further out."""
        return self._replace(path=f"{name}.{self.path}" if self.path else name)


class WrongTypeError(Exception):
    """A value that is of another type than its shape: nothing else is looked at then.

    Attributes:
        message: What AWS says.
        path: Where it stands, from the inside out.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        self.path: list[str] = []
        super().__init__(message)

    def refusal(self) -> RefusedRequestError:
        """Return how the service refuses it."""
        where = f" (at '{'.'.join(reversed(self.path))}')" if self.path else ""
        return unreadable(self.message + where)


def unreadable(message: str) -> RefusedRequestError:
    """Return the refusal of what can't be read as a request of the operation."""
    return RefusedRequestError(_SERIALIZATION, message)


def unfit(code: str, faults: Sequence[Fault]) -> RefusedRequestError:
    """Return the refusal of a request with some faults; they are counted, and the first told."""
    errors = "validation error" if len(faults) == 1 else "validation errors"
    told = "; ".join(map(str, faults[:TOLD]))
    return RefusedRequestError(code, f"{len(faults)} {errors} detected: {told}")


def not_converted(value: object, wanted: str) -> WrongTypeError:
    """Return the error of a value that is none of a scalar's type."""
    if isinstance(value, dict):
        return WrongTypeError("Start of structure or map found where not expected.")
    if isinstance(value, list):
        return WrongTypeError("Start of list found where not expected")
    kind = _KINDS.get(type(value)) or f"{str(value).upper()}_VALUE"
    return WrongTypeError(f"{kind} can not be converted to {wanted}")


def not_opened(value: object, expected: str) -> WrongTypeError:
    """Return the error of a value that is no list, map or structure as its shape is."""
    if isinstance(value, (dict, list)):
        return not_converted(value, "")
    return WrongTypeError(f"Expected {expected}")


_KINDS: Final = {
    type(None): "NULL_VALUE",
    str: "STRING_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
}


def _printed(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, Mapping):
        return _joined("{", (f"{name}={_printed(each)}" for name, each in value.items()), "}")
    if isinstance(value, list):
        return _joined("[", map(_printed, value), "]")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(begin: str, parts: Iterable[str], end: str) -> str:
    """Return parts between brackets, as many of them as are shown."""
    text = begin
    for part in parts:
        text += part if text == begin else f", {part}"
        if len(text) > SHOWN:
            break
    return text + end
