"""``bonbon`` where one transaction in ten is told, before it reaches the table, that it met another; the log counts."""

import sys
from functools import cache
from random import Random
from typing import Any

from infra.cli import main
from shared.runtime import settings
from tests.storage.wire import cancelled

SHARE = 0.1
MET = "met another transaction"

chance = Random(7)
make = settings.dynamodb


def meet(request: Any, **_: Any) -> Any:
    """The answer to a transaction that met another; None lets it through."""
    if not bytes(request.headers["X-Amz-Target"]).endswith(b"TransactWriteItems") or chance.random() >= SHARE:
        return None
    sys.stderr.write(f"{MET}\n")
    return cancelled("TransactionConflict")(request)


@cache
def dynamodb() -> Any:
    client = make()
    client.meta.events.register_first("before-send.dynamodb", meet)
    return client


if __name__ == "__main__":
    settings.dynamodb = dynamodb
    main()
