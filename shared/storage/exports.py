"""Everything that is held of a customer: the items beside them, then those of which they are the owner.

Items are told as they stand, field by field and not by models, so that a field which is new is told from its first day.
Their kinds are told by their keys: what no list of the export is made for is told among ``others``.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.domain.exports import Held, Overview
from shared.domain.post.addresses import addresses_of
from shared.domain.publications import Publication
from shared.domain.summaries import Person
from shared.domain.vouchers import Made
from shared.storage.customers import CustomerStore
from shared.storage.documents import value_of
from shared.storage.keys import TABLE_INDEXES, Key
from shared.storage.publications import PublicationStore
from shared.storage.segments import SegmentStore
from shared.storage.suppressions import SuppressionStore
from shared.storage.table import Item, Table, chunks

BESIDE, OWNED = "beside", "owned"
"""The two halves of what is held; a place begins with the one that it is in."""
THEMSELVES = ("customer", "summary")
"""What ``get`` tells, and in the words of the API."""
TOGETHER = 25
"""Items that are read at once: each may have 400 KB."""
NAMED_BY = {"joined": "campaign_id", "member": "segment_id", "enrolled": "segment_id", "occasion": "attribute"}
"""What the key of an item tells that its document does not."""
OF_KEYS = frozenset({*Key._fields, "document", *(name for pair in TABLE_INDEXES.values() for name in pair)})
"""Attributes that only tell where an item is found."""


class HoldingsStore:
    """All that one project holds of its customers."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def get(self, name: str) -> Person:
        """A customer by id or else by ``source_id``, with their summary.

        Raises:
            NotFound: if there is none.
        """
        return CustomerStore(self._table, self.project).get(name)

    def overview(self, person: Person, *, at: datetime) -> Overview:
        """The segments that somebody is in, and which of their addresses are not written to."""
        addresses = addresses_of(person.customer, webhook=False)
        return Overview(
            SegmentStore(self._table, self.project).of(person, at=at),
            tuple(SuppressionStore(self._table, self.project).of(addresses).values()),
        )

    def held(self, customer_id: str, *, after: str | None) -> Iterator[Held]:
        """Whatever is held of a customer, after a place or from the beginning; read as it is asked for."""
        partition = Key.customer(self.project, customer_id).PK
        half, _, since = (after or BESIDE).partition(" ")
        if half == BESIDE:
            for item in self._table.between(partition, since=since, page=TOGETHER):
                if item["SK"] not in (since, *THEMSELVES):
                    yield _held(item, f"{BESIDE} {item['SK']}", item["SK"])
            since = ""
        entries = (it for it in self._table.index("owners", partition, since=since) if it["owned"] != since)
        for piece in chunks(entries, TOGETHER):
            # The index may be a moment behind: what is another's by now is no longer theirs.
            items = [item for item in self._table.items(piece) if item.get("owner") == partition]
            given = self._given([item for item in items if item["owned"].startswith("publication#")])
            for item in items:
                yield _held(item, f"{OWNED} {item['owned']}", item["owned"], given.get(item["owned"], ()))

    def _given(self, items: Sequence[Item]) -> dict[str, Sequence[Made]]:
        """The codes of publications, by where these stand."""
        if not items:
            return {}
        publications = [value_of(Publication, item, ()) for item in items]
        told = PublicationStore(self._table, self.project).tell(publications)
        return {
            item["owned"]: tuple(Made(voucher, one.campaign) for voucher in one.vouchers)
            for item, one in zip(items, told, strict=True)
        }


def _held(item: Item, place: str, marked: str, vouchers: Sequence[Made] = ()) -> Held:
    kind, _, named = marked.partition("#")
    said = {name: value for name, value in item.items() if name not in OF_KEYS}
    said |= json.loads(item.get("document", "{}"))
    if kind in NAMED_BY:
        said[NAMED_BY[kind]] = named
    codes = sum(len(made.voucher.model_dump_json()) for made in vouchers)
    return Held(kind, place, said, vouchers, len(json.dumps(said)) + codes)
