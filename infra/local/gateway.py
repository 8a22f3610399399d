"""HTTP in front of the handlers: what API Gateway does in the cloud, in one process.

Each request becomes the event that API Gateway would make of it, with the local clock's time.
"""

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple

from infra import cors
from infra.local.calendar import Calendar
from infra.local.clock import Clock
from infra.local.events import event_of
from infra.local.facts import Facts
from infra.local.feedback import Feedback
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

    def __init__(self, clock: Clock, calendar: Calendar, outbox: Outbox, facts: Facts, feedback: Feedback) -> None:
        self._clock = clock
        self._calendar = calendar
        self._outbox = outbox
        self._facts = facts
        self._feedback = feedback
        self._functions = functions()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="handler")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        loop = asyncio.get_running_loop()
        if path.startswith("/local/"):
            status, said = await loop.run_in_executor(self._threads, self._local, scope["method"], path, body)
            await _send(send, status, {"content-type": "application/json"}, json.dumps(said).encode())
            return
        headers = [(field.decode("latin-1"), value.decode("latin-1")) for field, value in scope["headers"]]
        to_page = cors.answer_headers(headers)
        if (welcome := cors.preflight(scope["method"], headers)) is not None:
            await _send(send, 204, welcome, b"")
            return
        name, event = event_of(
            scope["method"],
            path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            address=scope["client"][0],
            now=self._clock.now(),
        )
        context = Context(f"bonbon-{name}", event["requestContext"]["requestId"])
        answer = await loop.run_in_executor(self._threads, self._functions[name], event, context)
        await _send(send, answer["statusCode"], answer["headers"] | to_page, answer["body"].encode())

    def _local(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        kept = {
            "/local/outbox": ("messages", self._outbox.messages, self._outbox.clear),
            "/local/facts": ("facts", self._facts.told, self._facts.clear),
        }
        if path == "/local/clock" and method in {"GET", "PUT"}:
            return self._time(body if method == "PUT" else None)
        if path == "/local/feedback" and method == "POST":
            return self._heed(body)
        if path in kept and method in {"GET", "DELETE"}:
            name, tell, clear = kept[path]
            if method == "DELETE":
                clear()
            return 200, {name: tell() if method == "GET" else []}
        return 404, {"code": 404, "key": "not_found", "message": "Resource not found", "details": path}

    def _heed(self, body: bytes) -> tuple[int, Json]:
        """What the body says has become of a message is heeded now, where it need not be told again."""
        try:
            return 200, {"heeded": self._feedback.play(json.loads(body))}
        except ValueError as error:
            return 400, {"code": 400, "key": "invalid_payload", "message": "Invalid payload", "details": str(error)}

    def _time(self, body: bytes | None) -> tuple[int, Json]:
        """What the clock says; where there is a body it is set, and what has become due by that is done first."""
        undelivered: Json = {}
        if body is not None:
            try:
                wanted = json.loads(body)["now"]
                at = None if wanted is None else utc(datetime.fromisoformat(wanted))
            except (ValueError, KeyError, TypeError, OverflowError) as error:
                return 400, {"code": 400, "key": "invalid_payload", "message": "Invalid payload", "details": str(error)}
            undelivered = {"undelivered": self._calendar.move(at)}
        return 200, {"now": iso(utc(self._clock.now())), **undelivered}


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
