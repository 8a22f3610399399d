"""A shop talking to the service over HTTP: each call in one line, with sensible values for what a test does not name.

shop.voucher("SPRING", percent_off(20))
shop.redeem("SPRING", amount=10_000).json()
"""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from time import monotonic, sleep
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from shared.runtime.routes import ROUTES

SANDBOX = {"X-App-Id": "sandbox", "X-App-Token": "sandbox-secret"}
PRODUCTION = {"X-App-Id": "production", "X-App-Token": "production-secret"}
CLIENT = {"X-Client-Application-Id": "sandbox-client", "X-Client-Token": "sandbox-client-secret"}

Input = TypeVar("Input")
Answer = TypeVar("Answer")

KEYED = [route for route in ROUTES if not route.path.startswith("/u/")]
"""The routes that a key opens: whoever follows a link from a mail has none, and the link's seal in its stead."""
LISTS = (
    *("campaigns", "vouchers", "publications", "redemptions", "customers", "orders", "async-actions"),
    *("products", "product-collections"),
    *("validation-rules", "validation-rules-assignments"),
)


def fresh(word: str = "code") -> str:
    """A name that no other test uses."""
    return f"{word}-{uuid4().hex[:12]}"


def amount_off(amount: int, **fields: Any) -> dict[str, Any]:
    return {"type": "AMOUNT", "amount_off": amount, **fields}


def percent_off(percent: float, **fields: Any) -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": percent, **fields}


def fixed_price(amount: int, **fields: Any) -> dict[str, Any]:
    return {"type": "FIXED", "fixed_amount": amount, **fields}


def checkout(*codes: str, amount: int = 10_000, **fields: Any) -> dict[str, Any]:
    """The body of a validation and of a redemption."""
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], "order": {"amount": amount}, **fields}


def lock(key: str, **fields: Any) -> dict[str, Any]:
    return {"type": "LOCK", "key": key, **fields}


class Shop:
    """One project's requests. What ends in a plain dict has been asserted to succeed; the rest gives the response."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        # As many connections as clients: in a race nobody waits for one. An idle one is let go before the service does,
        # and not much sooner: the pool may close one as idle for too long that another thread was given just now.
        unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=60)
        self.http = httpx.Client(base_url=url, headers=keys, timeout=60, limits=unlimited)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **params: Any
    ) -> httpx.Response:
        """Any request; ``body`` is sent as JSON, ``key`` as Idempotency-Key."""
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        content = None if body is None else json.dumps(body).encode()
        return self.http.request(method, f"/v1/{path}", content=content, headers=headers, params=params or None)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return ok(self.ask("GET", path, **params))

    def voucher(
        self,
        code: str | None = None,
        discount: dict[str, Any] | None = None,
        *,
        quantity: int | None = 1,
        **fields: Any,
    ) -> dict[str, Any]:
        """A new voucher; without a word on it, 5.00 off, once."""
        return ok(
            self.ask("POST", f"vouchers/{code or fresh()}", voucher_body(discount, quantity=quantity, **fields)),
        )

    def code(self, discount: dict[str, Any] | None = None, **fields: Any) -> str:
        """The code of a new voucher."""
        return str(self.voucher(None, discount, **fields)["code"])

    def campaign(self, *, vouchers_count: int = 0, quantity: int | None = 1, **fields: Any) -> dict[str, Any]:
        """A new campaign of 5.00 off, its codes there already."""
        body = campaign_body(quantity=quantity, **fields) | (
            {"vouchers_count": vouchers_count} if vouchers_count else {}
        )
        campaign = ok(self.ask("POST", "campaigns", body))
        self.await_codes(campaign["id"])
        return campaign

    def await_codes(self, campaign_id: str) -> dict[str, Any]:
        """The campaign, when all its codes are made."""
        return until(
            lambda: self.get(f"campaigns/{campaign_id}"), lambda it: it["vouchers_generation_status"] == "DONE"
        )

    def await_action(self, action_id: str) -> dict[str, Any]:
        """The async action, when it has ended."""
        return until(lambda: self.get(f"async-actions/{action_id}"), lambda it: it["status"] in {"DONE", "FAILED"})

    def publish(self, campaign: str, customer: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        body = {"campaign": {"name": campaign}, "customer": {"source_id": customer}, **fields}
        return self.ask("POST", "publications", body, key=key)

    def validate(self, *codes: str, **fields: Any) -> dict[str, Any]:
        """The verdict; valid or not, it is an answer."""
        return ok(self.ask("POST", "validations", checkout(*codes, **fields)))

    def redeem(self, *codes: str, key: str | None = None, **fields: Any) -> httpx.Response:
        return self.ask("POST", "redemptions", checkout(*codes, **fields), key=key)

    def redeemed(self, *codes: str, **fields: Any) -> dict[str, Any]:
        return ok(self.redeem(*codes, **fields))

    def roll_back(self, redemption_id: str, *, key: str | None = None) -> httpx.Response:
        return self.ask("POST", f"redemptions/{redemption_id}/rollback", key=key)

    def roll_back_all(self, parent_id: str, *, key: str | None = None) -> httpx.Response:
        return self.ask("POST", f"redemptions/{parent_id}/rollbacks", key=key)

    def customer(self, source_id: str | None = None, **fields: Any) -> dict[str, Any]:
        """A customer, new or known."""
        return ok(self.ask("POST", "customers", {"source_id": source_id or fresh("customer"), **fields}))

    def rule(self, *rules: dict[str, Any], logic: str | None = None, **fields: Any) -> str:
        """The id of a new validation rule: all of these, or as ``logic`` joins them."""
        numbered: dict[str, Any] = {str(number): one for number, one in enumerate(rules, 1)}
        return str(ok(self.ask("POST", "validation-rules", rule_body(numbered, logic, **fields)))["id"])

    def segment(self, type_: str = "passive", **fields: Any) -> str:
        """The id of a new segment."""
        return str(ok(self.ask("POST", "segments", {"name": fresh("segment"), "type": type_, **fields}))["id"])

    def consent(self, customer: str, *, channel: str = "email", granted: bool = True, **fields: Any) -> dict[str, Any]:
        """What somebody allows, after they have said this."""
        word = {"channel": channel, "granted": granted, "source": "a form", **fields}
        return ok(self.ask("PUT", f"customers/{customer}/consents", {"consents": [word]}))

    def template(self, body: str = "{{ voucher.code }} for {{ customer.name }}", **fields: Any) -> str:
        """The id of a new message template."""
        said = {"name": fresh("template"), "channel": "email", "subject": "For you", "body": body, **fields}
        return str(ok(self.ask("POST", "message-templates", said))["id"])

    def schedule(self, occasion: dict[str, Any], *, active: bool = True, **fields: Any) -> dict[str, Any]:
        """A new schedule, by e-mail and of a campaign of its own that makes its codes as they are needed."""
        said = {"name": fresh("schedule"), "occasion": occasion, "channels": ["email"], "active": active, **fields}
        if "campaign" not in said:
            said["campaign"] = {"id": self.campaign(type="AUTO_UPDATE")["id"]}
        if "templates" not in said:
            said["templates"] = {"email": self.template()}
        return ok(self.ask("POST", "schedules", said))

    def runs(self, schedule_id: str) -> list[dict[str, Any]]:
        """What came of each of a schedule's days, the latest first."""
        return list(self.get(f"schedules/{schedule_id}/runs", limit=100)["runs"])

    def deliveries(self, **filters: Any) -> list[dict[str, Any]]:
        """The ledger's entries, the newest first."""
        return list(self.get("deliveries", limit=100, **filters)["deliveries"])

    def outbox(self) -> list[dict[str, Any]]:
        """What left this machine's service, as ``{channel, to, subject, body, at}``, oldest first."""
        answer = self.http.get("/local/outbox").raise_for_status()
        return list(answer.json()["messages"])

    def order(self, source_id: str | None = None, *, key: str | None = None, **fields: Any) -> dict[str, Any]:
        """An order, new or known."""
        return ok(self.ask("POST", "orders", {"source_id": source_id or fresh("order"), **fields}, key=key))

    def summary(self, customer: str) -> dict[str, Any]:
        """What a customer's history comes to."""
        return dict(self.get(f"customers/{customer}")["summary"])

    def uses(self, code: str) -> int:
        """How often the voucher says it was redeemed."""
        return int(self.get(f"vouchers/{code}")["redemption"]["redeemed_quantity"])

    def entries(self, code: str) -> list[dict[str, Any]]:
        """The voucher's redemptions, failed ones too."""
        return list(self.get(f"vouchers/{code}/redemption")["redemption_entries"])

    def lists(self, *names: str) -> dict[str, Any]:
        """The newest of these lists (of all, if none is named) and their totals, to see that nothing was written."""
        return {name: self.get(name, limit=20) for name in names or LISTS}


def voucher_body(discount: dict[str, Any] | None = None, *, quantity: int | None = 1, **fields: Any) -> dict[str, Any]:
    return {
        "type": "DISCOUNT_VOUCHER",
        "discount": discount or amount_off(500),
        "redemption": {"quantity": quantity},
        **fields,
    }


def campaign_body(*, quantity: int | None = 1, **fields: Any) -> dict[str, Any]:
    return {
        "name": fresh("campaign"),
        "campaign_type": "DISCOUNT_COUPONS",
        "type": "STATIC",
        "voucher": {
            "type": "DISCOUNT_VOUCHER",
            "discount": amount_off(500),
            "redemption": {"quantity": quantity},
            "code_config": {"length": 10},
        },
        **fields,
    }


def rule_body(rules: dict[str, Any], logic: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"name": fresh("rule"), "rules": {**rules, **({"logic": logic} if logic else {})}, **fields}


def wants(name: str, verb: str, *values: Any, **fields: Any) -> dict[str, Any]:
    """One rule: ``wants("order.amount", "more_than", 10_000)``."""
    return {"name": name, "conditions": {f"${verb}": list(values)}, **fields}


class Clock:
    """The hand on a local service's clock."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=600)  # whatever is due until then is done first

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.set(None)
        self._http.close()

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._http.get("/local/clock").raise_for_status().json()["now"])

    def set(self, at: datetime | None) -> int:
        """Make it that instant; None gives the real time back. The messages that could not be delivered by then."""
        answer = self._http.put("/local/clock", json={"now": at and at.astimezone(UTC).isoformat()})
        return int(answer.raise_for_status().json()["undelivered"])

    def forward(self, span: timedelta) -> None:
        self.set(self.now + span)


def ok(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer that must be 200 (or 202)."""
    assert response.status_code in {200, 202}, (response.status_code, response.text)
    return dict(response.json())


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and key of an error, which must have the contract's shape."""
    body = response.json()
    assert set(body) >= {"code", "key", "message", "details", "request_id"}, body
    assert set(body) <= {*("code", "key", "message", "details", "request_id"), *ALSO_IN_ERRORS}, body
    assert body["code"] == response.status_code, body
    assert body["request_id"].startswith("v-"), body
    assert body["message"], body
    return response.status_code, body["key"]


ALSO_IN_ERRORS = ("resource_id", "resource_type", "error")


def at_once(call: Callable[[Input], Answer], inputs: Iterable[Input], *, clients: int | None = None) -> list[Answer]:
    """Every call, by so many clients (one an input, if nothing is said) that all start at the same instant."""
    waiting = list(inputs)
    clients = clients or len(waiting)
    start = Barrier(clients)

    def client(mine: list[Input]) -> list[Answer]:
        start.wait()
        return [call(it) for it in mine]

    with ThreadPoolExecutor(clients) as pool:
        return [
            answer for answers in pool.map(client, [waiting[i::clients] for i in range(clients)]) for answer in answers
        ]


def until(
    ask: Callable[[], Answer], done: Callable[[Answer], bool], *, within: float = 10, every: float = 0.05
) -> Answer:
    """The first answer that will do, asked for until then; it is an error if none comes in time."""
    deadline = monotonic() + within
    while not done(answer := ask()):
        assert monotonic() < deadline, f"not within {within} s: {answer}"
        sleep(every)
    return answer
