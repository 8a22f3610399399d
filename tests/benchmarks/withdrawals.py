"""How soon a message that waits is taken back, from the answer of a redemption or of a word to its offer; and what is
read for it, however long the customer's history.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from rich.console import Group
from rich.table import Table

from infra.local import engine
from infra.local.service import free_port, running
from tests.builders import SANDBOX, Clock, Shop, fresh, ok, until

TIMES = 30
HISTORIES = (0, 10, 100, 1_000)
MORNING = datetime(2028, 5, 9, 6, tzinfo=UTC)
"""In quiet hours."""


def measure() -> Group:
    """One service for the times; one engine for what is read."""
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(MORNING)
        times = _times(shop)
    os.environ.update(POWERTOOLS_LOG_LEVEL="ERROR", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        return Group(times, "", _read())


def _times(shop: Shop) -> Table:
    campaign, template = shop.campaign(type="AUTO_UPDATE")["id"], shop.template()
    ok(shop.ask("PUT", "contact-policy", {"quiet_hours": {"from": "21:00", "to": "10:00"}}))
    title = f"A message is taken back (medians of {TIMES}; the stream comes once a second)"
    told = Table("", "ms", "of a bare redemption", title=title, title_justify="left")
    bare = [_timed(partial(_redeem, shop, offer)) for offer in _offers(shop, campaign)]
    answered, dropped = _taken_back(shop, _offers(shop, campaign), template, _redeem)
    said, gone = _taken_back(shop, _offers(shop, campaign), template, _accept)
    rows = {
        "a redemption, nothing waits": bare,
        "a redemption, a message waits": answered,
        "until it is dropped, after the answer": dropped,
        "a word to the offer, a message waits": said,
        "until that is dropped, after the answer": gone,
    }
    for what, took in rows.items():
        told.add_row(what, f"{1_000 * median(took):.1f}", f"{median(took) / median(bare):.1f}")
    return told


def _taken_back(
    shop: Shop, offers: list[dict[str, Any]], template: str, act: Callable[[Shop, dict[str, Any]], None]
) -> tuple[list[float], list[float]]:
    """How long each act takes to be answered, and then until the ledger is seen to say that its message is dropped."""
    answered, dropped = [], []
    for offer in offers:
        waiting = _waiting(shop, offer, template)
        started = time.perf_counter()
        answered.append(_timed(partial(act, shop, offer)))
        until(partial(shop.get, f"deliveries/{waiting}"), lambda it: it["status"] == "DROPPED", every=0.01)
        dropped.append(time.perf_counter() - started - answered[-1])
    return answered, dropped


def _offers(shop: Shop, campaign: str) -> list[dict[str, Any]]:
    """As many customers who may be written to, each with an offer."""
    offers = []
    for _ in range(TIMES):
        name = fresh("ann")
        ann = shop.customer(name, email=f"{name}@example.com")
        shop.consent(name)
        body = {"campaign": {"id": campaign}, "customer": {"id": ann["id"]}}
        offers.append(ok(shop.ask("POST", "publications", body)))
    return offers


def _waiting(shop: Shop, offer: dict[str, Any], template: str) -> str:
    said = {"customer": {"id": offer["customer_id"]}, "publication": offer["id"], "template": template}
    waiting = ok(shop.ask("POST", "deliveries", said))
    assert waiting["status"] == "DEFERRED", waiting
    return str(waiting["id"])


def _redeem(shop: Shop, offer: dict[str, Any]) -> None:
    shop.redeemed(offer["voucher"]["code"], customer={"id": offer["customer_id"]})


def _accept(shop: Shop, offer: dict[str, Any]) -> None:
    ok(shop.ask("POST", f"publications/{offer['id']}/responses", {"response": "ACCEPTED", "channel": "phone"}))


def _timed(what: Callable[[], None]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _read() -> Table:
    """What is looked at in the history of a customer of whom one message waits, and none."""
    from shared.domain.errors import Moved
    from shared.domain.post.deliveries import Asked, Delivery
    from shared.runtime import settings
    from shared.runtime.withdrawals import withdraw_from
    from shared.storage.deliveries import entering

    for cached in (settings.dynamodb, settings.table):
        cached.cache_clear()
    client, table = settings.dynamodb(), settings.table()
    read = {"entries": 0, "items": 0, "round trips": 0}

    def note(parsed: dict[str, Any], **_: Any) -> None:
        read["entries"] += len(parsed.get("Items", ()))
        read["items"] += sum(map(len, parsed.get("Responses", {}).values()))
        read["round trips"] += 1

    client.meta.events.register("after-call.dynamodb", note)
    title = "What a withdrawal reads"
    told = Table("deliveries", "waiting", "index entries", "items", "round trips", title=title, title_justify="left")
    asked = Asked(channels=("email",), templates={"email": "tmpl_1"}, publication_id="pub_1")
    for waiting in (0, 1):
        for history in HISTORIES:
            customer = f"cust_{waiting}_{history}"
            for number in range(history + waiting):
                waits = number >= history
                at = MORNING + timedelta(minutes=number)
                new = Delivery(
                    id=f"dlv_{customer}_{number}",
                    status="DEFERRED" if waits else "SENT",
                    asked=asked,
                    customer_id=customer,
                    due_at=at,
                    created_at=at,
                )
                table.commit(*entering("proj_bench", new, before=new, otherwise=Moved()))
            read.update(dict.fromkeys(read, 0))
            withdraw_from(customer, table=table, project="proj_bench", at=MORNING)
            told.add_row(f"{history + waiting:,}", f"{waiting}", *(f"{count}" for count in read.values()))
    return told
