"""``jobstate history``: what it prints of a journal, to people and programs, and how it ends."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Retry, StatusChanged, Subscription, Tracker
from jobstate.batch import BATCH_JOB
from jobstate.cli.commands import history as module
from jobstate.cli.journal_text import MANY_JOBS, MANY_PARKED
from jobstate.journal import Journal, JournalReader
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, described, item, jobstate
from tests.support.series import SERIES, answers, whole
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Event

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CONSOLE = "https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/"
PROGRAM = (sys.executable, "-m", "jobstate.cli", "history")


class Noon(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Noon:
        """Return noon."""
        return cls.fromtimestamp(NOON.timestamp(), tz)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be noon."""
    monkeypatch.setattr(module, "datetime", Noon)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


def hear(event: Event) -> None:
    """Hear of an event."""
    del event


def refuse(event: Event) -> None:
    """Fail at every change, with words that would clear a terminal."""
    if event.kind == StatusChanged.kind:
        raise RuntimeError("no \x1b[2J answer")


BOOKS = Subscription(name="books", listener=hear)
#: What is said of a job that it is parked for.
PARKED = (
    "parked since 2026-11-27 12:00:00, {} events from 2 on, told 2 times:"
    r" RuntimeError: 'no \x1b[2J answer'"
)
P = "InProgress"
PAGER = Subscription(
    name="pager", listener=refuse, retry=Retry(attempts=2, first=timedelta(microseconds=1))
)


def tracker_on(path: Path, *listeners: Subscription, **more: Any) -> Tracker:
    """Return a tracker with a journal."""
    journal = Journal(path, durability="normal", clock=lambda: NOON, **more)
    return Tracker(TRAINING_JOB, journal=journal, listeners=listeners, clock=lambda: NOON)


def written(path: Path, *polls: Any, listeners: tuple[Subscription, ...] = ()) -> Path:
    """Return the path of a closed journal of some answers."""
    with tracker_on(path, *listeners) as tracker:
        tracker.observe_all(list(polls))
    return path


def lines(*arguments: object) -> list[str]:
    """Return what the command prints, which ends well."""
    ran = jobstate("history", *arguments)
    assert (ran.exit_code, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def cells(line: str) -> list[str]:
    """Return what stands in the columns of a line, those that are empty left out."""
    return re.split(r"  +", line)


def events(*arguments: object) -> list[dict[str, Any]]:
    """Return the events that it exports."""
    return [json.loads(line) for line in lines(*arguments, "--format", "json")]


# --- All jobs -----------------------------------------------------------------------------------


def test_all_jobs(path: Path) -> None:
    """What the file is, a table of jobs with what needs a look first, and the listeners."""
    polls = [*answers("completed.json"), *answers("waiting.json"), *SERIES]
    written(path, *polls, *answers("broken/illegal-step.json"), listeners=(BOOKS,))
    found = lines(path)
    assert found[:2] == [f"{path}: 4 jobs, judged by {TRAINING_JOB}", ""]
    assert [cells(line) for line in found[2:7]] == [
        ["job", "status", "outcome", "since", "for", "last change", "breaks"],
        [
            *("lighthouse-broken-2", "Completed/Completed", "succeeded"),
            *("2026-10-20 07:14:37", "2026-10-20 07:14:38", "illegal-transition"),
        ],
        [
            *("lighthouse-p5-1", "InProgress/Pending", "still running"),
            *("2026-10-12 08:30:22", "46 d 3 h", "2026-10-12 08:30:23"),
        ],
        [
            *("lighthouse-2026-10-16", "Completed/Completed", "succeeded"),
            *("2026-10-16 07:09:25", "2026-10-16 07:09:25"),
        ],
        [
            *("lighthouse-2026-10-05", "Completed/Completed", "succeeded"),
            *("2026-10-05 07:10:51", "2026-10-05 07:10:51"),
        ],
    ]
    assert found[7:] == [
        "",
        "listener  behind  parked  told again",
        "books          0       0           0",
    ]


def test_an_empty_journal(path: Path) -> None:
    """It says that there is nothing."""
    with tracker_on(path):
        pass
    assert lines(path) == [
        f"{path}: 0 jobs",
        "",
        "no job",
        "",
        "no listener",
    ]
    Journal(path.with_name("new.db"), durability="normal").close()
    assert lines(path.with_name("new.db"))[0] == f"{path.with_name('new.db')}: 0 jobs"


def many(count: int = MANY_JOBS + 5) -> list[dict[str, Any]]:
    """Return more jobs than are listed: most have ended, three run, one is illegal."""
    jobs = [item(f"job-{number}") for number in range(count - 4)]
    running = [
        {**item(f"runs-{hours}", "InProgress", "Training"), "LastModifiedTime": ago(hours)}
        for hours in (2, 9, 1)
    ]
    return [*jobs, *running, item("odd", "InProgress", "Completed")]


def ago(hours: int) -> str:
    """Return a time some hours before noon."""
    return (NOON - timedelta(hours=hours)).isoformat()


def test_many_jobs(path: Path) -> None:
    """They are counted by outcome; listed are the illegal ones, then those that run longest."""
    written(path, *many())
    found = lines(path)
    assert found[2:6] == [
        "outcome        jobs  illegal",
        "still running     4        1",
        "succeeded        21        0",
        "",
    ]
    names = [line.split()[0] for line in found[7 : 7 + MANY_JOBS]]
    assert names[:4] == ["odd", "runs-9", "runs-2", "runs-1"]
    assert found[7 + MANY_JOBS] == "… 5 more, of which 5 have ended (--all lists them)"
    assert "9 h" in found[8]


def test_every_job(path: Path) -> None:
    """With --all each is listed, in the order first heard of."""
    written(path, *many())
    found = lines(path, "--all")
    names = [line.split()[0] for line in found[7:-2]]
    assert names == [each["TrainingJobName"] for each in many()]
    assert "--all" not in " ".join(found)


def test_forgotten_jobs_are_marked(path: Path) -> None:
    """For the tracker knows them no more."""
    with tracker_on(path, keep=timedelta(days=1)) as tracker:
        tracker.observe(item("tide"))
        tracker.forget(item("tide")["TrainingJobArn"])
    assert lines(path)[3].startswith("tide†  Completed/Completed  succeeded")
    assert "† 1 forgotten by the tracker, and kept for now" in lines(path)
    assert "  forgotten by the tracker 2026-11-27 12:00:00, and kept for now" in lines(
        path, "--job", "tide"
    )


def test_a_journal_that_is_in_use(path: Path) -> None:
    """It is read along, and says that it was not closed."""
    with tracker_on(path, BOOKS) as tracker:
        tracker.observe(item("tide"))
        found = lines(path)
    assert found[0].startswith(f"{path}: 1 job,")
    assert found[1] == "not closed: a tracker has it now, or ended without closing it"


def test_jobs_of_another_life_cycle(path: Path) -> None:
    """Where they stand is told, in words; what that means this command does not know."""
    with Tracker(PARCELS, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe(parcel("packed", "packed", at=5))
        tracker.observe(parcel("packed", "packed", at=9, insured=True, cheap=True))
    found = lines(path)
    assert "judged by parcel" in found[0]
    assert found[3].split()[1] == "packed"
    (name,) = {each["job"]["id"] for each in events(path)}
    story = lines(path, "--job", name)
    assert story[0].endswith("  packed")
    assert any("because: (" in line for line in story)


# --- Since --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "names"),
    [
        ("90min", ["runs-1"]),
        ("150 min", ["runs-2", "runs-1"]),
        ("1d", ["runs-9", "runs-2", "runs-1"]),
        ("3600s", ["runs-1"]),
        ("2026-11-27T09:00Z", ["runs-2", "runs-1"]),
        ("2026-11-27T11:00+02:00", ["runs-2", "runs-1"]),
        ("2026-11-27", ["runs-9", "runs-2", "runs-1"]),
        ("2h", ["runs-2", "runs-1"]),
    ],
)
def test_since(path: Path, since: str, names: list[str]) -> None:
    """Only jobs that changed since then, in any way of naming a time; naive ones are UTC."""
    written(path, *(each for each in many() if each["TrainingJobName"].startswith("runs")))
    assert [line.split()[0] for line in lines(path, "--since", since)[3:-2]] == names


def test_nothing_since(path: Path) -> None:
    """It says so."""
    written(path, *answers("completed.json"))
    assert lines(path, "--since", "2h")[2] == "no job has changed since 2026-11-27 10:00:00"


def test_since_narrows_what_many_jobs_are_counted(path: Path) -> None:
    """And those that are listed with --all."""
    recent = [{**each, "LastModifiedTime": ago(1)} for each in many()]
    written(path, *answers("completed.json"), *recent)
    assert not any("lighthouse" in line for line in lines(path, "--all", "--since", "2h"))


@pytest.mark.parametrize("since", ["yesterday", "2h 3min", "999999d", "9999-12-31T23:59-23:00", ""])
def test_no_time(path: Path, since: str) -> None:
    """It ends with exit code 2, and says how to name one."""
    ran = jobstate("history", path, "--since", since)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "is no time: give 30min, 2h, 7d" in " ".join(ran.stderr.split())


# --- Listeners ----------------------------------------------------------------------------------


def test_how_listeners_are(path: Path) -> None:
    """How many events each is behind, and of which jobs it hears no more, and why; escaped."""
    written(path, SERIES[0], listeners=(BOOKS, PAGER, Subscription(name="digest", listener=hear)))
    written(path, *SERIES[1:], listeners=(BOOKS, PAGER))
    behind = len(whole()) - 2
    assert lines(path, "--listeners") == [
        "listener  behind  parked  told again",
        "books          0       0           0",
        f"digest         {behind}       0           0",
        "pager          0       1           0",
        "",
        "pager hears no more of 1 job:",
        f"  lighthouse-2026-10-16: {PARKED.format(behind + 1)}",
    ]


def test_listeners_as_json(path: Path) -> None:
    """A line per listener, for programs that watch them."""
    written(path, *SERIES, listeners=(PAGER,))
    (line,) = lines(path, "--listeners", "--format", "json")
    found = json.loads(line)
    (held,) = found.pop("held")
    assert found == {"listener": "pager", "behind": 0, "cursor": len(whole())}
    assert (held["first"], held["attempts"], held["parked"]) == (2, 2, "2026-11-27T12:00:00Z")
    assert held["job"]["id"].endswith("lighthouse-2026-10-16")


def test_many_parked_jobs(path: Path) -> None:
    """The first are listed; with --listeners all of them."""
    written(path, *many(MANY_PARKED + 2), listeners=(BOOKS,))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO held SELECT 1, kind, id, created, row_id, 8, 'no', row_id FROM job"
        )
        connection.commit()
    assert "  … 2 more (--listeners lists them)" in lines(path)
    assert sum("parked since" in line for line in lines(path, "--listeners")) == MANY_PARKED + 2


def test_what_is_told_again_or_had_no_room(path: Path) -> None:
    """A held job says in which of the ways it is held."""
    written(path, *SERIES, listeners=(PAGER,))
    change = "UPDATE held SET parked = NULL, attempts = 0, error = ''"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    (line,) = (each for each in lines(path, "--job", "lighthouse-2026-10-16") if "room" in each)
    assert line == f"      told again, {len(whole()) - 1} events from 2 on, there was no room"


# --- One job ------------------------------------------------------------------------------------


def test_the_story_of_a_job(path: Path) -> None:
    """Its stays, what was found and when, and who has not heard what."""
    written(path, *SERIES, listeners=(BOOKS, PAGER))
    assert lines(path, "--job", "lighthouse-2026-10-16") == [
        "lighthouse-2026-10-16  Completed/Completed: succeeded, after 1 h 9 min",
        "  created 2026-10-16 06:00:11 UTC",
        "  arn:aws:sagemaker:eu-west-1:111122223333:training-job/lighthouse-2026-10-16",
        f"  {CONSOLE}lighthouse-2026-10-16",
        "  Starting     2026-10-16 06:00:11  1 min 44 s  =",
        "  Downloading             06:01:55        46 s   =",
        "  Training                06:02:42   1 h 6 min   ===============================",
        "  Uploading               07:09:10        15 s                                 =",
        "  Completed               07:09:25                                             |",
        "  “Training job completed”",
        "",
        "  Changes:",
        "    2026-10-16 06:00:12  first seen: InProgress/Starting",
        f"    2026-10-16 06:01:56  {P}/Starting → {P}/Downloading, perhaps directly (possible)",
        f"    2026-10-16 06:02:42  {P}/Downloading → {P}/Training, directly (exact)",
        f"    2026-10-16 07:09:25  {P}/Training → Completed/Completed, by way of Uploading (exact)",
        "",
        "  books has heard all of it",
        (
            "  pager has not heard 8 events from 2 on: changed to InProgress/Starting, changed to"
            " InProgress/Downloading, entered Downloading, entered Training, changed to"
            " InProgress/Training, entered Uploading, entered Completed, changed to"
            " Completed/Completed"
        ),
        f"      {PARKED.format(8)}",
    ]


def test_what_a_job_broke(path: Path) -> None:
    """Violations as `jobstate check` prints them, and unknown statuses, with who has not heard."""
    odd = item("odd", "InProgress", "Hibernating")
    written(path, *answers("broken/illegal-step.json"), odd, listeners=(PAGER,))
    text = "\n".join(lines(path, "--job", "lighthouse-broken-2"))
    assert "\n  error illegal-transition: entry 4 (Downloading) can't come after entry 3" in text
    assert "\n      at: SecondaryStatusTransitions[3]\n" in text
    assert "\n      because: Some legal run of the job explains what was seen" in text
    assert "told" not in text.partition("pager")[0]
    text = "\n".join(lines(path, "--job", "odd"))
    assert "unmodelled: job.secondary is Hibernating, which the life cycle did not know" in text


def test_findings_that_a_listener_has_not_heard(path: Path) -> None:
    """They are named like the rest."""
    written(path, item("tide"), listeners=(BOOKS,))
    odd = item("odd", "InProgress", "Hibernating")
    written(path, *answers("broken/illegal-step.json"), odd)
    (line,) = (each for each in lines(path, "--job", "odd") if "books" in each)
    assert "unmodelled Hibernating" in line
    (line,) = (each for each in lines(path, "--job", "lighthouse-broken-2") if "books" in each)
    assert "and 1 more" in line


def test_breaches_that_were_not_told(path: Path) -> None:
    """They are counted."""
    written(path, *answers("broken/illegal-step.json"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE job SET suppressed = 7")
        connection.commit()
    found = lines(path, "--job", "lighthouse-broken-2")
    assert "  and 7 violations more that were not told" in found


def test_a_note_makes_no_job_illegal(path: Path) -> None:
    """It stands among what a job breaks."""
    written(path, *answers("broken/plan-on-spot.json"), *many())
    found = lines(path)
    assert found[3] == "still running     5        1"
    assert any(line.endswith("  plan-with-spot") for line in found)


def test_a_long_story_is_cut(path: Path) -> None:
    """Of many changes both ends are printed, and how many lie between."""
    stays = [("Starting", 10.0), *[("Training", 10.0), ("Updating", 10.0)] * 40]
    polls = [
        described(*stays[: n + 1], LastModifiedTime=(BEGIN + timedelta(seconds=10 * n)).isoformat())
        for n in range(len(stays))
    ]
    written(path, *polls)
    found = lines(path, "--job", "tide")
    assert "    … 41 more …" in found
    assert len(found) < 100


def test_a_change_without_a_time(path: Path) -> None:
    """A list item may lack it; what has no time is shown whatever --since says."""
    written(path, item("tide"))
    found = lines(path, "--job", "tide", "--since", "1h")
    assert f"    {'':19}  first seen: Completed/Completed, surely" in "\n".join(found)


def test_a_story_since(path: Path) -> None:
    """Older changes and findings are left out, the history stays."""
    written(path, *SERIES)
    found = lines(path, "--job", "lighthouse-2026-10-16", "--since", "1h")
    assert found[4].startswith("  Starting")
    assert not any("Changes" in line for line in found)


def test_several_jobs(path: Path) -> None:
    """By name or arn, in the order first heard of; the same one once."""
    written(path, item("tide"), item("ebb"), item("flow"))
    arn = item("tide")["TrainingJobArn"]
    found = lines(path, "--job", "flow", "--job", arn, "--job", "tide")
    assert [line.split()[0] for line in found if "succeeded" in line] == ["tide", "flow"]


def test_a_job_that_is_not_there(path: Path) -> None:
    """Exit code 1 and near names, escaped; the others are told all the same."""
    written(path, item("tide-1"), item("tide-2"), item("flow"))
    ran = jobstate("history", path, "--job", "tide-3\x1b", "--job", "flow")
    assert ran.exit_code == 1
    assert ran.stdout.startswith("flow  Completed/Completed: succeeded")
    assert ran.stderr == f"{path}: no job is called tide-3\\x1b; near it: tide-2, tide-1\n"
    ran = jobstate("history", path, "--job", "zzz", "--format", "json")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"{path}: no job is called zzz; near it: tide-1, tide-2, flow\n"


def test_no_job_at_all(path: Path) -> None:
    """Then there is no near name either."""
    with tracker_on(path):
        pass
    ran = jobstate("history", path, "--job", "tide")
    assert (ran.exit_code, ran.stderr) == (1, f"{path}: no job is called tide, nor any other\n")


# --- The export ---------------------------------------------------------------------------------


def test_the_export(path: Path) -> None:
    """Every event as it was told, one per line with its number, in order."""
    other = answers("broken/illegal-step.json")
    written(path, *SERIES, *other)
    told = [each.to_dict() for each in whole(*SERIES, *other)]
    found = events(path)
    assert [each.pop("number") for each in found] == list(range(1, len(told) + 1))
    assert found == json.loads(json.dumps(told))


def test_the_export_of_some_jobs(path: Path) -> None:
    """In the order of all events, whichever job is named first."""
    polls = [described(*[("Starting", 5.0), ("Training", 5.0)][:n], name=name)
             for n in (1, 2) for name in ("one", "two", "three")]  # fmt: skip
    written(path, *polls)
    found = events(path, "--job", "three", "--job", "one")
    numbers = [each["number"] for each in found]
    assert numbers == sorted(numbers)
    assert [each["job"]["id"].rpartition("/")[2] for each in found] == [
        *("one", "one", "three", "three"),
        *("one", "one", "three", "three"),
    ]


def test_the_export_since(path: Path) -> None:
    """By the service's time of each event."""
    written(path, *SERIES)
    found = events(path, "--since", "2026-10-16T07:09:09Z")
    assert [each.get("status", each.get("target")) for each in found] == [
        "Uploading",
        "Completed",
        "Completed/Completed",
    ]


def test_hostile_words(path: Path) -> None:
    """Whatever a journal holds, a terminal shows it and does nothing else."""
    evil = "\x1b[2J\u202etide\n"
    answer = described(("Starting", 5), (evil, 1), LastModifiedTime=BEGIN.isoformat())
    answer["SecondaryStatus"] = evil
    written(path, answer, item("two", evil, evil), listeners=(PAGER,))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE listener SET name = ?", (evil,))
        connection.execute("UPDATE kind SET version = ?", (evil,))
        connection.commit()
    for options in ((), ("--job", "tide", "--job", "two"), ("--listeners",), ("--format", "json")):
        ran = jobstate("history", path, *options)
        assert ran.exit_code == 0
        assert all(line.isprintable() for line in ran.stdout.split("\n"))


# --- How it ends --------------------------------------------------------------------------------


def test_what_can_not_be_read(path: Path) -> None:
    """One clear line, and exit code 2."""
    ran = jobstate("history", path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    problem = "can't be opened: No such file or directory; see that it is there and can be read"
    assert ran.stderr == f"the journal {str(path)!r} {problem}\n"
    path.write_text("{}" * 99)
    ran = jobstate("history", path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert "file is not a database" in ran.stderr


def test_what_can_be_read_of_a_damaged_file(path: Path) -> None:
    """It is printed before the line that says that the rest can't be."""
    written(path, *SERIES)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE event SET body = '{' WHERE number = 5")
        connection.commit()
    ran = jobstate("history", path, "--format", "json")
    assert ran.exit_code == 2
    assert [json.loads(line)["number"] for line in ran.stdout.splitlines()] == [1, 2, 3, 4]
    assert "is damaged: event[5].body: expected an object, got '{'" in ran.stderr


def test_options_that_exclude_each_other(path: Path) -> None:
    """They end it with exit code 2."""
    ran = jobstate("history", path, "--job", "tide", "--listeners")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "exclude each other" in ran.stderr


@pytest.mark.skipif(os.name != "posix", reason="a pipe of POSIX")
def test_a_reader_that_goes_away(path: Path) -> None:
    """``| head`` ends it without a word."""
    with tracker_on(path) as tracker:
        tracker.observe_all([item(f"job-{number}") for number in range(2000)])
    with subprocess.Popen(  # noqa: S603 - the command itself
        [*PROGRAM, str(path), "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        assert program.stderr
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 141


def test_interrupted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it without a word."""
    written(path, item("tide"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(JournalReader, "events", interrupted)
    ran = jobstate("history", path, "--format", "json")
    assert (ran.exit_code, ran.output) == (130, "")


# --- Kinds --------------------------------------------------------------------------------------


def test_a_journal_of_another_kind(tmp_path: Path) -> None:
    """It says itself whose jobs it has, so what they came to is told."""
    path = tmp_path / "jobs.db"
    with Tracker(BATCH_JOB, journal=Journal(path)) as tracker:
        tracker.observe(
            {
                "jobId": "0b0b7c58",
                "jobName": "nightly",
                "status": "FAILED",
                "createdAt": 1_790_000_000_000,
                "isTerminated": True,
            }
        )
    found = jobstate("history", path)
    assert found.exit_code == 0
    assert "aws-batch-job" in found.stdout
    assert re.search(r"FAILED +stopped", found.stdout)
