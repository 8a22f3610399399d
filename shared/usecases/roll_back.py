"""Give a redemption back, exactly once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Reason, Refused
from shared.domain.orders import StoredOrder
from shared.domain.redemptions import Chance, Redemption, Told, given_back, rolled_back
from shared.usecases import judged_anew

ALREADY = Reason("already_rolled_back", "redemption has been rolled back already")
FAILED = Reason("rollback_not_possible", "only a successful redemption can be rolled back")
A_CHILD = Reason("rollback_not_possible", "one offer of a stack cannot be rolled back alone; roll back its parent")
A_PARENT = Reason("rollback_not_possible", "this is a stack; roll it back with /rollbacks")


class GivingBack(Protocol):
    project: str

    def get(self, redemption_id: str) -> Redemption: ...
    def get_many(self, ids: Iterable[str]) -> dict[str, Redemption]: ...
    def tell(self, records: Sequence[Redemption], *, parent: Redemption | None = None) -> Told: ...
    def give_back(self, told: Told, undone: Sequence[Redemption], *, known: StoredOrder | None) -> None: ...


@judged_anew
def roll_back(
    redemption_id: str,
    *,
    stacked: bool,
    reason: str | None,
    tracking_id: str | None,
    at: datetime,
    ledger: GivingBack,
    chance: Chance,
) -> Told:
    """Give back one redemption or, ``stacked``, all of its parent; uses come back to their vouchers, once.

    An expired voucher stays expired, and a deleted one deleted.

    Raises:
        NotFound: no such redemption; Refused: ``already_rolled_back``, ``rollback_not_possible``.
    """
    record = ledger.get(redemption_id)
    _refuse_what_cannot_come_back(record, stacked=stacked)
    parent = record if record.children else None
    children = ledger.get_many(record.children) if parent else {}
    records = tuple(children[id_] for id_ in record.children) if parent else (record,)
    before = ledger.tell(records, parent=parent)
    told = rolled_back(
        before.records,
        parent,
        before.order,
        project=ledger.project,
        reason=reason,
        tracking_id=tracking_id,
        at=at,
        chance=chance,
    )
    told = told._replace(customer=before.customer, offers=given_back(before.offers, before.records))
    ledger.give_back(told, (*records, parent) if parent else records, known=before.order)
    return told


def _refuse_what_cannot_come_back(record: Redemption, *, stacked: bool) -> None:
    reason: Reason | None = None
    if record.object != "redemption" or record.status == "FAILED":
        reason = FAILED
    elif record.status == "ROLLED_BACK":
        reason = ALREADY
    elif record.parent:
        reason = A_CHILD
    elif record.children and not stacked:
        reason = A_PARENT
    if reason:
        raise Refused(reason, resource_id=record.id, resource_type="redemption")
