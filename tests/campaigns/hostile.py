"""Bad input by the million: seeded mutants of real answers, and what becomes of each.

Whatever the bytes, the command line's reader gives a document or says why there is none; whatever
the document, the check gives a verdict or an `ObservationError`. Ten million inputs, in an
environment that has jobstate with its extra `cli`::

    python -m tests.campaigns.hostile --count 10000000 --jobs 2

An input is made from a seed and its number alone, so each failure names the command that makes it
again. Failing inputs are also kept in a file. Imports the check and the reader that it attacks.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from jobstate import ObservationError, check_jobs
from jobstate.cli.json_stream import Document, Unusable, documents
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns.attack import Attack
from tests.support import corpus_series

EXAMPLES = Path(__file__).parents[2] / "examples" / "answers"
#: How many series of the corpus join the examples.
OF_THE_CORPUS = 24
Change: TypeAlias = Callable[[random.Random, bytearray], None]


class Example(NamedTuple):
    """Something to mutate.

    Attributes:
        text: What a file of it holds.
        values: The documents in it.
        keys: Where each key begins and ends, its colon included.
        scalars: Where each string (keys too), number or word begins and ends.
    """

    text: bytes
    values: list[Any]
    keys: list[tuple[int, int]]
    scalars: list[tuple[int, int]]


# --- What becomes of an input ---------------------------------------------------------------------


def judged(given: object) -> str:
    """Judge bytes as the command line does, anything else as the library does; say how it ended.

    Raises:
        AssertionError: What came out is neither a verdict nor an error as it should be.
        Exception: Whatever else escapes: that is what this program is looking for.
    """
    return _judge_bytes(given) if isinstance(given, bytes) else judged_value(given)


def _judge_bytes(data: bytes) -> str:
    outcomes = []
    read = 0
    for found in documents(io.BytesIO(data), "hostile"):
        assert read <= found.read <= len(data), "more was read than there is"
        read = found.read
        if isinstance(found, Document):
            outcomes.append(judged_value(found.value))
        else:
            assert isinstance(found, Unusable)
            assert all(map(str.isprintable, found.reasons)), "a reason that is not one plain line"
            outcomes.append("no JSON")
    assert outcomes, "neither a document nor a reason"
    return outcomes[-1]


def judged_value(value: object) -> str:
    """Judge a value as the library does.

    Raises:
        AssertionError: As of `judged`.
        Exception: Likewise.
    """
    try:
        reports = check_jobs(TRAINING_JOB, value)
    except ObservationError as error:
        if not error.problems:
            message = "an error without a problem"
            raise AssertionError(message) from error
        str(error).encode()
        return "refused"
    for report in reports.values():
        told = json.dumps(report.to_dict(), allow_nan=False, ensure_ascii=False)
        told.encode()
    if all(report.legal for report in reports.values()):
        return "legal"
    return "illegal"


# --- What is mutated ------------------------------------------------------------------------------

_KEY = re.compile(rb'"[A-Za-z-]+"\s*:')
_SCALAR = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')


@cache
def examples() -> list[Example]:
    """Return the examples, then some series of the corpus."""
    files = sorted(path for path in EXAMPLES.rglob("*.json*") if path.is_file())
    texts = [path.read_bytes() for path in files]
    series = corpus_series.usable_series()
    for _, answers in series[:: len(series) // OF_THE_CORPUS]:
        texts.append("\n".join(map(json.dumps, answers[:6])).encode())
    return [_example(text) for text in texts]


def _example(text: bytes) -> Example:
    found = documents(io.BytesIO(text), "")
    return Example(
        text,
        [each.value for each in found if isinstance(each, Document)],
        [match.span() for match in _KEY.finditer(text)],
        [match.span() for match in _SCALAR.finditer(text)],
    )


def _nested(depth: int, *, of: str) -> str:
    return "[" * depth + "]" * depth if of == "[" else '{"a":' * depth + "1" + "}" * depth


_WORDS = ("", "a", "Completed", "InProgress", "Hibernating", "completed", "true", "NaN", "0")
_STRANGE = (
    "\x00",
    "\x1b[2J",
    "\u202egnp.exe",
    "\r\n",
    "\ud800",
    "\udfff\ud800",
    "\U0001f9ea",
    "é" * 200,
    "a" * 129,
    "A" * 70_000,
    "'; DROP TABLE jobs; --",
    "%s%n{0}{}",
)
_TIMES = (
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05",
    "2026-01-02",
    "20260102T030405Z",
    "2026-W01-1T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
    "2026-02-30T00:00:00Z",
    "2026-01-02T24:00:00Z",
    "1767322800000",
    "1.7673228E12",
    "1e999",
    "99999999999999999999",
    "-1",
    "٢٠٢٦-01-02T03:04:05Z",
)
_ARNS = (
    "arn:aws:sagemaker:us-east-1:111122223333:training-job/a\n",
    "arn:aws:sagemaker:us-east-1:111122223333:training-job/" + "a-" * 300,
    "arn:aws:sagemaker:us-east-1:١١١١٢٢٢٢٣٣٣٣:training-job/a",
    "arn:aws:iam::111122223333:role/a",
)
_TEXTS = _WORDS + _STRANGE + _TIMES + _ARNS
_NUMBERS: tuple[float, ...] = (
    0,
    -1,
    1,
    -0.0,
    1.5,
    1e-320,
    1e308,
    946684800,
    4102444799.999,
    4102444800,
    1767322800.123456789,
    1767322800123,
    2**31 - 1,
    2**31,
    2**63,
    -(2**63),
    10**30,
    10**4000,
)
_NAMES = (
    "TrainingJobName",
    "TrainingJobArn",
    "TrainingJobStatus",
    "SecondaryStatus",
    "CreationTime",
    "LastModifiedTime",
    "TrainingEndTime",
    "TrainingJobSummaries",
    "SecondaryStatusTransitions",
    "WarmPoolStatus",
    "ResourceConfig",
    "detail",
    "detail-type",
    "source",
    "Status",
    "StartTime",
    "EndTime",
    "__class__",
    "",
    "\ud800",
)
#: What no JSON document holds, but what programs pass on.
_FOREIGN: tuple[object, ...] = (
    float("nan"),
    float("inf"),
    -float("inf"),
    datetime(2026, 1, 2, tzinfo=UTC),
    datetime(2026, 1, 2),  # noqa: DTZ001 - without a zone, to be refused
    datetime.min.replace(tzinfo=UTC),
    datetime.max,  # noqa: DTZ901 - likewise
    Decimal("NaN"),
    Decimal("1767322800.5"),
    b"bytes",
    ("a", "tuple"),
    frozenset({"a"}),
    range(3),
    10**5000,
    object(),
    Ellipsis,
    NotImplemented,
    1j,
    int,
)
_TOKENS = (
    *(json.dumps(text).encode() for text in _TEXTS),
    *(json.dumps(number).encode() for number in _NUMBERS),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1E+400", b"0" * 5000, b"1" * 5000, b"01"),
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\n", b"\r", b"\x00"),
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5", b"\xef\xbb\xbf", b"\x1b[2J", b"//", b"'"),
    *(_nested(depth, of=of).encode() for depth in (9, 64, 70, 1200) for of in "[{"),
)


# --- Making an input ------------------------------------------------------------------------------


def made(seed: int, number: int) -> object:
    """Return the input of that number: bytes, or a value as a parser might have given it."""
    rng = random.Random(seed << 40 | number)
    example = rng.choice(examples())
    draw = rng.random()
    if draw < 0.45 or not example.values:
        return _mutated_text(rng, example)
    value = _mutated_value(rng, example, foreign=draw > 0.75)
    if draw > 0.75:
        return value
    return json.dumps(value, ensure_ascii=rng.random() < 0.7).encode(errors="surrogatepass")


def _mutated_text(rng: random.Random, example: Example) -> bytes:
    text = bytearray(example.text)
    if rng.random() < 0.5:
        rng.choice(_IN_PLACE)(rng, example, text)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 8))):
        rng.choice(_ANYWHERE)(rng, text)
    if rng.random() < 0.03:
        return _recoded(rng, bytes(text))
    return bytes(text)


def _replace_scalar(rng: random.Random, example: Example, text: bytearray) -> None:
    start, end = rng.choice(example.scalars)
    text[start:end] = rng.choice(_TOKENS)


def _double_key(rng: random.Random, example: Example, text: bytearray) -> None:
    start, end = rng.choice(example.keys)
    text[start:start] = text[start:end] + rng.choice(_TOKENS) + b","


def _exchange(
    spans: Callable[[Example], list[tuple[int, int]]],
    rng: random.Random,
    example: Example,
    text: bytearray,
) -> None:
    (one, one_end), (other, other_end) = sorted(rng.choices(spans(example), k=2))
    if one_end <= other:
        first, second = text[one:one_end], text[other:other_end]
        text[other:other_end] = first
        text[one:one_end] = second


_IN_PLACE = (
    _replace_scalar,
    _replace_scalar,
    _double_key,
    partial(_exchange, lambda example: example.keys),
    partial(_exchange, lambda example: example.scalars),
)


def _flip(rng: random.Random, text: bytearray) -> None:
    if text:
        text[rng.randrange(len(text))] ^= 1 << rng.randrange(8)


def _overwrite(rng: random.Random, text: bytearray) -> None:
    if text:
        text[rng.randrange(len(text))] = rng.randrange(256)


def _cut(rng: random.Random, text: bytearray) -> None:
    start = rng.randint(0, len(text))
    del text[start : start + rng.choice((1, 2, 10, 200))]


def _repeat(rng: random.Random, text: bytearray) -> None:
    start = rng.randint(0, len(text))
    text[start:start] = text[start : start + rng.choice((1, 10, 200))] * rng.choice((1, 2, 20))


def _truncate(rng: random.Random, text: bytearray) -> None:
    del text[rng.randint(0, len(text)) :]


def _insert(rng: random.Random, text: bytearray) -> None:
    start = rng.randint(0, len(text))
    text[start:start] = rng.choice(_TOKENS)


def _append(rng: random.Random, text: bytearray) -> None:
    text += rng.choice((b"", b"\n", b"\r\n", b" ", b"\n\n\n", b","))
    text += rng.choice(examples()).text


def _unwrap(_: random.Random, text: bytearray) -> None:
    text[:] = b" ".join(text.split())


_ANYWHERE: tuple[Change, ...] = (
    _flip,
    _overwrite,
    _cut,
    _repeat,
    _truncate,
    _insert,
    _insert,
    _append,
    _unwrap,
)


def _recoded(rng: random.Random, text: bytes) -> bytes:
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "latin-1"))
    return text.decode(errors="replace").encode(encoding, errors="replace")


def _mutated_value(rng: random.Random, example: Example, *, foreign: bool) -> object:
    # A copy, as deep as it goes and much quicker than deepcopy.
    value = json.loads(json.dumps(rng.choice(example.values)))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        places = list(_containers(value))
        place = rng.choice(places) if places else None
        if place is None or rng.random() < 0.02:
            value = _hostile(rng, foreign=foreign)
        elif isinstance(place, dict):
            _change_object(rng, place, foreign=foreign)
        else:
            _change_list(rng, place, foreign=foreign)
    if rng.random() < 0.05:
        value = _wrapped(rng, value, foreign=foreign)
    return value


def _containers(value: object) -> Iterator[dict[str, Any] | list[Any]]:
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            yield each
            stack += each.values()
        elif type(each) is list:
            yield each
            stack += each[:50]
        if len(stack) > 500:
            return


def _change_object(rng: random.Random, place: dict[str, Any], *, foreign: bool) -> None:
    names = list(place)
    draw = rng.random()
    if not names or draw < 0.15:
        place[rng.choice(_NAMES)] = _hostile(rng, foreign=foreign)
    elif draw < 0.6:
        place[rng.choice(names)] = _hostile(rng, foreign=foreign)
    elif draw < 0.75:
        del place[rng.choice(names)]
    elif draw < 0.85:
        place[rng.choice(_NAMES)] = place.pop(rng.choice(names))
    else:
        one, other = rng.choice(names), rng.choice(names)
        place[one], place[other] = place[other], place[one]


def _change_list(rng: random.Random, place: list[Any], *, foreign: bool) -> None:
    draw = rng.random()
    if not place or draw < 0.3:
        place.insert(rng.randint(0, len(place)), _hostile(rng, foreign=foreign))
    elif draw < 0.5:
        place[rng.randrange(len(place))] = _hostile(rng, foreign=foreign)
    elif draw < 0.65:
        del place[rng.randrange(len(place))]
    elif draw < 0.8:
        place += place[:3] * rng.choice((1, 2, 30))
    else:
        rng.shuffle(place)


def _hostile(rng: random.Random, *, foreign: bool) -> object:
    draw = rng.random()
    if foreign and draw < 0.3:
        # What can be changed is made anew, for one input must not depend on those before it.
        return rng.choice((*_FOREIGN, {1: 2, None: 3, ("a",): 4}, bytearray(b"bytes")))
    if draw < 0.65:
        return rng.choice(_TEXTS)
    if draw < 0.85:
        return rng.choice(_NUMBERS)
    if draw < 0.98:
        return rng.choice((None, True, False, [], {}, [[]], [None], {"a": {}}, {"Status": None}))
    return _wrapped(rng, [], foreign=foreign)


def _wrapped(rng: random.Random, value: object, *, foreign: bool) -> object:
    """Return something deep in lists or objects; deeper than JSON's own parser gets."""
    pages = rng.choice((0, 0, 0.1, 1))
    for _ in range(rng.choice((1, 3, 8, 9, 60, 200, 5000 if foreign else 100))):
        value = {"TrainingJobSummaries": value} if rng.random() < pages else [value]
    return value


# --- Runs -----------------------------------------------------------------------------------------

ATTACK: Final = Attack("hostile", "hostile inputs", made, judged)


if __name__ == "__main__":
    sys.exit(ATTACK.main("Attack the check with inputs made from a seed."))
