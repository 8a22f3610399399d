"""How a webhook looks."""

from shared.domain.model import iso
from shared.domain.post.webhooks import Settled, Webhook
from shared.wire.answers.parts import Json, present


def webhook(of: Webhook) -> Json:
    """All but the secret."""
    return present(
        url=of.url,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="webhook",
    )


def settled(of: Settled) -> Json:
    """With the secret, if it has just been drawn."""
    return webhook(of.webhook) | ({"secret": of.webhook.secret} if of.drawn else {})
