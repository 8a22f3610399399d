"""What a page of a list costs, counted: round trips, and read units by the sizes of what is read.

A query is half a unit for each 4 KB of entries, an item of a page one unit for each 4 KB (consistent). So a page of
ten from a short list is 8 × 0.5 + 10 = 14 units, $1.75 a million pages; its total is told by the page itself.
"""

from collections.abc import Iterator
from itertools import count
from math import ceil

import pytest

from shared.runtime import settings
from shared.storage.campaigns import CampaignStore
from shared.storage.counters import CounterStore
from shared.storage.keys import SHARDS, Key
from shared.storage.table import FEW, put
from tests.functions.conftest import Functions
from tests.storage.test_items import size_of

NUMBERS = count(1)
A_LIST = ["Query"] * SHARDS
ITS_ITEMS = ["BatchGetItem"]


@pytest.fixture(scope="module")
def shop(functions: Functions) -> Iterator[Functions]:
    """Another project of the same table, with twelve vouchers, two of them a campaign's, and a customer."""
    shop = Functions(functions.bill, headers=(("x-app-id", "production"), ("x-app-token", "production-secret")))
    made = {"discount": {"type": "AMOUNT", "amount_off": 500}, "redemption": {"quantity": 1}}
    for number in range(10):
        assert shop.call("POST", f"/v1/vouchers/PAGE-{number}", made)[0] == 200
    assert shop.call("POST", "/v1/campaigns", {"name": "Pages", "voucher": made})[0] == 200
    for number in range(2):
        assert shop.call("POST", f"/v1/campaigns/Pages/vouchers/PAGES-{number}")[0] == 200
    ann = {"source_id": "ann"}
    body = {"redeemables": [{"object": "voucher", "id": "PAGE-0"}], "order": {"amount": 900}, "customer": ann}
    assert shop.call("POST", "/v1/redemptions", body)[0] == 200
    assert shop.call("POST", "/v1/publications", {"voucher": "PAGES-0", "customer": ann})[0] == 200
    yield shop
    CampaignStore._warm.clear()


@pytest.mark.parametrize(
    ("path", "query", "total", "calls"),
    [
        ("vouchers", "limit=20", 12, [*A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("vouchers", "limit=5", 12, [*A_LIST, "GetItem", *A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("vouchers", "limit=20&[created_at][after]=2026-03-16", 12, [*A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("vouchers", "limit=5&[created_at][after]=2026-03-16", 12, [*A_LIST, *A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("vouchers", "code=page-3", 1, ITS_ITEMS),
        ("vouchers", "ids=PAGE-1&ids=PAGE-2&order=-code", 0, ITS_ITEMS),
        ("vouchers", "campaign=Pages", 2, ["BatchGetItem", "GetItem", *A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("vouchers", "customer=ann", 1, ["Query", "BatchGetItem", *ITS_ITEMS, "BatchGetItem"]),
        (
            "vouchers",
            "filters[redemption.redeemed_quantity][conditions][$is]=1",
            1,
            [*A_LIST, *ITS_ITEMS, "BatchGetItem"],
        ),
        ("campaigns", "", 1, [*A_LIST, *ITS_ITEMS]),
        ("redemptions", "", 1, [*A_LIST, *ITS_ITEMS, "BatchGetItem"]),
        ("redemptions", "customer=ann", 1, ["Query", *ITS_ITEMS, "BatchGetItem"]),
        ("redemptions", "filters[voucher_code][conditions][$is]=PAGE-0", 1, ["Query", "BatchGetItem"]),
        ("publications", "customer=ann", 1, ["Query", *ITS_ITEMS, "BatchGetItem", "BatchGetItem"]),
    ],
)
def test_a_page_is_so_many_round_trips(shop: Functions, path: str, query: str, total: int, calls: list[str]) -> None:
    CampaignStore._warm.clear()
    status, body = shop.call("GET", f"/v1/{path}?{query}")
    assert (status, body["total"]) == (200, total)
    assert shop.bill.calls == calls
    assert shop.bill.write_units == 0


def test_a_page_of_ten_is_fourteen_read_units(shop: Functions) -> None:
    kind = "proj_production#voucher"
    entries = list(settings.table().listed(kind))
    in_shards = [sum(100 + size_of(it) for it in entries if it["list"] == f"{kind}#{shard}") for shard in range(SHARDS)]
    assert [ceil(max(size, 1) / 4_096) * 0.5 for size in in_shards] == [0.5] * SHARDS
    items = settings.table().items(entries[:10])
    assert sum(ceil(size_of(item) / 4_096) for item in items) == 10
    assert max(100 + size_of(entry) for entry in entries) < 400, "ten to half a unit of a query"


def test_the_total_of_a_long_list_is_one_read(shop: Functions) -> None:
    kind = f"proj_production#mug_{next(NUMBERS)}"
    settings.table().commit(put(Key.counter(kind), {"entries": FEW + 1}))
    shop.bill.calls.clear()
    assert settings.table().count(kind) == FEW + 1
    assert shop.bill.calls == ["GetItem"]


def test_a_batch_of_the_stream_is_one_transaction_of_two_units_a_kind_and_two(shop: Functions) -> None:
    from shared.storage.counters import Change

    kinds = [f"proj_production#cup_{next(NUMBERS)}" for _ in range(2)]
    piece = [Change(f"{number:040}", None, kinds[number % 2], 1_770_000_000) for number in range(1, 1_001)]
    shop.bill.calls.clear()
    shop.bill.write_units = 0
    CounterStore(settings.table()).add(f"costs-{next(NUMBERS)}", piece)
    assert (shop.bill.calls, shop.bill.write_units) == (["TransactWriteItems"], 6)
