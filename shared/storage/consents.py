"""What each customer allows: the latest words in one item, and every word that was ever said beside it."""

from collections.abc import Sequence
from itertools import islice

from shared.domain.errors import Moved
from shared.domain.ids import hash_of
from shared.domain.post.consents import Consent, Consents, History
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.table import Item, Table, check, create, put, replace

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
        state, words = None, list[Consent]()
        for item in islice(items, MOST_TOLD + 1):
            if item["SK"] == key.SK:  # comes before every word, read from the end
                state = item
            else:
                words.append(value_of(Consent, item, ()))
        return History(consents_of(state, customer_id), tuple(words[:MOST_TOLD]))

    def save(self, consents: Consents, words: Sequence[Consent]) -> None:
        """Keep words, and what they come to, from the version that was read.

        Raises:
            Moved: if they have said something else since, or are no customer any more.
        """
        id_ = consents.customer_id
        key, item = Key.consents(self.project, id_), item_of(consents, ATTRIBUTES)
        state = (
            replace(key, item, version=consents.version, otherwise=Moved())
            if consents.version
            else create(key, {**item, "version": 1}, otherwise=Moved())
        )
        # Whoever is forgotten and comes again has said nothing yet.
        known = check(Key.customer(self.project, id_), "attribute_exists(PK)", {}, otherwise=Moved())
        ledger = {self._word(id_, word): item_of(word, ()) for word in words}  # one told twice is one item
        self._table.commit(known, state, *(put(*entry) for entry in ledger.items()))

    def _word(self, customer_id: str, word: Consent) -> Key:
        """The same word, told again, is the same item."""
        said = hash_of(word.channel, word.purpose, str(word.granted), word.source)
        return Key.consent(self.project, customer_id, word.at, said)


def consents_of(item: Item | None, customer_id: str) -> Consents:
    """What a customer allows, from the item that says it; who has none has said nothing."""
    return value_of(Consents, item, ATTRIBUTES) if item else Consents(customer_id=customer_id)
