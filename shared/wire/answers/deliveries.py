"""How deliveries look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.post.deliveries import Delivery
from shared.wire.answers.parts import Json, listed, present


def delivery(of: Delivery) -> Json:
    """What became of a message; of one that has no code there is no publication. What it said is not kept."""
    return {
        "id": of.id,
        "object": "delivery",
        "status": of.status,
        "purpose": of.purpose,
        "channel": of.channel,
        **_because(of),
        "customer": {"id": of.customer_id, "object": "customer"},
        "schedule": {"id": of.schedule_id, "object": "schedule"} if of.schedule_id else None,
        "campaign": {"id": of.campaign_id, "object": "campaign"} if of.campaign_id else None,
        "template": {"id": of.template_id, "object": "message_template"} if of.template_id else None,
        "publication": {"id": of.publication_id, "object": "publication"} if of.publication_id else None,
        "voucher": {"code": of.code, "object": "voucher"} if of.code else None,
        **present(reason=of.reason, until=of.until and iso(of.until)),
        "due_at": iso(of.due_at),
        "sent_at": of.sent_at and iso(of.sent_at),
        **present(
            bounced_at=of.bounced_at and iso(of.bounced_at), complained_at=of.complained_at and iso(of.complained_at)
        ),
        "created_at": iso(of.created_at),
        "updated_at": of.updated_at and iso(of.updated_at),
    }


def asked(of: Delivery) -> Json:
    """The same of one that was asked for; of a dry run nothing stands in the ledger, so it has no id."""
    return delivery(of) if of.known else {**delivery(of), "id": None, "dry_run": True}


def _because(of: Delivery) -> Json:
    """The occasion, or that the shop has asked for it."""
    if of.asked is None:
        return {"occasion": {"type": of.occasion, "day": of.day.isoformat()} if of.day else None}
    more = present(topic=of.asked.topic, unless_ordered=of.asked.unless_ordered or None)
    return {"trigger": {"type": "ON_DEMAND", **more}}


def deliveries(of: Listed[Delivery]) -> Json:
    return listed("deliveries", [delivery(one) for one in of.things], total=of.total, has_more=of.more)
