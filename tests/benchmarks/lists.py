"""Round trips of a list's page, and its milliseconds: of ten entries, of ten thousand, and one more."""

import importlib
import json
import os
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from infra.local import engine
from infra.local.events import event_of
from infra.local.service import free_port

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
KEYS = [("x-app-id", "sandbox"), ("x-app-token", "sandbox-secret")]
PAGES = {
    "newest": "",
    "of a period": "[created_at][after]=2026-03-16&limit=10",
    "one code": "filters[code][conditions][$is]=LIST-7",
    "of a customer": "customer=ann",
    "judged in memory": "filters[metadata.n][conditions][$is]=7",
}


def measure() -> Table:
    """The same questions of a list that grows."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="WARNING", POWERTOOLS_SERVICE_NAME="bonbon")
    table = Table("entries", *PAGES, title="Round trips of a page of vouchers, and ms", title_justify="left")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore

        AccessKeyStore(settings.table()).add("proj_sandbox", "server", at=NOW, app_id="sandbox", token="sandbox-secret")
        made: list[str] = []
        settings.dynamodb().meta.events.register_last(
            "provide-client-params.dynamodb", lambda model, **_: made.append(model.name)
        )
        _page("")  # the key is read once and then known
        entries = 0
        for size in (10, 10_000, 10_001):
            _fill(entries, size)
            entries = size
            row = []
            for query in PAGES.values():
                made.clear()
                started = time.perf_counter()
                _page(query)
                took = 1000 * (time.perf_counter() - started)
                calls = Counter(made)
                row.append(f"{calls.total()} ({took:.0f} ms)")
            table.add_row(f"{size:,}", *row)
    return table


def _page(query: str) -> dict[str, Any]:
    name, event = event_of("GET", "/v1/vouchers", query=query, headers=KEYS, now=NOW)
    answer = importlib.import_module(f"functions.{name}").handler(event, None)
    said: dict[str, Any] = json.loads(answer["body"])
    return said


def _fill(start: int, end: int) -> None:
    """Vouchers as the store writes them, a hundred a transaction, and the counter as the stream would have it."""
    from shared.domain.errors import Moved
    from shared.domain.ids import voucher_id
    from shared.domain.vouchers import Voucher
    from shared.runtime import settings
    from shared.storage.keys import Key
    from shared.storage.table import chunks, put
    from shared.storage.voucher_items import adding

    table = settings.table()
    for piece in chunks(range(start, end), 100):
        vouchers = (
            Voucher(
                id=voucher_id("proj_sandbox", f"LIST-{number}"),
                code=f"LIST-{number}",
                discount={"type": "AMOUNT", "amount_off": 500},
                metadata={"n": number},
                created_at=NOW,
            )
            for number in piece
        )
        table.commit(*(adding("proj_sandbox", voucher, otherwise=Moved()) for voucher in vouchers))
    table.commit(put(Key.counter("proj_sandbox#voucher"), {"entries": end}))
