"""What may be said of a campaign."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.domain.campaigns import Campaign
from shared.domain.codes import CodeConfig
from shared.domain.discounts import Discount
from shared.domain.model import Instant, Metadata, Name, Text, merged
from shared.wire.body import Created
from shared.wire.changes import Change, refuse_backwards, refuse_disorder
from shared.wire.vouchers import Redemption


class CampaignVoucher(Created):
    type: Literal["DISCOUNT_VOUCHER"] = "DISCOUNT_VOUCHER"
    discount: Discount
    redemption: Redemption | None = None
    code_config: CodeConfig | None = None


class CampaignBody(Created):
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
        refuse_disorder(self.start_date, self.expiration_date)
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
        changed = campaign.model_copy(update={**said, "metadata": merged(kept, self.metadata)})
        refuse_backwards(changed.start_date, changed.expiration_date)
        return changed
