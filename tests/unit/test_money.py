"""Amounts: split to the last unit, rounded half up, never a fraction."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.money import LARGEST, Amount, allocate, percent_of
from tests.strategies import amounts

weights = st.lists(amounts, min_size=1, max_size=30).filter(any)
percents = st.decimals(0, 100, places=4)


@pytest.mark.parametrize(
    ("case", "amount", "by", "split"),
    [
        ("$2 over three lines of $5", 200, [500, 500, 500], [67, 67, 66]),
        ("10 over three lines of 100", 10, [100, 100, 100], [4, 3, 3]),
        ("10.00 over mug, poster and shirt", 1_000, [2_000, 4_500, 6_000], [160, 360, 480]),
        ("the largest remainder comes first", 100, [1, 2, 3], [17, 33, 50]),
        ("a line that costs nothing gets nothing", 100, [0, 7, 0], [0, 100, 0]),
        ("275 yen", 275, [100, 100, 75], [100, 100, 75]),
        ("1.001 dinar, in thousandths", 1_001, [1, 1], [501, 500]),
        ("nothing to split", 0, [3, 4], [0, 0]),
        ("the largest amount", LARGEST, [1, 1, 1], [3_002_399_751_580_331, 3_002_399_751_580_331, LARGEST // 3]),
    ],
)
def test_an_amount_is_split_to_the_last_unit(case: str, amount: int, by: list[int], split: list[int]) -> None:
    assert allocate(amount, by) == split
    assert sum(split) == amount


@given(amounts, weights)
@example(1, [1] * 30)
def test_shares_sum_to_the_amount_and_each_is_fair_to_less_than_one_unit(amount: int, by: list[int]) -> None:
    shares = allocate(amount, by)
    assert sum(shares) == amount
    for share, weight in zip(shares, by, strict=True):
        assert abs(share - Fraction(amount * weight, sum(by))) < 1


@given(amounts, weights)
def test_who_weighs_more_never_gets_less(amount: int, by: list[int]) -> None:
    in_order = [share for _, share in sorted(zip(by, allocate(amount, by), strict=True))]
    assert in_order == sorted(in_order)


@given(amounts, st.integers(1, 10**6), st.integers(1, 30))
def test_among_equals_the_first_are_served_first(amount: int, weight: int, lines: int) -> None:
    shares = allocate(amount, [weight] * lines)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1


@pytest.mark.parametrize("by", [[], [0], [0, 0]])
def test_there_must_be_something_to_split_by(by: list[int]) -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        allocate(100, by)


@pytest.mark.parametrize(
    ("case", "amount", "percent", "part"),
    [
        ("15 % of 19.99 is 2.9985", 1_999, "15", 300),
        ("half a cent rounds up", 50, "1", 1),
        ("and not to the even one", 250, "1", 3),
        ("less than half a cent is nothing", 49, "1", 0),
        ("12.5 %", 1_000, "12.5", 125),
        ("a third, to four places", 10_000, "33.3333", 3_333),
        ("10 % of 275 yen is 27.5", 275, "10", 28),
        ("10 % of 1.001 dinar is 0.1001", 1_001, "10", 100),
        ("all of it", 12_345, "100", 12_345),
        ("none of it", 12_345, "0", 0),
        ("of the largest amount, to the unit", LARGEST, "99.9999", 9_007_190_247_541_737),
    ],
)
def test_a_percentage_rounds_half_up_to_the_minor_unit(case: str, amount: int, percent: str, part: int) -> None:
    assert percent_of(amount, Decimal(percent)) == part


@given(amounts, percents)
def test_a_percentage_is_exact_to_half_a_unit(amount: int, percent: Decimal) -> None:
    error = percent_of(amount, percent) - Fraction(amount) * Fraction(percent) / 100
    assert -Fraction(1, 2) < error <= Fraction(1, 2)


@pytest.mark.parametrize("amount", [-1, LARGEST + 1, 10.5, 10.0, "10", True, None, float("nan")])
def test_only_a_whole_number_up_to_2_to_the_53_is_an_amount(amount: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Amount).validate_python(amount)
