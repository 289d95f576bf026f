"""How wide a text is in Helvetica, Arial or Liberation Sans, without a font.

Arial and Liberation Sans were made as wide as Helvetica, character by character. The widths are
those of Adobe's "Core 14" metrics, Helvetica.afm and Helvetica-Bold.afm (reportlab 5 holds them,
read 2026-11), compared with the fonts of Liberation 2: where these differ, the wider one counts.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Thousandths of the font's size → the characters that are so wide.
_REGULAR: Mapping[int, str] = {
    75: "\N{COMBINING HORN}",
    191: "'",
    222: "ijlł‘’‚",
    260: "|¦",
    278: " !,./:;I[\\]ftı",
    333: "()-`r¡¨´¸·ˆˇ˘˙˚˛˜˝“”„‹›⁄",
    334: "{}",
    350: "•",
    355: '"',
    370: "ªº",
    389: "*",
    400: "°",
    469: "^",
    500: "Jcksvxyz",
    537: "¶",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«¯»ðþŁƒ–†‡€",
    584: "+<=>~¬±µ×÷−",
    611: "FTZ¿ßø",
    667: "&ABEKPSVXYÞ",
    722: "CDHNRUwÐ",
    737: "©®",
    778: "GOQØ",
    833: "Mm¼½¾",
    889: "%æ",
    944: "Wœ",
    1000: "ÆŒ—…‰™",
    1015: "@",
}
_BOLD: Mapping[int, str] = {
    75: "\N{COMBINING HORN}",
    238: "'",
    278: " ,./I\\ijlıł‘’‚",
    280: "|¦",
    333: "!()-:;[]`ft¡¨´¸·ˆˇ˘˙˚˛˜˝‹›⁄",
    350: "•",
    370: "ªº",
    389: "*r{}",
    400: "°",
    474: '"',
    500: "z“”„",
    556: "#$0123456789J_aceksvxy¢£¤¥§«¯¶»ƒ–†‡€",
    584: "+<=>^~¬±×÷−",
    611: "?FLTZbdghnopquµ¿ßðøþŁ",
    667: "EPSVXYÞ",
    722: "&ABCDHKNRUÐ",
    737: "©®",
    778: "GOQwØ",
    833: "M¼½¾",
    889: "%mæ",
    944: "Wœ",
    975: "@",
    1000: "ÆŒ—…‰™",
}
_WIDTHS: Mapping[bool, Mapping[str, int]] = {
    bold: {each: width for width, all_ in table.items() for each in all_}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}
#: What Chinese, Japanese and Korean take.
_WIDE = 1000
#: Pictures: Noto Color Emoji's are 2,550 units of 2,048 wide (its table `hmtx`, version 2.042).
_PICTURE = 1250
#: What a letter is wider for its accent: ``í`` is 56 wider than ``i``, ``ď`` 59 wider than ``d``.
_ACCENTED = 60
#: Whatever else a machine may find in some font: nearly all of Liberation Sans' are narrower.
_OTHER = 1100


def width(text: str, size: float, bold: bool = False) -> float:  # noqa: FBT001, FBT002 - as fonts
    """Return how wide a text is at most, in the unit of the size.

    Args:
        text: One line.
        size: The font's size.
        bold: It is the bold font.
    """
    return sum(_thousandths(each, bold=bold) for each in text) * size / 1000


def rows(text: str, size: float, across: float, bold: bool = False) -> list[str]:  # noqa: FBT001, FBT002 - as fonts
    """Return a text in rows, broken at spaces; only a longer word is wider than asked.

    Args:
        text: One line.
        size: The font's size.
        across: How wide a row may be, in the unit of the size.
        bold: It is the bold font.
    """
    found: list[str] = []
    for word in text.split(" "):
        longer = f"{found[-1]} {word}" if found else word
        if found and width(longer, size, bold) <= across:
            found[-1] = longer
        else:
            found.append(word)
    return found


@lru_cache(maxsize=4096)
def _thousandths(character: str, *, bold: bool) -> int:
    found = _WIDTHS[bold].get(character)
    if found is not None:
        return found
    category = unicodedata.category(character)
    if category == "So":
        return _PICTURE
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _WIDE
    if category in {"Mn", "Me"}:
        return 0
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == 1:
        return _OTHER
    return sum(_thousandths(each, bold=bold) for each in parts) + _ACCENTED
