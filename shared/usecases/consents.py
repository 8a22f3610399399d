"""Hear what customers allow, and tell it with all that they have said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.post.consents import Consent, Consents, History
from shared.domain.summaries import Person
from shared.usecases import judged_anew


class Customers(Protocol):
    def get(self, name: str) -> Person: ...


class Words(Protocol):
    def get(self, customer_id: str) -> Consents: ...
    def history(self, customer_id: str) -> History: ...
    def save(self, consents: Consents, words: Sequence[Consent]) -> None: ...


@judged_anew
def hear(name: str, words: Sequence[Consent], *, at: datetime, people: Customers, consents: Words) -> History:
    """Keep what a customer has said of being written to; what says nothing new is not kept again.

    Raises:
        NotFound: no such customer.
    """
    known = consents.get(people.get(name).customer.id)
    if new := known.news(words, at=at):
        consents.save(known.after(new), new)
    return consents.history(known.customer_id)


def history_of(name: str, *, people: Customers, consents: Words) -> History:
    """What a customer allows, and has said.

    Raises:
        NotFound: no such customer.
    """
    return consents.history(people.get(name).customer.id)
