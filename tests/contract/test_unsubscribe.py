"""The link at the end of a message: a page for people, a button for them, one click for their mail programs."""

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from infra.local import engine
from infra.local.service import Service
from shared.domain.post.links import Unsubscription
from shared.storage.seals import SealStore
from shared.storage.table import Table
from tests.behind import endpoint_of
from tests.builders import Shop, fresh, ok

PROJECT = "proj_sandbox"
YES = {"channel": "email", "granted": True, "source": "checkout form"}


@pytest.fixture(scope="module")
def seal(service: Service) -> bytes:
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=endpoint_of(service),
        region_name=engine.CREDENTIALS["AWS_REGION"],
        aws_access_key_id=engine.CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=engine.CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    return SealStore(Table(client, engine.TABLE), PROJECT).get()


@pytest.fixture
def people(service: Service) -> Iterator[httpx.Client]:
    """Somebody without any key."""
    with httpx.Client(base_url=service.url, timeout=60) as client:
        yield client


@pytest.fixture
def ann(shop: Shop) -> str:
    """The id of a customer who allows e-mails and texts."""
    id_ = str(shop.customer(fresh("ann"), name="Ann O'Neill", email="ann@example.com")["id"])
    ok(shop.ask("PUT", f"customers/{id_}/consents", {"consents": [YES, {**YES, "channel": "sms"}]}))
    return id_


@pytest.fixture
def link(ann: str, seal: bytes) -> str:
    return f"/u/{Unsubscription(PROJECT, ann, 'email', 'marketing').token(seal)}"


def ledger(shop: Shop, customer: str) -> list[tuple[str, bool, str]]:
    said = shop.get(f"customers/{customer}/consents")["ledger"]
    return [(it["channel"], it["granted"], it["source"]) for it in said]


def allowed(shop: Shop, customer: str) -> dict[str, bool]:
    return {it["channel"]: it["granted"] for it in shop.get(f"customers/{customer}/consents")["consents"]}


@pytest.mark.drives("GET /u/{token}", "POST /u/{token}")
def test_a_look_changes_nothing_and_the_button_ends_it(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    before = ledger(shop, ann)
    page = people.get(link)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert '<form method="post"><button>' in page.text
    assert people.head(link).status_code in {404, 405}
    assert ledger(shop, ann) == before, "a scanner has looked, and nobody has asked for anything"
    done = people.post(link)
    assert (done.status_code, "You are unsubscribed" in done.text) == (200, True)
    assert allowed(shop, ann) == {"email": False, "sms": True}
    assert ledger(shop, ann)[0] == ("email", False, "unsubscribe")
    assert not [it for it in ("Ann", "Neill", "ann@example.com", ann) if it in page.text + done.text]


def test_one_click_of_a_mail_program_is_enough_and_once_is_enough(
    shop: Shop, people: httpx.Client, ann: str, link: str
) -> None:
    click = {"List-Unsubscribe": "One-Click"}
    answers = [people.post(link, data=click), people.post(link, files={"List-Unsubscribe": (None, "One-Click")})]
    assert [it.status_code for it in answers] == [200, 200]
    assert allowed(shop, ann)["email"] is False
    assert [it for it in ledger(shop, ann) if it[0] == "email" and not it[1]] == [("email", False, "unsubscribe")]


def test_whoever_changed_their_mind_may_change_it_again(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    people.post(link)
    ok(shop.ask("PUT", f"customers/{ann}/consents", {"consents": [YES]}))
    assert allowed(shop, ann)["email"] is True
    assert people.post(link).status_code == 200
    assert allowed(shop, ann)["email"] is False


def test_a_link_that_was_tampered_with_leads_nowhere(
    shop: Shop, people: httpx.Client, ann: str, link: str, seal: bytes
) -> None:
    bob = shop.customer()["id"]
    before = ledger(shop, ann)
    forged = Unsubscription(PROJECT, bob, "email", "marketing").token(b"another seal")
    elsewhere = Unsubscription("proj_production", ann, "email", "marketing").token(seal)
    nowhere = Unsubscription("proj_none", ann, "email", "marketing").token(seal)
    odd = ["x", "%00", "%F0%9F%8D%AC", "a" * 5_000, link[3:-1], f"{link[3:]}A", f"{link[3:]}=", link[3:].swapcase()]
    last = link[:-1] + ("A" if link[-1] != "A" else "B")
    for token in (forged, elsewhere, nowhere, *odd, last[3:]):
        for answer in (people.get(f"/u/{token}"), people.post(f"/u/{token}")):
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), token
            assert "This link does not work" in answer.text
    assert ledger(shop, ann) == before
    assert ledger(shop, bob) == []


def test_whoever_is_forgotten_is_left_in_peace(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    assert shop.ask("DELETE", f"customers/{ann}").status_code == 204
    assert people.get(link).status_code == 200
    assert "You are unsubscribed" in people.post(link).text
