"""What an order costs: the amount that was sent, or its lines; always countable, never negative."""

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.errors import InvalidPayload
from shared.domain.money import LARGEST
from shared.domain.orders import Item, Order, Price
from shared.wire.body import read
from tests.strategies import amounts

MUG = {"product_id": "mug", "price": 1_500}


@pytest.mark.parametrize(
    ("case", "order", "total"),
    [
        ("an amount", {"amount": 10_000}, 10_000),
        ("an amount of nothing", {"amount": 0}, 0),
        ("lines", {"items": [MUG | {"quantity": 2}, {"price": 500}]}, 3_500),
        ("a line without a quantity is one unit", {"items": [MUG]}, 1_500),
        ("a line of no units", {"items": [MUG | {"quantity": 0}]}, 0),
        ("a line with an amount only", {"items": [{"amount": 900, "quantity": 3}]}, 900),
        ("a line's price counts before its amount", {"items": [MUG | {"quantity": 2, "amount": 1}]}, 3_000),
        ("also a price of nothing", {"items": [{"price": 0, "quantity": 2, "amount": 900}]}, 0),
        ("a line without either", {"items": [{"product_id": "gift"}]}, 0),
        ("where both are sent, the amount stands", {"amount": 2_000, "items": [MUG | {"quantity": 2}]}, 2_000),
        ("also an amount of nothing", {"amount": 0, "items": [MUG]}, 0),
        ("neither", {}, 0),
        ("as much as can be counted", {"items": [{"price": 2**52, "quantity": 2}]}, LARGEST),
    ],
)
def test_an_order_costs_the_amount_that_was_sent_or_its_lines(case: str, order: dict[str, Any], total: int) -> None:
    assert Order.model_validate(order).total == total


@pytest.mark.parametrize(
    ("case", "order", "path"),
    [
        ("a negative amount", {"amount": -1}, ("amount",)),
        ("a fraction of a cent", {"amount": 10.5}, ("amount",)),
        ("a whole number with a point", {"amount": 10.0}, ("amount",)),
        ("text", {"amount": "100"}, ("amount",)),
        ("more than 2^53", {"amount": LARGEST + 1}, ("amount",)),
        ("a negative price", {"items": [MUG, {"price": -1}]}, ("items", 1, "price")),
        ("a negative line", {"items": [{"amount": -1}]}, ("items", 0, "amount")),
        ("a negative quantity", {"items": [MUG | {"quantity": -1}]}, ("items", 0, "quantity")),
        ("half a unit", {"items": [MUG | {"quantity": 0.5}]}, ("items", 0, "quantity")),
        ("a line of more than 2^53", {"items": [{"price": LARGEST, "quantity": 2}]}, ()),
        ("lines of more than 2^53", {"items": [{"price": LARGEST}, {"price": 1}]}, ()),
        ("501 lines", {"items": [MUG] * 501}, ("items",)),
        ("a status that there is not", {"status": "LOST"}, ("status",)),
    ],
)
def test_an_order_that_cannot_be_counted_is_refused(case: str, order: dict[str, Any], path: tuple[object, ...]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Order.model_validate(order)
    assert [error["loc"] for error in refusal.value.errors()] == [path]


@given(st.lists(st.builds(Item, price=st.integers(0, 10**9), quantity=st.none() | st.integers(0, 1_000)), max_size=20))
def test_the_order_of_the_lines_does_not_change_what_they_cost(items: list[Item]) -> None:
    assert Order(items=items).total == Order(items=items[::-1]).total == sum(item.total for item in items)


@given(amounts, st.lists(st.floats(0, 1), max_size=10))
def test_a_price_counts_what_was_taken_off_so_far_and_last(amount: int, parts: list[float]) -> None:
    price = Price(amount)
    taken = []
    for part in parts:
        taken.append(int(price.total * part))
        price = price.less(taken[-1])
        assert price == (amount, list(accumulate(taken))[-1], taken[-1])
    assert price.total == amount - sum(taken) >= 0


@pytest.mark.parametrize("kind", ["product", "sku"])
@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", 7), ("sku", ["a"]), ("id", ""), ("price", "10"), ("override", "yes"), ("metadata", 1), ("name", "\x01")],
)
def test_what_is_said_of_a_product_must_be_what_clients_can_read(kind: str, field: str, wrong: object) -> None:
    with pytest.raises(InvalidPayload) as refused:
        read(Order, {"items": [{kind: {field: wrong}}]})
    assert str(refused.value.details).startswith(f"items.0.{kind}: {field}: ")


def test_a_product_is_told_back_as_it_was_described() -> None:
    described = {"name": "Mug", "price": 900, "metadata": {"shelf": 3}, "colour": "blue", "source_id": None}
    assert read(Order, {"items": [{"product": described}]}).items[0].product == described
