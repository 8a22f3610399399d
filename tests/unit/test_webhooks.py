"""A webhook: which addresses one may have, how its messages are signed, and when its secret is told."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from shared.delivery.webhook import body_of
from shared.domain.errors import InvalidPayload, Moved, NotFound
from shared.domain.post.deliveries import Message
from shared.domain.post.webhooks import Webhook, address, is_public, secret_of, signature
from shared.usecases.webhooks import forget_webhook, settle_webhook
from tests.unit.values import AT

PUSH = Message(
    "push", "cust_1", "For you 🎂", "20 % off", unsubscribe_url="https://shop.example/u/0", delivery_id="dlv_1"
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("HTTPS://Shop.Example:443/Hooks?to=app", "https://shop.example/Hooks?to=app"),
        ("https://shop.example:8443/a b", "https://shop.example:8443/a%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:2800:21f::1]/", "https://[2606:2800:21f::1]/"),
    ],
)
def test_an_address_has_one_spelling(said: str, kept: str) -> None:
    assert address(said, here=False) == address(kept, here=False) == kept


@pytest.mark.parametrize(
    "said",
    [
        *("", "shop.example", "//shop.example", "http://shop.example", "ftp://shop.example", "file:///etc/passwd"),
        *("https://", "https://a:b@shop.example", "https://a@shop.example", "https://shop.example/#x"),
        *("https://localhost", "https://LOCALHOST.", "https://a.localhost", "https://shop", "https://db.internal"),
        *("https://127.0.0.1", "https://0x7f.1", "https://2130706433", "https://0.0.0.0", "https://10.0.0.1"),
        *("https://172.16.0.1", "https://192.168.1.1", "https://169.254.169.254", "https://100.64.0.1"),
        *("https://[::1]", "https://[::]", "https://[fe80::1]", "https://[fc00::1]", "https://[::ffff:127.0.0.1]"),
        *("https://224.0.0.1", "https://[ff02::1]", "https://255.255.255.255", f"https://shop.example/{'x' * 2_048}"),
        "https://127.0.0.1:8000/",
    ],
)
def test_an_address_that_no_webhook_may_have_is_refused(said: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        address(said, here=False)
    assert refused.value.details.startswith("url: ")


def test_on_one_machine_a_shop_may_listen_beside_the_service_and_nowhere_else_that_is_private() -> None:
    for said in ("http://127.0.0.1:8000/hooks", "http://localhost:8000/", "https://localhost/"):
        assert address(said, here=True) == said
    for said in (
        "http://shop.example/",
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "http://127.0.0.2/",
        "ftp://localhost",
    ):
        with pytest.raises(InvalidPayload):
            address(said, here=True)


@given(ip=st.ip_addresses().map(str))
def test_an_address_that_is_somebodys_own_is_public_in_no_spelling(ip: str) -> None:
    if ":" not in ip:
        assert is_public(f"::ffff:{ip}") is is_public(ip)


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = signature(secret, id_, 1_614_265_330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(drawn=st.binary(min_size=24, max_size=64), text=st.text(), now=st.integers(0, 2**32))
def test_another_library_believes_what_is_signed_and_nothing_else(drawn: bytes, text: str, now: int) -> None:
    body = body_of(PUSH._replace(text=text))
    secret = secret_of(drawn)
    verifier = Clockless(secret)
    headers = {
        "webhook-id": "dlv_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, "dlv_1", now, body),
    }
    assert verifier.verify(body, headers) == json.loads(body)
    others = [
        (body + b" ", headers),
        (body, {**headers, "webhook-id": "dlv_2"}),
        (body, {**headers, "webhook-timestamp": str(now + 1)}),
    ]
    for said, told in others:
        with pytest.raises(WebhookVerificationError):
            verifier.verify(said, told)


class Clockless(Verifier):
    """The library, at whatever time a message says that it is."""

    def _Webhook__verify_timestamp(self, timestamp_header: str) -> object:  # noqa: N802 - as it is called there
        from datetime import UTC, datetime

        return datetime.fromtimestamp(float(timestamp_header), UTC)


class Kept:
    """A webhook in memory. ``before_saving`` is what somebody else does in between."""

    def __init__(self) -> None:
        self.webhook: Webhook | None = None
        self.before_saving = lambda: None

    def find(self) -> Webhook | None:
        return self.webhook

    def get(self) -> Webhook:
        if self.webhook is None:
            raise NotFound("webhook", "proj_1")
        return self.webhook

    def save(self, webhook: Webhook) -> None:
        self.before_saving()
        if webhook.version != (self.webhook.version if self.webhook else 0):
            raise Moved
        self.webhook = webhook.model_copy(update={"version": webhook.version + 1})

    def remove(self, webhook: Webhook) -> None:
        assert self.webhook == webhook
        self.webhook = None


def drawing() -> Iterator[bytes]:
    for number in range(9):
        yield bytes([number]) * 32


def test_a_secret_is_told_when_it_is_drawn_and_stays_until_it_shall_be_another() -> None:
    kept, drawn, later = Kept(), drawing(), AT + timedelta(days=1)

    def settle(url: str, *, rotate: bool = False) -> tuple[str, bool]:
        settled = settle_webhook(url, rotate=rotate, at=later, draw=lambda: next(drawn), webhooks=kept)
        return settled.webhook.secret, settled.drawn

    first, second, third = (secret_of(bytes([number]) * 32) for number in range(3))
    assert settle("https://a.example/") == (first, True)
    assert settle("https://b.example/") == (first, False)
    assert settle("https://b.example/", rotate=True) == (second, True)
    forget_webhook(webhooks=kept)
    assert settle("https://b.example/") == (third, True)
    assert kept.get().created_at == later
    forget_webhook(webhooks=kept)
    with pytest.raises(NotFound):
        forget_webhook(webhooks=kept)


def test_of_two_who_settle_it_first_one_draws_the_secret_and_only_that_one_is_told() -> None:
    kept, drawn = Kept(), drawing()

    def overtake() -> None:
        kept.before_saving = lambda: None
        first = settle_webhook("https://a.example/", rotate=False, at=AT, draw=lambda: next(drawn), webhooks=kept)
        assert first.drawn

    kept.before_saving = overtake
    second = settle_webhook("https://b.example/", rotate=False, at=AT, draw=lambda: next(drawn), webhooks=kept)
    assert second.drawn is False
    assert kept.get().secret == secret_of(b"\x01" * 32)
    assert kept.get().url == "https://b.example/"
