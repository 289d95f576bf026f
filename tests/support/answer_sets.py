"""Sets of answers about one job whose times are late, equal, coarse or missing, made from a seed.

A set is what several sources said of one life, in the four orders in which it arrived. A truthful
one has a legal order, the one in which it was made; in a spoilt one some fields were made wrong, so
that perhaps there is none. Imports nothing of jobstate.
"""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tests.support import facts
from tests.support.brute_force import Seen, random_features, random_life, shown
from tests.support.corpus_series import ARN
from tests.support.legal_answers import PLAN_ARN
from tests.support.legal_orders import Answer, Stay, interval
from tests.support.oracle import FACTS, HISTORY, seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document: TypeAlias = dict[str, Any]

MOST_ANSWERS = 9
ORDERS = 4
NAME = "late"
_CREATED = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
_ENDED = facts.PRIMARIES - {"InProgress", "Stopping"}
_WAYS = (("Terminated",), ("Available",), ("Available", "Terminated"), ("Available", "Reused"))
#: What a describe answer leaves out where it is an item of a list, or is read as one.
_THIN = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
_AND_NEWER = ("SecondaryStatus", "LastModifiedTime", "WarmPoolStatus")


class Printed(NamedTuple):
    """One answer, as a source prints it.

    Attributes:
        document: A describe answer or an item of a list, with times as boto3 has them.
        form: `describe`, `list` or `event`.
        lower_bound: The time is one that the record was not changed before, and nothing more.
    """

    document: Document
    form: str
    lower_bound: bool = False

    def as_sent(self) -> Document:
        """Return what a tracker is given; `not_before` beside it."""
        document = deepcopy(self.document)
        if self.lower_bound:
            del document["LastModifiedTime"]
        if self.form != "event":
            return document
        return {
            "source": "aws.sagemaker",
            "detail-type": "SageMaker Training Job State Change",
            "detail": _in_milliseconds(document),
        }

    @property
    def not_before(self) -> datetime | None:
        """Before when the record was not changed, where nothing more is known."""
        return self.document["LastModifiedTime"] if self.lower_bound else None

    def of_job(self) -> Answer:
        """Return it in the terms of the search, for the job."""
        return Answer(seen(self.document), self._when(), self._history())

    def of_pool(self) -> Answer | None:
        """Return it in the terms of the search, for the warm pool; None if it shows none."""
        pool = self.document.get("WarmPoolStatus")
        if pool is None:
            return None
        shows = Seen(pool["Status"], features=seen(self.document).features)
        return Answer(shows, self._when(), self._history(), listed=False)

    @property
    def key(self) -> str:
        """What makes it another answer than others: what it shows, its time, its history.

        Not how finely its history is printed.
        """
        starts = [stay.start.begin // 1_000_000 for stay in self._history()]
        pool = self.document.get("WarmPoolStatus")
        return repr((seen(self.document), pool, self._when(), starts))

    def _when(self) -> Any:
        return interval(self.document.get("LastModifiedTime"), lower_bound=self.lower_bound)

    def _history(self) -> tuple[Stay, ...]:
        return tuple(
            Stay(entry["Status"], interval(entry["StartTime"]))
            for entry in self.document.get(HISTORY, ())
        )


class AnswerSet(NamedTuple):
    """Answers about one job, and how they arrive.

    Attributes:
        name: What it was made from.
        truthful: Nothing in it was made wrong.
        answers: The answers, each different.
        orders: Arrivals: numbers of answers, some twice; None where the tracker starts anew.
    """

    name: str
    truthful: bool
    answers: tuple[Printed, ...]
    orders: tuple[tuple[int | None, ...], ...]


def answer_set(seed: int, number: int) -> AnswerSet:
    """Return one set: four of ten are truthful.

    Args:
        seed: What sets are made from.
        number: Which of them.
    """
    rng = random.Random(f"late {seed} {number}")
    life = _Life(rng)
    printed = life.answers(rng.choice((2, 3, 4, 4, 5, 5, 6, 7, 8, MOST_ANSWERS)))
    wrong = rng.choice((0, 0, 0, 0, 1, 1, 1, 1, 1, 2))
    for _ in range(wrong):
        _spoil(printed, rng)
    answers = tuple({each.key: each for each in printed}.values())
    orders = tuple(_arrivals(len(answers), place, rng) for place in range(ORDERS))
    return AnswerSet(f"{seed}/{number}", not wrong, answers, orders)


def _arrivals(count: int, place: int, rng: random.Random) -> tuple[int | None, ...]:
    """Return an order of arrival: the one in which they were made, turned round, or any."""
    order: list[int | None] = list(range(count))
    if place == 1:
        order.reverse()
    elif place > 1:
        rng.shuffle(order)
    for _ in range(rng.choice((0, 0, 1, 2))):
        again = rng.randrange(count)
        order.insert(rng.randint(order.index(again) + 1, len(order)), again)
    for _ in range(rng.choice((0, 1, 1, 2))):
        order.insert(rng.randint(1, len(order)), None)
    return tuple(order)


class _Life:
    """One job's life, with times, and how its sources print it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        wanted = rng.choice(({}, {}, {"spot": True}, {"warm_pool": True}, {"retry": True}))
        self._features = random_features(FACTS, "job", rng, wanted)
        self._states = self._lived()
        self._pools = self._pool()
        gaps = [self._gap() for _ in self._states]
        #: When the record began to show each state; several may have one time.
        self._times = [_CREATED + sum(gaps[:place], timedelta()) for place in range(len(gaps) + 1)]
        self._starts = [
            time - timedelta(milliseconds=rng.choice((0, 3, 300))) for time in self._times
        ]
        self._starts[0] = _CREATED
        for place in range(1, len(self._starts)):
            self._starts[place] = max(self._starts[place], self._starts[place - 1])

    def _lived(self) -> list[str]:
        while True:
            life = random_life(FACTS, "job", self._rng, self._rng.random() < 0.7, self._features)
            if len(life) <= 12 and (len(life) > 2 or self._rng.random() < 0.2):
                return self._with_pool_after(life)

    def _with_pool_after(self, life: list[str]) -> list[str]:
        """Repeat the end, if the job has a pool: that lives on while the job stays as it is."""
        if self._features["warm_pool"] and life[-1].partition("/")[0] in _ENDED:
            return [*life, life[-1], life[-1]]
        return life

    def _pool(self) -> list[str | None]:
        if not self._features["warm_pool"]:
            return [None] * len(self._states)
        way = iter(self._rng.choice(_WAYS))
        found: list[str | None] = []
        for state in self._states:
            if state.partition("/")[0] in _ENDED:
                found.append(next(way, found[-1]))
            else:
                found.append("InUse")
        return found

    def _gap(self) -> timedelta:
        rng = self._rng
        longest = rng.choice((0, 0.3, 2, 20, 200, 4000))
        return timedelta(milliseconds=round(1000 * rng.uniform(longest / 3, longest)))

    def answers(self, count: int) -> list[Printed]:
        """Return what sources said, in the order of the life."""
        rng = self._rng
        last = len(self._states) - 1
        places = [rng.randint(0, last) for _ in range(count)]
        if rng.random() < 0.5:  # close together, so that much is abreast
            first = rng.randint(0, last)
            places = [rng.randint(first, min(last, first + 3)) for _ in range(count)]
        moments = sorted((place, rng.choice((0, 0, 0.5, 1))) for place in places)
        style = rng.choice(("mixed", "mixed", "mixed", "finely", "coarsely", "without"))
        return [self._printed(place, share, style) for place, share in moments]

    def _printed(self, place: int, share: float, style: str) -> Printed:
        rng = self._rng
        time = self._times[place] + share * (self._times[place + 1] - self._times[place])
        time = time.replace(microsecond=time.microsecond // 1000 * 1000)
        form = rng.choice(("describe", "describe", "list", "list", "event"))
        finely = rng.random() < 0.85
        document: Document = {
            "TrainingJobName": NAME,
            "TrainingJobArn": ARN + NAME,
            "CreationTime": _CREATED,
            **self._shown(place),
        }
        if form != "list":
            document |= self._shown_features()
            if rng.random() < 0.8:
                document[HISTORY] = self._entries(place, finely=finely)
        elif rng.random() < 0.3:
            del document["SecondaryStatus"]
        how = {"finely": 0.0, "coarsely": rng.uniform(0.5, 0.8), "without": 0.9}.get(
            style, rng.random()
        )
        lower_bound = 0.85 <= how < 0.93
        if how < 0.5 or lower_bound:
            document["LastModifiedTime"] = time
        elif how < 0.65:
            document["LastModifiedTime"] = time.replace(microsecond=0)
        elif how < 0.8:
            document["LastModifiedTime"] = time.replace(microsecond=0, second=0)
        if lower_bound:
            document["LastModifiedTime"] -= timedelta(seconds=rng.choice((0, 1, 30, 300)))
        return Printed(document, form, lower_bound)

    def _shown(self, place: int) -> Document:
        primary, secondary = shown(FACTS, "job", self._states[place])
        found: Document = {"TrainingJobStatus": str(primary), "SecondaryStatus": str(secondary)}
        pool = self._pools[place]
        if pool is not None and self._rng.random() < 0.8:
            found["WarmPoolStatus"] = {"Status": pool}
        return found

    def _entries(self, place: int, *, finely: bool) -> list[Document]:
        entries: list[Document] = []
        for state, start in zip(self._states[: place + 1], self._starts, strict=False):
            status = str(shown(FACTS, "job", state)[1])
            time = start if finely else start.replace(microsecond=0)
            if entries and entries[-1]["Status"] == status:
                continue
            if entries:
                entries[-1]["EndTime"] = time
            entries.append({"Status": status, "StartTime": time})
        return entries

    def _shown_features(self) -> Document:
        rng, features = self._rng, self._features
        found: Document = {}
        resources: Document = {}
        if rng.random() < 0.5:
            found["EnableManagedSpotTraining"] = features["spot"]
        if features["retry"] and rng.random() < 0.7:
            found["RetryStrategy"] = {"MaximumRetryAttempts": 3}
        if features["plan"] and rng.random() < 0.7:
            resources["TrainingPlanArn"] = PLAN_ARN
        if features["warm_pool"] and rng.random() < 0.7:
            resources["KeepAlivePeriodInSeconds"] = 600
        return found | ({"ResourceConfig": resources} if resources else {})


# --- Spoilt answers -------------------------------------------------------------------------------


def _spoil(printed: list[Printed], rng: random.Random) -> None:
    """Make something wrong in one of some answers; whether it matters nobody knows yet."""
    place = rng.randrange(len(printed))
    answer = deepcopy(printed[place])
    document = answer.document
    ways = [_another_pair, _another_pair, _another_time, _another_time]
    if document.get(HISTORY):
        ways += [_another_history, _another_history, _another_end]
    if "WarmPoolStatus" in document:
        ways += [_another_pool, _another_pool]
    if answer.form != "list":
        ways.append(_another_feature)
    rng.choice(ways)(document, rng)
    if not _contradicts_itself(document):
        printed[place] = answer


def _contradicts_itself(document: Mapping[str, Any]) -> bool:
    """Return whether its features exclude each other, which is a matter of single answers."""
    spot = document.get("EnableManagedSpotTraining")
    return bool(spot and ("WarmPoolStatus" in document or "ResourceConfig" in document))


def _another_pair(document: Document, rng: random.Random) -> None:
    pairs: Sequence[tuple[str, str]] = list(facts.PAIRS)
    if rng.random() < 0.1:
        pairs = [("Completed", "Training"), ("InProgress", "Failed"), ("Stopped", "Completed")]
    primary, secondary = rng.choice(pairs)
    document["TrainingJobStatus"] = primary
    if "SecondaryStatus" in document:
        document["SecondaryStatus"] = secondary
        if document.get(HISTORY) and rng.random() < 0.7:
            document[HISTORY][-1]["Status"] = secondary


def _another_time(document: Document, rng: random.Random) -> None:
    time = document.get("LastModifiedTime")
    if time is not None:
        document["LastModifiedTime"] = time + timedelta(
            milliseconds=rng.choice((-1, 1)) * rng.choice((300, 5_000, 60_000, 3_600_000))
        )


def _another_history(document: Document, rng: random.Random) -> None:
    entries = document[HISTORY]
    place = rng.randrange(len(entries))
    way = rng.randrange(4)
    if way == 0:
        entries[place]["Status"] = rng.choice(sorted(facts.SECONDARIES))
    elif way == 1 and len(entries) > 1:
        del entries[place]
    elif way == 2:
        entries[place]["StartTime"] += timedelta(hours=rng.choice((-1, 1)))
    else:
        entries.insert(place, {**entries[place], "Status": "Downloading"})
    if rng.random() < 0.7:
        document["SecondaryStatus"] = entries[-1]["Status"]


def _another_end(document: Document, rng: random.Random) -> None:
    primary, status = rng.choice((("Completed", "Completed"), ("Failed", "Failed")))
    entries = document[HISTORY]
    entries.append({"Status": status, "StartTime": entries[-1]["StartTime"]})
    document |= {"TrainingJobStatus": primary, "SecondaryStatus": status}


def _another_pool(document: Document, rng: random.Random) -> None:
    document["WarmPoolStatus"] = {"Status": rng.choice(sorted(facts.POOL_STATES))}


def _another_feature(document: Document, rng: random.Random) -> None:
    if rng.random() < 0.6:
        document["EnableManagedSpotTraining"] = rng.random() < 0.5
    else:
        document["RetryStrategy"] = {"MaximumRetryAttempts": 3}


def _in_milliseconds(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {name: _in_milliseconds(each) for name, each in value.items()}
    return [_in_milliseconds(each) for each in value] if isinstance(value, list) else value
