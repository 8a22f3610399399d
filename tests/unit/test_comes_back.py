"""Who is forgotten and comes back under the same id gets nothing that waited for them before."""

from datetime import timedelta

from shared.domain.post.contact_policy import QuietHours
from tests.unit.sorting import Office
from tests.unit.values import AT

NIGHT = QuietHours.model_validate({"from": "21:00", "to": "10:00"})
TEN = AT.replace(hour=10)


def come_back(office: Office) -> None:
    """The customer is forgotten, and is one again, with the same consents, an hour after the message was made."""
    office.change("customer", office.due().customer_id, created_at=AT + timedelta(hours=1))


def test_what_was_asked_for_before_is_not_for_who_comes_back() -> None:
    office = Office()
    office.policy(quiet_hours=NIGHT)
    office.customer()
    assert office.send().status == "DEFERRED"
    come_back(office)
    assert office.send(at=TEN).reason == "customer_gone"
    assert office.send(office.demand(id_="dlv_2", at=TEN), at=TEN).status == "SENT", "what is asked for now is"
    assert len(office.email.taken) == 1


def test_an_occasion_that_waits_is_not_for_who_comes_back() -> None:
    office = Office()
    office.policy(quiet_hours=NIGHT)
    office.customer()
    waits = office.deliver()
    assert waits
    assert waits.status == "DEFERRED"
    come_back(office)
    dropped = office.deliver_waiting(at=TEN)
    assert dropped
    assert (dropped.status, dropped.reason) == ("DROPPED", "customer_gone")
    assert office.email.taken == []
