"""The wire between a client and the table's engine, with a hand on it: what goes over it is seen, or answered here."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Self

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

Body = dict[str, Any]
Hand = Callable[[Any], AWSResponse | None]
"""Answers a request in the engine's place, or lets it through."""


class Wire:
    """Every request of a client: ``calls`` are their names, ``bodies`` what they say; ``hands`` meet the next ones."""

    def __init__(self, client: Any) -> None:
        self._events = client.meta.events
        self.calls: list[str] = []
        self.bodies: list[Body] = []
        self.hands: list[Hand] = []

    def __enter__(self) -> Self:
        self._events.register_first("before-send.dynamodb", self._send)
        return self

    def __exit__(self, *_: object) -> None:
        self._events.unregister("before-send.dynamodb", self._send)

    def _send(self, request: Any, **_: Any) -> AWSResponse | None:
        target = request.headers["X-Amz-Target"]
        name = target.decode() if isinstance(target, bytes) else target
        self.calls.append(name.rpartition(".")[2])
        self.bodies.append(json.loads(request.body))
        return self.hands.pop(0)(request) if self.hands else None


def through(_request: Any) -> None:
    """Let a request through."""


def cancelled(code: str, *, at: int = 0) -> Hand:
    """A transaction that is cancelled for a reason of one of its writes."""

    def answer(request: Any) -> AWSResponse:
        reasons = [{"Code": "None"} for _ in json.loads(request.body)["TransactItems"]]
        reasons[at] = {"Code": code, "Message": "…"}
        return _error("TransactionCanceledException", CancellationReasons=reasons)

    return answer


def refused(kind: str) -> Hand:
    """An error instead of an answer."""
    return lambda _request: _error(kind)


def lost(request: Any) -> None:
    """A request that arrives, and whose answer is lost on the way back."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _error(kind: str, **fields: Any) -> AWSResponse:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "…", **fields}
    return AWSResponse("", 400, {"Content-Type": "application/x-amz-json-1.0"}, _Raw(json.dumps(body).encode()))
