"""What is seen to in a forked child: locks are new, and what can't go on says so."""

from __future__ import annotations

import gc
from threading import Lock, RLock

import pytest

from jobstate.common.forks import in_forked_child, leave_behind, renewed_in_forked_child
from tests.support.forking import as_if_forked


class Guarded:
    """Has a lock, and a word."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.word = "hello"

    def say(self) -> str:
        """Say it."""
        with self.lock:
            return self.word


def test_a_lock_is_new_in_the_child() -> None:
    """Whoever holds the old one lets go of that, and the new one is free."""
    with as_if_forked() as fork:
        one = Guarded()
        renewed_in_forked_child(one, "lock")
        with one.lock:
            fork()
            assert one.say() == "hello"
        assert one.say() == "hello"


def test_another_kind_of_lock() -> None:
    """It is made anew by what made it."""
    with as_if_forked() as fork:
        one = Guarded()
        renewed_in_forked_child(one, "lock", RLock)
        fork()
        with one.lock:
            assert one.say() == "hello"


def test_nobody_is_kept_alive() -> None:
    """What is gone is not seen to."""
    with as_if_forked() as fork:
        seen: list[str] = []
        kept, gone = Guarded(), Guarded()
        for one in (kept, gone):
            in_forked_child(one, lambda each: seen.append(each.word))
        kept.word = "kept"
        del gone, one
        gc.collect()
        fork()
        assert seen == ["kept"]


class Politer(Guarded):
    """With room of its own."""

    __slots__ = ("title",)


@pytest.mark.parametrize("kind", [Guarded, Politer])
def test_what_is_left_behind_says_so(kind: type[Guarded]) -> None:
    """To whatever is asked, of inherited classes too; what it is can still be seen."""
    one = kind()
    say = one.say
    leave_behind(one, lambda: LookupError("elsewhere"))
    for ask in (say, lambda: one.word, lambda: one.nothing):  # type: ignore[attr-defined]
        with pytest.raises(LookupError, match="elsewhere"):
            ask()
    assert isinstance(one, kind)
    assert one.__dict__["word"] == "hello"
    assert f"{kind.__name__} object at" in repr(one)
    assert kind().say() == "hello"
