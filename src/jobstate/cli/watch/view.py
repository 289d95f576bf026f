"""`TableView`: what a person has chosen to see, and what a key changes in it. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Order(StrEnum):
    """By what jobs are sorted: those first that need a look, by name, by status, by age there."""

    LOOK = "look"
    NAME = "name"
    STATUS = "status"
    LONGEST = "longest"


@frozen(kw_only=True)
class TableView:
    """What a person has chosen to see.

    Attributes:
        order: By what jobs are sorted.
        wanted: Only jobs with this text somewhere; empty for all.
        typing: That text is being typed.
        selected: The job that the mark is at; None for the first.
        opened: The selected job is shown alone.
        scrolled: How many lines of that are above the screen.
        helped: The keys are explained.
        left: The person wants to leave.
    """

    order: Order = Order.LOOK
    wanted: str = ""
    typing: bool = False
    selected: JobKey | None = None
    opened: bool = False
    scrolled: int = 0
    helped: bool = False
    left: bool = False


#: What the keys do, for people.
KEYS: Final = (
    ("↑ ↓, k j", "go to a job (Page and Home, End too)"),
    ("Enter", "open the job; Esc or q goes back"),
    ("s", "sort by another column: " + ", ".join(Order)),
    ("/", "show only jobs with a text in name, kind, status, outcome or reason; Esc shows all"),
    ("?", "this help"),
    ("q, Ctrl-C", "leave; the jobs go on"),
)

#: What terminals send → the name of the key.
_SEQUENCES: Final = {
    **dict.fromkeys(("\x1b[A", "\x1bOA"), "up"),
    **dict.fromkeys(("\x1b[B", "\x1bOB"), "down"),
    **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"), "home"),
    **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"), "end"),
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    **dict.fromkeys(("\r", "\n"), "enter"),
    **dict.fromkeys(("\x7f", "\b"), "backspace"),
    "\x1b": "escape",
}
_LETTERS: Final = {"k": "up", "j": "down", "g": "home", "G": "end"}
_LONGEST: Final = max(map(len, _SEQUENCES))
_PAGE: Final = 10


def keys_of(text: str) -> Iterator[str]:
    """Yield the keys that were pressed, of what a terminal sent; what it knows no name of as is."""
    while text:
        size = next((n for n in range(_LONGEST, 0, -1) if text[:n] in _SEQUENCES), 1)
        yield _SEQUENCES.get(text[:size], text[:size])
        text = text[size:]


def pressed(view: TableView, key: str, shown: Sequence[JobKey]) -> TableView:
    """Return the view after a key.

    Args:
        view: The view before.
        key: The key, as `keys_of` calls it.
        shown: The jobs in the table, in order.
    """
    if view.typing:
        return _typed(view, key)
    if view.helped:
        return evolve(view, helped=False)
    name = _LETTERS.get(key, key)
    if name in _MOVES:
        return _moved(view, _MOVES[name], shown)
    return _DOES[name](view, shown) if name in _DOES else view


def _leave(view: TableView, _: Sequence[JobKey]) -> TableView:
    return evolve(view, opened=False, scrolled=0) if view.opened else evolve(view, left=True)


def _back(view: TableView, _: Sequence[JobKey]) -> TableView:
    return evolve(view, opened=False, scrolled=0) if view.opened else evolve(view, wanted="")


def _open(view: TableView, shown: Sequence[JobKey]) -> TableView:
    if not shown:
        return view
    selected = view.selected if view.selected in shown else shown[0]
    return evolve(view, selected=selected, opened=True, scrolled=0)


def _sort(view: TableView, _: Sequence[JobKey]) -> TableView:
    orders = list(Order)
    return evolve(view, order=orders[(orders.index(view.order) + 1) % len(orders)])


_DOES: Final[Mapping[str, Callable[[TableView, Sequence[JobKey]], TableView]]] = {
    "q": _leave,
    "escape": _back,
    "enter": _open,
    "s": _sort,
    "?": lambda view, _: evolve(view, helped=True),
    "/": lambda view, _: evolve(view, typing=True, opened=False, wanted=""),
}


def _typed(view: TableView, key: str) -> TableView:
    match key:
        case "enter":
            return evolve(view, typing=False)
        case "escape":
            return evolve(view, typing=False, wanted="")
        case "backspace":
            return evolve(view, wanted=view.wanted[:-1])
        case _ if len(key) == 1 and key.isprintable():
            return evolve(view, wanted=view.wanted + key)
        case _:
            return view


#: The last line of a text of which nobody knows how long it is.
_FAR: Final = 1_000_000
#: Key → where it goes from a place, of the last one.
_MOVES: Final[Mapping[str, Callable[[int, int], int]]] = {
    "up": lambda place, _: place - 1,
    "down": lambda place, _: place + 1,
    "page up": lambda place, _: place - _PAGE,
    "page down": lambda place, _: place + _PAGE,
    "home": lambda _, __: 0,
    "end": lambda _, last: last,
}


def _moved(view: TableView, move: Callable[[int, int], int], shown: Sequence[JobKey]) -> TableView:
    if view.opened:
        return evolve(view, scrolled=max(move(view.scrolled, _FAR), 0))
    if not shown:
        return evolve(view, selected=None)
    last = len(shown) - 1
    place = shown.index(view.selected) if view.selected in shown else 0
    return evolve(view, selected=shown[min(max(move(place, last), 0), last)])
