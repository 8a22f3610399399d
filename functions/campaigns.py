"""Campaigns: make, change, switch on and off, end; and give them codes."""

from datetime import datetime

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.errors import InvalidPayload
from shared.domain.ids import timed
from shared.domain.lists import Listed
from shared.domain.vouchers import Made
from shared.runtime import settings
from shared.runtime.api import Api, Request
from shared.runtime.chance import draw
from shared.runtime.pages import query_of
from shared.storage.campaigns import CampaignStore
from shared.usecases import campaigns as usecases
from shared.wire.answers import campaigns, parts, vouchers
from shared.wire.campaigns import CampaignBody, CampaignChange
from shared.wire.lists import CAMPAIGNS
from shared.wire.queries import CountQuery
from shared.wire.vouchers import VoucherBody

handler = api = Api()


@api.post("/v1/campaigns", answer=campaigns.campaign)
def create(request: Request) -> Campaign:
    body = request.read(CampaignBody)
    campaign = body.campaign(timed("camp", request.at, request.chance()), at=request.at)
    under = body.under(request.chance, at=request.at)
    return usecases.create_campaign(
        under.put_on(campaign, "campaign", project=request.project, at=request.at),
        body.vouchers_count or 0,
        action=_action(request, "CAMPAIGN_VOUCHERS_GENERATION", campaign.id),
        draw=draw,
        rules=under.new,
        campaigns=_campaigns(request),
        queue=settings.queue(),
    )


@api.get("/v1/campaigns", answer=campaigns.campaigns)
def list_all(request: Request) -> Listed[Campaign]:
    return _campaigns(request).wanted(query_of(request, CAMPAIGNS))


@api.get("/v1/campaigns/{campaign_id}", answer=campaigns.campaign)
def get(request: Request, campaign_id: str) -> Campaign:
    return _campaigns(request).get(campaign_id)


@api.put("/v1/campaigns/{campaign_id}", answer=campaigns.campaign)
def update(request: Request, campaign_id: str) -> Campaign:
    change = request.read(CampaignChange).of
    return usecases.change_campaign(campaign_id, change, at=request.at, campaigns=_campaigns(request))


@api.delete("/v1/campaigns/{campaign_id}", answer=parts.promised)
def delete(request: Request, campaign_id: str) -> AsyncAction:
    return usecases.delete_campaign(
        campaign_id,
        action=_action(request, "CAMPAIGN_DELETION", campaign_id),
        at=request.at,
        campaigns=_campaigns(request),
        queue=settings.queue(),
    )


@api.post("/v1/campaigns/{campaign_id}/enable", answer=campaigns.campaign, outcome="enabled")
def enable(request: Request, campaign_id: str) -> Campaign:
    return _switch(request, campaign_id, active=True)


@api.post("/v1/campaigns/{campaign_id}/disable", answer=campaigns.campaign, outcome="disabled")
def disable(request: Request, campaign_id: str) -> Campaign:
    return _switch(request, campaign_id, active=False)


@api.post("/v1/campaigns/{campaign_id}/vouchers", answer=vouchers.voucher_or_promise)
def add_vouchers(request: Request, campaign_id: str) -> Made | AsyncAction:
    count = request.query(CountQuery).vouchers_count
    body = request.read(VoucherBody)
    if count == 1:
        return _add_voucher(request, campaign_id, body)
    if body.validation_rules:
        raise InvalidPayload("validation_rules: are put on one code at a time; or assign them to the campaign")
    return usecases.start_adding_vouchers(
        campaign_id,
        count,
        body.own(),
        action=_action(request, "CAMPAIGN_VOUCHERS_GENERATION", campaign_id),
        campaigns=_campaigns(request),
        queue=settings.queue(),
    )


@api.post("/v1/campaigns/{campaign_id}/vouchers/{code}", answer=vouchers.made)
def add_voucher(request: Request, campaign_id: str, code: str) -> Made:
    return _add_voucher(request, campaign_id, request.read(VoucherBody, code=code), code=code)


def _add_voucher(request: Request, campaign_id: str, body: VoucherBody, *, code: str | None = None) -> Made:
    under = body.under(request.chance, at=request.at)
    return usecases.add_voucher(
        campaign_id,
        code and body.code,
        body.own(),
        at=request.at,
        draw=draw,
        under=under,
        campaigns=_campaigns(request),
    )


def _switch(request: Request, campaign_id: str, *, active: bool) -> Campaign:
    def switched(campaign: Campaign) -> Campaign:
        return campaign.model_copy(update={"active": active})

    return usecases.change_campaign(campaign_id, switched, at=request.at, campaigns=_campaigns(request))


def _campaigns(request: Request) -> CampaignStore:
    return CampaignStore(request.table, request.project)


def _action(request: Request, type_: str, campaign_id: str) -> AsyncAction:
    at: datetime = request.at
    id_ = timed("async", at, request.chance() + request.chance())
    fields = {"id": id_, "type": type_, "campaign_id": campaign_id, "request_id": request.id, "created_at": at}
    return AsyncAction.model_validate(fields)
