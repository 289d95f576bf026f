"""A life cycle of one's own, by ``MODULE:NAME``; whatever is wrong with it is said in a line."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager, suppress
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from jobstate.cli.shell import UNUSABLE, complain
from jobstate.common.text import listed, printable
from jobstate.errors import LifecycleError
from jobstate.kinds import Kinds
from jobstate.model.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME: Final = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
#: Stands for a name that a module does not have.
_MISSING: Final = object()
_REFERENCE: Final = re.compile(f"(?P<module>{_NAME}):(?P<name>{_NAME})")


def imported(reference: str) -> Lifecycle:
    """Return the life cycle that ``MODULE:NAME`` names, from the current folder or the path.

    Raises:
        typer.Exit: There is none that can be used; why not has been said.
    """
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        _refuse(reference, "is not MODULE:NAME, as order:ORDER is")
    module = parts["module"]
    try:
        with _current_folder_on_path():
            found = _resolved(module, reference)
    except LifecycleError as error:
        _refuse(reference, *str(error).splitlines())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is anybody's code
        _refuse(reference, _reason(module, error))
    if found is _MISSING:
        there = [
            name for name, each in vars(sys.modules[module]).items() if isinstance(each, Lifecycle)
        ]
        text = f"{module} has no {parts['name']}; life cycles in it: {listed(there) or 'none'}"
        _refuse(reference, text)
    if not isinstance(found, Lifecycle):
        _refuse(reference, f"is no Lifecycle but of type {type(found).__name__}")
    return found


def recognised(lifecycle: Lifecycle) -> Kinds:
    """Return a life cycle as the only kind that answers are about.

    Raises:
        typer.Exit: It has no `SchemaReader`; that has been said.
    """
    try:
        return Kinds(lifecycle)
    except TypeError:
        _refuse(lifecycle.name, "has no SchemaReader, so that its answers can't be read")


@contextmanager
def _current_folder_on_path() -> Iterator[None]:
    sys.path.insert(0, "")
    try:
        yield
    finally:
        with suppress(ValueError):  # which the module itself may have taken out
            sys.path.remove("")


def _resolved(module: str, reference: str) -> object:
    """Return what a reference leads to; `_MISSING` where the module has no such name."""
    resolve_name(f"{module}:")
    try:
        return resolve_name(reference)
    except AttributeError:
        return _MISSING


def _reason(module: str, error: BaseException) -> str:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing is not None and f"{module}.".startswith(f"{missing}."):
        return f"there is no module {missing}, neither in this folder nor on the path"
    return f"{module} can't be imported: {type(error).__name__}: {error}"


def _refuse(what: str, *lines: str) -> NoReturn:
    first, *more = map(printable, lines)
    complain("\n".join([f"{printable(what)}: {first}", *more]))
    raise typer.Exit(UNUSABLE)
