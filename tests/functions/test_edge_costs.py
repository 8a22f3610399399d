"""What the edge adds to a request: on the client's side one write, with a token nothing that lasts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from shared.runtime import settings
from shared.storage.access_keys import AccessKeyStore
from shared.storage.tokens import TokenStore
from tests.functions.conftest import NOW, Functions
from tests.functions.test_costs import checkout, voucher

WINDOWS = count(1)
SHOP = "https://shop.example"
Headers = tuple[tuple[str, str], ...]


def headers_of(app_id: str, token: str, origin: str = SHOP) -> Headers:
    return (("x-client-application-id", app_id), ("x-client-token", token), ("origin", origin))


@pytest.fixture
def page_of(functions: Functions) -> Callable[..., Functions]:
    """The functions as a page asks them, in a window of its own."""

    def page(
        app_id: str = "sandbox-client", token: str = "sandbox-client-secret", origin: str = "http://localhost"
    ) -> Functions:
        now = NOW + timedelta(seconds=5 * next(WINDOWS))
        return replace(functions, now=now, headers=headers_of(app_id, token, origin))

    return page


def test_a_pages_validation_is_one_write_more(functions: Functions, page_of: Callable[..., Functions]) -> None:
    code, page = voucher(functions), page_of()
    page.call("POST", "/client/v1/validations", checkout(code))
    status, body = page.call("POST", "/client/v1/validations", checkout(code))
    assert (status, body["valid"]) == (200, True)
    assert page.bill.calls == ["UpdateItem", "BatchGetItem"]
    assert page.bill.write_units == 1


def test_a_pages_redemption_is_one_write_more(functions: Functions, page_of: Callable[..., Functions]) -> None:
    code, page = voucher(functions), page_of()
    page.call("POST", "/client/v1/validations", checkout(code))
    assert page.call("POST", "/client/v1/redemptions", checkout(code))[0] == 200
    assert page.bill.calls == ["UpdateItem", "BatchGetItem", "TransactWriteItems"]
    assert page.bill.write_units == 9


def test_one_request_too_many_costs_its_count_and_nothing_else(
    functions: Functions, page_of: Callable[..., Functions]
) -> None:
    code, page = voucher(functions), page_of()
    statuses = [page.call("POST", "/client/v1/validations", checkout(code))[0] for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert page.bill.calls == ["UpdateItem"]


def test_an_unknown_code_costs_a_page_what_a_known_one_does(
    functions: Functions, page_of: Callable[..., Functions]
) -> None:
    known, page = voucher(functions, active=False), page_of()
    page.call("POST", "/client/v1/validations", checkout(known))
    bills = []
    for code in (known, "NOBODYS-CODE"):
        for path in ("validations", "redemptions"):
            page.call("POST", f"/client/v1/{path}", checkout(code))
            bills.append((path, tuple(page.bill.calls), page.bill.write_units))
    assert bills[:2] == bills[2:]
    assert bills[1] == ("redemptions", ("UpdateItem", "BatchGetItem", "PutItem"), 3)


def test_a_token_is_one_write_and_adds_nothing_to_a_checkout_once_it_is_known(functions: Functions) -> None:
    key = AccessKeyStore(settings.table()).find("sandbox", "sandbox-secret")
    assert key
    functions.bill.calls.clear()
    token = TokenStore(settings.table()).issue(key, at=NOW)
    assert functions.bill.calls == ["PutItem"]
    bearer = replace(functions, headers=(("authorization", f"Bearer {token.secret}"),))
    code = voucher(functions)
    bearer.call("POST", "/v1/validations", checkout(code))
    assert functions.bill.calls == ["GetItem", "BatchGetItem"]
    bearer.call("POST", "/v1/validations", checkout(code))
    assert functions.bill.calls == ["BatchGetItem"]


def test_a_token_ends_with_its_key_pair(functions: Functions) -> None:
    store = AccessKeyStore(settings.table())
    key, _ = store.add("proj_sandbox", "server", at=NOW)
    token = TokenStore(settings.table()).issue(key, at=NOW)
    bearer = replace(functions, headers=(("authorization", f"Bearer {token.secret}"),))
    assert bearer.call("GET", "/v1/vouchers")[0] == 200
    store.revoke(key.app_id)
    assert bearer.call("GET", "/v1/vouchers")[0] == 401


def test_a_project_may_want_its_shoppers_to_know_why(functions: Functions, page_of: Callable[..., Functions]) -> None:
    key, token = AccessKeyStore(settings.table()).add("proj_sandbox", "client", at=NOW, origins=[SHOP], detailed=True)
    code, page = voucher(functions, active=False, metadata={"tier": "secret"}), page_of(key.app_id, token, SHOP)
    status, said = page.call("POST", "/client/v1/validations", checkout(code))
    [entry] = said["redeemables"]
    assert (status, said["valid"], entry["result"]["error"]["key"]) == (200, False, "voucher_disabled")
    assert page.bill.calls[-2:] == ["UpdateItem", "BatchGetItem"]  # the setting came with the key
    status, said = page.call("POST", "/client/v1/redemptions", checkout(code))
    assert (status, said["key"], said["details"]) == (400, "voucher_disabled", code)
    status, said = page.call("POST", "/client/v1/redemptions", checkout("NOBODYS"))
    assert (status, said["key"]) == (404, "not_found")
    assert "secret" not in str(entry)


@pytest.mark.parametrize("origin", ["https://shop.example", "https://shop.example:443", "HTTPS://SHOP.EXAMPLE"])
def test_a_clients_key_is_for_its_own_sites(
    functions: Functions, page_of: Callable[..., Functions], origin: str
) -> None:
    key, token = AccessKeyStore(settings.table()).add("proj_sandbox", "client", at=NOW, origins=[SHOP])

    def asked(origin: str) -> Any:
        return page_of(key.app_id, token, origin).call("POST", "/client/v1/validations", checkout("X"))[0]

    assert asked(origin) == 200
    others = ("http://shop.example", "https://shop.example:8443", "https://www.shop.example", "http://localhost")
    assert [asked(other) for other in others] == [401] * 4
