"""Metadata keeps to what a shop has settled: by type, by bound, by name; at every door, and only where it is said."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.customers import Profile
from shared.domain.errors import InvalidPayload
from shared.domain.orders import Item, Order
from shared.domain.schemas import Schema, Schemas
from shared.usecases.campaigns import add_voucher, change_campaign, create_campaign
from shared.usecases.schemas import save_schema
from shared.usecases.vouchers import change_voucher, create_voucher
from shared.wire.body import read
from shared.wire.schemas import SchemaBody
from tests.fakes import Queue
from tests.unit.test_imports import start, work
from tests.unit.till import Till
from tests.unit.values import AT, DAY, campaign, drawing, voucher


def schema(resource: str, properties: dict[str, Any], *, only: bool = False) -> Schema:
    body = read(SchemaBody, {"properties": properties, "allow_defined_only": only})
    return body.schema_of(resource, f"ms_{resource}", at=AT)


def wrong(definition: dict[str, Any], value: Any) -> str | None:
    """What is wrong with the attribute x; None where nothing is."""
    payment = schema("Payment", {"tax": {"type": "number"}}, only=True)
    schemas = Schemas({"order": schema("order", {"x": definition}), "Payment": payment})
    return next(schemas.breaches("order", {"x": value}, "metadata"), None)


NUMBER, TEXT = {"type": "number"}, {"type": "string"}


@pytest.mark.parametrize(
    ("definition", "right", "wrongs", "told"),
    [
        (TEXT, ["", "a", "🎁"], [1, True, [], {}], "must be text"),
        (NUMBER, [0, -1, 2.5, 10**20], ["1", True, [], {}], "must be a number"),
        ({"type": "boolean"}, [True, False], [0, 1, "true"], "must be true or false"),
        ({"type": "date"}, ["2028-02-29"], ["2027-02-29", "2028-2-9", "20280229", 1], "must be a date, YYYY-MM-DD"),
        (
            {"type": "datetime"},
            ["2026-03-17T08:00:00.000Z", "2026-03-17T09:00+01:00"],
            ["2026-03-17", "noon", 1_770_000_000],
            "must be an instant in ISO 8601",
        ),
        (
            {"type": "geopoint"},
            ["48.2,16.37", " -90 , 180.0 "],
            ["91,0", "0,181", "48.2", [48.2, 16.37]],
            'must be a point, "latitude,longitude"',
        ),
        (
            {"type": "image_url"},
            ["https://example.com/a.png", "HTTP://example.com"],
            ["javascript:alert(1)", "example.com/a.png", "https://", 1],
            "must be the http address of an image",
        ),
        ({"type": "object"}, [{}, {"a": [1]}], ["{}", [], 1], "must be an object"),
        (TEXT | {"array": True}, [[], ["a", "b"]], ["a", {"0": "a"}], "must be an array"),
        (TEXT | {"eq": ["S", "M"]}, ["S"], ["L", "s"], "must be one of S, M"),
        (NUMBER | {"eq": [1, 2.5]}, [1, 2.5], [2], "must be one of 1, 2.5"),
        (NUMBER | {"ne": [7]}, [6, 8], [7, 7.0], "must be none of 7"),
        (TEXT | {"minLength": 2}, ["ab"], ["a", ""], "must have at least 2 characters"),
        (TEXT | {"maxLength": 2}, ["ab"], ["abc"], "must have at most 2 characters"),
        (TEXT | {"exact_length": 2}, ["ab"], ["a", "abc"], "must have 2 characters"),
        (NUMBER | {"lt": 2}, [1], [2, 3], "must be less than 2"),
        (NUMBER | {"lte": 2}, [2], [2.5], "must be at most 2"),
        (NUMBER | {"gt": 2}, [2.5], [2, 1], "must be more than 2"),
        (NUMBER | {"gte": 2}, [2], [1.5], "must be at least 2"),
        (NUMBER | {"deleted": True}, ["anything"], [], ""),
    ],
)
def test_each_type_and_bound_takes_what_it_says(
    definition: dict[str, Any], right: list[Any], wrongs: list[Any], told: str
) -> None:
    assert [wrong(definition, value) for value in right] == [None] * len(right)
    assert {wrong(definition, value) for value in wrongs} <= {f"metadata.x: {told}"}


@pytest.mark.parametrize(
    ("definition", "value", "told"),
    [
        (NUMBER | {"array": True}, [1, "2"], "metadata.x.1: must be a number"),
        ({"type": "object", "objectType": "Payment"}, {"tax": "7 %"}, "metadata.x.tax: must be a number"),
        ({"type": "object", "objectType": "Payment"}, {"tax": 7, "fee": 1}, "metadata.x.fee: is not defined"),
        ({"type": "object", "objectType": "Payment"}, {}, "metadata.x.tax: required"),
        ({"type": "object", "objectType": "Payment", "array": True}, [{"tax": 7}, {}], "metadata.x.1.tax: required"),
        (NUMBER, None, "metadata.x: required"),
        (NUMBER | {"optional": True}, None, None),
        (NUMBER | {"deleted": True}, None, None),
    ],
)
def test_a_breach_has_its_path(definition: dict[str, Any], value: Any, told: str | None) -> None:
    assert wrong(definition, value) == told


def test_a_schema_without_end_ends_where_the_metadata_does() -> None:
    node = {"type": "object", "objectType": "Node", "optional": True}
    schemas = Schemas({"Node": schema("Node", {"next": node}, only=True)})
    deep: dict[str, Any] = {"twig": 1}
    for _ in range(30):
        deep = {"next": deep}
    assert [*schemas.breaches("Node", deep, "m")] == [f"m{'.next' * 30}.twig: is not defined"]


def test_only_what_is_defined_may_be_there_and_all_that_is_wrong_is_told() -> None:
    schemas = Schemas({"customer": schema("customer", {"shoe": NUMBER, "club": TEXT}, only=True)})
    with pytest.raises(InvalidPayload) as refusal:
        schemas.refuse("customer", {"shoe": "42", "hat": 7})
    assert refusal.value.details == (
        "metadata.shoe: must be a number; metadata.hat: is not defined; metadata.club: required"
    )
    schemas.refuse("order", {"hat": 7})
    with pytest.raises(InvalidPayload) as refusal:
        schemas.refuse("customer", {f"{number}" * 1_000: 1 for number in range(20)})
    assert len(refusal.value.details) < 4_000


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ({}, "properties.x.type: Field required"),
        ({"type": "colour"}, "properties.x.type: "),
        (TEXT | {"optional": "yes"}, "properties.x.optional: "),
        (TEXT | {"lt": 1}, "properties.x: lt: goes with the type number"),
        (NUMBER | {"maxLength": 1}, "properties.x: max_length: goes with the type string"),
        (TEXT | {"objectType": "Payment"}, "properties.x: object_type: goes with the type object"),
        (TEXT | {"minLength": -1}, "properties.x.minLength: "),
        (NUMBER | {"eq": ["1"]}, "properties.x: eq: each must be a number"),
        (TEXT | {"eq": []}, "properties.x.eq: "),
        (NUMBER | {"gt": "1"}, "properties.x.gt"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_by_name(definition: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        schema("order", {"x": definition})
    assert refusal.value.details.startswith(told)


def test_an_object_keeps_to_a_schema_that_there_is(till: Till) -> None:
    payment = {"payment": {"type": "object", "objectType": "Payment"}}
    before = till.stores.everything()
    with pytest.raises(InvalidPayload) as refusal:
        settle(till, "order", payment)
    assert refusal.value.details == "properties.payment.objectType: there is no schema Payment"
    assert till.stores.everything() == before
    settle(till, "Payment", {"tax": NUMBER})
    settle(till, "order", payment)


def test_schemas_that_would_outgrow_their_item_are_refused(till: Till) -> None:
    many = {f"{number:03}": TEXT | {"eq": ["x" * 200]} for number in range(200)}
    for resource in ("order", "customer"):
        settle(till, resource, many)
    with pytest.raises(InvalidPayload):
        settle(till, "voucher", many)


def test_a_schema_is_replaced_whole_and_keeps_its_first_day(till: Till) -> None:
    first = settle(till, "order", {"x": NUMBER})
    later = read(SchemaBody, {"allow_defined_only": True}).schema_of("order", first.id, at=AT + DAY)
    again = save_schema(later, projects=till.stores.projects)
    assert (again.properties, again.allow_defined_only) == ({}, True)
    assert (again.created_at, again.updated_at) == (AT, AT + DAY)
    till.settle(time_zone="Europe/Dublin")
    assert till.stores.projects.get().schemas.of == {"order": again}


def settle(till: Till, resource: str, properties: dict[str, Any], *, only: bool = False) -> Schema:
    return save_schema(schema(resource, properties, only=only), projects=till.stores.projects)


# At every door

X = {"x": NUMBER}
BAD: dict[str, Any] = {"metadata": {"x": "1"}}
LINES = (Item(price=1_000), Item(price=1_000, metadata={"x": "1"}))


DOORS: dict[str, tuple[str, str, Callable[[Till], Any]]] = {
    "a new customer": ("customer", "metadata.x: must be a number", lambda till: till.keep("ann", **BAD)),
    "a customer who says nothing": ("customer", "metadata.x: required", lambda till: till.keep("ann")),
    "the buyer of an order": (
        "customer",
        "customer.metadata.x: required",
        lambda till: till.place(amount=500, customer="ann"),
    ),
    "the customer of a validation": (
        "customer",
        "customer.metadata.x: must be a number",
        lambda till: till.validate("MUG", customer=Profile(source_id="ann", **BAD)),
    ),
    "the customer of a redemption": (
        "customer",
        "customer.metadata.x: required",
        lambda till: till.redeem("MUG", customer=Profile(source_id="ann")),
    ),
    "the receiver of a code": (
        "customer",
        "customer.metadata.x: required",
        lambda till: till.issue(voucher="MUG"),
    ),
    "an order": ("order", "metadata.x: must be a number", lambda till: till.place(amount=500, **BAD)),
    "the order of a redemption": ("order", "order.metadata.x: required", lambda till: till.redeem("MUG", amount=500)),
    "a line": ("order_item", "items.0.metadata.x: required", lambda till: till.place(items=LINES)),
    "a line of a validation": (
        "order_item",
        "order.items.1.metadata.x: must be a number",
        lambda till: till.validate("MUG", order=Order(items=LINES)),
    ),
    "a redemption": ("redemption", "metadata.x: required", lambda till: till.redeem("MUG")),
    "a validation": ("redemption", "metadata.x: must be a number", lambda till: till.validate("MUG", **BAD)),
    "a publication": (
        "publication",
        "metadata.x: must be a number",
        lambda till: till.issue(voucher="MUG", metadata={"x": "1"}),
    ),
    "a voucher": (
        "voucher",
        "metadata.x: required",
        lambda till: create_voucher(lambda: voucher("NEW"), given=True, vouchers=till.stores.vouchers),
    ),
    "a voucher that changes": (
        "voucher",
        "metadata.x: must be a number",
        lambda till: change_voucher(
            "MUG", lambda its: its.model_copy(update=BAD), at=AT, vouchers=till.stores.vouchers
        ),
    ),
    "a campaign": (
        "campaign",
        "metadata.x: required",
        lambda till: create_campaign(
            campaign("camp_2", name="New"),
            0,
            action=None,  # type: ignore[arg-type]  # none is started
            draw=drawing("A"),
            campaigns=till.stores.campaigns,
            queue=Queue(),
        ),
    ),
    "a campaign that changes": (
        "campaign",
        "metadata.x: must be a number",
        lambda till: change_campaign(
            "camp_1", lambda its: its.model_copy(update=BAD), at=AT, campaigns=till.stores.campaigns
        ),
    ),
    "a campaign's code": (
        "voucher",
        "metadata.x: must be a number",
        lambda till: add_voucher("camp_1", "NEW", BAD, at=AT, draw=drawing("A"), campaigns=till.stores.campaigns),
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_refuses_what_the_schema_does_and_writes_nothing(till: Till, door: str) -> None:
    resource, told, knock = DOORS[door]
    till.voucher("MUG")
    till.campaign()
    settle(till, resource, X)
    before = till.stores.everything()
    with pytest.raises(InvalidPayload) as refusal:
        knock(till)
    assert refusal.value.details == told
    assert till.stores.everything() == before


def test_what_was_there_before_the_schema_stays_until_it_is_said_anew(till: Till) -> None:
    till.keep("ann", metadata={"hat": 7})
    till.place(amount=500)
    till.voucher("MUG")
    for resource in ("customer", "order", "voucher"):
        settle(till, resource, X, only=True)
    assert till.keep("ann", name="Ann").customer.profile.metadata == {"hat": 7}
    assert till.place(status="PAID").status == "PAID"
    till.disable("MUG")
    with pytest.raises(InvalidPayload) as refusal:
        till.keep("ann", metadata={"x": 1})
    assert refusal.value.details == "metadata.hat: is not defined"


def test_a_validation_asks_for_nothing_that_it_does_not_keep(till: Till) -> None:
    till.voucher("MUG")
    for resource in ("customer", "order", "order_item", "redemption"):
        settle(till, resource, X)
    assert till.validate("MUG", order=Order(items=(Item(price=500),)), customer=Profile(source_id="ann")).valid


def test_a_campaigns_codes_of_which_nothing_is_said_are_as_it_makes_them(till: Till) -> None:
    till.campaign()
    settle(till, "voucher", X)
    made = add_voucher("camp_1", "NEW", {}, at=AT, draw=drawing("A"), campaigns=till.stores.campaigns)
    assert made.voucher.metadata == {}


def test_rows_that_break_a_schema_are_bad_rows(till: Till) -> None:
    settle(till, "customer", X)
    rows = [{"source_id": "a", "metadata": {"x": 1}}, {"source_id": "b", "metadata": {"x": "1"}}, {"source_id": "c"}]
    start(till, "CUSTOMERS_IMPORT", *rows)
    done = work(till)
    assert done.result == {
        "done_count": 1,
        "failed_count": 2,
        "failed": [
            {"line": 2, "details": "metadata.x: must be a number"},
            {"line": 3, "details": "metadata.x: required"},
        ],
    }


@pytest.mark.parametrize(
    ("resource", "type_", "row", "told"),
    [
        ("voucher", "VOUCHERS_IMPORT", {"code": "A", "discount": {"type": "AMOUNT", "amount_off": 1}}, "metadata.x"),
        ("order", "ORDERS_IMPORT", {"source_id": "o", "amount": 1}, "metadata.x"),
        ("order_item", "ORDERS_IMPORT", {"source_id": "o", "items": [{"price": 1}]}, "items.0.metadata.x"),
        ("customer", "ORDERS_IMPORT", {"amount": 1, "customer": {"source_id": "a"}}, "customer.metadata.x"),
    ],
)
def test_every_import_looks(till: Till, resource: str, type_: str, row: dict[str, Any], told: str) -> None:
    settle(till, resource, X)
    start(till, type_, row)
    assert work(till).result == {
        "done_count": 0,
        "failed_count": 1,
        "failed": [{"line": 1, "details": f"{told}: required"}],
    }
