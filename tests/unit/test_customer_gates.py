"""What may be said of a customer: taken and spelt one way, or refused by the name of the field."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from shared.domain.customers import Customer, Profile, one_birth, refuse_birth
from shared.domain.errors import InvalidPayload
from shared.wire.body import read
from shared.wire.checkouts import CheckoutBody
from shared.wire.customers import CustomerBody, CustomerChange
from shared.wire.events import EventBody
from shared.wire.imports import customer_fields, profile, sale
from shared.wire.orders import OrderBody
from shared.wire.publications import PublicationBody
from tests.unit.values import AT

IRELAND = {"address": {"country": "Ireland"}}


@pytest.mark.parametrize(
    ("case", "field", "said", "kept", "beside"),
    [
        ("a zone", "time_zone", "Pacific/Apia", "Pacific/Apia", {}),
        ("an old name of a zone", "time_zone", "Asia/Calcutta", "Asia/Calcutta", {}),
        ("a language", "locale", "en", "en", {}),
        ("a language and a country", "locale", "PT-br", "pt-BR", {}),
        ("a script too", "locale", "zh-hant-tw", "zh-Hant-TW", {}),
        ("a part of the world", "locale", "es-419", "es-419", {}),
        ("a leap day stays one", "birthdate", "2000-02-29", "2000-02-29", {}),
        ("the epoch is somebody's birthday", "birthdate", "1970-01-01", "1970-01-01", {}),
        ("an address of tests", "email", "ann@shop.test", "ann@shop.test", {}),
        ("an address's domain in small letters", "email", " Ann.Li@Example.COM ", "Ann.Li@example.com", {}),
        ("an address in another script", "email", "ann@bücher.example", "ann@bücher.example", {}),
        ("a number from abroad", "phone", "+44 20 7946 0000", "+442079460000", {}),
        ("a number with its country's prefix", "phone", "tel:+353-85-555-0199", "+353855550199", {}),
        ("a number at home", "phone", "(085) 555 0199", "+353855550199", IRELAND),
        ("one that keeps its zero", "phone", "06 1234 5678", "+390612345678", {"address": {"country": "it"}}),
        ("dialled from home", "phone", "00 44 20 7946 0000", "+442079460000", IRELAND),
        ("from abroad, whatever the country", "phone", "+44 20 7946 0000", "+442079460000", IRELAND),
        ("an empty zone says nothing", "time_zone", "", None, {}),
        ("nor does an empty language", "locale", "", None, {}),
        ("nor an empty number", "phone", "", None, {}),
        ("null says nothing", "time_zone", None, None, {}),
    ],
)
def test_what_is_taken(case: str, field: str, said: object, kept: str | None, beside: dict[str, Any]) -> None:
    value = getattr(read(CustomerBody, {field: said, **beside}), field)
    assert (value.isoformat() if hasattr(value, "isoformat") else value) == kept
    if said:
        changed = read(CustomerChange, {field: said, **beside}).of(Customer(id="c", profile=Profile(), created_at=AT))
        assert getattr(changed.profile, field) == value


@pytest.mark.parametrize(
    ("case", "field", "said", "beside", "told"),
    [
        ("a place without clocks", "time_zone", "Mars/Olympus", {}, "is no time zone"),
        ("an offset", "time_zone", "+01:00", {}, "is no time zone"),
        ("the machine's own", "time_zone", "localtime", {}, "is no time zone"),
        ("a path", "time_zone", "../../etc/passwd", {}, "is no time zone"),
        ("a word", "locale", "English", {}, "is no language tag"),
        ("a half", "locale", "en-", {}, "is no language tag"),
        ("a day that is none", "birthdate", "2001-02-29", {}, ""),
        ("zero", "birthdate", "0", {}, "must be a date, as text"),
        ("zero, as a number", "birthday", 0, {}, "must be a date, as text"),
        ("seconds, as text", "birthday", "631152000", {}, "must be a date, as text"),
        ("what Excel writes", "birthdate", "1899-12-30", {}, "is nobody's birthday"),
        ("what most write", "birthdate", "1900-01-01", {}, "is nobody's birthday"),
        ("an address without a domain", "email", "ann@", {}, "does not look like"),
        ("two dots", "email", "ann..li@example.com", {}, "does not look like"),
        ("a domain that nobody can have", "email", "ann@shop.invalid", {}, "does not look like"),
        ("a number without a country", "phone", "085 555 0199", {}, "has no country"),
        ("or with one that is none", "phone", "085 555 0199", {"address": {"country": "Atlantis"}}, "has no country"),
        ("a number of nobody", "phone", "+353 1 234", {}, "is no phone number that can be dialled"),
        ("a sentence", "phone", "call me", IRELAND, "does not look like"),
        ("a country that is none", "phone", "+999 123 4567", IRELAND, "does not look like"),
    ],
)
def test_what_is_refused(case: str, field: str, said: object, beside: dict[str, Any], told: str) -> None:
    for kind in (CustomerBody, CustomerChange):
        with pytest.raises(InvalidPayload) as refusal:
            read(kind, {field: said, **beside})
        assert refusal.value.details.startswith(f"{field}: {told}")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        (CheckoutBody, {"redeemables": [{"id": "MUG"}]}),
        (PublicationBody, {"campaign": {"name": "Spring"}}),
        (EventBody, {"event": "seen"}),
        (OrderBody, {"amount": 1}),
    ],
)
def test_the_gates_stand_at_every_door(door: type[BaseModel], body: dict[str, Any]) -> None:
    for field, said in (("phone", "085 555 0199"), ("time_zone", "Mars"), ("locale", "English"), ("birthdate", "0")):
        with pytest.raises(InvalidPayload) as refusal:
            read(door, {**body, "customer": {"source_id": "ann", field: said}})
        assert refusal.value.details.startswith(f"customer.{field}: ")


def test_a_row_of_a_file_tells_where_somebody_lives_and_what_they_speak() -> None:
    cells = {
        "source_id": "ann",
        "phone": "085 555 0199",
        "address_country": "IE",
        "time_zone": "Europe/Dublin",
        "locale": "en-ie",
    }
    ann = profile(customer_fields(cells))
    assert (ann.phone, ann.time_zone, ann.locale, ann.metadata) == ("+353855550199", "Europe/Dublin", "en-IE", None)
    with pytest.raises(InvalidPayload) as refusal:
        sale({"amount": 1, "customer": {"time_zone": "Mars"}})
    assert refusal.value.details.startswith("customer.time_zone: is no time zone")


@pytest.mark.parametrize(
    ("case", "known", "said", "born"),
    [
        ("one name", {}, {"birthday": "1990-02-28"}, "1990-02-28"),
        ("both, and they agree", {}, {"birthday": "1990-02-28", "birthdate": "1990-02-28"}, "1990-02-28"),
        ("a later word wins", {"birthdate": "1990-02-28"}, {"birthdate": "1991-03-01"}, "1991-03-01"),
        ("by its other name too", {"birthdate": "1990-02-28"}, {"birthday": "1991-03-01"}, "1991-03-01"),
        ("the other way round", {"birthday": "1990-02-28"}, {"birthdate": "1991-03-01"}, "1991-03-01"),
    ],
)
def test_a_day_of_birth_has_two_names(case: str, known: dict[str, Any], said: dict[str, Any], born: str) -> None:
    ann = Customer(id="cust_1", profile=Profile.model_validate(known), created_at=AT)
    told = ann.upserted(read(CustomerBody, said), at=AT)
    changed = read(CustomerChange, said).of(ann)
    for after in (told, changed):
        assert after.born
        assert after.born.isoformat() == born
        refuse_birth(after.profile, at=AT)


def test_a_day_of_birth_that_is_cleared_is_not_known_by_its_other_name() -> None:
    ann = Customer(id="cust_1", profile=Profile(birthday="1990-02-28", birthdate="1990-02-28"), created_at=AT)
    assert read(CustomerChange, {"birthday": None}).of(ann).born is None
    assert read(CustomerChange, {"birthday": None, "birthdate": "1990-02-27"}).of(ann).born
    assert one_birth(ann.profile, {"name": "Ann"}) == {"name": "Ann"}


@pytest.mark.parametrize(
    ("case", "said", "details"),
    [
        ("too old", {"birthdate": "1900-12-31"}, "customer.birthdate: lies more than 125 years ago"),
        (
            "two days",
            {"birthday": "1990-02-27", "birthdate": "1990-02-28"},
            "customer.birthday: is another day than birthdate",
        ),
    ],
)
def test_a_birth_that_cannot_be(case: str, said: dict[str, Any], details: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        refuse_birth(read(CustomerBody, said), at=AT, path="customer.")
    assert refusal.value.details == details
    refuse_birth(Profile(birthdate="1901-01-01"), at=AT)


def test_a_cold_start_does_not_load_what_knows_addresses_and_numbers() -> None:
    asked = "import sys, functions.redeem, functions.validate, functions.issue; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert "shared.wire.customers" in loaded
    assert not {"email_validator", "idna", "phonenumbers", "dns"} & {name.partition(".")[0] for name in loaded}
