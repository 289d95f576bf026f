"""Interrupts (Ctrl-C) where a program is of our choice.

A signal is handled between two instructions of Python's own: after calls, at the beginning of
functions, at the ends of loops. `After` interrupts there, exactly; `Before` before each line, but
not where ``with`` ends, for there Python handles none, nor where a comment says why it can't.
"""

from __future__ import annotations

import linecache
import sys
import threading
from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import CodeType, FrameType, ModuleType, TracebackType

#: In a comment on a line before which no interrupt comes.
EXEMPT: Final = "no interrupt comes before it"


class Interrupter(ABC):
    """A context in which the n-th opportunity brings a `KeyboardInterrupt`, once.

    Attributes:
        where: Where it came; None where there were fewer opportunities.
    """

    def __init__(self, modules: Collection[ModuleType], number: int) -> None:
        """Prepare it.

        Args:
            modules: In whose code; Python's locks are looked into where these call them.
            number: At which opportunity, from 1.
        """
        self._files: Final = {each.__file__ for each in modules}
        self._left = number
        self.where: str | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""
        self._leave()

    @abstractmethod
    def _listen(self) -> None:
        """Be called at every opportunity."""

    @abstractmethod
    def _leave(self) -> None:
        """Be called no more."""

    def _takes_part(self, frame: FrameType) -> bool:
        """Return whether a frame is one of the modules', or of a lock that they call."""
        caller: FrameType | None = frame
        while caller is not None and caller.f_code.co_filename == threading.__file__:
            caller = caller.f_back
        return caller is not None and caller.f_code.co_filename in self._files

    def _may_interrupt(self, frame: FrameType, what: str) -> None:
        self._left -= 1
        if self._left == 0:
            self._leave()
            code = frame.f_code
            self.where = f"{code.co_filename}:{frame.f_lineno} ({code.co_name}, {what})"
            raise KeyboardInterrupt(self.where)


class After(Interrupter):
    """Interrupts after each call, and when a function begins."""

    def _listen(self) -> None:
        sys.setprofile(self._heard)

    def _leave(self) -> None:
        sys.setprofile(None)

    def _heard(self, frame: FrameType, event: str, called: Any) -> None:
        if event in {"call", "c_return"} and self._takes_part(frame):
            self._may_interrupt(frame, f"{event} {getattr(called, '__name__', '')}".strip())


class Before(Interrupter):
    """Interrupts before each line."""

    def _listen(self) -> None:
        self._inside = dict[int, set[int]]()
        sys.settrace(self._heard)

    def _leave(self) -> None:
        sys.settrace(None)

    def _heard(self, frame: FrameType, event: str, _called: Any) -> Any:
        if not self._takes_part(frame):
            return None
        if event == "call":
            self._inside[id(frame)] = set()
        elif event == "line" and not self._ends_with(frame) and not _is_exempt(frame):
            self._may_interrupt(frame, "line")
        return self._heard

    def _ends_with(self, frame: FrameType) -> bool:
        """Return whether this is the end of a ``with``, whose line comes a second time then."""
        seen, line = self._inside[id(frame)], frame.f_lineno
        ends = line in seen and line in _withs(frame.f_code)
        seen.symmetric_difference_update({line} if line in _withs(frame.f_code) else ())
        return ends


def _is_exempt(frame: FrameType) -> bool:
    return EXEMPT in linecache.getline(frame.f_code.co_filename, frame.f_lineno)


@cache
def _withs(code: CodeType) -> set[int]:
    """Return the lines on which a function has a ``with``."""
    lines = linecache.getlines(code.co_filename)
    numbers = {number for _, _, number in code.co_lines() if number is not None}
    return {number for number in numbers if lines[number - 1].lstrip().startswith("with ")}
