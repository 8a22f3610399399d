"""When an offer is open, over HTTP with the clock moved; and how offers go together by default."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import Clock, Shop, fresh, ok, refusal
from tests.contract.conftest import Sdk

HAPPY_HOUR = {"validity_hours": {"daily": [{"start_time": "17:00", "expiration_time": "19:00"}]}}
WEEKENDS = {"validity_day_of_week": [0, 6]}
EVERY_OTHER_DAY = {
    "start_date": "2026-03-01T09:00:00.000Z",
    "validity_timeframe": {"interval": "P2D", "duration": "PT1H"},
}


@pytest.mark.parametrize(
    ("case", "fields", "closed", "opened"),
    [
        ("an hour of the day", HAPPY_HOUR, "2026-03-17T19:00", "2026-03-17T17:00"),
        ("a day of the week", WEEKENDS, "2026-03-20T23:59", "2026-03-21T00:00"),
        ("an hour every other day", EVERY_OTHER_DAY, "2026-03-04T09:30", "2026-03-05T09:30"),
    ],
)
def test_an_offer_is_open_in_its_window_and_closed_outside(
    timed_shop: Shop, clock: Clock, case: str, fields: dict[str, Any], closed: str, opened: str
) -> None:
    clock.set(datetime.fromisoformat(closed).replace(tzinfo=UTC))
    code = timed_shop.code(**fields)
    campaign = timed_shop.campaign(vouchers_count=1, **fields)
    of_campaign = timed_shop.get("vouchers", campaign=campaign["name"])["vouchers"][0]
    window = {name: value for name, value in fields.items() if name.startswith("validity")}
    assert of_campaign.items() >= window.items()
    for one in (code, of_campaign["code"]):
        invalid = timed_shop.validate(one)
        assert invalid["redeemables"][0]["result"]["error"]["key"] == "voucher_not_active_now"
        assert refusal(timed_shop.redeem(one)) == (400, "voucher_not_active_now")
        assert timed_shop.uses(one) == 0
    clock.set(datetime.fromisoformat(opened).replace(tzinfo=UTC))
    for one in (code, of_campaign["code"]):
        timed_shop.redeemed(one)


def test_null_takes_a_window_away(timed_shop: Shop, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 17, 12, tzinfo=UTC))
    code = timed_shop.code(**HAPPY_HOUR)
    changed = ok(timed_shop.ask("PUT", f"vouchers/{code}", {"validity_hours": None}))
    assert "validity_hours" not in changed
    timed_shop.redeemed(code)


def test_a_published_code_lives_as_long_as_its_campaign_says(timed_shop: Shop, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
    campaign = timed_shop.campaign(type="AUTO_UPDATE", activity_duration_after_publishing="P24D", vouchers_count=1)
    free, minted = (ok(timed_shop.publish(campaign["name"], fresh("ann")))["voucher"] for _ in range(2))
    assert {it["expiration_date"] for it in (free, minted)} == {"2026-03-25T12:00:00.000Z"}
    clock.set(datetime(2026, 3, 25, 11, 59, tzinfo=UTC))
    timed_shop.redeemed(free["code"])
    clock.set(datetime(2026, 3, 25, 12, tzinfo=UTC))
    assert refusal(timed_shop.redeem(minted["code"])) == (400, "voucher_expired")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("validity_day_of_week", [7]),
        ("validity_hours", {"daily": [{"start_time": "25:00"}]}),
        ("validity_timeframe", {"interval": "soon", "duration": "PT1H"}),
        ("validity_timeframe", {"interval": "P2D", "duration": "PT1H"}),  # without a start date
    ],
)
def test_a_senseless_window_is_refused(shop: Shop, field: str, value: object) -> None:
    code = fresh()
    body = {"discount": {"type": "AMOUNT", "amount_off": 500}, field: value}
    response = shop.ask("POST", f"vouchers/{code}", body)
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith(field)
    assert refusal(shop.ask("GET", f"vouchers/{code}")) == (404, "not_found")


def test_one_offer_of_a_category_and_five_in_all(shop: Shop) -> None:
    same, other = fresh("category"), fresh("category")
    codes = [shop.code(category=category) for category in (same, same, other)] + [shop.code() for _ in range(5)]
    asked = shop.validate(*codes)
    assert asked["valid"]
    passed_over = {it["id"]: it["result"]["details"]["key"] for it in asked["skipped_redeemables"]}
    assert passed_over == {
        codes[1]: "applicable_redeemables_per_category_limit_exceeded",
        codes[6]: "applicable_redeemables_limit_exceeded",
        codes[7]: "applicable_redeemables_limit_exceeded",
    }
    redeemed = shop.redeemed(*codes)
    assert [it["voucher"]["code"] for it in redeemed["redemptions"]] == [codes[index] for index in (0, 2, 3, 4, 5)]
    assert [it["status"] for it in redeemed["skipped_redeemables"]] == ["SKIPPED"] * 3
    assert [shop.uses(code) for code in codes] == [1, 0, 1, 1, 1, 1, 0, 0]


@pytest.mark.drives("GET /v1/publications/create")
def test_a_link_publishes_once(sdk: Sdk, shop: Shop) -> None:
    campaign = shop.campaign(type="AUTO_UPDATE")
    ann, source = fresh("ann"), fresh("link")

    asked = {
        "customer": sdk.module.Customer(source_id=ann),
        "campaign": sdk.module.CreatePublicationCampaign(name=campaign["name"], count=1),
        "source_id": source,
    }
    first, again = (sdk.publications.create_publication1(**asked) for _ in range(2))
    assert (first.id, first.voucher.code) == (again.id, again.voucher.code)
    by_hand = {"customer[source_id]": ann, "campaign": campaign["name"], "source_id": source, "metadata": '{"till": 3}'}
    assert shop.get("publications/create", **by_hand)["id"] == first.id
    for params, field in (
        ({"campaign": campaign["name"]}, "customer"),
        ({"customer": ann, "campaign": campaign["name"], "metadata": "{"}, "body"),
        ({"customer": ann, "campaign[name]": campaign["name"], "campaign[count]": "x"}, "campaign.count"),
    ):
        refused = shop.ask("GET", "publications/create", **params)
        assert refusal(refused) == (400, "invalid_payload")
        assert field in refused.json()["details"]
    assert shop.get(f"campaigns/{campaign['id']}")["vouchers_count"] == 1
