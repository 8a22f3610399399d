"""May these offers be used on this order, and what would it then cost?"""

from shared.domain.checkout import Verdict
from shared.runtime.api import Api, Request
from shared.storage.ledger import Ledger
from shared.usecases.validate import validate
from shared.wire.answers import client, validations
from shared.wire.checkouts import CheckoutBody

handler = api = Api()


@api.post("/v1/validations", answer=validations.validation, outcome="validated")
@api.post("/client/v1/validations", answer=client.validation, outcome="validated")
def validate_stackable(request: Request) -> Verdict:
    checkout = request.read(CheckoutBody).checkout(request_id=request.id, asked_by=request.key.app_id)
    return validate(checkout, at=request.at, ledger=Ledger(request.table, request.project))
