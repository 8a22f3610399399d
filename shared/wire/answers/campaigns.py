"""How campaigns look."""

from shared.domain.campaigns import Campaign
from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.wire.answers.assignments import carried
from shared.wire.answers.parts import Json, listed, present
from shared.wire.answers.vouchers import discount, windows


def campaign(of: Campaign) -> Json:
    return present(
        id=of.id,
        name=of.name,
        description=of.description,
        campaign_type=of.campaign_type,
        type=of.type,
        voucher=present(
            type="GIFT_VOUCHER" if of.gift else "DISCOUNT_VOUCHER",
            discount=of.discount and discount(of.discount),
            gift=of.gift and of.gift.model_dump(),
            redemption={"quantity": of.quantity},
            code_config=of.code_config.model_dump(exclude_none=True),
        ),
        auto_join=False,
        join_once=of.join_once,
        use_voucher_metadata_schema=False,
        vouchers_count=of.vouchers_count,
        start_date=of.start_date and iso(of.start_date),
        expiration_date=of.expiration_date and iso(of.expiration_date),
        **windows(of),
        activity_duration_after_publishing=of.activity_duration_after_publishing,
        active=of.active,
        metadata=of.metadata,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        category=of.category,
        creation_status=of.creation_status,
        vouchers_generation_status=of.creation_status,
        readonly=False,
        protected=False,
        categories=[],
        object="campaign",
        validation_rules_assignments=carried(of.assignments),
    )


def campaigns(of: Listed[Campaign]) -> Json:
    return listed("campaigns", [campaign(each) for each in of.things], total=of.total)
