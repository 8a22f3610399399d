"""Responses and withdrawals over the table: what is kept of a word, what is dropped by it, what it costs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Moved
from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import LEASE, Asked, Delivery, NotTaken
from shared.domain.publications import Response, Word
from shared.storage.deliveries import NEWEST, DeliveryStore, entering
from shared.storage.keys import Key
from shared.storage.publications import PublicationStore, response_of
from shared.storage.table import Table
from shared.usecases.respond import respond
from shared.usecases.withdraw import withdraw
from tests.storage.office import OnTable
from tests.storage.wire import Wire
from tests.unit.values import AT, DAY

SOON, LATER = AT + timedelta(minutes=1), AT + timedelta(hours=1)


class Desk(OnTable):
    """The post office, and the counter at which customers answer."""

    @property
    def deliveries(self) -> DeliveryStore:
        return DeliveryStore(self.table, self.project)

    @property
    def ann(self) -> str:
        return self.due().customer_id

    def answer(self, word: Word, publication_id: str = "", *, at: Any = SOON, channel: str = "phone") -> Any:
        store = PublicationStore(self.table, self.project)
        response = Response(response=word, channel=channel, at=at)
        return respond(publication_id or self.publications[0].id, response, at=at, publications=store).publication

    def withdraw(self, *, at: Any = SOON) -> list[tuple[str, str | None]]:
        return [(it.status, it.reason) for it in withdraw(self.ann, at=at, ledger=self.deliveries, post=self.post)]

    def prepare(self) -> Delivery:
        """A message that has a code, and was not taken."""
        self.email.answers = [NotTaken()]
        with pytest.raises(NotTaken):
            self.deliver()
        entry = self.entry()
        assert entry
        return entry

    def asked(self, id_: str, at: Any = AT, **fields: Any) -> Delivery:
        """A message that a shop has asked for, and that waits."""
        asked = Asked(channels=("email",), templates={"email": "tmpl_email"}, **fields)
        new = Delivery(id=id_, status="DEFERRED", customer_id=self.ann, asked=asked, due_at=at, created_at=at)
        new = new.model_copy(update={"campaign_id": asked.campaign_id, "until": at + DAY, "reason": "quiet_hours"})
        self.table.commit(*entering(self.project, new, before=new, otherwise=Moved()))
        return new.model_copy(update={"version": 1})

    def heard(self, campaign_id: str = "camp_1") -> Response | None:
        """The latest word that stands with the campaign."""
        return response_of(self.table.get(Key.joined(self.project, self.ann, campaign_id)))

    def joined(self, campaign_id: str = "camp_1") -> dict[str, Any]:
        return self.table.get(Key.joined(self.project, self.ann, campaign_id)) or {}


@pytest.fixture
def desk(table: Table, project: str) -> Desk:
    desk = Desk(table, project)
    desk.policy()
    desk.customer()
    return desk


# What is kept of a word


def test_a_response_stands_with_its_publication_and_with_its_campaign(desk: Desk) -> None:
    desk.till.issue(campaign="camp_1")
    [offer] = desk.publications
    told = desk.answer("ACCEPTED")
    said = Response(response="ACCEPTED", channel="phone", at=SOON)
    assert desk.publications == [told] == [offer.model_copy(update={"response": said})]
    item = desk.table.get(Key.publication(desk.project, offer.id)) or {}
    assert item["answered"] == "2026-03-17T08:01:00.000Z"
    assert desk.heard() == said
    assert desk.joined()["publication_id"] == offer.id
    assert f'"publication_id": "{offer.id}"' in desk.joined()["response"]


def test_with_the_campaign_stands_the_latest_word_to_any_of_its_offers(desk: Desk) -> None:
    for _ in range(2):
        desk.till.issue(campaign="camp_1")
    first, second = sorted(desk.publications, key=lambda it: it.codes)
    joined = desk.joined()["publication_id"]
    desk.answer("DECLINED", second.id, at=LATER)
    desk.answer("ACCEPTED", first.id, at=SOON)
    assert desk.heard() == Response(response="DECLINED", channel="phone", at=LATER), "what was said earlier is too late"
    assert {it.id: it.response and it.response.response for it in desk.publications} == {
        first.id: "ACCEPTED",
        second.id: "DECLINED",
    }
    assert desk.joined()["publication_id"] == joined
    desk.answer("DECLINED", first.id, at=LATER + DAY)
    assert desk.heard() == Response(response="DECLINED", channel="phone", at=LATER + DAY)


def test_what_is_told_again_writes_nothing(desk: Desk, items: Any) -> None:
    desk.till.issue(campaign="camp_1")
    desk.answer("ACCEPTED")
    before = items()
    for _ in range(2):
        desk.answer("ACCEPTED")
        desk.answer("DECLINED", at=AT)
    assert items() == before


def test_who_was_forgotten_has_joined_nothing_by_an_answer(desk: Desk) -> None:
    desk.till.issue(campaign="camp_1")
    desk.till.forget()
    assert desk.answer("ACCEPTED").response is not None
    assert desk.joined() == {}


def test_of_two_who_answer_at_once_both_are_heard_and_the_later_counts_in_both_places(desk: Desk) -> None:
    desk.till.issue(campaign="camp_1")
    words = [(f"till {number}", AT + timedelta(seconds=number)) for number in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda it: desk.answer("ACCEPTED", channel=it[0], at=it[1]), words))
    [offer] = desk.publications
    assert offer.response == desk.heard() == Response(response="ACCEPTED", channel="till 8", at=words[-1][1])


# What is taken back


def test_what_was_put_back_with_a_code_is_dropped_and_gives_its_place_back(desk: Desk) -> None:
    entry = desk.prepare()
    assert desk.contacts.sent
    desk.answer("ACCEPTED")
    assert desk.withdraw() == [("DROPPED", "accepted")]
    dropped = desk.entry()
    assert dropped == entry.model_copy(
        update={
            "status": "DROPPED",
            "reason": "accepted",
            "contact_at": None,
            "updated_at": SOON,
            "version": entry.version + 1,
        }
    )
    assert desk.contacts == Contacts(version=2)
    assert desk.counters == {"due": 1, "dropped#accepted": 1}
    assert desk.withdraw() == [], "asked again, nothing waits"
    assert (desk.deliver(at=LATER), desk.email.taken) == (None, [])


def test_what_was_redeemed_is_dropped(desk: Desk) -> None:
    desk.prepare()
    assert desk.withdraw() == []
    [offer] = desk.publications
    desk.till.redeem(*offer.codes)
    assert desk.withdraw() == [("DROPPED", "redeemed")]


def test_what_waits_without_a_code_is_dropped_by_a_word_to_another_offer_of_its_campaign(desk: Desk) -> None:
    desk.till.issue(campaign="camp_1")
    desk.policy(quiet_hours={"from": "21:00", "to": "10:00"})
    desk.deliver()
    assert (desk.status, len(desk.waiting)) == (("DEFERRED", "quiet_hours"), 1)
    desk.answer("DECLINED")
    assert desk.withdraw() == [("DROPPED", "declined")]
    assert (desk.status, desk.waiting) == (("DROPPED", "declined"), [])


def test_every_message_that_tells_one_offer_is_dropped(desk: Desk) -> None:
    desk.till.issue(campaign="camp_1")
    [offer] = desk.publications
    for name in ("dlv_mail", "dlv_text"):
        desk.asked(name, publication_id=offer.id)
    desk.asked("dlv_other", publication_id="pub_none")
    desk.answer("ACCEPTED")
    assert desk.withdraw() == [("DROPPED", "accepted")] * 2
    assert desk.withdraw() == []


def test_who_has_bought_is_not_asked_to_buy_where_the_shop_says_so(desk: Desk) -> None:
    desk.asked("dlv_unless", campaign_id="camp_1", unless_ordered=True)
    desk.asked("dlv_regardless", campaign_id="camp_1")
    assert desk.withdraw() == []
    desk.till.place(customer="ann", status="PAID", at=SOON)
    assert desk.withdraw() == [("DROPPED", "already_bought")]


def test_what_somebody_works_on_is_left_to_them(desk: Desk) -> None:
    entry = desk.prepare()
    held = desk.post.save(entry.prepared("email", "tmpl_email", *_its(entry), SOON), before=entry)
    desk.answer("ACCEPTED")
    assert desk.withdraw() == []
    assert desk.withdraw(at=SOON + LEASE) == [("DROPPED", "accepted")], "they are dead"
    assert held.version + 1 == (desk.entry() or held).version


def test_one_that_is_taken_up_at_this_moment_is_passed_over(desk: Desk) -> None:
    entry = desk.prepare()
    desk.answer("ACCEPTED")

    class Slow(DeliveryStore):
        """Another worker comes in between."""

        def waiting(self, customer_id: str, *, at: Any) -> list[Delivery]:
            found = super().waiting(customer_id, at=at)
            desk.post.save(entry.sending(SOON), before=entry)
            return found

    assert [*withdraw(desk.ann, at=SOON, ledger=Slow(desk.table, desk.project), post=desk.post)] == []
    assert desk.status == ("SENDING", None)
    assert len(desk.contacts.sent) == 1


def test_what_is_not_the_customers_doing_is_left_for_the_sender_to_judge(desk: Desk) -> None:
    desk.prepare()
    desk.till.disable(desk.publications[0].codes[0])
    assert desk.withdraw() == []
    assert desk.status == ("PREPARED", None)


@pytest.mark.parametrize(("history", "read"), [(0, 0), (10, 10), (NEWEST + 20, NEWEST)])
def test_a_long_history_costs_no_more_than_a_hundred_items(desk: Desk, wire: Wire, history: int, read: int) -> None:
    sent = {"status": "SENT", "customer_id": desk.ann, "due_at": AT}
    for number in range(history):
        new = Delivery(id=f"dlv_{number}", created_at=AT + timedelta(seconds=number), **sent)
        desk.table.commit(*entering(desk.project, new, before=new, otherwise=Moved()))
    wire.calls.clear()
    wire.bodies.clear()
    assert desk.withdraw() == []
    assert wire.calls == ["Query", *(["BatchGetItem"] if history else [])]
    keys = [key for body in wire.bodies[1:] for key in body["RequestItems"][desk.table.name]["Keys"]]
    newest = range(history - 1, history - 1 - read, -1)
    assert [key["PK"]["S"] for key in keys] == [f"{desk.project}#delivery#dlv_{number}" for number in newest]
    assert wire.bodies[0]["Limit"] == NEWEST


def _its(entry: Delivery) -> tuple[str, str]:
    assert entry.publication_id
    assert entry.code
    return entry.publication_id, entry.code
