"""Forks: in the child only the thread that forked goes on, and what others had locked stays so.

So whoever has a lock gets a new one there. Nobody's lock is waited for before a fork: some are held
while listeners run, who may take long, or fork themselves. What lives by threads or connections of
its own does not go on in the child, and says so whatever is asked of it.
"""

from __future__ import annotations

import os
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

_Owner = TypeVar("_Owner")

_SEEN_TO: Final[WeakKeyDictionary[Any, Callable[[Any], object]]] = WeakKeyDictionary()


def in_forked_child(owner: _Owner, see_to: Callable[[_Owner], object]) -> None:
    """Have something called in every child that is forked while its owner lives.

    Args:
        owner: An object or a module.
        see_to: Called with it; must not refer to it.
    """
    _SEEN_TO[owner] = see_to


def renewed_in_forked_child(owner: object, name: str, make: Callable[[], object] = Lock) -> None:
    """Have an attribute of an object or a module, its lock, made anew in every forked child."""
    in_forked_child(owner, partial(_renew, name=name, make=make))


def _renew(owner: object, *, name: str, make: Callable[[], object]) -> None:
    setattr(owner, name, make())


def leave_behind(owner: object, refusal: Callable[[], Exception]) -> None:
    """Let whatever is asked of an object raise an error, from now on; nothing else gets slower."""

    def refuse(self: object, name: str) -> object:
        if name.startswith("__"):  # what copies, debuggers and the like ask of any object
            return object.__getattribute__(self, name)
        raise refusal()

    kind = type(owner)
    own = {"__slots__": (), "__getattribute__": refuse, "__repr__": object.__repr__}
    owner.__class__ = type(kind.__name__, (kind,), own)


def see_to_all() -> None:
    """Do what has to be done in a forked child; it is called there."""
    for owner, see_to in list(_SEEN_TO.items()):
        see_to(owner)


if hasattr(os, "register_at_fork"):  # pragma: no branch - where processes can be forked
    os.register_at_fork(after_in_child=see_to_all)
