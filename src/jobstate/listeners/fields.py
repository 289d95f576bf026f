"""What an event says, as flat fields whose texts can do no harm.

A job's name, statuses and reasons come from outside, and what shows fields is often less careful
than JSON: no status can break a line in two, or turn the direction of reading. A lone surrogate,
which no exporter can encode, is spelled too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.text import printable
from jobstate.model.events import job_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.model.events import Event

#: What names begin with: logging refuses to have its own ``message`` and ``created`` overwritten.
PREFIX: Final = "jobstate_"


def fields(event: Event, prefix: str = PREFIX) -> dict[str, object]:
    """Return what the event's ``to_dict`` has, all escaped.

    What is nested is flat here: ``job_id``, or ``job.id`` where a prefix has dots.
    """
    own = {"kind": event.kind, "key": event.key, "job": job_dict(event.job)}
    plain = own | event.details()
    return dict(_flat(prefix, plain, prefix[-1:] or PREFIX[-1]))


def _flat(prefix: str, plain: Mapping[str, object], within: str) -> Iterator[tuple[str, object]]:
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _flat(prefix + name + within, value, within)
        else:
            yield prefix + name, _escaped(value)


def _escaped(value: object) -> object:
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    return printable(value) if isinstance(value, str) else value
