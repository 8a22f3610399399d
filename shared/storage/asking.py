"""What the rules of a checkout's offers ask: the lines of the order and the collections that these are in, the segments
of whoever buys, and what was used of whatever is limited.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from shared.domain.checkout import Checkout, Facts
from shared.domain.eligibility import person_of, who
from shared.domain.orders import as_known
from shared.domain.rules.compiled import Compiled
from shared.domain.usages import Usage, usage_of
from shared.storage.batch import Batch
from shared.storage.keys import Key
from shared.storage.products import Asked, CatalogueStore
from shared.storage.rules import RuleStore
from shared.storage.segments import SegmentStore
from shared.storage.shelf import Shelf
from shared.storage.table import Table
from shared.storage.usages import UsageStore


class Asking:
    """The rules of one checkout, as far as they are known from its ``batch``, and what they want to know."""

    def __init__(self, table: Table, project: str, checkout: Checkout, batch: Batch, *, at: datetime) -> None:
        self._checkout = checkout
        self._batch = batch
        self._at = at
        self._rules = Shelf(RuleStore(table, project), batch)
        self._segments = SegmentStore(table, project)
        self._catalogue = CatalogueStore(table, project)
        self._usages = UsageStore(table, project)
        self._asked_lines: dict[tuple[frozenset[str], bool, bool], Asked] = {}

    def keys(self, facts: Facts) -> Iterator[Key]:
        """Where that is which the rules of the offers ask for, and those rules that are not known yet."""
        ids = _ids_of(facts)
        rules = self._rules.known(ids)
        yield from self._rules.missing(ids)
        if rules:
            yield from self._lines(rules, facts).keys
            yield from self._segments.keys(_asked_of(rules, "segments"), facts.customer_id)
            yield from self._usages.keys(self._limited(rules, facts), self._batch)

    def answered(self, facts: Facts) -> Facts:
        """The facts, with all that the rules of the offers ask for."""
        rules = self._rules.known(_ids_of(facts))
        return facts._replace(
            rules=rules,
            lines=self._lines(rules, facts).lines(self._batch, at=self._at),
            segments=self._entered(rules, facts),
            gone=self._gone(rules, facts),
            counted=self._usages.counted(self._limited(rules, facts), self._batch),
        )

    def _lines(self, rules: Mapping[str, Compiled], facts: Facts) -> Asked:
        """What there is to ask about the lines of the order, as it is with what is known of it; nothing if no rule
        looks at them.
        """
        collections = _asked_of(rules, "collections")
        looked_at, stored = (any(getattr(it.asks, what) for it in rules.values()) for what in ("lines", "products"))
        asked = collections, looked_at, stored
        if asked not in self._asked_lines:
            order = as_known(self._checkout.order, facts.order) if looked_at else None
            self._asked_lines[asked] = self._catalogue.asked(order, sorted(collections), products=stored)
        return self._asked_lines[asked]

    def _entered(self, rules: Mapping[str, Compiled], facts: Facts) -> frozenset[str]:
        """The segments that whoever buys is in, of those that rules ask for."""
        ids = _asked_of(rules, "segments")
        person = person_of(self._checkout.customer, facts.customer, facts.summary, facts.customer_id, at=self._at)
        if not person or not ids:
            return frozenset()
        return self._segments.entered(ids, person, at=self._at, items=self._batch, read=self._batch.asked)

    def _gone(self, rules: Mapping[str, Compiled], facts: Facts) -> frozenset[str]:
        """The segments and collections that rules ask for and that are not there; what nobody looked at may be."""
        segments, collections = _asked_of(rules, "segments"), _asked_of(rules, "collections")
        batch = self._batch
        known = self._segments.get_many(segments, warm=True, items=batch, read=batch.asked) if segments else {}
        asked = self._lines(rules, facts)
        there = {collection.id for collection in asked.collections} if asked.order.items else collections
        return (segments - known.keys()) | (collections - there)

    def _limited(self, rules: Mapping[str, Compiled], facts: Facts) -> list[Usage]:
        """What the rules of the offers limit."""
        usages = (
            usage_of(name, who(self._checkout, facts.customer_id, offer), at=self._at, zone=facts.project.zone)
            for offer in facts.redeemables.values()
            for id_ in offer.rules
            if id_ in rules
            for name in rules[id_].asks.limits
        )
        return list(dict.fromkeys(usage for usage in usages if usage))


def _ids_of(facts: Facts) -> list[str]:
    return list(dict.fromkeys(id_ for offer in facts.redeemables.values() for id_ in offer.rules))


def _asked_of(rules: Mapping[str, Compiled], what: Literal["segments", "collections"]) -> frozenset[str]:
    return frozenset[str]().union(*(getattr(rule.asks, what) for rule in rules.values()))
