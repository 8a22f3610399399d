"""The local service's counters follow its stream, over a restart, too."""

from pathlib import Path

import boto3

from infra.local import engine
from infra.local.service import free_port, running
from shared.storage.keys import Key
from shared.storage.table import Table
from tests.builders import SANDBOX, Shop


def entries(data: Path) -> int:
    """The vouchers that are counted, looked up where the service left its state."""
    with engine.running(free_port(), data) as endpoint:
        client = boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1", **KEYS)
        item = Table(client, engine.TABLE).get(Key.counter("proj_sandbox#voucher"))
        return int(item["entries"]) if item else 0


KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def test_what_is_made_and_deleted_is_counted_before_the_service_stops(tmp_path: Path) -> None:
    for round_, expected in ((1, 4), (2, 8)):
        with running(data=tmp_path) as service, Shop(service.url, SANDBOX) as shop:
            codes = [shop.code() for _ in range(6)]
            assert shop.ask("DELETE", f"vouchers/{codes[0]}").status_code == 204
            assert shop.ask("DELETE", f"vouchers/{codes[1]}", force="true").status_code == 204
            shop.redeemed(codes[2])
            assert shop.get("vouchers", limit=1)["total"] == 4 * round_
        assert entries(tmp_path) == expected
