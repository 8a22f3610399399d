"""Codes: what may be one, when two are the same, and how new ones are drawn."""

import re
import string
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.codes import ALPHANUMERIC, LONGEST, Code, CodeConfig, NewCode, letters, normal_form
from shared.runtime.chance import draw, draw_many

read = TypeAdapter(Code).validate_python
PUNCTUATION = "!@#$%^&*()+=:.,~'_-"
SCRIPTS = "ıİäöüßéñçşğÅØœǅŀ" + "αΩςΐϋ" + "жЯёї" + "ԱևԺ" + "אב" + "خصم" + "კმ" + "優惠券" + "クーポン" + "쿠폰" + "Ａ１ﬁ"
codes = st.text(st.sampled_from(ALPHANUMERIC + string.ascii_lowercase + PUNCTUATION + SCRIPTS), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("case", "typed", "form"),
    [
        ("as it is", "SPRING-20", "SPRING-20"),
        ("small letters", "spring-20", "SPRING-20"),
        ("spaces around it", "  Spring-20\t", "SPRING-20"),
        ("a Turkish keyboard, small", "ındırım20", "INDIRIM20"),
        ("a Turkish keyboard, capital", "İNDİRİM20", "INDIRIM20"),
        ("a Turkish keyboard, the dot apart", "I\u0307NDI\u0307RI\u0307M20", "INDIRIM20"),
        ("full width, as Japanese keyboards type", "ＳＰＲＩＮＧ－２０", "SPRING-20"),
        ("an accent in one piece", "caf\u00e9", "CAF\u00c9"),
        ("an accent apart", "cafe\u0301", "CAF\u00c9"),
        ("a German sharp s", "straße", "STRASSE"),
        ("a Greek final sigma", "λόγος", "ΛΌΓΟΣ"),
        ("a space within", "MUG 20", "MUG 20"),
    ],
)
def test_spellings_of_one_code_have_one_normal_form(case: str, typed: str, form: str) -> None:
    assert normal_form(typed) == form


@given(codes)
def test_the_normal_form_of_a_normal_form_is_itself(code: str) -> None:
    assert normal_form(normal_form(code)) == normal_form(code)


@given(codes, st.sampled_from(["", " ", "  ", "\t", "\n"]))
def test_case_and_surrounding_space_make_no_difference(code: str, space: str) -> None:
    assert {normal_form(it) for it in (code.lower(), code.upper(), f"{space}{code}{space}")} == {normal_form(code)}


@given(st.text(ALPHANUMERIC, min_size=1), st.text(ALPHANUMERIC, min_size=1))
def test_two_codes_are_the_same_only_if_their_letters_are(one: str, another: str) -> None:
    assert (normal_form(one) == normal_form(another)) is (one == another)


@pytest.mark.parametrize(
    "code", ["A", "spring 20", PUNCTUATION, "ÄÖÜ", "коD-1", "優惠券", "خصم", "x" * LONGEST, " MUG", "İNDİRİM20"]
)
def test_letters_of_any_script_digits_and_some_signs_make_a_code(code: str) -> None:
    assert read(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "   ",
        "x" * (LONGEST + 1),
        "🎁",
        "a/b",
        "../etc",
        "a\\b",
        "<b>",
        "a\nb",
        "a\x00b",
        "a;b",
        '"',
        "a?b",
        "\u200b",
        5,
    ],
)
def test_anything_else_is_no_code(code: object) -> None:
    with pytest.raises(ValidationError):
        read(code)


@pytest.mark.parametrize("code", ["v_0123456789abcdef", "v_ffffffffffffffff"])
def test_a_new_code_does_not_look_like_a_vouchers_id(code: str) -> None:
    assert read(code) == code
    with pytest.raises(ValidationError):
        TypeAdapter(NewCode).validate_python(code)


# How a campaign's codes look

configs = st.builds(
    CodeConfig,
    length=st.integers(1, 40),
    charset=st.sampled_from(["alphanumeric", "alphabetic", "numbers"])
    | st.text(ALPHANUMERIC + "-_äöü", min_size=2, max_size=40),
    prefix=st.none() | st.text(ALPHANUMERIC + "-_", max_size=10),
    postfix=st.none() | st.text(ALPHANUMERIC + "-_", max_size=10),
    pattern=st.none() | st.text(ALPHANUMERIC + "-_####", min_size=1, max_size=40),
)


@given(configs)
def test_a_drawn_code_is_possible_and_fits_its_pattern(config: CodeConfig) -> None:
    pattern = config.pattern or f"{config.prefix or ''}{'#' * config.length}{config.postfix or ''}"
    code = draw(config)
    assert read(code) == code
    assert len(code) == len(pattern)
    shape = "".join(f"[{re.escape(config.letters)}]" if it == "#" else re.escape(it) for it in pattern)
    assert re.fullmatch(shape, code)


@pytest.mark.parametrize(
    ("case", "config", "first", "last", "space"),
    [
        ("nothing said", {}, "00000000", "ZZZZZZZZ", 36**8),
        ("numbers", {"charset": "numbers", "length": 4}, "0000", "9999", 10_000),
        ("letters", {"charset": "alphabetic", "length": 2}, "AA", "ZZ", 26**2),
        ("letters of one's own", {"charset": "XY", "length": 3}, "XXX", "YYY", 8),
        ("a prefix and a postfix", {"length": 2, "prefix": "A-", "postfix": "-Z"}, "A-00-Z", "A-ZZ-Z", 36**2),
        (
            "a pattern overrides the length",
            {"length": 9, "pattern": "A-##-B-#", "charset": "01"},
            "A-00-B-0",
            "A-11-B-1",
            8,
        ),
        ("a pattern with nothing random", {"pattern": "SPRING"}, "SPRING", "SPRING", 1),
        ("letters that are the same to who types them", {"charset": "aAbB", "length": 2}, "aa", "bb", 4),
        ("Turkish letters that are the same", {"charset": "iıIİ", "length": 2}, "ii", "ii", 1),
    ],
)
def test_how_many_codes_there_can_be(case: str, config: dict[str, Any], first: str, last: str, space: int) -> None:
    its = CodeConfig(**config)
    assert (its.draw(lambda letters: letters[0]), its.draw(lambda letters: letters[-1])) == (first, last)
    assert its.space == space


@given(st.text("abAB01", min_size=2, max_size=6), st.text("#-", min_size=1, max_size=4))
def test_the_space_is_what_drawing_everything_would_find(charset: str, pattern: str) -> None:
    config = CodeConfig(charset=charset, pattern=pattern)
    every = [""]
    for sign in pattern:
        every = [code + letter for code in every for letter in (charset if sign == "#" else sign)]
    assert len({normal_form(code) for code in every}) == config.space


@pytest.mark.parametrize(
    ("case", "config"),
    [
        ("no length", {"length": 0}),
        ("too long", {"length": LONGEST + 1}),
        ("too long with its prefix", {"length": LONGEST, "prefix": "A"}),
        ("one letter only", {"charset": "A"}),
        ("a letter that no code has", {"charset": "AB/"}),
        ("emoji", {"charset": "🎁🎀"}),
        ("a letter that is two in any other spelling", {"charset": "ABß"}),
        ("an accent that stands on the letter before", {"charset": "AE\u0301"}),
        ("a control character in the charset", {"charset": "AB\u0007"}),
        ("a charset that is one letter, in two sizes", {"prefix": "#", "charset": "aA"}),
        ("a prefix that no code has", {"prefix": "<b>"}),
        ("a postfix that no code has", {"postfix": "?"}),
        ("a pattern that no code has", {"pattern": "../##"}),
        ("a pattern too long", {"pattern": "#" * (LONGEST + 1)}),
        ("a control character", {"pattern": "A\n##"}),
        ("what begins like a voucher's id", {"prefix": "v_", "length": 16, "charset": "0123456789abcdef"}),
    ],
)
def test_a_config_that_cannot_make_codes_is_refused_at_once(case: str, config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CodeConfig(**config)


@pytest.mark.parametrize("typed", ["STRAẞE", "straße", "Strasse"])
def test_a_sharp_s_of_any_size_is_two(typed: str) -> None:
    assert normal_form(typed) == "STRASSE"


@pytest.mark.parametrize("code", ["\u037a", "A\u037a", "\ufc5e", "ŉ", "ΐ", "ﬃ"])
def test_the_normal_form_of_the_oddest_letters_is_its_own_too(code: str) -> None:
    assert normal_form(normal_form(code)) == normal_form(code)


# Drawing many at once


@given(configs, st.integers(0, 50))
def test_codes_drawn_together_are_as_many_as_are_wanted_and_fit_the_pattern(config: CodeConfig, count: int) -> None:
    codes = draw_many(config, count)
    assert len(codes) == count
    shape = "".join(f"[{re.escape(config.alphabet)}]" if it == "#" else re.escape(it) for it in config.shape)
    assert all(re.fullmatch(shape, code) for code in codes)


@pytest.mark.parametrize("alphabet", [ALPHANUMERIC, "01", "ABC", "ÄÖÜabc", "".join(map(chr, range(0x4E00, 0x4E80)))])
def test_every_letter_comes_as_often_as_any_other(alphabet: str) -> None:
    """Chi-square against the uniform distribution, at five standard deviations: a modulo of a byte would be at 500."""
    drawn = 200_000
    seen = Counter(letters(alphabet, drawn, Random(7).randbytes))
    assert set(seen) == set(alphabet)
    expected = drawn / len(alphabet)
    square = sum((seen[letter] - expected) ** 2 / expected for letter in alphabet)
    freedom = len(alphabet) - 1
    assert abs(square - freedom) < 5 * (2 * freedom) ** 0.5


def test_no_place_of_a_code_knows_of_another() -> None:
    config = CodeConfig(pattern="##-##", charset="ABCD")
    pairs = Counter((code[1], code[3]) for code in config.draw_many(160_000, Random(7).randbytes))
    assert len(pairs) == 16
    assert sum((seen - 10_000) ** 2 / 10_000 for seen in pairs.values()) < 15 + 5 * 30**0.5


def test_what_chance_throws_away_is_drawn_again() -> None:
    """Bytes beyond the last whole round of the alphabet are no letters; they run out at first here."""
    chance = iter([b"\xff" * 500, *[b"\x00\xff", b"\x01\xff", b"\x02\xff"] * 3])
    assert letters("ABC", 5, lambda n: next(chance)[:n].ljust(n, b"\xff")) == "ABCAB"


def test_alike_letters_are_drawn_as_one() -> None:
    assert set(letters(CodeConfig(charset="aAbBiıIİ").alphabet, 1_000, Random(7).randbytes)) == set("abi")
