"""A key pair opens one project; two projects never see each other."""

import httpx
import pytest

from infra.local.service import Service
from tests.builders import CLIENT, KEYED, PRODUCTION, SANDBOX, Shop, checkout, fresh, lock, ok, refusal

WRONG_KEYS: list[tuple[str, dict[str, str]]] = [
    ("none", {}),
    ("no token", {"X-App-Id": "sandbox"}),
    ("no id", {"X-App-Token": "sandbox-secret"}),
    ("a wrong token", SANDBOX | {"X-App-Token": "sandbox-secreT"}),
    ("an empty token", SANDBOX | {"X-App-Token": ""}),
    ("an unknown id", {"X-App-Id": "nobody", "X-App-Token": "sandbox-secret"}),
    ("another project's token", SANDBOX | {"X-App-Token": "production-secret"}),
    ("a client's pair in a client's headers", CLIENT),
    ("a client's pair in a server's headers", {"X-App-Id": "sandbox-client", "X-App-Token": "sandbox-client-secret"}),
    ("the management's pair", {"X-App-Id": "management", "X-App-Token": "management-secret"}),
    ("a table key", {"X-App-Id": "sandbox#voucher#0", "X-App-Token": "sandbox-secret"}),
    ("ten thousand characters", {"X-App-Id": "x" * 10_000, "X-App-Token": "sandbox-secret"}),
]


def test_a_wrong_key_opens_no_route_and_changes_nothing(
    service: Service, shop: Shop, subtests: pytest.Subtests
) -> None:
    code = shop.code()
    before = shop.lists()
    for case, headers in WRONG_KEYS:
        with subtests.test(case=case), httpx.Client(base_url=service.url, headers=headers, timeout=60) as stranger:
            for route in KEYED:
                path = route.path.replace("{code}", code).replace("{", "").replace("}", "")
                answer = stranger.request(route.method, path, json=checkout(code))
                assert refusal(answer) == (401, "unauthorized"), route
    assert shop.lists() == before
    assert shop.uses(code) == 0


def test_a_code_belongs_to_one_project(shop: Shop, other_shop: Shop) -> None:
    voucher = shop.voucher(fresh())
    code = voucher["code"]
    for name in (code, voucher["id"]):
        assert refusal(other_shop.ask("GET", f"vouchers/{name}")) == (404, "not_found")
        assert refusal(other_shop.redeem(name)) == (404, "not_found")
    for verb, path in (
        ("PUT", f"vouchers/{code}"),
        ("DELETE", f"vouchers/{code}"),
        ("POST", f"vouchers/{code}/disable"),
        ("GET", f"vouchers/{code}/redemption"),
    ):
        assert refusal(other_shop.ask(verb, path, {})) == (404, "not_found")
    assert shop.get(f"vouchers/{code}") == voucher


def test_the_same_code_in_both_projects_is_two_vouchers(shop: Shop, other_shop: Shop) -> None:
    code = fresh()
    mine, theirs = shop.voucher(code), other_shop.voucher(code, quantity=3)
    assert mine["id"] != theirs["id"]
    redemption = shop.redeemed(code)["redemptions"][0]["id"]
    assert (shop.uses(code), other_shop.uses(code)) == (1, 0)
    assert shop.entries(code)[0]["id"] == redemption
    assert other_shop.entries(code) == []
    assert refusal(other_shop.ask("GET", f"redemptions/{redemption}")) == (404, "not_found")
    assert refusal(other_shop.roll_back(redemption)) == (404, "not_found")
    assert shop.uses(code) == 1


def test_a_hold_of_one_project_is_not_the_others(shop: Shop, other_shop: Shop) -> None:
    code = fresh()
    for project in (shop, other_shop):
        project.voucher(code)
    assert shop.validate(code, session=lock("cart"))["valid"] is True
    assert other_shop.redeemed(code)["redemptions"][0]["result"] == "SUCCESS"


def test_lists_show_ones_own_project_only(shop: Shop, other_shop: Shop) -> None:
    theirs = other_shop.lists()
    campaign = shop.campaign(vouchers_count=2)
    published = ok(shop.publish(campaign["name"], fresh("customer")))
    shop.redeemed(published["voucher"]["code"])
    assert other_shop.lists() == theirs


def test_a_campaign_of_one_project_is_unknown_in_the_other(shop: Shop, other_shop: Shop) -> None:
    campaign = shop.campaign(vouchers_count=1)
    for name in (campaign["id"], campaign["name"]):
        assert refusal(other_shop.ask("GET", f"campaigns/{name}")) == (404, "not_found")
        assert refusal(other_shop.ask("POST", f"campaigns/{name}/vouchers")) == (404, "not_found")
        assert refusal(other_shop.publish(name, fresh("customer")))[0] == 404
    same_name = other_shop.campaign(name=campaign["name"])
    assert same_name["id"] != campaign["id"]


def test_a_customer_of_one_project_is_another_person_in_the_other(shop: Shop, other_shop: Shop) -> None:
    customer = fresh("customer")
    ids = [
        project.redeemed(project.code(), customer={"source_id": customer})["redemptions"][0]["customer_id"]
        for project in (shop, other_shop)
    ]
    assert len(set(ids)) == 2


def test_both_projects_keys_open_their_own(service: Service) -> None:
    for keys in (SANDBOX, PRODUCTION):
        with Shop(service.url, keys) as shop:
            assert shop.get("campaigns")["object"] == "list"
