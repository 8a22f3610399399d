"""Mails as a real mail server gets them: whole, and to be read on a phone and on a desk; and the page behind them."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from queue import Empty, Queue
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from infra.local.service import free_port, running
from tests.browser import Look, looking
from tests.builders import SANDBOX, Shop, fresh, ok

SCREENS = (360, 1_200)
BRAND = {
    "name": "Bücher & Co",
    "sender": {"name": "Bücher & Co", "address": "news@bonbon.example"},
    "reply_to": "help@shop.example",
    "logo_url": "https://shop.example/logo.png",
    "colors": {"primary": "#0b5fff", "background": "#f3f5f9", "text": "#1a1f36"},
    "footer": {"en": "You get this because it is your birthday.", "de": "Du bekommst dies zum Geburtstag."},
    "postal_address": "Bücher & Co, 1 Quay Street\nCork, Ireland",
}
CARD = (
    '<mjml><mj-body><mj-section background-color="#ffffff" border-radius="12px" padding="24px 0"><mj-column>'
    '<mj-text font-size="28px" font-weight="700">{}</mj-text><mj-text>{}</mj-text>'
    '<mj-button href="https://shop.example/?c={{{{ voucher.code | url_encode }}}}">{{{{ voucher.code }}}}</mj-button>'
    "</mj-column></mj-section></mj-body></mjml>"
)
GREETING = CARD.format(
    "Happy birthday, {{ customer.first_name }}!",
    "Here is {{ voucher.discount.amount_off | money }} off whatever you like, until "
    "{{ voucher.expiration_date | date: '%d %B' | default: 'you need it' }}.",
)
GERMAN = CARD.format("Alles Gute, {{ customer.first_name }}!", "Für dich: {{ voucher.discount.amount_off | money }} €")
PLAIN = "Dear {{ customer.name }},\n\n{{ voucher.code }} is yours."
NASTY = "<script>alert(1)</script>\"'><b>{{ customer.email }}\r\nBcc: eve@example.com é<é"


class Sink:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self._mails: Queue[bytes] = Queue()

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - its name there
        self._mails.put(envelope.content)
        return "250 OK"

    def next(self) -> EmailMessage:
        try:
            mail = message_from_bytes(self._mails.get(timeout=10), policy=default)
        except Empty:
            raise AssertionError("no mail came") from None
        assert isinstance(mail, EmailMessage)
        return mail


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    sink, port = Sink(), free_port()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SMTP_HOST", f"127.0.0.1:{port}")
        yield sink
    server.stop()


@pytest.fixture(scope="module")
def shop(sink: Sink) -> Iterator[Shop]:
    """A shop whose mails go to the sink; nobody else's do."""
    with running() as service, Shop(service.url, SANDBOX) as shop:
        ok(shop.ask("PUT", "contact-policy", {"frequency_caps": None, "quiet_hours": None}))
        yield shop


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    with looking() as look:
        yield look


@pytest.fixture
def brand(shop: Shop) -> Iterator[None]:
    ok(shop.ask("PUT", "brand", BRAND))
    yield
    ok(shop.ask("PUT", "brand", {}))


def sent(shop: Shop, sink: Sink, body: str, *, name: str = "Ann O'Neill", **fields: Any) -> EmailMessage:
    """The mail that a customer gets of a template."""
    words = {"subject": "Für {{ customer.name }} 🎂", "body": body}
    locales = {"locales": {"de": {"subject": "Alles Gute, {{ customer.first_name }}", "body": GERMAN}}}
    template = ok(shop.ask("POST", "message-templates", {"name": fresh(), "channel": "email", **words, **locales}))
    person = shop.customer(fresh("ann"), name=name, email="ann@example.com", **fields)
    yes = [{"channel": "email", "purpose": of, "granted": True, "source": "x"} for of in ("marketing", "transactional")]
    ok(shop.ask("PUT", f"customers/{person['id']}/consents", {"consents": yes}))
    campaign = shop.campaign(type="AUTO_UPDATE")
    asked = {"customer": {"id": person["id"]}, "campaign": {"id": campaign["id"]}, "template": template["id"]}
    told = ok(shop.ask("POST", "deliveries", asked))
    assert (told["status"], told.get("reason")) == ("SENT", None)
    return sink.next()


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found
    return str(found.get_content())


@pytest.mark.usefixtures("brand")
def test_a_mail_is_whole_and_its_headers_can_be_read(shop: Shop, sink: Sink) -> None:
    mail = sent(shop, sink, GREETING)
    assert not mail.defects
    assert [it.get_content_type() for it in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["Subject"] == "Für Ann O'Neill 🎂"
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Bücher & Co", "news@bonbon.example")
    assert (mail["To"], mail["Reply-To"]) == ("ann@example.com", "help@shop.example")
    [link] = re.findall(r"<(http://127\.0\.0\.1:\d+/u/[\w-]+)>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html, text = part(mail, "html"), part(mail, "plain")
    assert f'href="{link}"' in html
    assert f"Unsubscribe ({link})" in text
    assert not [it for it in ("{{", "{%", "<mj-") if it in text + html]


@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize(
    ("case", "body", "fields", "shows"),
    [
        ("greeting", GREETING, {}, ("Happy birthday, Ann!", "1 Quay Street", "Unsubscribe")),
        ("german", GREETING, {"locale": "de-AT"}, ("Alles Gute, Ann!", "zum Geburtstag", "Abmelden")),
        ("nasty", GREETING, {"name": NASTY}, ("<script>alert(1)</script>", "Unsubscribe")),
        ("long", GREETING, {"name": "W" * 300}, ("W" * 300, "Unsubscribe")),
    ],
)
def test_a_mail_can_be_read_on_any_screen(
    shop: Shop,
    sink: Sink,
    look: Look,
    *,
    width: int,
    case: str,
    body: str,
    fields: dict[str, Any],
    shows: tuple[str, ...],
) -> None:
    seen = look(part(sent(shop, sink, body, **fields), "html"), f"mail-{case}", width=width)
    assert seen.width <= width, "nobody has to push it to and fro"
    assert not [it for it in shows if it not in seen.text]
    assert seen.asked_for == ("https://shop.example/logo.png",), "nobody else learns that it is read"


def test_a_mail_without_a_brand_can_be_read_too(shop: Shop, sink: Sink, look: Look) -> None:
    mail = sent(shop, sink, GREETING)
    assert mail["From"] == "offers@bonbon.example"
    for width in SCREENS:
        seen = look(part(mail, "html"), "mail-without-a-brand", width=width)
        assert (seen.width <= width, seen.asked_for) == (True, ())
        assert "Unsubscribe" in seen.text


def test_a_plain_mail_has_its_end_too(shop: Shop, sink: Sink) -> None:
    mail = sent(shop, sink, PLAIN)
    assert [it.get_content_type() for it in mail.walk()] == ["text/plain"]
    assert re.search(r"is yours\.\n\nUnsubscribe \(http://127\.0\.0\.1:\d+/u/[\w-]+\)\n", mail.get_content())


def test_a_name_begins_no_header_and_no_element(shop: Shop, sink: Sink) -> None:
    mail = sent(shop, sink, GREETING, name=NASTY)
    assert mail["Bcc"] is None
    assert mail["Subject"] == f"Für {' '.join(NASTY.split())} 🎂"
    assert "<script" not in part(mail, "html")
    assert "<script>alert(1)</script>" in part(mail, "plain")


@pytest.mark.parametrize("width", SCREENS)
def test_the_page_behind_the_link_can_be_read_on_any_screen(shop: Shop, sink: Sink, look: Look, width: int) -> None:
    link = sent(shop, sink, PLAIN)["List-Unsubscribe"].strip("<>")
    seen = look(link, "preferences", width=width)
    assert (seen.width <= width, seen.asked_for) == (True, ())
    assert "Why did I get this message?" in seen.text
    opened = look(f"{link}#why", "why", width=width)
    assert opened.width <= width
    assert len(opened.text) > len(seen.text), "whoever follows the mail's own link reads it at once"
