"""Documents out of files and pipes, one at a time, each with the line it begins on.

They are JSON; of what is none `foreign_text` and `binary` know. What arrives is hostile until
parsed: whatever the bytes are, what comes out is a `Document` or an `Unusable`, and memory is
bounded.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from attrs import evolve, frozen

from jobstate.cli import binary
from jobstate.finding.strict_json import DefectError, place_of, skip_blank, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many bytes are held at once at most: a line of JSON Lines, or a file of other JSON.
MAX_BYTES = 256 * 1024 * 1024

#: How much is read at once of what is kept whole: a stream may give less than it is asked for.
_CHUNK = 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@frozen
class Location:
    """Where a document begins; prints as ``name:line``.

    Attributes:
        name: The file's name, as the caller gave it: escape it for where it is printed.
        line: The line, from 1; None where the whole file is meant.
    """

    name: str
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"


@frozen
class Document:
    """A document.

    Attributes:
        location: Where it begins.
        value: What it says, as `json` gives it. Strings may hold lone surrogates. Of a log it is
            what that says of a job at one moment, an `Observation`.
        read: How many bytes of the stream have been used so far, this document included.
    """

    location: Location
    value: object
    read: int


@frozen
class Unusable:
    """Something that is no document.

    Attributes:
        location: Where it begins.
        reasons: What is wrong with it, each in one line without control characters.
        read: How many bytes of the stream have been used so far, this included.
    """

    location: Location
    reasons: tuple[str, ...]
    read: int


Found: TypeAlias = Document | Unusable


def documents(stream: BinaryIO, name: str) -> Iterator[Found]:
    """Yield each document of a stream, or why there is none.

    The first line that is not blank decides. If it is a document, the stream is JSON Lines: each
    line is a document of its own, and a bad one does not harm the rest. Else the stream is one
    document or several, one after the other, over any number of lines: the first error ends it.
    JSON Lines whose first line is bad are told by the second, if that is an object or an array.

    Args:
        stream: An open file or pipe; it is read line by line, and not closed.
        name: What locations call it.
    """
    source = _Source(stream, name)
    try:
        yield from _found(source)
    except OSError as error:
        yield source.unusable(None, f"can't be read: {error.strerror or type(error).__name__}")


class _Source:
    """A stream, and how far it has been read."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self.name = name
        self.number = 0
        self.read = 0

    def line(self) -> bytes:
        """Return the next line that is not blank, cut off where it is too long; none at the end."""
        while True:
            line = self._stream.readline(MAX_BYTES + 1)
            self.number += 1
            self.read += len(line)
            if self.number == 1:
                line = line.removeprefix(_BOM)
            if not line.isspace():
                return line

    def rest(self, room: int) -> bytes:
        """Return what is left; if it is more than there is room for, a byte too many."""
        chunks = []
        while room >= 0 and (chunk := self._stream.read(min(room + 1, _CHUNK))):
            chunks.append(chunk)
            room -= len(chunk)
            self.read += len(chunk)
        return b"".join(chunks)

    def location(self, line: int | None) -> Location:
        return Location(self.name, line)

    def unusable(self, line: int | None, *reasons: str) -> Unusable:
        return Unusable(self.location(line), reasons, self.read)


def _found(source: _Source) -> Iterator[Found]:
    line = source.line()
    number = source.number
    if not line:
        yield source.unusable(None, "is empty")
        return
    if line.startswith(binary.GZIP):
        yield from _unpacked(source, line)
        return
    if said := binary.kind_of(line):
        yield source.unusable(None, said)
        return
    try:
        value = _only_value(line, number)
    except DefectError as defect:
        second = b"" if defect.mendable or len(line) > MAX_BYTES else source.line()
        if _is_record(second):
            yield from _foreign(source, line, number, defect)
            yield from _json_lines(source, second)
        else:
            blank = b"\n" * min(source.number - number - 1, MAX_BYTES)
            yield from _one_after_another(source, line + blank + second, number)
    else:
        yield Document(source.location(number), value, source.read)
        yield from _json_lines(source, source.line())


def _unpacked(source: _Source, head: bytes) -> Iterator[Found]:
    """Yield the documents of a stream that gzip has packed and that begins with a head."""
    try:
        data = binary.unpacked(head + source.rest(binary.MOST_UNPACKED - len(head)))
    except DefectError as defect:
        yield source.unusable(None, *defect.reasons)
        return
    for each in _found(_Source(io.BytesIO(data), source.name)):
        yield evolve(each, read=source.read)


def _foreign(
    source: _Source, text: str | bytes, number: int, defect: DefectError
) -> Iterator[Found]:
    """Yield what a text says that is no JSON, or why it can't be read."""
    found = None
    if defect.position is not None:
        from jobstate.cli import foreign_text  # noqa: PLC0415 - slow to load, for JSON never

        known = text if isinstance(text, str) else text.decode()
        try:
            found = foreign_text.documents(known, source.name, number, defect.position)
        except DefectError as named:
            defect = named
    if found is None:
        yield source.unusable(number, *defect.reasons)
    for line, value in found or ():
        yield Document(source.location(line), value, source.read)


def _json_lines(source: _Source, line: bytes) -> Iterator[Found]:
    while line:
        number = source.number
        try:
            value = _only_value(line, number)
        except DefectError as defect:
            yield from _foreign(source, line, number, defect)
            if len(line) > MAX_BYTES:  # the line may have no end
                return
        else:
            yield Document(source.location(number), value, source.read)
        line = source.line()


def _one_after_another(source: _Source, head: bytes, number: int) -> Iterator[Found]:
    """Yield the documents that a stream is, whose lines from some number on begin with a head."""
    read = max(0, source.read - len(head))
    line, text, before = number, "", 0
    try:
        text = _text(head + source.rest(MAX_BYTES - len(head)), number)
        start = first = skip_blank(text, 0)
        while start < len(text):
            line += text.count("\n", before, start)
            before = start
            value, end = value_at(text, start, number)
            after = skip_blank(text, end)
            if start == first and after < len(text):
                _refuse_scalar(value, after, place_of(text, start, number))
            read += len(text[before:end].encode())
            yield Document(source.location(line), value, read)
            line += text.count("\n", start, end)
            before, start = end, after
    except DefectError as defect:
        if defect.position is not None:
            defect.position -= before
        yield from _foreign(source, text[before:], line, defect)


def _refuse_scalar(value: object, after: int, place: str) -> None:
    """Refuse a number or a text that more follows: logs begin so, and tables."""
    if not isinstance(value, (dict, list)):
        reason = f"is neither an object nor an array at {place}, and goes on after its end"
        raise DefectError(reason, position=after)


# --- Parsing ------------------------------------------------------------------------------------


def _is_record(line: bytes) -> bool:
    """Return whether a line is an object or an array, as a line of JSON Lines surely is."""
    try:
        return isinstance(_only_value(line, 1), (dict, list))
    except DefectError:
        return False


def _only_value(line: bytes, number: int) -> object:
    text = _text(line, number)
    value, end = value_at(text, skip_blank(text, 0), number)
    after = skip_blank(text, end)
    if after < len(text):
        place = place_of(text, after, number)
        raise DefectError(f"goes on after its end at {place}", mendable=True, position=after)
    return value


def _text(data: bytes, number: int) -> str:
    """Return what bytes say, whose first line has some number in the stream."""
    if len(data) > MAX_BYTES:
        raise DefectError(f"is longer than {MAX_BYTES:,} bytes: split it into JSON Lines")
    if (zero := data.find(0)) >= 0 and not data.startswith(_UTF_16):
        raise DefectError(f"has a NUL byte on line {number + data.count(10, 0, zero)}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = number + data.count(10, 0, error.start)
        guess, way_out = "", ""
        if data.startswith(_UTF_16):
            guess = ", but probably UTF-16"
            way_out = ": write it by `Out-File -Encoding utf8`, or `iconv -f UTF-16 -t UTF-8`"
        raise DefectError(f"is not UTF-8{guess} (line {line}: {error.reason}){way_out}") from None
