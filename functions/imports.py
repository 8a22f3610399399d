"""Imports: vouchers, a campaign's codes, customers and orders by the file; an async action brings them in."""

from collections.abc import Callable

from shared.domain.actions import AsyncAction, Row, Type
from shared.domain.ids import code_hash, timed
from shared.runtime import settings
from shared.runtime.api import Api, Request
from shared.storage.actions import ActionStore
from shared.storage.campaigns import CampaignStore
from shared.storage.work import WorkStore
from shared.usecases.imports import Door, start_import
from shared.wire.answers import parts
from shared.wire.imports import CUSTOMER_COLUMNS, VOUCHER_COLUMNS
from shared.wire.sheets import Sheet, file_of, sheet_of

handler = api = Api()

CODED = (("code",),)
WORTH_SOMETHING = (("code",), ("value",))
KNOWN_AGAIN = (("source_id", "id", "email"),)


@api.post("/v1/campaigns/{campaign_id}/import", answer=parts.promised)
def import_to_campaign(request: Request, campaign_id: str) -> AsyncAction:
    return _start(request, "CAMPAIGN_VOUCHERS_IMPORT", _objects(request), "code", campaign_id=campaign_id)


@api.post("/v1/campaigns/{campaign_id}/importCSV", answer=parts.announced)
def import_file_to_campaign(request: Request, campaign_id: str) -> AsyncAction:
    sheet = _sheet(request, VOUCHER_COLUMNS, CODED)
    return _start(request, "CAMPAIGN_VOUCHERS_IMPORT", sheet, "code", campaign_id=campaign_id)


@api.post("/v1/vouchers/import", answer=parts.promised)
def import_vouchers(request: Request) -> AsyncAction:
    return _start(request, "VOUCHERS_IMPORT", _objects(request), "code")


@api.post("/v1/vouchers/importCSV", answer=parts.announced)
def import_file_of_vouchers(request: Request) -> AsyncAction:
    return _start(request, "VOUCHERS_IMPORT", _sheet(request, VOUCHER_COLUMNS, WORTH_SOMETHING), "code")


@api.post("/v1/customers/importCSV", answer=parts.announced)
def import_file_of_customers(request: Request) -> AsyncAction:
    sheet = _sheet(request, CUSTOMER_COLUMNS, KNOWN_AGAIN)
    return _start(request, "CUSTOMERS_IMPORT", sheet, "source_id", "id", "email")


@api.post("/v1/orders/import", answer=parts.promised)
def import_orders(request: Request) -> AsyncAction:
    return _start(request, "ORDERS_IMPORT", _objects(request), "source_id", "id")


def _objects(request: Request) -> Sheet:
    """The rows of a JSON array, numbered from 1."""
    return Sheet((), [Row(number, fields) for number, fields in enumerate(request.rows, 1)])


def _sheet(request: Request, known: dict[str, str], needed: tuple[tuple[str, ...], ...]) -> Sheet:
    return sheet_of(file_of(request.raw, request.content_type), known=known, needed=needed)


def _start(request: Request, type_: Type, sheet: Sheet, *names: str, campaign_id: str | None = None) -> AsyncAction:
    """Have the rows of a sheet brought in; those that ``names`` name alike, one after the other."""
    at = request.at
    action = AsyncAction(
        id=timed("async", at, request.chance() + request.chance()),
        type=type_,
        campaign_id=campaign_id,
        columns=sheet.header,
        request_id=request.id,
        created_at=at,
    )
    table, project = request.table, request.project
    door = Door(CampaignStore(table, project), ActionStore(table, project), WorkStore(table, project), settings.queue())
    return start_import(action, sheet.rows, _key(sheet, project, names), door)


def _key(sheet: Sheet, project: str, names: tuple[str, ...]) -> Callable[[Row], str]:
    """What a row is about, as far as one look tells: its code in any spelling, or the first name that it has."""

    def key(row: Row) -> str:
        fields = row.fields if isinstance(row.fields, dict) else dict(zip(sheet.header, row.fields, strict=False))
        said = next((str(fields[name]) for name in names if fields.get(name)), str(row.line))
        return code_hash(project, said) if names == ("code",) else said.strip()

    return key
