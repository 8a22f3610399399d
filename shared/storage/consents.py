"""What each customer allows: the latest words in one item, and every word that was ever said beside it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from shared.domain.customers import Customer, Learned
from shared.domain.errors import Moved
from shared.domain.ids import hash_of
from shared.domain.post.consents import Consent, Consents, History, Preference, Word
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.post.suppressions import left_behind
from shared.storage.customer_items import keeping_customer
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.projects import ProjectStore
from shared.storage.suppressions import SuppressionStore
from shared.storage.table import Item, Table, Write, check, create, delete, put, replace

ATTRIBUTES = ("version",)
OF_CONSENT = "consent"
"""Begins the sort keys of what somebody allows and of each word."""
MOST_TOLD = 100
"""Words of a ledger that are told, the newest ones."""


class ConsentStore:
    """The consents of the customers of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def get(self, customer_id: str) -> Consents:
        """What a customer allows now; one read."""
        return consents_of(self._table.get(Key.consents(self.project, customer_id)), customer_id)

    def history(self, customer_id: str) -> History:
        """What they allow, and the latest words that they have said; one query, for all of it stands together."""
        key = Key.consents(self.project, customer_id)
        items = self._table.query(key.PK, starting=OF_CONSENT, newest_first=True, page=MOST_TOLD + 1)
        state, words = None, list[Word]()
        for item in islice(items, MOST_TOLD + 1):
            if item["SK"] == key.SK:  # comes before every word, read from the end
                state = item
            else:
                words.append(_word_of(item))
        return History(consents_of(state, customer_id), tuple(words[:MOST_TOLD]))

    def in_force(self, customer_id: str, channel: Channel, purpose: Purpose, *, at: datetime) -> Consent | None:
        """The word that counted at an instant; a query of what was said, from its end."""
        key = Key.consents(self.project, customer_id)
        items = self._table.query(key.PK, starting=f"{OF_CONSENT}#", newest_first=True, page=MOST_TOLD)
        words = (it for it in map(_word_of, items) if isinstance(it, Consent))
        return next((it for it in words if (it.channel, it.purpose) == (channel, purpose) and it.at <= at), None)

    def save(self, consents: Consents, words: Sequence[Word], *, learned: Learned | None = None) -> None:
        """Keep words, and what they come to, from the version that was read; and what they tell of the customer.

        Raises:
            Moved: if they have said something else since, or are no customer any more, or not the one that was read.
        """
        id_ = consents.customer_id
        key, item = Key.consents(self.project, id_), item_of(consents, ATTRIBUTES)
        state = (
            replace(key, item, version=consents.version, otherwise=Moved())
            if consents.version
            else create(key, {**item, "version": 1}, otherwise=Moved())
        )
        ledger = {self._key_of(id_, word): item_of(word, ()) for word in words}  # one told twice is one item
        self._table.commit(*self._known(id_, learned), state, *(put(*entry) for entry in ledger.items()))

    def _known(self, id_: str, learned: Learned | None) -> Sequence[Write]:
        """That they are a customer; whoever is forgotten and comes again has said nothing yet."""
        if learned and learned.now != learned.before:
            settled = ProjectStore(self._table, self.project).now()
            return keeping_customer(self.project, learned.now, known=learned.before, settled=settled)
        return [check(Key.customer(self.project, id_), "attribute_exists(PK)", {}, otherwise=Moved())]

    def _key_of(self, id_: str, word: Word) -> Key:
        """The same word, told again, is the same item."""
        answer = str(word.granted) if isinstance(word, Consent) else word.answer
        return Key.consent(self.project, id_, word.at, hash_of(*word.question, answer, word.source))


def consents_of(item: Item | None, customer_id: str) -> Consents:
    """What a customer allows, from the item that says it; who has none has said nothing."""
    return value_of(Consents, item, ATTRIBUTES) if item else Consents(customer_id=customer_id)


def ending(table: Table, project: str, customer: Customer, item: Item | None) -> list[Write]:
    """The writes that end what somebody allows who is forgotten: in that commit it becomes a suppression wherever they
    wanted no more marketing.

    What they said since it was read would be lost, or count again for whoever comes back under this id: so it must be
    as it was, or ``Moved`` is raised.
    """
    consents, suppressions = consents_of(item, customer.id), SuppressionStore(table, project)
    only_if = "#version = :was" if item else "attribute_not_exists(PK)"
    values = {"was": consents.version} if item else {}
    end = delete(Key.consents(project, customer.id), only_if=only_if, values=values, otherwise=Moved())
    return [end, *(suppressions.adding(*it) for it in left_behind(customer, consents))]


def _word_of(item: Item) -> Word:
    return value_of(Preference, item, ()) if '"about":' in item["document"] else value_of(Consent, item, ())
