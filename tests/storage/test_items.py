"""How things lie in the table: small, under keys that begin with their project, on an index only where they must be."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.orders import Order
from shared.storage.keys import SHARDS, TIME_TO_LIVE, Key, digest, listing, pooling, shard_of
from tests.unit.till import Till
from tests.unit.values import AT, DAY, lock, percent

Items = Callable[[], list[dict[str, Any]]]
CART = Order.model_validate(
    {
        "source_id": "cart-2026-03-17-000123",
        "items": [{"product_id": "prod_0123456789", "source_id": "mug-blue", "quantity": 2, "price": 1_500}],
    }
)
KILOBYTE = 1_024


def size_of(item: dict[str, Any]) -> int:
    """The bytes of an item as DynamoDB counts them: names and values, 38 digits in at most 21, a truth in one."""
    sizes = {bool: lambda _: 1, int: lambda value: len(str(value)) // 2 + 2, str: lambda value: len(value.encode())}
    return sum(len(name) + sizes[type(value)](value) for name, value in item.items())


def kind_of(item: dict[str, Any]) -> str:
    return str(item["PK"].split("#")[1])


def test_each_item_of_a_one_line_checkout_is_one_write_unit(on_table: Till, items: Items) -> None:
    on_table.campaign("SPRING-0001", discount=percent(20, amount_limit=5_000), quantity=1)
    on_table.validate("SPRING-0001", order=CART, customer="ann", session=lock("cart-1"))
    on_table.redeem(
        "SPRING-0001", order=CART, customer="household-1234567", session=lock("cart-1"), metadata={"till": 4}
    )
    sizes = {kind_of(item): size_of(item) for item in items()}
    assert set(sizes) == {"voucher", "campaign", "campaign_name", "redemptions", "order", "customer"}
    assert {kind: size for kind, size in sizes.items() if size > KILOBYTE} == {}
    assert sizes["voucher"] < 700


def test_every_key_begins_with_its_project(on_table: Till, items: Items, project: str) -> None:
    on_table.campaign("S-1", "S-2")
    on_table.voucher()
    on_table.issue("ann", campaign="Spring", source_id="mail-7")
    on_table.validate("MUG", session=lock())
    on_table.redeem("MUG", order=CART, customer="ann", session=lock())
    on_table.redeem("GONE")
    for item in items():
        for name in ("PK", "list", "pool", "owner"):
            assert item.get(name, f"{project}#").startswith(f"{project}#")


@pytest.mark.parametrize(
    ("kind", "indexed"),
    [
        ("voucher", {"list", "listed", "pool", "pooled"}),
        ("redemptions", {"list", "listed", "owner", "owned"}),
        ("order", {"list", "listed", "owner", "owned"}),
        ("customer", {"list", "listed", "pool", "pooled", "owner", "owned"}),
    ],
)
def test_an_index_holds_only_what_is_found_by_it(on_table: Till, items: Items, kind: str, indexed: set[str]) -> None:
    on_table.voucher()
    on_table.redeem("MUG", order=CART, customer="ann")
    found = [item for item in items() if kind_of(item) == kind and item["SK"] != "summary"]
    assert len(found) == 1
    assert {"list", "listed", "pool", "pooled", "owner", "owned"} & set(found[0]) == indexed


def test_a_summary_is_small_and_on_no_list(on_table: Till, items: Items) -> None:
    on_table.voucher(quantity=None)
    for number in range(20):
        cart = CART.model_copy(update={"source_id": f"cart-{number}"})
        on_table.redeem("MUG", order=cart, customer="household-1234567", at=AT + number * DAY)
    [summary] = [item for item in items() if item["SK"] == "summary"]
    assert len([name for name in summary if " last " in name]) == 8, "the newest few, however many there are"
    assert size_of(summary) < KILOBYTE
    assert not {"list", "pool"} & set(summary)


def test_to_count_a_use_touches_no_index(on_table: Till, items: Items) -> None:
    on_table.campaign("S-1", quantity=None)

    def places() -> list[tuple[Any, ...]]:
        return [
            tuple(item.get(name) for name in ("PK", "list", "listed", "pool", "pooled", "owner", "owned"))
            for item in items()
            if kind_of(item) == "voucher" and item["SK"] == "voucher"
        ]

    before = places()
    on_table.validate("S-1", session=lock())
    on_table.redeem("S-1")
    assert places() == before


def test_a_given_code_leaves_the_free_ones(on_table: Till, items: Items) -> None:
    on_table.campaign("S-1", "S-2")
    given = on_table.issue("ann", campaign="Spring").publication.codes[0]
    pooled = [item for item in items() if kind_of(item) == "voucher" and "pooled" in item]
    states = {item["pooled"].partition("#")[0] for item in pooled}
    assert states == {"free", "held"}
    held = [item for item in pooled if item["pooled"].startswith("held#")]
    assert [item["PK"].rpartition("#")[2] for item in held] == [on_table.find(given).id[2:]]


def test_nothing_that_counts_is_swept_by_the_broom(on_table: Till, items: Items) -> None:
    on_table.campaign("S-1")
    on_table.issue("ann", campaign="Spring")
    on_table.redeem("S-1", order=CART, customer="ann")
    assert [item for item in items() if TIME_TO_LIVE in item] == []


# Keys


def test_shards_are_even_and_the_same_for_ever() -> None:
    counts = Counter(shard_of(f"v_{number:016x}") for number in range(8_000))
    assert set(counts) == set(range(SHARDS))
    assert all(900 < count < 1_100 for count in counts.values())
    assert [shard_of(f"camp_{number}") for number in range(8)] == [0, 2, 7, 6, 2, 2, 7, 6]


def test_no_two_things_share_a_key() -> None:
    keys = [
        Key.voucher("p", "1"),
        Key.hold("p", "1", "voucher"),
        Key.redemption("p", "r_1"),
        Key.campaign("p", "1"),
        Key.campaign_name("p", "1"),
        Key.publication("p", "1"),
        Key.customer("p", "1"),
        Key.joined("p", "1", "customer"),
        Key.summary("p", "1"),
        Key.order("p", "1"),
        Key.async_action("p", "1"),
        Key.answer("p", "1"),
        Key.access_key("1"),
    ]
    assert len(set(keys)) == len(keys)


def test_a_key_of_any_length_fits() -> None:
    assert digest("x" * 10_000) == digest("x" * 10_000) != digest("x" * 10_001)
    assert len(Key.answer("p", "x" * 10_000).PK) < 100


def test_a_list_sorts_by_instant_then_id() -> None:
    assert listing("p", "mug", "mug_1", AT)["listed"] == "2026-03-17T08:00:00.000Z#mug_1"
    assert pooling("p", "camp_1", "00", free=True)["pooled"] == "free#00"
    assert pooling("p", "camp_1", "00", free=False)["pooled"] == "held#00"
