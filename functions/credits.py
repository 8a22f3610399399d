"""Put credits on a gift card, take them off, and tell every movement."""

from shared.domain.errors import NotFound
from shared.domain.gift_ledger import Movement
from shared.domain.gifts import Adjustment
from shared.domain.ids import timed
from shared.domain.vouchers import Voucher
from shared.runtime.api import Api, Request
from shared.storage.ledger import Ledger
from shared.storage.vouchers import VoucherStore
from shared.usecases import credits as usecases
from shared.wire.answers import credits as answers
from shared.wire.credits import BalanceBody, TransactionsQuery

handler = api = Api()


@api.post("/v1/vouchers/{code}/balance", answer=answers.balance)
def adjust(request: Request, code: str) -> tuple[Voucher, Adjustment]:
    body = request.read(BalanceBody)
    adjustment = Adjustment(
        id=timed("vtx", request.at, request.chance() + request.chance()),
        date=request.at,
        channel_id=request.key.app_id,
        **body.model_dump(),
    )
    return usecases.adjust_balance(code, adjustment, cards=VoucherStore(request.table, request.project))


@api.get("/v1/vouchers/{code}/transactions", answer=answers.transactions)
def list_transactions(request: Request, code: str) -> tuple[Voucher, list[Movement], bool]:
    asked = request.query(TransactionsQuery)
    cards, records = VoucherStore(request.table, request.project), Ledger(request.table, request.project)
    voucher, movements = usecases.transactions(code, cards=cards, records=records)
    if asked.starting_after_id:
        ids = [movement.id for movement in movements]
        if asked.starting_after_id not in ids:
            raise NotFound("transaction", asked.starting_after_id)
        movements = movements[ids.index(asked.starting_after_id) + 1 :]
    return voucher, movements[: asked.limit], len(movements) > asked.limit
