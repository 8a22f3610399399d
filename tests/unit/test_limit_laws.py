"""Whatever is redeemed, held, released and given back: a limit counts what there is, no bound is passed, and once
all is given back nothing is counted any more.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.assignments import Assignment
from shared.domain.errors import NotFound
from shared.domain.ids import derived, voucher_id
from shared.domain.projects import Project
from shared.domain.rules.model import ValidationRule
from shared.domain.usages import Kept, period_of
from shared.usecases.vouchers import release_session
from tests.fakes import in_memory
from tests.unit.till import Till
from tests.unit.values import AT, PROJECT, lock

CODES = ("A", "B")
PEOPLE = ("ann", "bob")
CARTS = ("cart-1", "cart-2")
BOUNDS = {
    "redemption.count.per_customer.daily": 2,
    "redemption.count": 4,
    "campaign.redemptions.count.weekly": 5,
    "campaign.redemptions.customers_count.monthly": 4,
    "campaign.orders.amount": 30_000,
    "campaign.orders.amount_discounted": 2_600,
}
ZONE = Project(time_zone="America/New_York").zone


class Limits(RuleBasedStateMachine):
    """A campaign of two codes under all of these limits, two customers, two carts; time goes by in hours."""

    @initialize()
    def open(self) -> None:
        self.till = Till(in_memory(PROJECT))
        self.till.settle(time_zone="America/New_York", applicable_redeemables_limit=5)
        limits = {
            str(number): {"name": name, "conditions": {"$less_than_or_equal": [most]}}
            for number, (name, most) in enumerate(BOUNDS.items(), 1)
        }
        self.till.stores.rules.add(ValidationRule(id="val_1", rules=limits, created_at=AT))
        assigned = (Assignment.of(PROJECT, "val_1", "campaign", "camp_1", AT),)
        self.till.campaign(*CODES, quantity=None, assignments=assigned)
        self.at = AT
        self.redeemed: dict[str, Counter[tuple[str, str]]] = {}
        self.held: dict[tuple[str, str], Counter[tuple[str, str]]] = {}

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(code=st.sampled_from(CODES), who=st.sampled_from(PEOPLE), amount=st.sampled_from([300, 5_000, 9_000]))
    def redeem(self, code: str, who: str, amount: int) -> None:
        told = self.till.redeem(code, customer=who, amount=amount, at=self.at)
        if not told.failure:
            self.redeemed[told.records[0].id] = used(code, who, amount, self.at)

    @rule(code=st.sampled_from(CODES), who=st.sampled_from(PEOPLE), cart=st.sampled_from(CARTS))
    def hold(self, code: str, who: str, cart: str) -> None:
        verdict = self.till.validate(code, customer=who, session=lock(cart, ttl=12, ttl_unit="HOURS"), at=self.at)
        if verdict.valid:
            self.held[code, cart] = used(code, who, 10_000, self.at)

    @rule(code=st.sampled_from(CODES), cart=st.sampled_from(CARTS))
    def release(self, code: str, cart: str) -> None:
        try:
            release_session(code, cart, vouchers=self.till.stores.vouchers)
        except NotFound:
            assert (code, cart) not in self.held or self.lapsed_may_be_gone(code, cart)
        self.held.pop((code, cart), None)

    @rule(data=st.data())
    def give_back(self, data: Any) -> None:
        if self.redeemed:
            id_ = data.draw(st.sampled_from(sorted(self.redeemed)))
            self.till.roll_back(id_, at=self.at)
            del self.redeemed[id_]

    def lapsed_may_be_gone(self, code: str, cart: str) -> bool:
        return self.till.stores.vouchers.hold(code, cart) is None

    @invariant()
    def counters_count_what_there_is(self) -> None:
        if not hasattr(self, "till"):
            return
        self.held = {it: its for it, its in self.held.items() if self.till.stores.vouchers.hold(*it)}
        expected: Counter[tuple[str, str]] = Counter()
        for its in (*self.redeemed.values(), *self.held.values()):
            expected.update(its)
        assert self.counted() == {place: number for place, number in expected.items() if number}

    @invariant()
    def no_bound_is_passed(self) -> None:
        if hasattr(self, "till"):
            for (name, measure), number in self.counted().items():
                assert number <= bound(name, measure)

    def teardown(self) -> None:
        if not hasattr(self, "till"):
            return
        for code, cart in list(self.held):
            release_session(code, cart, vouchers=self.till.stores.vouchers)
        for id_ in self.redeemed:
            self.till.roll_back(id_, at=self.at)
        assert self.counted() == {}

    def counted(self) -> dict[tuple[str, str], int]:
        """Whatever is counted that is not 0, by usage and measure."""
        kept = {spot[-1]: thing for spot, thing in self.till.stores.everything().items() if isinstance(thing, Kept)}
        return {
            (name, measure): number
            for name, its in kept.items()
            for measure, number in its.used._asdict().items()
            if number
        }


def used(code: str, who: str, amount: int, at: datetime) -> Counter[tuple[str, str]]:
    """What a use of 5.00 off counts, said plainly: every measure of every usage that the rule names."""
    born = int(AT.timestamp() * 1000)
    voucher, customer = f"{voucher_id(PROJECT, code)}.{born:x}", derived("cust", PROJECT, who)
    day, week, month = (period_of(sort, at, ZONE) for sort in ("daily", "weekly", "monthly"))
    places = (
        f"{voucher}/{customer} {day}",
        f"{voucher} all",
        f"camp_1 {week}",
        f"camp_1/{customer} {month}",
        "camp_1 all",
    )
    return Counter(
        {
            (place, measure): number
            for place in places
            for measure, number in (("times", 1), ("amount", amount), ("discounted", min(500, amount)))
        }
    )


def bound(name: str, measure: str) -> float:
    """What a measure of a usage may come to."""
    subject, _, period = name.rpartition(" ")
    campaign, alone = subject.startswith("camp_1"), "/" not in subject
    if measure != "times":
        spent = {"amount": "campaign.orders.amount", "discounted": "campaign.orders.amount_discounted"}
        return BOUNDS[spent[measure]] if subject == "camp_1" and period == "all" else float("inf")
    if campaign and alone:
        return BOUNDS["campaign.redemptions.count.weekly"] if "W" in period else float("inf")
    if campaign:
        return BOUNDS["campaign.redemptions.customers_count.monthly"]
    return BOUNDS["redemption.count" if alone else "redemption.count.per_customer.daily"]


TestLimits = Limits.TestCase
TestLimits.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
