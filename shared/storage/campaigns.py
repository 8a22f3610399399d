"""Campaigns: found by id or by name, kept warm for a moment where a moment does no harm."""

import time
from collections.abc import Iterable, Iterator, Sequence

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.vouchers import Voucher
from shared.storage.actions import ActionStore
from shared.storage.documents import item_of, revising, value_of
from shared.storage.keys import Key, listing
from shared.storage.table import Item, Page, Table, Write, create, delete, update
from shared.storage.voucher_items import adding

ATTRIBUTES = ("active", "deleted", "vouchers_count", "version")
WARM_SECONDS = 5.0
"""How long a validation may trust a campaign it has seen. A redemption never does: "off" bites there at once."""


class CampaignStore:
    """The campaigns of one project."""

    _warm: dict[tuple[str, Key], tuple[float, Campaign]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def find(self, id_or_name: str) -> Campaign | None:
        """A campaign as it is now, by its id or else by its name."""
        by_id, by_name = Key.campaign(self.project, id_or_name), Key.campaign_name(self.project, id_or_name)
        found = self._table.get_many([by_id, by_name])
        item: Item | None = found.get(by_id)
        if item is None and by_name in found:
            item = self._table.get(Key.campaign(self.project, found[by_name]["id"]))
        campaign = value_of(Campaign, item, ATTRIBUTES) if item else None
        return None if campaign is None or campaign.deleted else campaign

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
        """Campaigns by id, each at most ``WARM_SECONDS`` old if ``warm``, else as they are now."""
        known: dict[str, Campaign] = {}
        missing: dict[Key, str] = {}
        for id_ in dict.fromkeys(ids):
            key = Key.campaign(self.project, id_)
            seen, campaign = self._warm.get((self._table.name, key), (float("-inf"), None))
            if warm and campaign and time.monotonic() - seen < WARM_SECONDS:
                known[id_] = campaign
            else:
                missing[key] = id_
        if missing:
            for key, item in self._table.get_many(missing).items():
                campaign = value_of(Campaign, item, ATTRIBUTES)
                known[missing[key]] = campaign
                self._warm[self._table.name, key] = (time.monotonic(), campaign)
        return known

    def page(self, page: Page) -> list[Campaign]:
        items = self._table.page(f"{self.project}#campaign", page)
        return [value_of(Campaign, item, ATTRIBUTES) for item in items]

    def count(self) -> int:
        return self._table.count(f"{self.project}#campaign")

    def add(
        self,
        campaign: Campaign,
        *firsts: Voucher,
        outcome: object,
        action: AsyncAction | None = None,
        otherwise: Exception | None = None,
    ) -> None:
        """Make a campaign, with its first codes and the action that makes the others; ``otherwise`` is what a code
        that is taken means, if it is not that another is to be drawn.

        Raises:
            Duplicate: if the name is taken, Moved: if a code is.
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
            *self._starting(action),
            outcome=outcome,
        )

    def save(self, campaign: Campaign, *, outcome: object = None, action: AsyncAction | None = None) -> None:
        """Change a campaign from the version that was read, and start the action that goes with it.

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
        self._table.commit(changing, *self._starting(action), outcome=outcome)
        self._warm.pop((self._table.name, key), None)

    def add_vouchers(
        self, campaign: Campaign, vouchers: Sequence[Voucher], *, outcome: object = None, otherwise: Exception
    ) -> None:
        """Add codes to a campaign, all or none; ``otherwise`` is what a code that is taken means."""
        self._table.commit(
            *(adding(self.project, voucher, otherwise=otherwise) for voucher in vouchers),
            self.counting(campaign, len(vouchers)),
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

    def codes(self, campaign_id: str, *, shard: int, since: str, until: str, page: int = 100) -> Iterator[str]:
        """The code hashes in one shard of a campaign's pool, ``free#…`` before ``held#…``."""
        partition = f"{self.project}#pool#{campaign_id}#{shard}"
        for entry in self._table.index("pools", partition, since=since, until=until, page=page):
            yield entry["pooled"].partition("#")[2]
