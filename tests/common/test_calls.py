"""What would have to be awaited is known before it is called."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from jobstate.common.calls import is_asynchronous

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def later(*_: object) -> None:
    """Do something in a while."""


async def now_and_then(*_: object) -> AsyncIterator[None]:
    """Do something several times."""
    yield


def at_once(*_: object) -> None:
    """Do something."""


class Later:
    """An object whose call, and one of its methods, would have to be awaited."""

    async def __call__(self, *_: object) -> None:
        """Do something in a while."""

    async def method(self, *_: object) -> None:
        """Do something else."""

    @staticmethod
    def plain(*_: object) -> None:
        """Do something at once."""


ASYNCHRONOUS = {
    "a function": later,
    "a generator": now_and_then,
    "an object": Later(),
    "a method": Later().method,
    "a partial of a function": partial(later, 1),
    "a partial of an object": partial(Later(), 1),
    "a partial of a partial": partial(partial(Later().method, 1), 2),
}


@pytest.mark.parametrize("call", ASYNCHRONOUS.values(), ids=ASYNCHRONOUS)
def test_what_has_to_be_awaited(call: object) -> None:
    """Functions, methods, objects, and partials of them."""
    assert is_asynchronous(call)


@pytest.mark.parametrize(
    "call", [at_once, partial(at_once, 1), Later.plain, Later, print, "later", None, [].append]
)
def test_what_has_not(call: object) -> None:
    """A class is called to make an object, which need not be awaited."""
    assert not is_asynchronous(call)
