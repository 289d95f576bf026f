"""Subscriptions: what they take, and what they refuse before anything begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobstate import Event, OverflowPolicy, Retry, Subscription, SubscriptionStatus
from jobstate.delivery.subscription import LONGEST_NAME, MOST_LANES


def nothing(_: Event) -> None:
    """Listen to nothing."""


async def later(_: Event) -> None:
    """Listen to nothing, asynchronously."""


class Caller:
    """An object whose call is a coroutine function."""

    async def __call__(self, _: Event) -> None:
        """Listen to nothing."""


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": ""}, "name: expected 1 to 100 printable characters, got ''"),
        ({"name": "a" * (LONGEST_NAME + 1)}, "name: expected 1 to 100 printable characters"),
        ({"name": "a\nb"}, r"name: expected 1 to 100 printable characters, got 'a\\nb'"),
        ({"name": 5}, "name: expected 1 to 100 printable characters, got 5"),
        ({"lanes": 0}, "lanes: expected 1 to 64, got 0"),
        ({"lanes": MOST_LANES + 1}, "lanes: expected 1 to 64, got 65"),
        ({"capacity": 0}, "capacity: expected 1 or more, got 0"),
        ({"when_full": "wait"}, "'wait' is not a valid OverflowPolicy"),
        ({"timeout": timedelta(seconds=1)}, "only an asynchronous listener can be cut short"),
        ({"listener": later, "timeout": timedelta(0)}, "timeout: expected a length of time"),
    ],
)
def test_what_is_out_of_bounds_is_refused(change: dict[str, Any], text: str) -> None:
    """With the field, what was expected, and what came."""
    with pytest.raises(ValueError, match=text):
        Subscription(**{"name": "pager", "listener": nothing, **change})


def test_what_can_not_be_called_is_no_listener() -> None:
    """It says what came."""
    with pytest.raises(TypeError, match="must be callable with one event, got 5"):
        Subscription(name="pager", listener=5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"attempts": 0}, "attempts: expected 1 or more, got 0"),
        ({"first": timedelta(0)}, "first: expected a length of time"),
        ({"longest": timedelta(seconds=-1)}, "longest: expected a length of time"),
        ({"factor": 0.5}, "factor: expected 1 or more, got 0.5"),
        ({"factor": float("nan")}, "factor: expected 1 or more, got nan"),
    ],
)
def test_a_retry_that_can_not_be_is_refused(change: dict[str, Any], text: str) -> None:
    """With the field, what was expected, and what came."""
    with pytest.raises(ValueError, match=text):
        Retry(**change)


def test_pauses_grow_up_to_the_longest() -> None:
    """Each is twice the one before: 0.1, 0.2, 0.4 … up to a minute, however often."""
    retry = Retry()
    assert [retry.pause(attempt) for attempt in (1, 2, 3)] == pytest.approx([0.1, 0.2, 0.4])
    assert retry.pause(11) == retry.pause(10_000) == 60.0
    assert sum(retry.pause(attempt) for attempt in range(1, retry.attempts)) == pytest.approx(12.7)


@pytest.mark.parametrize(
    ("listener", "expected"), [(nothing, False), (later, True), (Caller(), True), (print, False)]
)
def test_asynchronous_listeners_are_known_as_such(listener: Any, expected: bool) -> None:  # noqa: FBT001
    """Coroutine functions, and objects whose call is one."""
    assert Subscription(name="pager", listener=listener).is_asynchronous is expected


def test_policies_are_named() -> None:
    """By the word, or by the member."""
    assert Subscription(name="a", listener=nothing, when_full="drop-oldest").when_full is (
        OverflowPolicy.DROP_OLDEST
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"waiting": 1}, False),
        ({"behind": True}, False),
        ({"retrying": 1}, False),
        ({"busy": timedelta(0)}, False),
    ],
)
def test_idle_is_when_nothing_is_left_to_tell(change: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    """Parked jobs do not count: nothing more will be told of them."""
    none: dict[str, Any] = {
        "waiting": 0,
        "behind": False,
        "retrying": 0,
        "parked": (),
        "busy": None,
    }
    found = SubscriptionStatus(name="a", delivered=1, failed=0, dropped=0, **{**none, **change})
    assert found.idle is expected
