"""Imports by file and by array: the good rows go in, each bad one is told of by its line, nothing is overwritten."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.service import running
from tests.builders import SANDBOX, Shop, amount_off, campaign_body, fresh, ok, refusal, until
from tests.contract.conftest import Sdk

VOUCHERS = "Code,Voucher Type,Active,Start Date,Expiration Date,Discount Type,Value,Category,Redemption Limit,Shelf\n"


def send(shop: Shop, path: str, text: str | bytes, *, key: str | None = None, **headers: str) -> Any:
    """A file as a form sends it."""
    raw = text.encode() if isinstance(text, str) else text
    headers |= {} if key is None else {"Idempotency-Key": key}
    return shop.http.post(f"/v1/{path}", files={"file": ("codes.csv", raw, "text/csv")}, headers=headers)


def result(shop: Shop, answer: Any, status: int = 200) -> dict[str, Any]:
    """What came of an import."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"async_action_id"}
    ended = shop.await_action(answer.json()["async_action_id"])
    assert (ended["status"], ended["operation_status"], ended["progress"]) == ("DONE", "SUCCESS", 100)
    return dict(ended["result"])


# Every route by the official SDK


@pytest.mark.drives(
    "POST /v1/vouchers/import",
    "POST /v1/campaigns/{campaign_id}/import",
    "POST /v1/orders/import",
    "GET /v1/async-actions/{action_id}",
)
def test_arrays_are_imported(sdk: Sdk) -> None:
    alone, of_campaign, order = fresh(), fresh(), fresh("order")
    item = sdk.module.VouchersImportCreateItemRequestBody(
        code=alone,
        type="DISCOUNT_VOUCHER",
        discount=sdk.module.Discount(type="AMOUNT", amount_off=700, effect="APPLY_TO_ORDER"),
        redemption=sdk.module.VouchersImportCreateItemRequestBodyRedemption(quantity=3),
        metadata={"shelf": 4},
    )
    settled(sdk, sdk.vouchers.import_vouchers([item]))
    voucher = sdk.vouchers.get_voucher(alone)
    assert (voucher.discount.amount_off, voucher.redemption.quantity, voucher.campaign) == (700, 3, None)
    assert voucher.metadata == {"shelf": 4}

    campaign = sdk.campaigns.create_campaign(sdk.request("CampaignsCreate", campaign_body()))
    rows = [sdk.module.CampaignsImportVoucherItem(code=of_campaign, category="printed", active=False)]
    settled(sdk, sdk.campaigns.import_vouchers_to_campaign(campaign.id, rows))
    voucher = sdk.vouchers.get_voucher(of_campaign)
    assert (voucher.campaign_id, voucher.category, voucher.active) == (campaign.id, "printed", False)
    assert voucher.redemption.quantity == 1
    assert sdk.campaigns.get_campaign(campaign.id).vouchers_count == 1

    sold = sdk.module.OrdersImportCreateRequestBodyItem(
        source_id=order, status="PAID", amount=12_000, customer=sdk.module.Customer(source_id=fresh("ann"))
    )
    settled(sdk, sdk.orders.import_orders([sold]))


@pytest.mark.drives(
    "POST /v1/vouchers/importCSV",
    "POST /v1/campaigns/{campaign_id}/importCSV",
    "POST /v1/customers/importCSV",
    "GET /v1/async-actions/{action_id}",
)
def test_files_are_imported(sdk: Sdk) -> None:
    alone, of_campaign = fresh(), fresh()
    text = VOUCHERS + f"{alone},DISCOUNT_VOUCHER,TRUE,,2030-01-01T00:00:00.000Z,PERCENT,12.5,flyer,2,=A1\n"
    settled(sdk, sdk.vouchers.import_vouchers_using_csv(text.encode()))
    voucher = sdk.vouchers.get_voucher(alone)
    assert (voucher.discount.percent_off, voucher.redemption.quantity, voucher.category) == (12.5, 2, "flyer")
    assert voucher.metadata == {"Shelf": "=A1"}, "neutralised where it leaves as a file, and nowhere else"

    campaign = sdk.campaigns.create_campaign(sdk.request("CampaignsCreate", campaign_body()))
    settled(sdk, sdk.campaigns.import_vouchers_to_campaign_using_csv(campaign.id, f"Code\n{of_campaign}\n".encode()))
    assert sdk.vouchers.get_voucher(of_campaign).campaign_id == campaign.id
    settled(sdk, sdk.customers.import_customers_using_csv(f"Name,Source_id\nAnn,{fresh('ann')}\n".encode()))


def settled(sdk: Sdk, importing: Any) -> None:
    action = until(
        lambda: sdk.async_actions.get_async_action(importing.async_action_id),
        lambda it: it.status in {"DONE", "FAILED"},
    )
    assert (action.status, action.operation_status, action.progress) == ("DONE", "SUCCESS", 100)
    assert action.result == {"done_count": 1, "failed_count": 0}


# What goes in, and what does not


def test_bad_rows_are_told_by_line_and_the_good_ones_go_in(shop: Shop) -> None:
    good, taken, twice, off = (fresh() for _ in range(4))
    shop.voucher(taken, amount_off(900))
    rows = [
        f"{good},DISCOUNT_VOUCHER,,,,AMOUNT,500,,,",
        f"{taken.upper()},DISCOUNT_VOUCHER,,,,AMOUNT,500,,,",
        f"{twice},DISCOUNT_VOUCHER,,,,AMOUNT,500,,,",
        f"{twice},DISCOUNT_VOUCHER,,,,AMOUNT,700,,,",
        f"{fresh()},DISCOUNT_VOUCHER,,,,AMOUNT,5.5,,,",
        f"{fresh()},DISCOUNT_VOUCHER,,,,BOGUS,5,,,",
        f"{fresh()},DISCOUNT_VOUCHER,,2026-01-01,2025-01-01,PERCENT,5,,,",
        f"{fresh()},DISCOUNT_VOUCHER,perhaps,,,PERCENT,5,,many,",
        f"{fresh()},DISCOUNT_VOUCHER",
        ",DISCOUNT_VOUCHER,,,,PERCENT,5,,,",
        "",
        f'{off},DISCOUNT_VOUCHER,FALSE,,,PERCENT,5,"two\nlines",,"a ""quoted"" cell"',
        "<b>,DISCOUNT_VOUCHER,,,,PERCENT,5,,,",
        f"{fresh()},LOYALTY_CARD,,,,,5,,,",
    ]
    told = result(shop, send(shop, "vouchers/importCSV", "\ufeff" + VOUCHERS + "\n".join(rows)))
    assert (told["done_count"], told["failed_count"]) == (3, 10)
    assert [(row["line"], row["details"].partition(":")[0]) for row in told["failed"]] == [
        (3, "code"),
        (5, "code"),
        (6, "discount.amount_off"),
        (7, "discount"),
        (8, "body"),
        (9, "redemption.quantity"),
        (10, "has 2 cells, the header 10"),
        (11, "code"),
        (15, "code"),
        (16, "discount_type"),
    ]
    assert shop.get(f"vouchers/{good}")["discount"]["amount_off"] == 500
    assert shop.get(f"vouchers/{twice}")["discount"]["amount_off"] == 500, "the first line of two"
    assert shop.get(f"vouchers/{taken}")["discount"]["amount_off"] == 900, "never overwritten"
    made = shop.get(f"vouchers/{off}")
    assert (made["active"], made["category"]) == (False, "two\nlines")
    assert made["metadata"] == {"Shelf": 'a "quoted" cell'}


def test_bad_objects_are_told_by_their_place(shop: Shop) -> None:
    codes = [fresh() for _ in range(3)]
    rows = [
        {"code": codes[0], "discount": amount_off(100)},
        {"code": codes[1]},
        {"discount": amount_off(100)},
        {"code": codes[2], "discount": amount_off(100), "campaign": "Spring"},
        {"code": codes[2], "discount": amount_off(100), "loyalty_card": {"points": 5}},
    ]
    told = result(shop, shop.ask("POST", "vouchers/import", rows), 202)
    assert told["done_count"] == 1
    assert [(row["line"], row["details"].partition(":")[0]) for row in told["failed"]] == [
        (2, "discount"),
        (3, "code"),
        (4, "campaign"),
        (5, "body"),
    ]
    assert [shop.ask("GET", f"vouchers/{code}").status_code for code in codes] == [200, 404, 404]


def test_thousands_of_codes_come_into_a_campaign_and_it_counts_them(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1)
    word = fresh()
    lines = [f"{word}-{number}" for number in range(3_000)]
    answer = send(shop, f"campaigns/{campaign['id']}/importCSV", "Code\n" + "\n".join([*lines, *lines[:200]]))
    told = result(shop, answer)
    assert (told["done_count"], told["failed_count"], len(told["failed"])) == (3_000, 200, 100)
    assert [row["line"] for row in told["failed"]] == list(range(3_002, 3_102))
    now = shop.get(f"campaigns/{campaign['id']}")
    assert (now["vouchers_count"], now["vouchers_generation_status"]) == (3_001, "DONE")
    assert shop.get(f"vouchers/{lines[-1]}")["campaign_id"] == campaign["id"]


def test_customers_are_made_and_told_more(shop: Shop) -> None:
    ann, bob = fresh("ann"), fresh("bob")
    rows = (
        "Source_id,NAME,Email,Phone,Birthdate,Address_line_1,Address_City,Club",
        f"{ann},Ann,ann@example.com,+353 85 555 0100,1990-02-28,High St,Cork,VIP",
        f"{bob},Bob,,,31 May,,,",
        f"{ann},,,+353 85 555 0199,,,,",
    )
    text = "\n".join(rows) + "\n"
    told = result(shop, send(shop, "customers/importCSV", text))
    assert (told["done_count"], told["failed_count"]) == (2, 1)
    assert [(row["line"], row["details"].partition(":")[0]) for row in told["failed"]] == [(3, "birthdate")]


def test_orders_come_in_with_their_customers_once_each(shop: Shop) -> None:
    word = fresh("order")
    rows: list[dict[str, Any]] = [
        {
            "source_id": f"{word}-{number % 50}",
            "status": "PAID",
            "items": [{"product_id": "mug", "quantity": 1, "price": 100 + number}],
            "customer": {"source_id": f"{word}-ann-{number % 7}", "name": "Ann"},
            "created_at": "2025-05-31T10:00:00.000Z",
        }
        for number in range(60)
    ]
    rows += [{"source_id": fresh("order"), "amount": -5}, {"amount": 700, "discount_amount": 800}]
    told = result(shop, shop.ask("POST", "orders/import", rows), 202)
    assert (told["done_count"], told["failed_count"]) == (60, 2)
    assert [row["line"] for row in told["failed"]] == [61, 62]


def test_a_plain_body_is_a_file_too(shop: Shop) -> None:
    code = fresh()
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    text = f"Code,Discount Type,Value\r\n{code},PERCENT,10\r\n"
    answer = shop.http.post("/v1/vouchers/importCSV", content=text.encode(), headers=headers)
    assert result(shop, answer) == {"done_count": 1, "failed_count": 0}
    assert shop.get(f"vouchers/{code}")["discount"]["percent_off"] == 10


def test_what_is_imported_is_redeemed_like_any_other(shop: Shop) -> None:
    code = fresh()
    result(shop, send(shop, "vouchers/importCSV", VOUCHERS + f"{code},DISCOUNT_VOUCHER,,,,AMOUNT,500,,1,\n"))
    assert shop.redeem(code.upper(), amount=2_000).json()["order"]["total_amount"] == 1_500
    assert refusal(shop.redeem(code, amount=2_000)) == (400, "quantity_exceeded")


def test_the_same_key_imports_once(shop: Shop) -> None:
    key, code = fresh("key"), fresh()
    text = f"Code,Discount Type,Value\n{code},PERCENT,10\n"
    first, again = (send(shop, "vouchers/importCSV", text, key=key) for _ in range(2))
    assert ok(first) == ok(again), "each form has a boundary of its own"
    assert refusal(send(shop, "vouchers/importCSV", text + "MORE,PERCENT,10\n", key=key)) == (
        *(409,),
        "idempotency_key_conflict",
    )
    assert result(shop, first) == {"done_count": 1, "failed_count": 0}
    rows = [{"code": fresh(), "discount": amount_off(100)}]
    one, two = (shop.ask("POST", "vouchers/import", rows, key=fresh("key") if not key else key + "j") for _ in "12")
    assert ok(one) == ok(two)


# What is refused at once, and nothing is written

CSV_ROUTES = ("vouchers/importCSV", "campaigns/{campaign}/importCSV", "customers/importCSV")
JSON_ROUTES = ("vouchers/import", "campaigns/{campaign}/import", "orders/import")


@pytest.fixture(scope="module")
def quiet() -> Iterator[Shop]:
    """A service apart, with one campaign in it: its lists hold all there is."""
    with running() as service, Shop(service.url, SANDBOX) as shop:
        shop.campaign(name="Spring")
        yield shop


def state(shop: Shop) -> list[Any]:
    return [shop.get(path, limit=100) for path in ("async-actions", "vouchers", "campaigns")]


@pytest.mark.parametrize("path", CSV_ROUTES)
@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("nothing", b""),
        ("a header only", b"Code,Value,Source_id\n"),
        ("blank lines", b"\n\n\n"),
        ("no column that is needed", b"Discount Type,Colour\nAMOUNT,red\n"),
        ("a column twice", b"Code,Value,Source_id,code\nA,5,7,B\n"),
        ("a column twice, in other words", b"Code,Value,Source_id,Start Date,start_date\nA,5,7,,\n"),
        ("a column of metadata twice", b"Code,Value,Source_id,Shelf,SHELF\nA,5,7,1,2\n"),
        ("a column without a name", b"Code,Value,Source_id,\nA,5,7,x\n"),
        ("a column with a long name", b"Code,Value,Source_id," + b"x" * 257 + b"\nA,5,7,x\n"),
        ("too many columns", b"Code,Value,Source_id," + b",".join(b"c%d" % i for i in range(500)) + b"\nA\n"),
        ("semicolons", b"Code;Value;Source_id\nA;5;7\n"),
        ("Latin 1", "Code,Value,Source_id\nGRÜN,5,7\n".encode("latin-1")),
        ("UTF-16", "Code,Value,Source_id\nA,5,7\n".encode("utf-16")),
        ("NUL", b"Code,Value,Source_id\nA\x00,5,7\n"),
        ("a quote that never ends", b'Code,Value,Source_id\n"A,5,7\n'),
        ("a quote in the middle", b'Code,Value,Source_id\n"A"B,5,7\n'),
        ("too many rows", b"Code,Value,Source_id\n" + b"A,5,7\n" * 100_001),
        ("too large", b"Code,Value,Source_id\n" + b"A,5,7" * 900_000),
        ("a cell too large", b"Code,Value,Source_id\n" + b"A" * 200_000 + b",5,7"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(quiet: Shop, path: str, case: str, text: bytes) -> None:
    path = path.format(campaign="Spring")
    before = state(quiet)
    assert refusal(send(quiet, path, text)) == (400, "invalid_payload")
    assert state(quiet) == before


@pytest.mark.parametrize("path", CSV_ROUTES)
@pytest.mark.parametrize(
    ("case", "headers", "raw"),
    [
        ("JSON", {"Content-Type": "application/json"}, b'[{"code":"A"}]'),
        ("nothing said", {}, b"Code,Value,Source_id\nA,5,7\n"),
        ("a form without a boundary", {"Content-Type": "multipart/form-data"}, b"--x"),
        ("a form without parts", {"Content-Type": "multipart/form-data; boundary=x"}, b"Code"),
        (
            "a form with another part",
            {"Content-Type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="codes"\r\n\r\nCode,Value,Source_id\nA,5,7\r\n--x--\r\n',
        ),
    ],
)
def test_what_holds_no_file_is_refused(quiet: Shop, path: str, case: str, headers: dict[str, str], raw: bytes) -> None:
    path = path.format(campaign="Spring")
    before = state(quiet)
    answer = quiet.http.post(f"/v1/{path}", content=raw, headers=headers)
    assert refusal(answer) == (400, "invalid_payload")
    assert state(quiet) == before


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize(
    ("case", "raw"),
    [
        ("nothing", b""),
        ("an object", b"{}"),
        ("no objects", b"[]"),
        ("text", b'"codes"'),
        ("objects and others", b'[{"code":"A"},5]'),
        ("broken", b'[{"code":"A"'),
        ("NaN", b'[{"code":NaN}]'),
        ("Latin 1", b'[{"code":"\xdc"}]'),
        ("NUL", b'[{"code":"A","metadata":{"a":"\\u0000"}}]'),
        ("a lone surrogate", b'[{"code":"\\ud800"}]'),
        ("too deep", b'[{"metadata":' + b"[" * 40 + b"]" * 40 + b"}]"),
        ("too many", b"[" + b"{}," * 100_000 + b"{}]"),
        ("too large", b'[{"metadata":{"a":"' + b"x" * 4_000_000 + b'"}}]'),
    ],
)
def test_an_array_that_is_none_is_refused_whole(quiet: Shop, path: str, case: str, raw: bytes) -> None:
    path = path.format(campaign="Spring")
    before = state(quiet)
    answer = quiet.http.post(f"/v1/{path}", content=raw, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "invalid_payload")
    assert state(quiet) == before


def test_nothing_comes_into_a_campaign_that_there_is_not(quiet: Shop) -> None:
    before = state(quiet)
    assert refusal(send(quiet, "campaigns/camp_0/importCSV", "Code\nA\n")) == (404, "not_found")
    assert refusal(quiet.ask("POST", "campaigns/camp_0/import", [{"code": "A"}])) == (404, "not_found")
    assert state(quiet) == before
