"""What a query string asks of a list; what is wrong with it is told by name."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidPayload, PromotionError
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Ordering, Query
from shared.wire.lists import (
    ASYNC_ACTIONS,
    CAMPAIGNS,
    CUSTOMERS,
    PUBLICATIONS,
    REDEMPTIONS,
    RULES,
    VOUCHERS,
    Asked,
    query_of,
)
from tests.unit.values import AT

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
CODE = "filters[code][conditions]"
COUNT = "filters[publish.count][conditions]"
CHANGED = "filters[updated_at][conditions]"
AMONG = "filters.updated_at.conditions"


def asked(*pairs: tuple[str, str], of: Asked = VOUCHERS) -> Query:
    return query_of(pairs, of, at=AT, customer_id=lambda named: f"cust_{named}")


def only(path: str, verb: str, *values: Any) -> tuple[Filter, ...]:
    return (Filter((Condition(path, verb, values),)),)


@pytest.mark.parametrize(
    ("case", "pairs", "query"),
    [
        ("nothing", [], Query(AT)),
        ("what nobody knows", [("surprise", "1"), ("expand", "categories"), ("[", "x")], Query(AT)),
        ("a page", [("limit", "100"), ("page", "3")], Query(AT, limit=100, skip=200)),
        ("the last page", [("limit", "1"), ("page", "1000")], Query(AT, limit=1, skip=999)),
        ("rising", [("order", "created_at")], Query(AT, order=Ordering("created_at", falling=False))),
        ("falling", [("order", "-code")], Query(AT, order=Ordering("code"))),
        ("a cursor", [("starting_after_id", "v_1")], Query(AT, after="v_1")),
    ],
)
def test_which_part_in_which_order(case: str, pairs: list[tuple[str, str]], query: Query) -> None:
    assert asked(*pairs) == query


@pytest.mark.parametrize(
    ("case", "pairs", "filters"),
    [
        ("is", [(f"{CODE}[$is]", "A")], only("code", "is", "A")),
        ("an array", [(f"{CODE}[$in][0]", "A"), (f"{CODE}[$in][1]", "B,C")], only("code", "in", "A", "B,C")),
        ("an array without numbers", [(f"{CODE}[$in][]", "A"), (f"{CODE}[$in][]", "B")], only("code", "in", "A", "B")),
        ("repeated", [(f"{CODE}[$in]", "A"), (f"{CODE}[$in]", "B")], only("code", "in", "A", "B")),
        ("as the SDK writes one", [(f"{CODE}[$in]", "['A', \"B'C\"]")], only("code", "in", "A", "B'C")),
        ("almost so", [(f"{CODE}[$in]", "['A', B]")], only("code", "in", "['A', B]")),
        ("without a dollar", [(f"{CODE}[starts_with]", "A")], only("code", "starts_with", "A")),
        ("what the SDK was not given", [(f"{CODE}[$is]", "None"), ("filters[category]", "None")], ()),
        ("what is called so", [(f"{CODE}[$in][0]", "None")], only("code", "in", "None")),
        ("known", [("filters[category][conditions][$has_value]", "")], only("category", "has_value")),
        ("a shop's own", [("filters[metadata.a.b][conditions][$is]", "5")], only("metadata.a.b", "is", "5")),
        ("the same", [("filters[metadata][a][b][conditions][$is]", "5")], only("metadata.a.b", "is", "5")),
        (
            "a number",
            [("filters[redemption.quantity][conditions][$more_than_equal]", "2.5")],
            only("redemption.quantity", "more_than_or_equal", Decimal("2.5")),
        ),
        ("days", [(f"{CHANGED}[$more_than]", "10")], only("updated_at", "more_than_ago", 10)),
        (
            "a shop's days",
            [("filters[metadata.x][conditions][$less_than_ago]", "3")],
            only("metadata.x", "less_than_ago", 3),
        ),
        (
            "a shop's size",
            [("filters[metadata.x][conditions][$less_than]", "3")],
            only("metadata.x", "less_than", Decimal(3)),
        ),
        ("a date", [("filters[created_at][conditions][$after]", "2026-03-01")], only("created_at", "after", MARCH)),
        ("a truth", [("filters[active][conditions][$is]", "false")], only("active", "is", False)),
        ("a period", [("[created_at][after]", "2026-03-01T01:00:00+01:00")], only("created_at", "after", MARCH)),
        (
            "as the SDK writes it",
            [("created_at[before]", "2026-03-01T00:00:00.000000+0000")],
            only("created_at", "before", MARCH),
        ),
        ("plain", [("category", "cups")], only("category", "in", "cups")),
        ("ids", [("ids", "['v_1', 'v_2']")], only("id", "in", "v_1", "v_2")),
        ("a holder", [("customer", "ann")], only("holder_id", "in", "cust_ann")),
        ("a campaign", [("campaign_id", "camp_1")], only("campaign", "in", "camp_1")),
        (
            "either, but plain ones always",
            [("category", "cups"), ("filters[junction]", "OR"), (f"{CODE}[$is]", "A"), (f"{CODE}[$ends_with]", "B")],
            (
                *only("category", "in", "cups"),
                Filter((Condition("code", "is", ("A",)), Condition("code", "ends_with", ("B",))), any_of=True),
            ),
        ),
    ],
)
def test_what_must_be_so(case: str, pairs: list[tuple[str, str]], filters: tuple[Filter, ...]) -> None:
    assert asked(*pairs).filters == filters


@pytest.mark.parametrize(
    ("of", "pairs", "filters"),
    [
        (REDEMPTIONS, [("result", "SUCCESS"), ("result", "FAILURE")], only("result", "in", "SUCCESS", "FAILURE")),
        (REDEMPTIONS, [("customer", "ann")], only("customer_id", "in", "cust_ann")),
        (PUBLICATIONS, [("voucher", "S-1")], only("voucher_code", "in", "S-1")),
        (PUBLICATIONS, [("is_referral_code", "true")], only("is_referral_code", "in", True)),
        (CAMPAIGNS, [("filters[active][$enabled]", "")], only("active", "enabled")),
        (CAMPAIGNS, [("filters[status][conditions][before_start]", "{}")], only("status", "before_start")),
        (ASYNC_ACTIONS, [("end_date", "2026-03-01")], only("created_at", "before", MARCH)),
        (RULES, [("start_date", "2026-03-01")], only("created_at", "after", MARCH)),
        (CUSTOMERS, [("starting_after", "2026-03-01")], only("created_at", "before", MARCH)),
        (CUSTOMERS, [("starting_after", "2026-03-01"), ("order", "created_at")], only("created_at", "after", MARCH)),
        (CUSTOMERS, [("email", "ann@example.com")], only("email", "in", "ann@example.com")),
    ],
)
def test_what_each_list_knows(of: Asked, pairs: list[tuple[str, str]], filters: tuple[Filter, ...]) -> None:
    assert asked(*pairs, of=of).filters == filters


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("limit", "0")], "limit: "),
        ([("limit", "101")], "limit: "),
        ([("limit", "ten")], "limit: "),
        ([("limit", "1"), ("limit", "2")], "limit: "),
        ([("page", "0")], "page: "),
        ([("page", "-1")], "page: "),
        ([("starting_after_id", "")], "starting_after_id: "),
        ([("order", "")], "order: must be one of active, "),
        ([("order", "--code")], "order: "),
        ([("order", "metadata")], "order: "),
        ([("order", "code"), ("order", "-code")], "order: "),
        ([("category", "")], "category: must have 1 to 200 printable characters"),
        ([("category", "x" * 201)], "category: "),
        ([("category", "a\x00b")], "category: "),
        ([("[created_at][after]", "yesterday")], "created_at.after: must be a date"),
        ([("[created_at][after]", "9999-12-31T23:59:59-23:00")], "created_at.after: must be a date"),
        ([("starting_after", "2026-03-01"), ("order", "code")], "starting_after: goes with an order by created_at"),
        ([("filters", "code")], "filters: must be filters[attribute]"),
        ([("filters[code]", "A")], "filters.code: must be filters[attribute]"),
        ([(f"{CODE}", "A")], "filters.code.conditions: must be filters[attribute]"),
        ([(f"{CODE}[$in][0][1]", "A")], "filters.code.conditions.$in.0.1: must be"),
        ([(f"{CODE}[$in][first]", "A")], "filters.code.conditions.$in.first: must be"),
        ([("filters[conditions][$is]", "A")], "filters.conditions.$is: must be"),
        ([("filters[coupon][conditions][$is]", "A")], "filters.coupon: this list does not know coupon"),
        ([("filters[code.x][conditions][$is]", "A")], "filters.code.x: this list does not know code.x"),
        ([(f"{CODE}[$like]", "A")], "filters.code.conditions.$like: must be one of $contains, "),
        ([(f"{CODE}[$more_than]", "1")], "filters.code.conditions.$more_than: must be one of "),
        ([(f"{CODE}[$is]", "")], "filters.code.conditions.$is: must have"),
        ([(f"{CODE}[$has_value]", "false")], "filters.code.conditions.$has_value: must be empty or true"),
        ([("filters[active][conditions][$is]", "yes")], "filters.active.conditions.$is: must be true or false"),
        ([(f"{COUNT}[$is]", "one")], "filters.publish.count.conditions.$is: must be a number"),
        ([(f"{COUNT}[$is]", "NaN")], "filters.publish.count.conditions.$is: must be a number"),
        ([(f"{COUNT}[$is]", "1e999")], "filters.publish.count.conditions.$is: must be a number"),
        ([(f"{CHANGED}[$more_than]", "1.5")], f"{AMONG}.$more_than: must be a number of days"),
        ([(f"{CHANGED}[$more_than]", "36501")], f"{AMONG}.$more_than: must be a number of days"),
        ([(f"{CHANGED}[$more_than]", "٣")], f"{AMONG}.$more_than: must be a number of days"),
        ([(f"{CHANGED}[$is]", "2026-03-01")], f"{AMONG}.$is: must be one of $after"),
        ([("filters[junction]", "xor")], "filters.junction: must be and, or or"),
        ([(f"{CODE}[$in][{number}]", "A") for number in range(101)], "filters: compare with more than 100 values"),
    ],
)
def test_what_makes_no_sense_is_named(pairs: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        asked(*pairs)
    assert refusal.value.details.startswith(told)


def test_what_a_list_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(InvalidPayload) as refusal:
        asked(("[updated_at][after]", "2026-03-01"), of=REDEMPTIONS)
    assert refusal.value.details == "updated_at.after: this list does not know updated_at"
    with pytest.raises(InvalidPayload) as refusal:
        asked(("filters[status][conditions][$is]", "DONE"), of=CAMPAIGNS)
    assert refusal.value.details.startswith("filters.status.conditions.$is: must be one of $active, $before_start")


def test_pages_end() -> None:
    with pytest.raises(PromotionError) as refusal:
        asked(("page", "1001"))
    assert refusal.value.key == "page_over_limit"


STEPS = st.sampled_from(
    ["filters", "code", "created_at", "conditions", "$in", "$is", "0", "junction", "metadata", "", "[", "]", "x"]
)


@given(st.lists(st.tuples(st.lists(STEPS, min_size=1, max_size=6), st.text(max_size=8)), max_size=4))
def test_whatever_is_asked_is_a_query_or_refused(odd: list[tuple[list[str], str]]) -> None:
    pairs = [(first + "".join(f"[{step}]" for step in rest), value) for (first, *rest), value in odd]
    with suppress(InvalidPayload):
        assert asked(*pairs).limit == 10
