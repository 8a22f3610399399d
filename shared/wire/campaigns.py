"""What may be said of a campaign."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.domain.campaigns import Campaign
from shared.domain.codes import CodeConfig
from shared.domain.discounts import Discount
from shared.domain.errors import InvalidPayload
from shared.domain.gifts import Gift
from shared.domain.model import Instant, Metadata, Name, Text, merged
from shared.domain.windows import Duration, Windows
from shared.wire.body import Created
from shared.wire.changes import Change, refuse_backwards, refuse_disorder, refuse_two_worths, refuse_worthless
from shared.wire.rules import Ruled
from shared.wire.vouchers import Redemption


class CampaignVoucher(Created):
    type: Literal["DISCOUNT_VOUCHER", "GIFT_VOUCHER"] | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    redemption: Redemption | None = None
    code_config: CodeConfig | None = None

    @model_validator(mode="after")
    def _is_worth_one_thing(self) -> Self:
        refuse_two_worths(self.type, self.discount, self.gift)
        return self


class CampaignBody(Ruled, Windows):
    """A new campaign."""

    name: Name
    description: Text | None = None
    campaign_type: Literal["DISCOUNT_COUPONS", "GIFT_VOUCHERS"] | None = None
    type: Literal["AUTO_UPDATE", "STATIC", "STANDALONE"] | None = None
    voucher: CampaignVoucher
    vouchers_count: Annotated[int, Field(strict=True, ge=0, le=20_000_000)] | None = None
    join_once: Annotated[bool, Field(strict=True)] | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    activity_duration_after_publishing: Duration | None = None
    active: Annotated[bool, Field(strict=True)] | None = None
    category: Name | None = None
    metadata: Metadata | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        refuse_disorder(self.start_date, self.expiration_date)
        if self.campaign_type and self.campaign_type != self._kind:
            raise ValueError(f"campaign_type: its codes make it {self._kind}")
        return self

    @property
    def _kind(self) -> Literal["DISCOUNT_COUPONS", "GIFT_VOUCHERS"]:
        return "GIFT_VOUCHERS" if self.voucher.gift else "DISCOUNT_COUPONS"

    def campaign(self, id_: str, *, at: datetime) -> Campaign:
        """The campaign that is asked for.

        Raises:
            InvalidPayload: for codes that are worth nothing, for a timeframe that begins nowhere.
        """
        voucher = self.voucher
        refuse_worthless(voucher.type, voucher.discount, voucher.gift, "voucher.")
        refuse_backwards(self, self.start_date, self.expiration_date)
        said = self.model_dump(
            exclude_none=True, exclude={"voucher", "vouchers_count", "campaign_type", "validation_rules"}
        )
        return Campaign(
            id=id_,
            campaign_type=self._kind,
            discount=voucher.discount,
            gift=voucher.gift,
            code_config=voucher.code_config or CodeConfig(),
            quantity=voucher.redemption.quantity if voucher.redemption else None,
            created_at=at,
            **said,
        )


class CampaignChange(Change, Windows):
    """What changes of a campaign."""

    description: Text | None = None
    type: Literal["AUTO_UPDATE", "STATIC"] | None = None
    discount: Discount | None = None
    join_once: Annotated[bool, Field(strict=True)] | None = None
    start_date: Instant | None = None
    expiration_date: Instant | None = None
    activity_duration_after_publishing: Duration | None = None
    category: Name | None = None
    unset_metadata_fields: tuple[Text, ...] | None = None

    def of(self, campaign: Campaign) -> Campaign:
        """The campaign after the change; its type, discount and joining cannot be cleared."""
        unset = self.unset_metadata_fields or ()
        kept = {name: value for name, value in campaign.metadata.items() if name not in unset}
        firm = ("type", "discount", "join_once")
        said = {name: value for name, value in self.said().items() if name not in firm or value is not None}
        said.pop("unset_metadata_fields", None)
        changed = campaign.model_copy(update={**said, "metadata": merged(kept, self.metadata)})
        if campaign.gift and changed.discount:
            raise InvalidPayload("discount: gift cards have none")
        refuse_backwards(changed, changed.start_date, changed.expiration_date)
        return changed
