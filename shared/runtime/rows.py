"""What the worker makes of a row of an import, before it decides what becomes of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.actions import AsyncAction, Row
from shared.domain.campaigns import Campaign
from shared.domain.customers import Profile
from shared.domain.errors import InvalidPayload
from shared.domain.imports import Sale
from shared.domain.vouchers import Voucher
from shared.usecases.campaigns import voucher_of
from shared.usecases.imports import Read
from shared.wire.body import LARGEST_BODY
from shared.wire.imports import customer_fields, profile, sale, voucher_body, voucher_fields
from shared.wire.sheets import cells_of


def voucher(row: Row, action: AsyncAction, campaign: Campaign | None, *, project: str, at: datetime) -> Voucher:
    body = voucher_body(_fields(row, action, voucher_fields))
    assert body.code
    if campaign:
        return voucher_of(campaign, body.code, body.own(), project=project, at=at)
    return body.voucher(body.code, project=project, at=at)


def customer(row: Row, action: AsyncAction, _campaign: Campaign | None, **_: object) -> Profile:
    return profile(_fields(row, action, customer_fields))


def order(row: Row, action: AsyncAction, _campaign: Campaign | None, **_: object) -> Sale:
    return sale(_fields(row, action, dict))


READS: Mapping[str, Read] = {
    "CAMPAIGN_VOUCHERS_IMPORT": voucher,
    "VOUCHERS_IMPORT": voucher,
    "CUSTOMERS_IMPORT": customer,
    "ORDERS_IMPORT": order,
}
"""By the type of the import."""


def _fields(row: Row, action: AsyncAction, of_cells: Callable[[dict[str, str]], dict[str, Any]]) -> dict[str, Any]:
    fields = row.fields if isinstance(row.fields, dict) else of_cells(cells_of(action.columns, row))
    if len(str(fields)) > LARGEST_BODY:
        raise InvalidPayload(f"has more than {LARGEST_BODY} characters")
    return fields
