"""How the answer looks to whoever asks why they got a message."""

from shared.domain.model import iso
from shared.domain.post.explanations import Known, Why
from shared.wire.answers.parts import Json, present
from shared.wire.answers.processors import processor


def why(of: Why) -> Json:
    """In sentences for the person it is about, and in fields for whoever must show it elsewhere."""
    its, known = of.delivery, of.known
    return {
        "object": "delivery_explanation",
        "delivery": {"id": its.id, "object": "delivery"},
        "customer": {"id": its.customer_id, "object": "customer"},
        "status": its.status,
        "channel": its.channel,
        "purpose": its.purpose,
        **present(reason=its.reason, until=its.until and iso(its.until)),
        "waited_for": its.held_by,
        "because": _because(of),
        "audience": {"id": of.audience.id, "name": of.audience.name, "object": "segment"} if of.audience else None,
        "consent": known.consent and known.consent.model_dump(mode="json"),
        "preferences": [it.model_dump(mode="json", exclude_none=True) for it in of.preferences],
        "data_used": [{"what": it.what, "field": it.field, "why": it.why} for it in of.used],
        "recipients": [processor(it) for it in of.recipients],
        "deleted_since": list(of.lost),
        "changed_since": list(of.changed),
        "sentences": of.sentences(),
    }


def _because(of: Why) -> Json:
    its, known = of.delivery, of.known
    if its.day is None:
        return {"type": "request", "at": iso(its.due_at), "campaign": _campaign(known)}
    schedule = {"id": its.schedule_id, "name": known.schedule and known.schedule.name, "object": "schedule"}
    occasion = {"type": its.occasion, "name": of.occasion, "day": its.day.isoformat()}
    return {"type": "occasion", "occasion": occasion, "schedule": schedule, "campaign": _campaign(known)}


def _campaign(of: Known) -> Json | None:
    id_ = of.delivery.campaign_id
    return {"id": id_, "name": of.campaign and of.campaign.name, "object": "campaign"} if id_ else None
