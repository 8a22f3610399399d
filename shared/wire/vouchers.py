"""What may be said of a voucher."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from shared.domain.campaigns import Uses
from shared.domain.codes import CodeConfig, NewCode
from shared.domain.discounts import Discount
from shared.domain.errors import InvalidPayload
from shared.domain.gifts import Gift
from shared.domain.ids import voucher_id
from shared.domain.model import Instant, Metadata, Name, Text, merged
from shared.domain.vouchers import Voucher, loaded
from shared.domain.windows import Windows
from shared.wire.body import Created
from shared.wire.changes import Change, refuse_backwards, refuse_disorder, refuse_two_worths, refuse_worthless
from shared.wire.rules import Ruled


class Redemption(Created):
    """How often a code may be used; none: without limit."""

    quantity: Uses | None = None


class VoucherBody(Ruled, Windows):
    """A new voucher, or a new code of a campaign."""

    code: NewCode | None = None
    type: Literal["DISCOUNT_VOUCHER", "GIFT_VOUCHER"] | None = None
    campaign: Name | None = None
    campaign_id: Name | None = None
    category: Name | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    redemption: Redemption | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    additional_info: Text | None = None
    metadata: Metadata | None = None
    code_config: CodeConfig | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        refuse_disorder(self.start_date, self.expiration_date)
        refuse_two_worths(self.type, self.discount, self.gift)
        return self

    def own(self) -> dict[str, Any]:
        """What a code of a campaign has of its own."""
        own = self.model_dump(
            mode="json",
            exclude_none=True,
            exclude={"code", "type", "campaign", "campaign_id", "code_config", "redemption", "validation_rules"},
        )
        if self.redemption and "quantity" in self.redemption.model_fields_set:
            own["quantity"] = self.redemption.quantity
        return own

    def voucher(self, code: str, *, project: str, at: datetime) -> Voucher:
        """A voucher that stands alone.

        Raises:
            InvalidPayload: without a discount or credits it would be worth nothing, without a start date a timeframe
                would begin nowhere.
        """
        refuse_worthless(self.type, self.discount, self.gift)
        refuse_backwards(self, self.start_date, self.expiration_date)
        own = {**self.own(), **(loaded(self.gift) if self.gift else {})}
        return Voucher(id=voucher_id(project, code), code=code, created_at=at, **own)


class VoucherChange(Change, Windows):
    """What changes of a voucher; what is on a gift card is changed by its balance."""

    category: Name | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    additional_info: Text | None = None

    def of(self, voucher: Voucher) -> Voucher:
        """The voucher after the change; the discount that is all it is worth cannot be cleared."""
        said = self.said()
        if said.get("active", True) is None:
            del said["active"]
        if voucher.campaign_id is None and said.get("discount", True) is None:
            del said["discount"]
        if (gift := said.pop("gift", None)) and (voucher.gift is None or gift.amount != voucher.income):
            raise InvalidPayload(f"gift.amount: is changed by POST /v1/vouchers/{voucher.code}/balance")
        if voucher.gift and said.get("discount"):
            raise InvalidPayload("discount: a gift card has none")
        changed = voucher.model_copy(update={**said, "metadata": merged(voucher.metadata, self.metadata)})
        refuse_backwards(changed, changed.start_date, changed.expiration_date)
        return changed
