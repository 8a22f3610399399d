"""The facts of a checkout: what it names is read in one batch, then whatever that names, until nothing new is named.

That is two round trips where the process is warm: it then knows the campaigns, rules, segments and collections that it
has seen a moment ago, and so what they will want to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Checkout, Facts
from shared.domain.customers import Customer
from shared.domain.ids import code_hash
from shared.domain.orders import StoredOrder
from shared.domain.projects import Project
from shared.domain.summaries import Summary
from shared.domain.vouchers import Hold, Redeemable, Voucher
from shared.storage.batch import Batch
from shared.storage.campaigns import CampaignStore
from shared.storage.customer_items import customer_id
from shared.storage.customers import CustomerStore
from shared.storage.keys import Key
from shared.storage.orders import order_id, order_of
from shared.storage.projects import ProjectStore
from shared.storage.shards import shards_of
from shared.storage.shelf import Shelf
from shared.storage.table import Table
from shared.storage.voucher_items import hold_of, voucher_keys, voucher_of, with_shards

if TYPE_CHECKING:
    from shared.storage.asking import Asking


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
        self._table = table
        self._named_project = project
        self._batch = Batch(table)
        self._settings = ProjectStore(table, project)
        self._customers = CustomerStore(table, project)
        self._campaigns = Shelf(CampaignStore(table, project), self._batch)
        hashes = {named: code_hash(project, named) for named in checkout.named}
        session = checkout.session and checkout.session.key
        self._vouchers = {named: Key.voucher(project, hashed) for named, hashed in hashes.items()}
        self._holds = {named: Key.hold(project, hashed, session) for named, hashed in hashes.items()} if session else {}
        self._customer_id = customer_id(project, checkout.customer) if checkout.customer else None
        bought = order_id(project, checkout.order) if checkout.order else None
        self._order_key = Key.order(project, bought) if bought else None

    def facts(self) -> Facts:
        """All that the decision may look at."""
        self._batch.read(self._named())
        while self._batch.read(self._asked()):
            pass
        facts = self._known(self._offers(self._campaigns.known if self._warm else self._campaigns.read))
        facts = self._asking.answered(facts) if _are_under_rules(facts) else facts
        return facts._replace(redeemables={named: it for named, it in facts.redeemables.items() if _is_there(it)})

    def _known(self, offers: Mapping[str, Redeemable]) -> Facts:
        """What is known but for what rules ask."""
        return Facts(
            redeemables=offers,
            customer=self._customer,
            order=self._order,
            summary=self._summary,
            project=self._project,
            history=self._customers.history_in(self._batch, self._customer) if self._customer else {},
            customer_id=self._customer.id if self._customer else self._customer_id,
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
        facts = self._known(self._offers(self._campaigns.known))
        if _are_under_rules(facts):
            yield from self._asking.keys(facts)

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
    def _summary(self) -> Summary | None:
        if not self._customer_id:
            return self._customers.summary_for(self._order)
        return self._customers.person_in(self._batch, self._customers.keys(self._customer_id))[1]

    @cached_property
    def _order(self) -> StoredOrder | None:
        item = self._batch.get(self._order_key) if self._order_key else None
        return order_of(item) if item else None

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

    @cached_property
    def _asking(self) -> Asking:
        # Most codes are under no rule: a cold start need not load what rules are made of before one is.
        from shared.storage.asking import Asking  # noqa: PLC0415

        return Asking(self._table, self._named_project, self._checkout, self._batch, at=self._at)


def _is_there(offer: Redeemable) -> bool:
    """Whether it was not deleted with its campaign."""
    return not offer.voucher.campaign_id or (offer.campaign is not None and not offer.campaign.deleted)


def _are_under_rules(facts: Facts) -> bool:
    return any(offer.rules for offer in facts.redeemables.values())
