"""Faults of a disk: nothing is lost, nothing told twice, nothing hangs, and errors say enough."""

from __future__ import annotations

import errno
import faulthandler
import logging
import os
from typing import TYPE_CHECKING

import pytest

from jobstate import Event, Subscription, Tracker
from jobstate.journal import Journal, acknowledgements
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns.io_fault import KINDS, Kind, run
from tests.campaigns.io_faults import tally
from tests.support.series import SERIES, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: After so many seconds it hangs.
_LIMIT = 120
#: Here only every so many operations fail; the campaign lets all of them fail.
_EVERY = 29


@pytest.fixture(autouse=True)
def _watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def test_without_a_fault_nothing_is_raised(tmp_path: Path) -> None:
    """And nothing told twice: what the harness finds comes of faults."""
    outcome = run(tmp_path / "jobs.db", None)
    assert (outcome.hit, outcome.raised, outcome.repeated, outcome.faults) == (False, (), 0, ())


@pytest.mark.once
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whatever_fails_nothing_is_lost(kind: Kind, *, lasting: bool) -> None:
    """Once the fault has passed everything is there, told once, and the file is whole."""
    first = 1 + KINDS.index(kind) * 7 % _EVERY
    assert tally((kind, lasting), first if kind.what == "writes" else 1, _EVERY).faults == []


def test_acknowledgements_of_lost_events_that_can_not_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and harms nobody in this process."""
    path = tmp_path / "jobs.db"
    file = acknowledgements.Acknowledgements(path, "journal")
    file.write(1, 3, 150, 0)
    monkeypatch.setattr(os, "fsync", _no_sync)
    file.bound(100, 0)
    assert "can't be written" in caplog.text
    assert file.read(1, 100)[3] == 100
    file.close()


def _no_sync(_file: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


# --- Acknowledgements ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_acknowledgements_that_fail_lose_nothing(
    tmp_path: Path,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One warning says so; everything is told, once, and after a restart nothing again."""

    def fail(_file: int, _data: bytes, _offset: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(acknowledgements, "_write_at", fail)
    heard: list[Event] = []
    for _ in range(2):
        journal = Journal(tmp_path / "jobs.db", durability="normal")
        listener = Subscription(name="books", listener=heard.append)
        with Tracker(TRAINING_JOB, journal=journal, listeners=[listener]) as tracker:
            tracker.observe_all(SERIES)
    assert heard == whole()
    warnings = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert os.strerror(code) in warnings[0]


def test_acknowledgements_that_are_missing_lose_nothing(tmp_path: Path) -> None:
    """The journal's own cursors say the rest, once it was closed."""
    heard: list[Event] = []
    for poll in SERIES:
        (tmp_path / "jobs.db-acks").unlink(missing_ok=True)
        journal = Journal(tmp_path / "jobs.db", durability="normal")
        listener = Subscription(name="books", listener=heard.append)
        with Tracker(TRAINING_JOB, journal=journal, listeners=[listener]) as tracker:
            tracker.observe(poll)
    assert heard == whole()
