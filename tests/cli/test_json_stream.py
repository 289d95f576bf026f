"""JSON documents out of files: whatever the bytes, a document or a reason, with its line."""

from __future__ import annotations

import io
import json
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobstate.cli import json_stream as module
from jobstate.cli.json_stream import Document, Location, Unusable, documents
from jobstate.finding.strict_json import MAX_DEPTH


def found(data: bytes | str) -> list[Document | Unusable]:
    """Return what is found in a file."""
    raw = data.encode() if isinstance(data, str) else data
    return list(documents(io.BytesIO(raw), "jobs"))


def values(data: bytes | str) -> list[object]:
    """Return the values of a file in which nothing is wrong."""
    outcome = found(data)
    assert [each for each in outcome if isinstance(each, Unusable)] == []
    return [each.value for each in outcome if isinstance(each, Document)]


def story(data: bytes | str) -> list[tuple[str, object]]:
    """Return where each thing was found, with its value or what is wrong with it."""
    return [
        (str(each.location), each.value if isinstance(each, Document) else "; ".join(each.reasons))
        for each in found(data)
    ]


def reason(data: bytes | str) -> str:
    """Return what is wrong with the one thing in a file."""
    (each,) = found(data)
    assert isinstance(each, Unusable)
    (said,) = each.reasons
    return said


# --- What is read -------------------------------------------------------------------------------


def test_json_lines() -> None:
    """Each line is a document, blank ones are passed over, and each has its own line number."""
    assert story('\n{"a": 1}\r\n\n  [2]\n"three"') == [
        ("jobs:2", {"a": 1}),
        ("jobs:4", [2]),
        ("jobs:5", "three"),
    ]


def test_one_bad_line_harms_no_other() -> None:
    """It is reported with its line and column; the rest is read."""
    assert story('{"a": 1}\n{"a": }\n{"a": 3}\n') == [
        ("jobs:1", {"a": 1}),
        ("jobs:2", "is no JSON at line 2, column 7: Expecting value"),
        ("jobs:3", {"a": 3}),
    ]


def test_pretty_printed() -> None:
    """A document may take many lines, and begins on the line of its first bracket."""
    assert story('\n\n{\n  "a": [\n    1\n  ]\n}\n') == [("jobs:3", {"a": [1]})]


def test_several_pretty_printed_documents() -> None:
    """They may follow each other with or without white space between."""
    text = '{\n"a": 1\n}{"b":\n 2} [\n3]\n\n{}\n'
    assert story(text) == [
        ("jobs:1", {"a": 1}),
        ("jobs:3", {"b": 2}),
        ("jobs:4", [3]),
        ("jobs:7", {}),
    ]


def test_several_documents_on_the_first_line() -> None:
    """They are read too, for the file is then no JSON Lines."""
    assert story('{"a": 1} {"b": 2}\n{"c": 3}') == [
        ("jobs:1", {"a": 1}),
        ("jobs:1", {"b": 2}),
        ("jobs:2", {"c": 3}),
    ]


def test_several_documents_on_a_later_line() -> None:
    """JSON Lines have one a line: the line is refused whole rather than read in half."""
    assert story("{}\n{} {}\n{}") == [
        ("jobs:1", {}),
        ("jobs:2", "goes on after its end at line 2, column 4"),
        ("jobs:3", {}),
    ]


def test_the_first_error_ends_other_json() -> None:
    """What came before it counts, what comes after can't be told from it."""
    assert story('{\n"a": 1}\n{"b":\n nope}\n{}') == [
        ("jobs:1", {"a": 1}),
        ("jobs:3", "is no JSON at line 4, column 2: Expecting value"),
    ]


def test_a_bad_first_line_of_json_lines() -> None:
    """Where the second line is a record, the file is JSON Lines, and only the first is lost."""
    assert story('\n{"a": NaN}\n\n{"a": 2}\n{"a": 3}\n') == [
        ("jobs:2", "a: expected a value, or null where there is none, got NaN, which is no JSON"),
        ("jobs:4", {"a": 2}),
        ("jobs:5", {"a": 3}),
    ]


def test_a_bad_first_line_of_something_else() -> None:
    """Where the second line is no record either, one error ends the file, at the right line."""
    assert story('{"a" 1,\n\n"b": 2}\n{}') == [
        ("jobs:1", "is no JSON at line 1, column 6: Expecting ':' delimiter")
    ]
    assert story('{\n"a": 1, \n\n"b" 2}') == [
        ("jobs:1", "is no JSON at line 4, column 5: Expecting ':' delimiter")
    ]


def test_a_byte_order_mark_is_accepted() -> None:
    """Some editors write one; it is no part of the first document."""
    assert values(b"\xef\xbb\xbf{}\n[1]") == [{}, [1]]
    assert values(b'\xef\xbb\xbf{\n"a": 1}') == [{"a": 1}]


def test_lone_surrogates_are_passed_on() -> None:
    """JSON can write them; whoever reads the strings refuses them and says in which field."""
    assert values('{"a": "\\ud800"}') == [{"a": "\ud800"}]


def test_numbers() -> None:
    """They are read as `json` reads them."""
    assert values("[1, -2, 3.5, 1e3]") == [[1, -2, 3.5, 1000.0]]


@pytest.mark.parametrize(
    "text", ['{}\n{"a": "ü"}\n', '{\n"a": "ü"}\n{}\n', "[1]", "{}x\n", "\n{\n"]
)
def test_bytes_read(text: str) -> None:
    """A progress bar gets there: what is read grows, and is never more than there is."""
    read = [each.read for each in found(text)]
    assert all(before <= after for before, after in pairwise(read))
    assert 0 < read[-1] <= len(text.encode())


def test_it_streams() -> None:
    """The first documents are there before the last lines have been read."""
    stream = io.BytesIO(b"{}\n" * 10)
    next(documents(stream, "jobs"))
    assert stream.tell() == 3


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_nothing(data: bytes) -> None:
    """An empty file is no answer."""
    assert story(data) == [("jobs", "is empty")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": "\xff"}', "is not UTF-8 (line 1: invalid start byte)"),
        (b'{"a":\n "\xff"}', "is not UTF-8 (line 2: invalid start byte)"),
        (b'{"a": "\xed\xa0\x80"}', "is not UTF-8 (line 1: invalid continuation byte)"),
        ('{"a": 1}'.encode("utf-16"), "is not UTF-8, but probably UTF-16 "),
        (b'{"a": \0}', "has a NUL byte on line 1"),
        (b'{"a":\n"\0"}', "has a NUL byte on line 2"),
        (b'{"a": 1, "b": 2, "a": 3}', "a: expected each key once in an object, got it 2 times"),
        (b'[\n{"b": {"\\u001b": 1, "\\u001b": 1}}]', r"[0].b.\x1b: expected each key once in an"),
        (
            b'{"a": NaN}',
            "a: expected a value, or null where there is none, got NaN, which is no JSON",
        ),
        (b"[Infinity]", "[0]: expected a value, or null where there is none, got Infinity"),
        (b"[-Infinity]", "[0]: expected a value, or null where there is none, got -Infinity"),
        (b"[1e999]", "[0]: expected a number below 1.8e308, got 1e999"),
        (b"[" + b"9" * 5000 + b"]", "[0]: expected at most 4,300 digits, got 5,000"),
        (b'{"a": 1', "ends in the middle of a value at line 1, column 8"),
        (b'{"a":\n{"b": "c', "ends in the middle of a value at line 2, column 7"),
        (b"[1,\n2,\n\n", "ends in the middle of a value at line 2, column 3"),
        (b"nonsense", "is no JSON at line 1, column 1: Expecting value"),
        (b'["\\x"]', r"is no JSON at line 1, column 3: Invalid \escape"),
        (b'["a\x01b"]', "is no JSON at line 1, column 4: Invalid control character"),
    ],
)
def test_refused(data: bytes, words: str) -> None:
    """Each defect is named, with the place where it is."""
    assert reason(data).startswith(words)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting(opening: str, closing: str) -> None:
    """As deep as the bound is read; deeper is refused, even where the interpreter gives up."""
    most = MAX_DEPTH // len(closing)
    assert len(values(opening * most + "1" + closing * most)) == 1
    for times in (most + 1, 100 * sys.getrecursionlimit()):
        assert reason(opening * times + "1" + closing * times) == (
            f"is nested more than {MAX_DEPTH} levels deep"
        )


def test_wide_is_not_deep() -> None:
    """Many objects beside one another are as welcome as ever."""
    assert values(json.dumps([{"a": [[]]}] * 100)) == [[{"a": [[]]}] * 100]


def test_long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than the bound ends the file: it may never end itself."""
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    words = "is longer than 10 bytes: split it into JSON Lines"
    assert story("[1]\n[2, 3, 4, 5]\n[6]") == [("jobs:1", [1]), ("jobs:2", words)]
    assert story("[2, 3, 4, 5]\n[6]") == [("jobs:1", words)]


def test_long_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has to be held whole is held only up to the bound."""
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    assert story("[1,\n2,\n3]") == [("jobs:1", [1, 2, 3])]
    assert story("[1,\n2,\n3,\n4]") == [
        ("jobs:1", "is longer than 10 bytes: split it into JSON Lines")
    ]
    stream = io.BytesIO(b"[1,\n" + b" " * 1000)
    list(documents(stream, "jobs"))
    assert stream.tell() == 11


def test_blank_lines_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are after a bad first line."""
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    assert story("x\n" + "\n" * 100 + "y") == [
        ("jobs:1", "is longer than 10 bytes: split it into JSON Lines")
    ]


class Broken(io.BytesIO):
    """A stream that gives one line and then fails."""

    def __init__(self, error: OSError) -> None:
        super().__init__(b"{}\n")
        self.error = error

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the line, then fail."""
        line = super().readline(size)
        if not line:
            raise self.error
        return line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(5, "Input/output error"), "can't be read: Input/output error"),
        (OSError(), "can't be read: OSError"),
    ],
)
def test_a_failing_stream(error: OSError, words: str) -> None:
    """What was read before counts, and the reason is the system's."""
    assert list(documents(Broken(error), "jobs")) == [
        Document(Location("jobs", 1), {}, 3),
        Unusable(Location("jobs"), (words,), 3),
    ]


# --- Properties ---------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
#: Pieces that bring a mutator into every corner of JSON sooner than arbitrary bytes do.
PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"\\ud800",
        b":",
        b",",
        b"1",
        b"-",
        b"1e999",
        b"NaN",
        b"null",
        b"\n",
        b"\r",
        b" ",
        b"\x00",
        b"\xff",
        b"\xc3\xa4",
        b"\xef\xbb\xbf",
        b'"a":',
        b"{}\n",
        b"\x0c",
        b"[" * 70,
        b"]" * 70,
        b"9" * 4301,
    ]
)


def is_promised(data: bytes) -> None:
    """Check what holds for any bytes at all."""
    outcome = found(data)
    assert outcome
    for each in outcome:
        assert isinstance(each, (Document, Unusable))
        assert each.location.line is None or 1 <= each.location.line <= data.count(b"\n") + 1
        if isinstance(each, Unusable):
            assert all(said.isprintable() and len(said) < 500 for said in each.reasons)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    """They only ever give documents and reasons, in one printable line each."""
    is_promised(data)


@given(st.lists(PIECES).map(b"".join))
@example(b"[\n\xff")
def test_any_pieces_of_json(data: bytes) -> None:
    """So do bytes that look much like JSON."""
    is_promised(data)


@pytest.mark.apart
@given(st.lists(JSON, min_size=1))
def test_json_lines_round_trip(written: list[object]) -> None:
    """What is written a document a line is read as it was."""
    assert values("\n".join(map(json.dumps, written))) == written


@pytest.mark.once
@given(
    st.lists(st.lists(JSON, min_size=1) | st.dictionaries(st.text(), JSON, min_size=1), min_size=1)
)
def test_pretty_printed_round_trip(written: list[object]) -> None:
    """What is written over many lines, one after the other, is read as it was."""
    assert values("\n".join(json.dumps(value, indent=1) for value in written)) == written
