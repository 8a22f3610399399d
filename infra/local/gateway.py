"""HTTP in front of the handlers: what API Gateway does in the cloud, in one process.

Each request becomes the event that API Gateway would make of it (payload format 2.0), with the local clock's time.
"""

import asyncio
import base64
import importlib
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from infra.local.clock import Clock
from infra.local.outbox import Outbox
from shared.domain.model import iso, utc
from shared.runtime.routes import ROUTES

Json = dict[str, Any]
Scope = Json
Receive = Callable[[], Awaitable[Json]]
Send = Callable[[Json], Awaitable[None]]
Function = Callable[[Json, object], Json]

AT_ONCE = 48
"""Requests in flight; each holds a thread while it waits for the table."""


class Context(NamedTuple):
    """What Lambda tells a handler about itself, as far as ours ask."""

    function_name: str
    aws_request_id: str
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:local:000000000000:function:local"


def functions() -> dict[str, Function]:
    """The handler of every function that has a route, and of the one for everything else."""
    names = {route.function for route in ROUTES} | {"unknown"}
    return {name: importlib.import_module(f"functions.{name}").handler for name in sorted(names)}


class Gateway:
    """The ASGI application."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._clock = clock
        self._outbox = outbox
        self._functions = functions()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="handler")
        self._patterns = [
            (route, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route.path)))) for route in ROUTES
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        if path.startswith("/local/"):
            status, said = self._local(scope["method"], path, body)
            await _send(send, status, {"content-type": "application/json"}, json.dumps(said).encode())
            return
        name, event = self._event(scope, path, body)
        loop = asyncio.get_running_loop()
        context = Context(f"bonbon-{name}", event["requestContext"]["requestId"])
        answer = await loop.run_in_executor(self._threads, self._functions[name], event, context)
        await _send(send, answer["statusCode"], answer["headers"], answer["body"].encode())

    def _event(self, scope: Scope, path: str, body: bytes) -> tuple[str, Json]:
        method = scope["method"]
        name, route_key, parameters = self._match(method, path)
        query = scope["query_string"].decode("latin-1")
        try:
            text, encoded = body.decode(), False
        except UnicodeDecodeError:
            text, encoded = base64.b64encode(body).decode(), True
        headers: dict[str, str] = {}
        for field, value in scope["headers"]:
            key = field.decode("latin-1").lower()
            said = value.decode("latin-1")
            headers[key] = f"{headers[key]},{said}" if key in headers else said
        now = self._clock.now()
        event: Json = {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": unquote(path),
            "rawQueryString": query,
            "headers": headers,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": headers.get("host", "127.0.0.1"),
                "http": {
                    "method": method,
                    "path": unquote(path),
                    "protocol": "HTTP/1.1",
                    "sourceIp": (scope.get("client") or ("127.0.0.1", 0))[0],
                    "userAgent": headers.get("user-agent", ""),
                },
                "requestId": str(uuid.uuid4()),
                "routeKey": route_key,
                "stage": "$default",
                "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
                "timeEpoch": int(now.timestamp() * 1000),
            },
            "isBase64Encoded": encoded,
        }
        if parameters:
            event["pathParameters"] = parameters
        if body:
            event["body"] = text
        if query:
            event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
        return name, event

    def _match(self, method: str, path: str) -> tuple[str, str, dict[str, str]]:
        for route, pattern in self._patterns:
            if route.method == method and (found := pattern.fullmatch(path)):
                parameters = {name: unquote(value) for name, value in found.groupdict().items()}
                return route.function, f"{method} {route.path}", parameters
        return "unknown", "$default", {}

    def _local(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        match method, path:
            case "GET", "/local/clock":
                return 200, {"now": iso(utc(self._clock.now()))}
            case "PUT", "/local/clock":
                try:
                    said = json.loads(body)["now"]
                    at = None if said is None else utc(datetime.fromisoformat(said))
                except (ValueError, KeyError, TypeError, OverflowError) as error:
                    return 400, {
                        "code": 400,
                        "key": "invalid_payload",
                        "message": "Invalid payload",
                        "details": str(error),
                    }
                self._clock.set(at)
                return 200, {"now": iso(utc(self._clock.now()))}
            case "GET", "/local/outbox":
                return 200, {"messages": self._outbox.messages()}
            case "DELETE", "/local/outbox":
                self._outbox.clear()
                return 200, {"messages": []}
        return 404, {"code": 404, "key": "not_found", "message": "Resource not found", "details": path}


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """A query as API Gateway tells it: what was sent twice is joined by commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


async def _body(receive: Receive) -> bytes:
    pieces = []
    more = True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False) and message["type"] == "http.request"
    return b"".join(pieces)


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    fields.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
