"""How customers look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.model import iso
from shared.wire.answers.parts import Json, listed, present

if TYPE_CHECKING:  # a checkout shows customers in short, and need not load what is told of them at length
    from shared.domain.customers import Customer, Deletion
    from shared.domain.lists import Listed
    from shared.domain.summaries import Person, Summary


def customer(of: Customer) -> Json:
    """A customer as other things show one: enough to know who it is."""
    profile = of.profile
    return present(
        id=of.id,
        source_id=profile.source_id,
        name=profile.name,
        email=profile.email,
        metadata=profile.metadata or {},
        object="customer",
    )


def person(of: Person) -> Json:
    """All that is known of a customer."""
    profile = of.customer.profile
    return {
        **customer(of.customer),
        **present(
            description=profile.description,
            phone=profile.phone,
            birthday=profile.birthday and profile.birthday.isoformat(),
            birthdate=profile.birthdate and profile.birthdate.isoformat(),
            address=profile.address and profile.address.model_dump(exclude_none=True),
            time_zone=profile.time_zone,
            locale=profile.locale,
            summary=summary(of.summary),
            # No customer has points or has been referred, until there are loyalty cards and referral codes.
            loyalty={"points": 0, "referred_customers": 0, "campaigns": {}},
            referrals={"total": 0, "campaigns": []},
            system_metadata={},
            assets={},
            created_at=iso(of.customer.created_at),
            updated_at=of.customer.updated_at and iso(of.customer.updated_at),
        ),
    }


def people(of: Listed[Person]) -> Json:
    return listed("customers", [person(one) for one in of.things], total=of.total, has_more=of.more)


def summary(of: Summary) -> Json:
    """What a customer's history comes to; a redemption that was refused is one that was made, too."""
    return {
        "redemptions": {
            "total_redeemed": of.succeeded + of.failed,
            "total_failed": of.failed,
            "total_succeeded": of.succeeded,
            "total_rolled_back": of.rolled_back,
            "total_rollback_failed": 0,
            "total_rollback_succeeded": of.rolled_back,
            "gift": {"redeemed_amount": of.credits, "amount_to_go": 0},
            "loyalty_card": {"redeemed_points": 0, "points_to_go": 0},
        },
        "orders": present(
            total_amount=of.amount,
            total_count=of.orders,
            average_amount=of.average,
            last_order_amount=of.last.amount if of.last else 0,
            last_order_date=of.last and iso(of.last.at),
        ),
    }


def deletion(of: Deletion) -> Json:
    """A receipt; its ``object`` is spelt as the contract spells it."""
    return {
        "id": of.id,
        "created_at": iso(of.created_at),
        "related_object_id": of.customer_id,
        "related_object": "customer",
        "status": "DONE",
        "data_json": {
            **dict.fromkeys(("events", "customer_events", "daily_events", "segments", "orders", "order_events"), 0),
            "customer": 1,
        },
        "object": "pernament_deletion",
    }
