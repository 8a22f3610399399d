"""Who wants no more messages is left in peace: on that channel, for that purpose, however they come back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest

from infra.local.service import Service
from shared.domain.post.links import Unsubscription
from shared.domain.post.suppressions import Suppression, Why
from shared.storage.seals import SealStore
from shared.storage.suppressions import SuppressionStore
from shared.storage.table import Table, decoded
from tests.behind import table_of
from tests.builders import Shop, fresh, ok

PROJECT = "proj_sandbox"
LONG_AGO = "2026-01-01T00:00:00.000Z"
Json = dict[str, Any]


class Desk(NamedTuple):
    """A shop that would like to write to people, and what may be seen of that from behind."""

    shop: Shop
    table: Table
    people: httpx.Client
    campaign: str
    templates: dict[str, str]

    def somebody(self, **fields: Any) -> Json:
        name = fresh("ann")
        said = {"email": f"{name}@example.com", "phone": f"+35387{int(name[-6:], 16) % 10**7:07d}", **fields}
        return self.shop.customer(name, **said)

    def allow(self, customer: Json, *channels: str, **fields: Any) -> None:
        for channel in channels or ("email", "sms"):
            self.shop.consent(customer["id"], channel=channel, **fields)

    def fate(self, customer: Json, channel: str = "email", **fields: Any) -> str:
        """What would become of a message: SENT, or why not."""
        body = {"customer": {"id": customer["id"]}, "campaign": {"id": self.campaign}, "dry_run": True, **fields}
        told = ok(self.shop.ask("POST", "deliveries", {**body, "template": self.templates[channel]}))
        return str(told.get("reason") or told["status"])

    def unsubscribe(self, customer: Json, channel: Any = "email") -> None:
        seal = SealStore(self.table, PROJECT).get()
        token = Unsubscription(PROJECT, customer["id"], channel, "marketing").token(seal)
        assert self.people.post(f"/u/{token}").status_code == 200

    def import_csv(self, *people: Json) -> list[Json]:
        """Bring people in by a file; who they are now."""
        lines = "".join(f"{it['source_id']},{it['email']},{it['phone']}\n" for it in people)
        file = ("people.csv", f"Source_id,Email,Phone\n{lines}".encode(), "text/csv")
        started = self.shop.http.post("/v1/customers/importCSV", files={"file": file})
        ended = self.shop.await_action(started.json()["async_action_id"])
        assert (ended["status"], ended["result"]["failed_count"]) == ("DONE", 0), ended
        return [self.shop.get(f"customers/{it['source_id']}") for it in people]

    def forget(self, customer: Json, *, for_good: bool = False) -> None:
        if for_good:
            ok(self.shop.ask("POST", f"customers/{customer['id']}/permanent-deletion"))
        else:
            assert self.shop.ask("DELETE", f"customers/{customer['id']}").status_code == 204

    def suppress(self, address: str, reason: Why, channel: Any = "email") -> None:
        at = datetime(2026, 2, 1, tzinfo=UTC)
        SuppressionStore(self.table, PROJECT).add(address, Suppression(channel=channel, reason=reason, at=at))

    def everything(self) -> list[Json]:
        """All that is written, of whatever kind."""
        client: Any = self.table._client
        pages = client.get_paginator("scan").paginate(TableName=self.table.name, ConsistentRead=True)
        return [decoded(item) for page in pages for item in page["Items"]]


@pytest.fixture(scope="module")
def desk(service: Service, shop: Shop) -> Iterator[Desk]:
    ok(shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
    templates = {"email": shop.template(), "sms": shop.template(channel="sms", subject=None, body="Hello")}
    with httpx.Client(base_url=service.url, timeout=60) as people:
        yield Desk(shop, table_of(service), people, shop.campaign(type="AUTO_UPDATE")["id"], templates)
    ok(shop.ask("PUT", "contact-policy", {}))


def test_an_unsubscribe_ends_its_channel_and_its_purpose_only(desk: Desk) -> None:
    ann = desk.somebody()
    desk.allow(ann)
    desk.allow(ann, purpose="transactional")
    desk.unsubscribe(ann)
    assert desk.fate(ann) == "no_consent"
    assert desk.fate(ann, purpose="transactional") == "SENT"
    assert desk.fate(ann, "sms") == "SENT"


def test_an_import_never_revives_who_has_unsubscribed(desk: Desk) -> None:
    ann = desk.somebody()
    desk.allow(ann)
    desk.unsubscribe(ann)
    assert desk.import_csv(ann) == [desk.shop.get(f"customers/{ann['id']}")]
    assert desk.fate(ann) == "no_consent"
    desk.allow(ann, "email", at=LONG_AGO)
    assert desk.fate(ann) == "no_consent", "a yes of an old file was said before the no"


@pytest.mark.parametrize("for_good", [False, True])
def test_nor_does_it_revive_who_was_forgotten_since(desk: Desk, for_good: bool) -> None:
    ann = desk.somebody()
    desk.allow(ann)
    desk.unsubscribe(ann)
    desk.forget(ann, for_good=for_good)
    [back] = desk.import_csv(ann)
    assert desk.fate(back) == "suppressed"
    desk.allow(back, "email", "sms", at=LONG_AGO)
    assert (desk.fate(back), desk.fate(back, "sms")) == ("suppressed", "SENT")
    told = desk.shop.get(f"customers/{back['id']}/consents")["suppressed"]
    assert [(it["channel"], it["reason"]) for it in told] == [("email", "unsubscribed")]
    [other] = desk.import_csv({**ann, "source_id": fresh("bob"), "email": ann["email"].upper()})
    desk.allow(other, "email", at=LONG_AGO)
    assert desk.fate(other) == "suppressed", "nor under another name"
    desk.allow(back, "email", source="checkout")
    assert desk.fate(back) == "SENT", "a yes that is said now is one"
    assert desk.shop.get(f"customers/{back['id']}/consents")["suppressed"] == []


@pytest.mark.parametrize("reason", ["complaint", "bounce", "stop"])
def test_an_address_at_rest_stays_so_whoever_brings_it_and_whatever_is_said(desk: Desk, reason: Why) -> None:
    ann = desk.somebody()
    desk.allow(ann)
    desk.allow(ann, purpose="transactional")
    desk.suppress(ann["email"], reason)
    for _ in range(2):
        assert desk.fate(ann) == desk.fate(ann, purpose="transactional") == "suppressed"
        assert desk.fate(ann, "sms") == "SENT"
        desk.forget(ann, for_good=True)
        [ann] = desk.import_csv(ann)
        desk.allow(ann)
        desk.allow(ann, purpose="transactional")


def test_permanent_deletion_leaves_nothing_of_a_person_but_a_print(desk: Desk) -> None:
    """In the whole table: no address, no number, no name, no birthday; of their id only what orders name."""
    ann = desk.somebody(name="Ann Unforgettable", birthday="1990-02-28", metadata={"club": "VIP"})
    desk.allow(ann)
    path = f"customers/{ann['id']}/consents"
    answers = [{"about": "frequency", "answer": "WEEKLY", "source": "form"}]
    ok(desk.shop.ask("PUT", path, {"preferences": answers}))
    desk.unsubscribe(ann)
    before = {(it["PK"], it["SK"]) for it in desk.everything()}
    desk.forget(ann, for_good=True)
    after = desk.everything()
    own = [it for it in after if it["PK"] == f"{PROJECT}#customer#{ann['id']}"]
    assert own == []
    new = [it for it in after if (it["PK"], it["SK"]) not in before]
    assert [it["SK"] for it in new if it["SK"] not in {"count", "checkpoint"}] == ["suppression"]
    [print_] = [it for it in new if it["SK"] == "suppression"]
    assert set(print_) == {"PK", "SK", "unsubscribed"}
    hidden = [ann["email"], ann["phone"], "Unforgettable", ann["source_id"]]
    assert not [it for it in after if any(word in str(it) for word in hidden)]


def test_an_import_leaves_no_copy_of_who_was_forgotten_since(desk: Desk) -> None:
    ann = desk.somebody()
    desk.import_csv(ann)
    desk.forget(ann, for_good=True)
    assert not [it for it in desk.everything() if ann["email"] in str(it)]
