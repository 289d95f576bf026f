"""Every exception, raised through the public API, with its text; and how values are shown in it."""

from __future__ import annotations

import contextlib
import os
import pickle
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from jobstate import (
    ConformanceError,
    JobstateError,
    ObservationError,
    Subscription,
    Tracker,
    check,
    explain,
)
from jobstate import errors as errors_of_jobstate
from jobstate.diagrams import diagram_of
from jobstate.diagrams.layout.graphviz import placed
from jobstate.diagrams.render.png import png
from jobstate.errors import (
    LISTED,
    SHOWN_CHARACTERS,
    JournalDamagedError,
    JournalError,
    JournalInUseError,
    JournalWriteError,
    LifecycleError,
    MissingExtraError,
    PictureError,
    Problem,
    SnapshotError,
    ToolFailedError,
    ToolMissingError,
    TrackerClosedError,
    TrackerForkedError,
    UnknownJobError,
    UnknownNameError,
    shown,
)
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.forking import as_if_forked

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn"
ITEM: dict[str, Any] = {
    "TrainingJobName": "churn",
    "TrainingJobArn": ARN,
    "CreationTime": "2026-01-02T09:00:00Z",
    "TrainingJobStatus": "InProgress",
}
#: Each error, and the built-in that whoever knows nothing of jobstate catches it by.
BUILT_INS = {
    ObservationError: ValueError,
    LifecycleError: ValueError,
    UnknownNameError: LookupError,
    ConformanceError: ValueError,
    UnknownJobError: KeyError,
    SnapshotError: ValueError,
    PictureError: ValueError,
    MissingExtraError: ImportError,
    ToolFailedError: RuntimeError,
    ToolMissingError: RuntimeError,
    TrackerClosedError: RuntimeError,
    TrackerForkedError: RuntimeError,
    JournalError: RuntimeError,
    JournalInUseError: RuntimeError,
    JournalDamagedError: RuntimeError,
    JournalWriteError: RuntimeError,
}


def broken_snapshot() -> None:
    """Restore a snapshot that was tampered with."""
    snapshot = Tracker(TRAINING_JOB).snapshot()
    Tracker(TRAINING_JOB).restore(snapshot.replace('"estimates": []', '"estimates": ["job", 5]'))


def without_renderer() -> None:
    """Draw a bitmap where the extra is not installed."""
    with mock.patch.dict(sys.modules, {"resvg_py": None}):
        png('<svg width="1" height="1"/>')


def forbidden() -> None:
    """Validate what can't be."""
    wrong = {**ITEM, "SecondaryStatus": "Completed", "TrainingEndTime": 1767346200}
    check(TRAINING_JOB, wrong).validate()


def closed() -> None:
    """Go on after the end."""
    with Tracker(TRAINING_JOB) as tracker:
        pass
    tracker.observe(ITEM)


def forked() -> None:
    """Use a tracker with threads in a child."""
    with as_if_forked() as fork:
        tracker = Tracker(TRAINING_JOB, listeners=[Subscription(name="books", listener=print)])
        dispatcher = tracker._dispatcher  # noqa: SLF001 - to end its threads
        fork()
        dispatcher.close(10)
        tracker.observe(ITEM)


def of_something_else(folder: Path) -> None:
    """Take another program's database for a journal."""
    with contextlib.closing(sqlite3.connect(folder / "shop.db")) as shop:
        shop.execute("CREATE TABLE goods (name)")
    Journal(folder / "shop.db")


def used_twice(folder: Path) -> None:
    """Open a journal that is open."""
    with contextlib.closing(Journal(folder / "jobs.db")):
        Journal(folder / "jobs.db")


def damaged(folder: Path) -> None:
    """Open a journal after a crash, in which somebody has written at random."""
    path = folder / "jobs.db"
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(ITEM)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("UPDATE journal SET clean = 0; DROP INDEX event_of_job;")
        connection.executescript(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 99999 WHERE name ="
            " 'entry';"
        )
    Journal(path)


def impatient(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
    """Open a database that waits for nobody's lock."""
    del read_only
    return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)


def unwritten(folder: Path) -> None:
    """Write while somebody else does."""
    path = folder / "jobs.db"
    with contextlib.closing(Journal(path, connect=impatient)) as journal:
        tracker = Tracker(TRAINING_JOB, journal=journal)
        with contextlib.closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            tracker.observe(ITEM)


#: What raises each; what is told where the file is needs a folder.
RAISING: dict[type[JobstateError], Callable[[Path], object]] = {
    ObservationError: lambda _: check(
        TRAINING_JOB, {**ITEM, "CreationTime": "yesterday", "TrainingJobName": "-"}
    ),
    LifecycleError: lambda _: TRAINING_JOB.given(spot=True).given(spot=False),
    UnknownNameError: lambda _: TRAINING_JOB.feature("spots"),
    UnknownJobError: lambda _: Tracker(TRAINING_JOB)[ARN],
    PictureError: lambda _: png("<svg/>", scale=-1),
    MissingExtraError: lambda _: without_renderer(),
    ToolFailedError: lambda _: placed(diagram_of(TRAINING_JOB), program=sys.executable),
    ToolMissingError: lambda _: placed(diagram_of(TRAINING_JOB), program="/no/such/dot"),
    SnapshotError: lambda _: broken_snapshot(),
    ConformanceError: lambda _: forbidden(),
    TrackerClosedError: lambda _: closed(),
    TrackerForkedError: lambda _: forked(),
    JournalError: of_something_else,
    JournalInUseError: used_twice,
    JournalDamagedError: damaged,
    JournalWriteError: unwritten,
}


def raised(kind: type[JobstateError]) -> JobstateError:
    """Return an error of that kind as a caller gets it."""
    with tempfile.TemporaryDirectory() as folder, pytest.raises(kind) as caught:
        RAISING[kind](Path(folder))
    return caught.value


TEXTS = {
    ObservationError: (
        "this answer can't be read (2 problems):\n"
        "  - TrainingJobName: expected a job name (1 to 63 letters, digits and inner hyphens),"
        " got '-'\n"
        "  - CreationTime: expected an aware datetime, ISO 8601 with an offset or Z, or s or ms"
        " since 1970, got 'yesterday'"
    ),
    LifecycleError: (
        "the life cycle 'sagemaker-training-job' contradicts itself: spot is already fixed the"
        " other way"
    ),
    UnknownNameError: (
        "no feature 'spots' (did you mean spot?); there is: plan, retry, spot, stop, warm_pool"
    ),
    ConformanceError: (
        f"'{ARN} (created 2026-01-02T09:00:00Z)' did what its life cycle forbids (2 problems):\n"
        "  - illegal-pair: InProgress does not go with Completed, only with Starting, "
    ),
    UnknownJobError: f"no job '{ARN}' among the 0 that are tracked",
    SnapshotError: (
        "this snapshot can't be restored (2 problems):\n"
        "  - estimates[0]: expected an object, got 'job'\n"
        "  - estimates[1]: expected an object, got 5"
    ),
    PictureError: "this picture can't be made: its scale must be a positive number, not -1",
    MissingExtraError: "PNG, unlike SVG, needs resvg_py: pip install 'jobstate[diagrams]'",
    ToolFailedError: f"{sys.executable!r} failed with code 2; it said ",
    ToolMissingError: (
        "Graphviz' program '/no/such/dot' is not there, which places the states of a life cycle"
        " that has no plan; install Graphviz (https://graphviz.org; `apt install graphviz`,"
    ),
    TrackerClosedError: "this tracker is closed; begin a new one, with the same journal if it had",
    TrackerForkedError: "this tracker's threads live in process {}, from which this",
    JournalError: "the journal '{}/shop.db' is the database of something else; name another file",
    JournalInUseError: (
        "the journal '{}/jobs.db' is written to by another tracker; close that one, or give each"
        " its own file"
    ),
    JournalDamagedError: "the journal '{}/jobs.db' is damaged",
    JournalWriteError: (
        "the journal '{}/jobs.db' could not be written: database is locked; nothing is lost: it is"
        " tried again with the next answer"
    ),
}


@pytest.mark.parametrize("kind", BUILT_INS)
def test_what_it_says(kind: type[JobstateError]) -> None:
    """What was refused, what came, what was allowed: all of it, at once."""
    error = raised(kind)
    changing = Path(error.path).parent if isinstance(error, JournalError) else os.getpid()
    assert str(error).startswith(TEXTS[kind].replace("{}", str(changing)))


@pytest.mark.parametrize("kind", BUILT_INS)
def test_what_it_is(kind: type[JobstateError]) -> None:
    """One base, and the built-in that fits."""
    error = raised(kind)
    assert isinstance(error, BUILT_INS[kind])
    assert isinstance(error, JobstateError)


@pytest.mark.parametrize("kind", [kind for kind in BUILT_INS if kind is not ConformanceError])
def test_it_passes_between_processes(kind: type[JobstateError]) -> None:
    """Pickled and back, it says the same and has the same fields."""
    error = raised(kind)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_is_here() -> None:
    """No error class of the library is left out above."""
    public = [each for name, each in vars(errors_of_jobstate).items() if not name.startswith("_")]
    errors = {each for each in public if isinstance(each, type) and issubclass(each, Exception)}
    assert errors == {JobstateError, *BUILT_INS}


def test_fields_of_errors() -> None:
    """Each keeps what its text is made from."""
    unknown = raised(UnknownNameError)
    assert isinstance(unknown, UnknownNameError)
    assert (unknown.kind, unknown.name) == ("feature", "spots")
    assert unknown.choices == ("plan", "retry", "spot", "stop", "warm_pool")
    broken = raised(ConformanceError)
    assert isinstance(broken, ConformanceError)
    assert {violation.rule for violation in broken.violations} == {
        "illegal-pair",
        "end-time-only-when-terminal",
    }
    unheard_of = raised(UnknownJobError)
    assert isinstance(unheard_of, UnknownJobError)
    assert (unheard_of.job, unheard_of.tracked) == (ARN, 0)
    damaged = raised(SnapshotError)
    assert isinstance(damaged, SnapshotError)
    assert [problem.path for problem in damaged.problems] == ["estimates[0]", "estimates[1]"]
    extra = raised(MissingExtraError)
    assert isinstance(extra, MissingExtraError)
    assert (extra.what, extra.library, extra.extra) == ("PNG, unlike SVG,", "resvg_py", "diagrams")
    missing = raised(ToolMissingError)
    assert isinstance(missing, ToolMissingError)
    assert missing.tool == "Graphviz' program '/no/such/dot'"
    assert missing.purpose.startswith("places")
    assert missing.remedy.startswith("install Graphviz")
    failed = raised(ToolFailedError)
    assert isinstance(failed, ToolFailedError)
    assert (failed.tool, failed.problem) == (sys.executable, "failed with code 2")
    assert "nknown option" in failed.output
    bad = raised(PictureError)
    assert isinstance(bad, PictureError)
    assert bad.problem == "its scale must be a positive number, not -1"
    clash = raised(LifecycleError)
    assert isinstance(clash, LifecycleError)
    assert clash.name == "sagemaker-training-job"
    assert len(clash.defects) == 1


def test_nothing_to_choose_from() -> None:
    """Where there is none of what was asked for, the text says so."""
    bare = TRAINING_JOB.without(*(rule.id for rule in TRAINING_JOB.rules))
    with pytest.raises(UnknownNameError, match=r"no rule 'x'; there is: none at all$"):
        bare.rule("x")


def test_one_problem_takes_one_line() -> None:
    """And names what it found missing."""
    with pytest.raises(ObservationError) as caught:
        check(TRAINING_JOB, {**ITEM, "TrainingJobStatus": None})
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("this answer can't be read: TrainingJobStatus: expected")
    assert str(caught.value).endswith("; it is required")


def test_a_long_list_is_cut() -> None:
    """The error has every problem, its text the first ones and how many there are."""
    answer = {**ITEM, "SecondaryStatusTransitions": [{"Status": 1, "StartTime": "2026"}] * 5_000}
    with pytest.raises(ObservationError) as caught:
        check(TRAINING_JOB, answer)
    assert len(caught.value.problems) == 10_000
    lines = str(caught.value).splitlines()
    assert lines[0] == "this answer can't be read (10000 problems):"
    assert len(lines) == LISTED + 2
    assert lines[-1] == "  … and 9,950 more"


@pytest.mark.parametrize(
    ("path", "prefix", "joined"),
    [
        ("StartTime", "SecondaryStatusTransitions[2]", "SecondaryStatusTransitions[2].StartTime"),
        ("[2]", "SecondaryStatusTransitions", "SecondaryStatusTransitions[2]"),
        ("", "[3]", "[3]"),
        ("CreationTime", "", "CreationTime"),
        ("[0].detail", "[1]", "[1][0].detail"),
        ("", "", ""),
    ],
)
def test_a_problem_further_out(path: str, prefix: str, joined: str) -> None:
    """A path grows by a dot, but not before an index, nor where one side is empty."""
    problem = Problem(path, "a time", "7").under(prefix)
    assert problem == Problem(joined, "a time", "7")
    assert ObservationError([Problem(path, "a time", "7")]).under(prefix).problems == (problem,)


def test_a_problem_prints() -> None:
    """Without a path it is the answer's; without anything that came, nothing is said of that."""
    assert str(Problem("", "a list", "7")) == "the answer: expected a list, got 7"
    assert str(Problem("Status", "a text; it is required")) == (
        "Status: expected a text; it is required"
    )


# --- Values in a text -----------------------------------------------------------------------------


class Hostile:
    """Something that can't be printed."""

    def __repr__(self) -> str:
        raise ZeroDivisionError


class Huge:
    """Something that prints at length."""

    def __repr__(self) -> str:
        return "x" * 1_000_000


def test_what_is_shown_is_one_plain_line() -> None:
    """Controls, line ends, surrogates and letters of any script are spelled."""
    assert shown("a\n\x1b[2J\ud800é\u202e") == r"'a\n\x1b[2J\ud800\xe9\u202e'"


def test_what_is_shown_is_cut() -> None:
    """A long value is cut, with its length; one that just fits is not."""
    fits = "a" * (SHOWN_CHARACTERS - 2)
    assert shown(fits) == f"'{fits}'"
    assert shown(Huge()) == f"{'x' * SHOWN_CHARACTERS}… (1,000,000 characters)"


def test_what_cannot_be_shown() -> None:
    """A repr that raises, a number too long, a list too deep never replace the error itself."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert shown(Hostile()) == "<Hostile whose repr raises ZeroDivisionError>"
    assert shown(10**5000) == "<int whose repr raises ValueError>"
    assert shown(deep) == "<list whose repr raises RecursionError>"
    while deep:
        deep = deep.pop()  # else freeing it might take as deep a recursion
    with pytest.raises(ObservationError, match="got <Hostile whose repr raises ZeroDivisionError>"):
        check(TRAINING_JOB, {**ITEM, "CreationTime": Hostile()})


def test_asked_for_what_is_no_name() -> None:
    """Whatever was asked is shown plainly."""
    with pytest.raises(UnknownNameError, match=r"no state '\\x1b\[2J'; there is: Available, "):
        explain(TRAINING_JOB, "\x1b[2J", "Completed")
