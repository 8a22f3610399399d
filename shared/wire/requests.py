"""What a request may say. What the contract does not know is ignored; what it knows must be right."""

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, JsonValue, ValidationError, model_validator
from pydantic_core import from_json

from shared.domain.campaigns import Campaign, Uses
from shared.domain.checkout import Checkout, Lock
from shared.domain.codes import Code, CodeConfig
from shared.domain.customers import Profile
from shared.domain.discounts import Discount
from shared.domain.errors import InvalidPayload
from shared.domain.ids import voucher_id
from shared.domain.model import Frozen, Instant, Metadata, Name, Text
from shared.domain.orders import Order
from shared.domain.vouchers import Voucher

M = TypeVar("M", bound=Frozen)
LARGEST_BODY = 256 * 1024
"""Bytes; an order of 500 lines has about 100,000."""
DEEPEST = 32
"""Levels of nesting in a body."""
NOT_YET = (
    "gift",
    "loyalty_card",
    "referral_program",
    "promotion",
    "validation_rules",
    "validity_timeframe",
    "validity_day_of_week",
    "validity_hours",
    "activity_duration_after_publishing",
)
"""Fields that would narrow an offer or price it otherwise: until they are honoured they are refused, never dropped."""


def body_of(raw: bytes) -> Any:
    """The JSON of a body; an empty one is an empty object.

    Raises:
        InvalidPayload: not UTF-8, not JSON (NaN is not), not an object, too large or too deep.
    """
    if len(raw) > LARGEST_BODY:
        raise InvalidPayload(f"body: {len(raw)} bytes are more than {LARGEST_BODY}")
    if not raw.strip():
        return {}
    try:
        raw.decode()
        body = from_json(raw, allow_inf_nan=False, allow_partial=False)
    except UnicodeDecodeError as error:
        raise InvalidPayload(f"body: not UTF-8 at byte {error.start}") from None
    except ValueError as error:
        raise InvalidPayload(f"body: not JSON: {error}") from None
    if not isinstance(body, dict):
        raise InvalidPayload("body: must be a JSON object")
    _refuse_strange(body, "", DEEPEST)
    return body


def read(kind: type[M], body: Any) -> M:
    """A body, or a query, as its model.

    Raises:
        InvalidPayload: naming the path of every field that is wrong, ``order.items.0.price: …``.
    """
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise InvalidPayload("; ".join(map(_told, error.errors(include_url=False)[:10]))) from None


class Body(Frozen):
    """A request body."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_would_be_passed_over(cls, fields: Any) -> Any:
        if isinstance(fields, dict):
            for name in NOT_YET:
                if fields.get(name):
                    raise ValueError(f"{name} is not supported yet")
        return fields


class NamedRedeemable(Body):
    object: Literal["voucher"] = "voucher"
    id: Code


class CheckoutBody(Body):
    """A validation or a redemption."""

    redeemables: Annotated[tuple[NamedRedeemable, ...], Field(min_length=1, max_length=1_000)]
    order: Order | None = None
    customer: Profile | None = None
    session: Lock | None = None
    metadata: Metadata | None = None
    tracking_id: Text | None = None

    def checkout(self, *, request_id: str) -> Checkout:
        """What is asked; a session that brought no key is named after the request."""
        session = self.session
        if session and session.key is None:
            session = session.model_copy(update={"key": f"ssn_{request_id.removeprefix('v-')}"})
        named = tuple(redeemable.id for redeemable in self.redeemables)
        return Checkout(named, self.order, self.customer, session, self.metadata, self.tracking_id, request_id)


class Redemption(Body):
    """How often a code may be used; none: without limit."""

    quantity: Uses | None = None


class VoucherBody(Body):
    """A new voucher, or a new code of a campaign."""

    code: Code | None = None
    type: Literal["DISCOUNT_VOUCHER"] = "DISCOUNT_VOUCHER"
    campaign: Name | None = None
    campaign_id: Name | None = None
    category: Name | None = None
    discount: Discount | None = None
    redemption: Redemption | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    additional_info: Text | None = None
    metadata: Metadata | None = None
    code_config: CodeConfig | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        _refuse_disorder(self.start_date, self.expiration_date)
        return self

    def own(self) -> dict[str, Any]:
        """What a code of a campaign has of its own."""
        own = self.model_dump(
            exclude_none=True, exclude={"code", "type", "campaign", "campaign_id", "code_config", "redemption"}
        )
        if self.redemption and "quantity" in self.redemption.model_fields_set:
            own["quantity"] = self.redemption.quantity
        return own

    def voucher(self, code: str, *, project: str, at: datetime) -> Voucher:
        """A voucher that stands alone.

        Raises:
            InvalidPayload: without a discount it would be worth nothing.
        """
        if self.discount is None:
            raise InvalidPayload("discount: Field required")
        return Voucher(id=voucher_id(project, code), code=code, created_at=at, **self.own())


class Change(Body):
    """What changes of a thing: a field that is sent as null is cleared, one that is not sent stays."""

    metadata: Metadata | None = None

    def said(self) -> dict[str, Any]:
        """The fields that were sent; metadata is told apart, for it is merged."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "metadata"}

    def merged(self, metadata: Metadata) -> Metadata:
        """A thing's metadata with what was sent laid over it."""
        return {**metadata, **(self.metadata or {})}


class VoucherChange(Change):
    """What changes of a voucher."""

    category: Name | None = None
    discount: Discount | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    additional_info: Text | None = None

    def of(self, voucher: Voucher) -> Voucher:
        """The voucher after the change."""
        said = self.said()
        if said.get("active", True) is None:
            del said["active"]
        return voucher.model_copy(update={**said, "metadata": self.merged(voucher.metadata)})


class CampaignVoucher(Body):
    type: Literal["DISCOUNT_VOUCHER"] = "DISCOUNT_VOUCHER"
    discount: Discount
    redemption: Redemption | None = None
    code_config: CodeConfig | None = None


class CampaignBody(Body):
    """A new campaign."""

    name: Name
    description: Text | None = None
    campaign_type: Literal["DISCOUNT_COUPONS"] = "DISCOUNT_COUPONS"
    type: Literal["AUTO_UPDATE", "STATIC", "STANDALONE"] | None = None
    voucher: CampaignVoucher
    vouchers_count: Annotated[int, Field(strict=True, ge=0, le=20_000_000)] | None = None
    join_once: Annotated[bool, Field(strict=True)] | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    category: Name | None = None
    metadata: Metadata | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        _refuse_disorder(self.start_date, self.expiration_date)
        return self

    def campaign(self, id_: str, *, at: datetime) -> Campaign:
        """The campaign that is asked for."""
        voucher = self.voucher
        said = self.model_dump(exclude_none=True, exclude={"voucher", "vouchers_count"})
        return Campaign(
            id=id_,
            discount=voucher.discount,
            code_config=voucher.code_config or CodeConfig(),
            quantity=voucher.redemption.quantity if voucher.redemption else None,
            created_at=at,
            **said,
        )


class CampaignChange(Change):
    """What changes of a campaign."""

    description: Text | None = None
    type: Literal["AUTO_UPDATE", "STATIC"] | None = None
    discount: Discount | None = None
    join_once: Annotated[bool, Field(strict=True)] | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    category: Name | None = None
    unset_metadata_fields: tuple[Text, ...] | None = None

    def of(self, campaign: Campaign) -> Campaign:
        """The campaign after the change; its type, discount and joining cannot be cleared."""
        unset = self.unset_metadata_fields or ()
        kept = {name: value for name, value in campaign.metadata.items() if name not in unset}
        firm = ("type", "discount", "join_once")
        said = {name: value for name, value in self.said().items() if name not in firm or value is not None}
        said.pop("unset_metadata_fields", None)
        return campaign.model_copy(update={**said, "metadata": self.merged(kept)})


class NamedCampaign(Body):
    id: Name | None = None
    name: Name | None = None
    count: Annotated[int, Field(strict=True, ge=1)] = 1

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.id or self.name):
            raise ValueError("needs a name or an id")
        return self


class PublicationBody(Body):
    """A code, or codes, for a customer."""

    customer: Profile
    campaign: NamedCampaign | None = None
    voucher: Code | None = None
    source_id: Name | None = None
    channel: Text | None = None
    metadata: Metadata | None = None


class RollbackBody(Body):
    reason: Text | None = None
    tracking_id: Text | None = None


class PageQuery(Frozen):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page: Annotated[int, Field(ge=1)] = 1
    order: Annotated[str, Field(max_length=64)] = "-created_at"


class RedemptionQuery(Frozen):
    """Which redemptions are asked for."""

    result: Annotated[str, Field(max_length=16)] | None = None
    campaign: Name | None = None
    customer: Name | None = None


class VoucherQuery(Frozen):
    """Which vouchers are asked for."""

    campaign: Name | None = None
    campaign_id: Name | None = None


class CountQuery(Frozen):
    """How many codes a campaign shall get."""

    vouchers_count: Annotated[int, Field(ge=1, le=20_000_000)] = 1


def _refuse_disorder(start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise ValueError("expiration_date must lie after start_date")


def _told(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"] if part not in VARIANTS) or "body"
    message = error["msg"].removeprefix("Value error, ")
    return f"{path}: {message}"


VARIANTS = {"AMOUNT", "PERCENT", "FIXED"}
"""Names that pydantic puts into the path of a field to say which variant it tried; no caller wrote them."""


def _refuse_strange(value: JsonValue, path: str, levels: int) -> None:
    """Numbers beyond JSON's and nesting beyond reason hide in metadata, where no model would find them."""
    if levels == 0:
        raise InvalidPayload(f"{path}: nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_strange(inner, f"{path}.{name}" if path else name, levels - 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_strange(inner, f"{path}.{index}", levels - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidPayload(f"{path}: must be a finite number")
    elif isinstance(value, str) and "\x00" in value:
        raise InvalidPayload(f"{path}: must not contain NUL")
