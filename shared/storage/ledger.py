"""The ledger: what a checkout needs to know, and the one transaction that spends, holds or gives back."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, dropwhile, islice

from shared.domain.attributes.purchases import REDEMPTIONS
from shared.domain.checkout import Checkout, Facts, Verdict, too_large
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Conflict, Moved, NotFound
from shared.domain.ids import code_hash
from shared.domain.lists import Listed, Query
from shared.domain.orders import StoredOrder
from shared.domain.redemptions import Offer, Redemption, Told
from shared.domain.summaries import tally_of
from shared.domain.usages import Counted, LapsedHold, added
from shared.domain.vouchers import MOST_LAPSED, Hold, Redeemable, Voucher
from shared.storage.campaigns import CampaignStore
from shared.storage.customer_items import customer_id, keeping_customer
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of, value_of
from shared.storage.gathering import Gathering
from shared.storage.keys import Key, listing, owning
from shared.storage.lists import ITSELF, MOST_COUNTED, ListOf, Narrow, Reading, Source, Window, of_customer, of_keys
from shared.storage.orders import keeping_order, order_id, order_of
from shared.storage.summaries import counting
from shared.storage.table import MOST_WRITES, Item, Table, Write, create, put, update
from shared.storage.usages import HeldBy, UsageStore
from shared.storage.voucher_items import (
    clear,
    dropping,
    giving_back,
    hold_of,
    holding,
    taking,
    voucher_keys,
    vouchers_of,
)

ATTRIBUTES = ("status",)
SHAPE_OF_AN_ID = re.compile(r"[a-z]+_[0-9a-f]{20,60}")


class Ledger:
    """Redemptions of one project, and the vouchers, customers and orders that they touch."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._campaigns = CampaignStore(table, project)
        self._customers = CustomerStore(table, project)
        self._usages = UsageStore(table, project)

    def gather(
        self, checkout: Checkout, *, at: datetime, warm: bool, given: Mapping[str, Redeemable] | None = None
    ) -> Facts:
        """All facts of a checkout, its campaigns as they are now unless ``warm`` ones will do.

        ``given`` are offers that were looked up already.
        """
        return Gathering(self._table, self.project, checkout, at=at, warm=warm, given=given).facts()

    def lapsed(self, voucher: Voucher, *, but: str | None, at: datetime) -> tuple[Hold, ...]:
        """Holds on a voucher that have lapsed by an instant, ``but`` one session's; costs a query of its holds."""
        items = self._table.query(Key.voucher(self.project, voucher.id[2:]).PK, starting="hold#")
        lapsed = (hold for hold in map(hold_of, items) if hold.lapsed(at) and hold.session != but)
        return tuple(islice(lapsed, MOST_LAPSED))

    def freed(self, facts: Facts, *, at: datetime) -> Counted:
        """What stands against a checkout without what lapsed holds of others take; a query of each limit with any."""
        own = [HeldBy(it.voucher.id[2:], it.own) for it in facts.redeemables.values() if it.own]
        return self._usages.lapsed(facts.counted, facts.counted.kept, at=at, own=own)

    def clear(self, lapsed: Sequence[LapsedHold]) -> None:
        """Clear lapsed holds away, each for itself.

        Raises:
            Moved: if somebody else is about to.
        """
        clear(self._table, self.project, lapsed)

    def hold(self, verdict: Verdict, *, session: str, until: datetime) -> None:
        """Set one use of every offer aside, and the credits of a gift card, or nothing.

        Raises:
            Moved: if somebody else was faster.
        """
        clear(self._table, self.project, verdict.facts.counted.lapsed)
        writes: list[Write] = []
        starting: list[HeldBy] = []
        for offer in verdict.applicable:
            own, voucher = offer.redeemable.own, offer.redeemable.voucher
            credits_ = offer.credits or 0
            counted = {usage.name: used for usage, used in offer.counts.items()}
            hold = Hold(session, until, credits_, counted)
            starting.append(HeldBy(voucher.id[2:], hold))
            writes.append(holding(self.project, voucher, hold, replacing=own))
            writes += taking(
                self.project,
                voucher,
                offer.place,
                credits_=credits_,
                redeemed=False,
                spreads=offer is verdict.applicable[0],
                otherwise=Moved(),
            )
        writes += self._counting(verdict, starting=starting)
        _refuse_too_many(writes, verdict)
        self._table.commit(*writes, outcome=verdict)

    def spend(self, verdict: Verdict, told: Told) -> None:
        """Make a redemption: every use, record, order and customer of it, or nothing.

        Raises:
            Moved: if a use, the credits, the order or the customer is no longer as it was gathered.
        """
        clear(self._table, self.project, verdict.facts.counted.lapsed)
        writes: list[Write] = []
        for offer in verdict.applicable:
            voucher, place = offer.redeemable.voucher, offer.place
            credits_ = offer.credits or 0
            writes += taking(
                self.project,
                voucher,
                place,
                credits_=credits_,
                redeemed=True,
                spreads=offer is verdict.applicable[0],
                otherwise=Moved(),
            )
            if place.own:
                writes.append(dropping(self.project, voucher, place.own, otherwise=Moved()))
        writes += self._counting(verdict)
        writes += [self._recording(record) for record in (*told.records, *filter(None, (told.parent,)))]
        facts = verdict.facts
        if told.order:
            writes += keeping_order(self.project, told.order, known=facts.order, summary=facts.summary)
        if told.customer:
            writes += keeping_customer(self.project, told.customer, known=facts.customer, settled=facts.project)
            tally = tally_of(told.customer, succeeded=len(told.records), credits_=told.credits)
            as_read = facts.history if verdict.rests_on_history else None
            writes.append(counting(self.project, tally, as_read=as_read, otherwise=Moved()))
        _refuse_too_many(writes, verdict)
        self._table.commit(*writes, outcome=told)

    def _counting(self, verdict: Verdict, *, starting: Sequence[HeldBy] = ()) -> list[Write]:
        """The writes that count what limits are about; holds that end give back what they took of it."""
        ending = [
            HeldBy(offer.redeemable.voucher.id[2:], hold) for offer in verdict.applicable for hold in offer.place.holds
        ]
        return self._usages.spending(
            verdict.facts.counted, verdict.counts, verdict.needs, otherwise=Moved(), starting=starting, ending=ending
        )

    def record(self, told: Told) -> None:
        """Keep the record of a refusal, and count it for a customer who is known."""
        writes = [put(self._key(record.id), self._item(record)) for record in told.records]
        if told.customer:
            writes.append(counting(self.project, tally_of(told.customer, failed=len(told.records))))
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
                writes += giving_back(
                    self.project, offer.voucher, redeemed=True, credits_=record.credits or 0, otherwise=Moved()
                )
        writes += self._usages.giving_back(added(record.uses for record in undone), otherwise=Moved())
        if told.order and known:
            writes += keeping_order(self.project, told.order, known=known)
        if told.customer and undone[0].date >= told.customer.created_at:
            # Of a customer who was deleted and came back it was redeemed in another life.
            writes.append(
                counting(self.project, tally_of(told.customer, rolled_back=len(told.records), credits_=-told.credits))
            )
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
        items = self._table.get_many([*voucher_keys(vouchers.values()), *orders.values(), *customers.values()])
        counted_up = vouchers_of(self._table, vouchers.values(), items)
        found = {code: counted_up[key] for code, key in vouchers.items() if key in counted_up}
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


def _refuse_too_many(writes: Sequence[Write], verdict: Verdict) -> None:
    """Raise if it is more than one commit holds, beside the answer that it remembers: limits on shards, dealt anew all
    at once, are more than anybody could tell before.
    """
    if len(writes) >= MOST_WRITES:
        raise too_large(verdict)


def _records_of(items: Sequence[Item]) -> list[Redemption]:
    return [redemption_of(item) for item in items]


def redemption_of(item: Item) -> Redemption:
    return value_of(Redemption, item, ATTRIBUTES)
