"""Give codes to customers, and tell who has which."""

from shared.domain.publications import Published
from shared.runtime.api import Api, Request
from shared.runtime.chance import draw
from shared.runtime.pages import page_of
from shared.storage.publications import PublicationStore
from shared.usecases.issue import Wish, issue
from shared.wire.answers import publications
from shared.wire.body import read
from shared.wire.publications import PublicationBody, body_of_query

handler = api = Api()


@api.post("/v1/publications", answer=publications.publication, outcome="issued")
def publish(request: Request) -> Published:
    return _publish(request, request.read(PublicationBody))


@api.get("/v1/publications/create", answer=publications.publication)
def publish_by_query(request: Request) -> Published:
    """The same where a caller can only follow a link; a ``source_id`` makes it happen once."""
    return _publish(request, read(PublicationBody, body_of_query(request.query_string)))


def _publish(request: Request, body: PublicationBody) -> Published:
    campaign = body.campaign
    wish = Wish(
        body.customer,
        campaign=(campaign.id or campaign.name) if campaign else None,
        how_many=campaign.count if campaign else 1,
        voucher=body.voucher,
        source_id=body.source_id,
        join_once=request.flag("join_once"),
        metadata=body.metadata,
    )
    store = PublicationStore(request.table, request.project)
    return issue(wish, at=request.at, store=store, chance=request.chance, draw=draw)


@api.get("/v1/publications", answer=publications.publications)
def list_all(request: Request) -> tuple[list[Published], int]:
    store = PublicationStore(request.table, request.project)
    return store.page(page_of(request)), store.count()
