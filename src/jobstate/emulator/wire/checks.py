"""Checks of requests, made from the shapes of a service's model, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstate.emulator.wire.faults import (
    NOT_NULL,
    ONE_MEMBER,
    Fault,
    WrongTypeError,
    not_opened,
)
from jobstate.emulator.wire.scalars import SCALARS, ScalarCheck, bounds

if TYPE_CHECKING:
    from jobstate.emulator.wire.models import ModelShape

#: Takes a value that is not null; returns what it stands for, and adds to the list what is wrong
#: with it, as seen from the value. What is of a wrong type raises `WrongTypeError`.
Check: TypeAlias = Callable[[Any, list[Fault]], Any]
#: The same for the parts of a list or a map, which come with their names.
_Parts: TypeAlias = "Callable[[Any, Iterable[tuple[object, Any]], list[Fault]], list[Any]]"


class Checks:
    """Makes the checks of a service's shapes, when they are first needed.

    Members that a shape does not have are passed over, and null stands for nothing, in lists too:
    Athena, of the same protocol, was seen to do both. A fraction for a whole number is cut off.
    """

    def __init__(self, time_format: str = "unixTimestamp") -> None:
        """Begin with none.

        Args:
            time_format: How times are written where the model does not say it, by its names.
        """
        self._time_format = time_format
        self._made: dict[str, Check] = {}

    def of(self, shape: ModelShape) -> Check:
        """Return the check of a shape."""
        made = self._made.get(shape.name)
        if made is None:
            makers = {"structure": self._structure, "list": self._list, "map": self._map}
            make = makers.get(shape.type_name, self._scalar)
            made = self._made[shape.name] = make(shape)
        return made

    def _scalar(self, shape: ModelShape) -> Check:
        scalar = ScalarCheck(shape, self._time_format)
        convert, unsatisfied = scalar.convert, scalar.unsatisfied
        if not scalar.constraints:
            return lambda value, _: convert(value)

        def check(value: Any, faults: list[Fault]) -> Any:  # noqa: ANN401 - whatever JSON holds
            made = convert(value)
            if broken := unsatisfied(made):
                faults += [Fault("", value, each, scalar.sensitive) for each in broken]
            return made

        return check

    def _structure(self, shape: ModelShape) -> Check:
        members: dict[str, tuple[str, str, Check]] = {}
        required = {name: _lowered(name) for name in shape.required_members}
        union = shape.is_tagged_union

        def check(value: Any, faults: list[Fault]) -> dict[str, Any]:  # noqa: ANN401
            if type(value) is not dict:
                raise not_opened(value, "null")
            made = {}
            for spelt, each in value.items():
                if each is not None and spelt in members:
                    name, path, member = members[spelt]
                    made[name] = _within(path, member, each, faults)
            if not required.keys() <= made.keys():
                missing = [path for name, path in required.items() if name not in made]
                faults += [Fault(path, None, NOT_NULL) for path in missing]
            if union and len(made) != 1:
                faults.append(Fault("", value, ONE_MEMBER))
            return made

        self._made[shape.name] = check  # one that has itself for a part finds it
        for name, member in shape.members.items():
            spelt = member.serialization.get("name", name)
            members[spelt] = (name, _lowered(name), self.of(member))
        return check

    def _list(self, shape: ModelShape) -> Check:
        sized, members = _sized(shape), self._parts(shape.member, "Member must satisfy constraint")

        def check(value: Any, faults: list[Fault]) -> list[Any]:  # noqa: ANN401
            if type(value) is not list:
                raise not_opened(value, "list or null")
            given = [each for each in value if each is not None]
            sized(given, faults)
            return members(given, enumerate(given, 1), faults)

        return check

    def _map(self, shape: ModelShape) -> Check:
        keys = self._parts(shape.key, "Map keys must satisfy constraint")
        values = self._parts(shape.value, "Map value must satisfy constraint")
        sized = _sized(shape)

        def check(value: Any, faults: list[Fault]) -> dict[str, Any]:  # noqa: ANN401
            if type(value) is not dict:
                raise not_opened(value, "map or null")
            given = {name: each for name, each in value.items() if each is not None}
            sized(given, faults)
            named = keys(given, ((name, name) for name in given), faults)
            return dict(zip(named, values(given, given.items(), faults), strict=True))

        return check

    def _parts(self, shape: ModelShape, says: str) -> _Parts:
        """Return what checks the parts of a list or a map.

        Of parts without parts of their own, what is wrong is said once, of the whole, with all that
        each has to satisfy.
        """
        if shape.type_name not in SCALARS:
            check = self.of(shape)
            return lambda _, parts, faults: [
                _within(f"{name}.member", check, each, faults) for name, each in parts
            ]
        scalar = ScalarCheck(shape, self._time_format)
        constraint = f"{says}: [{', '.join(scalar.constraints)}]"

        def scalars(whole: Any, parts: Any, faults: list[Fault]) -> list[Any]:  # noqa: ANN401
            made, name = [], None
            try:
                for name, each in parts:  # noqa: B007 - which it was, should one be wrong
                    made.append(scalar.convert(each))
            except WrongTypeError as error:
                error.path.append(f"{name}.member")
                raise
            if scalar.constraints and any(map(scalar.unsatisfied, made)):
                faults.append(Fault("", whole, constraint, scalar.sensitive))
            return made

        return scalars


def _within(name: str, check: Check, value: Any, faults: list[Fault]) -> Any:  # noqa: ANN401
    """Check a part; what is wrong with it is told as seen from the whole."""
    before = len(faults)
    try:
        made = check(value, faults)
    except WrongTypeError as error:
        error.path.append(name)
        raise
    if len(faults) > before:
        faults[before:] = [fault.under(name) for fault in faults[before:]]
    return made


def _sized(shape: ModelShape) -> Callable[[Any, list[Fault]], None]:
    """Return what checks how many parts there are."""
    said = bounds(shape.metadata, "length")
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", inf)

    def sized(value: Any, faults: list[Fault]) -> None:  # noqa: ANN401
        if not least <= len(value) <= most:
            faults.append(Fault("", value, said["max" if len(value) > most else "min"]))

    return sized


def _lowered(name: str) -> str:
    """Return the name of a member as AWS has it in paths."""
    return name[:1].lower() + name[1:]
