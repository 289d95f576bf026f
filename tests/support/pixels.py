"""Reads a PNG, for tests: as much of the format as pictures without a palette need."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Channels by colour type: RGB and RGBA, 8 bits each (PNG specification, third edition, 11.2.1).
_CHANNELS = {2: 3, 6: 4}


@frozen
class Pixels:
    """A picture, row by row; a pixel is its channels."""

    width: int
    height: int
    rows: tuple[tuple[bytes, ...], ...]

    def ink(self) -> int:
        """Return how many pixels differ from the one in the left upper corner."""
        return sum(pixel != self.rows[0][0] for row in self.rows for pixel in row)

    def extent(self) -> tuple[int, int]:
        """Return the first and the last column with ink."""
        paper = self.rows[0][0]
        columns = [x for row in self.rows for x, pixel in enumerate(row) if pixel != paper]
        return min(columns), max(columns)


def read_png(content: bytes) -> Pixels:
    """Return the pixels of a PNG."""
    assert content.startswith(_SIGNATURE)
    chunks = list(_chunks(content))
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, interlaced) == (8, 0)
    step = _CHANNELS[colour]
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    return Pixels(width, height, tuple(_rows(data, width, step)))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        yield name, content[at + 8 : at + 8 + length]
        at += 12 + length


def _rows(data: bytes, width: int, step: int) -> Iterator[tuple[bytes, ...]]:
    size = width * step
    above = bytes(size)
    for at in range(0, len(data), size + 1):
        above = _unfiltered(data[at], data[at + 1 : at + 1 + size], above, step)
        yield tuple(above[x : x + step] for x in range(0, size, step))


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    row = bytearray(line)
    for at, each in enumerate(line):
        left, corner = (row[at - step], above[at - step]) if at >= step else (0, 0)
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        row[at] = (each + guess) & 255
    return bytes(row)


def _paeth(left: int, above: int, corner: int) -> int:
    wanted = left + above - corner
    return min((left, above, corner), key=lambda each: abs(wanted - each))
