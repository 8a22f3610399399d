"""Two thousand requests of every kind, each answer held to the contract; `make fuzz` asks fifty thousand."""

import json
from secrets import token_hex

import pytest

from infra.local.service import running
from shared.runtime.routes import ROUTES
from tests.fuzz import laws, sdk
from tests.fuzz.asks import Answer, Ask
from tests.fuzz.morning import live_through
from tests.fuzz.quiet import Items, changed, quietly
from tests.fuzz.run import Report, fuzz

WITHOUT_A_MODEL = {
    # The SDK leaves tokens to whatever OAuth library its user has; tests/contract/test_oauth.py holds their shapes.
    "POST /v1/oauth/token",
    "POST /v1/oauth/introspect",
    "POST /v1/oauth/token/revoke",
    # Bonbon's own.
    "GET /v1/segments",
    "GET /v1/customers/{customer_id}/consents",
    "PUT /v1/customers/{customer_id}/consents",
    "GET /v1/contact-policy",
    "PUT /v1/contact-policy",
    "GET /v1/webhook",
    "PUT /v1/webhook",
    "GET /v1/brand",
    "PUT /v1/brand",
    "GET /v1/schedules",
    "POST /v1/schedules",
    "GET /v1/schedules/{schedule_id}",
    "PUT /v1/schedules/{schedule_id}",
    "POST /v1/schedules/{schedule_id}/enable",
    "POST /v1/schedules/{schedule_id}/disable",
    "GET /v1/schedules/{schedule_id}/preview",
    "GET /v1/schedules/{schedule_id}/runs",
    "POST /v1/deliveries",
    "GET /v1/deliveries",
    "GET /v1/deliveries/{delivery_id}",
    "GET /v1/deliveries/{delivery_id}/why",
    "GET /v1/processors",
    "PUT /v1/processors",
    "POST /v1/customers/{customer_id}/export",
    "GET /v1/message-templates",
    "POST /v1/message-templates",
    "GET /v1/message-templates/{template_id}",
    "PUT /v1/message-templates/{template_id}",
    "POST /v1/message-templates/{template_id}/preview",
    "GET /u/{token}",
    "POST /u/{token}",
}
"""Routes of which the SDK has no model of an answer."""

ONLY_FROM_A_MAIL = {"GET /u/{token}", "POST /u/{token}"}
"""Routes that say yes to nothing but a sealed token, which stands in a message;
tests/contract/test_preference_centre.py follows such links.
"""


def test_every_answers_shape_is_known() -> None:
    """A new route is held to the SDK's model from its first day, or it is named here."""
    answering = {f"{it.method} {it.path}" for it in ROUTES if it.method != "DELETE" or it.path == "/v1/campaigns"}
    unknown = {route for route in answering if laws.response_model(route) is None}
    assert unknown == WITHOUT_A_MODEL
    assert len(sdk.known()) > 200


def test_nothing_that_is_asked_breaks_a_law() -> None:
    report = Report(token_hex(3))
    with running() as service:
        live_through(service)
        quietly(service, 75, report)
        fuzz(service, 1_925, report)
    assert not report.failures, str(report)
    assert report.statuses[200] > 500
    assert report.statuses[400] > 300
    # A route that never says yes is not fuzzed but only refused. A single rare one may be a matter of luck.
    untaken = set(report.untaken) - ONLY_FROM_A_MAIL
    assert len(untaken) <= len(ROUTES) // 10, untaken


ERROR = {"code": 404, "key": "not_found", "message": "Not found", "details": "", "request_id": "v-1"}
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("case", "status", "said"),
    [
        ("a failure", 500, ERROR | {"code": 500}),
        ("a redirection", 302, ERROR),
        ("a refusal of no contract's", 422, ERROR | {"code": 422}),
        ("another code", 400, ERROR),
        ("no key", 404, {name: it for name, it in ERROR.items() if name != "key"}),
        ("a key of another style", 404, ERROR | {"key": "Not-Found"}),
        ("no message", 404, ERROR | {"message": ""}),
        ("a null", 404, ERROR | {"details": None}),
        ("a field of its own", 404, ERROR | {"stack": "…"}),
        ("no request's id", 404, ERROR | {"request_id": "1"}),
        ("an array", 404, [ERROR]),
        ("what the SDK refuses", 200, {"object": "list", "data_ref": 1, "vouchers": {}}),
        ("NaN", 200, {"object": float("nan")}),
        ("something in nothing", 204, {}),
    ],
)
def test_an_answer_that_breaks_a_law_is_noticed(case: str, status: int, said: object) -> None:
    assert laws.broken(LIST, Answer(status, JSON, json.dumps(said).encode()))


LIST = Ask("GET", "/v1/vouchers", route="GET /v1/vouchers")


def test_an_answer_as_it_should_be_breaks_none() -> None:
    assert laws.broken(LIST, Answer(404, JSON, json.dumps(ERROR).encode())) is None
    assert laws.broken(LIST, Answer(204, {}, b"")) is None
    empty = {"object": "list", "data_ref": "vouchers", "vouchers": [], "total": 0}
    assert laws.broken(LIST, Answer(200, JSON, json.dumps(empty).encode())) is None
    assert laws.broken(LIST, Answer(200, {"content-type": "text/html"}, json.dumps(empty).encode()))
    assert laws.broken(LIST, Answer(200, JSON, b"\xff"))


def test_a_page_is_one_where_people_follow_links_and_nowhere_else() -> None:
    link, page = Ask("GET", "/u/x", route="GET /u/{token}"), {"content-type": "text/html; charset=utf-8"}
    assert laws.broken(link, Answer(404, page, b"<!doctype html>\n<html>")) is None
    assert laws.broken(link, Answer(500, page, b"<!doctype html>\n<html>"))
    assert laws.broken(link, Answer(200, page, b"{}"))
    assert laws.broken(LIST, Answer(404, page, b"<!doctype html>\n<html>"))


def test_what_a_refusal_wrote_is_noticed_but_for_its_record_and_its_memory() -> None:
    before: Items = {("p#voucher#1", "voucher"): {"taken": {"N": "0"}}}
    refused = Answer(400, JSON, json.dumps(ERROR | {"resource_id": "rf_00001234"}).encode())
    allowed = {("p#redemptions#0000", "1234"): {}, ("p#answer#0", "answer"): {}}
    assert list(changed(before, before | allowed, refused)) == []
    assert "adds" in next(changed(before, before | {("p#redemptions#0000", "9999"): {}}, refused))
    assert "removes" in next(changed(before, {}, refused))
    assert "changes" in next(changed(before, {("p#voucher#1", "voucher"): {"taken": {"N": "1"}}}, refused))


def test_a_request_is_written_down_and_read_again() -> None:
    for body in (b"", b"\xff\x00", b'{"a": "\xf0\x9f\x8d\xac"}'):
        ask = Ask("POST", "/v1/vouchers?a='%00", (("X-App-Id", "s\xe9"),), body, "POST /v1/vouchers")
        assert Ask.read(ask.written()) == ask
