"""Voucher codes: what may be one, when two are the same, and how new ones are drawn."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from shared.domain.model import Sent

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 128
LIKE_AN_ID = re.compile("v_[0-9a-f]{16}")
_POSSIBLE = re.compile(r"[\w !@#$%^&*()+=:.,~'-]+")


def normal_form(code: str) -> str:
    """What two spellings of one code have in common: no case, no surrounding space, no Turkish surprise.

    Dotted and dotless i are one letter here, because ``İNDİRİM20``, ``indirim20`` and ``INDIRIM20`` are one code
    to the customer who types it; so are ``STRASSE``, ``straße`` and ``STRAẞE``. Source of the folding: Unicode
    Standard 15, section 3.13, D146 (compatibility caseless matching).

    >>> {normal_form(typed) for typed in (" indirim20 ", "İNDİRİM20", "INDIRIM20", "ındırım20", "i̇ndi̇ri̇m20")}
    {'INDIRIM20'}
    """
    if code.isascii():
        return code.strip().upper()
    folded = unicodedata.normalize("NFD", code).casefold()
    folded = unicodedata.normalize("NFKD", folded).casefold()
    # what is left of a dotted i after folding, and the dotless one
    folded = unicodedata.normalize("NFKC", folded.replace("i\u0307", "i").replace("ı", "i"))
    return folded.upper().strip()


def _possible(code: str) -> str:
    code = unicodedata.normalize("NFC", code)
    allowed = _POSSIBLE.fullmatch("".join(character for character in code if not _marks(character)))
    if not allowed or not normal_form(code):
        raise ValueError("may hold letters, digits, spaces and ! @ # $ % ^ & * ( ) + = : . , ~ ' _ - only")
    return code


def _marks(character: str) -> bool:
    """Accents and vowel signs that stand on a letter: many scripts cannot be written without them."""
    return unicodedata.category(character).startswith("M")


Code = Annotated[str, Field(strict=True, min_length=1, max_length=LONGEST), AfterValidator(_possible)]
"""A string that could be somebody's code; letters of any script."""


def _no_id(code: str) -> str:
    if LIKE_AN_ID.fullmatch(code):
        raise ValueError("must not look like a voucher's id")
    return code


NewCode = Annotated[Code, AfterValidator(_no_id)]
"""A code that somebody may give to a new voucher."""


class CodeConfig(Sent):
    """How the codes of a campaign look."""

    length: Annotated[int, Field(strict=True, ge=1, le=LONGEST)] = 8
    charset: Annotated[str, Field(min_length=2, max_length=LONGEST)] = "alphanumeric"
    prefix: Annotated[str, Field(max_length=32, pattern="^[^#]*$")] | None = None
    postfix: Annotated[str, Field(max_length=32, pattern="^[^#]*$")] | None = None
    pattern: Annotated[str, Field(min_length=1, max_length=LONGEST)] | None = None

    @model_validator(mode="after")
    def _must_make_possible_codes(self) -> "CodeConfig":
        sample = self.draw(lambda letters: letters[0])
        _possible(sample)
        if sample.startswith("v_"):
            raise ValueError("makes codes that begin like a voucher's id, v_")
        if len(sample) > LONGEST:
            raise ValueError(f"makes codes longer than {LONGEST} characters")
        if self.charset not in LETTERS:
            for letter in self.charset:
                _refuse_letter(letter)
        return self

    @property
    def letters(self) -> str:
        return LETTERS.get(self.charset, self.charset)

    @property
    def alphabet(self) -> str:
        """The letters that people can tell apart: of those that share a normal form, the first.

        >>> CodeConfig(charset="aAbB").alphabet
        'ab'
        """
        if self.charset in LETTERS:
            return self.letters
        return "".join({normal_form(letter): letter for letter in reversed(self.letters)}.values())[::-1]

    @property
    def shape(self) -> str:
        """The pattern, written out: each ``#`` is a letter of the alphabet."""
        return self.pattern or f"{self.prefix or ''}{'#' * self.length}{self.postfix or ''}"

    def draw(self, choose: Callable[[str], str]) -> str:
        """A code, each random character chosen from the charset by ``choose``.

        >>> CodeConfig(pattern="SPRING-####").draw(lambda letters: letters[-1])
        'SPRING-ZZZZ'
        >>> CodeConfig(length=4, prefix="MUG-").draw(lambda letters: letters[0])
        'MUG-0000'
        """
        alphabet = self.alphabet
        return "".join(choose(alphabet) if character == "#" else character for character in self.shape)

    def draw_many(self, count: int, chance: Callable[[int], bytes]) -> list[str]:
        """As many codes as are wanted, drawn together from ``chance(n)``, n random bytes; some may be alike.

        >>> CodeConfig(pattern="A##-#", charset="01").draw_many(2, lambda n: bytes(range(n)))
        ['A01-0', 'A01-1']
        """
        alphabet = self.alphabet
        columns: list[Iterable[str]] = []
        for part in re.findall("#+|[^#]+", self.shape):
            if part[0] == "#":
                width = len(part)
                text = letters(alphabet, count * width, chance)
                columns.append([text[at : at + width] for at in range(0, count * width, width)])
            else:
                columns.append(repeat(part, count))
        return list(map("".join, zip(*columns, strict=True)))

    @property
    def space(self) -> int:
        """How many different codes there can be, by normal form.

        >>> CodeConfig(pattern="A-##", charset="01").space
        4
        """
        return int(len(self.alphabet) ** self.shape.count("#"))


def letters(alphabet: str, count: int, chance: Callable[[int], bytes]) -> str:
    """Letters drawn from an alphabet of at most 256, each as likely as any other.

    A random byte is a letter's number, over and over; the bytes beyond the last whole round are thrown away, for with
    them the first letters would come more often than the others.

    >>> letters("ABC", 4, lambda n: bytes([255, 0, 1, 2, 254, 253][:n]))
    'ABCC'
    """
    size = len(alphabet)
    fair = 256 - 256 % size
    rounds, beyond = bytes(byte % size for byte in range(256)), bytes(range(fair, 256))
    numbers = b""
    while len(numbers) < count:
        # a little more than will be thrown away on average, so that a second helping is rare
        missing = (count - len(numbers)) * 256 // fair
        numbers += chance(missing + missing // 64 + 1).translate(rounds, beyond)
    numbers = numbers[:count]
    if alphabet.isascii():
        return numbers.translate(alphabet.encode().ljust(256)).decode()
    return numbers.decode("latin-1").translate(dict(enumerate(alphabet)))


def _refuse_letter(letter: str) -> None:
    """Refuse what would make two codes of one spelling, or none: how many there can be could not be told."""
    if letter.isspace():
        raise ValueError("charset: must not hold spaces")
    _possible(f"x{letter}x")
    if _marks(letter) or len(normal_form(letter)) != 1:
        raise ValueError(f"charset: {letter} is no letter of its own")


LETTERS = {
    "alphanumeric": ALPHANUMERIC,
    "alphabetic": ALPHANUMERIC[10:],
    "numbers": ALPHANUMERIC[:10],
}
"""The charsets that have a name; any other charset is the letters themselves."""
