"""What each key does, whatever else is on the screen."""

from __future__ import annotations

import pytest

from jobstate.cli.watch.view import KEYS, Order, TableView, keys_of, pressed
from jobstate.model.observation import JobKey

JOBS = [JobKey("kind", f"job-{number:02}") for number in range(30)]


def after(text: str, view: TableView | None = None, jobs: list[JobKey] | None = None) -> TableView:
    """Return the view after what a terminal has sent."""
    view = TableView() if view is None else view
    for key in keys_of(text):
        view = pressed(view, key, JOBS if jobs is None else jobs)
    return view


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("j", 1),
        ("\x1b[B\x1b[B", 2),
        ("jjk", 1),
        ("\x1bOA", 0),
        ("G", 29),
        ("\x1b[F\x1b[B", 29),
        ("Gg", 0),
        ("\x1b[6~", 10),
        ("\x1b[6~\x1b[6~\x1b[5~", 10),
        ("G\x1b[H", 0),
    ],
)
def test_going_to_a_job(text: str, place: int) -> None:
    """Line by line, by tens, to the first and the last."""
    assert after(text).selected == JOBS[place]
    assert after(text, jobs=[]).selected is None


def test_a_job_that_is_no_longer_there() -> None:
    """Whoever was at it begins anew."""
    view = TableView(selected=JobKey("kind", "gone"))
    assert after("j", view).selected == JOBS[1]
    assert after("\r", view).selected == JOBS[0]


def test_opening_a_job() -> None:
    """Enter opens it, keys scroll it, Esc and q go back; of no job nothing is opened."""
    opened = after("j\r")
    assert (opened.opened, opened.selected) == (True, JOBS[1])
    assert after("jjk", opened).scrolled == 1
    assert after("k", opened).scrolled == 0
    assert after("jj\x1b", opened) == TableView(selected=JOBS[1])
    assert after("q", opened) == TableView(selected=JOBS[1])
    assert not after("\r", jobs=[]).opened


def test_leaving() -> None:
    """By q."""
    assert after("q").left
    assert not after("x").left


def test_filtering() -> None:
    """What is typed counts as it is typed, letters that are keys elsewhere too."""
    view = after("/qs?j")
    assert (view.wanted, view.typing, view.left) == ("qs?j", True, False)
    assert after("\x7f\x1b[A\x00", view).wanted == "qs?"
    assert after("\r", view) == TableView(wanted="qs?j")
    assert after("\x1b", view) == TableView()
    assert after("\x1b", TableView(wanted="x")) == TableView()


def test_sorting() -> None:
    """One order after the other."""
    assert [after("s" * times).order for times in range(5)] == [*Order, Order.LOOK]


def test_help() -> None:
    """Any key goes back."""
    assert after("?").helped
    assert after("?q") == TableView()
    assert len(KEYS) == 6
