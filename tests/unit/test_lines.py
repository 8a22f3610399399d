"""What a line of an order answers to, whatever way it names what it sells."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.attributes.catalogue import CATALOGUE, COLLECTED, SKUS
from shared.domain.filters import Condition, Filter, Value, attribute_at
from shared.domain.lines import lines_of, names_of
from shared.domain.orders import Item, Order
from shared.domain.products import (
    MOST_SHOWN,
    Collection,
    Member,
    Product,
    ProductSaid,
    Shown,
    Sku,
    SkuSaid,
    catalogue_id,
    told,
)
from shared.domain.rules.case import Line
from tests.unit.values import AT, DAY, PROJECT

MUG = catalogue_id(PROJECT, "product", "mug")
BLUE = catalogue_id(PROJECT, "sku", "mug-blue")


def product(source_id: str = "mug", **fields: Any) -> Product:
    return Product(id=catalogue_id(PROJECT, "product", source_id), source_id=source_id, created_at=AT, **fields)


def sku(source_id: str = "mug-blue", product_id: str = MUG, **fields: Any) -> Sku:
    id_ = catalogue_id(PROJECT, "sku", source_id)
    return Sku(id=id_, product_id=product_id, source_id=source_id, created_at=AT, **fields)


def line(item: Item, **known: Any) -> Line:
    (only,) = lines_of(Order(items=(item,)), PROJECT, **known)
    return only


@pytest.mark.parametrize(
    ("item", "names"),
    [
        (Item(product_id="mug"), {"mug", MUG}),
        (Item(product_id=MUG), {MUG}),
        (Item(source_id="mug"), {"mug", MUG}),
        (Item(source_id="mug", related_object="product"), {"mug", MUG}),
        (Item(product={"id": MUG, "source_id": "mug"}), {"mug", MUG}),
        (Item(product={"source_id": "mug"}), {"mug", MUG}),
        (Item(product_id=MUG, source_id="mug"), {"mug", MUG}),
        (Item(sku_id="mug-blue"), {"mug-blue", BLUE}),
        (Item(source_id="mug-blue", related_object="sku"), {"mug-blue", BLUE}),
        (Item(sku={"source_id": "mug-blue"}), {"mug-blue", BLUE}),
        (Item(sku_id=BLUE, product_id="mug"), {BLUE, "mug", MUG}),
        (
            Item(source_id="mug-blue", related_object="sku", product={"source_id": "mug"}),
            {"mug-blue", BLUE, "mug", MUG},
        ),
        (Item(), set()),
        (Item(price=100), set()),
    ],
)
def test_a_line_answers_to_every_name_that_it_says(item: Item, names: set[str]) -> None:
    assert line(item).names == names


def test_a_line_answers_to_what_the_catalogue_calls_its_product() -> None:
    assert line(Item(product_id=MUG), products={MUG: product()}).names == {MUG, "mug"}


def test_the_product_of_a_stored_sku_counts_as_well() -> None:
    only = line(Item(sku_id="mug-blue"), skus={BLUE: sku()}, products={MUG: product()})
    assert (only.names, only.product, only.sku) == ({"mug-blue", BLUE, MUG, "mug"}, MUG, BLUE)


def test_a_line_is_in_the_collections_of_its_product_and_of_its_sku() -> None:
    within = {MUG: frozenset({"pc_mugs"}), BLUE: frozenset({"pc_blue", "pc_new"}), "prod_other": frozenset({"pc_x"})}
    only = line(Item(product_id="mug", sku_id="mug-blue"), within=within)
    assert only.names == {"mug", MUG, "mug-blue", BLUE, "pc_mugs", "pc_blue", "pc_new"}


@pytest.mark.parametrize(
    ("item", "price", "amount", "quantity"),
    [
        (Item(product_id="mug", price=500, quantity=3), 500, 1_500, 3),
        (Item(product_id="mug", amount=900), None, 900, 1),
        (Item(product_id="mug", price=500, quantity=0), 500, 0, 0),
        (Item(product={"source_id": "mug", "price": 300}), 300, 0, 1),
        (Item(product={"price": 300}, sku={"price": 400}), 400, 0, 1),
    ],
)
def test_a_price_is_the_one_that_came_with_the_order(item: Item, price: int, amount: int, quantity: int) -> None:
    only = line(item, products={MUG: product(price=9_999)})
    assert (only.price, only.amount, only.quantity) == (price, amount, quantity)


def test_metadata_of_a_product_are_those_stored_with_what_the_order_says_laid_over() -> None:
    item = Item(product={"source_id": "mug", "metadata": {"size": 2}}, sku_id="mug-blue", metadata={"gift": True})
    only = line(
        item,
        products={MUG: product(metadata={"size": 1, "brand": "A"})},
        skus={BLUE: sku(metadata={"tone": "sky"})},
    )
    assert only.product_metadata == {"size": 2, "brand": "A"}
    assert (only.sku_metadata, only.metadata) == ({"tone": "sky"}, {"gift": True})


@pytest.mark.parametrize(
    ("item", "whole"),
    [
        (Item(product_id="mug"), True),
        (Item(product_id=MUG), False),
        (Item(product_id=MUG, source_id="mug"), True),
        (Item(sku_id="mug-blue"), False),
        (Item(sku_id="mug-blue", product_id="mug"), True),
        (Item(sku_id=BLUE, product_id="mug"), False),
        (Item(), True),
    ],
)
def test_a_line_that_says_all_its_names_needs_no_catalogue(item: Item, whole: bool) -> None:
    [named] = names_of(Order(items=(item,)), PROJECT)
    assert named.whole is whole


def test_lines_are_numbered_in_their_order() -> None:
    lines = lines_of(Order(items=(Item(product_id="a"), Item(product_id="b"))), PROJECT)
    assert [one.number for one in lines] == [0, 1]


@pytest.mark.parametrize(
    ("path", "verb", "value", "of_product", "of_sku"),
    [
        ("name", "is", "Mug", True, False),
        ("name", "is", "Blue", False, True),
        ("price", "more_than", Decimal(400), True, False),
        ("metadata.brand", "is", "A", True, False),
        ("attributes", "is", "color", True, False),
        ("attributes.color", "is", "blue", False, True),
        ("source_id", "starts_with", "mug", True, True),
        ("product_id", "is", MUG, True, True),
        ("object", "is", "sku", False, True),
        ("created_at", "after", AT - DAY, True, True),
    ],
)
def test_a_collection_asks_the_same_of_products_and_skus(
    path: str, verb: str, value: Value, of_product: bool, of_sku: bool
) -> None:
    wanted = Filter((Condition(path, verb, (value,)),))
    mug = product(name="Mug", price=500, metadata={"brand": "A"}, attributes=("color",))
    blue = sku(sku="Blue", price=300, attributes={"color": "blue"})
    assert wanted.keeps(mug, CATALOGUE, at=AT) is of_product
    assert wanted.keeps(blue, CATALOGUE, at=AT) is of_sku
    shown = Shown(Member(id=MUG, object="product"), MUG, mug)
    assert wanted.keeps(shown, COLLECTED, at=AT) is of_product


def test_of_a_member_that_the_catalogue_does_not_know_only_its_id_and_kind_are_known() -> None:
    unknown = Shown(Member(id="x", object="sku"), "sku_1", None)
    seen = {path: attribute.of(unknown) for path, attribute in COLLECTED.items()}
    assert {path: value for path, value in seen.items() if value is not None} == {"id": "sku_1", "object": "sku"}


def test_a_sku_may_be_asked_for_by_the_currency_in_any_case() -> None:
    assert Condition("currency", "is", ("usd",)).holds(attribute_at("currency", SKUS), sku(currency="USD"), at=AT)


def test_what_is_told_of_a_product_is_laid_over_what_is_known() -> None:
    mug = product(name="Mug", price=500, metadata={"a": 1, "b": 1})
    after = told(mug, ProductSaid(price=600, metadata={"b": 2}, name=None), at=AT + DAY)
    assert (after.name, after.price, after.metadata) == ("Mug", 600, {"a": 1, "b": 2})
    assert after.updated_at == AT + DAY
    assert told(mug, ProductSaid(source_id="mug", price=500), at=AT + DAY) is mug
    assert told(sku(), SkuSaid(sku="Blue", attributes={"color": "blue"}), at=AT).attributes == {"color": "blue"}


def test_a_collection_shows_its_members_while_they_are_few() -> None:
    one = Collection(id="pc_1", name="Mugs", type="STATIC", created_at=AT)
    members = {str(i): Member(id=str(i), object="product") for i in range(MOST_SHOWN + 1)}
    many = one.holding(members, "gen_1")
    assert (many.members, many.products, many.generation) == (MOST_SHOWN + 1, None, "gen_1")
    del members["0"]
    assert one.holding(members, "gen_2").products == tuple(members.values())
