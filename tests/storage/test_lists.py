"""What is asked of a list is answered the same by an index, by reading, and by the fake that looks at everything."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.errors import InvalidPayload, PromotionError
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Listed, Ordering, Query
from shared.domain.orders import Order
from shared.storage import lists
from shared.storage.actions import ActionStore
from shared.storage.keys import SHARDS
from shared.storage.table import Table
from tests.fakes import Memory, Stores, in_memory
from tests.storage.conftest import stores_over
from tests.storage.wire import Wire
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND

LATE = AT + 90 * DAY
KINDS = ("vouchers", "campaigns", "ledger", "publications")


def furnish(stores: Stores) -> Stores:
    """A small shop: two campaigns, a dozen vouchers, three customers, redemptions, refusals and rollbacks."""
    till = Till(stores)
    spring = till.campaign("S-1", "S-2", "S-3", id_="camp_1", category="spring", created_at=AT)
    autumn = till.campaign("A-1", id_="camp_2", name="Autumn", created_at=AT + DAY, updated_at=AT + 2 * DAY)
    for number in range(6):
        metadata = {"club": "VIP", "level": number} if number % 2 else {"level": str(number)}
        its = {"category": "cups" if number < 3 else None, "quantity": None, "created_at": AT + number * DAY}
        till.voucher(f"MUG-{number}", metadata=metadata, **its)
    till.voucher("Tie-1", created_at=AT + DAY, updated_at=AT + 4 * DAY)
    till.voucher("TIE-2", created_at=AT + DAY, expiration_date=AT + 80 * DAY)
    till.redeem("MUG-0", at=AT, customer="ann")
    first = till.redeem("MUG-0", at=AT + DAY, customer="bob", order=Order(source_id="cart-7", amount=900))
    till.redeem("MUG-1", "S-1", at=AT + 2 * DAY, customer="ann", amount=20_000)
    till.redeem("GONE", at=AT + 2 * DAY)
    till.redeem("S-1", at=AT + 3 * DAY, customer="ann")
    till.roll_back(first.records[0].id, at=AT + 4 * DAY)
    for day, (customer, code) in enumerate((("ann", "S-2"), ("bob", "S-3"), ("ann", "A-1"))):
        till.issue(customer, voucher=code, at=AT + day * DAY, source_id=f"mail-{day}")
    till.issue("cid", voucher="MUG-5", at=AT + 5 * DAY)
    assert (spring.name, autumn.name) == ("Spring", "Autumn")
    return stores


@pytest.fixture(scope="module")
def shops(client: Any) -> tuple[Stores, Stores]:
    """The same shop, over the table and in memory."""
    project = "proj_lists"
    return furnish(stores_over(Table(client, "bonbon"), project, list)), furnish(in_memory(project, Memory()))


def ids(kind: str, found: Listed[Any]) -> list[str]:
    part = {"vouchers": "voucher", "publications": "publication"}.get(kind)
    return [(getattr(thing, part) if part else thing).id for thing in found.things]


def told(stores: Stores, kind: str, query: Query) -> tuple[list[str], int, bool]:
    found = getattr(stores, kind).wanted(query)
    return ids(kind, found), found.total, found.more


def customer(stores: Stores, source_id: str) -> str:
    from shared.domain.customers import Profile

    id_: str = stores.ledger.customer_id(Profile(source_id=source_id))
    return id_


def only(path: str, verb: str, *values: Any) -> Filter:
    return Filter((Condition(path, verb, values),))


CASES: list[tuple[str, str, tuple[Filter, ...]]] = [
    ("everything", "vouchers", ()),
    ("a code, in another spelling", "vouchers", (only("code", "is", "mug-3"),)),
    ("codes, one of them nobody's", "vouchers", (only("code", "in", "MUG-1", "tie-1", "GONE"),)),
    ("not some codes", "vouchers", (only("code", "not_in", "MUG-1", "tie-1"),)),
    ("a beginning", "vouchers", (only("code", "starts_with", "mug"),)),
    ("a campaign's, by name", "vouchers", (only("campaign", "is", "Spring"),)),
    ("two campaigns', by id and name", "vouchers", (only("campaign", "in", "camp_1", "Autumn"),)),
    ("nobody's campaign", "vouchers", (only("campaign", "is", "Winter"),)),
    ("a campaign's, free", "vouchers", (only("campaign_id", "is", "camp_1"), only("holder_id", "is_unknown"))),
    ("what the campaign has", "vouchers", (only("discount.amount_off", "is", 500),)),
    ("a period", "vouchers", (only("created_at", "after", AT), only("created_at", "before", AT + 3 * DAY))),
    ("a period that is none", "vouchers", (only("created_at", "after", LATE), only("created_at", "before", AT))),
    ("to the millisecond", "vouchers", (only("created_at", "after", AT + DAY - MILLISECOND),)),
    ("up to the millisecond", "vouchers", (only("created_at", "before", AT + DAY),)),
    (
        "a period or a club",
        "vouchers",
        (
            Filter(
                (Condition("created_at", "before", (AT + DAY,)), Condition("metadata.club", "is", ("VIP",))),
                any_of=True,
            ),
        ),
    ),
    ("of one, either", "vouchers", (Filter((Condition("code", "is", ("MUG-1",)),), any_of=True),)),
    ("changed lately", "vouchers", (only("updated_at", "less_than_ago", 89),)),
    ("never changed", "vouchers", (only("updated_at", "is_unknown"),)),
    ("numbers among texts", "vouchers", (only("metadata.level", "more_than", 2),)),
    ("everything", "campaigns", ()),
    ("a category", "campaigns", (only("category", "is", "spring"),)),
    ("by name", "campaigns", (only("campaigns", "in", "Autumn", "Winter"),)),
    ("by id", "campaigns", (only("id", "is", "camp_2"),)),
    ("everything", "ledger", ()),
    ("failures", "ledger", (only("result", "is", "FAILURE"),)),
    ("a voucher's", "ledger", (only("voucher_code", "is", "mug-0"),)),
    (
        "a voucher's, in a period",
        "ledger",
        (only("voucher_code", "is", "MUG-0"), only("created_at", "after", AT), only("object", "is", "redemption")),
    ),
    ("two vouchers'", "ledger", (only("voucher_code", "in", "MUG-0", "S-1"),)),
    ("those of a stack", "ledger", (only("parent_redemption_id", "has_value"),)),
    ("of a campaign", "ledger", (only("campaign_name", "is", "Spring"),)),
    ("everything", "publications", ()),
    ("of a campaign", "publications", (only("campaign", "is", "Spring"),)),
    ("of a code", "publications", (only("voucher_code", "is", "mug-5"),)),
    ("of a source", "publications", (only("source_id", "in", "mail-0", "mail-2"),)),
]


def path_of(filters: tuple[Filter, ...]) -> str:
    return filters[0].conditions[0].path if filters else ""


@pytest.mark.parametrize(("case", "kind", "filters"), CASES, ids=lambda it: it if isinstance(it, str) else "")
@pytest.mark.parametrize("order", [None, Ordering(falling=False), Ordering("id"), Ordering("created_at")], ids=str)
def test_the_table_and_the_fake_agree(
    shops: tuple[Stores, Stores], case: str, kind: str, filters: tuple[Filter, ...], order: Ordering | None
) -> None:
    query = Query(LATE, filters, order, limit=100)
    ours, theirs = (told(stores, kind, query) for stores in shops)
    if order is None and path_of(filters) == "campaign":
        ours, theirs = (
            (sorted(ours[0]), *ours[1:]),
            (sorted(theirs[0]), *theirs[1:]),
        )  # its codes have an order of their own
    assert ours == theirs


@pytest.mark.parametrize("kind", ["ledger", "publications", "vouchers"])
@pytest.mark.parametrize("who", ["ann", "bob", "cid", "nobody"])
def test_a_customers_things_are_found_by_the_index(shops: tuple[Stores, Stores], kind: str, who: str) -> None:
    path = "holder_id" if kind == "vouchers" else "customer_id"
    for more in ((), (only("created_at", "after", AT),)):
        query = Query(LATE, (only(path, "in", customer(shops[0], who)), *more), limit=100)
        ours, theirs = (told(stores, kind, query) for stores in shops)
        assert ours == theirs
        both = (customer(shops[0], who), customer(shops[0], "ann"))
        query = query._replace(filters=(only(path, "in", *both), *more))
        ours, theirs = (told(stores, kind, query) for stores in shops)
        assert ours == theirs


VALUES = {
    "code": ["MUG-0", "mug-1", "S-1", "tie", "GONE"],
    "category": ["cups", "spring"],
    "campaign": ["Spring", "camp_2", "Winter"],
    "metadata.club": ["VIP"],
    "metadata.level": ["1", "4"],
}
TEXTUAL = st.sampled_from(sorted(VALUES)).flatmap(
    lambda path: st.builds(
        lambda verb, values: Condition(path, verb, tuple(values)),
        st.sampled_from(["is", "is_not", "in", "not_in", "starts_with", "contains", "has_value", "is_unknown"]),
        st.lists(st.sampled_from(VALUES[path]), min_size=1, max_size=3, unique=True),
    )
)
DATED = st.builds(
    lambda path, verb, days: Condition(path, verb, (AT + days * DAY,)),
    st.sampled_from(["created_at", "updated_at"]),
    st.sampled_from(["after", "before"]),
    st.integers(-1, 6),
)
FILTERS = st.builds(
    lambda conditions, any_of: Filter(tuple(conditions), any_of=any_of),
    st.lists(TEXTUAL | DATED, min_size=1, max_size=3),
    st.booleans(),
)
QUERIES = st.builds(
    lambda filters, order, limit, skip: Query(LATE, tuple(filters), order, limit, skip),
    st.lists(FILTERS, max_size=2),
    st.sampled_from([Ordering(), Ordering(falling=False), Ordering("code"), Ordering("updated_at", falling=False)]),
    st.integers(1, 20),
    st.integers(0, 6),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_a_filtered_list_is_what_a_look_at_everything_finds(shops: tuple[Stores, Stores], query: Query) -> None:
    ours, theirs = (told(stores, "vouchers", query) for stores in shops)
    assert ours == theirs


# Parts, one after the other


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [None, Ordering(falling=False), Ordering("id", falling=False)], ids=str)
def test_the_parts_of_a_list_make_the_whole(shops: tuple[Stores, Stores], kind: str, order: Ordering | None) -> None:
    table = shops[0]
    whole, total, more = told(table, kind, Query(LATE, order=order, limit=100))
    assert (len(whole), more) == (total, False)
    by_page, by_cursor, after = [], [], None
    for skip in range(0, total + 3, 3):
        part, counted, _ = told(table, kind, Query(LATE, order=order, limit=3, skip=skip))
        assert counted == total
        by_page += part
    more = True
    while more:
        part, counted, more = told(table, kind, Query(LATE, order=order, limit=3, after=after))
        assert counted == total
        by_cursor += part
        after = part[-1] if part else None
    assert by_page == by_cursor == whole


def test_a_campaigns_codes_and_a_vouchers_records_go_on_after_one(shops: tuple[Stores, Stores]) -> None:
    table = shops[0]
    for kind, filter_ in (
        ("vouchers", only("campaign", "is", "Spring")),
        ("ledger", only("voucher_code", "is", "MUG-0")),
        ("ledger", only("customer_id", "is", customer(table, "ann"))),
    ):
        whole, _, _ = told(table, kind, Query(LATE, (filter_,), limit=100))
        assert len(whole) >= 3
        for place, after in enumerate(whole):
            part, total, more = told(table, kind, Query(LATE, (filter_,), limit=1, after=after))
            assert (part, total) == (whole[place + 1 : place + 2], len(whole))
            assert more is (place + 2 < len(whole))


@pytest.mark.parametrize("order", [None, Ordering("id")])
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_going_on_after_what_is_not_there(
    shops: tuple[Stores, Stores], kind: str, order: Ordering | None
) -> None:
    for stores in shops:
        with pytest.raises(InvalidPayload) as refusal:
            told(stores, kind, Query(LATE, order=order, after="r_0123456789abcdef0199cafe0000ffff"))
        assert refusal.value.details == "starting_after_id: is not on this list"


def test_async_actions_go_on_and_nobody_counts_them(table: Table, project: str, wire: Wire) -> None:
    from shared.domain.actions import AsyncAction

    store = ActionStore(table, project)
    for number in range(5):
        action = AsyncAction(
            id=f"async_{number}", type="CAMPAIGN_DELETION", campaign_id="c", created_at=AT + number * DAY
        )
        table.commit(store.starting(action))
    wire.calls.clear()
    first = store.wanted(Query(LATE, limit=3))
    assert wire.calls == ["Query"] * SHARDS + ["BatchGetItem"]
    assert ([it.id for it in first.things], first.more) == (["async_4", "async_3", "async_2"], True)
    rest = store.wanted(Query(LATE, limit=3, after="async_2"))
    assert ([it.id for it in rest.things], rest.more) == (["async_1", "async_0"], False)


# What it costs, and where it ends


def test_what_an_index_answers_is_not_read(shops: tuple[Stores, Stores], wire: Wire) -> None:
    store = shops[0].vouchers
    period = (only("created_at", "after", AT), only("created_at", "before", AT + 3 * DAY))
    for filters, order, calls in (
        ((), None, ["Query"] * SHARDS + ["BatchGetItem"] * 2),
        (period, None, ["Query"] * SHARDS + ["BatchGetItem"]),
        ((only("code", "is", "MUG-0"),), None, ["BatchGetItem"]),
        ((only("campaign", "is", "camp_2"),), None, ["BatchGetItem"] + ["Query"] * SHARDS + ["BatchGetItem"] * 2),
        ((only("holder_id", "is", customer(shops[0], "cid")),), None, ["Query"] + ["BatchGetItem"] * 2),
    ):
        from shared.storage.campaigns import CampaignStore

        CampaignStore._warm.clear()
        wire.calls.clear()
        store.wanted(Query(LATE, filters, order, limit=100))
        assert wire.calls == calls, filters
    wire.calls.clear()
    shops[0].ledger.wanted(Query(LATE, (only("voucher_code", "is", "MUG-0"),)))
    assert wire.calls == ["Query"], "the records are in the partition itself"
    wire.calls.clear()
    shops[0].ledger.wanted(Query(LATE, (only("customer_id", "is", customer(shops[0], "ann")),)))
    assert wire.calls == ["Query", "BatchGetItem"]


def test_a_filter_that_would_read_too_much_is_refused_and_one_that_an_index_answers_is_not(
    shops: tuple[Stores, Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = shops[0].vouchers
    monkeypatch.setattr(lists, "MOST_READ", 11)
    assert told(shops[0], "vouchers", Query(LATE))[1] == 12
    for query in (
        Query(LATE, (only("category", "is", "cups"),)),
        Query(LATE, order=Ordering("code")),
    ):
        with pytest.raises(PromotionError) as refusal:
            store.wanted(query)
        assert (refusal.value.key, refusal.value.details.partition(";")[0]) == (
            "query_too_large",
            "filters: would read more than 11",
        )
    narrow = (only("category", "is", "cups"), only("created_at", "before", AT + DAY))
    assert store.wanted(Query(LATE, narrow)).total == 1
    monkeypatch.setattr(lists, "MOST_READ", 12)
    assert store.wanted(Query(LATE, (only("category", "is", "cups"),))).total == 3


def test_a_filtered_count_ends_somewhere_and_a_campaigns_goes_on(
    shops: tuple[Stores, Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.storage import campaigns

    monkeypatch.setattr(lists, "MOST_COUNTED", 5)
    period = only("created_at", "after", AT - DAY)
    assert told(shops[0], "vouchers", Query(LATE, (period,), limit=2))[1] == 5
    monkeypatch.setattr(campaigns, "MOST_COUNTED", 2)
    its = only("campaign", "is", "Spring")
    assert told(shops[0], "vouchers", Query(LATE, (its,), limit=1))[1] == max(
        2, shops[0].campaigns.get("Spring").vouchers_count
    )


def test_what_is_deleted_is_on_no_list(table: Table, project: str) -> None:
    till = Till(stores_over(table, project, list))
    for name in ("A", "B"):
        till.stores.vouchers.remove(till.voucher(name), for_good=name == "A")
    till.campaign("S-1")
    gone = till.stores.vouchers.get("S-1")
    till.stores.vouchers.remove(gone.voucher, for_good=False)
    for query in (Query(LATE), Query(LATE, (only("campaign", "is", "Spring"),)), Query(LATE, order=Ordering("code"))):
        assert told(till.stores, "vouchers", query) == ([], 0, False)
    for query in (Query(LATE, (only("code", "in", "A", "B", "S-1"),)), Query(LATE, after="B")):
        if query.after:
            with pytest.raises(InvalidPayload):
                told(till.stores, "vouchers", query)
        else:
            assert told(till.stores, "vouchers", query) == ([], 0, False)


def test_one_projects_lists_are_not_anothers(table: Table, project: str) -> None:
    till = Till(stores_over(table, project, list))
    till.voucher("MUG", quantity=None)
    till.redeem("MUG", customer="ann")
    other = stores_over(table, f"{project}_other", list)
    for kind in KINDS:
        assert told(other, kind, Query(LATE)) == ([], 0, False)
    assert told(other, "ledger", Query(LATE, (only("customer_id", "is", customer(till.stores, "ann")),)))[1] == 0
