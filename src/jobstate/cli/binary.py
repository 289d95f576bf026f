"""What a file is that begins with no text: unpacked where it is gzip, else named with a way out."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Final

from jobstate.finding.strict_json import DefectError

GZIP: Final = b"\x1f\x8b"
#: How many bytes are unpacked at most: a few that were made for it unpack to any number.
MOST_UNPACKED: Final = 64 * 1024 * 1024

_UNPACK = "is packed ({}): unpack it first, as `{} FILE | jobstate check -` does"
_JSON_LINES = "df.to_json(FILE, orient='records', lines=True, date_format='iso')"
_NO_TEXT = "is {}: give the text of an answer instead, in JSON"
#: What files begin with → what is said of them.
_KINDS: Final = {
    b"PK\x03\x04": _UNPACK.format("zip", "unzip -p"),
    b"PK\x05\x06": _UNPACK.format("zip, and empty", "unzip -p"),
    b"BZh": _UNPACK.format("bzip2", "bzip2 -dc"),
    b"\xfd7zXZ\x00": _UNPACK.format("xz", "xz -dc"),
    b"\x28\xb5\x2f\xfd": _UNPACK.format("zstd", "zstd -dc"),
    b"7z\xbc\xaf\x27\x1c": _UNPACK.format("7z", "7z x -so"),
    b"SQLite format 3\x00": "is an SQLite database: `jobstate history FILE` reads a journal",
    b"PAR1": f"is Parquet: make JSON Lines of it, as {_JSON_LINES} of pandas does",
    b"ARROW1": f"is Arrow: make JSON Lines of it, as {_JSON_LINES} of pandas does",
    b"Obj\x01": "is Avro: make JSON Lines of it, as `avro cat FILE | jobstate check -` does",
    b"%PDF-": _NO_TEXT.format("a PDF"),
    b"\x89PNG": _NO_TEXT.format("a picture (PNG)"),
    b"\xff\xd8\xff": _NO_TEXT.format("a picture (JPEG)"),
    b"GIF8": _NO_TEXT.format("a picture (GIF)"),
    **dict.fromkeys(
        (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95"),
        "is a pickle of Python, which is not opened: write json.dumps(answer, default=str)",
    ),
}
_TAR, _TAR_AT = b"ustar", 257


def kind_of(start: bytes) -> str | None:
    """Return what is to be said of a file by its first bytes; None of one that may be text."""
    if start[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "is a tar file: unpack it first, as `tar -xOf FILE | jobstate check -` does"
    return next((said for magic, said in _KINDS.items() if start.startswith(magic)), None)


def unpacked(data: bytes) -> bytes:
    """Return what gzip has packed.

    Raises:
        DefectError: It is damaged, or more than fits.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise DefectError("is packed by gzip, and damaged or cut off: get it again") from None
    if len(found) > MOST_UNPACKED:
        text = f"unpacks to more than {MOST_UNPACKED:,} bytes: unpack and split it yourself"
        raise DefectError(text)
    if found.startswith(GZIP):
        raise DefectError("is packed by gzip twice: unpack it once yourself, with `gzip -dc`")
    return found
