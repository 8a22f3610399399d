"""Handing messages over: one request each, whatever happens, and an error that tells whether it may have left."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

import httpx
import pytest
from botocore.config import Config
from botocore.session import Session

from infra.local import engine
from infra.local.service import free_port
from shared.domain.post.deliveries import Message, NeverTaken, NotTaken, PerhapsTaken
from shared.runtime import channels as made

LINK = "https://shop.example/u/0"
MAIL = Message("email", "ann@example.com", "Für dich 🎂", "Hallo", "<p>Hallo</p>", LINK)
TEXT = Message("sms", "+353871234567", "", "Happy birthday 🎂")
ONE_CLICK = "List-Unsubscribe=One-Click"


class Channel(ThreadingHTTPServer):
    """A service that does to each request what it is told to, and keeps what it was asked; it stands in a ``with``."""

    daemon_threads = True

    def __init__(self) -> None:
        self.does: Callable[[Answering], None] = lambda answering: answering.close()
        self.asked: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Answering)
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    server: Channel

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.server.does(self)

    def say(self, status: int, body: bytes, *, promised: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def close(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Say nothing until the other side gives up."""
        self.connection.recv(1)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Channel]:
    """The service, and channels that lead to it."""
    with Channel() as server, pytest.MonkeyPatch.context() as patch:
        connect(patch, f"http://127.0.0.1:{server.server_port}")
        yield server
        made.channels.cache_clear()


@pytest.fixture
def service(server: Channel) -> Channel:
    server.asked.clear()
    return server


def connect(patch: pytest.MonkeyPatch, endpoint: str) -> None:
    """Channels from now on lead there, and wait for no answer for long."""
    for name, value in {**engine.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "SENDER": "shop@example.com"}.items():
        patch.setenv(name, value)
    patch.setenv("CONFIGURATION_SET", "bonbon")
    patch.setattr(made, "ONCE", made.ONCE.merge(Config(connect_timeout=0.5, read_timeout=0.3)))
    made.channels.cache_clear()


def error(status: int, code: str, message: str = "no") -> Callable[[Answering], None]:
    """A refusal as SES words it."""
    body = json.dumps({"message": message}).encode()
    return lambda it: it.say(status, body, content_type="application/json", x_amzn_ErrorType=code)


def error_of_sns(status: int, code: str) -> Callable[[Answering], None]:
    said = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return lambda it: it.say(status, said.encode(), content_type="text/xml")


@pytest.mark.parametrize(
    ("case", "does", "meant"),
    [
        ("too fast", error(429, "TooManyRequestsException"), NotTaken()),
        ("throttled", error(400, "ThrottlingException"), NotTaken()),
        ("the day's quota is used up", error(400, "LimitExceededException"), NotTaken()),
        ("the account is paused", error(400, "SendingPausedException"), NotTaken()),
        ("the account is suspended", error(400, "AccountSuspendedException"), NotTaken()),
        ("the domain is not verified", error(400, "MailFromDomainNotVerifiedException"), NotTaken()),
        ("there is no such configuration set", error(404, "NotFoundException"), NotTaken()),
        ("not permitted", error(403, "AccessDeniedException"), NotTaken()),
        ("turned away at the door", error(503, "ServiceUnavailableException"), NotTaken()),
        ("the sender is not verified", error(400, "MessageRejected", "Email address is not verified. …"), NotTaken()),
        ("rejected", error(400, "MessageRejected"), NeverTaken("message_rejected")),
        ("misaddressed", error(400, "BadRequestException"), NeverTaken("message_refused")),
        ("it broke inside", error(500, "InternalServiceErrorException"), PerhapsTaken()),
        ("a gateway gave up", lambda it: it.say(504, b"<html>"), PerhapsTaken()),
        ("somebody in between is busy", lambda it: it.say(503, b"<html>"), PerhapsTaken()),
        ("closed without a word", Answering.close, PerhapsTaken()),
        ("closed in the middle of the answer", lambda it: it.say(200, b'{"Mess', promised=100), PerhapsTaken()),
        ("an answer that is none", lambda it: it.say(200, b"<html>", content_type="application/json"), PerhapsTaken()),
        ("an answer that says nothing", lambda it: it.say(200, b"{}", content_type="application/json"), PerhapsTaken()),
        ("silence", Answering.wait, PerhapsTaken()),
    ],
)
def test_an_error_tells_whether_a_mail_may_have_left(
    service: Channel, case: str, does: Callable[[Answering], None], meant: Exception
) -> None:
    service.does = does
    with pytest.raises(type(meant)) as raised:
        made.channels()["email"].send(MAIL)
    assert raised.value.args == meant.args
    assert len(service.asked) == 1, "a second request might be a second mail"


@pytest.mark.parametrize(
    ("case", "does", "meant"),
    [
        ("too fast", error_of_sns(400, "Throttling"), NotTaken()),
        ("not permitted", error_of_sns(403, "AuthorizationError"), NotTaken()),
        ("a number that is none", error_of_sns(400, "InvalidParameter"), NeverTaken("message_refused")),
        ("opted out", error_of_sns(400, "OptedOut"), NeverTaken("opted_out")),
        ("it broke inside", error_of_sns(500, "InternalError"), PerhapsTaken()),
        ("closed without a word", Answering.close, PerhapsTaken()),
    ],
)
def test_an_error_tells_whether_a_text_may_have_left(
    service: Channel, case: str, does: Callable[[Answering], None], meant: Exception
) -> None:
    service.does = does
    with pytest.raises(type(meant)) as raised:
        made.channels()["sms"].send(TEXT)
    assert raised.value.args == meant.args
    assert len(service.asked) == 1


def test_a_mail_is_what_ses_takes_on_a_connection_of_its_own(service: Channel) -> None:
    service.does = lambda it: it.say(200, b'{"MessageId": "0101"}', content_type="application/json")
    email = made.channels()["email"]
    assert [email.send(MAIL), email.send(MAIL._replace(html=None, unsubscribe_url=None))] == ["0101", "0101"]
    (headers, body), (_, plain) = service.asked
    assert headers["connection"] == "close"
    utf8 = {"Charset": "UTF-8"}
    whole = {
        "FromEmailAddress": "shop@example.com",
        "Destination": {"ToAddresses": ["ann@example.com"]},
        "ConfigurationSetName": "bonbon",
        "Content": {
            "Simple": {
                "Subject": {"Data": "Für dich 🎂", **utf8},
                "Body": {"Text": {"Data": "Hallo", **utf8}, "Html": {"Data": "<p>Hallo</p>", **utf8}},
                "Headers": [
                    {"Name": "List-Unsubscribe", "Value": f"<{LINK}>"},
                    {"Name": "List-Unsubscribe-Post", "Value": ONE_CLICK},
                ],
            }
        },
    }
    assert json.loads(body) == whole
    simple = json.loads(plain)["Content"]["Simple"]
    assert (simple["Body"], simple["Headers"]) == ({"Text": {"Data": "Hallo", **utf8}}, [])


def test_where_nobody_answers_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, f"http://127.0.0.1:{free_port()}")
    for message in (MAIL, TEXT):
        with pytest.raises(NotTaken):
            made.channels()[message.channel].send(message)
    made.channels.cache_clear()


def test_a_mail_and_a_text_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine.running(free_port()) as endpoint:
        connect(monkeypatch, endpoint)
        monkeypatch.delenv("CONFIGURATION_SET")
        monkeypatch.setattr(made, "ONCE", made.ONCE.merge(Config(read_timeout=5)))
        with pytest.raises(NotTaken):  # nobody has verified the sender yet: not the fault of this mail
            made.channels()["email"].send(MAIL)
        Session().create_client("sesv2").create_email_identity(EmailIdentity="shop@example.com")
        mail_id, text_id = (made.channels()[it.channel].send(it) for it in (MAIL, TEXT))
        kept: dict[str, Any] = httpx.get(f"{endpoint}/_ministack/ses/messages").json()["messages"]
        made.channels.cache_clear()
        [mail] = [it for account in kept.values() for it in account]
        texts: dict[str, Any] = httpx.get(f"{endpoint}/_ministack/sns/sms-messages").json()["sms_messages"]
    assert (mail["MessageId"], mail["To"], mail["Subject"]) == (mail_id, ["ann@example.com"], "Für dich 🎂")
    assert (mail["BodyText"], mail["BodyHtml"]) == ("Hallo", "<p>Hallo</p>")
    assert [(it["MessageId"], it["Message"]) for it in texts["+353871234567"]] == [(text_id, "Happy birthday 🎂")]
