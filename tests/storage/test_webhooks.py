"""What is for a shop's app or page: one signed request to its webhook, whatever that answers; and where it is kept."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from infra.local.service import free_port
from shared.delivery import webhook as sending
from shared.delivery.webhook import Webhooks
from shared.domain.errors import Moved, NotFound
from shared.domain.post.deliveries import Message, NeverTaken, NotTaken, PerhapsTaken
from shared.domain.post.webhooks import Webhook, secret_of
from shared.storage.table import Table
from shared.storage.webhooks import WebhookStore
from tests.storage.test_channels import Answering, Channel
from tests.storage.wire import Wire
from tests.unit.values import AT

SECRET = secret_of(b"s" * 32)
PUSH = Message(
    *("push", "cust_1", "For you 🎂", "20 % off"), unsubscribe_url="https://shop.example/u/0", delivery_id="dlv_1"
)


@pytest.fixture
def shop() -> Iterator[Channel]:
    """A shop's server that takes messages."""
    with Channel() as server:
        yield server


def hook(url: str, *, here: bool = True) -> Webhooks:
    webhook = Webhook(url=url, secret=SECRET, created_at=AT)
    return Webhooks(lambda: webhook, here=here)


def hook_of(shop: Channel, path: str = "/hooks?to=app") -> Webhooks:
    return hook(f"http://localhost:{shop.server_port}{path}")


def status(code: int, **headers: str) -> Callable[[Answering], None]:
    return lambda it: it.say(code, b"whatever it says", **headers)


def test_a_message_is_one_request_that_the_shop_can_verify(shop: Channel) -> None:
    shop.does = status(204)
    assert hook_of(shop).send(PUSH) == "dlv_1"
    [(headers, body)] = shop.asked
    told = {
        "type": "message",
        "channel": "push",
        "purpose": "marketing",
        "delivery_id": "dlv_1",
        "customer_id": "cust_1",
        "title": "For you 🎂",
        "text": "20 % off",
        "unsubscribe_url": "https://shop.example/u/0",
    }
    assert Verifier(SECRET).verify(body, headers) == told, "within five minutes of the verifier's own clock"
    assert (headers["webhook-id"], headers["content-type"]) == ("dlv_1", "application/json")
    assert headers["host"] == f"localhost:{shop.server_port}"


def test_an_address_without_a_path_is_asked_at_its_root(shop: Channel) -> None:
    paths: list[str] = []

    def note(it: Answering) -> None:
        paths.append(it.path)
        it.say(200, b"")

    shop.does = note
    for path in ("/", "/hooks?to=app"):
        hook_of(shop, path).send(PUSH)
    assert paths == ["/", "/hooks?to=app"]


@pytest.mark.parametrize(
    ("case", "does", "meant"),
    [
        ("malformed, it says", status(400), NeverTaken("message_refused")),
        ("nobody there", status(404), NeverTaken("message_refused")),
        ("gone", status(410), NeverTaken("message_refused")),
        ("too large", status(413), NeverTaken("message_refused")),
        ("not its kind", status(415), NeverTaken("message_refused")),
        ("it makes no sense", status(422), NeverTaken("message_refused")),
        ("another secret", status(401), NotTaken()),
        ("not allowed", status(403), NotTaken()),
        ("no POST there", status(405), NotTaken()),
        ("not in time", status(408), NotTaken()),
        ("too fast", status(429), NotTaken()),
        ("away for a while", status(503, Retry_After="1"), NotTaken()),
        ("elsewhere", status(302, Location="http://127.0.0.1:1/"), NotTaken()),
        ("elsewhere for good", status(308, Location="http://127.0.0.1:1/"), NotTaken()),
        ("somebody in between is busy", status(503), PerhapsTaken()),
        ("it broke inside", status(500), PerhapsTaken()),
        ("a gateway gave up", status(504), PerhapsTaken()),
        ("an answer that is none", lambda it: it.wfile.write(b"250 ok\r\n\r\n"), PerhapsTaken()),
        ("closed without a word", Answering.close, PerhapsTaken()),
        ("silence", Answering.wait, PerhapsTaken()),
    ],
)
def test_an_answer_tells_whether_a_message_was_taken(
    shop: Channel, monkeypatch: pytest.MonkeyPatch, case: str, does: Callable[[Answering], None], meant: Exception
) -> None:
    monkeypatch.setattr(sending, "TO_ANSWER", 0.3)
    shop.does = does
    with pytest.raises(type(meant)) as raised:
        hook_of(shop).send(PUSH)
    assert raised.value.args == meant.args
    assert len(shop.asked) == 1


def test_of_an_answer_nothing_is_read_but_its_status(shop: Channel) -> None:
    shop.does = lambda it: it.say(200, b"x", promised=10**12)
    assert hook_of(shop).send(PUSH) == "dlv_1"


def test_a_project_without_a_webhook_sends_nothing() -> None:
    with pytest.raises(NeverTaken, match="no_webhook"):
        Webhooks(lambda: None).send(PUSH)


def test_where_nobody_answers_nothing_was_sent() -> None:
    for url in (f"http://127.0.0.1:{free_port()}/", "https://nobody.invalid/", f"https://{'x' * 70}.example/"):
        with pytest.raises(NotTaken):
            hook(url).send(PUSH)


def test_to_whom_no_certificate_belongs_nothing_is_said(shop: Channel) -> None:
    """The shop speaks no TLS, so nothing that it could read is sent."""
    with pytest.raises(NotTaken):
        hook(f"https://127.0.0.1:{shop.server_port}/").send(PUSH)
    assert shop.asked == []


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, shop: Channel, ip: str
) -> None:
    """Also one of which only some addresses are private, and on one machine too."""
    reached: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (it, 0)) for it in ("8.8.8.8", ip)])
    monkeypatch.setattr(socket, "create_connection", lambda address, _: reached.append(address))
    for here in (True, False):
        with pytest.raises(NotTaken):
            hook("https://shop.example/", here=here).send(PUSH)
    assert reached == []


def test_what_was_looked_up_is_what_is_connected_to_and_one_address_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[str] = []
    reached: list[object] = []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        return [(0, 0, 0, "", (it, 0)) for it in ("8.8.8.8", "2606:2800:21f::1", "8.8.8.8")]

    def connect(address: object, _: float) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotTaken):
        hook("https://shop.example:8443/", here=False).send(PUSH)
    assert (looked_up, reached) == (["shop.example"], [("8.8.8.8", 8443), ("2606:2800:21f::1", 8443)])


def test_names_are_vouched_for() -> None:
    trust = sending._trust()
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_webhook_is_kept_changed_and_forgotten(table: Table, project: str) -> None:
    webhooks = WebhookStore(table, project)
    assert (webhooks.find(), webhooks.now()) == (None, None)
    with pytest.raises(NotFound):
        webhooks.get()
    new = Webhook(url="https://a.example/", secret=SECRET, created_at=AT)
    webhooks.save(new)
    assert webhooks.get() == webhooks.now() == new.model_copy(update={"version": 1})
    with pytest.raises(Moved):
        webhooks.save(new)
    other = webhooks.get().model_copy(update={"url": "https://b.example/", "updated_at": AT})
    webhooks.save(other)
    assert webhooks.get() == webhooks.now() == other.model_copy(update={"version": 2})
    for late in (webhooks.save, webhooks.remove):
        with pytest.raises(Moved):
            late(other)
    assert WebhookStore(table, f"{project}_2").find() is None
    webhooks.remove(webhooks.get())
    assert (webhooks.find(), webhooks.now()) == (None, None)


def test_it_is_read_once_in_a_moment_also_where_there_is_none(table: Table, project: str, wire: Wire) -> None:
    webhooks = WebhookStore(table, project)
    assert [webhooks.now() for _ in range(3)] == [None] * 3
    assert wire.calls == ["GetItem"]


def test_its_secret_stands_in_no_log_and_on_no_index(table: Table, project: str) -> None:
    WebhookStore(table, project).save(Webhook(url="https://a.example/", secret=SECRET, created_at=AT))
    [item] = table.query(f"{project}#settings")
    assert set(item) == {"PK", "SK", "document", "version"}
    assert json.loads(item["document"])["secret"] == SECRET
