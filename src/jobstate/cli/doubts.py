"""What is doubtful about a life cycle that is valid: for its author, before others rely on it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.common.text import counted
from jobstate.conformance.check import check
from jobstate.errors import ObservationError
from jobstate.model.child_rules import OVER_CHILDREN
from jobstate.model.choices import choice_text
from jobstate.model.fields import Field
from jobstate.model.hidden_states import expand
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import SchemaWriter
from jobstate.model.states import Basis, alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobstate.model.answer_schema import AnswerSchema, Path, StatusFields
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.specification import Rule
    from jobstate.model.states import Needs, Region

#: How many lives are told in each form of answers.
_LIVES: Final = 20
_NOT_READ: Final = "writer-not-read"


@frozen
class Doubt:
    """Something that an author should look at.

    Attributes:
        id: What kind of doubt it is, in kebab-case.
        text: What is doubtful, in a sentence.
        rows: What it is about, where that is several things.
    """

    id: str
    text: str
    rows: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"id": self.id, "text": self.text, "rows": list(self.rows)}


def doubts(lifecycle: Lifecycle) -> Iterator[Doubt]:
    """Yield what is doubtful in what a life cycle says, without trying it."""
    yield from _sources(lifecycle)
    for region in lifecycle.regions:
        yield from _dead_ends(lifecycle, region)
    reader, writer = lifecycle.reader, lifecycle.writer
    if reader is None:
        yield Doubt("no-reader", "it has no reader: nobody can read its answers")
    elif not isinstance(reader, SchemaReader):
        yield Doubt("no-schema", "its reader is no SchemaReader: check and Kinds can't take it")
    else:
        yield from _schema(lifecycle, reader.schema)
    if writer is None:
        text = "it has no writer: lives can't be told as its service would, nor rules be tried"
        yield Doubt("no-writer", text)
    elif isinstance(writer, SchemaWriter):
        said = {f"the writer says {path}": tuple(path.split(".")) for path in writer.says}
        yield from _unknown_fields(writer.schema, said)


def doubts_when_tried(lifecycle: Lifecycle) -> list[Doubt]:
    """Return what is doubtful once lives are told and rules are broken; nothing without a writer.

    Raises:
        MissingExtraError: The extra ``testing`` is not there.
    """
    from jobstate.testing.illegal.illegal import spoiler_of  # noqa: PLC0415 - an extra

    if lifecycle.reader is None or lifecycle.writer is None:
        return []
    try:
        found = list(_untrue_lives(lifecycle))
        if any(each.id == _NOT_READ for each in found):
            return found
        breakable = spoiler_of(lifecycle).breakable
    except Exception as error:  # noqa: BLE001 - rules and what fields say are anybody's code
        text = f"it fails when it is tried: {type(error).__name__}: {error}"
        return [Doubt("fails-when-tried", text)]
    for rule in lifecycle.rules:
        if rule.id not in breakable and _can_be_judged(lifecycle, rule):
            text = f"the rule {rule.id} never fires, whatever is done to the answers about a life"
            found.append(Doubt("rule-never-fires", text))
    return found


# --- Where it is known from -----------------------------------------------------------------------


def _sources(lifecycle: Lifecycle) -> Iterator[Doubt]:
    for noun, rows in _rows(lifecycle).items():
        missing = tuple(name for name, (_, source) in rows.items() if not source.strip())
        if missing:
            has = "has" if len(missing) == 1 else "have"
            text = f"{counted(len(missing), noun)} {has} no source"
            yield Doubt(f"{noun}-without-source", text, missing)
        inferred = tuple(
            name
            for name, (basis, source) in rows.items()
            if basis is Basis.INFERRED and source.strip()
        )
        if inferred:
            what = "is" if len(inferred) == 1 else "are"
            text = f"{counted(len(inferred), noun)} {what} only inferred"
            yield Doubt(f"{noun}-inferred", text, inferred)


def _rows(lifecycle: Lifecycle) -> Mapping[str, Mapping[str, tuple[Basis | None, str]]]:
    """Return what has a source, by what it is and its name; features have no basis."""
    states: dict[str, tuple[Basis | None, str]] = {}
    moves: dict[str, tuple[Basis | None, str]] = {}
    for region in lifecycle.regions:
        prefix = f"{region.name} " if len(lifecycle.regions) > 1 else ""
        for state in region.states:
            states[f"{prefix}{state.name}"] = state.basis, state.source
        for edge in (each.firmest for each in alternatives(region.edges)):
            name = f"{prefix}{edge.origin} → {edge.target} ({edge.cause})"
            moves[name] = edge.basis, edge.source
    features = {each.name: (None, each.source) for each in lifecycle.features}
    rules = {each.id: (each.basis, each.source) for each in lifecycle.declared_rules}
    return {"state": states, "move": moves, "feature": features, "rule": rules}


# --- Where it ends --------------------------------------------------------------------------------


def _dead_ends(lifecycle: Lifecycle, region: Region) -> Iterator[Doubt]:
    final = {state.name for state in region.states if state.final or state.steady}
    shown = {feature.name for feature in lifecycle.features if feature.shown}
    stuck: dict[str, list[Needs]] = {}
    free = set()
    for hidden, moves in expand(lifecycle, region).items():
        if hidden.state in final:
            continue
        if all(target == hidden for _, target in moves):
            needs = tuple(pair for pair in hidden.features if pair[0] in shown)
            stuck.setdefault(hidden.state, []).append(needs)
        else:
            free.add(hidden.state)
    for name, features in stuck.items():
        some = ", ".join(choice_text(features))
        which = f" for jobs that are {some}" if some else " for some jobs"
        text = f"nothing leads out of {name}{which if name in free else ''}, and it is not final"
        yield Doubt("dead-end", text)


# --- What its answers look like -------------------------------------------------------------------


def _schema(lifecycle: Lifecycle, schema: AnswerSchema) -> Iterator[Doubt]:
    if not schema.operations:
        text = "no shape names the operation that gives it: the fixture conformance can't watch"
        yield Doubt("no-operation", text)
    if not schema.modified and any(each.reopens for each in lifecycle.main_region.states):
        text = "ends reopen, but no answer says when it was modified: no tracker tells that one has"
        yield Doubt("reopening-untold", text)
    yield from _unknown_fields(schema, _named_fields(schema))
    for shape in schema.shapes:
        found = _field_at(shape.fields, schema.id)
        if found is None or not found.required:
            text = f"id is {'.'.join(schema.id)}, which the shape {shape.name} does not require"
            yield Doubt("not-required", text)
    for place, shape in enumerate(schema.shapes[:-1]):
        if not set(shape.fields).difference(*(each.fields for each in schema.shapes[place + 1 :])):
            text = f"the shape {shape.name} has no field that later ones lack: none is read so"
            yield Doubt("shape-never-read", text)
    yield from _regions(lifecycle, schema)
    yield from _spelling(lifecycle, schema)
    yield from _signs(lifecycle, schema)


def _named_fields(schema: AnswerSchema) -> dict[str, Path]:
    """Return every path that a schema has, by what it says about it."""
    found = {
        "name": schema.name,
        "created": schema.created,
        "modified": schema.modified,
        "ended": schema.ended,
        "the arn of the console": schema.console.arn if schema.console else (),
        "reason": schema.failure_reason,
    }
    found |= {f"not_before {'.'.join(path)}": path for path in schema.not_before}
    found |= {f"the link to {link.to}": link.path for link in schema.links}
    found |= {f"the sign of {sign.feature}": sign.path for sign in schema.signs}
    for place in schema.places:
        found[f"the status of {place.region}"] = place.primary
        found[f"the secondary status of {place.region}"] = place.secondary
        found[f"the previous status of {place.region}"] = place.previous
    if schema.stays is not None:
        found["stays"] = schema.stays.path
        for each in (schema.stays.status, schema.stays.start, schema.stays.end):
            found[f"in stays {each}"] = (*schema.stays.path, each)
    found |= {f"the value {name}": path for name, path in schema.values.items()}
    return {what: path for what, path in found.items() if path}


def _unknown_fields(schema: AnswerSchema, named: Mapping[str, Path]) -> Iterator[Doubt]:
    for what, path in named.items():
        if all(_field_at(shape.fields, path) is None for shape in schema.shapes):
            yield Doubt("unknown-field", f"{what}: no shape has the field {'.'.join(path)}")


def _field_at(fields: Mapping[str, Field], path: Path) -> Field | None:
    found: Field | None = Field.part(fields)
    for name in path:
        found = None if found is None else found.fields.get(name)
    return found


def _regions(lifecycle: Lifecycle, schema: AnswerSchema) -> Iterator[Doubt]:
    regions = {region.name: region for region in lifecycle.regions}
    places = {place.region: place for place in schema.places}
    for name in places.keys() - regions.keys():
        yield Doubt("unknown-region", f"the schema has the status of {name}, which is no region")
    for name, region in regions.items():
        if name not in places:
            yield Doubt("region-not-shown", f"the schema has no status of the region {name}")
        else:
            yield from _place(region, places[name])
        history = ".".join(schema.stays.path) if schema.stays else ""
        if region.history and region.history != history:
            text = f"the region {name} has its history in {region.history}, the schema in {history}"
            yield Doubt("history-not-read", text if history else f"{text}no field")
    if schema.stays is not None and lifecycle.history_region is None:
        yield Doubt("history-not-read", "the schema has a history, which no region has")


def _place(region: Region, place: StatusFields) -> Iterator[Doubt]:
    paths = [".".join(path) for path in (place.primary, place.secondary) if path]
    if region.field not in paths:
        text = f"messages about {region.name} name the field {region.field or '(none)'},"
        yield Doubt("other-field", f"{text} the schema has its status in {' and '.join(paths)}")
    second = any(state.secondary is not None for state in region.states)
    if second is not bool(place.secondary):
        has = "its states have secondary statuses, the schema has no field for them"
        not_so = "the schema has a secondary status, its states have none"
        yield Doubt("secondary-status", f"{region.name}: {has if second else not_so}")


def _spelling(lifecycle: Lifecycle, schema: AnswerSchema) -> Iterator[Doubt]:
    statuses = {
        status
        for region in lifecycle.regions
        for state in region.states
        for status in (state.primary, state.secondary)
    }
    for envelope in schema.envelopes:
        unknown = sorted({*envelope.spelling.values()}.difference(filter(None, statuses)))
        for status in unknown:
            text = f"an event spells the status {status}, which no state has"
            yield Doubt("unknown-status", text)


def _signs(lifecycle: Lifecycle, schema: AnswerSchema) -> Iterator[Doubt]:
    shown = {feature.name for feature in lifecycle.features if feature.shown}
    signs = {sign.feature for sign in schema.signs}
    for name in sorted(shown - signs):
        yield Doubt("feature-not-shown", f"no sign shows the feature {name}: declare shown=False")
    for name in sorted(signs - shown):
        yield Doubt("unknown-feature", f"a sign shows {name}, which is no feature that shows")


# --- What happens when it is tried ----------------------------------------------------------------


def _untrue_lives(lifecycle: Lifecycle) -> Iterator[Doubt]:
    """Yield what legal lives break, or why they can't be read, as the writer tells them."""
    from jobstate.testing.illegal.drafts import Draft, moments_of  # noqa: PLC0415 - an extra

    draft = Draft(lifecycle, Random(0).choice)  # noqa: S311 - the same lives each time
    found: dict[str, Doubt] = {}
    for _ in range(_LIVES):
        moments = moments_of(draft.life())
        for form in draft.telling.forms:
            for doubt in _untrue(lifecycle, draft.told(moments, form), form):
                found.setdefault(doubt.text.partition(":")[0], doubt)
    yield from found.values()


def _untrue(lifecycle: Lifecycle, answers: Iterable[object], form: str) -> Iterator[Doubt]:
    try:
        report = check(lifecycle, [*answers])
    except ObservationError as error:
        for problem in error.problems:
            text = f"the writer's own {form} answers can't be read: {problem}"
            yield Doubt(_NOT_READ, text)
        return
    for violation in report.violations:
        text = f"legal lives, as the writer tells them, break {violation.rule}: {violation.message}"
        yield Doubt("writer-breaks-rule", text)


def _can_be_judged(lifecycle: Lifecycle, rule: Rule) -> bool:
    """Return whether answers about one job have what a rule looks at."""
    if any(isinstance(test, OVER_CHILDREN) for test in rule.tests):
        return False
    declared = rule in lifecycle.declared_rules
    reader = lifecycle.reader
    timeless = isinstance(reader, SchemaReader) and not reader.schema.modified
    return declared or rule.id != "modified-time-went-back" or not timeless
