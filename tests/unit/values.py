"""Values as a test says them: what it does not name is sensible, and every id is the next of a counter.

offer("SPRING", percent(20), quantity=None)
checkout("SPRING", amount=10_000)
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pydantic import TypeAdapter

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Checkout, Facts, Lock, Verdict
from shared.domain.codes import CodeConfig
from shared.domain.customers import Profile
from shared.domain.decision import decide
from shared.domain.discounts import AmountOff, Discount, PercentOff
from shared.domain.ids import voucher_id
from shared.domain.orders import Order
from shared.domain.projects import Project
from shared.domain.stacking import StackingRules
from shared.domain.vouchers import Redeemable, Voucher

AT = datetime(2026, 3, 17, 8, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
PROJECT = "proj_sandbox"
FIVE_OFF = AmountOff(amount_off=500)

discount_of: Callable[[Any], Discount] = TypeAdapter(Discount).validate_python
"""A discount from its JSON."""


def counting() -> Callable[[], str]:
    """Chance that can be told in advance: 00000001, 00000002, …"""
    numbers = count(1)
    return lambda: f"{next(numbers):08x}"


def drawing(*codes: str) -> Callable[[CodeConfig], str]:
    """Codes that can be told in advance; the last one again and again."""
    waiting = list(codes)
    return lambda _config: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def numbering(prefix: str = "NEW-") -> Callable[[CodeConfig], str]:
    """Codes that never end and never meet: NEW-1, NEW-2, …"""
    numbers = count(1)
    return lambda _config: f"{prefix}{next(numbers)}"


def percent(of: float | str, **fields: Any) -> PercentOff:
    return PercentOff(percent_off=of, **fields)


def voucher(
    code: str = "MUG", discount: Discount | None = FIVE_OFF, *, project: str = PROJECT, **fields: Any
) -> Voucher:
    """5.00 off, once."""
    known = {"id": voucher_id(project, code), "code": code, "discount": discount, "quantity": 1, "created_at": AT}
    return Voucher(**known | fields)


def campaign(id_: str = "camp_1", **fields: Any) -> Campaign:
    """5.00 off, each code once."""
    return Campaign(**{"id": id_, "name": "Spring", "discount": FIVE_OFF, "quantity": 1, "created_at": AT} | fields)


def code_of(of: Campaign, code: str, *, project: str = PROJECT, **fields: Any) -> Voucher:
    """A code of a campaign."""
    its = {"discount": None, "campaign": of.name, "campaign_id": of.id, "quantity": of.quantity}
    return voucher(code, project=project, **its | fields)


def offer(code: str = "MUG", discount: Discount | None = FIVE_OFF, **fields: Any) -> Redeemable:
    return Redeemable(voucher(code, discount, **fields))


def checkout(
    *codes: str, amount: int | None = 10_000, customer: Profile | str | None = None, **fields: Any
) -> Checkout:
    """These codes on an order of 100.00; ``order`` says more of it, ``customer`` may be just a ``source_id``."""
    order = None if amount is None else Order(amount=amount)
    buyer = Profile(source_id=customer) if isinstance(customer, str) else customer
    known = {"order": order, "customer": buyer, "request_id": "v-1"}
    return Checkout(codes, **known | fields)


def lock(key: str = "cart-1", ttl: float = 10, ttl_unit: str = "MINUTES") -> Lock:
    return Lock(key=key, ttl=ttl, ttl_unit=ttl_unit)


def verdict(*offers: Redeemable, at: datetime = AT, rules: StackingRules | None = None, **fields: Any) -> Verdict:
    """The decision on these offers, in this order."""
    asked = checkout(*(one.voucher.code for one in offers), **fields)
    project = Project(stacking=rules or StackingRules())
    return decide(asked, Facts({one.voucher.code: one for one in offers}, project=project), at=at)
