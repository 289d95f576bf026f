"""`Walk`: the pages of a list, newest first: which items say something new, and where to end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from attrs import define, field, frozen

from jobstate.conformance.answers import read_by
from jobstate.errors import ObservationError
from jobstate.model.answer_schema import Path, within
from jobstate.model.fields import FieldKind
from jobstate.model.lifecycle import Lifecycle

if TYPE_CHECKING:
    from jobstate.aws.operations import Listed
    from jobstate.model.observation import Observation

#: What an item shows that can change: its modelled fields.
Seen: TypeAlias = "tuple[object, ...]"
#: After how many pages in a row without a job that was not shown before the list counts as endless.
MOST_IN_VAIN: Final = 100


class Changed(NamedTuple):
    """An item that says something new.

    Attributes:
        seen: What it shows.
        observation: What it says.
    """

    seen: Seen
    observation: Observation


@define
class Page:
    """What a page has brought.

    Attributes:
        changed: The items that say something new.
        unread: Those that can't be read, and why.
        created: When the last job that can be read was created; None where none can, or none says.
        ended: The walk ends here, for all that was wanted has come.
        endless: It ends here though the list does not seem to.
    """

    changed: list[Changed]
    unread: list[tuple[object, str]]
    created: datetime | None = None
    ended: bool = False
    endless: bool = False


@frozen
class ItemReading:
    """How items are told from those that came before, without being read.

    Attributes:
        kind: Their life cycle.
        seen: Returns what an item shows.
        id: Returns whose it is.
        created: Where it says when the job was created.
    """

    kind: Lifecycle
    seen: Callable[[dict[str, Any]], Seen]
    id: Callable[[dict[str, Any]], Any]
    created: Path

    @classmethod
    def of(cls, kind: Lifecycle, listed: Listed) -> ItemReading:
        """Return how items of a list are told apart."""
        path = listed.schema.id
        of_id = path[0] if len(path) == 1 else None
        fields = listed.shape.fields
        # No two items of a job differ in its id and name.
        left = [name for name in fields if name not in {of_id, listed.schema.name[0]}]
        names = sorted(left, key=lambda name: fields[name].kind is FieldKind.TIME)
        times = [at for at, name in enumerate(names) if fields[name].kind is FieldKind.TIME]

        def seen(item: dict[str, Any]) -> Seen:
            """Leave the zones out: botocore makes one for each time, and they compare slowly."""
            found: list[object] = list(map(item.get, names))
            for place in times:
                time = found[place]
                if type(time) is datetime:
                    found[place] = time.date()
                    found.append(time.time())
                    if time.fold:  # which comparing leaves out where there is no zone
                        found.append(place)
            return tuple(found)

        def id_at_path(item: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever stands there
            return within(item, path)

        id_of = itemgetter(of_id) if of_id else id_at_path
        return cls(kind, seen, id_of, listed.schema.created)


@define(eq=False)
class Walk:
    """One walk over a list.

    Attributes:
        reading: How its items are told apart.
        before: What jobs showed in the walk before, by their ids.
        floor: When the last job was created that it has to come to; None for the end of the list.
        shown: What they show now, in the order in which they came.
        pages: How many pages have come.
        items: How many items.
        newest: When the first job was created.
    """

    reading: ItemReading
    before: dict[str, Seen]
    floor: datetime | None
    shown: dict[str, Seen] = field(factory=dict)
    pages: int = 0
    items: int = 0
    newest: datetime | None = None
    _in_vain: int = 0

    def page(self, items: Sequence[Any], *, more: bool) -> Page:
        """Take a page.

        Args:
            items: Its items, whatever they are.
            more: The service has a page beyond it.
        """
        had = len(self.shown)
        page = self._compared(items)
        if self.newest is None:
            self.newest = self._created(items)
        self.pages += 1
        self.items += len(items)
        self._in_vain = self._in_vain + 1 if len(self.shown) == had else 0
        page.created = self._created(reversed(items)) if more and self.floor else None
        beyond = self.floor and page.created and page.created < self.floor
        page.ended = not more or bool(beyond)
        page.endless = not page.ended and self._in_vain >= MOST_IN_VAIN
        return page

    def remember(self, changed: Iterable[Changed]) -> None:
        """Note that what some items say is told: they are unchanged from now on."""
        for seen, observation in changed:
            self.shown[observation.job.id] = seen

    def _compared(self, items: Sequence[Any]) -> Page:
        before, shown = self.before.get, self.shown
        id_of, seen_of = self.reading.id, self.reading.seen
        page = Page([], [])
        for item in items:
            try:
                its_id, seen = id_of(item), seen_of(item)
                known = before(its_id, ())
                if known == seen:
                    shown[its_id] = known  # the new one's memory is free again for the next
                    continue
                if shown.get(its_id) == seen:
                    continue
            except (AttributeError, KeyError, TypeError):
                pass  # it is no item, which reading it tells
            self._read(item, page)
        return page

    def _read(self, item: object, page: Page) -> None:
        try:
            observation = read_by(self.reading.kind, item)
        except ObservationError as error:
            page.unread.append((item, str(error)))
            return
        # Until what it says is told it is shown, and yet unlike whatever comes.
        self.shown.setdefault(observation.job.id, ())
        seen = self.reading.seen(cast("dict[str, Any]", item))
        page.changed.append(Changed(seen, observation))

    def _created(self, items: Iterable[object]) -> datetime | None:
        """Return when the first job was created of whose items can be read."""
        for item in items:
            told = within(item, self.reading.created)
            if isinstance(told, datetime) and told.tzinfo is not None:
                return told  # as boto3 has it, which is nearly always
            try:
                return read_by(self.reading.kind, item).job.created
            except ObservationError:
                continue
        return None


def worth_walking(places: Sequence[int], size: int, together: int) -> int:
    """Return down to which of some jobs a walk pays; the others are described one by one.

    One job that trains for a week lies under thousands of others, and to describe it costs one
    request. So a walk goes as far as it takes the fewest requests to hear of every job.

    Args:
        places: Where each job is in the list, counted in items from its beginning; ascending.
        size: How many items a page has.
        together: Of how many jobs one request can ask that describes some.

    Returns:
        How many of them a walk comes by.
    """
    # The first page is walked in any case.
    least, best = -(-len(places) // together), 0
    for page in range(places[-1] // size + 1 if places else 0):
        number = bisect_left(places, (page + 1) * size)
        requests = page + -(-(len(places) - number) // together)
        if requests <= least:
            least, best = requests, number
    return best
