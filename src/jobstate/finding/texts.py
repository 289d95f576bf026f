"""What a text within a document says: JSON, also packed (gzip, base64), also behind other words."""

from __future__ import annotations

import base64
import json
import re
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

#: How base64 begins of gzip, and of JSON's brackets with a quote, bracket or blank behind them.
_PACKED: Final = ("H4sI", "ey", "ew", "W3", "Wy", "Ww", "W1")
_is_base64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*").fullmatch
#: How an object begins, or a list of some.
_begins = re.compile(r'\[\s*\{|\{\s*"').finditer
_GZIP: Final = b"\x1f\x8b"
_BLANK: Final = "\ufeff \t\r\n"
_something = re.compile(f"[^{_BLANK}]").search
#: How many brackets are tried of a text that begins with other words, as lines of logs do.
_MOST_BEGINNINGS: Final = 8


class TooMuchTextError(Exception):
    """There is more text than is looked through."""


class BrokenTextError(Exception):
    """A text could have an answer in it, and is broken JSON; its own text says why."""


class Unpacker:
    """Reads the texts of a document, until they are too many."""

    def __init__(self, room: int, may_tell: Callable[[str], object]) -> None:
        """Prepare to read.

        Args:
            room: How many bytes may be read.
            may_tell: Returns whether a text may have an answer in it.
        """
        self._room = room
        self._may_tell = may_tell

    def read(self, text: str | bytes) -> object:
        """Return what a text says: a mapping, a list, another text; None of any other text.

        Raises:
            TooMuchTextError: There is no room left for it.
            BrokenTextError: It could have an answer in it, and is broken.
        """
        if isinstance(text, bytes):
            return self._unpacked(text)
        start = text.lstrip(_BLANK)
        if start.startswith(("{", "[", '"{', '"[', '"\\')):
            return self._parsed(start)
        if start.startswith(_PACKED) and _is_base64(start):
            self._take(len(start))
            try:
                return self._unpacked(base64.b64decode("".join(start.split())))
            except ValueError:
                return None
        return self._within(text) if "{" in text else None

    def _unpacked(self, data: bytes) -> object:
        if data.startswith(_GZIP):
            try:
                data = zlib.decompressobj(wbits=31).decompress(data, self._room + 1)
            except zlib.error:
                return None
        try:
            text = data.decode().lstrip(_BLANK)
        except UnicodeDecodeError:
            self._take(len(data))
            return None
        if text.startswith(("{", "[", '"')):
            return self._parsed(text)
        self._take(len(text))
        return None

    def _parsed(self, text: str) -> object:
        """Return what JSON says; a list of what several documents say, one after the other."""
        self._take(len(text))
        values: list[object] = []
        end = 0
        try:
            while end < len(text):
                value, end = _DECODER.raw_decode(text, end)
                values.append(value)
                more = _something(text, end)
                end = more.start() if more else len(text)
        except RecursionError:
            raise BrokenTextError("it is nested too deep") from None
        except ValueError as error:
            # A line of a log may begin with its level: [INFO].
            if text.startswith("[") and (found := self._after_words(text)) is not None:
                return found
            if not self._may_tell(text):
                return None
            raise BrokenTextError(_why(error)) from None
        return values[0] if len(values) == 1 else values

    def _within(self, text: str) -> object:
        self._take(len(text))
        return self._after_words(text)

    @staticmethod
    def _after_words(text: str) -> object:
        """Return the first object, or list of objects, in a text that begins with other words."""
        for begun in islice(_begins(text), _MOST_BEGINNINGS):
            try:
                return _DECODER.raw_decode(text, begun.start())[0]
            except (ValueError, RecursionError):
                continue
        return None

    def _take(self, length: int) -> None:
        self._room -= length
        if self._room < 0:
            raise TooMuchTextError


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1:,}"
    return str(error)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"the number {name} is no JSON; null is what is meant")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
