"""The handlers in this process, over a real engine; every call to the table is counted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local import engine
from infra.local.events import event_of
from infra.local.serve import add_keys
from infra.local.service import free_port

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


@dataclass
class Bill:
    """What one request asked of the table."""

    calls: list[str] = field(default_factory=list)
    write_units: float = 0.0
    written: dict[str, float] = field(default_factory=dict)

    @property
    def round_trips(self) -> int:
        return len(self.calls)


@dataclass
class Functions:
    """The deployed functions, as API Gateway would call them."""

    bill: Bill
    now: datetime = NOW
    headers: tuple[tuple[str, str], ...] = (("x-app-id", "sandbox"), ("x-app-token", "sandbox-secret"))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """The status and the body; ``bill`` is of this one call."""
        import importlib

        name, event = event_of(
            method,
            path.partition("?")[0],
            query=path.partition("?")[2],
            headers=(*self.headers, *((key.replace("_", "-"), value) for key, value in headers.items())),
            body=b"" if body is None else json.dumps(body).encode(),
            now=self.now,
        )
        self.bill.calls.clear()
        self.bill.written.clear()
        self.bill.write_units = 0.0
        answer = importlib.import_module(f"functions.{name}").handler(event, None)
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


@pytest.fixture(scope="session")
def functions() -> Iterator[Functions]:
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_SERVICE_NAME", "bonbon")
        patch.setenv("POWERTOOLS_LOG_LEVEL", "WARNING")
        for name, value in engine.CREDENTIALS.items():
            patch.setenv(name, value)
        queues = ("QUEUE_URL", "CALENDAR_QUEUE_URL", "POST_QUEUE_URL", "FEEDBACK_QUEUE_URL")
        for name in ("AWS_ENDPOINT_URL", "TABLE_NAME", *queues, "SENDER"):
            patch.setenv(name, "set by connect")
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import errands, settings
        from shared.storage.access_keys import AccessKeyStore

        for cached in (settings.dynamodb, settings.table, settings.sqs, settings.queue, errands.calendar, errands.post):
            cached.cache_clear()
        bill = Bill()
        _count(settings.dynamodb(), bill)
        add_keys(AccessKeyStore(settings.table()), at=NOW)
        yield Functions(bill)
        for cached in (settings.dynamodb, settings.table, settings.sqs, settings.queue, errands.calendar, errands.post):
            cached.cache_clear()


def _count(client: Any, bill: Bill) -> None:
    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def note(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        bill.calls.append(model.name)
        consumed = parsed.get("ConsumedCapacity", [])
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            if model.name in ("TransactWriteItems", "PutItem", "UpdateItem"):
                bill.write_units += entry["CapacityUnits"]

    client.meta.events.register("provide-client-params.dynamodb", ask)
    client.meta.events.register("after-call.dynamodb", note)
