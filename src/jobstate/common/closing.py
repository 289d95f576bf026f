"""`Closing`: what is closed where its ``with`` block ends."""

from __future__ import annotations

from typing import Self


class Closing:
    """Something with a method `close`, which also leaving its ``with`` block calls."""

    __slots__ = ()

    def __enter__(self) -> Self:
        """Return it; leaving closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> object:
        """Let go of what it has."""
        raise NotImplementedError
