"""What is for a shop's app or page, by its webhook: one signed request, and no second one.

A webhook is an address that somebody has typed in, so nothing is believed of it: its name is looked up once, only
addresses that are anybody's are connected to, what is connected to is what was looked up, no redirect is followed, and
of the answer nothing is read but its status.
"""

import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from shared.domain.post.deliveries import Message, NeverTaken, NotTaken, PerhapsTaken
from shared.domain.post.webhooks import THIS_MACHINE, Webhook, is_public, signature

TO_CONNECT, TO_ANSWER = 2.0, 5.0
"""Seconds. Whoever answers byte by byte has no more of them: a worker has others' messages to deliver, too."""
MOST_ADDRESSES = 4
"""Addresses of a name at which is knocked."""
PORTS = {"https": 443, "http": 80}
REFUSED = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""Answers that are about the message. Any other 4xx, and a redirect, is the account's matter, which an operator mends:
a secret that the shop does not know yet, an address that has moved."""


class Webhooks:
    """Sends to a project's webhook; ``here``: the service runs on one machine, where a shop may listen beside it."""

    def __init__(
        self, webhook: Callable[[], Webhook | None], *, here: bool = False, seconds: Callable[[], float] = time.time
    ) -> None:
        self._webhook = webhook
        self._here = here
        self._seconds = seconds

    def send(self, message: Message) -> str:
        """Hand a message over, in one attempt; the shop knows it by the delivery's id.

        Raises:
            NotTaken, NeverTaken, PerhapsTaken: see ``channels``. A webhook is asked in real time, by whose seconds the
                shop tells an old request that somebody repeats.
        """
        webhook = self._webhook()
        if webhook is None:
            raise NeverTaken("no_webhook")
        url, body, at = urlsplit(webhook.url), body_of(message), int(self._seconds())
        headers = {
            "Host": url.netloc,
            "Content-Type": "application/json",
            "User-Agent": "bonbon",
            "Connection": "close",
            "webhook-id": message.delivery_id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(webhook.secret, message.delivery_id, at, body),
        }
        connection = HTTPConnection(url.hostname or "", url.port or PORTS[url.scheme])
        connection.sock = reached = self._connected(url)
        try:
            with _at_most(TO_ANSWER, reached):
                connection.request("POST", f"{url.path or '/'}{url.query and f'?{url.query}'}", body, headers)
                with closing(connection.getresponse()) as answer:
                    _judge(answer)
        except (NotTaken, NeverTaken, PerhapsTaken):
            raise
        except Exception as error:  # closed or silent after a byte was sent, an answer that is no HTTP, …
            raise PerhapsTaken from error
        finally:
            connection.close()
        return message.delivery_id

    def _connected(self, url: SplitResult) -> socket.socket:
        """A connection to where the name leads, checked and encrypted; not a byte of the message has left yet.

        Raises:
            NotTaken: if there is none to be had.
        """
        assert url.hostname
        told: Exception | None = None
        try:
            for address in self._addresses(url.hostname, url.port or PORTS[url.scheme]):
                try:
                    return self._reached(address, url)
                except OSError as error:
                    told = error
        except (OSError, UnicodeError) as error:  # nobody knows the name, or it cannot be one
            told = error
        raise NotTaken from told

    def _addresses(self, host: str, port: int) -> Iterator[tuple[str, int]]:
        beside = self._here and host in THIS_MACHINE
        found = dict.fromkeys(str(it[4][0]) for it in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        if beside or all(map(is_public, found)):
            yield from ((ip, port) for ip in [*found][:MOST_ADDRESSES])

    def _reached(self, address: tuple[str, int], url: SplitResult) -> socket.socket:
        plain = socket.create_connection(address, TO_CONNECT)
        try:
            reached = _trust().wrap_socket(plain, server_hostname=url.hostname) if url.scheme == "https" else plain
        except BaseException:
            plain.close()
            raise
        reached.settimeout(TO_ANSWER)
        return reached


def body_of(message: Message) -> bytes:
    """What the shop is told, and signed."""
    said = {
        "type": "message",
        "channel": message.channel,
        "purpose": message.purpose,
        "delivery_id": message.delivery_id,
        "customer_id": message.to,
        "title": message.subject,
        "text": message.text,
        "unsubscribe_url": message.unsubscribe_url,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _judge(answer: HTTPResponse) -> None:
    """What an answer says of the message: nothing where it was taken."""
    status = answer.status
    if status in range(200, 300):
        return
    if status in REFUSED:
        raise NeverTaken("message_refused")
    asks_for_patience = status == HTTPStatus.SERVICE_UNAVAILABLE and answer.headers.get("Retry-After")
    if status in range(300, 500) or asks_for_patience:
        raise NotTaken
    raise PerhapsTaken


def _cut_off(connected: socket.socket) -> None:
    with suppress(OSError):  # it has come to its end this very moment
        connected.shutdown(socket.SHUT_RDWR)


@contextmanager
def _at_most(seconds: float, connected: socket.socket) -> Iterator[None]:
    """A connection that is cut off then: a timeout alone begins anew with each byte that comes."""
    # By a socket of its own: whoever asks may close theirs meanwhile, and one of TLS lets no other thread near it.
    with socket.socket(fileno=os.dup(connected.fileno())) as same:
        cut = Timer(seconds, _cut_off, [same])
        cut.daemon = True
        cut.start()
        try:
            yield
        finally:
            cut.cancel()


@cache
def _trust() -> ssl.SSLContext:
    """Who vouches for a name: those whom this machine trusts. They are read once, which takes a while."""
    return ssl.create_default_context()
