"""A key pair is exchanged for a token, which then opens the server's side until it is over or ended."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import httpx
import pytest

from infra.local.service import Service
from tests.builders import CLIENT, PRODUCTION, SANDBOX, Clock, Shop, checkout, fresh, ok, refusal

GRANT = {"grant_type": "client_credentials", "scope": "api"}
PATHS = ("token", "introspect", "token/revoke")


class OAuth:
    """The three endpoints, asked in the name of one key pair."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=f"{url}/v1/oauth/", headers=keys, timeout=60)

    def ask(self, path: str, form: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self.http.post(path, data=form, **more)

    def token(self) -> str:
        return str(ok(self.ask("token", GRANT))["access_token"])


@pytest.fixture
def oauth(service: Service) -> Iterator[OAuth]:
    oauth = OAuth(service.url, SANDBOX)
    with oauth.http:
        yield oauth


@pytest.fixture
def timed(timed_service: Service) -> Iterator[OAuth]:
    oauth = OAuth(timed_service.url, SANDBOX)
    with oauth.http:
        yield oauth


def bearer(service: Service, token: str, scheme: str = "Bearer") -> Shop:
    return Shop(service.url, {"Authorization": f"{scheme} {token}"})


@pytest.mark.drives("POST /v1/oauth/token", "POST /v1/oauth/introspect", "POST /v1/oauth/token/revoke")
def test_a_token_is_issued_shown_and_ended(timed: OAuth, timed_service: Service, clock: Clock) -> None:
    start = datetime(2026, 3, 17, 8, 0, 0, 700_000, UTC)
    clock.set(start)
    until = int(start.timestamp()) + 900
    answer = timed.ask("token", GRANT)
    made = ok(answer)
    token = made["access_token"]
    assert re.fullmatch(r"[\w-]{43}", token)
    assert answer.headers["cache-control"] == "no-store"
    told = {"client_id": "sandbox", "expires_at": until, "scope": "api", "token_type": "Bearer"}
    assert made == {"access_token": token, "expires_in": 899, **told}

    clock.forward(timedelta(minutes=5))
    shown = ok(timed.ask("introspect", {"access_token": token}))
    assert shown == {"access_token": token, "expires_in": 599, "active": True, **told}

    with bearer(timed_service, token) as shop:
        assert shop.get("campaigns")["object"] == "list"
        ended = timed.ask("token/revoke", {"access_token": token})
        assert (ended.status_code, ended.content) == (204, b"")
        assert ok(timed.ask("introspect", {"access_token": token})) == {"access_token": token, "active": False}
        assert refusal(shop.ask("GET", "campaigns")) == (401, "unauthorized")
    assert timed.ask("token/revoke", {"access_token": token}).status_code == 204


def test_the_sdk_goes_by_a_token(sdk_client: tuple[ModuleType, Any], service: Service, oauth: OAuth) -> None:
    module, _ = sdk_client
    client = module.ApiClient(module.Configuration(host=service.url), "Authorization", f"Bearer {oauth.token()}")
    code = fresh()
    body = module.VouchersCreateWithSpecificCodeRequestBody.from_dict(
        {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 500}, "redemption": {"quantity": 1}}
    )
    assert module.VouchersApi(client).create_voucher(code, body).code == code
    redeem = module.RedemptionsRedeemRequestBody.from_dict(checkout(code))
    [record] = module.RedemptionsApi(client).redeem_stacked_discounts(redeem).redemptions
    assert (record.result, record.channel.channel_id) == ("SUCCESS", "sandbox")


def test_a_token_is_over_after_a_quarter_of_an_hour(timed: OAuth, timed_service: Service, clock: Clock) -> None:
    clock.set(datetime(2026, 3, 17, 8, tzinfo=UTC))
    token = timed.token()
    with bearer(timed_service, token) as shop:
        clock.forward(timedelta(seconds=899.999))
        assert shop.ask("GET", "campaigns").status_code == 200
        clock.forward(timedelta(seconds=0.001))
        assert refusal(shop.ask("GET", "campaigns")) == (401, "unauthorized")
    assert ok(timed.ask("introspect", {"access_token": token})) == {"access_token": token, "active": False}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_schemes_spelling_does_not_matter(service: Service, oauth: OAuth, scheme: str) -> None:
    with bearer(service, oauth.token(), scheme) as shop:
        assert shop.ask("GET", "vouchers").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Bearer  {token}",
        "Bearer {token}x",
        "Basic {token}",
        "{token}",
        "Bearer " + "x" * 10_000,
        "Bearer sandbox-secret",
    ],
)
def test_what_is_no_token_opens_nothing(service: Service, oauth: OAuth, header: str) -> None:
    answer = httpx.get(f"{service.url}/v1/vouchers", headers={"Authorization": header.format(token=oauth.token())})
    assert refusal(answer) == (401, "unauthorized")


def test_a_wrong_key_pair_is_wrong_with_a_token_beside_it(service: Service, oauth: OAuth) -> None:
    headers = SANDBOX | {"X-App-Token": "wrong", "Authorization": f"Bearer {oauth.token()}"}
    with Shop(service.url, headers) as shop:
        assert refusal(shop.ask("GET", "vouchers")) == (401, "unauthorized")


def test_a_token_opens_its_own_project_and_its_own_side(service: Service, oauth: OAuth, shop: Shop) -> None:
    code, token = shop.code(), oauth.token()
    other = OAuth(service.url, PRODUCTION)
    with other.http, bearer(service, other.token()) as theirs:
        assert refusal(theirs.ask("GET", f"vouchers/{code}")) == (404, "not_found")
        # nor is it theirs to ask about, or to end
        assert ok(other.ask("introspect", {"access_token": token})) == {"access_token": token, "active": False}
        assert other.ask("token/revoke", {"access_token": token}).status_code == 204
    assert ok(oauth.ask("introspect", {"access_token": token}))["active"] is True
    for headers in ({"Authorization": f"Bearer {token}", "Origin": "http://localhost"},):
        answer = httpx.post(f"{service.url}/client/v1/validations", json=checkout(code), headers=headers)
        assert refusal(answer) == (401, "unauthorized")


def test_a_token_does_not_renew_itself(service: Service, oauth: OAuth) -> None:
    renewing = OAuth(service.url, {"Authorization": f"Bearer {oauth.token()}"})
    with renewing.http:
        for path in PATHS:
            assert refusal(renewing.ask(path, GRANT | {"access_token": "x"})) == (401, "unauthorized")


@pytest.mark.parametrize("keys", [{}, CLIENT, SANDBOX | {"X-App-Token": "x"}, {"X-App-Id": "sandbox"}])
def test_only_a_servers_key_pair_gets_a_token(service: Service, keys: dict[str, str]) -> None:
    stranger = OAuth(service.url, keys)
    with stranger.http:
        for path in PATHS:
            answer = stranger.ask(path, GRANT | {"access_token": "x"})
            assert refusal(answer) == (401, "unauthorized")
            assert answer.headers["cache-control"] == "no-store"


def test_a_token_is_kept_for_no_idempotency_key(oauth: OAuth) -> None:
    key = {"Idempotency-Key": fresh("key")}
    tokens = {ok(oauth.ask("token", GRANT, headers=key))["access_token"] for _ in range(3)}
    assert len(tokens) == 3


# Bad input


@pytest.mark.parametrize(
    ("path", "content", "details"),
    [
        ("token", b"", "grant_type: Field required; scope: Field required"),
        ("token", b"scope=api", "grant_type: Field required"),
        ("token", b"grant_type=client_credentials", "scope: Field required"),
        ("token", b"grant_type=password&scope=api", "grant_type: "),
        ("token", b"grant_type=client_credentials&scope=vouchers", "scope: "),
        ("token", b"grant_type=client_credentials&scope=api%20vouchers", "scope: "),
        ("token", b"grant_type=client_credentials&scope=api&scope=api", "body: a field is there twice"),
        ("token", b'{"grant_type": "client_credentials", "scope": "api"}', "grant_type: Field required"),
        ("token", b"grant_type=\xff&scope=api", "body: not UTF-8"),
        ("token", b"grant_type=%ff&scope=api", "body: not UTF-8"),
        ("token", b"grant_type=" + b"x" * 9_000, "body: 9011 bytes are more than 8192"),
        ("introspect", b"", "access_token: Field required"),
        ("introspect", b"access_token=", "access_token: "),
        ("introspect", b"access_token=" + b"x" * 201, "access_token: "),
        ("introspect", b"token=x", "access_token: Field required"),
        ("token/revoke", b"", "access_token: Field required"),
        ("token/revoke", b"access_token=" + b"%00" * 201, "access_token: "),
    ],
)
def test_a_form_that_is_wrong_is_refused_by_its_field(oauth: OAuth, path: str, content: bytes, details: str) -> None:
    answer = oauth.http.post(path, content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert refusal(answer) == (400, "invalid_payload")
    assert answer.json()["details"].startswith(details)


@pytest.mark.parametrize("token", ["x", "%00", "\u202e", "🦆" * 50, "token#x", "' OR 1=1", "x" * 200])
def test_what_is_no_token_is_not_active_and_may_be_ended(oauth: OAuth, token: str) -> None:
    assert ok(oauth.ask("introspect", {"access_token": token})) == {"access_token": token, "active": False}
    assert oauth.ask("token/revoke", {"access_token": token}).status_code == 204
