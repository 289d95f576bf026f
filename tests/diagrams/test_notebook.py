"""In a notebook, life cycles and jobs show themselves once the diagrams are loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Tracker
from jobstate.diagrams import Detail, notebook, picture, way
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

SVG = "image/svg+xml"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """Return the shell that a notebook runs its cells in."""
    interactiveshell = pytest.importorskip("IPython.core.interactiveshell")
    found = interactiveshell.InteractiveShell.instance()
    yield found
    interactiveshell.InteractiveShell.clear_instance()


def shown(shell: InteractiveShell, value: object) -> str:
    """Return the picture that a cell shows whose last line is a value."""
    formatter: Any = shell.display_formatter
    formats, _ = formatter.format(value, include=[SVG])
    return str(formats[SVG])


def test_a_life_cycle(shell: InteractiveShell) -> None:
    """What is usual of it is drawn, be it a whole one or one given some features."""
    assert notebook.show_in_notebooks()
    for lifecycle in (TRAINING_JOB, TRAINING_JOB.given(spot=False)):
        assert shown(shell, lifecycle) == picture(lifecycle, detail=Detail.USUAL)


@pytest.mark.parametrize("name", ["spot-interrupted", "timed-out", "stopped", "waiting"])
def test_a_job(shell: InteractiveShell, name: str) -> None:
    """Its way is drawn from what a tracker remembers, as from the answer that it heard."""
    notebook.show_in_notebooks()
    answer = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    tracker = Tracker(TRAINING_JOB)
    tracker.observe(answer)
    (job,) = tracker
    text = shown(shell, job)
    expected = way(TRAINING_JOB, answer)
    assert f'<title id="picture-title">{expected.title}</title>' in text
    drawn = picture(TRAINING_JOB, overlay=expected)
    assert text.count('class="pill-mark') == drawn.count('class="pill-mark')


def test_elsewhere_nothing_happens() -> None:
    """Without IPython there is nobody to tell, and nothing is loaded."""
    program = (
        "import sys; from jobstate.diagrams import notebook;"
        "print(notebook.show_in_notebooks(), 'IPython' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False False\n"


def test_no_shell() -> None:
    """IPython may be loaded where no notebook runs."""
    pytest.importorskip("IPython")
    assert not notebook.show_in_notebooks()
