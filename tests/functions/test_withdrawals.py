"""Answers to offers through the functions: what they cost, and that a withdrawal which breaks keeps no answer back."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from functions import follow_up
from shared.domain.errors import Moved
from shared.domain.post.deliveries import Asked, Delivery
from shared.runtime import settings
from shared.runtime.clock import clock
from shared.storage.deliveries import DeliveryStore, entering
from tests.functions.conftest import NOW, Functions
from tests.storage.wire import Wire, refused, through

NUMBERS = count(1)
PROJECT = "proj_sandbox"
NO = {"response": "DECLINED", "channel": "phone"}


@pytest.fixture
def offer(functions: Functions) -> dict[str, Any]:
    """An offer of a campaign, given to somebody."""
    name = f"withdrawals-{next(NUMBERS)}"
    discount = {"type": "AMOUNT", "amount_off": 500}
    voucher = {"type": "DISCOUNT_VOUCHER", "discount": discount, "redemption": {"quantity": 1}}
    campaign = {"name": name, "campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "voucher": voucher}
    assert functions.call("POST", "/v1/campaigns", campaign)[0] == 200
    status, made = functions.call(
        "POST", "/v1/publications", {"campaign": {"name": name}, "customer": {"source_id": name}}
    )
    assert status == 200
    return dict(made)


def answered(functions: Functions, offer: dict[str, Any], **said: str) -> dict[str, Any]:
    status, told = functions.call("POST", f"/v1/publications/{offer['id']}/responses", {**NO, **said})
    assert status == 200, told
    return dict(told)


def waiting(offer: dict[str, Any], *channels: str) -> list[str]:
    """Messages that tell an offer, one a channel, and wait."""
    for channel in channels:
        asked = Asked(channels=(channel,), templates={channel: "tmpl_1"}, publication_id=offer["id"])  # type: ignore[arg-type]
        its = {"id": f"dlv_{offer['id']}_{channel}", "customer_id": offer["customer_id"], "asked": asked}
        at = datetime.fromisoformat(offer["created_at"])
        until = {"until": at + timedelta(hours=1), "reason": "quiet_hours"}
        new = Delivery(status="DEFERRED", due_at=at, created_at=at, **its, **until)
        settings.table().commit(*entering(PROJECT, new, before=new, otherwise=Moved()))
    return [f"dlv_{offer['id']}_{channel}" for channel in channels]


def state(id_: str) -> tuple[str, str | None]:
    found = DeliveryStore(settings.table(), PROJECT).get(id_)
    return found.status, found.reason


READS = ["GetItem", *["BatchGetItem"] * 2, "GetItem"]
"""The publication; what it gave to whom, and the campaign where that is not warm; that they have joined it."""


def test_an_answer_is_six_round_trips_where_nothing_was_ever_sent(functions: Functions, offer: dict[str, Any]) -> None:
    answered(functions, offer)
    assert functions.bill.calls == [*READS, "TransactWriteItems", "Query"]
    assert functions.bill.write_units == 4
    answered(functions, offer)
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "Query"], "told again, nothing is written"


def test_what_waits_is_two_round_trips_to_find_and_four_each_to_judge_and_drop(
    functions: Functions, offer: dict[str, Any]
) -> None:
    mail, text = waiting(offer, "email", "sms")
    answered(functions, offer)
    withdrawn = functions.bill.calls[len(READS) + 1 :]
    assert withdrawn[:2] == ["Query", "BatchGetItem"]
    # what it rests on; its code, and what was said to the campaign; its template, which is not warm
    assert withdrawn[-4:] == ["BatchGetItem", "BatchGetItem", "GetItem", "TransactWriteItems"]
    assert withdrawn.count("TransactWriteItems") == 2
    assert (state(mail), state(text)) == (("DROPPED", "declined"), ("DROPPED", "declined"))


def test_a_withdrawal_that_breaks_is_told_and_keeps_no_answer_back(
    functions: Functions, offer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    [mail] = waiting(offer, "email")
    with Wire(settings.dynamodb()) as wire:
        wire.hands += [*[through] * (len(READS) + 1), refused("AccessDeniedException")]
        assert answered(functions, offer)["response"]["response"] == "DECLINED"
        assert wire.calls[-1] == "Query"
    assert state(mail) == ("DEFERRED", "quiet_hours"), "which the sender will not send"
    assert [it.message for it in caplog.records if it.levelname == "ERROR"] == ["not withdrawn"]
    answered(functions, offer)
    assert state(mail) == ("DROPPED", "declined"), "told again, it is taken back after all"


def test_whoever_redeems_is_offered_it_nowhere_any_more(functions: Functions, offer: dict[str, Any]) -> None:
    [mail] = waiting(offer, "email")
    clock.follow(lambda: NOW)
    try:
        assert follow(offer) == []
        assert state(mail) == ("DEFERRED", "quiet_hours")
        redeemables = [{"object": "voucher", "id": offer["voucher"]["code"]}]
        body = {"redeemables": redeemables, "order": {"amount": 5_000}, "customer": {"id": offer["customer_id"]}}
        assert functions.call("POST", "/v1/redemptions", body)[0] == 200
        assert follow(offer) == []
    finally:
        clock.follow(None)
    assert state(mail) == ("DROPPED", "redeemed")


def follow(offer: dict[str, Any]) -> list[Any]:
    """Tell the stream's reader that their summary has changed; what failed of it."""
    keys = {"PK": {"S": f"{PROJECT}#customer#{offer['customer_id']}"}, "SK": {"S": "summary"}}
    told = {"Keys": keys, "SequenceNumber": "1", "ApproximateCreationDateTime": NOW.timestamp()}
    answer = follow_up.handler({"Records": [{"eventName": "MODIFY", "dynamodb": told}]}, None)
    return list(answer["batchItemFailures"])
