"""Send a message to a customer now, if it may leave; or tell what would become of it."""

from functools import partial

from aws_lambda_powertools import Logger

from shared.domain.ids import derived, timed
from shared.domain.post.deliveries import Delivery, OnDemand
from shared.runtime.api import Api, Request
from shared.runtime.chance import draw
from shared.runtime.channels import carriers, turns
from shared.runtime.letters import line_of, write
from shared.storage.campaigns import CampaignStore
from shared.storage.contact_policy import PolicyStore
from shared.storage.customer_items import customer_id
from shared.storage.post import PostStore
from shared.storage.templates import TemplateStore
from shared.usecases import send as usecases
from shared.usecases.deliver import Means
from shared.wire.answers import deliveries
from shared.wire.deliveries import DeliveryBody

handler = api = Api()
logger = Logger()

PATIENCE = 3.0
"""Seconds for which a busy channel is asked again: somebody waits for the answer. Then the message waits for a tick."""


@api.post("/v1/deliveries", answer=deliveries.asked, outcome="delivered")
def send(request: Request) -> Delivery:
    body = request.read(DeliveryBody)
    request.stop_if_answered()
    cause, table = _cause(request, body), request.table
    post = PostStore(table, request.project)
    if body.dry_run:
        return usecases.foresee(cause, post, at=request.at)
    by_channel, pace = carriers(table, request.project, patience=PATIENCE), turns(table, patience=PATIENCE)
    means = Means(post, by_channel, pace, partial(write, table, request.project), request.chance, draw)
    done = usecases.send(cause, means, at=request.at, again=request.idempotency_key is not None)
    logger.info(done.status.lower(), extra={"project": request.project, **line_of(done)})
    return done


def _cause(request: Request, body: DeliveryBody) -> OnDemand:
    """What is asked for. Under an ``Idempotency-Key`` it is one delivery, however often and after whatever crash."""
    table, project, at = request.table, request.project, request.at
    their = customer_id(project, body.customer.profile)
    assert their
    demand = usecases.Demand(
        their,
        publication_id=body.publication.id if body.publication else None,
        campaign=body.campaign.named if body.campaign else None,
        template=body.template,
        templates=body.templates or {},
        channel=body.channel,
        purpose=body.purpose,
        topic=body.topic,
        unless_ordered=body.unless_ordered,
    )
    asked = usecases.asked(
        demand,
        campaigns=CampaignStore(table, project),
        templates=TemplateStore(table, project),
        policies=PolicyStore(table, project),
    )
    key, chance = request.idempotency_key, request.chance
    id_ = derived("dlv", project, request.scope) if key else timed("dlv", at, chance() + chance())
    return OnDemand(id_, their, asked, at)
