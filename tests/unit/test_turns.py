"""A message waits for its turn before it is handed over: until then it can be stopped, and nothing is lost."""

from collections.abc import Callable

import pytest

from shared.domain.post.consents import Consent, Consents
from shared.domain.post.deliveries import LEASE, PATIENCE, NotTaken
from tests.unit.sorting import Office
from tests.unit.test_deliver import Killed
from tests.unit.values import AT


@pytest.fixture
def office() -> Office:
    office = Office()
    office.policy()
    office.customer()
    return office


def meanwhile(office: Office, happens: Callable[[], None]) -> list[str | None]:
    """What the ledger says of the message while it waits for its turn, and then this happens."""
    seen = list[str | None]()

    def wait(_channel: str) -> None:
        entry = office.entry()
        seen.append(entry and entry.status)
        happens()

    office.pace.wait = wait  # type: ignore[method-assign]
    return seen


def test_who_says_stop_while_it_waits_gets_nothing(office: Office) -> None:
    def stop() -> None:
        id_ = office.due().customer_id
        no = Consent(channel="email", granted=False, source="a form", at=AT)
        office.keep("consents", id_, thing=Consents(customer_id=id_, current=(no,), version=2))

    seen = meanwhile(office, stop)
    delivery = office.deliver()
    assert delivery
    assert (delivery.status, delivery.reason, delivery.contact_at) == ("DROPPED", "no_consent", None)
    assert seen == ["PREPARED"]
    assert office.email.taken == []


def test_a_worker_that_dies_while_it_waits_loses_nothing(office: Office) -> None:
    def die() -> None:
        raise Killed

    meanwhile(office, die)
    with pytest.raises(Killed):
        office.deliver()
    meanwhile(office, lambda: None)
    delivery = office.deliver(at=AT + LEASE)
    assert delivery
    assert delivery.status == "SENT"
    assert len(office.email.taken) == 1


def too_far_away() -> None:
    raise NotTaken


def test_a_turn_that_is_too_far_away_leaves_what_is_due_in_its_queue(office: Office) -> None:
    meanwhile(office, too_far_away)
    with pytest.raises(NotTaken):
        office.deliver()
    entry = office.entry()
    assert entry
    assert (entry.status, entry.lease) == ("PREPARED", None)
    assert office.email.taken == []


def test_a_turn_that_is_too_far_away_has_what_was_asked_for_wait(office: Office) -> None:
    meanwhile(office, too_far_away)
    sent = office.send()
    assert (sent.status, sent.reason, sent.until) == ("DEFERRED", "channel_busy", AT + PATIENCE)
    assert office.email.taken == []
