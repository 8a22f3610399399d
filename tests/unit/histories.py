"""Any life of customers, orders and redemptions, with a plain recount beside the summaries that were kept."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.errors import NotFound, PromotionError
from shared.domain.orders import Order, StoredOrder
from shared.domain.redemptions import Redemption
from shared.domain.summaries import Person, Purchase, Summary
from tests.unit.till import Till
from tests.unit.values import AT

PEOPLE = ("ann", "bob")
CARTS = ("cart-1", "cart-2", "cart-3")
CODES = ("MUG", "CUP", "ONCE")
CARD = "CARD"
LONGEST = timedelta(days=1)

people = st.sampled_from(PEOPLE)
somebody = st.none() | people
carts = st.sampled_from(CARTS)
amounts = st.none() | st.integers(0, 5_000)
states = st.sampled_from([None, "CREATED", "PAID", "CANCELED", "FULFILLED"])
ages = st.none() | st.integers(0, 48).map(lambda hours: timedelta(hours=hours))


class Histories(RuleBasedStateMachine):
    """Two customers, three orders, three codes; who is deleted may come back."""

    def till(self) -> Till:
        """A checkout over stores in which there is nothing yet."""
        raise NotImplementedError

    @initialize()
    def open(self) -> None:
        self.shop = self.till()
        self.at = AT
        self.redemptions: list[tuple[str, bool]] = []
        for code, quantity in zip(CODES, (None, None, 1), strict=True):
            self.shop.voucher(code, quantity=quantity)
        self.shop.gift_card(2_000, CARD)

    def tick(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    @rule(customer=people, name=st.sampled_from(["Ann", "Anna"]))
    def keep(self, customer: str, name: str) -> None:
        self.shop.keep(customer, name=name, at=self.tick())

    @rule(customer=people)
    def forget(self, customer: str) -> None:
        self.tick()
        allowed(lambda: self.shop.forget(customer))

    @rule(cart=carts, customer=somebody, amount=amounts, status=states, age=ages)
    def place(self, cart: str, customer: str | None, amount: int | None, status: Any, age: timedelta | None) -> None:
        at = self.tick()
        said = {name: value for name, value in (("amount", amount), ("status", status)) if value is not None}
        allowed(lambda: self.shop.place(cart, customer=customer, created_at=age and at - age, at=at, **said))

    @rule(cart=carts, customer=somebody, status=states, discount=st.none() | st.integers(0, 2_000))
    def change(self, cart: str, customer: str | None, status: Any, discount: int | None) -> None:
        said = {"status": status} if status else {}
        at = self.tick()
        allowed(lambda: self.shop.change(cart, customer=customer, discount=discount, at=at, **said))

    @rule(
        codes=st.lists(st.sampled_from((*CODES, CARD)), min_size=1, max_size=2, unique=True),
        cart=st.none() | carts,
        customer=somebody,
    )
    def redeem(self, codes: list[str], cart: str | None, customer: str | None) -> None:
        order = Order(source_id=cart) if cart else Order(amount=1_000)
        told = self.shop.redeem(*codes, order=order, customer=customer, at=self.tick())
        first = told.parent or told.records[0]
        if told.failure is None:
            self.redemptions.append((first.id, told.parent is not None))

    @rule(which=st.integers(0, 9))
    def roll_back(self, which: int) -> None:
        if self.redemptions:
            id_, stacked = self.redemptions[which % len(self.redemptions)]
            allowed(lambda: self.shop.roll_back(id_, stacked=stacked, at=self.tick()))

    @invariant()
    def summaries_equal_a_plain_recount(self) -> None:
        if not hasattr(self, "shop"):
            return
        records = self.shop.records()
        orders = [order for cart in CARTS if (order := self._order(cart))]
        nameless = {record.order_id for record in records if record.order_id} - {order.id for order in orders}
        orders += [self.shop.stores.orders.get(id_) for id_ in sorted(nameless)]
        for name in PEOPLE:
            try:
                person = self.shop.person(name)
            except NotFound:
                continue
            told = person.summary
            plain = recounted(person, orders, records)
            assert told._replace(purchases={}) == plain._replace(purchases={})
            assert told.last == plain.last
            assert set(told.purchases) <= set(plain.purchases)

    def _order(self, cart: str) -> StoredOrder | None:
        try:
            found: StoredOrder = self.shop.stores.orders.get(cart)
        except NotFound:
            return None
        return found


def recounted(person: Person, orders: list[StoredOrder], records: list[Redemption]) -> Summary:
    """What a history comes to, counted from the orders and records themselves."""
    customer = person.customer
    mine = [it for it in orders if (it.customer_id, it.customer_since) == (customer.id, customer.created_at)]
    counted = [it for it in mine if it.status in ("PAID", "FULFILLED")]
    uses = [
        it for it in records if it.customer_id == customer.id and it.date >= customer.created_at and not it.children
    ]
    made = [it for it in uses if it.object == "redemption"]
    return Summary(
        orders=len(counted),
        amount=sum(it.order.total - it.discount for it in counted),
        succeeded=sum(it.status != "FAILED" for it in made),
        failed=sum(it.status == "FAILED" for it in made),
        rolled_back=sum(it.status == "ROLLED_BACK" for it in made),
        credits=sum(it.credits or 0 for it in made if it.status == "SUCCEEDED"),
        purchases={it.id: Purchase(it.created_at, it.order.total - it.discount) for it in counted},
    )


def allowed(verb: Any) -> None:
    """Do it, or be refused."""
    try:
        verb()
    except PromotionError:
        return
