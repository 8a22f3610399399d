"""Campaigns: found by id or by name, kept warm for a moment where a moment does no harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.actions import AsyncAction
from shared.domain.assignments import Assignment
from shared.domain.attributes.offers import CAMPAIGNS
from shared.domain.campaigns import Campaign
from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.projects import Project
from shared.domain.vouchers import Voucher
from shared.storage.actions import ActionStore
from shared.storage.assignments import assigning, freeing
from shared.storage.documents import item_of, revising, value_of
from shared.storage.keys import SHARDS, Key, listing
from shared.storage.lists import ITSELF, MOST_COUNTED, ListOf, Reading, Source, Window, of_keys
from shared.storage.projects import ProjectStore
from shared.storage.table import Item, Table, Write, create, delete, update
from shared.storage.voucher_items import adding
from shared.storage.warm import Warm

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.model import ValidationRule

ATTRIBUTES = ("active", "deleted", "vouchers_count", "version")


class CampaignStore:
    """The campaigns of one project."""

    _warm = Warm[Campaign]()
    """A validation may trust a campaign for a moment. A redemption never does: "off" bites there at once."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._settings = ProjectStore(table, project)

    def find(self, id_or_name: str) -> Campaign | None:
        """A campaign as it is now, by its id or else by its name."""
        by_id, by_name = Key.campaign(self.project, id_or_name), Key.campaign_name(self.project, id_or_name)
        found = self._settings.read_along([by_id, by_name])
        item: Item | None = found.get(by_id)
        if item is None and by_name in found:
            item = self._table.get(Key.campaign(self.project, found[by_name]["id"]))
        campaign = value_of(Campaign, item, ATTRIBUTES) if item else None
        return None if campaign is None or campaign.deleted else campaign

    def settled(self) -> Project:
        """What the project has settled; it came with the campaign that was looked for."""
        return self._settings.now()

    def get(self, id_or_name: str) -> Campaign:
        """A campaign as it is now.

        Raises:
            NotFound: if there is none, or it was deleted.
        """
        campaign = self.find(id_or_name)
        if campaign is None:
            raise NotFound("campaign", id_or_name)
        return campaign

    def deleted(self, campaign_id: str) -> Campaign | None:
        """A campaign whose codes are still being removed."""
        item = self._table.get(Key.campaign(self.project, campaign_id))
        return value_of(Campaign, item, ATTRIBUTES) if item else None

    def get_many(self, ids: Iterable[str], *, warm: bool = False) -> dict[str, Campaign]:
        """Campaigns by id, each a moment old at most if ``warm``, else as they are now."""
        ids = tuple(dict.fromkeys(ids))
        known = self.seen(ids) if warm else {}
        missing = [self.key(id_) for id_ in ids if id_ not in known]
        return {**known, **self.among(self._table.get_many(missing) if missing else {}, ids)}

    def key(self, id_: str) -> Key:
        return Key.campaign(self.project, id_)

    def seen(self, ids: Iterable[str]) -> dict[str, Campaign]:
        """Those of the campaigns that are warm."""
        known = ((id_, self._warm.of(self._table, self.key(id_))) for id_ in ids)
        return {id_: campaign for id_, campaign in known if campaign}

    def among(self, items: Mapping[Key, Item], ids: Iterable[str]) -> dict[str, Campaign]:
        """Those of the campaigns that are among the items of a batch."""
        keys = {id_: self.key(id_) for id_ in ids}
        return {
            id_: self._warm.keep(self._table, key, value_of(Campaign, items[key], ATTRIBUTES))
            for id_, key in keys.items()
            if key in items
        }

    def wanted(self, query: Query) -> Listed[Campaign]:
        """The campaigns that are asked for."""
        key = partial(Key.campaign, self.project)
        narrow = {"id": of_keys(key), "campaigns_id": of_keys(key)}
        return ListOf(self._table, self.project, "campaign", CAMPAIGNS, _campaigns_of, key, narrow=narrow).wanted(query)

    def add(
        self,
        campaign: Campaign,
        *firsts: Voucher,
        outcome: object,
        action: AsyncAction | None = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception | None = None,
    ) -> None:
        """Make a campaign, with its first codes, the action that makes the others, and those ``rules`` of its own that
        are new; ``otherwise`` is what a code that is taken means, if it is not that another is to be drawn.

        Raises:
            Duplicate: if the name is taken, Moved: if a code is, InvalidPayload: if there is no such rule.
        """
        item = {
            **item_of(campaign, ATTRIBUTES),
            **listing(self.project, "campaign", campaign.id, campaign.created_at),
        }
        name = Key.campaign_name(self.project, campaign.name)
        self._table.commit(
            create(name, {"id": campaign.id}, otherwise=Duplicate("campaign", campaign.name)),
            create(Key.campaign(self.project, campaign.id), item, otherwise=Moved()),
            *(adding(self.project, voucher, otherwise=otherwise or Moved()) for voucher in firsts),
            *assigning(self.project, campaign.assignments, rules),
            *self._starting(action),
            outcome=outcome,
        )

    def save(
        self,
        campaign: Campaign,
        *,
        outcome: object = None,
        action: AsyncAction | None = None,
        released: Sequence[Assignment] = (),
    ) -> None:
        """Change a campaign from the version that was read, and start the action that goes with it; ``released`` are
        the rules that it is under no longer.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = Key.campaign(self.project, campaign.id)
        changing = revising(
            key,
            campaign,
            ATTRIBUTES,
            sets=("active", "deleted"),
            removes=("list", "listed") if campaign.deleted else (),
            version=campaign.version,
            otherwise=Moved(),
        )
        freed = freeing(self.project, released)
        self._table.commit(changing, *self._starting(action), *freed, outcome=outcome)
        self.forget(campaign.id)

    def forget(self, campaign_id: str) -> None:
        """Trust what this process has seen of a campaign no more: it has just changed it."""
        self._warm.forget(self._table, Key.campaign(self.project, campaign_id))

    def add_vouchers(
        self,
        campaign: Campaign,
        vouchers: Sequence[Voucher],
        *,
        outcome: object = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception,
    ) -> None:
        """Add codes to a campaign, all or none, with those ``rules`` of theirs that are new; ``otherwise`` is what it
        means that a code is taken.

        Raises:
            InvalidPayload: if there is no such rule.
        """
        self._table.commit(
            *(adding(self.project, voucher, otherwise=otherwise) for voucher in vouchers),
            self.counting(campaign, len(vouchers)),
            *(write for voucher in vouchers for write in assigning(self.project, voucher.assignments, rules)),
            outcome=outcome,
        )

    def counting(self, campaign: Campaign, more: int, *, otherwise: Exception | None = None) -> Write:
        """The write that counts new codes of a campaign."""
        return update(
            Key.campaign(self.project, campaign.id),
            "ADD #vouchers_count :more",
            {"more": more, "no": False},
            only_if="attribute_exists(PK) AND #deleted = :no",
            otherwise=otherwise or NotFound("campaign", campaign.id),
        )

    def remove(self, campaign: Campaign) -> None:
        """Forget a campaign whose codes are gone; its name is free again."""
        self._table.commit(
            delete(Key.campaign_name(self.project, campaign.name)),
            delete(Key.campaign(self.project, campaign.id)),
        )

    def _starting(self, action: AsyncAction | None) -> tuple[Write, ...]:
        return (ActionStore(self._table, self.project).starting(action),) if action else ()

    def of_pool(self, campaigns: Sequence[str], _window: Window) -> Source:
        """The codes of campaigns, by id or name, in the order of their hashes: it means nothing, and stays the same."""
        found = {campaign.id: campaign for campaign in map(self.find, dict.fromkeys(campaigns)) if campaign}
        partitions = [f"{self.project}#pool#{campaign_id}#{shard}" for campaign_id in found for shard in range(SHARDS)]

        def entries(how: Reading) -> Iterator[Item]:
            passed = how.after is None
            for partition in partitions:
                if passed:
                    yield from self._table.index("pools", partition, page=how.page)
                elif how.after and how.after.get("pool") == partition:
                    passed = True
                    rest = self._table.index("pools", partition, since=how.after["pooled"], page=how.page)
                    yield from how.goes_on("pooled", rest)

        def count() -> int:
            left = MOST_COUNTED
            for partition in partitions:
                left -= self._table.count_index("pools", partition, most=left)
            made = sum(campaign.vouchers_count for campaign in found.values())
            return MOST_COUNTED - left if left else max(MOST_COUNTED, made)

        return Source(entries, (ITSELF,), in_order=False, total=count)

    def codes(self, campaign_id: str, *, shard: int, since: str, until: str, page: int = 100) -> Iterator[str]:
        """The code hashes in one shard of a campaign's pool, ``free#…`` before ``held#…``."""
        partition = f"{self.project}#pool#{campaign_id}#{shard}"
        for entry in self._table.index("pools", partition, since=since, until=until, page=page):
            yield entry["pooled"].partition("#")[2]


def _campaigns_of(items: Sequence[Item]) -> list[Campaign]:
    return [value_of(Campaign, item, ATTRIBUTES) for item in items]
