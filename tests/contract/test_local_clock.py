"""The clock of a local service: what is said when it is moved, and that a stop does not wait for the end of a move."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

import httpx
import pytest

from infra.local.service import Service, running
from tests.builders import SANDBOX, Clock, Shop, ok, until

FIRST = datetime(2027, 1, 1, tzinfo=UTC)


def test_whoever_moves_the_clock_is_told_what_it_shows_and_that_all_was_delivered(
    timed_service: Service, clock: Clock
) -> None:
    url = f"{timed_service.url}/local/clock"
    moved = httpx.put(url, json={"now": "2027-01-01T09:00:00+01:00"})
    assert (moved.status_code, moved.json()) == (200, {"now": "2027-01-01T08:00:00.000Z", "undelivered": 0})
    assert httpx.get(url).json() == {"now": "2027-01-01T08:00:00.000Z"}


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"now": 1}', '{"now": "soon"}', '{"now": "0001-01-01T00:00:00+09:00"}']
)
def test_what_is_no_instant_moves_nothing(timed_service: Service, clock: Clock, body: str) -> None:
    clock.set(FIRST)
    refused = httpx.put(f"{timed_service.url}/local/clock", content=body)
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_payload")
    assert clock.now == FIRST


def test_a_text_that_was_asked_for_is_dated_by_what_the_clock_showed_then(timed_shop: Shop, clock: Clock) -> None:
    """The engine keeps no moment of a text: it is that at which somebody looks, and the clock looks before it moves."""
    clock.set(FIRST + timedelta(hours=12))
    number = "+353871234567"
    who = timed_shop.customer(phone=number)["source_id"]
    timed_shop.consent(who, channel="sms")
    text = timed_shop.template("{{ voucher.code }}", channel="sms", subject="")
    campaign = timed_shop.campaign(type="AUTO_UPDATE")["id"]
    said = {"customer": {"source_id": who}, "campaign": {"id": campaign}, "template": text}
    sent = ok(timed_shop.ask("POST", "deliveries", said))
    clock.forward(timedelta(hours=1))
    [left] = [it for it in timed_shop.outbox() if it["body"] == sent["voucher"]["code"]]
    assert (left["to"], left["at"]) == (number, sent["sent_at"]) == (number, "2027-01-01T12:00:00.000Z")


def test_a_stop_in_the_middle_of_a_long_move_loses_no_mail_and_repeats_none(tmp_path: object) -> None:
    """After the restart the clock is moved again, from where it began."""
    last = FIRST + timedelta(days=24)
    with running(data=str(tmp_path)) as service, Shop(service.url, SANDBOX) as shop:
        httpx.put(f"{service.url}/local/clock", json={"now": FIRST.isoformat()}).raise_for_status()
        for number in range(24):
            day = (FIRST + timedelta(days=number, hours=1)).date().replace(year=1990)
            shop.customer(f"p{number}", email=f"p{number}@example.com", birthdate=day.isoformat())
            shop.consent(f"p{number}")
        shop.schedule({"type": "BIRTHDAY"})

        def move() -> None:
            with suppress(httpx.HTTPError):  # the service stops
                httpx.put(f"{service.url}/local/clock", json={"now": last.isoformat()}, timeout=60)

        moving = Thread(target=move)
        moving.start()
        before = until(shop.outbox, lambda mails: len(mails) >= 3)
    moving.join()
    with running(data=str(tmp_path)) as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(FIRST)
        clock.set(last)
        after = {mail["to"] for mail in shop.outbox()}
        ledger = [(it["id"], it["status"]) for it in shop.deliveries()]
    assert len(set(ledger)) == len(ledger) == 24
    assert {status for _, status in ledger} == {"SENT"}
    assert after.isdisjoint(mail["to"] for mail in before)
    assert "p23@example.com" in after
