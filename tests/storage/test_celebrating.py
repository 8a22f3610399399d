"""What calendars find a customer by stands with the profile: always by its last word, and gone with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.actions import AsyncAction, Row
from shared.domain.customers import Customer, Profile
from shared.domain.imports import Changes
from shared.domain.post.consents import Consents
from shared.domain.projects import Project
from shared.domain.schemas import Schema
from shared.domain.summaries import Person, Summary
from shared.runtime.rows import READS
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of
from shared.storage.keys import SHARDS, Key, inhabitants, occasions, shard_of, spread
from shared.storage.projects import ProjectStore
from shared.storage.table import Table, add, delete, put
from shared.usecases.customers import change_customer, delete_for_good, upsert_customer
from shared.usecases.imports import Import
from shared.wire.customers import CustomerChange
from tests.storage.conftest import NUMBERS, stores_over
from tests.unit.till import Till
from tests.unit.values import AT, counting

ANN = "cust_ann"


class People:
    """The customers of a project on the table, and by which they are found."""

    def __init__(self, table: Table, project: str) -> None:
        self.table, self.project = table, project
        self.store = CustomerStore(table, project)

    def tell(self, id_: str = ANN, *, at: datetime = AT, **profile: Any) -> Customer:
        said = Profile.model_validate({"id": id_, **profile})
        return upsert_customer(said, at=at, customers=self.store, chance=counting()).customer

    def change(self, **fields: Any) -> None:
        change_customer(ANN, CustomerChange.model_validate(fields).of, at=AT, customers=self.store)

    def celebrating(self, attribute: str, month_day: str) -> list[str]:
        """Who celebrates on a day, as a run finds them: zone, year and id."""
        partitions = (occasions(self.project, attribute, month_day, shard) for shard in range(spread(attribute)))
        return sorted(entry["pooled"] for it in partitions for entry in self.table.index("pools", it))

    def living(self, place: str) -> list[str]:
        partitions = (inhabitants(self.project, place, shard) for shard in range(SHARDS))
        return sorted(entry["owned"] for it in partitions for entry in self.table.index("owners", it))

    def places(self) -> frozenset[str]:
        return ProjectStore(self.table, self.project).get().places

    def beside(self, id_: str = ANN) -> dict[str, dict[str, Any]]:
        """Whatever stands with a customer, by sort key: its entries on the indexes, and the day of an occasion. That
        they have moved is a note for the next tick, and not what they are found by.
        """
        shown = ("pool", "pooled", "owner", "owned", "day")
        items = self.table.query(Key.customer(self.project, id_).PK)
        found = {item["SK"]: {name: item[name] for name in shown if name in item} for item in items}
        return {sort: item for sort, item in found.items() if sort != "moved"}


@pytest.fixture
def people(table: Table, project: str) -> People:
    return People(table, project)


def test_a_new_customer_is_found_by_the_day_they_came_and_by_their_place(people: People) -> None:
    people.tell(address={"country": "Ireland"}, metadata={"wedding": "2020-05-01"})
    zone = "Europe/Dublin"
    assert people.celebrating("created_at", "03-17") == [f"{zone}#2026#{ANN}"]
    assert people.celebrating("metadata.wedding", "05-01") == [f"{zone}#2020#{ANN}"]
    assert people.living(f"IE {zone}") == [ANN]
    assert people.places() == {f"IE {zone}"}
    entry = people.beside()["occasion#metadata.wedding"]
    pool = f"{people.project}#occasion#metadata.wedding#05-01#{shard_of(ANN)}"
    assert entry == {"day": "2020-05-01", "pool": pool, "pooled": f"{zone}#2020#{ANN}"}


def test_somebody_of_whom_nothing_is_known_lives_where_the_project_does(people: People) -> None:
    ProjectStore(people.table, people.project).save(Project(time_zone="Pacific/Apia"))
    people.tell(at=datetime(2026, 3, 17, 23, tzinfo=UTC))
    assert people.celebrating("created_at", "03-18") == [f"-#2026#{ANN}"]
    assert (people.living("- -"), people.places()) == ([ANN], frozenset())


def test_a_birthday_that_moves_leaves_its_old_day(people: People) -> None:
    people.tell(birthdate="2000-02-29", time_zone="Asia/Tokyo")
    assert people.celebrating("birthdate", "02-29") == [f"Asia/Tokyo#2000#{ANN}"]
    people.tell(birthday="2000-03-01")
    assert (people.celebrating("birthdate", "02-29"), people.celebrating("birthdate", "03-01")) == (
        [],
        [f"Asia/Tokyo#2000#{ANN}"],
    )
    people.change(birthdate=None)
    assert people.celebrating("birthdate", "03-01") == []
    assert "occasion#birthdate" not in people.beside()


def test_who_moves_is_found_there_and_no_longer_here(people: People) -> None:
    people.tell(birthdate="1990-02-28", metadata={"met": "2026-03-17T23:30:00Z"}, time_zone="Europe/Dublin")
    people.change(time_zone="Pacific/Kiritimati")
    there = f"Pacific/Kiritimati#{{}}#{ANN}"
    assert people.celebrating("birthdate", "02-28") == [there.format(1990)]
    assert people.celebrating("created_at", "03-17") == [there.format(2026)]
    assert (people.celebrating("metadata.met", "03-17"), people.celebrating("metadata.met", "03-18")) == (
        [],
        [there.format(2026)],
    )
    assert (people.living("- Europe/Dublin"), people.living("- Pacific/Kiritimati")) == ([], [ANN])
    assert people.places() == {"- Europe/Dublin", "- Pacific/Kiritimati"}
    people.change(time_zone=None, address={"country": "US"})
    assert (people.living("- Pacific/Kiritimati"), people.living("US -")) == ([], [ANN])
    assert people.celebrating("birthdate", "02-28") == [f"-#1990#{ANN}"]


def test_of_many_who_tell_a_birthday_at_once_one_is_celebrated(people: People) -> None:
    people.tell()
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda day: people.tell(birthdate=f"1990-02-{day:02}", time_zone="Asia/Tokyo"), range(1, 13)))
    born = people.store.get(ANN).customer.born
    assert born
    found = {f"02-{day:02}": people.celebrating("birthdate", f"02-{day:02}") for day in range(1, 13)}
    assert {day: who for day, who in found.items() if who} == {f"{born:%m-%d}": [f"Asia/Tokyo#1990#{ANN}"]}


def test_what_else_is_settled_leaves_the_places_alone(people: People) -> None:
    people.tell(time_zone="Europe/Dublin")
    settings_ = ProjectStore(people.table, people.project)
    settings_.save(Project(time_zone="Asia/Tokyo"))
    settings_.save_schema(Schema(id="ms_1", related_object="customer", created_at=AT))
    assert (people.places(), settings_.get().time_zone) == ({"- Europe/Dublin"}, "Asia/Tokyo")


def test_what_is_told_to_a_merged_customer_is_celebrated_by_the_one_they_became(people: People) -> None:
    people.tell(birthdate="1990-02-28")
    pointer = Customer(id="cust_old", profile=Profile(birthdate="1980-01-31"), created_at=AT, merged_into=ANN)
    document = pointer.model_dump_json(exclude_none=True, exclude={"version"})
    people.table.commit(put(Key.customer(people.project, "cust_old"), {"version": 1, "document": document}))
    before = people.table.get(Key.customer(people.project, "cust_old"))
    people.tell("cust_old", birthdate="1990-03-01", time_zone="Asia/Tokyo")
    assert people.celebrating("birthdate", "03-01") == [f"Asia/Tokyo#1990#{ANN}"]
    assert people.table.get(Key.customer(people.project, "cust_old")) == before
    assert list(people.beside("cust_old")) == ["customer"]


def test_who_is_forgotten_leaves_nothing_that_a_calendar_finds(people: People) -> None:
    people.tell(birthdate="1990-02-28", metadata={"wedding": "2020-05-01"}, time_zone="Asia/Tokyo")
    for key in (Key.consent(people.project, ANN, AT, "1"), Key.contacts(people.project, ANN)):
        people.table.commit(put(key, {"document": "{}"}))
    allowing = {**item_of(Consents(customer_id=ANN), ("version",)), "version": 1}
    people.table.commit(put(Key.consents(people.project, ANN), allowing))
    delete_for_good(ANN, at=AT, customers=people.store, chance=counting())
    assert people.beside() == {}
    for attribute, day in (("birthdate", "02-28"), ("metadata.wedding", "05-01"), ("created_at", "03-17")):
        assert people.celebrating(attribute, day) == []
    assert people.living("- Asia/Tokyo") == []


def test_many_of_one_transaction_note_their_places_together(people: People, project: str) -> None:
    till = Till(stores_over(people.table, project, list))
    action = AsyncAction(id="async_1", type="CUSTOMERS_IMPORT", total=2, shares=(2,), created_at=AT)
    new = [
        (Customer(id=f"cust_{zone}", profile=Profile(time_zone=zone), created_at=AT), None)
        for zone in ("Asia/Tokyo", "Europe/Dublin")
    ]
    till.stores.work.bring_in(action, till.stores.work.lane(action, 0).advanced(2), Changes(customers=new))
    assert people.places() == {"- Asia/Tokyo", "- Europe/Dublin"}


def test_a_piece_of_an_import_is_as_large_as_a_transaction_takes(
    people: People, project: str, items: Callable[[], list[dict[str, Any]]]
) -> None:
    metadata = {f"d{number}": "2020-05-01" for number in range(10)}
    rows = [
        Row(line, {"source_id": f"c-{line}", "birthdate": "1990-02-28", "metadata": metadata}) for line in range(1, 41)
    ]
    action = AsyncAction(id="async_1", type="CUSTOMERS_IMPORT", total=40, shares=(40,), created_at=AT)
    work = stores_over(people.table, project, list).work
    Import(action, None, [rows], READS["CUSTOMERS_IMPORT"], work).take(work.lane(action, 0), at=AT, go_on=lambda: True)
    lane = work.lane(action, 0)
    assert (lane.done, lane.failed_count) == (40, 0)
    assert len([item for item in items() if item["SK"].startswith("occasion#")]) == 40 * 11


ZONES = ("Asia/Tokyo", "Europe/Dublin", None)
DAYS = ("1990-02-28", "2000-02-29", None)
DATES = ("2020-05-01", "2020-05-01T22:00:00Z", "2024-02-29", "no day", 5)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(("Ann", "Anna")),
        "birthdate": st.sampled_from(DAYS),
        "birthday": st.sampled_from(DAYS),
        "time_zone": st.sampled_from(ZONES),
        "address": st.sampled_from(({"country": "IE"}, {"country": "US"}, {"city": "Rom"}, None)),
        "metadata": st.dictionaries(st.sampled_from("abc"), st.sampled_from(DATES), max_size=3),
    },
).filter(lambda said: not (said.get("birthdate") and said.get("birthday")))


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(st.booleans(), CHANGES), min_size=1, max_size=6))
def test_after_any_history_a_customer_is_found_by_the_last_word_alone(
    table: Table, history: list[tuple[bool, dict[str, Any]]]
) -> None:
    told = People(table, f"proj_{next(NUMBERS)}")
    told.tell()
    for is_change, said in history:
        told.change(**said) if is_change else told.tell(**said)
    last = told.store.get(ANN).customer
    afresh = People(table, f"proj_{next(NUMBERS)}")
    afresh.store.save(Person(last.model_copy(update={"version": 1}), Summary()), known=None)
    here, there = f"{told.project}#", f"{afresh.project}#"
    assert told.beside() == {
        sort: {name: value.replace(there, here) for name, value in item.items()}
        for sort, item in afresh.beside().items()
    }


def test_who_was_there_before_calendars_is_found_once_something_about_them_changes(people: People) -> None:
    people.tell(birthdate="1990-02-28")
    whole = people.beside()
    key = Key.customer(people.project, ANN)
    entries = ("pool", "pooled", "owner", "owned")
    people.table.commit(add(key, {}, removes=entries), delete(Key.occasion(people.project, ANN, "birthdate")))
    people.tell(birthdate="1990-02-28")
    assert people.beside() != whole
    people.tell(name="Anna")
    assert people.beside() == whole
