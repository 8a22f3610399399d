"""What an import was sent is kept whole until it is in, and each piece of it comes with its lane's progress."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from shared.domain.actions import AsyncAction, BadRow, Row
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved
from shared.domain.imports import Changes
from shared.domain.orders import Order, StoredOrder
from shared.storage.work import KEPT, LARGEST_PART
from tests.unit.till import Till
from tests.unit.values import AT, voucher

ACTION = AsyncAction(id="async_1", type="VOUCHERS_IMPORT", total=3, shares=(2, 1), created_at=AT)


@pytest.mark.parametrize("size", [0, 10, 400_000])
def test_what_was_sent_is_kept_lane_by_lane_until_it_is_forgotten(till: Till, size: int) -> None:
    noise = Random(7).randbytes(size).hex()
    lanes = [[Row(2, ["Ö", noise]), Row(4, ["=1", ""])], [Row(3, {"code": "A", "metadata": {"a": [None, 1.5]}})]]
    till.stores.work.lay_down(ACTION, lanes, at=AT)
    assert till.stores.work.rows(ACTION) == lanes
    till.stores.work.clear(ACTION)
    assert till.stores.work.rows(ACTION) is None
    assert till.stores.everything() in ([], {})


def test_a_part_fits_an_item_and_is_swept_if_nobody_comes_for_it(
    on_table: Till, items: Callable[[], list[dict[str, Any]]]
) -> None:
    noise = Random(7).randbytes(600_000).hex()
    on_table.stores.work.lay_down(ACTION, [[Row(2, [noise])], [Row(3, ["A"])]], at=AT)
    parts = items()
    assert len(parts) == 4, "two of the first lane, one of the second, and the last word"
    assert all(len(part.get("sent", b"")) <= LARGEST_PART for part in parts)
    assert {part["expires_at"] for part in parts} == {int((AT + KEPT).timestamp())}
    assert len({part["PK"] for part in parts}) == len(parts), "no two in one partition"


def test_a_piece_is_brought_in_with_its_progress_or_not_at_all(till: Till) -> None:
    first, _ = till.stores.work.lanes(ACTION)
    project = till.stores.project
    ann = Customer(id="cust_ann", profile=Profile(source_id="ann"), created_at=AT)
    order = StoredOrder(id="ord_1", order=Order(amount=5), status="PAID", customer_id="cust_ann", created_at=AT)
    changes = Changes([voucher("A", project=project)], [(ann, None)], [(order, None)])
    bad = BadRow(line=3, details="code: Field required")
    after = till.stores.work.bring_in(ACTION, first.advanced(2, bad), changes)
    assert till.stores.work.lanes(ACTION)[0] == after
    assert (after.done, after.failed_count, after.failed) == (2, 1, (bad,))
    assert till.find("A").code == "A"
    assert till.stores.work.customers(["cust_ann", "cust_bob"]) == {"cust_ann": ann}
    assert till.stores.work.orders(["ord_1", "ord_2"]) == {"ord_1": order}
    before = till.stores.everything()
    for lane, late in (
        (first, Changes()),
        (after, Changes(vouchers=[voucher("a", project=project)])),
        (after, Changes(customers=[(ann, None)])),
        (after, Changes(orders=[(order, None)])),
    ):
        with pytest.raises(Moved):
            till.stores.work.bring_in(ACTION, lane, late)
    assert till.stores.everything() == before


def test_a_merged_customer_is_found_under_both_names(till: Till) -> None:
    first, _ = till.stores.work.lanes(ACTION)
    ann = Customer(id="cust_ann", profile=Profile(source_id="ann"), created_at=AT)
    old = Customer(id="cust_old", profile=Profile(source_id="old"), created_at=AT, merged_into="cust_ann")
    till.stores.work.bring_in(ACTION, first.advanced(2), Changes(customers=[(ann, None), (old, None)]))
    assert till.stores.work.customers(["cust_old", "cust_ann"]) == {"cust_old": ann, "cust_ann": ann}


def test_a_lane_is_json_of_a_bounded_size() -> None:
    lane = till_full()
    assert len(json.dumps(lane.model_dump(mode="json"))) < 100_000


def till_full() -> Any:
    from shared.domain.actions import Lane

    bad = [BadRow(line=line, details="x" * 300) for line in range(500)]
    return Lane(number=0, total=500).advanced(500, *bad)
