"""`Finder`: every answer in a document, whatever wraps it, with its path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from numbers import Number
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from jobstate.errors import Problem, shown
from jobstate.finding.found import Found, Item, PassedOver, a_name
from jobstate.finding.recognition import Recogniser
from jobstate.finding.spelling import at, folded, respelt
from jobstate.finding.strangers import no_answer, shortened
from jobstate.finding.texts import BrokenTextError, TooMuchTextError, Unpacker
from jobstate.model.answer_schema import DEEPEST
from jobstate.model.kinds import Kinds
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.schema_reader import SchemaReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.model.answer_schema import Envelope

#: How many texts may be within each other.
MOST_LAYERS: Final = 4
#: How many values are looked at one after the other without finding an answer.
MOST_VALUES: Final = 100_000
#: What is right where those were too many.
TOO_MANY: Final = f"an answer among {MOST_VALUES:,} values"
#: How many bytes of text within a document are read.
MOST_TEXT: Final = 64 * 1024 * 1024

#: What people write into, or services say to people: nothing in it is an answer.
CLOSED: Final = frozenset(
    {
        *("tags", "tag", "taglist", "tagset", "labels", "annotations"),
        *("hyperparameters", "statichyperparameters", "tunedhyperparameters"),
        *("environment", "env", "environmentvariables"),
        *("failurereason", "statusreason", "statusmessage", "exitmessage", "errormessage"),
        *("messageattributes", "messagesystemattributes"),
    }
)
#: How many fields may stand beside the list of an answer that lists others.
_MOST_BESIDE: Final = 8
#: What has nothing within it.
_PLAIN: Final = (Number, date, type(None))


class Finder:
    """Finds the answers about some kinds of job in documents. Nothing ever changes it.

    An answer is a mapping with the fields that its schema tells it by, which are texts. Nothing is
    looked for within one, but where its schema names a nested one; nor in tags, hyperparameters,
    environments and messages.
    """

    def __init__(self, kinds: Kinds) -> None:
        """Take the kinds."""
        self.kinds = kinds
        self.recogniser = Recogniser(kinds)

    def find(self, document: object, path: str = "", depth: int = 0) -> Sequence[Item]:
        """Return what a document consists of, in its order, each with its path.

        Args:
            document: What somebody has: an answer, a list, an event, whatever wraps these, text.
            path: Where the document itself is.
            depth: How many lists it is in.
        """
        return self._found_at_once(document, path) or _Search(self).through(document, path, depth)

    def at_once(self, answer: object) -> Lifecycle | None:
        """Return whose an answer is that is one as its service gives it, as nearly always."""
        if type(answer) is not dict:
            return None
        found = self.recogniser.exactly(answer)
        return found[0] if len(found) == 1 else None

    def _found_at_once(self, document: object, path: str) -> list[Item]:
        """Return the answers that a document is or lists, as nearly always; else nothing."""
        if type(document) is dict:
            if (lifecycle := self._leaf(document)) is not None:
                return [Found(path, lifecycle, document)]
            if len(document) > _MOST_BESIDE:
                return []
            for name in document:
                if name in self.recogniser.lists and type(document[name]) is list:
                    return self._listed(document[name], inside(path, name))
        return self._listed(document, path) if type(document) is list else []

    def _listed(self, answers: list[object], path: str) -> list[Item]:
        items: list[Item] = []
        for place, each in enumerate(answers):
            if (lifecycle := self._leaf(each)) is None:
                return []
            items.append(Found(f"{path}[{place}]", lifecycle, each))
        return items

    def _leaf(self, answer: object) -> Lifecycle | None:
        """Return whose an answer is that has no other in it."""
        lifecycle = self.at_once(answer)
        return lifecycle if lifecycle in self.recogniser.leaves else None


class _Search:
    """One search through one document."""

    def __init__(self, finder: Finder) -> None:
        self._recogniser = finder.recogniser
        self._kinds = finder.kinds
        self._unpacker = Unpacker(MOST_TEXT, self._recogniser.may_tell)
        self._items: list[Item] = []
        #: How many values were looked at since the last answer.
        self._values = 0
        #: What is too much of the document, and where that was first.
        self._beyond: dict[str, str] = {}

    def through(self, document: object, path: str, depth: int) -> list[Item]:
        self._visit(document, path, depth=depth, layers=0, bare=True)
        limits: list[Item] = [Problem(where, limit) for limit, where in self._beyond.items()]
        if limits and not any(isinstance(each, (Found, PassedOver)) for each in self._items):
            return limits  # what was not looked through may have what is missed elsewhere
        return self._items + limits

    def _visit(self, value: object, path: str, *, depth: int, layers: int, bare: bool) -> None:
        """Look at a value and at what is in it.

        Args:
            value: The value.
            path: Where it is.
            depth: How many mappings and lists are around it.
            layers: How many texts are around it.
            bare: Only lists are, as of answers that the service gives.
        """
        if type(value) is str or isinstance(value, bytes):
            self._text(value, path, depth=depth, layers=layers, bare=bare)
        elif isinstance(value, Mapping):
            if self._goes_on(path, depth):
                self._mapping(value, path, depth=depth, layers=layers, bare=bare)
        elif isinstance(value, (list, tuple)):
            if self._goes_on(path, depth):
                self._list(value, path, depth=depth, layers=layers, bare=bare)
        elif isinstance(value, _PLAIN) or not self._record(value, path):
            self._values += 1
            if bare:
                self._items.append(Problem(path, self._recogniser.a_document, shown(value)))

    def _goes_on(self, path: str, depth: int) -> bool:
        """Return whether there is still something to look at."""
        self._values += 1
        if depth > DEEPEST:
            self._beyond.setdefault(self._recogniser.at_most, path)
            return False
        if self._values > MOST_VALUES:
            self._beyond.setdefault(TOO_MANY, path)
            return False
        return True

    # --- Mappings -------------------------------------------------------------------------------

    def _mapping(
        self, value: Mapping[str, object], path: str, *, depth: int, layers: int, bare: bool
    ) -> None:
        recogniser = self._recogniser
        found = recogniser.exactly(value) or recogniser.anyhow(value)
        if len(found) > 1:
            self._items.append(recogniser.ambiguous(found, path))
            return
        if found:
            spelt = _spelt(found[0], value)
            self._answer(Found(path, found[0], spelt, bare), spelt, path)
            return
        before = len(self._items)
        wrapped = recogniser.wrapped_by(value)
        if wrapped is not None:
            self._event(wrapped, value, path, depth=depth, layers=layers)
            return
        listed = self._list_in(value) if bare else None
        if listed is not None:
            where = inside(path, listed)
            self._visit(value[listed], where, depth=depth + 1, layers=layers, bare=True)
            return
        for name, each in value.items():
            if type(name) is str and folded(name) not in CLOSED:
                self._visit(each, inside(path, name), depth=depth + 1, layers=layers, bare=False)
        if len(self._items) == before:
            self._nothing_in(value, path, bare=bare)

    def _answer(self, found: Found, held: Mapping[str, object], path: str) -> None:
        """Take an answer, and those nested in it.

        Args:
            found: The answer, or the event around it.
            held: The answer itself.
            path: Where that is.
        """
        self._items.append(found)
        self._values = 0
        schema = found.lifecycle.schema
        for place in schema.nested if schema else ():
            for where, nested in _all_at(held, place, path):
                if isinstance(nested, Mapping) and (its := self._recogniser.exactly(nested)):
                    self._items.append(Found(where, its[0], nested, bare=False, nested=True))

    def _event(
        self,
        wrapped: tuple[Lifecycle, Envelope],
        event: Mapping[str, object],
        path: str,
        *,
        depth: int,
        layers: int,
    ) -> None:
        lifecycle, envelope = wrapped
        held, where = event.get(envelope.inside), inside(path, envelope.inside)
        if isinstance(held, str):
            before = len(self._items)
            self._visit(held, where, depth=depth + 1, layers=layers, bare=False)
            if len(self._items) > before:
                return
        if isinstance(held, Mapping):
            its_id = lifecycle.schema.id if lifecycle.schema else ()
            if at(held, its_id, spelt=False) is None:
                lacking = ".".join(its_id)
                self._items.append(PassedOver(path, f"{envelope.marks[0][1]} without {lacking}"))
                return
            held = _spelt(lifecycle, held)
            event = {**event, envelope.inside: held}
        found = Found(path, lifecycle, event, bare=False)
        self._answer(found, held if isinstance(held, Mapping) else {}, where)

    def _list_in(self, value: Mapping[str, object]) -> str | None:
        """Return the field with a list of answers, of an answer that lists them."""
        for name in self._recogniser.lists:
            listed = value.get(name)
            if isinstance(listed, (list, tuple)):
                first = listed[0] if listed else None
                if not isinstance(first, Mapping) or self._recogniser.nearly(first):
                    return name  # there are other lists that are called "jobs"
        return None

    def _nothing_in(self, value: Mapping[str, object], path: str, *, bare: bool) -> None:
        """Say what a mapping is that has no answer in it."""
        recogniser = self._recogniser
        if bare and (lifecycle := recogniser.nearly(value)):
            # Its reader says what it lacks.
            self._items.append(Found(path, lifecycle, _spelt(lifecycle, value)))
        elif (stranger := recogniser.stranger(value)) is not None:
            self._items.append(PassedOver(path, stranger))
        elif bare and (listed := next(filter(value.__contains__, recogniser.lists), None)):
            where = inside(path, listed)
            self._items.append(Problem(where, recogniser.a_list, shown(value[listed])))
        elif bare and (said := no_answer(value, recogniser.expected(value))) is not None:
            self._items.append(said.under(path))

    # --- Lists, texts and records -----------------------------------------------------------------

    def _list(
        self, values: Sequence[object], path: str, *, depth: int, layers: int, bare: bool
    ) -> None:
        before = len(self._items)
        for place, each in enumerate(values):
            self._visit(each, f"{path}[{place}]", depth=depth + 1, layers=layers, bare=bare)
        found = self._items[before:]
        problems = [each for each in found if isinstance(each, Problem)]
        if len(problems) == len(found):
            self._items[before:] = shortened(problems, path)

    def _text(self, text: str | bytes, path: str, *, depth: int, layers: int, bare: bool) -> None:
        self._values += 1
        try:
            found = self._unpacker.read(text)
        except TooMuchTextError:
            limit = f"at most {MOST_TEXT // 1024**2} MiB of text within a document"
            self._beyond.setdefault(limit, path)
            return
        except BrokenTextError as error:
            self._items.append(Problem(path, "JSON", f"text that is none: {error}"))
            return
        if found is not None and layers < MOST_LAYERS:
            self._visit(found, path, depth=depth, layers=layers + 1, bare=bare)
        elif found is not None:
            self._beyond.setdefault(f"at most {MOST_LAYERS} texts within each other", path)
        elif bare:
            self._items.append(Problem(path, self._recogniser.a_document, shown(text)))

    def _record(self, value: object, path: str) -> bool:
        """Take what an answer was read into before; return whether it is one."""
        for lifecycle in self._kinds:
            if isinstance(lifecycle.reader, SchemaReader) and lifecycle.reader.takes(value):
                self._items.append(Found(path, lifecycle, value))
                return True
        return False


def _spelt(lifecycle: Lifecycle, answer: Mapping[str, object]) -> Mapping[str, object]:
    return respelt(lifecycle.schema, answer) if lifecycle.schema else answer


def _all_at(value: object, place: Sequence[str], path: str) -> Iterator[tuple[str, object]]:
    """Yield what stands at a place, in lists each of them, with its path."""
    if isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            yield from _all_at(each, place, f"{path}[{number}]")
    elif not place:
        yield path, value
    elif isinstance(value, Mapping):
        yield from _all_at(value.get(place[0]), place[1:], inside(path, place[0]))


def inside(path: str, name: str) -> str:
    """Return the path of what a mapping calls so: safe to show, whoever chose the name."""
    return f"{path}.{a_name(name)}" if path else a_name(name)


class Unsearched:
    """Takes answers that no schema describes: each is one, but lists hold several."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        """Take the life cycle that they are about."""
        self._lifecycle = lifecycle

    def find(self, document: object, path: str = "", depth: int = 0) -> Sequence[Item]:
        """Return a document as its reader takes it, or each in a list."""
        del depth
        if not isinstance(document, (list, tuple)):
            return [Found(path, self._lifecycle, document)]
        return [
            item
            for place, each in enumerate(document)
            for item in self.find(each, f"{path}[{place}]")
        ]

    def at_once(self, answer: object) -> Lifecycle | None:
        """Return whose an answer is."""
        return None if isinstance(answer, (list, tuple)) else self._lifecycle


_FINDERS: WeakKeyDictionary[Kinds, Finder] = WeakKeyDictionary()


@derived
def _finder_of_one(lifecycle: Lifecycle) -> Finder | Unsearched:
    if isinstance(lifecycle.reader, SchemaReader):
        return Finder(Kinds(lifecycle))
    return Unsearched(lifecycle)


def finder_of(judged: Lifecycle | Kinds) -> Finder | Unsearched:
    """Return what finds the answers about a kind of job, or some; it is made once."""
    if isinstance(judged, Lifecycle):
        return _finder_of_one(judged)
    if judged not in _FINDERS:
        _FINDERS[judged] = Finder(judged)
    return _FINDERS[judged]
