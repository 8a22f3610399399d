"""What may be said of a customer, at whatever door it is said; what cannot be true of anybody is refused by name."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from shared.domain.customers import Address, Customer, Profile
from shared.domain.model import Day, Text, merged
from shared.wire.changes import Change

LOOKS_LIKE_AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LOOKS_LIKE_A_NUMBER = re.compile(r"\+?[\d ().\-/#*x]*")
FEWEST_DIGITS, MOST_DIGITS = 3, 20
OLDEST = date(1900, 1, 2)
"""1 January 1900 is what systems write that do not know, and nobody born before it is a customer any more."""


def _an_email(text: str) -> str:
    if not LOOKS_LIKE_AN_ADDRESS.fullmatch(text.strip()):
        raise ValueError("does not look like an e-mail address")
    return text.strip()


def _a_phone(text: str) -> str:
    digits = sum(character.isdigit() for character in text)
    if not LOOKS_LIKE_A_NUMBER.fullmatch(text.strip()) or not FEWEST_DIGITS <= digits <= MOST_DIGITS:
        raise ValueError("does not look like a phone number")
    return text.strip()


def _somebodys(day: date) -> date:
    if day < OLDEST:
        raise ValueError("is nobody's birthday")
    return day


Email = Annotated[Text, Field(max_length=320), AfterValidator(_an_email)]
Phone = Annotated[Text, Field(max_length=64), AfterValidator(_a_phone)]
Birthday = Annotated[Day, AfterValidator(_somebodys)]


class CustomerBody(Profile):
    """A customer as a request describes one."""

    email: Email | None = None
    phone: Phone | None = None
    birthday: Birthday | None = None
    birthdate: Birthday | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, fields: Any) -> Any:
        """An empty field of a form is no e-mail address, and no reason to refuse a checkout."""
        if isinstance(fields, dict):
            return {name: value for name, value in fields.items() if name not in BLANK or value != ""}
        return fields


BLANK = ("email", "phone", "birthday", "birthdate")


class CustomerChange(Change):
    """What changes of a customer."""

    name: Text | None = None
    description: Text | None = None
    email: Email | None = None
    phone: Phone | None = None
    birthday: Birthday | None = None
    birthdate: Birthday | None = None
    address: Address | None = None

    def of(self, customer: Customer) -> Customer:
        """The customer after the change."""
        known = customer.profile
        profile = known.model_copy(update={**self.said(), "metadata": merged(known.metadata, self.metadata)})
        return customer.model_copy(update={"profile": profile})
