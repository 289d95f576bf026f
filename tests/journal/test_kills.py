"""Kills: a tracker with a journal may end at any moment. A short form of `kills`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.campaigns.kill_story import cut_torn

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes can be forked"),
]

CAMPAIGN = "tests.campaigns.kills"
#: After how many kills a fault counts as not found; not every story is about each.
MOST_KILLS = 200
#: From where it can be imported, which need not be where the tests are run.
HOME = Path(__file__).parents[2]


def campaign(*arguments: str) -> tuple[int, str]:
    """Run the campaign in a process of its own, which forks; return its code and what it prints."""
    command = [sys.executable, "-m", CAMPAIGN, *arguments]
    done = subprocess.run(  # noqa: S603 - our own
        command, check=False, capture_output=True, text=True, encoding="utf-8", cwd=HOME
    )
    return done.returncode, done.stdout + done.stderr


def test_half_of_a_line_was_not_said(tmp_path: Path) -> None:
    """A kill may cut a call short that writes over the end of a page."""
    said = tmp_path / "said.txt"
    cut_torn(said)
    assert not said.exists()
    for before, after in ((b"", b""), (b"a\nb", b"a\n"), (b"a\nb\n", b"a\nb\n"), (b"a", b"")):
        said.write_bytes(before)
        cut_torn(said)
        assert said.read_bytes() == after


def test_a_hundred_kills(figures: Callable[[str], None]) -> None:
    """Nothing that was acknowledged is lost, nothing is told again but what was being told."""
    seed = random.randrange(1 << 32)
    code, printed = campaign("--count", "100", "--jobs", "2", "--seed", str(seed))
    assert code == 0, printed
    assert "| kills | 100: " in printed
    figures(f"100 kills, seed {seed}: none lost")


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        ("acknowledges before it writes", ["acknowledged and not kept"]),
        ("acknowledges before it tells", ["lost"]),
        ("acknowledges before it awaits", ["lost"]),
        ("follows ahead", ["told and not kept"]),
        ("follows backwards", ["out of order"]),
        ("follows with gaps", ["lost"]),
        ("forgets nothing", ["acknowledged and not kept"]),
        ("forgets what is held", ["lost"]),
        ("forgets what was heard", ["told again"]),
        ("hands on backwards", ["lost", "out of order"]),
        ("sweeps what nobody has heard", ["lost"]),
        ("tells before it writes", ["lost", "number used twice", "told and not kept"]),
    ],
)
def test_a_fault_is_found(fault: str, kinds: list[str]) -> None:
    """A journal, a lane or a follower that does things in the wrong order is found out."""
    until = [f"--until={kind}" for kind in kinds]
    code, printed = campaign("--count", str(MOST_KILLS), "--fault", fault, *until)
    assert code == 1, printed
    missed = {line.split(" | ")[0] for line in printed.splitlines() if line.endswith("missed |")}
    assert missed & {f"| {kind}" for kind in kinds}, printed
