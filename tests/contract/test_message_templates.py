"""Message templates over HTTP: what cannot be written to anybody is refused when it is saved. The SDK has none."""

from typing import Any

import pytest

from tests.builders import PRODUCTION, Shop, fresh, ok, refusal
from tests.contract.spoilt import NO_TEXT, malformed_is_refused, wrong_is_refused

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"
MAIL = {
    "name": "Birthday",
    "channel": "email",
    "subject": "Happy birthday, {{ customer.first_name }}",
    "body": MJML.format("Dear {{ customer.name }}, {{ voucher.code }} is yours."),
    "locales": {"de-AT": {"subject": "Alles Gute, {{ customer.first_name }}", "body": "Für dich: {{ voucher.code }}"}},
}
TEXT = {"name": "Birthday", "channel": "sms", "body": "Happy birthday! {{ voucher.code }}"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "make a template": ("POST message-templates", MAIL),
    "change a template": ("PUT message-templates/{template_id}", MAIL),
}
NO_WORDS = ["", " ", "{{ customer.nmae }}", "{% shout %}", "{{ 1 | safe }}", "{% render 'x' %}", 5, True, [], {}]
NO_BODY = [*NO_WORDS, "x" * 100_001, "<mjml>", "<html>", "a\x07b"]
WRONG: list[tuple[str, list[Any]]] = [
    ("name", ["", "x" * 201, *NO_TEXT]),
    ("channel", ["fax", "EMAIL", 5, []]),
    ("subject", [*NO_WORDS, "x" * 4_001]),
    ("body", NO_BODY),
    ("locales", ["de", 5, [], {"de": None}, {str(n): {"body": "x"} for n in range(101)}]),
    ("locales.de-AT", ["Hallo", 5, []]),
    ("locales.de-AT.subject", [None, *NO_WORDS]),
    ("locales.de-AT.body", [None, *NO_BODY]),
    ("locales.deutsch", [{"subject": "x", "body": "x"}]),
    ("locales.DE-at", [{"subject": "x", "body": "x"}]),
]


def made(shop: Shop, **fields: Any) -> dict[str, Any]:
    return ok(shop.ask("POST", "message-templates", {**MAIL, **fields}))


@pytest.mark.drives("POST /v1/message-templates", "GET /v1/message-templates/{template_id}")
def test_a_template_is_made_and_found(shop: Shop) -> None:
    template = made(shop)
    assert template["id"].startswith("tmpl_")
    told = {name: value for name, value in template.items() if name not in ("id", "created_at")}
    assert told == {**MAIL, "object": "message_template"}
    assert shop.get(f"message-templates/{template['id']}") == template
    text = ok(shop.ask("POST", "message-templates", {**TEXT, "subject": None, "locales": None}))
    assert set(text) == {"id", "name", "channel", "body", "created_at", "object"}


@pytest.mark.drives("PUT /v1/message-templates/{template_id}")
def test_a_change_says_what_changes(shop: Shop) -> None:
    template = made(shop)
    path = f"message-templates/{template['id']}"
    changed = ok(shop.ask("PUT", path, {"subject": "Hi", "name": None, "channel": "email"}))
    assert changed == {**template, "subject": "Hi", "updated_at": changed["updated_at"]}
    assert ok(shop.ask("PUT", path, {"locales": {"fr": MAIL["locales"]["de-AT"]}}))["locales"].keys() == {"fr"}
    assert "locales" not in ok(shop.ask("PUT", path, {"locales": None}))
    before = shop.get(path)
    for change in ({"channel": "sms"}, {"subject": ""}, {"body": "{{ x }}"}, {"locales": {"de": {"body": "x"}}}):
        assert refusal(shop.ask("PUT", path, change)) == (400, "invalid_payload")
    assert shop.get(path) == before, "what is refused changes nothing"


@pytest.mark.drives("DELETE /v1/message-templates/{template_id}", "GET /v1/message-templates")
def test_templates_are_listed_and_deleted(shop: Shop) -> None:
    name = fresh("template")
    mail, text = made(shop, name=name), ok(shop.ask("POST", "message-templates", {**TEXT, "name": name}))
    named = {"filters[name][conditions][$is]": name}
    listed = shop.get("message-templates", **named)
    assert (listed["data"], listed["total"], listed["data_ref"]) == ([text, mail], 2, "data")
    assert shop.get("message-templates", channel="sms", **named)["data"] == [text]
    assert shop.ask("DELETE", f"message-templates/{mail['id']}").status_code == 204
    for method in ("GET", "PUT", "DELETE"):
        assert refusal(shop.ask(method, f"message-templates/{mail['id']}", {})) == (404, "not_found")
    assert shop.get("message-templates", **named)["data"] == [text]


def test_a_template_is_its_projects_alone(shop: Shop) -> None:
    template = made(shop)
    with Shop(str(shop.http.base_url), PRODUCTION) as other:
        assert refusal(other.ask("GET", f"message-templates/{template['id']}")) == (404, "not_found")


def test_a_repetition_makes_none(shop: Shop) -> None:
    name, key = fresh("template"), fresh("key")
    first, second = (shop.ask("POST", "message-templates", {**MAIL, "name": name}, key=key) for _ in range(2))
    assert ok(first) == ok(second)
    assert shop.get("message-templates", **{"filters[name][conditions][$is]": name})["total"] == 1


@pytest.mark.parametrize(
    ("case", "fields", "details"),
    [
        ("an open tag", {"body": "Dear\n{{ customer.name"}, "body: line 2: expected '}}', found end of file"),
        ("a typing error", {"subject": "{{ vocher.code }}"}, "subject: line 1: there is no vocher.code"),
        (
            "an endless loop",
            {"body": "{% for i in (1..99999999) %}x{% endfor %}"},
            "body: line 1: loop iteration limit",
        ),
        ("too deep", {"body": "<mjml><mj-body>" + "<b>" * 30_000}, "body: is nested deeper than 100 levels"),
        ("too many words", {"locales": {f"de-{n}": MAIL["locales"]["de-AT"] for n in range(10, 111)}}, "locales: more"),
        ("an e-mail without a subject", {"subject": None}, "subject: an e-mail needs one"),
        ("a text with a subject", {"channel": "sms", "body": "x", "locales": {}}, "subject: a text message has none"),
        ("a text in MJML", {"channel": "sms", "subject": "", "locales": {}}, "body: is plain text"),
    ],
)
def test_what_could_not_be_written_is_refused_by_its_place(
    shop: Shop, case: str, fields: dict[str, Any], details: str
) -> None:
    response = shop.ask("POST", "message-templates", {**MAIL, **fields})
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith(details)


def test_words_that_grow_change_by_change_stay_small_enough_to_keep(shop: Shop) -> None:
    template = made(shop, body="x" * 99_000)
    long = {f"de-{n}": {"subject": "x", "body": "x" * 90_000} for n in (10, 11)}
    refused = shop.ask("PUT", f"message-templates/{template['id']}", {"locales": long})
    assert refusal(refused) == (400, "invalid_payload")
    assert refused.json()["details"].startswith("body: 279")
    assert shop.get(f"message-templates/{template['id']}") == template


@pytest.mark.parametrize("route", [route for route, _ in BODIES.values()])
def test_what_is_no_json_object_is_refused(shop: Shop, route: str) -> None:
    malformed_is_refused(shop, route.replace("{template_id}", made(shop)["id"]))


@pytest.mark.parametrize("case", BODIES)
def test_wrong_fields_are_refused_by_path(case: str, shop: Shop, subtests: pytest.Subtests) -> None:
    route, body = BODIES[case]
    name = fresh("template")
    template = made(shop, name=name)
    wrong_is_refused(shop, route.replace("{template_id}", template["id"]), {**body, "name": name}, WRONG, subtests)
    if case == "make a template":
        wrong_is_refused(
            shop, route, {**body, "name": name}, [(it, [None]) for it in ("name", "channel", "body")], subtests
        )
    listed = shop.get("message-templates", **{"filters[name][conditions][$is]": name})
    assert listed["data"] == [template], "nothing was written"
