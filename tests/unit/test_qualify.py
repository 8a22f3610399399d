"""Qualifications: what a customer may use on an order is told, and it is what a validation would say of it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.assignments import Assignment
from shared.domain.customers import Profile
from shared.domain.errors import InvalidPayload
from shared.domain.filters import Condition, Filter
from shared.domain.ids import voucher_id
from shared.domain.model import Metadata
from shared.domain.orders import Item, Order
from shared.domain.qualifications import MOST_JUDGED, Position, Qualification
from tests.fakes import in_memory
from tests.unit.test_eligibility import OVER_100, rule
from tests.unit.test_schemas import NUMBER, settle
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND, PROJECT, lock, percent

MINUTE = timedelta(minutes=1)
VIP = {"name": "customer.metadata", "property": "club", "conditions": {"$is": ["VIP"]}}
ON_MUGS = {"name": "product.id", "conditions": {"$is": ["mug"]}}
TEN_EUROS = {"name": "redemption.metadata", "property": "till", "conditions": {"$is": [1]}}
MUGS = Order(items=(Item(product_id="mug", price=6_000, quantity=2),))
CUPS = Order(items=(Item(product_id="cup", price=6_000, quantity=2),))
ANN = Profile(source_id="ann", metadata={"club": "VIP"})
BOB = Profile(source_id="bob", metadata={"club": "blue"})


def names(of: Qualification) -> list[str]:
    return [it.candidate.name for it in of.found]


def ruled(till: Till, code: str, *rules: dict[str, Any], logic: str | None = None, **fields: Any) -> None:
    """A voucher under a rule of its own."""
    id_ = f"val_{code.lower()}"
    its = {name: fields.pop(name) for name in ("applicable_to",) if name in fields}
    made = rule(*rules, id_=id_, **its)
    if logic:
        made = made.model_validate({**made.model_dump(), "rules": {**made.rules, "logic": logic}})
    till.stores.rules.add(made)
    project = till.stores.project
    assigned = Assignment.of(project, id_, "voucher", voucher_id(project, code), AT)
    till.voucher(code, assignments=(assigned,), **{"quantity": None} | fields)


def every_page(till: Till, limit: int, **fields: Any) -> list[list[str]]:
    pages, after = [], None
    while True:
        page = till.qualify(limit=limit, after=after, **fields)
        pages.append(names(page))
        if page.more is None:
            return pages
        after = page.more


# What is told


def test_campaigns_vouchers_and_the_customers_own_codes_qualify_newest_first(till: Till) -> None:
    till.voucher("OLD", created_at=AT - DAY)
    till.campaign("SPRING-1", created_at=AT - MINUTE)
    till.voucher("NEW", created_at=AT + MILLISECOND)
    till.issue("ann", campaign="camp_1")
    found = till.qualify(customer="ann")
    assert [(it.candidate.object, it.candidate.name) for it in found.found] == [
        *(("voucher", "NEW"), ("voucher", "SPRING-1"), ("campaign", "camp_1"), ("voucher", "OLD"))
    ]
    assert [it.offer.price and it.offer.price.total for it in found.found] == [9_500] * 4
    assert found.more is None
    assert names(till.qualify(customer="bob")) == [it for it in names(found) if it != "SPRING-1"]
    assert names(till.qualify()) == ["NEW", "camp_1", "OLD"]


def test_what_cannot_be_used_is_not_told(till: Till) -> None:
    till.voucher("OFF", active=False)
    till.voucher("OVER", expiration_date=AT)
    till.voucher("SOON", start_date=AT + DAY)
    till.voucher("SPENT")
    till.redeem("SPENT", order=Order(amount=500))
    till.voucher("HELD")
    till.validate("HELD", session=lock("another"))
    till.campaign(id_="camp_off", active=False)
    till.voucher("MUG")
    assert names(till.qualify()) == ["MUG"]


def test_a_lapsed_hold_and_ones_own_stand_in_nobodys_way(till: Till) -> None:
    till.voucher("HELD")
    till.validate("HELD", session=lock("cart-1", ttl=1))
    assert names(till.qualify()) == []
    assert names(till.qualify(session=lock("cart-1"))) == ["HELD"]
    assert names(till.qualify(at=AT + MINUTE)) == ["HELD"]


def test_a_code_that_is_anothers_own_is_not_told(till: Till) -> None:
    till.voucher("UNIQUE")
    till.voucher("PUBLIC", quantity=None)
    for code in ("UNIQUE", "PUBLIC"):
        till.issue("ann", voucher=code)
    assert set(names(till.qualify(customer="ann"))) == {"UNIQUE", "PUBLIC"}
    assert names(till.qualify(customer="bob")) == ["PUBLIC"]


def test_nothing_is_written(till: Till) -> None:
    till.voucher("MUG")
    before = till.stores.everything()
    till.qualify(customer="somebody new", session=lock())
    assert till.stores.everything() == before


def test_a_paid_order_has_nothing_to_choose_from(till: Till) -> None:
    till.voucher("MUG")
    till.place(amount=500, status="PAID")
    assert names(till.qualify(order=Order(source_id="cart-7"))) == []


def test_metadata_keep_to_their_schema_here_too(till: Till) -> None:
    settle(till, "customer", {"x": NUMBER})
    with pytest.raises(InvalidPayload) as refusal:
        till.qualify(customer=Profile(source_id="ann", metadata={"x": "1"}))
    assert refusal.value.details == "customer.metadata.x: must be a number"


# A validation would say the same

OFFERS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "FREE": ([], {}),
    "BIG": ([OVER_100], {}),
    "VIP": ([VIP], {}),
    "MUGS": ([ON_MUGS], {}),
    "BOTH": ([VIP, OVER_100], {}),
    "EITHER": ([VIP, OVER_100], {"logic": "1 OR 2"}),
    "TILL": ([TEN_EUROS], {}),
    "OFF": ([VIP], {"active": False}),
    "GONE": ([], {"expiration_date": AT}),
    "FOR-MUGS": ([OVER_100], {"applicable_to": {"included": [{"object": "product", "id": "mug"}]}}),
}


def shop() -> Till:
    till = Till(in_memory(PROJECT))
    for code, (rules, fields) in OFFERS.items():
        if rules:
            ruled(till, code, *rules, **fields)
        else:
            till.voucher(code, quantity=None, **fields)
    return till


@given(
    order=st.sampled_from([None, MUGS, CUPS, Order(amount=500)]),
    customer=st.sampled_from([None, ANN, BOB]),
    metadata=st.sampled_from([None, {"till": 1}]),
)
def test_a_qualification_says_what_a_validation_would(
    order: Order | None, customer: Profile | None, metadata: Metadata | None
) -> None:
    till = shop()
    asked: dict[str, Any] = {"order": order, "customer": customer, "metadata": metadata}
    found = till.qualify(limit=50, **asked)
    verdicts = {code: till.validate(code, **asked) for code in OFFERS}
    assert set(names(found)) == {code for code, verdict in verdicts.items() if verdict.valid}
    for one in found.found:
        [offer] = verdicts[one.candidate.name].applicable
        assert one.offer.price == offer.price
        assert not OFFERS[one.candidate.name][0] or one.offer.lines == offer.lines


def test_a_campaign_qualifies_where_one_of_its_codes_would(till: Till) -> None:
    till.stores.rules.add(rule(OVER_100))
    for id_, codes in (("camp_1", ()), ("camp_2", ("ITS-CODE",))):
        assigned = (Assignment.of(PROJECT, "val_1", "campaign", id_, AT),)
        till.campaign(*codes, id_=id_, name=id_, assignments=assigned)
    assert names(till.qualify(amount=10_000)) == []
    found = till.qualify(amount=10_001)
    assert set(names(found)) == {"camp_1", "camp_2"}
    [offer] = till.validate("ITS-CODE", amount=10_001).applicable
    assert {it.offer.price for it in found.found} == {offer.price}


# Scenarios


@pytest.mark.parametrize(
    ("scenario", "order", "customer", "told"),
    [
        ("ALL", MUGS, ANN, {"FREE", "BIG", "VIP", "MUGS", "BOTH", "EITHER", "FOR-MUGS"}),
        ("ALL", None, BOB, {"FREE"}),
        ("AUDIENCE_ONLY", None, ANN, {"FREE", "BIG", "VIP", "MUGS", "BOTH", "EITHER", "TILL", "FOR-MUGS"}),
        ("AUDIENCE_ONLY", None, BOB, {"FREE", "BIG", "MUGS", "EITHER", "TILL", "FOR-MUGS"}),
        ("PRODUCTS", MUGS, BOB, {"MUGS", "FOR-MUGS"}),
        ("PRODUCTS", CUPS, BOB, set()),
        ("PRODUCTS", None, BOB, set()),
        ("PRODUCTS_BY_CUSTOMER", MUGS, BOB, {"MUGS", "FOR-MUGS"}),
        ("PRODUCTS_DISCOUNT", MUGS, BOB, {"FOR-MUGS"}),
        ("PRODUCTS_DISCOUNT_BY_CUSTOMER", MUGS, ANN, {"FOR-MUGS"}),
        ("PRODUCTS_DISCOUNT_BY_CUSTOMER", CUPS, ANN, set()),
        ("PROMOTION_STACKS", MUGS, ANN, set()),
        ("CUSTOMER_WALLET", MUGS, ANN, set()),
        ("CUSTOMER_WALLET", MUGS, None, set()),
    ],
)
def test_a_scenario_says_which_rules_count(
    scenario: str, order: Order | None, customer: Profile | None, told: set[str]
) -> None:
    found = shop().qualify(scenario=scenario, order=order, customer=customer, limit=50)
    assert set(names(found)) == told


def test_by_customer_their_rules_count_and_else_not(till: Till) -> None:
    ruled(till, "VIP-MUGS", VIP, ON_MUGS)
    assert names(till.qualify(scenario="PRODUCTS", order=MUGS, customer=BOB)) == ["VIP-MUGS"]
    assert names(till.qualify(scenario="PRODUCTS_BY_CUSTOMER", order=MUGS, customer=BOB)) == []
    assert names(till.qualify(scenario="PRODUCTS_BY_CUSTOMER", order=MUGS, customer=ANN)) == ["VIP-MUGS"]


def test_a_wallet_is_what_was_given_to_the_customer(till: Till) -> None:
    till.voucher("PUBLIC", quantity=None)
    till.campaign("SPRING-1", "SPRING-2")
    given = [till.issue("ann", campaign="camp_1").vouchers[0].code for _ in range(2)]
    till.issue("ann", voucher="PUBLIC")
    assert set(names(till.qualify(scenario="CUSTOMER_WALLET", customer="ann"))) == {*given, "PUBLIC"}
    till.redeem(given[0], customer="ann", order=Order(amount=500))
    assert set(names(till.qualify(scenario="CUSTOMER_WALLET", customer="ann"))) == {given[1], "PUBLIC"}
    assert names(till.qualify(scenario="CUSTOMER_WALLET", customer="bob")) == []


# Parts


def test_the_best_deal_comes_first_or_last(till: Till) -> None:
    for code, off in (("TEN", 10), ("HALF", 50), ("FIVE", 5), ("FIFTH", 20)):
        till.voucher(code, percent(off))
    best = ["HALF", "FIFTH", "TEN", "FIVE"]
    assert names(till.qualify(sorting="BEST_DEAL")) == best
    assert names(till.qualify(sorting="LEAST_DEAL")) == best[::-1]
    assert every_page(till, 3, sorting="BEST_DEAL") == [best[:3], best[3:]]
    assert every_page(till, 1, sorting="LEAST_DEAL") == [[code] for code in best[::-1]]
    assert [it.worth for it in till.qualify(sorting="BEST_DEAL").found] == [5_000, 2_000, 1_000, 500]


@pytest.mark.parametrize("after", [AT, AT.replace(year=1969)])
def test_a_place_in_a_ranking_is_no_instant_of_a_list(till: Till, after: Any) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        till.qualify(sorting="BEST_DEAL", after=after)
    assert refusal.value.details.startswith("options.starting_after: ")


@given(
    made=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    limit=st.integers(1, 7),
    disabled=st.sets(st.integers(0, 29)),
)
def test_no_page_loses_or_repeats_a_candidate(made: list[int], limit: int, disabled: set[int]) -> None:
    """Many are made in the same millisecond; the microseconds of the cursor tell them apart."""
    till = Till(in_memory(PROJECT))
    for number, at in enumerate(made):
        till.voucher(f"C-{number}", created_at=AT + at * MILLISECOND, active=number not in disabled)
    pages = every_page(till, limit)
    told = [code for page in pages for code in page]
    assert sorted(told) == sorted(f"C-{number}" for number in range(len(made)) if number not in disabled)
    instants = [till.find(code).created_at for code in told]
    assert instants == sorted(instants, reverse=True)
    positions = {Position.of(till.find(code).id, till.find(code).created_at) for code in told}
    if len(positions) == len(told):
        assert all(len(page) == limit for page in pages[:-1])


def test_a_cursor_is_an_instant_before_which_the_next_were_made(till: Till) -> None:
    for number in range(4):
        till.voucher(f"C-{number}", created_at=AT + number * DAY)
    assert names(till.qualify(after=AT + 2 * DAY)) == ["C-1", "C-0"]


def test_beyond_the_ceiling_the_cursor_goes_on(till: Till) -> None:
    """The newest thousand do not qualify: the page is empty, and not the last one."""
    till.voucher("OLDEST", created_at=AT - DAY)
    for number in range(MOST_JUDGED + 50):
        till.voucher(f"C-{number}", created_at=AT + number * MILLISECOND, active=False)
    first = till.qualify()
    assert (names(first), first.more) == ([], Position.of(till.find("C-50").id, AT + 50 * MILLISECOND).cursor)
    assert names(till.qualify(after=first.more)) == ["OLDEST"]
    ranked = till.qualify(sorting="BEST_DEAL")
    assert names(ranked) == []
    assert names(till.qualify(sorting="BEST_DEAL", after=ranked.more)) == ["OLDEST"]


# Filters


@pytest.mark.parametrize(
    ("path", "verb", "values", "told"),
    [
        ("category", "is", ("drinks",), {"TEA"}),
        ("category", "is_unknown", (), {"CARD", "camp_1", "SPRING-1"}),
        ("campaign_id", "is", ("camp_1",), {"camp_1", "SPRING-1"}),
        ("campaign_type", "is", ("DISCOUNT_COUPONS",), {"camp_1", "SPRING-1"}),
        ("resource_type", "is_not", ("campaign",), {"TEA", "CARD", "SPRING-1"}),
        ("resource_id", "in", ("camp_1",), {"camp_1"}),
        ("voucher_type", "is", ("GIFT_VOUCHER",), {"CARD"}),
        ("code", "in", ("tea", "card"), {"TEA", "CARD"}),
        ("holder_role", "is", ("OWNER",), {"SPRING-1"}),
    ],
)
def test_a_filter_keeps_what_it_names(
    till: Till, path: str, verb: str, values: tuple[str, ...], told: set[str]
) -> None:
    till.voucher("TEA", category="drinks")
    till.gift_card(5_000, "CARD")
    till.campaign("SPRING-1")
    till.issue("ann", campaign="camp_1")
    wanted = Filter((Condition(path, verb, values),))
    assert set(names(till.qualify(customer="ann", filter=wanted))) == told


# A law


@given(st.permutations([*OFFERS]), st.integers(1, 8))
def test_an_offer_that_does_not_apply_changes_nothing_for_the_others(order: list[str], count: int) -> None:
    """Where the project redeems what it can: what each of the others does, and what is left to pay, stays."""
    till = shop()
    till.settle(redeemables_application_mode="PARTIAL", applicable_redeemables_limit=30, joint_categories=("any",))
    asked: dict[str, Any] = {"order": MUGS, "customer": BOB}
    named = order[:count]
    inapplicable = {code for code in named if not till.validate(code, **asked).valid}
    others = [code for code in named if code not in inapplicable]
    whole = till.validate(*named, **asked)
    alone = till.validate(*others, **asked) if others else None
    assert {it.named for it in whole.inapplicable} >= inapplicable
    if alone:
        told = [[(it.named, it.price, it.credits, it.needs) for it in one.applicable] for one in (whole, alone)]
        assert told[0] == told[1]
        assert (whole.price, whole.counts) == (alone.price, alone.counts)
    else:
        assert not whole.applicable
