"""What it costs to judge a rule, against the predicate that somebody would write by hand for it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from rich.table import Table

from shared.domain.customers import Address, Customer, Profile
from shared.domain.rules.case import Case, Line
from shared.domain.rules.compiled import compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.summaries import Person, Summary
from shared.domain.usages import Who

ROUNDS = 15
EACH = 20_000
AT = datetime(2026, 3, 17, 8, tzinfo=UTC)
TYPICAL = {
    "1": {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}},
    "2": {"name": "order.amount", "conditions": {"$more_than": [10_000]}},
    "3": {"name": "customer.address.country", "conditions": {"$is": ["IE"]}},
    "4": {"name": "customer.summary.orders.total_count", "conditions": {"$more_than_or_equal": [3]}},
    "5": {"name": "order.items.any", "conditions": {"$is": [{"id": "pc_shoes", "object": "products_collection"}]}},
    "logic": "1 AND 2 AND 3 AND 4 AND 5",
}


def by_hand(case: Case) -> bool:
    """The typical rule, as a programmer writes it."""
    person = case.person
    return (
        person is not None
        and "seg_vip" in case.segments
        and case.amount is not None
        and case.amount > 10_000
        and person.customer.profile.address is not None
        and person.customer.profile.address.country == "IE"
        and person.summary.orders >= 3
        and any("pc_shoes" in line.names for line in case.lines)
    )


def measure() -> Table:
    """Rounds of both in turn; the case meets every condition, so that all of them are judged."""
    rule = ValidationRule(id="val_1", rules=TYPICAL, created_at=AT)
    holds = compiled(rule).holds
    table = Table("a typical rule", "ns", "× by hand", title="Judging (median of 15 rounds)", title_justify="left")
    for name, case in {"met, 3 lines": _case(3), "met, 30 lines": _case(30), "not met": _case(3, amount=9_000)}.items():
        assert holds(case) is by_hand(case)
        spent: dict[Callable[[Case], bool], list[float]] = {by_hand: [], holds: []}
        for _ in range(ROUNDS + 1):
            for judge, times in spent.items():
                times.append(_nanoseconds(judge, case))
        hand, ours = (median(times[1:]) for times in spent.values())  # the first round warms both up
        ratio = median(our / his for his, our in zip(*spent.values(), strict=True))
        table.add_row(f"{name}: by hand", f"{hand:.0f}", "1.00")
        table.add_row(f"{name}: compiled", f"{ours:.0f}", f"{ratio:.2f}")
    started = time.process_time()
    for _ in range(100):
        compiled(rule)
    table.add_row("compiling it", f"{(time.process_time() - started) * 1e7:,.0f}", "")
    return table


def _nanoseconds(judge: Callable[[Case], bool], case: Case) -> float:
    started = time.process_time()
    for _ in range(EACH):
        judge(case)
    return (time.process_time() - started) * 1e9 / EACH


def _case(lines: int, amount: int = 12_000) -> Case:
    profile = Profile(source_id="ann", address=Address(country="IE"))
    person = Person(Customer.new("cust_1", profile, at=AT - timedelta(days=400)), Summary(orders=4, amount=40_000))
    bought = [Line(number, frozenset({f"prod_{number}", f"mug-{number}"})) for number in range(lines - 1)]
    shoes = Line(lines - 1, frozenset({"prod_shoe", "pc_shoes"}))
    segments = frozenset({"seg_vip"})
    return Case(AT, ZoneInfo("UTC"), Who("v_1"), person, segments, amount, amount, (*bought, shoes))
