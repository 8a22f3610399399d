"""Message templates: what messages say, and what they would say to somebody."""

from functools import partial

from shared.delivery.writing import refuse_unwritable
from shared.domain.ids import timed
from shared.domain.lists import Listed
from shared.domain.post.previews import Preview
from shared.domain.post.templates import MessageTemplate
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.runtime.previews import write
from shared.storage.campaigns import CampaignStore
from shared.storage.customers import CustomerStore
from shared.storage.templates import TemplateStore
from shared.storage.vouchers import VoucherStore
from shared.usecases import message_templates as usecases
from shared.usecases.previews import Wish
from shared.usecases.previews import preview as shown
from shared.wire.answers import message_templates, previews
from shared.wire.lists import MESSAGE_TEMPLATES
from shared.wire.message_templates import TemplateBody, TemplateChange
from shared.wire.previews import PreviewBody

handler = api = Api()


@api.post("/v1/message-templates", answer=message_templates.template)
def make(request: Request) -> MessageTemplate:
    template = request.read(TemplateBody).template(timed("tmpl", request.at, request.chance()), at=request.at)
    return usecases.make_template(template, templates=_templates(request), refuse_unwritable=refuse_unwritable)


@api.get("/v1/message-templates", answer=message_templates.templates)
def list_all(request: Request) -> Listed[MessageTemplate]:
    return _templates(request).wanted(query_of(request, MESSAGE_TEMPLATES))


@api.get("/v1/message-templates/{template_id}", answer=message_templates.template)
def get(request: Request, template_id: str) -> MessageTemplate:
    return _templates(request).get(template_id)


@api.put("/v1/message-templates/{template_id}", answer=message_templates.template)
def update(request: Request, template_id: str) -> MessageTemplate:
    change = request.read(TemplateChange)
    return usecases.change_template(
        template_id,
        change.said(),
        at=request.at,
        templates=_templates(request),
        refuse_unwritable=refuse_unwritable,
    )


@api.post("/v1/message-templates/{template_id}/preview", answer=previews.preview, outcome="shown", remembered=False)
def preview(request: Request, template_id: str) -> Preview:
    said = request.read(PreviewBody)
    table, project = request.table, request.project
    campaign = said.campaign.named if said.campaign else None
    return shown(
        Wish(template_id, said.customer.named, campaign, said.voucher, said.locale, said.purpose),
        at=request.at,
        project=project,
        templates=_templates(request),
        customers=CustomerStore(table, project),
        campaigns=CampaignStore(table, project),
        vouchers=VoucherStore(table, project),
        write=partial(write, table, project),
    )


@api.delete("/v1/message-templates/{template_id}")
def delete(request: Request, template_id: str) -> None:
    usecases.delete_template(template_id, templates=_templates(request))


def _templates(request: Request) -> TemplateStore:
    return TemplateStore(request.table, request.project)
