"""`Record`: a structure of SageMaker's answers, whose values are read together.

What can't be read of it is reported all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import ClassVar, Final, Protocol, Self, TypeAlias, TypeVar, cast

import attrs
from attrs import NOTHING, frozen

from jobstate.errors import ObservationError, Problem, shown
from jobstate.model.values import A_MAPPING, Refused

#: The key in a field's metadata under which it has the service's name.
API_NAME: Final = "jobstate.api_name"
_REFUSED: Final = frozenset({Refused})


def api(name: str) -> Mapping[str, str]:
    """Return the metadata of a field that the service calls by this name."""
    return {API_NAME: name}


class _Getter(Protocol):
    """An attrgetter of every attribute; its own generic form does not exist at run time."""

    def __call__(self, record: Record, /) -> tuple[object, ...]: ...


_Reader: TypeAlias = Callable[[object], object]
_Setter: TypeAlias = Callable[[object, object], None]


@frozen(kw_only=True)
class Record:
    """A structure of the SageMaker API: what its fields are called there, and how it is read.

    Attributes:
        attributes: API name → attribute, of the class, in the order of the fields.
    """

    attributes: ClassVar[Mapping[str, str]]
    #: Of every field: API name, its reader, its default, how to set it.
    _plan: ClassVar[Sequence[tuple[str, _Reader, object, _Setter]]]
    _values: ClassVar[_Getter]

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        fields = attrs.fields(cls)
        names = [each.name for each in fields]
        cls.attributes = {each.metadata[API_NAME]: each.name for each in fields}
        # A record can be filled through its slots although it is frozen, at half of what __init__
        # costs, which would call every converter, check once more, and take names apart.
        cls._plan = [
            (name, each.converter, each.default, getattr(cls, each.name).__set__)
            for name, each in zip(cls.attributes, fields, strict=True)
        ]
        # Of one name, attrgetter would return the bare value; a repeated one makes it a tuple.
        cls._values = attrgetter(*names, names[-1])

    def __attrs_post_init__(self) -> None:
        values = self._values(self)
        if not _REFUSED.isdisjoint(map(type, values)):
            raise ObservationError(_problems(zip(self.attributes, values, strict=False)))

    @classmethod
    def from_api(cls, answer: Mapping[str, object]) -> Self:
        """Return what an answer says; null counts as absent, unknown names are left out.

        Raises:
            ObservationError: The answer can't be read; it lists every problem.
        """
        if type(answer) is not dict:
            if not isinstance(answer, Mapping):
                raise ObservationError([Problem("", A_MAPPING, shown(answer))])
            answer = {name: value for name, value in answer.items() if name in cls.attributes}
        get = answer.get
        record = object.__new__(cls)
        fit = True
        for name, read, default, put in cls._plan:
            given = get(name)
            if given is None and default is not NOTHING:
                put(record, default)
                continue
            value = read(given)
            if type(value) is Refused:
                fit = False
            put(record, value)
        if not fit:
            record.__attrs_post_init__()
        return record

    def to_api(self) -> dict[str, object]:
        """Return it as boto3 would: API names, datetimes, plain strings, only what is present.

        ``from_api`` of it is equal to the record.
        """
        pairs = zip(self.attributes, self._values(self), strict=False)
        return {name: _as_api(value) for name, value in pairs if value is not None and value != ()}


def _problems(values: Iterable[tuple[str, object]]) -> Iterator[Problem]:
    for name, value in values:
        if isinstance(value, Refused):
            yield from (problem.under(name) for problem in value.problems)


def _as_api(value: object) -> object:
    if isinstance(value, str):
        return str(value)  # statuses too become plain strings
    if isinstance(value, tuple):
        return [_as_api(each) for each in value]
    return value.to_api() if isinstance(value, Record) else value


_Part = TypeVar("_Part", bound=Record)


def read_part(kind: type[_Part], value: object) -> _Part:
    """Return a structure inside another."""
    if isinstance(value, kind):
        return value
    try:
        return kind.from_api(cast("Mapping[str, object]", value))
    except ObservationError as error:
        return cast("_Part", Refused(error.problems))


def read_all(kind: type[_Part], values: Sequence[object]) -> tuple[_Part, ...]:
    """Return the structures of a list inside another."""
    parts = tuple([read_part(kind, value) for value in values])
    if _REFUSED.isdisjoint(map(type, parts)):
        return parts
    places = ((f"[{place}]", part) for place, part in enumerate(parts))
    return cast("tuple[_Part, ...]", Refused(tuple(_problems(places))))
