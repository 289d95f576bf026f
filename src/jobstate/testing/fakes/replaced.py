"""`Replaced`: what something else stands in the place of for a while, in modules to come too."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_NOTHING: Final = object()


class Replaced:
    """Attributes that are replaced until all are put back."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, object]] = []

    def put(self, owner: object, name: str, replacement: object) -> None:
        """Replace an attribute of a module or a class; one that is inherited is covered."""
        self._before.append((owner, name, vars(owner).get(name, _NOTHING)))
        setattr(owner, name, replacement)  # `mock.patch` would take a millisecond

    def restore(self) -> None:
        """Put all back."""
        while self._before:
            owner, name, before = self._before.pop()
            if before is _NOTHING:
                delattr(owner, name)
            else:
                setattr(owner, name, before)


@contextmanager
def once_imported(wanted: Mapping[str, Callable[[ModuleType], object]]) -> Iterator[None]:
    """Call functions with modules: those that are there at once, others when they are imported.

    Args:
        wanted: The name of a module → the function.
    """
    finder = _Finder(wanted)
    for name, then in wanted.items():
        if name in sys.modules:
            then(sys.modules[name])
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder:
    def __init__(self, wanted: Mapping[str, Callable[[ModuleType], object]]) -> None:
        self._wanted = wanted

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module as ever, and to call its function then."""
        if name not in self._wanted:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            real, then = loader.exec_module, self._wanted[name]

            def exec_module(module: ModuleType) -> None:
                real(module)
                then(module)

            loader.exec_module = exec_module
        return spec
