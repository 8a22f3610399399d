"""A project with ten thousand rules: what they add to a checkout, and what a qualification costs that judges many."""

import os
import time
from collections.abc import Callable
from statistics import median

import psutil
from rich.console import Group
from rich.table import Table

from infra.local import engine
from infra.local.service import free_port
from tests.benchmarks.asking import NOW, ask

RULES = 10_000
OFFERS = 1_000
ROUNDS = 12
EACH = 40
PAIRS = {name: [("x-app-id", name), ("x-app-token", f"{name}-secret")] for name in ("few", "many")}
SPENT_ENOUGH = {"1": {"name": "order.amount", "conditions": {"$more_than": [500]}}}
CHECKOUT = {
    "redeemables": [{"object": "voucher", "id": "RULED"}],
    "order": {"amount": 3_000},
    "customer": {"source_id": "ann"},
}


def measure() -> Group:
    """One engine; a project with one rule, and one with ten thousand, of which as many vouchers are under one each."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="WARNING", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore

        keys = AccessKeyStore(settings.table())
        for name in PAIRS:
            keys.add(f"proj_{name}", "server", at=NOW, app_id=name, token=f"{name}-secret")
            _ruled_voucher(name)
        _crowd("proj_many")
        return Group(_checkouts(), "", _qualifications())


def _ruled_voucher(name: str) -> None:
    rule = ask("POST", "/v1/validation-rules", {"name": "Enough", "rules": SPENT_ENOUGH}, keys=PAIRS[name])
    voucher = {"discount": {"type": "AMOUNT", "amount_off": 100}, "validation_rules": [rule["id"]]}
    ask("POST", "/v1/vouchers/RULED", voucher, keys=PAIRS[name])


def _crowd(project: str) -> None:
    """Rules, and vouchers under them, written as the stores would write them, a hundred at a time."""
    from shared.domain.assignments import Assignment
    from shared.domain.discounts import AmountOff
    from shared.domain.errors import Moved
    from shared.domain.ids import timed, voucher_id
    from shared.domain.rules.model import ValidationRule
    from shared.domain.vouchers import Voucher
    from shared.runtime import settings
    from shared.storage.assignments import creating
    from shared.storage.table import chunks
    from shared.storage.voucher_items import adding

    table = settings.table()
    rules = [
        ValidationRule(id=timed("val", NOW, f"{number:08x}"), name=f"R {number}", rules=SPENT_ENOUGH, created_at=NOW)
        for number in range(RULES)
    ]
    for piece in chunks(rules, 100):
        table.commit(*(creating(project, rule) for rule in piece))
    vouchers = []
    for number, rule in enumerate(rules[:OFFERS]):
        id_ = voucher_id(project, f"OFFER-{number}")
        under = (Assignment.of(project, rule.id, "voucher", id_, NOW),)
        its = {"discount": AmountOff(amount_off=100 + number), "assignments": under, "created_at": NOW}
        vouchers.append(Voucher(id=id_, code=f"OFFER-{number}", **its))
    for piece in chunks(vouchers, 100):
        table.commit(*(adding(project, voucher, otherwise=Moved()) for voucher in piece))


def _checkouts() -> Table:
    """Rounds of both projects in turn, so that both see the same weather; CPU of both processes."""
    spent: dict[str, list[float]] = {name: [] for name in PAIRS}
    for round_ in range(ROUNDS + 1):
        for name, times in spent.items():
            took = _cpu_of(lambda name=name: ask("POST", "/v1/validations", CHECKOUT, times=EACH, keys=PAIRS[name]))
            if round_:  # the first warms both up
                times.append(took * 1_000 / EACH)
    title = f"A validation of a code under one rule (median of {ROUNDS} rounds)"
    table = Table("rules in the project", "CPU ms", "× one rule", title=title, title_justify="left")
    table.add_row("1", f"{median(spent['few']):.2f}", "1.00")
    ratio = median(many / few for few, many in zip(*spent.values(), strict=True))
    table.add_row(f"{RULES:,}", f"{median(spent['many']):.2f}", f"{ratio:.2f}")
    return table


def _qualifications() -> Table:
    title = f"A qualification among {OFFERS:,} vouchers, each under a rule of its own"
    table = Table("asked for", "CPU ms", "ms", title=title, title_justify="left")
    asked = {"order": {"amount": 3_000}, "customer": {"source_id": "ann"}}
    for name, options in {"the newest five": {}, "the best five of all": {"sorting_rule": "BEST_DEAL"}}.items():
        body = asked | {"options": options}
        assert len(ask("POST", "/v1/qualifications", body, keys=PAIRS["many"])["redeemables"]["data"]) == 5
        started = time.perf_counter()
        took = _cpu_of(lambda body=body: ask("POST", "/v1/qualifications", body, times=3, keys=PAIRS["many"]))
        table.add_row(name, f"{took * 1_000 / 3:.0f}", f"{(time.perf_counter() - started) * 1_000 / 3:.0f}")
    return table


def _cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of both processes, this and the engine's."""
    [engine_process] = psutil.Process().children()
    before = time.process_time() + _spent(engine_process)
    work()
    return time.process_time() + _spent(engine_process) - before


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
