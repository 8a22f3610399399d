"""Text messages in parts: known ones, and that no other way of cutting needs fewer."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.delivery.sms_parts import BASIC, EXTENSION, parts_of

GSM = "".join(sorted(BASIC | EXTENSION))


@pytest.mark.parametrize(
    ("case", "text", "told"),
    [
        ("nothing", "", ("GSM-7", 0, 1)),
        ("as long as one part is", "a" * 160, ("GSM-7", 160, 1)),
        ("one too many", "a" * 161, ("GSM-7", 161, 2)),
        ("two full ones", "a" * 306, ("GSM-7", 306, 2)),
        ("one more", "a" * 307, ("GSM-7", 307, 3)),
        ("an extended one counts twice", "a" * 158 + "€", ("GSM-7", 160, 1)),
        ("and is one too many here", "a" * 159 + "€", ("GSM-7", 161, 2)),
        ("one at the seam is not split", "a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3)),
        ("but fits before it", "a" * 151 + "€" + "a" * 153, ("GSM-7", 306, 2)),
        ("letters that the alphabet has", "ÄÖÜäöüß ñÑ éèùìò ÇØøÅåÆæ Δ €", ("GSM-7", 29, 1)),
        ("one that it has not", "á", ("UCS-2", 1, 1)),
        ("a small ç, which it has not", "ç", ("UCS-2", 1, 1)),
        ("a typographer's apostrophe", "It’s your day" + "a" * 57, ("UCS-2", 70, 1)),
        ("one too many of those", "It’s your day" + "a" * 58, ("UCS-2", 71, 2)),
        ("two full ones of those", "ж" * 134, ("UCS-2", 134, 2)),
        ("one more of those", "ж" * 135, ("UCS-2", 135, 3)),
        ("a cake counts twice", "🎂" * 35, ("UCS-2", 70, 1)),
        ("one at the seam is not split", "ж" * 66 + "🎂" + "ж" * 66, ("UCS-2", 134, 3)),
        ("every sign there is", GSM, ("GSM-7", 127 + 2 * 10, 1)),
        ("a tab is none of them", "\t", ("UCS-2", 1, 1)),
        ("a grave accent neither", "`", ("UCS-2", 1, 1)),
    ],
)
def test_a_text_comes_to_so_many_parts(case: str, text: str, told: tuple[str, int, int]) -> None:
    assert parts_of(text) == told


ANY = st.one_of(st.text(st.sampled_from(GSM), max_size=700), st.text(st.sampled_from("aж€🎂"), max_size=300))


@given(ANY)
@example("€" * 77)
def test_parts_hold_the_text_and_none_is_there_for_nothing(text: str) -> None:
    encoding, units, parts = parts_of(text)
    alone, room = (160, 153) if encoding == "GSM-7" else (70, 67)
    assert (parts == 1) == (units <= alone)
    # A part that a wide character did not fit into has one unit empty, and no more than that.
    assert units <= alone or math.ceil(units / room) <= parts <= math.ceil(units / (room - 1))
    if encoding == "UCS-2":
        assert units == len(text.encode("utf-16-le")) // 2


@given(ANY, ANY)
def test_more_text_is_never_fewer_parts(text: str, more: str) -> None:
    if parts_of(text).encoding == parts_of(text + more).encoding:
        assert parts_of(text + more).parts >= parts_of(text).parts
