"""Who redeemed what, when, on which order; and the reason of every failure."""

from itertools import islice

from shared.domain.redemptions import History
from shared.domain.vouchers import Voucher
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.ledger import Ledger
from shared.storage.vouchers import VoucherStore
from shared.usecases.list_redemptions import list_redemptions, with_surroundings
from shared.wire.answers import redemptions
from shared.wire.lists import REDEMPTIONS

handler = api = Api()

MOST_OF_ONE_VOUCHER = 1_000
"""The contract has no pages for a single voucher's records; beyond this many the newest are told."""


@api.get("/v1/redemptions", answer=redemptions.history)
def list_all(request: Request) -> History:
    ledger = Ledger(request.table, request.project)
    return list_redemptions(query_of(request, REDEMPTIONS), ledger=ledger)


@api.get("/v1/redemptions/{redemption_id}", answer=redemptions.history_of_one)
def get_one(request: Request, redemption_id: str) -> History:
    ledger = Ledger(request.table, request.project)
    return with_surroundings([ledger.get(redemption_id)], ledger)


@api.get("/v1/vouchers/{code}/redemption", answer=redemptions.history_of_voucher)
def list_of_voucher(request: Request, code: str) -> tuple[Voucher, History]:
    ledger = Ledger(request.table, request.project)
    voucher = VoucherStore(request.table, request.project).get(code).voucher
    records = list(islice(ledger.of_voucher(code), MOST_OF_ONE_VOUCHER))
    return voucher, with_surroundings(records, ledger)
