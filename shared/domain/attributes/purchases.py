"""What orders and redemptions may be asked about."""

from shared.domain.attributes.kinds import COMMON, code, date, number, text, tree, word
from shared.domain.filters import Attributes
from shared.domain.redemptions import Redemption


def _related(record: Redemption) -> str:
    """The voucher of a record, whose id is in the record's own; of a stack, the stack itself."""
    return f"v_{record.id.partition('_')[2][:16]}" if record.code else record.id


REDEMPTIONS: Attributes = {
    "id": text(lambda record: record.id),
    "object": text(lambda record: record.object),
    "date": date(lambda record: record.date),
    "created_at": date(lambda record: record.date),
    "result": word(lambda record: "FAILURE" if record.status == "FAILED" else "SUCCESS"),
    "status": word(lambda record: record.status),
    "failure_code": text(lambda record: record.failure_code),
    "voucher_code": code(lambda record: record.code),
    "campaign": text(lambda record: (record.campaign, record.campaign_id)),
    "campaign_name": text(lambda record: record.campaign),
    "customer_id": text(lambda record: record.customer_id),
    "order_id": text(lambda record: record.order_id),
    "tracking_id": text(lambda record: record.tracking_id),
    "related_object_id": text(_related),
    "related_object_parent_id": text(lambda record: record.campaign_id),
    "parent_redemption_id": text(lambda record: record.parent),
    "user_login": text(lambda _: None),
    "amount": number(lambda record: record.amount),
    "metadata": tree(lambda record: record.metadata),
}


ORDERS: Attributes = {
    **COMMON,
    "source_id": text(lambda order: order.order.source_id),
    "status": word(lambda order: order.status),
    "customer_id": text(lambda order: order.customer_id),
    "amount": number(lambda order: order.order.total),
    "discount_amount": number(lambda order: order.discount),
    "total_amount": number(lambda order: order.order.total - order.discount),
    "metadata": tree(lambda order: order.order.metadata),
}
