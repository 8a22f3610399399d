"""A customer with one of everything that a project can hold of somebody; and the whole table, seen from behind."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from infra.local import engine
from infra.local.service import Service
from shared.storage.table import decoded
from tests.behind import client_of
from tests.builders import Clock, Shop, fresh, ok, until

AT = datetime(2029, 5, 20, 6, tzinfo=UTC)
Item = dict[str, Any]
YEARS = count(1907)
"""When she is born, each time that there is one."""


class Life:
    """What a shop has seen of Ann; whatever she could be known by is a word that nobody else has."""

    def __init__(self, shop: Shop, clock: Clock, *, key: str | None = None) -> None:
        """Every POST about her goes with an Idempotency-Key of its own where there is a ``key``."""
        self.shop, self._key, self._asked = shop, key, 0
        mark = fresh("")[1:]
        self.name, self.email, self.phone = (
            f"Ann {mark}",
            f"ann.{mark}@example.com",
            f"+35385{int(mark, 16) % 10**7:07}",
        )
        self.street, self.city, self.note = f"{mark} Street", f"{mark} City", f"note-{mark}"
        born = next(YEARS)
        self.birthdate, self.wedding = f"{born}-05-20", f"{born + 20}-05-21"
        self.source_id = f"shop-{mark}"
        self._level = int(mark[:8], 16)
        clock.set(AT)
        self._lives(clock)

    @property
    def known_by(self) -> tuple[str, ...]:
        """What tells who she is."""
        days = (self.birthdate, self.wedding)
        return (self.name, self.email, self.phone, self.street, self.city, self.note, *days)

    @property
    def profile(self) -> dict[str, Any]:
        return {
            "source_id": self.source_id,
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "description": f"likes {self.note}",
            "birthdate": self.birthdate,
            "time_zone": "Europe/Dublin",
            "locale": "en-IE",
            "address": {"line_1": self.street, "city": self.city, "country": "IE"},
            "metadata": {"club": self.note, "wedding": self.wedding, "level": self._level},
        }

    def _lives(self, clock: Clock) -> None:
        shop = self.shop
        self.segment = shop.segment("static", customers=[self.source_id])
        self.watched = shop.segment("auto-update", filter={"metadata.level": {"conditions": {"$is": [self._level]}}})
        self.id = str(self._post("customers", self.profile)["id"])
        words = [
            {"channel": channel, "granted": granted, "source": f"form {self.note}"}
            for channel, granted in (("email", True), ("sms", False))
        ]
        answers = [{"about": "birthday", "answer": self.birthdate, "source": "a form"}]
        ok(shop.ask("PUT", f"customers/{self.id}/consents", {"consents": words, "preferences": answers}))
        self._post("events", {"event": "visited", "customer": {"source_id": self.source_id}})
        self.order = self._post(
            "orders", {"source_id": fresh("order"), "amount": 5_000, "status": "PAID", "customer": self.profile}
        )
        campaign = shop.campaign(type="AUTO_UPDATE")
        who = {"campaign": {"name": campaign["name"]}, "customer": self.profile}
        self.publication = self._post("publications", {**who, "metadata": {"why": "a call"}})
        body = {"order": {"amount": 9_000}, "customer": self.profile}
        code = [{"object": "voucher", "id": self.publication["voucher"]["code"]}]
        self.redemption = self._post("redemptions", {"redeemables": code, **body})["redemptions"][0]
        again = shop.ask("POST", "redemptions", {"redeemables": code, **body}, key=self._next())
        assert again.json()["key"] == "quantity_exceeded", again.text
        schedule = shop.schedule({"type": "BIRTHDAY"})
        clock.set(AT + timedelta(hours=3))
        [self.delivery] = until(lambda: shop.deliveries(customer=self.id), lambda them: len(them) == 1)
        assert self.delivery["status"] == "SENT"
        ok(shop.ask("POST", f"schedules/{schedule['id']}/disable"))
        self._post("customers", {"source_id": self.source_id, "time_zone": "Europe/Paris"})

    def _post(self, path: str, body: Any) -> dict[str, Any]:
        return ok(self.shop.ask("POST", path, body, key=self._next()))

    def _next(self) -> str | None:
        self._asked += 1
        return f"{self._key} {self._asked}" if self._key else None

    def export(self, **body: Any) -> dict[str, Any]:
        """A page of all that is held of her."""
        return ok(self.shop.ask("POST", f"customers/{self.id}/export", body or None))


def everything_in(service: Service) -> list[Item]:
    """Every item of a service's table; the answers that are remembered in it unpacked."""
    pages = client_of(service).get_paginator("scan").paginate(TableName=engine.TABLE)
    return [_unpacked(decoded(item)) for page in pages for item in page["Items"]]


def _unpacked(item: Item) -> Item:
    return {
        name: (zlib.decompress(value).decode() if name == "body" else value.decode(errors="replace"))
        if isinstance(value, bytes)
        else value
        for name, value in item.items()
    }


def words_of(item: Item) -> Iterator[str]:
    """Every text in an item, and in its document."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for inner in value.values():
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)
        elif isinstance(value, str):
            yield value

    yield from texts({name: value for name, value in item.items() if name != "document"})
    yield from texts(json.loads(item.get("document", "{}")))
