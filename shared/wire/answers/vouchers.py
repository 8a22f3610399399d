"""How vouchers look; what one has from its campaign is shown as its own."""

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.discounts import Discount
from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.vouchers import Made, Voucher
from shared.domain.windows import WINDOWS, Windows
from shared.wire.answers.assignments import carried
from shared.wire.answers.parts import Json, listed, present, promised


def discount(of: Discount) -> Json:
    return of.model_dump(mode="json", exclude_none=True)


def windows(of: Windows, otherwise: Windows | None = None) -> Json:
    """When a thing is open, or what it has that from."""
    said = {name: getattr(of, name) or (otherwise and getattr(otherwise, name)) for name in WINDOWS}
    return {
        name: list(value) if isinstance(value, tuple) else value.model_dump(mode="json", exclude_none=True)
        for name, value in said.items()
        if value
    }


def gift(of: Voucher) -> Json:
    """What is on a card, and what was ever put on it and taken off by hand, in minor units."""
    assert of.gift
    return {
        "amount": of.income,
        "subtracted_amount": of.subtracted,
        "balance": of.balance,
        "effect": of.gift.effect,
    }


def voucher(of: Voucher, its: Campaign | None) -> Json:
    """A voucher; what it has from its campaign is shown as its own."""
    prices = of.discount or (its and its.discount)
    starts = of.start_date or (its and its.start_date)
    ends = of.expiration_date or (its and its.expiration_date)
    return present(
        id=of.id,
        code=of.code,
        campaign=of.campaign,
        campaign_id=of.campaign_id,
        category=of.category,
        type=of.type,
        discount=prices and discount(prices),
        gift=gift(of) if of.gift else None,
        start_date=starts and iso(starts),
        expiration_date=ends and iso(ends),
        **windows(of, its),
        active=of.active,
        additional_info=of.additional_info,
        metadata=of.metadata,
        is_referral_code=False,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        holder_id=of.holder_id,
        object="voucher",
        publish={
            "object": "list",
            "count": of.published,
            "url": f"/v1/vouchers/{of.code}/publications?page=1&limit=10",
        },
        redemption={
            "quantity": of.quantity,
            "redeemed_quantity": of.redeemed_quantity,
            "object": "list",
            "url": f"/v1/vouchers/{of.code}/redemptions?page=1&limit=10",
        },
        categories=[],
        validation_rules_assignments=carried(of.assignments),
    )


def made(of: Made) -> Json:
    """A voucher, with what it has from its campaign."""
    return voucher(of.voucher, of.campaign)


def voucher_or_promise(of: Made | AsyncAction) -> Json:
    """One new code at once, or where to ask for many."""
    return made(of) if isinstance(of, Made) else promised(of)


def vouchers(of: Listed[Made]) -> Json:
    return listed("vouchers", [made(each) for each in of.things], total=of.total)
