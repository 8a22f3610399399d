"""Codes by the hundred thousand: drawn in memory, persisted by the async action, and in a checkout's way."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import psutil
from rich.console import Group
from rich.table import Table

from infra.local import engine
from infra.local.service import free_port
from tests.benchmarks.asking import NOW, ask

MANY = 100_000
FEW = 10
DRAWN = 1_000_000
ONE_BY_ONE = 20_000
ROUNDS = 10
EACH = 40


def measure() -> Group:
    """Drawing first; then one engine for the codes and the checkouts, so that these meet a full table."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="WARNING", POWERTOOLS_SERVICE_NAME="bonbon")
    drawn = _drawn()
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore

        AccessKeyStore(settings.table()).add("proj_sandbox", "server", at=NOW, app_id="sandbox", token="sandbox-secret")
        return Group(drawn, "", _persisted(), "", _checkouts())


def _drawn() -> Table:
    from shared.domain.codes import CodeConfig
    from shared.runtime.chance import draw, draw_many

    table = Table("codes drawn", "codes/s", "× one by one", title="Drawing, in memory", title_justify="left")
    for name, config in {
        "8 letters and digits": CodeConfig(),
        "SPRING-####-####": CodeConfig(pattern="SPRING-####-####"),
        "6 of ÄÖÜ…": CodeConfig(length=6, charset="ÄÖÜABCDEFGHKMNPQRSTUVWXYZ"),
    }.items():
        started = time.perf_counter()
        codes = draw_many(config, DRAWN)
        many = len(codes) / (time.perf_counter() - started)
        started = time.perf_counter()
        for _ in range(ONE_BY_ONE):
            draw(config)
        one = ONE_BY_ONE / (time.perf_counter() - started)
        table.add_row(name, f"{many:,.0f}", f"{many / one:.0f}")
    return table


def _persisted() -> Table:
    """The worker in this process, the engine in its own; each code is two index entries beside its item."""
    few, _ = _campaign("Few", FEW)
    many, action_id = _campaign("Many", MANY)
    [engine_process] = psutil.Process().children()
    before = _cpu(engine_process)
    own, started = time.process_time(), time.perf_counter()
    action = _carried_on(action_id)
    took = time.perf_counter() - started
    assert action.done == MANY - 1, action
    assert ask("GET", f"/v1/campaigns/{many}")["vouchers_count"] == MANY, few
    table = Table(
        *("persisted", "s", "codes/s", "CPU s: worker", "engine"), title="100,000 by action", title_justify="left"
    )
    row = (took, MANY / took, time.process_time() - own, _cpu(engine_process) - before)
    table.add_row(f"{MANY:,}", *(f"{figure:,.1f}" for figure in row))
    return table


def _checkouts() -> Table:
    """Rounds of both campaigns in turn, so that both see the same weather; CPU of both processes."""
    [engine_process] = psutil.Process().children()
    spent: dict[str, list[float]] = {"Few": [], "Many": []}
    for round_ in range(ROUNDS + 1):
        for name, times in spent.items():
            codes = [f"{name}-{round_}-{number}" for number in range(EACH)]
            for code in codes:
                ask("POST", f"/v1/campaigns/{name}/vouchers/{code}")
            before = time.process_time() + _cpu(engine_process)
            for code in codes:
                ask("POST", "/v1/validations", _checkout(code))
                ask("POST", "/v1/redemptions", _checkout(code))
            if round_:  # the first warms both up
                times.append((time.process_time() + _cpu(engine_process) - before) * 1000 / EACH)
    table = Table(
        "codes in the campaign",
        "CPU ms a checkout",
        "× ten",
        title=f"A validation and a redemption (median of {ROUNDS} rounds)",
        title_justify="left",
    )
    low = median(spent["Few"])
    table.add_row(str(FEW), f"{low:.2f}", "1.00")
    ratio = median(many / few for few, many in zip(spent["Few"], spent["Many"], strict=True))
    table.add_row(f"{MANY:,}", f"{median(spent['Many']):.2f}", f"{ratio:.2f}")
    return table


def _campaign(name: str, count: int) -> tuple[str, str]:
    """The ids of a campaign and of the action that makes its codes; few are made at once."""
    voucher = {"discount": {"type": "PERCENT", "percent_off": 10}, "redemption": {"quantity": 1}}
    made = ask("POST", "/v1/campaigns", {"name": name, "voucher": voucher, "vouchers_count": count})
    listed = ask("GET", "/v1/async-actions?limit=1")["async_actions"]
    action_id: str = listed[0]["id"]
    if count == FEW:
        _carried_on(action_id)
    return made["id"], action_id


def _carried_on(action_id: str) -> Any:
    from shared.domain.actions import LANES
    from shared.runtime import settings
    from shared.runtime.chance import draw_many
    from shared.runtime.rows import READS
    from shared.storage.work import WorkStore
    from shared.usecases.generate import Means, carry_on

    work = WorkStore(settings.table(), "proj_sandbox")
    with ThreadPoolExecutor(LANES) as threads:
        return carry_on(action_id, Means(work, draw_many, READS, at_once=threads.map), at=NOW)


def _checkout(code: str) -> dict[str, Any]:
    items = [{"product_id": "mug", "quantity": 2, "price": 1_500}]
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"items": items}}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
