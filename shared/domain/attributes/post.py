"""What deliveries and message templates may be asked about."""

from shared.domain.attributes.kinds import COMMON, code, date, text, word
from shared.domain.filters import Attributes

DELIVERIES: Attributes = {
    **COMMON,
    "status": word(lambda delivery: delivery.status),
    "channel": text(lambda delivery: delivery.channel),
    "customer_id": text(lambda delivery: delivery.customer_id),
    "schedule_id": text(lambda delivery: delivery.schedule_id),
    "campaign_id": text(lambda delivery: delivery.campaign_id),
    "template_id": text(lambda delivery: delivery.template_id),
    "publication_id": text(lambda delivery: delivery.publication_id),
    "voucher_code": code(lambda delivery: delivery.code),
    "purpose": text(lambda delivery: delivery.purpose),
    "occasion": word(lambda delivery: delivery.occasion),
    "day": text(lambda delivery: delivery.day and delivery.day.isoformat()),
    "reason": text(lambda delivery: delivery.reason),
    "due_at": date(lambda delivery: delivery.due_at),
    "until": date(lambda delivery: delivery.until),
    "sent_at": date(lambda delivery: delivery.sent_at),
    "bounced_at": date(lambda delivery: delivery.bounced_at),
    "complained_at": date(lambda delivery: delivery.complained_at),
}

MESSAGE_TEMPLATES: Attributes = {
    **COMMON,
    "name": text(lambda template: template.name),
    "channel": text(lambda template: template.channel),
}
