"""Everything that is held of a person, over HTTP: nothing is left out, nothing is changed, nothing is remembered."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.service import Service
from shared.storage import keys
from shared.wire.answers.exports import LISTS
from tests.builders import CLIENT, PRODUCTION, Clock, Shop, fresh, ok, refusal
from tests.contract.lives import Item, Life, everything_in, words_of
from tests.contract.spoilt import NO_TEXT, malformed_is_refused, wrong_is_refused

BODIES: dict[str, tuple[str, dict[str, Any]]] = {"export": ("POST customers/{customer}/export", {})}
PAGES: list[tuple[str, list[Any]]] = [
    ("after", ["", "order#", "owned", "owned ", "nowhere order#", "owned " + "é" * 513, *NO_TEXT]),
]


@pytest.fixture(scope="module")
def ann(timed_service: Service, timed_shop: Shop) -> Iterator[Life]:
    with Clock(timed_service.url) as clock:
        yield Life(timed_shop, clock)


def is_hers(item: Item, of: Life) -> bool:
    """Whether an item stands with a customer, or among her things."""
    partition = f"proj_sandbox#customer#{of.id}"
    return partition in (item["PK"], item.get("owner"))


@pytest.mark.drives("POST /v1/customers/{customer_id}/export")
def test_whatever_the_table_holds_of_somebody_is_told(timed_service: Service, ann: Life) -> None:
    told = ann.export()
    items = [item for item in everything_in(timed_service) if is_hers(item, ann)]
    kinds = {(it["SK"] if it["PK"].endswith(ann.id) else it["owned"]).partition("#")[0] for it in items}
    assert kinds == {*LISTS, "customer", "summary"}  # there is one of everything
    assert (told["others"], told["next"]) == ([], None)
    said = set(words_of(told))
    for item in items:
        if item["SK"] != "summary":
            document = json.loads(item.get("document", "{}"))
            missing = set(words_of(document)) - said
            assert missing == set(), (item["PK"], item["SK"])
    counted = sum(len(told[name]) for name in LISTS.values())
    assert counted == len(items) - 2


def test_each_kind_of_things_beside_a_customer_has_its_list() -> None:
    """As the keys' own table has them, so that whoever adds a kind there is reminded here."""
    assert keys.__doc__
    kinds = re.findall(r"\{project\}#customer#\{id\} +([a-z]+)(?:#|$)", keys.__doc__, re.MULTILINE)
    assert {*kinds} - {"customer", "summary"} == {*LISTS} - {
        *("event", "order", "publication", "redemption", "delivery"),
    }


def test_it_begins_with_who_they_are_and_where_they_belong(ann: Life) -> None:
    told = ann.export()
    assert told["customer"] == ann.shop.get(f"customers/{ann.id}")
    assert told["customer"]["birthdate"] == ann.birthdate
    assert {it["id"] for it in told["segments"]} == {ann.segment, ann.watched}
    assert {name: it["count"] for name, it in told["events_counted"].items()} == {"visited": 1}
    assert told["suppressions"] == []


def test_codes_are_told_with_the_publication_that_gave_them(ann: Life) -> None:
    publications = {it["id"]: it for it in ann.export()["publications"]}
    code = ann.publication["voucher"]["code"]
    its = publications[ann.publication["id"]]
    assert [(it["code"], it["holder_id"], it["redemption"]["redeemed_quantity"]) for it in its["vouchers"]] == [
        (code, ann.id, 1)
    ]
    assert [it["id"] for it in ann.export()["deliveries"]] == [ann.delivery["id"]]
    assert {it["status"] for it in ann.export()["redemptions"]} == {"SUCCEEDED", "FAILED"}


def test_it_changes_nothing_and_is_kept_nowhere(timed_service: Service, ann: Life) -> None:
    before = {(it["PK"], it["SK"]): it for it in everything_in(timed_service)}
    answer = ann.shop.ask("POST", f"customers/{ann.source_id}/export", key="export")
    assert (answer.headers["cache-control"], answer.status_code) == ("no-store", 200)
    assert (
        ann.shop.ask("POST", f"customers/{ann.id}/export", {"after": "owned order#"}, key="export").status_code == 200
    )
    after = {(it["PK"], it["SK"]): it for it in everything_in(timed_service)}
    assert {key: it for key, it in after.items() if "#count#" not in key[0] and "checkpoint#" not in key[0]} == {
        key: it for key, it in before.items() if "#count#" not in key[0] and "checkpoint#" not in key[0]
    }


def test_a_long_history_comes_in_pages(timed_shop: Shop) -> None:
    who = timed_shop.customer()
    orders = {
        timed_shop.order(amount=number, customer={"id": who["id"]}, metadata={"text": "x" * 60_000})["id"]
        for number in range(1, 31)
    }
    path, pages, body = f"customers/{who['id']}/export", [], {}
    while body is not None and len(pages) < 10:
        answer = timed_shop.ask("POST", path, body)
        pages.append(ok(answer))
        assert len(answer.content) < 1_700_000
        body = {"after": pages[-1]["next"]} if pages[-1]["next"] else None
    assert len(pages) == 2
    assert ["customer" in page for page in pages] == [True, False]
    told = [order["id"] for page in pages for order in page["orders"]]
    assert (len(told), set(told)) == (30, orders)
    assert sum(len(page["occasions"]) for page in pages) == 0


def test_what_is_wrong_is_refused_by_name(ann: Life, subtests: pytest.Subtests) -> None:
    route = f"POST customers/{ann.id}/export"
    malformed_is_refused(ann.shop, route)
    wrong_is_refused(ann.shop, route, {}, PAGES, subtests)


def test_a_place_leads_nowhere_but_among_their_own(timed_shop: Shop, ann: Life) -> None:
    """Whatever place is asked for, the partition is the customer's of the path."""
    other = timed_shop.customer()
    path = f"customers/{other['id']}/export"
    first = ok(timed_shop.ask("POST", path))
    for after in ("beside ", f"beside customer#{ann.id}", "owned \x7f", "owned a", f"owned {ann.id}"):
        response = timed_shop.ask("POST", path, {"after": after})
        if response.status_code == 200:
            told = ok(response)
            assert told["customer_id"] == other["id"]
            assert all(len(told[name]) <= len(first[name]) for name in LISTS.values())
        else:
            assert refusal(response) == (400, "invalid_payload")


def test_who_is_not_known_here_is_not_found(timed_service: Service, timed_shop: Shop, ann: Life) -> None:
    assert refusal(timed_shop.ask("POST", f"customers/{fresh('nobody')}/export")) == (404, "not_found")
    with Shop(timed_service.url, PRODUCTION) as other, Shop(timed_service.url, CLIENT) as page:
        assert refusal(other.ask("POST", f"customers/{ann.id}/export")) == (404, "not_found")
        assert refusal(page.ask("POST", f"customers/{ann.id}/export"))[0] == 401
