"""The stack works: deployed onto MiniStack, its permissions enforced, and a shop checks out through its API."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import boto3
import httpx
import pytest

from infra.local import engine
from infra.local.clock import Clock
from infra.local.deploy import SENDER, Deployment, deployed
from shared.domain.model import iso
from shared.storage.deliveries import DeliveryStore
from shared.storage.keys import Key
from shared.storage.schedules import ScheduleStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from shared.storage.table import put
from tests.builders import CLIENT, PRODUCTION, SANDBOX, Shop, checkout, fresh, lock, ok, percent_off, refusal, until
from tests.returns import complaint, text

CREDENTIALS = (engine.CREDENTIALS["AWS_ACCESS_KEY_ID"], engine.CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
post = partial(httpx.post, timeout=60)
"""The first start of a function takes seconds on a busy machine."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as deployment:
        yield deployment


class Greeting(NamedTuple):
    """Somebody who is due, and by which schedule."""

    customer: str
    schedule: str


@pytest.fixture(scope="module", autouse=True)
def greeting(deployment: Deployment) -> Greeting:
    """Somebody whose run was this morning, where it is about noon now, and ticks that have come no further than
    yesterday: whichever tick the Scheduler wakes next makes up for it, while the other tests go on.
    """
    now = Clock().now()
    there = 12 - now.hour
    zone = f"Etc/GMT{-there:+d}" if there else "Etc/GMT"  # whose signs are the other way round
    with Shop(deployment.url, PRODUCTION) as shop:
        ann = fresh("ann")
        shop.customer(ann, name="Ann", email=f"{ann}@example.com", time_zone=zone)
        shop.consent(ann)
        today = str((now + timedelta(hours=there)).date())
        schedule = shop.schedule({"type": "ONCE", "date": today}, send_at="09:00")
    store = ScheduleStore(deployment.table, "proj_production")
    yesterday = now - timedelta(days=1)
    store.save(store.get(schedule["id"]).model_copy(update={"active_since": yesterday}))
    deployment.table.commit(put(Key.ticked(), {"at": iso(yesterday)}))
    return Greeting(ann, schedule["id"])


def test_a_shop_runs_a_campaign_on_the_deployed_stack(deployment: Deployment) -> None:
    with Shop(deployment.url, SANDBOX) as shop:
        # Codes come through the queue and its worker.
        campaign = shop.campaign(vouchers_count=3)
        promised = shop.ask("POST", f"campaigns/{campaign['id']}/vouchers", {}, vouchers_count=2)
        assert promised.status_code == 202
        action = shop.await_action(promised.json()["async_action_id"])
        assert (action["status"], action["operation_status"]) == ("DONE", "SUCCESS")
        assert shop.get("vouchers", campaign_id=campaign["id"])["total"] == 5

        # One is issued, judged, held, redeemed exactly once and given back.
        customer = fresh("customer")
        issued = shop.publish(campaign["name"], customer, key=fresh("key")).json()
        code = issued["voucher"]["code"]
        verdict = shop.validate(code, customer={"source_id": customer}, session=lock("till"))
        assert (verdict["valid"], verdict["order"]["total_amount"]) == (True, 9_500)
        assert refusal(shop.redeem(code)) == (400, "quantity_exceeded")
        key = fresh("key")
        done = shop.redeem(code, key=key, customer={"source_id": customer}, session=lock("till"))
        assert done.json()["order"]["total_amount"] == 9_500
        assert shop.redeem(code, key=key, customer={"source_id": customer}, session=lock("till")).text == done.text
        [redemption] = done.json()["redemptions"]
        assert shop.roll_back(redemption["id"]).json()["result"] == "SUCCESS"
        assert refusal(shop.roll_back(redemption["id"])) == (400, "already_rolled_back")
        assert [entry["result"] for entry in shop.entries(code)].count("SUCCESS") == 2

        # A voucher of its own is made, held, held by another once that lapses, released, switched off and deleted.
        own = shop.code(percent_off(10))
        assert shop.validate(own, session=lock("gone", ttl=1, ttl_unit="SECONDS"))["valid"] is True
        until(lambda: shop.validate(own, session=lock("till")), lambda verdict: verdict["valid"])
        assert shop.ask("DELETE", f"vouchers/{own}/sessions/till").status_code == 204
        assert shop.redeemed(own)["order"]["total_amount"] == 9_000
        assert shop.ask("POST", f"vouchers/{own}/disable").json()["active"] is False
        assert shop.ask("DELETE", f"vouchers/{own}", force="true").status_code == 204
        assert refusal(shop.ask("GET", f"vouchers/{own}")) == (404, "not_found")

        # Every list tells of it, and the campaign ends with its codes.
        totals = {
            path: shop.get(path).get("total") for path in ("campaigns", "vouchers", "publications", "redemptions")
        }
        assert totals == {"campaigns": 1, "vouchers": 5, "publications": 1, "redemptions": 4}
        assert len(shop.get("async-actions")["async_actions"]) == 2
        ending = shop.ask("DELETE", f"campaigns/{campaign['id']}").json()
        assert shop.await_action(ending["async_action_id"])["operation_status"] == "SUCCESS"
        assert shop.get("vouchers")["total"] == 0


def test_what_is_no_route_is_refused_in_the_contracts_words(deployment: Deployment) -> None:
    with Shop(deployment.url, SANDBOX) as shop:
        assert refusal(shop.ask("GET", "nothing")) == (404, "not_found")
        assert refusal(shop.ask("PATCH", "vouchers")) == (405, "method_not_allowed")
    with Shop(deployment.url, {}) as stranger:
        assert refusal(stranger.ask("POST", "redemptions", checkout("ANY"))) == (401, "unauthorized")


def test_a_page_and_a_token_get_in_where_each_belongs(deployment: Deployment) -> None:
    """The permissions that they need are there: to count a visit, to keep a token, to look it up and to end it."""
    oauth, page = f"{deployment.url}/v1/oauth", CLIENT | {"Origin": "http://localhost:3000"}
    grant = {"grant_type": "client_credentials", "scope": "api"}
    token = post(f"{oauth}/token", data=grant, headers=SANDBOX).json()["access_token"]
    with Shop(deployment.url, {"Authorization": f"Bearer {token}"}) as shop:
        code = shop.code()
        answers = [
            post(f"{deployment.url}/client/v1/{what}", json=checkout(code), headers=page)
            for what in ("validations", "redemptions")
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert {answer.headers["x-rate-limit-limit"] for answer in answers} == {"5"}
        assert shop.uses(code) == 1
    named = {"access_token": token}
    assert post(f"{oauth}/introspect", data=named, headers=SANDBOX).json()["active"] is True
    assert post(f"{oauth}/token/revoke", data=named, headers=SANDBOX).status_code == 204
    stranger = post(f"{deployment.url}/client/v1/redemptions", json=checkout(code), headers=CLIENT)
    assert refusal(stranger) == (401, "unauthorized")


def test_segments_and_events_have_the_permissions_that_they_need(deployment: Deployment) -> None:
    ann, vip = fresh("ann"), {"metadata.club": {"conditions": {"$is": "VIP"}}}
    with Shop(deployment.url, SANDBOX) as shop:
        bodies = ({"type": "static", "customers": [ann, fresh()]}, {"type": "auto-update", "filter": vip})
        listed, club = (ok(shop.ask("POST", "segments", {"name": "S", **body}))["id"] for body in bodies)
        ok(shop.ask("POST", "events", {"event": "seen", "customer": {"source_id": ann, "metadata": {"club": "VIP"}}}))
        assert {it["id"] for it in shop.get(f"customers/{ann}/segments")["data"]} == {listed, club}
        for id_ in (listed, club):
            assert [it["source_id"] for it in shop.get("customers", segment_id=id_)["customers"]] == [ann]
        ok(shop.ask("PUT", f"segments/{listed}", {"customers": [fresh()]}))
        assert shop.get("segments")["total"] == 2
        assert shop.ask("DELETE", f"customers/{ann}").status_code == 204
        for id_ in (listed, club):
            assert shop.ask("DELETE", f"segments/{id_}").status_code == 204


def test_at_every_door_a_day_may_be_told_anew_that_is_none(deployment: Deployment) -> None:
    with Shop(deployment.url, SANDBOX) as shop:
        campaign = {"id": shop.campaign(type="AUTO_UPDATE")["id"]}
        doors = {
            "customers": lambda told: told,
            "publications": lambda told: {"customer": told, "campaign": campaign},
            "orders": lambda told: {"source_id": fresh("order"), "amount": 1_000, "customer": told},
            "events": lambda told: {"event": "wed", "customer": told},
        }
        for door, body in doors.items():
            ann = fresh("ann")
            shop.customer(ann, metadata={"wedding": "2020-05-01"})
            told = {"source_id": ann, "metadata": {"wedding": "never"}}
            answer = shop.ask("POST", door, body(told))
            assert answer.status_code == 200, (door, answer.text)
            assert shop.get(f"customers/{ann}")["metadata"] == {"wedding": "never"}


def test_the_schedule_wakes_tick_and_a_mail_arrives(deployment: Deployment, greeting: Greeting) -> None:
    address = f"{greeting.customer}@example.com"

    def mails() -> list[dict[str, Any]]:
        kept = httpx.get(f"{deployment.endpoint}/_ministack/ses/messages").raise_for_status().json()["messages"]
        return [mail for account in kept.values() for mail in account if mail["To"] == [address]]

    [mail] = until(mails, bool, within=120, every=1)
    assert (mail["Source"], mail["Subject"]) == (SENDER, "For you")
    code, *words = mail["BodyText"].split()
    assert words[:3] == ["for", "Ann", "Unsubscribe"]
    with Shop(deployment.url, PRODUCTION) as shop:
        [entry] = until(shop.deliveries, lambda entries: [it["status"] for it in entries] == ["SENT"])
        assert entry["voucher"]["code"] == code
        [run] = shop.runs(greeting.schedule)
        assert (run["due"], run["sent"], run["under_way"]) == (1, 1, 0)
        shop.redeemed(code, customer={"source_id": greeting.customer})
    assert len(mails()) == 1


def test_what_ses_and_phones_tell_the_topic_is_heeded(deployment: Deployment, greeting: Greeting) -> None:
    aws = boto3.Session(*CREDENTIALS, region_name=engine.CREDENTIALS["AWS_REGION"])
    sns, topic = aws.client("sns", endpoint_url=deployment.endpoint), deployment.outputs["FeedbackTopicArn"]
    account = SuppressionStore(deployment.table, ACCOUNT)
    for said, barred in (("Stop. Thank you", True), ("START", False)):
        sns.publish(TopicArn=topic, Message=json.dumps(text("+353871234567", said)))
        until(
            partial(account.of, {"sms": "+353871234567"}), lambda found, barred=barred: bool(found) is barred, within=30
        )
    with Shop(deployment.url, PRODUCTION) as shop:
        [sent] = until(
            shop.deliveries, lambda entries: [it["status"] for it in entries] == ["SENT"], within=120, every=1
        )
        called = DeliveryStore(deployment.table, "proj_production").get(sent["id"]).message_id
        assert called
        event = complaint(sent["id"], called, f"{greeting.customer}@example.com", Clock().now())
        event["mail"]["tags"]["project"] = ["proj_production"]
        sns.publish(TopicArn=topic, Message=json.dumps(event))
        until(lambda: shop.get(f"deliveries/{sent['id']}"), lambda it: "complained_at" in it, within=30)
        said = shop.get(f"customers/{greeting.customer}/consents")["consents"]
    assert [(it["source"], it["granted"]) for it in said] == [("complaint", False)]
