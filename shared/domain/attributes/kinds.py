"""How an attribute is made."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared.domain.codes import normal_form
from shared.domain.filters import Attribute, Attributes, Sort


def text(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TEXT, of)


def word(of: Callable[[Any], Any]) -> Attribute:
    """One of the contract's own words, which it writes in capital letters."""
    return Attribute(Sort.TEXT, of, form=str.upper)


def number(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.NUMBER, of)


def date(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.DATE, of)


def truth(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TRUTH, of)


def tree(of: Callable[[Any], Any]) -> Attribute:
    """Whatever is below it, ``metadata.club``, is one as well."""
    return Attribute(Sort.ANY, of)


def code(of: Callable[[Any], Any]) -> Attribute:
    """A code is the same in any spelling."""
    return Attribute(Sort.TEXT, of, form=normal_form)


def email(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.TEXT, of, form=lambda address: address.strip().lower())


def state(of: Callable[[Any], Callable[[datetime], Any]], *states: str) -> Attribute:
    return Attribute(Sort.STATE, of, states=states)


def membership(of: Callable[[Any], Any]) -> Attribute:
    return Attribute(Sort.MEMBERSHIP, of)


def family(inner: Callable[[str], Attribute | None]) -> Attribute:
    """Attributes by the names that things have: ``events.signed_up.count``."""
    return Attribute(Sort.STATE, lambda _: None, inner=inner)


COMMON: Attributes = {
    "created_at": date(lambda thing: thing.created_at),
    "updated_at": date(lambda thing: thing.updated_at),
    "id": text(lambda thing: thing.id),
}
