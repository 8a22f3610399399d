"""What the post promises, kept by the table and by its fake: code, entry, counters and contacts are one commit."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from shared.domain.errors import Busy, Moved
from shared.domain.post.contact_policy import Contact, Contacts
from shared.domain.post.deliveries import Delivery, NotTaken
from shared.domain.post.judging import Overtaken
from shared.storage.table import Table
from shared.usecases.deliver import UnderWay
from tests.storage.office import OnTable
from tests.unit.sorting import Office
from tests.unit.values import AT, DAY


@pytest.fixture(params=["fake", "table"])
def office(request: pytest.FixtureRequest, project: str) -> Office:
    office = Office(project) if request.param == "fake" else OnTable(request.getfixturevalue("table"), project)
    office.policy()
    office.customer()
    return office


@pytest.fixture
def on_table(table: Table, project: str) -> OnTable:
    office = OnTable(table, project)
    office.policy()
    office.customer()
    return office


def prepared(office: Office) -> tuple[Delivery, Any]:
    """An entry that is about to leave, and what was known of it."""
    office.email.answers = [NotTaken()]
    with pytest.raises(NotTaken):
        office.deliver()
    standing = office.post.standing(office.due(), at=AT)
    return standing.delivery, standing


def test_a_message_leaves_with_its_code_its_entry_its_counters_and_its_contact(office: Office) -> None:
    sent = office.deliver()
    assert sent
    assert (office.ledger, sent.status, sent.version) == ([sent], "SENT", 3)
    assert [it.codes for it in office.publications] == [("NEW-1",)]
    assert office.counters == {"due": 1, "SENT": 1}
    contact = Contact(at=AT, channel="email", purpose="marketing")
    assert office.post.standing(office.due(), at=AT).contacts == Contacts(sent=(contact,), version=1)
    assert office.deliver() is None


def test_it_is_on_the_list_and_among_its_customers_things_and_waits_while_it_waits(on_table: OnTable) -> None:
    quiet = {"quiet_hours": {"from": "21:00", "to": "10:00"}}
    on_table.policy(**quiet)
    waits = on_table.deliver()
    assert waits
    assert on_table.waiting == [f"2026-03-17T10:00:00.000Z#{waits.id}"]
    on_table.deliver_waiting(at=AT.replace(hour=10))
    assert on_table.waiting == []
    table, project = on_table.table, on_table.project
    [listed] = table.listed(f"{project}#delivery")
    [owned] = table.index("owners", f"{project}#customer#{waits.customer_id}", since="delivery#", until="delivery$")
    assert listed["PK"] == owned["PK"] == f"{project}#delivery#{waits.id}"


def test_an_entry_that_has_moved_is_not_moved_again(office: Office) -> None:
    entry, standing = prepared(office)
    office.post.save(entry.sending(AT), before=entry)
    counters = office.counters
    for verb in (
        partial(office.post.save, entry.sending(AT), before=entry),
        partial(office.post.save, entry, before=entry.model_copy(update={"version": 0})),
        partial(office.post.reserve, entry.dropped("x", AT), before=entry, standing=standing, contacts=Contacts()),
    ):
        with pytest.raises(Moved):
            verb()
    assert office.counters == counters == {"due": 1, "SENDING": 1}


def test_contacts_that_have_changed_hold_the_code_and_the_entry_back(office: Office) -> None:
    office.schedule("sch_2")
    standing = office.post.standing(office.due(), at=AT)
    office.deliver(schedule="sch_2")
    entry = Delivery.model_validate(
        {**office.ledger[0].model_dump(), "id": "dlv_x", "version": 0, "status": "PREPARED"}
    )

    def along(_: object) -> Delivery:
        return entry.prepared("email", "tmpl_email", "pub_1", "NEW-2", AT)

    more = Contacts(sent=(Contact(at=AT + DAY, channel="email", purpose="marketing"),))
    giving = office.post.giving(along, before=entry, standing=standing, contacts=more)
    with pytest.raises(Overtaken):
        office.till.issue("ann", campaign="camp_1", store=giving)
    assert (len(office.publications), office.counters) == (1, {"due": 1, "SENT": 1})
    with pytest.raises(Moved):
        office.post.reserve(along(None), before=entry, standing=standing, contacts=more)
    assert office.post.find("dlv_x") is None


def test_a_customer_who_has_changed_or_gone_holds_them_back_too(office: Office) -> None:
    entry, standing = prepared(office)
    office.keep("customer", entry.customer_id, thing=None)
    with pytest.raises(Moved):
        office.post.reserve(entry.dropped("x", AT), before=entry, standing=standing, contacts=Contacts())
    assert office.post.find(entry.id) == entry


def test_many_workers_with_many_schedules_pass_no_cap_and_send_each_once(on_table: OnTable) -> None:
    on_table.policy(frequency_caps=[{"channel": "email", "max": 2, "period": "DAY"}])
    schedules = [f"sch_{number}" for number in range(1, 6)]
    for schedule in schedules:
        on_table.schedule(schedule)

    def work(schedule: str) -> None:
        with suppress(UnderWay, Busy, Moved):  # whatever was kept from it is asked again
            on_table.deliver(schedule=schedule)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(work, schedules * 2))
    for schedule in schedules:
        work(schedule)
    assert len(on_table.email.taken) == len(on_table.contacts.sent) == 2
    assert Counter(it.status for it in on_table.ledger) == {"SENT": 2, "DEFERRED": 3}
    assert on_table.counters == {"due": 5, "SENT": 2, "DEFERRED": 3}
