"""What the fuzz sends: one request, as bytes and words, that can be written down and sent again alone."""

import base64
import json
from http.client import HTTPConnection
from typing import NamedTuple, Self
from urllib.parse import urlsplit


class Ask(NamedTuple):
    """One request. ``route`` is the row of the routes that it means to ask, or nothing for a path that is none."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    route: str = ""

    def written(self) -> str:
        r"""One line that `python -m tests.fuzz --again` reads back.

        >>> ask = Ask("POST", "/v1/vouchers", (("X-App-Id", "sandbox"),), b"\xff{}", "POST /v1/vouchers")
        >>> Ask.read(ask.written()) == ask
        True
        """
        try:
            body = {"text": self.body.decode()}
        except UnicodeDecodeError:
            body = {"base64": base64.b64encode(self.body).decode()}
        return json.dumps(
            {"method": self.method, "target": self.target, "headers": self.headers, "route": self.route, **body}
        )

    @classmethod
    def read(cls, written: str) -> Self:
        said = json.loads(written)
        body = said["text"].encode() if "text" in said else base64.b64decode(said["base64"])
        headers = tuple((name, value) for name, value in said["headers"])
        return cls(said["method"], said["target"], headers, body, said["route"])


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Caller:
    """One client and its connection. It sends a path as it stands: no library tidies `..` or `%2F` away."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._connection = HTTPConnection(self._address, timeout=60)

    def send(self, ask: Ask) -> Answer:
        connection = self._connection
        connection.putrequest(ask.method, ask.target, skip_accept_encoding=True)
        for name, value in ask.headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.putheader("Content-Length", str(len(ask.body)))
        connection.endheaders(ask.body)
        response = connection.getresponse()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def close(self) -> None:
        self._connection.close()
