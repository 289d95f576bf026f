"""Files that begin with no text: gzip is read within a bound, the rest is named with a way out."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from jobstate.cli import binary as module
from jobstate.cli.json_stream import Document, Unusable, documents
from tests.support.command import ANSWERS, item, jobstate

if TYPE_CHECKING:
    from pathlib import Path

LINE = json.dumps(item("tide")).encode()


def said(data: bytes) -> str:
    """Return what is said of a file that can't be read."""
    (found,) = documents(io.BytesIO(data), "F")
    assert isinstance(found, Unusable)
    assert found.location.line is None
    assert found.read <= len(data)
    (reason,) = found.reasons
    return reason


def tar() -> bytes:
    """Return a tar file with an answer in it."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        info = tarfile.TarInfo("answer.json")
        info.size = len(LINE)
        archive.addfile(info, io.BytesIO(LINE))
    return held.getvalue()


def packed() -> bytes:
    """Return a zip file with an answer in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("answer.json", LINE)
    return held.getvalue()


# --- gzip -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LINE + b"\n" + LINE),
        gzip.compress(LINE + b"\n") + gzip.compress(LINE),  # as logs are put together
        gzip.compress(json.dumps([item("tide")] * 2, indent=2).encode()),
    ],
)
def test_gzip_is_read(data: bytes) -> None:
    """As what it has packed; how much was read is counted in bytes of the file."""
    found = list(documents(io.BytesIO(data), "F"))
    assert all(isinstance(each, Document) and each.read == len(data) for each in found)
    ran = jobstate("check", "-", stdin=data)
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, "1 job, 2 answers: all legal")


def test_lines_are_counted_within() -> None:
    """A bad line has its number in what was packed."""
    ran = jobstate("check", "-", stdin=gzip.compress(LINE + b"\n\nnonsense\n" + LINE))
    assert ran.stderr.startswith("<stdin>:3: is no JSON at line 3, column 1")


def test_gzip_that_cant_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut off, damaged, packed twice, or unpacks to more than fits."""
    whole = gzip.compress(LINE)
    for data in (whole[:-9], whole[:12], whole[:30] + b"\xff" * 8 + whole[38:], b"\x1f\x8b"):
        assert said(data).startswith("is packed by gzip, and damaged or cut off: ")
    assert said(gzip.compress(whole)).startswith("is packed by gzip twice: ")
    assert said(gzip.compress(tar())).startswith("is a tar file: ")
    assert said(gzip.compress(b"")) == "is empty"
    monkeypatch.setattr(module, "MOST_UNPACKED", 1000)
    assert said(gzip.compress(b" " * 1001)).startswith("unpacks to more than 1,000 bytes: ")


def test_a_bomb() -> None:
    """What is held stays within the bound, however much it would be."""
    assert said(gzip.compress(bytes(80_000_000), compresslevel=1)).startswith("unpacks to more")


# --- Others ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed(), ("zip", "unzip -p FILE | jobstate check -")),
        (tar(), ("tar", "tar -xOf FILE | jobstate check -")),
        (bz2.compress(LINE), ("bzip2", "bzip2 -dc FILE | jobstate check -")),
        (lzma.compress(LINE), ("xz", "xz -dc FILE | jobstate check -")),
        (b"\x28\xb5\x2f\xfd\x00", ("zstd", "zstd -dc FILE | jobstate check -")),
        (b"PAR1\x15\x04\x15", ("Parquet", "orient='records', lines=True")),
        (b"\x89PNG\r\n\x1a\n", ("a picture (PNG)", "in JSON")),
        (b"%PDF-1.7\n", ("a PDF", "in JSON")),
        *(
            (
                pickle.dumps(item("tide"), protocol=each),
                ("pickle", "json.dumps(answer, default=str)"),
            )
            for each in (2, 3, 4, 5)
        ),
    ],
)
def test_others_are_named(data: bytes, words: tuple[str, str]) -> None:
    """In a line that says what to do."""
    reason = said(data)
    assert reason.isprintable()
    assert all(each in reason for each in words)


def test_a_journal(tmp_path: Path) -> None:
    """Has a command of its own."""
    path = tmp_path / "jobs.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE jobs (id TEXT)")
    database.close()
    ran = jobstate("check", path)
    assert ran.stderr == f"{path}: is an SQLite database: `jobstate history FILE` reads a journal\n"
    assert ran.exit_code == 2


def test_the_rest_is_judged() -> None:
    """A file beside one that can't be read."""
    ran = jobstate("check", ANSWERS / "stopped.json", "-", stdin=packed())
    assert ran.stdout.endswith("1 job, 1 answer: all legal (1 unusable input)\n")
