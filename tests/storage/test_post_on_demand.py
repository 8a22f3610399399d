"""What was asked for, over the table: it stands among those that wait until it has ended, and is not handed over once
its offer was answered or used.
"""

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.post.deliveries import LEASE, Message, NeverTaken, NotTaken
from shared.domain.post.suppressions import Suppression
from shared.domain.publications import Response
from shared.storage.answers import AlreadyAnswered, Answer, AnswerStore
from shared.storage.documents import item_of
from shared.storage.keys import Key
from shared.storage.post import PostStore
from shared.storage.suppressions import ACCOUNT, SuppressionStore
from shared.storage.table import Table, add, put
from tests.storage.office import OnTable
from tests.unit.sorting import Office
from tests.unit.test_deliver import Killed, beside
from tests.unit.values import AT

LATER = AT + LEASE


@pytest.fixture(params=["fake", "table"])
def either(request: pytest.FixtureRequest, project: str) -> Office:
    office = Office(project) if request.param == "fake" else OnTable(request.getfixturevalue("table"), project)
    office.policy()
    office.customer()
    return office


@pytest.fixture
def office(table: Table, project: str) -> OnTable:
    office = OnTable(table, project)
    office.policy()
    office.customer()
    return office


def test_it_leaves_and_what_is_known_of_it_then_is_alike(either: Office) -> None:
    sent = either.send()
    assert (sent.status, sent.version, either.ledger, either.counters) == ("SENT", 3, [sent], {})
    standing = either.post.standing(either.demand(), at=AT)
    assert standing.delivery == sent
    assert standing.plan == either.demand().asked
    assert standing.campaign
    fresh = either.post.standing(either.demand(id_="dlv_2"), at=AT)
    assert (fresh.delivery, fresh.given, fresh.answered, fresh.suppressed) == (None, [], None, {})
    told = either.post.standing(either.demand(id_="dlv_3", publication_id=sent.publication_id), at=AT)
    assert ([it.code for it in told.given], told.campaign) == (["NEW-1"], standing.campaign)
    assert either.post.has_code(told.campaign) is True


def test_it_stands_among_those_that_wait_until_it_has_ended(office: OnTable) -> None:
    seen = []

    def look(letter: Any) -> Message:
        seen.append(office.waiting)
        return write(letter)

    write, office.write = office.write, look
    office.email.answers = [NotTaken()]
    office.send()
    assert seen == [["2026-03-17T08:03:15.000Z#dlv_1"]]
    assert office.waiting == ["2026-03-17T08:01:00.000Z#dlv_1"]
    office.send(at=LATER)
    assert office.waiting == []
    office.email.answers = [Killed()]  # type: ignore[list-item]
    office.policy(frequency_caps=[])
    with pytest.raises(Killed):
        office.send(office.demand(id_="dlv_2"))
    assert office.waiting == ["2026-03-17T08:03:15.000Z#dlv_2"]
    assert office.send(office.demand(id_="dlv_2"), at=LATER).status == "UNKNOWN"
    assert office.waiting == []


def answered(office: Any) -> None:
    """As it is answered by others: an attribute beside the document, and the campaign's item beside the customer."""
    [publication] = office.publications
    said = Response(response="DECLINED", channel="phone", at=AT)
    after = publication.model_copy(update={"response": said})
    its = {**item_of(after, ()), "answered": "2026-03-17T08:00:00.000Z"}
    office.table.commit(put(Key.publication(office.project, publication.id), its))


def redeemed(office: Any) -> None:
    office.till.redeem("NEW-1")


def spoke(office: Any) -> None:
    key = Key.consents(office.project, office.due().customer_id)
    office.table.commit(add(key, {"version": 1}, sets={"document": f'{{"customer_id": "{office.due().customer_id}"}}'}))


@pytest.mark.parametrize(("act", "reason"), [(answered, "declined"), (redeemed, "redeemed"), (spoke, "no_consent")])
def test_what_happens_in_the_moment_before_it_is_handed_over_still_counts(
    office: OnTable, act: Callable[[Any], None], reason: str
) -> None:
    beside(office, act, verb="hand_over")
    dropped = office.send()
    assert (dropped.status, dropped.reason, office.email.taken, office.waiting) == ("DROPPED", reason, [], [])
    assert office.contacts.sent == ()


def test_an_answer_to_another_code_of_the_campaign_counts_while_it_waits(office: OnTable) -> None:
    office.policy(quiet_hours={"from": "21:00", "to": "10:00"})
    their = office.due().customer_id
    office.till.issue("ann", campaign="camp_1")
    key = Key.joined(office.project, their, "camp_1")
    for at, status in (("2026-03-17T07:59:00.000Z", "DEFERRED"), ("2026-03-17T08:30:00.000Z", "DROPPED")):
        said = f'{{"response": "ACCEPTED", "channel": "phone", "at": "{at}", "publication_id": "pub_1"}}'
        office.table.commit(add(key, {}, sets={"response": said}))
        came = office.send(at=AT if status == "DEFERRED" else AT.replace(hour=10))
        assert came.status == status
    assert came.reason == "accepted"


def test_who_is_suppressed_is_and_whom_the_carrier_bars_is_barred_for_all(office: OnTable) -> None:
    mine = SuppressionStore(office.table, office.project)
    mine.add("ann@example.com", Suppression(channel="email", reason="complaint", at=AT))
    dropped = office.send(office.demand(channels=("email",)))
    assert (dropped.status, dropped.reason) == ("DROPPED", "suppressed")
    office.sms.answers = [NeverTaken("opted_out")]
    by_sms = office.demand(id_="dlv_2", channels=("sms",))
    assert office.send(by_sms).reason == "opted_out"
    there = {"sms": "+353850000000"}
    assert SuppressionStore(office.table, ACCOUNT).of(there)["sms"].reason == "stop"  # type: ignore[arg-type]
    assert office.send(office.demand(id_="dlv_3", channels=("sms",))).reason == "suppressed"


def test_what_became_of_it_is_noted_though_its_request_was_refused_in_another_hand(office: OnTable) -> None:
    answers = AnswerStore(office.table, office.project)
    answer = Answer("", 404, "{}")
    remembering = office.table.remembering(lambda outcome: answers.keep("scope", answer, at=AT) if outcome else ())
    office.post = PostStore(remembering, office.project)
    beside(office, lambda _: office.table.commit(*answers.keep("scope", answer, at=AT)), verb="hand_over")
    with pytest.raises(AlreadyAnswered):
        office.send()
    [entry] = office.ledger
    assert (entry.status, len(office.email.taken), office.waiting) == ("SENT", 1, [])
