"""How an export looks: a list for each kind of thing, on every page; instants in UTC."""

from shared.domain.exports import Export, Held, Overview
from shared.domain.model import iso
from shared.domain.summaries import Person
from shared.wire.answers.customers import person
from shared.wire.answers.parts import Json
from shared.wire.answers.segments import of_customer
from shared.wire.answers.vouchers import made

LISTS = {
    "consents": "consents",
    "consent": "consent_ledger",
    "contacts": "contacts",
    "joined": "campaigns_joined",
    "member": "segment_lists",
    "enrolled": "segment_turns",
    "occasion": "occasions",
    "moved": "moves",
    "event": "events",
    "order": "orders",
    "publication": "publications",
    "redemption": "redemptions",
    "delivery": "deliveries",
}
"""The kinds of things that are held, by the name of their list."""


def export(of: Export) -> Json:
    """A page; what is not on it is on another one, and ``next`` leads there."""
    lists: dict[str, list[Json]] = {name: [] for name in (*LISTS.values(), "others")}
    for it in of.held:
        lists[LISTS.get(it.kind, "others")].append(_told(it))
    first = _first(of.person, of.overview) if of.overview else {}
    return {"object": "customer_export", "customer_id": of.person.customer.id, **first, **lists, "next": of.next}


def _first(of: Person, overview: Overview) -> Json:
    """What begins it: who they are, what is counted of them, and what is found out when it is asked."""
    events = {name: {"count": it.times, "last": iso(it.last)} for name, it in of.summary.events.items()}
    suppressions = [it.model_dump(mode="json") for it in overview.suppressions]
    return {
        "customer": person(of),
        "events_counted": events,
        "segments": of_customer(overview.segments)["data"],
        "suppressions": suppressions,
    }


def _told(of: Held) -> Json:
    vouchers = {"vouchers": [made(it) for it in of.vouchers]} if of.kind == "publication" else {}
    return {**of.said, **vouchers, "object": of.kind}
