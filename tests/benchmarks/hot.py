"""One code that 32 clients redeem at once, on shards, against a code each; and against one that lives on one item.

The engine lets transactions through one by one, where DynamoDB cancels one that meets another at an item. So this
process does: what is under way on an item cancels whoever comes for it meanwhile, who then tries again.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Lock, local
from typing import Any

from rich.console import Group
from rich.table import Table

from infra.local import engine
from infra.local.service import free_port
from tests.benchmarks.asking import NOW, ask
from tests.storage.wire import cancelled

CLIENTS = 32
REDEMPTIONS = 320
BUSY = 409
WARM = 65
"""Uses that make a code hot."""


class UnderWay:
    """The items that transactions are under way to, from their first byte out to their last byte in."""

    def __init__(self, client: Any) -> None:
        self.tries = self.met = 0
        self._lock = Lock()
        self._items: set[str] = set()
        self._mine = local()
        client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", self._send)
        client.meta.events.register("response-received.dynamodb.TransactWriteItems", self._received)

    def _send(self, request: Any, **_: Any) -> Any:
        body = json.loads(request.body)
        items = {
            str([change[side][name]["S"] for name in ("PK", "SK")])
            for action in body["TransactItems"]
            for change in action.values()
            for side in ["Key" if "Key" in change else "Item"]
        }
        with self._lock:
            self.tries += 1
            meets = not items.isdisjoint(self._items)
            self.met += meets
            self._mine.items = set() if meets else items
            self._items |= self._mine.items
        return cancelled("TransactionConflict")(request) if meets else None

    def _received(self, **_: Any) -> None:
        with self._lock:
            self._items -= self._mine.items


def measure() -> Group:
    """The same clients on each in turn; the handlers, the clients and the engine share the machine."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="ERROR", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore
        from shared.storage.vouchers import VoucherStore

        AccessKeyStore(settings.table()).add("proj_sandbox", "server", at=NOW, app_id="sandbox", token="sandbox-secret")
        under_way = UnderWay(settings.dynamodb())
        made = {"discount": {"type": "PERCENT", "percent_off": 10}, "redemption": {"quantity": None}}
        codes = {
            "a code each": [f"EACH-{number}" for number in range(REDEMPTIONS)],
            "one hot code": ["HOT"] * REDEMPTIONS,
            "one code on one item": ["ITEM"] * REDEMPTIONS,
        }
        for code in {*codes["a code each"], "HOT"}:
            ask("POST", f"/v1/vouchers/{code}", made)
        ask("POST", "/v1/campaigns", {"name": "One item", "voucher": made})  # a campaign's codes stay on one item
        ask("POST", "/v1/campaigns/One%20item/vouchers/ITEM")
        _redeem(["HOT"] * WARM, clients=1)
        speeds = Table(
            *(
                "32 clients redeem",
                "redemptions/s",
                "× a code each",
                "transactions each",
                "of them met another",
                "told to ask again",
            ),
            title=f"Hot codes ({REDEMPTIONS} redemptions each)",
            title_justify="left",
        )
        alone = 0.0
        store = VoucherStore(settings.table(), "proj_sandbox")
        before = [shard.used for shard in store.get("HOT").voucher.spread]
        for name, its in codes.items():
            under_way.tries = under_way.met = 0
            seconds, again = _redeem(its)
            rate = REDEMPTIONS / seconds
            alone = alone or rate
            told = under_way.tries / REDEMPTIONS, under_way.met / under_way.tries
            speeds.add_row(name, f"{rate:.0f}", f"{rate / alone:.2f}", f"{told[0]:.2f}", f"{told[1]:.0%}", f"{again}")
        after = [shard.used for shard in store.get("HOT").voucher.spread]
        uses = [late - early for early, late in zip(before, after, strict=True)]
        assert sum(uses) == REDEMPTIONS, uses
        shares = Table(*map(str, range(len(uses))), title="Share of the hot code's uses by shard", title_justify="left")
        shares.add_row(*(f"{use / REDEMPTIONS:.1%}" for use in uses))
        return Group(speeds, "", shares)


def _redeem(codes: list[str], *, clients: int = CLIENTS) -> tuple[float, int]:
    """Redeem each, by all clients at once: how long that took, in seconds, and how often one was told to ask again."""

    def redeem(code: str) -> int:
        order = {"items": [{"product_id": "mug", "quantity": 2, "price": 1_500}]}
        body = {"redeemables": [{"object": "voucher", "id": code}], "order": order}
        for again in count():
            if ask("POST", "/v1/redemptions", body, also=[BUSY]).get("code") != BUSY:
                return again
        raise AssertionError

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        again = sum(pool.map(redeem, codes))
    return time.perf_counter() - started, again
