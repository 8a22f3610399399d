"""Bring in what a file says: the good rows go in, each bad one is told of by its line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from shared.domain.actions import AsyncAction, BadRow, Lane, Row, shares
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer, Profile, refuse_birth
from shared.domain.errors import InvalidPayload, Moved, PromotionError
from shared.domain.ids import derived
from shared.domain.imports import Changes, Sale
from shared.domain.orders import Order, StoredOrder
from shared.domain.schemas import Schemas
from shared.domain.vouchers import Voucher
from shared.usecases import ROUNDS, judged_anew
from shared.usecases.schemas import Settled, refuse_customer, refuse_order

STINT = 12
"""Pieces that a lane takes before the action's progress is noted."""
AT_ONCE = {"CUSTOMERS_IMPORT": 45, "ORDERS_IMPORT": 20}
"""Rows in one transaction, if they fit: a customer with a birthday is two writes, an order with one four (of 100)."""
VOUCHERS_AT_ONCE = 99
LARGEST_PIECE = 1_000_000
"""Characters of the rows in one transaction, which may have 4 MB."""
LONGEST_DETAILS = 300


class Campaigns(Protocol):
    project: str

    def get(self, id_or_name: str) -> Campaign: ...
    def save(self, campaign: Campaign, *, outcome: object = None, action: AsyncAction | None = None) -> None: ...


class Actions(Protocol):
    def start(self, action: AsyncAction) -> None: ...


class Queue(Protocol):
    def send(self, project: str, action_id: str) -> None: ...


class Sent(Protocol):
    def lay_down(self, action: AsyncAction, lanes: Sequence[Sequence[Row]], *, at: datetime) -> None: ...
    def clear(self, action: AsyncAction) -> None: ...


class Importing(Sent, Settled, Protocol):
    project: str

    def lanes(self, action: AsyncAction) -> list[Lane]: ...
    def lane(self, action: AsyncAction, number: int) -> Lane: ...
    def rows(self, action: AsyncAction) -> list[list[Row]] | None: ...
    def untaken(self, codes: Mapping[str, str]) -> dict[str, str]: ...
    def customer_id(self, profile: Profile) -> str | None: ...
    def order_id(self, order: Order) -> str | None: ...
    def customers(self, ids: Iterable[str]) -> dict[str, Customer]: ...
    def orders(self, ids: Iterable[str]) -> dict[str, StoredOrder]: ...
    def fits(self, changes: Changes) -> bool: ...
    def bring_in(self, action: AsyncAction, lane: Lane, changes: Changes) -> Lane: ...


class Read(Protocol):
    """What makes a voucher, a customer's profile or a sale of a row, or raises InvalidPayload."""

    def __call__(
        self, row: Row, action: AsyncAction, campaign: Campaign | None, /, *, project: str, at: datetime
    ) -> Any: ...


class Door(NamedTuple):
    """Where an import is taken in."""

    campaigns: Campaigns
    actions: Actions
    sent: Sent
    queue: Queue


def start_import(action: AsyncAction, rows: Sequence[Row], key: Callable[[Row], str], door: Door) -> AsyncAction:
    """Have rows brought in; those of one key one after the other, so that a later one finds the earlier.

    What was sent is kept first and the action started last: a crash between leaves parts that nobody reads.

    Raises:
        NotFound: no such campaign.
    """
    campaign = door.campaigns.get(action.campaign_id) if action.campaign_id else None
    lanes = cut(rows, key)
    started = action.model_copy(
        update={
            "campaign_id": campaign and campaign.id,
            "total": len(rows),
            "shares": tuple(len(lane) for lane in lanes),
        }
    )
    door.sent.lay_down(started, lanes, at=action.created_at)
    try:
        _start(started, door)
    except Exception:
        door.sent.clear(started)
        raise
    return started


@judged_anew
def _start(action: AsyncAction, door: Door) -> None:
    door.queue.send(door.campaigns.project, action.id)
    if not action.campaign_id:
        door.actions.start(action)
        return
    campaign = door.campaigns.get(action.campaign_id)
    making = {**campaign.making, action.id: action.total}
    busy = campaign.model_copy(update={"creation_status": "IN_PROGRESS", "making": making})
    door.campaigns.save(busy, outcome=action, action=action)


def cut(rows: Sequence[Row], key: Callable[[Row], str]) -> list[list[Row]]:
    """Rows spread over lanes by their keys; within a lane they keep their order.

    >>> rows = [Row(line, {"code": code}) for line, code in enumerate("ABAC", 1)]
    >>> cut(rows, lambda row: row.fields["code"]) == [rows]  # few rows are one lane
    True
    """
    many = len(shares(len(rows), VOUCHERS_AT_ONCE))
    lanes: list[list[Row]] = [[] for _ in range(many)]
    for row in rows:
        lanes[crc32(key(row).encode()) % many].append(row)
    return [lane for lane in lanes if lane]


class Import(NamedTuple):
    """An import that is carried on: its rows, lane by lane, and what reads one."""

    action: AsyncAction
    campaign: Campaign | None
    rows: Sequence[Sequence[Row]]
    read: Read
    store: Importing

    def take(self, lane: Lane, *, at: datetime, go_on: Callable[[], bool]) -> bool:
        """Bring a lane's next rows in, a stint of pieces; a piece that others were faster at is looked at again."""
        misses = 0
        for _ in range(STINT + ROUNDS):
            if not lane.left or misses == ROUNDS or not go_on():
                break
            try:
                many, changes, bad = self._fitting(self._piece(lane), at=at)
                lane = self.store.bring_in(self.action, lane.advanced(many, *bad), changes)
            except Moved:
                misses += 1
                lane = self.store.lane(self.action, lane.number)
        return True

    def _piece(self, lane: Lane) -> Sequence[Row]:
        """The next rows, as many as fit one transaction."""
        most = AT_ONCE.get(self.action.type, VOUCHERS_AT_ONCE)
        rows = self.rows[lane.number][lane.done : lane.done + most]
        size = 0
        for number, row in enumerate(rows):
            size += len(str(row.fields))
            if number and size > LARGEST_PIECE:
                return rows[:number]
        return rows

    def _fitting(self, rows: Sequence[Row], *, at: datetime) -> tuple[int, Changes, list[BadRow]]:
        """What rows change, and how many of them it is: as many as one transaction takes, for some celebrate much."""
        while True:
            good, bad = self._read(rows, at=at)
            changes, refused = self._decided(good, at=at)
            if len(rows) == 1 or self.store.fits(changes):
                return len(rows), changes, [*bad, *refused]
            rows = rows[: len(rows) // 2]

    def _read(self, rows: Iterable[Row], *, at: datetime) -> tuple[list[tuple[Row, Any]], list[BadRow]]:
        good, bad = [], []
        for row in rows:
            try:
                good.append((row, self.read(row, self.action, self.campaign, project=self.store.project, at=at)))
            except InvalidPayload as error:
                bad.append(_bad(row, error.details))
        return good, bad

    def _decided(self, rows: Sequence[tuple[Row, Any]], *, at: datetime) -> tuple[Changes, list[BadRow]]:
        match self.action.type:
            case "CUSTOMERS_IMPORT":
                return self._customers(rows, at=at)
            case "ORDERS_IMPORT":
                return self._orders(rows, at=at)
        return self._vouchers(rows)

    def _vouchers(self, rows: Sequence[tuple[Row, Voucher]]) -> tuple[Changes, list[BadRow]]:
        free = self.store.untaken({voucher.id: voucher.code for _, voucher in rows})
        good: dict[str, Voucher] = {}
        bad: list[BadRow] = []
        schemas = self.store.settled().schemas
        for row, voucher in rows:
            try:
                # A campaign's code of which nothing is said is as the campaign makes it.
                alone = voucher.campaign_id is None
                schemas.refuse_change("voucher", voucher.metadata, None, new=alone)
            except InvalidPayload as error:
                bad.append(_bad(row, error.details))
                continue
            if voucher.id in free and voucher.id not in good:
                good[voucher.id] = voucher
            else:
                bad.append(_bad(row, f"code: voucher {voucher.code} already exists"))
        return Changes(vouchers=list(good.values())), bad

    def _customers(self, rows: Sequence[tuple[Row, Profile]], *, at: datetime) -> tuple[Changes, list[BadRow]]:
        buyers = self._buyers(rows)
        bad: list[BadRow] = []
        for row, profile in rows:
            try:
                buyers.tell(row, profile, at=at)
            except InvalidPayload as error:
                bad.append(_bad(row, error.details))
        return Changes(customers=buyers.changed()), bad

    def _orders(self, rows: Sequence[tuple[Row, Sale]], *, at: datetime) -> tuple[Changes, list[BadRow]]:
        buyers = self._buyers([(row, sale.customer) for row, sale in rows if sale.customer])
        ids = {row.line: self._order_id(row, sale.order) for row, sale in rows}
        schemas = self.store.settled().schemas
        known = self.store.orders(ids.values())
        now = dict(known)
        bad: list[BadRow] = []
        for row, sale in rows:
            id_ = ids[row.line]
            try:
                before = now.get(id_)
                order = sale.kept(id_, before, at=at)
                refuse_order(schemas, order.order, before.order if before else None)
                order = order.bought_by(buyers.tell(row, sale.customer, at=at) if sale.customer else None)
            except PromotionError as error:
                bad.append(_bad(row, error.details))
            else:
                now[id_] = order if order == now.get(id_) else order.model_copy(update=_changed(known.get(id_), at))
        orders = [(order, known.get(id_)) for id_, order in now.items() if order != known.get(id_)]
        return Changes(customers=buyers.changed(), orders=orders), bad

    def _buyers(self, rows: Sequence[tuple[Row, Profile]]) -> "Buyers":
        ids = {row.line: self._customer_id(row, profile) for row, profile in rows}
        path = "customer." if self.action.type == "ORDERS_IMPORT" else ""
        return Buyers(ids, self.store.customers(ids.values()), self.store.settled().schemas, path)

    def _customer_id(self, row: Row, profile: Profile) -> str:
        named = self.store.customer_id(profile)
        return named or derived("cust", self.store.project, self.action.id, str(row.line))

    def _order_id(self, row: Row, order: Order) -> str:
        named = self.store.order_id(order)
        return named or derived("ord", self.store.project, self.action.id, str(row.line))


class Buyers:
    """The customers of some rows, as they were and as each row in turn leaves them."""

    def __init__(self, ids: Mapping[int, str], known: Mapping[str, Customer], schemas: Schemas, path: str) -> None:
        self._ids = ids
        self._schemas, self._path = schemas, path
        self._canonical = {id_: customer.id for id_, customer in known.items()}
        self._before = {customer.id: customer for customer in known.values()}
        self._now = dict(self._before)

    def tell(self, row: Row, profile: Profile, *, at: datetime) -> Customer:
        """The customer once a row has told this.

        Raises:
            InvalidPayload: if that is too much by now, or cannot be true of anybody yet.
        """
        refuse_birth(profile, at=at, path=self._path)
        id_ = self._canonical.get(self._ids[row.line], self._ids[row.line])
        known = self._now.get(id_)
        told = known.upserted(profile, at=at) if known else Customer(id=id_, profile=profile, created_at=at)
        refuse_customer(self._schemas, told.profile, known.profile if known else None, path=self._path)
        self._now[id_] = told
        return told

    def changed(self) -> list[tuple[Customer, Customer | None]]:
        """Those who are not what they were, each with what was known."""
        return [(told, self._before.get(id_)) for id_, told in self._now.items() if told is not self._before.get(id_)]


def _changed(known: StoredOrder | None, at: datetime) -> dict[str, datetime]:
    return {"updated_at": at} if known else {}


def _bad(row: Row, details: str) -> BadRow:
    return BadRow(line=row.line, details=details[:LONGEST_DETAILS])
