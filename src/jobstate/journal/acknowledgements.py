"""How far listeners are, event by event, in a small file beside a journal.

A journal's own cursors say for good what a listener has dealt with, but only now and then, for each
commit waits for the disk. In between this file says it: a few bytes written in place after each
event, which outlive the process, though not a power cut. It may be lost or stale without harm: then
some events are told again. What it says is believed only as far as the journal itself has come. An
event that a listener failed at is dealt with because the journal says that its job is held: where a
power cut has undone that transaction, what was said after it counts no more.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from jobstate.common.log import log
from jobstate.journal.place import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How many numbers there are for each listener: one for each shard of jobs.
SHARDS: Final = 64
#: A number, the transaction without which it is not true, and what proves that they are whole.
_SLOT: Final = struct.Struct("<QQQ")
#: Odd, so that no two transactions are the same when multiplied by it.
_MIX: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
_BLOCK: Final = SHARDS * _SLOT.size
_NOTHING: Final = bytes(_BLOCK)


class Acknowledgements:
    """The numbers of the last events that listeners have dealt with, shard by shard."""

    def __init__(self, path: Path, identity: str, *, read_only: bool = False) -> None:
        """Open the file; make it where there is none.

        Args:
            path: Where it is.
            identity: Of the journal; what another one's file says is not believed.
            read_only: Make nothing, and only read.
        """
        self._path = path
        self._proof = zlib.crc32(identity.encode()) | 1 << 63
        self._file: int | None = None
        with suppress(OSError):  # said when it is written to
            if not read_only:
                make(path)
            mode = os.O_RDONLY if read_only else os.O_RDWR
            self._file = os.open(path, mode | getattr(os, "O_BINARY", 0))
        self._failed = False

    def read(self, listener: int, newest: int) -> list[int]:
        """Return how far a listener is in each shard; 0 where nothing is known.

        Args:
            listener: Its id.
            newest: The largest number that an event of the journal has.
        """
        block = b""
        if self._file is not None:
            with suppress(OSError):
                block = _read_at(self._file, _BLOCK, listener * _BLOCK)
        numbers = [
            min(number, newest) if self._proved(number, needs) == proof else 0
            for number, needs, proof in _slots(block)
        ]
        return numbers + [0] * (SHARDS - len(numbers))

    def bound(self, newest: int, batch: int) -> None:
        """Take back what is said of events and after transactions that the journal has not got.

        After a power cut it may have lost its newest ones, and others will get their numbers.

        Args:
            newest: The largest number that an event of the journal has.
            batch: The number of its last transaction.
        """
        if self._file is None:
            return
        try:
            content = _read_at(self._file, os.fstat(self._file).st_size, 0)
            ahead = [
                (begin + place * _SLOT.size, newest if needs <= batch else 0)
                for begin in range(0, len(content), _BLOCK)
                if (block := content[begin : begin + _BLOCK]) != _NOTHING  # a place of nobody's
                for place, (number, needs, proof) in enumerate(_slots(block))
                if self._proved(number, needs) == proof and (number > newest or needs > batch)
            ]
            for place, number in ahead:
                _write_at(self._file, self._slot(number, 0), place)
            if ahead:  # for good, before there are others: another power cut may come
                os.fsync(self._file)
        except OSError as error:
            self._say(error)

    def _proved(self, number: int, needs: int) -> int:
        return number ^ self._proof ^ needs * _MIX & _MASK

    def _slot(self, number: int, needs: int) -> bytes:
        return _SLOT.pack(number, needs, self._proved(number, needs))

    def write(self, listener: int, shard: int, number: int, needs: int) -> None:
        """Say that a listener has dealt with the events of a shard up to a number.

        Args:
            listener: Its id.
            shard: Which shard.
            number: The number.
            needs: The transaction without which that is not true.
        """
        if self._file is None:
            self._say("it can't be opened")
            return
        try:
            place = listener * _BLOCK + shard * _SLOT.size
            _write_at(self._file, self._slot(number, needs), place)
        except OSError as error:
            self._say(error)

    def close(self) -> None:
        """Let go of the file."""
        file, self._file, self._failed = self._file, None, True
        if file is not None:
            os.close(file)

    def _say(self, problem: object) -> None:
        if not self._failed:
            self._failed = True
            log().warning(
                "%s can't be written (%s): after a crash, listeners are told more than one event"
                " again",
                self._path,
                problem,
            )


def _slots(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Return the numbers, what they need and what proves them, that are there whole."""
    return _SLOT.iter_unpack(content[: len(content) // _SLOT.size * _SLOT.size])


def _read_at(file: int, count: int, offset: int) -> bytes:
    os.lseek(file, offset, os.SEEK_SET)
    return os.read(file, count)


def _write_at_by_seeking(file: int, data: bytes, offset: int) -> None:
    os.lseek(file, offset, os.SEEK_SET)
    os.write(file, data)


#: One call where the system has it, so that threads need no lock.
_write_at = getattr(os, "pwrite", _write_at_by_seeking)
