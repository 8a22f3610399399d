"""What the worker of async actions writes: each piece of work together with the progress that it makes."""

from collections.abc import Iterable, Iterator, Sequence

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.errors import Moved
from shared.domain.ids import code_hash
from shared.domain.vouchers import Voucher
from shared.storage.actions import ActionStore
from shared.storage.campaigns import ATTRIBUTES, CampaignStore
from shared.storage.documents import revising
from shared.storage.keys import SHARDS, Key
from shared.storage.table import Table, Write, delete
from shared.storage.voucher_items import adding, drop_company, voucher_of


class WorkStore:
    """The async work of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._actions = ActionStore(table, project)
        self._campaigns = CampaignStore(table, project)

    def action(self, action_id: str) -> AsyncAction | None:
        return self._actions.find(action_id)

    def campaign(self, campaign_id: str) -> Campaign | None:
        return self._campaigns.deleted(campaign_id)

    def add(self, action: AsyncAction, campaign: Campaign, vouchers: Sequence[Voucher]) -> None:
        """Make a piece of new codes.

        Raises:
            Moved: if a code is taken, or another worker was there first.
        """
        adds = [adding(self.project, voucher, otherwise=Moved()) for voucher in vouchers]
        self._actions.save(action, *adds, self._campaigns.counting(campaign, len(vouchers)))

    def untaken(self, vouchers: Iterable[Voucher]) -> Iterable[Voucher]:
        """Those vouchers whose code is still free; the commit will look once more."""
        keys = {Key.voucher(self.project, code_hash(self.project, voucher.code)): voucher for voucher in vouchers}
        taken = self._table.get_many(keys)
        return [voucher for key, voucher in keys.items() if key not in taken]

    def codes(self, campaign_id: str) -> Iterator[str]:
        """The hashes of a campaign's codes."""
        for shard in range(SHARDS):
            yield from self._campaigns.codes(campaign_id, shard=shard, since="", until="~")

    def remove_codes(self, hashes: Sequence[str]) -> None:
        """Remove vouchers, and the holds on those that have any."""
        vouchers = map(
            voucher_of, self._table.get_many(Key.voucher(self.project, hashed) for hashed in hashes).values()
        )
        accompanied = [voucher for voucher in vouchers if voucher.taken > voucher.redeemed_quantity or voucher.gift]
        for voucher in accompanied:
            drop_company(self._table, self.project, voucher)
        self._table.commit(*(delete(Key.voucher(self.project, hashed)) for hashed in hashes))

    def remove_campaign(self, campaign: Campaign) -> None:
        self._campaigns.remove(campaign)

    def settle(self, action: AsyncAction, campaign: Campaign | None) -> None:
        """Note an action's end, and in the campaign that its codes are there.

        Raises:
            Moved: if another worker did, or the campaign has changed.
        """
        done: tuple[Write, ...] = ()
        if campaign:
            after = campaign.model_copy(update={"creation_status": "DONE"})
            key = Key.campaign(self.project, campaign.id)
            done = (revising(key, after, ATTRIBUTES, sets=(), version=campaign.version, otherwise=Moved()),)
        self._actions.save(action, *done)
