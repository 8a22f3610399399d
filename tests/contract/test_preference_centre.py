"""The link at the end of a message: a page with their choices, a button that ends it, one click for mail programs."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from infra.local.service import Service
from shared.delivery.phrases import PHRASES
from shared.domain.post.choices import field_of
from shared.domain.post.contact_policy import Topic
from shared.domain.post.links import Unsubscription, wish_of
from shared.storage.seals import SealStore
from tests.behind import table_of
from tests.builders import Shop, fresh, ok
from tests.contract.spoilt import FEW, MALFORMED

PROJECT = "proj_sandbox"
NO_HATS = {"about": "topic", "topic": "帽子", "answer": "NO", "source": "form"}
YES = {"channel": "email", "granted": True, "source": "checkout form"}


@pytest.fixture(scope="module")
def seal(service: Service) -> bytes:
    return SealStore(table_of(service), PROJECT).get()


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


def link_of(seal: bytes, customer: str, *, delivery: str = "") -> str:
    return f"/u/{Unsubscription(PROJECT, customer, 'email', 'marketing', delivery).token(seal)}"


@pytest.fixture
def link(ann: str, seal: bytes) -> str:
    return link_of(seal, ann)


@pytest.fixture
def topics(shop: Shop) -> Iterator[dict[str, str]]:
    """What the shop writes about, and what forms call it."""
    topics = [{"id": "shoes", "name": "Shoes & <b>boots</b>"}, {"id": "帽子", "name": "Hats"}]
    ok(shop.ask("PUT", "contact-policy", {"topics": topics}))
    yield {it["id"]: field_of(Topic.model_validate(it)) for it in topics}
    ok(shop.ask("PUT", "contact-policy", {}))


def form_on(page: str) -> dict[str, str]:
    """What a browser would send of the form, as it stands."""
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page):
        its = {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if its["type"] in ("hidden", "date") or " checked" in tag:
            fields[its["name"]] = its.get("value", "on" if its["type"] == "checkbox" else "")
    return fields


def fill_in(people: httpx.Client, link: str, *untick: str, **changes: str) -> httpx.Response:
    """Open the page, change something, and press the button."""
    form = {name: value for name, value in form_on(people.get(link).text).items() if name not in untick}
    return people.post(link, data={**form, **changes})


def consents(shop: Shop, customer: str) -> dict[str, Any]:
    return shop.get(f"customers/{customer}/consents")


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
    assert '<form method="post"><button class="stop">Stop these messages (E-mail)</button></form>' in page.text
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


def test_the_page_shows_choices_and_nothing_else_of_anybody(
    shop: Shop, people: httpx.Client, seal: bytes, topics: dict[str, str]
) -> None:
    said = {"name": "Ann O'Neill", "phone": "+353861234567", "birthday": "1990-02-28", "locale": "en-IE"}
    ann = shop.customer(fresh("ann"), email="ann@example.com", **said)
    words = {"consents": [YES], "preferences": [NO_HATS, {"about": "frequency", "answer": "WEEKLY", "source": "form"}]}
    ok(shop.ask("PUT", f"customers/{ann['id']}/consents", words))
    link = link_of(seal, ann["id"])
    page = people.get(link)
    shown = {"was-email": "1", "email": "on", "was-sms": "0", "was-frequency": "WEEKLY", "frequency": "WEEKLY"}
    its = {f"was-{topics['shoes']}": "1", topics["shoes"]: "on", f"was-{topics['帽子']}": "0"}
    assert form_on(page.text) == {"form": "preferences", **shown, **its, "birthday": ""}
    assert "Shoes &amp; &lt;b&gt;boots&lt;/b&gt;" in page.text
    secrets = ["Ann", "Neill", "ann@example.com", "861234567", "1990", ann["id"], ann["source_id"], "<script", "http"]
    assert not [it for it in secrets if it in page.text]
    policy = page.headers["content-security-policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"


def test_each_answer_that_was_changed_is_kept_with_its_time_and_no_other(
    shop: Shop, people: httpx.Client, ann: str, link: str, topics: dict[str, str]
) -> None:
    before = consents(shop, ann)
    page = fill_in(people, link, "email", topics["shoes"], frequency="MONTHLY", birthday="1990-02-28")
    assert (page.status_code, "Your choices are saved." in page.text) == (200, True)
    after = consents(shop, ann)
    new = [{**it} for it in after["ledger"] if it not in before["ledger"]]
    assert {it.pop("source") for it in new} == {"preference_centre"}
    [at] = {it.pop("at") for it in new}
    assert sorted(new, key=str) == [
        {"about": "birthday", "answer": "1990-02-28"},
        {"about": "frequency", "answer": "MONTHLY"},
        {"about": "topic", "topic": "shoes", "answer": "NO"},
        {"channel": "email", "purpose": "marketing", "granted": False},
    ]
    assert {it["at"] for it in after["preferences"]} == {at}
    assert allowed(shop, ann) == {"email": False, "sms": True}
    assert shop.get(f"customers/{ann}")["birthday"] == "1990-02-28"
    assert "1990" not in page.text + people.get(link).text, "it is told, and never shown"
    fill_in(people, link)
    assert consents(shop, ann) == after, "nothing was changed, so nothing was said"


def test_a_page_that_was_open_for_long_takes_nothing_back_that_was_said_elsewhere(
    shop: Shop, people: httpx.Client, ann: str, link: str, topics: dict[str, str]
) -> None:
    old = form_on(people.get(link).text)
    people.post(link)
    more = [{"id": it, "name": it} for it in (*topics, "scarves")]
    ok(shop.ask("PUT", "contact-policy", {"topics": more}))
    answer = people.post(link, data={**old, "frequency": "DAILY"})
    assert (answer.status_code, allowed(shop, ann)["email"]) == (200, False)
    assert [it["about"] for it in consents(shop, ann)["preferences"]] == ["frequency"], "nobody has declined scarves"


def test_a_yes_in_the_preference_centre_is_one(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    people.post(link)
    fill_in(people, link, email="on")
    assert allowed(shop, ann) == {"email": True, "sms": True}
    assert ledger(shop, ann)[0] == ("email", True, "preference_centre")


@pytest.mark.parametrize(
    "changes",
    [
        {"birthday": "28 February"},
        {"birthday": "2026-02-30"},
        {"birthday": "1900-01-01"},
        {"birthday": "2999-01-01"},
        {"birthday": "0000-00-00"},
        {"birthday": "x" * 300},
        {"birthday": "<script>alert(1)</script>"},
        {"frequency": "HOURLY"},
        {"frequency": "all"},
    ],
)
def test_a_bad_answer_is_told_and_nothing_is_half_told(
    shop: Shop, people: httpx.Client, ann: str, link: str, changes: dict[str, str]
) -> None:
    before = consents(shop, ann)
    page = fill_in(people, link, "email", **changes)
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "Nothing was saved." in page.text
    assert "<script" not in page.text
    assert consents(shop, ann) == before
    assert "birthday" not in shop.get(f"customers/{ann}")


FORM = {"content-type": "application/x-www-form-urlencoded"}
GARBLED = {
    "twice": b"form=preferences&was-email=1&was-email=0",
    "not UTF-8": b"form=preferences&was-email=1&birthday=\xff\xfe",
    "not UTF-8 in disguise": b"form=preferences&was-email=1&birthday=%ff%fe",
    "too long": b"form=preferences&was-email=1&birthday=" + b"x" * 9_000,
    "too long for a click": b"List-Unsubscribe=One-Click&" + b"x" * 9_000,
}


@pytest.mark.parametrize("case", GARBLED)
def test_what_cannot_be_read_is_told_and_changes_nothing(
    shop: Shop, people: httpx.Client, ann: str, link: str, case: str
) -> None:
    before = consents(shop, ann)
    page = people.post(link, content=GARBLED[case], headers=FORM)
    assert (page.status_code, "could not be read" in page.text) == (400, True)
    assert consents(shop, ann) == before


def test_whatever_else_is_sent_is_a_click(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    """Somebody who presses a button in an odd mail program wants to be left in peace."""
    for body in (b"", b"a=b", b"\x00\xff", *(MALFORMED[case] for case in FEW)):
        ok(shop.ask("PUT", f"customers/{ann}/consents", {"consents": [YES]}))
        answer = people.post(link, content=body, headers=FORM)
        assert (answer.status_code, allowed(shop, ann)["email"]) == (200, False), body


def test_a_birthday_that_is_told_is_judged_with_all_else_that_is_known(
    shop: Shop, people: httpx.Client, seal: bytes
) -> None:
    """Under both names of the contract, so that they never disagree."""
    ann = shop.customer(fresh("ann"), email="ann@example.com", birthdate="1980-01-02")["id"]
    fill_in(people, link_of(seal, ann), birthday="1990-02-28")
    known = shop.get(f"customers/{ann}")
    assert (known["birthdate"], known["birthday"]) == ("1990-02-28", "1990-02-28")


@pytest.mark.parametrize(
    ("locale", "header", "language"),
    [
        ("de-AT", "fr", "de"),
        ("ja", "fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        (None, "ja, tr;q=0.4, ga;q=0.5", "ga"),
        (None, "ja", "en"),
        (None, "*;q=0.5, ;;;, en;q=x" * 50, "en"),
    ],
)
def test_the_page_speaks_their_language(
    shop: Shop, people: httpx.Client, seal: bytes, locale: str | None, header: str, language: str
) -> None:
    ann = shop.customer(fresh("ann"), email="ann@example.com", **({"locale": locale} if locale else {}))["id"]
    words = PHRASES[language]
    page = people.get(link_of(seal, ann), headers={"accept-language": header})
    assert f'<html lang="{language}">' in page.text
    assert words.how_often in unescape(page.text)
    done = people.post(link_of(seal, ann), headers={"accept-language": header})
    assert words.unsubscribed in unescape(done.text)
    lost = people.get("/u/x", headers={"accept-language": header})
    assert any(f"<h1>{it.broken}" in unescape(lost.text) for it in PHRASES.values())


def test_the_page_looks_like_the_shops(shop: Shop, people: httpx.Client, link: str) -> None:
    ok(shop.ask("PUT", "brand", {"name": "Bücher & Söhne", "colors": {"primary": "#ffd400"}}))
    try:
        page = people.get(link).text
    finally:
        ok(shop.ask("PUT", "brand", {}))
    assert "Bücher &amp; Söhne" in page
    assert "color:#000000;background:#ffd400" in page


def test_who_follows_the_link_of_a_message_is_told_why_they_got_it(shop: Shop, people: httpx.Client, ann: str) -> None:
    ok(shop.ask("PUT", "contact-policy", {"quiet_hours": None, "frequency_caps": []}))
    campaign = {"id": shop.campaign(type="AUTO_UPDATE")["id"]}
    body = {"customer": {"id": ann}, "campaign": campaign, "template": shop.template("{{ unsubscribe_url }}")}
    assert ok(shop.ask("POST", "deliveries", body))["status"] == "SENT"
    ok(shop.ask("PUT", "contact-policy", {}))
    [token] = {it for mail in shop.outbox() for it in re.findall(r"/u/([\w-]+)", str(mail)) if ann_of(it) == ann}
    page = people.get(f"/u/{token}").text
    assert "<summary>Why did I get this message?</summary>" in page
    assert "You allowed marketing by e-mail" in page
    assert not [it for it in ("Ann", "Neill", "ann@example.com", ann) if it in page]


def ann_of(token: str) -> str | None:
    wish = wish_of(token)
    return wish and wish.customer_id


def test_a_link_that_left_before_there_was_a_delivery_in_it_works_as_one_with_it(
    shop: Shop, people: httpx.Client, ann: str, seal: bytes
) -> None:
    """Of a delivery that is not known any more nothing is told."""
    link = link_of(seal, ann, delivery="dlv_0000000000000000")
    page = people.get(link)
    assert (page.status_code, "<details>" in page.text) == (200, False)
    assert (people.post(link).status_code, allowed(shop, ann)["email"]) == (200, False)


def test_whoever_is_forgotten_is_left_in_peace(shop: Shop, people: httpx.Client, ann: str, link: str) -> None:
    assert shop.ask("DELETE", f"customers/{ann}").status_code == 204
    assert people.get(link).status_code == 200
    assert "You are unsubscribed" in people.post(link).text
