"""What may be said of a customer, at whatever door it is said; what cannot be true of anybody is refused by name.

The libraries that know addresses and numbers are loaded where one is told: most checkouts tell none.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from shared.domain.calendar.residences import country_of, is_zone
from shared.domain.customers import Address, Customer, Profile, one_birth
from shared.domain.model import Day, Text, merged
from shared.wire.changes import Change

OLDEST = date(1900, 1, 2)
"""Before it lies what systems write that do not know: 1 January 1900, 30 December 1899, 1 January 1753 and 0001. Others
write 1 January 1970, but that is the birthday of people who live."""
A_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
A_REGION, A_SCRIPT = 2, 4


def _an_email(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # Its names are not looked up: a checkout waits for nobody's name server. Those of tests lead nowhere anyway.
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError("does not look like an e-mail address") from None


def _dialled(text: str, info: ValidationInfo) -> str:
    """A number as it is dialled from anywhere, E.164; one without a country is read where the customer lives."""
    from phonenumbers import (  # noqa: PLC0415
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_valid_number,
        parse,
    )

    address: Address | None = info.data.get("address")
    country = country_of(address.country) if address and address.country else None
    try:
        number = parse(text, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE and not country:
            raise ValueError("has no country: write it like +353 1 234 5678, or tell the address's country") from None
        raise ValueError("does not look like a phone number") from None
    if not is_valid_number(number):
        raise ValueError("is no phone number that can be dialled")
    return format_number(number, PhoneNumberFormat.E164)


def somebodys(day: date) -> date:
    """A day on which somebody may be born.

    Raises:
        ValueError: before anybody who lives.
    """
    if day < OLDEST:
        raise ValueError("is nobody's birthday")
    return day


def _a_zone(text: str) -> str:
    if not is_zone(text.strip()):
        raise ValueError("is no time zone; its name is like Europe/Dublin")
    return text.strip()


def _a_language(text: str) -> str:
    """A language tag, spelt as usual: ``zh-Hant-TW``."""
    if not A_LANGUAGE.fullmatch(text.strip()):
        raise ValueError("is no language tag like en or en-IE")
    language, *more = text.strip().lower().split("-")
    spelt = {A_REGION: str.upper, A_SCRIPT: str.title}
    return "-".join([language, *(spelt.get(len(it), str)(it) for it in more)])


Email = Annotated[Text, Field(max_length=320), AfterValidator(_an_email)]
Phone = Annotated[Text, Field(max_length=64), AfterValidator(_dialled)]
Birthday = Annotated[Day, AfterValidator(somebodys)]
TimeZone = Annotated[Text, Field(max_length=64), AfterValidator(_a_zone)]
Locale = Annotated[Text, Field(max_length=35), AfterValidator(_a_language)]


class CustomerBody(Profile):
    """A customer as a request describes one."""

    email: Email | None = None
    phone: Phone | None = None
    birthday: Birthday | None = None
    birthdate: Birthday | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, fields: Any) -> Any:
        """An empty field of a form is no e-mail address, and no reason to refuse a checkout."""
        if isinstance(fields, dict):
            return {name: value for name, value in fields.items() if name not in BLANK or value != ""}
        return fields


BLANK = ("email", "phone", "birthday", "birthdate", "time_zone", "locale")


class CustomerChange(Change):
    """What changes of a customer."""

    name: Text | None = None
    description: Text | None = None
    email: Email | None = None
    address: Address | None = None
    phone: Phone | None = None
    birthday: Birthday | None = None
    birthdate: Birthday | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None

    def of(self, customer: Customer) -> Customer:
        """The customer after the change."""
        known = customer.profile
        said = one_birth(known, self.said())
        profile = known.model_copy(update={**said, "metadata": merged(known.metadata, self.metadata)})
        return customer.model_copy(update={"profile": profile})
