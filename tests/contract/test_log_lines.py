"""The log of a service in which secrets are planted wherever a caller can put one: outcomes, and no secret."""

import json
from typing import Any

import httpx
import pytest

from infra.local.service import running
from tests.builders import SANDBOX, Shop, ok, until
from tests.pages import LOCAL, Page

EMAIL, PHONE, NAME, PERSON = "ann.planted@secret.example", "+353855550199", "Ann Planted", "ann-planted-id"
CODE, LOST, OFF = "PLANTED-CODE-1", "PLANTED-LOST-2", "PLANTED-OFF-3"
NOTE, KEY, SESSION = "planted-note", "planted-idempotency-key", "planted-session"
CUSTOMER = {"source_id": PERSON, "name": NAME, "email": EMAIL, "phone": PHONE, "metadata": {"note": NOTE}}
ORDER = {"source_id": "planted-order", "amount": 10_000, "metadata": {"note": NOTE}}


def test_the_log_tells_each_outcome_and_none_of_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "INFO")
    planted = {EMAIL, PHONE, NAME, PERSON, CODE, LOST, OFF, NOTE, KEY, SESSION, "planted", "sandbox-secret"}
    with running() as service, Shop(service.url, SANDBOX) as shop, Page(service.url) as page:
        planted |= {page.address, "127.0.0.1", "localhost", "sandbox-client", LOCAL}
        secrets = _a_busy_day(shop, page)
        planted |= secrets
        ok(shop.ask("GET", "async-actions"))
        text = until(service.log.read_text, lambda text: "GET /v1/async-actions" in text)

    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [
        (line["message"], line.get("key"), line["status"], line["route"]) for line in lines if _is_outcome(line)
    ] == [
        ("made", None, 200, "POST /v1/vouchers/{code}"),
        ("made", None, 200, "POST /v1/vouchers/{code}"),
        ("disabled", None, 200, "POST /v1/vouchers/{code}/disable"),
        ("refused", "duplicate_found", 409, "POST /v1/vouchers/{code}"),
        ("made", None, 200, "POST /v1/campaigns"),
        ("issued", None, 200, "POST /v1/publications"),
        ("validated", None, 200, "POST /v1/validations"),
        ("validated", "not_found", 200, "POST /v1/validations"),
        ("validated", "voucher_disabled", 200, "POST /client/v1/validations"),
        ("refused", "not_found", 404, "POST /v1/redemptions"),
        ("refused", "voucher_disabled", 400, "POST /client/v1/redemptions"),
        ("redeemed", None, 200, "POST /v1/redemptions"),
        ("repeated", None, 200, "POST /v1/redemptions"),
        ("refused", "idempotency_key_conflict", 409, "POST /v1/redemptions"),
        ("rolled_back", None, 200, "POST /v1/redemptions/{redemption_id}/rollback"),
        ("refused", "invalid_payload", 400, "POST /v1/redemptions"),
        ("refused", "unauthorized", 401, "GET /v1/vouchers/{code}"),
        ("refused", "not_found", 404, "$default"),
        ("told", None, 200, "GET /v1/redemptions"),
        ("exported", None, 200, "POST /v1/customers/{customer_id}/export"),
        ("token_issued", None, 200, "POST /v1/oauth/token"),
        ("told", None, 200, "GET /v1/vouchers/{code}"),
        ("token_revoked", None, 204, "POST /v1/oauth/token/revoke"),
        ("deleted", None, 204, "DELETE /v1/vouchers/{code}"),
        ("told", None, 200, "GET /v1/async-actions"),
    ]
    for line in filter(_is_outcome, lines):
        assert line["level"] == "INFO"
        assert line["request_id"].startswith("v-")
        assert line["milliseconds"] >= 0
        assert line.get("project") == (
            None if line.get("key") == "unauthorized" or line["route"] == "$default" else "proj_sandbox"
        )
    assert {secret for secret in planted if secret.lower() in text.lower()} == set()


def _is_outcome(line: dict[str, Any]) -> bool:
    return "route" in line


def _a_busy_day(shop: Shop, page: Page) -> set[str]:
    """Requests of all kinds, with secrets in them; tells those that the service made itself."""
    made = shop.voucher(CODE, metadata={"note": NOTE}, category=NOTE, quantity=2)
    off = shop.voucher(OFF)
    ok(shop.ask("POST", f"vouchers/{OFF}/disable"))
    shop.ask("POST", f"vouchers/{CODE}", {"discount": {"type": "AMOUNT", "amount_off": 1}})
    campaign = shop.ask("POST", "campaigns", {"name": NOTE, "type": "AUTO_UPDATE", "voucher": VOUCHER}).json()
    issued = ok(shop.ask("POST", "publications", {"campaign": {"name": NOTE}, "customer": CUSTOMER}))
    shop.validate(CODE, customer=CUSTOMER, session={"type": "LOCK", "key": SESSION}, order=ORDER)
    shop.validate(LOST, customer=CUSTOMER)
    page.validate(OFF, customer=CUSTOMER)
    failed = shop.redeem(LOST, customer=CUSTOMER, order=ORDER).json()
    page.redeem(OFF, customer=CUSTOMER)
    fields = {"customer": CUSTOMER, "order": ORDER, "metadata": {"note": NOTE}, "session": {"key": SESSION}}
    redeemed, _, _ = (
        shop.redeem(CODE, key=KEY, **(fields | {"tracking_id": tracking}))
        for tracking in (NOTE, NOTE, f"{NOTE}-another")
    )
    [record] = ok(redeemed)["redemptions"]
    ok(shop.ask("POST", f"redemptions/{record['id']}/rollback", {"reason": NOTE}))
    shop.redeem(CODE, customer=CUSTOMER | {"email": [EMAIL]})
    httpx.get(f"{shop.http.base_url}/v1/vouchers/{CODE}", headers={"X-App-Id": PERSON, "X-App-Token": KEY})
    shop.ask("GET", f"nothing/{CODE}", email=EMAIL)
    shop.get("redemptions", customer=PERSON)
    ok(shop.ask("POST", f"customers/{PERSON}/export"))
    oauth = f"{shop.http.base_url}/v1/oauth/token"
    grant = {"grant_type": "client_credentials", "scope": "api"}
    token = str(httpx.post(oauth, data=grant, headers=SANDBOX).json()["access_token"])
    httpx.get(f"{shop.http.base_url}/v1/vouchers/{CODE}", headers={"Authorization": f"Bearer {token}"})
    httpx.post(f"{oauth}/revoke", data={"access_token": token}, headers=SANDBOX)
    shop.ask("DELETE", f"vouchers/{CODE}")
    ids = {made["id"], off["id"], record["id"], failed["resource_id"], record["customer_id"], campaign["id"]}
    return ids | {
        token,
        issued["voucher"]["code"],
        issued["voucher"]["id"],
        *(id_.partition("_")[2][:16] for id_ in ids),
    }


VOUCHER = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 500}}
