"""The edge of a function, as far as it needs no table: what a request says, and what an outcome tells."""

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest

from infra.local.events import event_of
from shared.domain.errors import (
    Busy,
    Conflict,
    Duplicate,
    InvalidPayload,
    MethodNotAllowed,
    NotFound,
    PromotionError,
    Reason,
    Refused,
    TooManyRequests,
    Unauthorized,
)
from shared.runtime.api import Api, Request, response, status_of
from shared.storage.answers import Answer
from shared.wire.answers import parts
from shared.wire.checkouts import CheckoutBody
from shared.wire.queries import CountQuery
from shared.wire.vouchers import VoucherBody

AT = datetime(2026, 3, 17, 8, 0, 0, 123_000, UTC)


def asked(
    method: str = "POST",
    path: str = "/v1/redemptions",
    body: Any = b"{}",
    *,
    query: str = "",
    render: Any = dict,
    status: HTTPStatus = HTTPStatus.OK,
    **headers: str,
) -> Request:
    """A request as it comes in."""
    _, event = event_of(
        method,
        path,
        query=query,
        headers=[(name.replace("_", "-"), value) for name, value in headers.items()],
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        now=AT,
    )
    return Request(event, render, status)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidPayload("order.amount: wrong"), 400),
        (Unauthorized(), 401),
        (NotFound("voucher", "MUG"), 404),
        (MethodNotAllowed("PATCH", "GET"), 405),
        (Conflict("idempotency_key_conflict", "Conflict"), 409),
        (Duplicate("voucher", "MUG"), 409),
        (Busy(), 409),
        (TooManyRequests(5), 429),
        (Refused(Reason("voucher_expired", "voucher expired")), 400),
        (PromotionError("invalid_redeemables", "Invalid redeemables"), 400),
    ],
)
def test_each_error_has_the_status_of_its_nearest_ancestor(error: PromotionError, status: int) -> None:
    assert status_of(error) == status


def test_a_request_knows_its_instant_and_has_an_id() -> None:
    request = asked()
    assert request.at == AT
    assert request.id.startswith("v-")
    assert len(request.id) == 26
    assert asked().id != request.id


def test_what_the_path_names_is_read_with_the_body() -> None:
    request = asked(path="/v1/vouchers/SPRING%20%26%20CO", body={"code": "ANOTHER", "active": False})
    assert request.path == {"code": "SPRING & CO"}
    body = request.read(VoucherBody, **request.path)
    assert (body.code, body.active) == ("SPRING & CO", False)


@pytest.mark.parametrize("named", ["x" * 201, "a%00b", "a%0Ab", "%1b[2J"])
def test_a_path_that_can_name_nothing_is_refused(named: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        _ = asked("GET", f"/v1/vouchers/{named}").path
    assert refusal.value.details.startswith("code: ")


@pytest.mark.parametrize(("body", "read"), [(b"", {}), (b"  ", {}), (b"{}", {}), (b'{"a": 1}', {"a": 1})])
def test_a_body_may_be_empty(body: bytes, read: dict[str, Any]) -> None:
    assert asked(body=body).body == read


def test_a_body_that_is_not_utf_8_arrives_in_base64_and_is_refused() -> None:
    request = asked(body=b'{"a": "\xff"}')
    with pytest.raises(InvalidPayload, match="Invalid payload") as refusal:
        _ = request.body
    assert refusal.value.details == "body: not UTF-8 at byte 7"


def test_a_body_in_base64_is_read() -> None:
    request = asked()
    request._event |= {"isBase64Encoded": True, "body": base64.b64encode(b'{"a": 1}').decode()}
    assert request.body == {"a": 1}


@pytest.mark.parametrize(
    ("query", "on"), [("", False), ("force=true", True), ("force=1", True), ("force=TRUE", True), ("force=no", False)]
)
def test_a_flag_is_switched_on_by_true_or_1(query: str, on: bool) -> None:
    assert asked("DELETE", "/v1/vouchers/MUG", query=query).flag("force") is on


def test_a_query_is_a_model_too() -> None:
    query = asked("POST", query="vouchers_count=20&unknown=1").query(CountQuery)
    assert query == CountQuery(vouchers_count=20)


# The Idempotency-Key


@pytest.mark.parametrize(
    ("case", "method", "headers", "key"),
    [
        ("none", "POST", {}, None),
        ("one", "POST", {"Idempotency_Key": "order-7"}, "order-7"),
        ("of the longest", "POST", {"idempotency_key": "k" * 255}, "k" * 255),
        ("on what changes nothing", "GET", {"Idempotency_Key": "order-7"}, None),
        ("on what may be repeated anyway", "PUT", {"Idempotency_Key": "order-7"}, None),
    ],
)
def test_a_post_may_carry_an_idempotency_key(case: str, method: str, headers: dict[str, str], key: str | None) -> None:
    request = asked(method, **headers)
    request.refuse_malformed_key()
    assert request.idempotency_key == key


@pytest.mark.parametrize("key", ["", "k" * 256, "a\x00b", "a\tb", "line\nbreak"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        asked(idempotency_key=key).refuse_malformed_key()
    assert refusal.value.details.startswith("Idempotency-Key: ")
    assert asked(idempotency_key=key).answer(refusal.value).asked == ""
    asked("GET", idempotency_key=key).refuse_malformed_key()


def test_a_key_belongs_to_its_method_and_path() -> None:
    redemption = asked(idempotency_key="k")
    assert redemption.scope == "POST /v1/redemptions k"
    assert redemption.scope != asked(path="/v1/publications", idempotency_key="k").scope


@pytest.mark.parametrize(
    ("case", "one", "another", "same"),
    [
        ("the same", b'{"a": 1, "b": 2}', b'{"a": 1, "b": 2}', True),
        ("in another order", b'{"a": 1, "b": 2}', b'{"b":2,"a":1}', True),
        ("written differently", b'{"a": "\\u00e9"}', '{ "a" : "é" }'.encode(), True),
        ("nothing and an empty object", b"", b"{}", True),
        ("another value", b'{"a": 1}', b'{"a": 2}', False),
        ("a number and its text", b'{"a": 1}', b'{"a": "1"}', False),
        ("null and nothing", b'{"a": null}', b"{}", False),
        ("lists in another order", b'{"a": [1, 2]}', b'{"a": [2, 1]}', False),
        ("two that are no JSON", b"{", b"{{", False),
    ],
)
def test_bodies_are_compared_by_what_they_say(case: str, one: bytes, another: bytes, same: bool) -> None:
    assert (asked(body=one).asked == asked(body=another).asked) is same


def test_the_query_is_part_of_what_is_asked() -> None:
    path = "/v1/campaigns/camp_1/vouchers"
    assert asked(path=path, query="vouchers_count=2").asked != asked(path=path, query="vouchers_count=3").asked


# What an outcome tells


def test_an_outcome_is_rendered_with_the_routes_status() -> None:
    said = asked(render=lambda of: {"said": of}).answer("é")
    assert said == Answer("", 200, '{"said":"é"}')


def test_nothing_is_said_of_what_is_gone() -> None:
    assert asked(render=str, status=HTTPStatus.NO_CONTENT).answer(None) == Answer("", 204, "")


def test_a_promise_is_202() -> None:
    said = asked(render=lambda of: parts.Accepted(async_action_id=of)).answer("async_1")
    assert (said.status, said.body) == (202, '{"async_action_id":"async_1"}')


@pytest.mark.parametrize("where", ["outcome", "render"])
def test_a_refusal_is_an_answer_wherever_it_comes_from(where: str) -> None:
    error = NotFound("voucher", "GONE")

    def refuse(_outcome: object) -> None:
        raise error

    request = asked(render=refuse)
    said = request.answer(error if where == "outcome" else "something")
    assert said.status == 404
    assert json.loads(said.body) == {
        "code": 404,
        "key": "not_found",
        "message": "Resource not found",
        "details": "Cannot find voucher with id GONE",
        "request_id": request.id,
        "resource_id": "GONE",
        "resource_type": "voucher",
    }


def test_an_answer_to_be_remembered_carries_what_was_asked() -> None:
    request = asked(body={"a": 1}, idempotency_key="k")
    assert request.answer({}).asked == request.asked
    assert asked(body={"a": 1}).answer({}).asked == ""


def test_an_answer_goes_out_as_json_and_nothing_as_nothing() -> None:
    assert response(Answer("", 200, '{"a":1}')) == {
        "statusCode": 200,
        "headers": {"content-type": "application/json; charset=utf-8"},
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }
    assert response(Answer("", 204, ""))["headers"] == {}


def test_a_function_knows_only_the_routes_that_it_registers() -> None:
    api = Api()

    @api.post("/v1/mugs", answer=dict, status=HTTPStatus.ACCEPTED)
    @api.get("/v1/mugs", answer=list)
    def mugs(request: Request) -> None: ...

    assert api.routes == {
        "GET /v1/mugs": (mugs, list, HTTPStatus.OK),
        "POST /v1/mugs": (mugs, dict, HTTPStatus.ACCEPTED),
    }


def test_nobody_without_a_key_gets_as_far_as_the_handler() -> None:
    api = Api()

    @api.get("/v1/vouchers/{code}", answer=dict)
    def get(request: Request, code: str) -> None:
        raise AssertionError

    _, event = event_of("GET", "/v1/vouchers/MUG", now=AT)
    answer = api(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["key"]) == (401, "unauthorized")


def test_a_checkout_is_read_from_the_body() -> None:
    request = asked(body={"redeemables": [{"object": "voucher", "id": "MUG"}], "order": {"amount": 10_000}})
    checkout = request.read(CheckoutBody).checkout(request_id=request.id, asked_by="app_1")
    assert checkout.named == ("MUG",)
    assert checkout.request_id == request.id
