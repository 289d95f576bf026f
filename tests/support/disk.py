"""A disk that forgets: what of each file is on it for good, and what was written since.

What is modelled: a write reaches the disk by sectors, each of them at
any time up to the next sync of its file, in any order; one sector may be torn; sizes likewise. A
sync that fails is as on Linux: what it was to keep can be read, and no later sync keeps it. Files
come and go in a directory that is synced by itself, and loses its last changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import Factory, define

if TYPE_CHECKING:
    import random

#: What reaches a disk whole or not at all, in bytes.
SECTOR: Final = 512
#: What a system writes at least, in bytes.
PAGE: Final = 4_096
#: How likely the newest of what was written to a sector is there; one of these at each cut.
_MOODS: Final = (0.0, 0.1, 0.5, 0.9, 1.0)


class _Write(NamedTuple):
    offset: int
    data: bytes


class _Size(NamedTuple):
    size: int


@define(eq=False)
class Inode:
    """A file, whatever its name.

    Attributes:
        durable: What is on the disk for good.
        cached: What is read.
        pending: What was done to it since the last sync.
        limbo: Pages that a sync failed to keep.
        announced: Its first sync syncs its directory too, as that of a log does.
    """

    durable: bytearray = Factory(bytearray)
    cached: bytearray = Factory(bytearray)
    pending: list[_Write | _Size] = Factory(list)
    limbo: dict[int, bytes] = Factory(dict)
    announced: bool = True

    def write(self, data: bytes, offset: int) -> None:
        """Write, for the time being."""
        self._change(_Write(offset, data))

    def truncate(self, size: int) -> None:
        """Change the size, for the time being."""
        self._change(_Size(size))

    def _change(self, change: _Write | _Size) -> None:
        self.pending.append(change)
        _apply(self.cached, change)

    def sync(self) -> None:
        """Keep all of it for good, but for what an earlier sync failed to keep."""
        for change in self.pending:
            _apply(self.durable, change)
            if isinstance(change, _Size):
                kept = {
                    page: data for page, data in self.limbo.items() if page * PAGE < change.size
                }
                self.limbo = kept  # what is cut off is not read either
                continue
            for page in _places(change, len(self.durable), PAGE):
                self.limbo.pop(page, None)
                self.durable[page * PAGE : (page + 1) * PAGE] = self._page(page)
        del self.durable[len(self.cached) :]
        self.durable.extend(bytes(len(self.cached) - len(self.durable)))
        self.pending.clear()

    def fail(self) -> None:
        """Fail to keep what was written."""
        for change in self.pending:
            if isinstance(change, _Write):
                for page in _places(change, 0, PAGE):
                    self.limbo[page] = self._page(page)
        self.pending = [change for change in self.pending if isinstance(change, _Size)]

    def _page(self, number: int) -> bytes:
        return bytes(self.cached[number * PAGE : (number + 1) * PAGE])

    def after_cut(self, rng: random.Random) -> bytes:
        """Return what is found after a power cut."""
        content = bytearray(self.durable)
        sizes, versions = [len(content), len(self.cached)], dict[int, list[bytes]]()
        lost = [_Write(page * PAGE, data) for page, data in self.limbo.items() if data]
        for each in (*lost, *self.pending):
            touched = list(_places(each, len(content), SECTOR))
            for sector in touched:
                versions.setdefault(sector, [_sector(content, sector)])
            _apply(content, each)
            sizes.append(len(content))
            for sector in touched:
                versions[sector].append(_sector(content, sector))
        return _chosen(content, sizes, versions, rng)


def _apply(content: bytearray, change: _Write | _Size) -> None:
    if isinstance(change, _Size):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data


def _places(change: _Write | _Size, size: int, unit: int) -> range:
    """Return the sectors or pages that a change touches of a file that has a size."""
    if isinstance(change, _Size):
        return range(change.size // unit, -(-size // unit))
    last = change.offset + len(change.data) - 1
    return range(change.offset // unit, last // unit + 1)


def _sector(content: bytearray, number: int) -> bytes:
    return bytes(content[number * SECTOR : (number + 1) * SECTOR]).ljust(SECTOR, b"\0")


def _chosen(
    content: bytearray, sizes: list[int], versions: dict[int, list[bytes]], rng: random.Random
) -> bytes:
    """Return a file of which each sector is of one version, but for one that is torn."""
    newest = rng.choice(_MOODS)
    found = content.ljust(max(sizes), b"\0")
    torn = rng.choice([None, *versions])
    for sector, each in versions.items():
        one, other = _version(each, newest, rng), _version(each, newest, rng)
        at = rng.randrange(SECTOR) if sector == torn else SECTOR
        found[sector * SECTOR : (sector + 1) * SECTOR] = one[:at] + other[at:]
    size = sizes[-1] if rng.random() < newest else rng.choice(sizes)
    return bytes(found[:size])


def _version(versions: list[bytes], newest: float, rng: random.Random) -> bytes:
    return versions[-1] if rng.random() < newest else rng.choice(versions[:-1])


class Disk:
    """The files of one directory.

    Attributes:
        files: What each name means now.
    """

    def __init__(self) -> None:
        """Begin with no file."""
        self.files: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._pending: list[tuple[str, Inode | None]] = []

    def create(self, name: str) -> None:
        """Make a file where there is none of that name."""
        if name not in self.files:
            made = Inode(announced=not name.endswith(("-wal", "-journal")))
            self.files[name] = made
            self._pending.append((name, made))

    def remove(self, name: str, *, sync: bool) -> None:
        """Take a name away."""
        if self.files.pop(name, None) is not None:
            self._pending.append((name, None))
        if sync:
            self._sync_names(len(self._pending))

    def sync(self, name: str) -> None:
        """Keep a file for good, and the names where a file system's first sync does."""
        inode = self.files[name]
        inode.sync()
        if not inode.announced:
            inode.announced = True
            self._sync_names(len(self._pending))

    def fail(self, name: str) -> None:
        """Fail to keep a file."""
        self.files[name].fail()

    def _sync_names(self, count: int) -> None:
        """Keep the first of the changes of names: they reach the disk in order."""
        for name, inode in self._pending[:count]:
            if inode is None:
                self._durable.pop(name, None)
            else:
                self._durable[name] = inode
        del self._pending[:count]

    def after_cut(self, rng: random.Random) -> dict[str, bytes]:
        """Return what is found after a power cut; the disk is of no use any more."""
        self._sync_names(rng.randint(0, len(self._pending)))
        return {name: inode.after_cut(rng) for name, inode in self._durable.items()}
