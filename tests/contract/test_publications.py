"""Codes given to customers: one each, once each, and the same answer to the same question."""

import httpx
import pytest

from tests.builders import Shop, campaign_body, fresh, ok, refusal


def test_a_customer_is_given_a_code_that_nobody_has(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=3)
    given = [ok(shop.publish(campaign["name"], fresh("customer"))) for _ in range(3)]
    assert len({it["voucher"]["code"] for it in given}) == 3
    assert len({it["voucher"]["holder_id"] for it in given}) == 3
    for it in given:
        assert it["id"].startswith("pub_")
        assert (it["object"], it["result"], it["channel"]) == ("publication", "SUCCESS", "API")
        assert it["vouchers_id"] == [it["voucher"]["id"]]
        assert it["voucher"]["publish"]["count"] == 1
        assert it["customer"]["object"] == "customer"
        assert (it["voucher"]["holder_id"], it["customer_id"]) == (it["customer"]["id"], it["customer"]["id"])
        stored = shop.get(f"vouchers/{it['voucher']['code']}")
        assert (stored["holder_id"], stored["publish"]["count"]) == (it["customer"]["id"], 1)


def test_a_campaign_is_named_by_name_or_id(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=2)
    for field in ("name", "id"):
        body = {"campaign": {field: campaign[field]}, "customer": {"source_id": fresh("customer")}}
        assert ok(shop.ask("POST", "publications", body))["voucher"]["campaign"] == campaign["name"]


def test_the_same_source_and_customer_get_the_first_answer(shop: Shop) -> None:
    campaign, source, customer = shop.campaign(vouchers_count=3), fresh("run"), fresh("customer")
    first, again = (ok(shop.publish(campaign["name"], customer, source_id=source)) for _ in range(2))
    assert again == first
    assert first["source_id"] == source
    assert len([it for it in shop.get("publications", limit=100)["publications"] if it.get("source_id") == source]) == 1


def test_the_same_source_for_another_customer_or_campaign_is_refused(shop: Shop) -> None:
    campaign, other = shop.campaign(vouchers_count=3), shop.campaign(vouchers_count=3)
    source, customer = fresh("run"), fresh("customer")
    ok(shop.publish(campaign["name"], customer, source_id=source))
    before = shop.lists("publications", "vouchers")
    for name, who in ((campaign["name"], fresh("customer")), (other["name"], customer)):
        assert refusal(shop.publish(name, who, source_id=source)) == (400, "duplicate_source_id")
    assert shop.lists("publications", "vouchers") == before


def test_a_customer_may_be_given_several_codes_unless_joined_once(shop: Shop) -> None:
    campaign, customer = shop.campaign(vouchers_count=4), fresh("customer")
    codes = {ok(shop.publish(campaign["name"], customer))["voucher"]["code"] for _ in range(2)}
    assert len(codes) == 2


def test_who_has_a_code_already_is_given_it_again_where_a_customer_joins_once(shop: Shop) -> None:
    campaign, customer = shop.campaign(vouchers_count=3), fresh("customer")
    body = {"campaign": {"name": campaign["name"]}, "customer": {"source_id": customer}}
    first = ok(shop.ask("POST", "publications", body))
    assert ok(shop.ask("POST", "publications?join_once=true", body))["voucher"]["code"] == first["voucher"]["code"]


def test_join_once_holds_under_different_source_ids(shop: Shop) -> None:
    campaign, customer = shop.campaign(vouchers_count=3, join_once=True), fresh("customer")
    codes = {ok(shop.publish(campaign["name"], customer, source_id=fresh("run")))["voucher"]["code"] for _ in range(2)}
    assert len(codes) == 1


@pytest.mark.parametrize("how", ["asked", "campaign"])
def test_join_once_gives_one_code_a_customer(shop: Shop, how: str) -> None:
    campaign, customer = shop.campaign(vouchers_count=3, join_once=how == "campaign"), fresh("customer")
    path = "publications?join_once=true" if how == "asked" else "publications"
    body = {"campaign": {"name": campaign["name"]}, "customer": {"source_id": customer}}
    first, again = (ok(shop.ask("POST", path, body)) for _ in range(2))
    assert again["voucher"]["code"] == first["voucher"]["code"]
    assert ok(shop.publish(campaign["name"], fresh("customer")))["voucher"]["code"] != first["voucher"]["code"]


def test_an_exhausted_static_campaign_gives_nothing(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=2)
    for _ in range(2):
        ok(shop.publish(campaign["name"], fresh("customer")))
    before = shop.lists("publications", "vouchers")
    refused = shop.publish(campaign["name"], fresh("customer"))
    assert refusal(refused) == (400, "no_voucher_suitable_for_publication")
    assert shop.lists("publications", "vouchers") == before


def test_an_auto_update_campaign_mints_what_it_lacks(shop: Shop) -> None:
    campaign = shop.campaign(type="AUTO_UPDATE", vouchers_count=1)
    codes = {ok(shop.publish(campaign["name"], fresh("customer")))["voucher"]["code"] for _ in range(4)}
    assert len(codes) == 4
    assert {len(code) for code in codes} == {10}
    assert all(shop.validate(code)["valid"] for code in codes)


def test_several_codes_are_given_at_once(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=3)
    body = {"campaign": {"name": campaign["name"], "count": 3}, "customer": {"source_id": fresh("customer")}}
    given = ok(shop.ask("POST", "publications", body))
    assert len(set(given["vouchers_id"])) == 3
    assert len(set(given["vouchers"])) == 3
    assert {shop.get(f"vouchers/{code}")["holder_id"] for code in given["vouchers"]} == {given["customer_id"]}


def test_more_than_there_are_gives_none(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=2)
    body = {"campaign": {"name": campaign["name"], "count": 3}, "customer": {"source_id": fresh("customer")}}
    refused = shop.ask("POST", "publications", body)
    assert refusal(refused) == (400, "no_voucher_suitable_for_publication")
    assert ok(shop.publish(campaign["name"], fresh("customer")))["voucher"]["publish"]["count"] == 1


def test_more_than_fifty_at_once_are_too_many(shop: Shop) -> None:
    campaign = shop.campaign(type="AUTO_UPDATE")
    body = {"campaign": {"name": campaign["name"], "count": 51}, "customer": {"source_id": fresh("customer")}}
    assert refusal(shop.ask("POST", "publications", body)) == (400, "too_many_vouchers_requested")
    assert shop.get(f"campaigns/{campaign['id']}")["vouchers_count"] == 0


def test_a_named_code_is_given_to_one_customer(shop: Shop) -> None:
    campaign = shop.campaign()
    code = ok(shop.ask("POST", f"campaigns/{campaign['id']}/vouchers"))["code"]
    given = publish_code(shop, code, "ann")
    assert ok(given)["voucher"]["code"] == code
    assert refusal(publish_code(shop, code, "bob")) == (400, "voucher_already_published")
    assert shop.get(f"vouchers/{code}")["holder_id"] == given.json()["customer_id"]


def test_a_code_switched_off_is_not_given(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1)
    (code,) = [
        it["code"] for it in shop.get("vouchers", limit=100)["vouchers"] if it.get("campaign_id") == campaign["id"]
    ]
    ok(shop.ask("POST", f"vouchers/{code}/disable"))
    assert refusal(shop.publish(campaign["name"], fresh("customer"))) == (400, "no_voucher_suitable_for_publication")
    assert refusal(publish_code(shop, code, "ann"))[0] == 400
    assert "holder_id" not in {k for k, v in shop.get(f"vouchers/{code}").items() if v is not None}
    ok(shop.ask("POST", f"vouchers/{code}/enable"))
    assert ok(shop.publish(campaign["name"], fresh("customer")))["voucher"]["code"] == code


@pytest.mark.parametrize(
    ("case", "name"), [("a campaign", {"campaign": {"name": "nowhere"}}), ("a voucher", {"voucher": "nowhere"})]
)
def test_what_is_unknown_cannot_be_given(shop: Shop, case: str, name: dict[str, object]) -> None:
    before = shop.lists("publications", "vouchers")
    body = name | {"customer": {"source_id": fresh("customer")}}
    assert refusal(shop.ask("POST", "publications", body))[0] == 404
    assert shop.lists("publications", "vouchers") == before


def test_a_disabled_campaign_gives_nothing(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1)
    ok(shop.ask("POST", f"campaigns/{campaign['id']}/disable"))
    assert refusal(shop.publish(campaign["name"], fresh("customer")))[0] == 400
    ok(shop.ask("POST", f"campaigns/{campaign['id']}/enable"))
    ok(shop.publish(campaign["name"], fresh("customer")))


def test_a_customer_is_one_by_source_id_and_is_told_more_each_time(shop: Shop) -> None:
    campaign, customer = shop.campaign(vouchers_count=2), fresh("customer")
    first = ok(
        shop.ask(
            "POST",
            "publications",
            {
                "campaign": {"name": campaign["name"]},
                "customer": {"source_id": customer, "name": "Ann", "metadata": {"club": "VIP"}},
            },
        )
    )["customer"]
    second = ok(
        shop.ask(
            "POST",
            "publications",
            {
                "campaign": {"name": campaign["name"]},
                "customer": {"source_id": customer, "email": "ann@example.com", "metadata": {"city": "Cork"}},
            },
        )
    )["customer"]
    assert (second["id"], second["source_id"], second["name"], second["email"]) == (
        *(first["id"], customer),
        *("Ann", "ann@example.com"),
    )
    assert second["metadata"] == {"club": "VIP", "city": "Cork"}


def test_a_code_that_was_given_is_redeemed_like_any_other(shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1)
    code = ok(shop.publish(campaign["name"], fresh("customer")))["voucher"]["code"]
    assert shop.redeemed(code)["order"]["total_amount"] == 9_500


def test_a_given_out_code_is_counted_once_however_often_the_request_is_repeated(shop: Shop) -> None:
    campaign, customer, key = shop.campaign(vouchers_count=3), fresh("customer"), fresh("key")
    codes = {ok(shop.publish(campaign["name"], customer, key=key))["voucher"]["code"] for _ in range(3)}
    (code,) = codes
    assert shop.get(f"vouchers/{code}")["publish"]["count"] == 1


def test_a_campaign_still_being_filled_gives_what_it_has(shop: Shop) -> None:
    campaign = ok(shop.ask("POST", "campaigns", campaign_body(vouchers_count=30)))
    assert campaign["vouchers_generation_status"] in {"IN_PROGRESS", "DONE"}
    assert shop.await_codes(campaign["id"])["vouchers_count"] == 30
    assert ok(shop.publish(campaign["name"], fresh("customer")))["result"] == "SUCCESS"


def publish_code(shop: Shop, code: str, customer: str) -> httpx.Response:
    return shop.ask("POST", "publications", {"voucher": code, "customer": {"source_id": fresh(customer)}})
