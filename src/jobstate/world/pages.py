"""A page of a list of jobs: sorted, cut and filtered as the service does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from jobstate.errors import UnknownNameError
from jobstate.model.answer_schema import Shape, within
from jobstate.model.operations import Filter, FilterTest, Listing
from jobstate.world.population import Population
from jobstate.world.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.world.population import LivingJob

#: What a list is sorted by: the value of a field, then the order of creation.
_Key: TypeAlias = "tuple[str, int, str]"
_NOTHING: str = ""


class Cut(StrEnum):
    """When the filters of a list are applied: before its page is cut, or after.

    After: a page may be short, or empty, and yet another one follow.
    """

    BEFORE = "before"
    AFTER = "after"


@frozen(kw_only=True)
class Query:
    """A request for a page of a list.

    Attributes:
        jobs: The jobs.
        shape: The shape of the items.
        request: The arguments.
        at: The time whose jobs are listed; aware.
        filters: When filters are applied.

    Raises:
        UnknownNameError: There is no such argument; it lists those there are.
        RefusedRequestError: One has a value that it can't have.
    """

    jobs: Population
    shape: Shape
    listing: Listing
    request: Mapping[str, Any]
    at: datetime
    filters: Cut

    def page(self) -> tuple[list[dict[str, Any]], str | None]:
        """Return the items, and where the next page begins; None where there is none.

        The next page begins where this one ends in the order of the list: jobs that come or go in
        the meantime make nothing come twice or be left out.
        """
        for name in self.request.keys() - self.listing.arguments:
            operation = self.shape.operation
            raise UnknownNameError(f"argument of {operation}", name, self.listing.arguments)
        rows = self._rows()
        if self.filters is Cut.BEFORE:
            rows = ((key, job) for key, job in rows if self._asked_for(job))
        size = self._size()
        page = list(islice(rows, size + 1))
        token = _token(page[size - 1][0]) if len(page) > size else None
        return [self._item(job) for _, job in page[:size] if self._asked_for(job)], token

    # --- Sorted and cut -------------------------------------------------------------------------

    def _size(self) -> int:
        size = self.request.get(self.listing.size)
        if size is None:
            return self.listing.usual
        if not 1 <= size <= self.listing.most:
            expected = f"Member must have value from 1 to {self.listing.most}"
            raise invalid(self.jobs.schema.codes, self.listing.size, size, expected)
        return int(size)

    def _rows(self) -> Iterator[tuple[_Key, LivingJob]]:
        """Yield what the list holds from the beginning of the page on."""
        by = self.request.get(self.listing.by) or next(iter(self.listing.sorts))
        if by not in self.listing.sorts:
            expected = f"Member must satisfy enum value set: [{', '.join(self.listing.sorts)}]"
            raise invalid(self.jobs.schema.codes, self.listing.by, by, expected)
        path, newest_first = self.listing.sorts[by], self.listing.newest_first
        if order := self.request.get(self.listing.order):
            newest_first = order == "Descending"
        begin = self._begin()
        if not path:
            beyond = None if begin is None else begin[1:]
            there = self.jobs.there(self.at, newest_first=newest_first, beyond=beyond)
            return (((_NOTHING, *job.rank), job) for job in there)
        there = self.jobs.there(self.at)
        rows = [((str(within(self._item(job), path)), *job.rank), job) for job in there]
        rows.sort(key=lambda row: row[0], reverse=newest_first)
        return (
            row
            for row in rows
            if begin is None or (row[0] < begin if newest_first else row[0] > begin)
        )

    def _begin(self) -> _Key | None:
        token = self.request.get(self.listing.token)
        if not token:
            return None
        try:
            value, created, job_id = json.loads(urlsafe_b64decode(token))
            return str(value), int(created), str(job_id)
        except (ValueError, TypeError):
            expected = "Member must be a token that this operation has answered with"
            raise invalid(self.jobs.schema.codes, self.listing.token, token, expected) from None

    def _item(self, job: LivingJob) -> dict[str, Any]:
        return job.at(self.at, self.shape.name)

    # --- Filtered -------------------------------------------------------------------------------

    def _asked_for(self, job: LivingJob) -> bool:
        named = self.request.get(self.listing.named_in) or ()
        for each in self.listing.filters:
            wanted = self.request.get(each.argument, None if named else each.otherwise)
            if wanted is not None and not self._holds(each, wanted, job):
                return False
        known = {each.argument: each for each in self.listing.named}
        for one in named:
            name = one.get("name")
            if name not in known:
                raise UnknownNameError(f"filter of {self.shape.operation}", name, known)
            each = known[name]
            if not any(self._holds(each, wanted, job) for wanted in one.get("values", ())):
                return False
        return True

    def _holds(self, each: Filter, wanted: Any, job: LivingJob) -> bool:  # noqa: ANN401 - as it is
        value = within(self._item(job), each.path)
        if value is None:
            value = within(job.life.moment(self.at).asked, each.path)
        if value is None:
            return False
        if each.test is FilterTest.EQUALS:
            return bool(value == wanted)
        if each.test is FilterTest.CONTAINS:
            return str(wanted).lower() in str(value).lower()
        if each.test is FilterTest.BEGINS:
            whole, text = str(wanted).lower(), str(value).lower()
            return text.startswith(whole[:-1]) if whole.endswith("*") else text == whole
        after, before = _seconds(value), _seconds(wanted)
        return after > before if each.test is FilterTest.AFTER else after < before


def _seconds(value: Any) -> float:  # noqa: ANN401 - as answers and requests have times
    """Return the seconds since 1970 of a time; requests have them as numbers or as text too."""
    if isinstance(value, str) and not value.isdigit():
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value)


def _token(key: _Key) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()
