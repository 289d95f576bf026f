"""Power cuts: what a journal promises of them holds, and the harness sees where it does not."""

from __future__ import annotations

import faulthandler
import random
from typing import TYPE_CHECKING

import pytest

from jobstate.journal import Durability
from tests.campaigns.power_cut import Flaw, cut
from tests.support.disk import PAGE, SECTOR, Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: After so many seconds it hangs.
_LIMIT = 120
_NAME = "file"


@pytest.fixture(autouse=True)
def _watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.once
@pytest.mark.parametrize("failing", [False, True], ids=["", "failing"])
@pytest.mark.parametrize("durability", Durability)
def test_what_is_promised_holds(
    tmp_path: Path, durability: Durability, *, failing: bool, figures: Callable[[str], None]
) -> None:
    """FULL loses nothing; NORMAL leaves what was there at some moment; both tell everything.

    Also of jobs that a listener fails at, which are held, parked and unparked meanwhile.
    """
    wrong = []
    for number in range(12):
        (tmp_path / str(number)).mkdir()
        verdict = cut(tmp_path / str(number), number, durability, failing=failing)
        wrong += [f"--durability {durability} --only {number}: {each}" for each in verdict.faults]
    assert wrong == []
    figures(f"12 power cuts, {durability}{', failing' if failing else ''}: nothing wrong")


@pytest.mark.once
@pytest.mark.parametrize("flaw", Flaw)
def test_a_machine_that_does_not_sync_is_found(tmp_path: Path, flaw: Flaw) -> None:
    """The harness can find losses: it does where there are some."""
    is_loose = flaw is Flaw.LOOSE
    kind = "never told: " if is_loose else "lost: "
    for number in range(10):
        (tmp_path / str(number)).mkdir()
        verdict = cut(tmp_path / str(number), number, "full", flaw, failing=is_loose)
        if any(kind in each for each in verdict.faults):
            return
    pytest.fail("nothing was found")


# --- The disk -----------------------------------------------------------------------------------


def found(fill: Callable[[Disk], None]) -> set[bytes | None]:
    """Return what a file may be after a cut, in many of them."""
    contents = set[bytes | None]()
    for number in range(300):
        disk = Disk()
        disk.create(_NAME)
        fill(disk)
        contents.add(disk.after_cut(random.Random(number)).get(_NAME))
    return contents


def written(disk: Disk) -> None:
    """Write two sectors for good, and over them for the time being."""
    disk.files[_NAME].announced = False
    disk.files[_NAME].write(b"a" * SECTOR * 2, 0)
    disk.sync(_NAME)
    disk.files[_NAME].write(b"b" * SECTOR * 2, 0)


def test_what_is_synced_is_there() -> None:
    """Whatever comes after."""

    def synced(disk: Disk) -> None:
        written(disk)
        disk.sync(_NAME)

    assert found(synced) == {b"b" * SECTOR * 2}


def test_what_is_not_synced_comes_and_goes_by_sectors() -> None:
    """Each of the two by itself, in any order, and one of them may be torn."""
    contents = found(written)
    for one in (b"a" * SECTOR, b"b" * SECTOR):
        for other in (b"a" * SECTOR, b"b" * SECTOR):
            assert one + other in contents
    whole = {b"a" * SECTOR, b"b" * SECTOR}
    torn = [each for each in contents if each and {each[:SECTOR], each[SECTOR:]} - whole]
    assert torn


def test_sizes_come_and_go_too() -> None:
    """Of a file that was cut short and of one that grew."""

    def resized(disk: Disk) -> None:
        written(disk)
        disk.sync(_NAME)
        disk.files[_NAME].truncate(10)
        disk.files[_NAME].write(b"c" * SECTOR, SECTOR * 3)

    sizes = {len(each or b"") for each in found(resized)}
    assert sizes == {10, SECTOR * 2, SECTOR * 4}


def test_what_a_sync_failed_to_keep_no_later_one_keeps() -> None:
    """As on Linux: it is read as written, and may be gone; until it is written again."""

    def failed(disk: Disk) -> None:
        written(disk)
        disk.fail(_NAME)
        disk.sync(_NAME)

    def mended(disk: Disk) -> None:
        failed(disk)
        disk.files[_NAME].write(b"b" * SECTOR * 2, 0)
        disk.files[_NAME].write(b"d", PAGE)
        disk.sync(_NAME)

    def cut_off(disk: Disk) -> None:
        failed(disk)
        disk.files[_NAME].truncate(0)
        disk.sync(_NAME)

    assert {b"a" * SECTOR * 2, b"b" * SECTOR * 2} <= found(failed)
    assert found(cut_off) == {b""}
    assert found(mended) == {(b"b" * SECTOR * 2).ljust(PAGE, b"\0") + b"d"}


def test_names_come_and_go() -> None:
    """A file whose directory is not synced may be missing; one that was removed may be there."""

    def removed(disk: Disk) -> None:
        written(disk)
        disk.remove(_NAME, sync=False)

    def removed_for_good(disk: Disk) -> None:
        written(disk)
        disk.remove(_NAME, sync=True)

    assert None in found(lambda disk: disk.files[_NAME].sync())
    assert {None, b"a" * SECTOR * 2} <= found(removed)
    assert found(removed_for_good) == {None}
