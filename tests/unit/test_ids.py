"""Ids: a code and its id lead to one voucher, a name leads to one thing, and what is new sorts by its instant."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.codes import ALPHANUMERIC
from shared.domain.ids import code_hash, derived, hash_of, timed, voucher_id
from tests.unit.values import AT, MILLISECOND

codes = st.text(ALPHANUMERIC + "-", min_size=1, max_size=20)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)


@given(codes)
def test_a_code_in_any_spelling_and_its_id_lead_to_one_hash(code: str) -> None:
    ways = (code, code.lower(), f" {code} ", voucher_id("p", code), voucher_id("p", code.lower()))
    assert len({code_hash("p", way) for way in ways}) == 1


def test_what_only_begins_like_an_id_is_a_code() -> None:
    for code in ("v_1", "v_0123456789ABCDEG", "v_0123456789abcdef0", "V_0123456789abcdef"):
        assert code_hash("p", code) == hash_of("p", "code", code.upper())


def test_the_same_code_in_two_projects_is_two_vouchers() -> None:
    assert voucher_id("sandbox", "MUG") != voucher_id("production", "MUG")
    assert derived("cust", "sandbox", "ann") != derived("cust", "production", "ann")


def test_parts_do_not_run_into_each_other() -> None:
    assert len({hash_of("a", "bc"), hash_of("ab", "c"), hash_of("abc"), hash_of("a", "b", "c")}) == 4


def test_one_name_of_two_kinds_is_two_ids() -> None:
    assert derived("cust", "p", "7").removeprefix("cust_") != derived("ord", "p", "7").removeprefix("ord_")


def test_an_id_is_the_same_for_ever() -> None:
    assert voucher_id("proj_sandbox", "spring-1") == "v_a6b80cd7b5c513e2"
    assert derived("cust", "proj_sandbox", "ann") == "cust_eea1db600ec4fb77"


@pytest.mark.parametrize(
    ("case", "id_", "expected"),
    [
        ("plain", timed("r", AT, "0000000a"), "r_019cfacf10000000000a"),
        ("of a voucher", timed("r", AT, "0000000a", of="0123456789abcdef"), "r_0123456789abcdef019cfacf10000000000a"),
    ],
)
def test_a_new_id_is_its_instant_and_chance(case: str, id_: str, expected: str) -> None:
    assert id_ == expected


@given(instants, instants)
def test_new_ids_sort_by_their_instants(one: datetime, another: datetime) -> None:
    first, second = sorted((one, another))
    assert timed("r", first, "00000000") <= timed("r", second, "00000000")


@given(instants)
def test_ids_that_are_two_milliseconds_apart_are_told_apart(at: datetime) -> None:
    assert timed("r", at, "ffffffff") < timed("r", at + 2 * MILLISECOND, "00000000")


def test_chance_tells_ids_of_one_instant_apart() -> None:
    assert timed("r", AT, "00000001") < timed("r", AT, "00000002") < timed("r", AT + timedelta(seconds=1), "00000000")
