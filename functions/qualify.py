"""Which offers may this customer use on this order?"""

from shared.domain.qualifications import Qualification
from shared.runtime.api import Api, Request
from shared.storage.candidates import CandidateStore
from shared.storage.ledger import Ledger
from shared.usecases.qualify import qualify
from shared.wire.answers import qualifications
from shared.wire.qualifications import QualificationBody

handler = api = Api()


@api.post("/v1/qualifications", answer=qualifications.qualification, outcome="qualified")
@api.post("/client/v1/qualifications", answer=qualifications.in_public, outcome="qualified")
def check_eligibility(request: Request) -> Qualification:
    wish = request.read(QualificationBody).wish(request_id=request.id, asked_by=request.key.app_id)
    ledger = Ledger(request.table, request.project)
    candidates = CandidateStore(request.table, request.project)
    return qualify(wish, at=request.at, ledger=ledger, candidates=candidates)
