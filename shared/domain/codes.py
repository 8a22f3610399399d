"""Voucher codes: what may be one, when two are the same, and how new ones are drawn."""

import re
import unicodedata
from collections.abc import Callable
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
    to the customer who types it.

    >>> {normal_form(typed) for typed in (" indirim20 ", "İNDİRİM20", "INDIRIM20", "ındırım20")}
    {'INDIRIM20'}
    """
    folded = unicodedata.normalize("NFKC", code.strip()).replace("ı", "i").replace("İ", "i")
    return unicodedata.normalize("NFC", folded.upper().replace("\u0307", ""))


def _possible(code: str) -> str:
    code = unicodedata.normalize("NFC", code)
    if not _POSSIBLE.fullmatch(code) or not code.strip():
        raise ValueError("may hold letters, digits, spaces and ! @ # $ % ^ & * ( ) + = : . , ~ ' _ - only")
    return code


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
    prefix: Annotated[str, Field(max_length=32)] | None = None
    postfix: Annotated[str, Field(max_length=32)] | None = None
    pattern: Annotated[str, Field(max_length=LONGEST)] | None = None

    @model_validator(mode="after")
    def _must_make_possible_codes(self) -> "CodeConfig":
        sample = self.draw(lambda letters: letters[0])
        _possible(sample)
        if sample.startswith("v_"):
            raise ValueError("makes codes that begin like a voucher's id, v_")
        if len(sample) > LONGEST:
            raise ValueError(f"makes codes longer than {LONGEST} characters")
        for letter in self.letters:
            _possible(f"x{letter}x")
        return self

    @property
    def letters(self) -> str:
        return LETTERS.get(self.charset, self.charset)

    def draw(self, choose: Callable[[str], str]) -> str:
        """A code, each random character chosen from the charset by ``choose``.

        >>> CodeConfig(pattern="SPRING-####").draw(lambda letters: letters[-1])
        'SPRING-ZZZZ'
        >>> CodeConfig(length=4, prefix="MUG-").draw(lambda letters: letters[0])
        'MUG-0000'
        """
        pattern = self.pattern or f"{self.prefix or ''}{'#' * self.length}{self.postfix or ''}"
        return "".join(choose(self.letters) if character == "#" else character for character in pattern)

    @property
    def space(self) -> int:
        """How many different codes there can be, by normal form.

        >>> CodeConfig(pattern="A-##", charset="01").space
        4
        """
        blanks = self.pattern.count("#") if self.pattern is not None else self.length
        return int(len({normal_form(letter) for letter in self.letters}) ** blanks)


LETTERS = {
    "alphanumeric": ALPHANUMERIC,
    "alphabetic": ALPHANUMERIC[10:],
    "numbers": ALPHANUMERIC[:10],
}
"""The charsets that have a name; any other charset is the letters themselves."""
