"""What requests have said about a job, as far as its answers repeat it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from jobstate.model.fields import FieldKind
from jobstate.model.life import Life, Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from jobstate.model.answer_schema import AnswerSchema, Path
    from jobstate.model.observation import Observation


def said_in(
    life: Life, answers: Iterable[tuple[Observation, Mapping[str, Any]]]
) -> tuple[Said, ...]:
    """Return what answers say that the life does not by itself, each from when it was first seen.

    What is seen first was said at the creation. Statuses, times and whatever else goes with
    the states of a life is the life's own.

    Args:
        life: The life that the answers tell.
        answers: What was read, and of which answer, in order.
    """
    schema = life.lifecycle.schema
    if schema is None or life.lifecycle.writer is None:
        return ()
    every = [life.at(time) for time in life.changes]
    known: dict[str, Any] = dict(every[0])
    own = _own(schema) | {name for each in every for name in each if each[name] != known.get(name)}
    said: list[Said] = []
    at = life.start
    for seen, answer in answers:
        news = {name: each for name, each in answer.items() if name not in own and each is not None}
        news = {name: each for name, each in news.items() if known.get(name) != each}
        if news:
            at = max(at, _seen_at(life, seen) or at) if said else at
            said.append(Said(at, news))
            known |= news
    return tuple(said)


def _seen_at(life: Life, seen: Observation) -> datetime | None:
    """Return when an answer was true: as it says, or else once its status was there."""
    now = seen.shown.get(life.region.name)
    shown = {each.name: each.primary for each in life.region.states}
    begun = (stay.start for stay in life.stays if now and shown[stay.state] == now.primary)
    return seen.modified or next(begun, None)


def asked_features(life: Life) -> dict[str, bool]:
    """Return the features that what was said about a job shows, whatever else its life is."""
    if not life.said:
        return {}
    names = [each.name for each in life.lifecycle.features if each.shown]
    lacking, having = (
        evolve(life, features=dict.fromkeys(names, has)).observation(life.start).features
        for has in (False, True)
    )
    return {name: has for name, has in lacking.items() if having.get(name) is has}


def _own(schema: AnswerSchema) -> set[str]:
    """Return the fields that no request says: who the job is, how it goes, and when."""
    paths: list[Path] = [schema.id, schema.name, schema.failure_reason, *schema.not_before]
    paths += [path for each in schema.places for path in (each.primary, each.secondary)]
    paths += [schema.stays.path] if schema.stays else []
    times = {name for name, each in schema.fields.items() if each.kind is FieldKind.TIME}
    return {path[0] for path in paths if path} | times
