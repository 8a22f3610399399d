"""What each name reads and what each condition means: a row a case, the case first."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.attributes.people import CUSTOMERS
from shared.domain.errors import Reason
from shared.domain.rules.case import Case
from shared.domain.rules.names import NAMES, TREES, name_of
from shared.domain.usages import LIMITS, Need, Usage, Used, Who
from tests.unit.judging import (
    BEFORE_MIDNIGHT_IN_PARIS,
    PARIS,
    case,
    holds,
    judged,
    line,
    order,
    person,
    rule,
    rules,
)
from tests.unit.values import AT, DAY

Row = tuple[str, Case, Any, bool]


def ruled(*rows: Row) -> Any:
    return pytest.mark.parametrize(("why", "of", "asked", "met"), rows, ids=[row[0] for row in rows])


ANN = person(
    2,
    91 * DAY,
    amount=7_500,
    source_id="ann",
    name="Ann Lee",
    email=" Ann@Shop.example",
    birthdate=date(1990, 3, 17),
    address={"country": "IE", "city": "Dublin"},
    metadata={"club": "VIP", "shoe": 42, "member": True, "tags": ["red", "blue"], "pet": {"legs": 4}, "none": None},
)
KNOWN = case(person=ANN, segments=frozenset({"seg_vip"}))
NEW = case(person=person())
STRANGER = case()


@ruled(
    ("in the segment", KNOWN, rule("customer.segment", is_=["seg_vip"]), True),
    ("in another", KNOWN, rule("customer.segment", is_=["seg_new"]), False),
    ("in one of them", KNOWN, rule("customer.segment", in_=["seg_new", "seg_vip"]), True),
    ("in the one not allowed", KNOWN, rule("customer.segment", is_not=["seg_vip"]), False),
    ("not in the one not allowed", KNOWN, rule("customer.segment", is_not=["seg_new"]), True),
    ("in one of those not allowed", KNOWN, rule("customer.segment", not_in=["seg_new", "seg_vip"]), False),
    ("a stranger is in no segment", STRANGER, rule("customer.segment", is_=["seg_vip"]), False),
    ("nor can one be said to be in none", STRANGER, rule("customer.segment", is_not=["seg_vip"]), False),
    ("metadata is", KNOWN, rule("customer.metadata", "club", is_="VIP"), True),
    ("in other letters", KNOWN, rule("customer.metadata", "club", is_="vip"), False),
    ("by its path", KNOWN, rule("customer.metadata.club", is_="VIP"), True),
    ("deeper", KNOWN, rule("customer.metadata", "pet.legs", is_=4), True),
    ("of a list any", KNOWN, rule("customer.metadata", "tags", is_="blue"), True),
    ("missing is not", KNOWN, rule("customer.metadata", "level", is_not="gold"), True),
    ("missing is in none", KNOWN, rule("customer.metadata", "level", not_in=["gold"]), True),
    ("missing is nothing", KNOWN, rule("customer.metadata", "level", is_="None"), False),
    ("missing is not more", KNOWN, rule("customer.metadata", "level", more_than=-1), False),
    ("missing is not less", KNOWN, rule("customer.metadata", "level", less_than=1), False),
    ("null is missing", KNOWN, rule("customer.metadata", "none", has_value=True), False),
    ("has a value", KNOWN, rule("customer.metadata", "club", has_value=[True]), True),
    ("is unknown", KNOWN, rule("customer.metadata", "level", is_unknown=True), True),
    ("a stranger's is not unknown", STRANGER, rule("customer.metadata", "level", is_unknown=True), False),
    ("nor other than something", STRANGER, rule("customer.metadata", "club", is_not="VIP"), False),
    ("country", KNOWN, rule("customer.address.country", is_="IE"), True),
    ("another country", KNOWN, rule("customer.address.country", in_=["GB", "FR"]), False),
    ("no address", case(person=person()), rule("customer.address.country", is_="IE"), False),
    ("no address is no country", case(person=person()), rule("customer.address.country", is_not="IE"), True),
    ("e-mail in any spelling", KNOWN, rule("customer.email", is_="ann@shop.EXAMPLE"), True),
    ("e-mail of the shop", KNOWN, rule("customer.email", ends_with="@shop.example"), True),
    ("id", KNOWN, rule("customer.id", in_=["cust_1", "cust_2"]), True),
    ("source id", KNOWN, rule("customer.source_id", starts_with="an"), True),
    ("name", KNOWN, rule("customer.name", contains="Lee"), True),
    ("city", KNOWN, rule("customer.city", not_contain="Paris"), True),
    ("birthday today", KNOWN, rule("customer.birthdate", before="1990-03-18"), True),
    ("a customer for a year", KNOWN, rule("customer.created_at", more_than_ago="P1Y"), True),
    ("orders so far", KNOWN, rule("customer.summary.orders.total_count", more_than_or_equal=2), True),
    ("spent so far", KNOWN, rule("customer.summary.orders.total_amount", more_than=7_500), False),
    ("on average", KNOWN, rule("customer.summary.orders.average_amount", is_=3_750), True),
    ("last order", KNOWN, rule("customer.summary.orders.last_order_amount", less_than=101), True),
    ("never ordered", NEW, rule("customer.summary.orders.last_order_date", more_than_ago=90), False),
)
def test_of_a_customer(why: str, of: Case, asked: Any, met: bool) -> None:
    assert holds(of, asked) is met


def test_every_attribute_that_customers_are_filtered_by_is_a_name() -> None:
    trees, segments = {"metadata", "address", "events"}, {"segment", "segment_id"}
    assert [name_of(f"customer.{path}") for path in CUSTOMERS.keys() - trees - segments]
    assert [name_of(f"customer.events.seen.{of}") for of in ("count", "last")]


def has(verb: str, value: Any, *wanted: Any, at: datetime = AT, zone: ZoneInfo | None = None) -> bool:
    """Whether a value of the shop's own meets a condition."""
    told = {verb: list(wanted)}
    of = case(person=person(metadata={"it": value}), at=at, zone=zone or ZoneInfo("UTC"))
    return holds(of, rule("customer.metadata", "it", **told))


@pytest.mark.parametrize(
    ("value", "verb", "wanted", "met"),
    [
        ("Spring", "is", ["Spring"], True),
        ("Spring", "is", ["Autumn", "Spring"], True),
        ("Spring", "is_not", ["Autumn", "Spring"], False),
        ("Spring", "in", ["Autumn"], False),
        ("Spring", "not_in", ["Autumn"], True),
        ("Spring", "starts_with", ["Sp"], True),
        ("Spring", "starts_with", ["pr", "x"], False),
        ("Spring", "ends_with", ["x", "ing"], True),
        ("Spring", "contains", ["rin"], True),
        ("Spring", "contains", ["x"], False),
        ("Spring", "not_contain", ["x"], True),
        ("Spring", "more_than", [1], False),
        ("Spring", "less_than", [1], False),
        (42, "is", ["42"], True),
        ("42", "is", [42], True),
        (42.0, "is", ["42"], True),
        (42, "is", ["XL"], False),
        (42, "more_than", [41], True),
        (42, "more_than", [42], False),
        (42, "more_than", [50, 41], True),
        (42, "more_than_or_equal", [42], True),
        (42, "greater_than_or_equal", [42], True),
        (42, "less_than", [42], False),
        (42, "less_than", [1, 43], True),
        (42, "less_than_or_equal", [42], True),
        (1.5, "less_than_or_equal", [1.5], True),
        ("42", "more_than", [41], False),
        (True, "is", [True], True),
        (True, "is", ["true"], True),
        (True, "is", [1], False),
        (True, "more_than", [0], False),
        (1, "is", [True], False),
        (["a", "b"], "in", ["b", "c"], True),
        (["a", "b"], "not_in", ["b", "c"], False),
        ([1, 5], "more_than", [4], True),
        (["a", "b"], "count", [2], True),
        (["a", "b"], "count", [1], False),
        (["a", "b"], "count_more", [1], True),
        (["a", "b"], "count_more", [2], False),
        (["a", "b"], "count_less", [3], True),
        (["a", "b"], "count_less", [2], False),
        ("a", "count", [1], True),
        (None, "count_less", [9], False),
        ({"a": 1}, "has_value", [True], True),
        ({"a": 1}, "contains", ["a"], False),
        ([], "has_value", [True], False),
        ("a", "has_value", [False], False),
        (None, "has_value", [False], True),
        ("a", "is_unknown", [False], True),
        (None, "is_unknown", [False], False),
        (None, "is_unknown", [True], True),
        ({"a": 1}, "is", ["a"], False),
        ({"a": 1}, "is_not", ["a"], True),
        (["a", {"b": 1}], "is", ["a"], True),
    ],
)
def test_of_a_shops_own(value: Any, verb: str, wanted: list[Any], met: bool) -> None:
    assert has(verb, value, *wanted) is met


@pytest.mark.parametrize(
    ("value", "verb", "wanted", "met"),
    [
        ("2026-03-17T08:00:00.001Z", "after", "2026-03-17T08:00:00Z", True),
        ("2026-03-17T08:00:00Z", "after", "2026-03-17T08:00:00Z", False),
        ("2026-03-17T09:00:00+01:00", "after", "2026-03-17T08:00:00Z", False),
        ("2026-03-16", "before", "2026-03-17", True),
        ("2026-03-17", "before", "2026-03-17", False),
        ("soon", "before", "2026-03-17", False),
        ("2025-12-17T07:59:59.999Z", "more_than_ago", "P3M", True),
        ("2025-12-17T08:00:00Z", "more_than_ago", "P3M", False),
        ("2025-12-17T07:59:59.999Z", "more_than_ago", 90, True),
        ("2026-03-16T08:00:00Z", "more_than_ago", "PT24H", False),
        ("2026-03-18T08:00:00Z", "more_than_ago", 0, False),
        ("2026-03-16T08:00:00.001Z", "less_than_ago", 1, True),
        ("2026-03-16T08:00:00Z", "less_than_ago", 1, False),
        ("2026-03-17T08:00:00Z", "less_than_ago", 1, True),
        ("2026-03-17T08:00:00.001Z", "less_than_ago", 1, False),
        ("2026-04-17T08:00:00.001Z", "more_than_future", "P1M", True),
        ("2026-04-17T08:00:00Z", "more_than_future", "P1M", False),
        ("2026-03-18T07:59:59.999Z", "less_than_future", 1, True),
        ("2026-03-18T08:00:00Z", "less_than_future", 1, False),
        ("2026-03-17T08:00:00Z", "less_than_future", 1, True),
        ("2026-03-17T07:59:59.999Z", "less_than_future", 1, False),
        ("2026-03-16T00:00:00Z", "is_days_ago", 1, True),
        ("2026-03-16T23:59:59Z", "is_days_ago", 1, True),
        ("2026-03-17T00:00:00Z", "is_days_ago", 1, False),
        ("2026-03-17", "is_days_ago", 0, True),
        ("2026-03-19", "is_days_in_future", 2, True),
        ("2026-03-19T23:59:59Z", "is_days_in_future", 2, True),
        ("2026-03-20", "is_days_in_future", 2, False),
        ("2026-03-17", "dow", 2, True),
        ("2026-03-15", "dow", 0, True),
        ("2026-03-15", "dow", 6, False),
        ("0001-01-01T00:00:00Z", "is_days_ago", 1, False),
        (17, "dow", 2, False),
        (None, "more_than_ago", 0, False),
        (None, "before", "2026-03-17", False),
    ],
)
def test_of_a_date(value: Any, verb: str, wanted: Any, met: bool) -> None:
    assert has(verb, value, wanted) is met


def test_days_are_those_of_the_projects_zone() -> None:
    at = BEFORE_MIDNIGHT_IN_PARIS
    late, later = at.isoformat(), (at + timedelta(minutes=1)).isoformat()
    assert has("is_days_ago", late, 0, at=at, zone=PARIS)
    assert has("is_days_in_future", later, 1, at=at, zone=PARIS)
    april = at + timedelta(hours=1)
    assert has("is_days_ago", "2026-04-01", 0, at=april, zone=PARIS)
    assert not has("is_days_ago", "2026-04-01", 0, at=april)
    assert has("dow", late, 2, at=at, zone=PARIS)
    assert has("dow", later, 3, at=at, zone=PARIS)
    assert not has("dow", later, 3, at=at)


def test_months_ago_are_months_of_the_calendar_in_the_projects_zone() -> None:
    at = datetime(2026, 3, 31, 21, 0, tzinfo=UTC)  # 23:00 in Paris, an hour further from UTC than in February
    assert not has("more_than_ago", "2026-02-28T22:00:00Z", "P1M", at=at, zone=PARIS)
    assert has("more_than_ago", "2026-02-28T21:59:59.999Z", "P1M", at=at, zone=PARIS)


BASKET = order(
    line("prod_mug", "mug", "pc_kitchen", quantity=2, price=1_000, product_metadata={"colour": "red"}),
    line("prod_shoe", "pc_shoes", price=8_000, metadata={"gift": True}, product_metadata={"colour": "blue"}),
    line("prod_mug", "mug", "pc_kitchen", quantity=1, price=1_000, metadata={"gift": True}),
    line("sku_7", "tee-l", "prod_tee", quantity=3, price=None, amount=900, sku_metadata={"size": "L"}),
)
TWO_MUGS = order(line("prod_mug", quantity=2, price=1_000))
PAPERLESS = case(amount=10_000, left=9_000)
"""An order without lines."""


@ruled(
    ("amount", PAPERLESS, rule("order.amount", more_than=9_999), True),
    ("amount at the bound", PAPERLESS, rule("order.amount", more_than=10_000), False),
    ("initial amount", PAPERLESS, rule("order.initial_amount", is_=10_000), True),
    ("what is left", PAPERLESS, rule("order.total_amount", less_than=10_000), True),
    ("no order has no amount", STRANGER, rule("order.amount", less_than=10_000), False),
    ("nor another one", STRANGER, rule("order.amount", is_not=10_000), False),
    ("nor is it unknown: there is no order", STRANGER, rule("order.amount", is_unknown=True), False),
    ("another amount", PAPERLESS, rule("order.amount", not_in=[1, 2]), True),
    ("metadata", case(amount=1, order_metadata={"till": 4}), rule("order.metadata", "till", is_=4), True),
    ("no metadata", PAPERLESS, rule("order.metadata", "till", is_not=4), True),
    ("no order", STRANGER, rule("order.metadata", "till", is_not=4), False),
    ("units", BASKET, rule("order.items.count", is_=7), True),
    ("units of no lines", PAPERLESS, rule("order.items.count", less_than=1), False),
    ("all units", BASKET, rule("order.items.aggregated_quantity", more_than=6), True),
    ("all amounts", BASKET, rule("order.items.aggregated_amount", is_=11_900), True),
    ("any", BASKET, rule("order.items.any", is_=[{"id": "pc_shoes", "object": "products_collection"}]), True),
    ("any of several", BASKET, rule("order.items.any", in_=["prod_x", {"id": "prod_tee"}]), True),
    ("none of several", BASKET, rule("order.items.any", is_=["prod_x", "prod_y"]), False),
    ("any is another", BASKET, rule("order.items.any", is_not=["pc_kitchen"]), True),
    ("no other", TWO_MUGS, rule("order.items.any", is_not=["prod_mug"]), False),
    ("any, without lines", PAPERLESS, rule("order.items.any", is_=["prod_mug"]), False),
    ("every", TWO_MUGS, rule("order.items.every", is_=["prod_mug"]), True),
    ("not every", BASKET, rule("order.items.every", is_=["prod_mug"]), False),
    ("every is another", BASKET, rule("order.items.every", is_not=["prod_x"]), True),
    ("every, without lines", PAPERLESS, rule("order.items.every", is_=["prod_mug"]), False),
    ("none", BASKET, rule("order.items.none", is_=["prod_x"]), True),
    ("one", BASKET, rule("order.items.none", is_=["prod_tee"]), False),
    ("none, without lines", PAPERLESS, rule("order.items.none", is_=["prod_x"]), False),
    ("cheapest", BASKET, rule("order.items.cheapest", is_=["prod_mug"]), True),
    ("not the cheapest", BASKET, rule("order.items.cheapest", is_=["prod_shoe"]), False),
    ("without a price there is no cheapest", order(line("a")), rule("order.items.cheapest", is_=["a"]), False),
    ("most expensive", BASKET, rule("order.items.most_expensive", is_=["pc_shoes"]), True),
    ("not the most expensive", BASKET, rule("order.items.most_expensive", is_not=["prod_mug"]), True),
    ("the most expensive", BASKET, rule("order.items.most_expensive", is_not=["pc_shoes"]), False),
    ("any price", BASKET, rule("order.items.price_any", more_than_or_equal=8_000), True),
    ("no such price", BASKET, rule("order.items.price_any", more_than=8_000), False),
    ("each price", TWO_MUGS, rule("order.items.price_each", less_than_or_equal=1_000), True),
    ("one has no price", BASKET, rule("order.items.price_each", more_than=0), False),
    ("any metadata", BASKET, rule("order.items.metadata_any", "gift", is_=True), True),
    ("not each metadata", BASKET, rule("order.items.metadata_each", "gift", is_=True), False),
    ("each has none", BASKET, rule("order.items.metadata_each", "note", is_unknown=True), True),
    ("metadata of some", BASKET, rule("order.items.metadata", "gift", is_=True), True),
    ("metadata of none", BASKET, rule("order.items.metadata", "gift", is_not=True), False),
    ("so many units of a line", BASKET, rule("order.items.quantity", more_than=2), True),
    ("price of a line", BASKET, rule("order.items.price", is_=8_000), True),
    ("product", BASKET, rule("product.id", is_=[{"id": "prod_mug"}]), True),
    ("product by the shop's own id", BASKET, rule("product.id", is_=[{"id": "", "source_id": "mug"}]), True),
    ("another product", BASKET, rule("product.id", is_="prod_x"), False),
    ("without a product", BASKET, rule("product.id", is_not="prod_x"), True),
    ("not without it", BASKET, rule("product.id", not_in=["prod_x", "prod_mug"]), False),
    ("without a product, without lines", PAPERLESS, rule("product.id", is_not="prod_x"), False),
    ("lines of a product", BASKET, rule("product.id", is_="prod_mug", count=2), True),
    ("more lines", BASKET, rule("product.id", is_="prod_mug", count_more=2), False),
    ("fewer lines", BASKET, rule("product.id", is_="prod_mug", count_less=3), True),
    ("fewer lines of nothing", BASKET, rule("product.id", is_="prod_x", count_less=3), False),
    ("units of a product, line by line", BASKET, rule("product.quantity", is_=3), True),
    ("price of a product", BASKET, rule("product.price", less_than=1_001), True),
    ("metadata of a product", BASKET, rule("product.metadata", "colour", in_=["red", "green"]), True),
    ("metadata of no product", BASKET, rule("product.metadata", "colour", is_="green"), False),
    ("no product of the metadata", BASKET, rule("product.metadata", "colour", is_not="green"), True),
    ("sku", BASKET, rule("sku.id", is_="sku_7"), True),
    ("units of a sku", BASKET, rule("sku.quantity", is_=3), True),
    ("price of a sku", BASKET, rule("sku.price", more_than=9_000), False),
    ("metadata of a sku", BASKET, rule("sku.metadata", "size", is_="L"), True),
    ("for a discount", BASKET, rule("product.discount_applicable", is_=True), True),
    ("not for a discount", BASKET, rule("product.discount_applicable", is_=False), True),
    ("for a discount, without lines", PAPERLESS, rule("product.discount_applicable", is_=True), False),
)
def test_of_an_order(why: str, of: Case, asked: Any, met: bool) -> None:
    assert holds(of, asked) is met


MUGS = {"is_": [{"id": "prod_mug"}]}
SHOES = {"is_": ["pc_shoes"]}
DEARER = rule("order.items.price", more_than=1_000)
CHEAP = rule("product.price", is_=1_000)
FOR_ONE = rule("order.items.count", is_=1)


@pytest.mark.parametrize(
    ("why", "name", "conditions", "below", "met"),
    [
        ("enough in all", "order.items.any", MUGS, [rule("order.items.aggregated_quantity", more_than=2)], True),
        ("too few in all", "order.items.any", MUGS, [rule("order.items.aggregated_quantity", more_than=3)], False),
        ("enough of others", "order.items.any", SHOES, [rule("order.items.aggregated_quantity", more_than=1)], False),
        ("spent on it", "order.items.any", MUGS, [rule("order.items.aggregated_amount", is_=3_000)], True),
        ("so many on a line", "order.items.any", MUGS, [rule("order.items.quantity", more_than=1)], True),
        ("not on each line", "order.items.every", {"is_not": "x"}, [rule("order.items.quantity", more_than=1)], False),
        ("on each line", "order.items.every", {"is_not": "x"}, [rule("order.items.quantity", more_than=0)], True),
        ("on any", "order.items.every", {"is_not": "x"}, [rule("order.items.price_any", more_than=1_000)], True),
        ("at a price", "order.items.any", SHOES, [DEARER], True),
        ("not at that price", "order.items.any", MUGS, [DEARER], False),
        ("no line both", "order.items.none", MUGS, [DEARER], True),
        ("a line both", "order.items.none", SHOES, [DEARER], False),
        ("units of a product", "product.id", MUGS, [rule("product.quantity", more_than=2)], True),
        ("not so many", "product.id", MUGS, [rule("product.quantity", more_than=3)], False),
        ("both", "product.id", MUGS, [rule("product.quantity", more_than=2), CHEAP], True),
        (
            "but one",
            "product.id",
            MUGS,
            [rule("product.quantity", more_than=3), rule("product.price", is_=1_000)],
            False,
        ),
        ("cheapest of them", "order.items.any", SHOES, [rule("order.items.cheapest", is_=["prod_shoe"])], True),
    ],
)
def test_below_a_rule(why: str, name: str, conditions: Any, below: list[Any], met: bool) -> None:
    assert holds(BASKET, rule(name, below=rules(*below), **conditions)) is met


def test_rules_below_have_logic_of_their_own() -> None:
    below = rules(rule("product.quantity", more_than=9), CHEAP, logic="(1 or 2)")
    assert holds(BASKET, rule("product.id", below=below, **MUGS))


def test_rules_below_rules_below_see_fewer_lines_still() -> None:
    gift = rule("order.items.metadata", "gift", is_=True, below=rules(FOR_ONE))
    assert holds(BASKET, rule("product.id", below=rules(gift), **MUGS))
    assert not holds(BASKET, rule("product.id", below=rules(FOR_ONE), **MUGS))


def test_units_are_those_of_one_product_and_not_of_two() -> None:
    two = order(line("a", "pc", quantity=2), line("b", "pc", quantity=2), line("b", "pc", quantity=1))
    for more_than, met in ((2, True), (3, False)):
        below = rules(rule("product.quantity", more_than=more_than))
        assert holds(two, rule("order.items.any", is_="pc", below=below)) is met


@ruled(
    ("redemption metadata", case(metadata={"till": "4"}), rule("redemption.metadata", "till", is_=4), True),
    ("no redemption metadata", STRANGER, rule("redemption.metadata", "till", is_=4), False),
    ("other redemption metadata", STRANGER, rule("redemption.metadata", "till", is_not=4), True),
    ("credits", case(credits=500), rule("redemption.gift.amount", less_than_or_equal=500), True),
    ("too many credits", case(credits=501), rule("redemption.gift.amount", less_than_or_equal=500), False),
    ("no credits", STRANGER, rule("redemption.gift.amount", less_than_or_equal=500), False),
    ("user", STRANGER, rule("redemption.user.login", is_="ann"), True),
    ("another user", STRANGER, rule("redemption.user.login", not_in=["bob", "ann"]), False),
    ("no user", case(who=Who("v_1")), rule("redemption.user.login", is_not="bob"), False),
    ("key", STRANGER, rule("redemption.api_key", in_=["key_1"]), True),
    ("another key", STRANGER, rule("redemption.api_key", in_=["key_2"]), False),
    ("the holder", case(holder=True), rule("publication.redeemable_by_linked_customer", is_=True), True),
    ("somebody else", case(holder=False), rule("publication.redeemable_by_linked_customer", is_=True), False),
    ("given to nobody", case(holder=None), rule("publication.redeemable_by_linked_customer", is_=True), False),
    ("anybody", case(holder=False), rule("publication.redeemable_by_linked_customer", is_=False), True),
    ("the holder, too", case(holder=True), rule("publication.redeemable_by_linked_customer", is_=False), True),
    ("event", case(event_metadata={"stars": 5}), rule("custom_event.metadata", "stars", more_than=4), True),
    ("no event", STRANGER, rule("custom_event.metadata", "stars", more_than=4), False),
)
def test_of_a_redemption(why: str, of: Case, asked: Any, met: bool) -> None:
    assert holds(of, asked) is met


SUBJECTS = {
    "redemption.count": "v_1",
    "redemption.count.per_incentive": "v_1",
    "redemption.count.per_customer": "v_1/cust_1",
    "redemption.count.per_user": "v_1/user/ann",
    "redemption.count.per_api_key": "v_1/key/key_1",
    "campaign.redemptions.count": "camp_1",
    "campaign.redemptions.customers_count": "camp_1/cust_1",
    "campaign.orders.amount": "camp_1",
    "campaign.orders.amount_discounted": "camp_1",
}
PERIODS = {"": "all", ".daily": "2026-03-17", ".weekly": "2026-W12", ".monthly": "2026-03"}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_judged_as_it_would_stand_with_this_redemption(name: str) -> None:
    first = next(one for one in sorted(SUBJECTS, key=len, reverse=True) if name.startswith(one))
    usage = Usage(SUBJECTS[first], PERIODS[name.removeprefix(first)])
    before = Used(5, 5_000, 500)
    with_this = {"times": 6, "amount": 17_000, "discounted": 800}[LIMITS[name].measure]
    of = case(used={usage: before})
    assert holds(of, rule(name, less_than_or_equal=with_this))
    assert not holds(of, rule(name, less_than_or_equal=with_this - 1))
    assert not holds(of, rule(name, less_than=with_this))
    assert holds(of, rule(name, is_=with_this))
    assert judged(rule(name, less_than_or_equal=with_this)).needs(of) == (
        Need(usage, LIMITS[name].measure, most=with_this),
    )


def test_the_first_use_is_of_a_usage_that_nobody_knows_yet() -> None:
    assert holds(case(), rule("redemption.count.per_customer", less_than_or_equal=1))
    assert not holds(case(), rule("redemption.count.per_customer", less_than=1))


@pytest.mark.parametrize(
    ("why", "who", "name"),
    [
        ("no customer", Who("v_1", "camp_1"), "redemption.count.per_customer"),
        ("no campaign", Who("v_1", customer="cust_1"), "campaign.redemptions.count"),
        ("no campaign for its customers", Who("v_1", customer="cust_1"), "campaign.redemptions.customers_count.daily"),
        ("no user", Who("v_1"), "redemption.count.per_user"),
        ("no key", Who("v_1"), "redemption.count.per_api_key.monthly"),
    ],
)
def test_a_limit_of_nobody_does_not_hold(why: str, who: Who, name: str) -> None:
    of = case(who=who)
    assert not holds(of, rule(name, less_than_or_equal=9))
    assert not holds(of, rule(name, is_not=9))
    assert judged(rule(name, less_than_or_equal=9)).unmet(of) == Reason(
        "redemption_rules_violated", "redemption does not meet the rules"
    )


def test_no_name_is_without_a_case() -> None:
    said = Path(__file__).read_text("utf-8")
    assert [name for name in {*NAMES, *TREES} - LIMITS.keys() if f'rule("{name}"' not in said] == []
