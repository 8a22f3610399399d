"""Vouchers, each with its campaign, and the holds on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shared.domain.attributes.offers import VOUCHERS
from shared.domain.errors import Moved, NotFound
from shared.domain.gifts import Adjustment
from shared.domain.ids import code_hash
from shared.domain.lists import Listed, Query
from shared.domain.projects import Project
from shared.domain.publications import Publication
from shared.domain.vouchers import Hold, Made, Voucher
from shared.storage.assignments import assigning, freeing
from shared.storage.campaigns import CampaignStore
from shared.storage.documents import item_of, revising, value_of
from shared.storage.keys import Key
from shared.storage.lists import ListOf, Narrow, Reading, Source, Window, of_customer, of_keys
from shared.storage.projects import ProjectStore
from shared.storage.table import Item, Table, chunks, create, update
from shared.storage.voucher_items import (
    ATTRIBUTES,
    adding,
    drop_company,
    flagging,
    hold_of,
    releasing,
    removing,
    voucher_keys,
    vouchers_of,
)

if TYPE_CHECKING:  # most codes are under no rule, and need not load what rules are made of
    from shared.domain.rules.model import ValidationRule


class VoucherStore:
    """The vouchers of one project, each found by its code in any spelling or by its id."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project
        self._campaigns = CampaignStore(table, project)
        self._settings = ProjectStore(table, project)

    def key(self, code: str) -> Key:
        return Key.voucher(self._project, code_hash(self._project, code))

    def get(self, code: str) -> Made:
        """A voucher as it is now, with its campaign.

        Raises:
            NotFound: if there is none, or it or its campaign was deleted.
        """
        key = self.key(code)
        item = self._table.get(key)
        voucher = vouchers_of(self._table, [key], {key: item})[key] if item else None
        made = self.made([voucher]) if voucher and not voucher.deleted else []
        if not made:
            raise NotFound("voucher", code)
        return made[0]

    def settled(self) -> Project:
        """What the project has settled; one read where it is not warm."""
        return self._settings.now()

    def made(self, vouchers: Iterable[Voucher]) -> list[Made]:
        """Vouchers with their campaigns; those of a deleted campaign are left out."""
        vouchers = list(vouchers)
        named = (voucher.campaign_id for voucher in vouchers if voucher.campaign_id)
        campaigns = self._campaigns.get_many(named, warm=True)
        made = [Made(voucher, campaigns.get(voucher.campaign_id or "")) for voucher in vouchers]
        return [
            one
            for one in made
            if not one.voucher.campaign_id or (one.campaign is not None and not one.campaign.deleted)
        ]

    def of_hashes(self, hashes: Iterable[str]) -> list[Voucher]:
        """Vouchers by the hashes of their codes, those that there are."""
        keys = [Key.voucher(self._project, hash_) for hash_ in hashes]
        found = vouchers_of(self._table, keys, self._table.get_many(voucher_keys(keys)))
        return [voucher for voucher in found.values() if not voucher.deleted]

    def wanted(self, query: Query) -> Listed[Made]:
        """The vouchers that are asked for; what one has from its campaign counts as its own."""
        narrow: dict[str, Narrow] = {
            "code": of_keys(self.key),
            "id": of_keys(self.key),
            "holder_id": self._of_holders,
            "campaign": self._campaigns.of_pool,
            "campaign_id": self._campaigns.of_pool,
        }
        return ListOf(self._table, self._project, "voucher", VOUCHERS, self._made_of, self.key, narrow=narrow).wanted(
            query
        )

    def _made_of(self, items: Sequence[Item]) -> list[Made]:
        by_key = {Key(item["PK"], item["SK"]): item for item in items}
        vouchers = vouchers_of(self._table, by_key, by_key)
        return self.made(voucher for voucher in vouchers.values() if not voucher.deleted)

    def _of_holders(self, holders: Sequence[str], _window: Window) -> Source:
        """The codes that were given to customers: who holds one was given it by a publication."""
        given = of_customer(self._table, self._project, "publication")(holders, Window())

        def entries(how: Reading) -> Iterator[Item]:
            seen: set[str] = set()
            for piece in chunks(given.entries(how), 100):
                for item in self._table.items(piece):
                    codes = set(value_of(Publication, item, ()).codes) - seen
                    seen |= codes
                    yield from (self.key(code)._asdict() for code in codes)

        return Source(entries, in_order=False, steady=False)

    def add(self, made: Made, *, rules: Sequence[ValidationRule] = (), otherwise: Exception) -> None:
        """Make a voucher, with those ``rules`` of its own that are new; ``otherwise`` is what it means that its code,
        in any spelling, is taken.

        Raises:
            InvalidPayload: if there is no such rule.
        """
        under = assigning(self._project, made.voucher.assignments, rules)
        self._table.commit(adding(self._project, made.voucher, otherwise=otherwise), *under, outcome=made)

    def save(self, made: Made) -> None:
        """Change a voucher from the version that was read; its counters stay what they are.

        Raises:
            Moved: if somebody else has changed it since.
        """
        voucher = made.voucher
        change = revising(
            self.key(voucher.code),
            voucher,
            ATTRIBUTES,
            sets=("active", "quantity"),
            version=voucher.version,
            otherwise=Moved(),
        )
        self._table.commit(change, *flagging(self._project, voucher), outcome=made)

    def remove(self, voucher: Voucher, *, for_good: bool) -> None:
        """Delete a voucher: for good, or so that its code can never be given to another.

        Raises:
            Moved: if somebody else has changed it since.
        """
        freed = freeing(self._project, voucher.assignments)
        if for_good:
            drop_company(self._table, self._project, voucher)
            self._table.commit(*removing(self._project, voucher), *freed, outcome=voucher)
            return
        gone = voucher.model_copy(update={"deleted": True, "assignments": ()})
        change = revising(
            self.key(voucher.code),
            gone,
            ATTRIBUTES,
            sets=("deleted",),
            removes=("list", "listed", "pool", "pooled"),
            version=voucher.version,
            otherwise=Moved(),
        )
        self._table.commit(change, *flagging(self._project, gone), *freed, outcome=gone)

    def adjust(self, adjusted: tuple[Voucher, Adjustment]) -> None:
        """Change a card's balance, with the record of it.

        Raises:
            Moved: if there is less on it by now, or the voucher is gone.
        """
        voucher, adjustment = adjusted
        amount = adjustment.amount
        counter = "income" if amount > 0 else "subtracted"
        values: Item = {"by": amount, "much": abs(amount), "no": False}
        only_if = "attribute_exists(PK) AND #deleted = :no"
        if amount < 0:
            only_if += " AND #free >= :much"
        hashed = code_hash(self._project, voucher.code)
        self._table.commit(
            update(
                Key.voucher(self._project, hashed),
                f"ADD #balance :by, #free :by, #{counter} :much",
                values,
                only_if=only_if,
                otherwise=Moved(),
            ),
            create(Key.adjustment(self._project, hashed, adjustment.id), item_of(adjustment, ()), otherwise=Moved()),
            outcome=adjusted,
        )

    def adjustments(self, code: str) -> Iterator[Adjustment]:
        """Every change of a card's balance by hand."""
        for item in self._table.query(self.key(code).PK, starting="vtx#"):
            yield value_of(Adjustment, item, ())

    def release(self, voucher: Voucher, hold: Hold) -> None:
        """Give a held use back.

        Raises:
            Moved: if the hold is gone, or is another by now.
        """
        self._table.commit(*releasing(self._table, self._project, voucher, hold), outcome=hold)

    def hold(self, code: str, session: str) -> Hold | None:
        item = self._table.get(Key.hold(self._project, code_hash(self._project, code), session))
        return hold_of(item) if item else None
