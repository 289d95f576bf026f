"""Trackers in forked children: one without threads goes on, others say so, and nobody hangs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from jobstate import Subscription, Tracker
from jobstate.errors import JournalError, TrackerForkedError
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.forking import as_if_forked, ran, where_forks
from tests.support.lives_for_tests import told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = where_forks

#: Trackers by kind, and answers about as many jobs as one likes.
_MADE = """
from jobstate import Subscription, Tracker
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.lives_for_tests import told
from tests.support.printed import printed

LIFE = told("completed")
ENDED, BEGUN = (json.dumps(printed(LIFE.at(when))) for when in (LIFE.end, LIFE.start))

def answer(name, text=ENDED):
    return json.loads(text.replace(LIFE.job.id.rsplit("/", 1)[1], name))

async def hear_later(event):
    pass

heard = []
FOLDER = Path(sys.argv[1])
MADE = {
    "subscription": lambda: Tracker(
        TRAINING_JOB, listeners=[Subscription(name="books", listener=heard.append)]
    ),
    "async": lambda: Tracker(
        TRAINING_JOB, listeners=[Subscription(name="books", listener=hear_later)]
    ),
    "journal": lambda: Tracker(TRAINING_JOB, journal=Journal(FOLDER / "jobs.db")),
    "both": lambda: Tracker(
        TRAINING_JOB,
        journal=Journal(FOLDER / "jobs.db"),
        listeners=[Subscription(name="books", listener=heard.append)],
    ),
    "plain": lambda: Tracker(TRAINING_JOB, listeners=[heard.append]),
}
"""

_REFUSED = (
    _MADE
    + """
tracker = MADE[sys.argv[2]]()
tracker.observe(answer("before"))
arn = answer("before")["TrainingJobArn"]
observe, close = tracker.observe, tracker.close

def tried():
    asked = {
        name: (lambda name=name: getattr(tracker, name))
        for name in dir(Tracker) if not name.startswith("_")
    }
    asked |= {
        "called": lambda: tracker.observe(answer("child")),
        "kept method": lambda: observe(answer("child")),
        "kept close": lambda: close(timedelta(seconds=30)),
        "item": lambda: tracker[arn],
        "in": lambda: arn in tracker,
        "len": lambda: len(tracker),
        "iter": lambda: list(tracker),
        "exit": lambda: tracker.__exit__(None, None, None),
    }
    found = {}
    for name, ask in asked.items():
        try:
            found[name] = repr(ask())
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found

said = in_child(tried)
again = [str(tracker.observe(answer(f"after-{number}")).arrival) for number in range(20)]
tracker.close(timedelta(seconds=30))
jobs = len(tracker)
kept = None
if "jobs.db" in map(lambda path: path.name, FOLDER.iterdir()):
    with Tracker(TRAINING_JOB, journal=Journal(FOLDER / "jobs.db")) as next_one:
        kept = len(next_one)
print(json.dumps([os.getpid(), said, again, jobs, kept, len(heard)]))
"""
)


@pytest.mark.parametrize("kind", ["subscription", "async", "journal", "both"])
def test_one_with_threads_says_so(tmp_path: Path, kind: str) -> None:
    """Whatever is asked of it; its parent goes on and loses nothing."""
    process, said, again, jobs, kept, heard = ran(_REFUSED, tmp_path, kind)
    expected = (
        f"TrackerForkedError: this tracker's threads live in process {process}, from which this"
        " one was forked; make a tracker in the child, or use the start method 'spawn' or"
        " 'forkserver'"
    )
    assert said == dict.fromkeys(said, expected)
    assert {"observe", "observe_all", "close", "snapshot", "item", "iter", "exit"} <= said.keys()
    assert again == ["new"] * 20
    assert jobs == 21
    assert kept == (21 if kind in {"journal", "both"} else None)
    life = told("completed")
    events = Tracker(TRAINING_JOB).observe(life.at(life.end)).events
    assert heard == (21 * len(events) if kind in {"subscription", "both"} else 0)


_EXITS = (
    _MADE
    + """
tracker = MADE["both"]()
tracker.observe(answer("before"))
sys.stdout.flush()
child = os.fork()
if not child:
    sys.exit(7)  # in order: what the child has is let go of
_, status = os.waitpid(child, 0)
for number in range(20):
    tracker.observe(answer(f"after-{number}"))
tracker.close(timedelta(seconds=30))
with Tracker(TRAINING_JOB, journal=Journal(FOLDER / "jobs.db")) as again:
    print(json.dumps([os.waitstatus_to_exitcode(status), len(again), len(heard) % 21]))
"""
)


def test_a_child_that_ends_in_order_takes_nothing_along(tmp_path: Path) -> None:
    """The file and its lock are the parent's, also when the child has let go of them."""
    assert ran(_EXITS, tmp_path) == [7, 21, 0]


_JOURNAL = (
    _MADE
    + """
journal = Journal(FOLDER / "jobs.db")
said = [
    in_child(lambda: str(Tracker(TRAINING_JOB, journal=journal))),
    in_child(journal.close),
]
with Tracker(TRAINING_JOB, journal=journal) as tracker:
    tracker.observe(answer("one"))
    print(json.dumps([said, os.getpid(), len(tracker)]))
"""
)


def test_a_journal_that_nobody_has_says_so_too(tmp_path: Path) -> None:
    """It was opened by the parent, which can use it."""
    said, process, jobs = ran(_JOURNAL, tmp_path)
    for each in said:
        assert each.startswith("JournalError: the journal ")
        assert f"was opened by process {process}, from which this one was forked" in each
    assert jobs == 1


_PLAIN = (
    _MADE
    + """
tracker = MADE["plain"]()
tracker.observe(answer("one", BEGUN))
tracker.observe(answer("two"))

def gone_on():
    heard.clear()
    first = tracker.observe(answer("one"))
    more = tracker.observe_all([answer("two"), answer("three")])
    restored = Tracker(TRAINING_JOB)
    restored.restore(tracker.snapshot())
    return [
        *(str(each.arrival) for each in (first, *more)),
        tracker[answer("one")["TrainingJobArn"]].status,
        len(tracker), len(restored), len(heard) > 0,
    ]

said = in_child(gone_on)
here = tracker[answer("one")["TrainingJobArn"]].status
late = Tracker(TRAINING_JOB)
forked = in_child(lambda: [
    late.add_listener(Subscription(name="books", listener=heard.append)),
    str(late.observe(answer("one")).arrival),
    late.close(timedelta(seconds=30))[0].waiting,
])
print(json.dumps([said, here, len(tracker), forked]))
"""
)


def test_one_without_threads_goes_on(tmp_path: Path) -> None:
    """With a copy of its own, which may have subscriptions there; the parent's stays as it was."""
    said, here, jobs, forked = ran(_PLAIN, tmp_path)
    assert said == ["new", "duplicate", "new", "Completed/Completed", 3, 3, True]
    assert (here, jobs) == ("InProgress/Starting", 2)
    assert forked == [None, "new", 0]


_BUSY = (
    _MADE
    + """
import threading
from jobstate import Retention, check
from tests.support.small import PARCELS, parcel

tracker = Tracker(
    TRAINING_JOB, listeners=[lambda event: time.sleep(0)], retention=Retention(count=50)
)
stop = threading.Event()
failed = []

def busy(number):
    try:
        count = 0
        while not stop.is_set():
            tracker.observe(answer(f"job-{number}-{count}"))
            count += 1
            if count % 10 == 0:  # a life cycle that nobody has compiled yet
                check(PARCELS.evolve(version=f"{number}-{count}"), parcel("packed"))
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=busy, args=(each,)) for each in range(4)]
for each in threads:
    each.start()

def gone_on():
    found = [str(tracker.observe(answer("child", text)).arrival) for text in (BEGUN, ENDED)]
    # Under every lock that there is.
    found += {str(tracker.observe(answer(f"child-{each}")).arrival) for each in range(20)}
    tracker.add_listener(print)
    tracker.remove_listener(print)
    return [*found, check(PARCELS.evolve(version="child"), parcel("packed")).legal]

said = {}
for _ in range(int(sys.argv[2])):
    found = json.dumps(in_child(gone_on))
    said[found] = said.get(found, 0) + 1
stop.set()
for each in threads:
    each.join()
print(json.dumps([said, failed]))
"""
)


@pytest.mark.once  # 200 children take a while
def test_no_child_hangs(tmp_path: Path) -> None:
    """However busy other threads are as it is forked, and whatever they have locked."""
    said, failed = ran(_BUSY, tmp_path, 200, seconds=900)
    assert said == {'["new", "new", "new", true]': 200}
    assert failed == []


_POOL = (
    _MADE
    + """
import multiprocessing

tracker = MADE["plain"]()
threaded = MADE["subscription"]()
tracker.observe(answer("one", BEGUN))
threaded.observe(answer("one", BEGUN))

def work(number):
    try:
        threaded.observe(answer("one"))
    except RuntimeError as error:
        refused = type(error).__name__
    own = MADE["subscription"]()
    own.observe(answer("own"))
    own.close(timedelta(seconds=30))
    return str(tracker.observe(answer(f"job-{number}")).arrival), refused

with multiprocessing.get_context("fork").Pool(2) as pool:
    found = pool.map(work, range(20))
threaded.close(timedelta(seconds=30))
print(json.dumps([sorted(set(found)), len(tracker), len(threaded)]))
"""
)


def test_a_pool_of_forked_processes(tmp_path: Path) -> None:
    """It works with what can go on, and with trackers made there."""
    assert ran(_POOL, tmp_path) == [[["new", "TrackerForkedError"]], 1, 1]


_WITHIN = (
    _MADE
    + """
said = []

def fork_now(event):
    if not said:
        said.append(None)
        said[0] = in_child(lambda: [
            str(tracker.observe(answer("other")).arrival), tracker[event.job].status
        ])

tracker = Tracker(TRAINING_JOB, listeners=[fork_now, heard.append])
brought = tracker.observe(answer("one"))
print(json.dumps([said, len(heard) - len(brought.events), str(brought.arrival)]))
"""
)


def test_a_listener_may_fork(tmp_path: Path) -> None:
    """It holds a lock as it does, and what it observes there waits as ever."""
    assert ran(_WITHIN, tmp_path) == [[["queued", "Completed/Completed"]], 0, "new"]


# --- Without a fork -------------------------------------------------------------------------------


def test_what_others_were_telling_is_not_told_again() -> None:
    """The child has none of the threads that the parent has, nor what they are about."""
    life = told("completed")
    with as_if_forked() as fork:
        heard: list[object] = []
        tracker = Tracker(TRAINING_JOB, listeners=[heard.append])
        stripes, turns = tracker._stripes, tracker._turns  # noqa: SLF001 - as another thread left it
        event = tracker.observe(life.at(life.start)).events[0]
        heard.clear()
        for stripe in stripes:
            stripe.lock.acquire()
            stripe.pending.append((heard.append, event))
        turns.telling.add(-1)
        turns.queue(life.observation(life.end))
        turns._queues[-1] = turns._queues.pop(threading.get_ident())  # noqa: SLF001
        fork()
        observed = tracker.observe(life.at(life.end))
        assert heard == list(observed.events)
        assert turns.telling == set()
        assert turns._queues == {}  # noqa: SLF001


def test_who_forks_while_telling_tells_the_rest() -> None:
    """The thread that forks is there in the child too, and so is what it is about."""
    life = told("completed")
    with as_if_forked() as fork:
        heard: list[object] = []
        tracker = Tracker(TRAINING_JOB, listeners=[lambda _: fork(), heard.append])
        observed = tracker.observe(life.at(life.end))
        assert heard == list(observed.events)
        assert len(heard) > 1


def test_what_has_threads_is_left_behind(tmp_path: Path) -> None:
    """A tracker with a subscription, one with a journal, and the journal itself."""
    with as_if_forked() as fork:
        plain = Tracker(TRAINING_JOB)
        threaded = Tracker(TRAINING_JOB, listeners=[Subscription(name="a", listener=print)])
        journal = Journal(tmp_path / "jobs.db")
        kept = Tracker(TRAINING_JOB, journal=journal)
        dispatcher = threaded._dispatcher  # noqa: SLF001 - to end its threads
        file = journal._file  # noqa: SLF001 - to close it
        fork()
        assert len(plain) == 0
        for tracker in (threaded, kept):
            with pytest.raises(TrackerForkedError, match="make a tracker in the child"):
                len(tracker)
            assert "Tracker object at" in repr(tracker)
        with pytest.raises(JournalError, match="from which this one was forked"):
            journal.close()
        dispatcher.close(10)
        file.write.close()  # a child leaves them alone; here they are this process's own
        file._lock.release()  # noqa: SLF001
