"""Every list over HTTP: filters, order, pages and cursors, by the official SDK and by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from infra.local.service import running
from tests.builders import PRODUCTION, SANDBOX, Shop, amount_off, ok, refusal
from tests.contract.conftest import Sdk

LISTS = {
    "vouchers": "vouchers",
    "campaigns": "campaigns",
    "redemptions": "redemptions",
    "publications": "publications",
    "async-actions": "async_actions",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A service apart, with a small shop in it: its lists hold what is made here and nothing else."""
    with running() as service, Shop(service.url, SANDBOX) as shop:
        spring = shop.campaign(name="Spring", category="season", metadata={"club": "VIP"})
        shop.campaign(name="Autumn", expiration_date="2020-01-01T00:00:00Z")
        for number in range(4):
            ok(shop.ask("POST", f"campaigns/{spring['id']}/vouchers/SPRING-{number}", {}))
        for number in range(5):
            shop.voucher(f"mug-{number}", amount_off(100 * (number + 1)), quantity=None, metadata={"size": number})
        shop.voucher("tie", category="ties")
        shop.ask("PUT", "vouchers/tie", {"metadata": {"colour": "red"}})
        shop.redeemed("mug-0", customer={"source_id": "ann"})
        shop.redeemed("mug-1", customer={"source_id": "bob"})
        shop.redeemed("tie", customer={"source_id": "ann"})
        shop.redeem("tie")
        shop.redeem("nobodys")
        for who in ("ann", "bob"):
            ok(shop.publish("Spring", who, source_id=f"mail-{who}"))
        done = ok(shop.ask("POST", f"campaigns/{spring['id']}/vouchers?vouchers_count=3", {}))
        shop.await_action(done["async_action_id"])
        yield shop


@pytest.fixture
def sdk(sdk_client: tuple[Any, Any], shop: Shop) -> Sdk:
    """The SDK, pointed at that shop."""
    module, _ = sdk_client
    configuration = module.Configuration(host=str(shop.http.base_url).rstrip("/"), api_key=dict(SANDBOX))
    return Sdk(module, module.ApiClient(configuration))


def found(shop: Shop, path: str, query: str = "") -> list[Any]:
    """What a list holds: codes of vouchers, names of campaigns, outcomes of redemptions, codes given away."""
    body = ok(shop.http.get(f"/v1/{path}?limit=100&{query}"))
    named = {
        "vouchers": lambda it: it["code"],
        "campaigns": lambda it: it["name"],
        "redemptions": lambda it: (it.get("voucher", {}).get("code"), it["result"]),
        "publications": lambda it: it["source_id"],
        "async-actions": lambda it: it["status"],
    }
    things = [named[path](it) for it in body[LISTS[path]]]
    if "total" in body:
        assert body["total"] == len(things)
    return things


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("filters[code][conditions][$in][0]=MUG-1&filters[code][conditions][$in][1]=tie", ["mug-1", "tie"]),
        ("filters%5Bcode%5D%5Bconditions%5D%5B%24is%5D=MUG-1", ["mug-1"]),
        (
            "filters[code][conditions][%24starts_with]=mug&filters[metadata.size][conditions][$more_than]=2",
            ["mug-3", "mug-4"],
        ),
        (
            "filters[metadata.size][conditions][$is]=3&filters[category][conditions][$is]=ties&filters[junction]=or",
            ["mug-3", "tie"],
        ),
        (
            "filters[discount.amount_off][conditions][$less_than_or_equal]=200&filters[campaign][conditions][$is_unknown]",
            ["mug-0", "mug-1"],
        ),
        ("category=ties", ["tie"]),
        ("code=TIE", ["tie"]),
        ("campaign=Winter", []),
        ("filters[updated_at][conditions][$less_than]=1", ["tie"]),
        ("[updated_at][after]=2020-01-01", ["tie"]),
        ("[created_at][before]=2020-01-01", []),
        ("filters[category][conditions][$not_in][0]=ties&filters[code][conditions][$ends_with]=TIE", []),
    ],
)
def test_vouchers(shop: Shop, query: str, codes: list[str]) -> None:
    assert sorted(found(shop, "vouchers", query)) == codes


def test_a_campaigns_vouchers_by_its_name_and_id_and_who_holds_them(shop: Shop) -> None:
    spring = shop.get("campaigns/Spring")["id"]
    by_name = found(shop, "vouchers", "campaign=Spring")
    assert (
        by_name
        == found(shop, "vouchers", f"campaign_id={spring}")
        == found(shop, "vouchers", f"filters[campaign_id][conditions][$is]={spring}")
    )
    assert len(by_name) == 7
    held = found(shop, "vouchers", "customer=ann")
    assert len(held) == 1
    assert held[0] in by_name
    assert len(found(shop, "vouchers", "campaign=Spring&filters[holder_id][conditions][$is_unknown]=")) == 5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filters[active][conditions][$expired]=", ["Autumn"]),
        ("filters[active][conditions][$active]=&order=name", ["Spring"]),
        ("filters[status][conditions][$active]=", ["Autumn", "Spring"]),
        ("filters[campaigns][conditions][$starts_with]=Spr", ["Spring"]),
        ("filters[metadata.club][conditions][$is]=VIP", ["Spring"]),
        ("campaign_type=GIFT_VOUCHERS", []),
        ("campaign_status=DONE&is_referral_code=false", ["Autumn", "Spring"]),
        ("filters[created_date][conditions][$more_than]=1", []),
    ],
)
def test_campaigns(shop: Shop, query: str, names: list[str]) -> None:
    assert sorted(found(shop, "campaigns", query)) == names


@pytest.mark.parametrize(
    ("query", "records"),
    [
        ("", [(None, "FAILURE"), ("tie", "FAILURE"), ("tie", "SUCCESS"), ("mug-1", "SUCCESS"), ("mug-0", "SUCCESS")]),
        ("result=FAILURE", [(None, "FAILURE"), ("tie", "FAILURE")]),
        (
            "result=SUCCESS&result=FAILURE&order=created_at",
            [("mug-0", "SUCCESS"), ("mug-1", "SUCCESS"), ("tie", "SUCCESS"), ("tie", "FAILURE"), (None, "FAILURE")],
        ),
        ("customer=ann", [("tie", "SUCCESS"), ("mug-0", "SUCCESS")]),
        ("filters[voucher_code][conditions][$is]=Tie", [("tie", "FAILURE"), ("tie", "SUCCESS")]),
        ("filters[failure_code][conditions][$in][0]=quantity_exceeded", [("tie", "FAILURE")]),
        ("customer=ann&filters[voucher_code][conditions][$starts_with]=m", [("mug-0", "SUCCESS")]),
    ],
)
def test_redemptions(shop: Shop, query: str, records: list[Any]) -> None:
    assert found(shop, "redemptions", query) == records


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ("", ["mail-bob", "mail-ann"]),
        ("customer=ann", ["mail-ann"]),
        ("campaign=Spring&order=created_at", ["mail-ann", "mail-bob"]),
        ("campaign=Autumn", []),
        ("source_id=mail-bob&result=SUCCESS&voucher_type=DISCOUNT_VOUCHER", ["mail-bob"]),
        ("filters[source_id][conditions][$ends_with]=ann", ["mail-ann"]),
    ],
)
def test_publications(shop: Shop, query: str, sources: list[str]) -> None:
    assert found(shop, "publications", query) == sources
    for one in ok(shop.http.get("/v1/publications"))["publications"]:
        assert found(shop, "publications", f"voucher={one['voucher']['code']}") == [one["source_id"]]


def test_async_actions_tell_whether_there_are_more_and_after_what(shop: Shop) -> None:
    assert found(shop, "async-actions") == ["DONE"]
    [action] = shop.get("async-actions")["async_actions"]
    assert shop.get("async-actions", end_date=action["created_at"])["async_actions"] == []
    after = shop.get("async-actions", starting_after_id=action["id"])
    assert (after["async_actions"], after["has_more"]) == ([], False)


@pytest.mark.parametrize("path", ["vouchers", "campaigns", "redemptions", "publications"])
@pytest.mark.parametrize("order", ["", "-created_at", "created_at", "-id"])
def test_pages_and_cursors_make_the_whole(shop: Shop, path: str, order: str) -> None:
    sorting = {"order": order} if order else {}
    whole = [it["id"] for it in shop.get(path, limit=100, **sorting)[path]]
    pages: list[str] = []
    for page in range(1, len(whole) // 2 + 2):
        body = shop.get(path, limit=2, page=page, **sorting)
        assert body["total"] == len(whole)
        pages += [it["id"] for it in body[path]]
    assert pages == whole
    for place, id_ in enumerate(whole):
        following = shop.get(path, limit=1, starting_after_id=id_, **sorting)[path]
        assert [it["id"] for it in following] == whole[place + 1 : place + 2]


def test_another_projects_lists_are_empty(shop: Shop) -> None:
    with Shop(str(shop.http.base_url), PRODUCTION) as other:
        for path in LISTS:
            assert found(other, path) == []
        assert found(other, "redemptions", "customer=ann") == []
        assert found(other, "vouchers", "code=tie") == []


# The official SDK


def test_the_sdks_filters_on_redemptions(sdk: Sdk) -> None:
    module, api = sdk.module, sdk.redemptions
    conditions = {
        "voucher_code": {"conditions": {"$in": ["tie", "MUG-0"]}},
        "result": {"conditions": {"$is": "SUCCESS"}},
    }
    filters = module.ParameterFiltersListRedemptions.from_dict(conditions)
    listed = api.list_redemptions(filters=filters, order=module.ParameterOrderListRedemptions.VOUCHER_CODE)
    assert [it.voucher.code for it in listed.redemptions] == ["mug-0", "tie"]
    assert listed.total == 2
    assert api.list_redemptions(customer="ann", result="SUCCESS", limit=1, page=2).total == 2


def test_the_sdks_parameters_on_vouchers(sdk: Sdk) -> None:
    module, api = sdk.module, sdk.vouchers
    order = module.ParameterOrderVouchers.MINUS_CODE
    listed = api.list_vouchers(order=order, limit=3)
    assert [it.code.upper() for it in listed.vouchers] == sorted(
        (it.code.upper() for it in listed.vouchers), reverse=True
    )
    assert (len(listed.vouchers), listed.total) == (3, 13)
    past = module.ParameterCreatedBeforeAfter(before=datetime.fromisoformat("2020-01-01T00:00:00Z"))
    assert api.list_vouchers(created_at=past).total == 0
    ids = [it.id for it in listed.vouchers[:2]]
    assert api.list_vouchers(ids=ids).total == 2
    assert api.list_vouchers(category="ties").total == 1


def test_the_sdks_filters_on_campaigns_and_publications(sdk: Sdk) -> None:
    module = sdk.module
    filters = module.ParameterFiltersListCampaigns.from_dict({"campaigns": {"conditions": {"$is": "Spring"}}})
    listed = sdk.campaigns.list_campaigns(filters=filters, order=module.ParameterOrderListCampaigns.MINUS_UPDATED_AT)
    assert [it.name for it in listed.campaigns] == ["Spring"]
    wanted = {"campaign_name": {"conditions": {"$is": "Spring"}}, "source_id": {"conditions": {"$is": "mail-ann"}}}
    either = module.ParameterFiltersListPublications.from_dict({**wanted, "junction": "or"})
    assert sdk.publications.list_publications(filters=either).total == 2
    both = module.ParameterFiltersListPublications.from_dict(wanted)
    assert sdk.publications.list_publications(filters=both).total == 1


def test_the_sdks_async_actions(sdk: Sdk) -> None:
    [action] = sdk.async_actions.list_async_actions(limit=1).async_actions
    before = sdk.async_actions.list_async_actions(end_date=action.created_at - timedelta(seconds=1))
    assert (before.async_actions, before.has_more) == ([], False)


# Bad input

EVERY = [
    ("limit=0", "limit"),
    ("limit=101", "limit"),
    ("limit=ten", "limit"),
    ("page=0", "page"),
    ("order=-nothing", "order"),
    ("order=metadata", "order"),
    ("starting_after_id=nobody", "starting_after_id"),
    ("starting_after=soon", "starting_after"),
    ("[created_at][after]=soon", "created_at.after"),
    ("created_at[before]=2026-13-01", "created_at.before"),
    ("filters=1", "filters"),
    ("filters[id]=1", "filters.id"),
    ("filters[nothing][conditions][$is]=1", "filters.nothing"),
    ("filters[id][conditions][$like]=1", "filters.id.conditions.$like"),
    ("filters[id][conditions][$is]=", "filters.id.conditions.$is"),
    ("filters[id][conditions][$is]=%00", "filters.id.conditions.$is"),
    ("filters[id][conditions][$in][0][0]=1", "filters.id.conditions.$in.0.0"),
    ("filters[created_at][conditions][$more_than]=-1", "filters.created_at.conditions.$more_than"),
    ("filters[junction]=xor", "filters.junction"),
    ("&".join(f"filters[id][conditions][$in][{number}]=x" for number in range(101)), "filters"),
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(("query", "told"), EVERY, ids=[query[:50] for query, _ in EVERY])
def test_a_wrong_question_is_told_by_name(shop: Shop, path: str, query: str, told: str) -> None:
    response = shop.http.get(f"/v1/{path}?{query}")
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith(f"{told}: ")


def test_there_is_a_last_page(shop: Shop) -> None:
    for path in LISTS:
        assert refusal(shop.http.get(f"/v1/{path}?page=1001")) == (400, "page_over_limit")
        assert ok(shop.http.get(f"/v1/{path}?page=1000"))[LISTS[path]] == []


@pytest.mark.parametrize(
    "odd", ["%FF", "%F0%9F%8E%81", "' OR 1=1", "*", "[]", "{}", "../", "$in", "x" * 200, "🎁" * 200]
)
def test_whatever_is_looked_for_is_found_or_not(shop: Shop, odd: str) -> None:
    value = odd if odd.startswith("%") else quote(odd, safe="")
    for path in LISTS:
        for query in (f"filters[id][conditions][$is]={value}", f"filters[id][conditions][$contains]={value}"):
            assert found(shop, path, query) == []
    for query in (f"customer={value}", f"campaign={value}"):
        assert found(shop, "redemptions", query) == []
