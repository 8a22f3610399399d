"""Spend these offers on this order, exactly once."""

from shared.domain.redemptions import Told
from shared.runtime.api import Api, Request
from shared.storage.ledger import Ledger
from shared.usecases.redeem import redeem
from shared.wire.answers import client, redemptions
from shared.wire.checkouts import CheckoutBody

handler = api = Api()


@api.post("/v1/redemptions", answer=redemptions.redeemed, outcome="redeemed")
@api.post("/client/v1/redemptions", answer=client.redeemed, outcome="redeemed")
def redeem_stackable(request: Request) -> Told:
    return redeem(
        request.read(CheckoutBody).checkout(request_id=request.id, asked_by=request.key.app_id),
        at=request.at,
        ledger=Ledger(request.table, request.project),
        channel_id=request.key.app_id,
        chance=request.chance,
    )
