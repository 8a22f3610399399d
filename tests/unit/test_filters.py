"""What a condition means: one table a sort of value, and the laws that hold for all of them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.attributes.kinds import code
from shared.domain.attributes.offers import CAMPAIGNS, PUBLICATIONS, VOUCHERS
from shared.domain.attributes.people import CUSTOMERS
from shared.domain.attributes.purchases import ORDERS, REDEMPTIONS
from shared.domain.customers import Customer, Profile
from shared.domain.filters import OPPOSITES, Attribute, Condition, Filter, Sort, attribute_at, sort_key, verbs_of
from shared.domain.orders import Order, StoredOrder
from shared.domain.publications import Publication, Published
from shared.domain.redemptions import Redemption
from shared.domain.summaries import Person, Summary
from shared.domain.vouchers import Made
from tests.unit.values import AT, DAY, MILLISECOND, campaign, code_of, voucher

LATE = AT + 40 * DAY


def holds(sort: Sort, value: Any, verb: str, *values: Any) -> bool:
    """Whether a value of a sort meets a condition, late in April."""
    attribute = Attribute(sort, lambda thing: thing)
    return Condition("it", verb, values).holds(attribute, value, at=LATE)


def ruled(*rows: tuple[Any, str, tuple[Any, ...], bool]) -> Any:
    return pytest.mark.parametrize(("value", "verb", "values", "met"), rows)


@ruled(
    ("Spring", "is", ("Spring",), True),
    ("Spring", "is", ("spring",), False),
    ("Spring", "is", ("Autumn", "Spring"), True),
    ("Spring", "is_not", ("Spring",), False),
    ("Spring", "is_not", ("Autumn",), True),
    ("Spring", "in", ("Autumn", "Spring"), True),
    ("Spring", "in", ("Autumn", "Winter"), False),
    ("Spring", "not_in", ("Autumn", "Spring"), False),
    ("Spring", "not_in", ("Autumn", "Winter"), True),
    ("Spring", "starts_with", ("Sp",), True),
    ("Spring", "starts_with", ("pr",), False),
    ("Spring", "ends_with", ("ing",), True),
    ("Spring", "ends_with", ("Spr",), False),
    ("Spring", "contains", ("prin",), True),
    ("Spring", "contains", ("x", "pri"), True),
    ("Spring", "contains", ("x",), False),
    ("Spring", "not_contain", ("prin",), False),
    ("Spring", "not_contain", ("x",), True),
    ("Spring", "has_value", (), True),
    ("Spring", "is_unknown", (), False),
    (None, "has_value", (), False),
    (None, "is_unknown", (), True),
    (None, "is", ("None",), False),
    (None, "is_not", ("Spring",), True),
    (None, "not_in", ("Spring",), True),
    (None, "not_contain", ("Spring",), True),
    (None, "starts_with", ("S",), False),
    (("A", "B"), "is", ("B",), True),
    (("A", "B"), "is_not", ("B",), False),
    (("A", "B"), "not_contain", ("C",), True),
    ((), "has_value", (), False),
    ((None, "B"), "starts_with", ("B",), True),
)
def test_of_a_text(value: Any, verb: str, values: tuple[Any, ...], met: bool) -> None:
    assert holds(Sort.TEXT, value, verb, *values) is met


@ruled(
    (5, "is", (Decimal(5),), True),
    (5, "is", (Decimal("5.0"),), True),
    (5, "is_not", (Decimal(5),), False),
    (5, "in", (Decimal(4), Decimal(5)), True),
    (5, "not_in", (Decimal(4),), True),
    (5, "more_than", (Decimal("4.9"),), True),
    (5, "more_than", (Decimal(5),), False),
    (5, "more_than_or_equal", (Decimal(5),), True),
    (5, "less_than", (Decimal(5),), False),
    (5, "less_than", (Decimal(6),), True),
    (5, "less_than_or_equal", (Decimal(5),), True),
    (Decimal("12.5"), "more_than", (Decimal(12),), True),
    (0, "has_value", (), True),
    (None, "more_than", (Decimal(0),), False),
    (None, "less_than", (Decimal(0),), False),
    (None, "is_unknown", (), True),
)
def test_of_a_number(value: Any, verb: str, values: tuple[Any, ...], met: bool) -> None:
    assert holds(Sort.NUMBER, value, verb, *values) is met


@ruled(
    (AT, "after", (AT - MILLISECOND,), True),
    (AT, "after", (AT,), False),
    (AT, "before", (AT + MILLISECOND,), True),
    (AT, "before", (AT,), False),
    (AT, "more_than_ago", (39,), True),
    (AT, "more_than_ago", (40,), False),
    (AT, "less_than_ago", (41,), True),
    (AT, "less_than_ago", (40,), False),
    (LATE, "less_than_ago", (0,), False),
    (LATE, "less_than_ago", (1,), True),
    (LATE + MILLISECOND, "less_than_ago", (1,), False),
    (date(2026, 3, 17), "before", (AT,), True),
    (date(2026, 3, 17), "after", (AT,), False),
    (None, "before", (AT,), False),
    (None, "is_unknown", (), True),
)
def test_of_a_date(value: Any, verb: str, values: tuple[Any, ...], met: bool) -> None:
    assert holds(Sort.DATE, value, verb, *values) is met


@ruled(
    (True, "is", (True,), True),
    (True, "is", (False,), False),
    (False, "is_not", (True,), True),
    (None, "is_not", (True,), True),
    (False, "has_value", (), True),
)
def test_of_a_truth(value: Any, verb: str, values: tuple[Any, ...], met: bool) -> None:
    assert holds(Sort.TRUTH, value, verb, *values) is met


METADATA = {
    "club": "VIP",
    "shoe": 42,
    "price": 1.5,
    "member": True,
    "since": "2026-03-17",
    "tags": ["red", "blue"],
    "pet": {"name": "Rex", "legs": 4},
    "shoe.size": 43,
    "none": None,
}


@pytest.mark.parametrize(
    ("path", "verb", "values", "met"),
    [
        ("club", "is", ("VIP",), True),
        ("club", "starts_with", ("VI",), True),
        ("club", "more_than", (Decimal(1),), False),
        ("shoe", "is", ("42",), True),
        ("shoe", "is", ("42.0",), True),
        ("shoe", "is", ("XL",), False),
        ("shoe", "contains", ("2",), True),
        ("shoe", "more_than", (Decimal(41),), True),
        ("shoe", "less_than", (Decimal(41),), False),
        ("price", "more_than_or_equal", (Decimal("1.5"),), True),
        ("member", "is", ("true",), True),
        ("member", "is", ("True",), False),
        ("member", "more_than", (Decimal(0),), False),
        ("since", "before", (AT,), True),
        ("since", "more_than_ago", (39,), True),
        ("club", "before", (AT,), False),
        ("club", "less_than_ago", (1,), False),
        ("tags", "is", ("blue",), True),
        ("tags", "not_in", ("blue", "green"), False),
        ("pet.name", "is", ("Rex",), True),
        ("pet.legs", "less_than", (Decimal(5),), True),
        ("pet.wings", "is_unknown", (), True),
        ("pet", "has_value", (), True),
        ("shoe.size", "is", ("43",), True),
        ("club.level", "is", ("VIP",), False),
        ("none", "has_value", (), False),
        ("nothing", "is_not", ("VIP",), True),
    ],
)
def test_of_a_shops_own(path: str, verb: str, values: tuple[Any, ...], met: bool) -> None:
    wanted = Filter((Condition(f"metadata.{path}", verb, values),))
    made = Made(voucher(metadata=METADATA))
    assert wanted.keeps(made, VOUCHERS, at=LATE) is met


@pytest.mark.parametrize(
    ("case", "fields", "active", "status"),
    [
        ("on", {}, {"enabled", "active"}, {"active"}),
        ("off", {"active": False}, {"disabled"}, {"active"}),
        ("over", {"expiration_date": LATE}, {"enabled", "expired"}, {"active", "expired"}),
        ("not begun", {"start_date": LATE + DAY}, {"enabled"}, {"active", "before_start"}),
        ("being made", {"creation_status": "IN_PROGRESS"}, {"enabled", "active"}, {"in_progress"}),
        ("failed", {"creation_status": "FAILED"}, {"enabled", "active"}, {"failed"}),
    ],
)
def test_of_a_campaigns_state(case: str, fields: dict[str, Any], active: set[str], status: set[str]) -> None:
    spring = campaign(**fields)
    for path, states in (("active", active), ("status", status)):
        every = verbs_of(CAMPAIGNS[path])
        assert states <= every
        told = {it for it in every if Filter((Condition(path, it),)).keeps(spring, CAMPAIGNS, at=LATE)}
        assert told == states


def test_a_code_is_the_same_in_any_spelling() -> None:
    attribute = code(lambda thing: thing)
    for verb, typed in (("is", " straße"), ("in", "STRASSE"), ("starts_with", "stra"), ("contains", "ASS")):
        assert Condition("code", verb, (typed,)).holds(attribute, "Straße ", at=AT)


# What each kind of thing may be asked

MUG = voucher("MUG", category="cups", metadata={"a": 1}, quantity=3, updated_at=LATE)
GIVEN = Published(
    Publication(id="pub_1", customer_id="cust_1", campaign_id="camp_1", codes=("S-1", "S-2"), created_at=AT),
    tuple(code_of(campaign(), name) for name in ("S-1", "S-2")),
    Customer(id="cust_1", profile=Profile(source_id="ann"), created_at=AT),
    campaign(),
)
RECORD = Redemption(id="r_0123456789abcdef0199cafe0000ffff", date=AT, code="MUG", campaign="Spring", amount=500)
ANN = Person(
    Customer(
        id="cust_1",
        profile=Profile(
            source_id="ann", email="Ann@Example.com", address={"city": "Riga"}, birthdate=date(1990, 2, 28)
        ),
        created_at=AT,
    ),
    Summary(),
)
BOUGHT = StoredOrder(id="ord_1", order=Order(source_id="cart", amount=900), status="PAID", discount=100, created_at=AT)


@pytest.mark.parametrize(
    ("attributes", "thing", "said"),
    [
        (VOUCHERS, Made(MUG), {"code": "mug", "category": "cups", "type": "discount_voucher", "metadata.a": "1"}),
        (VOUCHERS, Made(MUG), {"redemption.quantity": Decimal(3), "discount.amount_off": Decimal(500)}),
        (VOUCHERS, Made(code_of(campaign(), "S-1"), campaign()), {"campaign": "camp_1", "discount.type": "amount"}),
        (VOUCHERS, Made(MUG), {"is_referral_code": False, "active": True}),
        (CAMPAIGNS, campaign(), {"campaigns": "Spring", "campaigns_id": "camp_1", "campaign_status": "done"}),
        (REDEMPTIONS, RECORD, {"result": "SUCCESS", "voucher_code": "mug", "campaign_name": "Spring"}),
        (REDEMPTIONS, RECORD, {"related_object_id": "v_0123456789abcdef", "object": "redemption"}),
        (PUBLICATIONS, GIVEN, {"voucher_code": "s-2", "related_object_id": GIVEN.vouchers[1].id, "campaign": "Spring"}),
        (PUBLICATIONS, GIVEN, {"result": "success", "tracking_id": "ann", "parent_object_id": "camp_1"}),
        (CUSTOMERS, ANN, {"email": " ann@example.COM", "city": "Riga", "address.city": "Riga", "source_id": "ann"}),
        (ORDERS, BOUGHT, {"status": "PAID", "total_amount": Decimal(800), "source_id": "cart"}),
    ],
)
def test_an_attribute_is_found_by_the_contracts_name(attributes: Any, thing: Any, said: Mapping[str, Any]) -> None:
    for path, value in said.items():
        assert Filter((Condition(path, "is", (value,)),)).keeps(thing, attributes, at=AT), path
        assert not Filter((Condition(path, "is_not", (value,)),)).keeps(thing, attributes, at=AT), path


@pytest.mark.parametrize("attributes", [VOUCHERS, CAMPAIGNS, REDEMPTIONS, PUBLICATIONS, CUSTOMERS, ORDERS])
def test_no_attribute_breaks_on_a_thing_with_little_in_it(attributes: Any) -> None:
    bare = {
        id(VOUCHERS): Made(voucher()),
        id(CAMPAIGNS): campaign(),
        id(REDEMPTIONS): Redemption(id="r_1", date=AT),
        id(PUBLICATIONS): Published(Publication(id="p", customer_id="c", codes=(), created_at=AT), ()),
        id(CUSTOMERS): Person(Customer(id="cust_2", profile=Profile(), created_at=AT), Summary()),
        id(ORDERS): StoredOrder(id="ord_2", order=Order(), status="CREATED", created_at=AT),
    }[id(attributes)]
    for path, attribute in attributes.items():
        if attribute.sort is not Sort.STATE:
            known = Condition(path, "has_value").holds(attribute, bare, at=AT)
            assert known is not Condition(path, "is_unknown").holds(attribute, bare, at=AT)


@pytest.mark.parametrize("path", ["coupon", "code.first", "metadat", "", "holder.id"])
def test_what_nothing_answers_for_is_told(path: str) -> None:
    with pytest.raises(KeyError):
        attribute_at(path, VOUCHERS)


# Laws

TEXTS = st.sampled_from(["", "A", "B", "AB", "BA", "ABBA"])
CONDITIONS = st.builds(
    lambda verb, values: Condition("it", verb, tuple(values)),
    st.sampled_from(sorted(Sort.TEXT.value)),
    st.lists(TEXTS, min_size=1, max_size=3),
)
ATTRIBUTES = {"it": Attribute(Sort.TEXT, lambda thing: thing.it)}


@given(st.none() | TEXTS | st.tuples(TEXTS, TEXTS), st.lists(CONDITIONS, max_size=4), st.booleans())
def test_a_junction_is_that_of_its_conditions(it: Any, conditions: list[Condition], any_of: bool) -> None:
    thing = SimpleNamespace(it=it)
    each = [condition.holds(ATTRIBUTES["it"], thing, at=AT) for condition in conditions]
    joined = (any(each) if any_of else all(each)) if each else True
    assert Filter(tuple(conditions), any_of=any_of).keeps(thing, ATTRIBUTES, at=AT) is joined


@given(st.none() | TEXTS | st.tuples(TEXTS, TEXTS), st.sampled_from(sorted(OPPOSITES)), st.lists(TEXTS, min_size=1))
def test_a_condition_or_its_opposite_holds_and_never_both(it: Any, verb: str, values: list[str]) -> None:
    assert holds(Sort.TEXT, it, verb, *values) is not holds(Sort.TEXT, it, OPPOSITES[verb], *values)


@given(st.integers(), st.integers())
def test_sizes_agree_with_each_other(one: int, other: int) -> None:
    than = Decimal(other)
    assert holds(Sort.NUMBER, one, "more_than", than) is not holds(Sort.NUMBER, one, "less_than_or_equal", than)
    assert holds(Sort.NUMBER, one, "less_than", than) is not holds(Sort.NUMBER, one, "more_than_or_equal", than)


@given(st.lists(st.none() | st.integers(0, 9)))
def test_what_has_no_value_is_sorted_before_all_that_have_one(values: list[int | None]) -> None:
    attributes = {"it": Attribute(Sort.NUMBER, lambda thing: thing.it)}
    things = sorted((SimpleNamespace(it=value) for value in values), key=sort_key("it", attributes))
    missing = values.count(None)
    assert [thing.it for thing in things] == [None] * missing + sorted(it for it in values if it is not None)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(0, 36_500))
def test_days_ago_split_the_past_in_two(moment: datetime, days: int) -> None:
    at = moment.replace(tzinfo=AT.tzinfo)
    older, younger = holds(Sort.DATE, at, "more_than_ago", days), holds(Sort.DATE, at, "less_than_ago", days)
    assert not (older and younger)
    assert (older or younger) is (at <= LATE and at != LATE - timedelta(days=days))
