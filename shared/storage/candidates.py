"""What may qualify: campaigns, vouchers of no campaign, and a customer's own codes, walked newest first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import chain, islice
from typing import NamedTuple

from shared.domain.campaigns import Campaign
from shared.domain.errors import PromotionError
from shared.domain.ids import code_hash
from shared.domain.model import iso
from shared.domain.publications import Publication
from shared.domain.qualifications import Found, Position
from shared.domain.vouchers import Voucher
from shared.storage.campaigns import CampaignStore
from shared.storage.documents import value_of
from shared.storage.keys import SHARDS, Key
from shared.storage.table import LAST, Item, Table, chunks
from shared.storage.voucher_items import hold_of, voucher_keys, vouchers_of

AT_FIRST, AT_ONCE = 25, 100
"""Candidates that are read together: at first few, for the newest will mostly do."""
MOST_OWNED = 1_000
"""Publications of a customer in which their codes are looked for."""


class Entry(NamedTuple):
    """A candidate as an index, or the customer's wallet, names it; ``order`` falls as the candidates are walked."""

    order: tuple[str, int, str]
    key: Key
    voucher: Voucher | None = None
    """One of the customer's own."""

    @property
    def id(self) -> str:
        return self.order[2]


class CandidateStore:
    """The candidates of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._campaigns = CampaignStore(table, project)

    def wallet(self, customer_id: str) -> list[Voucher]:
        """The codes that were given to a customer: one query, then a batch for a hundred publications and for a hundred
        codes.

        Raises:
            PromotionError: ``query_too_large`` if more was given to them than can be looked through.
        """
        entries = self._table.index(
            "owners", f"{self.project}#customer#{customer_id}", since="publication#", until="publication#~"
        )
        given = list(islice(entries, MOST_OWNED + 1))
        if len(given) > MOST_OWNED:
            raise PromotionError(
                "query_too_large",
                "Query too large",
                details=f"customer: was given codes in more than {MOST_OWNED} publications",
            )
        publications = (value_of(Publication, item, ()) for item in self._table.items(given))
        hashes = dict.fromkeys(code_hash(self.project, code) for it in publications for code in it.codes)
        keys = [Key.voucher(self.project, hashed) for hashed in hashes]
        found = vouchers_of(self._table, keys, self._table.get_many(voucher_keys(keys)))
        return [voucher for voucher in found.values() if not voucher.deleted]

    def pieces(
        self,
        own: Iterable[Voucher],
        *,
        own_only: bool,
        before: Position | None = None,
        skip: int = 0,
        session: str | None = None,
    ) -> Iterator[Sequence[Found]]:
        """The candidates that stand after a position, ``skip`` of them left out, a hundred at a time: no more is read
        than is asked for. A code that is one customer's is nobody else's candidate.
        """
        mine = sorted((self._entry_of(voucher) for voucher in own), key=_order, reverse=True)
        streams: list[Iterable[Entry]] = [[it for it in mine if _is_left(it, before)]]
        if not own_only:
            streams += [self._of_campaigns(before), self._standing_alone(before)]
        entries = islice(_each_once(merge(*streams, key=_order, reverse=True)), skip, None)
        for piece in chain(chunks(islice(entries, AT_FIRST), AT_FIRST), chunks(entries, AT_ONCE)):
            yield self._read(piece, session)

    def _entry_of(self, voucher: Voucher) -> Entry:
        return Entry(_place(voucher.id, voucher.created_at), Key.voucher(self.project, voucher.id[2:]), voucher)

    def _of_campaigns(self, before: Position | None) -> Iterator[Entry]:
        found = self._table.listed(f"{self.project}#campaign", until=_until(before), page=AT_FIRST)
        return _entries(found, "listed", before)

    def _standing_alone(self, before: Position | None) -> Iterator[Entry]:
        shards = (
            self._table.index(
                "pools", f"{self.project}#alone#{shard}", until=_until(before), newest_first=True, page=AT_FIRST
            )
            for shard in range(SHARDS)
        )
        return _entries(merge(*shards, key=lambda entry: entry["pooled"], reverse=True), "pooled", before)

    def _read(self, entries: Sequence[Entry], session: str | None) -> list[Found]:
        """What entries lead to; what is gone, or somebody else's, is left out."""
        vouchers = {it.key: it for it in entries if it.key.SK == "voucher"}
        holds = {key: Key(key.PK, f"hold#{session}") for key in vouchers} if session else {}
        new = [key for key, it in vouchers.items() if not it.voucher]
        items = self._table.get_many([*voucher_keys(new), *holds.values()])
        known = vouchers_of(self._table, new, items) | {key: it.voucher for key, it in vouchers.items() if it.voucher}
        ids = [it.id for it in entries if it.key not in vouchers]
        ids += [voucher.campaign_id for voucher in known.values() if voucher.campaign_id]
        campaigns = self._campaigns.get_many(ids, warm=True)
        live = {id_: campaign for id_, campaign in campaigns.items() if not campaign.deleted}
        found: list[Found] = []
        for entry in entries:
            thing = known.get(entry.key) if entry.key in vouchers else live.get(entry.id)
            own = entry.voucher is not None
            if thing is None:
                continue
            position = Position.of(thing.id, thing.created_at)
            if isinstance(thing, Campaign):
                found.append(Found(thing, position, thing))
            elif _is_candidate(thing, live, own=own):
                hold = items.get(holds[entry.key]) if holds else None
                campaign = live.get(thing.campaign_id or "")
                found.append(Found(thing, position, campaign, hold_of(hold) if hold else None, own=own))
        return found


def _is_candidate(voucher: Voucher, campaigns: Mapping[str, Campaign], *, own: bool) -> bool:
    """Whether it is there for this customer: not deleted, not with its campaign, not another's own."""
    if voucher.deleted or (voucher.campaign_id and voucher.campaign_id not in campaigns):
        return False
    return own or not (voucher.is_unique and voucher.published)


def _order(entry: Entry) -> tuple[str, int, str]:
    return entry.order


def _place(id_: str, at: datetime) -> tuple[str, int, str]:
    return iso(at), Position.of(id_, at).slice, id_


def _is_left(entry: Entry, before: Position | None) -> bool:
    return before is None or entry.order[:2] < (iso(before.at), before.slice)


def _until(before: Position | None) -> str:
    """The bound of an index of which nothing newer is left; ``$`` follows the ``#`` of every id."""
    return f"{iso(before.at)}$" if before else LAST


def _entries(items: Iterable[Item], mark: str, before: Position | None) -> Iterator[Entry]:
    for item in items:
        made, _, id_ = item[mark].partition("#")
        entry = Entry(_place(id_, datetime.fromisoformat(made)), Key(item["PK"], item["SK"]))
        if _is_left(entry, before):
            yield entry


def _each_once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries without those that come twice: a customer's own codes may stand alone, too."""
    last = None
    for entry in entries:
        if entry.key != last:
            yield entry
        last = entry.key
