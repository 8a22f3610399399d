"""One person, one profile: found again by what a request says, a later word over an earlier one."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.customers import Customer, Profile, refuse_birth
from shared.domain.errors import InvalidPayload
from shared.storage.customer_items import customer_id
from tests.unit.values import AT, PROJECT

names = st.none() | st.text("abc", min_size=1, max_size=3)
profiles = st.fixed_dictionaries(
    {},
    optional={
        "name": names,
        "email": names,
        "metadata": st.dictionaries(st.sampled_from("abc"), st.integers(), min_size=1),
    },
).map(Profile.model_validate)


def customer(**profile: Any) -> Customer:
    return Customer(id="cust_1", profile=Profile.model_validate(profile), created_at=AT)


@pytest.mark.parametrize(
    ("case", "known", "said", "told"),
    [
        ("something new", {"name": "Ann"}, {"email": "a@b.c"}, {"name": "Ann", "email": "a@b.c"}),
        ("a later word wins", {"name": "Ann"}, {"name": "Anna"}, {"name": "Anna"}),
        ("nothing new", {"name": "Ann"}, {"name": "Ann"}, {"name": "Ann"}),
        ("nothing at all", {"name": "Ann"}, {}, {"name": "Ann"}),
        ("null says nothing", {"name": "Ann", "phone": "1"}, {"phone": None}, {"name": "Ann", "phone": "1"}),
        ("metadata is merged", {"metadata": {"a": 1, "b": 1}}, {"metadata": {"b": 2}}, {"metadata": {"a": 1, "b": 2}}),
        ("metadata comes", {"name": "Ann"}, {"metadata": {"b": 2}}, {"name": "Ann", "metadata": {"b": 2}}),
        ("metadata stays", {"metadata": {"a": 1}}, {"name": "Ann"}, {"metadata": {"a": 1}, "name": "Ann"}),
        (
            "an address is one word",
            {"address": {"city": "Rom"}},
            {"address": {"country": "IT"}},
            {"address": {"country": "IT"}},
        ),
        ("an id is no word about a person", {"name": "Ann"}, {"id": "cust_1"}, {"name": "Ann"}),
        ("nor is a source_id", {"source_id": "ann"}, {"id": "cust_1", "source_id": "bob"}, {"source_id": "ann"}),
        ("a birthday", {}, {"birthdate": "1990-02-28"}, {"birthdate": "1990-02-28"}),
    ],
)
def test_what_is_told_is_laid_over_what_was_known(
    case: str, known: dict[str, Any], said: dict[str, Any], told: dict[str, Any]
) -> None:
    assert customer(**known).told(Profile.model_validate(said)) == Profile.model_validate(told)


@given(profiles, profiles)
def test_to_say_the_same_twice_is_to_say_it_once(known: Profile, said: Profile) -> None:
    once = Customer(id="cust_1", profile=known, created_at=AT).told(said)
    assert Customer(id="cust_1", profile=once, created_at=AT).told(said) == once


@given(profiles, profiles)
def test_nothing_is_forgotten_that_was_not_said_anew(known: Profile, said: Profile) -> None:
    told = Customer(id="cust_1", profile=known, created_at=AT).told(said)
    for field in ("name", "email"):
        source = said if field in said.model_fields_set else known
        assert getattr(told, field) == getattr(source, field)
    assert (told.metadata or {}) == {**(known.metadata or {}), **(said.metadata or {})}


@pytest.mark.parametrize(
    ("case", "one", "another"),
    [
        ("source_id", {"source_id": "ann"}, {"source_id": "ann", "email": "a@b.c"}),
        ("an id that is the shop's own is a source_id", {"id": "ann"}, {"source_id": "ann"}),
        ("e-mail, in any case", {"email": "Ann@Example.com "}, {"email": "ann@example.com", "name": "Ann"}),
        ("id before source_id", {"id": "cust_7", "source_id": "ann"}, {"id": "cust_7"}),
    ],
)
def test_two_descriptions_lead_to_one_customer(case: str, one: dict[str, Any], another: dict[str, Any]) -> None:
    ids = {customer_id(PROJECT, Profile.model_validate(profile)) for profile in (one, another)}
    assert len(ids) == 1
    assert all(id_ and id_.startswith("cust_") for id_ in ids)


@pytest.mark.parametrize(
    ("case", "one", "another"),
    [
        ("two source_ids", {"source_id": "ann"}, {"source_id": "bob"}),
        ("source_ids keep their case", {"source_id": "ann"}, {"source_id": "Ann"}),
        ("a source_id comes before the e-mail", {"source_id": "ann", "email": "a@b.c"}, {"email": "a@b.c"}),
        ("a source_id that is an e-mail is no e-mail", {"source_id": "a@b.c"}, {"email": "a@b.c"}),
    ],
)
def test_two_descriptions_lead_to_two_customers(case: str, one: dict[str, Any], another: dict[str, Any]) -> None:
    assert len({customer_id(PROJECT, Profile.model_validate(profile)) for profile in (one, another)}) == 2


@pytest.mark.parametrize("profile", [{}, {"name": "Ann"}, {"phone": "+39 06"}, {"metadata": {"a": 1}}])
def test_somebody_without_a_name_of_ones_own_cannot_be_known_again(profile: dict[str, Any]) -> None:
    assert customer_id(PROJECT, Profile.model_validate(profile)) is None


def test_a_customer_cannot_be_merged_into_itself() -> None:
    with pytest.raises(ValidationError, match="merged into itself"):
        Customer(id="cust_1", profile=Profile(), created_at=AT, merged_into="cust_1")


@pytest.mark.parametrize("metadata", [{}, None])
def test_saying_nothing_forgets_nothing(metadata: object) -> None:
    ann = Customer(id="cust_1", profile=Profile(metadata={"club": "VIP"}), created_at=AT)
    assert ann.told(Profile.model_validate({"metadata": metadata})).metadata == {"club": "VIP"}


@pytest.mark.parametrize(
    ("case", "born", "at", "path"),
    [
        ("tomorrow", "2026-03-18", AT, "birthdate"),
        ("in a year", "2027-03-17", AT, "customer.birthdate"),
    ],
)
def test_nobody_is_born_in_the_future(case: str, born: str, at: datetime, path: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        refuse_birth(Profile(birthdate=born), at=at, path=path.removesuffix("birthdate"))
    assert refusal.value.details == f"{path}: lies in the future"


def test_who_is_born_today_is_born_wherever_it_is_that_day() -> None:
    refuse_birth(Profile(birthdate="2026-03-17"), at=AT)
    refuse_birth(Profile(birthday="2026-03-18"), at=AT.replace(hour=10))  # on the Line Islands


def test_an_id_of_the_shops_own_is_the_customers_source_id() -> None:
    assert Customer.new("cust_1", Profile(id="ann", name="Ann"), at=AT).profile == Profile(source_id="ann", name="Ann")
    assert Customer.new("cust_1", Profile(id="cust_1"), at=AT).profile == Profile()
