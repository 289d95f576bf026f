"""What people have answers in: forms of services, queues, logs and recordings, made anew.

Each takes a value and tells the path that leads to it, and how many mappings, lists and texts it
puts around it, so that they can be put into each other.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple


class Wrapping(NamedTuple):
    """A form.

    Attributes:
        name: What it is.
        wrap: Puts a value into it.
        path: Where the value is then.
        depth: How many mappings and lists are around it.
        layers: How many texts are.
    """

    name: str
    wrap: Callable[[Any], Any]
    path: str = ""
    depth: int = 0
    layers: int = 0


def joined(outer: str, inner: str) -> str:
    """Return the path of something within something."""
    return outer + ("." if outer and inner and not inner.startswith("[") else "") + inner


def within(outer: Wrapping, inner: Wrapping) -> Wrapping:
    """Return one form in another."""
    return Wrapping(
        f"{inner.name} in {outer.name}",
        lambda value: outer.wrap(inner.wrap(value)),
        joined(outer.path, inner.path),
        outer.depth + inner.depth,
        outer.layers + inner.layers,
    )


def text(value: object) -> str:
    """Return a value as JSON."""
    return json.dumps(value)


def packed(value: object) -> str:
    """Return a value as JSON in base64."""
    return base64.b64encode(text(value).encode()).decode()


def zipped(value: object) -> str:
    """Return a value as JSON in gzip in base64."""
    return base64.b64encode(gzip.compress(text(value).encode(), mtime=0)).decode()


#: What answers are wrapped in, whatever they are about.
WRAPPINGS: Final = (
    Wrapping(
        "Search",
        lambda value: {"Results": [{"TrainingJob": value}], "NextToken": "x"},
        "Results[0].TrainingJob",
        3,
    ),
    Wrapping("an XCom", lambda value: {"Training": value}, "Training", 1),
    Wrapping(
        "a ResultPath",
        lambda value: {"input": {"name": "x", "tries": [1, 2]}, "job": {"Result": value}},
        "job.Result",
        2,
    ),
    Wrapping(
        "a task's end in a history of Step Functions",
        lambda value: {
            "events": [
                {"id": 4, "type": "TaskStarted", "previousEventId": 3},
                {
                    "id": 5,
                    "type": "TaskSucceeded",
                    "taskSucceededEventDetails": {"resource": "x", "output": text(value)},
                },
            ]
        },
        "events[1].taskSucceededEventDetails.output",
        4,
        1,
    ),
    Wrapping(
        "a state's end in a history of Step Functions",
        lambda value: {
            "events": [{"stateExitedEventDetails": {"name": "s", "output": text({"Out": value})}}]
        },
        "events[0].stateExitedEventDetails.output.Out",
        5,
        1,
    ),
    Wrapping(
        "an execution of Step Functions",
        lambda value: {"status": "SUCCEEDED", "name": "run", "input": "{}", "output": text(value)},
        "output",
        1,
        1,
    ),
    Wrapping(
        "the cause of a failed task",
        lambda value: {"Error": "States.TaskFailed", "Cause": text(value)},
        "Cause",
        1,
        1,
    ),
    Wrapping(
        "receive-message of SQS",
        lambda value: {"Messages": [{"MessageId": "1", "Body": text(value)}]},
        "Messages[0].Body",
        3,
        1,
    ),
    Wrapping(
        "SQS to Lambda",
        lambda value: {
            "Records": [{"eventSource": "aws:sqs", "body": text(value), "attributes": {}}]
        },
        "Records[0].body",
        3,
        1,
    ),
    Wrapping(
        "SNS to Lambda",
        lambda value: {
            "Records": [
                {"EventSource": "aws:sns", "Sns": {"Subject": None, "Message": text(value)}}
            ]
        },
        "Records[0].Sns.Message",
        4,
        1,
    ),
    Wrapping(
        "SNS to SQS",
        lambda value: {
            "Messages": [{"Body": text({"Type": "Notification", "Message": text(value)})}]
        },
        "Messages[0].Body.Message",
        4,
        2,
    ),
    Wrapping(
        "filter-log-events",
        lambda value: {"events": [{"timestamp": 1772359200123, "message": f"{text(value)}\n"}]},
        "events[0].message",
        3,
        1,
    ),
    Wrapping(
        "lines of a log",
        lambda value: {
            "events": [
                {"message": "START RequestId: 5a\n"},
                {"message": f"[INFO]\t2026-03-01T10:00:00.1Z\t5a\t{text(value)}\n"},
            ]
        },
        "events[1].message",
        3,
        1,
    ),
    Wrapping(
        "a subscription to a log",
        lambda value: {
            "awslogs": {"data": zipped({"logEvents": [{"id": "3", "message": text(value)}]})}
        },
        "awslogs.data.logEvents[0].message",
        5,
        2,
    ),
    Wrapping(
        "Kinesis to Lambda",
        lambda value: {"Records": [{"kinesis": {"partitionKey": "1", "data": packed(value)}}]},
        "Records[0].kinesis.data",
        4,
        1,
    ),
    Wrapping(
        "Firehose",
        lambda value: {"records": [{"recordId": "1", "data": zipped(value)}]},
        "records[0].data",
        3,
        1,
    ),
    Wrapping(
        "an answer with its HTTP status",
        lambda value: {"status_code": 200, "data": value},
        "data",
        1,
    ),
    Wrapping(
        "a cassette",
        lambda value: {"interactions": [{"response": {"body": {"string": text(value)}}}]},
        "interactions[0].response.body.string",
        5,
        1,
    ),
    Wrapping(
        "an archive of HTTP",
        lambda value: {"log": {"entries": [{"response": {"content": {"text": text(value)}}}]}},
        "log.entries[0].response.content.text",
        6,
        1,
    ),
    Wrapping(
        "a destination of Lambda",
        lambda value: {"requestContext": {"condition": "Success"}, "responsePayload": value},
        "responsePayload",
        1,
    ),
    Wrapping(
        "a gateway",
        lambda value: {"httpMethod": "POST", "isBase64Encoded": True, "body": packed(value)},
        "body",
        1,
        1,
    ),
    Wrapping(
        "a CloudEvent",
        lambda value: {"specversion": "1.0", "type": "job", "source": "/x", "data": value},
        "data",
        1,
    ),
    Wrapping("what a name stands for", lambda value: {"the job": value}, "the job", 1),
    Wrapping("a list of what is wrapped", lambda value: [{"job": value}], "[0].job", 2),
    Wrapping("a pipe", lambda value: [{"messageId": "1", "body": text(value)}], "[0].body", 2, 1),
    Wrapping("text of text", lambda value: {"it": text(text(value))}, "it", 1, 2),
    Wrapping("text of text of text", lambda value: {"it": text(text(text(value)))}, "it", 1, 3),
    Wrapping(
        "a custom event",
        lambda value: {"detail-type": "ours", "source": "us", "detail": {"job": value}},
        "detail.job",
        2,
    ),
    Wrapping(
        "much beside it",
        lambda value: {
            "owner": "x",
            "tags": [{"Key": "a", "Value": "b"}],
            "numbers": [1, 2.5, None, True],
            "more": {"a": 1},
            "job": value,
            "note": "{no JSON}",
        },
        "job",
        1,
    ),
    Wrapping(
        "mappings and lists",
        lambda value: {"a": [{"b": [{"c": [{"d": [value]}]}]}]},
        "a[0].b[0].c[0].d[0]",
        8,
    ),
)

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


def snake(name: str) -> str:
    """Return a name as Python's models have it."""
    return "_".join(_WORD.findall(name)).lower()


def camel(name: str) -> str:
    """Return a name as JavaScript's clients have it."""
    return name[:1].lower() + name[1:]


def pascal(name: str) -> str:
    """Return a name as Step Functions has it."""
    return name[:1].upper() + name[1:]


def renamed(value: Any, spell: Callable[[str], str]) -> Any:
    """Return a value with each name in it spelt otherwise."""
    if isinstance(value, Mapping):
        return {spell(name): renamed(each, spell) for name, each in value.items()}
    return [renamed(each, spell) for each in value] if isinstance(value, list) else value


def retimed(value: Any, say: Callable[[datetime], object]) -> Any:
    """Return a value with each time in it said otherwise."""
    if isinstance(value, Mapping):
        return {name: retimed(each, say) for name, each in value.items()}
    if isinstance(value, list):
        return [retimed(each, say) for each in value]
    if isinstance(value, str) and re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d", value):
        return say(datetime.fromisoformat(value))
    return value


def by_placebo(time: datetime) -> dict[str, object]:
    """Return a time as placebo records it."""
    utc = time.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(utc, part) for part in parts}}


def by_airflow(time: datetime) -> dict[str, object]:
    """Return a time as Airflow keeps it in an XCom."""
    data = {"timestamp": time.timestamp(), "tz": ["UTC", "pendulum.tz.timezone.Timezone", 1, True]}
    return {"__classname__": "datetime.datetime", "__version__": 2, "__data__": data}


#: How else an answer may be spelt.
SPELLINGS: Final = (
    Wrapping("snake_case", lambda value: renamed(value, snake)),
    Wrapping("camelCase", lambda value: renamed(value, camel)),
    Wrapping("PascalCase", lambda value: renamed(value, pascal)),
    Wrapping("times of placebo", lambda value: retimed(value, by_placebo)),
    Wrapping("times of Airflow", lambda value: retimed(value, by_airflow)),
    Wrapping("dates of MongoDB", lambda value: retimed(value, lambda t: {"$date": t.isoformat()})),
)
