"""Hear what customers allow and would rather have, and tell it with all that they have said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from shared.domain.customers import Customer, Learned, Profile, refuse_birth
from shared.domain.post.addresses import addresses_of
from shared.domain.post.consents import Consents, History, Word
from shared.domain.post.deliveries import Channel
from shared.domain.post.suppressions import Suppression, Wishes
from shared.domain.summaries import Person
from shared.usecases import judged_anew


class Customers(Protocol):
    def get(self, name: str) -> Person: ...


class Words(Protocol):
    def get(self, customer_id: str) -> Consents: ...
    def history(self, customer_id: str) -> History: ...
    def save(self, consents: Consents, words: Sequence[Word], *, learned: Learned | None = None) -> None: ...


class Suppressions(Protocol):
    def of(self, addresses: Mapping[Channel, str]) -> Mapping[Channel, Suppression]: ...


@judged_anew
def hear(name: str, words: Sequence[Word], *, at: datetime, people: Customers, consents: Words) -> Customer:
    """Keep what a customer has said of being written to; what says nothing new is not kept again. A birthday that they
    tell is their profile's from then on.

    Raises:
        NotFound: no such customer; InvalidPayload: if they are not born yet.
    """
    customer = people.get(name).customer
    known = consents.get(customer.id)
    if new := known.news(words, at=at):
        after = known.after(new)
        learned = Learned(customer, _with_birthday(customer, after, new, at=at))
        consents.save(after, new, learned=learned)
        return learned.now
    return customer


def _with_birthday(customer: Customer, consents: Consents, words: Sequence[Word], *, at: datetime) -> Customer:
    """The customer, born when they say so in words that count."""
    birthday = next((it for it in consents.preferences if it.about == "birthday" and it in words), None)
    if birthday is None:
        return customer
    now = customer.upserted(Profile(birthday=date.fromisoformat(birthday.answer)), at=at)
    refuse_birth(now.profile, at=at)
    return now


def wishes_of(customer: Customer, *, consents: Words, suppressions: Suppressions) -> Wishes:
    """What a customer allows, and has said; and where they are left in peace whatever they allow."""
    history = consents.history(customer.id)
    word = history.consents.word
    at_rest = suppressions.of(addresses_of(customer)).values()
    return Wishes(history, tuple(it for it in at_rest if it.stops("marketing", word(it.channel, "marketing"))))
