"""How events look."""

from shared.domain.events import Tracked
from shared.wire.answers.customers import customer
from shared.wire.answers.parts import InPublic, Json


def tracked(of: Tracked) -> Json:
    """An event, under the name that the shop has for it, and who did it."""
    return {
        "object": "event",
        "type": of.event.name,
        "customer": customer(of.customer),
        "metadata": of.event.metadata or {},
    }


def _tracked_in_public(of: Tracked) -> Json:
    """Nothing of what is known of the customer: whoever sends an e-mail address need not learn whose it is."""
    return {"object": "event", "type": of.event.name, "customer": {"id": of.customer.id, "object": "customer"}}


tracked_in_public = InPublic(_tracked_in_public, _tracked_in_public)
"""What a shop's page is told of an event."""
