"""What was told of customers and the segments that are watched: an item each, in the customer's partition."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from shared.domain.enrolments import Enrolment, Standing
from shared.domain.errors import Moved
from shared.domain.segments import Segment, entered
from shared.domain.summaries import Person
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.segments import SegmentStore
from shared.storage.table import MOST_WRITES, Item, Table, Write, chunks, delete, update

ATTRIBUTES = ("fact", "told")


class EnrolmentStore:
    """What was told of the customers of one project. Its segments are those of the moment at which it was made, and are
    read once, whatever is asked of it: it is for one batch of changes, none of them later.
    """

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self._customers = CustomerStore(table, project)
        self._segments = SegmentStore(table, project)

    @cached_property
    def watched(self) -> Collection[str]:
        """The segments of which it is told who enters and leaves; where there are none, nothing more is read."""
        return self._segments.watched()

    @cached_property
    def _known(self) -> Mapping[str, Segment]:
        return self._segments.get_many(self.watched)

    def standing(self, customer_id: str, *, at: datetime) -> Standing:
        """A customer as they are now, and what was told of them: one round trip."""
        own = self._customers.keys(customer_id)
        listed = (Key.member(self.project, customer_id, id_) for id_, it in self._known.items() if it.static)
        told = {id_: Key.enrolled(self.project, customer_id, id_) for id_ in self.watched}
        items = self._table.get_many([*own, *listed, *told.values()])
        kept = {id_: _enrolment_of(items[key]) for id_, key in told.items() if key in items}
        customer, summary = self._customers.person_in(items, own)
        if customer is None:
            return Standing(None, frozenset(), kept)
        person = Person(customer, summary)
        lists = self._segments.listed(self._known, customer_id, items)
        return Standing(person, entered(self._known, lists, person, at), kept)

    def keep(self, changed: Sequence[Enrolment], told: Sequence[Enrolment], *, standing: Standing) -> None:
        """Keep what has changed, and mark what has been told.

        Raises:
            Moved: if somebody else has kept something else meanwhile.
        """
        anew = {turn.segment_id for turn in changed}
        marked = [turn.model_copy(update={"told": True}) for turn in told if turn.segment_id not in anew]
        writes = [self._keeping(turn, standing.kept.get(turn.segment_id)) for turn in (*changed, *marked)]
        for piece in chunks(writes, MOST_WRITES):
            self._table.commit(*piece)

    def forget(self, standing: Standing) -> None:
        """Forget what was told of a customer who is forgotten."""
        keys = [Key.enrolled(self.project, turn.customer_id, id_) for id_, turn in standing.kept.items()]
        for piece in chunks(map(delete, keys), MOST_WRITES):
            self._table.commit(*piece)

    def _keeping(self, turn: Enrolment, before: Enrolment | None) -> Write:
        item = item_of(turn, ATTRIBUTES)
        return update(
            Key.enrolled(self.project, turn.customer_id, turn.segment_id),
            "SET #document = :document, #fact = :fact, #told = :told",
            item | ({"was": before.fact} if before else {}),
            only_if="#fact = :was" if before else "attribute_not_exists(PK)",
            otherwise=Moved(),
        )


def _enrolment_of(item: Item) -> Enrolment:
    return value_of(Enrolment, item, ATTRIBUTES)
