"""A checkout over any stores, each verb in one line: ``till.redeem("MUG", amount=10_000)``."""

from datetime import datetime
from typing import Any

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Verdict
from shared.domain.customers import Profile
from shared.domain.gifts import Gift
from shared.domain.lists import Listed, Ordering, Query
from shared.domain.orders import Order, StoredOrder
from shared.domain.projects import Project
from shared.domain.publications import Published
from shared.domain.qualifications import Qualification
from shared.domain.qualifications import Wish as Qualifying
from shared.domain.redemptions import Redemption, Told
from shared.domain.stacking import StackingRules
from shared.domain.summaries import Person
from shared.domain.vouchers import Made, Voucher, loaded
from shared.usecases.customers import delete_customer, upsert_customer
from shared.usecases.issue import Wish, issue
from shared.usecases.orders import change_order, place_order
from shared.usecases.qualify import qualify
from shared.usecases.redeem import redeem
from shared.usecases.roll_back import roll_back
from shared.usecases.validate import validate
from tests.fakes import Stores
from tests.unit.values import AT, PROJECT, campaign, checkout, code_of, counting, numbering, voucher


class Till:
    """One project's checkout, at eight in the morning unless a call says otherwise."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.chance = counting()
        self.draw = numbering()

    def voucher(self, code: str = "MUG", discount: Any = None, **fields: Any) -> Voucher:
        """A new voucher; without a word on it, 5.00 off, once."""
        made = voucher(code, **({"discount": discount} if discount else {}), project=self.stores.project, **fields)
        self.stores.vouchers.add(Made(made), otherwise=AssertionError(code))
        return made

    def gift_card(self, amount: int, code: str = "CARD", **fields: Any) -> Voucher:
        """A new gift card."""
        its = {"quantity": None, **loaded(Gift(amount=amount)), **fields}
        made = voucher(code, None, project=self.stores.project, **its)
        self.stores.vouchers.add(Made(made), otherwise=AssertionError(code))
        return made

    def campaign(self, *codes: str, id_: str = "camp_1", **fields: Any) -> Campaign:
        """A new campaign with these codes."""
        made = campaign(id_, **{"vouchers_count": len(codes)} | fields)
        of_it = [code_of(made, code, project=self.stores.project) for code in codes]
        self.stores.campaigns.add(made, *of_it, outcome=made)
        return made

    def find(self, code: str) -> Voucher:
        found: Voucher = self.stores.vouchers.get(code).voucher
        return found

    def counts(self, code: str) -> tuple[int, int]:
        """How many of a voucher's uses are redeemed, and how many are taken (redeemed or held)."""
        found = self.find(code)
        return found.redeemed_quantity, found.taken

    def validate(self, *codes: str, at: datetime = AT, ledger: Any = None, **fields: Any) -> Verdict:
        return validate(checkout(*codes, **fields), at=at, ledger=ledger or self.stores.ledger)

    def qualify(self, *, at: datetime = AT, ledger: Any = None, **fields: Any) -> Qualification:
        """Which offers may be used; what is not of the wish is of its checkout."""
        wish = {name: fields.pop(name) for name in Qualifying._fields if name in fields}
        return qualify(
            Qualifying(checkout(**fields), **wish),
            at=at,
            ledger=ledger or self.stores.ledger,
            candidates=self.stores.candidates,
        )

    def settle(self, **fields: Any) -> None:
        """What the project has settled, from now on; stacking rules go by their own names."""
        rules = {name: fields.pop(name) for name in StackingRules._fields if name in fields}
        self.stores.projects.save(Project(stacking=StackingRules(**rules), **fields))

    def redeem(self, *codes: str, at: datetime = AT, ledger: Any = None, **fields: Any) -> Told:
        return redeem(
            checkout(*codes, **fields),
            at=at,
            ledger=ledger or self.stores.ledger,
            channel_id="sandbox",
            chance=self.chance,
        )

    def roll_back(
        self, redemption_id: str, *, stacked: bool = False, at: datetime = AT, ledger: Any = None, **fields: Any
    ) -> Told:
        return roll_back(
            redemption_id,
            stacked=stacked,
            at=at,
            ledger=ledger or self.stores.ledger,
            chance=self.chance,
            **{"reason": None, "tracking_id": None} | fields,
        )

    def issue(
        self, customer: Profile | str = "ann", *, at: datetime = AT, store: Any = None, **fields: Any
    ) -> Published:
        buyer = Profile(source_id=customer) if isinstance(customer, str) else customer
        return issue(
            Wish(buyer, **fields), at=at, store=store or self.stores.publications, chance=self.chance, draw=self.draw
        )

    def keep(self, source_id: str = "ann", *, at: datetime = AT, customers: Any = None, **fields: Any) -> Person:
        profile = Profile(source_id=source_id, **fields)
        return upsert_customer(profile, at=at, customers=customers or self.stores.customers, chance=self.chance)

    def person(self, name: str = "ann") -> Person:
        found: Person = self.stores.customers.get(name)
        return found

    def forget(self, name: str = "ann") -> None:
        delete_customer(name, customers=self.stores.customers)

    def place(
        self,
        source_id: str = "cart-7",
        *,
        customer: str | None = None,
        created_at: datetime | None = None,
        discount: int | None = None,
        at: datetime = AT,
        orders: Any = None,
        **fields: Any,
    ) -> StoredOrder:
        """An order, new or known."""
        return place_order(
            Order(source_id=source_id, **fields),
            Profile(source_id=customer) if customer else None,
            created_at=created_at,
            discount=discount,
            at=at,
            orders=orders or self.stores.orders,
            chance=self.chance,
        )

    def change(
        self,
        name: str = "cart-7",
        *,
        customer: str | None = None,
        discount: int | None = None,
        at: datetime = AT,
        orders: Any = None,
        **fields: Any,
    ) -> StoredOrder:
        return change_order(
            name,
            Order(**fields),
            Profile(source_id=customer) if customer else None,
            discount=discount,
            at=at,
            orders=orders or self.stores.orders,
            chance=self.chance,
        )

    def disable(self, code: str) -> None:
        made = self.stores.vouchers.get(code)
        self.stores.vouchers.save(made._replace(voucher=made.voucher.model_copy(update={"active": False})))

    def records(self, *, newest_first: bool = True) -> list[Redemption]:
        """Every record, in order of their instants."""
        query = Query(AT, order=Ordering(falling=newest_first), limit=1_000)
        found: Listed[Redemption] = self.stores.ledger.wanted(query)
        assert len(found.things) == found.total
        return list(found.things)

    def failures(self) -> list[str | None]:
        """The reasons of all refusals that are recorded, newest first."""
        return [record.failure_code for record in self.records() if record.status == "FAILED"]


class Unasked:
    """A store that nobody may ask anything."""

    project = PROJECT
