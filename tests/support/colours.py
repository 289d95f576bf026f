"""What people see of colours: contrast, colour blindness, how far two are apart; for tests.

Contrast is WCAG 2.2's; colour blindness is simulated as Machado, Oliveira and Fernandes (2009) do,
at severity 1.0, in linear RGB; distances are CIEDE2000 (Sharma, Wu and Dalal 2005) under D65.
Imports nothing of jobstate.
"""

from __future__ import annotations

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import Final, TypeAlias

#: Red, green and blue, or lightness, a and b.
Triple: TypeAlias = tuple[float, float, float]

#: What is seen → what that makes of linear red, green and blue.
VISIONS: Final[dict[str, tuple[Triple, Triple, Triple]]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_TO_XYZ: Final = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE: Final = (0.95047, 1.0, 1.08883)


def linear(colour: str) -> Triple:
    """Return a colour of CSS, ``#rrggbb``, as linear red, green and blue."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    shares = (0.2126, 0.7152, 0.0722)
    low, high = sorted(
        sum(part * share for part, share in zip(linear(each), shares, strict=True))
        for each in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def apart(one: str, other: str, vision: str) -> float:
    """Return how far two colours are apart for those who see so."""
    return ciede2000(lab(seen(one, vision)), lab(seen(other, vision)))


def seen(colour: str, vision: str) -> Triple:
    """Return what is seen of a colour: linear red, green and blue, each from 0 to 1."""
    shares = _times(VISIONS[vision], linear(colour))
    red, green, blue = (min(max(each, 0.0), 1.0) for each in shares)
    return red, green, blue


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    first, second, third = (
        sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix
    )
    return first, second, third


def lab(rgb: Triple) -> Triple:
    """Return linear red, green and blue as CIE L*a*b*."""
    x, y, z = (
        _root(value / white) for value, white in zip(_times(_TO_XYZ, rgb), _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (841 * value) / 108 + 4 / 29


def ciede2000(one: Triple, other: Triple) -> float:
    """Return the distance of two colours, given as CIE L*a*b*."""
    (light_1, a_1, b_1), (light_2, a_2, b_2) = one, other
    mean = (hypot(a_1, b_1) + hypot(a_2, b_2)) / 2
    stretch = 1 + (1 - _saturation(mean)) / 2
    chroma_1, chroma_2 = hypot(a_1 * stretch, b_1), hypot(a_2 * stretch, b_2)
    hue_1, hue_2 = (degrees(atan2(b, a * stretch)) % 360 for a, b in ((a_1, b_1), (a_2, b_2)))
    turn = (hue_2 - hue_1 + 180) % 360 - 180 if chroma_1 * chroma_2 else 0.0
    if abs(turn) == 180:
        turn = 180.0 if hue_2 > hue_1 else -180.0
    hue = (hue_1 + turn / 2) % 360 if chroma_1 * chroma_2 else hue_1 + hue_2
    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    weight = (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )
    far = (light - 50) ** 2
    by_light = (light_2 - light_1) / (1 + 0.015 * far / sqrt(20 + far))
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * sqrt(chroma_1 * chroma_2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    rotation = -2 * _saturation(chroma) * sin(radians(60 * exp(-(((hue - 275) / 25) ** 2))))
    return sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _saturation(chroma: float) -> float:
    return sqrt(chroma**7 / (chroma**7 + 25**7))
