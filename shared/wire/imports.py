"""What one row of an import may say: a row of a file becomes the body that the same thing has as JSON."""

from typing import Any

from shared.domain.customers import Profile
from shared.domain.errors import InvalidPayload
from shared.domain.imports import Sale
from shared.wire.body import read
from shared.wire.customers import CustomerBody
from shared.wire.orders import OrderBody
from shared.wire.vouchers import VoucherBody

VOUCHER_COLUMNS = {
    "code": "code",
    "voucher_type": "type",
    "value": "value",
    "discount_type": "discount.type",
    "discount_effect": "discount.effect",
    "category": "category",
    "start_date": "start_date",
    "expiration_date": "expiration_date",
    "redemption_limit": "redemption.quantity",
    "redeemed_quantity": "redeemed_quantity",
    "redeemed_amount": "redeemed_amount",
    "active": "active",
    "additional_info": "additional_info",
}
"""The standard columns of a file of vouchers → the fields of a voucher's body."""

CUSTOMER_COLUMNS = {
    "id": "id",
    "source_id": "source_id",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "description": "description",
    "birthdate": "birthdate",
    "birthday": "birthday",
    "time_zone": "time_zone",
    "locale": "locale",
    "address_line_1": "address.line_1",
    "address_line_2": "address.line_2",
    "address_postal_code": "address.postal_code",
    "address_city": "address.city",
    "address_state": "address.state",
    "address_country": "address.country",
}
"""The standard columns of a file of customers → the fields of a customer."""

WORTH = {"AMOUNT": "amount_off", "PERCENT": "percent_off", "FIXED": "fixed_amount", "UNIT": "unit_off"}
"""What the column Value means, by the type of the discount; money is in minor units, as everywhere."""


def voucher_body(fields: dict[str, Any]) -> VoucherBody:
    """One voucher of an import.

    Raises:
        InvalidPayload: naming every field that is wrong; without a code none can be imported.
    """
    body = read(VoucherBody, fields)
    if body.code is None:
        raise InvalidPayload("code: Field required")
    if body.campaign or body.campaign_id:
        raise InvalidPayload("campaign: its codes are imported under /v1/campaigns/{campaign_id}/import")
    if body.validation_rules:
        raise InvalidPayload("validation_rules: are not imported; assign a rule to the campaign, or to the voucher")
    return body


def profile(fields: dict[str, Any]) -> Profile:
    """One customer of an import."""
    return read(CustomerBody, fields)


def sale(fields: dict[str, Any]) -> Sale:
    """One order of an import.

    Raises:
        InvalidPayload: naming every field that is wrong.
    """
    body = read(OrderBody, fields)
    return Sale(body.order(), body.customer, body.discount_amount, body.created_at)


def voucher_fields(cells: dict[str, str]) -> dict[str, Any]:
    """A row of a file of vouchers as a body; what is no standard column is metadata.

    >>> voucher_fields({"code": "MUG", "discount_type": "PERCENT", "value": "12.5", "active": "FALSE", "Shelf": "=3"})
    {'code': 'MUG', 'discount': {'type': 'PERCENT', 'percent_off': 12.5}, 'active': False, 'metadata': {'Shelf': '=3'}}

    Raises:
        InvalidPayload: for what would be passed over although it changes what the code is worth.
    """
    cells = dict(cells)
    for gone in ("redeemed_quantity", "redeemed_amount"):
        if cells.pop(gone, "0").strip() != "0":
            raise InvalidPayload(f"{gone}: a voucher that was used elsewhere cannot be imported")
    type_, value = cells.get("discount_type", "").strip(), cells.pop("value", None)
    fields = _body(cells, VOUCHER_COLUMNS)
    if value is not None:
        if fields.get("type") == "GIFT_VOUCHER":
            fields["gift"] = {"amount": _number(value)}
        elif type_ in WORTH:
            fields["discount"][WORTH[type_]] = _number(value)
        elif not type_:
            raise InvalidPayload("discount_type: is missing, and there is a value")
    if "active" in fields:
        fields["active"] = {"true": True, "false": False}.get(fields["active"].strip().lower(), fields["active"])
    if "redemption" in fields:
        fields["redemption"] = {"quantity": _number(fields["redemption"]["quantity"])}
    return fields


def customer_fields(cells: dict[str, str]) -> dict[str, Any]:
    """A row of a file of customers as a body; what is no standard column is metadata.

    >>> customer_fields({"source_id": "7", "address_city": "Cork", "Club": "VIP"})
    {'source_id': '7', 'address': {'city': 'Cork'}, 'metadata': {'Club': 'VIP'}}
    """
    return _body(cells, CUSTOMER_COLUMNS)


def _body(cells: dict[str, str], columns: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column, cell in cells.items():
        path = columns.get(column)
        name, _, inner = (path or "metadata.").partition(".")
        if inner or not path:
            fields.setdefault(name, {})[inner or column] = cell if not path else cell.strip()
        else:
            fields[name] = cell if name in ("code", "additional_info") else cell.strip()
    return fields


def _number(text: str) -> int | float | str:
    """A number as a cell has it; what is none stays as it is, so that it is refused under its name.

    >>> _number("10"), _number(" 12.5 "), _number("ten"), _number("1e5"), _number("1_0")
    (10, 12.5, 'ten', '1e5', '1_0')
    """
    text = text.strip()
    if not text.isascii() or not text.lstrip("-").replace(".", "", 1).isdigit():
        return text
    return float(text) if "." in text else int(text) if len(text) < 20 else text  # noqa: PLR2004
