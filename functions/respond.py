"""Hear what customers say to their offers, wherever they say it."""

from aws_lambda_powertools import Logger

from shared.domain.publications import Published
from shared.runtime import settings
from shared.runtime.api import Api, Request
from shared.runtime.log import what_broke
from shared.runtime.withdrawals import withdraw_from
from shared.storage.publications import PublicationStore
from shared.usecases.respond import respond
from shared.wire.answers import publications
from shared.wire.responses import ResponseBody

handler = api = Api()
logger = Logger()


@api.post("/v1/publications/{publication_id}/responses", answer=publications.publication, outcome="answered")
def answer(request: Request, publication_id: str) -> Published:
    response = request.read(ResponseBody).said(at=request.at)
    store = PublicationStore(request.table, request.project)
    told = respond(publication_id, response, at=request.at, publications=store)
    _withdraw(request, told.publication.customer_id)
    return told


def _withdraw(request: Request, customer_id: str) -> None:
    """Take back what waits with this offer. The response stands already: whatever is left the sender will not send."""
    try:
        withdraw_from(customer_id, table=settings.table(), project=request.project, at=request.at)
    except Exception as error:  # noqa: BLE001 - whatever it was, the response was heard
        logger.error("not withdrawn", extra={"project": request.project, **what_broke(error)})  # noqa: TRY400
