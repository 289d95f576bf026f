"""What a page of a list costs a tracker, beside what botocore takes to parse it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from figures import Aim, Group
from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Life, unheard_of
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Callable

    from suite import Timed

FLOOR = "botocore parses the page"
PAGES = Group(
    "An item of a page",
    FLOOR,
    note="Who polls pays botocore in any case. Pages of 100 items of ListTrainingJobs, parsed by"
    " botocore; `Tracker.observe_all` takes them. Jobs live one life each, in six polls.",
)
PAGE = 100


def bodies(count: int) -> list[bytes]:
    """Return so many items in pages, as the service sends them; poll after poll."""
    entries = Life.usual(0).count
    lives = unheard_of(-(-count // entries))
    items = [_sent(life.item(place)) for place in range(1, entries + 1) for life in lives][:count]
    pages = [items[begin : begin + PAGE] for begin in range(0, len(items), PAGE)]
    return [json.dumps({"TrainingJobSummaries": page}).encode() for page in pages]


def _sent(item: dict[str, Any]) -> dict[str, Any]:
    times = {name: each.timestamp() for name, each in item.items() if not isinstance(each, str)}
    return item | times


def parser() -> Callable[[bytes], Any]:
    """Return what parses a page."""
    parsers = pytest.importorskip("botocore.parsers")
    session = pytest.importorskip("botocore.session").get_session()
    service = session.get_service_model("sagemaker")
    shape = service.operation_model("ListTrainingJobs").output_shape
    parse = parsers.create_parser(service.metadata["protocol"]).parse
    return lambda body: parse({"status_code": 200, "headers": {}, "body": body}, shape)


def parsed(count: int) -> Callable[[], object]:
    """Parse the pages."""
    return partial(_each, parser(), bodies(count))


def news(count: int) -> Callable[[], object]:
    """Observe pages whose items all bring news."""
    return partial(_each, Tracker(TRAINING_JOB).observe_all, list(map(parser(), bodies(count))))


def unchanged(count: int, before: int) -> Callable[[], object]:
    """Observe pages that came so many times before."""
    tracker, parse = Tracker(TRAINING_JOB), parser()
    sent = [json.dumps({"TrainingJobSummaries": page}).encode() for page in _last(count)]
    for _ in range(before):
        for body in sent:
            tracker.observe_all(parse(body))
    return partial(_each, tracker.observe_all, list(map(parse, sent)))


def _last(count: int) -> list[list[dict[str, Any]]]:
    items = [_sent(life.item(life.count)) for life in unheard_of(count)]
    return [items[begin : begin + PAGE] for begin in range(0, count, PAGE)]


def _each(take: Callable[[Any], object], pages: list[Any]) -> None:
    for page in pages:
        take(page)


@contestants(
    Contestant(FLOOR, parsed, 600),
    Contestant("news", news, 600, [Aim.at_most(0.8, of=FLOOR)]),
    Contestant("unchanged, for the first time", partial(unchanged, before=1), 600),
    Contestant("unchanged", partial(unchanged, before=2), 600, [Aim.at_most(0.25, of=FLOOR)]),
)
def test_an_item_of_a_page(contestant: Contestant, lap: int, timed: Timed) -> None:
    """News, and what is the same again."""
    timed(PAGES, contestant, lap)
