"""The ledger: what a checkout needs to know, and the one transaction that spends, holds or gives back."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, dropwhile, islice

from shared.domain.attributes import REDEMPTIONS
from shared.domain.checkout import Checkout, Facts, Verdict
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Conflict, Moved, NotFound
from shared.domain.ids import code_hash
from shared.domain.lists import Listed, Query
from shared.domain.orders import StoredOrder
from shared.domain.redemptions import Offer, Redemption, Told
from shared.domain.vouchers import Hold, Place, Redeemable, Voucher
from shared.storage.campaigns import CampaignStore
from shared.storage.customers import CustomerStore, customer_id, keeping_customer
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, owning
from shared.storage.lists import ITSELF, MOST_COUNTED, ListOf, Narrow, Reading, Source, Window, of_customer, of_keys
from shared.storage.orders import keeping_order, order_id, order_of
from shared.storage.table import Item, Table, Write, create, put, update
from shared.storage.voucher_items import dropping, hold_of, holding, voucher_of

ATTRIBUTES = ("status",)
UNSPENT = "attribute_exists(PK) AND #active = :yes AND #deleted = :no AND "
A_USE_IS_LEFT = UNSPENT + "(attribute_not_exists(#quantity) OR #taken < #quantity)"
THE_HELD_USE_IS_LEFT = UNSPENT + "(attribute_not_exists(#quantity) OR #redeemed_quantity < #quantity)"
SHAPE_OF_AN_ID = re.compile(r"[a-z]+_[0-9a-f]{20,60}")
SWITCHES: Item = {"yes": True, "no": False}


class Ledger:
    """Redemptions of one project, and the vouchers, customers and orders that they touch."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._campaigns = CampaignStore(table, project)
        self._customers = CustomerStore(table, project)

    def gather(self, checkout: Checkout, *, warm: bool) -> Facts:
        """All facts of a checkout in one batch, then its campaigns (unless ``warm`` ones will do)."""
        hashes = {named: code_hash(self.project, named) for named in checkout.named}
        vouchers = {named: Key.voucher(self.project, hashed) for named, hashed in hashes.items()}
        session = checkout.session and checkout.session.key
        holds = {named: Key.hold(self.project, hashes[named], session) for named in hashes} if session else {}
        customer = self._customer_key(checkout.customer)
        order = self._order_key(checkout)
        others = [key for key in (customer, order) if key]
        items = self._table.get_many([*vouchers.values(), *holds.values(), *others])

        found = {named: voucher_of(items[key]) for named, key in vouchers.items() if key in items}
        found = {named: voucher for named, voucher in found.items() if not voucher.deleted}
        campaigns = self._campaigns.get_many(
            (voucher.campaign_id for voucher in found.values() if voucher.campaign_id), warm=warm
        )
        redeemables: dict[str, Redeemable] = {}
        for named, voucher in found.items():
            campaign = campaigns.get(voucher.campaign_id) if voucher.campaign_id else None
            if voucher.campaign_id and (campaign is None or campaign.deleted):
                continue
            own = hold_of(items[holds[named]]) if named in holds and holds[named] in items else None
            redeemables[named] = Redeemable(voucher, campaign, own)
        return Facts(
            redeemables,
            self._customers.canonical(items.get(customer)) if customer else None,
            order_of(items[order]) if order and order in items else None,
        )

    def lapsed(self, voucher: Voucher, *, at: datetime) -> Hold | None:
        """A hold on a voucher that has lapsed by an instant; costs a query of the voucher's holds."""
        for item in self._table.query(Key.voucher(self.project, voucher.id[2:]).PK, starting="hold#"):
            hold = hold_of(item)
            if hold.lapsed(at):
                return hold
        return None

    def hold(self, verdict: Verdict, *, session: str, until: datetime) -> None:
        """Set one use of every offer aside, or none.

        Raises:
            Moved: if somebody else was faster.
        """
        writes: list[Write] = []
        for offer in verdict.applicable:
            redeemable = offer.redeemable
            voucher = redeemable.voucher
            writes.append(holding(self.project, voucher, Hold(session, until), replacing=redeemable.own))
            match redeemable.place():
                case Place.NEW:
                    writes.append(self._count(voucher, "ADD #taken :one", only_if=A_USE_IS_LEFT))
                case Place.LAPSED if redeemable.lapsed:
                    writes.append(dropping(self.project, voucher, redeemable.lapsed))
        self._table.commit(*writes, outcome=verdict)

    def spend(self, verdict: Verdict, told: Told) -> None:
        """Make a redemption: every use, record, order and customer of it, or nothing.

        Raises:
            Moved: if a use, the order or the customer is no longer as it was gathered.
        """
        writes: list[Write] = []
        for offer in verdict.applicable:
            redeemable = offer.redeemable
            voucher = redeemable.voucher
            place = redeemable.place()
            if place is Place.NEW:
                both = "ADD #redeemed_quantity :one, #taken :one"
                writes.append(self._count(voucher, both, only_if=A_USE_IS_LEFT))
            else:
                hold = redeemable.own if place is Place.OWN else redeemable.lapsed
                assert hold
                writes.append(self._count(voucher, "ADD #redeemed_quantity :one", only_if=THE_HELD_USE_IS_LEFT))
                writes.append(dropping(self.project, voucher, hold))
        writes += [self._recording(record) for record in (*told.records, *filter(None, (told.parent,)))]
        if told.order:
            writes.append(keeping_order(self.project, told.order, known=verdict.facts.order))
        if told.customer:
            writes += keeping_customer(self.project, told.customer, known=verdict.facts.customer)
        self._table.commit(*writes, outcome=told)

    def record(self, told: Told) -> None:
        """Keep the record of a refusal."""
        writes = [put(self._key(record.id), self._item(record)) for record in told.records]
        self._table.commit(*writes, outcome=told)

    def give_back(self, told: Told, undone: Sequence[Redemption], *, known: StoredOrder | None) -> None:
        """Make a rollback: every use comes back, once.

        Raises:
            Refused: ``already_rolled_back``, Moved: if the order or a voucher changed.
        """
        writes: list[Write] = []
        for record, rollback in zip(undone, (*told.records, *filter(None, (told.parent,))), strict=True):
            after = record.model_copy(update={"undone_by": rollback.id})
            writes.append(
                update(
                    self._key(record.id),
                    "SET #status = :rolled_back, #document = :document",
                    {
                        "rolled_back": "ROLLED_BACK",
                        "document": item_of(after, ATTRIBUTES)["document"],
                        "succeeded": "SUCCEEDED",
                    },
                    only_if="#status = :succeeded",
                    otherwise=Moved(),
                )
            )
            writes.append(self._recording(rollback))
            offer = told.offers.get(record.code or "")
            if offer and offer.voucher:
                key = Key.voucher(self.project, code_hash(self.project, offer.voucher.code))
                less: Item = {"less": -1}
                writes.append(update(key, "ADD #redeemed_quantity :less, #taken :less", less, otherwise=Moved()))
        if told.order and known:
            writes.append(keeping_order(self.project, told.order, known=known))
        self._table.commit(*writes, outcome=told)

    def get(self, redemption_id: str) -> Redemption:
        """A record of any kind, by its id.

        Raises:
            NotFound: if there is none.
        """
        found = self.get_many([redemption_id])
        if redemption_id not in found:
            raise NotFound("redemption", redemption_id)
        return found[redemption_id]

    def get_many(self, ids: Iterable[str]) -> dict[str, Redemption]:
        keys = {id_: self._key(id_) for id_ in ids if SHAPE_OF_AN_ID.fullmatch(id_)}
        items = self._table.get_many(keys.values())
        records = {id_: redemption_of(items[key]) for id_, key in keys.items() if key in items}
        return {id_: record for id_, record in records.items() if record.id == id_}

    def of_voucher(self, code: str) -> Iterator[Redemption]:
        """Every record of a voucher, newest first."""
        partition = f"{self.project}#redemptions#{code_hash(self.project, code)}"
        return map(redemption_of, self._table.query(partition, newest_first=True))

    def wanted(self, query: Query) -> Listed[Redemption]:
        """The records that are asked for."""
        narrow: dict[str, Narrow] = {
            "id": of_keys(self._place),
            "voucher_code": self._of_vouchers,
            "related_object_id": self._of_vouchers,
            "customer_id": of_customer(self._table, self.project, "redemption"),
        }
        return ListOf(
            self._table, self.project, "redemption", REDEMPTIONS, _records_of, self._place, narrow=narrow
        ).wanted(query)

    def _place(self, name: str) -> Key:
        """Where the record of an id is; of what can be none, a place where nothing is."""
        return self._key(name if SHAPE_OF_AN_ID.fullmatch(name) else "r_" + "0" * 32)

    def _of_vouchers(self, named: Sequence[str], _window: Window) -> Source:
        """The records of vouchers, by code or id: a partition each."""
        hashes = dict.fromkeys(code_hash(self.project, name) for name in named)
        partitions = [f"{self.project}#redemptions#{hashed}" for hashed in hashes]

        def entries(how: Reading) -> Iterator[Item]:
            every = (self._table.query(partition, newest_first=how.newest_first) for partition in partitions)
            items = chain.from_iterable(every)
            if after := how.after:
                yield from islice(dropwhile(lambda item: item["SK"] != after["SK"], items), 1, None)
            else:
                yield from items

        def count() -> int:
            return min(MOST_COUNTED, sum(self._table.count_items(it, most=MOST_COUNTED) for it in partitions))

        alone = len(partitions) == 1
        return Source(entries, (ITSELF,), in_order=alone, steady=alone, total=count)

    def tell(self, records: Sequence[Redemption], *, parent: Redemption | None = None) -> Told:
        """Records with their vouchers, campaigns, order and customer, as these are now: two round trips."""
        offers, orders, customers = self.around(records)
        first = records[0] if records else parent
        order = orders.get(first.order_id or "") if first else None
        customer = customers.get(first.customer_id or "") if first else None
        return Told(tuple(records), parent, order, customer, offers)

    def around(
        self, records: Iterable[Redemption]
    ) -> tuple[Mapping[str, Offer], Mapping[str, StoredOrder], Mapping[str, Customer]]:
        """The offers (by code), orders and customers (by id) that records name."""
        records = list(records)
        vouchers = {
            record.code: Key.voucher(self.project, code_hash(self.project, record.code))
            for record in records
            if record.code
        }
        orders = {record.order_id: Key.order(self.project, record.order_id) for record in records if record.order_id}
        customers = {
            record.customer_id: Key.customer(self.project, record.customer_id)
            for record in records
            if record.customer_id
        }
        items = self._table.get_many([*vouchers.values(), *orders.values(), *customers.values()])
        found = {code: voucher_of(items[key]) for code, key in vouchers.items() if key in items}
        campaigns = self._campaigns.get_many(
            (voucher.campaign_id for voucher in found.values() if voucher.campaign_id), warm=True
        )
        known = {id_: self._customers.canonical(items.get(key)) for id_, key in customers.items()}
        return (
            {code: Offer(voucher, campaigns.get(voucher.campaign_id or "")) for code, voucher in found.items()},
            {id_: order_of(items[key]) for id_, key in orders.items() if key in items},
            {id_: customer for id_, customer in known.items() if customer},
        )

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)

    def order_id(self, checkout: Checkout) -> str | None:
        return order_id(self.project, checkout.order) if checkout.order else None

    def _customer_key(self, profile: Profile | None) -> Key | None:
        id_ = customer_id(self.project, profile) if profile else None
        return Key.customer(self.project, id_) if id_ else None

    def _order_key(self, checkout: Checkout) -> Key | None:
        id_ = self.order_id(checkout)
        return Key.order(self.project, id_) if id_ else None

    def _count(self, voucher: Voucher, expression: str, *, only_if: str) -> Write:
        key = Key.voucher(self.project, code_hash(self.project, voucher.code))
        return update(key, expression, {"one": 1, **SWITCHES}, only_if=only_if, otherwise=Moved())

    def _recording(self, record: Redemption) -> Write:
        taken = Conflict("conflict", "Two records drew one id", details="please ask again")
        return create(self._key(record.id), self._item(record), otherwise=taken)

    def _item(self, record: Redemption) -> Item:
        kind = "redemption"
        return {
            **item_of(record, ATTRIBUTES),
            **listing(self.project, kind, record.id, record.date),
            **owning(self.project, kind, record.id, record.customer_id, record.date),
        }

    def _key(self, redemption_id: str) -> Key:
        return Key.redemption(self.project, redemption_id)


def _records_of(items: Sequence[Item]) -> list[Redemption]:
    return [redemption_of(item) for item in items]


def redemption_of(item: Item) -> Redemption:
    return value_of(Redemption, item, ATTRIBUTES)
