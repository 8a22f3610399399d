"""Pairs of one validation and one redemption over HTTP, each of a single-use code of its own."""

import json
import subprocess
import sys
import time
from statistics import quantiles
from threading import Thread
from typing import Any

import httpx
import psutil
from rich.table import Table

from infra.local.service import SANDBOX, running

CLIENTS = (1, 8, 32)
PAIRS = 600


def measure() -> Table:
    """Each number of clients in turn on one service; the clients run in a process of their own."""
    table = Table(
        *("clients", "pairs/s", "p50 ms", "p99 ms", "CPU ms a pair: service", "engine"),
        title=f"Load ({PAIRS} pairs each)",
        title_justify="left",
    )
    with running() as service:
        process = psutil.Process(service.process.pid)
        [engine] = process.children()
        for clients in CLIENTS:
            _make_codes(service.url, clients)
            before = _cpu(process), _cpu(engine)
            said = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.load", service.url, str(clients)],
                check=True,
                capture_output=True,
            )
            after = _cpu(process), _cpu(engine)
            seen = json.loads(said.stdout)
            service_ms, engine_ms = (1000 * (late - early) / PAIRS for early, late in zip(before, after, strict=True))
            table.add_row(
                str(clients),
                f"{seen['rate']:.0f}",
                f"{seen['p50']:.1f}",
                f"{seen['p99']:.1f}",
                f"{service_ms:.1f}",
                f"{engine_ms:.1f}",
            )
    return table


def drive(url: str, clients: int) -> dict[str, float]:
    """Take turns until all pairs are done; a pair's time is from its first byte out to its last byte in."""
    times: list[float] = []
    numbers = iter(range(PAIRS))

    def work() -> None:
        with httpx.Client(base_url=url, headers=SANDBOX, timeout=60) as http:
            for number in numbers:
                body = json.dumps(_checkout(_code(clients, number)))
                started = time.perf_counter()
                validated = http.post("/v1/validations", content=body).json()
                redeemed = http.post("/v1/redemptions", content=body)
                times.append(time.perf_counter() - started)
                assert validated["valid"], validated
                assert redeemed.status_code == 200, redeemed.text

    threads = [Thread(target=work) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    assert len(times) == PAIRS
    hundredths = quantiles((1000 * seconds for seconds in times), n=100)
    return {"rate": PAIRS / took, "p50": hundredths[49], "p99": hundredths[98]}


def _make_codes(url: str, clients: int) -> None:
    with httpx.Client(base_url=url, headers=SANDBOX, timeout=60) as http:
        for number in range(PAIRS):
            voucher = {"discount": {"type": "PERCENT", "percent_off": 10}, "redemption": {"quantity": 1}}
            http.post(f"/v1/vouchers/{_code(clients, number)}", json=voucher).raise_for_status()


def _code(clients: int, number: int) -> str:
    return f"LOAD-{clients}-{number}"


def _checkout(code: str) -> dict[str, Any]:
    items = [{"product_id": "mug", "quantity": 2, "price": 1_500}]
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"items": items}}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    print(json.dumps(drive(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - the answer to the process that asked
