"""``jobstate check``: what it reads, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import check
from jobstate.cli import answers as module
from jobstate.cli.commands.check import MANY_JOBS
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import job_lines
from jobstate.common.text import MOST_NAMES
from jobstate.model import Basis, Finding, Rule
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS, BROKEN, described, item, jobstate, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate import Observation
    from jobstate.model.specification import Specification

ENDED = "2026-03-04T05:36:07Z"
WHY = {"FailureReason": f"ClientError: {'a' * 500}"}
PROGRAM = (sys.executable, "-m", "jobstate.cli", "check")


def loaded(path: Path) -> Any:
    """Return what a file says."""
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(*answers: object, options: tuple[str, ...] = ()) -> str:
    """Return what is printed of answers given as JSON Lines."""
    lines = "".join(f"{json.dumps(answer)}\n" for answer in answers)
    return str(jobstate("check", *options, "-", stdin=lines).stdout)


# --- What is printed of a job -------------------------------------------------------------------


def test_the_story_of_a_job() -> None:
    """What came of it first; which job it is, where to look, and a timeline in proportion."""
    ran = jobstate("check", ANSWERS / "stopped.json")
    assert ran.stdout.splitlines() == [
        (
            "lighthouse-sweep-17  Stopped/Stopped: stopped (stop_requested), not a success,"
            " after 33 min 44 s"
        ),
        "  created 2026-10-07 13:20:02 UTC",
        "  arn:aws:sagemaker:eu-west-1:111122223333:training-job/lighthouse-sweep-17",
        "  https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/lighthouse-sweep-17",
        "  Starting     2026-10-07 13:20:02  1 min 41 s  ==",
        "  Downloading             13:21:43        45 s    =",
        "  Training                13:22:28  30 min 4 s    =============================",
        "  Stopping                13:52:32   1 min 1 s                                 =",
        "  Uploading               13:53:33        12 s                                 =",
        "  Stopped                 13:53:45                                             |",
        "  “Training job stopped”",
        "",
        "1 job, 1 answer: all legal",
    ]
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_what_runs_is_marked() -> None:
    """The last entry of a job that goes on has no length, and its bar ends in an arrow."""
    line = jobstate("check", ANSWERS / "waiting.json").stdout.splitlines()[5]
    assert line.startswith("  Pending")
    assert "running" in line
    assert line.endswith(">")


def test_what_runs_reaches_to_what_is_known() -> None:
    """A running entry lasts at least until the record was last modified."""
    answer = described(("Starting", 10), ("Training", 0), LastModifiedTime="2026-03-04T05:06:57Z")
    assert text_of(answer).splitlines()[4:6] == [
        "  Starting  2026-03-04 05:06:07     10 s  ======",
        "  Training             05:06:17  running        =========================>",
    ]


def test_a_new_day_is_printed() -> None:
    """The date stands where it changes, and nowhere else."""
    lines = jobstate("check", ANSWERS / "timed-out.json").stdout.splitlines()[4:10]
    assert ["2026-10-" in line for line in lines] == [True, False, False, True, False, False]


def test_a_source_without_ends() -> None:
    """Where EndTime is left out, an entry lasts until the next one begins."""
    answer = described(("Starting", 90), ("Downloading", 0.5), ("Training", 0))
    starting, downloading, *_ = text_of(answer).splitlines()[4:]
    assert "  1 min 30 s  ====" in starting
    assert "  < 1 s  " in downloading


def test_times_that_go_back() -> None:
    """A timeline of an impossible history is printed too, not refused."""
    answer = described(("Starting", 60), ("Downloading", -90), ("Training", 0))
    assert "-1 min 30 s" in text_of(answer)


def test_no_time_at_all() -> None:
    """A history without any length has a timeline."""
    assert text_of(described(("Starting", 0))).splitlines()[4].endswith("running  >")


def test_a_long_history_is_cut() -> None:
    """Its ends are printed, the middle is counted."""
    stays = [("Training", 1.0), ("Updating", 1.0)] * 50
    lines = text_of(described(("Starting", 1), ("Downloading", 1), *stays)).splitlines()
    assert "  … 62 more …" in lines
    assert len(lines) < 50


def test_a_list_item_has_no_timeline() -> None:
    """What a list says is told, and nothing made up."""
    assert text_of(item("tide", "Stopped")).splitlines() == [
        "tide  Stopped: stopped, cause unknown, not a success",
        "  created 2026-03-04 05:06:07 UTC",
        "  arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide",
        "  https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/tide",
        "",
        "1 job, 1 answer: all legal",
    ]


@pytest.mark.parametrize(
    ("primary", "secondary", "words"),
    [
        ("InProgress", "Training", "still running"),
        ("Completed", "Completed", "succeeded"),
        ("Failed", "Failed", "failed, cause unknown"),
        ("Stopped", "MaxWaitTimeExceeded", "timed out (max_wait), not a success"),
        ("Deleting", "Completed", "succeeded; being deleted"),
        ("Hibernating", None, "outcome unknown"),
    ],
)
def test_outcomes_in_words(primary: str, secondary: str | None, words: str) -> None:
    """Every outcome says what it is, and what is no success says so."""
    status = primary if secondary is None else f"{primary}/{secondary}"
    assert f"tide  {status}: {words}" in text_of(item("tide", primary, secondary)).splitlines()


# --- Series -------------------------------------------------------------------------------------


def test_what_each_answer_brought() -> None:
    """Entries and changes stand under the answer that told them, with the way and how sure."""
    lines = jobstate("check", "-", stdin=(ANSWERS / "series.jsonl").read_bytes()).stdout
    story = lines.partition("What each answer brought:\n")[2].partition("\n\n")[0].splitlines()
    assert story == [
        "    <stdin>:1",
        "      entered Starting",
        "      first seen: InProgress/Starting",
        "    <stdin>:2",
        "      InProgress/Starting → InProgress/Downloading, perhaps directly (possible)",
        "    <stdin>:3",
        "      entered Downloading, Training",
        "      InProgress/Downloading → InProgress/Training, directly (exact)",
        "    <stdin>:5",
        "      entered Uploading, Completed",
        "      InProgress/Training → Completed/Completed, by way of Uploading (exact)",
        "    1 answer brought no new status",
    ]


def test_a_way_that_is_only_inferred_says_so() -> None:
    """And one that is certain, but perhaps not all, says that."""
    text = text_of(item("tide", "InProgress", "Starting"), item("tide", "Stopped", "Stopped"))
    assert "InProgress/Starting → Stopped/Stopped, " in text
    restarted = text_of(
        item("tide", "InProgress", "Training"),
        item("tide", "InProgress", "Restarting"),
        item("tide", "InProgress", "Starting"),
        options=("--given", "stop=no"),
    )
    assert "perhaps directly (possible, inferred)" in restarted


def test_the_pool_moves_beside_the_job() -> None:
    """Changes of the warm pool name it; a move that no legal way explains says so."""
    text = jobstate("check", BROKEN / "pool-comes-back.jsonl").stdout
    assert "warm pool first seen: Terminated, surely by way of InUse (certain)" in text
    assert "warm pool Terminated → Available, no legal way is known" in text


def test_several_files_are_one_series(tmp_path: Path) -> None:
    """Answers about one job are judged in the order of the files."""
    for number, line in enumerate((ANSWERS / "series.jsonl").read_bytes().splitlines(), start=1):
        (tmp_path / f"{number}.json").write_bytes(line)
    files = sorted(tmp_path.iterdir())
    forward, back = jobstate("check", *files), jobstate("check", *reversed(files))
    assert "1 job, 5 answers: all legal" in forward.stdout
    assert (forward.exit_code, back.exit_code) == (0, 1)


# --- Violations ---------------------------------------------------------------------------------


def test_a_violation_says_what_was_allowed_and_why() -> None:
    """Rule, severity, message, place, what was allowed, the rule's words, basis and source."""
    ran = jobstate("check", BROKEN / "warm-pool-with-spot.json")
    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[10:] == [
        "",
        "  error warm-pool-with-spot: the job shows spot and warm pool, which exclude each other",
        f"      at: {BROKEN / 'warm-pool-with-spot.json'}:1, features",
        "      allowed: no spot, no warm pool",
        "      because: A job on managed spot training has no warm pool. (documented; WARM)",
        "",
        "WARM: SageMaker developer guide, “Train using managed warm pools”",
        "",
        "1 job, 1 answer: 1 illegal (1 error)",
    ]


def test_what_was_allowed_is_cut() -> None:
    """Nobody reads thirty statuses."""
    text = jobstate("check", BROKEN / "pool-in-use-after-the-end.json").stdout
    allowed = next(line for line in text.splitlines() if "allowed:" in line)
    assert len(allowed.split(", ")) == MOST_NAMES
    assert allowed.endswith(" more")


def test_a_rule_of_ones_own() -> None:
    """A rule that names nothing allowed, in a life cycle of a user's own, is printed too."""

    def ebbs(_: Specification, observation: Observation) -> Iterator[Finding]:
        yield Finding(message=f"{observation.job.id[-4:]} is no ebb")

    rule = Rule(id="ebb", summary="Jobs ebb.", basis=Basis.INFERRED, source="me", tests=(ebbs,))
    report = check(TRAINING_JOB.evolve(add_rules=[rule]), item("tide"))
    assert list(job_lines(report, Paint()))[-3:] == [
        "  error ebb: tide is no ebb",
        "      at: the answer",
        "      because: Jobs ebb. (inferred; me)",
    ]


def test_notes_and_news_break_nothing() -> None:
    """A note and an unmodelled status are printed and counted; the job stays legal."""
    ran = jobstate("check", BROKEN / "plan-on-spot.json")
    assert (ran.exit_code, "note plan-with-spot: " in ran.stdout) == (0, True)
    assert ran.stdout.endswith("all legal (1 note)\n")
    ran = jobstate("check", "-", stdin=json.dumps(item("tide", "InProgress", "Hibernating")))
    assert "unmodelled: job.secondary is Hibernating, which sagemaker-training-job" in ran.stdout
    assert ran.stdout.endswith("all legal (1 unmodelled status)\n")
    assert ran.exit_code == 0


def test_strict() -> None:
    """With --strict, notes and unmodelled statuses count."""
    ran = jobstate("check", "--strict", BROKEN / "plan-on-spot.json")
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (
        1,
        "1 job, 1 answer: 1 illegal (1 note)",
    )
    hibernating = json.dumps(item("tide", "InProgress", "Hibernating"))
    assert jobstate("check", "--strict", "-", stdin=hibernating).exit_code == 1
    assert jobstate("check", "--strict", ANSWERS / "completed.json").exit_code == 0


# --- Options ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["no", "false", "No", "FALSE"])
def test_given(value: str) -> None:
    """What is assumed proves more, and every verdict names it."""
    file = ANSWERS / "spot-interrupted.json"
    assert jobstate("check", file).exit_code == 0
    assert jobstate("check", "--given", f"spot={value}", file).exit_code == 1
    assert verdicts("--given", f"spot={value}", file)[0]["given"] == {"spot": False}


@pytest.mark.parametrize("value", ["yes", "true"])
def test_given_yes(value: str) -> None:
    """A feature can be assumed too, and several at once."""
    options = ("--given", f"spot={value}", "--given", "stop=no", "--given", f"spot={value}")
    assert jobstate("check", *options, ANSWERS / "spot-interrupted.json").exit_code == 0


def test_ignore() -> None:
    """A rule that is switched off is broken by nobody, and the verdict's version says so."""
    options = ("--ignore", "warm-pool-with-spot")
    file = BROKEN / "warm-pool-with-spot.json"
    assert jobstate("check", *options, file).exit_code == 0
    assert "without.warm-pool-with-spot" in verdicts(*options, file)[0]["lifecycle"]["version"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--given", "spott=no"), "no feature 'spott' (did you mean spot?); there is"),
        (("--given", "spot"), "spot is not FEATURE=yes or FEATURE=no"),
        (("--given", "spot=maybe"), "spot=maybe is not FEATURE=yes or FEATURE=no"),
        (("--given", "spot=no", "--given", "spot=yes"), "spot can't be both yes and no"),
        (("--given", "spot=yes", "--given", "warm_pool=yes"), "no job is spot=yes, warm_pool=yes"),
        (("--given", "\x1b[2Jspot"), "\\x1b[2Jspot is not"),
        (("--ignore", "no-such-rule"), "illegal-pair, illegal-start, illegal-transition"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
)
def test_wrong_options(options: tuple[str, ...], words: str) -> None:
    """They end it with exit code 2, and say what there is."""
    ran = jobstate("check", *options, ANSWERS / "completed.json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


def test_nothing_to_read() -> None:
    """Without a file there is no verdict."""
    assert jobstate("check").exit_code == 2


# --- What is read -------------------------------------------------------------------------------


def test_any_mixture(tmp_path: Path) -> None:
    """Describe answers, lists, summaries, events, arrays of these: one file or many, or a pipe."""
    array = tmp_path / "array.json"
    array.write_text(
        json.dumps([loaded(ANSWERS / "failed.json"), item("tide")], indent=1), encoding="utf-8"
    )
    files = ("-", array, ANSWERS / "list.json", ANSWERS / "event.json", ANSWERS / "series.jsonl")
    found = verdicts(*files, stdin=(ANSWERS / "completed.json").read_bytes())
    names = [each["job"]["id"].rpartition("/")[2] for each in found]
    assert names == [
        *("lighthouse-2026-10-05", "lighthouse-2026-10-06", "tide", "lighthouse-2026-10-14"),
        *("lighthouse-tune-1", "lighthouse-sweep-18", "lighthouse-2024-08-01"),
        *("lighthouse-2026-10-15", "lighthouse-2026-10-16"),
    ]
    assert [each["answers"] for each in found] == [2, 2, 1, 1, 1, 1, 1, 1, 5]
    assert all(each["legal"] for each in found)


def test_where_an_answer_came_from() -> None:
    """File and line, and the path in the document where it holds several."""
    two = {"TrainingJobSummaries": [item("tide", "InProgress"), item("ebb", "InProgress")]}
    both = verdicts("-", stdin=f"{json.dumps(two)}\n{json.dumps(item('ebb'))}\n")
    assert [[change["where"] for change in each["changes"]] for each in both] == [
        ["<stdin>:1 TrainingJobSummaries[1]", "<stdin>:2"],  # it has ended
        ["<stdin>:1 TrainingJobSummaries[0]"],
    ]


def test_json_is_the_report() -> None:
    """One line per job, the same as the library gives."""
    for name in ("completed.json", "list.json", "event.json"):
        lines = verdicts(ANSWERS / name)
        if len(lines) == 1:
            report = check(TRAINING_JOB, loaded(ANSWERS / name))
            expected = json.loads(json.dumps(report.to_dict()))
            for each in (*expected["changes"], *expected["steps"]):
                each["where"] = f"{ANSWERS / name}:1"
            assert lines == [expected]
        else:
            assert len(lines) == 6


def test_nothing_in_a_page() -> None:
    """A list of no jobs is read, and there is nothing to judge."""
    ran = jobstate("check", "-", stdin='{"TrainingJobSummaries": []}')
    assert (ran.exit_code, ran.stdout) == (0, "0 answers judged\n")


# --- What can't be read -------------------------------------------------------------------------


def test_every_problem_with_its_place() -> None:
    """An answer that can't be read is told with file, line and every problem's path."""
    ran = jobstate("check", BROKEN / "unreadable.json")
    head, *problems = ran.stderr.splitlines()
    assert head == f"{BROKEN / 'unreadable.json'}:1: 6 problems"
    assert [line.split(":")[0] for line in problems] == [
        f"  - {path}"
        for path in (
            *("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime"),
            *("WarmPoolStatus.Status", "WarmPoolStatus.ReusedByJob"),
        )
    ]
    assert ran.stdout == "0 answers judged (1 unusable input)\n"
    assert ran.exit_code == 2


def test_the_rest_is_judged() -> None:
    """What can be read is judged and printed, whatever stands around it; the exit code is 2."""
    page = {"TrainingJobSummaries": [item("tide"), {**item("ebb"), "CreationTime": None}]}
    lines = f"{json.dumps(item('flow'))}\nnonsense\n5\n{json.dumps(page)}\n"
    ran = jobstate("check", "-", stdin=lines)
    assert ran.stdout.endswith("2 jobs, 2 answers: all legal (3 unusable inputs)\n")
    assert [line.split(": ")[:2] for line in ran.stderr.splitlines()] == [
        ["<stdin>:2", "is no JSON at line 2, column 1"],
        ["<stdin>:3", "the answer"],
        ["<stdin>:4", "TrainingJobSummaries[1].CreationTime"],
    ]
    assert ran.exit_code == 2


def test_unusable_input_outweighs_violations(tmp_path: Path) -> None:
    """Both are told; the exit code is that of what could not be judged at all."""
    ran = jobstate("check", tmp_path, tmp_path / "none.json", BROKEN / "illegal-step.json")
    assert ran.stderr.splitlines() == [
        f"{tmp_path}: Is a directory",
        f"{tmp_path / 'none.json'}: No such file or directory",
    ]
    assert "error illegal-transition" in ran.stdout
    assert ran.exit_code == 2


# --- Hostile words ------------------------------------------------------------------------------


def is_plain(text: str) -> bool:
    """Return whether nothing in a text can do more to a terminal than to be read."""
    return all(line.isprintable() for line in text.split("\n"))


@given(
    status=st.text(min_size=1, max_size=40), message=st.text(max_size=80), file=st.text(max_size=9)
)
def test_hostile_words(status: str, message: str, file: str) -> None:
    """Whatever a status or message holds, a terminal shows it and does nothing else."""
    answer = described(("Starting", 5), (status, 0))
    answer["SecondaryStatusTransitions"][-1]["StatusMessage"] = message
    lines = f"{json.dumps(answer)}\n{json.dumps(item('tide', status, status))}\n"
    for options in ((), ("--format", "json")):
        ran = jobstate("check", *options, "-", f"/nowhere/{file.replace(chr(0), '')}", stdin=lines)
        assert is_plain(ran.stdout)
        assert is_plain(ran.stderr)


def test_escapes_are_spelled() -> None:
    """So one sees that there is something."""
    text = text_of(item("tide", "\x1b[2J\u202eInProgress"))
    assert "\\x1b[2J\\u202eInProgress: outcome unknown" in text


def test_a_terminal_that_knows_few_characters() -> None:
    """What it can't show is escaped, and nothing fails."""
    ran = subprocess.run(  # noqa: S603 - the command itself
        [*PROGRAM, str(ANSWERS / "series.jsonl")],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"\\u2192 InProgress/Training" in ran.stdout


# --- Many jobs ----------------------------------------------------------------------------------


def many() -> str:
    """Return more jobs than are printed in full: some should be looked at."""
    jobs = [item(f"job-{number}") for number in range(MANY_JOBS + 1)]
    jobs += [item("odd", "InProgress", "Completed"), loaded(BROKEN / "plan-on-spot.json")]
    jobs += [item("late", "Stopped", "MaxRuntimeExceeded"), item("halt", "Stopped", "Stopped")]
    jobs.append({**item("lost", "Failed", "Failed"), "TrainingEndTime": ENDED, **WHY})
    return "".join(f"{json.dumps(job)}\n" for job in jobs)


def test_many_jobs_are_counted() -> None:
    """Beyond twenty each that failed, timed out or is odd has its line; all are counted."""
    ran = jobstate("check", "-", stdin=many())
    assert "job-3" not in ran.stdout
    assert "\n  error illegal-pair: " in ran.stdout
    assert "\n  note plan-with-spot: " in ran.stdout
    named = [line for line in ran.stdout.splitlines() if re.match(r"[\w-]+  \w+/\w+: ", line)]
    assert [line.split()[0] for line in named] == ["odd", "lighthouse-broken-25", "late", "lost"]
    reason = "ClientError: " + "a" * (120 - len("ClientError: ") - 1) + "…"
    assert named[2:] == [
        "late  Stopped/MaxRuntimeExceeded: timed out (max_runtime), not a success",
        f"lost  Failed/Failed: failed (client), after 30 min: “{reason}”",
    ]
    table = [
        "outcome        jobs  illegal",
        "still running     2        1",
        "succeeded        21        0",
        "failed            1        0",
        "stopped           1        0",
        "timed out         1        0",
    ]
    assert "\n".join(["", *table, ""]) in ran.stdout
    assert ran.stdout.endswith("\n26 jobs, 26 answers: 1 illegal (1 error, 1 note)\n")


def test_many_jobs_that_are_as_they_should_be() -> None:
    """Are only counted."""
    jobs = "".join(f"{json.dumps(item(f'job-{number}'))}\n" for number in range(30))
    assert jobstate("check", "-", stdin=jobs).stdout.startswith("outcome    jobs  illegal\n")


def test_all() -> None:
    """With --all every job is printed in full."""
    ran = jobstate("check", "--all", "-", stdin=many())
    assert all(f"training-job/job-{number}\n" in ran.stdout for number in range(MANY_JOBS + 1))


# --- Outcomes -----------------------------------------------------------------------------------


def names_in(text: str) -> list[str]:
    """Return the jobs that have a headline."""
    return re.findall(r"^([\w-]+)  \w+/?\w*: ", text, re.MULTILINE)


def test_jobs_of_an_outcome() -> None:
    """Only they are printed, in full; the verdict is on all."""
    ran = jobstate("check", "--outcome", "failed, timed_out", "-", stdin=many())
    assert names_in(ran.stdout) == ["late", "lost"]
    assert ran.stdout.count("  created ") == 2
    assert ran.stdout.splitlines()[-1].startswith("26 jobs, 26 answers: 1 illegal ")
    assert ran.exit_code == 1
    found = verdicts("--outcome", "timed_out", "-", stdin=many())
    assert [each["job"]["id"].rpartition("/")[2] for each in found] == ["late"]


def test_many_jobs_of_an_outcome() -> None:
    """Have a line each, and with --all their stories."""
    ran = jobstate("check", "--outcome", "succeeded", "-", stdin=many())
    assert names_in(ran.stdout) == [f"job-{number}" for number in range(MANY_JOBS + 1)]
    assert "created" not in ran.stdout
    ran = jobstate("check", "--outcome", "succeeded", "--all", "-", stdin=many())
    assert ran.stdout.count("  created ") == MANY_JOBS + 1


@pytest.mark.parametrize("option", ["--outcome", "--exit-on"])
@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("faild", "failed"), ("failed,timed-out", "timed_out"), ("Stopped", "stopped")],
)
def test_an_outcome_that_there_is_not(option: str, wrong: str, meant: str) -> None:
    """Is refused with what may be meant."""
    ran = jobstate("check", option, wrong, "-")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"(did you mean {meant}?); there is: failed, partial, running" in ran.stderr
    assert jobstate("check", option, "", "-").exit_code == 2


@pytest.mark.parametrize(
    ("files", "exit_code"),
    [
        (["failed.json"], 3),
        (["timed-out.json", "completed.json"], 3),
        (["completed.json", "stopped.json"], 0),
        (["failed.json", "broken/illegal-step.json"], 1),
        (["failed.json", "none.json", "broken/illegal-step.json"], 2),
    ],
)
def test_an_exit_code_for_scripts(files: list[str], exit_code: int) -> None:
    """3 where a job came to that; what is illegal, and what can't be read, weighs more."""
    paths = [ANSWERS / name for name in files]
    assert jobstate("check", "--exit-on", "failed,timed_out", *paths).exit_code == exit_code
    selected = ("--outcome", "running", "--format", "json")
    ran = jobstate("check", "--exit-on", "failed,timed_out", *selected, *paths)
    assert (ran.exit_code, ran.stdout) == (exit_code, "")


@pytest.mark.parametrize(
    ("primary", "secondary", "code"),
    [
        ("Completed", "Completed", "\x1b[32m"),
        ("Failed", "Failed", "\x1b[31m"),
        ("Stopped", "MaxRuntimeExceeded", "\x1b[31m"),
        ("Stopped", "Stopped", "\x1b[33m"),
        ("Hibernating", None, "\x1b[33m"),
        ("InProgress", "Training", ""),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_an_outcome_has_its_own_colour(
    primary: str,
    secondary: str | None,
    code: str,
    broken: bool,  # noqa: FBT001 - a table
) -> None:
    """None is red because a rule is broken, nor green because none is."""
    wrong = (
        {"FailureReason": "?"}
        if primary != "Failed"
        else {"TrainingEndTime": "2020-01-01T00:00:00Z"}
    )
    report = check(TRAINING_JOB, {**item("tide", primary, secondary), **(wrong if broken else {})})
    (head, *_), plain = job_lines(report, Paint(wanted=True)), next(job_lines(report, Paint()))
    words = re.split(", after |: “", plain.partition(": ")[2])[0]
    painted = f"{code}{words}\x1b[0m" if code else words
    assert head.partition(": ")[2].startswith(painted)


# --- How it ends --------------------------------------------------------------------------------


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it without a word, as shells expect it."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Answers, "read", interrupted)
    ran = jobstate("check", "-")
    assert (ran.exit_code, ran.output) == (130, "")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT reach the programs that a test starts: in the background, shells ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.usefixtures("interruptible")
def test_interrupted_for_real() -> None:
    """A program that waits for input ends at the signal that Ctrl-C sends."""
    with subprocess.Popen(  # noqa: S603 - the command itself
        [*PROGRAM, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdin
        assert program.stderr
        program.stdin.write(b"5\n")
        program.stdin.flush()
        assert b"expected an answer" in program.stderr.readline()  # so it reads by now
        program.send_signal(signal.SIGINT)
        assert program.wait() == 130
        assert program.stderr.read() == b""


@pytest.mark.skipif(os.name != "posix", reason="a pipe of POSIX")
def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """``| head`` ends it without a word."""
    file = tmp_path / "many.jsonl"
    file.write_text("".join(f"{json.dumps(item(f'job-{n}'))}\n" for n in range(2000)))
    with subprocess.Popen(  # noqa: S603 - the command itself
        [*PROGRAM, "--all", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        assert program.stderr
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 141


# --- Kinds --------------------------------------------------------------------------------------


def processed(**more: object) -> dict[str, object]:
    """Return an answer about a processing job that has ended."""
    return {
        "ProcessingJobName": "clean",
        "ProcessingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/clean",
        "ProcessingJobStatus": "Completed",
        "CreationTime": "2026-10-05T06:00:00Z",
        "ProcessingEndTime": "2026-10-05T06:10:00Z",
        **more,
    }


def test_a_mixture_of_kinds() -> None:
    """Each job is judged by the life cycle of its kind."""
    found = jobstate("check", "-", stdin=f"{json.dumps(processed())}\n{json.dumps(item('tide'))}")
    assert found.exit_code == 0
    assert "Completed: succeeded" in found.stdout
    assert "2 jobs, 2 answers: all legal" in found.stdout


def test_a_kind_of_its_own() -> None:
    """Where it is named answers of others are passed over."""
    found = jobstate("check", "--kind", "transform-job", "-", stdin=json.dumps(processed()))
    assert found.exit_code == 0
    assert found.stdout == "passed over: 1 ProcessingJob\n0 answers judged\n"


def test_sources_are_explained_by_the_kind() -> None:
    """Short names stand for what the job's own life cycle says."""
    broken = json.dumps(processed(FailureReason="?"))
    found = jobstate("check", "-", stdin=broken)
    assert "failure-reason-exactly-when-failed" in found.stdout
    assert "API: SageMaker API reference" in found.stdout


@pytest.mark.parametrize("option", ["--given", "--ignore"])
def test_options_are_for_the_kinds_that_have_them(option: str) -> None:
    """Others are judged as ever; what none has is an error."""
    known = {"--given": "spot=no", "--ignore": "completed-without-training"}[option]
    assert jobstate("check", option, known, "-", stdin=json.dumps(processed())).exit_code == 0
    unknown = {"--given": "sport=no", "--ignore": "completed"}[option]
    assert jobstate("check", option, unknown, "-", stdin=json.dumps(processed())).exit_code == 2


def test_little_is_known() -> None:
    """Of a job whose creation nobody told, and whose id says no region."""
    batch = {"jobId": "41d5", "jobName": "clean", "status": "RUNNING"}
    assert text_of(batch).splitlines()[:2] == ["41d5  RUNNING: still running", ""]


def test_a_rule_that_its_kind_does_not_have() -> None:
    """What another kind has is no help."""
    options = ("--kind", "transform-job", "--ignore", "artifacts-too-early")
    found = jobstate("check", *options, "-", stdin=json.dumps(processed()))
    assert found.exit_code == 2
    assert "no rule 'artifacts-too-early'" in found.stderr


def test_there_is_no_such_kind() -> None:
    """Those there are are named."""
    found = jobstate("check", "--kind", "dream", "-", stdin="{}")
    assert found.exit_code == 2
    assert "sagemaker-processing-job" in found.stderr


# --- Dictionaries that are no answers -------------------------------------------------------------


def test_partial() -> None:
    """Each has a verdict, by its name or else its place; those of one name are two jobs."""
    lines = [
        {"Status": "Failed", "Secondary": "Failed", "Failure": "AlgorithmError: exit code 1"},
        [{"Status": "Completed", "Name": "tide"}, {"Status": "InProgress", "Name": "tide"}],
    ]
    text = "\n".join(map(json.dumps, lines))
    found = verdicts("--partial", "-", stdin=text)
    assert [(each["job"]["id"], each["result"]["outcome"]) for each in found] == [
        ("partial <stdin>:1", "failed"),
        ("partial tide", "succeeded"),
        ("partial tide", "running"),
    ]
    ran = jobstate("check", "--partial", "-", stdin=text)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "“AlgorithmError: exit code 1”" in ran.stdout
    assert ran.stdout.endswith("\n3 jobs, 3 answers: all legal\n")
    assert jobstate("check", "-", stdin=text).exit_code == 2


def test_partial_of_a_kind() -> None:
    """Of the kind whose own name the status has, or that is named."""
    lines = '{"ProcessingJobStatus": "Completed"}\n{"Status": "FAILED"}\n'
    kinds = [each["job"]["kind"] for each in verdicts("--partial", "-", stdin=lines)]
    assert kinds == ["sagemaker-processing-job", "sagemaker-training-job"]
    found = verdicts("--partial", "--kind", "batch-job", "-", stdin='{"Status": "FAILED"}')
    assert [each["result"]["outcome"] for each in found] == ["failed"]


def test_partial_that_cant_be_judged() -> None:
    """What it lacks is told with its place, and the rest is judged."""
    zoneless = {"Status": "Failed", "CreationTime": "2026-03-04 05:06:07"}
    lines = f'[{{"Name": "tide"}}, {{"Status": "Completed"}}]\n{json.dumps(zoneless)}\n'
    ran = jobstate("check", "--partial", "-", stdin=lines)
    first, second = ran.stderr.splitlines()
    assert first.startswith("<stdin>:1: [0]: expected a status under one of the keys ")
    assert second.endswith("(--assume-utc reads it as UTC)")
    assert ran.exit_code == 2
    assert ran.stdout.endswith("\n1 job, 1 answer: all legal (2 unusable inputs)\n")
    assert len(verdicts("--partial", "--assume-utc", "-", stdin=lines)) == 2


def test_partial_that_is_illegal() -> None:
    """Ends as for any other job."""
    ran = jobstate(
        "check", "--partial", "-", stdin='{"Status": "Completed", "Secondary": "Training"}'
    )
    assert ran.exit_code == 1
    assert "error illegal-pair" in ran.stdout


def test_what_it_was_found_in() -> None:
    """Its path is told; of what nothing wraps there is none."""
    wrapped = json.dumps({"Messages": [{"Body": json.dumps(item("tide"))}]})
    assert (
        "\n  found in <stdin>:1 Messages[0].Body\n" in jobstate("check", "-", stdin=wrapped).stdout
    )
    bare = json.dumps({"TrainingJobSummaries": [item("tide")]})
    assert "found in" not in jobstate("check", "-", stdin=bare).stdout


def test_other_kinds_are_counted_in_one_line() -> None:
    """They are no error, and nothing is judged then; scripts can ask for answers."""
    others = "\n".join(
        json.dumps({"detail-type": "SageMaker Endpoint State Change", "detail": {"a": number}})
        for number in range(3)
    )
    ran = jobstate("check", "-", stdin=others)
    said = "passed over: 3 SageMaker Endpoint State Change\n0 answers judged\n"
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, said, "")
    ran = jobstate("check", "--require", "1", "-", stdin=others)
    assert (ran.exit_code, ran.stderr) == (2, "0 answers judged, but --require 1\n")
    assert jobstate("check", "--require", "1", "-", stdin=json.dumps(item("tide"))).exit_code == 0


def test_order_can_be_said() -> None:
    """What is wrapped comes in none, lines of bare answers do."""
    new = item("tide") | {"LastModifiedTime": "2026-03-04T07:00:00Z"}
    old = new | {"TrainingJobStatus": "InProgress", "LastModifiedTime": "2026-03-04T06:00:00Z"}
    lines = "\n".join(map(json.dumps, (new, old)))
    wrapped = "\n".join(json.dumps({"job": each}) for each in (new, old, new))
    assert jobstate("check", "-", stdin=lines).exit_code == 1
    assert jobstate("check", "--any-order", "-", stdin=lines).exit_code == 0
    ran = jobstate("check", "-", stdin=wrapped)
    assert ran.exit_code == 0
    assert "1 job, 2 answers: all legal" in ran.stdout
    assert jobstate("check", "--in-order", "-", stdin=wrapped).exit_code == 1


def test_json_is_printed_as_it_is_read() -> None:
    """A job that has ended while there is more to read; again, where that says more."""
    first, second = item("tide"), item("ebb")
    program = [sys.executable, "-m", "jobstate.cli", "check", "--format", "json", "-"]
    with subprocess.Popen(  # noqa: S603 - our own
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(f"{json.dumps(first)}\n")
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["job"]["id"] == first["TrainingJobArn"]
        copy, other = first, first | {"TrainingJobStatus": "Failed"}
        running.stdin.write("\n".join(map(json.dumps, (second, copy, other))))
        running.stdin.close()
        rest = [json.loads(line) for line in running.stdout]
    assert [each["job"]["id"] for each in rest] == [
        second["TrainingJobArn"],
        first["TrainingJobArn"],
    ]
    assert [each["legal"] for each in rest] == [True, False]
