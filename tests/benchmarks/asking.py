"""Ask a function's handler directly, as API Gateway would; imports nothing that a Lambda has not."""

import importlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from infra.local.events import event_of

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
KEYS = [("x-app-id", "sandbox"), ("x-app-token", "sandbox-secret")]


def ask(
    method: str, path: str, body: dict[str, Any] | None = None, *, times: int = 1, also: Collection[int] = ()
) -> Any:
    """What it answers, asked the same so many times; ``also`` are statuses that are no fault here."""
    said: dict[str, Any] = {}
    for _ in range(times):
        bare, _, query = path.partition("?")
        content = b"" if body is None else json.dumps(body).encode()
        name, event = event_of(method, bare, query=query, headers=KEYS, body=content, now=NOW)
        said = importlib.import_module(f"functions.{name}").handler(event, None)
        assert said["statusCode"] in {200, 202, *also}, said
    return json.loads(said["body"])
