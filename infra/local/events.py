"""The events that API Gateway makes of requests (HTTP API, payload format 2.0)."""

import base64
import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from shared.runtime.routes import ROUTES

Json = dict[str, Any]

PATTERNS = [
    (route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)))
    for route in sorted(ROUTES, key=lambda route: route.path.count("{"))  # the most literal is asked first
]


def event_of(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    address: str = "127.0.0.1",
    now: datetime,
) -> tuple[str, Json]:
    """The function that a request is for, and the event that it gets; ``path`` is still percent-encoded."""
    function, route_key, parameters = _matched(method, path)
    try:
        text, encoded = body.decode(), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode(), True
    folded = _joined((name.lower(), value) for name, value in headers)
    event: Json = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": folded,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": folded.get("host", "127.0.0.1"),
            "http": {
                "method": method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": address,
                "userAgent": folded.get("user-agent", ""),
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
    return function, event


def _matched(method: str, path: str) -> tuple[str, str, dict[str, str]]:
    for route, pattern in PATTERNS:
        if route.method == method and (found := pattern.fullmatch(path)):
            parameters = {name: unquote(value) for name, value in found.groupdict().items()}
            return route.function, f"{method} {route.path}", parameters
    return "unknown", "$default", {}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields as API Gateway tells them: what was sent twice is joined by commas.

    >>> _joined([("page", "1"), ("tag", "a"), ("tag", "b")])
    {'page': '1', 'tag': 'a,b'}
    """
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
