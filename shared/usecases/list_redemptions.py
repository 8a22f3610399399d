"""The list of redemptions, with all that each is about."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from shared.domain.customers import Customer
from shared.domain.lists import Listed, Query
from shared.domain.orders import StoredOrder
from shared.domain.redemptions import History, Offer, Redemption


class Reading(Protocol):
    def wanted(self, query: Query) -> Listed[Redemption]: ...
    def around(
        self, records: Iterable[Redemption]
    ) -> tuple[Mapping[str, Offer], Mapping[str, StoredOrder], Mapping[str, Customer]]: ...


def with_surroundings(records: Sequence[Redemption], ledger: Reading, *, total: int | None = None) -> History:
    """Records with the offers, orders and customers that they name."""
    return History(records, *ledger.around(records), total=len(records) if total is None else total)


def list_redemptions(query: Query, *, ledger: Reading) -> History:
    """The part of the redemptions that is asked for.

    Raises:
        PromotionError: ``query_too_large`` if a filter would have to read too many.
    """
    found = ledger.wanted(query)
    return with_surroundings(found.things, ledger, total=found.total)
