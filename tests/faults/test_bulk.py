"""Bulk work under faults: workers killed in the middle, two on one action, two actions after the same codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from infra.local import engine
from infra.local.service import free_port
from shared.domain.actions import AsyncAction, Row
from shared.domain.codes import CodeConfig
from shared.domain.lists import Query
from shared.runtime.settings import PATIENCE
from shared.storage.actions import ActionStore
from shared.storage.campaigns import CampaignStore
from shared.storage.table import Table
from shared.storage.vouchers import VoucherStore
from shared.storage.work import WorkStore
from shared.usecases.campaigns import start_adding_vouchers
from shared.usecases.imports import Door, start_import
from tests.builders import Shop, amount_off, at_once, fresh, refusal, until, voucher_body
from tests.fakes import Queue
from tests.unit.values import AT, campaign

PROJECT = "proj_sandbox"
WORKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from shared.domain.actions import LANES
from shared.runtime import settings
from shared.runtime.chance import draw_many
from shared.runtime.rows import READS
from shared.storage.work import WorkStore
from shared.usecases.generate import Means, carry_on

with ThreadPoolExecutor(LANES) as threads:
    means = Means(WorkStore(settings.table(), "proj_sandbox"), draw_many, READS, at_once=threads.map)
    ended = carry_on(sys.argv[1], means, at=datetime(2026, 3, 17, 8, tzinfo=UTC))
print(ended.status, ended.result)
"""


class Stores:
    """What one project's bulk work touches."""

    def __init__(self, table: Table) -> None:
        self.work, self.actions = WorkStore(table, PROJECT), ActionStore(table, PROJECT)
        self.campaigns, self.vouchers = CampaignStore(table, PROJECT), VoucherStore(table, PROJECT)

    def done(self, action_id: str) -> int:
        return sum(lane.done for lane in self.work.lanes(self.actions.get(action_id)))

    def codes(self, campaign_id: str) -> list[str]:
        return list(self.work.codes(campaign_id))


@pytest.fixture
def stores() -> Iterator[Stores]:
    """An engine of the test's own."""
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        environment = {**engine.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "TABLE_NAME": engine.TABLE}
        for name, value in {**environment, "QUEUE_URL": "none"}.items():
            patch.setenv(name, value)
        engine.create_table(endpoint)
        yield Stores(Table(Session().create_client("dynamodb", config=PATIENCE), engine.TABLE))


@contextmanager
def worker(action_id: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, action_id],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "POWERTOOLS_SERVICE_NAME": "bonbon"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return said.strip()


def asked_for(stores: Stores, count: int, id_: str = "async_1", **fields: Any) -> None:
    if stores.campaigns.find("camp_1") is None:
        made = campaign(**fields)
        stores.campaigns.add(made, outcome=made)
    action = AsyncAction(id=id_, type="CAMPAIGN_VOUCHERS_GENERATION", campaign_id="camp_1", created_at=AT)
    start_adding_vouchers("camp_1", count, {}, action=action, campaigns=stores.campaigns, queue=Queue())


def test_workers_killed_again_and_again_leave_exactly_the_codes_that_were_asked_for(stores: Stores) -> None:
    total = 4_000
    asked_for(stores, total)
    for enough in (1, 1_200, 2_400):
        with worker("async_1") as process:
            until(lambda: stores.done("async_1"), lambda done, enough=enough: done >= enough, within=60)
            process.kill()
            process.wait()
        # What the worker had sent when it died, the engine may be about to do.
        codes, done = until(lambda: (len(stores.codes("camp_1")), stores.done("async_1")), lambda it: it[0] == it[1])
        assert codes == done < total
    with worker("async_1") as process:
        assert finished(process) == f"DONE {{'done_count': {total}, 'failed_count': 0}}"
    codes = stores.codes("camp_1")
    assert (len(codes), len(set(codes)), stores.campaigns.get("camp_1").vouchers_count) == (total, total, total)


def test_two_workers_on_one_action_make_no_code_too_many(stores: Stores) -> None:
    total = 3_000
    asked_for(stores, total)
    with worker("async_1") as one, worker("async_1") as other:
        assert {finished(one), finished(other)} == {f"DONE {{'done_count': {total}, 'failed_count': 0}}"}
    assert (len(stores.codes("camp_1")), stores.campaigns.get("camp_1").vouchers_count) == (total, total)


def test_two_actions_share_a_space_that_is_nearly_full(stores: Stores) -> None:
    config = CodeConfig(length=3, charset="numbers")
    asked_for(stores, 450, "async_1", code_config=config)
    asked_for(stores, 450, "async_2")
    with worker("async_1") as one, worker("async_2") as other:
        assert {finished(one), finished(other)} == {"DONE {'done_count': 450, 'failed_count': 0}"}
    codes = stores.codes("camp_1")
    assert (len(codes), len(set(codes)), stores.campaigns.get("camp_1").vouchers_count) == (900, 900, 900)


def test_a_killed_import_brings_every_row_in_once(stores: Stores) -> None:
    rows = [Row(line, {"code": f"C-{line % 2_000}", "discount": amount_off(line)}) for line in range(1, 2_501)]
    action = AsyncAction(id="async_1", type="VOUCHERS_IMPORT", created_at=AT)
    door = Door(stores.campaigns, stores.actions, stores.work, Queue())
    start_import(action, rows, code_of_row, door)
    with worker("async_1") as process:
        until(lambda: stores.done("async_1"), lambda done: done > 0, within=60)
        process.kill()
        process.wait()
    assert 0 < stores.done("async_1") < 2_500
    with worker("async_1") as one, worker("async_1") as other:
        assert finished(one).startswith("DONE {'done_count': 2000, 'failed_count': 500, 'failed': [{'line': 2001,")
        finished(other)
    assert {stores.vouchers.get(f"C-{line}").voucher.discount.of(10**6) for line in (1, 500)} == {1, 500}
    assert stores.vouchers.wanted(Query(AT)).total == 2_000
    assert stores.work.rows(stores.actions.get("async_1")) is None, "what was sent is forgotten"


def code_of_row(row: Row) -> str:
    assert isinstance(row.fields, dict)
    return str(row.fields["code"])


def test_one_code_asked_for_by_twenty_is_made_once(shop: Shop) -> None:
    code = fresh()
    discounts = [amount_off(100 + number) for number in range(20)]

    def make(discount: dict[str, Any]) -> Any:
        return shop.ask("POST", f"vouchers/{code}", voucher_body(discount))

    answers = at_once(make, discounts)
    [made] = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [refusal(answer) for answer in answers if answer.status_code != 200]
    assert lost == [(409, "duplicate_found")] * 19
    assert shop.get(f"vouchers/{code}")["discount"] == made["discount"]
