"""The list of redemptions, filtered, with all that each is about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from shared.domain.customers import Customer
from shared.domain.errors import PromotionError
from shared.domain.orders import StoredOrder
from shared.domain.redemptions import History, Offer, Redemption

MOST_READ = 10_000
"""Records that one filtered list may read."""


class Part(Protocol):
    """Which part of a list: ``limit`` entries after the first ``skip``."""

    @property
    def limit(self) -> int: ...
    @property
    def skip(self) -> int: ...
    @property
    def newest_first(self) -> bool: ...


class Wanted(NamedTuple):
    """What a redemption must be to be on the list; nothing set: every one is."""

    result: str | None = None
    campaign: str | None = None
    customer_id: str | None = None

    def has(self, record: Redemption) -> bool:
        if self.result and self.result != ("FAILURE" if record.status == "FAILED" else "SUCCESS"):
            return False
        if self.campaign and self.campaign not in (record.campaign_id, record.campaign):
            return False
        return not self.customer_id or self.customer_id == record.customer_id


class Reading(Protocol):
    def listed(self, *, newest_first: bool) -> Iterator[Redemption]: ...
    def count(self) -> int: ...
    def around(
        self, records: Iterable[Redemption]
    ) -> tuple[Mapping[str, Offer], Mapping[str, StoredOrder], Mapping[str, Customer]]: ...


def with_surroundings(records: Sequence[Redemption], ledger: Reading, *, total: int | None = None) -> History:
    """Records with the offers, orders and customers that they name."""
    return History(records, *ledger.around(records), total=len(records) if total is None else total)


def list_redemptions(wanted: Wanted, part: Part, *, ledger: Reading) -> History:
    """One page of the redemptions that are wanted.

    Raises:
        PromotionError: ``query_too_large`` if a filter would have to read too many.
    """
    every = ledger.listed(newest_first=part.newest_first)
    if wanted == Wanted():
        return with_surroundings(list(islice(every, part.skip, part.skip + part.limit)), ledger, total=ledger.count())
    matching: list[Redemption] = []
    for read, record in enumerate(every):
        if read >= MOST_READ:
            raise PromotionError(
                "query_too_large", "Query too large", details=f"filters: would read more than {MOST_READ} redemptions"
            )
        if wanted.has(record):
            matching.append(record)
    return with_surroundings(matching[part.skip : part.skip + part.limit], ledger, total=len(matching))
