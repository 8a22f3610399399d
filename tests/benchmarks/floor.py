"""What a redemption costs beyond its two DynamoDB calls, in CPU of this process."""

import json
import os
import time
from statistics import median
from typing import Any

import boto3
from rich.table import Table

from infra.local import engine
from infra.local.service import free_port
from tests.benchmarks.asking import NOW, ask

ROUNDS = 10
EACH = 60
CALLS = ("BatchGetItem", "TransactWriteItems")


def measure() -> Table:
    """Rounds of redemptions and rounds of their bare calls in turn; each call replayed is one that was made."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="WARNING", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore

        AccessKeyStore(settings.table()).add("proj_sandbox", "server", at=NOW, app_id="sandbox", token="sandbox-secret")
        made: list[tuple[str, dict[str, Any]]] = []
        client = settings.dynamodb()

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            made.append((model.name, params))

        client.meta.events.register_last("provide-client-params.dynamodb", note)
        bare = boto3.client("dynamodb")
        ours: list[float] = []
        theirs: list[float] = []
        for round_ in range(ROUNDS + 1):
            codes = [f"FLOOR-{round_}-{number}" for number in range(EACH)]
            for code in codes:
                ask("POST", f"/v1/vouchers/{code}", {"discount": {"type": "AMOUNT", "amount_off": 100}})
            made.clear()
            started = time.process_time()
            for code in codes:
                ask("POST", "/v1/redemptions", _checkout(code))
            ours.append((time.process_time() - started) * 1000 / EACH)
            calls = [(name, _renamed(params)) for name, params in made]
            started = time.process_time()
            for name, params in calls:
                if name == "BatchGetItem":
                    bare.batch_get_item(**params)
                else:
                    bare.transact_write_items(**params)
            theirs.append((time.process_time() - started) * 1000 / EACH)
        del ours[0], theirs[0]  # the first round warms both up
    table = Table("redemption", "CPU ms", "× floor", title=f"Floor (median of {ROUNDS} rounds)", title_justify="left")
    low = median(theirs)
    table.add_row("its two calls by bare boto3", f"{low:.2f}", "1.00")
    table.add_row("through the handler", f"{median(ours):.2f}", f"{median(ours) / low:.2f}")
    return table


def _checkout(code: str) -> dict[str, Any]:
    items = [{"product_id": "mug", "quantity": 2, "price": 1_500}]
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"items": items}}


def _renamed(params: dict[str, Any]) -> dict[str, Any]:
    """The same call on a sibling of each item that it creates, so that it succeeds once more."""
    said = json.dumps({name: value for name, value in params.items() if name != "ClientRequestToken"})
    return json.loads(said.replace("#redemptions#", "#redemptions-#").replace("#order#ord_", "#order#ord-"))
