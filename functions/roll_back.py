"""Give a redemption back, exactly once."""

from shared.domain.redemptions import Told
from shared.runtime.api import Api, Request
from shared.storage.ledger import Ledger
from shared.usecases.roll_back import roll_back
from shared.wire.answers import redemptions
from shared.wire.rollbacks import RollbackBody

handler = api = Api()


@api.post("/v1/redemptions/{redemption_id}/rollback", answer=redemptions.rollback, outcome="rolled_back")
def roll_back_one(request: Request, redemption_id: str) -> Told:
    return _roll_back(request, redemption_id, stacked=False)


@api.post("/v1/redemptions/{redemption_id}/rollbacks", answer=redemptions.rollbacks, outcome="rolled_back")
def roll_back_stack(request: Request, redemption_id: str) -> Told:
    return _roll_back(request, redemption_id, stacked=True)


def _roll_back(request: Request, redemption_id: str, *, stacked: bool) -> Told:
    body, query = request.read(RollbackBody), request.query(RollbackBody)
    return roll_back(
        redemption_id,
        stacked=stacked,
        reason=body.reason or query.reason,
        tracking_id=body.tracking_id or query.tracking_id,
        at=request.at,
        ledger=Ledger(request.table, request.project),
        chance=request.chance,
    )
