"""What a message would say to somebody, over HTTP: shown, and nothing done. It is Bonbon's own; the SDK has none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import PRODUCTION, Shop, fresh, ok, percent_off, refusal
from tests.contract.spoilt import NO_CODE, NO_OBJECT, malformed_is_refused, wrong_is_refused

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"
HELLO = MJML.format("{{ customer.first_name }}: {{ voucher.code }}, {{ voucher.discount.percent_off }}% off")
LINK = "https://shop.example/u/0"
ENDS = f"Unsubscribe ({LINK}) · Preferences ({LINK}#preferences) · Why did I get this message? ({LINK}#why)"
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "preview a template": ("POST message-templates/{template}/preview", {"customer": {"source_id": "ann"}})
}
NO_NAMED: list[Any] = [*NO_OBJECT, {}, {"id": 5}, {"id": ""}, {"id": None}, {"id": "x" * 201}]
WRONG: list[tuple[str, list[Any]]] = [
    ("customer", [None, *NO_NAMED]),
    ("campaign", NO_NAMED),
    ("voucher", NO_CODE),
    ("locale", ["", "english!", "x" * 40, 5, []]),
    ("purpose", ["", "MARKETING", "spam", 5, []]),
]


@pytest.fixture
def brand(shop: Shop) -> Iterator[dict[str, Any]]:
    """A brand; nobody else meets it."""
    sms = {"sender_id": "Shop", "prices": {"IE": 0.07}, "currency": "EUR"}
    yield ok(shop.ask("PUT", "brand", {"footer": {"en": "Cheers", "de": "Servus"}, "sms": sms}))
    ok(shop.ask("PUT", "brand", {}))


def template(shop: Shop, body: str = HELLO, **fields: Any) -> str:
    said = {"name": fresh("template"), "channel": "email", "subject": "For {{ customer.name }}", "body": body}
    return str(ok(shop.ask("POST", "message-templates", said | fields))["id"])


def customer(shop: Shop, **fields: Any) -> dict[str, Any]:
    said = {"source_id": fresh("ann"), "name": "Ann O'Neill", "email": f"{fresh('ann')}@example.com"}
    return ok(shop.ask("POST", "customers", said | fields))


def shown(shop: Shop, template_id: str, who: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"customer": {"id": who["id"]}, **fields}
    return ok(shop.ask("POST", f"message-templates/{template_id}/preview", body))


@pytest.mark.drives("POST /v1/message-templates/{template_id}/preview")
def test_a_mail_is_shown_as_somebody_would_get_it_and_nothing_is_done(shop: Shop, brand: dict[str, Any]) -> None:
    campaign = shop.campaign(
        voucher={"type": "DISCOUNT_VOUCHER", "discount": percent_off(20), "code_config": {"pattern": "MAY-####"}},
        type="AUTO_UPDATE",
    )
    who, named = customer(shop, locale="en-IE"), {"campaign": {"name": campaign["name"]}}
    got = shown(shop, template(shop), {"id": who["source_id"]}, **named)
    html = got.pop("html")
    assert got == {
        "object": "message_preview",
        "channel": "email",
        "locale": "en-IE",
        "subject": "For Ann O'Neill",
        "text": f"Ann: MAY-XXXX, 20% off\nCheers\n{ENDS}",
        "to_known": True,
    }
    assert "Ann: MAY-XXXX, 20% off" in html
    assert shop.get(f"campaigns/{campaign['id']}")["vouchers_count"] == campaign["vouchers_count"]
    assert shop.get("publications", customer=who["id"])["publications"] == []
    assert shop.get("deliveries", customer=who["id"])["total"] == 0


def test_a_voucher_is_shown_by_its_own_code_and_a_receipt_without_the_link(shop: Shop, brand: dict[str, Any]) -> None:
    code, who = shop.code(percent_off(35)), customer(shop)
    got = shown(shop, template(shop), who, voucher=code, purpose="transactional")
    assert got["text"] == f"Ann: {code}, 35% off\nCheers"
    assert "locale" not in got


def test_a_mail_is_shown_in_any_language(shop: Shop, brand: dict[str, Any]) -> None:
    german = {"subject": "Für {{ customer.name }}", "body": "Hallo {{ customer.name }}"}
    its, who = template(shop, "Hello", locales={"de": german}), customer(shop, name=None, locale="de-AT")
    for asked, locale in ({}, "de-AT"), ({"locale": "de_CH".replace("_", "-")}, "de-CH"):
        got = shown(shop, its, who, **asked, purpose="transactional")
        assert (got["locale"], got["language"], got["text"]) == (
            locale,
            "de",
            "Hallo liebe Kundin, lieber Kunde\n\nServus",
        )
    other = shown(shop, its, who, locale="fr", purpose="transactional")
    assert (other["locale"], other.get("language"), other["text"]) == ("fr", None, "Hello\n\nCheers")


@pytest.mark.parametrize(
    ("case", "body", "phone", "sms"),
    [
        (
            "within the alphabet",
            "Hi {{ customer.first_name }}, 20 € off",
            "+353871234567",
            {"encoding": "GSM-7", "characters": 17, "parts": 1, "cost": {"amount": 0.07, "currency": "EUR"}},
        ),
        (
            "beyond it, in several parts",
            "🎂" * 36,
            "+353871234567",
            {"encoding": "UCS-2", "characters": 72, "parts": 2, "cost": {"amount": 0.14, "currency": "EUR"}},
        ),
        ("at no known price", "Hi", "+4915123456789", {"encoding": "GSM-7", "characters": 2, "parts": 1, "cost": None}),
        ("to nobody", "Hi", None, {"encoding": "GSM-7", "characters": 2, "parts": 1, "cost": None}),
    ],
)
def test_a_text_message_is_shown_with_what_it_costs(
    shop: Shop, brand: dict[str, Any], case: str, body: str, phone: str | None, sms: dict[str, Any]
) -> None:
    got = shown(shop, template(shop, body, channel="sms", subject=""), customer(shop, phone=phone))
    assert (got["sms"], got["to_known"]) == (sms, phone is not None)
    assert "html" not in got


def test_what_is_shown_is_kept_nowhere(shop: Shop) -> None:
    """It tells of a person: asked again under the same key it is written anew."""
    its, who, key = template(shop), customer(shop), fresh("key")
    path, body = f"message-templates/{its}/preview", {"customer": {"id": who["id"]}}
    first = shop.ask("POST", path, body, key=key)
    assert (ok(first)["subject"], first.headers["cache-control"]) == ("For Ann O'Neill", "no-store")
    ok(shop.ask("PUT", f"customers/{who['id']}", {"name": "Bea"}))
    assert ok(shop.ask("POST", path, body, key=key))["subject"] == "For Bea"


def test_what_is_not_there_is_not_shown(shop: Shop) -> None:
    its, who = template(shop), customer(shop)
    named = {"customer": {"id": who["id"]}}
    for path, body in (
        (f"message-templates/{fresh()}/preview", named),
        (f"message-templates/{its}/preview", {"customer": {"source_id": fresh()}}),
        (f"message-templates/{its}/preview", named | {"voucher": fresh()}),
        (f"message-templates/{its}/preview", named | {"campaign": {"id": fresh()}}),
    ):
        assert refusal(shop.ask("POST", path, body)) == (404, "not_found")
    with Shop(str(shop.http.base_url), PRODUCTION) as other:
        assert refusal(other.ask("POST", f"message-templates/{its}/preview", named)) == (404, "not_found")
    both = named | {"voucher": shop.code(), "campaign": {"id": shop.campaign()["id"]}}
    assert refusal(shop.ask("POST", f"message-templates/{its}/preview", both)) == (400, "invalid_payload")


def test_a_template_that_fails_for_somebody_says_why(shop: Shop) -> None:
    its = template(shop, "{% for i in (1..occasion.years) %}x{% endfor %}")
    body = {"customer": {"id": customer(shop, metadata={"n": 1})["id"]}}
    assert ok(shop.ask("POST", f"message-templates/{its}/preview", body))["to_known"] is True
    loop = "{% for i in (1..customer.metadata.n) %}x{% endfor %}"
    body = {"customer": {"id": customer(shop, metadata={"n": 99_999_999})["id"]}}
    refused = shop.ask("POST", f"message-templates/{template(shop, loop)}/preview", body)
    assert refusal(refused) == (400, "template_failed")
    assert refused.json()["details"] == "line 1: loop iteration limit reached"


def test_wrong_fields_are_refused_by_path(shop: Shop, subtests: pytest.Subtests) -> None:
    [(route, body)] = BODIES.values()
    route = route.format(template=template(shop))
    malformed_is_refused(shop, route)
    wrong_is_refused(shop, route, body, WRONG, subtests)
