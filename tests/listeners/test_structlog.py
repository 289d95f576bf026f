"""The listener for structlog: records as structlog's own renderers write them."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from jobstate import Event, Tracker
from jobstate.listeners.structlog import StructlogListener
from jobstate.sagemaker import TRAINING_JOB
from tests.support.listening import LIVES, PLAIN, answers, everything, flat, hostile

if TYPE_CHECKING:
    from structlog.typing import Processor


def logger(stream: io.StringIO, renderer: Processor, level: int = logging.DEBUG) -> Any:
    """Return a logger that writes to a stream."""
    return structlog.wrap_logger(
        structlog.PrintLogger(file=stream),
        processors=[structlog.processors.add_log_level, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was written as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def expected(event: Any) -> dict[str, Any]:
    """Return what a record about an event says, by the event's own data."""
    data = flat(event, "_")
    kind = data.pop("kind")
    if data.get("failure_reason"):
        data["failure_reason"] = data["failure_reason"].replace("\n", r"\n")
    return {f"jobstate_{name}": value for name, value in data.items()} | {"event": kind}


@pytest.mark.parametrize("name", LIVES)
def test_an_event_is_a_record(name: str) -> None:
    """A constant as its event, all that it says as fields, the job's key among them."""
    stream, told = io.StringIO(), list[Event]()
    listen = StructlogListener(logger(stream, structlog.processors.JSONRenderer()))
    tracker = Tracker(TRAINING_JOB, listeners=[told.append, listen])
    for answer in answers(name):
        tracker.observe(answer)
    found = records(stream)
    for record in found:
        record.pop("level")
    assert found == [expected(event) for event in told]
    assert tracker.failures == 0


def test_levels_are_those_of_logging() -> None:
    """Each kind of event is as loud as `LogListener` has it."""
    stream = io.StringIO()
    listen = StructlogListener(logger(stream, structlog.processors.JSONRenderer()))
    for event in everything():
        listen(event)
    levels = [(each["event"], each["level"]) for each in records(stream)]
    assert levels == [
        ("status-entered", "debug"),
        ("status-changed", "info"),
        ("status-changed", "info"),
        ("unmodelled", "warning"),
        ("status-changed", "info"),
        ("violation", "error"),
        ("status-changed", "info"),
    ]


def test_levels_can_be_chosen() -> None:
    """By the names that `LogListener` has; what the logger filters out is not written."""
    chosen: dict[str, int] = {"changed": logging.DEBUG, "error": logging.CRITICAL}
    stream = io.StringIO()
    listen = StructlogListener(
        logger(stream, structlog.processors.JSONRenderer(), logging.INFO),
        changed=chosen["changed"],
        error=chosen["error"],
    )
    for event in everything():
        listen(event)
    assert [(each["event"], each["level"]) for each in records(stream)] == [
        ("unmodelled", "warning"),
        ("violation", "critical"),
    ]


def test_levels_that_structlog_has_not() -> None:
    """Are refused at once, all of them, with those that there are."""
    problem = r"among DEBUG, INFO, WARNING, ERROR, CRITICAL, got changed=25, note=0"
    with pytest.raises(ValueError, match=problem):
        StructlogListener(changed=25, note=logging.NOTSET)


@pytest.mark.parametrize(
    "renderer",
    [
        structlog.processors.KeyValueRenderer(),
        structlog.processors.LogfmtRenderer(),
        structlog.dev.ConsoleRenderer(colors=False),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    ids=lambda renderer: type(renderer).__name__,
)
def test_hostile_texts_stay_in_their_line(renderer: Processor) -> None:
    """Whatever a status is, and whatever renders it: a line per event, of what can be seen."""
    stream = io.StringIO()
    listen = StructlogListener(logger(stream, renderer))
    events = hostile()
    for event in events:
        listen(event)
    lines = stream.getvalue().removesuffix("\n").split("\n")
    assert len(lines) == len(events)
    assert all(line.isprintable() for line in lines)
    assert PLAIN.replace("\\", "") in "".join(lines).replace("\\", "")


def test_by_way_of_standard_logging(caplog: pytest.LogCaptureFixture) -> None:
    """Fields go through where logging takes them as extra, for none has a name of logging's own."""
    wrapped = structlog.wrap_logger(
        logging.getLogger("tests.structlog"),
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    with caplog.at_level(logging.DEBUG, logger="tests.structlog"):
        for event in everything():
            StructlogListener(wrapped)(event)
    found = [
        {name: value for name, value in vars(each).items() if name.startswith("jobstate_")}
        | {"event": each.getMessage()}
        for each in caplog.records
    ]
    assert found == [expected(event) for event in everything()]


def test_where_it_logs_by_default() -> None:
    """To what `structlog.get_logger` gives, as it is set up when the event comes."""
    listen = StructlogListener(prefix="")
    with structlog.testing.capture_logs() as captured:
        listen(everything()[0])
    (record,) = captured
    assert (record["event"], record["status"]) == ("status-entered", "Starting")
    assert repr(listen) == "<StructlogListener BoundLoggerLazyProxy>"


def test_what_a_logger_is_bound_to_stays() -> None:
    """The program's own fields stand beside the event's."""
    stream = io.StringIO()
    bound = logger(stream, structlog.processors.JSONRenderer()).bind(fleet="north")
    StructlogListener(bound)(everything()[0])
    assert records(stream)[0]["fleet"] == "north"
