"""Vouchers: make, change, switch on and off, delete; and give a held use back."""

from collections.abc import Callable

from shared.domain.codes import CodeConfig
from shared.domain.lists import Listed
from shared.domain.vouchers import Hold, Made, Voucher
from shared.runtime.api import Api, Request
from shared.runtime.chance import draw
from shared.runtime.pages import query_of
from shared.storage.campaigns import CampaignStore
from shared.storage.vouchers import VoucherStore
from shared.usecases import vouchers as usecases
from shared.usecases.campaigns import add_voucher
from shared.wire.answers import vouchers
from shared.wire.lists import VOUCHERS
from shared.wire.vouchers import VoucherBody, VoucherChange

handler = api = Api()


@api.post("/v1/vouchers", answer=vouchers.made)
def create(request: Request) -> Made:
    return _create(request, request.read(VoucherBody))


@api.post("/v1/vouchers/{code}", answer=vouchers.made)
def create_with_code(request: Request, code: str) -> Made:
    return _create(request, request.read(VoucherBody, code=code))


@api.get("/v1/vouchers", answer=vouchers.vouchers)
def list_all(request: Request) -> Listed[Made]:
    return _vouchers(request).wanted(query_of(request, VOUCHERS))


@api.get("/v1/vouchers/{code}", answer=vouchers.made)
def get(request: Request, code: str) -> Made:
    return _vouchers(request).get(code)


@api.put("/v1/vouchers/{code}", answer=vouchers.made)
def update(request: Request, code: str) -> Made:
    return _changed(request, code, request.read(VoucherChange).of)


@api.delete("/v1/vouchers/{code}")
def delete(request: Request, code: str) -> None:
    usecases.delete_voucher(code, for_good=request.flag("force"), vouchers=_vouchers(request))


@api.post("/v1/vouchers/{code}/enable", answer=vouchers.made, outcome="enabled")
def enable(request: Request, code: str) -> Made:
    return _changed(request, code, lambda voucher: voucher.model_copy(update={"active": True}))


@api.post("/v1/vouchers/{code}/disable", answer=vouchers.made, outcome="disabled")
def disable(request: Request, code: str) -> Made:
    return _changed(request, code, lambda voucher: voucher.model_copy(update={"active": False}))


@api.delete("/v1/vouchers/{code}/sessions/{session_key}", outcome="released")
def release_session(request: Request, code: str, session_key: str) -> Hold:
    return usecases.release_session(code, session_key, vouchers=_vouchers(request))


def _create(request: Request, body: VoucherBody) -> Made:
    config, at = body.code_config or CodeConfig(), request.at
    under = body.under(request.chance, at=at)
    if campaign := body.campaign_id or body.campaign:
        campaigns = _campaigns(request)
        return add_voucher(campaign, body.code, body.own(), at=at, draw=draw, under=under, campaigns=campaigns)

    def make() -> Voucher:
        voucher = body.voucher(body.code or draw(config), project=request.project, at=at)
        return under.put_on(voucher, "voucher", project=request.project, at=at)

    given = body.code is not None
    return usecases.create_voucher(make, given=given, rules=under.new, vouchers=_vouchers(request))


def _changed(request: Request, code: str, change: Callable[[Voucher], Voucher]) -> Made:
    return usecases.change_voucher(code, change, at=request.at, vouchers=_vouchers(request))


def _vouchers(request: Request) -> VoucherStore:
    return VoucherStore(request.table, request.project)


def _campaigns(request: Request) -> CampaignStore:
    return CampaignStore(request.table, request.project)
