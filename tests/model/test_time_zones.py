"""Times without a zone are made times in UTC where the schema has a time, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from jobstate import ObservationError, check
from jobstate.model import assume_utc
from jobstate.sagemaker import TRAINING_JOB, TUNING_JOB
from tests.support.command import ANSWERS, described, item, jobstate
from tests.support.relatives import tuning

SCHEMA = TRAINING_JOB.schema
assert SCHEMA is not None
ZONED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=2)))


def assumed(**changes: object) -> Any:
    """Return an answer with changes, as it is where UTC is assumed."""
    assert SCHEMA is not None
    return assume_utc(SCHEMA, {**item("tide"), **changes})


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-04T05:06:07",
        "2026-03-04 05:06:07",
        "2026-03-04 05:06:07.000",
        datetime(2026, 3, 4, 5, 6, 7),  # noqa: DTZ001 - that is what it is about
    ],
)
def test_a_time_without_a_zone(given: object) -> None:
    """However it is printed, it is then in UTC."""
    assert assumed(CreationTime=given)["CreationTime"] == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_a_day_is_its_midnight() -> None:
    """As of a source that prints no more."""
    assert assumed(CreationTime="2026-03-04")["CreationTime"] == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-04T05:06:07Z",
        "2026-03-04T05:06:07+02:00",
        ZONED,
        1_772_600_767,
        1_772_600_767_000,
        "1772600767",
        "yesterday",
        "2026-03-04 25:00:00",
        "9" * 100,
        1e400,
        True,
        None,
        [],
        {},
    ],
)
def test_anything_else_stays(given: object) -> None:
    """A time with a zone, a number, and what is no time: the reader says of that what is wrong."""
    assert assumed(CreationTime=given)["CreationTime"] is given


def test_only_where_the_schema_has_a_time() -> None:
    """What looks like one elsewhere is a text."""
    said = "2026-03-04 05:06:07"
    answer = described(("Starting", 1), FailureReason=said, Elsewhere=said)
    answer["SecondaryStatusTransitions"][0] |= {"StartTime": said, "StatusMessage": said}
    found = assumed(**answer)
    stay = found["SecondaryStatusTransitions"][0]
    assert (found["FailureReason"], found["Elsewhere"], stay["StatusMessage"]) == (said,) * 3
    assert stay["StartTime"] == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 7, "x", [7], [{"StartTime": 7}, None]])
def test_what_does_not_fit_stays(value: object) -> None:
    """So that the reader says what is wrong with it."""
    assert assumed(SecondaryStatusTransitions=value)["SecondaryStatusTransitions"] == value


def test_parts_events_and_other_kinds() -> None:
    """Times of parts, in an event's answer, of any kind."""
    assert SCHEMA is not None
    thin = {**item("tide"), "CreationTime": "2026-03-04 05:06:07"}
    event = {"detail-type": "SageMaker Training Job State Change", "detail": thin}
    assert check(TRAINING_JOB, assume_utc(SCHEMA, event)).legal
    assert TUNING_JOB.schema is not None
    sweep = assume_utc(TUNING_JOB.schema, {**tuning(), "CreationTime": "2026-10-05 06:00:00"})
    assert check(TUNING_JOB, sweep).legal
    assert assume_utc(SCHEMA, 7) == 7


def test_the_answer_is_not_changed() -> None:
    """What comes back is another one."""
    assert SCHEMA is not None
    given = {**item("tide"), "CreationTime": "2026-03-04 05:06:07"}
    assert assume_utc(SCHEMA, given) is not given
    assert given["CreationTime"] == "2026-03-04 05:06:07"
    with pytest.raises(ObservationError, match="a time with its zone"):
        check(TRAINING_JOB, given)


# --- The commands ---------------------------------------------------------------------------------

TEXT = (ANSWERS / "stopped.json").read_text(encoding="utf-8").replace("+00:00", "").replace("Z", "")


def test_check_names_the_way_out() -> None:
    """Each time without a zone is refused, and the option that reads it is named."""
    ran = jobstate("check", "-", stdin=TEXT)
    assert ran.exit_code == 2
    _, *lines = ran.stderr.splitlines()
    assert len(lines) > 3
    assert all(line.endswith("(--assume-utc reads it as UTC)") for line in lines)


def test_check_assumes_utc() -> None:
    """Then the verdict is that on the same answer with its zones."""
    ran = jobstate("check", "--assume-utc", "-", stdin=TEXT)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == jobstate("check", ANSWERS / "stopped.json").stdout


def test_a_diagram_assumes_utc() -> None:
    """The way of a job is laid over the picture likewise."""
    command = ("diagram", "--format", "svg", "--job", "-")
    assert jobstate(*command, stdin=TEXT).exit_code == 2
    ran = jobstate(*command, "--assume-utc", stdin=TEXT)
    assert ran.exit_code == 0
    assert ran.stdout == jobstate(*command[:-1], ANSWERS / "stopped.json").stdout
