"""Rules and cases as a test says them.

holds(case(amount=12_000), rule("order.amount", more_than=10_000))
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.customers import Customer, Profile
from shared.domain.rules.case import Case, Line
from shared.domain.rules.compiled import Compiled, compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.summaries import Person, Purchase, Summary
from shared.domain.usages import Usage, Used, Who
from tests.unit.values import AT

WHO = Who("v_1", "camp_1", "cust_1", "ann", "key_1")
ONCE = Used(1, 12_000, 300)
"""A redemption of an order of 120.00 with 3.00 off."""


def rule(
    name: str, property_: str | None = None, *, below: Any = None, error: str | None = None, **conditions: Any
) -> Any:
    """A rule's JSON; its conditions are named without the ``$``: ``is_`` and ``in_`` are Python's words, too."""
    return {
        "name": name,
        "property": property_,
        "conditions": {f"${verb.rstrip('_')}": value for verb, value in conditions.items()},
        **({"rules": below} if below else {}),
        **({"error": {"message": error}} if error else {}),
    }


def rules(*each: Any, logic: str | None = None) -> dict[str, Any]:
    """A set of rules, 1, 2, …"""
    numbered: dict[str, Any] = {str(number): one for number, one in enumerate(each, 1)}
    return {**numbered, **({"logic": logic} if logic else {})}


def judged(*each: Any, logic: str | None = None, **fields: Any) -> Compiled:
    """A validation rule of these, ready to be judged."""
    return compiled(ValidationRule(id="val_1", rules=rules(*each, logic=logic), created_at=AT, **fields))


def holds(of: Case, *each: Any, logic: str | None = None, **fields: Any) -> bool:
    """Whether a validation rule of these holds; its explanation must say the same."""
    one = judged(*each, logic=logic, **fields)
    assert one.explain(of).passed is one.holds(of)
    assert (one.unmet(of) is None) is one.holds(of)
    return one.holds(of)


def case(**fields: Any) -> Case:
    """A redemption of ``ONCE`` about which nothing is known but what is said."""
    known: dict[str, Any] = {"at": AT, "zone": ZoneInfo("UTC"), "who": WHO, "by": ONCE}
    return Case(**known | fields)


def person(orders: int = 0, last: timedelta | datetime | None = None, *, amount: int = 0, **profile: Any) -> Person:
    """A customer with a history; ``last`` is how long ago the last order was, or when."""
    customer = Customer(id="cust_1", profile=Profile(**profile), created_at=AT - timedelta(days=400))
    bought = {} if last is None else {"ord_1": Purchase(last if isinstance(last, datetime) else AT - last, 100)}
    return Person(customer, Summary(orders=orders, amount=amount, purchases=bought))


def line(*names: str, quantity: int = 1, price: int | None = None, **fields: Any) -> Line:
    """A line that answers to these names; the first is its product's, or by ``sku_…`` its SKU's."""
    kind = {"sku" if names and names[0].startswith("sku_") else "product": names[0] if names else None}
    known: dict[str, Any] = {"number": fields.pop("number", 0), "amount": (price or 0) * quantity, **kind}
    return Line(names=frozenset(names), quantity=quantity, price=price, **known | fields)


def order(*lines: Line, **fields: Any) -> Case:
    """A case with an order of these lines."""
    numbered = tuple(one._replace(number=number) for number, one in enumerate(lines))
    amount = sum(one.amount for one in numbered)
    return case(**{"amount": amount, "left": amount, "lines": numbered} | fields)


def used(
    subject: str, times: int = 0, amount: int = 0, discounted: int = 0, *, period: str = "all"
) -> dict[Usage, Used]:
    return {Usage(subject, period): Used(times, amount, discounted)}


PARIS = ZoneInfo("Europe/Paris")
BEFORE_MIDNIGHT_IN_PARIS = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
