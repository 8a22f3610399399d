"""What the worker of async actions writes: each piece of work together with the progress that it makes.

An action is cut into lanes, and a lane's item is the only one that two transactions of one lane share; two lanes share
none. The campaign counts what the action has counted, now and then and not with every piece, for an item that every
transaction touched would let them through one by one.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, count

from shared.domain.actions import AsyncAction, Lane, Row
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved
from shared.domain.imports import Changes
from shared.domain.orders import Order, StoredOrder
from shared.domain.projects import Project
from shared.domain.summaries import Summary, tallies
from shared.domain.vouchers import Voucher
from shared.storage.actions import ActionStore
from shared.storage.assignments import freeing
from shared.storage.campaigns import ATTRIBUTES, CampaignStore
from shared.storage.customer_items import customer_id, keeping_customer
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of, revising, value_of
from shared.storage.keys import SHARDS, TIME_TO_LIVE, Key
from shared.storage.orders import keeping_order, order_id, order_of
from shared.storage.projects import ProjectStore
from shared.storage.summaries import summary_of
from shared.storage.table import MOST_WRITES, Table, Write, create, delete, put, replace
from shared.storage.voucher_items import adding, drop_company, minting, removing, voucher_of

LANE_ATTRIBUTES = ("version",)
LARGEST_PART = 350_000
"""Bytes of one part of what an import was sent; an item holds 400 KB."""
KEPT = timedelta(days=30)
"""How long the parts of an import stay that never came to its end; a message lives half as long."""


class WorkStore:
    """The async work of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._actions = ActionStore(table, project)
        self._campaigns = CampaignStore(table, project)
        self._customers = CustomerStore(table, project)
        self._settings = ProjectStore(table, project)

    def settled(self) -> Project:
        """What the project has settled; one read where it is not warm."""
        return self._settings.now()

    def action(self, action_id: str) -> AsyncAction | None:
        return self._actions.find(action_id)

    def campaign(self, campaign_id: str) -> Campaign | None:
        return self._campaigns.deleted(campaign_id)

    # Lanes

    def lanes(self, action: AsyncAction) -> list[Lane]:
        """How far each lane is, as of now."""
        items = self._table.query(Key.lane(self.project, action.id, 0).PK, starting="lane#")
        begun = {lane.number: lane for lane in (value_of(Lane, item, LANE_ATTRIBUTES) for item in items)}
        return [begun.get(number, Lane(number=number, total=total)) for number, total in enumerate(action.shares)]

    def close(self, action: AsyncAction) -> list[Lane]:
        """Let no lane of an action move any more; how far each has come stands from now on."""
        while still := [lane for lane in self.lanes(action) if not lane.closed]:
            for lane in still:
                try:
                    self._table.commit(self._moving(action, lane.model_copy(update={"closed": True})))
                except Moved:
                    continue
        return self.lanes(action)

    def lane(self, action: AsyncAction, number: int) -> Lane:
        """How far one lane is."""
        item = self._table.get(Key.lane(self.project, action.id, number))
        return value_of(Lane, item, LANE_ATTRIBUTES) if item else Lane(number=number, total=action.shares[number])

    def make(self, action: AsyncAction, lane: Lane, prototype: Voucher, codes: Mapping[str, str]) -> Lane:
        """Make a piece of new codes, by id, that are else like the prototype; the lane as it is from now on.

        Raises:
            Moved: if a code is taken, or another worker was there first.
        """
        minted = minting(self.project, prototype, otherwise=Moved())
        self._table.commit(self._moving(action, lane), *(minted(id_, code) for id_, code in codes.items()))
        return lane.model_copy(update={"version": lane.version + 1})

    def bring_in(self, action: AsyncAction, lane: Lane, changes: Changes) -> Lane:
        """Bring in a piece of an import; the lane as it is from now on.

        Raises:
            Moved: if one of its things has changed since it was read, or another worker was there first.
        """
        writes = [adding(self.project, voucher, otherwise=Moved()) for voucher in changes.vouchers]
        writes += chain.from_iterable(self._told(changes))
        writes += self._keeping(changes.orders)
        self._table.commit(self._moving(action, lane), *writes)
        return lane.model_copy(update={"version": lane.version + 1})

    def fits(self, changes: Changes) -> bool:
        """Whether one transaction takes a piece of an import, the progress of its lane and the settings beside it."""
        people = sum(map(len, self._told(changes)))
        orders = sum(1 + len(list(tallies(order, known=before))) for order, before in changes.orders)
        return len(changes.vouchers) + people + orders + 1 <= MOST_WRITES

    def _told(self, changes: Changes) -> Iterator[tuple[Write, ...]]:
        """The writes that keep customers, of each its own."""
        settled = self.settled()
        return (keeping_customer(self.project, it, known=known, settled=settled) for it, known in changes.customers)

    def _keeping(self, orders: Sequence[tuple[StoredOrder, StoredOrder | None]]) -> Iterator[Write]:
        """The writes that keep orders, each adding to what those before it made of its customer's summary."""
        buyers = {order.customer_id for order, _ in orders if order.customer_id}
        keys = {buyer: Key.summary(self.project, buyer) for buyer in buyers}
        items = self._table.get_many(keys.values())
        summaries: dict[str, Summary] = {}
        for order, before in orders:
            buyer = order.customer_id
            if buyer and buyer not in summaries:
                summaries[buyer] = summary_of(items.get(keys[buyer]), order.customer_since)
            yield from keeping_order(self.project, order, known=before, summary=summaries.get(buyer or ""))
            for tally in tallies(order, known=before):
                if buyer and tally.customer_id == buyer:
                    summaries[buyer] = summaries[buyer].plus(summaries[buyer].trimmed(tally))

    def _moving(self, action: AsyncAction, lane: Lane) -> Write:
        """The write that moves a lane on from where it was read."""
        key, item = Key.lane(self.project, action.id, lane.number), item_of(lane, LANE_ATTRIBUTES)
        if lane.version:
            return replace(key, item, version=lane.version, otherwise=Moved())
        return create(key, {**item, "version": 1}, otherwise=Moved())

    # What is there already

    def untaken(self, codes: Mapping[str, str]) -> dict[str, str]:
        """Those codes, by id, that are still free; the commit will look once more."""
        keys = {Key.voucher(self.project, id_[2:]): id_ for id_ in codes}
        taken = self._table.get_many(keys)
        return {id_: codes[id_] for key, id_ in keys.items() if key not in taken}

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)

    def order_id(self, order: Order) -> str | None:
        return order_id(self.project, order)

    def customers(self, ids: Iterable[str]) -> dict[str, Customer]:
        """Customers as they are now, each under the id that was asked for, which a merged one no longer has."""
        keys = {Key.customer(self.project, id_): id_ for id_ in ids}
        found = ((keys[key], self._customers.canonical(item)) for key, item in self._table.get_many(keys).items())
        return {id_: customer for id_, customer in found if customer}

    def orders(self, ids: Iterable[str]) -> dict[str, StoredOrder]:
        keys = {Key.order(self.project, id_): id_ for id_ in ids}
        return {keys[key]: order_of(item) for key, item in self._table.get_many(keys).items()}

    # What an import was sent

    def lay_down(self, action: AsyncAction, lanes: Sequence[Sequence[Row]], *, at: datetime) -> None:
        """Keep what an import was sent, a lane's rows together, before the action is started that brings it in."""
        expires = {TIME_TO_LIVE: int((at + KEPT).timestamp())}
        numbers = count()
        for lane, rows in enumerate(lanes):
            sent = zlib.compress(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode(), 6)
            for start in range(0, len(sent), LARGEST_PART):
                part = {"lane": lane, "sent": sent[start : start + LARGEST_PART], **expires}
                self._table.commit(put(Key.part(self.project, action.id, next(numbers)), part))
        self._table.commit(put(Key.part(self.project, action.id, next(numbers)), {"last": True, **expires}))

    def rows(self, action: AsyncAction) -> list[list[Row]] | None:
        """What an import was sent, lane by lane; None if it is gone."""
        lanes = [b""] * len(action.shares)
        for number in count():
            part = self._table.get(Key.part(self.project, action.id, number))
            if part is None:
                return None
            if part.get("last"):
                break
            lanes[part["lane"]] += part["sent"]
        return [[Row(*row) for row in json.loads(zlib.decompress(sent))] for sent in lanes]

    def clear(self, action: AsyncAction) -> None:
        """Forget what an import was sent."""
        for number in count():
            key = Key.part(self.project, action.id, number)
            part = self._table.get(key)
            if part is None:
                return
            self._table.commit(delete(key))

    # The end of a campaign

    def codes(self, campaign_id: str) -> Iterator[str]:
        """The hashes of a campaign's codes."""
        for shard in range(SHARDS):
            yield from self._campaigns.codes(campaign_id, shard=shard, since="", until="~")

    def remove_codes(self, hashes: Sequence[str]) -> None:
        """Remove vouchers, the holds on those that have any, and the assignments of those that are under rules.

        Raises:
            Moved: if one of them was put under a rule meanwhile; some of them may be gone.
        """
        found = self._table.get_many(Key.voucher(self.project, hashed) for hashed in hashes)
        vouchers = [voucher_of(item) for item in found.values()]
        for voucher in vouchers:
            if voucher.taken > voucher.redeemed_quantity or voucher.gift:
                drop_company(self._table, self.project, voucher)
        for voucher in (it for it in vouchers if it.assignments):  # one by one, for two may be under one rule
            freed = freeing(self.project, voucher.assignments)
            self._table.commit(*removing(self.project, voucher), *freed)
        plain = (removing(self.project, it) for it in vouchers if not it.assignments)
        self._table.commit(*chain.from_iterable(plain))

    def remove_campaign(self, campaign: Campaign) -> None:
        self._campaigns.remove(campaign)

    # Progress

    def note(self, action: AsyncAction, campaign: Campaign | None, *, more: int) -> None:
        """Note an action's progress, and in its campaign how many codes more there are.

        Raises:
            Moved: if another worker did, or the campaign was deleted.
        """
        counting = (self._campaigns.counting(campaign, more, otherwise=Moved()),) if campaign and more else ()
        self._actions.save(action, *counting)

    def settle(self, action: AsyncAction, campaign: Campaign | None, *, more: int = 0) -> None:
        """Note an action's end, and in the campaign, as it is from now on, how many codes more there are.

        Raises:
            Moved: if another worker did, or the campaign has changed.
        """
        done: tuple[Write, ...] = ()
        if campaign:
            key = Key.campaign(self.project, campaign.id)
            adds = {"vouchers_count": more}
            done = (
                revising(key, campaign, ATTRIBUTES, sets=(), adds=adds, version=campaign.version, otherwise=Moved()),
            )
        self._actions.save(action, *done)
