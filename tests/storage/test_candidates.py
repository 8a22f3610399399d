"""Which candidates there are, and in which order: the table's indexes and the fake agree, page by page."""

from typing import Any

import pytest

from shared.domain.errors import PromotionError
from shared.domain.qualifications import Position
from shared.domain.vouchers import Made
from shared.storage.candidates import MOST_OWNED
from shared.storage.keys import Key, owning
from shared.storage.table import Table, chunks, put
from tests.storage.wire import Wire
from tests.unit.test_qualify import every_page, names
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND, lock, voucher


@pytest.fixture
def stocked(till: Till) -> Till:
    """Two campaigns, vouchers of which several were made in one millisecond, and what Ann and Bob were given."""
    for number in range(12):
        till.voucher(f"C-{number}", created_at=AT + number // 5 * MILLISECOND)
    till.campaign("SPRING-1", "SPRING-2", created_at=AT - DAY)
    till.campaign("GONE-1", id_="camp_2", name="Gone", created_at=AT + DAY)
    for who, what in (("ann", "SPRING-1"), ("bob", "SPRING-2"), ("ann", "C-0"), ("bob", "C-1"), ("ann", "GONE-1")):
        till.issue(who, voucher=what)
    gone = till.stores.campaigns.get("camp_2")
    till.stores.campaigns.save(gone.model_copy(update={"deleted": True}))
    for code, for_good in (("C-2", False), ("C-3", True)):
        till.stores.vouchers.remove(till.find(code), for_good=for_good)
    return till


FREE = {f"C-{number}" for number in range(12)} - {f"C-{number}" for number in range(4)}


@pytest.mark.parametrize("limit", [3, 50])
def test_each_candidate_is_on_one_page(stocked: Till, limit: int) -> None:
    told = [code for page in every_page(stocked, limit, customer="ann") for code in page]
    assert sorted(told) == sorted({*FREE, "C-0", "SPRING-1", "camp_1"})
    places = [_place(stocked, name) for name in told]
    assert places == sorted(places, reverse=True)
    ranked = [code for page in every_page(stocked, limit, customer="ann", sorting="BEST_DEAL") for code in page]
    assert sorted(ranked) == sorted(told)


def _place(till: Till, name: str) -> tuple[Any, ...]:
    thing = till.stores.campaigns.find(name) or till.find(name)
    return (*Position.of(thing.id, thing.created_at), thing.id)


def test_a_wallet_is_of_one_customer(stocked: Till) -> None:
    for who, told in (("ann", {"SPRING-1", "C-0"}), ("bob", {"SPRING-2", "C-1"}), ("eve", set())):
        assert set(names(stocked.qualify(scenario="CUSTOMER_WALLET", customer=who))) == told


def test_a_session_finds_its_own_hold(stocked: Till) -> None:
    stocked.validate("C-5", session=lock("cart-1"))
    assert set(names(stocked.qualify(limit=50))) == {*FREE, "camp_1"} - {"C-5"}
    assert set(names(stocked.qualify(limit=50, session=lock("cart-1")))) == {*FREE, "camp_1"}


def test_a_page_is_a_few_round_trips_however_many_there_are(on_table: Till, wire: Wire) -> None:
    for piece in chunks(range(150), 50):
        for number in piece:
            on_table.stores.vouchers.add(
                Made(voucher(f"C-{number}", project=on_table.stores.project, created_at=AT + number * MILLISECOND)),
                otherwise=AssertionError(),
            )
    on_table.qualify(customer="ann")
    wire.calls.clear()
    assert len(on_table.qualify(customer="ann").found) == 5
    # the customer; what she was given; campaigns and vouchers, a shard each; those of the page; her once more
    assert wire.calls == ["BatchGetItem", "Query", *["Query"] * 16, "BatchGetItem", "BatchGetItem"]


def test_a_wallet_too_large_to_look_through_is_refused_and_not_cut(on_table: Till, table: Table, project: str) -> None:
    ann = on_table.keep("ann").customer.id
    for piece in chunks(range(MOST_OWNED + 1), 50):
        entries = (owning(project, "publication", f"pub_{number}", ann, AT) for number in piece)
        table.commit(*(put(Key.publication(project, it["owned"]), it) for it in entries))
    with pytest.raises(PromotionError) as refusal:
        on_table.qualify(customer="ann")
    assert (refusal.value.key, refusal.value.details[:9]) == ("query_too_large", "customer:")
