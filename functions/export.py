"""Export: everything that is held of a customer, for whoever asks what it is."""

from shared.domain.exports import Export
from shared.runtime.api import Api, Request
from shared.storage.exports import HoldingsStore
from shared.usecases.export import export
from shared.wire.answers import exports
from shared.wire.exports import ExportBody

handler = api = Api()


@api.post("/v1/customers/{customer_id}/export", answer=exports.export, outcome="exported", remembered=False)
def tell(request: Request, customer_id: str) -> Export:
    after = request.read(ExportBody).after
    return export(customer_id, after, at=request.at, holdings=HoldingsStore(request.table, request.project))
