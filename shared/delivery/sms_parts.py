"""How a text message is cut into the parts that a phone puts together again, and that are paid for one by one.

What the GSM alphabet has goes into 7 bits a character (160 in one part, 153 in each of several, for they are numbered),
anything else makes all of it UCS-2, 16 bits each (70 and 67). Neither a character of two septets nor a surrogate pair
is ever split.

Source: 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension table) and TS 23.040, 9.2.3.24.1 (concatenation).
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each is an escape and another septet."""
ALONE = {"GSM-7": 160, "UCS-2": 70}
"""Units of a message that is one part."""
AMONG_SEVERAL = {"GSM-7": 153, "UCS-2": 67}
"""Units of a part that is one of several."""
BEYOND = 0xFFFF
"""Code points that are two units of UCS-2, a surrogate pair."""

Encoding = Literal["GSM-7", "UCS-2"]


class Parts(NamedTuple):
    encoding: Encoding
    characters: int
    """As they are counted: septets, or units of 16 bits."""
    parts: int


def parts_of(text: str) -> Parts:
    """What a text message comes to.

    >>> tuple(parts_of("Happy birthday! 20% off")), tuple(parts_of("€" * 81)), tuple(parts_of("Alles Gute 🎂"))
    (('GSM-7', 23, 1), ('GSM-7', 162, 2), ('UCS-2', 13, 1))
    """
    encoding: Encoding = "GSM-7" if BASIC.union(EXTENSION).issuperset(text) else "UCS-2"
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    return Parts(encoding, units, 1 if units <= ALONE[encoding] else _filled(widths, AMONG_SEVERAL[encoding]))


def _width(character: str, encoding: Encoding) -> int:
    two = character in EXTENSION if encoding == "GSM-7" else ord(character) > BEYOND
    return 2 if two else 1


def _filled(widths: Iterable[int], room: int) -> int:
    """How many parts with so much room each are begun, if no character is split."""
    parts, left = 1, room
    for width in widths:
        if width > left:
            parts, left = parts + 1, room
        left -= width
    return parts
