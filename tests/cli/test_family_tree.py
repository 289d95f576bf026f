"""Families as `jobstate check` prints them: trees of verdicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import JobKey
from jobstate.cli.family_tree import MANY_CHILDREN, family_lines
from jobstate.cli.terminal import Paint
from jobstate.conformance import families
from tests.conformance.test_families import parcel
from tests.support.command import ANSWERS, item, jobstate, settled
from tests.support.relatives import ARRAY, SWEEP, TUNING, array, in_array, trained, tuning
from tests.support.small import BEGIN, PARCELS

CONSOLE = "https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/"

if TYPE_CHECKING:
    from typer.testing import Result

    from jobstate import Report


def checked(*answers: dict[str, Any], options: tuple[str, ...] = ()) -> Result:
    """Run the command on answers given as JSON Lines."""
    return jobstate(
        "check", *options, "-", stdin="".join(f"{json.dumps(one)}\n" for one in answers)
    )


def tree(*answers: dict[str, Any], options: tuple[str, ...] = ()) -> list[str]:
    """Return the lines from the count of children on, up to the next empty one."""
    lines: list[str] = checked(*answers, options=options).stdout.splitlines()
    begin = next(number for number, line in enumerate(lines) if " seen: " in line)
    return lines[begin : lines.index("", begin)]


def test_a_tuning_job_and_its_training_jobs() -> None:
    """The parent's story with what its children break, then each child's verdict in a line."""
    ran = checked(
        trained(1),
        tuning(Completed=1, NonRetryableError=1),
        trained(2),
        trained(3, "Failed", FailureReason="ClientError: no data"),
        trained(4, "InProgress"),
    )
    assert ran.stdout.splitlines() == [
        "sweep  Completed: succeeded, after 1 h",
        "  created 2026-10-05 06:00:00 UTC",
        f"  {SWEEP}",
        "  https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/hyper-tuning-jobs/sweep",
        "",
        (
            "  error children-are-counted: TrainingJobStatusCounters.Completed is 1,"
            " but 2 of its children succeeded"
        ),
        "      at: its children, TrainingJobStatusCounters.Completed",
        "      allowed: 2 or more",
        (
            "      because: Once it has ended, it counts each of its training jobs as what that"
            " came to. (inferred; API, TrainingJobStatusCounters: those launched, by status)"
        ),
        "",
        "  4 children seen: 1 still running, 2 succeeded, 1 failed",
        "  ├─ sweep-001-a301f0d0  Completed/Completed: succeeded, after 15 min",
        "  ├─ sweep-002-a301f0d0  Completed/Completed: succeeded, after 15 min",
        (
            "  ├─ sweep-003-a301f0d0  Failed/Failed: failed (client), after 15 min:"
            " “ClientError: no data”"
        ),
        (
            "  └─ sweep-004-a301f0d0  InProgress/Training: still running, for 15 min at least"
            " (last changed 2026-10-05 06:20:00 UTC)"
        ),
        "",
        "API: SageMaker API reference and botocore's sagemaker/2017-07-24 service model (1.44.8)",
        "",
        "5 jobs, 5 answers: 1 illegal (1 error)",
    ]
    assert ran.exit_code == 1


def test_a_parent_that_was_not_seen() -> None:
    """Is printed by its id; what is said of it by others is no verdict."""
    ran = checked(in_array(0), in_array(1, "FAILED", statusReason="Host EC2 terminated."))
    assert ran.stdout.splitlines() == [
        f"{ARRAY}  not seen",
        "",
        "  2 children seen: 1 succeeded, 1 failed",
        f"  ├─ {ARRAY}:0  SUCCEEDED: succeeded, after 1 min 30 s",
        (f"  └─ {ARRAY}:1  FAILED: failed (host_lost), after 1 min 30 s: “Host EC2 terminated.”"),
        "",
        "2 jobs, 2 answers: all legal",
    ]
    assert ran.exit_code == 0


def test_what_a_child_breaks_stands_below_it() -> None:
    """In full, as of any job."""
    wrong = trained(1, TrainingStartTime="2026-10-05T05:00:00Z")
    assert tree(wrong, tuning(Completed=1))[1:4] == [
        "  └─ sweep-001-a301f0d0  Completed/Completed: succeeded, after 15 min",
        (
            "       error times-out-of-order: TrainingStartTime (2026-10-05 05:00:00) is less than"
            " CreationTime (2026-10-05 06:05:00)"
        ),
        "           at: <stdin>:1, TrainingStartTime",
    ]


def test_every_child_in_full() -> None:
    """If that is asked for: each has its arn and when it was created."""
    lines = tree(tuning(Completed=1), trained(1), options=("--all",))
    assert lines == [
        "  1 child seen: 1 succeeded",
        "  └─ sweep-001-a301f0d0  Completed/Completed: succeeded, after 15 min",
        "       created 2026-10-05 06:05:00 UTC",
        f"       {trained(1)['TrainingJobArn']}",
        f"       {CONSOLE}sweep-001-a301f0d0",
    ]


def test_many_children() -> None:
    """Those that failed or break something, and a bearable number of others."""
    wrong = trained(50, TrainingStartTime="2026-10-05T05:00:00Z")
    failed = trained(60, "Failed", FailureReason="InternalServerError: sorry")
    children = [trained(each) for each in range(40)]
    lines = tree(tuning(Completed=41), *children, wrong, failed)
    assert lines[0] == "  42 children seen: 41 succeeded, 1 failed"
    named = [line[5:14] for line in lines if "sweep-" in line]
    assert named == [f"sweep-{each:03}" for each in [*range(MANY_CHILDREN), 50, 60]]
    assert lines[-1] == "  └─ 20 more, of which none failed, timed out or breaks anything"


def test_one_family_is_not_many_jobs() -> None:
    """Of many families only those members are named that need a look."""
    others = [item(f"other-{each}") for each in range(30)]
    assert "sweep" not in checked(tuning(Completed=1), trained(1), *others).stdout
    wrong = trained(1, TrainingStartTime="2026-10-05T05:00:00Z")
    lines = checked(tuning(Completed=1), wrong, *others).stdout.splitlines()
    assert lines[0] == "sweep-001-a301f0d0  Completed/Completed: succeeded, after 15 min"
    assert lines[1].startswith("  error times-out-of-order: ")
    assert not any(line.startswith("sweep  ") for line in lines)
    many = [in_array(each) for each in range(30)]
    assert tree(array(size=30), *many)[0] == "  30 children seen: 30 succeeded"


def test_jobs_without_links_are_printed_as_ever() -> None:
    """A file about one job: not a line more."""
    lines = jobstate("check", ANSWERS / "stopped.json").stdout.splitlines()
    assert lines[-2:] == ["", "1 job, 1 answer: all legal"]
    assert "children" not in "".join(lines)


def test_json_has_families() -> None:
    """A line per job, in the order first seen; children name their parent, which has the breach."""
    lines = [json.dumps(each) for each in (trained(1), tuning(Completed=0), trained(2))]
    first, parent, second = settled("-", stdin="\n".join(lines))
    assert first["parent"] == second["parent"] == {"kind": TUNING, "id": SWEEP}
    assert (parent["parent"], parent["job"]["id"]) == (None, SWEEP)
    (violation,) = parent["violations"]
    assert violation["rule"] == "children-are-counted"
    assert violation["where"] == "its children"
    assert not parent["legal"]


# --- Whatever answers say -------------------------------------------------------------------------


def printed(*reports: Report) -> list[str]:
    """Return the lines of the first family of some verdicts."""
    return list(family_lines(families(reports)[0], Paint(), every=False))


def test_a_loop_is_told() -> None:
    """And the tree ends."""
    lines = printed(parcel("a", "b"), parcel("b", "a"))
    assert lines[2:] == [
        "  circular: by the answers it belongs to itself or to a child of it",
        "",
        "  1 child seen: 1 still running",
        "  └─ b  packed: still running",
    ]
    assert printed(parcel("a", "a"))[2:] == lines[2:3]


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nb", "\u202egnp", "\ud800"])
def test_names_do_nothing_to_a_terminal(name: str) -> None:
    """Neither a child's nor a parent's that was not seen."""
    head, _, _, line = printed(parcel(name, f"{name}!"))
    escaped = name.encode("unicode_escape").decode()
    assert head == f"{escaped}!  not seen"
    assert line.startswith(f"  └─ {escaped}  packed")
    assert (head + line).isprintable()


def test_branches_are_indented_so_deep_only() -> None:
    """Ten thousand in a row are printed in lines that end, each once; what breaks too."""
    one = parcel("0")
    reports = [
        attrs.evolve(
            one,
            job_state=attrs.evolve(one.job_state, job=JobKey(PARCELS.name, str(name), BEGIN)),
            parent=JobKey(PARCELS.name, str(name - 1)) if name else None,
        )
        for name in range(10_000)
    ]
    lines = printed(*reports)
    assert sum("packed" in line for line in lines) == 10_000
    assert max(map(len, lines)) < 80
