"""What an answer costs that brings nothing new: what a poller hears nearly always."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from figures import Aim, Group
from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.reader import READER
from lives import Life
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstate import Observation
    from suite import Timed

FLOOR = "floor: comparing with the last answer"
UNCHANGED = Group(
    "An unchanged answer",
    FLOOR,
    note="The floor keeps the last Observation of each job in a dict. Equal ones are made anew, as"
    " from a new answer: none of their hashes is known yet. Described ones have six entries;"
    " mappings are read first.",
)
LIFE = Life.usual(1)


def tracker() -> Tracker:
    """Return a tracker among whose jobs is the one that nothing changes in."""
    made = Tracker(TRAINING_JOB)
    for number in range(10):
        made.observe(Life.usual(number).observation(LIFE.count))
        made.observe(READER.read(Life.usual(number).item(LIFE.count)))
    return made


def same(count: int, kind: str) -> Callable[[], object]:
    """Observe so many times one object, which was observed before."""
    made, given = tracker(), READER.read(_answer(kind))
    made.observe(given)
    assert made.observe(given).duplicate
    return partial(_repeat, made.observe, [given] * count)


def equal(count: int, kind: str, *, read: bool) -> Callable[[], object]:
    """Observe so many times what is equal to what was observed before, each made anew."""
    made = tracker()
    made.observe(_answer(kind))
    assert made.observe(_answer(kind)).duplicate
    answers: list[object] = [_answer(kind) for _ in range(count)]
    return partial(
        _repeat, made.observe, [READER.read(each) for each in answers] if read else answers
    )


def _answer(kind: str) -> dict[str, object]:
    return LIFE.item(LIFE.count) if kind == "item" else LIFE.answer(LIFE.count)


def compared(count: int) -> Callable[[], object]:
    """Compare with the last answer."""
    first = READER.read(_answer("item"))
    last: dict[str, Observation] = {first.job.id: first}

    def is_new(observation: Observation) -> bool:
        return last[observation.job.id] != observation

    assert not is_new(READER.read(_answer("item")))
    return partial(_repeat, is_new, [READER.read(_answer("item")) for _ in range(count)])


def _repeat(take: Callable[..., object], answers: Sequence[object]) -> None:
    for answer in answers:
        take(answer)


AIM = Aim.below(1e-6, "1 µs")


@contestants(
    Contestant(FLOOR, compared, 200),
    Contestant("item of a list, the same Observation", partial(same, kind="item"), 500, [AIM]),
    Contestant("item of a list, an equal one", partial(equal, kind="item", read=True), 200, [AIM]),
    Contestant("described, the same Observation", partial(same, kind="answer"), 500, [AIM]),
    Contestant("described, an equal one", partial(equal, kind="answer", read=True), 50, [AIM]),
    Contestant("item of a list, mapping", partial(equal, kind="item", read=False), 100),
    Contestant("described, mapping", partial(equal, kind="answer", read=False), 50),
)
def test_an_unchanged_answer(contestant: Contestant, lap: int, timed: Timed) -> None:
    """The same answer again."""
    timed(UNCHANGED, contestant, lap)
