"""The facts of a checkout: what it names is read in one batch, then whatever that names, until nothing new is named.

That is two round trips where the process is warm: it then knows the campaigns, rules, segments and collections that it
has seen a moment ago, and so what they will want to know.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Generic, Literal, Protocol, TypeVar

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Checkout, Facts
from shared.domain.customers import Customer
from shared.domain.eligibility import person_of, who
from shared.domain.ids import code_hash
from shared.domain.orders import StoredOrder, as_known
from shared.domain.projects import Project
from shared.domain.rules.compiled import Compiled
from shared.domain.summaries import Summary
from shared.domain.usages import Usage, usage_of
from shared.domain.vouchers import Hold, Redeemable, Voucher
from shared.storage.batch import Batch
from shared.storage.campaigns import CampaignStore
from shared.storage.customers import CustomerStore, customer_id
from shared.storage.keys import Key
from shared.storage.orders import order_id, order_of
from shared.storage.products import Asked, CatalogueStore
from shared.storage.projects import ProjectStore
from shared.storage.rules import RuleStore
from shared.storage.segments import SegmentStore
from shared.storage.shards import shards_of
from shared.storage.table import Item, Table
from shared.storage.usages import UsageStore
from shared.storage.voucher_items import hold_of, voucher_keys, voucher_of, with_shards

T = TypeVar("T")


class Kept(Protocol[T]):
    """Where things of one kind are kept that change rarely."""

    def key(self, id_: str) -> Key: ...
    def seen(self, ids: Iterable[str]) -> dict[str, T]: ...
    def among(self, items: Mapping[Key, Item], ids: Iterable[str]) -> dict[str, T]: ...


class Shelf(Generic[T]):
    """Things of one kind as this checkout finds them. What is warm is asked once, for it may lapse meanwhile."""

    def __init__(self, kept: Kept[T], batch: Batch) -> None:
        self._kept = kept
        self._batch = batch
        self._seen: dict[str, T | None] = {}

    def known(self, ids: Iterable[str]) -> dict[str, T]:
        """Those that are known already, from a moment ago or from the batch."""
        ids = tuple(ids)
        new = [id_ for id_ in ids if id_ not in self._seen]
        self._seen |= {**dict.fromkeys(new), **self._kept.seen(new)}
        warm = {id_: thing for id_ in ids if (thing := self._seen[id_]) is not None}
        return {**warm, **self.read(ids)}

    def read(self, ids: Iterable[str]) -> dict[str, T]:
        """Those that the batch has brought."""
        return self._kept.among(self._batch, ids)

    def missing(self, ids: Iterable[str], *, anew: bool = False) -> Iterator[Key]:
        """Where those are that are not known yet, or not read yet, if all are to be read ``anew``."""
        known = self.read(ids) if anew else self.known(ids)
        return (self._kept.key(id_) for id_ in ids if id_ not in known)


class Gathering:
    """What is known of one checkout so far. ``warm``: a campaign that was seen a moment ago will do; ``given`` are
    offers that were looked up already.
    """

    def __init__(
        self,
        table: Table,
        project: str,
        checkout: Checkout,
        *,
        at: datetime,
        warm: bool,
        given: Mapping[str, Redeemable] | None = None,
    ) -> None:
        self._given = given or {}
        self._checkout = checkout
        self._at = at
        self._warm = warm
        self._batch = Batch(table)
        self._settings = ProjectStore(table, project)
        self._customers = CustomerStore(table, project)
        self._segments = SegmentStore(table, project)
        self._catalogue = CatalogueStore(table, project)
        self._usages = UsageStore(table, project)
        self._campaigns = Shelf(CampaignStore(table, project), self._batch)
        self._rules = Shelf(RuleStore(table, project), self._batch)
        hashes = {named: code_hash(project, named) for named in checkout.named}
        session = checkout.session and checkout.session.key
        self._vouchers = {named: Key.voucher(project, hashed) for named, hashed in hashes.items()}
        self._holds = {named: Key.hold(project, hashed, session) for named, hashed in hashes.items()} if session else {}
        self._customer_id = customer_id(project, checkout.customer) if checkout.customer else None
        bought = order_id(project, checkout.order) if checkout.order else None
        self._order_key = Key.order(project, bought) if bought else None
        self._asked_lines: dict[tuple[frozenset[str], bool, bool], Asked] = {}

    def facts(self) -> Facts:
        """All that the decision may look at."""
        self._batch.read(self._named())
        while self._batch.read(self._asked()):
            pass
        offers = self._offers(self._campaigns.known if self._warm else self._campaigns.read)
        rules = self._rules_of(offers)
        return Facts(
            redeemables={named: it for named, it in offers.items() if _is_there(it)},
            customer=self._customer,
            order=self._order,
            summary=self._summary if self._customer_id else self._customers.summary_for(self._order),
            project=self._project,
            history=self._customers.history_in(self._batch, self._customer) if self._customer else {},
            customer_id=self._whose,
            rules=rules,
            lines=self._lines(rules).lines(self._batch, at=self._at) if rules else (),
            segments=self._entered(rules),
            gone=self._gone(rules),
            counted=self._usages.counted(self._limited(offers, rules), self._batch),
        )

    def _named(self) -> Iterator[Key]:
        """Where that is which the request itself names."""
        yield from voucher_keys(self._vouchers.values())
        yield from self._holds.values()
        if self._customer_id:
            yield from self._customers.keys(self._customer_id)
        if self._order_key:
            yield self._order_key
        yield from self._settings.to_read

    def _asked(self) -> Iterator[Key]:
        """Where that is which what is known so far asks for; a campaign that is read anew will hardly ask for more than
        it did a moment ago.
        """
        yield from voucher_keys(self._vouchers.values(), self._batch)
        yield from self._campaigns.missing(self._campaign_ids, anew=not self._warm)
        offers = self._offers(self._campaigns.known)
        rules = self._rules_of(offers)
        yield from self._rules.missing(_ids_of(offers))
        if rules:
            yield from self._lines(rules).keys
            yield from self._segments.keys(_asked_of(rules, "segments"), self._whose)
            yield from self._usages.keys(self._limited(offers, rules), self._batch)

    @cached_property
    def _found(self) -> dict[str, Voucher]:
        found = {named: voucher_of(self._batch[key]) for named, key in self._vouchers.items() if key in self._batch}
        return {named: voucher for named, voucher in found.items() if not voucher.deleted}

    @cached_property
    def _campaign_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(it.campaign_id for it in self._found.values() if it.campaign_id))

    @cached_property
    def _project(self) -> Project:
        return self._settings.settled(self._batch)

    @cached_property
    def _customer(self) -> Customer | None:
        return self._customers.person_in(self._batch, self._customers.keys(self._customer_id or ""))[0]

    @cached_property
    def _summary(self) -> Summary:
        return self._customers.person_in(self._batch, self._customers.keys(self._customer_id or ""))[1]

    @cached_property
    def _order(self) -> StoredOrder | None:
        item = self._batch.get(self._order_key) if self._order_key else None
        return order_of(item) if item else None

    @property
    def _whose(self) -> str | None:
        """The id under which whoever buys is counted, and found in lists."""
        return self._customer.id if self._customer else self._customer_id

    def _offers(self, campaigns: Callable[[Iterable[str]], Mapping[str, Campaign]]) -> dict[str, Redeemable]:
        found = campaigns(self._campaign_ids)
        return dict(self._given) | {
            named: Redeemable(self._counted_up(named), found.get(voucher.campaign_id or ""), self._own(named))
            for named, voucher in self._found.items()
        }

    def _counted_up(self, named: str) -> Voucher:
        """A voucher; a hot one with all that its shards have counted, as soon as they are read."""
        voucher, key = self._found[named], self._vouchers[named]
        return (
            with_shards(voucher, [self._batch.get(shard, {}) for shard in shards_of(key)])
            if voucher.shards
            else voucher
        )

    def _own(self, named: str) -> Hold | None:
        item = self._batch.get(self._holds[named]) if self._holds else None
        return hold_of(item) if item else None

    def _rules_of(self, offers: Mapping[str, Redeemable]) -> Mapping[str, Compiled]:
        return self._rules.known(_ids_of(offers))

    def _lines(self, rules: Mapping[str, Compiled]) -> Asked:
        """What there is to ask about the lines of the order, as it is with what is known of it; nothing if no rule
        looks at them.
        """
        collections = _asked_of(rules, "collections")
        looked_at, stored = (any(getattr(it.asks, what) for it in rules.values()) for what in ("lines", "products"))
        asked = collections, looked_at, stored
        if asked not in self._asked_lines:
            order = as_known(self._checkout.order, self._order) if looked_at else None
            self._asked_lines[asked] = self._catalogue.asked(order, sorted(collections), products=stored)
        return self._asked_lines[asked]

    def _entered(self, rules: Mapping[str, Compiled]) -> frozenset[str]:
        """The segments that whoever buys is in, of those that rules ask for."""
        ids = _asked_of(rules, "segments")
        person = person_of(self._checkout.customer, self._customer, self._summary, self._whose, at=self._at)
        if not person or not ids:
            return frozenset()
        return self._segments.entered(ids, person, at=self._at, items=self._batch, read=self._batch.asked)

    def _gone(self, rules: Mapping[str, Compiled]) -> frozenset[str]:
        """The segments and collections that rules ask for and that are not there; what nobody looked at may be."""
        segments, collections = _asked_of(rules, "segments"), _asked_of(rules, "collections")
        known = self._segments.get_many(segments, warm=True) if segments else {}
        asked = self._lines(rules)
        there = {collection.id for collection in asked.collections} if asked.order.items else collections
        return (segments - known.keys()) | (collections - there)

    def _limited(self, offers: Mapping[str, Redeemable], rules: Mapping[str, Compiled]) -> list[Usage]:
        """What the rules of the offers limit."""
        usages = (
            usage_of(name, who(self._checkout, self._whose, offer), at=self._at, zone=self._project.zone)
            for offer in offers.values()
            for id_ in offer.rules
            if id_ in rules
            for name in rules[id_].asks.limits
        )
        return list(dict.fromkeys(usage for usage in usages if usage))


def _ids_of(offers: Mapping[str, Redeemable]) -> list[str]:
    return list(dict.fromkeys(id_ for offer in offers.values() for id_ in offer.rules))


def _asked_of(rules: Mapping[str, Compiled], what: Literal["segments", "collections"]) -> frozenset[str]:
    return frozenset[str]().union(*(getattr(rule.asks, what) for rule in rules.values()))


def _is_there(offer: Redeemable) -> bool:
    """Whether it was not deleted with its campaign."""
    return not offer.voucher.campaign_id or (offer.campaign is not None and not offer.campaign.deleted)
