"""Answers as the service prints them: only what the model has, as bytes of JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from email.utils import format_datetime
from functools import partial
from json import JSONEncoder
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jobstate.common.times import iso

if TYPE_CHECKING:
    from datetime import datetime

    from jobstate.emulator.wire.models import ModelShape

#: Returns a value as JSON has it, with only what its shape has.
Print: TypeAlias = Callable[[Any], Any]

#: The rest of a page that has none.
_NOTHING: Final[Mapping[str, Any]] = {}

_encode: Final = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Prints:
    """Makes what prints the shapes of a service's model, when they are first needed."""

    def __init__(self, time_format: str = "unixTimestamp") -> None:
        """Begin with none.

        Args:
            time_format: How times are written where the model does not say it, by its names.
        """
        self._time_format = time_format
        self._made: dict[str, Print | None] = {}

    def of(self, shape: ModelShape) -> Print | None:
        """Return what prints a shape; None where JSON has its values as they are."""
        if shape.name not in self._made:
            makers = {"structure": self._structure, "list": self._list, "map": self._map}
            self._made[shape.name] = makers.get(shape.type_name, self._scalar)(shape)
        return self._made[shape.name]

    def _scalar(self, shape: ModelShape) -> Print | None:
        if shape.type_name == "blob":
            return lambda value: b64encode(value).decode()
        if shape.type_name != "timestamp":
            return None
        return _TIMES[shape.serialization.get("timestampFormat", self._time_format)]

    def _structure(self, shape: ModelShape) -> Print:
        members: dict[str, tuple[str, Print | None]] = {}

        def structure(value: Mapping[str, Any]) -> dict[str, Any]:
            made = {}
            for name, each in value.items():
                if each is not None and name in members:
                    spelt, member = members[name]
                    made[spelt] = each if member is None else member(each)
            return made

        self._made[shape.name] = structure  # one that has itself for a part finds it
        for name, member in shape.members.items():
            members[name] = (member.serialization.get("name", name), self.of(member))
        return structure

    def _list(self, shape: ModelShape) -> Print | None:
        member = self.of(shape.member)
        return member and (lambda value: [member(each) for each in value])

    def _map(self, shape: ModelShape) -> Print | None:
        member = self.of(shape.value)
        return member and (lambda value: {name: member(each) for name, each in value.items()})


class AnswerPrinter:
    """Prints the answers of one operation."""

    def __init__(self, shape: ModelShape | None, prints: Prints) -> None:
        """Print answers of a shape.

        Args:
            shape: The shape of the operation's answers; None where they are empty.
            prints: Makes what prints the service's shapes.
        """
        self._answer = (shape and prints.of(shape)) or (lambda _: {})
        lists = (
            (name, each)
            for name, each in (shape.members if shape else {}).items()
            if each.type_name == "list" and each.member.type_name == "structure"
        )
        self._listed: str
        self._listed, listed = next(lists, ("", None))
        self._item = listed and prints.of(listed.member)

    def answer(self, answer: Mapping[str, Any]) -> bytes:
        """Return an answer as it is printed."""
        return _encode(self._answer(answer)).encode()

    def item(self, item: Mapping[str, Any]) -> bytes:
        """Return an item of a list as it is printed, for `page`.

        Raises:
            TypeError: The operation lists nothing.
        """
        if self._item is None:
            raise TypeError("expected an operation that answers with a list of structures")
        return _encode(self._item(item)).encode()

    def page(self, items: Iterable[bytes], rest: Mapping[str, Any] = _NOTHING) -> bytes:
        """Return an answer with a list of items that are printed already.

        Args:
            items: The items, as `item` returned them.
            rest: The rest of the answer: the token of the next page.
        """
        listed = b'{"%s":[%s]' % (self._listed.encode(), b",".join(items))
        more = self.answer(rest)
        return listed + (b"," if len(more) > len(b"{}") else b"") + more[1:]


def _seconds(moment: datetime) -> float:
    """Return the seconds since 1970, to the millisecond as the services have them."""
    return round(moment.timestamp(), 3)


#: By the names that models have for how times are written.
_TIMES: Final[dict[str, Print]] = {
    "unixTimestamp": _seconds,
    "iso8601": iso,
    "rfc822": partial(format_datetime, usegmt=True),
}
